/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-recipe-edit.h"

#include "base/ts-error.h"

#include <glib/gi18n.h>
#include <math.h>

char *
ts_recipe_edit_dup_numbers (const double *numbers, guint n)
{
  GString *text = g_string_new (NULL);
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < n; i++) {
    /* the shortest of two lengths that reads back the same */
    g_ascii_formatd (buffer, sizeof buffer, "%.15g", numbers[i]);
    if (g_ascii_strtod (buffer, NULL) != numbers[i])
      g_ascii_formatd (buffer, sizeof buffer, "%.17g", numbers[i]);
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", buffer);
  }
  return g_string_free (text, FALSE);
}

char *
ts_recipe_edit_dup_mean (const TsRecipe *recipe)
{
  return ts_recipe_edit_dup_numbers (recipe->mean, recipe->n_norm);
}

char *
ts_recipe_edit_dup_std (const TsRecipe *recipe)
{
  return ts_recipe_edit_dup_numbers (recipe->std, recipe->n_norm);
}

static gboolean
parse_numbers (const char *text, double *numbers, guint *n, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  guint n_words = g_strv_length (words);

  if (n_words == 0 || n_words > TS_RECIPE_MAX_CHANNELS) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("“%s”: give 1 to %d numbers"), text, TS_RECIPE_MAX_CHANNELS);
    return FALSE;
  }
  for (guint i = 0; i < n_words; i++) {
    char *word = g_strstrip (words[i]);
    char *end;

    numbers[i] = g_ascii_strtod (word, &end);
    if (end == word || *end != '\0' || !isfinite (numbers[i])) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID, _ ("“%s” is not a number"), word);
      return FALSE;
    }
  }
  *n = n_words;
  return TRUE;
}

/* Gives each of @n channels numbers of its own, as far as there is room for them. */
static void
spread_norm (TsRecipe *recipe, guint n)
{
  n = CLAMP (n, 1, TS_RECIPE_MAX_CHANNELS);
  if (recipe->n_norm == 0)
    recipe->n_norm = 1;
  for (guint i = recipe->n_norm; i < n; i++) {
    guint from = recipe->n_norm == 1 ? 0 : recipe->n_norm - 1;
    recipe->mean[i] = recipe->mean[from];
    recipe->std[i] = recipe->std[from];
  }
  recipe->n_norm = MAX (recipe->n_norm, n);
}

/* One number for all where all are alike, so that equal settings are equal recipes. */
static void
gather_norm (TsRecipe *recipe)
{
  for (guint i = 1; i < recipe->n_norm; i++)
    if (recipe->mean[i] != recipe->mean[0] || recipe->std[i] != recipe->std[0])
      return;
  for (guint i = 1; i < TS_RECIPE_MAX_CHANNELS; i++) {
    recipe->mean[i] = recipe->mean[0];
    recipe->std[i] = recipe->std[0];
  }
  recipe->n_norm = 1;
}

static gboolean
set_norm_text (TsRecipe *recipe, gboolean is_std, const char *text, GError **error)
{
  double numbers[TS_RECIPE_MAX_CHANNELS];
  guint n;

  if (!parse_numbers (text, numbers, &n, error))
    return FALSE;

  guint n_both = n == 1 ? recipe->n_norm : n;
  spread_norm (recipe, n_both);
  recipe->n_norm = MAX (n_both, 1);
  double *target = is_std ? recipe->std : recipe->mean;
  for (guint i = 0; i < recipe->n_norm; i++)
    target[i] = numbers[n == 1 ? 0 : i];
  gather_norm (recipe);
  recipe->preset = NULL;
  return TRUE;
}

gboolean
ts_recipe_edit_set_mean_text (TsRecipe *recipe, const char *text, GError **error)
{
  return set_norm_text (recipe, FALSE, text, error);
}

gboolean
ts_recipe_edit_set_std_text (TsRecipe *recipe, const char *text, GError **error)
{
  return set_norm_text (recipe, TRUE, text, error);
}

void
ts_recipe_edit_set_mean (TsRecipe *recipe,
                         guint n_channels,
                         guint channel,
                         double value,
                         gboolean linked)
{
  if (n_channels > TS_RECIPE_MAX_CHANNELS)
    n_channels = 1;
  channel = MIN (channel, n_channels - 1);
  spread_norm (recipe, n_channels);
  double before = recipe->mean[channel];
  for (guint i = 0; i < recipe->n_norm; i++) {
    /* equal ones stay exactly equal */
    if (i == channel || (linked && recipe->mean[i] == before))
      recipe->mean[i] = value;
    else if (linked)
      recipe->mean[i] += value - before;
  }
  gather_norm (recipe);
  recipe->preset = NULL;
}

void
ts_recipe_edit_set_std (TsRecipe *recipe,
                        guint n_channels,
                        guint channel,
                        double value,
                        gboolean linked)
{
  if (n_channels > TS_RECIPE_MAX_CHANNELS)
    n_channels = 1;
  channel = MIN (channel, n_channels - 1);
  spread_norm (recipe, n_channels);
  double before = recipe->std[channel];
  for (guint i = 0; i < recipe->n_norm; i++) {
    if (i == channel || (linked && (recipe->std[i] == before || before == 0)))
      recipe->std[i] = value;
    else if (linked)
      recipe->std[i] *= value / before;
  }
  gather_norm (recipe);
  recipe->preset = NULL;
}

char *
ts_recipe_edit_dup_channels (const TsRecipe *recipe)
{
  const int *c = recipe->channels;

  switch (recipe->channel_mode) {
  case TS_CHANNELS_SINGLE:
    return g_strdup_printf ("%d", c[0]);
  case TS_CHANNELS_RGB:
    return g_strdup_printf ("%d,%d,%d", c[0], c[1], c[2]);
  case TS_CHANNELS_RGBA:
    return g_strdup_printf ("%d,%d,%d,%d", c[0], c[1], c[2], c[3]);
  case TS_CHANNELS_MEAN:
  case TS_CHANNELS_MAX_ABS:
  case TS_CHANNELS_ARGMAX:
  case TS_CHANNELS_AUTO:
  default:
    return g_strdup (ts_channel_mode_names[recipe->channel_mode]);
  }
}

gboolean
ts_recipe_edit_set_channels_text (TsRecipe *recipe, const char *text, GError **error)
{
  double numbers[TS_RECIPE_MAX_CHANNELS];
  guint n;
  int mode;

  if (ts_name_lookup (ts_channel_mode_names, text, &mode) && mode >= TS_CHANNELS_MEAN) {
    recipe->channel_mode = (TsChannelMode) mode;
    return TRUE;
  }
  if (g_str_equal (text, "auto")) {
    recipe->channel_mode = TS_CHANNELS_AUTO;
    recipe->channels[0] = 0;
    recipe->channels[1] = 1;
    recipe->channels[2] = 2;
    recipe->channels[3] = 3;
    return TRUE;
  }
  if (!parse_numbers (text, numbers, &n, error))
    return FALSE;
  if (n != 1 && n != 3 && n != 4) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("“%s”: give one channel, three for RGB, or four for RGBA"), text);
    return FALSE;
  }
  for (guint i = 0; i < n; i++) {
    if (numbers[i] != floor (numbers[i]) || numbers[i] < -1 || numbers[i] > G_MAXINT ||
        (n == 1 && numbers[i] < 0)) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID, _ ("“%s”: channels count from 0"), text);
      return FALSE;
    }
  }
  recipe->channel_mode = n == 1 ? TS_CHANNELS_SINGLE : n == 3 ? TS_CHANNELS_RGB : TS_CHANNELS_RGBA;
  for (guint i = 0; i < n; i++)
    recipe->channels[i] = (int) numbers[i];
  return TRUE;
}

void
ts_recipe_edit_mix_channels (TsRecipe *recipe, guint n_channels)
{
  int last = (int) MIN (n_channels, G_MAXINT) - 1;

  switch (recipe->channel_mode) {
  case TS_CHANNELS_RGB:
    return;
  case TS_CHANNELS_RGBA:
    break;
  case TS_CHANNELS_SINGLE:
    recipe->channels[1] = recipe->channels[2] = recipe->channels[0];
    break;
  case TS_CHANNELS_AUTO:
  case TS_CHANNELS_MEAN:
  case TS_CHANNELS_MAX_ABS:
  case TS_CHANNELS_ARGMAX:
  default:
    for (int i = 0; i < 3; i++)
      recipe->channels[i] = i <= last ? i : last == 0 ? 0 : -1;
    break;
  }
  recipe->channel_mode = TS_CHANNELS_RGB;
}

void
ts_recipe_edit_step_channel (TsRecipe *recipe, guint n_channels, int step)
{
  gint64 at = recipe->channel_mode == TS_CHANNELS_SINGLE ? recipe->channels[0] + 1 : 0;
  gint64 n = (gint64) n_channels + 1;

  at = (at + step + n) % n;
  if (at == 0) {
    recipe->channel_mode = TS_CHANNELS_AUTO;
  } else {
    recipe->channel_mode = TS_CHANNELS_SINGLE;
    recipe->channels[0] = (int) at - 1;
  }
}

void
ts_recipe_edit_set_range (TsRecipe *recipe, double lo, double hi)
{
  recipe->range_mode = TS_RANGE_FIXED;
  recipe->centered = FALSE;
  recipe->n_range = 1;
  for (guint i = 0; i < TS_RECIPE_MAX_CHANNELS; i++) {
    recipe->lo[i] = lo;
    recipe->hi[i] = hi;
  }
}

void
ts_recipe_edit_set_range_mode (TsRecipe *recipe, TsRangeMode mode, const TsResolved *resolved)
{
  if (mode == recipe->range_mode)
    return;
  if (mode == TS_RANGE_FIXED && resolved != NULL) {
    recipe->n_range = MAX (resolved->n, 1);
    for (guint i = 0; i < recipe->n_range; i++) {
      recipe->lo[i] = resolved->lo[i];
      recipe->hi[i] = resolved->hi[i];
    }
  }
  recipe->range_mode = mode;
}

gboolean
ts_recipe_edit_snap_range (TsRecipe *recipe, double lo, double hi)
{
  static const double ranges[][2] = { { 0, 1 }, { -1, 1 }, { 0, 255 }, { 0, 65535 } };

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++) {
    double slack = 0.05 * (hi - lo);
    if (lo >= ranges[i][0] - slack && hi <= ranges[i][1] + slack) {
      ts_recipe_edit_set_range (recipe, ranges[i][0], ranges[i][1]);
      return TRUE;
    }
  }
  return FALSE;
}

void
ts_recipe_edit_step_percentile (TsRecipe *recipe)
{
  static const double steps[] = { 0.1, 1, 5 };
  guint next = 0;

  if (recipe->range_mode == TS_RANGE_PERCENTILE)
    for (guint i = 0; i + 1 < G_N_ELEMENTS (steps); i++)
      if (recipe->percentile_lo == steps[i])
        next = i + 1;
  recipe->range_mode = TS_RANGE_PERCENTILE;
  recipe->percentile_lo = steps[next];
  recipe->percentile_hi = 100 - steps[next];
}

void
ts_recipe_edit_step_colormap (TsRecipe *recipe, int step)
{
  recipe->colormap =
      (TsColormap) (((int) recipe->colormap + step + TS_N_COLORMAPS) % TS_N_COLORMAPS);
}

char *
ts_recipe_edit_dup_color (int color)
{
  return color < 0 ? g_strdup ("none") : g_strdup_printf ("#%06x", (guint) color & 0xffffff);
}

gboolean
ts_recipe_edit_parse_color (const char *text, gboolean optional, int *color, GError **error)
{
  if (optional && g_str_equal (text, "none")) {
    *color = -1;
    return TRUE;
  }
  if (*text == '#' && strlen (text) == 7 && strspn (text + 1, "0123456789abcdefABCDEF") == 6) {
    *color = (int) g_ascii_strtoull (text + 1, NULL, 16);
    return TRUE;
  }
  g_set_error (error, TS_ERROR, TS_ERROR_INVALID, _ ("“%s” is not a colour such as #ff00ff"), text);
  return FALSE;
}
