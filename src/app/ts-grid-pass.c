/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-pass.h"

#include <gio/gio.h>

#define STRIP_ROWS  256                /* a canvas higher than this is shared by threads */
#define SPARE_LIMIT ((gsize) 48 << 20) /* bytes of buffers kept for the next tick */
#define MAX_SPARES  256

struct _TsPaintPass
{
  gatomicrefcount ref_count;
  TsRecipe recipe;
  TsBatchStats *stats;
  TsOverlay *overlay; /* (nullable) */
  guint bpp;
  TsPaintDoneFunc done;
  gpointer user_data;
  GPtrArray *canvases;
  GCancellable *cancellable;
  gboolean same_for_all;
  TsResolved resolved;
  gboolean is_resolved;
  gint is_estimate; /* atomic */

  GMutex lock;
  GCond finished_cond;
  guint n_left; /* jobs */
  gboolean finished;
  GError *error; /* the first one */
  gint64 work_us;

  gboolean delivered; /* main thread only */
};

typedef struct
{
  TsPaintPass *pass;
  TsPaintCanvas *canvas;
  guint8 *out; /* of row y0 */
  int y0, y1;
} Job;

/* Buffers go round: fresh memory costs more than the pixels. */

typedef struct
{
  gsize size;
  guint8 *data;
} Buffer;

static GMutex spare_lock;
static GPtrArray *spares;
static gsize spare_bytes;

static void
buffer_free (Buffer *self)
{
  g_aligned_free (self->data);
  g_free (self);
}

static Buffer *
buffer_new (gsize size)
{
  Buffer *self = NULL;

  g_mutex_lock (&spare_lock);
  for (guint i = 0; spares != NULL && i < spares->len; i++) {
    Buffer *spare = spares->pdata[i];
    if (spare->size == size) {
      self = g_ptr_array_steal_index_fast (spares, i);
      spare_bytes -= size;
      break;
    }
  }
  g_mutex_unlock (&spare_lock);
  if (self == NULL) {
    self = g_new (Buffer, 1);
    self->size = size;
    self->data = g_aligned_alloc (MAX (size, 1), 1, 64);
  }
  return self;
}

static void
buffer_recycle (gpointer data)
{
  Buffer *self = data;

  g_mutex_lock (&spare_lock);
  if (spares == NULL)
    spares = g_ptr_array_new ();
  g_ptr_array_add (spares, self);
  spare_bytes += self->size;
  while (spare_bytes > SPARE_LIMIT || spares->len > MAX_SPARES) {
    Buffer *oldest = g_ptr_array_steal_index (spares, 0);
    spare_bytes -= oldest->size;
    buffer_free (oldest);
  }
  g_mutex_unlock (&spare_lock);
}

TsPaintCanvas *
ts_paint_canvas_new (guint64 tag, int width, int height)
{
  TsPaintCanvas *self = g_new0 (TsPaintCanvas, 1);

  self->tag = tag;
  self->width = MAX (width, 1);
  self->height = MAX (height, 1);
  self->items = g_array_new (FALSE, FALSE, sizeof (TsPaintItem));
  return self;
}

void
ts_paint_canvas_free (TsPaintCanvas *self)
{
  for (guint i = 0; i < self->items->len; i++)
    g_clear_pointer (&g_array_index (self->items, TsPaintItem, i).block, ts_block_unref);
  g_array_unref (self->items);
  g_clear_pointer (&self->pixels, g_bytes_unref);
  g_free (self);
}

void
ts_paint_canvas_add (TsPaintCanvas *self, const TsPaintItem *item)
{
  g_array_append_val (self->items, *item);
  if (item->block != NULL)
    ts_block_ref (item->block);
}

TsPaintPass *
ts_paint_pass_new (const TsRecipe *recipe,
                   TsBatchStats *stats,
                   guint bytes_per_pixel,
                   TsPaintDoneFunc done,
                   gpointer user_data)
{
  TsPaintPass *self = g_new0 (TsPaintPass, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->recipe = *recipe;
  self->stats = g_object_ref (stats);
  if (ts_batch_stats_get_view (stats) != NULL)
    ts_overlay_open (ts_batch_stats_get_view (stats), recipe, &self->overlay, &self->error);
  self->bpp = bytes_per_pixel;
  self->done = done;
  self->user_data = user_data;
  self->canvases = g_ptr_array_new_with_free_func ((GDestroyNotify) ts_paint_canvas_free);
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->finished_cond);
  return self;
}

static TsPaintPass *
pass_ref (TsPaintPass *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ts_paint_pass_unref (TsPaintPass *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_object_unref (self->stats);
  g_clear_object (&self->overlay);
  g_ptr_array_unref (self->canvases);
  g_object_unref (self->cancellable);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->finished_cond);
  g_clear_error (&self->error);
  g_free (self);
}

void
ts_paint_pass_take (TsPaintPass *self, TsPaintCanvas *canvas)
{
  g_ptr_array_add (self->canvases, canvas);
}

GPtrArray *
ts_paint_pass_get_canvases (TsPaintPass *self)
{
  return self->canvases;
}

gboolean
ts_paint_pass_is_estimate (TsPaintPass *self)
{
  return g_atomic_int_get (&self->is_estimate);
}

gint64
ts_paint_pass_get_work_us (TsPaintPass *self)
{
  return self->work_us;
}

static gboolean
deliver_cb (gpointer data)
{
  TsPaintPass *self = data;

  if (!self->delivered) {
    self->delivered = TRUE;
    self->done (self, self->error, self->user_data);
  }
  return G_SOURCE_REMOVE;
}

static void
take_error (TsPaintPass *self, GError *error)
{
  g_mutex_lock (&self->lock);
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
  g_mutex_unlock (&self->lock);
}

static void
end_jobs (TsPaintPass *self, guint n_jobs, gint64 work_us)
{
  g_mutex_lock (&self->lock);
  self->work_us += work_us;
  self->n_left -= n_jobs;
  if (self->n_left == 0) {
    self->finished = TRUE;
    g_cond_broadcast (&self->finished_cond);
    GSource *source = g_idle_source_new ();
    g_source_set_priority (source, G_PRIORITY_DEFAULT);
    g_source_set_callback (source, deliver_cb, pass_ref (self),
                           (GDestroyNotify) ts_paint_pass_unref);
    g_source_attach (source, NULL);
    g_source_unref (source);
  }
  g_mutex_unlock (&self->lock);
}

/* %NULL: each item by itself; a failed one has its block taken away. */
static TsResolved *
resolve_items (Job *job)
{
  TsPaintPass *pass = job->pass;
  GArray *items = job->canvas->items;
  TsResolved *resolved = g_new0 (TsResolved, MAX (items->len, 1));

  for (guint i = 0; i < items->len; i++) {
    TsPaintItem *item = &g_array_index (items, TsPaintItem, i);
    GError *error = NULL;
    if (item->block != NULL && !ts_resolve_soon (&pass->recipe, pass->stats, item->index,
                                                 &resolved[i], pass->cancellable, &error)) {
      take_error (pass, error);
      /* constant black is what all-zero numbers give */
    }
    if (resolved[i].is_estimate)
      g_atomic_int_set (&pass->is_estimate, TRUE);
  }
  return resolved;
}

static void
paint_job (Job *job)
{
  TsPaintPass *pass = job->pass;

  if (g_cancellable_is_cancelled (pass->cancellable))
    return;
  g_autofree TsResolved *each = pass->same_for_all ? NULL : resolve_items (job);
  const TsResolved *resolved = pass->same_for_all ? &pass->resolved : each;
  if (pass->same_for_all && !pass->is_resolved)
    resolved = NULL;
  ts_paint_rows (job->canvas, &pass->recipe, pass->overlay, resolved, pass->same_for_all ? 0 : 1,
                 pass->bpp, job->y0, job->y1, job->out);
}

static void
work_cb (gpointer data, gpointer user_data)
{
  Job *job = data;
  TsPaintPass *pass = job->pass;
  gint64 start_us = g_get_monotonic_time ();

  paint_job (job);
  end_jobs (pass, 1, g_get_monotonic_time () - start_us);
  ts_paint_pass_unref (pass);
  g_free (job);
}

static GThreadPool *
get_pool (void)
{
  static GThreadPool *pool;

  if (g_once_init_enter (&pool)) {
    GThreadPool *created =
        g_thread_pool_new (work_cb, NULL, CLAMP ((int) g_get_num_processors (), 2, 8), FALSE, NULL);
    g_once_init_leave (&pool, created);
  }
  return pool;
}

static void
begin_jobs (TsPaintPass *self)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new ();

  for (guint i = 0; i < self->canvases->len; i++) {
    TsPaintCanvas *canvas = self->canvases->pdata[i];
    gsize stride = (gsize) canvas->width * self->bpp;
    Buffer *buffer = buffer_new (stride * (gsize) canvas->height);
    canvas->pixels =
        g_bytes_new_with_free_func (buffer->data, buffer->size, buffer_recycle, buffer);
    for (int y = 0; y < canvas->height; y += STRIP_ROWS) {
      Job *job = g_new (Job, 1);
      *job = (Job){ pass_ref (self), canvas, buffer->data + (gsize) y * stride, y,
                    MIN (y + STRIP_ROWS, canvas->height) };
      g_ptr_array_add (jobs, job);
    }
  }
  g_mutex_lock (&self->lock);
  self->n_left += jobs->len;
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < jobs->len; i++)
    g_thread_pool_push (get_pool (), jobs->pdata[i], NULL);
}

static void
resolve (TsPaintPass *self)
{
  GError *error = NULL;

  self->is_resolved =
      ts_resolve_soon (&self->recipe, self->stats, 0, &self->resolved, self->cancellable, &error);
  if (error != NULL)
    take_error (self, error);
  if (self->resolved.is_estimate)
    g_atomic_int_set (&self->is_estimate, TRUE);
}

/* Statistics of a whole batch may take long: not in the threads that paint. */
static void
resolve_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  TsPaintPass *self = task_data;

  resolve (self);
  begin_jobs (self);
  end_jobs (self, 1, 0);
  g_task_return_boolean (task, TRUE);
}

void
ts_paint_pass_start (TsPaintPass *self)
{
  /* One job stands for the start itself, so that it cannot finish meanwhile. */
  self->n_left = 1;
  self->same_for_all = ts_recipe_is_index_independent (&self->recipe);
  if (self->same_for_all && self->recipe.range_mode != TS_RANGE_FIXED) {
    g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);
    g_task_set_task_data (task, pass_ref (self), (GDestroyNotify) ts_paint_pass_unref);
    g_task_run_in_thread (task, resolve_thread);
    return;
  }
  if (self->same_for_all)
    resolve (self);
  begin_jobs (self);
  end_jobs (self, 1, 0);
}

gboolean
ts_paint_pass_wait (TsPaintPass *self, gint64 limit_us)
{
  gint64 end_us = g_get_monotonic_time () + limit_us;

  g_mutex_lock (&self->lock);
  while (!self->finished && g_cond_wait_until (&self->finished_cond, &self->lock, end_us))
    ;
  gboolean finished = self->finished;
  g_mutex_unlock (&self->lock);
  if (finished)
    deliver_cb (self);
  return finished;
}

void
ts_paint_pass_cancel (TsPaintPass *self)
{
  self->delivered = TRUE;
  g_cancellable_cancel (self->cancellable);
}
