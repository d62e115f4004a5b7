/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-stats-kernels.h"

#include "base/ts-clones.h"

#include <float.h>
#include <string.h>

#define LANES 16

#define REAL    float
#define LARGEST FLT_MAX
#define NAME(x) x##_float
#include "tensor/ts-stats-tmpl.h"
#undef REAL
#undef LARGEST
#undef NAME

#define REAL    double
#define LARGEST DBL_MAX
#define NAME(x) x##_double
#include "tensor/ts-stats-tmpl.h"
#undef REAL
#undef LARGEST
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
ts_kernel_order_float (const float *restrict values, gsize n, guint32 *restrict keys)
{
  memcpy (keys, values, n * sizeof *keys);
  for (gsize i = 0; i < n; i++)
    keys[i] ^= (guint32) ((gint32) keys[i] >> 31) | 0x80000000u;
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
