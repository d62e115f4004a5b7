/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-figure-bar.h"

#include "base/ts-error.h"
#include "pixels/ts-colormap.h"
#include "pixels/ts-render.h"

#include <math.h>
#include <string.h>

#define MOST_STEPS 6

static gboolean
fail (GError **error, const char *message)
{
  g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "a colour bar %s", message);
  return FALSE;
}

void
ts_figure_bar_set_ticks (TsFigureBarScale *scale, double lo, double hi)
{
  static const double factors[] = { 1, 2, 5, 10 };
  double span = hi - lo;
  double power = pow (10, floor (log10 (span / MOST_STEPS)));
  double step = 10 * power;

  for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
    if (span / (factors[i] * power) <= MOST_STEPS) {
      step = factors[i] * power;
      break;
    }
  scale->lo = lo;
  scale->hi = hi;
  scale->n_ticks = 0;
  for (double k = ceil (lo / step - 1e-6);
       k <= floor (hi / step + 1e-6) && scale->n_ticks < TS_FIGURE_MAX_TICKS; k++) {
    TsFigureTick *tick = &scale->ticks[scale->n_ticks++];
    double value = k == 0 ? 0 : k * step;

    tick->fraction = CLAMP ((value - lo) / span, 0, 1);
    g_ascii_formatd (tick->text, sizeof tick->text, "%.6g", value);
  }
}

/* One block of values from the top of the bar down, through the recipe without normalisation. */
static gboolean
fill_colors (TsFigure *figure,
             double lo,
             double hi,
             double shown_lo,
             double shown_hi,
             GError **error)
{
  const guint64 dims[] = { TS_FIGURE_BAR_STEPS, 1, 1 };
  TsRecipe recipe = *figure->recipe;
  TsResolved resolved = { .n = 1, .lo = { shown_lo }, .hi = { shown_hi } };
  guint8 *data;
  g_autoptr (TsBlock) block = ts_block_new_packed (TS_DTYPE_FLOAT64, 3, dims, &data, error);

  if (block == NULL)
    return FALSE;
  for (guint i = 0; i < TS_FIGURE_BAR_STEPS; i++) {
    double value = hi - (hi - lo) * (i + 0.5) / TS_FIGURE_BAR_STEPS;

    memcpy (data + i * sizeof value, &value, sizeof value);
  }
  recipe.n_norm = 1;
  recipe.mean[0] = 0;
  recipe.std[0] = 1;
  recipe.channel_mode = TS_CHANNELS_SINGLE;
  recipe.channels[0] = 0;
  ts_render_block (block, &recipe, &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY,
                   figure->bar_colors[0], 3, NULL);
  return TRUE;
}

gboolean
ts_figure_bar_measure (TsFigure *figure,
                       const TsImageSize *size,
                       guint64 index,
                       TsFigureBarScale *scale,
                       GError **error)
{
  const TsRecipe *recipe = figure->recipe;
  gboolean is_auto = recipe->channel_mode == TS_CHANNELS_AUTO;
  TsResolved resolved;
  guint channel;

  if (recipe->channel_mode == TS_CHANNELS_RGB || recipe->channel_mode == TS_CHANNELS_RGBA ||
      (is_auto && size->n_channels == 3))
    return fail (error, "shows one channel, not several; choose one");
  if (ts_colormap_is_categorical (recipe->colormap))
    return fail (error, "has no meaning for labels");
  if (!ts_recipe_is_index_independent (recipe))
    return fail (error, "needs one range for all images; choose the scope batch");
  if (!ts_resolve (recipe, figure->stats, index, &resolved, NULL, error))
    return FALSE;

  channel = recipe->channel_mode == TS_CHANNELS_SINGLE ? (guint) MAX (recipe->channels[0], 0) : 0;
  channel = MIN (channel, resolved.n - 1);

  double lo = resolved.lo[channel], hi = resolved.hi[channel];
  double values_lo = lo * recipe->value_scale, values_hi = hi * recipe->value_scale;

  if (!(isfinite (values_lo) && isfinite (values_hi) && values_hi > values_lo))
    return fail (error, "needs a range with an upper end above its lower end");
  ts_figure_bar_set_ticks (scale, values_lo, values_hi);
  return fill_colors (figure, values_lo, values_hi, lo, hi, error);
}
