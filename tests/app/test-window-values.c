/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-count-note.h"
#include "app/ts-latents.h"
#include "app/ts-value-text.h"
#include "window-fixture.h"

#include <math.h>

/* What the window tells of values, against the numbers of the dump. */

static void
test_latents (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  g_autoptr (GPtrArray) latents = ts_latents_read (ts_session_get_view (window->session), 12, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (latents->len, ==, 3);
  const TsLatent *first = g_ptr_array_index (latents, 0);
  g_assert_cmpstr (first->name, ==, "latents");
  g_assert_cmpuint (first->n_values, ==, 64);
  g_assert_nonnull (first->range);
  const TsLatent *label = g_ptr_array_index (latents, 1);
  g_assert_cmpstr (label->name, ==, "labels");
  g_assert_cmpstr (label->text, ==, "2");
  g_assert_null (label->values);

  g_autofree char *json =
      ts_latents_to_json (ts_session_get_view (window->session), "cells.pt", 12, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (json, "\"labels\": 2"));

  g_assert_false (gtk_widget_get_mapped (GTK_WIDGET (window->latents_pane)));
  g_action_group_activate_action (G_ACTION_GROUP (window), "latents", NULL);
  assert_state (window, "latents", "true");
  WAIT_FOR (ts_latents_pane_is_ready (window->latents_pane));
  /* it follows the current image */
  set_state (window, "current", g_variant_new_int32 (7));
  g_assert_false (ts_latents_pane_is_ready (window->latents_pane));
  WAIT_FOR (ts_latents_pane_is_ready (window->latents_pane));
  close_window (window);
}

/* Of the images that can be seen in the grid, and of the part that can be seen of one. */
static void
test_visible_range (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  const TsRecipe *recipe = ts_session_get_recipe (window->session);
  TsBatchStats *stats = ts_session_get_stats (window->session);
  double lo = INFINITY, hi = -INFINITY;
  guint first, last;

  g_assert_true (ts_grid_get_visible_range (window->grid, &first, &last));
  for (guint i = first; i <= last; i++) {
    TsStats image;
    g_assert_true (ts_batch_stats_get_image (stats, i, -1, &image, NULL, NULL));
    lo = MIN (lo, image.min * 0.5 + 0.5);
    hi = MAX (hi, image.max * 0.5 + 0.5);
  }
  g_action_group_activate_action (G_ACTION_GROUP (window), "range-visible", NULL);
  WAIT_FOR (recipe->hi[0] != 1);
  g_assert_cmpint (recipe->range_mode, ==, TS_RANGE_FIXED);
  g_assert_cmpfloat_with_epsilon (recipe->lo[0], lo, 1e-6);
  g_assert_cmpfloat_with_epsilon (recipe->hi[0], hi, 1e-6);

  set_state (window, "mode", g_variant_new_string ("image"));
  ts_image_view_set_zoom (window->image_view, 40);
  g_assert_true (ts_image_view_wait_idle (window->image_view, LIMIT_MS));
  TsRect rect;
  double before = recipe->hi[0];
  g_assert_true (ts_image_view_get_visible_rect (window->image_view, &rect));
  g_assert_cmpuint (rect.width, <, 64);
  g_action_group_activate_action (G_ACTION_GROUP (window), "range-visible", NULL);
  WAIT_FOR (recipe->hi[0] != before);
  g_autoptr (TsBlock) block =
                 ts_batch_read_image (ts_view_get_batch (ts_session_get_view (window->session)), 0,
                                      &rect, NULL, NULL);
  TsStats part;
  ts_stats_init (&part);
  ts_stats_add_block (&part, block);
  g_assert_cmpfloat_with_epsilon (recipe->lo[0], part.min * 0.5 + 0.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (recipe->hi[0], part.max * 0.5 + 0.5, 1e-6);
  close_window (window);
}

/* A number typed into the line at the bottom goes to that image; Ctrl+F goes to the filter. */
static void
test_go_to (void)
{
  if (!start ())
    return;
  TsWindow *window = open_sample ("cells.pt");
  GtkEntry *entry = GTK_ENTRY (gtk_widget_get_template_child (GTK_WIDGET (window->status_bar),
                                                              TS_TYPE_STATUS_BAR, "go_entry"));

  g_action_group_activate_action (G_ACTION_GROUP (window), "go-to", NULL);
  WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (entry)));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "0");
  gtk_editable_set_text (GTK_EDITABLE (entry), "64");
  g_assert_true (gtk_widget_has_css_class (GTK_WIDGET (entry), "error"));
  g_signal_emit_by_name (entry, "activate");
  assert_state (window, "current", "0");
  gtk_editable_set_text (GTK_EDITABLE (entry), " #63");
  g_assert_false (gtk_widget_has_css_class (GTK_WIDGET (entry), "error"));
  g_signal_emit_by_name (entry, "activate");
  assert_state (window, "current", "63");

  g_action_group_activate_action (G_ACTION_GROUP (window), "show-tree", NULL);
  g_action_group_activate_action (G_ACTION_GROUP (window), "find", NULL);
  assert_state (window, "show-tree", "true");
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_nonnull (focus);
  g_assert_true (gtk_widget_is_ancestor (focus, GTK_WIDGET (window->tree_pane)));
  close_window (window);
}

/* A range of what is in sight follows what is in sight. */
static void
test_visible_scope (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  TsBatch *batch = ts_view_get_batch (ts_session_get_view (window->session));
  guint first, last;

  set_state (window, "zoom", g_variant_new_double (4));
  g_assert_true (ts_grid_wait_idle (window->grid, LIMIT_MS));
  g_assert_true (ts_grid_get_visible_range (window->grid, &first, &last));
  g_assert_cmpuint (last, <, 63);
  set_state (window, "range-mode", g_variant_new_string ("minmax"));
  set_state (window, "range-scope", g_variant_new_string ("visible"));
  for (guint turn = 0; turn < 2; turn++) {
    /* the same taken by hand */
    TsStats all;
    ts_stats_init (&all);
    for (guint i = first; i <= last; i++) {
      g_autoptr (TsBlock) block = ts_batch_read_image (batch, i, NULL, NULL, NULL);
      ts_stats_add_block (&all, block);
    }
    WAIT_FOR (
        ts_session_get_resolved (window->session) != NULL &&
        fabs (ts_session_get_resolved (window->session)->hi[0] - (all.max * 0.5 + 0.5)) < 1e-6 &&
        fabs (ts_session_get_resolved (window->session)->lo[0] - (all.min * 0.5 + 0.5)) < 1e-6);
    ts_grid_scroll_to (window->grid, 63);
    g_assert_true (ts_grid_wait_idle (window->grid, LIMIT_MS));
    g_assert_true (ts_grid_get_visible_range (window->grid, &first, &last));
    g_assert_cmpuint (last, ==, 63);
  }
  close_window (window);
}

/* Integers that no double holds are told as they are. */
static void
test_text (void)
{
  const gint64 large[] = { 9007199254740993, -1, 0 };
  const float floats[] = { 0.123456789f, -2, 1e9f };
  const guint64 n = 3;
  g_autoptr (GError) error = NULL;
  guint8 *data;

  g_autoptr (TsBlock) integers = ts_block_new_packed (TS_DTYPE_INT64, 1, &n, &data, &error);
  g_assert_no_error (error);
  memcpy (data, large, sizeof large);
  g_autofree char *two = ts_value_text_elements (integers, 2);
  g_assert_cmpstr (two, ==, "9007199254740993  -1  …");

  g_autoptr (TsBlock) block = ts_block_new_packed (TS_DTYPE_FLOAT32, 1, &n, &data, &error);
  g_assert_no_error (error);
  memcpy (data, floats, sizeof floats);
  g_autofree char *all = ts_value_text_elements (block, 3);
  g_assert_cmpstr (all, ==, "0.123  -2.000  1e+09");
}

/* The first visible descendant of a type. */
static GtkWidget *
find_widget (GtkWidget *widget, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && gtk_widget_get_visible (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = find_widget (child, type);
    if (found != NULL)
      return found;
  }
  return NULL;
}

/* A dump that takes minutes to count is there at once, and says that its range is estimated. */
static void
test_estimate (void)
{
  if (!start ())
    return;

  g_autofree char *folder = fixture_make_folder ();
  const FixtureValue one = { 0, 1 };
  g_autoptr (GFile) file = fixture_write_sparse_npy (folder, "huge.npy", "4096, 3, 1024, 1024",
                                                     (guint64) 4096 * 3 * 1024 * 1024, &one, 1);
  TsWindow *window = open_window (file);
  TsRangeCount *count = ts_session_get_range_count (window->session);

  set_state (window, "range-mode", g_variant_new_string ("minmax"));
  WAIT_FOR (ts_session_get_resolved (window->session) != NULL &&
            ts_session_get_resolved (window->session)->is_estimate);
  g_assert_true (ts_grid_wait_idle (window->grid, LIMIT_MS));
  g_assert_true (ts_range_count_is_running (count)); /* painted before it was counted */

  GtkWidget *note = find_widget (GTK_WIDGET (window->inspector), TS_TYPE_COUNT_NOTE);
  GtkWidget *button = find_widget (note, GTK_TYPE_BUTTON);
  const char *words = gtk_label_get_label (GTK_LABEL (find_widget (note, GTK_TYPE_LABEL)));
  g_assert_nonnull (strstr (words, "estimated from a sample"));
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (button)), ==, "Keep the Estimate");
  g_signal_emit_by_name (button, "clicked");
  g_assert_false (ts_range_count_is_running (count));
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (button)), ==, "Find the Exact Range");
  g_signal_emit_by_name (button, "clicked");
  g_assert_true (ts_range_count_is_running (count));

  set_state (window, "range-mode", g_variant_new_string ("fixed"));
  g_assert_false (ts_range_count_is_running (count));
  WAIT_FOR (!gtk_widget_get_visible (note));
  close_window (window);
  fixture_remove_folder (g_steal_pointer (&folder));
}

int
main (int argc, char *argv[])
{
  g_autofree char *home = fixture_make_folder ();

  /* recent files of the tests are nobody's */
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_setenv ("XDG_CONFIG_HOME", home, TRUE);
  g_setenv ("ADW_DISABLE_PORTAL", "1", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/values/latents", test_latents);
  g_test_add_func ("/values/visible-range", test_visible_range);
  g_test_add_func ("/values/visible-scope", test_visible_scope);
  g_test_add_func ("/values/go-to", test_go_to);
  g_test_add_func ("/values/estimate", test_estimate);
  g_test_add_func ("/values/text", test_text);

  int status = g_test_run ();
  g_clear_object (&application);
  fixture_remove_folder (g_steal_pointer (&home));
  return status;
}
