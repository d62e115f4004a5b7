/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "view/ts-batch.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TsFigureView:
 *
 * Shows a figure at the pixels of the screen, and lets parts of its images be marked by dragging.
 *
 * Signals: "resized" (another size to draw for), "marked" (pointer to a TsRect in the image's own
 * pixels).
 */
#define TS_TYPE_FIGURE_VIEW (ts_figure_view_get_type ())
G_DECLARE_FINAL_TYPE (TsFigureView, ts_figure_view, TS, FIGURE_VIEW, GtkWidget)

/* Pixels of the screen there are for a picture. */
void ts_figure_view_get_room (TsFigureView *self, guint *width, guint *height);

/* @texture: (nullable): as many pixels of the screen; @panels: (nullable): of TsFigurePanel, in
 * pixels of @texture. */
void ts_figure_view_set_picture (TsFigureView *self, GdkTexture *texture, GArray *panels);
GdkTexture *ts_figure_view_get_picture (TsFigureView *self);

/* As if dragged from one point to another, in pixels of the texture. */
void ts_figure_view_mark (TsFigureView *self, double x0, double y0, double x1, double y1);

G_END_DECLS
