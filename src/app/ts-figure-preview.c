/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-figure-dialog-private.h"

#include <glib/gi18n.h>

/* One preview is drawn at a time, in a thread. What changes meanwhile cancels it, and the newest
 * settings are drawn next. Threads know the dialog weakly, so that closing it ends it. */

#define WAIT_MS 40 /* for the next key or step of a slider */

typedef struct
{
  GWeakRef dialog;
  TsFigureTask *task;
  guint width, height;
  guint64 position;
  GArray *panels;
  char *size;
} Drawing;

static void
drawing_free (gpointer data)
{
  Drawing *drawing = data;

  g_weak_ref_clear (&drawing->dialog);
  ts_figure_task_free (drawing->task);
  g_clear_pointer (&drawing->panels, g_array_unref);
  g_free (drawing->size);
  g_free (drawing);
}

static void
draw_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Drawing *drawing = data;
  GError *error = NULL;
  GdkTexture *texture =
      ts_figure_task_preview (drawing->task, drawing->width, drawing->height, drawing->position,
                              &drawing->panels, &drawing->size, cancellable, &error);

  if (texture != NULL)
    g_task_return_pointer (task, texture, g_object_unref);
  else
    g_task_return_error (task, error);
}

void
ts_figure_dialog_show_state (TsFigureDialog *self, const char *text, gboolean is_error)
{
  gtk_label_set_label (self->foot_label, text);
  if (is_error)
    gtk_widget_add_css_class (GTK_WIDGET (self->foot_label), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->foot_label), "error");
  self->valid = !is_error;
  gtk_widget_set_sensitive (self->save_button, !is_error && self->write_cancellable == NULL);
  gtk_widget_set_tooltip_text (self->save_button, is_error ? text : _ ("Write the file (Ctrl+S)"));
}

static void draw_now (TsFigureDialog *self);

static gboolean
next_frame_cb (gpointer data)
{
  TsFigureDialog *self = data;

  self->frame_timer = 0;
  self->position++;
  draw_now (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_next_frame (TsFigureDialog *self, const TsFigureTask *task)
{
  guint ms = 1000 * task->animation.rate[1] / MAX (task->animation.rate[0], 1);

  g_clear_handle_id (&self->frame_timer, g_source_remove);
  self->frame_timer = g_timeout_add (MAX (ms, 10), next_frame_cb, self);
}

static void
drawn_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Drawing *drawing = g_task_get_task_data (G_TASK (result));
  g_autoptr (TsFigureDialog) self = g_weak_ref_get (&drawing->dialog);
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = g_task_propagate_pointer (G_TASK (result), &error);

  if (self == NULL || self->session == NULL) /* closed */
    return;
  self->drawing = FALSE;
  g_clear_object (&self->preview_cancellable);
  gtk_spinner_stop (self->spinner);
  if (texture != NULL) {
    ts_figure_view_set_picture (self->view, texture, drawing->panels);
    ts_figure_dialog_show_state (self, drawing->size, FALSE);
  } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    ts_figure_dialog_show_state (self, error->message, TRUE);
  }
  if (self->stale)
    draw_now (self);
  else if (texture != NULL && drawing->task->figure == NULL)
    wait_for_next_frame (self, drawing->task);
}

static void
draw_now (TsFigureDialog *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->wait_timer, g_source_remove);
  g_clear_handle_id (&self->frame_timer, g_source_remove);
  if (self->drawing) {
    self->stale = TRUE;
    return;
  }
  self->stale = FALSE;
  if (ts_session_get_view (self->session) == NULL)
    return;

  TsFigureTask *task = ts_figure_dialog_make_task (self, &error);

  if (task == NULL) {
    ts_figure_dialog_show_state (self, error->message, TRUE);
    return;
  }

  Drawing *drawing = g_new0 (Drawing, 1);
  g_weak_ref_init (&drawing->dialog, self);
  drawing->task = task;
  drawing->position = self->position;
  ts_figure_view_get_room (self->view, &drawing->width, &drawing->height);
  self->preview_cancellable = g_cancellable_new ();
  self->drawing = TRUE;
  if (task->figure != NULL) /* frames are no news */
    gtk_spinner_start (self->spinner);

  g_autoptr (GTask) thread = g_task_new (NULL, self->preview_cancellable, drawn_cb, NULL);
  g_task_set_task_data (thread, drawing, drawing_free);
  g_task_run_in_thread (thread, draw_thread);
}

static gboolean
wait_cb (gpointer data)
{
  TsFigureDialog *self = data;

  self->wait_timer = 0;
  draw_now (self);
  return G_SOURCE_REMOVE;
}

void
ts_figure_dialog_changed (gpointer data)
{
  TsFigureDialog *self = data;

  if (self->updating || self->session == NULL)
    return;
  if (self->drawing) {
    self->stale = TRUE;
    if (self->preview_cancellable != NULL)
      g_cancellable_cancel (self->preview_cancellable);
    return;
  }
  if (self->wait_timer == 0)
    self->wait_timer = g_timeout_add (WAIT_MS, wait_cb, self);
}

void
ts_figure_dialog_stop_preview (TsFigureDialog *self)
{
  g_clear_handle_id (&self->wait_timer, g_source_remove);
  g_clear_handle_id (&self->frame_timer, g_source_remove);
  if (self->preview_cancellable != NULL)
    g_cancellable_cancel (self->preview_cancellable);
  g_clear_object (&self->preview_cancellable);
}
