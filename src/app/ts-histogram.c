/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-histogram.h"

#include <glib/gi18n.h>
#include <math.h>

#define HEIGHT       112
#define EDGE         8 /* room for half a handle at both ends */
#define FOOT         9 /* where the handles' grips are */
#define THUMB_WIDTH  14
#define GRIP_SIZE    12
#define FEW_BINS     24
#define BUTTON_SPACE 8 /* right of the lowest value's handle */

struct _TsHistogram
{
  GtkWidget parent_instance;

  GtkAdjustment *adjustments[2]; /* lo, hi */
  GtkWidget *thumbs[2];
  GtkWidget *log_button;
  gboolean log_scale;
  TsHistogramData data;
  gboolean has_data;
  int dragged; /* 0, 1, or -1 */
  double drag_offset;
};

enum {
  PROP_LOG_SCALE = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (TsHistogram, ts_histogram, GTK_TYPE_WIDGET)

static double
get_x (TsHistogram *self, double value)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self)) - 2 * EDGE;
  double span = self->data.hi - self->data.lo;
  double t = span > 0 ? (value - self->data.lo) / span : 0;

  return EDGE + CLAMP (t, 0, 1) * width;
}

static double
get_handle (TsHistogram *self, guint which)
{
  return self->adjustments[which] != NULL ? gtk_adjustment_get_value (self->adjustments[which]) : 0;
}

static void
set_handle (TsHistogram *self, guint which, double value)
{
  GtkAdjustment *adjustment = self->adjustments[which];
  double other = get_handle (self, 1 - which);
  double gap = (self->data.hi - self->data.lo) * 0.002;

  if (adjustment == NULL || !self->has_data)
    return;
  value = which == 0 ? MIN (value, other - gap) : MAX (value, other + gap);
  value = CLAMP (value, self->data.lo, self->data.hi);
  if (value < gtk_adjustment_get_lower (adjustment))
    gtk_adjustment_set_lower (adjustment, value);
  if (value > gtk_adjustment_get_upper (adjustment))
    gtk_adjustment_set_upper (adjustment, value);
  gtk_adjustment_set_value (adjustment, value);
}

/* Rounds to about a thousandth of the span, so that dragging gives numbers to speak of. */
static double
round_value (TsHistogram *self, double value)
{
  double span = self->data.hi - self->data.lo;
  double unit = pow (10, floor (log10 (span > 0 ? span : 1)) - 3);

  return round (value / unit) * unit;
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, TsHistogram *self)
{
  double distance[2];
  graphene_rect_t button;

  if (gtk_widget_compute_bounds (self->log_button, GTK_WIDGET (self), &button) &&
      graphene_rect_contains_point (&button, &GRAPHENE_POINT_INIT ((float) x, (float) y))) {
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
    return;
  }
  for (guint i = 0; i < 2; i++)
    distance[i] = fabs (get_x (self, get_handle (self, i)) - x);
  /* both in one place: the side that was meant */
  if (fabs (distance[0] - distance[1]) < 0.5)
    self->dragged = x < get_x (self, get_handle (self, 0)) ? 0 : 1;
  else
    self->dragged = distance[0] < distance[1] ? 0 : 1;

  double at = get_x (self, get_handle (self, (guint) self->dragged));
  self->drag_offset = fabs (at - x) <= GRIP_SIZE ? at - x : 0;
  gtk_widget_grab_focus (self->thumbs[self->dragged]);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, TsHistogram *self)
{
  double x, y;
  double width = gtk_widget_get_width (GTK_WIDGET (self)) - 2 * EDGE;

  if (self->dragged < 0 || width <= 0 || (dx == 0 && self->drag_offset != 0))
    return;
  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  double t = (x + dx + self->drag_offset - EDGE) / width;
  double value = self->data.lo + CLAMP (t, 0, 1) * (self->data.hi - self->data.lo);
  set_handle (self, (guint) self->dragged, round_value (self, value));
}

static void
drag_end_cb (GtkGestureDrag *gesture, double dx, double dy, TsHistogram *self)
{
  drag_update_cb (gesture, dx, dy, self);
  self->dragged = -1;
  /* lets the owner fit the span again */
  for (guint i = 0; i < 2; i++)
    if (self->adjustments[i] != NULL)
      g_signal_emit_by_name (self->adjustments[i], "changed");
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint key,
                guint code,
                GdkModifierType state,
                TsHistogram *self)
{
  GtkWidget *thumb = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (controller));
  guint which = thumb == self->thumbs[1];
  double step = (self->data.hi - self->data.lo) / ((state & GDK_SHIFT_MASK) != 0 ? 1000 : 100);

  switch (key) {
  case GDK_KEY_Left:
  case GDK_KEY_Down:
    set_handle (self, which, get_handle (self, which) - step);
    return TRUE;
  case GDK_KEY_Right:
  case GDK_KEY_Up:
    set_handle (self, which, get_handle (self, which) + step);
    return TRUE;
  default:
    return FALSE;
  }
}

static void
append_box (GtkSnapshot *snapshot, const GdkRGBA *color, float x, float y, float w, float h)
{
  if (w > 0 && h > 0)
    gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (x, y, w, h));
}

static int
compare_counts (gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;

  return (x > y) - (x < y);
}

/* The count that fills the height: a few bins in which values pile up (zeros, clipped ends) do not
 * press the rest down. */
static double
get_peak (const TsHistogramData *data)
{
  guint32 counts[4 * TS_SURVEY_BINS];
  guint n = 0;

  for (guint c = 0; c < data->n_channels; c++)
    for (guint i = 0; i < TS_SURVEY_BINS; i++)
      if (data->bins[c][i] > 0)
        counts[n++] = data->bins[c][i];
  if (n == 0)
    return 1;
  qsort (counts, n, sizeof counts[0], compare_counts);
  return MIN (counts[n - 1], 2.0 * counts[n - 1 - n / 20]);
}

static guint
count_bins (const TsHistogramData *data)
{
  guint n = 0;

  for (guint c = 0; c < data->n_channels; c++)
    for (guint i = 0; i < TS_SURVEY_BINS; i++)
      n += data->bins[c][i] > 0;
  return n;
}

static void
snapshot_bars (TsHistogram *self, GtkSnapshot *snapshot, const GdkRGBA *fg, int width, int height)
{
  static const GdkRGBA colors[] = {
    { 0.88f, 0.11f, 0.14f, 0.55f },
    { 0.18f, 0.70f, 0.35f, 0.55f },
    { 0.21f, 0.52f, 0.89f, 0.60f },
    { 0.50f, 0.50f, 0.50f, 0.45f },
  };
  double peak = get_peak (&self->data);
  /* a few values alone, as of a label map, are bars and not hair lines */
  int widen = count_bins (&self->data) <= FEW_BINS ? 2 : 0;

  for (guint c = 0; c < self->data.n_channels; c++) {
    GdkRGBA color = colors[c];
    if (self->data.n_channels == 1) {
      color = *fg;
      color.alpha *= 0.55f;
    }
    for (guint i = 0; i < TS_SURVEY_BINS; i++) {
      int x0 = EDGE + (int) i * width / TS_SURVEY_BINS;
      int x1 = EDGE + (int) (i + 1) * width / TS_SURVEY_BINS;
      /* the square root lets small counts be seen, the logarithm single values */
      double count = self->data.bins[c][i];
      double t = self->log_scale ? log1p (count) / log1p (peak) : sqrt (count / peak);
      t = MIN (t, 1);
      int bar = (int) ceil (t * height);
      append_box (snapshot, &color, (float) (x0 - widen), (float) (height - bar),
                  (float) (x1 - x0 + 2 * widen), (float) bar);
    }
  }
}

static void
ts_histogram_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TsHistogram *self = TS_HISTOGRAM (widget);
  int width = gtk_widget_get_width (widget) - 2 * EDGE;
  int height = gtk_widget_get_height (widget) - FOOT;
  GdkRGBA fg, line, shade;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &fg);
  line = fg;
  line.alpha *= 0.15f;
  append_box (snapshot, &line, EDGE, (float) height, (float) width, 1);

  if (self->has_data && width > 0 && height > 0) {
    gtk_snapshot_push_clip (snapshot,
                            &GRAPHENE_RECT_INIT (0, 0, (float) (width + 2 * EDGE), (float) height));
    snapshot_bars (self, snapshot, &fg, width, height - 2);
    gtk_snapshot_pop (snapshot);

    /* what is outside of the range */
    float x0 = (float) get_x (self, get_handle (self, 0));
    float x1 = (float) get_x (self, get_handle (self, 1));
    shade = fg;
    shade.alpha *= 0.08f;
    append_box (snapshot, &shade, EDGE, 0, roundf (x0) - EDGE, (float) height);
    append_box (snapshot, &shade, roundf (x1), 0, (float) (EDGE + width) - roundf (x1),
                (float) height);
  }

  GTK_WIDGET_CLASS (ts_histogram_parent_class)->snapshot (widget, snapshot);
}

static void
ts_histogram_measure (GtkWidget *widget,
                      GtkOrientation orientation,
                      int for_size,
                      int *minimum,
                      int *natural,
                      int *minimum_baseline,
                      int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 120 : HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 280 : HEIGHT;
  for (guint i = 0; i < 2; i++)
    gtk_widget_measure (TS_HISTOGRAM (widget)->thumbs[i], orientation, -1, &(int){ 0 }, &(int){ 0 },
                        NULL, NULL);
}

static void
ts_histogram_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TsHistogram *self = TS_HISTOGRAM (widget);

  for (guint i = 0; i < 2; i++) {
    int x = (int) round (get_x (self, get_handle (self, i))) - THUMB_WIDTH / 2;
    gtk_widget_size_allocate (self->thumbs[i], &(GtkAllocation){ x, 0, THUMB_WIDTH, height }, -1);
  }

  GtkRequisition size;
  gtk_widget_get_preferred_size (self->log_button, NULL, &size);
  gtk_widget_size_allocate (self->log_button,
                            &(GtkAllocation){ EDGE + BUTTON_SPACE, 0, size.width, size.height },
                            -1);
}

static void
update_thumbs (TsHistogram *self)
{
  for (guint i = 0; i < 2; i++)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->thumbs[i]),
                                    GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, get_handle (self, i),
                                    GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, self->data.lo,
                                    GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, self->data.hi, -1);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
ts_histogram_set_adjustments (TsHistogram *self, GtkAdjustment *lo, GtkAdjustment *hi)
{
  g_return_if_fail (TS_IS_HISTOGRAM (self));

  GtkAdjustment *both[2] = { lo, hi };
  for (guint i = 0; i < 2; i++) {
    if (!g_set_object (&self->adjustments[i], both[i]))
      continue;
    g_signal_connect_object (both[i], "value-changed", G_CALLBACK (update_thumbs), self,
                             G_CONNECT_SWAPPED);
  }
  update_thumbs (self);
}

void
ts_histogram_set_data (TsHistogram *self, const TsHistogramData *data)
{
  g_return_if_fail (TS_IS_HISTOGRAM (self));

  self->has_data = data != NULL;
  if (data != NULL)
    self->data = *data;
  for (guint i = 0; i < 2; i++)
    gtk_widget_set_visible (self->thumbs[i], self->has_data);
  update_thumbs (self);
}

const TsHistogramData *
ts_histogram_get_data (TsHistogram *self)
{
  return self->has_data ? &self->data : NULL;
}

gboolean
ts_histogram_get_log_scale (TsHistogram *self)
{
  g_return_val_if_fail (TS_IS_HISTOGRAM (self), FALSE);

  return self->log_scale;
}

void
ts_histogram_set_log_scale (TsHistogram *self, gboolean log_scale)
{
  g_return_if_fail (TS_IS_HISTOGRAM (self));

  log_scale = !!log_scale;
  if (self->log_scale == log_scale)
    return;
  self->log_scale = log_scale;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOG_SCALE]);
}

gboolean
ts_histogram_is_dragging (TsHistogram *self)
{
  return self->dragged >= 0;
}

static void
ts_histogram_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id) {
  case PROP_LOG_SCALE:
    g_value_set_boolean (value, TS_HISTOGRAM (object)->log_scale);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
ts_histogram_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  switch (id) {
  case PROP_LOG_SCALE:
    ts_histogram_set_log_scale (TS_HISTOGRAM (object), g_value_get_boolean (value));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
ts_histogram_dispose (GObject *object)
{
  TsHistogram *self = TS_HISTOGRAM (object);

  for (guint i = 0; i < 2; i++) {
    g_clear_pointer (&self->thumbs[i], gtk_widget_unparent);
    g_clear_object (&self->adjustments[i]);
  }

  g_clear_pointer (&self->log_button, gtk_widget_unparent);

  G_OBJECT_CLASS (ts_histogram_parent_class)->dispose (object);
}

static void
ts_histogram_class_init (TsHistogramClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = ts_histogram_dispose;
  object_class->get_property = ts_histogram_get_property;
  object_class->set_property = ts_histogram_set_property;
  widget_class->snapshot = ts_histogram_snapshot;
  widget_class->measure = ts_histogram_measure;
  widget_class->size_allocate = ts_histogram_size_allocate;

  props[PROP_LOG_SCALE] =
      g_param_spec_boolean ("log-scale", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_css_name (widget_class, "histogram");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
ts_histogram_init (TsHistogram *self)
{
  const char *names[] = { _ ("Lowest value shown"), _ ("Highest value shown") };

  self->dragged = -1;
  for (guint i = 0; i < 2; i++) {
    /* a line over the whole height with a grip at its foot, drawn by the style sheet */
    self->thumbs[i] = g_object_new (GTK_TYPE_BOX, "css-name", "handle", "focusable", TRUE,
                                    "visible", FALSE, "accessible-role", GTK_ACCESSIBLE_ROLE_SLIDER,
                                    "orientation", GTK_ORIENTATION_VERTICAL, NULL);
    GtkWidget *bar = g_object_new (GTK_TYPE_BOX, "css-name", "bar", "vexpand", TRUE, "halign",
                                   GTK_ALIGN_CENTER, NULL);
    GtkWidget *grip =
        g_object_new (GTK_TYPE_BOX, "css-name", "grip", "halign", GTK_ALIGN_CENTER, NULL);
    gtk_box_append (GTK_BOX (self->thumbs[i]), bar);
    gtk_box_append (GTK_BOX (self->thumbs[i]), grip);
    gtk_widget_set_parent (self->thumbs[i], GTK_WIDGET (self));
    gtk_widget_set_cursor_from_name (self->thumbs[i], "ew-resize");
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->thumbs[i]), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    names[i], -1);

    GtkEventController *keys = gtk_event_controller_key_new ();
    g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
    gtk_widget_add_controller (self->thumbs[i], keys);
  }

  self->log_button = gtk_toggle_button_new_with_label (_ ("log"));
  gtk_widget_add_css_class (self->log_button, "flat");
  gtk_widget_add_css_class (self->log_button, "log-button");
  gtk_widget_set_tooltip_text (self->log_button, _ ("Logarithmic heights"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->log_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Logarithmic heights"), -1);
  gtk_widget_set_parent (self->log_button, GTK_WIDGET (self));
  g_object_bind_property (self, "log-scale", self->log_button, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Histogram"), -1);

  GtkGesture *drag = gtk_gesture_drag_new ();
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_VISIBLE);
}
