/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-block.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TsStats:
 *
 * Statistics over the finite values; NaN and infinities are counted apart. Sums in double.
 * With n_finite 0 the other numbers are 0. A plain value.
 */
typedef struct
{
  guint64 n_finite;
  guint64 n_nan;
  guint64 n_posinf;
  guint64 n_neginf;
  double min, max;
  double mean;
  double m2; /* sum of squared deviations from the mean */
  gboolean all_integers;
} TsStats;

void ts_stats_init (TsStats *self);

/* Population standard deviation (ddof 0). */
double ts_stats_get_std (const TsStats *self);

/* Adds @n packed doubles (by Welford/Chan: any split gives the same result up to rounding). */
void ts_stats_add (TsStats *self, const double *values, gsize n);

/* Joins the statistics of two disjoint sets. */
void ts_stats_merge (TsStats *self, const TsStats *other);

/* Adds all elements of a block. */
void ts_stats_add_block (TsStats *self, const TsBlock *block);

/**
 * ts_percentiles:
 * @values: finite or not; only finite ones take part; reordered in place
 * @percents: ascending, 0..100
 * @out: one for each; linear interpolation as numpy.percentile; NaN when nothing is finite
 */
void
ts_percentiles (double *values, gsize n, const double *percents, guint n_percents, double *out);

/**
 * ts_histogram_add_block:
 * @lo, @hi: where the first bin begins and the last one ends (it holds @hi too); lo < hi
 * @bins: @n_bins counts (at most 4096), added to
 * @n_under, @n_over: (nullable): elements below and above, infinities among them; added to
 *
 * Counts how many elements fall into each of @n_bins equal parts of lo .. hi; NaN into none.
 */
void ts_histogram_add_block (const TsBlock *block,
                             double lo,
                             double hi,
                             guint n_bins,
                             guint64 *bins,
                             guint64 *n_under,
                             guint64 *n_over);

G_END_DECLS
