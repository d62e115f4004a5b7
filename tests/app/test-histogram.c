/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-histogram.h"

#include "app-fixture.h"

typedef struct
{
  GtkWidget *window;
  TsHistogram *histogram;
  GtkAdjustment *lo, *hi;
  GtkWidget *thumbs[2];
} Fixture;

static void
set_up (Fixture *f)
{
  TsHistogramData data = { .lo = -0.5, .hi = 1.5, .n_channels = 3 };

  for (guint c = 0; c < 3; c++)
    for (guint i = 0; i < TS_SURVEY_BINS; i++)
      data.bins[c][i] = i * (c + 1);
  f->window = gtk_window_new ();
  f->histogram = g_object_new (TS_TYPE_HISTOGRAM, NULL);
  gtk_window_set_child (GTK_WINDOW (f->window), GTK_WIDGET (f->histogram));
  f->lo = g_object_ref_sink (gtk_adjustment_new (0, -10, 10, 0.01, 0.1, 0));
  f->hi = g_object_ref_sink (gtk_adjustment_new (1, -10, 10, 0.01, 0.1, 0));
  ts_histogram_set_adjustments (f->histogram, f->lo, f->hi);
  ts_histogram_set_data (f->histogram, &data);
  gtk_window_set_default_size (GTK_WINDOW (f->window), 216, 112);
  gtk_window_present (GTK_WINDOW (f->window));
  gtk_test_widget_wait_for_draw (f->window);

  guint n = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (f->histogram)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (child)) == GTK_ACCESSIBLE_ROLE_SLIDER &&
        n < 2)
      f->thumbs[n++] = child;
  g_assert_cmpuint (n, ==, 2);
}

static void
tear_down (Fixture *f)
{
  GtkWidget *histogram = g_object_ref (GTK_WIDGET (f->histogram));

  gtk_window_destroy (GTK_WINDOW (f->window));
  g_assert_finalize_object (histogram);
  g_assert_finalize_object (f->lo);
  g_assert_finalize_object (f->hi);
}

/* GTK has no way to send events: the controller's own signal. */
static void
press_key (GtkWidget *thumb, guint keyval, GdkModifierType state)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (thumb);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);
    gboolean handled = FALSE;
    if (!GTK_IS_EVENT_CONTROLLER_KEY (controller))
      continue;
    g_signal_emit_by_name (controller, "key-pressed", keyval, 0u, state, &handled);
    g_assert_true (handled);
    return;
  }
  g_assert_not_reached ();
}

static void
test_keys (void)
{
  Fixture f;

  if (!fixture_has_display ())
    return;
  set_up (&f);
  press_key (f.thumbs[0], GDK_KEY_Right, 0);
  g_assert_cmpfloat_with_epsilon (gtk_adjustment_get_value (f.lo), 0.02, 1e-9);
  press_key (f.thumbs[0], GDK_KEY_Left, GDK_SHIFT_MASK);
  g_assert_cmpfloat_with_epsilon (gtk_adjustment_get_value (f.lo), 0.018, 1e-9);
  press_key (f.thumbs[1], GDK_KEY_Left, 0);
  g_assert_cmpfloat_with_epsilon (gtk_adjustment_get_value (f.hi), 0.98, 1e-9);

  /* one does not pass the other */
  for (guint i = 0; i < 100; i++)
    press_key (f.thumbs[0], GDK_KEY_Right, 0);
  g_assert_cmpfloat (gtk_adjustment_get_value (f.lo), <, gtk_adjustment_get_value (f.hi));
  tear_down (&f);
}

static void
drag (Fixture *f, double from, double to)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (f->histogram));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);
    if (!GTK_IS_GESTURE_DRAG (controller))
      continue;
    g_signal_emit_by_name (controller, "drag-begin", from, 80.0);
    g_assert_true (ts_histogram_is_dragging (f->histogram));
    g_signal_emit_by_name (controller, "drag-end", to - from, 0.0);
    g_assert_false (ts_histogram_is_dragging (f->histogram));
    return;
  }
  g_assert_not_reached ();
}

/* Which handle a drag takes hold of. */
static void
test_drag (void)
{
  Fixture f;

  if (!fixture_has_display ())
    return;
  set_up (&f);
  double width = gtk_widget_get_width (GTK_WIDGET (f.histogram));
  drag (&f, width * 0.2, width * 0.2);
  g_assert_true (gtk_widget_is_focus (f.thumbs[0]));
  g_assert_cmpfloat (gtk_adjustment_get_value (f.hi), ==, 1);
  drag (&f, width * 0.9, width * 0.9);
  g_assert_true (gtk_widget_is_focus (f.thumbs[1]));
  tear_down (&f);
}

static void
test_accessible (void)
{
  Fixture f;

  if (!fixture_has_display ())
    return;
  set_up (&f);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (f.histogram), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Histogram");
  gtk_adjustment_set_value (f.lo, 0.25);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (f.thumbs[0]),
                                       GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, 0.25);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (f.thumbs[0]), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Lowest value shown");
  g_assert_false (ts_histogram_get_log_scale (f.histogram));
  g_object_set (f.histogram, "log-scale", TRUE, NULL);
  g_assert_true (ts_histogram_get_log_scale (f.histogram));

  ts_histogram_set_data (f.histogram, NULL);
  g_assert_null (ts_histogram_get_data (f.histogram));
  g_assert_false (gtk_widget_get_visible (f.thumbs[0]));
  tear_down (&f);
}

int
main (int argc, char *argv[])
{
  fixture_own_state ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/histogram/keys", test_keys);
  g_test_add_func ("/histogram/drag", test_drag);
  g_test_add_func ("/histogram/accessible", test_accessible);

  return g_test_run ();
}
