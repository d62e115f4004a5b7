/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "view/ts-layout-private.h"

#include "tensor/ts-stats.h"

#include <math.h>
#include <string.h>

/* Elements looked at in one image, and the side of one of up to four windows of a larger one. */
#define IMAGE_BUDGET 21000
#define WINDOW_SIDE  72

/* A row of a window that spans more of the file than this takes one read an element: look at less.
 */
#define SCATTERED_BYTES       (64u << 10)
#define SCATTERED_WINDOW_SIDE 16

/* Sums for Pearson's correlation of pairs, each window around its own means: a window that is
 * brighter than the next one is no likeness of neighbours. */
typedef struct
{
  double xy, xx, yy;
  guint64 n;
} Correlation;

/* Pairs (values[i], values[i + step]) for all rows and columns given. */
static void
add_pairs (Correlation *self,
           const double *values,
           guint rows,
           guint columns,
           guint width,
           guint step)
{
  double sum_x = 0, sum_y = 0;
  guint64 n = 0;

  for (guint y = 0; y < rows; y++) {
    for (guint x = 0; x < columns; x++) {
      double a = values[y * width + x], b = values[y * width + x + step];

      if (isfinite (a) && isfinite (b)) {
        sum_x += a;
        sum_y += b;
        n++;
      }
    }
  }
  if (n == 0)
    return;
  for (guint y = 0; y < rows; y++) {
    for (guint x = 0; x < columns; x++) {
      double a = values[y * width + x], b = values[y * width + x + step];

      if (isfinite (a) && isfinite (b)) {
        a -= sum_x / (double) n;
        b -= sum_y / (double) n;
        self->xy += a * b;
        self->xx += a * a;
        self->yy += b * b;
      }
    }
  }
  self->n += n;
}

static double
get_correlation (const Correlation *self)
{
  double scale = sqrt (self->xx) * sqrt (self->yy);

  return self->n >= 8 && scale > 0 && isfinite (scale) ? self->xy / scale : NAN;
}

/* First, middle and last along every axis: which = 0, 1, 2. */
static void
set_position (const TsShape *shape, guint which, guint64 *start, guint64 *count)
{
  for (guint i = 0; i < shape->n_dims; i++) {
    start[i] = which == 0 ? 0 : which == 1 ? shape->dims[i] / 2 : shape->dims[i] - 1;
    count[i] = 1;
  }
}

static double *
read_doubles (TsTensor *tensor, const guint64 *start, const guint64 *count)
{
  g_autoptr (TsBlock) block = ts_tensor_read (tensor, start, count, NULL, NULL);
  double *values;

  if (block == NULL)
    return NULL;
  values = g_new (double, ts_block_get_n_elements (block));
  ts_block_load_doubles (block, values);
  return values;
}

double
ts_layout_measure_smoothness (TsTensor *tensor, guint axis_h, guint axis_w)
{
  const TsShape *shape = ts_tensor_get_shape (tensor);
  const gint64 *strides = ts_tensor_get_strides (tensor);
  gsize size = ts_dtype_get_size (ts_tensor_get_dtype (tensor));
  guint64 height = shape->dims[axis_h], width = shape->dims[axis_w];
  gint64 nearer = MIN (strides[axis_h], strides[axis_w]);
  gboolean is_scattered = nearer > SCATTERED_BYTES / WINDOW_SIDE / (gint64) size;
  guint64 side = is_scattered ? SCATTERED_WINDOW_SIDE : WINDOW_SIDE;
  Correlation along_w = { 0 }, along_h = { 0 };
  guint64 window_h, window_w;
  guint n_positions = 1, n_down, n_across;

  if (!ts_tensor_has_data (tensor) || ts_tensor_get_n_elements (tensor) == 0 || height < 2 ||
      width < 2)
    return NAN;
  for (guint i = 0; i < shape->n_dims; i++) {
    if (i != axis_h && i != axis_w)
      n_positions = MAX (n_positions, (guint) MIN (shape->dims[i], 3));
  }
  if (!is_scattered && height <= IMAGE_BUDGET / width) {
    window_h = height;
    window_w = width;
  } else {
    window_h = MIN (height, side);
    window_w = MIN (width, side);
  }
  n_down = !is_scattered && height >= 2 * window_h ? 2 : 1;
  n_across = !is_scattered && width >= 2 * window_w ? 2 : 1;
  for (guint i = 0; i < n_positions * n_down * n_across; i++) {
    guint which = i / (n_down * n_across), down = i / n_across % n_down, across = i % n_across;
    guint64 start[TS_MAX_DIMS], count[TS_MAX_DIMS];
    g_autofree double *values = NULL;

    /* Windows at a half, or at a quarter and three quarters of the free way. */
    set_position (shape, n_positions == 2 && which == 1 ? 2 : which, start, count);
    start[axis_h] = (height - window_h) / (2 * n_down) * (2 * down + 1);
    start[axis_w] = (width - window_w) / (2 * n_across) * (2 * across + 1);
    count[axis_h] = window_h;
    count[axis_w] = window_w;
    values = read_doubles (tensor, start, count);
    if (values == NULL)
      return NAN;
    if (axis_h < axis_w) {
      add_pairs (&along_w, values, (guint) window_h, (guint) window_w - 1, (guint) window_w, 1);
      add_pairs (&along_h, values, (guint) window_h - 1, (guint) window_w, (guint) window_w,
                 (guint) window_w);
    } else {
      add_pairs (&along_h, values, (guint) window_w, (guint) window_h - 1, (guint) window_h, 1);
      add_pairs (&along_w, values, (guint) window_w - 1, (guint) window_h, (guint) window_h,
                 (guint) window_h);
    }
  }
  return MIN (get_correlation (&along_w), get_correlation (&along_h));
}

gboolean
ts_layout_values_look_like_colors (TsTensor *tensor, gboolean *known)
{
  static const double percents[] = { 0.1, 99.9 };
  const TsShape *shape = ts_tensor_get_shape (tensor);
  g_autoptr (GArray) sample = g_array_new (FALSE, FALSE, sizeof (double));
  double bounds[2];

  *known = FALSE;
  if (ts_dtype_is_integer (ts_tensor_get_dtype (tensor))) {
    *known = TRUE;
    return TRUE;
  }
  if (!ts_tensor_has_data (tensor) || ts_tensor_get_n_elements (tensor) == 0)
    return FALSE;
  for (guint which = 0; which < 3; which++) {
    guint64 start[TS_MAX_DIMS], count[TS_MAX_DIMS], n = 1, budget = IMAGE_BUDGET;
    g_autofree double *values = NULL;

    /* Short axes (channels) whole, the rest as far as it goes from the middle. */
    set_position (shape, which, start, count);
    for (guint i = 0; i < shape->n_dims; i++) {
      if (shape->dims[i] <= 4) {
        start[i] = 0;
        count[i] = shape->dims[i];
        n *= count[i];
      }
      if (n > budget)
        return FALSE;
    }
    budget /= n;
    for (guint i = shape->n_dims; i-- > 0 && budget > 1;) {
      if (shape->dims[i] > 4) {
        count[i] = MIN (MIN (shape->dims[i], budget), 128);
        start[i] = MIN (start[i], shape->dims[i] - count[i]);
        budget /= count[i];
      }
    }
    n = 1;
    for (guint i = 0; i < shape->n_dims; i++)
      n *= count[i];
    values = read_doubles (tensor, start, count);
    if (values == NULL)
      return FALSE;
    g_array_append_vals (sample, values, (guint) n);
  }
  ts_percentiles ((double *) (gpointer) sample->data, sample->len, percents, 2, bounds);
  if (isnan (bounds[0]))
    return FALSE;
  *known = TRUE;
  return bounds[0] >= -1.05 && bounds[1] <= 1.05;
}
