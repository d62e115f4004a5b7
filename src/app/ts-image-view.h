/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-session.h"

G_BEGIN_DECLS

/**
 * TsImageView:
 *
 * The session's current image alone, fitted or zoomed, with the numbers on the pixels once they are
 * large enough. From 100 % up the zoom is a whole number and every pixel exact; below, areas are
 * averaged. Zoom and place stay when another image becomes current.
 *
 * Properties: session (TsSession); zoom (double, read-only): device pixels per image pixel; fit
 * (gboolean): whether the zoom follows the size of the window.
 * Signals: "close": back to the grid; "hover" (gint index, gint x, gint y) as TsGrid; "moved": the
 * user chose another zoom or place.
 */
#define TS_TYPE_IMAGE_VIEW (ts_image_view_get_type ())
G_DECLARE_FINAL_TYPE (TsImageView, ts_image_view, TS, IMAGE_VIEW, GtkWidget)

GtkWidget *ts_image_view_new (void) G_GNUC_WARN_UNUSED_RESULT;

TsSession *ts_image_view_get_session (TsImageView *self);
void ts_image_view_set_session (TsImageView *self, TsSession *session);

/* Shows one image with settings of its own instead of a session's; see ts_pictures_set_image(). */
void ts_image_view_set_image (TsImageView *self,
                              TsBatchStats *stats,
                              guint index,
                              const TsRecipe *recipe);
/* Zoom and place of another view, so that both show the same part; "moved" is not emitted. */
void ts_image_view_copy_place (TsImageView *self, TsImageView *from);

double ts_image_view_get_zoom (TsImageView *self);
/* Ends fit; rounded down to a whole number from 1 up. Keeps the middle in place. */
void ts_image_view_set_zoom (TsImageView *self, double zoom);
gboolean ts_image_view_get_fit (TsImageView *self);
void ts_image_view_set_fit (TsImageView *self, gboolean fit);
/* The next step of the ladder, up (@direction > 0) or down. */
void ts_image_view_step_zoom (TsImageView *self, int direction);

/* The part of the image that can be seen, in image pixels; %FALSE if there is none. */
gboolean ts_image_view_get_visible_rect (TsImageView *self, TsRect *rect);

/* For tests and screenshots, as the grid's: see ts_grid_wait_idle(). */
gboolean ts_image_view_wait_idle (TsImageView *self, guint limit_ms);
/* What is on the screen, as packed RGB: @width x @height device pixels, of which the first one is
 * pixel (@x, @y) of the zoomed image. */
GBytes *ts_image_view_dup_pixels (TsImageView *self, int *x, int *y, int *width, int *height)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
