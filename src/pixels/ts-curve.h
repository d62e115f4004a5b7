/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-plan.h"

G_BEGIN_DECLS

/* A curve with its rounding to 256 levels, as the float32 numbers where the next level begins:
 * exact for every float32, without a power per pixel. The level of t is found by the leading bits
 * of t, one look-up and one comparison. Reference-counted; remembered for the last few curves.
 * Thread-safe. */
typedef struct
{
  gatomicrefcount ref_count;
  gboolean falls;    /* levels count down: 255 - level */
  guint shift;       /* at most 23 */
  float least;       /* the greatest t of level 0 */
  guint32 entries[]; /* of each group of t with equal bits >> shift, from that of @least on: the
                      * level at its beginning << 24 | the lower bits where the next one begins,
                      * 0xffffff when it does not */
} TsCurveTable;

/* For a plan with curve and 8 bits of output; %NULL when the levels lie too dense for a table. */
TsCurveTable *ts_curve_table_get (const TsPlan *plan) G_GNUC_WARN_UNUSED_RESULT;
void ts_curve_table_unref (TsCurveTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsCurveTable, ts_curve_table_unref)

G_END_DECLS
