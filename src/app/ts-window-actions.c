/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-compat.h"
#include "app/ts-export-dialog.h"
#include "app/ts-recipe-edit.h"
#include "app/ts-window-private.h"
#include "reader/ts-reader.h"

#include <glib/gi18n.h>

/* The commands of the window. All of them are in its action map, so that keys, menus, buttons, the
 * session bus and tests reach the same ones. */

/* Time for a picture to settle before it is taken, and the most to wait. */
#define SCREENSHOT_DELAY_MS 150
#define SCREENSHOT_LIMIT_MS 5000

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
  TsWindow *self = data;
  const char *mode = g_variant_get_string (value, NULL);

  if (!g_str_equal (mode, "grid") && !g_str_equal (mode, "image"))
    return;
  self->image_mode = g_str_equal (mode, "image");
  ts_window_update_stack (self);
  if (ts_session_get_view (self->session) != NULL)
    gtk_widget_grab_focus (self->image_mode ? GTK_WIDGET (self->image_view)
                                            : GTK_WIDGET (self->grid));
}

static void
back_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;

  if (gtk_window_is_fullscreen (GTK_WINDOW (self)))
    gtk_window_unfullscreen (GTK_WINDOW (self));
  else if (self->image_mode)
    g_action_group_change_action_state (G_ACTION_GROUP (self), "mode",
                                        g_variant_new_string ("grid"));
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

  if (self->image_mode)
    ts_image_view_step_zoom (self->image_view, 1);
  else
    ts_grid_zoom (self->grid, 1);
}

static void
zoom_out_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;

  if (self->image_mode)
    ts_image_view_step_zoom (self->image_view, -1);
  else
    ts_grid_zoom (self->grid, -1);
}

static void
zoom_reset_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;

  if (self->image_mode)
    ts_image_view_set_fit (self->image_view, TRUE);
  else
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

/* Edits of the recipe that are not just a value. */

static void
undo_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  ts_session_undo (((TsWindow *) data)->session);
}

static void
redo_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  ts_session_redo (((TsWindow *) data)->session);
}

static void
reset_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsSession *session = ((TsWindow *) data)->session;
  TsRecipe recipe = *ts_session_get_initial_recipe (session);

  ts_session_set_recipe (session, &recipe, NULL);
}

static void
auto_range_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsSession *session = ((TsWindow *) data)->session;
  TsRecipe recipe = *ts_session_get_recipe (session);

  ts_recipe_edit_set_range_mode (&recipe, TS_RANGE_MINMAX, NULL);
  ts_session_set_recipe (session, &recipe, NULL);
}

static void
snap_range_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  TsRecipe recipe = *ts_session_get_recipe (self->session);
  double lo, hi;

  if (self->survey != NULL && ts_survey_get_extremes (self->survey, &recipe, &lo, &hi) &&
      ts_recipe_edit_snap_range (&recipe, lo, hi))
    ts_session_set_recipe (self->session, &recipe, NULL);
  else
    ts_window_toast (self, _ ("No common range holds these values"));
}

static void
percentile_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  TsRecipe recipe = *ts_session_get_recipe (self->session);

  ts_recipe_edit_step_percentile (&recipe);
  ts_session_set_recipe (self->session, &recipe, NULL);
  g_autofree char *text =
      g_strdup_printf (_ ("Percentiles %g to %g"), recipe.percentile_lo, recipe.percentile_hi);
  ts_window_toast (self, text);
}

static void
step_channel (TsWindow *self, int step)
{
  TsRecipe recipe = *ts_session_get_recipe (self->session);
  TsImageSize size;

  if (!ts_window_get_image_size (self, &size) || size.n_channels < 2)
    return;
  ts_recipe_edit_step_channel (&recipe, size.n_channels, step);
  ts_session_set_recipe (self->session, &recipe, NULL);
}

static void
next_channel_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  step_channel (data, 1);
}

static void
previous_channel_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  step_channel (data, -1);
}

static void
step_colormap (TsWindow *self, int step)
{
  TsRecipe recipe = *ts_session_get_recipe (self->session);

  ts_recipe_edit_step_colormap (&recipe, step);
  ts_session_set_recipe (self->session, &recipe, NULL);
}

static void
next_colormap_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  step_colormap (data, 1);
}

static void
previous_colormap_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  step_colormap (data, -1);
}

static void
gray_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsSession *session = ((TsWindow *) data)->session;
  TsRecipe recipe = *ts_session_get_recipe (session);

  recipe.colormap = TS_COLORMAP_GRAY;
  ts_session_set_recipe (session, &recipe, NULL);
}

static void
apply_offer_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsSession *session = ((TsWindow *) data)->session;
  TsView *view = ts_session_get_view (session);
  TsRecipe recipe = *ts_session_get_recipe (session);

  if (view == NULL || ts_view_get_value_range (view)->offer == NULL)
    return;
  if (ts_recipe_set_preset (&recipe, ts_view_get_value_range (view)->offer, NULL))
    ts_session_set_recipe (session, &recipe, NULL);
}

/* Copying the current image, at its own size. */

typedef struct
{
  TsView *view;
  TsBatchStats *stats;
  TsRecipe recipe;
  guint64 index;
} Copy;

static void
copy_free (Copy *copy)
{
  g_object_unref (copy->view);
  g_object_unref (copy->stats);
  g_free (copy);
}

static void
copy_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Copy *copy = data;
  TsBatch *batch = ts_view_get_batch (copy->view);
  g_autoptr (GError) error = NULL;
  TsResolved resolved;
  TsImageSize size;

  ts_batch_get_image_size (batch, copy->index, &size);
  gsize stride = (gsize) size.width * 4;
  g_autofree guint8 *pixels = g_try_malloc (MAX (stride * size.height, 1));
  if (pixels == NULL || size.width == 0 || size.height == 0) {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("The image is too large"));
    return;
  }
  if (!ts_resolve (&copy->recipe, copy->stats, copy->index, &resolved, cancellable, &error) ||
      !ts_render (batch, copy->index, NULL, &copy->recipe, &resolved, TS_PIXELS_RGBA8,
                  TS_VALUES_DISPLAY, pixels, stride, NULL, cancellable, &error)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&pixels), stride * size.height);
  GdkTexture *texture = gdk_memory_texture_new ((int) size.width, (int) size.height,
                                                GDK_MEMORY_R8G8B8A8, bytes, stride);
  g_task_return_pointer (task, texture, g_object_unref);
}

static void
copied_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsWindow *self = TS_WINDOW (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = g_task_propagate_pointer (G_TASK (result), &error);

  if (texture == NULL) {
    ts_window_toast (self, error->message);
    return;
  }
  gdk_clipboard_set_texture (gtk_widget_get_clipboard (GTK_WIDGET (self)), texture);
  ts_window_toast (self, _ ("Image copied"));
}

static void
copy_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  Copy *copy = g_new0 (Copy, 1);
  g_autoptr (GTask) task = g_task_new (self, NULL, copied_cb, NULL);

  copy->view = g_object_ref (ts_session_get_view (self->session));
  copy->stats = g_object_ref (ts_session_get_stats (self->session));
  copy->recipe = *ts_session_get_recipe (self->session);
  copy->index = ts_session_get_current (self->session);
  g_task_set_task_data (task, copy, (GDestroyNotify) copy_free);
  g_task_run_in_thread (task, copy_thread);
}

/* A picture of the window, for tests and documentation. */

typedef struct
{
  TsWindow *window;
  char *path;
} Screenshot;

static gboolean
save_picture (TsWindow *self, const char *path)
{
  GtkWidget *widget = GTK_WIDGET (self);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                                               (float) gtk_widget_get_height (widget));
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (widget));
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  if (gtk_widget_get_mapped (GTK_WIDGET (self->grid)))
    ts_grid_wait_idle (self->grid, SCREENSHOT_LIMIT_MS);
  if (gtk_widget_get_mapped (GTK_WIDGET (self->image_view)))
    ts_image_view_wait_idle (self->image_view, SCREENSHOT_LIMIT_MS);
  gdk_paintable_snapshot (paintable, snapshot, (double) bounds.size.width,
                          (double) bounds.size.height);
  g_autoptr (GskRenderNode) node = gtk_snapshot_free_to_node (snapshot);
  if (node == NULL || renderer == NULL)
    return FALSE;
  g_autoptr (GdkTexture) texture = gsk_renderer_render_texture (renderer, node, &bounds);
  return gdk_texture_save_to_png (texture, path);
}

static gboolean
screenshot_timeout_cb (gpointer data)
{
  Screenshot *shot = data;
  GtkWidget *widget = GTK_WIDGET (shot->window);

  if (gtk_widget_get_mapped (widget) && !save_picture (shot->window, shot->path))
    ts_window_toast (shot->window, _ ("The picture could not be written"));
  g_object_unref (shot->window);
  g_free (shot->path);
  g_free (shot);
  return G_SOURCE_REMOVE;
}

static void
screenshot_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  Screenshot *shot = g_new0 (Screenshot, 1);

  shot->window = g_object_ref (data);
  shot->path = g_variant_dup_string (value, NULL);
  g_timeout_add (SCREENSHOT_DELAY_MS, screenshot_timeout_cb, shot);
}

static void
about_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  ts_compat_show_about (data);
}

static const GActionEntry entries[] = {
  { "open", open_cb },
  { "open-path", open_path_cb, "s" },
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
  { "fullscreen", fullscreen_cb },
  { "select-all", select_all_cb },
  { "select-none", select_none_cb },
  { "select-invert", select_invert_cb },
  { "undo", undo_cb },
  { "redo", redo_cb },
  { "reset", reset_cb },
  { "auto-range", auto_range_cb },
  { "snap-range", snap_range_cb },
  { "step-percentile", percentile_cb },
  { "next-channel", next_channel_cb },
  { "previous-channel", previous_channel_cb },
  { "next-colormap", next_colormap_cb },
  { "previous-colormap", previous_colormap_cb },
  { "gray", gray_cb },
  { "apply-offer", apply_offer_cb },
  { "copy", copy_cb },
  { "screenshot", screenshot_cb, "s" },
  { "about", about_cb },
};

/* What makes sense only with a batch on the screen. */
static const char *const needs_view[] = {
  "layout",
  "mode",
  "zoom",
  "zoom-in",
  "zoom-out",
  "zoom-reset",
  "current",
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
  "export",
  "export-all",
  "export-to",
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
  ts_window_set_enabled (self, "reload", ts_session_get_file (session) != NULL);
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
