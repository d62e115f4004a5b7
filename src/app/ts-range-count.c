/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-range-count.h"

#include "base/ts-tally.h"

#include <string.h>

/* How often the share that is counted is told. */
#define TELL_MS 250

/* One count; its thread and the main thread share it. */
typedef struct
{
  TsRecipe recipe;
  TsBatchStats *stats;
  guint64 index;
  _Atomic guint64 work; /* elements; 0 until known */
} Wish;

struct _TsRangeCount
{
  GObject parent_instance;

  Wish *wish;                /* what is wanted; (nullable) */
  GCancellable *cancellable; /* of what runs; (nullable) */
  guint tell_id;
};

enum {
  CHANGED,
  DONE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TsRangeCount, ts_range_count, G_TYPE_OBJECT)

static void
wish_clear (gpointer data)
{
  g_object_unref (((Wish *) data)->stats);
}

static void
wish_unref (gpointer wish)
{
  g_atomic_rc_box_release_full (wish, wish_clear);
}

/* Whether one count finds the numbers of both. Statistics answer for all modes but percentiles,
 * which are counted as they are asked for. */
static gboolean
is_same_count (const Wish *wish, const TsRecipe *recipe, TsBatchStats *stats, guint64 index)
{
  const TsRecipe *old = &wish->recipe;
  gboolean was_percentile = old->range_mode == TS_RANGE_PERCENTILE;
  gboolean is_percentile = recipe->range_mode == TS_RANGE_PERCENTILE;

  if (wish->stats != stats || old->scope != recipe->scope ||
      old->complex_part != recipe->complex_part || was_percentile != is_percentile ||
      (wish->index != index && !ts_recipe_is_index_independent (recipe)))
    return FALSE;
  return !is_percentile ||
         (old->percentile_lo == recipe->percentile_lo &&
          old->percentile_hi == recipe->percentile_hi && old->n_norm == recipe->n_norm &&
          memcmp (old->mean, recipe->mean, recipe->n_norm * sizeof *recipe->mean) == 0 &&
          memcmp (old->std, recipe->std, recipe->n_norm * sizeof *recipe->std) == 0);
}

static gboolean
tell_cb (gpointer data)
{
  g_signal_emit (data, signals[CHANGED], 0);
  return G_SOURCE_CONTINUE;
}

static void
count_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Wish *wish = data;
  GError *error = NULL;
  TsResolved resolved;

  wish->work = ts_resolve_count_work (&wish->recipe, wish->stats, wish->index, cancellable);
  if (ts_resolve (&wish->recipe, wish->stats, wish->index, &resolved, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Of the one that runs; no more is heard of it. */
static void
cancel (TsRangeCount *self)
{
  g_clear_handle_id (&self->tell_id, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
counted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (TsRangeCount) self = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;

  g_weak_ref_clear (data);
  g_free (data);
  g_task_propagate_boolean (G_TASK (result), &error);
  if (self == NULL || self->cancellable != g_task_get_cancellable (G_TASK (result)))
    return;
  cancel (self);
  g_signal_emit (self, signals[DONE], 0, error);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
ts_range_count_resume (TsRangeCount *self)
{
  g_return_if_fail (TS_IS_RANGE_COUNT (self));

  if (self->wish == NULL || self->cancellable != NULL)
    return;
  GWeakRef *ref = g_new0 (GWeakRef, 1);
  g_weak_ref_init (ref, self);
  self->cancellable = g_cancellable_new ();
  ts_tally_attach (self->cancellable);
  self->tell_id = g_timeout_add (TELL_MS, tell_cb, self);

  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, counted_cb, ref);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_atomic_rc_box_acquire (self->wish), wish_unref);
  g_task_set_priority (task, G_PRIORITY_LOW);
  g_task_run_in_thread (task, count_thread);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
ts_range_count_want (TsRangeCount *self, const TsRecipe *recipe, TsBatchStats *stats, guint64 index)
{
  g_return_if_fail (TS_IS_RANGE_COUNT (self));
  g_return_if_fail (TS_IS_BATCH_STATS (stats));

  if (self->wish != NULL && is_same_count (self->wish, recipe, stats, index))
    return;
  ts_range_count_clear (self);
  self->wish = g_atomic_rc_box_new0 (Wish);
  self->wish->recipe = *recipe;
  self->wish->stats = g_object_ref (stats);
  self->wish->index = index;
  ts_range_count_resume (self);
}

void
ts_range_count_stop (TsRangeCount *self)
{
  g_return_if_fail (TS_IS_RANGE_COUNT (self));

  if (self->cancellable == NULL)
    return;
  cancel (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
ts_range_count_clear (TsRangeCount *self)
{
  g_return_if_fail (TS_IS_RANGE_COUNT (self));

  g_clear_pointer (&self->wish, wish_unref);
  ts_range_count_stop (self);
}

gboolean
ts_range_count_is_running (TsRangeCount *self)
{
  g_return_val_if_fail (TS_IS_RANGE_COUNT (self), FALSE);

  return self->cancellable != NULL;
}

double
ts_range_count_get_fraction (TsRangeCount *self)
{
  guint64 work;

  g_return_val_if_fail (TS_IS_RANGE_COUNT (self), 0);

  if (self->cancellable == NULL)
    return 0;
  work = self->wish->work;
  if (work == 0)
    return 0;
  return MIN ((double) ts_tally_get (self->cancellable) / (double) work, 1);
}

static void
ts_range_count_dispose (GObject *object)
{
  TsRangeCount *self = TS_RANGE_COUNT (object);

  cancel (self);
  g_clear_pointer (&self->wish, wish_unref);

  G_OBJECT_CLASS (ts_range_count_parent_class)->dispose (object);
}

static void
ts_range_count_class_init (TsRangeCountClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ts_range_count_dispose;
  signals[CHANGED] = g_signal_new ("changed", TS_TYPE_RANGE_COUNT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[DONE] = g_signal_new ("done", TS_TYPE_RANGE_COUNT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
ts_range_count_init (TsRangeCount *self)
{
}

TsRangeCount *
ts_range_count_new (void)
{
  return g_object_new (TS_TYPE_RANGE_COUNT, NULL);
}
