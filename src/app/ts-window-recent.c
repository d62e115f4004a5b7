/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-window-private.h"

/* Recent dumps, in the menu of the open button and on the empty page. */

/* On the page; the menu has as many as the settings say. */
#define MAX_ROWS 5

static gboolean
is_ours (GtkRecentInfo *info)
{
  return gtk_recent_info_has_application (info, "tenscope") && gtk_recent_info_exists (info);
}

static int
compare_recent (gconstpointer a, gconstpointer b)
{
  return g_date_time_compare (gtk_recent_info_get_modified ((GtkRecentInfo *) b),
                              gtk_recent_info_get_modified ((GtkRecentInfo *) a));
}

void
ts_window_update_recent (TsWindow *self)
{
  GList *infos = gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  g_autoptr (GMenu) menu = g_menu_new ();
  GtkWidget *row;
  guint limit =
      self->settings != NULL ? g_settings_get_uint (self->settings, "recent-limit") : 2 * MAX_ROWS;
  guint n = 0;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->recent_list))) != NULL)
    gtk_list_box_remove (self->recent_list, row);
  infos = g_list_sort (infos, compare_recent);
  for (GList *l = infos; l != NULL; l = l->next) {
    if (n >= limit || !is_ours (l->data))
      continue;
    const char *uri = gtk_recent_info_get_uri (l->data);
    g_autoptr (GFile) file = g_file_new_for_uri (uri);
    g_autofree char *path = g_file_get_path (file);
    if (path == NULL)
      continue;

    g_autoptr (GMenuItem) item = g_menu_item_new (gtk_recent_info_get_display_name (l->data), NULL);
    g_menu_item_set_action_and_target (item, "win.open-path", "s", path);
    g_menu_append_item (menu, item);
    if (n++ >= MAX_ROWS)
      continue;

    g_autoptr (GFile) folder = g_file_get_parent (file);
    g_autofree char *where = folder != NULL ? g_file_get_parse_name (folder) : NULL;
    g_autofree char *title = g_markup_escape_text (gtk_recent_info_get_display_name (l->data), -1);
    g_autofree char *subtitle = g_markup_escape_text (where != NULL ? where : "", -1);
    row = adw_action_row_new ();
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
    adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 1);
    gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
    gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (row), NULL);
    gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "win.open-path");
    gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", path);
    gtk_list_box_append (self->recent_list, row);
  }
  g_list_free_full (infos, (GDestroyNotify) gtk_recent_info_unref);
  gtk_widget_set_visible (self->recent_group, n > 0);
  adw_split_button_set_menu_model (self->open_button, n > 0 ? G_MENU_MODEL (menu) : NULL);
}

void
ts_window_remember_file (TsWindow *self)
{
  GFile *file = ts_session_get_file (self->session);
  g_autofree char *uri = g_file_get_uri (file);
  GtkRecentData data = { .mime_type = (char *) "application/octet-stream",
                         .app_name = (char *) "tenscope",
                         .app_exec = (char *) "tenscope %f" };

  gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}
