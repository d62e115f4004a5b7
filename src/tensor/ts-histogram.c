/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-stats-kernels.h"
#include "tensor/ts-stats.h"

#include <string.h>

/* Four counts side by side, so that equal neighbours do not wait for each other. */
#define N_LANES  4
#define CHUNK    2048
#define MAX_BINS 4096

typedef struct
{
  double lo, hi;
  guint n_bins;
  gboolean has_floats;
  TsFloatBins floats;       /* the same in float, when @has_floats */
  guint64 *counts[N_LANES]; /* n_bins + 3 each: below, bins, above, NaN */
} Histogram;

static void
count (Histogram *self, const gint32 *bins, gsize n)
{
  guint64 *a = self->counts[0], *b = self->counts[1], *c = self->counts[2], *d = self->counts[3];
  gsize i = 0;

  for (; i + N_LANES <= n; i += N_LANES) {
    a[bins[i]]++;
    b[bins[i + 1]]++;
    c[bins[i + 2]]++;
    d[bins[i + 3]]++;
  }
  for (; i < n; i++)
    a[bins[i]]++;
}

/* Exactly what count_run() counts: groups of which float arithmetic is not certain are done again
 * in double. */
static void
count_floats (Histogram *self, const float *values, guint64 n)
{
  guint8 flags[CHUNK / TS_KERNEL_GROUP];
  gint32 bins[CHUNK];

  for (guint64 at = 0; at < n; at += CHUNK) {
    gsize part = (gsize) MIN (n - at, CHUNK);

    ts_kernel_bins_float (&self->floats, values + at, part, bins, flags);
    for (gsize i = 0; i < part; i += TS_KERNEL_GROUP) {
      gsize n_group = MIN (part - i, TS_KERNEL_GROUP);
      double wide[TS_KERNEL_GROUP];

      if (!flags[i / TS_KERNEL_GROUP])
        continue;
      for (gsize j = 0; j < n_group; j++)
        wide[j] = (double) values[at + i + j];
      ts_kernel_bins_double (wide, n_group, self->lo, self->hi, self->n_bins, bins + i);
    }
    count (self, bins, part);
  }
}

static void
count_run (Histogram *self, TsDtype dtype, const guint8 *first, gssize stride, guint64 n)
{
  const TsDtypeInfo *info = ts_dtype_get_info (dtype);
  double values[CHUNK];
  gint32 bins[CHUNK];

  if (self->has_floats && dtype == TS_DTYPE_FLOAT32 && stride == sizeof (float) &&
      (guintptr) first % sizeof (float) == 0) {
    count_floats (self, (const float *) (gconstpointer) first, n);
    return;
  }
  for (guint64 at = 0; at < n; at += CHUNK) {
    gsize part = (gsize) MIN (n - at, CHUNK);

    info->load (first + (gint64) at * stride, stride, part, values);
    ts_kernel_bins_double (values, part, self->lo, self->hi, self->n_bins, bins);
    count (self, bins, part);
  }
}

static void
count_axis (Histogram *self, const TsBlock *block, guint axis, const guint8 *first)
{
  gssize stride = (gssize) block->strides_elems[axis] * (gssize) ts_dtype_get_size (block->dtype);

  if (axis == block->n_dims - 1) {
    count_run (self, block->dtype, first, stride, block->dims[axis]);
    return;
  }
  for (guint64 i = 0; i < block->dims[axis]; i++)
    count_axis (self, block, axis + 1, first + (gint64) i * stride);
}

void
ts_histogram_add_block (const TsBlock *block,
                        double lo,
                        double hi,
                        guint n_bins,
                        guint64 *bins,
                        guint64 *n_under,
                        guint64 *n_over)
{
  Histogram self = { .lo = lo, .hi = hi, .n_bins = n_bins };
  gsize size = (gsize) n_bins + 3;
  g_autofree guint64 *counts = NULL;
  guint64 n = ts_block_get_n_elements (block);

  g_return_if_fail (lo < hi);
  g_return_if_fail (n_bins >= 1 && n_bins <= MAX_BINS);

  if (n == 0)
    return;
  self.has_floats = ts_float_bins_init (&self.floats, lo, hi, n_bins);
  counts = g_new0 (guint64, N_LANES * size);
  for (guint lane = 0; lane < N_LANES; lane++)
    self.counts[lane] = counts + lane * size;
  if (block->n_dims == 0 || ts_block_is_packed (block))
    count_run (&self, block->dtype, block->data, (gssize) ts_dtype_get_size (block->dtype), n);
  else
    count_axis (&self, block, 0, block->data);
  for (guint lane = 0; lane < N_LANES; lane++) {
    for (guint i = 0; i < n_bins; i++)
      bins[i] += self.counts[lane][i + 1];
    if (n_under != NULL)
      *n_under += self.counts[lane][0];
    if (n_over != NULL)
      *n_over += self.counts[lane][n_bins + 1];
  }
}
