/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-plan.h"

#include "pixels/ts-colormap.h"

#include <math.h>
#include <string.h>

gboolean
ts_dtype_is_wide (TsDtype dtype)
{
  const TsDtypeInfo *info = ts_dtype_get_info (dtype);

  return info->dtype_class == TS_DTYPE_CLASS_COMPLEX ||
         (info->size_bytes >= 4 && dtype != TS_DTYPE_FLOAT32);
}

void
ts_transform_init (TsTransform *self, double mean, double std, double lo, double hi)
{
  double n = nearbyint (1 / std);

  *self = (TsTransform){ .d = { std, mean, lo, hi - lo } };
  /* 1/255 is no number of any float type, 255 is: x / 255, as published code writes it. */
  if ((n == 255 || n == 65535) && 1 / n == std) {
    self->divides = TRUE;
    self->d.std = n;
  }
  self->is_plain = lo == 0 && hi == 1;
  self->is_step = lo == hi;
  self->f = (TsTransformFloat){ (float) self->d.std, (float) mean, (float) lo, (float) (hi - lo) };
}

static TsQuantiser
make_quantiser (TsRounding rounding, guint bits)
{
  double max = bits == 16 ? 65535 : 255;

  switch (rounding) {
  case TS_ROUNDING_HALF_EVEN:
    return (TsQuantiser){ (float) max, 0, (float) max, TRUE };
  case TS_ROUNDING_TRUNCATE:
    return (TsQuantiser){ (float) max, 0, (float) max, FALSE };
  case TS_ROUNDING_TF:
    return (TsQuantiser){ (float) (max + 0.5), 0, (float) max, FALSE };
  case TS_ROUNDING_TORCH_DTYPE:
    return (TsQuantiser){ (float) (max + 1 - 1e-3), 0, (float) max, FALSE };
  case TS_ROUNDING_NEAREST:
  default:
    return (TsQuantiser){ (float) max, 0.5f, (float) max, FALSE };
  }
}

static void
unpack_color (guint32 color, guint8 rgb[3])
{
  rgb[0] = (guint8) (color >> 16);
  rgb[1] = (guint8) (color >> 8);
  rgb[2] = (guint8) color;
}

static void
init_curve (TsPlan *self, const TsRecipe *recipe)
{
  self->curve = recipe->curve;
  self->curve_norm = 1;
  switch (recipe->curve) {
  case TS_CURVE_LOG:
    self->has_curve = TRUE;
    self->curve_number = recipe->curve_strength;
    self->curve_norm = log1p (recipe->curve_strength);
    break;
  case TS_CURVE_ASINH:
    self->has_curve = TRUE;
    self->curve_number = recipe->curve_strength;
    self->curve_norm = asinh (recipe->curve_strength);
    break;
  case TS_CURVE_GAMMA:
  default:
    self->has_curve = recipe->gamma != 1;
    self->curve_number = 1 / recipe->gamma;
    break;
  }
}

double
ts_plan_apply_curve (const TsPlan *self, double t)
{
  switch (self->curve) {
  case TS_CURVE_LOG:
    return log1p (self->curve_number * t) / self->curve_norm;
  case TS_CURVE_ASINH:
    return asinh (self->curve_number * t) / self->curve_norm;
  case TS_CURVE_GAMMA:
  default:
    return pow (t, self->curve_number);
  }
}

/* Which storage channels are shown, red first. */
static void
init_inputs (TsPlan *self, guint n_channels, const TsRecipe *recipe)
{
  self->combine = TS_CHANNELS_AUTO;
  self->n_inputs = 1;
  self->source[0] = 0;
  switch (recipe->channel_mode) {
  case TS_CHANNELS_SINGLE:
    self->source[0] = recipe->channels[0];
    break;
  case TS_CHANNELS_RGB:
  case TS_CHANNELS_RGBA:
    self->n_inputs = recipe->channel_mode == TS_CHANNELS_RGB ? 3 : 4;
    for (guint k = 0; k < 4; k++)
      self->source[k] = recipe->channels[k];
    break;
  case TS_CHANNELS_MEAN:
  case TS_CHANNELS_MAX_ABS:
  case TS_CHANNELS_ARGMAX:
    self->combine = recipe->channel_mode;
    break;
  case TS_CHANNELS_AUTO:
  default:
    if (n_channels == 3) {
      self->n_inputs = 3;
      for (guint k = 0; k < 3; k++)
        self->source[k] = (int) k;
    }
    break;
  }
  if (self->n_inputs >= 3 && recipe->order == TS_ORDER_BGR) {
    int first = self->source[0];

    self->source[0] = self->source[2];
    self->source[2] = first;
  }
  for (guint k = 0; k < self->n_inputs; k++) {
    if (self->source[k] >= (int) n_channels)
      self->source[k] = -1;
  }
  self->n_colors = MIN (self->n_inputs, 3);
}

static void
init_channel (TsTransform *self, guint channel, const TsRecipe *recipe, const TsResolved *resolved)
{
  guint c = channel < resolved->n ? channel : 0;

  ts_transform_init (self, ts_recipe_get_mean (recipe, channel),
                     ts_recipe_get_std (recipe, channel), resolved->lo[c] * recipe->value_scale,
                     resolved->hi[c] * recipe->value_scale);
}

void
ts_plan_init (TsPlan *self,
              TsDtype dtype,
              guint n_channels,
              const TsRecipe *recipe,
              const TsResolved *resolved,
              TsPixelFormat format,
              TsValues values)
{
  *self = (TsPlan){
    .is_wide = ts_dtype_is_wide (dtype),
    .n_all = n_channels,
    .invert = recipe->invert != FALSE,
    .map_quantiser = { 256, 0, 255, FALSE },
    .colormap = recipe->colormap,
    .ignore_label = recipe->ignore_label,
    .has_under = recipe->under_color >= 0,
    .has_over = recipe->over_color >= 0,
    .has_posinf = recipe->posinf_color >= 0,
    .has_neginf = recipe->neginf_color >= 0,
    .format = format,
    .n_out = ts_pixel_format_get_n_channels (format),
    .bits = ts_pixel_format_get_bits (format),
    .pixel_size = ts_pixel_format_get_size (format),
  };
  self->has_patches = self->has_under || self->has_over || self->has_posinf || self->has_neginf;
  self->values = self->bits == 32 ? values : TS_VALUES_DISPLAY;
  self->quantiser = make_quantiser (recipe->rounding, self->bits);
  init_curve (self, recipe);
  init_inputs (self, n_channels, recipe);
  for (guint k = 0; k < self->n_inputs; k++)
    init_channel (&self->inputs[k], (guint) MAX (self->source[k], 0), recipe, resolved);
  for (guint c = 0; c < MIN (n_channels, TS_RECIPE_MAX_CHANNELS); c++)
    ts_transform_init (&self->all[c], ts_recipe_get_mean (recipe, c), ts_recipe_get_std (recipe, c),
                       0, 1);
  /* What channels combine to is y already. A label of n channels is shown over 0 .. n - 1. */
  if (self->combine == TS_CHANNELS_ARGMAX)
    ts_transform_init (&self->inputs[0], 0, 1, 0, MAX (n_channels, 2) - 1);
  else if (self->combine != TS_CHANNELS_AUTO)
    ts_transform_init (&self->inputs[0], 0, 1, resolved->lo[0] * recipe->value_scale,
                       resolved->hi[0] * recipe->value_scale);

  if (self->n_inputs >= 3)
    self->kind = TS_PLAN_COLOR;
  else if (ts_colormap_is_categorical (recipe->colormap))
    self->kind = TS_PLAN_LABELS;
  else if (recipe->colormap != TS_COLORMAP_GRAY)
    self->kind = TS_PLAN_MAP;
  else
    self->kind = TS_PLAN_GRAY;
  /* One channel of output cannot hold a map's colours: it gets t itself. */
  if (self->kind == TS_PLAN_MAP && self->n_out == 1)
    self->kind = TS_PLAN_GRAY;
  if (self->kind == TS_PLAN_MAP)
    self->map = ts_colormap_get_entries (recipe->colormap, recipe->invert, &self->n_map);
  if (self->n_map > 256)
    self->map_quantiser = (TsQuantiser){ (float) self->n_map, 0, (float) (self->n_map - 1), FALSE };
  for (guint i = 0; i < self->n_map; i++) {
    guint8 rgba[4] = { self->map[i][0], self->map[i][1], self->map[i][2], 255 };

    memcpy (&self->map_rgba[i], rgba, sizeof rgba);
  }
  unpack_color (recipe->nan_color, self->nan_rgb);
  unpack_color ((guint32) recipe->under_color, self->under_rgb);
  unpack_color ((guint32) recipe->over_color, self->over_rgb);
  unpack_color ((guint32) recipe->posinf_color, self->posinf_rgb);
  unpack_color ((guint32) recipe->neginf_color, self->neginf_rgb);
}

gboolean
ts_plan_get_label (const TsPlan *self, double x, guint8 rgb[3])
{
  /* Rounded to the nearest integer; beyond 2^62 there are no labels. */
  gint64 label = (gint64) floor (CLAMP (x, -0x1p62, 0x1p62) + 0.5);

  if (self->ignore_label >= 0 && label == self->ignore_label) {
    memset (rgb, 0, 3);
    return FALSE;
  }
  if (self->n_out == 1)
    memset (rgb, (int) CLAMP (label, 0, 255), 3);
  else if (self->invert)
    ts_colormap_get_reversed_label_color (self->colormap, label, rgb);
  else
    ts_colormap_get_label_color (self->colormap, label, rgb);
  return TRUE;
}

void
ts_plan_pack_color (const TsPlan *self, const guint8 rgb[3], guint8 alpha, guint8 *out)
{
  guint8 channels[4] = { rgb[0], rgb[1], rgb[2], alpha };

  /* Luma, for a colour among grays. */
  if (self->n_out == 1)
    channels[0] = (guint8) ((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000);
  for (guint k = 0; k < self->n_out; k++) {
    guint16 wide = (guint16) (channels[k] * 257);
    float real = (float) channels[k] / 255;

    if (self->bits == 8)
      out[k] = channels[k];
    else if (self->bits == 16)
      memcpy (out + k * 2, &wide, sizeof wide);
    else
      memcpy (out + k * 4, &real, sizeof real);
  }
}
