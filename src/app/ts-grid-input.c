/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-private.h"

#include <math.h>

/* The pointer. Selection and current image live in the session; what is here is only what a
 * gesture has to remember. */

/* Hover. */

static gint64
find_at (TsGrid *self, double x, double y)
{
  int offset_x;
  gint64 offset_y;

  if (self->pictures->batch == NULL || self->layout.n_rows == 0)
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
    ts_batch_get_image_size (self->pictures->batch, (guint64) index, &size);
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

/* Press, drag, release; apart from the gestures, so that tests can play them. */

void
ts_grid_handle_press (TsGrid *self, int n_press, double x, double y, GdkModifierType state)
{
  int offset_x;
  gint64 offset_y;
  gint64 index = find_at (self, x, y);
  gboolean shift = (state & GDK_SHIFT_MASK) != 0, control = (state & GDK_CONTROL_MASK) != 0;

  if (self->pictures->batch == NULL)
    return;
  self->press_index = index;
  self->press_extends = shift || control;
  self->release_selects = FALSE;
  self->press_was_selected =
      index >= 0 &&
      gtk_bitset_contains (ts_session_get_selection (self->pictures->session), (guint) index);
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
      ts_grid_select_range (self, self->select_anchor, (guint) index, control);
    } else if (control) {
      ts_grid_toggle (self, (guint) index);
    } else if (self->press_was_selected) {
      self->release_selects = TRUE; /* it may be a drag of all selected ones */
    } else {
      ts_grid_select_only (self, (guint) index);
    }
    if (!shift)
      self->select_anchor = (guint) index;
    ts_session_set_current (self->pictures->session, (guint) index);
    ts_grid_cells_grab_focus (self->cells, (guint64) index);
  }
  g_clear_pointer (&self->rubber_base, gtk_bitset_unref);
  self->rubber_base = self->press_extends
                          ? gtk_bitset_copy (ts_session_get_selection (self->pictures->session))
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
    ts_grid_begin_rubber_band (self);
  ts_grid_update_rubber_band (self);
}

void
ts_grid_handle_release (TsGrid *self)
{
  if (self->release_selects && !self->rubber_active && self->press_index >= 0)
    ts_grid_select_only (self, (guint) self->press_index);
  self->release_selects = FALSE;
  ts_grid_end_rubber_band (self);
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

static gboolean
key_cb (TsGrid *self, guint keyval, guint keycode, GdkModifierType state)
{
  return ts_grid_handle_key (self, keyval, state);
}

void
ts_grid_input_init (TsGrid *self)
{
  const TsPicturesInput input = {
    .motion = G_CALLBACK (motion_cb),
    .leave = G_CALLBACK (leave_cb),
    .pressed = G_CALLBACK (pressed_cb),
    .drag_begin = G_CALLBACK (drag_begin_cb),
    .drag_update = G_CALLBACK (drag_update_cb),
    .drag_end = G_CALLBACK (drag_end_cb),
    .drag_button = GDK_BUTTON_PRIMARY,
    .scroll = G_CALLBACK (scroll_cb),
    .pinch_begin = G_CALLBACK (pinch_begin_cb),
    .pinch = G_CALLBACK (pinch_cb),
    .key = G_CALLBACK (key_cb),
  };

  self->hover_index = -1;
  self->press_index = -1;
  ts_pictures_add_input (GTK_WIDGET (self), &input);
  ts_grid_drag_init (self);
}

void
ts_grid_input_stop (TsGrid *self)
{
  ts_grid_end_rubber_band (self);
  self->press_index = -1;
  self->release_selects = FALSE;
  self->hover_index = -1;
  self->typed = 0;
}
