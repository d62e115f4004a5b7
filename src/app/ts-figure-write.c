/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-figure-dialog-private.h"

#include "app/ts-compat.h"

#include <glib/gi18n.h>
#include <string.h>

/* A figure or an animation is written in a thread, which knows the dialog weakly. */

/* What the thread and the dialog share. */
typedef struct Writing
{
  GWeakRef dialog;
  TsFigureTask *task;
  GFile *file;
  int n_done, n_total; /* atomic */
} Writing;

static void
writing_clear (gpointer data)
{
  Writing *writing = data;

  g_weak_ref_clear (&writing->dialog);
  ts_figure_task_free (writing->task);
  g_object_unref (writing->file);
}

static void
writing_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, writing_clear);
}

static gboolean
progress_timer_cb (gpointer data)
{
  TsFigureDialog *self = data;
  int n_total = g_atomic_int_get (&self->writing->n_total);

  if (n_total > 0)
    gtk_progress_bar_set_fraction (self->progress_bar,
                                   (double) g_atomic_int_get (&self->writing->n_done) / n_total);
  else
    gtk_progress_bar_pulse (self->progress_bar);
  return G_SOURCE_CONTINUE;
}

/* In the thread. */
static void
progress_cb (guint64 n_done, guint64 n_total, gpointer data)
{
  Writing *writing = data;

  g_atomic_int_set (&writing->n_done, (int) MIN (n_done, G_MAXINT));
  g_atomic_int_set (&writing->n_total, (int) MIN (n_total, G_MAXINT));
}

static void
write_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Writing *writing = data;
  GError *error = NULL;

  if (ts_figure_task_write (writing->task, writing->file, progress_cb, writing, cancellable,
                            &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
tell_written (TsFigureDialog *self)
{
  g_autofree char *name = g_file_get_basename (self->file);
  g_autofree char *path = g_file_get_path (self->file);
  g_autofree char *text = g_strdup_printf (_ ("“%s” written"), name);
  AdwToast *toast = adw_toast_new (text);

  adw_toast_set_button_label (toast, _ ("Show in Files"));
  adw_toast_set_action_name (toast, "figure.show-file");
  adw_toast_set_action_target (toast, "s", path);
  adw_toast_overlay_add_toast (self->toast_overlay, toast);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Writing *writing = g_task_get_task_data (G_TASK (result));
  g_autoptr (TsFigureDialog) self = g_weak_ref_get (&writing->dialog);
  g_autoptr (GError) error = NULL;
  gboolean ok = g_task_propagate_boolean (G_TASK (result), &error);

  if (self == NULL || self->session == NULL) /* closed */
    return;
  g_clear_object (&self->write_cancellable);
  g_clear_pointer (&self->writing, writing_unref);
  g_clear_handle_id (&self->progress_timer, g_source_remove);
  gtk_revealer_set_reveal_child (self->progress_revealer, FALSE);
  gtk_widget_set_sensitive (self->save_button, self->valid);
  if (ok) {
    tell_written (self);
    ts_figure_page_remember (self->figure_page);
    if (self->settings != NULL)
      g_settings_set_string (self->settings, "figure-format",
                             ts_figure_dialog_formats[ts_figure_dialog_get_format (self)].id);
    g_signal_emit_by_name (self, "written", self->file);
  } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    adw_toast_overlay_add_toast (self->toast_overlay, adw_toast_new (_ ("Nothing was written")));
    g_signal_emit_by_name (self, "failed", error->message);
  } else {
    ts_compat_show_message (GTK_WINDOW (self), _ ("Nothing was written"), error->message);
    g_signal_emit_by_name (self, "failed", error->message);
  }
}

void
ts_figure_dialog_write (TsFigureDialog *self, GFile *file)
{
  g_return_if_fail (TS_IS_FIGURE_DIALOG (self));

  g_autoptr (GError) error = NULL;
  TsFigureTask *task;

  if (self->write_cancellable != NULL)
    return;
  task = ts_figure_dialog_make_task (self, &error);
  if (task == NULL) {
    ts_figure_dialog_show_state (self, error->message, TRUE);
    g_signal_emit_by_name (self, "failed", error->message);
    return;
  }
  g_set_object (&self->file, file);
  self->write_cancellable = g_cancellable_new ();
  self->writing = g_atomic_rc_box_new0 (Writing);
  g_weak_ref_init (&self->writing->dialog, self);
  self->writing->task = task;
  self->writing->file = g_object_ref (file);
  gtk_progress_bar_set_fraction (self->progress_bar, 0);
  gtk_revealer_set_reveal_child (self->progress_revealer, TRUE);
  gtk_widget_set_sensitive (self->save_button, FALSE);
  self->progress_timer = g_timeout_add (100, progress_timer_cb, self);

  g_autoptr (GTask) thread = g_task_new (NULL, self->write_cancellable, written_cb, NULL);
  g_task_set_check_cancellable (thread, FALSE);
  g_task_set_task_data (thread, g_atomic_rc_box_acquire (self->writing), writing_unref);
  g_task_run_in_thread (thread, write_thread);
}

void
ts_figure_dialog_cancel (TsFigureDialog *self)
{
  if (self->write_cancellable != NULL)
    g_cancellable_cancel (self->write_cancellable);
}

static void
file_chosen_cb (GListModel *files, gpointer data)
{
  g_autoptr (GFile) file = g_list_model_get_item (files, 0);

  if (file != NULL)
    ts_figure_dialog_write (data, file);
}

void
ts_figure_dialog_save (TsFigureDialog *self)
{
  guint format = ts_figure_dialog_get_format (self);
  GFile *dump = ts_session_get_file (self->session);
  g_autoptr (GFile) folder = dump != NULL ? g_file_get_parent (dump) : NULL;
  g_autofree char *stem = dump != NULL ? g_file_get_basename (dump) : g_strdup ("figure");
  char *dot = strrchr (stem, '.');

  if (!gtk_widget_get_sensitive (self->save_button))
    return;
  if (dot != NULL && dot != stem)
    *dot = '\0';
  g_autofree char *name =
      g_strdup_printf ("%s-%s.%s", stem,
                       ts_figure_dialog_formats[format].is_animation ? "animation" : "figure",
                       g_str_equal (ts_figure_dialog_formats[format].id, "apng")
                           ? "png"
                           : ts_figure_dialog_formats[format].id);

  if (self->file != NULL) {
    g_clear_object (&folder);
    folder = g_file_get_parent (self->file);
  }
  ts_compat_choose_save (GTK_WINDOW (self), folder, name, G_OBJECT (self), file_chosen_cb, self);
}

void
ts_figure_dialog_stop_writing (TsFigureDialog *self)
{
  g_clear_handle_id (&self->progress_timer, g_source_remove);
  ts_figure_dialog_cancel (self);
  g_clear_object (&self->write_cancellable);
  g_clear_pointer (&self->writing, writing_unref);
}
