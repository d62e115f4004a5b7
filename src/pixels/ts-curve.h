/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-plan.h"

G_BEGIN_DECLS

/* A curve with its rounding to 256 levels, as the float32 numbers where the next level begins:
 * exact for every float32, without a power per pixel. The level of t is found by the leading bits
 * of t and one comparison. Reference-counted; remembered for the last few curves. Thread-safe. */
typedef struct
{
  gatomicrefcount ref_count;
  gboolean falls; /* levels count down: 255 - level */
  guint shift;
  guint32 first_bits;    /* of the t where level 1 begins */
  float thresholds[257]; /* of level k; [0] unused, [256] infinity */
  guint8 starts[];       /* level at the beginning of each group of t with equal bits >> shift */
} TsCurveTable;

/* For a plan with curve and 8 bits of output; %NULL when the levels lie too dense for a table. */
TsCurveTable *ts_curve_table_get (const TsPlan *plan) G_GNUC_WARN_UNUSED_RESULT;
void ts_curve_table_unref (TsCurveTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsCurveTable, ts_curve_table_unref)

G_END_DECLS
