/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-compare-panes.h"

G_BEGIN_DECLS

/**
 * TsCompareView:
 *
 * The selected images of a session, or without a selection the current one and the next, beside
 * each other, one over the other, in turn, or as their difference; or the current image and the
 * same one of another array of the dump. Follows the session.
 *
 * Signals: "hover" (gint index, gint x, gint y) as TsGrid, -1 over an image of another array;
 * "close": back to the grid.
 */
#define TS_TYPE_COMPARE_VIEW (ts_compare_view_get_type ())
G_DECLARE_FINAL_TYPE (TsCompareView, ts_compare_view, TS, COMPARE_VIEW, GtkWidget)

void ts_compare_view_set_session (TsCompareView *self, TsSession *session);

TsCompareMode ts_compare_view_get_mode (TsCompareView *self);
void ts_compare_view_set_mode (TsCompareView *self, TsCompareMode mode);

/* The path of another array of the dump; "" for images of the one shown. Read in a thread. */
const char *ts_compare_view_get_other (TsCompareView *self);
void ts_compare_view_set_other (TsCompareView *self, const char *path);

TsComparePanes *ts_compare_view_get_panes (TsCompareView *self);
/* What is said about the pictures: "#5 minus #3: largest 0.312, RMS 0.0211". */
const char *ts_compare_view_get_text (TsCompareView *self);

/* For tests and screenshots; see ts_grid_wait_idle(). */
gboolean ts_compare_view_wait_idle (TsCompareView *self, guint limit_ms);

G_END_DECLS
