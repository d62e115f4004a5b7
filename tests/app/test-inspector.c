/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-inspector-section.h"
#include "app/ts-number-row.h"
#include "app/ts-recipe-edit.h"
#include "pixels/ts-colormap.h"
#include "window-fixture.h"

/* Each control of the inspector, as a hand on it: what it does to the recipe, that the pictures
 * follow, that one step back undoes it, and that it shows what was set elsewhere. */

static TsWindow *shared_window;

static GtkWidget *
find (GtkWidget *parent, GType type, const char *title)
{
  for (GtkWidget *child = gtk_widget_get_first_child (parent); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    if (g_type_is_a (G_OBJECT_TYPE (child), type)) {
      g_autofree char *found = NULL;
      if (title != NULL)
        g_object_get (child, "title", &found, NULL);
      if (g_strcmp0 (found, title) == 0)
        return child;
    }
    GtkWidget *below = find (child, type, title);
    if (below != NULL)
      return below;
  }
  return NULL;
}

static GtkWidget *
find_row (TsWindow *window, const char *title)
{
  GtkWidget *row = find (GTK_WIDGET (window->inspector), ADW_TYPE_PREFERENCES_ROW, title);

  g_assert_nonnull (row);
  return row;
}

static GtkWidget *
find_in (TsWindow *window, const char *title, GType type)
{
  GtkWidget *found = find (find_row (window, title), type, NULL);

  g_assert_nonnull (found);
  return found;
}

static void
select_text (TsWindow *window, const char *title, const char *text)
{
  AdwComboRow *row = ADW_COMBO_ROW (find_row (window, title));
  GListModel *model = adw_combo_row_get_model (row);
  guint n = g_list_model_get_n_items (model);

  for (guint i = 0; i < n; i++) {
    g_autoptr (GtkStringObject) item = g_list_model_get_item (model, i);
    if (g_str_equal (gtk_string_object_get_string (item), text)) {
      adw_combo_row_set_selected (row, i);
      return;
    }
  }
  g_error ("%s has no choice %s", title, text);
}

static void
assert_selected (TsWindow *window, const char *title, const char *text)
{
  GtkStringObject *item =
      adw_combo_row_get_selected_item (ADW_COMBO_ROW (find_row (window, title)));

  g_assert_nonnull (item);
  g_assert_cmpstr (gtk_string_object_get_string (item), ==, text);
}

static void
assert_pictures (TsWindow *window)
{
  int width, height, want_width, want_height;

  g_assert_true (ts_grid_wait_idle (window->grid, LIMIT_MS));
  guint zoom = (guint) ts_session_get_zoom (window->session);
  g_autoptr (GBytes) tile = ts_grid_dup_tile_pixels (window->grid, 0, &width, &height);
  g_autofree guint8 *want = fixture_render (window->session, 0, zoom, &want_width, &want_height);
  g_assert_nonnull (tile);
  g_assert_cmpint (width, ==, want_width);
  g_assert_cmpmem (g_bytes_get_data (tile, NULL), g_bytes_get_size (tile), want,
                   (gsize) want_width * (gsize) want_height * 3);
}

/* What was done is in the recipe, on the screen, and one step of the history. */
static void
assert_step (TsWindow *window, const char *action, const char *state)
{
  g_autoptr (GVariant) after = get_state (window, action);
  TsRecipe recipe = *ts_session_get_recipe (window->session);

  assert_state (window, action, state);
  assert_pictures (window);
  set_state (window, "undo", NULL);
  g_autoptr (GVariant) before = get_state (window, action);
  g_assert_false (g_variant_equal (after, before));
  set_state (window, "redo", NULL);
  g_assert_true (ts_recipe_equal (&recipe, ts_session_get_recipe (window->session)));
}

/* One window serves all tests, each from the first settings on. */
static TsWindow *
open_cells (void)
{
  if (shared_window == NULL) {
    shared_window = open_sample ("cells.pt");
    set_state (shared_window, "zoom", g_variant_new_double (1));
  }
  set_state (shared_window, "reset", NULL);
  return shared_window;
}

static void
test_curve (void)
{
  if (!start ())
    return;

  TsWindow *window = open_cells ();
  TsNumberRow *gamma =
      TS_NUMBER_ROW (find (GTK_WIDGET (window->inspector), TS_TYPE_NUMBER_ROW, "Gamma"));
  TsNumberRow *strength =
      TS_NUMBER_ROW (find (GTK_WIDGET (window->inspector), TS_TYPE_NUMBER_ROW, "Strength"));
  GtkRange *scale = GTK_RANGE (find (GTK_WIDGET (strength), GTK_TYPE_SCALE, NULL));

  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (gamma)));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (strength)));
  select_text (window, "Curve", "Logarithm");
  assert_step (window, "curve", "'log'");
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (gamma)));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (strength)));

  /* the slider is logarithmic, the number is not */
  g_assert_cmpfloat (ts_number_row_get_value (strength), ==, 100);
  g_assert_cmpfloat (gtk_range_get_value (scale), ==, 2);
  gtk_range_set_value (scale, 3);
  assert_step (window, "curve-strength", "1000.0");
  select_text (window, "Curve", "asinh");
  assert_step (window, "curve", "'asinh'");
  set_state (window, "curve-strength", g_variant_new_double (10));
  g_assert_cmpfloat (ts_number_row_get_value (strength), ==, 10);
  g_assert_cmpfloat (gtk_range_get_value (scale), ==, 1);

  set_state (window, "curve", g_variant_new_string ("gamma"));
  assert_selected (window, "Curve", "Gamma");
  set_state (window, "curve", g_variant_new_string ("no such"));
  assert_state (window, "curve", "'gamma'");
}

static void
test_range (void)
{
  if (!start ())
    return;

  TsWindow *window = open_cells ();
  TsNumberRow *sigma =
      TS_NUMBER_ROW (find (GTK_WIDGET (window->inspector), TS_TYPE_NUMBER_ROW, "k"));
  GtkWidget *deviations = find_row (window, "Deviations");

  g_assert_false (gtk_widget_get_visible (deviations));
  select_text (window, "Mode", "Mean ± k·std");
  assert_step (window, "range-mode", "'sigma'");
  g_assert_true (gtk_widget_get_visible (deviations));
  gtk_range_set_value (GTK_RANGE (find (GTK_WIDGET (sigma), GTK_TYPE_SCALE, NULL)), 3);
  assert_step (window, "sigma", "3.0");

  /* zero in the middle: of an automatic range, and of a fixed one until another one is set */
  set_state (window, "centered", NULL);
  assert_step (window, "centered", "true");
  set_state (window, "range-lo", g_variant_new_double (-0.25));
  set_state (window, "range-hi", g_variant_new_double (0.75));
  assert_state (window, "centered", "false");
  GtkSpinButton *lo = GTK_SPIN_BUTTON (find_in (window, "Histogram", GTK_TYPE_SPIN_BUTTON));
  g_assert_cmpfloat (gtk_spin_button_get_value (lo), ==, -0.25);
  set_state (window, "centered", NULL);
  WAIT_FOR (gtk_spin_button_get_value (lo) == -0.75);
  assert_state (window, "range-lo", "-0.25"); /* it comes back */
  set_state (window, "centered", NULL);
  WAIT_FOR (gtk_spin_button_get_value (lo) == -0.25);

  select_text (window, "Mode", "Min–max");
  const char *scopes[][2] = { { "Each image", "'image'" },
                              { "Selected images", "'selection'" },
                              { "Visible part", "'visible'" },
                              { "Whole file", "'file'" },
                              { "Whole batch", "'batch'" } };
  for (guint i = 0; i < G_N_ELEMENTS (scopes); i++) {
    select_text (window, "Of", scopes[i][0]);
    assert_state (window, "range-scope", scopes[i][1]);
  }
}

static void
test_channels (void)
{
  if (!start ())
    return;

  TsWindow *window = open_cells ();
  GtkWidget *mixer = find_row (window, "Mixed channels");
  GtkSpinButton *spins[3];
  GtkWidget *box =
      gtk_widget_get_first_child (gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (mixer)));
  for (guint i = 0; i < 3; i++, box = gtk_widget_get_next_sibling (box))
    spins[i] = GTK_SPIN_BUTTON (find (box, GTK_TYPE_SPIN_BUTTON, NULL));

  g_assert_false (gtk_widget_get_visible (mixer));
  select_text (window, "Channels", "R, G, B of choice");
  assert_step (window, "channel", "'0,1,2'");
  g_assert_true (gtk_widget_get_visible (mixer));
  gtk_editable_set_text (GTK_EDITABLE (spins[0]), "2");
  gtk_spin_button_update (spins[0]);
  assert_step (window, "channel", "'2,1,2'");
  gtk_editable_set_text (GTK_EDITABLE (spins[1]), "off");
  gtk_spin_button_update (spins[1]);
  assert_step (window, "channel", "'2,-1,2'");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (spins[1])), ==, "off");
  gtk_editable_set_text (GTK_EDITABLE (spins[2]), "7"); /* there are three */
  gtk_spin_button_update (spins[2]);
  assert_state (window, "channel", "'2,-1,2'");

  const char *modes[][2] = { { "Mean of all", "'mean'" },
                             { "Largest magnitude", "'max-abs'" },
                             { "Number of the largest", "'argmax'" },
                             { "Channel 1", "'1'" },
                             { "BGR", "'2,1,0'" },
                             { "RGB", "'auto'" } };
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    select_text (window, "Channels", modes[i][0]);
    assert_step (window, "channel", modes[i][1]);
    assert_selected (window, "Channels", modes[i][0]);
  }
  set_state (window, "channel", g_variant_new_string ("1,1,-1"));
  assert_selected (window, "Channels", "R, G, B of choice");
  g_assert_cmpint (gtk_spin_button_get_value_as_int (spins[2]), ==, -1);
}

static void
test_colormap (void)
{
  if (!start ())
    return;

  TsWindow *window = open_cells ();
  AdwComboRow *colormap = ADW_COMBO_ROW (find_row (window, "Colormap"));
  GtkSwitch *invert = GTK_SWITCH (find_in (window, "Invert", GTK_TYPE_SWITCH));

  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (colormap)));
  select_text (window, "Channels", "Channel 0");
  g_assert_true (gtk_widget_get_sensitive (GTK_WIDGET (colormap)));
  adw_combo_row_set_selected (colormap, TS_COLORMAP_RDBU);
  assert_step (window, "colormap", "'RdBu'");
  g_assert_nonnull (find_row (window, "Reverse colormap"));
  gtk_switch_set_active (invert, TRUE);
  assert_step (window, "invert", "true");

  /* labels: one of them may stay away */
  adw_combo_row_set_selected (colormap, TS_COLORMAP_TAB10);
  GtkSpinButton *ignore = GTK_SPIN_BUTTON (find_in (window, "Ignored label", GTK_TYPE_SPIN_BUTTON));
  g_assert_true (gtk_widget_get_visible (find_row (window, "Ignored label")));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (ignore)), ==, "none");
  gtk_spin_button_set_value (ignore, 0);
  assert_state (window, "ignore-label", "0");
  set_state (window, "undo", NULL);
  assert_state (window, "ignore-label", "-1");
  set_state (window, "ignore-label", g_variant_new_int32 (255));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (ignore)), ==, "255");
  adw_combo_row_set_selected (colormap, TS_COLORMAP_GRAY);
  g_assert_false (gtk_widget_get_visible (find_row (window, "Ignored label")));
}

static void
test_marks (void)
{
  if (!start ())
    return;

  TsWindow *window = open_cells ();
  GtkSwitch *under = GTK_SWITCH (find_in (window, "Below the range", GTK_TYPE_SWITCH));
  GtkSwitch *over = GTK_SWITCH (find_in (window, "Above the range", GTK_TYPE_SWITCH));
  GtkWidget *over_color = find_in (window, "Above the range", GTK_TYPE_COLOR_BUTTON);
  GtkWidget *nan_color = find_in (window, "NaN", GTK_TYPE_COLOR_BUTTON);
  GdkRGBA green = { 0, 1, 0, 1 };

  set_state (window, "range-lo", g_variant_new_double (0.4));
  set_state (window, "range-hi", g_variant_new_double (0.6));
  assert_state (window, "under-color", "'none'");
  gtk_switch_set_active (under, TRUE);
  assert_step (window, "under-color", "'#1c71d8'");
  gtk_switch_set_active (over, TRUE);
  assert_step (window, "over-color", "'#e01b24'");
  gtk_color_chooser_set_rgba (GTK_COLOR_CHOOSER (over_color), &green);
  g_signal_emit_by_name (over_color, "color-set");
  assert_step (window, "over-color", "'#00ff00'");
  gtk_switch_set_active (over, FALSE);
  assert_step (window, "over-color", "'none'");
  gtk_switch_set_active (over, TRUE); /* the colour was kept */
  assert_state (window, "over-color", "'#00ff00'");

  gtk_color_chooser_set_rgba (GTK_COLOR_CHOOSER (nan_color), &green);
  g_signal_emit_by_name (nan_color, "color-set");
  assert_step (window, "nan-color", "'#00ff00'");
  set_state (window, "nan-color", g_variant_new_string ("none"));
  set_state (window, "nan-color", g_variant_new_string ("#12345"));
  assert_state (window, "nan-color", "'#00ff00'");
  set_state (window, "under-color", g_variant_new_string ("none"));
  g_assert_false (gtk_switch_get_active (under));

  gtk_switch_set_active (GTK_SWITCH (find_in (window, "+∞", GTK_TYPE_SWITCH)), TRUE);
  assert_step (window, "posinf-color", "'#ff7800'");
  gtk_switch_set_active (GTK_SWITCH (find_in (window, "−∞", GTK_TYPE_SWITCH)), TRUE);
  assert_step (window, "neginf-color", "'#33d17a'");
  gtk_switch_set_active (GTK_SWITCH (find_in (window, "Stripes", GTK_TYPE_SWITCH)), TRUE);
  assert_state (window, "zebra", "true");
  set_state (window, "zebra", NULL);
  assert_state (window, "zebra", "false");
  g_assert_false (
      gtk_switch_get_active (GTK_SWITCH (find_in (window, "Stripes", GTK_TYPE_SWITCH))));

  select_text (window, "Rounding", "TensorFlow");
  assert_step (window, "rounding", "'tf'");
}

static void
test_mask (void)
{
  if (!start ())
    return;

  TsWindow *window = open_cells ();
  GtkWidget *section = find (GTK_WIDGET (window->inspector), TS_TYPE_INSPECTOR_MASK, "Mask");
  GtkSwitch *on = GTK_SWITCH (find (section, GTK_TYPE_SWITCH, NULL));
  GtkWidget *color = find_in (window, "Colour", GTK_TYPE_COLOR_BUTTON);
  GdkRGBA green = { 0, 1, 0, 1 };

  /* what fits is offered: neither latents nor the images themselves */
  g_assert_true (gtk_widget_get_visible (section));
  GListModel *arrays = adw_combo_row_get_model (ADW_COMBO_ROW (find_row (window, "Array")));
  g_assert_cmpuint (g_list_model_get_n_items (arrays), ==, 1);
  assert_selected (window, "Array", "masks");
  g_assert_false (gtk_widget_get_visible (find_row (window, "Opacity")));

  gtk_switch_set_active (on, TRUE);
  assert_state (window, "overlay", "'masks'");
  assert_state (window, "overlay-color", "'#ff2d2d'");
  g_assert_true (gtk_widget_get_visible (find_row (window, "Opacity")));
  g_assert_true (gtk_widget_get_visible (color));
  gtk_color_chooser_set_rgba (GTK_COLOR_CHOOSER (color), &green);
  g_signal_emit_by_name (color, "color-set");
  assert_state (window, "overlay-color", "'#00ff00'");
  GtkWidget *opacity = find_in (window, "Opacity", GTK_TYPE_SCALE);
  gtk_range_set_value (GTK_RANGE (opacity), 0.25);
  assert_state (window, "overlay-alpha", "0.25");
  gtk_range_set_value (GTK_RANGE (find_in (window, "Above", GTK_TYPE_SCALE)), 0.75);
  g_assert_cmpfloat (ts_session_get_recipe (window->session)->overlay_threshold, ==, 0.75);

  adw_combo_row_set_selected (ADW_COMBO_ROW (find_row (window, "Colour")), 2);
  assert_state (window, "overlay-color", "'tab10'");
  g_assert_false (gtk_widget_get_visible (color));
  g_assert_true (gtk_widget_get_visible (find_row (window, "Label left out")));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (
                                 find_in (window, "Label left out", GTK_TYPE_SPIN_BUTTON)),
                             3);
  g_assert_cmpint (ts_session_get_recipe (window->session)->overlay_ignore, ==, 3);

  gtk_switch_set_active (on, FALSE);
  assert_state (window, "overlay", "''");
  set_state (window, "undo", NULL);
  assert_state (window, "overlay", "'masks'");
  g_assert_true (gtk_switch_get_active (on));
  set_state (window, "overlay", g_variant_new_string ("labels"));
  assert_state (window, "overlay", "'masks'");
  set_state (window, "overlay", g_variant_new_string (""));
  g_assert_false (gtk_switch_get_active (on));
}

static void
test_complex (void)
{
  if (!start ())
    return;

  const float pairs[2 * 4 * 4 * 2] = { 3, 4, -1, 0, 0, 2, 1, -1 };
  g_autofree char *folder = fixture_make_folder ();
  g_autoptr (GFile) file =
                 fixture_write_npy (folder, "c.npy", "<c8", "2, 4, 4", pairs, sizeof pairs);
  TsWindow *window = open_window (file);

  set_state (window, "layout", g_variant_new_string ("NHW"));
  fixture_wait_loaded (window->session);
  g_assert_true (gtk_widget_get_visible (find_row (window, "Complex part")));
  select_text (window, "Complex part", "Phase");
  assert_state (window, "complex-part", "'phase'");
  assert_selected (window, "Colormap", ts_colormap_get_title (TS_COLORMAP_TWILIGHT));
  set_state (window, "complex-part", g_variant_new_string ("imag"));
  assert_selected (window, "Complex part", "Imaginary part");
  set_state (window, "undo", NULL);
  assert_selected (window, "Complex part", "Phase");
  close_window (window);
  fixture_remove_folder (g_steal_pointer (&folder));
  g_assert_false (gtk_widget_get_visible (find_row (open_cells (), "Complex part")));
}

/* Of what a control can do all has a name for a screen reader. */
static void
assert_named (GtkWidget *widget)
{
  gboolean control = GTK_IS_SPIN_BUTTON (widget) || GTK_IS_SCALE (widget) ||
                     (GTK_IS_SWITCH (widget) && gtk_widget_get_visible (widget)) ||
                     GTK_IS_COLOR_BUTTON (widget);

  if (control &&
      !gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL))
    g_error ("a %s has no name", G_OBJECT_TYPE_NAME (widget));
  if (control)
    g_assert_true (gtk_widget_get_focusable (widget) ||
                   find (widget, GTK_TYPE_WIDGET, NULL) != NULL);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (!GTK_IS_SPIN_BUTTON (widget) && !GTK_IS_COLOR_BUTTON (widget))
      assert_named (child);
}

static void
test_names (void)
{
  if (!start ())
    return;

  TsWindow *window = open_cells ();

  assert_named (GTK_WIDGET (window->inspector));
}

static int
get_least_width (GtkWidget *widget)
{
  int least;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  return least;
}

/* Made narrow in one step, the window adapts, and its content fits. */
static void
test_narrow (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  GtkWidget *content = GTK_WIDGET (window->toast_overlay);
  const int widths[] = { 1280, 880, 700, 360, 1000, 360, 1400 };
  g_autoptr (GdkMonitor) monitor =
                 g_list_model_get_item (gdk_display_get_monitors (gdk_display_get_default ()), 0);
  GdkRectangle screen;

  gdk_monitor_get_geometry (monitor, &screen);
  for (guint i = 0; i < G_N_ELEMENTS (widths); i++) {
    int edges = 20; /* the frame counts or does not */

    if (widths[i] + edges > screen.width)
      continue; /* no window gets wider than the screen */
    gtk_window_set_default_size (GTK_WINDOW (window), widths[i], 700);
    WAIT_FOR (abs (gtk_widget_get_width (GTK_WIDGET (window)) - widths[i]) <= edges &&
              adw_flap_get_folded (window->tree_flap) == (widths[i] < 900) &&
              adw_flap_get_folded (window->inspector_flap) == (widths[i] < 650) &&
              get_least_width (content) <= gtk_widget_get_width (GTK_WIDGET (window)) &&
              gtk_widget_get_width (content) <= gtk_widget_get_width (GTK_WIDGET (window)));
  }
  close_window (window);
}

static void
test_edits (void)
{
  TsRecipe recipe;
  g_autoptr (GError) error = NULL;
  int color = 5;

  ts_recipe_init (&recipe);
  ts_recipe_edit_mix_channels (&recipe, 2);
  g_assert_cmpint (recipe.channel_mode, ==, TS_CHANNELS_RGB);
  g_assert_cmpint (recipe.channels[1], ==, 1);
  g_assert_cmpint (recipe.channels[2], ==, -1);
  ts_recipe_init (&recipe);
  ts_recipe_edit_mix_channels (&recipe, 1);
  g_assert_cmpint (recipe.channels[2], ==, 0);

  g_assert_true (ts_recipe_edit_parse_color ("#00Ff10", FALSE, &color, &error));
  g_assert_no_error (error);
  g_assert_cmphex ((guint) color, ==, 0x00ff10);
  g_assert_true (ts_recipe_edit_parse_color ("none", TRUE, &color, &error));
  g_assert_cmpint (color, ==, -1);
  const char *bad[] = { "", "#", "none", "#0000000", "#00 0ff", "0x00ff10", "red" };
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_false (ts_recipe_edit_parse_color (bad[i], FALSE, &color, &error));
    g_clear_error (&error);
  }
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

  g_test_add_func ("/inspector/edits", test_edits);
  g_test_add_func ("/inspector/curve", test_curve);
  g_test_add_func ("/inspector/range", test_range);
  g_test_add_func ("/inspector/channels", test_channels);
  g_test_add_func ("/inspector/colormap", test_colormap);
  g_test_add_func ("/inspector/marks", test_marks);
  g_test_add_func ("/inspector/mask", test_mask);
  g_test_add_func ("/inspector/complex", test_complex);
  g_test_add_func ("/inspector/names", test_names);
  g_test_add_func ("/inspector/narrow", test_narrow);

  int status = g_test_run ();
  if (shared_window != NULL)
    close_window (shared_window);
  g_clear_object (&application);
  fixture_remove_folder (g_steal_pointer (&home));
  return status;
}
