/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-minify-kernels.h"

#include "base/ts-clones.h"

#include <string.h>

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

typedef float Float4 __attribute__ ((vector_size (16)));
typedef double Double4 __attribute__ ((vector_size (32), may_alias));

#define PART 256

/* @n_out, at most PART, averages of two rows. The pairs are shuffled by hand: what the compiler
 * finds for steps of two takes twice as long. */
static inline __attribute__ ((always_inline)) void
halve_part (const float *restrict above,
            const float *restrict below,
            gsize n_out,
            float *restrict out)
{
  double sums[2 * PART] __attribute__ ((aligned (64)));
  gsize n_quads = n_out / 4;

  /* One row after the other, in the order of memory, which is waited for. */
  for (gsize i = 0; i < 2 * n_out; i++)
    sums[i] = (double) above[i];
  for (gsize i = 0; i < 2 * n_out; i++)
    sums[i] += (double) below[i];
  for (gsize i = 0; i < n_quads; i++) {
    const Double4 *pairs = (const Double4 *) (gconstpointer) (sums + 8 * i);
    Double4 added = __builtin_shufflevector (pairs[0], pairs[1], 0, 4, 2, 6) +
                    __builtin_shufflevector (pairs[0], pairs[1], 1, 5, 3, 7);
    Float4 averages = __builtin_convertvector(added * 0.25, Float4);

    averages = __builtin_shufflevector (averages, averages, 0, 2, 1, 3);
    memcpy (out + 4 * i, &averages, sizeof averages);
  }
  for (gsize x = 4 * n_quads; x < n_out; x++)
    out[x] = (float) ((sums[2 * x] + sums[2 * x + 1]) * 0.25);
}

TS_CLONES gboolean
ts_kernel_halve_floats (const float *restrict above,
                        const float *restrict below,
                        gsize n_out,
                        float *restrict out)
{
  gint32 n_nan = 0;

  for (gsize x = 0; x < n_out; x += PART)
    halve_part (above + 2 * x, below + 2 * x, MIN (n_out - x, PART), out + x);
  for (gsize x = 0; x < n_out; x++)
    n_nan |= out[x] != out[x];
  return n_nan != 0;
}

/* One loop for each number of columns, known to the compiler. */
static inline __attribute__ ((always_inline)) void
add_columns (const double *restrict sums,
             guint ratio,
             gsize n_out,
             double total,
             double *restrict out)
{
  for (gsize x = 0; x < n_out; x++) {
    double sum = sums[ratio * x];

    for (guint i = 1; i < ratio; i++)
      sum += sums[ratio * x + i];
    out[x] = sum / total;
  }
}

TS_CLONES void
ts_kernel_box (const double *restrict sums,
               guint ratio,
               gsize n_out,
               double total,
               double *restrict out)
{
  switch (ratio) {
  case 2:
    add_columns (sums, 2, n_out, total, out);
    break;
  case 3:
    add_columns (sums, 3, n_out, total, out);
    break;
  case 4:
    add_columns (sums, 4, n_out, total, out);
    break;
  case 8:
    add_columns (sums, 8, n_out, total, out);
    break;
  default:
    add_columns (sums, ratio, n_out, total, out);
    break;
  }
}

TS_CLONES gboolean
ts_kernel_has_nan (const double *values, gsize n)
{
  gint64 n_nan = 0;

  for (gsize i = 0; i < n; i++)
    n_nan |= values[i] != values[i];
  return n_nan != 0;
}
