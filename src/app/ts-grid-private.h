/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-grid-cells.h"
#include "app/ts-grid-layout.h"
#include "app/ts-grid.h"
#include "app/ts-pictures.h"

G_BEGIN_DECLS

/* One row of cells as it was painted. */
typedef struct
{
  guint64 row;
  GdkTexture *texture; /* all cells of the row, without captions */
  GBytes *pixels;      /* of the texture */
  int width, height;
  guint recipe_serial;
  guint n_ready;        /* cells painted from their own tile */
  GskRenderNode *decor; /* captions and badges; (nullable) until drawn */
} TsGridBand;

/* Keeps a point of the content where it is on the screen while the layout changes. */
typedef struct
{
  gboolean is_set;
  guint64 index;
  double fraction_x, fraction_y; /* of the cell */
  double x, y;                   /* in the viewport, device pixels */
} TsGridAnchor;

struct _TsGrid
{
  GtkWidget parent_instance;

  /* owned */
  TsPictures *pictures;
  GtkAdjustment *adjustments[2]; /* by GtkOrientation */
  TsBlock *labels;               /* (nullable) one number an image */
  GCancellable *labels_cancellable;
  TsGridCells *cells;
  GHashTable *bands; /* row -> TsGridBand */
  TsPaintPass *pass; /* (nullable) at work */
  GdkTexture *check_mark;
  GtkBitset *rubber_base;

  GtkScrollablePolicy policies[2];
  TsGridLayout layout;
  TsGridAnchor anchor;
  TsGridAnchor zoom_anchor; /* of the last zoom about a point: the next one there keeps its image */
  TsImageSize max_size;
  gboolean show_captions;
  gboolean zoom_is_due;  /* choose the default zoom when the size is known */
  guint64 zoom_n_images; /* for which it was chosen */
  TsImageSize zoom_size;
  gboolean in_allocate;
  gboolean layout_is_due; /* an allocation is on its way */
  gboolean scroll_is_due; /* to the current image */

  guint bytes_per_pixel;
  gboolean pass_is_fixed;
  guint pass_serial;
  GHashTable *clip_shares; /* image -> double: how much of it is beyond the range */
  GCancellable *clip_cancellable;
  guint clip_timer;
  guint clip_serial;             /* of the recipe */
  guint64 clip_first, clip_last; /* rows */
  gboolean dirty;
  guint tick_id;
  guint64 requested_first, requested_last;
  gboolean request_is_due;
  TsTileSampling sampling;
  guint64 n_ticks; /* of passes, for measurements */
  gint64 tick_us, work_us;

  /* input, see ts-grid-input.c */
  gboolean pointer_inside;
  double pointer_x, pointer_y;
  gint64 hover_index;
  int hover_x, hover_y;
  guint select_anchor;
  gint64 press_index;
  gboolean press_was_selected, press_extends, release_selects;
  gboolean rubber_active;
  double rubber_x, rubber_y;   /* where it began, content in device pixels */
  double rubber_px, rubber_py; /* pointer, viewport in logical pixels */
  guint autoscroll_id;
  gint64 autoscroll_us;
  double scroll_delta;
  guint64 typed;
  gint64 typed_us;
  double pinch_zoom;
};

/* ts-grid-geometry.c */
void ts_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline);
void ts_grid_get_offset (TsGrid *self, int *x_dev, gint64 *y_dev);
void ts_grid_set_zoom_at (TsGrid *self, double zoom, double x, double y);
double ts_grid_get_default_zoom (TsGrid *self);
gboolean ts_grid_get_visible_rows (TsGrid *self, guint64 *first, guint64 *last);

/* ts-grid-labels.c */
void ts_grid_load_labels (TsGrid *self, TsView *view);
/* As it stands in captions: "3", or %NULL. */
char *ts_grid_dup_label (TsGrid *self, guint64 index);
/* "Image 12, label 3" */
char *ts_grid_cell_name_cb (guint64 index, gpointer user_data);

/* ts-grid-bands.c */
void ts_grid_bands_init (TsGrid *self);
void ts_grid_bands_clear (TsGrid *self);
void ts_grid_bands_drop_decor (TsGrid *self);
/* Something that can be seen may have changed: look at it in the next frame. */
void ts_grid_queue_refresh (TsGrid *self);
/* Asks for tiles and paints what is missing or old; waits no longer than @wait_us for it. */
void ts_grid_refresh (TsGrid *self, gint64 wait_us);
guint ts_grid_get_row_length (TsGrid *self, guint64 row);
void ts_grid_place_image (TsGrid *self, guint64 index, TsGridPlace *place);

/* ts-grid-snapshot.c */
void ts_grid_snapshot (GtkWidget *widget, GtkSnapshot *snapshot);
int ts_grid_measure_caption (TsGrid *self);

/* ts-grid-select.c */
/* Takes @selection. */
void ts_grid_take_selection (TsGrid *self, GtkBitset *selection);
void ts_grid_select_only (TsGrid *self, guint index);
void ts_grid_toggle (TsGrid *self, guint index);
void ts_grid_select_range (TsGrid *self, guint from, guint to, gboolean keep);
void ts_grid_move_to (TsGrid *self, guint64 index, GdkModifierType state);
gboolean ts_grid_get_rubber_band (TsGrid *self, graphene_rect_t *rect);
void ts_grid_begin_rubber_band (TsGrid *self);
void ts_grid_update_rubber_band (TsGrid *self);
void ts_grid_end_rubber_band (TsGrid *self);

/* ts-grid-keys.c */
gboolean ts_grid_handle_key (TsGrid *self, guint keyval, GdkModifierType state);

/* ts-grid-clip.c */
/* Everything in sight is painted: rows @first to @last. */
void ts_grid_clip_settled (TsGrid *self, guint64 first, guint64 last);
void ts_grid_clip_stop (TsGrid *self);
/* The share of what is shown of an image that is beyond the range; below 0: not known. */
double ts_grid_get_clipped (TsGrid *self, guint64 index);

/* ts-grid-drag.c */
void ts_grid_drag_init (TsGrid *self);
/* What is dragged away from where the last press was; (nullable), owned. */
GdkContentProvider *ts_grid_prepare_drag (TsGrid *self) G_GNUC_WARN_UNUSED_RESULT;

/* ts-grid-input.c */
void ts_grid_input_init (TsGrid *self);
void ts_grid_input_stop (TsGrid *self);
void ts_grid_update_hover (TsGrid *self);
void ts_grid_handle_press (TsGrid *self, int n_press, double x, double y, GdkModifierType state);
void ts_grid_handle_drag (TsGrid *self, double x, double y);
void ts_grid_handle_release (TsGrid *self);

G_END_DECLS
