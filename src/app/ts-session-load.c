/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-session-load.h"

#include "app/ts-memory.h"
#include "base/ts-error.h"
#include "reader/ts-raw.h"
#include "reader/ts-reader.h"

void
ts_load_job_free (TsLoadJob *job)
{
  g_free (job->path);
  g_free (job->raw);
  g_free (job->node_path);
  g_free (job->layout);
  g_free (job->memory_path);
  g_free (job->folder);
  g_free (job->error);
  g_clear_pointer (&job->provenance, ts_provenance_free);
  g_clear_object (&job->document);
  g_clear_object (&job->node);
  g_clear_object (&job->view);
  g_free (job);
}

/* Nothing in it looks like images: what to show as numbers instead. */
static TsNode *
choose_any_node (TsDocument *document)
{
  GPtrArray *arrays = ts_document_get_arrays (document);

  return arrays->len > 0 ? g_ptr_array_index (arrays, 0) : ts_document_get_root (document);
}

/* The dump; or the bytes of a file without a format, by what is said of them now or was before. */
static TsDocument *
open_file (TsLoadJob *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *remembered = NULL;
  TsDocument *document;
  TsRawOptions options;

  if (job->raw != NULL) {
    if (!ts_raw_options_parse (&options, job->raw, error))
      return NULL;
    document = ts_raw_open_path (job->path, &options, error);
    if (document != NULL)
      ts_memory_set_raw (job->path, job->raw);
    return document;
  }
  document = ts_reader_open_path (job->path, cancellable, &local_error);
  if (document != NULL)
    return document;
  if (!g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    remembered = ts_memory_dup_raw (job->path);
  if (remembered != NULL && ts_raw_options_parse (&options, remembered, NULL))
    document = ts_raw_open_path (job->path, &options, NULL);
  if (document == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return document;
}

/* A picture that was exported brings back its dump, as it was looked at; %FALSE when this is none,
 * or its dump is nowhere near. */
static gboolean
restore (TsLoadJob *job, GCancellable *cancellable)
{
  if (job->as_is || job->raw != NULL || job->is_reload)
    return FALSE;
  job->provenance = ts_provenance_read_picture (job->path, cancellable);
  if (job->provenance == NULL)
    return FALSE;
  job->view = ts_provenance_find (job->provenance, job->path, job->folder, &job->changed,
                                  cancellable, NULL);
  if (job->view == NULL)
    return FALSE;
  g_set_object (&job->document, ts_view_get_document (job->view));
  g_set_object (&job->node, ts_view_get_node (job->view));
  job->restored = TRUE;
  return TRUE;
}

/* The view, read as the user said now or for a file of such a name before. */
static TsView *
make_view (TsLoadJob *job, GCancellable *cancellable, GError **error)
{
  const char *path = job->path != NULL ? job->path : job->memory_path;
  const char *node_path = ts_node_get_path (job->node);
  g_autofree char *remembered = NULL;
  TsView *view;

  if (job->layout == NULL && path != NULL && !job->forget_layout && !job->is_reload) {
    remembered = ts_memory_dup_layout (path, node_path);
    view = remembered != NULL
               ? ts_view_new (job->document, job->node, remembered, cancellable, NULL)
               : NULL;
    if (view != NULL)
      return view;
  }
  view = ts_view_new (job->document, job->node, job->layout, cancellable, error);
  if (job->memory_path != NULL && job->forget_layout) {
    ts_memory_set_layout (path, node_path, NULL);
  } else if (job->memory_path != NULL && view != NULL && job->layout != NULL) {
    const TsLayoutGuess *guess = ts_view_get_layout_guess (view);
    gboolean is_guess = guess != NULL && guess->n_candidates > 0 &&
                        g_str_equal (guess->candidates[0].layout.roles, job->layout);

    ts_memory_set_layout (path, node_path, is_guess ? NULL : job->layout);
  }
  return view;
}

void
ts_load_job_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  TsLoadJob *job = data;
  g_autoptr (GError) error = NULL;

  if (job->path != NULL && restore (job, cancellable)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  if (job->path != NULL) {
    job->document = open_file (job, cancellable, &error);
    if (job->document == NULL) {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }

    TsNode *node = NULL;
    if (job->node_path != NULL)
      node = ts_document_find (job->document, job->node_path);
    if (node == NULL) {
      node = ts_view_choose_node (job->document);
      g_clear_pointer (&job->layout, g_free);
    }
    if (node == NULL)
      node = choose_any_node (job->document);
    g_set_object (&job->node, node);
  }

  job->view = make_view (job, cancellable, &error);
  if (job->view == NULL) {
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
    job->error = g_strdup (error->message);
  }
  g_task_return_boolean (task, TRUE);
}
