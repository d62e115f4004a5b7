/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-private.h"

#include <math.h>

/* Mouse and keyboard. Selection and current image live in the session; what is here is only what a
 * gesture has to remember. */

#define AUTOSCROLL_EDGE 24.0 /* logical pixels from the edge in which a rubber band scrolls */
#define AUTOSCROLL_RATE 12.0 /* pixels a second for each pixel beyond */
#define TYPING_PAUSE_US G_TIME_SPAN_SECOND

static void
take_selection (TsGrid *self, GtkBitset *selection)
{
  ts_session_set_selection (self->session, selection);
  gtk_bitset_unref (selection);
}

static void
select_only (TsGrid *self, guint index)
{
  GtkBitset *selection = gtk_bitset_new_empty ();

  gtk_bitset_add (selection, index);
  take_selection (self, selection);
}

static void
toggle (TsGrid *self, guint index)
{
  GtkBitset *selection = gtk_bitset_copy (ts_session_get_selection (self->session));

  if (!gtk_bitset_add (selection, index))
    gtk_bitset_remove (selection, index);
  take_selection (self, selection);
}

static void
select_range (TsGrid *self, guint from, guint to, gboolean keep)
{
  GtkBitset *selection =
      keep ? gtk_bitset_copy (ts_session_get_selection (self->session)) : gtk_bitset_new_empty ();

  gtk_bitset_add_range_closed (selection, MIN (from, to), MAX (from, to));
  take_selection (self, selection);
}

void
ts_grid_select_all (TsGrid *self)
{
  g_return_if_fail (TS_IS_GRID (self));

  if (self->batch == NULL || self->layout.n_images == 0)
    return;
  take_selection (self, gtk_bitset_new_range (0, (guint) self->layout.n_images));
}

void
ts_grid_select_none (TsGrid *self)
{
  g_return_if_fail (TS_IS_GRID (self));

  if (self->session != NULL)
    take_selection (self, gtk_bitset_new_empty ());
}

void
ts_grid_invert_selection (TsGrid *self)
{
  g_return_if_fail (TS_IS_GRID (self));

  if (self->batch == NULL || self->layout.n_images == 0)
    return;
  GtkBitset *selection = gtk_bitset_new_range (0, (guint) self->layout.n_images);
  gtk_bitset_subtract (selection, ts_session_get_selection (self->session));
  take_selection (self, selection);
}

static void
set_current (TsGrid *self, guint index)
{
  gboolean focused = ts_grid_cells_have_focus (self->cells);

  ts_session_set_current (self->session, index);
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
    select_range (self, self->select_anchor, target, (state & GDK_CONTROL_MASK) != 0);
  } else {
    self->select_anchor = target;
    if (!(state & GDK_CONTROL_MASK))
      select_only (self, target);
  }
  set_current (self, target);
}

/* Hover. */

static gint64
find_at (TsGrid *self, double x, double y)
{
  int offset_x;
  gint64 offset_y;

  if (self->batch == NULL || self->layout.n_rows == 0)
    return -1;
  ts_grid_get_offset (self, &offset_x, &offset_y);
  return ts_grid_layout_find (&self->layout, (int) floor (x * self->layout.scale) + offset_x,
                              (gint64) floor (y * self->layout.scale) + offset_y);
}

void
ts_grid_update_hover (TsGrid *self)
{
  const TsGridLayout *layout = &self->layout;
  gint64 index = -1;
  int pixel_x = 0, pixel_y = 0;

  if (self->pointer_inside)
    index = find_at (self, self->pointer_x, self->pointer_y);
  if (index >= 0) {
    int offset_x, x;
    gint64 offset_y, y;
    TsGridPlace place;
    TsImageSize size;
    ts_grid_get_offset (self, &offset_x, &offset_y);
    ts_grid_layout_get_cell (layout, (guint64) index, &x, &y);
    ts_grid_place_image (self, (guint64) index, &place);
    ts_batch_get_image_size (self->batch, (guint64) index, &size);
    double in_x = self->pointer_x * layout->scale + offset_x - x - place.x;
    double in_y = self->pointer_y * layout->scale + (double) (offset_y - y) - place.y;
    if (in_x < 0 || in_y < 0 || in_x >= place.width || in_y >= place.height) {
      index = -1;
    } else {
      pixel_x = (int) (in_x * size.width / place.width);
      pixel_y = (int) (in_y * size.height / place.height);
    }
  }
  if (index == self->hover_index && pixel_x == self->hover_x && pixel_y == self->hover_y)
    return;
  self->hover_index = index;
  self->hover_x = pixel_x;
  self->hover_y = pixel_y;
  g_signal_emit_by_name (self, "hover", (int) index, pixel_x, pixel_y);
}

static void
motion_cb (TsGrid *self, double x, double y)
{
  self->pointer_inside = TRUE;
  self->pointer_x = x;
  self->pointer_y = y;
  ts_grid_update_hover (self);
}

static void
leave_cb (TsGrid *self)
{
  self->pointer_inside = FALSE;
  ts_grid_update_hover (self);
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

static void
update_rubber_band (TsGrid *self)
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
  take_selection (self, selection);
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
    update_rubber_band (self);
  }
  return G_SOURCE_CONTINUE;
}

static void
begin_rubber_band (TsGrid *self)
{
  self->rubber_active = TRUE;
  self->autoscroll_us = 0;
  self->autoscroll_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), autoscroll_cb, NULL, NULL);
}

static void
end_rubber_band (TsGrid *self)
{
  self->rubber_active = FALSE;
  g_clear_pointer (&self->rubber_base, gtk_bitset_unref);
  if (self->autoscroll_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->autoscroll_id);
  self->autoscroll_id = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Press, drag, release; apart from the gestures, so that tests can play them. */

void
ts_grid_handle_press (TsGrid *self, int n_press, double x, double y, GdkModifierType state)
{
  int offset_x;
  gint64 offset_y;
  gint64 index = find_at (self, x, y);
  gboolean shift = (state & GDK_SHIFT_MASK) != 0, control = (state & GDK_CONTROL_MASK) != 0;

  if (self->batch == NULL)
    return;
  self->press_index = index;
  self->press_extends = shift || control;
  self->release_selects = FALSE;
  self->press_was_selected =
      index >= 0 && gtk_bitset_contains (ts_session_get_selection (self->session), (guint) index);
  ts_grid_get_offset (self, &offset_x, &offset_y);
  self->rubber_x = x * self->layout.scale + offset_x;
  self->rubber_y = y * self->layout.scale + (double) offset_y;

  if (index < 0) {
    if (!self->press_extends)
      ts_grid_select_none (self);
    gtk_widget_grab_focus (GTK_WIDGET (self));
  } else {
    if (n_press == 2 && !self->press_extends) {
      g_signal_emit_by_name (self, "activate", (guint) index);
      return;
    }
    if (shift) {
      select_range (self, self->select_anchor, (guint) index, control);
    } else if (control) {
      toggle (self, (guint) index);
    } else if (self->press_was_selected) {
      self->release_selects = TRUE; /* it may be a drag of all selected ones */
    } else {
      select_only (self, (guint) index);
    }
    if (!shift)
      self->select_anchor = (guint) index;
    ts_session_set_current (self->session, (guint) index);
    ts_grid_cells_grab_focus (self->cells, (guint64) index);
  }
  g_clear_pointer (&self->rubber_base, gtk_bitset_unref);
  self->rubber_base = self->press_extends
                          ? gtk_bitset_copy (ts_session_get_selection (self->session))
                          : gtk_bitset_new_empty ();
}

void
ts_grid_handle_drag (TsGrid *self, double x, double y)
{
  if (self->rubber_base == NULL || (self->press_was_selected && !self->press_extends))
    return;
  self->rubber_px = x;
  self->rubber_py = y;
  if (!self->rubber_active)
    begin_rubber_band (self);
  update_rubber_band (self);
}

void
ts_grid_handle_release (TsGrid *self)
{
  if (self->release_selects && !self->rubber_active && self->press_index >= 0)
    select_only (self, (guint) self->press_index);
  self->release_selects = FALSE;
  end_rubber_band (self);
}

static void
pressed_cb (TsGrid *self, int n_press, double x, double y, GtkGestureClick *gesture)
{
  GdkModifierType state =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  ts_grid_handle_press (self, n_press, x, y, state);
}

static void
drag_begin_cb (TsGrid *self, double x, double y, GtkGestureDrag *gesture)
{
  GdkDevice *device =
      gtk_event_controller_get_current_event_device (GTK_EVENT_CONTROLLER (gesture));

  /* a finger scrolls */
  if (device != NULL && gdk_device_get_source (device) == GDK_SOURCE_TOUCHSCREEN)
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
}

static void
drag_update_cb (TsGrid *self, double dx, double dy, GtkGestureDrag *gesture)
{
  double x, y;

  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  if (!self->rubber_active &&
      !gtk_drag_check_threshold (GTK_WIDGET (self), 0, 0, (int) dx, (int) dy))
    return;
  self->release_selects = FALSE;
  ts_grid_handle_drag (self, x + dx, y + dy);
  if (self->rubber_active)
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
drag_end_cb (TsGrid *self, double dx, double dy, GtkGestureDrag *gesture)
{
  ts_grid_handle_release (self);
}

/* Zoom. */

static gboolean
scroll_cb (TsGrid *self, double dx, double dy, GtkEventControllerScroll *scroll)
{
  GtkEventController *controller = GTK_EVENT_CONTROLLER (scroll);

  if (!(gtk_event_controller_get_current_event_state (controller) & GDK_CONTROL_MASK)) {
    self->scroll_delta = 0;
    return GDK_EVENT_PROPAGATE;
  }
  self->scroll_delta += dy;
  for (; self->scroll_delta >= 1; self->scroll_delta -= 1)
    ts_grid_zoom (self, -1);
  for (; self->scroll_delta <= -1; self->scroll_delta += 1)
    ts_grid_zoom (self, 1);
  return GDK_EVENT_STOP;
}

static void
pinch_begin_cb (TsGrid *self)
{
  self->pinch_zoom = self->layout.effective_zoom;
}

static void
pinch_cb (TsGrid *self, double factor, GtkGestureZoom *gesture)
{
  double x, y;

  if (gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    ts_grid_set_zoom_at (self, self->pinch_zoom * factor, x, y);
}

/* Keyboard. */

static gboolean
handle_digit (TsGrid *self, guint digit)
{
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - self->typed_us > TYPING_PAUSE_US || self->typed > G_MAXUINT / 10)
    self->typed = 0;
  self->typed = self->typed * 10 + digit;
  self->typed_us = now_us;
  ts_grid_move_to (self, self->typed, 0);
  return GDK_EVENT_STOP;
}

static gboolean
handle_control_key (TsGrid *self, guint keyval, GdkModifierType state)
{
  switch (keyval) {
  case GDK_KEY_a:
    ts_grid_select_all (self);
    return GDK_EVENT_STOP;
  case GDK_KEY_A:
    ts_grid_select_none (self);
    return GDK_EVENT_STOP;
  case GDK_KEY_i:
    ts_grid_invert_selection (self);
    return GDK_EVENT_STOP;
  case GDK_KEY_plus:
  case GDK_KEY_equal:
  case GDK_KEY_KP_Add:
    ts_grid_zoom (self, 1);
    return GDK_EVENT_STOP;
  case GDK_KEY_minus:
  case GDK_KEY_KP_Subtract:
    ts_grid_zoom (self, -1);
    return GDK_EVENT_STOP;
  case GDK_KEY_0:
  case GDK_KEY_KP_0:
    ts_grid_zoom (self, 0);
    return GDK_EVENT_STOP;
  default:
    return GDK_EVENT_PROPAGATE;
  }
}

gboolean
ts_grid_handle_key (TsGrid *self, guint keyval, GdkModifierType state)
{
  const TsGridLayout *layout = &self->layout;

  if (self->batch == NULL || layout->n_images == 0 || layout->columns == 0)
    return GDK_EVENT_PROPAGATE;
  state &= gtk_accelerator_get_default_mod_mask ();
  if (state & (GDK_ALT_MASK | GDK_SUPER_MASK))
    return GDK_EVENT_PROPAGATE;

  gint64 current = ts_session_get_current (self->session), target = current;
  gint64 columns = layout->columns, last = (gint64) layout->n_images - 1;
  gint64 page = columns * MAX (1, layout->viewport_height / layout->row_height);
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;

  switch (keyval) {
  case GDK_KEY_Left:
  case GDK_KEY_KP_Left:
    target = current + (rtl ? 1 : -1);
    break;
  case GDK_KEY_Right:
  case GDK_KEY_KP_Right:
    target = current + (rtl ? -1 : 1);
    break;
  case GDK_KEY_Up:
  case GDK_KEY_KP_Up:
    target = current >= columns ? current - columns : current;
    break;
  case GDK_KEY_Down:
  case GDK_KEY_KP_Down:
    /* from above a short last row to its end */
    target = current / columns < last / columns ? current + columns : current;
    break;
  case GDK_KEY_Home:
  case GDK_KEY_KP_Home:
    target = 0;
    break;
  case GDK_KEY_End:
  case GDK_KEY_KP_End:
    target = last;
    break;
  case GDK_KEY_Page_Up:
  case GDK_KEY_KP_Page_Up:
    target = current - page >= 0 ? current - page : current % columns;
    break;
  case GDK_KEY_Page_Down:
  case GDK_KEY_KP_Page_Down:
    target = current + page;
    break;
  case GDK_KEY_space:
  case GDK_KEY_KP_Space:
    if (state & GDK_SHIFT_MASK) {
      select_range (self, self->select_anchor, (guint) current, FALSE);
    } else {
      toggle (self, (guint) current);
      self->select_anchor = (guint) current;
    }
    return GDK_EVENT_STOP;
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter:
  case GDK_KEY_ISO_Enter:
    if (state != 0)
      return GDK_EVENT_PROPAGATE;
    g_signal_emit_by_name (self, "activate", (guint) current);
    return GDK_EVENT_STOP;
  default:
    if (state & GDK_CONTROL_MASK)
      return handle_control_key (self, keyval, state);
    if (state == 0 && keyval >= GDK_KEY_0 && keyval <= GDK_KEY_9)
      return handle_digit (self, keyval - GDK_KEY_0);
    if (state == 0 && keyval >= GDK_KEY_KP_0 && keyval <= GDK_KEY_KP_9)
      return handle_digit (self, keyval - GDK_KEY_KP_0);
    return GDK_EVENT_PROPAGATE;
  }

  ts_grid_move_to (self, (guint64) CLAMP (target, 0, last), state);
  return GDK_EVENT_STOP;
}

static gboolean
key_cb (TsGrid *self, guint keyval, guint keycode, GdkModifierType state)
{
  return ts_grid_handle_key (self, keyval, state);
}

static void
connect_swapped (TsGrid *self, gpointer controller, const char *signal, GCallback callback)
{
  g_signal_connect_object (controller, signal, callback, self, G_CONNECT_SWAPPED);
}

void
ts_grid_input_init (TsGrid *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  self->hover_index = -1;
  self->press_index = -1;

  GtkEventController *motion = gtk_event_controller_motion_new ();
  connect_swapped (self, motion, "enter", G_CALLBACK (motion_cb));
  connect_swapped (self, motion, "motion", G_CALLBACK (motion_cb));
  connect_swapped (self, motion, "leave", G_CALLBACK (leave_cb));
  gtk_widget_add_controller (widget, motion);

  GtkGesture *click = gtk_gesture_click_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_PRIMARY);
  connect_swapped (self, click, "pressed", G_CALLBACK (pressed_cb));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));

  GtkGesture *drag = gtk_gesture_drag_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), GDK_BUTTON_PRIMARY);
  connect_swapped (self, drag, "drag-begin", G_CALLBACK (drag_begin_cb));
  connect_swapped (self, drag, "drag-update", G_CALLBACK (drag_update_cb));
  connect_swapped (self, drag, "drag-end", G_CALLBACK (drag_end_cb));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_gesture_group (drag, click);

  GtkEventController *scroll =
      gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  connect_swapped (self, scroll, "scroll", G_CALLBACK (scroll_cb));
  gtk_widget_add_controller (widget, scroll);

  GtkGesture *pinch = gtk_gesture_zoom_new ();
  connect_swapped (self, pinch, "begin", G_CALLBACK (pinch_begin_cb));
  connect_swapped (self, pinch, "scale-changed", G_CALLBACK (pinch_cb));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));

  GtkEventController *key = gtk_event_controller_key_new ();
  connect_swapped (self, key, "key-pressed", G_CALLBACK (key_cb));
  gtk_widget_add_controller (widget, key);
}

void
ts_grid_input_stop (TsGrid *self)
{
  end_rubber_band (self);
  self->press_index = -1;
  self->release_selects = FALSE;
  self->hover_index = -1;
  self->typed = 0;
}
