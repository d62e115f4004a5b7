/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-image-view-private.h"

#include "app/ts-grid-layout.h"

#include <math.h>

#define PAN_STEP 80 /* logical pixels a key press */

void
ts_image_view_update_hover (TsImageView *self)
{
  TsImageGeometry g;
  int index = -1, x = 0, y = 0;
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  if (self->pointer_inside && ts_image_view_get_geometry (self, &g)) {
    double in_x = self->pointer_x * scale - (double) g.origin_x;
    double in_y = self->pointer_y * scale - (double) g.origin_y;
    if (in_x >= 0 && in_y >= 0 && in_x < g.width && in_y < g.height) {
      index = (int) g.index;
      x = (int) (in_x * g.image_width / g.width);
      y = (int) (in_y * g.image_height / g.height);
    }
  }
  if (index == self->hover_index && x == self->hover_x && y == self->hover_y)
    return;
  self->hover_index = index;
  self->hover_x = x;
  self->hover_y = y;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit_by_name (self, "hover", index, x, y);
}

void
ts_image_view_point_at (TsImageView *self, int x, int y)
{
  self->hover_index = x >= 0 ? (int) ts_pictures_get_index (self->pictures) : -1;
  self->hover_x = x;
  self->hover_y = y;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
motion_cb (TsImageView *self, double x, double y)
{
  self->pointer_inside = TRUE;
  self->pointer_x = x;
  self->pointer_y = y;
  ts_image_view_update_hover (self);
}

static void
leave_cb (TsImageView *self)
{
  self->pointer_inside = FALSE;
  ts_image_view_update_hover (self);
}

/* The center as it is after clamping: a pan begins where the picture really is. */
static void
get_center (TsImageView *self, const TsImageGeometry *g, double *x, double *y)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  *x = (gtk_widget_get_width (GTK_WIDGET (self)) * scale / 2.0 - (double) g->origin_x) / g->width;
  *y = (gtk_widget_get_height (GTK_WIDGET (self)) * scale / 2.0 - (double) g->origin_y) / g->height;
}

/* Moves the picture by logical pixels from a place it had. */
static void
pan_from (TsImageView *self, double center_x, double center_y, double dx, double dy)
{
  TsImageGeometry g;
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  if (!ts_image_view_get_geometry (self, &g))
    return;
  self->center_x = CLAMP (center_x - dx * scale / g.width, 0, 1);
  self->center_y = CLAMP (center_y - dy * scale / g.height, 0, 1);
  ts_image_view_moved (self);
}

static void
drag_begin_cb (TsImageView *self, double x, double y, GtkGesture *gesture)
{
  TsImageGeometry g;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (!ts_image_view_get_geometry (self, &g)) {
    gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
    return;
  }
  get_center (self, &g, &self->drag_center_x, &self->drag_center_y);
}

static void
drag_update_cb (TsImageView *self, double dx, double dy, GtkGesture *gesture)
{
  if (gtk_drag_check_threshold (GTK_WIDGET (self), 0, 0, (int) dx, (int) dy)) {
    gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
  }
  pan_from (self, self->drag_center_x, self->drag_center_y, dx, dy);
}

static void
drag_end_cb (TsImageView *self)
{
  gtk_widget_set_cursor (GTK_WIDGET (self), NULL);
}

static gboolean
scroll_cb (TsImageView *self, double dx, double dy)
{
  double zoom = ts_image_view_get_zoom (self);

  self->scroll_delta += dy;
  for (; self->scroll_delta >= 1; self->scroll_delta -= 1)
    zoom = ts_zoom_ladder_step (zoom, -1);
  for (; self->scroll_delta <= -1; self->scroll_delta += 1)
    zoom = ts_zoom_ladder_step (zoom, 1);
  if (zoom != ts_image_view_get_zoom (self)) {
    double x =
        self->pointer_inside ? self->pointer_x : gtk_widget_get_width (GTK_WIDGET (self)) / 2.0;
    double y =
        self->pointer_inside ? self->pointer_y : gtk_widget_get_height (GTK_WIDGET (self)) / 2.0;
    ts_image_view_set_zoom_at (self, zoom, x, y);
  }
  return GDK_EVENT_STOP;
}

static void
pinch_begin_cb (TsImageView *self)
{
  self->pinch_zoom = ts_image_view_get_zoom (self);
}

static void
pinch_cb (TsImageView *self, double factor, GtkGesture *gesture)
{
  double x, y;

  if (gtk_gesture_get_bounding_box_center (gesture, &x, &y))
    ts_image_view_set_zoom_at (self, self->pinch_zoom * factor, x, y);
}

static void
step_image (TsImageView *self, int step)
{
  gint64 n = (gint64) ts_batch_get_n_images (self->pictures->batch);
  gint64 target = (gint64) ts_pictures_get_index (self->pictures) + step;

  if (target >= 0 && target < n)
    ts_pictures_set_index (self->pictures, (guint) target);
}

static gboolean
pan_key (TsImageView *self, double dx, double dy)
{
  TsImageGeometry g;
  double x, y;

  if (ts_image_view_get_geometry (self, &g)) {
    get_center (self, &g, &x, &y);
    pan_from (self, x, y, dx * PAN_STEP, dy * PAN_STEP);
  }
  return GDK_EVENT_STOP;
}

gboolean
ts_image_view_handle_key (TsImageView *self, guint keyval, GdkModifierType state)
{
  state &= gtk_accelerator_get_default_mod_mask ();
  if (keyval == GDK_KEY_Escape && state == 0) {
    g_signal_emit_by_name (self, "close");
    return GDK_EVENT_STOP;
  }
  if (self->pictures->batch == NULL || (state & (GDK_ALT_MASK | GDK_SUPER_MASK)))
    return GDK_EVENT_PROPAGATE;

  gboolean control = (state & GDK_CONTROL_MASK) != 0;
  int forward = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL ? -1 : 1;
  switch (keyval) {
  case GDK_KEY_0:
  case GDK_KEY_KP_0:
    ts_image_view_set_fit (self, TRUE);
    return GDK_EVENT_STOP;
  case GDK_KEY_1:
  case GDK_KEY_KP_1:
    ts_image_view_set_zoom (self, 1);
    return GDK_EVENT_STOP;
  case GDK_KEY_2:
  case GDK_KEY_KP_2:
    ts_image_view_set_zoom (self, 2);
    return GDK_EVENT_STOP;
  case GDK_KEY_plus:
  case GDK_KEY_equal:
  case GDK_KEY_KP_Add:
    ts_image_view_step_zoom (self, 1);
    return GDK_EVENT_STOP;
  case GDK_KEY_minus:
  case GDK_KEY_KP_Subtract:
    ts_image_view_step_zoom (self, -1);
    return GDK_EVENT_STOP;
  case GDK_KEY_Left:
  case GDK_KEY_KP_Left:
    if (control)
      return pan_key (self, 1, 0);
    step_image (self, -forward);
    return GDK_EVENT_STOP;
  case GDK_KEY_Right:
  case GDK_KEY_KP_Right:
    if (control)
      return pan_key (self, -1, 0);
    step_image (self, forward);
    return GDK_EVENT_STOP;
  case GDK_KEY_Up:
  case GDK_KEY_KP_Up:
    if (control)
      return pan_key (self, 0, 1);
    step_image (self, -1);
    return GDK_EVENT_STOP;
  case GDK_KEY_Down:
  case GDK_KEY_KP_Down:
    if (control)
      return pan_key (self, 0, -1);
    step_image (self, 1);
    return GDK_EVENT_STOP;
  case GDK_KEY_Home:
  case GDK_KEY_KP_Home:
    ts_pictures_set_index (self->pictures, 0);
    return GDK_EVENT_STOP;
  case GDK_KEY_End:
  case GDK_KEY_KP_End:
    ts_pictures_set_index (self->pictures, G_MAXUINT);
    return GDK_EVENT_STOP;
  default:
    return GDK_EVENT_PROPAGATE;
  }
}

static gboolean
key_cb (TsImageView *self, guint keyval, guint keycode, GdkModifierType state)
{
  return ts_image_view_handle_key (self, keyval, state);
}

void
ts_image_view_input_init (TsImageView *self)
{
  const TsPicturesInput input = {
    .motion = G_CALLBACK (motion_cb),
    .leave = G_CALLBACK (leave_cb),
    .drag_begin = G_CALLBACK (drag_begin_cb),
    .drag_update = G_CALLBACK (drag_update_cb),
    .drag_end = G_CALLBACK (drag_end_cb),
    .scroll = G_CALLBACK (scroll_cb),
    .pinch_begin = G_CALLBACK (pinch_begin_cb),
    .pinch = G_CALLBACK (pinch_cb),
    .key = G_CALLBACK (key_cb),
  };

  self->hover_index = -1;
  ts_pictures_add_input (GTK_WIDGET (self), &input);
}
