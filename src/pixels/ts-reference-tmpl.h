/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pixel after the other; see ts-pipeline-tmpl.h for the parameters. */

/* The elements of pixel @x of row @y, or what the channels combine to. */
static void
NAME (load_inputs) (const TsPlan *plan, const TsBlock *image, guint64 y, guint64 x, REAL inputs[4])
{
  const TsDtypeInfo *info = ts_dtype_get_info (image->dtype);
  const guint8 *first =
      image->data + ((gint64) y * image->strides_elems[0] + (gint64) x * image->strides_elems[1]) *
                        info->size_bytes;
  REAL sum = 0, best = 0;
  guint at = 0;

  if (plan->combine == TS_CHANNELS_AUTO) {
    for (guint k = 0; k < plan->n_inputs; k++) {
      double value = 0;

      if (plan->source[k] >= 0)
        info->load (first + plan->source[k] * image->strides_elems[2] * info->size_bytes, 0, 1,
                    &value);
      inputs[k] = (REAL) value;
    }
    return;
  }
  for (guint c = 0; c < plan->n_all; c++) {
    const TsTransform *transform = &plan->all[c < TS_RECIPE_MAX_CHANNELS ? c : 0];
    double value;
    REAL v;

    info->load (first + c * image->strides_elems[2] * info->size_bytes, 0, 1, &value);
    v = NAME (unnormalise) (transform, (REAL) value);
    sum += v;
    if (c == 0 || isnan (v) ||
        (plan->combine == TS_CHANNELS_ARGMAX ? v > best : fabs (v) > fabs (best))) {
      if (!isnan (best) || c == 0) {
        best = v;
        at = c;
      }
    }
  }
  if (plan->combine == TS_CHANNELS_MEAN)
    inputs[0] = sum / (REAL) plan->n_all;
  else if (plan->combine == TS_CHANNELS_MAX_ABS || isnan (best))
    inputs[0] = best;
  else
    inputs[0] = (REAL) at;
}

static void
NAME (render_floats) (const TsPlan *plan,
                      const REAL x[4],
                      const REAL y[4],
                      const REAL t[4],
                      float *out)
{
  float channels[4] = { 0, 0, 0, 1 };
  guint8 rgb[3];

  for (guint k = 0; k < plan->n_inputs; k++) {
    if (plan->source[k] < 0)
      channels[k] = 0;
    else if (plan->values == TS_VALUES_RAW)
      channels[k] = (float) x[k];
    else if (plan->values == TS_VALUES_VALUES)
      channels[k] = (float) y[k];
    else
      channels[k] = (float) (k < 3 ? NAME (bend) (plan, t[k]) : t[k]);
  }
  if (plan->n_inputs == 1) {
    channels[1] = channels[2] = channels[0];
    if (plan->values == TS_VALUES_DISPLAY && plan->kind != TS_PLAN_GRAY && !isnan (x[0])) {
      if (plan->kind == TS_PLAN_LABELS) {
        channels[3] = ts_plan_get_label (plan, (double) x[0], rgb) ? 1 : 0;
      } else {
        guint entry = NAME (quantise) (&plan->map_quantiser, NAME (bend) (plan, t[0]));

        memcpy (rgb, plan->map[entry], 3);
      }
      for (guint k = 0; k < 3; k++)
        channels[k] = (float) rgb[k] / 255;
    }
  }
  memcpy (out, channels, plan->n_out * sizeof *out);
}

static void
NAME (render_pixel) (const TsPlan *plan, const REAL x[4], guint8 *out, TsMarks *marks)
{
  REAL y[4], t[4];
  guint values[4] = { 0, 0, 0, plan->bits == 16 ? 65535 : 255 };
  gboolean has_nan = FALSE, is_under = FALSE, is_over = FALSE;
  gboolean has_posinf = FALSE, has_neginf = FALSE;
  guint8 rgb[3];

  for (guint k = 0; k < plan->n_inputs; k++) {
    gboolean is_color = k < plan->n_colors && plan->source[k] >= 0;

    y[k] = NAME (unnormalise) (&plan->inputs[k], x[k]);
    t[k] = NAME (to_range) (&plan->inputs[k], y[k]);
    has_nan |= plan->source[k] >= 0 && isnan (x[k]);
    is_under |= is_color && t[k] < 0;
    is_over |= is_color && t[k] > 1;
    has_posinf |= is_color && isinf (x[k]) && x[k] > 0;
    has_neginf |= is_color && isinf (x[k]) && x[k] < 0;
    if (!is_color)
      continue;
    marks->n_nan += isnan (x[k]) ? 1 : 0;
    marks->n_posinf += isinf (x[k]) && x[k] > 0 ? 1 : 0;
    marks->n_neginf += isinf (x[k]) && x[k] < 0 ? 1 : 0;
    if (plan->kind != TS_PLAN_LABELS) {
      marks->n_under += t[k] < 0 ? 1 : 0;
      marks->n_over += t[k] > 1 ? 1 : 0;
    }
  }
  if (out == NULL)
    return;
  if (plan->bits == 32) {
    float channels[4];

    NAME (render_floats) (plan, x, y, t, channels);
    memcpy (out, channels, plan->pixel_size);
    return;
  }
  if (has_nan) {
    ts_plan_pack_color (plan, plan->nan_rgb, 255, out);
    return;
  }
  if ((has_posinf && plan->has_posinf) || (has_neginf && plan->has_neginf)) {
    ts_plan_pack_color (plan, has_posinf && plan->has_posinf ? plan->posinf_rgb : plan->neginf_rgb,
                        255, out);
    return;
  }
  if (plan->kind == TS_PLAN_LABELS) {
    gboolean is_shown = ts_plan_get_label (plan, (double) x[0], rgb);

    ts_plan_pack_color (plan, rgb, is_shown ? 255 : 0, out);
    return;
  }
  if ((is_over && plan->has_over) || (is_under && plan->has_under)) {
    ts_plan_pack_color (plan, is_over && plan->has_over ? plan->over_rgb : plan->under_rgb, 255,
                        out);
    return;
  }
  if (plan->kind == TS_PLAN_MAP) {
    guint entry = NAME (quantise) (&plan->map_quantiser, NAME (bend) (plan, t[0]));

    ts_plan_pack_color (plan, plan->map[entry], 255, out);
    return;
  }
  for (guint k = 0; k < plan->n_inputs; k++) {
    if (plan->source[k] >= 0)
      values[k] = NAME (quantise) (&plan->quantiser, k < 3 ? NAME (bend) (plan, t[k]) : t[k]);
    else
      values[k] = 0;
  }
  if (plan->n_inputs == 1)
    values[1] = values[2] = values[0];
  for (guint k = 0; k < plan->n_out; k++) {
    guint16 wide = (guint16) values[k];

    if (plan->bits == 8)
      out[k] = (guint8) values[k];
    else
      memcpy (out + k * 2, &wide, sizeof wide);
  }
}

static void
NAME (render_pixels) (const TsPlan *plan,
                      const TsBlock *image,
                      guint64 y,
                      guint64 x,
                      gsize n,
                      guint8 *out,
                      TsMarks *marks)
{
  for (gsize i = 0; i < n; i++) {
    REAL inputs[4] = { 0 };

    NAME (load_inputs) (plan, image, y, x + i, inputs);
    NAME (render_pixel) (plan, inputs, out != NULL ? out + i * plan->pixel_size : NULL, marks);
  }
}
