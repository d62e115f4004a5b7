/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-window-private.h"

#include <glib/gi18n.h>

/* A load that takes long because the dump is unpacked: how far it is, and a way out. */

#define LOOK_MS 100
/* Shorter ones show nothing. */
#define DELAY_US (500 * G_TIME_SPAN_MILLISECOND)
/* The images come first; a very large dump is not read for its checksums alone. */
#define CHECK_DELAY_MS 1500
#define CHECK_BYTES    ((guint64) 256 << 20)

static void
show (TsWindow *self, const TsProgressState *state)
{
  GFile *file = ts_session_get_file (self->session);
  g_autofree char *name = file != NULL ? g_file_get_basename (file) : g_strdup ("");
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *text = g_strdup_printf (_ ("Unpacking “%s”"), shown);

  gtk_label_set_label (self->load_label, text);
  if (state->n_total > 0)
    gtk_progress_bar_set_fraction (self->load_bar,
                                   MIN ((double) state->n_done / (double) state->n_total, 1));
  else
    gtk_progress_bar_pulse (self->load_bar);
  gtk_revealer_set_reveal_child (self->load_revealer, TRUE);
}

static gboolean
look_cb (gpointer data)
{
  TsWindow *self = data;
  TsProgressState state;

  if (ts_session_get_progress (self->session, &state) && state.count > 0 &&
      g_get_monotonic_time () - self->load_start_us > DELAY_US)
    show (self, &state);
  return G_SOURCE_CONTINUE;
}

void
ts_window_follow_load (TsWindow *self)
{
  gboolean is_loading = ts_session_get_loading (self->session);

  self->load_start_us = g_get_monotonic_time ();
  gtk_revealer_set_reveal_child (self->load_revealer, FALSE);
  if (is_loading && self->load_timer == 0)
    self->load_timer = g_timeout_add (LOOK_MS, look_cb, self);
  else if (!is_loading)
    g_clear_handle_id (&self->load_timer, g_source_remove);
  ts_window_set_enabled (self, "cancel-load", is_loading);
}

/* Checksums, when there is nothing better to do. */

static void
check_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, ts_document_check (data, CHECK_BYTES, cancellable),
                         (GDestroyNotify) g_ptr_array_unref);
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsWindow *self = TS_WINDOW (source);
  GTask *task = G_TASK (result);
  g_autoptr (GPtrArray) remarks = g_task_propagate_pointer (task, NULL);

  if (self->session == NULL || remarks == NULL ||
      g_task_get_task_data (task) != ts_session_get_document (self->session))
    return;
  for (guint i = 0; i < remarks->len; i++)
    ts_window_toast (self, g_ptr_array_index (remarks, i));
}

static gboolean
check_cb (gpointer data)
{
  TsWindow *self = data;
  TsDocument *document = ts_session_get_document (self->session);

  self->check_timer = 0;
  if (document != NULL) {
    g_autoptr (GTask) task = NULL;

    self->check_cancellable = g_cancellable_new ();
    task = g_task_new (self, self->check_cancellable, checked_cb, NULL);
    g_task_set_task_data (task, g_object_ref (document), g_object_unref);
    g_task_set_priority (task, G_PRIORITY_LOW);
    g_task_run_in_thread (task, check_thread);
  }
  return G_SOURCE_REMOVE;
}

void
ts_window_stop_check (TsWindow *self)
{
  g_clear_handle_id (&self->check_timer, g_source_remove);
  if (self->check_cancellable != NULL)
    g_cancellable_cancel (self->check_cancellable);
  g_clear_object (&self->check_cancellable);
}

void
ts_window_queue_check (TsWindow *self)
{
  ts_window_stop_check (self);
  self->check_timer = g_timeout_add (CHECK_DELAY_MS, check_cb, self);
}

static void
cancel_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  ts_session_cancel_load (TS_WINDOW (data)->session);
}

static const GActionEntry entries[] = {
  { "cancel-load", cancel_cb },
};

void
ts_window_add_load_actions (TsWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  ts_window_set_enabled (self, "cancel-load", FALSE);
}
