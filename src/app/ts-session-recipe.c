/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-session-private.h"

/* The settings of the session, their history, and what their range comes to. */

/* The longest history, and how long a gesture may pause and still be one step of it. */
#define MAX_HISTORY      200
#define GESTURE_PAUSE_US (800 * G_TIME_SPAN_MILLISECOND)

/* What the range comes to. */

typedef struct
{
  TsBatchStats *stats;
  TsRecipe recipe;
  guint64 index;
} ResolveJob;

static void
resolve_job_free (ResolveJob *job)
{
  g_object_unref (job->stats);
  g_free (job);
}

static void
resolve_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  ResolveJob *job = data;
  g_autofree TsResolved *resolved = g_new0 (TsResolved, 1);
  GError *error = NULL;

  if (ts_resolve_soon (&job->recipe, job->stats, job->index, resolved, cancellable, &error))
    g_task_return_pointer (task, g_steal_pointer (&resolved), g_free);
  else
    g_task_return_error (task, error);
}

static void
resolved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsSession *self = TS_SESSION (source);

  if (self->resolve_cancellable != g_task_get_cancellable (G_TASK (result)))
    return;

  g_autofree TsResolved *resolved = g_task_propagate_pointer (G_TASK (result), NULL);
  g_clear_object (&self->resolve_cancellable);
  self->has_resolved = resolved != NULL;
  if (resolved != NULL)
    self->resolved = *resolved;
  if (resolved != NULL && resolved->is_estimate)
    ts_range_count_want (self->range_count, &self->recipe, self->stats, self->current);
  else
    ts_range_count_clear (self->range_count);
  g_object_notify_by_pspec (G_OBJECT (self), ts_session_props[PROP_RESOLVED]);
}

void
ts_session_counted (TsSession *self, const GError *error)
{
  if (error != NULL) {
    ts_session_report_error (self, error);
    return;
  }
  ts_session_update_resolved (self);
  g_signal_emit (self, ts_session_signals[RECIPE_CHANGED], 0);
}

static TsBatchStats *
choose_visible (TsSession *self)
{
  TsBatch *batch = ts_view_get_batch (self->view);
  TsVisiblePart whole = { .index = self->current };
  TsImageSize size;

  if (self->visible->len > 0)
    return ts_batch_stats_new_visible (self->whole_stats,
                                       (const TsVisiblePart *) (gpointer) self->visible->data,
                                       self->visible->len);
  if (ts_batch_get_n_images (batch) == 0)
    return NULL;
  ts_batch_get_image_size (batch, whole.index, &size);
  whole.rect = (TsRect){ 0, 0, size.width, size.height };
  return ts_batch_stats_new_visible (self->whole_stats, &whole, 1);
}

/* The scope "selection" means what is selected, all images when nothing is; or what was selected
 * when a picture was exported, until something else is. */
void
ts_session_choose_stats (TsSession *self)
{
  g_autoptr (TsBatchStats) chosen = NULL;

  if (self->range_stats != NULL && self->recipe.scope == TS_SCOPE_SELECTION) {
    g_set_object (&chosen, self->range_stats);
  } else if (self->whole_stats != NULL && self->recipe.scope == TS_SCOPE_SELECTION) {
    gsize n = (gsize) gtk_bitset_get_size (self->selection);
    g_autofree guint64 *indices = g_new (guint64, MAX (n, 1));
    GtkBitsetIter iter;
    gsize i = 0;
    guint index;

    for (gboolean more = gtk_bitset_iter_init_first (&iter, self->selection, &index); more && i < n;
         more = gtk_bitset_iter_next (&iter, &index))
      indices[i++] = index;
    chosen = ts_batch_stats_new_subset (self->whole_stats, indices, i);
  }
  if (self->whole_stats != NULL && self->recipe.scope == TS_SCOPE_VISIBLE)
    chosen = choose_visible (self);
  if (chosen == NULL)
    g_set_object (&chosen, self->whole_stats);
  if (g_set_object (&self->stats, chosen))
    g_object_notify_by_pspec (G_OBJECT (self), ts_session_props[PROP_STATS]);
}

void
ts_session_update_resolved (TsSession *self)
{
  if (self->resolve_cancellable != NULL)
    g_cancellable_cancel (self->resolve_cancellable);
  g_clear_object (&self->resolve_cancellable);

  if (self->stats == NULL || self->recipe.range_mode == TS_RANGE_FIXED)
    ts_range_count_clear (self->range_count);
  if (self->stats == NULL) {
    self->has_resolved = FALSE;
  } else if (self->recipe.range_mode == TS_RANGE_FIXED) {
    self->has_resolved =
        ts_resolve (&self->recipe, self->stats, self->current, &self->resolved, NULL, NULL);
  } else {
    /* the last known numbers stay until the new ones are there */
    ResolveJob *job = g_new0 (ResolveJob, 1);
    job->stats = g_object_ref (self->stats);
    job->recipe = self->recipe;
    job->index = self->current;

    self->resolve_cancellable = g_cancellable_new ();
    g_autoptr (GTask) task = g_task_new (self, self->resolve_cancellable, resolved_cb, NULL);
    g_task_set_task_data (task, job, (GDestroyNotify) resolve_job_free);
    g_task_run_in_thread (task, resolve_thread);
    return;
  }
  g_object_notify_by_pspec (G_OBJECT (self), ts_session_props[PROP_RESOLVED]);
}

/* Recipe and its history. */

void
ts_session_clear_history (TsSession *self)
{
  g_array_set_size (self->undo, 0);
  g_array_set_size (self->redo, 0);
  g_clear_pointer (&self->gesture, g_free);
}

static void
apply_recipe (TsSession *self, const TsRecipe *recipe)
{
  TsRangeScope scope = self->recipe.scope;

  self->recipe = *recipe;
  if (scope != recipe->scope)
    ts_session_choose_stats (self);
  ts_session_update_resolved (self);
  g_signal_emit (self, ts_session_signals[RECIPE_CHANGED], 0);
}

static void
push (GArray *history, const TsRecipe *recipe)
{
  if (history->len >= MAX_HISTORY)
    g_array_remove_index (history, 0);
  g_array_append_vals (history, recipe, 1);
}

void
ts_session_set_recipe (TsSession *self, const TsRecipe *recipe, const char *gesture)
{
  g_return_if_fail (TS_IS_SESSION (self));
  g_return_if_fail (recipe != NULL);

  if (ts_recipe_equal (&self->recipe, recipe))
    return;

  gint64 now_us = g_get_monotonic_time ();
  gboolean same_gesture = gesture != NULL && g_strcmp0 (gesture, self->gesture) == 0 &&
                          now_us - self->gesture_us < GESTURE_PAUSE_US;
  if (!same_gesture) {
    push (self->undo, &self->recipe);
    g_free (self->gesture);
    self->gesture = g_strdup (gesture);
  }
  self->gesture_us = now_us;
  g_array_set_size (self->redo, 0);
  apply_recipe (self, recipe);
}

static void
step_history (TsSession *self, GArray *from, GArray *to)
{
  if (from->len == 0)
    return;

  TsRecipe recipe = g_array_index (from, TsRecipe, from->len - 1);
  g_array_set_size (from, from->len - 1);
  push (to, &self->recipe);
  g_clear_pointer (&self->gesture, g_free);
  apply_recipe (self, &recipe);
}

void
ts_session_undo (TsSession *self)
{
  g_return_if_fail (TS_IS_SESSION (self));

  step_history (self, self->undo, self->redo);
}

void
ts_session_redo (TsSession *self)
{
  g_return_if_fail (TS_IS_SESSION (self));

  step_history (self, self->redo, self->undo);
}

gboolean
ts_session_can_undo (TsSession *self)
{
  return self->undo->len > 0;
}

gboolean
ts_session_can_redo (TsSession *self)
{
  return self->redo->len > 0;
}

const TsRecipe *
ts_session_get_recipe (TsSession *self)
{
  return &self->recipe;
}

void
ts_session_set_defaults (TsSession *self, guint32 nan_color, TsRounding rounding)
{
  g_return_if_fail (TS_IS_SESSION (self));

  self->defaults.nan_color = nan_color;
  self->defaults.rounding = rounding;
}

const TsRecipe *
ts_session_get_initial_recipe (TsSession *self)
{
  return &self->initial;
}

const TsResolved *
ts_session_get_resolved (TsSession *self)
{
  return self->has_resolved ? &self->resolved : NULL;
}

TsRangeCount *
ts_session_get_range_count (TsSession *self)
{
  return self->range_count;
}
