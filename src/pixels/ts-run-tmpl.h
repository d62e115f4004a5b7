/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of pixels for REAL float or double: piece by piece through buffers that stay in the first
 * cache, each step a loop without decisions. CHUNK is how many pixels a piece has, MAGIC the REAL
 * whose unit in the last place is 1. */

/* How x becomes t; each loop is compiled for each form. */
enum NAME (Form) {
  NAME (FORM_PLAIN),          /* x * std + mean */
  NAME (FORM_RANGE),          /* (x * std + mean - lo) / width */
  NAME (FORM_QUOTIENT),       /* x / std + mean */
  NAME (FORM_QUOTIENT_RANGE), /* (x / std + mean - lo) / width */
  NAME (FORM_STEP),
};

static inline enum NAME (Form) NAME (get_form) (const TsTransform *transform)
{
  if (transform->is_step)
    return NAME (FORM_STEP);
  if (transform->divides)
    return transform->is_plain ? NAME (FORM_QUOTIENT) : NAME (FORM_QUOTIENT_RANGE);
  return transform->is_plain ? NAME (FORM_PLAIN) : NAME (FORM_RANGE);
}

static inline __attribute__ ((always_inline)) REAL
NAME (apply) (enum NAME (Form) form, const TsTransform *transform, REAL x)
{
  REAL std = transform->FIELD.std, mean = transform->FIELD.mean;
  REAL lo = transform->FIELD.lo, width = transform->FIELD.width;

  if (form == NAME (FORM_PLAIN))
    return x * std + mean;
  if (form == NAME (FORM_RANGE))
    return (x * std + mean - lo) / width;
  if (form == NAME (FORM_QUOTIENT))
    return x / std + mean;
  if (form == NAME (FORM_QUOTIENT_RANGE))
    return (x / std + mean - lo) / width;
  return NAME (to_range) (transform, NAME (unnormalise) (transform, x));
}

/* Elements of the input as REALs; where they lie so already, themselves. */
static const REAL *
NAME (load) (const TsRun *run, gsize at, int source, gsize n, REAL *buffer)
{
  const guint8 *src =
      run->first + (gssize) at * run->pixel_stride_bytes + source * run->channel_stride_bytes;

  if (run->dtype == OWN_DTYPE && run->pixel_stride_bytes == (gssize) sizeof (REAL) &&
      (guintptr) src % sizeof (REAL) == 0)
    return (const REAL *) (gconstpointer) src;
  NAME (load_elements) (run->dtype, src, run->pixel_stride_bytes, n, buffer);
  return buffer;
}

static inline __attribute__ ((always_inline)) void
NAME (normalise_form) (enum NAME (Form) form,
                       const TsTransform *transform,
                       const REAL *restrict x,
                       gsize n,
                       REAL *restrict t)
{
  TsTransform local = *transform;

  for (gsize i = 0; i < n; i++)
    t[i] = NAME (apply) (form, &local, x[i]);
}

static void
NAME (normalise) (const TsTransform *transform, const REAL *x, gsize n, REAL *t)
{
  switch (NAME (get_form) (transform)) {
  case NAME (FORM_PLAIN):
    NAME (normalise_form) (NAME (FORM_PLAIN), transform, x, n, t);
    break;
  case NAME (FORM_RANGE):
    NAME (normalise_form) (NAME (FORM_RANGE), transform, x, n, t);
    break;
  case NAME (FORM_QUOTIENT):
    NAME (normalise_form) (NAME (FORM_QUOTIENT), transform, x, n, t);
    break;
  case NAME (FORM_QUOTIENT_RANGE):
    NAME (normalise_form) (NAME (FORM_QUOTIENT_RANGE), transform, x, n, t);
    break;
  case NAME (FORM_STEP):
  default:
    NAME (normalise_form) (NAME (FORM_STEP), transform, x, n, t);
    break;
  }
}

/* To bytes; TRUE when a NaN was met (it became 0). */
static inline __attribute__ ((always_inline)) gboolean
NAME (quantise_form) (enum NAME (Form) form,
                      gboolean invert,
                      gboolean half_even,
                      const TsTransform *transform,
                      const TsQuantiser *quantiser,
                      const REAL *restrict x,
                      gsize n,
                      guint8 *restrict out)
{
  /* Variables, not literals: that lets the compiler use minimum and maximum. */
  REAL mul = quantiser->mul, add = quantiser->add, low = 0, high = quantiser->max;
  TsTransform local = *transform;
  gint32 n_nan = 0;

  for (gsize i = 0; i < n; i++) {
    REAL t = NAME (apply) (form, &local, x[i]);
    REAL v;

    n_nan |= t != t;
    if (invert)
      t = 1 - t;
    v = t * mul + add;
    v = v > low ? v : low;
    v = v < high ? v : high;
    if (half_even)
      v = (v + MAGIC) - MAGIC;
    out[i] = (guint8) (gint32) v;
  }
  return n_nan != 0;
}

#define ELEMENT  REAL
#define VALUE(v) (v)
#define RGBA(x)  NAME (rgba_##x)
#include "pixels/ts-rgba-tmpl.h"
#undef ELEMENT
#undef VALUE
#undef RGBA

static gboolean
NAME (render_rgba) (const TsPlan *plan, const REAL *const x[4], gsize n, guint32 *out)
{
#if TS_HAS_SSE2_RGBA
  if (sizeof (REAL) == sizeof (float) && !plan->quantiser.half_even && n % 16 == 0)
    return render_rgba_sse2 (plan, (const float *const *) x, n, out);
#endif
  return NAME (rgba_render) (plan, x, n, out);
}

#define QUANTISE(form)                                                                             \
  (invert ? quantiser->half_even                                                                   \
                ? NAME (quantise_form) (form, TRUE, TRUE, transform, quantiser, x, n, out)         \
                : NAME (quantise_form) (form, TRUE, FALSE, transform, quantiser, x, n, out)        \
   : quantiser->half_even                                                                          \
       ? NAME (quantise_form) (form, FALSE, TRUE, transform, quantiser, x, n, out)                 \
       : NAME (quantise_form) (form, FALSE, FALSE, transform, quantiser, x, n, out))

static gboolean
NAME (quantise_bytes) (const TsTransform *transform,
                       const TsQuantiser *quantiser,
                       gboolean invert,
                       const REAL *x,
                       gsize n,
                       guint8 *out)
{
  switch (NAME (get_form) (transform)) {
  case NAME (FORM_PLAIN):
    return QUANTISE (NAME (FORM_PLAIN));
  case NAME (FORM_RANGE):
    return QUANTISE (NAME (FORM_RANGE));
  case NAME (FORM_QUOTIENT):
    return QUANTISE (NAME (FORM_QUOTIENT));
  case NAME (FORM_QUOTIENT_RANGE):
    return QUANTISE (NAME (FORM_QUOTIENT_RANGE));
  case NAME (FORM_STEP):
  default:
    return QUANTISE (NAME (FORM_STEP));
  }
}

#undef QUANTISE

/* What is no finite number (its difference from itself is none either) is rare: first only whether
 * there is any. */
static inline __attribute__ ((always_inline)) void
NAME (count_form) (enum NAME (Form) form,
                   gboolean is_ranged,
                   const TsTransform *transform,
                   const REAL *restrict x,
                   gsize n,
                   TsMarks *marks)
{
  REAL largest = LARGEST, low = 0, high = 1;
  COUNT n_under = 0, n_over = 0, n_special = 0;
  TsTransform local = *transform;

  for (gsize i = 0; i < n; i++) {
    REAL t = NAME (apply) (form, &local, x[i]);

    n_special |= x[i] - x[i] != low;
    n_under += t < low;
    n_over += t > high;
  }
  for (gsize i = 0; i < n && n_special != 0; i++) {
    marks->n_nan += x[i] != x[i];
    marks->n_posinf += x[i] > largest;
    marks->n_neginf += x[i] < -largest;
  }
  if (is_ranged) {
    marks->n_under += (guint64) n_under;
    marks->n_over += (guint64) n_over;
  }
}

static void
NAME (count) (const TsPlan *plan,
              const TsTransform *transform,
              const REAL *x,
              gsize n,
              TsMarks *marks)
{
  gboolean is_ranged = plan->kind != TS_PLAN_LABELS;

  switch (NAME (get_form) (transform)) {
  case NAME (FORM_PLAIN):
    NAME (count_form) (NAME (FORM_PLAIN), is_ranged, transform, x, n, marks);
    break;
  case NAME (FORM_RANGE):
    NAME (count_form) (NAME (FORM_RANGE), is_ranged, transform, x, n, marks);
    break;
  case NAME (FORM_QUOTIENT):
    NAME (count_form) (NAME (FORM_QUOTIENT), is_ranged, transform, x, n, marks);
    break;
  case NAME (FORM_QUOTIENT_RANGE):
    NAME (count_form) (NAME (FORM_QUOTIENT_RANGE), is_ranged, transform, x, n, marks);
    break;
  case NAME (FORM_STEP):
  default:
    NAME (count_form) (NAME (FORM_STEP), is_ranged, transform, x, n, marks);
    break;
  }
}

/* One input to bytes: levels of the output, or entries of the map. */
static gboolean
NAME (input_to_bytes) (const TsPlan *plan,
                       const TsCurveTable *curve,
                       guint k,
                       const REAL *x,
                       const REAL *next,
                       gsize n,
                       guint8 *out)
{
  const TsQuantiser *quantiser =
      plan->kind == TS_PLAN_MAP ? &plan->map_quantiser : &plan->quantiser;
  const TsTransform *transform = &plan->inputs[k];
  gboolean has_nan = FALSE;
  REAL t[CHUNK];

  if (k == 3 || !plan->has_curve)
    return NAME (quantise_bytes) (transform, quantiser,
                                  k < 3 && plan->invert && plan->kind != TS_PLAN_MAP, x, n, out);

  NAME (normalise) (transform, x, n, t);
  if (curve != NULL && sizeof (REAL) == sizeof (float))
    return look_up_curve (curve, (const float *) (gconstpointer) t, n, next, out);
  for (gsize i = 0; i < n; i++) {
    has_nan |= t[i] != t[i];
    out[i] = (guint8) NAME (quantise) (quantiser, NAME (bend) (plan, t[i]));
  }
  return has_nan;
}

/* Pixels that are not what their values say: NaN, and beyond the range where that has a colour. */
static void
NAME (patch) (const TsPlan *plan, const REAL *const x[4], gsize n, guint8 *out)
{
  guint8 nan_pixel[16], under_pixel[16], over_pixel[16], posinf_pixel[16], neginf_pixel[16];

  ts_plan_pack_color (plan, plan->nan_rgb, 255, nan_pixel);
  ts_plan_pack_color (plan, plan->under_rgb, 255, under_pixel);
  ts_plan_pack_color (plan, plan->over_rgb, 255, over_pixel);
  ts_plan_pack_color (plan, plan->posinf_rgb, 255, posinf_pixel);
  ts_plan_pack_color (plan, plan->neginf_rgb, 255, neginf_pixel);
  for (gsize i = 0; i < n; i++, out += plan->pixel_size) {
    gboolean has_nan = FALSE, is_under = FALSE, is_over = FALSE;
    gboolean has_posinf = FALSE, has_neginf = FALSE;

    for (guint k = 0; k < plan->n_inputs; k++) {
      REAL t;

      if (x[k] == NULL)
        continue;
      t = NAME (to_range) (&plan->inputs[k], NAME (unnormalise) (&plan->inputs[k], x[k][i]));
      has_nan |= x[k][i] != x[k][i];
      has_posinf |= k < 3 && x[k][i] > (REAL) LARGEST;
      has_neginf |= k < 3 && x[k][i] < -(REAL) LARGEST;
      is_under |= k < 3 && t < 0;
      is_over |= k < 3 && t > 1;
    }
    if (has_nan)
      memcpy (out, nan_pixel, plan->pixel_size);
    else if (has_posinf && plan->has_posinf)
      memcpy (out, posinf_pixel, plan->pixel_size);
    else if (has_neginf && plan->has_neginf)
      memcpy (out, neginf_pixel, plan->pixel_size);
    else if (plan->kind == TS_PLAN_LABELS)
      continue;
    else if (is_over && plan->has_over)
      memcpy (out, over_pixel, plan->pixel_size);
    else if (is_under && plan->has_under)
      memcpy (out, under_pixel, plan->pixel_size);
  }
}

static void
NAME (render_labels) (const TsPlan *plan, const REAL *x, gsize n, guint8 *out)
{
  for (gsize i = 0; i < n; i++, out += plan->pixel_size) {
    guint8 rgb[3];
    gboolean is_shown;

    if (x[i] != x[i])
      continue;
    is_shown = ts_plan_get_label (plan, (double) x[i], rgb);
    ts_plan_pack_color (plan, rgb, is_shown ? 255 : 0, out);
  }
}

/* Through a map of more than 256 entries. */
static gboolean
NAME (render_long_map) (const TsPlan *plan, const REAL *x, gsize n, guint8 *out)
{
  REAL mul = plan->map_quantiser.mul, low = 0, high = plan->map_quantiser.max;
  guint16 entries[ROOM];
  gint32 n_nan = 0;
  REAL t[CHUNK];

  NAME (normalise) (&plan->inputs[0], x, n, t);
  for (gsize i = 0; plan->has_curve && i < n; i++)
    t[i] = NAME (bend) (plan, t[i]);
  for (gsize i = 0; i < n; i++) {
    REAL v = t[i] * mul;

    n_nan |= v != v;
    v = v > low ? v : low;
    v = v < high ? v : high;
    entries[i] = (guint16) (gint32) v;
  }
  expand_long_map (plan, entries, n, out);
  return n_nan != 0;
}

/* Colours and grays to bytes; TRUE when there may have been a NaN. @rgba: of four bytes a pixel,
 * unless one channel is wanted */
static gboolean
NAME (render_bytes) (const TsPlan *plan,
                     const TsCurveTable *curve,
                     const REAL *const x[4],
                     gsize n,
                     guint8 *rgba)
{
  guint8 planes[4][ROOM];
  gboolean has_nan = FALSE;
  guint g, b;

  if (is_rgba_plan (plan) && (guintptr) rgba % sizeof (guint32) == 0)
    return NAME (render_rgba) (plan, x, n, (guint32 *) (gpointer) rgba);
  if (plan->n_map > 256 && x[0] != NULL)
    return NAME (render_long_map) (plan, x[0], n, rgba);
  for (guint k = 0; k < plan->n_inputs; k++) {
    if (x[k] == NULL)
      memset (planes[k], 0, n);
    else
      has_nan |=
          NAME (input_to_bytes) (plan, curve, k, x[k],
                                 k + 1 < plan->n_inputs && x[k + 1] != NULL ? x[k + 1] : x[k] + n,
                                 n, planes[k]);
  }
  g = plan->n_inputs > 1 ? 1 : 0;
  b = plan->n_inputs > 1 ? 2 : 0;
  if (plan->kind == TS_PLAN_MAP)
    expand_map (plan, planes[0], n, rgba);
  else if (plan->n_out == 1)
    memcpy (rgba, planes[0], n);
  else if (plan->n_inputs == 4)
    expand_rgba (planes[0], planes[1], planes[2], planes[3], n, rgba);
  else
    expand_rgbx (planes[0], planes[g], planes[b], n, rgba);
  return has_nan;
}

static void
NAME (render_8) (const TsPlan *plan,
                 const TsCurveTable *curve,
                 const REAL *const x[4],
                 gsize n,
                 guint8 *out)
{
  guint32 pixels[CHUNK];
  gboolean has_nan = TRUE;

  if (plan->kind == TS_PLAN_LABELS)
    NAME (render_labels) (plan, x[0], n, out);
  else if (plan->n_out == 3) {
    has_nan = NAME (render_bytes) (plan, curve, x, n, (guint8 *) pixels);
    pack_rgb (pixels, n, out);
  } else {
    has_nan = NAME (render_bytes) (plan, curve, x, n, out);
  }
  if (has_nan || plan->has_patches)
    NAME (patch) (plan, x, n, out);
}

static void
NAME (render_16) (const TsPlan *plan, const REAL *const x[4], gsize n, guint8 *out)
{
  guint16 *wide = (guint16 *) (gpointer) out;
  gboolean has_nan = FALSE;
  REAL t[CHUNK];

  if (plan->kind == TS_PLAN_LABELS)
    NAME (render_labels) (plan, x[0], n, out);
  for (guint k = 0; k < plan->n_inputs && plan->kind != TS_PLAN_LABELS; k++) {
    if (x[k] != NULL)
      NAME (normalise) (&plan->inputs[k], x[k], n, t);
    for (gsize i = 0; i < n; i++) {
      guint v = 0;

      if (x[k] != NULL) {
        has_nan |= t[i] != t[i];
        t[i] = k < 3 ? NAME (bend) (plan, t[i]) : t[i];
        v = NAME (quantise) (plan->kind == TS_PLAN_MAP ? &plan->map_quantiser : &plan->quantiser,
                             t[i]);
      }
      if (plan->kind == TS_PLAN_MAP) {
        ts_plan_pack_color (plan, plan->map[v], 255, out + i * plan->pixel_size);
        continue;
      }
      if (k < plan->n_out)
        wide[i * plan->n_out + k] = (guint16) v;
      for (guint j = 1; plan->n_inputs == 1 && j < MIN (plan->n_out, 3); j++)
        wide[i * plan->n_out + j] = (guint16) v;
      if (plan->n_out == 4 && plan->n_inputs < 4)
        wide[i * 4 + 3] = 65535;
    }
  }
  if (has_nan || plan->kind == TS_PLAN_LABELS || plan->has_patches)
    NAME (patch) (plan, x, n, out);
}

/* Floats of one channel, or of three or four; colours of a map are not for here. */
static void
NAME (render_32) (const TsPlan *plan, const REAL *const x[4], gsize n, guint8 *out)
{
  float *floats = (float *) (gpointer) out;
  REAL t[CHUNK];

  for (guint k = 0; k < plan->n_inputs && k < plan->n_out; k++) {
    TsTransform transform = plan->inputs[k];
    const REAL *values = t;

    if (x[k] == NULL) {
      memset (t, 0, n * sizeof *t);
    } else if (plan->values == TS_VALUES_RAW) {
      values = x[k];
    } else {
      if (plan->values == TS_VALUES_VALUES) {
        transform.is_plain = TRUE;
        transform.is_step = FALSE;
      }
      NAME (normalise) (&transform, x[k], n, t);
      for (gsize i = 0;
           i < n && plan->values == TS_VALUES_DISPLAY && k < 3 && (plan->has_curve || plan->invert);
           i++)
        t[i] = NAME (bend) (plan, t[i]);
    }
    for (gsize i = 0; i < n; i++)
      floats[i * plan->n_out + k] = (float) values[i];
  }
  for (gsize i = 0; i < n && plan->n_out > plan->n_inputs; i++) {
    for (guint k = 1; plan->n_inputs == 1 && k < 3; k++)
      floats[i * plan->n_out + k] = floats[i * plan->n_out];
    if (plan->n_out == 4)
      floats[i * 4 + 3] = 1;
  }
}

#include "pixels/ts-input-tmpl.h"

static void
NAME (render_run) (const TsPlan *plan,
                   const TsCurveTable *curve,
                   const TsRun *run,
                   guint8 *out,
                   TsMarks *marks)
{
  REAL buffers[4][ROOM] __attribute__ ((aligned (64)));

  for (gsize at = 0; at < run->n_pixels; at += CHUNK) {
    gsize n = MIN (run->n_pixels - at, CHUNK);
    const REAL *x[4] = { NULL };

    NAME (load_inputs) (plan, run, at, n, buffers, x);
    if (out != NULL && plan->bits == 32)
      NAME (render_32) (plan, x, n, out + at * plan->pixel_size);
    else if (out != NULL && plan->bits == 8)
      NAME (render_8) (plan, curve, x, n, out + at * plan->pixel_size);
    else if (out != NULL)
      NAME (render_16) (plan, x, n, out + at * plan->pixel_size);
    /* Last, when all is in the cache: whoever goes through one input after the other waits for
     * memory. */
    for (guint k = 0; marks != NULL && k < plan->n_colors; k++) {
      if (x[k] != NULL)
        NAME (count) (plan, &plan->inputs[k], x[k], n, marks);
    }
  }
}
