/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Two images in numbers. They pass row by row, a channel at a time; the window of the structural
 * similarity is a ring of the last rows, already filtered along x, so that memory does not grow
 * with the height of an image. */

#include "config.h"

#include "view/ts-compare.h"

#include "base/ts-clones.h"
#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define WINDOW 11
#define SIGMA  1.5
#define K1     0.01
#define K2     0.03

/* Maps that the window averages: a, b, a^2, b^2, ab. */
#define N_MAPS 5

typedef struct
{
  guint width;
  guint n_out; /* places of the window along x */
  guint64 n_rows;
  gboolean has_shift;
  double shift; /* taken off all values: keeps small variances on large values exact */
  double c1, c2;
  double weights[WINDOW];
  double *row;  /* width, of the map being filtered */
  double *ring; /* WINDOW rows of N_MAPS times n_out */
  double *mean; /* N_MAPS times n_out */
  double sum;
  guint64 n;
} Similarity;

typedef struct
{
  const TsCompareOptions *options;
  TsComparison *result;
  Similarity *similarity; /* nullable */
  double *a, *b;          /* one row of one channel */
  double *difference;     /* nullable: a - b where doubles are not enough */
  double sum_squares, sum_abs;
} Walk;

void
ts_compare_options_init (TsCompareOptions *self)
{
  *self = (TsCompareOptions){ .data_range = 1, .with_ssim = TRUE };
}

static void
similarity_init (Similarity *self, guint width, double data_range)
{
  double sum = 0;

  *self = (Similarity){ .width = width, .n_out = width - (WINDOW - 1) };
  self->c1 = (K1 * data_range) * (K1 * data_range);
  self->c2 = (K2 * data_range) * (K2 * data_range);
  for (int i = 0; i < WINDOW; i++) {
    int d = i - WINDOW / 2;

    self->weights[i] = exp (-d * d / (2 * SIGMA * SIGMA));
    sum += self->weights[i];
  }
  for (int i = 0; i < WINDOW; i++)
    self->weights[i] /= sum;
  self->row = g_new (double, width);
  self->ring = g_new (double, (gsize) WINDOW *N_MAPS * self->n_out);
  self->mean = g_new (double, (gsize) N_MAPS * self->n_out);
}

static void
similarity_clear (Similarity *self)
{
  g_free (self->row);
  g_free (self->ring);
  g_free (self->mean);
}

/* out[x] += weight * in[x] */
TS_CLONES static void
add_weighted (double *restrict out, const double *restrict in, double weight, guint n)
{
  for (guint x = 0; x < n; x++)
    out[x] += weight * in[x];
}

static void
filter_row (Similarity *self, double *out)
{
  memset (out, 0, self->n_out * sizeof *out);
  for (guint t = 0; t < WINDOW; t++)
    add_weighted (out, self->row + t, self->weights[t], self->n_out);
}

TS_CLONES static void
multiply (double *restrict out,
          const double *restrict a,
          const double *restrict b,
          double shift,
          guint n)
{
  for (guint x = 0; x < n; x++)
    out[x] = (a[x] - shift) * (b[x] - shift);
}

TS_CLONES static void
subtract (double *restrict out, const double *restrict in, double shift, guint n)
{
  for (guint x = 0; x < n; x++)
    out[x] = in[x] - shift;
}

/* The last WINDOW rows make one row of places. */
static void
add_places (Similarity *self)
{
  gsize n_row = (gsize) N_MAPS * self->n_out;
  const double *mean_a = self->mean, *mean_b = mean_a + self->n_out;
  const double *aa = mean_b + self->n_out, *bb = aa + self->n_out, *ab = bb + self->n_out;
  double sum = 0;

  memset (self->mean, 0, n_row * sizeof (double));
  for (guint t = 0; t < WINDOW; t++)
    add_weighted (self->mean, self->ring + n_row * ((self->n_rows + t) % WINDOW), self->weights[t],
                  (guint) n_row);
  for (guint x = 0; x < self->n_out; x++) {
    double a = mean_a[x] + self->shift, b = mean_b[x] + self->shift;
    double luminance = (2 * a * b + self->c1) / (a * a + b * b + self->c1);
    double variances = (aa[x] - mean_a[x] * mean_a[x]) + (bb[x] - mean_b[x] * mean_b[x]);
    double structure = (2 * (ab[x] - mean_a[x] * mean_b[x]) + self->c2) / (variances + self->c2);
    double value = luminance * structure;

    if (isfinite (value)) {
      sum += value;
      self->n++;
    }
  }
  self->sum += sum;
}

/* What is not finite is NaN here, and stays so in every place that sees it. */
static void
similarity_add_row (Similarity *self, const double *a, const double *b)
{
  double *slot = self->ring + (gsize) N_MAPS * self->n_out * (self->n_rows % WINDOW);
  const double *const factors[][2] = { { a, a }, { b, b }, { a, b } };

  for (guint x = 0; x < self->width && !self->has_shift; x++) {
    self->has_shift = isfinite (a[x]);
    self->shift = self->has_shift ? a[x] : 0;
  }
  for (guint i = 0; i < 2; i++, slot += self->n_out) {
    subtract (self->row, i == 0 ? a : b, self->shift, self->width);
    filter_row (self, slot);
  }
  for (guint i = 0; i < G_N_ELEMENTS (factors); i++, slot += self->n_out) {
    multiply (self->row, factors[i][0], factors[i][1], self->shift, self->width);
    filter_row (self, slot);
  }
  self->n_rows++;
  if (self->n_rows >= WINDOW)
    add_places (self);
}

/* For the next channel: the ring counts again once WINDOW new rows are in it. */
static void
similarity_restart (Similarity *self)
{
  self->n_rows = 0;
  self->has_shift = FALSE;
  self->shift = 0;
}

/* @a, @b: one row of integers of 64 bits, apart by @stride_a and @stride_b elements */
static void
subtract_integers (const guint8 *a,
                   const guint8 *b,
                   gint64 stride_a,
                   gint64 stride_b,
                   gboolean is_signed,
                   guint n,
                   double *out)
{
  for (guint x = 0; x < n; x++, a += stride_a * 8, b += stride_b * 8) {
    guint64 va, vb;
    gboolean is_less;

    memcpy (&va, a, sizeof va);
    memcpy (&vb, b, sizeof vb);
    is_less = is_signed ? (gint64) va < (gint64) vb : va < vb;
    out[x] = is_less ? -(double) (vb - va) : (double) (va - vb);
  }
}

static void
take_row (Walk *walk, guint n, guint y, guint channel)
{
  TsComparison *result = walk->result;
  double squares = 0, abs_sum = 0;

  for (guint x = 0; x < n; x++) {
    double a = walk->a[x], b = walk->b[x], d;

    if (!isfinite (a) || !isfinite (b)) {
      gboolean is_same = isnan (a) && isnan (b) ? !walk->options->nan_differs : a == b;

      result->n_special += !is_same;
      result->n_different += !is_same;
      walk->a[x] = walk->b[x] = NAN;
      continue;
    }
    d = fabs (walk->difference != NULL ? walk->difference[x] : a - b);
    result->n_compared++;
    result->n_different += d > walk->options->tolerance + walk->options->relative * fabs (b);
    squares += d * d;
    abs_sum += d;
    if (d > result->max_abs) {
      result->max_abs = d;
      result->max_x = x;
      result->max_y = y;
      result->max_channel = channel;
    }
  }
  walk->sum_squares += squares;
  walk->sum_abs += abs_sum;
  if (walk->similarity != NULL)
    similarity_add_row (walk->similarity, walk->a, walk->b);
}

/* The channel, or with a complex image its real or imaginary part, as height x width. */
static TsBlock *
pick_plane (const TsBlock *image, guint plane, gboolean is_complex)
{
  gsize size = ts_dtype_get_size (image->dtype);
  guint channel = is_complex ? plane / 2 : plane;
  const guint8 *data = image->data + (gsize) channel * (gsize) image->strides_elems[2] * size;
  gint64 strides[2] = { image->strides_elems[0], image->strides_elems[1] };
  TsDtype dtype = image->dtype;

  if (is_complex) {
    data += plane % 2 * size / 2;
    strides[0] *= 2;
    strides[1] *= 2;
    dtype = size == 4 ? TS_DTYPE_FLOAT16 : size == 8 ? TS_DTYPE_FLOAT32 : TS_DTYPE_FLOAT64;
  }
  return ts_block_new (data, dtype, 2, image->dims, strides, NULL, NULL);
}

static void
walk_plane (Walk *walk, const TsBlock *a, const TsBlock *b, guint channel)
{
  guint n = (guint) a->dims[1];
  TsLoadFunc load_a = ts_dtype_get_info (a->dtype)->load;
  TsLoadFunc load_b = ts_dtype_get_info (b->dtype)->load;
  gssize size_a = (gssize) ts_dtype_get_size (a->dtype);
  gssize size_b = (gssize) ts_dtype_get_size (b->dtype);

  for (guint64 y = 0; y < a->dims[0]; y++) {
    const guint8 *row_a = a->data + (gssize) y * a->strides_elems[0] * size_a;
    const guint8 *row_b = b->data + (gssize) y * b->strides_elems[0] * size_b;

    load_a (row_a, a->strides_elems[1] * size_a, n, walk->a);
    load_b (row_b, b->strides_elems[1] * size_b, n, walk->b);
    if (walk->difference != NULL)
      subtract_integers (row_a, row_b, a->strides_elems[1], b->strides_elems[1],
                         ts_dtype_get_info (a->dtype)->is_signed, n, walk->difference);
    take_row (walk, n, (guint) y, channel);
  }
}

static gboolean
check_pair (const TsBlock *a, const TsBlock *b, GError **error)
{
  if (memcmp (a->dims, b->dims, 3 * sizeof a->dims[0]) != 0) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("the sizes differ: %" PRIu64 "×%" PRIu64
                 " with %" PRIu64 " channels and %" PRIu64 "×%" PRIu64
                 " with %" PRIu64),
                    a->dims[1], a->dims[0], a->dims[2], b->dims[1], b->dims[0], b->dims[2]);
    return FALSE;
  }
  if ((ts_dtype_get_info (a->dtype)->dtype_class == TS_DTYPE_CLASS_COMPLEX) !=
      (ts_dtype_get_info (b->dtype)->dtype_class == TS_DTYPE_CLASS_COMPLEX)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("%s cannot be compared with %s"), ts_dtype_get_name (a->dtype),
                    ts_dtype_get_name (b->dtype));
    return FALSE;
  }
  return TRUE;
}

gboolean
ts_compare_blocks (const TsBlock *a,
                   const TsBlock *b,
                   const TsCompareOptions *options,
                   TsComparison *result,
                   GError **error)
{
  g_return_val_if_fail (a->n_dims == 3 && b->n_dims == 3, FALSE);

  if (!check_pair (a, b, error))
    return FALSE;

  const TsDtypeInfo *info = ts_dtype_get_info (a->dtype);
  gboolean is_complex = info->dtype_class == TS_DTYPE_CLASS_COMPLEX;
  gboolean is_long = info->dtype_class == TS_DTYPE_CLASS_INTEGER && info->size_bytes == 8;
  guint height = (guint) a->dims[0], width = (guint) a->dims[1];
  guint n_planes = (guint) a->dims[2] * (is_complex ? 2 : 1);
  g_autofree double *row_a = g_new (double, width);
  g_autofree double *row_b = g_new (double, width);
  g_autofree double *difference = is_long && a->dtype == b->dtype ? g_new (double, width) : NULL;
  gboolean with_ssim = options->with_ssim && width >= WINDOW && height >= WINDOW;
  Similarity similarity = { 0 };
  Walk walk = { .options = options,
                .result = result,
                .similarity = with_ssim ? &similarity : NULL,
                .a = row_a,
                .b = row_b,
                .difference = difference };

  *result = (TsComparison){ .n_elements = (guint64) height * width * n_planes };
  if (with_ssim)
    similarity_init (&similarity, width, options->data_range);
  for (guint plane = 0; plane < n_planes; plane++) {
    g_autoptr (TsBlock) plane_a = pick_plane (a, plane, is_complex);
    g_autoptr (TsBlock) plane_b = pick_plane (b, plane, is_complex);

    walk_plane (&walk, plane_a, plane_b, is_complex ? plane / 2 : plane);
    similarity_restart (&similarity);
  }
  result->mse = result->n_compared > 0 ? walk.sum_squares / (double) result->n_compared : NAN;
  result->mae = result->n_compared > 0 ? walk.sum_abs / (double) result->n_compared : NAN;
  result->psnr = 10 * log10 (options->data_range * options->data_range / result->mse);
  result->ssim = similarity.n > 0 ? similarity.sum / (double) similarity.n : NAN;
  similarity_clear (&similarity);
  return TRUE;
}
