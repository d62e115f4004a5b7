/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-block.h"

G_BEGIN_DECLS

/**
 * TsQuantiles:
 *
 * Exact percentiles of data that are passed by a few times, in bounded memory: each pass counts 16
 * more bits of the ordered values. Only finite values take part. Not thread-safe.
 *
 * while (!ts_quantiles_is_done (q)) { ts_quantiles_add_block (q, each block); ts_quantiles_end_pass
 * (q); }
 */
typedef struct _TsQuantiles TsQuantiles;

#define TS_QUANTILES_MAX 8

/* @percents: 0..100, at most TS_QUANTILES_MAX; @dtype: of all blocks to come (two passes for types
 * that a float32 holds, else four) */
TsQuantiles *ts_quantiles_new (TsDtype dtype,
                               const double *percents,
                               guint n_percents) G_GNUC_WARN_UNUSED_RESULT;
void ts_quantiles_free (TsQuantiles *self);

/* How often the data of that type are passed by. */
guint ts_quantiles_count_passes (TsDtype dtype);

gboolean ts_quantiles_is_done (const TsQuantiles *self);
void ts_quantiles_add_block (TsQuantiles *self, const TsBlock *block);
void ts_quantiles_end_pass (TsQuantiles *self);

/* When done: one for each percent, by linear interpolation as numpy.percentile (in double); NaN
 * when nothing was finite. */
void ts_quantiles_get (const TsQuantiles *self, double *out);

/* What numpy.percentile interpolates between: the ranks around @percent of @n sorted values, and
 * its way from @below to @above. */
guint64 ts_percentile_rank (double percent, guint64 n, double *fraction);
double ts_percentile_interpolate (double below, double above, double fraction);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsQuantiles, ts_quantiles_free)

G_END_DECLS
