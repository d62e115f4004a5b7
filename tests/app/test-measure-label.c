/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-measure-label.h"

#include "app-fixture.h"

#include <math.h>

static gboolean
timeout_cb (gpointer data)
{
  g_error ("the numbers need too long");
  return G_SOURCE_REMOVE;
}

#define WAIT_FOR(condition)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    guint id = g_timeout_add_seconds (60, timeout_cb, NULL);                                       \
    while (!(condition))                                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (id);                                                                          \
  }                                                                                                \
  G_STMT_END

/* @n times the two values, without the memory. */
static GPtrArray *
make_tensors (float a, float b, guint64 n)
{
  const float values[] = { a, b };
  g_autoptr (GBytes) bytes = g_bytes_new (values, sizeof values);
  g_autoptr (TsSource) source = ts_memory_source_new (bytes);
  g_autoptr (GError) error = NULL;
  GPtrArray *tensors = g_ptr_array_new_with_free_func (g_object_unref);
  TsShape shape;

  ts_shape_init (&shape, 2, (guint64[]){ n, 2 });
  g_ptr_array_add (tensors, ts_tensor_new (source, 0, TS_DTYPE_FLOAT32, G_BYTE_ORDER, &shape,
                                           (gint64[]){ 0, 1 }, &error));
  g_assert_no_error (error);
  return tensors;
}

static gboolean
is_exact (TsMeasureLabel *label)
{
  gboolean exact;

  g_object_get (label, "exact", &exact, NULL);
  return exact;
}

static GtkWidget *
find_button (GtkWidget *widget)
{
  GtkWidget *child;

  if (GTK_IS_BUTTON (widget))
    return widget;
  for (child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = find_button (child);

    if (found != NULL)
      return found;
  }
  return NULL;
}

static void
test_numbers (void)
{
  g_autoptr (GPtrArray) small = NULL;
  g_autoptr (GPtrArray) large = NULL;
  TsMeasureLabel *label;
  GtkWidget *button;

  if (!fixture_has_display ())
    return;
  adw_init ();
  label = g_object_ref_sink (g_object_new (TS_TYPE_MEASURE_LABEL, NULL));
  button = find_button (GTK_WIDGET (label));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (label)));

  /* few: counted unasked */
  small = make_tensors (1, 3, 5000);
  ts_measure_label_set_tensors (label, small);
  g_assert_null (ts_measure_label_get_measure (label));
  WAIT_FOR (is_exact (label));
  g_assert_cmpfloat (ts_measure_label_get_measure (label)->stats.mean, ==, 2);
  g_assert_cmpuint (ts_measure_label_get_measure (label)->stats.n_finite, ==, 10000);
  g_assert_false (gtk_widget_get_visible (button));

  /* many: an estimate, called so, until it is asked for */
  large = make_tensors (-1, NAN, 40 << 20);
  ts_measure_label_set_tensors (label, large);
  g_assert_null (ts_measure_label_get_measure (label));
  g_assert_false (is_exact (label));
  WAIT_FOR (ts_measure_label_get_measure (label) != NULL);
  g_assert_true (ts_measure_label_get_measure (label)->is_estimate);
  g_assert_true (gtk_widget_get_visible (button));
  g_signal_emit_by_name (button, "clicked");
  WAIT_FOR (is_exact (label));
  g_assert_cmpuint (ts_measure_label_get_measure (label)->stats.n_nan, ==, 40 << 20);
  g_assert_false (gtk_widget_get_visible (button));

  /* stopped, and gone while it runs */
  ts_measure_label_set_tensors (label, large);
  WAIT_FOR (ts_measure_label_get_measure (label) != NULL);
  g_signal_emit_by_name (button, "clicked");
  g_signal_emit_by_name (button, "clicked");
  g_assert_true (ts_measure_label_get_measure (label)->is_estimate);
  g_assert_false (is_exact (label));
  g_signal_emit_by_name (button, "clicked");
  ts_measure_label_set_tensors (label, NULL);
  g_assert_null (ts_measure_label_get_measure (label));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (label)));
  ts_measure_label_set_tensors (label, small);
  g_assert_finalize_object (label);
}

static void
test_words (void)
{
  TsMeasure measure = { .n_elements = 100, .fraction = 1 };
  const double values[] = { 1, 3, NAN, INFINITY };
  g_autofree char *exact = NULL;
  g_autofree char *estimate = NULL;
  g_autofree char *counted = NULL;
  g_autofree char *nothing = NULL;

  ts_stats_init (&measure.stats);
  nothing = ts_measure_label_describe (&measure);
  g_assert_cmpstr (nothing, ==, "No finite values");
  ts_stats_add (&measure.stats, values, G_N_ELEMENTS (values));
  exact = ts_measure_label_describe (&measure);
  g_assert_cmpstr (exact, ==, "1 … 3 · mean 2 · std 1 · NaN 1 · +∞ 1");
  measure.is_estimate = TRUE;
  measure.fraction = 0;
  estimate = ts_measure_label_describe (&measure);
  g_assert_cmpstr (estimate, ==,
                   "1 … 3 · mean 2 · std 1 · NaN ≥ 1 · +∞ ≥ 1\nEstimate from a sample");
  measure.fraction = 0.34;
  counted = ts_measure_label_describe (&measure);
  g_assert_true (g_str_has_suffix (counted, "\nEstimate from a sample; 34 % counted"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/measure-label/numbers", test_numbers);
  g_test_add_func ("/measure-label/words", test_words);
  return g_test_run ();
}
