/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-application.h"

#include "app/ts-drag-images.h"
#include "app/ts-window.h"

#include <glib/gi18n.h>
#include <stdio.h>

struct _TsApplication
{
  AdwApplication parent_instance;

  gboolean exit_after_startup;
};

G_DEFINE_FINAL_TYPE (TsApplication, ts_application, ADW_TYPE_APPLICATION)

static TsWindow *
get_empty_window (TsApplication *self)
{
  GtkWindow *active = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (TS_IS_WINDOW (active) && ts_window_is_empty (TS_WINDOW (active)))
    return TS_WINDOW (active);
  return ts_window_new (ADW_APPLICATION (self));
}

/* Smoke tests: quits when the first window is up and has loaded what it was given. */
static gboolean
exit_cb (gpointer data)
{
  GtkWindow *window = gtk_application_get_active_window (data);

  if (TS_IS_WINDOW (window) && ts_session_get_loading (ts_window_get_session (TS_WINDOW (window))))
    return G_SOURCE_CONTINUE;
  g_application_quit (data);
  return G_SOURCE_REMOVE;
}

static void
shown (TsApplication *self)
{
  if (self->exit_after_startup)
    g_timeout_add (100, exit_cb, self);
}

static void
ts_application_activate (GApplication *application)
{
  gtk_window_present (GTK_WINDOW (get_empty_window (TS_APPLICATION (application))));
  shown (TS_APPLICATION (application));
}

static void
ts_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  for (int i = 0; i < n_files; i++) {
    TsWindow *window = get_empty_window (TS_APPLICATION (application));
    ts_window_open (window, files[i]);
    gtk_window_present (GTK_WINDOW (window));
  }
  shown (TS_APPLICATION (application));
}

static void
open_path_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (g_variant_get_string (value, NULL));

  g_application_open (data, &file, 1, "");
}

static void
new_window_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  gtk_window_present (GTK_WINDOW (ts_window_new (data)));
}

static void
quit_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  g_application_quit (data);
}

static const GActionEntry entries[] = {
  { "open-path", open_path_cb, "s" },
  { "new-window", new_window_cb },
  { "quit", quit_cb },
};

/* Keys with a modifier, or with no meaning in a text field. The single letters, and those that also
 * edit text, are in ts-window.ui, where a field with the focus comes first. */
static const struct
{
  const char *action;
  const char *keys[3];
} accels[] = {
  { "app.new-window", { "<Control>n" } },
  { "app.quit", { "<Control>q" } },
  { "win.open", { "<Control>o" } },
  { "win.reload", { "F5" } },
  { "win.close", { "<Control>w" } },
  { "win.export", { "<Control>e" } },
  { "win.export-all", { "<Control><Shift>e" } },
  { "win.find", { "<Control>f" } },
  { "win.go-to", { "<Control>g" } },
  { "win.figure", { "<Control><Shift>f" } },
  { "win.show-tree", { "F9" } },
  { "win.show-inspector", { "<Alt>Return" } },
  { "win.fullscreen", { "F11" } },
  { "win.preferences", { "<Control>comma" } },
  { "win.show-help-overlay", { "<Control>question" } },
};

static void
ts_application_startup (GApplication *application)
{
  G_APPLICATION_CLASS (ts_application_parent_class)->startup (application);

  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries),
                                   application);
  for (guint i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (application), accels[i].action,
                                           accels[i].keys);
  gtk_window_set_default_icon_name (TS_APP_ID);
}

static void
ts_application_shutdown (GApplication *application)
{
  ts_drag_images_clean ();

  G_APPLICATION_CLASS (ts_application_parent_class)->shutdown (application);
}

static int
ts_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  TsApplication *self = TS_APPLICATION (application);

  if (g_variant_dict_contains (options, "version")) {
    printf ("tenscope %s (GTK %u.%u.%u, libadwaita %u.%u.%u)\n", TS_VERSION,
            gtk_get_major_version (), gtk_get_minor_version (), gtk_get_micro_version (),
            adw_get_major_version (), adw_get_minor_version (), adw_get_micro_version ());
    return 0;
  }
  self->exit_after_startup = g_variant_dict_contains (options, "exit-after-startup");
  return -1;
}

static void
ts_application_class_init (TsApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->activate = ts_application_activate;
  application_class->open = ts_application_open;
  application_class->startup = ts_application_startup;
  application_class->shutdown = ts_application_shutdown;
  application_class->handle_local_options = ts_application_handle_local_options;
}

static void
ts_application_init (TsApplication *self)
{
  const GOptionEntry options[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and exit"), NULL },
      { "exit-after-startup", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, NULL, NULL, NULL },
      { NULL },
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _ ("[FILE…]"));
}

TsApplication *
ts_application_new (void)
{
  return g_object_new (TS_TYPE_APPLICATION, "application-id", TS_APP_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path",
                       "/io/github/tenscope/Tenscope", NULL);
}
