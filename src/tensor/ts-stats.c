/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-stats.h"

#include "tensor/ts-stats-kernels.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

void
ts_stats_init (TsStats *self)
{
  *self = (TsStats){ .all_integers = TRUE };
}

double
ts_stats_get_std (const TsStats *self)
{
  return self->n_finite > 0 ? sqrt (self->m2 / (double) self->n_finite) : 0;
}

void
ts_stats_merge (TsStats *self, const TsStats *other)
{
  double delta, total;

  self->n_nan += other->n_nan;
  self->n_posinf += other->n_posinf;
  self->n_neginf += other->n_neginf;
  if (other->n_finite == 0)
    return;
  self->all_integers = self->all_integers && other->all_integers;
  if (self->n_finite == 0) {
    self->n_finite = other->n_finite;
    self->min = other->min;
    self->max = other->max;
    self->mean = other->mean;
    self->m2 = other->m2;
    return;
  }
  delta = other->mean - self->mean;
  total = (double) self->n_finite + (double) other->n_finite;
  self->m2 +=
      other->m2 + delta * delta * ((double) self->n_finite * (double) other->n_finite / total);
  self->mean += delta * ((double) other->n_finite / total);
  self->n_finite += other->n_finite;
  self->min = MIN (self->min, other->min);
  self->max = MAX (self->max, other->max);
}

/* How many elements are looked at a second time while they are still in the first cache. */
#define CHUNK 2048

/* The sum of squared deviations is that of the squares without what the mean makes of it, as long
 * as that is no more than this share: then the difference loses hardly a digit. */
#define MAX_SHARE 0.9

static gboolean
is_spread (const TsPartStats *found, double mean)
{
  return found->squares <= DBL_MAX && found->sum * mean <= MAX_SHARE * found->squares;
}

static void
merge_part (TsStats *self, const TsPartStats *found, gsize n, double m2, gboolean all_integers)
{
  TsStats part = {
    .n_finite = n,
    .min = found->min,
    .max = found->max,
    .mean = found->sum / (double) n,
    .m2 = m2,
    .all_integers = all_integers,
  };

  ts_stats_merge (self, &part);
}

static gboolean
are_whole (const double *values, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    if (values[i] != floor (values[i]))
      return FALSE;
  }
  return TRUE;
}

static void
merge_doubles (TsStats *self, const TsPartStats *found, const double *values, gsize n)
{
  double mean = found->sum / (double) n;

  merge_part (self, found, n,
              is_spread (found, mean) ? found->squares - found->sum * mean
                                      : ts_kernel_deviation_double (values, n, mean),
              self->all_integers && are_whole (values, n));
}

static void
merge_floats (TsStats *self, const TsPartStats *found, const float *values, gsize n)
{
  double mean = found->sum / (double) n;

  merge_part (self, found, n,
              is_spread (found, mean) ? found->squares - found->sum * mean
                                      : ts_kernel_deviation_float (values, n, mean),
              self->all_integers && ts_kernel_are_whole_float (values, n));
}

/* One value after the other, for what may hold NaN or infinities. */
static void
add_carefully (TsStats *self, const double *values, gsize n)
{
  double finite[CHUNK];
  gsize n_finite = 0;
  TsPartStats part;

  for (gsize i = 0; i < n; i++) {
    if (isfinite (values[i]))
      finite[n_finite++] = values[i];
    else if (isnan (values[i]))
      self->n_nan++;
    else if (values[i] > 0)
      self->n_posinf++;
    else
      self->n_neginf++;
  }
  if (n_finite == 0)
    return;
  ts_kernel_sum_double (finite, n_finite, &part);
  merge_doubles (self, &part, finite, n_finite);
}

void
ts_stats_add (TsStats *self, const double *values, gsize n)
{
  for (gsize at = 0; at < n; at += CHUNK) {
    gsize n_part = MIN (n - at, CHUNK);
    TsPartStats part;

    ts_kernel_sum_double (values + at, n_part, &part);
    if (isfinite (part.sum))
      merge_doubles (self, &part, values + at, n_part);
    else
      add_carefully (self, values + at, n_part);
  }
}

static void
add_floats (TsStats *self, const float *values, gsize n)
{
  for (gsize at = 0; at < n; at += CHUNK) {
    gsize n_part = MIN (n - at, CHUNK);
    double wide[CHUNK];
    TsPartStats part;

    ts_kernel_sum_float (values + at, n_part, &part);
    if (isfinite (part.sum)) {
      merge_floats (self, &part, values + at, n_part);
      continue;
    }
    for (gsize i = 0; i < n_part; i++)
      wide[i] = (double) values[at + i];
    add_carefully (self, wide, n_part);
  }
}

/* @n elements at equal distances. */
static void
add_run (TsStats *self, TsDtype dtype, const guint8 *first, gssize stride_bytes, guint64 n)
{
  const TsDtypeInfo *info = ts_dtype_get_info (dtype);
  double values[CHUNK];

  if (dtype == TS_DTYPE_FLOAT32 && stride_bytes == sizeof (float) &&
      (guintptr) first % sizeof (float) == 0) {
    add_floats (self, (const float *) (gconstpointer) first, (gsize) n);
    return;
  }
  for (guint64 at = 0; at < n; at += CHUNK) {
    gsize n_part = (gsize) MIN (n - at, CHUNK);

    info->load (first + (gint64) at * stride_bytes, stride_bytes, n_part, values);
    ts_stats_add (self, values, n_part);
  }
}

/* The axes with the smallest step last, so that runs are long and memory is read as it lies; those
 * of one element are left out, and those that continue each other are one. Returns how many are
 * left. */
static guint
order_axes (const TsBlock *block, guint64 *dims, gint64 *strides)
{
  guint n = 0, n_joined = 0;

  for (guint i = 0; i < block->n_dims; i++) {
    guint at = n;

    if (block->dims[i] == 1)
      continue;
    for (; at > 0 && ABS (strides[at - 1]) < ABS (block->strides_elems[i]); at--) {
      dims[at] = dims[at - 1];
      strides[at] = strides[at - 1];
    }
    dims[at] = block->dims[i];
    strides[at] = block->strides_elems[i];
    n++;
  }
  for (guint i = 0; i < n; i++) {
    if (n_joined > 0 && strides[n_joined - 1] == strides[i] * (gint64) dims[i]) {
      dims[n_joined - 1] *= dims[i];
      strides[n_joined - 1] = strides[i];
    } else {
      dims[n_joined] = dims[i];
      strides[n_joined++] = strides[i];
    }
  }
  return n_joined;
}

static void
add_axes (TsStats *self,
          TsDtype dtype,
          const guint8 *first,
          guint n_dims,
          const guint64 *dims,
          const gint64 *strides)
{
  gssize size = (gssize) ts_dtype_get_size (dtype);

  if (n_dims <= 1) {
    add_run (self, dtype, first, n_dims == 0 ? size : (gssize) strides[0] * size,
             n_dims == 0 ? 1 : dims[0]);
    return;
  }
  for (guint64 i = 0; i < dims[0]; i++)
    add_axes (self, dtype, first + (gint64) i * strides[0] * size, n_dims - 1, dims + 1,
              strides + 1);
}

void
ts_stats_add_block (TsStats *self, const TsBlock *block)
{
  guint64 dims[TS_BLOCK_MAX_DIMS];
  gint64 strides[TS_BLOCK_MAX_DIMS];
  guint n_dims;

  if (ts_block_get_n_elements (block) == 0)
    return;
  n_dims = order_axes (block, dims, strides);
  add_axes (self, block->dtype, block->data, n_dims, dims, strides);
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Puts the value that has rank @rank among values[from .. to) when sorted at its place, smaller
 * ones before it and larger ones behind it. */
static void
select_rank (double *values, gsize from, gsize to, gsize rank)
{
  /* Twice the rounds that halving needs; whoever built the data against this gets it sorted. */
  guint n_rounds = 2 * (guint) g_bit_storage (to - from);

  while (to - from > 16 && n_rounds-- > 0) {
    double a = values[from], b = values[from + (to - from) / 2], c = values[to - 1];
    double pivot = MAX (MIN (a, b), MIN (MAX (a, b), c));
    gsize low = from, high = to - 1;

    for (;;) {
      while (values[low] < pivot)
        low++;
      while (values[high] > pivot)
        high--;
      if (low >= high)
        break;
      double other = values[low];

      values[low++] = values[high];
      values[high--] = other;
    }
    if (rank <= high)
      to = high + 1;
    else
      from = high + 1;
  }
  qsort (values + from, to - from, sizeof *values, compare_doubles);
}

void
ts_percentiles (double *values, gsize n, const double *percents, guint n_percents, double *out)
{
  gsize n_finite = 0, n_settled = 0;

  for (gsize i = 0; i < n; i++) {
    if (isfinite (values[i]))
      values[n_finite++] = values[i];
  }
  for (guint i = 0; i < n_percents; i++) {
    double at = percents[i] / 100 * ((double) n_finite - 1);
    gsize below = (gsize) floor (MAX (at, 0));
    gsize above = MIN (below + 1, n_finite - 1);

    if (n_finite == 0) {
      out[i] = NAN;
      continue;
    }
    for (gsize rank = below; rank <= above; rank++) {
      if (rank >= n_settled) {
        select_rank (values, n_settled, n_finite, rank);
        n_settled = rank + 1;
      }
    }
    out[i] = values[below] + (values[above] - values[below]) * (at - (double) below);
  }
}
