/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-private.h"

/* How much of each visible image lies beyond the range, for badges: counted in a thread once the
 * settings and the place have come to rest, from the tiles that are on the screen. */

#define REST_MS 250

typedef struct
{
  guint64 index;
  TsTile *tile;
  double share; /* out; below 0: not known */
} Count;

typedef struct
{
  TsRecipe recipe;
  TsBatchStats *stats;
  GArray *counts; /* of Count */
  guint serial;
} Job;

static void
count_clear (gpointer data)
{
  ts_tile_unref (((Count *) data)->tile);
}

static void
job_free (Job *job)
{
  g_object_unref (job->stats);
  g_array_unref (job->counts);
  g_free (job);
}

/* How many elements of a pixel are shown. */
static guint
get_n_inputs (const TsRecipe *recipe, guint n_channels)
{
  switch (recipe->channel_mode) {
  case TS_CHANNELS_AUTO:
    return n_channels == 3 ? 3 : 1;
  case TS_CHANNELS_RGB:
    return 3;
  case TS_CHANNELS_RGBA:
    return 4;
  case TS_CHANNELS_SINGLE:
  case TS_CHANNELS_MEAN:
  case TS_CHANNELS_MAX_ABS:
  case TS_CHANNELS_ARGMAX:
  default:
    return 1;
  }
}

static void
count_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;

  for (guint i = 0; i < job->counts->len && !g_cancellable_is_cancelled (cancellable); i++) {
    Count *count = &g_array_index (job->counts, Count, i);
    const TsBlock *block = count->tile->block;
    TsResolved resolved;
    TsMarks marks = { 0 };

    if (!ts_resolve_soon (&job->recipe, job->stats, count->index, &resolved, cancellable, NULL))
      continue;
    ts_render_block (block, &job->recipe, &resolved, TS_PIXELS_RGBA8, TS_VALUES_DISPLAY, NULL, 0,
                     &marks);
    guint n_inputs = get_n_inputs (&job->recipe, (guint) block->dims[2]);
    double n = (double) block->dims[0] * (double) block->dims[1] * n_inputs;
    count->share = n > 0 ? MIN ((double) (marks.n_under + marks.n_over) / n, 1) : 0;
  }
  g_task_return_boolean (task, TRUE);
}

static void
counted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsGrid *self = TS_GRID (source);
  const Job *job = g_task_get_task_data (G_TASK (result));

  if (self->clip_cancellable != g_task_get_cancellable (G_TASK (result)))
    return;
  g_clear_object (&self->clip_cancellable);
  if (job->serial != self->pictures->recipe_serial)
    return;
  g_hash_table_remove_all (self->clip_shares);
  for (guint i = 0; i < job->counts->len; i++) {
    const Count *count = &g_array_index (job->counts, Count, i);
    if (count->share < 0)
      continue;
    guint64 *key = g_new (guint64, 1);
    double *share = g_new (double, 1);
    *key = count->index;
    *share = count->share;
    g_hash_table_insert (self->clip_shares, key, share);
  }
  ts_grid_bands_drop_decor (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
rest_cb (gpointer data)
{
  TsGrid *self = data;
  guint64 first, last;

  self->clip_timer = 0;
  if (self->pictures->batch == NULL || !ts_grid_get_visible_rows (self, &first, &last))
    return G_SOURCE_REMOVE;
  ts_grid_clip_stop (self);

  Job *job = g_new0 (Job, 1);
  job->recipe = *ts_pictures_get_recipe (self->pictures);
  job->stats = g_object_ref (self->pictures->stats);
  job->serial = self->pictures->recipe_serial;
  job->counts = g_array_new (FALSE, FALSE, sizeof (Count));
  g_array_set_clear_func (job->counts, count_clear);
  guint64 end = MIN ((last + 1) * (guint64) self->layout.columns, self->layout.n_images);
  for (guint64 i = first * (guint64) self->layout.columns; i < end; i++) {
    TsTile *tile = ts_tile_cache_lookup_any (self->pictures->tiles, i);
    if (tile == NULL || tile->block == NULL)
      continue;
    Count count = { i, ts_tile_ref (tile), -1 };
    g_array_append_val (job->counts, count);
  }
  self->clip_cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (self, self->clip_cancellable, counted_cb, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_task_run_in_thread (task, count_thread);
  return G_SOURCE_REMOVE;
}

void
ts_grid_clip_stop (TsGrid *self)
{
  g_clear_handle_id (&self->clip_timer, g_source_remove);
  if (self->clip_cancellable != NULL)
    g_cancellable_cancel (self->clip_cancellable);
  g_clear_object (&self->clip_cancellable);
}

void
ts_grid_clip_settled (TsGrid *self, guint64 first, guint64 last)
{
  guint serial = self->pictures->recipe_serial;

  if (serial == self->clip_serial && first == self->clip_first && last == self->clip_last)
    return;
  self->clip_serial = serial;
  self->clip_first = first;
  self->clip_last = last;
  ts_grid_clip_stop (self);
  /* labels have no range */
  if (ts_tile_sampling_for (ts_pictures_get_recipe (self->pictures)) == TS_TILE_AVERAGE)
    self->clip_timer = g_timeout_add (REST_MS, rest_cb, self);
  else
    g_hash_table_remove_all (self->clip_shares);
}

double
ts_grid_get_clipped (TsGrid *self, guint64 index)
{
  const double *share = g_hash_table_lookup (self->clip_shares, &index);

  return share != NULL ? *share : -1;
}
