/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The threads of an export. Each takes one position after the other from a counter and has buffers
 * of its own for one image, so memory does not grow with the number of images. */

#include "config.h"

#include "base/ts-error.h"
#include "base/ts-pool.h"
#include "export/ts-export-job-private.h"

#define MAX_THREADS 256
/* All workers together hold at most about this much of large images. */
#define MAX_WORK_BYTES ((guint64) 2 << 30)

/* Notes a failure; one that no other image would escape stops the job. */
static void
take_failure (TsExportJob *self, gsize position, GError *error)
{
  guint64 index = ts_export_plan_get_index (self->plan, position);
  gboolean fatal = ts_output_dir_is_fatal (error);

  g_mutex_lock (&self->lock);
  self->progress.n_failed++;
  if (!self->stopped) {
    TsExportFailure failure = { position, g_strdup_printf ("image %" G_GUINT64_FORMAT ": %s", index,
                                                           error->message) };

    g_array_append_val (self->failed, failure);
  }
  self->stopped = self->stopped || fatal;
  g_mutex_unlock (&self->lock);
  g_error_free (error);
}

static gboolean
take_position (TsExportJob *self, gsize *position)
{
  gboolean more;

  g_mutex_lock (&self->lock);
  more = !self->stopped && !g_cancellable_is_cancelled (self->cancellable) &&
         self->next_position < self->plan->n;
  if (more)
    *position = self->next_position++;
  g_mutex_unlock (&self->lock);
  return more;
}

static void
run_image (TsExportWorker *worker, gsize position)
{
  TsExportJob *self = worker->job;
  GError *error = NULL;

  if (ts_export_image_run (worker, position, &error))
    return;
  ts_metadata_file_take_line (self->metadata, position, NULL);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_error_free (error);
  else
    take_failure (self, position, error);
}

/* How many workers there still are; whoever waits for that to be none. */
typedef struct
{
  GMutex lock;
  GCond cond;
  guint n_left;
} Crew;

typedef struct
{
  TsExportWorker worker;
  Crew *crew;
} Hand;

/* One image, then to the end of the queue: so that what the screen waits for gets its turn. */
static void
hand_cb (gpointer data)
{
  Hand *hand = data;
  Crew *crew = hand->crew;
  gsize position;

  if (take_position (hand->worker.job, &position)) {
    run_image (&hand->worker, position);
    ts_pool_push (TS_POOL_FILE, hand_cb, hand);
    return;
  }
  ts_export_worker_clear (&hand->worker);
  g_free (hand);
  g_mutex_lock (&crew->lock);
  if (--crew->n_left == 0)
    g_cond_signal (&crew->cond);
  g_mutex_unlock (&crew->lock);
}

static guint
choose_n_threads (TsExportJob *self)
{
  TsBatch *batch = ts_view_get_batch (self->plan->view);
  guint n = self->plan->n_threads > 0 ? self->plan->n_threads : g_get_num_processors ();
  TsImageSize size;

  /* elements as read, pixels, filtered and deflated rows */
  ts_batch_get_max_size (batch, &size);
  guint64 n_pixels = (guint64) size.width * size.height;
  guint64 n_bytes =
      n_pixels * (size.n_channels * ts_dtype_get_size (ts_batch_get_dtype (batch)) +
                  3 * ts_pixel_format_get_size (ts_export_plan_get_format (self->plan, &size)));
  guint64 fit = MAX_WORK_BYTES / MAX (n_bytes, 1);

  n = (guint) CLAMP (fit, 1, MIN (n, MAX_THREADS));
  return (guint) CLAMP (self->plan->n, 1, n);
}

void
ts_export_workers_run (TsExportJob *self)
{
  Crew crew = { .n_left = choose_n_threads (self) };

  /* One image needs nobody else. */
  if (crew.n_left == 1) {
    TsExportWorker worker = { .job = self };
    gsize position;

    while (take_position (self, &position))
      run_image (&worker, position);
    ts_export_worker_clear (&worker);
    return;
  }
  ts_pool_reserve (crew.n_left);
  g_mutex_init (&crew.lock);
  g_cond_init (&crew.cond);
  for (guint i = 0, n = crew.n_left; i < n; i++) {
    Hand *hand = g_new0 (Hand, 1);

    hand->worker.job = self;
    hand->crew = &crew;
    ts_pool_push (TS_POOL_FILE, hand_cb, hand);
  }
  g_mutex_lock (&crew.lock);
  while (crew.n_left > 0)
    g_cond_wait (&crew.cond, &crew.lock);
  g_mutex_unlock (&crew.lock);
  g_mutex_clear (&crew.lock);
  g_cond_clear (&crew.cond);
}
