/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-compat.h"
#include "app/ts-export-dialog.h"
#include "app/ts-window-private.h"

#include <glib/gi18n.h>

/* An export runs in a thread while the window stays usable; one at a time. Its progress is read
 * from the job a few times a second. */

#define PROGRESS_MS 100

static char *
describe_time (double seconds)
{
  if (seconds < 60)
    return g_strdup_printf (_ ("%d s left"), (int) seconds + 1);
  return g_strdup_printf (_ ("%d min left"), (int) (seconds / 60) + 1);
}

static gboolean
progress_cb (gpointer data)
{
  TsWindow *self = data;
  TsExportProgress progress;
  double seconds = (double) (g_get_monotonic_time () - self->job_start_us) / G_USEC_PER_SEC;

  ts_export_job_get_progress (self->job, &progress);
  gsize n_over = progress.n_done + progress.n_skipped + progress.n_failed;
  g_autoptr (GString) text = g_string_new (NULL);
  g_string_append_printf (text, _ ("Exporting %lu of %lu"), (gulong) n_over,
                                   (gulong) progress.n_total);
  if (n_over > 0 && seconds > 0.5) {
    double rate = (double) n_over / seconds;
    g_autofree char *left = describe_time ((double) (progress.n_total - n_over) / rate);
    g_string_append_printf (text, _ (" · %.0f images/s · %s"), rate, left);
  }
  gtk_label_set_label (self->export_label, text->str);
  gtk_progress_bar_set_fraction (self->export_bar, progress.n_total > 0
                                                       ? (double) n_over / (double) progress.n_total
                                                       : 0);
  return G_SOURCE_CONTINUE;
}

static void
run_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (ts_export_job_run (data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* The toast at the end: how many, and where. */
static void
tell_end (TsWindow *self, const TsExportProgress *progress, GFile *folder)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *path = g_file_get_path (folder);
  AdwToast *toast;

  g_string_append_printf (text,
                          g_dngettext (GETTEXT_PACKAGE, "%lu image exported", "%lu images exported",
                                       (gulong) progress->n_done),
                          (gulong) progress->n_done);
  if (progress->n_skipped > 0)
    g_string_append_printf (text, _ (", %lu skipped"), (gulong) progress->n_skipped);
  if (progress->n_failed > 0)
    g_string_append_printf (text, _ (", %lu failed"), (gulong) progress->n_failed);

  toast = adw_toast_new (text->str);
  if (progress->n_failed > 0) {
    adw_toast_set_button_label (toast, _ ("Details"));
    adw_toast_set_action_name (toast, "win.export-failures");
    adw_toast_set_timeout (toast, 0);
  } else {
    adw_toast_set_button_label (toast, _ ("Show in Files"));
    adw_toast_set_action_name (toast, "win.show-file");
    adw_toast_set_action_target (toast, "s", path);
  }
  adw_toast_overlay_add_toast (self->toast_overlay, toast);
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsWindow *self = TS_WINDOW (source);
  g_autoptr (GError) error = NULL;
  gboolean ok = g_task_propagate_boolean (G_TASK (result), &error);

  if (self->job == NULL) /* the window is going */
    return;

  g_autoptr (TsExportJob) job = g_steal_pointer (&self->job);
  g_autoptr (GFile) folder = g_steal_pointer (&self->job_folder);
  TsExportProgress progress;

  g_clear_object (&self->job_cancellable);
  g_clear_handle_id (&self->job_timer, g_source_remove);
  gtk_revealer_set_reveal_child (self->export_revealer, FALSE);
  ts_export_job_get_progress (job, &progress);

  GPtrArray *failures = ts_export_job_get_failures (job);
  g_clear_pointer (&self->job_failures, g_strfreev);
  if (failures != NULL && failures->len > 0) {
    self->job_failures = g_new0 (char *, failures->len + 1);
    for (guint i = 0; i < failures->len; i++)
      self->job_failures[i] = g_strdup (g_ptr_array_index (failures, i));
  }

  if (ok) {
    tell_end (self, &progress, folder);
  } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_autofree char *text =
        g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Export cancelled; %lu image was written",
                                      "Export cancelled; %lu images were written",
                                      (gulong) progress.n_done),
                         (gulong) progress.n_done);
    ts_window_toast (self, text);
  } else {
    ts_compat_show_message (GTK_WINDOW (self), _ ("Nothing was exported"), error->message);
  }
  ts_window_set_enabled (self, "export-failures", self->job_failures != NULL);
  ts_window_update_actions (self);
}

void
ts_window_run_export (TsWindow *self, TsExportJob *job, GFile *folder)
{
  g_return_if_fail (self->job == NULL);

  self->job = g_object_ref (job);
  self->job_folder = g_object_ref (folder);
  self->job_cancellable = g_cancellable_new ();
  self->job_start_us = g_get_monotonic_time ();
  self->job_timer = g_timeout_add (PROGRESS_MS, progress_cb, self);
  progress_cb (self);
  gtk_revealer_set_reveal_child (self->export_revealer, TRUE);
  ts_window_update_actions (self);

  g_autoptr (GTask) task = g_task_new (self, self->job_cancellable, finished_cb, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_object_ref (job), g_object_unref);
  g_task_run_in_thread (task, run_thread);
}

static void
accepted_cb (TsExportDialog *dialog, TsExportJob *job, GFile *folder, TsWindow *self)
{
  if (self->job == NULL)
    ts_window_run_export (self, job, folder);
}

static void
show_dialog (TsWindow *self, gboolean all)
{
  TsExportDialog *dialog = ts_export_dialog_new (self->session, self->settings, all);

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (self));
  g_signal_connect_object (dialog, "accepted", G_CALLBACK (accepted_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
export_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  show_dialog (data, FALSE);
}

static void
export_all_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  show_dialog (data, TRUE);
}

/* The whole batch, with the settings on the screen and defaults for the rest. */
static void
export_to_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  TsExportOptions options;
  g_autoptr (GFile) folder = g_file_new_for_path (g_variant_get_string (value, NULL));
  g_autofree char *path = g_file_get_path (folder);
  g_autoptr (GError) error = NULL;

  ts_export_options_init (&options);
  options.folder = path;
  g_autoptr (TsExportJob) job = ts_export_job_new (ts_session_get_view (self->session),
                                                   ts_session_get_stats (self->session),
                                                   ts_session_get_recipe (self->session), &options,
                                                   NULL, 0, &error);
  if (job != NULL)
    ts_window_run_export (self, job, folder);
  else
    ts_compat_show_message (GTK_WINDOW (self), _ ("Nothing was exported"), error->message);
}

static void
cancel_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;

  if (self->job_cancellable != NULL)
    g_cancellable_cancel (self->job_cancellable);
}

static void
failures_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  g_autofree char *text = g_strjoinv ("\n", self->job_failures);

  ts_compat_show_message (GTK_WINDOW (self), _ ("What could not be exported"), text);
}

static void
show_file_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_string (value, NULL));

  ts_compat_show_file (data, file);
}

static const GActionEntry entries[] = {
  { "export", export_cb },
  { "export-all", export_all_cb },
  { "export-to", export_to_cb, "s" },
  { "export-cancel", cancel_cb },
  { "export-failures", failures_cb },
  { "show-file", show_file_cb, "s" },
};

void
ts_window_add_export_actions (TsWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  ts_window_set_enabled (self, "export-failures", FALSE);
}

void
ts_window_dispose_export (TsWindow *self)
{
  if (self->job_cancellable != NULL)
    g_cancellable_cancel (self->job_cancellable);
  g_clear_object (&self->job_cancellable);
  g_clear_handle_id (&self->job_timer, g_source_remove);
  g_clear_object (&self->job);
  g_clear_object (&self->job_folder);
  g_clear_pointer (&self->job_failures, g_strfreev);
}
