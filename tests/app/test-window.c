/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-export-dialog.h"
#include "app/ts-histogram.h"
#include "app/ts-number-row.h"
#include "app/ts-raw-dialog.h"
#include "app/ts-recipe-edit.h"
#include "app/ts-tree-row.h"
#include "base/ts-error.h"
#include "pixels/ts-colormap.h"
#include "window-fixture.h"
#include "window-picture.h"

#include <unistd.h>

/* The real window on a display: what it shows is compared with ts_render(), and its controls and
 * actions with the recipe. */

static void
spin (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms, timeout_cb, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

/* The first descendant that is of @type and, when @name is given, has it as "title". */
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

static void
assert_tile (TsWindow *window, guint index)
{
  int width, height, want_width, want_height;
  double zoom = ts_session_get_zoom (window->session);
  g_autoptr (GBytes) tile = ts_grid_dup_tile_pixels (window->grid, index, &width, &height);
  g_autofree guint8 *want = NULL;

  g_assert_nonnull (tile);
  g_assert_cmpfloat (zoom, >=, 1);
  want = fixture_render (window->session, index, (guint) zoom, &want_width, &want_height);
  g_assert_cmpint (width, ==, want_width);
  g_assert_cmpint (height, ==, want_height);
  g_assert_cmpmem (g_bytes_get_data (tile, NULL), g_bytes_get_size (tile), want,
                   (gsize) want_width * (gsize) want_height * 3);
}

static void
test_templates (void)
{
  if (!start ())
    return;

  const GType types[] = { TS_TYPE_GRID,       TS_TYPE_IMAGE_VIEW, TS_TYPE_HISTOGRAM,
                          TS_TYPE_INSPECTOR,  TS_TYPE_NUMBER_ROW, TS_TYPE_NUMBERS_PAGE,
                          TS_TYPE_STATUS_BAR, TS_TYPE_TREE_PANE,  TS_TYPE_TREE_ROW };
  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    GtkWidget *widget = g_object_ref_sink (g_object_new (types[i], NULL));
    g_assert_finalize_object (widget);
  }
  close_window (open_window (NULL));

  g_autoptr (GtkBuilder) builder =
                 gtk_builder_new_from_resource ("/io/github/tenscope/Tenscope/gtk/help-overlay.ui");
  GtkWindow *overlay = GTK_WINDOW (gtk_builder_get_object (builder, "help_overlay"));
  g_assert_true (GTK_IS_SHORTCUTS_WINDOW (overlay));
  gtk_window_destroy (overlay);
}

static void
test_empty (void)
{
  if (!start ())
    return;

  TsWindow *window = open_window (NULL);
  const char *disabled[] = { "export", "export-all", "gamma", "undo", "reload", "select-all" };
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "empty");
  for (guint i = 0; i < G_N_ELEMENTS (disabled); i++)
    g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (window), disabled[i]));
  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "open"));
  close_window (window);
}

static void
test_cells (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  guint first, last;

  g_assert_cmpstr (adw_window_title_get_title (window->title), ==, "images · cells.pt");
  g_assert_cmpstr (adw_window_title_get_subtitle (window->title), ==,
                   "float32 · 64×3×64×64 · NCHW");

  /* all of them, right at first sight */
  set_state (window, "zoom", g_variant_new_double (1));
  g_assert_true (ts_grid_wait_idle (window->grid, LIMIT_MS));
  g_assert_true (ts_grid_get_visible_range (window->grid, &first, &last));
  g_assert_cmpuint (first, ==, 0);
  g_assert_cmpuint (last, ==, 63);
  for (guint i = 0; i < 64; i++)
    assert_tile (window, i);
  close_window (window);
}

/* As a hand on the slider does it: the pictures follow, on the screen too. */
static void
test_slider (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  GtkWidget *row = find (GTK_WIDGET (window->inspector), TS_TYPE_NUMBER_ROW, "Gamma");
  GtkWidget *scale = find (row, GTK_TYPE_SCALE, NULL);
  int width, height, w, h;

  gtk_range_set_value (GTK_RANGE (scale), 1.7);
  g_assert_cmpfloat (ts_session_get_recipe (window->session)->gamma, ==, 1.7);
  assert_state (window, "gamma", "1.7");
  g_assert_true (ts_grid_wait_idle (window->grid, LIMIT_MS));
  assert_tile (window, 3);

  /* the mean of the red channel, linked with the others and alone; darker, so that little lies
   * beyond the range and no badge lies over the pictures */
  row = find (GTK_WIDGET (window->inspector), TS_TYPE_NUMBER_ROW, "R");
  scale = find (row, GTK_TYPE_SCALE, NULL);
  gtk_range_set_value (GTK_RANGE (scale), 0.45);
  assert_state (window, "mean", "'0.45'");
  assert_state (window, "preset", "'custom'");
  GtkWidget *group =
      find (GTK_WIDGET (window->inspector), ADW_TYPE_PREFERENCES_GROUP, "Normalisation");
  GtkWidget *link = find (group, GTK_TYPE_TOGGLE_BUTTON, NULL);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (link), FALSE);
  gtk_range_set_value (GTK_RANGE (scale), 0.4);
  assert_state (window, "mean", "'0.4,0.45,0.45'");

  g_autofree guint8 *picture = take_picture (window, &width, &height);
  guint zoom = (guint) ts_session_get_zoom (window->session);
  for (guint i = 0; i < 4; i++) {
    g_autofree guint8 *want = fixture_render (window->session, i, zoom, &w, &h);
    g_assert_true (contains (picture, width, height, want, w, h));
  }

  /* undone in two steps: the means in one gesture, then the gamma */
  g_autoptr (GVariant) before = get_state (window, "gamma");
  for (guint i = 0; ts_session_can_undo (window->session); i++) {
    g_assert_cmpuint (i, <, 4);
    set_state (window, "undo", NULL);
  }
  assert_state (window, "preset", "'tanh'");
  assert_state (window, "gamma", "1.0");
  close_window (window);
}

/* Typed numbers: exact ones survive the rounding of what is shown; far ones widen the slider. */
static void
test_typing (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  TsNumberRow *row = TS_NUMBER_ROW (find (GTK_WIDGET (window->inspector), TS_TYPE_NUMBER_ROW, "R"));
  GtkSpinButton *spin_button =
      GTK_SPIN_BUTTON (find (GTK_WIDGET (row), GTK_TYPE_SPIN_BUTTON, NULL));

  set_state (window, "mean", g_variant_new_string ("0.123456789"));
  gtk_spin_button_update (spin_button);
  assert_state (window, "mean", "'0.123456789'");

  gtk_editable_set_text (GTK_EDITABLE (spin_button), "7.5");
  gtk_spin_button_update (spin_button);
  assert_state (window, "mean", "'7.5'");
  gtk_editable_set_text (GTK_EDITABLE (spin_button), "nonsense");
  gtk_spin_button_update (spin_button);
  assert_state (window, "mean", "'7.5'");
  close_window (window);
}

/* Each setting, set as an action, is what the recipe, the control and the state say. */
static void
test_round_trip (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  GtkWidget *inspector = GTK_WIDGET (window->inspector);
  const struct
  {
    const char *action, *value, *row, *shown;
  } cases[] = {
    { "range-mode", "'minmax'", "Mode", "Min–max" },
    { "range-scope", "'channel'", "Of", "Each channel" },
    { "range-mode", "'fixed'", "Mode", "Fixed" },
    { "channel", "'2'", "Channels", "Channel 2" },
    { "channel", "'2,1,0'", "Channels", "BGR" },
    { "channel", "'0,0,2'", "Channels", "R, G, B of choice" },
    { "channel", "'1'", "Channels", "Channel 1" },
    { "colormap", "'viridis'", "Colormap", NULL },
    { "rounding", "'truncate'", "Rounding", "Truncate" },
    { "preset", "'imagenet'", "Preset", NULL },
    { "gamma", "2.5", NULL, NULL },
    { "range-lo", "0.25", NULL, NULL },
    { "range-hi", "0.75", NULL, NULL },
    { "std", "'0.25,0.5,0.75'", "Preset", "Custom" },
    { "invert", "true", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    GVariant *value = g_variant_parse (NULL, cases[i].value, NULL, NULL, &error);
    g_assert_no_error (error);
    if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
      g_action_group_change_action_state (G_ACTION_GROUP (window), cases[i].action, value);
    else
      set_state (window, cases[i].action, value);
    assert_state (window, cases[i].action, cases[i].value);
    if (cases[i].shown != NULL) {
      GtkWidget *row = find (inspector, ADW_TYPE_COMBO_ROW, cases[i].row);
      GtkStringObject *item = adw_combo_row_get_selected_item (ADW_COMBO_ROW (row));
      g_assert_cmpstr (gtk_string_object_get_string (item), ==, cases[i].shown);
    }
  }

  /* what does not exist is not taken */
  set_state (window, "channel", g_variant_new_string ("7"));
  assert_state (window, "channel", "'1'");
  set_state (window, "gamma", g_variant_new_double (-3));
  assert_state (window, "gamma", "2.5");

  /* from the control to the recipe */
  AdwComboRow *row = ADW_COMBO_ROW (find (inspector, ADW_TYPE_COMBO_ROW, "Colormap"));
  adw_combo_row_set_selected (row, TS_COLORMAP_TURBO);
  assert_state (window, "colormap", "'turbo'");
  g_assert_true (ts_grid_wait_idle (window->grid, LIMIT_MS));
  assert_tile (window, 0);

  set_state (window, "reset", NULL);
  g_assert_true (ts_recipe_equal (ts_session_get_recipe (window->session),
                                  ts_session_get_initial_recipe (window->session)));
  close_window (window);
}

static void
test_bad_file (void)
{
  if (!start ())
    return;

  g_autofree char *folder = fixture_make_folder ();
  g_autofree char *path = g_build_filename (folder, "bad <b>.pt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_assert_true (g_file_set_contents (path, "PK\003\004 and no more", -1, NULL));
  TsWindow *window = open_window (file);

  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "error");
  g_assert_nonnull (strstr (adw_status_page_get_title (window->error_page), "bad &lt;b&gt;.pt"));
  g_assert_cmpuint (strlen (adw_status_page_get_description (window->error_page)), >, 10);
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "export"));
  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "reload"));
  close_window (window);
  fixture_remove_folder (g_steal_pointer (&folder));
}

static void
raw_accepted_cb (TsRawDialog *dialog, const char *raw, char **accepted)
{
  *accepted = g_strdup (raw);
}

/* A file without a format: the error page leads to the dialog, that one to pictures, and the next
 * time to them at once. */
static void
test_raw (void)
{
  if (!start ())
    return;

  g_autofree char *folder = fixture_make_folder ();
  g_autofree char *path = g_build_filename (folder, "bare.f32", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree float *data = fixture_make_floats (5, 3, 64, 64);
  gsize size = 5 * 3 * 64 * 64 * sizeof *data;

  g_assert_true (g_file_set_contents (path, (const char *) data, (gssize) size, NULL));
  TsWindow *window = open_window (file);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "error");
  g_assert_true (gtk_widget_get_visible (window->raw_button));

  TsRawDialog *dialog = ts_raw_dialog_new (file, NULL);
  g_autofree char *accepted = NULL;
  g_signal_connect (dialog, "accepted", G_CALLBACK (raw_accepted_cb), &accepted);
  gtk_window_present (GTK_WINDOW (dialog));
  spin (50);
  ts_raw_dialog_set_raw (dialog, "float32:6x3x64x64");
  g_assert_false (ts_raw_dialog_accept (dialog));
  ts_raw_dialog_set_raw (dialog, "uint8:3x64x60,row=50");
  g_assert_false (ts_raw_dialog_accept (dialog));
  ts_raw_dialog_set_raw (dialog, "uint16:?x64x60@8192,row=128");
  g_assert_true (ts_raw_dialog_accept (dialog));
  g_assert_cmpstr (accepted, ==, "uint16:?x64x60@8192,row=128");

  dialog = ts_raw_dialog_new (file, accepted);
  g_clear_pointer (&accepted, g_free);
  g_signal_connect (dialog, "accepted", G_CALLBACK (raw_accepted_cb), &accepted);
  gtk_window_present (GTK_WINDOW (dialog));
  ts_raw_dialog_set_raw (dialog, "uint16:?x64x64@8192,big");
  g_assert_true (ts_raw_dialog_accept (dialog));
  g_assert_cmpstr (accepted, ==, "uint16:?x64x64@8192,big");

  /* the suggestion is right; by the action, as a user goes */
  g_action_group_activate_action (G_ACTION_GROUP (window), "open-raw", NULL);
  GListModel *windows = gtk_window_get_toplevels ();
  dialog = NULL;
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWindow) found = g_list_model_get_item (windows, i);
    if (TS_IS_RAW_DIALOG (found) && gtk_window_get_transient_for (found) == GTK_WINDOW (window))
      dialog = TS_RAW_DIALOG (found);
  }
  g_assert_nonnull (dialog);
  g_assert_true (ts_raw_dialog_accept (dialog));
  fixture_wait_loaded (window->session);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "grid");
  g_assert_cmpstr (ts_document_get_raw (ts_session_get_document (window->session)), ==,
                   "float32:5x3x64x64");
  g_action_group_activate_action (G_ACTION_GROUP (window), "reload", NULL);
  fixture_wait_loaded (window->session);
  g_assert_nonnull (ts_session_get_view (window->session));
  close_window (window);

  window = open_window (file);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "grid");
  close_window (window);
  fixture_remove_folder (g_steal_pointer (&folder));
}

static void
test_numbers (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  const char *nodes[] = { "latents", "labels", "truncation_psi", "model", "seeds" };
  for (guint i = 0; i < G_N_ELEMENTS (nodes); i++) {
    set_state (window, "node", g_variant_new_string (nodes[i]));
    fixture_wait_loaded (window->session);
    g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "numbers");
    spin (20);
  }

  /* back, and another layout */
  set_state (window, "node", g_variant_new_string ("images"));
  fixture_wait_loaded (window->session);
  assert_state (window, "layout", "'NCHW'");
  set_state (window, "node", g_variant_new_string ("latents"));
  fixture_wait_loaded (window->session);
  set_state (window, "layout", g_variant_new_string ("HW"));
  fixture_wait_loaded (window->session);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "grid");
  assert_state (window, "layout", "'HW'");
  close_window (window);
}

/* What the tree has selected is what is shown, the whole of a list included. */
static void
assert_selected (TsWindow *window)
{
  GtkWidget *list = find (GTK_WIDGET (window->tree_pane), GTK_TYPE_LIST_VIEW, NULL);
  GtkSelectionModel *model = gtk_list_view_get_model (GTK_LIST_VIEW (list));
  GtkTreeListRow *row = gtk_single_selection_get_selected_item (GTK_SINGLE_SELECTION (model));

  g_assert_nonnull (row);
  g_autoptr (TsNode) node = gtk_tree_list_row_get_item (row);
  g_assert_true (node == ts_session_get_node (window->session));
}

static void
test_tree (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("progressive.pt");
  assert_selected (window);
  assert_state (window, "node", "''");
  set_state (window, "node", g_variant_new_string ("3"));
  fixture_wait_loaded (window->session);
  assert_selected (window);
  assert_state (window, "node", "'3'");
  close_window (window);

  window = open_sample ("cells.pt");
  assert_selected (window);

  /* from the tree to the picture */
  GtkWidget *list = find (GTK_WIDGET (window->tree_pane), GTK_TYPE_LIST_VIEW, NULL);
  GtkSelectionModel *model = gtk_list_view_get_model (GTK_LIST_VIEW (list));
  gtk_single_selection_set_selected (GTK_SINGLE_SELECTION (model), 2);
  fixture_wait_loaded (window->session);
  assert_state (window, "node", "'masks'");
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "grid");
  close_window (window);
}

static void
test_offer (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells-imagenet.npy");
  g_assert_true (gtk_revealer_get_reveal_child (window->offer_revealer));
  set_state (window, "apply-offer", NULL);
  assert_state (window, "preset", "'imagenet'");
  g_assert_false (gtk_revealer_get_reveal_child (window->offer_revealer));
  close_window (window);
}

static void
test_bad_values (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("intensity-nan.npy");
  WAIT_FOR (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "next-bad"));
  set_state (window, "next-bad", NULL);
  guint n = ts_session_get_current (window->session);
  TsStats stats;
  g_assert_true (
      ts_batch_stats_get_image (ts_session_get_stats (window->session), n, -1, &stats, NULL, NULL));
  g_assert_cmpuint (stats.n_nan + stats.n_posinf + stats.n_neginf, >, 0);
  close_window (window);
}

static guint
count_files (const char *folder, const char *suffix)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_suffix (name, suffix);
  return n;
}

static void
remove_tree (char *folder)
{
  g_autofree char *images = g_build_filename (folder, "images", NULL);

  fixture_remove_folder (g_steal_pointer (&images));
  fixture_remove_folder (folder);
}

/* A file's pixels against what the window shows. */
static void
assert_file (TsWindow *window, const char *folder, const char *name, guint index)
{
  g_autofree char *path = g_build_filename (folder, "images", name, NULL);
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new_from_file (path, NULL);
  int width, height;
  g_autofree guint8 *want = fixture_render (window->session, index, 1, &width, &height);

  g_assert_nonnull (pixbuf);
  g_assert_cmpint (gdk_pixbuf_get_n_channels (pixbuf), ==, 3);
  for (int y = 0; y < height; y++)
    g_assert_cmpmem (gdk_pixbuf_read_pixels (pixbuf) + y * gdk_pixbuf_get_rowstride (pixbuf),
                     (gsize) width * 3, want + (gsize) y * (gsize) width * 3, (gsize) width * 3);
}

static void
test_export_dialog (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  g_autofree char *folder = fixture_make_folder ();
  g_autofree char *images = g_build_filename (folder, "images", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GtkBitset) selection = gtk_bitset_new_empty ();

  gtk_bitset_add (selection, 5);
  gtk_bitset_add (selection, 40);
  ts_session_set_selection (window->session, selection);
  set_state (window, "gamma", g_variant_new_double (1.4));
  set_state (window, "export", NULL);
  GtkWindow *dialog = NULL;
  g_autoptr (GListModel) toplevels = g_object_ref (gtk_window_get_toplevels ());
  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++) {
    g_autoptr (GtkWindow) toplevel = g_list_model_get_item (toplevels, i);
    if (TS_IS_EXPORT_DIALOG (toplevel))
      dialog = toplevel;
  }
  g_assert_nonnull (dialog);
  ts_export_dialog_set_folder (TS_EXPORT_DIALOG (dialog), file);

  /* a template that cannot work is said before anything is written */
  GtkEditable *name =
      GTK_EDITABLE (find (GTK_WIDGET (dialog), ADW_TYPE_ENTRY_ROW, "Name of each file"));
  g_autofree char *template = g_strdup (gtk_editable_get_text (name));
  gtk_editable_set_text (name, "{nonsense}");
  g_assert_false (ts_export_dialog_accept (TS_EXPORT_DIALOG (dialog)));
  gtk_editable_set_text (name, template);
  g_assert_true (ts_export_dialog_accept (TS_EXPORT_DIALOG (dialog)));
  g_assert_nonnull (window->job);
  g_assert_false (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "export"));
  WAIT_FOR (window->job == NULL);

  g_assert_cmpuint (count_files (images, ".png"), ==, 2);
  g_assert_cmpuint (count_files (images, ".json"), ==, 2);
  assert_file (window, folder, "cells_05.png", 5);
  assert_file (window, folder, "cells_40.png", 40);
  g_assert_true (g_action_group_get_action_enabled (G_ACTION_GROUP (window), "export"));
  close_window (window);
  remove_tree (g_steal_pointer (&folder));
}

static void
test_export_to (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  g_autofree char *folder = fixture_make_folder ();
  g_autofree char *images = g_build_filename (folder, "images", NULL);

  set_state (window, "export-to", g_variant_new_string (folder));
  WAIT_FOR (window->job == NULL);
  g_assert_cmpuint (count_files (images, ".png"), ==, 64);
  g_assert_cmpuint (count_files (images, ".json"), ==, 64);
  assert_file (window, folder, "cells_63.png", 63);
  close_window (window);
  remove_tree (g_steal_pointer (&folder));
}

static void
test_modes (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  set_state (window, "current", g_variant_new_int32 (9));
  set_state (window, "mode", g_variant_new_string ("image"));
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "image");
  g_assert_true (ts_image_view_wait_idle (window->image_view, LIMIT_MS));
  set_state (window, "back", NULL);
  g_assert_cmpstr (gtk_stack_get_visible_child_name (window->stack), ==, "grid");
  assert_state (window, "current", "9");

  set_state (window, "select-all", NULL);
  g_assert_cmpuint (gtk_bitset_get_size (ts_session_get_selection (window->session)), ==, 64);
  set_state (window, "select-invert", NULL);
  g_assert_cmpuint (gtk_bitset_get_size (ts_session_get_selection (window->session)), ==, 0);

  /* panes */
  g_assert_true (adw_flap_get_reveal_flap (window->tree_flap));
  set_state (window, "show-tree", NULL);
  g_assert_false (adw_flap_get_reveal_flap (window->tree_flap));
  set_state (window, "show-tree", NULL);
  g_assert_true (adw_flap_get_reveal_flap (window->tree_flap));
  close_window (window);
}

/* A file that is written again while it is shown: an offer, and everything in place after it was
 * taken. */
static void
test_changed_file (void)
{
  if (!start ())
    return;

  g_autofree char *folder = fixture_make_folder ();
  g_autofree float *data = fixture_make_floats (6, 3, 16, 16);
  gsize size = 6 * 3 * 16 * 16 * sizeof *data;
  g_autoptr (GFile) file =
                 fixture_write_npy (folder, "live.npy", "<f4", "6, 3, 16, 16", data, size);
  TsWindow *window = open_window (file);
  TsRecipe recipe = *ts_session_get_recipe (window->session);
  g_autoptr (GtkBitset) selection = gtk_bitset_new_range (2, 2);

  g_assert_false (gtk_revealer_get_reveal_child (window->changed_revealer));
  recipe.gamma = 1.7;
  ts_session_set_recipe (window->session, &recipe, NULL);
  ts_session_set_selection (window->session, selection);
  ts_session_set_current (window->session, 4);

  for (gsize i = 0; i < size / sizeof *data; i++)
    data[i] = -data[i];
  g_object_unref (fixture_write_npy (folder, "live.npy", "<f4", "6, 3, 16, 16", data, size));
  WAIT_FOR (gtk_revealer_get_reveal_child (window->changed_revealer));
  g_assert_nonnull (strstr (gtk_label_get_label (window->changed_label), "live.npy"));

  /* half of it: the reload fails, the offer stays */
  g_autofree char *path = g_file_get_path (file);
  g_assert_cmpint (truncate (path, 64), ==, 0);
  g_action_group_activate_action (G_ACTION_GROUP (window), "reload", NULL);
  fixture_wait_loaded (window->session);
  g_assert_nonnull (ts_session_get_view (window->session));
  g_assert_true (gtk_revealer_get_reveal_child (window->changed_revealer));

  g_object_unref (fixture_write_npy (folder, "live.npy", "<f4", "6, 3, 16, 16", data, size));
  g_action_group_activate_action (G_ACTION_GROUP (window), "reload", NULL);
  fixture_wait_loaded (window->session);
  g_assert_false (gtk_revealer_get_reveal_child (window->changed_revealer));
  g_assert_cmpfloat (ts_session_get_recipe (window->session)->gamma, ==, 1.7);
  g_assert_true (gtk_bitset_equals (ts_session_get_selection (window->session), selection));
  g_assert_cmpuint (ts_session_get_current (window->session), ==, 4);

  /* an error of a read asks for a look at the file; unchanged, it is no reason to offer anything */
  g_autoptr (GError) error = g_error_new_literal (TS_ERROR, TS_ERROR_CHANGED, "changed");
  spin (900);
  ts_session_report_error (window->session, error);
  g_assert_cmpuint (window->watch_timer, !=, 0);
  spin (900);
  g_assert_false (gtk_revealer_get_reveal_child (window->changed_revealer));
  close_window (window);
  fixture_remove_folder (g_steal_pointer (&folder));
}

/* What can have the focus has a name: words in it, a label, or a widget that names it. */
static void
assert_named (GtkWidget *widget, guint *n_checked)
{
  gboolean is_line = g_str_equal (G_OBJECT_TYPE_NAME (widget), "GtkListItemWidget") &&
                     find (widget, TS_TYPE_TREE_ROW, NULL) != NULL;

  if (!gtk_widget_get_visible (widget))
    return;
  if (gtk_widget_get_focusable (widget) && (GTK_IS_BUTTON (widget) || is_line)) {
    GtkAccessible *accessible = GTK_ACCESSIBLE (widget);
    GtkWidget *label = find (widget, GTK_TYPE_LABEL, NULL);
    gboolean named =
        gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL) ||
        gtk_test_accessible_has_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY) ||
        (!is_line && label != NULL && *gtk_label_get_label (GTK_LABEL (label)) != '\0');

    if (!named)
      g_test_message ("%s in %s has no name", G_OBJECT_TYPE_NAME (widget),
                      G_OBJECT_TYPE_NAME (gtk_widget_get_parent (widget)));
    g_assert_true (named);
    ++*n_checked;
  }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    assert_named (child, n_checked);
}

static void
test_names (void)
{
  if (!start ())
    return;

  TsWindow *window = open_sample ("cells.pt");
  guint n_checked = 0;

  assert_named (GTK_WIDGET (window), &n_checked);
  g_assert_cmpuint (n_checked, >, 20);

  set_state (window, "export", NULL);
  GtkWindow *dialog = NULL;
  g_autoptr (GList) toplevels = gtk_window_list_toplevels ();
  for (GList *l = toplevels; l != NULL; l = l->next)
    if (TS_IS_EXPORT_DIALOG (l->data))
      dialog = l->data;
  g_assert_nonnull (dialog);
  n_checked = 0;
  assert_named (GTK_WIDGET (dialog), &n_checked);
  g_assert_cmpuint (n_checked, >, 5);
  /* Return exports */
  g_assert_nonnull (gtk_window_get_focus (dialog));
  g_assert_true (gtk_window_get_focus (dialog) == gtk_window_get_default_widget (dialog));
  gtk_window_destroy (dialog);
  close_window (window);
}

/* A dump of many arrays, each an image. */
static GFile *
write_many (const char *folder, guint n)
{
  const guint n_bytes = 3 * 8 * 8 * 4;
  g_autofree char *path = g_build_filename (folder, "many.safetensors", NULL);
  g_autoptr (GString) header = g_string_new ("{");
  g_autofree guint8 *zeros = g_malloc0 ((gsize) n * n_bytes);
  FILE *file = g_fopen (path, "wb");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (header,
                            "%s\"i%05u\":{\"dtype\":\"F32\",\"shape\":[3,8,8],"
                            "\"data_offsets\":[%u,%u]}",
                            i > 0 ? "," : "", i, i * n_bytes, (i + 1) * n_bytes);
  g_string_append_c (header, '}');
  guint64 length = GUINT64_TO_LE ((guint64) header->len);
  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (&length, 1, 8, file), ==, 8);
  g_assert_cmpuint (fwrite (header->str, 1, header->len, file), ==, header->len);
  g_assert_cmpuint (fwrite (zeros, n_bytes, n, file), ==, n);
  g_assert_cmpint (fclose (file), ==, 0);
  return g_file_new_for_path (path);
}

/* However many arrays there are, the main loop looks at a few; only a search looks at all, bit by
 * bit. */
static void
test_many_arrays (void)
{
  if (!start ())
    return;

  const guint n = 6000;
  g_autofree char *folder = fixture_make_folder ();
  g_autoptr (GFile) file = write_many (folder, n);
  TsWindow *window = open_window (file);
  TsDocument *document = ts_session_get_document (window->session);
  guint n_arrays = ts_document_get_arrays (document)->len;

  g_assert_cmpuint (n_arrays, ==, n);
  ts_session_show_node (window->session, ts_document_find (document, "i05999"), NULL);
  fixture_wait_loaded (window->session);
  g_assert_cmpstr (ts_node_get_path (ts_session_get_node (window->session)), ==, "i05999");
  g_assert_cmpuint (ts_tree_pane_get_n_looks (window->tree_pane), <, 10);

  /* the row of that array is the selected one */
  GtkWidget *list = find (GTK_WIDGET (window->tree_pane), GTK_TYPE_LIST_VIEW, NULL);
  GtkSelectionModel *rows = gtk_list_view_get_model (GTK_LIST_VIEW (list));
  g_assert_cmpuint (gtk_single_selection_get_selected (GTK_SINGLE_SELECTION (rows)), ==, n);

  GtkWidget *entry = find (GTK_WIDGET (window->tree_pane), GTK_TYPE_SEARCH_ENTRY, NULL);
  gtk_editable_set_text (GTK_EDITABLE (entry), "i0599");
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (rows)) == 11);
  g_assert_cmpuint (ts_tree_pane_get_n_looks (window->tree_pane), >=, n);
  gtk_editable_set_text (GTK_EDITABLE (entry), "");
  WAIT_FOR (g_list_model_get_n_items (G_LIST_MODEL (rows)) == n + 1);
  close_window (window);
  fixture_remove_folder (g_steal_pointer (&folder));
}

int
main (int argc, char *argv[])
{
  g_autofree char *home = fixture_make_folder ();

  /* recent files of the tests are nobody's */
  fixture_own_state ();
  g_setenv ("XDG_DATA_HOME", home, TRUE);
  g_setenv ("XDG_CONFIG_HOME", home, TRUE);
  g_setenv ("ADW_DISABLE_PORTAL", "1", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/window/templates", test_templates);
  g_test_add_func ("/window/empty", test_empty);
  g_test_add_func ("/window/cells", test_cells);
  g_test_add_func ("/window/slider", test_slider);
  g_test_add_func ("/window/typing", test_typing);
  g_test_add_func ("/window/round-trip", test_round_trip);
  g_test_add_func ("/window/bad-file", test_bad_file);
  g_test_add_func ("/window/changed-file", test_changed_file);
  g_test_add_func ("/window/raw", test_raw);
  g_test_add_func ("/window/numbers", test_numbers);
  g_test_add_func ("/window/tree", test_tree);
  g_test_add_func ("/window/many-arrays", test_many_arrays);
  g_test_add_func ("/window/names", test_names);
  g_test_add_func ("/window/offer", test_offer);
  g_test_add_func ("/window/bad-values", test_bad_values);
  g_test_add_func ("/window/export-dialog", test_export_dialog);
  g_test_add_func ("/window/export-to", test_export_to);
  g_test_add_func ("/window/modes", test_modes);

  int status = g_test_run ();
  g_clear_object (&application);
  fixture_remove_folder (g_steal_pointer (&home));
  return status;
}
