/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-memory.h"
#include "app/ts-preferences.h"
#include "window-fixture.h"

/* The preferences: what a control says is in the settings, and what is in the settings holds. */

static GtkWidget *
find_row (GtkWidget *parent, const char *title)
{
  for (GtkWidget *child = gtk_widget_get_first_child (parent); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    if (ADW_IS_PREFERENCES_ROW (child) &&
        g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (child)), title) == 0)
      return child;
    GtkWidget *below = find_row (child, title);
    if (below != NULL)
      return below;
  }
  return NULL;
}

static TsWindow *
open_with_settings (void)
{
  TsWindow *window = open_sample ("cells.pt");

  if (window->settings != NULL)
    return window;
  g_test_skip ("the settings' schema is not compiled here");
  close_window (window);
  return NULL;
}

static void
test_controls (void)
{
  TsWindow *window = start () ? open_with_settings () : NULL;

  if (window == NULL)
    return;
  GSettings *settings = window->settings;
  GtkWidget *preferences = GTK_WIDGET (ts_preferences_new (settings));

  GtkWidget *style = find_row (preferences, "Style");
  adw_combo_row_set_selected (ADW_COMBO_ROW (style), 2);
  g_assert_cmpint (ts_preferences_get_color_scheme (settings), ==, ADW_COLOR_SCHEME_FORCE_DARK);
  g_assert_true (adw_style_manager_get_dark (adw_style_manager_get_default ()));
  g_settings_reset (settings, "color-scheme");
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (style)), ==, 0);

  GtkWidget *captions = find_row (preferences, "Captions");
  GtkWidget *control = adw_action_row_get_activatable_widget (ADW_ACTION_ROW (captions));
  gtk_switch_set_active (GTK_SWITCH (control), FALSE);
  g_assert_false (g_settings_get_boolean (settings, "show-captions"));
  g_settings_reset (settings, "show-captions");

  GtkWidget *names = find_row (preferences, "Names");
  gtk_editable_set_text (GTK_EDITABLE (names), "{index}-{label}");
  g_autofree char *template = g_settings_get_string (settings, "export-template");
  g_assert_cmpstr (template, ==, "{index}-{label}");
  g_settings_reset (settings, "export-template");

  GtkWidget *rounding = find_row (preferences, "Rounding");
  g_settings_set_string (settings, "rounding", "tf");
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (rounding)), ==, TS_ROUNDING_TF);
  g_settings_reset (settings, "rounding");

  gtk_window_destroy (GTK_WINDOW (preferences));
  close_window (window);
}

/* They are what the next dump begins with, not what is shown already. */
static void
test_new_dumps (void)
{
  TsWindow *window = start () ? open_with_settings () : NULL;

  if (window == NULL)
    return;
  g_settings_set_string (window->settings, "nan-color", "#00ff80");
  g_settings_set_string (window->settings, "rounding", "truncate");
  assert_state (window, "nan-color", "'#ff00ff'");
  ts_session_show_node (window->session, ts_session_get_node (window->session), "NHWC");
  fixture_wait_loaded (window->session);
  assert_state (window, "nan-color", "'#00ff80'");
  assert_state (window, "rounding", "'truncate'");
  g_assert_true (ts_recipe_equal (ts_session_get_recipe (window->session),
                                  ts_session_get_initial_recipe (window->session)));
  g_settings_reset (window->settings, "nan-color");
  g_settings_reset (window->settings, "rounding");
  close_window (window);
}

static void
test_memory (void)
{
  ts_memory_set_keeps_layouts (TRUE);
  ts_memory_set_layout ("/a/step_1.pt", "x", "NHWC");
  ts_memory_set_raw ("/a/raw.bin", "uint8");
  g_autofree char *kept = ts_memory_dup_layout ("/b/step_22.pt", "x");
  g_assert_cmpstr (kept, ==, "NHWC");

  ts_memory_set_keeps_layouts (FALSE);
  g_assert_null (ts_memory_dup_layout ("/b/step_22.pt", "x"));
  ts_memory_set_layout ("/a/step_1.pt", "x", "NCHW");
  ts_memory_set_keeps_layouts (TRUE);
  g_autofree char *still = ts_memory_dup_layout ("/b/step_22.pt", "x");
  g_assert_cmpstr (still, ==, "NHWC");

  ts_memory_forget_layouts ();
  g_assert_null (ts_memory_dup_layout ("/b/step_22.pt", "x"));
  g_autofree char *raw = ts_memory_dup_raw ("/a/raw.bin");
  g_assert_cmpstr (raw, ==, "uint8");
}

int
main (int argc, char *argv[])
{
  g_autofree char *home = fixture_make_folder ();

  fixture_own_state ();
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_setenv ("XDG_CONFIG_HOME", home, TRUE);
  g_setenv ("ADW_DISABLE_PORTAL", "1", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/preferences/memory", test_memory);
  g_test_add_func ("/preferences/controls", test_controls);
  g_test_add_func ("/preferences/new-dumps", test_new_dumps);

  int status = g_test_run ();
  g_clear_object (&application);
  fixture_remove_folder (g_steal_pointer (&home));
  return status;
}
