/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-grid-pass.h"
#include "app/ts-session.h"
#include "app/ts-tile-cache.h"

G_BEGIN_DECLS

/**
 * TsPictures:
 * @session: (nullable): the one that is followed
 * @batch: (nullable)
 * @stats: (nullable): of the batch
 * @tiles: of the batch
 * @recipe_serial: another number whenever pictures have to be painted anew
 * @is_estimate: set by who painted by the range of a sample
 *
 * What a widget paints pictures from. It follows a session, or stands alone: then it is one image
 * of a batch with settings of its own. Fields are read-only. Main thread only.
 *
 * Signals: "batch-changed" (drop everything cached), "recipe-changed", "index-changed",
 * "selection-changed" and "zoom-changed" (of the session), "ready" (tiles have arrived).
 */
#define TS_TYPE_PICTURES (ts_pictures_get_type ())
G_DECLARE_FINAL_TYPE (TsPictures, ts_pictures, TS, PICTURES, GObject)

struct _TsPictures
{
  GObject parent_instance;

  TsSession *session;
  TsBatch *batch;
  TsBatchStats *stats;
  TsTileCache *tiles;
  guint recipe_serial;
  gboolean is_estimate;

  /*< private >*/
  TsRecipe recipe; /* when it stands alone */
  guint index;
};

/* @tile_bytes: the most memory for tiles */
TsPictures *ts_pictures_new (gsize tile_bytes) G_GNUC_WARN_UNUSED_RESULT;

/* %FALSE when it was that one already. */
gboolean ts_pictures_set_session (TsPictures *self, TsSession *session);

/* Stands alone: image @index of the batch of @stats; %NULL shows nothing. What is equal to before
 * is not painted again, unless that was by an estimate. */
void
ts_pictures_set_image (TsPictures *self, TsBatchStats *stats, guint index, const TsRecipe *recipe);

const TsRecipe *ts_pictures_get_recipe (TsPictures *self);
/* The current image, or the one it stands alone with. */
guint ts_pictures_get_index (TsPictures *self);
/* Of the session; one that stands alone stays. */
void ts_pictures_set_index (TsPictures *self, guint index);
void ts_pictures_report_error (TsPictures *self, const GError *error);

/* What the widgets that paint pictures have in common. */

/* What textures are made of: 3 or 4 bytes a pixel, whichever is faster on the screen. */
guint ts_pictures_choose_bytes_per_pixel (GtkWidget *widget);
GdkTexture *ts_pictures_make_texture (const TsPaintCanvas *canvas,
                                      guint bytes_per_pixel) G_GNUC_WARN_UNUSED_RESULT;

/* A picture's size is what there is; 640 x 480 when nobody says. */
void ts_pictures_measure (GtkWidget *widget,
                          GtkOrientation orientation,
                          int for_size,
                          int *minimum,
                          int *natural,
                          int *minimum_baseline,
                          int *natural_baseline);

/* Callbacks of controllers, each called swapped: the widget comes first. */
typedef struct
{
  GCallback motion, leave;                     /* GtkEventControllerMotion */
  GCallback pressed;                           /* GtkGestureClick; (nullable) */
  GCallback drag_begin, drag_update, drag_end; /* GtkGestureDrag */
  guint drag_button;                           /* 0: any */
  GCallback scroll;                            /* GtkEventControllerScroll */
  GCallback pinch_begin, pinch;                /* GtkGestureZoom */
  GCallback key;                               /* GtkEventControllerKey */
} TsPicturesInput;

void ts_pictures_add_input (GtkWidget *widget, const TsPicturesInput *input);

/* For tests and screenshots: runs the main loop until @is_busy says no; %FALSE when that takes
 * longer than @limit_ms. */
gboolean ts_pictures_wait (GtkWidget *widget, gboolean (*is_busy) (GtkWidget *), guint limit_ms);

G_END_DECLS
