/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Loops of the statistics, over packed elements. Each keeps LANES running values side by side, so
 * that the compiler vectorises and every processor gives the same numbers. */

typedef struct
{
  double min, max, sum;
  double squares; /* the sum of them; of floats each is exact */
} TsPartStats;

/* All in one pass. Where one value is NaN or infinite the sum is not finite (nor is that of doubles
 * near the largest), and nothing else holds. @n at least 1. */
void ts_kernel_sum_float (const float *values, gsize n, TsPartStats *part);
void ts_kernel_sum_double (const double *values, gsize n, TsPartStats *part);

/* The sum of squared deviations from @mean. */
double ts_kernel_deviation_float (const float *values, gsize n, double mean);
double ts_kernel_deviation_double (const double *values, gsize n, double mean);

/* Whether all are whole numbers; all finite. */
gboolean ts_kernel_are_whole_float (const float *values, gsize n);

/* The least and the greatest of @n elements and what is in @range already; NaN left out. */
void ts_kernel_extremes_float (const float *values, gsize n, float range[2]);
void ts_kernel_extremes_double (const double *values, gsize n, double range[2]);

/* The leading 16 bits of keys in the order of the numbers: the bits of a number with the sign bit
 * flipped for positive ones, with all bits flipped for negative ones. */
void ts_kernel_order_float_high (const float *values, gsize n, guint16 *keys);

/* How many elements share a flag below. */
#define TS_KERNEL_GROUP 32

/* A flag for each group of elements: whether any lies in [lo, hi] of any of the ranges. Of a last
 * group that is not full, too. */
void ts_kernel_find_float (const float *values,
                           gsize n,
                           const float (*ranges)[2],
                           guint n_ranges,
                           guint8 *flags);

/* The bin of each value, counted from 1: trunc ((value - lo) * scale) + 1; 0 below @lo, n_bins + 1
 * above @hi, n_bins + 2 for NaN. */
void ts_kernel_bins_double (const double *values,
                            gsize n,
                            double lo,
                            double hi,
                            guint n_bins,
                            gint32 *bins);

/**
 * TsFloatBins:
 * @lo, @scale: of the bins, as floats
 * @first, @last: the least float that is not below the range, and the greatest not above
 * @margin: a value nearer than this (in bins) to the edge of a bin may be in the other one
 *
 * The same for floats, in float: twice as fast, and where the margin says so not certain.
 */
typedef struct
{
  guint n_bins;
  float lo, scale, first, last, margin;
} TsFloatBins;

/* FALSE when the range or the number of bins is too extreme for floats. */
gboolean ts_float_bins_init (TsFloatBins *self, double lo, double hi, guint n_bins);

/* As ts_kernel_bins_double(), with a flag for each group of elements: 1 where one of them is not
 * certain. */
void ts_kernel_bins_float (const TsFloatBins *self,
                           const float *values,
                           gsize n,
                           gint32 *bins,
                           guint8 *flags);

G_END_DECLS
