/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-recipe.h"

#include "base/ts-error.h"
#include "pixels/ts-colormap.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_PATH 4096

const char *const ts_range_mode_names[] = {
  [TS_RANGE_FIXED] = "fixed",           [TS_RANGE_MINMAX] = "minmax",
  [TS_RANGE_PERCENTILE] = "percentile", [TS_RANGE_SYMMETRIC] = "symmetric",
  [TS_RANGE_SIGMA] = "sigma",           NULL,
};

const char *const ts_range_scope_names[] = {
  [TS_SCOPE_BATCH] = "batch",         [TS_SCOPE_IMAGE] = "image",
  [TS_SCOPE_CHANNEL] = "channel",     [TS_SCOPE_IMAGE_CHANNEL] = "image-channel",
  [TS_SCOPE_SELECTION] = "selection", [TS_SCOPE_VISIBLE] = "visible",
  [TS_SCOPE_FILE] = "file",           NULL,
};

const char *const ts_rounding_names[] = {
  [TS_ROUNDING_NEAREST] = "nearest",         [TS_ROUNDING_HALF_EVEN] = "half-even",
  [TS_ROUNDING_TRUNCATE] = "truncate",       [TS_ROUNDING_TF] = "tf",
  [TS_ROUNDING_TORCH_DTYPE] = "torch-dtype", NULL,
};

const char *const ts_channel_mode_names[] = {
  [TS_CHANNELS_AUTO] = "auto",     [TS_CHANNELS_SINGLE] = "single",
  [TS_CHANNELS_RGB] = "rgb",       [TS_CHANNELS_RGBA] = "rgba",
  [TS_CHANNELS_MEAN] = "mean",     [TS_CHANNELS_MAX_ABS] = "max-abs",
  [TS_CHANNELS_ARGMAX] = "argmax", NULL,
};

const char *const ts_curve_names[] = {
  [TS_CURVE_GAMMA] = "gamma",
  [TS_CURVE_LOG] = "log",
  [TS_CURVE_ASINH] = "asinh",
  NULL,
};

const char *const ts_complex_part_names[] = {
  [TS_COMPLEX_MAGNITUDE] = "magnitude",
  [TS_COMPLEX_PHASE] = "phase",
  [TS_COMPLEX_REAL] = "real",
  [TS_COMPLEX_IMAG] = "imag",
  NULL,
};

gboolean
ts_name_lookup (const char *const *names, const char *name, int *value)
{
  for (int i = 0; names[i] != NULL; i++) {
    if (g_strcmp0 (names[i], name) == 0) {
      *value = i;
      return TRUE;
    }
  }
  return FALSE;
}

void
ts_recipe_init (TsRecipe *self)
{
  *self = (TsRecipe){
    .percentile_lo = 0.5,
    .percentile_hi = 99.5,
    .sigma = 2,
    .curve_strength = 100,
    .gamma = 1,
    .channels = { 0, 1, 2, 3 },
    .rounding = TS_ROUNDING_NEAREST,
    .nan_color = 0xff00ff,
    .under_color = -1,
    .over_color = -1,
    .posinf_color = -1,
    .neginf_color = -1,
    .ignore_label = -1,
    .overlay_alpha = 0.5,
    .overlay_color = -1,
    .overlay_palette = TS_COLORMAP_CATEGORICAL,
    .overlay_threshold = 0.5,
  };
  ts_recipe_set_preset (self, "unit", NULL);
}

/* The fixed range @lo .. @hi of raw values. */
static void
set_raw_range (TsRecipe *self, double lo, double hi)
{
  for (guint c = 0; c < TS_RECIPE_MAX_CHANNELS; c++) {
    self->lo[c] = lo;
    self->hi[c] = hi;
  }
}

void
ts_recipe_init_for_range (TsRecipe *self, const TsValueRange *range, const TsImageSize *size)
{
  gboolean one_channel = size == NULL || size->n_channels != 3;

  ts_recipe_init (self);
  if (range->preset != NULL && ts_recipe_set_preset (self, range->preset, NULL))
    return;
  switch (range->kind) {
  case TS_VALUE_RANGE_LABELS:
    self->colormap = TS_COLORMAP_CATEGORICAL;
    set_raw_range (self, range->lo, range->hi);
    break;
  case TS_VALUE_RANGE_TANH:
    ts_recipe_set_preset (self, "tanh", NULL);
    break;
  case TS_VALUE_RANGE_BYTE:
    ts_recipe_set_preset (self, "u8", NULL);
    break;
  case TS_VALUE_RANGE_DIVERGING:
    if (one_channel)
      self->colormap = TS_COLORMAP_COOLWARM;
    set_raw_range (self, range->lo, range->hi);
    break;
  case TS_VALUE_RANGE_CONSTANT:
  case TS_VALUE_RANGE_INTEGER:
  case TS_VALUE_RANGE_IMAGENET:
  case TS_VALUE_RANGE_CLIP:
  case TS_VALUE_RANGE_PERCENTILES:
    set_raw_range (self, range->lo, range->hi);
    break;
  case TS_VALUE_RANGE_EMPTY:
  case TS_VALUE_RANGE_UNIT:
  default:
    break;
  }
}

void
ts_recipe_set_complex_part (TsRecipe *self, TsComplexPart part, const TsValueRange *range)
{
  double hi = range != NULL ? MAX (fabs (range->lo), fabs (range->hi)) : 1;

  self->complex_part = part;
  if (!(hi > 0) || !isfinite (hi))
    hi = 1;
  ts_recipe_set_preset (self, "unit", NULL);
  switch (part) {
  case TS_COMPLEX_PHASE:
    self->colormap = TS_COLORMAP_TWILIGHT;
    set_raw_range (self, -G_PI, G_PI);
    break;
  case TS_COMPLEX_REAL:
  case TS_COMPLEX_IMAG:
    self->colormap = TS_COLORMAP_COOLWARM;
    set_raw_range (self, -hi, hi);
    break;
  case TS_COMPLEX_MAGNITUDE:
  default:
    self->colormap = TS_COLORMAP_GRAY;
    set_raw_range (self, 0, hi);
    break;
  }
}

void
ts_recipe_set_overlay (TsRecipe *self, const char *path)
{
  self->overlay = g_intern_string (path);
}

double
ts_recipe_get_mean (const TsRecipe *self, guint channel)
{
  return self->mean[channel < self->n_norm ? channel : 0];
}

double
ts_recipe_get_std (const TsRecipe *self, guint channel)
{
  return self->std[channel < self->n_norm ? channel : 0];
}

/* What lies over the image and its marks. */
static gboolean
is_over_equal (const TsRecipe *a, const TsRecipe *b)
{
  return a->posinf_color == b->posinf_color && a->neginf_color == b->neginf_color &&
         !a->zebra == !b->zebra && g_strcmp0 (a->overlay, b->overlay) == 0 &&
         a->overlay_alpha == b->overlay_alpha && a->overlay_color == b->overlay_color &&
         a->overlay_palette == b->overlay_palette && a->overlay_threshold == b->overlay_threshold &&
         a->overlay_ignore == b->overlay_ignore;
}

gboolean
ts_recipe_equal (const TsRecipe *a, const TsRecipe *b)
{
  if (g_strcmp0 (a->preset, b->preset) != 0 || a->n_norm != b->n_norm || a->n_range != b->n_range)
    return FALSE;
  for (guint c = 0; c < MIN (a->n_norm, TS_RECIPE_MAX_CHANNELS); c++) {
    if (a->mean[c] != b->mean[c] || a->std[c] != b->std[c])
      return FALSE;
  }
  for (guint c = 0; c < MIN (a->n_range, TS_RECIPE_MAX_CHANNELS); c++) {
    if (a->lo[c] != b->lo[c] || a->hi[c] != b->hi[c])
      return FALSE;
  }
  return a->value_scale == b->value_scale && a->order == b->order &&
         a->range_mode == b->range_mode && a->scope == b->scope &&
         a->percentile_lo == b->percentile_lo && a->percentile_hi == b->percentile_hi &&
         a->sigma == b->sigma && a->curve == b->curve && a->curve_strength == b->curve_strength &&
         a->gamma == b->gamma && a->channel_mode == b->channel_mode &&
         memcmp (a->channels, b->channels, sizeof a->channels) == 0 && a->colormap == b->colormap &&
         !a->invert == !b->invert && a->rounding == b->rounding && a->nan_color == b->nan_color &&
         a->under_color == b->under_color && a->over_color == b->over_color &&
         a->ignore_label == b->ignore_label && !a->centered == !b->centered &&
         a->complex_part == b->complex_part && is_over_equal (a, b);
}

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, TS_ERROR, TS_ERROR_INVALID, message);
  return FALSE;
}

static gboolean
check_number (const char *name, double value, double min, double max, GError **error)
{
  if (value >= min && value <= max) /* false for NaN */
    return TRUE;
  return refuse (error, _ ("%s has to be from %g to %g, not %g"), _ (name), min, max, value);
}

static gboolean
check_name (const char *name, int value, const char *const *names, GError **error)
{
  if (value >= 0 && value < (int) g_strv_length ((char **) names))
    return TRUE;
  return refuse (error, _ ("There is no %s number %d"), _ (name), value);
}

static gboolean
check_numbers (const TsRecipe *self, GError **error)
{
  if (self->n_norm < 1 || self->n_norm > TS_RECIPE_MAX_CHANNELS)
    return refuse (error, _ ("Mean and std have 1 to %d numbers, not %u"), TS_RECIPE_MAX_CHANNELS,
                             self->n_norm);
  for (guint c = 0; c < self->n_norm; c++) {
    if (!isfinite (self->mean[c]) || fabs (self->mean[c]) > 1e30)
      return refuse (error, _ ("The mean of channel %u is not a usable number: %g"), c,
                               self->mean[c]);
    if (!isfinite (self->std[c]) || fabs (self->std[c]) < 1e-30 || fabs (self->std[c]) > 1e30)
      return refuse (error,
                     _ ("The std of channel %u has to be a finite number other than 0, not %g"), c,
                        self->std[c]);
  }
  if (self->value_scale != 1 && self->value_scale != 255)
    return refuse (error, _ ("The value scale is 1 or 255, not %g"), self->value_scale);
  if (self->n_range < 1 || self->n_range > TS_RECIPE_MAX_CHANNELS)
    return refuse (error, _ ("A range has 1 to %d pairs of numbers, not %u"),
                             TS_RECIPE_MAX_CHANNELS, self->n_range);
  for (guint c = 0; self->range_mode == TS_RANGE_FIXED && c < self->n_range; c++) {
    if (!isfinite (self->lo[c]) || !isfinite (self->hi[c]))
      return refuse (error, _ ("The range of channel %u is not finite: %g to %g"), c, self->lo[c],
                               self->hi[c]);
  }
  if (!(self->percentile_lo >= 0 && self->percentile_lo < self->percentile_hi &&
        self->percentile_hi <= 100))
    return refuse (error, _ ("Percentiles have to be ascending from 0 to 100, not %g and %g"),
                             self->percentile_lo, self->percentile_hi);
  return check_number (N_ ("Sigma"), self->sigma, 1e-3, 1e3, error) &&
                       check_number (N_ ("Gamma"), self->gamma, 0.1, 10, error) &&
                                     check_number (N_ ("The strength of the curve"),
                                                       self->curve_strength, 1e-3, 1e6, error);
}

static gboolean
check_color (const char *name, gint64 color, gint64 least, GError **error)
{
  if (color >= least && color <= 0xffffff)
    return TRUE;
  return refuse (error, _ ("The colour of %s has to be from 0x000000 to 0xffffff"), _ (name));
}

static gboolean
check_overlay (const TsRecipe *self, GError **error)
{
  if (self->overlay != NULL && strlen (self->overlay) > MAX_PATH)
    return refuse (error, _ ("The path of the overlay is longer than %d bytes"), MAX_PATH);
  if (self->overlay_ignore < -1)
    return refuse (error, _ ("The label that the overlay ignores is 0 or more, not %d"),
                             self->overlay_ignore);
  if (!isfinite (self->overlay_threshold))
    return refuse (error, _ ("The threshold of the overlay has to be a finite number"));
  if ((guint) self->overlay_palette >= TS_N_COLORMAPS ||
      !ts_colormap_is_categorical (self->overlay_palette))
    return refuse (error, _ ("The palette of an overlay has to be a categorical colormap"));
  return check_number (N_ ("The alpha of the overlay"), self->overlay_alpha, 0, 1, error) &&
                       check_color (N_ ("the overlay"), self->overlay_color, -1, error);
}

static gboolean
check_choices (const TsRecipe *self, GError **error)
{
  return check_name (
      N_ ("channel order"), (int) self->order, (const char *[]){ "RGB", "BGR", NULL }, error) &&
      check_name (
          N_ ("range mode"), (int) self->range_mode, ts_range_mode_names, error) &&
          check_name (
              N_ ("range scope"), (int) self->scope, ts_range_scope_names, error) &&
              check_name (
                  N_ ("rounding"), (int) self->rounding, ts_rounding_names, error) &&
                  check_name (
                      N_ ("channel mode"), (int) self->channel_mode, ts_channel_mode_names,
                          error) &&
                      check_name (
                          N_ ("curve"), (int) self->curve, ts_curve_names, error) &&
                          ((guint) self->colormap < TS_N_COLORMAPS ||
                           refuse (error, _ ("There is no colormap number %d"),
                                             (int) self->colormap)) &&
                           check_color (
                               N_ ("NaN"), self->nan_color, 0, error) &&
                               check_color (
                                   N_ ("values below the range"), self->under_color, -1, error) &&
                                   check_color (N_ ("values above the range"), self->over_color, -1,
                                                    error) &&
                                                check_color (
                                                    N_ ("positive infinity"), self->posinf_color,
                                                        -1, error) &&
                                                    check_color (
                                                        N_ ("negative infinity"),
                                                            self->neginf_color, -1, error) &&
                                                        check_name (
                                                            N_ ("part of complex numbers"),
                                                                (int) self->complex_part,
                                                                ts_complex_part_names, error) &&
                                                            (self->ignore_label >= -1 ||
                                                             refuse (error,
                                                                     _ ("The label to ignore is 0 or more, not %d"),
                                                                        self->ignore_label)) &&
                                                             check_overlay (self, error);
}

/* How many of channels[] the mode uses. */
static guint
get_n_picks (TsChannelMode mode)
{
  switch (mode) {
  case TS_CHANNELS_SINGLE:
    return 1;
  case TS_CHANNELS_RGB:
    return 3;
  case TS_CHANNELS_RGBA:
    return 4;
  case TS_CHANNELS_AUTO:
  case TS_CHANNELS_MEAN:
  case TS_CHANNELS_MAX_ABS:
  case TS_CHANNELS_ARGMAX:
  default:
    return 0;
  }
}

gboolean
ts_recipe_validate (const TsRecipe *self, const TsImageSize *size, GError **error)
{
  int least = self->channel_mode == TS_CHANNELS_SINGLE ? 0 : -1;

  if (!check_numbers (self, error) || !check_choices (self, error))
    return FALSE;
  for (guint i = 0; i < get_n_picks (self->channel_mode); i++) {
    int channel = self->channels[i];

    if (channel < least || (size == NULL && channel > G_MAXUINT16))
      return refuse (error, _ ("%d is not a channel; channels count from 0"), channel);
    if (size != NULL && channel >= (int) size->n_channels) {
      if (size->n_channels == 1)
        return refuse (error, _ ("There is no channel %d: the image has one channel, 0"), channel);
      return refuse (error, _ ("There is no channel %d: the image has channels 0 to %u"), channel,
                               size->n_channels - 1);
    }
  }
  return TRUE;
}

guint
ts_recipe_get_output_channels (const TsRecipe *self, const TsImageSize *size)
{
  switch (self->channel_mode) {
  case TS_CHANNELS_RGB:
    return 3;
  case TS_CHANNELS_RGBA:
    return 4;
  case TS_CHANNELS_AUTO:
    if (size->n_channels == 3)
      return 3;
    break;
  case TS_CHANNELS_SINGLE:
  case TS_CHANNELS_MEAN:
  case TS_CHANNELS_MAX_ABS:
  case TS_CHANNELS_ARGMAX:
  default:
    break;
  }
  if (ts_colormap_is_categorical (self->colormap) && self->ignore_label >= 0)
    return 4;
  if (self->colormap != TS_COLORMAP_GRAY || self->overlay != NULL || self->zebra)
    return 3;
  return 1;
}
