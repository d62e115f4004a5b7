/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-memory.h"
#include "app/ts-preferences.h"
#include "app/ts-recipe-edit.h"
#include "app/ts-window-private.h"

/* What of the settings that hold for all windows matters to this one. */

static void
preferences_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  GtkWindow *preferences = GTK_WINDOW (ts_preferences_new (self->settings));

  gtk_window_set_transient_for (preferences, GTK_WINDOW (self));
  gtk_window_present (preferences);
}

static void
color_scheme_cb (TsWindow *self)
{
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      ts_preferences_get_color_scheme (self->settings));
}

static void
defaults_cb (TsWindow *self)
{
  g_autofree char *nan_color = g_settings_get_string (self->settings, "nan-color");
  g_autofree char *name = g_settings_get_string (self->settings, "rounding");
  int color = 0xff00ff, rounding = TS_ROUNDING_NEAREST;

  ts_recipe_edit_parse_color (nan_color, FALSE, &color, NULL);
  ts_name_lookup (ts_rounding_names, name, &rounding);
  ts_session_set_defaults (self->session, (guint32) color, (TsRounding) rounding);
}

static void
memory_cb (TsWindow *self)
{
  ts_memory_set_keeps_layouts (g_settings_get_boolean (self->settings, "remember-layouts"));
}

static const GActionEntry entries[] = {
  { "preferences", preferences_cb },
};

void
ts_window_add_preferences (TsWindow *self)
{
  const struct
  {
    const char *signal;
    void (*callback) (TsWindow *self);
  } followed[] = {
    { "changed::color-scheme", color_scheme_cb },
    { "changed::nan-color", defaults_cb },
    { "changed::rounding", defaults_cb },
    { "changed::remember-layouts", memory_cb },
    { "changed::recent-limit", ts_window_update_recent },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  ts_window_set_enabled (self, "preferences", self->settings != NULL);
  if (self->settings == NULL)
    return;
  g_settings_bind (self->settings, "show-captions", self->grid, "show-captions",
                   G_SETTINGS_BIND_GET);
  for (guint i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_object (self->settings, followed[i].signal, G_CALLBACK (followed[i].callback),
                             self, G_CONNECT_SWAPPED);
  color_scheme_cb (self);
  defaults_cb (self);
  memory_cb (self);
}
