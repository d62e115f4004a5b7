/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-private.h"

#include <math.h>

#define WAIT_LAYOUT_US 6000 /* rows that come into sight are waited for a little */

/* Where we are. */

void
ts_grid_get_offset (TsGrid *self, int *x_dev, gint64 *y_dev)
{
  GtkAdjustment *h = self->adjustments[GTK_ORIENTATION_HORIZONTAL];
  GtkAdjustment *v = self->adjustments[GTK_ORIENTATION_VERTICAL];
  int scale = self->layout.scale;

  *x_dev = h != NULL ? (int) round (gtk_adjustment_get_value (h) * scale) : 0;
  *y_dev = v != NULL ? (gint64) round (gtk_adjustment_get_value (v) * scale) : 0;
}

gboolean
ts_grid_get_visible_rows (TsGrid *self, guint64 *first, guint64 *last)
{
  int x;
  gint64 y;

  ts_grid_get_offset (self, &x, &y);
  return ts_grid_layout_get_rows (&self->layout, y, self->layout.viewport_height, first, last);
}

gboolean
ts_grid_get_visible_range (TsGrid *self, guint *first, guint *last)
{
  guint64 first_row, last_row;

  if (self->pictures->batch == NULL || !ts_grid_get_visible_rows (self, &first_row, &last_row))
    return FALSE;
  guint64 columns = (guint64) self->layout.columns;
  *first = (guint) (first_row * columns);
  *last = (guint) MIN ((last_row + 1) * columns - 1, self->layout.n_images - 1);
  return TRUE;
}

/* The content's size, and the value that keeps the anchor in its place. */
static void
configure_adjustment (TsGrid *self, GtkOrientation orientation, double anchor_value)
{
  GtkAdjustment *adjustment = self->adjustments[orientation];
  gboolean vertical = orientation == GTK_ORIENTATION_VERTICAL;
  double scale = self->layout.scale;
  double page = (vertical ? self->layout.viewport_height : self->layout.viewport_width) / scale;
  double upper = MAX (page, (vertical ? (double) self->layout.height : self->layout.width) / scale);

  if (adjustment == NULL)
    return;
  double value =
      isnan (anchor_value) ? gtk_adjustment_get_value (adjustment) : round (anchor_value) / scale;
  double step = vertical ? MAX (self->layout.row_height / scale / 2, 40) : page * 0.1;
  gtk_adjustment_configure (adjustment, CLAMP (value, 0, upper - page), 0, upper, step, page * 0.9,
                            page);
}

static void
anchor_at (TsGrid *self, double x, double y)
{
  const TsGridLayout *layout = &self->layout;
  int offset_x, cell_x;
  gint64 offset_y, cell_y;

  if (layout->n_images == 0 || layout->columns == 0)
    return;
  ts_grid_get_offset (self, &offset_x, &offset_y);
  double content_x = x * layout->scale + offset_x,
         content_y = y * layout->scale + (double) offset_y;
  double column = floor ((content_x - layout->origin_x) / (layout->cell_width + layout->gap));
  double row = floor ((content_y - layout->pad) / layout->row_height);
  column = CLAMP (column, 0, layout->columns - 1);
  row = CLAMP (row, 0, (double) (layout->n_rows - 1));

  TsGridAnchor *anchor = &self->anchor;
  anchor->index =
      MIN ((guint64) row * (guint64) layout->columns + (guint64) column, layout->n_images - 1);
  ts_grid_layout_get_cell (layout, anchor->index, &cell_x, &cell_y);
  anchor->fraction_x = (content_x - cell_x) / layout->cell_width;
  anchor->fraction_y = (content_y - (double) cell_y) / layout->cell_height;
  anchor->x = x * layout->scale;
  anchor->y = y * layout->scale;
  anchor->is_set = TRUE;
}

/* Without a pointer: the current image if it can be seen, else what is at the top. */
static void
anchor_somewhere (TsGrid *self)
{
  guint first, last, current = ts_session_get_current (self->pictures->session);
  int offset_x, x;
  gint64 offset_y, y;

  if (self->anchor.is_set || !ts_grid_get_visible_range (self, &first, &last))
    return;
  ts_grid_get_offset (self, &offset_x, &offset_y);
  if (offset_y == 0)
    return; /* the top stays the top */
  guint64 index = current >= first && current <= last ? current : first;
  ts_grid_layout_get_cell (&self->layout, index, &x, &y);
  anchor_at (self, (double) (x - offset_x) / self->layout.scale,
             (double) (y - offset_y) / self->layout.scale);
}

static void
cell_rect_cb (guint64 index, GdkRectangle *rect, gpointer user_data)
{
  TsGrid *self = TS_GRID (user_data);
  const TsGridLayout *layout = &self->layout;
  int offset_x, x;
  gint64 offset_y, y;

  ts_grid_get_offset (self, &offset_x, &offset_y);
  ts_grid_layout_get_cell (layout, MIN (index, MAX (layout->n_images, 1) - 1), &x, &y);
  y = CLAMP (y - offset_y, -2 * layout->row_height, layout->viewport_height + layout->row_height);
  rect->x = (x - offset_x) / layout->scale;
  rect->y = (int) (y / layout->scale);
  rect->width = MAX (layout->cell_width / layout->scale, 1);
  rect->height = MAX ((layout->cell_height + layout->caption_height) / layout->scale, 1);
}

static void
update_cells (TsGrid *self)
{
  guint first = 0, last = 0;
  gboolean any = ts_grid_get_visible_range (self, &first, &last);
  guint current =
      self->pictures->session != NULL ? ts_session_get_current (self->pictures->session) : 0;

  ts_grid_cells_update (self->cells, any, first, last, current, cell_rect_cb);
}

static gboolean
same_geometry (const TsGridLayout *a, const TsGridLayout *b)
{
  return a->n_images == b->n_images && a->columns == b->columns && a->cell_width == b->cell_width &&
         a->cell_height == b->cell_height && a->gap == b->gap && a->scale == b->scale &&
         a->effective_zoom == b->effective_zoom;
}

double
ts_grid_get_default_zoom (TsGrid *self)
{
  return ts_grid_zoom_default (self->layout.n_images, self->max_size.width, self->max_size.height,
                               self->layout.viewport_width, self->layout.viewport_height,
                               self->layout.scale);
}

void
ts_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TsGrid *self = TS_GRID (widget);
  TsGridLayout before = self->layout, *layout = &self->layout;

  self->in_allocate = TRUE;
  self->layout_is_due = FALSE;

  layout->scale = gtk_widget_get_scale_factor (widget);
  if (self->pictures->session != NULL && before.n_rows > 0 && before.viewport_width > 0)
    anchor_somewhere (self);
  layout->viewport_width = width * layout->scale;
  layout->viewport_height = height * layout->scale;
  layout->n_images =
      self->pictures->batch != NULL ? ts_batch_get_n_images (self->pictures->batch) : 0;
  layout->n_images = MIN (layout->n_images, G_MAXUINT - 1);
  layout->image_width = self->max_size.width;
  layout->image_height = self->max_size.height;
  if (self->zoom_is_due && width > 1 && height > 1 && self->pictures->batch != NULL) {
    self->zoom_is_due = FALSE;
    self->anchor.is_set = FALSE;
    ts_session_set_zoom (self->pictures->session, ts_grid_get_default_zoom (self));
  }
  layout->zoom =
      self->pictures->session != NULL ? ts_session_get_zoom (self->pictures->session) : 1;
  layout->caption_height = self->show_captions ? ts_grid_measure_caption (self) : 0;
  ts_grid_layout_update (layout);

  double anchor_x = NAN, anchor_y = NAN;
  if (!same_geometry (&before, layout)) {
    ts_grid_bands_clear (self);
    if (self->anchor.is_set && self->anchor.index < layout->n_images) {
      int x;
      gint64 y;
      ts_grid_layout_get_cell (layout, self->anchor.index, &x, &y);
      anchor_x = x + self->anchor.fraction_x * layout->cell_width - self->anchor.x;
      anchor_y = (double) y + self->anchor.fraction_y * layout->cell_height - self->anchor.y;
    }
  }
  if (before.cell_width != layout->cell_width || before.caption_height != layout->caption_height)
    ts_grid_bands_drop_decor (self);
  self->anchor.is_set = FALSE;
  configure_adjustment (self, GTK_ORIENTATION_HORIZONTAL, anchor_x);
  configure_adjustment (self, GTK_ORIENTATION_VERTICAL, anchor_y);
  if (self->scroll_is_due && self->pictures->session != NULL) {
    self->scroll_is_due = FALSE;
    ts_grid_scroll_to (self, ts_session_get_current (self->pictures->session));
  }
  self->in_allocate = FALSE;

  update_cells (self);
  ts_grid_refresh (self, WAIT_LAYOUT_US);
  ts_grid_update_hover (self);
}

void
ts_grid_scroll_to (TsGrid *self, guint index)
{
  const TsGridLayout *layout = &self->layout;
  GtkAdjustment *v = self->adjustments[GTK_ORIENTATION_VERTICAL];
  int x;
  gint64 y;

  g_return_if_fail (TS_IS_GRID (self));
  if (v == NULL || index >= layout->n_images || layout->columns == 0)
    return;
  ts_grid_layout_get_cell (layout, index, &x, &y);
  double top = (double) (y - layout->pad) / layout->scale;
  double bottom =
      (double) (y + layout->cell_height + layout->caption_height + layout->pad / 2) / layout->scale;
  double value = gtk_adjustment_get_value (v), page = gtk_adjustment_get_page_size (v);
  if (top < value)
    gtk_adjustment_set_value (v, top);
  else if (bottom > value + page)
    gtk_adjustment_set_value (v, MIN (bottom - page, top));
}

void
ts_grid_set_zoom_at (TsGrid *self, double zoom, double x, double y)
{
  zoom = ts_grid_zoom_clamp (zoom, self->max_size.width, self->max_size.height);
  if (self->pictures->session == NULL || self->pictures->batch == NULL ||
      zoom == ts_session_get_zoom (self->pictures->session))
    return;
  TsGridAnchor *last = &self->zoom_anchor;
  if (last->is_set && last->x == x * self->layout.scale && last->y == y * self->layout.scale)
    self->anchor = *last;
  else
    anchor_at (self, x, y);
  self->zoom_anchor = self->anchor;
  ts_session_set_zoom (self->pictures->session, zoom);
}

void
ts_grid_zoom (TsGrid *self, int direction)
{
  g_return_if_fail (TS_IS_GRID (self));

  if (self->pictures->session == NULL || self->pictures->batch == NULL)
    return;
  double zoom = direction == 0 ? ts_grid_get_default_zoom (self)
                               : ts_grid_zoom_step (self->layout.effective_zoom, direction,
                                                    self->max_size.width, self->max_size.height);
  if (self->pointer_inside)
    ts_grid_set_zoom_at (self, zoom, self->pointer_x, self->pointer_y);
  else
    ts_session_set_zoom (self->pictures->session, zoom);
}
