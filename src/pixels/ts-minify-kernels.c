/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-minify-kernels.h"

#include "base/ts-clones.h"

TS_CLONES void
ts_kernel_add_float (const float *restrict row, double weight, gsize n, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += (double) row[i] * weight;
}

TS_CLONES void
ts_kernel_add_double (const double *restrict row, double weight, gsize n, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += row[i] * weight;
}

TS_CLONES void
ts_kernel_halve (const double *restrict sums, gsize n_out, double total, double *restrict out)
{
  for (gsize x = 0; x < n_out; x++)
    out[x] = (sums[2 * x] + sums[2 * x + 1]) / total;
}

TS_CLONES gboolean
ts_kernel_has_nan (const double *values, gsize n)
{
  gint64 n_nan = 0;

  for (gsize i = 0; i < n; i++)
    n_nan |= values[i] != values[i];
  return n_nan != 0;
}
