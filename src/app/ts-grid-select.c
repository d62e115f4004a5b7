/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-private.h"

#include <math.h>

/* Selecting images, all commands of it and the rubber band. */

#define AUTOSCROLL_EDGE 24.0 /* logical pixels from the edge in which a rubber band scrolls */
#define AUTOSCROLL_RATE 12.0 /* pixels a second for each pixel beyond */

void
ts_grid_take_selection (TsGrid *self, GtkBitset *selection)
{
  ts_session_set_selection (self->pictures->session, selection);
  gtk_bitset_unref (selection);
}

void
ts_grid_select_only (TsGrid *self, guint index)
{
  GtkBitset *selection = gtk_bitset_new_empty ();

  gtk_bitset_add (selection, index);
  ts_grid_take_selection (self, selection);
}

void
ts_grid_toggle (TsGrid *self, guint index)
{
  GtkBitset *selection = gtk_bitset_copy (ts_session_get_selection (self->pictures->session));

  if (!gtk_bitset_add (selection, index))
    gtk_bitset_remove (selection, index);
  ts_grid_take_selection (self, selection);
}

void
ts_grid_select_range (TsGrid *self, guint from, guint to, gboolean keep)
{
  GtkBitset *selection = keep ? gtk_bitset_copy (ts_session_get_selection (self->pictures->session))
                              : gtk_bitset_new_empty ();

  gtk_bitset_add_range_closed (selection, MIN (from, to), MAX (from, to));
  ts_grid_take_selection (self, selection);
}

void
ts_grid_select_all (TsGrid *self)
{
  g_return_if_fail (TS_IS_GRID (self));

  if (self->pictures->batch == NULL || self->layout.n_images == 0)
    return;
  ts_grid_take_selection (self, gtk_bitset_new_range (0, (guint) self->layout.n_images));
}

void
ts_grid_select_none (TsGrid *self)
{
  g_return_if_fail (TS_IS_GRID (self));

  if (self->pictures->session != NULL)
    ts_grid_take_selection (self, gtk_bitset_new_empty ());
}

void
ts_grid_invert_selection (TsGrid *self)
{
  g_return_if_fail (TS_IS_GRID (self));

  if (self->pictures->batch == NULL || self->layout.n_images == 0)
    return;
  GtkBitset *selection = gtk_bitset_new_range (0, (guint) self->layout.n_images);
  gtk_bitset_subtract (selection, ts_session_get_selection (self->pictures->session));
  ts_grid_take_selection (self, selection);
}

static void
set_current (TsGrid *self, guint index)
{
  gboolean focused = ts_grid_cells_have_focus (self->cells);

  ts_session_set_current (self->pictures->session, index);
  ts_grid_scroll_to (self, index);
  if (focused)
    ts_grid_cells_grab_focus (self->cells, index);
}

/* Where the focus goes by keyboard: shift extends, control leaves the selection alone. */
void
ts_grid_move_to (TsGrid *self, guint64 index, GdkModifierType state)
{
  if (self->layout.n_images == 0)
    return;
  guint target = (guint) MIN (index, self->layout.n_images - 1);

  if (state & GDK_SHIFT_MASK) {
    ts_grid_select_range (self, self->select_anchor, target, (state & GDK_CONTROL_MASK) != 0);
  } else {
    self->select_anchor = target;
    if (!(state & GDK_CONTROL_MASK))
      ts_grid_select_only (self, target);
  }
  set_current (self, target);
}

/* Rubber band. */

gboolean
ts_grid_get_rubber_band (TsGrid *self, graphene_rect_t *rect)
{
  int offset_x;
  gint64 offset_y;

  if (!self->rubber_active)
    return FALSE;
  ts_grid_get_offset (self, &offset_x, &offset_y);
  double scale = self->layout.scale;
  double x0 = (self->rubber_x - offset_x) / scale;
  double y0 = (self->rubber_y - (double) offset_y) / scale;
  double x1 = self->rubber_px, y1 = self->rubber_py;
  graphene_rect_init (rect, (float) MIN (x0, x1), (float) MIN (y0, y1), (float) fabs (x1 - x0),
                      (float) fabs (y1 - y0));
  return TRUE;
}

void
ts_grid_update_rubber_band (TsGrid *self)
{
  const TsGridLayout *layout = &self->layout;
  int offset_x, column, n_columns;
  gint64 offset_y;
  guint64 row, n_rows;
  GtkBitset *selection = gtk_bitset_copy (self->rubber_base);

  ts_grid_get_offset (self, &offset_x, &offset_y);
  double x = self->rubber_px * layout->scale + offset_x;
  double y = self->rubber_py * layout->scale + (double) offset_y;
  if (ts_grid_layout_get_cells_in (layout, MIN (x, self->rubber_x), MIN (y, self->rubber_y),
                                   fabs (x - self->rubber_x), fabs (y - self->rubber_y), &column,
                                   &n_columns, &row, &n_rows)) {
    gtk_bitset_add_rectangle (selection, (guint) (row * (guint64) layout->columns) + (guint) column,
                              (guint) n_columns, (guint) n_rows, (guint) layout->columns);
    gtk_bitset_remove_range_closed (selection, (guint) layout->n_images, G_MAXUINT);
  }
  ts_grid_take_selection (self, selection);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
autoscroll_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  TsGrid *self = TS_GRID (widget);
  GtkAdjustment *v = self->adjustments[GTK_ORIENTATION_VERTICAL];
  gint64 now_us = gdk_frame_clock_get_frame_time (clock);
  double seconds = self->autoscroll_us != 0 ? (double) (now_us - self->autoscroll_us) / 1e6 : 0;
  double height = gtk_widget_get_height (widget), beyond = 0;

  self->autoscroll_us = now_us;
  if (self->rubber_py < AUTOSCROLL_EDGE)
    beyond = self->rubber_py - AUTOSCROLL_EDGE;
  else if (self->rubber_py > height - AUTOSCROLL_EDGE)
    beyond = self->rubber_py - (height - AUTOSCROLL_EDGE);
  if (beyond != 0 && v != NULL) {
    gtk_adjustment_set_value (v, gtk_adjustment_get_value (v) + CLAMP (beyond, -200, 200) *
                                                                    AUTOSCROLL_RATE *
                                                                    MIN (seconds, 0.1));
    ts_grid_update_rubber_band (self);
  }
  return G_SOURCE_CONTINUE;
}

void
ts_grid_begin_rubber_band (TsGrid *self)
{
  self->rubber_active = TRUE;
  self->autoscroll_us = 0;
  self->autoscroll_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), autoscroll_cb, NULL, NULL);
}

void
ts_grid_end_rubber_band (TsGrid *self)
{
  self->rubber_active = FALSE;
  g_clear_pointer (&self->rubber_base, gtk_bitset_unref);
  if (self->autoscroll_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->autoscroll_id);
  self->autoscroll_id = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
