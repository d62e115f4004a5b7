/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-compat.h"
#include "app/ts-memory.h"
#include "app/ts-raw-dialog.h"
#include "app/ts-window-private.h"
#include "reader/ts-reader.h"

#include <glib/gi18n.h>

/* The commands of the window. All of them are in its action map, so that keys, menus, buttons, the
 * session bus and tests reach the same ones. */

void
ts_window_set_state (TsWindow *self, const char *action, GVariant *state)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (state);
  GAction *found = g_action_map_lookup_action (G_ACTION_MAP (self), action);

  if (found != NULL)
    g_simple_action_set_state (G_SIMPLE_ACTION (found), sunk);
}

void
ts_window_set_enabled (TsWindow *self, const char *action, gboolean enabled)
{
  GAction *found = g_action_map_lookup_action (G_ACTION_MAP (self), action);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (found), enabled);
}

/* Opening. */

static void
opened_cb (GListModel *files, gpointer data)
{
  TsWindow *self = data;

  for (guint i = 0; i < g_list_model_get_n_items (files); i++) {
    g_autoptr (GFile) file = g_list_model_get_item (files, i);
    if (i == 0) {
      ts_window_open (self, file);
      continue;
    }
    g_autofree char *path = g_file_get_path (file);
    if (path != NULL)
      g_action_group_activate_action (G_ACTION_GROUP (
                                          gtk_window_get_application (GTK_WINDOW (self))),
                                      "open-path", g_variant_new_string (path));
  }
}

static void
open_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  g_autoptr (GPtrArray) suffixes = g_ptr_array_new ();

  for (guint i = 0; ts_readers[i] != NULL; i++)
    for (guint k = 0; ts_readers[i]->suffixes[k] != NULL; k++)
      g_ptr_array_add (suffixes, (gpointer) ts_readers[i]->suffixes[k]);
  g_ptr_array_add (suffixes, NULL);
  ts_compat_choose_dumps (GTK_WINDOW (self), (const char *const *) suffixes->pdata, G_OBJECT (self),
                          opened_cb, self);
}

static void
open_path_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (g_variant_get_string (value, NULL));

  ts_window_open (data, file);
}

static void
open_as_is_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (g_variant_get_string (value, NULL));

  self->mode = TS_WINDOW_GRID;
  ts_session_open_as_is (self->session, file);
}

static void
raw_accepted_cb (TsRawDialog *dialog, const char *raw, TsWindow *self)
{
  GFile *file = ts_session_get_file (self->session);

  if (file != NULL)
    ts_session_open_raw (self->session, file, raw);
}

static void
open_raw_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  GFile *file = ts_session_get_file (self->session);
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *raw = path != NULL ? ts_memory_dup_raw (path) : NULL;
  TsRawDialog *dialog = ts_raw_dialog_new (file, raw);

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (self));
  g_signal_connect_object (dialog, "accepted", G_CALLBACK (raw_accepted_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
open_sample_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  g_autoptr (GFile) file = ts_window_find_sample ();

  if (file != NULL)
    ts_window_open (data, file);
}

static void
reload_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  ts_session_reload (((TsWindow *) data)->session);
}

static void
close_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  gtk_window_close (GTK_WINDOW (data));
}

/* What is shown. */

static void
change_node_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  TsDocument *document = ts_session_get_document (self->session);
  const char *path = g_variant_get_string (value, NULL);
  TsNode *node = document != NULL ? ts_document_find (document, path) : NULL;

  if (node != NULL) {
    ts_session_show_node (self->session, node, NULL);
  } else {
    g_autofree char *text = g_strdup_printf (_ ("There is no “%s” in this dump"), path);
    ts_window_toast (self, text);
  }
}

static void
change_layout_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  TsNode *node = ts_session_get_node (self->session);
  const char *layout = g_variant_get_string (value, NULL);

  if (node != NULL)
    ts_session_show_node (self->session, node, *layout != '\0' ? layout : NULL);
}

static void
change_mode_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  const char *mode = g_variant_get_string (value, NULL);

  if (g_str_equal (mode, "grid"))
    ts_window_set_mode (data, TS_WINDOW_GRID);
  else if (g_str_equal (mode, "image"))
    ts_window_set_mode (data, TS_WINDOW_IMAGE);
  else if (g_str_equal (mode, "compare"))
    ts_window_set_mode (data, TS_WINDOW_COMPARE);
}

static void
back_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;

  if (gtk_window_is_fullscreen (GTK_WINDOW (self)))
    gtk_window_unfullscreen (GTK_WINDOW (self));
  else if (self->mode != TS_WINDOW_GRID)
    ts_window_set_mode (self, TS_WINDOW_GRID);
}

static void
change_zoom_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  ts_session_set_zoom (((TsWindow *) data)->session, g_variant_get_double (value));
}

static void
zoom_in_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  TsImageView *view = ts_window_get_image_view (self);

  if (view != NULL)
    ts_image_view_step_zoom (view, 1);
  else if (self->mode == TS_WINDOW_GRID)
    ts_grid_zoom (self->grid, 1);
}

static void
zoom_out_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  TsImageView *view = ts_window_get_image_view (self);

  if (view != NULL)
    ts_image_view_step_zoom (view, -1);
  else if (self->mode == TS_WINDOW_GRID)
    ts_grid_zoom (self->grid, -1);
}

static void
zoom_reset_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  TsImageView *view = ts_window_get_image_view (self);

  if (view != NULL)
    ts_image_view_set_fit (view, TRUE);
  else if (self->mode == TS_WINDOW_GRID)
    ts_grid_zoom (self->grid, 0);
}

static void
change_current_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  gint32 index = g_variant_get_int32 (value);

  ts_session_set_current (self->session, (guint) MAX (index, 0));
  ts_grid_scroll_to (self->grid, ts_session_get_current (self->session));
}

static void
next_bad_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  gint64 found = self->survey != NULL
                     ? ts_survey_find_bad (self->survey, ts_session_get_current (self->session))
                     : -1;

  if (found < 0) {
    ts_window_toast (self, _ ("No image holds NaN or infinity"));
    return;
  }
  ts_session_set_current (self->session, (guint) found);
  ts_grid_scroll_to (self->grid, (guint) found);
}

static void
change_pane (TsWindow *self, gboolean tree, GVariant *value)
{
  *ts_window_get_pane_wish (self, tree) = g_variant_get_boolean (value);
  if (self->settings != NULL) {
    g_settings_set_boolean (self->settings, "show-tree", self->show_tree);
    g_settings_set_boolean (self->settings, "show-inspector", self->show_inspector);
  }
  ts_window_update_panes (self);
}

static void
change_tree_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  change_pane (data, TRUE, value);
}

static void
change_inspector_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  change_pane (data, FALSE, value);
}

static void
find_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;

  *ts_window_get_pane_wish (self, TRUE) = TRUE;
  ts_window_update_panes (self);
  ts_tree_pane_find (self->tree_pane);
}

static void
go_to_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  ts_status_bar_go_to (((TsWindow *) data)->status_bar);
}

static void
fullscreen_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  GtkWindow *window = data;

  if (gtk_window_is_fullscreen (window))
    gtk_window_unfullscreen (window);
  else
    gtk_window_fullscreen (window);
}

/* Selection. */

static void
select_all_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  ts_grid_select_all (((TsWindow *) data)->grid);
}

static void
select_none_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  ts_grid_select_none (((TsWindow *) data)->grid);
}

static void
select_invert_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  ts_grid_invert_selection (((TsWindow *) data)->grid);
}

static void
about_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  ts_compat_show_about (data);
}

static const GActionEntry entries[] = {
  { "open", open_cb },
  { "open-path", open_path_cb, "s" },
  { "open-as-is", open_as_is_cb, "s" },
  { "open-raw", open_raw_cb },
  { "open-sample", open_sample_cb },
  { "reload", reload_cb },
  { "close", close_cb },
  { "node", NULL, "s", "''", change_node_cb },
  { "layout", NULL, "s", "''", change_layout_cb },
  { "mode", NULL, "s", "'grid'", change_mode_cb },
  { "back", back_cb },
  { "zoom", NULL, "d", "1.0", change_zoom_cb },
  { "zoom-in", zoom_in_cb },
  { "zoom-out", zoom_out_cb },
  { "zoom-reset", zoom_reset_cb },
  { "current", NULL, "i", "0", change_current_cb },
  { "next-bad", next_bad_cb },
  { "show-tree", NULL, NULL, "true", change_tree_cb },
  { "show-inspector", NULL, NULL, "true", change_inspector_cb },
  { "find", find_cb },
  { "go-to", go_to_cb },
  { "fullscreen", fullscreen_cb },
  { "select-all", select_all_cb },
  { "select-none", select_none_cb },
  { "select-invert", select_invert_cb },
  { "about", about_cb },
};

/* What makes sense only with a batch on the screen. */
static const char *const needs_view[] = {
  "layout",
  "mode",
  "compare",
  "compare-mode",
  "compare-with",
  "zoom",
  "zoom-in",
  "zoom-out",
  "zoom-reset",
  "current",
  "go-to",
  "next-bad",
  "select-all",
  "select-none",
  "select-invert",
  "reset",
  "auto-range",
  "snap-range",
  "step-percentile",
  "next-channel",
  "next-colormap",
  "previous-channel",
  "previous-colormap",
  "gray",
  "apply-offer",
  "copy",
  "latents",
  "copy-latents",
  "range-visible",
  "export",
  "export-all",
  "export-to",
#ifdef HAVE_FIGURES
  "figure",
  "figure-as",
#endif
};

void
ts_window_update_actions (TsWindow *self)
{
  TsSession *session = self->session;
  TsView *view = ts_session_get_view (session);
  TsNode *node = ts_session_get_node (session);
  guint n_selected = (guint) gtk_bitset_get_size (ts_session_get_selection (session));

  for (guint i = 0; i < G_N_ELEMENTS (needs_view); i++)
    ts_window_set_enabled (self, needs_view[i], view != NULL);
  ts_window_set_enabled (self, "layout", node != NULL);
  ts_window_set_enabled (self, "node", ts_session_get_document (session) != NULL);
  ts_window_set_enabled (self, "find", ts_session_get_document (session) != NULL);
  ts_window_set_enabled (self, "reload", ts_session_get_file (session) != NULL);
  ts_window_set_enabled (self, "open-raw",
                         ts_session_get_file (session) != NULL &&
                             ts_session_is_file_error (session));
  ts_window_set_enabled (self, "undo", ts_session_can_undo (session));
  ts_window_set_enabled (self, "redo", ts_session_can_redo (session));
  ts_window_set_enabled (self, "select-none", view != NULL && n_selected > 0);
  ts_window_set_enabled (self, "next-bad",
                         self->survey != NULL && ts_survey_get_n_bad (self->survey) > 0);
  if (self->job != NULL) {
    ts_window_set_enabled (self, "export", FALSE);
    ts_window_set_enabled (self, "export-all", FALSE);
    ts_window_set_enabled (self, "export-to", FALSE);
  }
  ts_window_set_enabled (self, "export-cancel", self->job != NULL);

  ts_window_set_state (self, "node", g_variant_new_string (node ? ts_node_get_path (node) : ""));
  ts_window_set_state (self, "layout",
                       g_variant_new_string (
                           view ? ts_batch_get_layout (ts_view_get_batch (view))->roles : ""));
}

void
ts_window_add_actions (TsWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
