/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TsVectorPlot:
 * The numbers of a vector as bars from zero, in order; where there are more than fit, a bar spans
 * what its part holds. Numbers that are not finite leave a gap.
 */
#define TS_TYPE_VECTOR_PLOT (ts_vector_plot_get_type ())
G_DECLARE_FINAL_TYPE (TsVectorPlot, ts_vector_plot, TS, VECTOR_PLOT, GtkWidget)

GtkWidget *ts_vector_plot_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Copies. */
void ts_vector_plot_set_values (TsVectorPlot *self, const float *values, gsize n);

G_END_DECLS
