/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-session.h"

G_BEGIN_DECLS

/**
 * TsGrid:
 *
 * The images of the session's view as a grid of cells, any number of them: only what can be seen is
 * read and painted. A GtkScrollable, to be put into a GtkScrolledWindow.
 *
 * All cells have the size of the largest image at the session's zoom. A smaller image of a batch of
 * mixed sizes is magnified by the largest whole factor that fits, so each can be seen; one that is
 * larger than its cell is averaged down. Magnified pixels are exact.
 *
 * Properties: session (TsSession), show-captions (gboolean).
 * Signals: "activate" (guint index): open it; "hover" (gint index, gint x, gint y): the image pixel
 * under the pointer, index -1 when there is none; "drag-refused": too many images were to be
 * dragged away.
 */
#define TS_TYPE_GRID (ts_grid_get_type ())
G_DECLARE_FINAL_TYPE (TsGrid, ts_grid, TS, GRID, GtkWidget)

GtkWidget *ts_grid_new (void) G_GNUC_WARN_UNUSED_RESULT;

TsSession *ts_grid_get_session (TsGrid *self);
void ts_grid_set_session (TsGrid *self, TsSession *session);
gboolean ts_grid_get_show_captions (TsGrid *self);
void ts_grid_set_show_captions (TsGrid *self, gboolean show_captions);

/* One step of the zoom ladder around the pointer if it is over the grid, else around the current
 * image; 0 is the default zoom. */
void ts_grid_zoom (TsGrid *self, int direction);

/* Scrolls as little as needed. */
void ts_grid_scroll_to (TsGrid *self, guint index);

/* The images that can be seen now, the first and the last; %FALSE if there are none. */
gboolean ts_grid_get_visible_range (TsGrid *self, guint *first, guint *last);

void ts_grid_select_all (TsGrid *self);
void ts_grid_select_none (TsGrid *self);
void ts_grid_invert_selection (TsGrid *self);

/* For tests and screenshots: turns the main loop until everything that can be seen is painted with
 * the newest settings; %FALSE when the grid is not on the screen or after @limit_ms. */
gboolean ts_grid_wait_idle (TsGrid *self, guint limit_ms);

/* What is painted for an image that can be seen, as packed RGB; (nullable) if nothing is yet.
 * @width and @height are in device pixels. */
GBytes *ts_grid_dup_tile_pixels (TsGrid *self, guint index, int *width, int *height)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
