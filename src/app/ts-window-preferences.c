/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-number-row.h"
#include "app/ts-window-private.h"

#include <glib/gi18n.h>

/* The settings that hold for all windows, in a window of their own. */

static GtkWidget *
make_row (const char *title, const char *subtitle, GtkWidget *control)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);
  return row;
}

static GtkWidget *
make_switch_row (GSettings *settings, const char *key, const char *title, const char *subtitle)
{
  GtkWidget *control = gtk_switch_new ();

  g_settings_bind (settings, key, control, "active", G_SETTINGS_BIND_DEFAULT);
  return make_row (title, subtitle, control);
}

static AdwPreferencesGroup *
add_group (AdwPreferencesPage *page, const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (group));
  return ADW_PREFERENCES_GROUP (group);
}

static void
preferences_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  GtkWidget *window = adw_preferences_window_new ();
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (adw_preferences_page_new ());
  GtkWidget *quality = gtk_spin_button_new_with_range (1, 100, 1);

  AdwPreferencesGroup *group = add_group (page, _ ("Grid"));
  adw_preferences_group_add (group, make_switch_row (self->settings, "show-captions",
                                                     _ ("Captions"),
                                                        _ ("Number and label below each image")));
  group = add_group (page, _ ("Export"));
  adw_preferences_group_add (group,
                             make_switch_row (self->settings, "export-sidecar",
                                              _ ("JSON beside each image"),
                                                 _ ("Latents, label, seed and all settings")));
  ts_number_tame_wheel (quality);
  g_settings_bind (self->settings, "export-quality", quality, "value", G_SETTINGS_BIND_DEFAULT);
  adw_preferences_group_add (group, make_row (_ ("Quality"), _ ("Of JPEG and WebP"), quality));

  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (window), page);
  adw_preferences_window_set_search_enabled (ADW_PREFERENCES_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), 480, 400);
  gtk_window_set_title (GTK_WINDOW (window), _ ("Preferences"));
  gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (self));
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
}

static const GActionEntry entries[] = {
  { "preferences", preferences_cb },
};

void
ts_window_add_preferences (TsWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  ts_window_set_enabled (self, "preferences", self->settings != NULL);
  if (self->settings != NULL)
    g_settings_bind (self->settings, "show-captions", self->grid, "show-captions",
                     G_SETTINGS_BIND_GET);
}
