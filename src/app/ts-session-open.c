/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-session-private.h"
#include "base/ts-error.h"

#include <glib/gi18n.h>

/* Opening, showing another node, reloading. A load works in a thread; what it brings is put in
 * place at once, and the newest one wins. */

/* What there is to say of a picture that was exported; (nullable). */
static char *
describe_provenance (const TsLoadJob *job)
{
  if (job->provenance == NULL)
    return NULL;
  if (job->document == NULL)
    return g_strdup_printf (_ ("The dump “%s” that the picture shows is not near it"),
                               job->provenance->file);
  if (!job->restored)
    return g_strdup_printf (_ ("This is the picture itself: the dump “%s” that it shows is not near it"),
        job->provenance->file);
  if (job->changed)
    return g_strdup_printf (_ ("Opened “%s”, which has changed since the picture was exported"),
                               job->provenance->file);
  return g_strdup_printf (_ ("Opened “%s”, which the picture was exported from"),
                             job->provenance->file);
}

/* The settings, the image and its dump as the picture tells. */
static void
take_provenance (TsSession *self,
                 const TsLoadJob *job,
                 const TsImageSize *size,
                 TsRecipe *recipe,
                 guint *current,
                 GtkBitset *selection,
                 TsBatchStats **range_stats)
{
  const TsProvenance *provenance = job->provenance;

  if (ts_recipe_validate (&provenance->recipe, size, NULL)) {
    guint64 n_images = ts_batch_get_n_images (ts_view_get_batch (job->view));
    g_autoptr (GArray) images = NULL;

    *recipe = provenance->recipe;
    if (ts_provenance_restore_range (provenance, n_images, recipe, &images)) {
      g_autoptr (TsBatchStats) whole = ts_batch_stats_new_for_view (job->view);

      *range_stats =
          ts_batch_stats_new_subset (whole,
                                     images != NULL ? (const guint64 *) (gpointer) images->data
                                                    : NULL,
                                     images != NULL ? images->len : 0);
    }
    /* files name the channels that "automatic" chose */
    if (size->n_channels == 3 && recipe->channel_mode == TS_CHANNELS_RGB &&
        recipe->channels[0] == 0 && recipe->channels[1] == 1 && recipe->channels[2] == 2)
      recipe->channel_mode = TS_CHANNELS_AUTO;
  }
  if (provenance->index >= 0 && provenance->index < G_MAXUINT) {
    *current = (guint) provenance->index;
    gtk_bitset_add (selection, *current);
  }
}

/* Puts everything that belongs to a load in place at once, then tells. */
static void
take_load (TsSession *self, TsLoadJob *job)
{
  GObject *object = G_OBJECT (self);
  TsRecipe recipe;
  guint current = 0;
  g_autoptr (GtkBitset) selection = gtk_bitset_new_empty ();
  g_autoptr (TsBatchStats) range_stats = NULL;

  if (job->restored) {
    g_clear_object (&self->file);
    self->file = g_file_new_for_path (ts_document_get_path (job->document));
  }
  ts_recipe_init (&recipe);
  if (job->view != NULL) {
    TsBatch *batch = ts_view_get_batch (job->view);
    guint n_images = (guint) MIN (ts_batch_get_n_images (batch), G_MAXUINT - 1);
    TsImageSize size;

    ts_batch_get_max_size (batch, &size);
    ts_recipe_init_for_range (&recipe, ts_view_get_value_range (job->view), &size);
    recipe.nan_color = self->defaults.nan_color;
    recipe.rounding = self->defaults.rounding;
    TsRecipe initial = recipe;
    gboolean touched = self->view != NULL && !ts_recipe_equal (&self->recipe, &self->initial);
    if (job->keep_recipe && touched && ts_recipe_validate (&self->recipe, &size, NULL))
      recipe = self->recipe;
    self->initial = initial;

    if (job->restored) {
      take_provenance (self, job, &size, &recipe, &current, selection, &range_stats);
    } else if (job->keep_recipe) {
      current = MIN (self->current, n_images > 0 ? n_images - 1 : 0);
      gtk_bitset_union (selection, self->selection);
      if (n_images < G_MAXUINT)
        gtk_bitset_remove_range_closed (selection, n_images, G_MAXUINT);
    }
  } else {
    self->initial = recipe;
  }

  g_object_freeze_notify (object);
  if (g_set_object (&self->document, job->document))
    g_object_notify_by_pspec (object, ts_session_props[PROP_DOCUMENT]);
  if (g_set_object (&self->node, job->node))
    g_object_notify_by_pspec (object, ts_session_props[PROP_NODE]);
  g_free (self->error);
  self->error = g_strdup (job->error);
  self->file_error = job->document == NULL;
  g_object_notify_by_pspec (object, ts_session_props[PROP_ERROR]);

  g_set_object (&self->view, job->view);
  g_clear_object (&self->whole_stats);
  if (self->view != NULL)
    self->whole_stats = ts_batch_stats_new_for_view (self->view);
  g_object_notify_by_pspec (object, ts_session_props[PROP_VIEW]);

  self->recipe = recipe;
  self->has_resolved = FALSE;
  ts_range_count_clear (self->range_count);
  ts_session_clear_history (self);
  self->current = current;
  g_object_notify_by_pspec (object, ts_session_props[PROP_CURRENT]);
  g_clear_pointer (&self->selection, gtk_bitset_unref);
  self->selection = g_steal_pointer (&selection);
  g_object_notify_by_pspec (object, ts_session_props[PROP_N_SELECTED]);
  g_set_object (&self->range_stats, range_stats);
  g_array_set_size (self->visible, 0);
  ts_session_choose_stats (self);
  ts_session_update_resolved (self);

  g_clear_object (&self->load_cancellable);
  g_object_notify_by_pspec (object, ts_session_props[PROP_LOADING]);
  g_object_thaw_notify (object);

  g_signal_emit (self, ts_session_signals[VIEW_CHANGED], 0);
  g_signal_emit (self, ts_session_signals[RECIPE_CHANGED], 0);
  g_signal_emit (self, ts_session_signals[SELECTION_CHANGED], 0);

  g_autofree char *notice = describe_provenance (job);
  if (notice != NULL && (job->document != NULL || job->error != NULL))
    g_signal_emit (self, ts_session_signals[NOTICE], 0, notice, job->restored ? job->path : NULL);
}

/* The file may be half written just now: what is shown stays, with its place and settings. */
static void
keep_after_failed_reload (TsSession *self, TsLoadJob *job)
{
  g_free (self->error);
  self->error = g_strdup (job->error);
  g_clear_object (&self->load_cancellable);
  g_object_notify_by_pspec (G_OBJECT (self), ts_session_props[PROP_ERROR]);
  g_object_notify_by_pspec (G_OBJECT (self), ts_session_props[PROP_LOADING]);
}

/* A load was cancelled: the file is that of the dump that is still shown. */
static void
return_to_document (TsSession *self)
{
  const char *path = self->document != NULL ? ts_document_get_path (self->document) : NULL;

  g_clear_object (&self->file);
  g_clear_pointer (&self->raw, g_free);
  if (path == NULL)
    return;
  self->file = g_file_new_for_path (path);
  self->raw = g_strdup (ts_document_get_raw (self->document));
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsSession *self = TS_SESSION (source);
  GTask *task = G_TASK (result);
  TsLoadJob *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  /* a newer load has started */
  if (self->load_cancellable != g_task_get_cancellable (task))
    return;

  gboolean loaded = g_task_propagate_boolean (task, &error);
  if (g_cancellable_is_cancelled (self->load_cancellable)) {
    g_clear_object (&self->load_cancellable);
    return_to_document (self);
    g_object_notify_by_pspec (G_OBJECT (self), ts_session_props[PROP_LOADING]);
    return;
  }
  if (!loaded) {
    g_clear_object (&job->document);
    g_clear_object (&job->node);
    job->error = g_strdup (error->message);
    if (job->is_reload) {
      keep_after_failed_reload (self, job);
      return;
    }
  }
  take_load (self, job);
}

static void
start_load (TsSession *self, TsLoadJob *job)
{
  if (self->load_cancellable != NULL)
    g_cancellable_cancel (self->load_cancellable);
  g_clear_object (&self->load_cancellable);
  self->load_cancellable = G_CANCELLABLE (ts_progress_new (NULL, NULL));

  g_autoptr (GTask) task = g_task_new (self, self->load_cancellable, loaded_cb, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, (GDestroyNotify) ts_load_job_free);
  g_task_run_in_thread (task, ts_load_job_thread);
  g_object_notify_by_pspec (G_OBJECT (self), ts_session_props[PROP_LOADING]);
}

static void
open_file (TsSession *self, GFile *file, const char *raw, gboolean as_is)
{
  g_autofree char *copy = g_strdup (raw);
  g_autoptr (GFile) before = self->document != NULL ? g_file_get_parent (self->file) : NULL;
  g_set_object (&self->file, file);
  g_free (self->raw);
  self->raw = g_steal_pointer (&copy);

  TsLoadJob *job = g_new0 (TsLoadJob, 1);
  job->path = g_file_get_path (file);
  job->raw = g_strdup (self->raw);
  job->as_is = as_is;
  job->folder = before != NULL ? g_file_get_path (before) : NULL;
  if (job->path != NULL) {
    start_load (self, job);
    return;
  }

  g_autofree char *name = g_file_get_parse_name (file);
  if (self->load_cancellable != NULL)
    g_cancellable_cancel (self->load_cancellable);
  job->error = g_strdup_printf (_ ("“%s” is not on this machine's file system. Copy it to a local or mounted folder first."),
      name);
  take_load (self, job);
  ts_load_job_free (job);
}

void
ts_session_open (TsSession *self, GFile *file)
{
  g_return_if_fail (TS_IS_SESSION (self));
  ts_session_open_raw (self, file, NULL);
}

void
ts_session_open_raw (TsSession *self, GFile *file, const char *raw)
{
  g_return_if_fail (TS_IS_SESSION (self));
  g_return_if_fail (G_IS_FILE (file));

  open_file (self, file, raw, FALSE);
}

void
ts_session_open_as_is (TsSession *self, GFile *file)
{
  g_return_if_fail (TS_IS_SESSION (self));
  g_return_if_fail (G_IS_FILE (file));

  open_file (self, file, NULL, TRUE);
}

void
ts_session_show_node (TsSession *self, TsNode *node, const char *layout)
{
  g_return_if_fail (TS_IS_SESSION (self));
  g_return_if_fail (TS_IS_NODE (node));

  if (self->document == NULL)
    return;

  TsLoadJob *job = g_new0 (TsLoadJob, 1);
  job->document = g_object_ref (self->document);
  job->node = g_object_ref (node);
  job->layout = g_strdup (layout);
  if (self->file != NULL)
    job->memory_path = g_file_get_path (self->file);
  job->forget_layout = layout == NULL && node == self->node;
  job->keep_recipe = node == self->node;
  start_load (self, job);
}

void
ts_session_cancel_load (TsSession *self)
{
  g_return_if_fail (TS_IS_SESSION (self));

  if (self->load_cancellable != NULL)
    g_cancellable_cancel (self->load_cancellable);
}

gboolean
ts_session_get_progress (TsSession *self, TsProgressState *state)
{
  g_return_val_if_fail (TS_IS_SESSION (self), FALSE);

  if (self->load_cancellable == NULL)
    return FALSE;
  ts_progress_get_state (TS_PROGRESS (self->load_cancellable), state);
  return TRUE;
}

void
ts_session_report_error (TsSession *self, const GError *error)
{
  g_return_if_fail (TS_IS_SESSION (self));

  if (g_error_matches (error, TS_ERROR, TS_ERROR_CHANGED))
    g_signal_emit (self, ts_session_signals[FILE_CHANGED], 0);
}

void
ts_session_reload (TsSession *self)
{
  g_return_if_fail (TS_IS_SESSION (self));

  if (self->file == NULL)
    return;
  if (self->document == NULL) {
    g_autoptr (GFile) file = g_object_ref (self->file);
    g_autofree char *raw = g_strdup (self->raw);
    ts_session_open_raw (self, file, raw);
    return;
  }

  TsLoadJob *job = g_new0 (TsLoadJob, 1);
  job->path = g_file_get_path (self->file);
  job->raw = g_strdup (self->raw);
  job->is_reload = TRUE;
  job->keep_recipe = TRUE;
  if (self->node != NULL)
    job->node_path = g_strdup (ts_node_get_path (self->node));
  if (self->view != NULL && ts_view_is_layout_forced (self->view))
    job->layout = g_strdup (ts_batch_get_layout (ts_view_get_batch (self->view))->roles);
  start_load (self, job);
}
