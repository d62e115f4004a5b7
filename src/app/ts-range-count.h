/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-resolve.h"

G_BEGIN_DECLS

/**
 * TsRangeCount:
 *
 * The exact numbers of an automatic range, counted in a thread while the screen shows those of a
 * sample (see ts_resolve_soon()). The newest wish wins; one that the same count answers lets it go
 * on. Main thread only; the thread stops when the last reference goes.
 *
 * Signals: "changed": it began, went on or ended; "done" (GError, nullable): exact numbers are
 * known now, or why not.
 */
#define TS_TYPE_RANGE_COUNT (ts_range_count_get_type ())
G_DECLARE_FINAL_TYPE (TsRangeCount, ts_range_count, TS, RANGE_COUNT, GObject)

TsRangeCount *ts_range_count_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Counts what the range of @recipe needs for image @index, unless the user has stopped that. */
void ts_range_count_want (TsRangeCount *self,
                          const TsRecipe *recipe,
                          TsBatchStats *stats,
                          guint64 index);
/* Nothing is to be counted. */
void ts_range_count_clear (TsRangeCount *self);

/* By the user: ends what runs, and begins it again. */
void ts_range_count_stop (TsRangeCount *self);
void ts_range_count_resume (TsRangeCount *self);

gboolean ts_range_count_is_running (TsRangeCount *self);
/* How much of what runs is counted, 0..1. */
double ts_range_count_get_fraction (TsRangeCount *self);

G_END_DECLS
