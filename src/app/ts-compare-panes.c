/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-compare-panes.h"

#include "app/ts-image-view-private.h"

#include <math.h>

#define GAP          2 /* logical pixels between panes */
#define LABEL_MARGIN 8
#define GRIP_REACH   12.0 /* how near the divider a press has to be */
#define GRIP_WIDTH   12.0f
#define GRIP_HEIGHT  36.0f
#define DIVIDER_STEP 0.02
#define WORTH_A_ROW  1.3 /* times as large */
#define BLINK_MS     600 /* slow enough for those whom flicker harms */
#define PANE_BYTES   ((gsize) 64 << 20)

const char *const ts_compare_mode_names[] = {
  [TS_COMPARE_SIDE] = "side",
  [TS_COMPARE_SWIPE] = "swipe",
  [TS_COMPARE_DIFFERENCE] = "difference",
  [TS_COMPARE_BLINK] = "blink",
  [TS_N_COMPARE_MODES] = NULL,
};

struct _TsComparePanes
{
  GtkWidget parent_instance;

  /* children */
  GPtrArray *views;
  GPtrArray *labels;

  TsCompareMode mode;
  TsImageSize size; /* of the first picture: decides on columns */
  double divider;
  guint shown;
  gboolean automatic;
  guint blink_id;
  gboolean following; /* one view's place goes to the others */
  gboolean layout_is_due;
  double pointer_x;
};

G_DEFINE_FINAL_TYPE (TsComparePanes, ts_compare_panes, GTK_TYPE_WIDGET)

static guint
get_n (TsComparePanes *self)
{
  return self->views->len;
}

TsImageView *
ts_compare_panes_get_view (TsComparePanes *self, guint index)
{
  g_return_val_if_fail (TS_IS_COMPARE_PANES (self), NULL);

  return index < get_n (self) ? self->views->pdata[index] : NULL;
}

TsImageView *
ts_compare_panes_get_lead (TsComparePanes *self)
{
  return ts_compare_panes_get_view (self, 0);
}

/* Blinking. */

static void
show_other (TsComparePanes *self)
{
  self->shown = get_n (self) > 1 ? 1 - self->shown : 0;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
blink_cb (gpointer data)
{
  show_other (data);
  return G_SOURCE_CONTINUE;
}

static void
update_blinking (TsComparePanes *self)
{
  gboolean blinks = self->mode == TS_COMPARE_BLINK && self->automatic && get_n (self) > 1 &&
                    gtk_widget_get_mapped (GTK_WIDGET (self));

  if (blinks == (self->blink_id != 0))
    return;
  if (blinks)
    self->blink_id = g_timeout_add (BLINK_MS, blink_cb, self);
  else
    g_clear_handle_id (&self->blink_id, g_source_remove);
}

void
ts_compare_panes_set_automatic (TsComparePanes *self, gboolean automatic)
{
  g_return_if_fail (TS_IS_COMPARE_PANES (self));

  self->automatic = automatic;
  update_blinking (self);
}

guint
ts_compare_panes_get_shown (TsComparePanes *self)
{
  g_return_val_if_fail (TS_IS_COMPARE_PANES (self), 0);

  return self->shown;
}

/* Panes. */

static void
moved_cb (TsComparePanes *self, TsImageView *view)
{
  if (self->following)
    return;
  self->following = TRUE;
  for (guint i = 0; i < get_n (self); i++)
    if (self->views->pdata[i] != view)
      ts_image_view_copy_place (self->views->pdata[i], view);
  self->following = FALSE;
}

static void
hover_cb (TsComparePanes *self, int index, int x, int y, TsImageView *view)
{
  guint pane = 0;

  if (!g_ptr_array_find (self->views, view, &pane))
    return;
  for (guint i = 0; i < get_n (self); i++)
    if (self->views->pdata[i] != view)
      ts_image_view_point_at (self->views->pdata[i], index >= 0 ? x : -1, y);
  /* of two at one place, the one that can be seen there */
  if (self->mode == TS_COMPARE_SWIPE)
    pane = self->pointer_x >= self->divider * gtk_widget_get_width (GTK_WIDGET (self)) ? 1 : 0;
  else if (self->mode == TS_COMPARE_BLINK)
    pane = self->shown;
  g_signal_emit_by_name (self, "hover", index >= 0 ? (int) pane : -1, x, y);
}

static void
close_cb (TsComparePanes *self)
{
  g_signal_emit_by_name (self, "close");
}

static void
add_pane (TsComparePanes *self)
{
  GtkWidget *view = ts_image_view_new ();
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *first_label = self->labels->len > 0 ? self->labels->pdata[0] : NULL;

  ts_tile_cache_set_limit (TS_IMAGE_VIEW (view)->pictures->tiles, PANE_BYTES);
  gtk_widget_set_focusable (view, FALSE);
  g_signal_connect_object (view, "moved", G_CALLBACK (moved_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "hover", G_CALLBACK (hover_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "close", G_CALLBACK (close_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_can_target (label, FALSE);
  gtk_widget_add_css_class (label, "compare-caption");
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_insert_before (view, GTK_WIDGET (self), first_label);
  gtk_widget_set_parent (label, GTK_WIDGET (self));
  if (get_n (self) > 0)
    ts_image_view_copy_place (TS_IMAGE_VIEW (view), self->views->pdata[0]);
  g_ptr_array_add (self->views, view);
  g_ptr_array_add (self->labels, label);
}

static void
remove_pane (TsComparePanes *self)
{
  g_ptr_array_remove_index (self->views, get_n (self) - 1);
  g_ptr_array_remove_index (self->labels, self->labels->len - 1);
}

void
ts_compare_panes_set (TsComparePanes *self,
                      TsCompareMode mode,
                      const TsComparePane *panes,
                      guint n_panes)
{
  g_return_if_fail (TS_IS_COMPARE_PANES (self));

  gboolean rearranged = mode != self->mode;
  if (mode == TS_COMPARE_DIFFERENCE)
    n_panes = MIN (n_panes, 1);
  else if (mode != TS_COMPARE_SIDE)
    n_panes = MIN (n_panes, 2);
  n_panes = MIN (n_panes, TS_COMPARE_MAX_PANES);
  rearranged = rearranged || n_panes != get_n (self);
  while (get_n (self) > n_panes)
    remove_pane (self);
  while (get_n (self) < n_panes)
    add_pane (self);
  for (guint i = 0; i < n_panes; i++) {
    const TsComparePane *pane = &panes[i];
    ts_image_view_set_image (self->views->pdata[i], pane->stats, pane->index, &pane->recipe);
    gtk_label_set_label (self->labels->pdata[i], pane->caption);
    gtk_widget_set_visible (self->labels->pdata[i], *pane->caption != '\0');
    if (i == 0)
      ts_batch_get_image_size (ts_batch_stats_get_batch (pane->stats), pane->index, &self->size);
    else
      ts_image_view_copy_place (self->views->pdata[i], self->views->pdata[0]);
  }
  if (mode != self->mode || self->shown >= n_panes)
    self->shown = 0;
  self->mode = mode;
  update_blinking (self);
  if (rearranged) {
    self->layout_is_due = TRUE;
    gtk_widget_queue_resize (GTK_WIDGET (self));
  }
}

/* The divider. */

double
ts_compare_panes_get_divider (TsComparePanes *self)
{
  g_return_val_if_fail (TS_IS_COMPARE_PANES (self), 0);

  return self->divider;
}

void
ts_compare_panes_set_divider (TsComparePanes *self, double divider)
{
  g_return_if_fail (TS_IS_COMPARE_PANES (self));

  self->divider = CLAMP (divider, 0, 1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
is_at_divider (TsComparePanes *self, double x)
{
  return self->mode == TS_COMPARE_SWIPE && get_n (self) > 1 &&
         fabs (x - self->divider * gtk_widget_get_width (GTK_WIDGET (self))) <= GRIP_REACH;
}

static void
drag_begin_cb (TsComparePanes *self, double x, double y, GtkGesture *gesture)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  gtk_gesture_set_state (gesture, is_at_divider (self, x) ? GTK_EVENT_SEQUENCE_CLAIMED
                                                          : GTK_EVENT_SEQUENCE_DENIED);
}

static void
drag_update_cb (TsComparePanes *self, double dx, double dy, GtkGestureDrag *gesture)
{
  double x, y;

  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  ts_compare_panes_set_divider (self, (x + dx) / MAX (gtk_widget_get_width (GTK_WIDGET (self)), 1));
}

static void
motion_cb (TsComparePanes *self, double x, double y)
{
  self->pointer_x = x;
  if (is_at_divider (self, x))
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "col-resize");
  else
    gtk_widget_set_cursor (GTK_WIDGET (self), NULL);
}

/* Keyboard. */

gboolean
ts_compare_panes_handle_key (TsComparePanes *self, guint keyval, GdkModifierType state)
{
  int direction = 0;

  if (get_n (self) == 0)
    return GDK_EVENT_PROPAGATE;
  state &= gtk_accelerator_get_default_mod_mask ();
  switch (keyval) {
  case GDK_KEY_Left:
  case GDK_KEY_KP_Left:
  case GDK_KEY_Up:
  case GDK_KEY_KP_Up:
    direction = -1;
    break;
  case GDK_KEY_Right:
  case GDK_KEY_KP_Right:
  case GDK_KEY_Down:
  case GDK_KEY_KP_Down:
    direction = 1;
    break;
  case GDK_KEY_space:
  case GDK_KEY_KP_Space:
    if (self->mode != TS_COMPARE_BLINK || state != 0)
      return GDK_EVENT_PROPAGATE;
    show_other (self);
    return GDK_EVENT_STOP;
  default:
    break;
  }
  if (direction != 0 && state == GDK_SHIFT_MASK && self->mode == TS_COMPARE_SWIPE) {
    ts_compare_panes_set_divider (self, self->divider + direction * DIVIDER_STEP);
    return GDK_EVENT_STOP;
  }
  if (direction != 0 && state == 0) {
    g_signal_emit_by_name (self, "step", direction);
    return GDK_EVENT_STOP;
  }
  return ts_image_view_handle_key (ts_compare_panes_get_lead (self), keyval, state);
}

static gboolean
key_cb (TsComparePanes *self, guint keyval, guint keycode, GdkModifierType state)
{
  return ts_compare_panes_handle_key (self, keyval, state);
}

/* The widget. */

/* Beside each other, unless fewer columns make the pictures a good deal larger. */
static guint
choose_columns (TsComparePanes *self, int width, int height)
{
  guint n = get_n (self), best = MAX (n, 1);
  double best_scale = 0;

  for (guint columns = n; columns >= 1; columns--) {
    guint rows = (n + columns - 1) / columns;
    double across = (double) width / columns / MAX (self->size.width, 1);
    double down = (double) height / rows / MAX (self->size.height, 1);
    if (MIN (across, down) > best_scale * WORTH_A_ROW) {
      best_scale = MIN (across, down);
      best = columns;
    }
  }
  return best;
}

static void
allocate_label (TsComparePanes *self, guint i, const GtkAllocation *pane, gboolean at_end)
{
  GtkWidget *label = self->labels->pdata[i];
  GtkRequisition minimum, natural;

  gtk_widget_set_child_visible (label, self->mode != TS_COMPARE_BLINK || i == self->shown);
  if (!gtk_widget_should_layout (label))
    return;
  gtk_widget_get_preferred_size (label, &minimum, &natural);
  int room = (self->mode == TS_COMPARE_SWIPE ? pane->width / 2 : pane->width) - 2 * LABEL_MARGIN;
  GtkAllocation place = { 0, 0, MAX (MIN (natural.width, room), minimum.width), natural.height };
  place.x = at_end ? pane->x + pane->width - LABEL_MARGIN - place.width : pane->x + LABEL_MARGIN;
  place.y = pane->y + MAX (pane->height - LABEL_MARGIN - place.height, 0);
  gtk_widget_size_allocate (label, &place, -1);
}

static void
ts_compare_panes_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TsComparePanes *self = TS_COMPARE_PANES (widget);
  gboolean side = self->mode == TS_COMPARE_SIDE;
  int columns = side ? (int) choose_columns (self, width, height) : 1;
  int rows = side ? ((int) get_n (self) + columns - 1) / columns : 1;

  self->layout_is_due = FALSE;
  for (guint i = 0; i < get_n (self); i++) {
    int column = side ? (int) i % columns : 0, row = side ? (int) i / columns : 0;
    int left = column * (width + GAP) / columns, top = row * (height + GAP) / MAX (rows, 1);
    int right = (column + 1) * (width + GAP) / columns - GAP;
    int bottom = (row + 1) * (height + GAP) / MAX (rows, 1) - GAP;
    GtkAllocation pane = { left, top, MAX (right - left, 1), MAX (bottom - top, 1) };
    gtk_widget_size_allocate (self->views->pdata[i], &pane, -1);
    allocate_label (self, i, &pane, self->mode == TS_COMPARE_SWIPE && i > 0);
  }
}

static void
ts_compare_panes_measure (GtkWidget *widget,
                          GtkOrientation orientation,
                          int for_size,
                          int *minimum,
                          int *natural,
                          int *minimum_baseline,
                          int *natural_baseline)
{
  /* children want to be asked, though what they want does not matter */
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    gtk_widget_measure (child, orientation, -1, NULL, NULL, NULL, NULL);
  ts_pictures_measure (widget, orientation, for_size, minimum, natural, minimum_baseline,
                       natural_baseline);
}

static void
snapshot_divider (TsComparePanes *self, GtkSnapshot *snapshot, float x, float height)
{
  const GdkRGBA dark = { 0, 0, 0, 0.6f }, light = { 1, 1, 1, 1 };
  GskRoundedRect grip;

  gtk_snapshot_append_color (snapshot, &dark, &GRAPHENE_RECT_INIT (x - 2, 0, 4, height));
  gtk_snapshot_append_color (snapshot, &light, &GRAPHENE_RECT_INIT (x - 1, 0, 2, height));
  for (guint i = 0; i < 2; i++) {
    float edge = i == 0 ? 1 : 0;
    gsk_rounded_rect_init_from_rect (&grip,
                                     &GRAPHENE_RECT_INIT (x - GRIP_WIDTH / 2 - edge,
                                                          (height - GRIP_HEIGHT) / 2 - edge,
                                                          GRIP_WIDTH + 2 * edge,
                                                          GRIP_HEIGHT + 2 * edge),
                                     GRIP_WIDTH / 2);
    gtk_snapshot_push_rounded_clip (snapshot, &grip);
    gtk_snapshot_append_color (snapshot, i == 0 ? &dark : &light, &grip.bounds);
    gtk_snapshot_pop (snapshot);
  }
}

static void
ts_compare_panes_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TsComparePanes *self = TS_COMPARE_PANES (widget);
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  float x = roundf ((float) self->divider * width);

  for (guint i = 0; i < get_n (self); i++) {
    gboolean is_clipped = self->mode == TS_COMPARE_SWIPE && i > 0;
    if (self->mode == TS_COMPARE_BLINK && i != self->shown)
      continue;
    if (is_clipped)
      gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (x, 0, width - x, height));
    gtk_widget_snapshot_child (widget, self->views->pdata[i], snapshot);
    if (is_clipped)
      gtk_snapshot_pop (snapshot);
  }
  if (self->mode == TS_COMPARE_SWIPE && get_n (self) > 1)
    snapshot_divider (self, snapshot, x, height);
  for (guint i = 0; i < self->labels->len; i++)
    gtk_widget_snapshot_child (widget, self->labels->pdata[i], snapshot);
}

static void
ts_compare_panes_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (ts_compare_panes_parent_class)->map (widget);
  update_blinking (TS_COMPARE_PANES (widget));
}

static void
ts_compare_panes_unmap (GtkWidget *widget)
{
  TsComparePanes *self = TS_COMPARE_PANES (widget);

  g_clear_handle_id (&self->blink_id, g_source_remove);
  GTK_WIDGET_CLASS (ts_compare_panes_parent_class)->unmap (widget);
}

static void
ts_compare_panes_dispose (GObject *object)
{
  TsComparePanes *self = TS_COMPARE_PANES (object);

  g_clear_handle_id (&self->blink_id, g_source_remove);
  while (get_n (self) > 0)
    remove_pane (self);

  G_OBJECT_CLASS (ts_compare_panes_parent_class)->dispose (object);
}

static void
ts_compare_panes_finalize (GObject *object)
{
  TsComparePanes *self = TS_COMPARE_PANES (object);

  g_ptr_array_unref (self->views);
  g_ptr_array_unref (self->labels);

  G_OBJECT_CLASS (ts_compare_panes_parent_class)->finalize (object);
}

static void
ts_compare_panes_class_init (TsComparePanesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ts_compare_panes_dispose;
  object_class->finalize = ts_compare_panes_finalize;
  widget_class->measure = ts_compare_panes_measure;
  widget_class->size_allocate = ts_compare_panes_size_allocate;
  widget_class->snapshot = ts_compare_panes_snapshot;
  widget_class->map = ts_compare_panes_map;
  widget_class->unmap = ts_compare_panes_unmap;

  g_signal_new ("close", TS_TYPE_COMPARE_PANES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                0);
  g_signal_new ("step", TS_TYPE_COMPARE_PANES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                1, G_TYPE_INT);
  g_signal_new ("hover", TS_TYPE_COMPARE_PANES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                3, G_TYPE_INT, G_TYPE_INT, G_TYPE_INT);

  gtk_widget_class_set_css_name (widget_class, "compare-panes");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
connect_to (TsComparePanes *self, gpointer controller, const char *signal, GCallback callback)
{
  g_signal_connect_object (controller, signal, callback, self, G_CONNECT_SWAPPED);
}

static void
ts_compare_panes_init (TsComparePanes *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  self->views = g_ptr_array_new_with_free_func ((GDestroyNotify) gtk_widget_unparent);
  self->labels = g_ptr_array_new_with_free_func ((GDestroyNotify) gtk_widget_unparent);
  self->divider = 0.5;
  self->automatic = TRUE;
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);

  /* before the views: near the divider a drag is the divider's */
  GtkGesture *drag = gtk_gesture_drag_new ();
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  connect_to (self, drag, "drag-begin", G_CALLBACK (drag_begin_cb));
  connect_to (self, drag, "drag-update", G_CALLBACK (drag_update_cb));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));

  GtkEventController *motion = gtk_event_controller_motion_new ();
  gtk_event_controller_set_propagation_phase (motion, GTK_PHASE_CAPTURE);
  connect_to (self, motion, "motion", G_CALLBACK (motion_cb));
  gtk_widget_add_controller (widget, motion);

  GtkEventController *key = gtk_event_controller_key_new ();
  connect_to (self, key, "key-pressed", G_CALLBACK (key_cb));
  gtk_widget_add_controller (widget, key);
}

/* For tests. */

static gboolean
is_busy (GtkWidget *widget)
{
  return !gtk_widget_get_mapped (widget) || TS_COMPARE_PANES (widget)->layout_is_due;
}

gboolean
ts_compare_panes_wait_idle (TsComparePanes *self, guint limit_ms)
{
  g_return_val_if_fail (TS_IS_COMPARE_PANES (self), FALSE);

  if (get_n (self) == 0)
    return TRUE;
  gboolean idle = ts_pictures_wait (GTK_WIDGET (self), is_busy, limit_ms);
  for (guint i = 0; idle && i < get_n (self); i++)
    idle = ts_image_view_wait_idle (self->views->pdata[i], limit_ms);
  return idle;
}
