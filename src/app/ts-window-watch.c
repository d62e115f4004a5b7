/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-window-private.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

/* Files that change while they are shown: the pictures stay, and a bar offers to read the file
 * again. Who writes a file writes it in many steps: the offer waits until it has been quiet. */

#define QUIET_MS 700

/* The file as far as it tells whether it is still the same one; "" when there is none. */
static char *
describe_file (GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  GStatBuf info;

  if (path == NULL || g_stat (path, &info) != 0 || !S_ISREG (info.st_mode))
    return g_strdup ("");
  return g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld",
                          (guint64) info.st_ino, (gint64) info.st_size,
                          (gint64) info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

static gboolean
quiet_cb (gpointer data)
{
  TsWindow *self = data;
  GFile *file = ts_session_get_file (self->session);

  self->watch_timer = 0;
  if (file == NULL || ts_session_get_document (self->session) == NULL)
    return G_SOURCE_REMOVE;

  g_autofree char *now = describe_file (file);
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *text = NULL;

  /* one that was deleted can still be read, and cannot be read again */
  if (*now == '\0' || g_strcmp0 (now, self->watched_state) == 0)
    return G_SOURCE_REMOVE;
  text = g_strdup_printf (_ ("“%s” was changed by another program"), name);
  gtk_label_set_label (self->changed_label, text);
  gtk_revealer_set_reveal_child (self->changed_revealer, TRUE);
  return G_SOURCE_REMOVE;
}

static void
touch (TsWindow *self)
{
  g_clear_handle_id (&self->watch_timer, g_source_remove);
  self->watch_timer = g_timeout_add (QUIET_MS, quiet_cb, self);
}

static void
event_cb (TsWindow *self)
{
  touch (self);
}

/* A read has found the file changed where nothing watches it (a file system of another machine). */
static void
file_changed_cb (TsWindow *self)
{
  if (self->watch_timer == 0)
    touch (self);
}

static void
stop (TsWindow *self)
{
  g_clear_handle_id (&self->watch_timer, g_source_remove);
  if (self->monitor != NULL) {
    g_signal_handlers_disconnect_by_data (self->monitor, self);
    g_file_monitor_cancel (self->monitor);
  }
  g_clear_object (&self->monitor);
  g_clear_pointer (&self->watched_state, g_free);
}

void
ts_window_watch_file (TsWindow *self)
{
  GFile *file = ts_session_get_file (self->session);

  stop (self);
  gtk_revealer_set_reveal_child (self->changed_revealer, FALSE);
  if (file == NULL || ts_session_get_document (self->session) == NULL)
    return;
  self->watched_state = describe_file (file);
  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect_swapped (self->monitor, "changed", G_CALLBACK (event_cb), self);
}

void
ts_window_init_watch (TsWindow *self)
{
  g_signal_connect_object (self->session, "file-changed", G_CALLBACK (file_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

void
ts_window_dispose_watch (TsWindow *self)
{
  stop (self);
}
