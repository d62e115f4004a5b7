/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-survey.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TsHistogram:
 *
 * How the values lie, and two handles for the range shown. The handles are the two adjustments,
 * which number fields share. They are dragged with the mouse (the nearer one), and moved with the
 * arrow keys when they have the focus.
 *
 * Properties: log-scale (gboolean): heights as the logarithm of the counts, so that single values
 * are seen beside millions; else as their square root. A small button in the corner switches it.
 */
#define TS_TYPE_HISTOGRAM (ts_histogram_get_type ())
G_DECLARE_FINAL_TYPE (TsHistogram, ts_histogram, TS, HISTOGRAM, GtkWidget)

void ts_histogram_set_adjustments (TsHistogram *self, GtkAdjustment *lo, GtkAdjustment *hi);
/* Copies @data; %NULL: nothing is known. */
void ts_histogram_set_data (TsHistogram *self, const TsHistogramData *data);
gboolean ts_histogram_get_log_scale (TsHistogram *self);
void ts_histogram_set_log_scale (TsHistogram *self, gboolean log_scale);
/* Whether a handle is held: then the span should stay. */
gboolean ts_histogram_is_dragging (TsHistogram *self);
const TsHistogramData *ts_histogram_get_data (TsHistogram *self);

G_END_DECLS
