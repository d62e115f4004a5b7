/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-image-view.h"
#include "app/ts-pictures.h"

G_BEGIN_DECLS

/* The zoomed image on the screen, in device pixels. */
typedef struct
{
  guint index;
  double zoom;
  guint image_width, image_height;
  int width, height;         /* of the whole zoomed image */
  gint64 origin_x, origin_y; /* of the zoomed image in the viewport; negative when scrolled */
  int view_x, view_y;        /* the visible part, in the zoomed image */
  int view_width, view_height;
  guint level_width, level_height; /* of the block it is painted from, were it whole */
  TsTileSampling sampling;         /* of that block */
} TsImageGeometry;

/* A part of an image that is too large to be held at its zoom. */
typedef struct
{
  guint index;
  guint level_width, level_height;
  TsTileSampling sampling;
  TsRect rect; /* in pixels of the level */
  TsBlock *block;
} TsImageRegion;

struct _TsImageView
{
  GtkWidget parent_instance;

  /* owned */
  TsPictures *pictures;
  TsPaintPass *pass;
  TsImageRegion *region;
  GCancellable *region_cancellable;
  TsRect region_wanted;
  GdkTexture *texture;
  GBytes *pixels;
  GskRenderNode *values;
  PangoLayout *message;

  gboolean fit;
  double zoom;
  double center_x, center_y; /* what is in the middle, as a fraction of the image */

  TsImageGeometry painted; /* what the texture shows */
  guint painted_serial;
  gboolean painted_coarse; /* from a block of another size, until the right one is there */
  gboolean pass_coarse;
  TsImageGeometry in_pass;
  guint pass_serial;
  gboolean pass_is_fixed;
  TsImageGeometry values_of;
  guint values_serial;
  guint bytes_per_pixel;
  gboolean dirty;
  guint tick_id;

  gboolean pointer_inside;
  double pointer_x, pointer_y;
  int hover_index, hover_x, hover_y;
  double drag_center_x, drag_center_y;
  double scroll_delta;
  double pinch_zoom;
};

/* ts-image-view.c */
gboolean ts_image_view_get_geometry (TsImageView *self, TsImageGeometry *geometry);
/* Keeps the point (@x, @y) of the widget, logical pixels, where it is. */
void ts_image_view_set_zoom_at (TsImageView *self, double zoom, double x, double y);
void ts_image_view_changed (TsImageView *self);
void ts_image_view_moved (TsImageView *self);

/* ts-image-view-render.c */
void ts_image_view_queue_refresh (TsImageView *self);
void ts_image_view_refresh (TsImageView *self, gint64 wait_us);
void ts_image_view_drop (TsImageView *self);
void ts_image_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot);
/* The image's own elements that are at hand: a block and which rectangle of the image it is. */
TsBlock *ts_image_view_get_native (TsImageView *self, TsRect *rect);

/* ts-image-view-values.c */
/* The numbers of all visible pixels, in logical pixels of the widget; (nullable). */
GskRenderNode *ts_image_view_make_values (TsImageView *self, const TsImageGeometry *geometry);

/* ts-image-view-input.c */
void ts_image_view_input_init (TsImageView *self);
void ts_image_view_update_hover (TsImageView *self);
/* Outlines a pixel as if the pointer were there, without telling; @x below 0: none. */
void ts_image_view_point_at (TsImageView *self, int x, int y);
gboolean ts_image_view_handle_key (TsImageView *self, guint keyval, GdkModifierType state);

G_END_DECLS
