/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Loops of the statistics, over packed elements. Each keeps LANES running values side by side, so
 * that the compiler vectorises and every processor gives the same numbers. */

typedef struct
{
  guint64 n_special; /* NaN and infinities */
  double min, max, sum;
} TsPartStats;

/* Everything but the deviations; the numbers hold only where n_special is 0. @n at least 1. */
void ts_kernel_sum_float (const float *values, gsize n, TsPartStats *part);
void ts_kernel_sum_double (const double *values, gsize n, TsPartStats *part);

/* The sum of squared deviations from @mean. */
double ts_kernel_deviation_float (const float *values, gsize n, double mean);
double ts_kernel_deviation_double (const double *values, gsize n, double mean);

/* Whether all are whole numbers; all finite. */
gboolean ts_kernel_are_whole_float (const float *values, gsize n);

/* Keys in the order of the numbers: the sign bit flipped for positive ones, all bits for negative
 * ones. */
void ts_kernel_order_float (const float *values, gsize n, guint32 *keys);

/* The bin of each value, counted from 1: trunc ((value - lo) * scale) + 1; 0 below @lo, n_bins + 1
 * above @hi, n_bins + 2 for NaN. */
void ts_kernel_bins_double (const double *values,
                            gsize n,
                            double lo,
                            double hi,
                            guint n_bins,
                            gint32 *bins);

G_END_DECLS
