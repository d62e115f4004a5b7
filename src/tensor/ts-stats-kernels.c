/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-stats-kernels.h"

#include "base/ts-clones.h"

#include <math.h>
#include <string.h>

#define LANES 16

#define REAL    float
#define NAME(x) x##_float
#include "tensor/ts-stats-tmpl.h"
#undef REAL
#undef NAME

#define REAL    double
#define NAME(x) x##_double
#include "tensor/ts-stats-tmpl.h"
#undef REAL
#undef NAME

TS_CLONES gboolean
ts_kernel_are_whole_float (const float *values, gsize n)
{
  gint32 n_broken = 0;

  /* From 2^23 on every float is whole; below, it is when a conversion brings it back. */
  for (gsize i = 0; i < n; i++) {
    float magnitude = values[i] < 0 ? -values[i] : values[i];
    float clamped = magnitude < 8388608.0f ? magnitude : 0;

    n_broken |= (float) (gint32) clamped != clamped;
  }
  return !n_broken;
}

TS_CLONES void
ts_kernel_order_float_high (const float *restrict values, gsize n, guint16 *restrict keys)
{
  const guint32 *restrict bits = (const guint32 *) (gconstpointer) values;

  for (gsize i = 0; i < n; i++) {
    guint32 key;

    memcpy (&key, bits + i, sizeof key);
    key ^= (guint32) ((gint32) key >> 31) | 0x80000000u;
    keys[i] = (guint16) (key >> 16);
  }
}

TS_CLONES void
ts_kernel_find_float (const float *restrict values,
                      gsize n,
                      const float (*ranges)[2],
                      guint n_ranges,
                      guint8 *restrict flags)
{
  gsize n_groups = n / TS_KERNEL_GROUP;

  memset (flags, 0, n_groups);
  for (guint r = 0; r < n_ranges; r++) {
    float lo = ranges[r][0], hi = ranges[r][1];

    for (gsize g = 0; g < n_groups; g++) {
      const float *group = values + g * TS_KERNEL_GROUP;
      gint32 n_found[8] = { 0 };

      for (guint at = 0; at < TS_KERNEL_GROUP; at += 8) {
        for (guint j = 0; j < 8; j++)
          n_found[j] |= -((group[at + j] >= lo) & (group[at + j] <= hi));
      }
      for (guint j = 1; j < 8; j++)
        n_found[0] |= n_found[j];
      flags[g] |= n_found[0] != 0;
    }
  }
  if (n % TS_KERNEL_GROUP != 0)
    flags[n_groups] = 1;
}

gboolean
ts_float_bins_init (TsFloatBins *self, double lo, double hi, guint n_bins)
{
  double width = hi - lo;
  /* Twice what rounding of lo, of the difference, of the scale and of the product comes to. */
  double margin = 0x1p-23 * n_bins * (fabs (lo) / width + 3);

  if (!(width > 1e-30 && width < 1e30 && fabs (lo) < 1e30 && margin < 1e-3))
    return FALSE;
  *self = (TsFloatBins){
    .n_bins = n_bins,
    .lo = (float) lo,
    .scale = (float) (n_bins / width),
    .first = (float) lo,
    .last = (float) hi,
    .margin = (float) margin,
  };
  if ((double) self->first < lo)
    self->first = nextafterf (self->first, INFINITY);
  if ((double) self->last > hi)
    self->last = nextafterf (self->last, -INFINITY);
  return TRUE;
}

static inline __attribute__ ((always_inline)) gint32
find_bins (const TsFloatBins *self, const float *restrict values, gsize n, gint32 *restrict bins)
{
  /* From the middle of the first bin to that of the last: there no edge is near. */
  float low = 0.5f, high = (float) self->n_bins - 0.5f;
  float lo = self->lo, scale = self->scale, first = self->first, last = self->last;
  float near = self->margin, far = 1 - self->margin;
  gint32 over = (gint32) self->n_bins + 1, none = (gint32) self->n_bins + 2, n_near = 0;

  for (gsize j = 0; j < n; j++) {
    float v = values[j];
    float at = (v - lo) * scale, part;
    gint32 bin;

    at = at > low ? at : low;
    at = at < high ? at : high;
    bin = (gint32) at;
    part = at - (float) bin;
    n_near |= (part < near) | (part > far);
    bin++;
    bin = v < first ? 0 : bin;
    bin = v > last ? over : bin;
    bins[j] = v != v ? none : bin;
  }
  return n_near;
}

TS_CLONES void
ts_kernel_bins_float (const TsFloatBins *self,
                      const float *restrict values,
                      gsize n,
                      gint32 *restrict bins,
                      guint8 *restrict flags)
{
  TsFloatBins local = *self;
  gsize at = 0;

  for (; at + TS_KERNEL_GROUP <= n; at += TS_KERNEL_GROUP)
    *flags++ = find_bins (&local, values + at, TS_KERNEL_GROUP, bins + at) != 0;
  if (at < n)
    *flags = find_bins (&local, values + at, n - at, bins + at) != 0;
}

TS_CLONES void
ts_kernel_bins_double (const double *restrict values,
                       gsize n,
                       double lo,
                       double hi,
                       guint n_bins,
                       gint32 *restrict bins)
{
  double scale = n_bins / (hi - lo), low = 0, last = (double) n_bins - 1;
  gint32 over = (gint32) n_bins + 1, none = (gint32) n_bins + 2;

  for (gsize i = 0; i < n; i++) {
    double v = values[i];
    double at = (v - lo) * scale;
    gint32 bin;

    at = at > low ? at : low;
    at = at < last ? at : last;
    bin = (gint32) at + 1;
    bin = v < lo ? 0 : bin;
    bin = v > hi ? over : bin;
    bins[i] = v != v ? none : bin;
  }
}
