/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The job that turns a selection into files. A few workers take one position after the other from a
 * counter; each renders, encodes and writes one image at a time into buffers of its own, so memory
 * does not grow with the number of images. */

#include "config.h"

#include "export/ts-export-job.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "export/ts-export-array.h"
#include "export/ts-export-record.h"

#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 256
/* All workers together hold at most about this much of large images. */
#define MAX_WORK_BYTES ((guint64) 2 << 30)
#define MAX_NUMBERS    10000

struct _TsExportJob
{
  GObject parent_instance;

  TsExportPlan *plan;

  /* of a run */
  TsOutputDir *images;
  TsMetadataFile *metadata;
  GCancellable *cancellable;
  gboolean has_shared_resolved;
  TsResolved shared_resolved;

  GMutex lock; /* for all below */
  gsize next_position;
  gboolean stopped;
  TsExportProgress progress;
  guint8 *is_written;  /* by position, or NULL before the run */
  char *array_name;    /* (nullable) of the one file that holds all images */
  GHashTable *renamed; /* position -> stem of those that did not get their first name */
  GArray *failed;      /* Failure, as they come */
  GPtrArray *failures; /* their messages in the order of the images, after the run */
  GPtrArray *files;    /* made when asked for */
};

G_DEFINE_FINAL_TYPE (TsExportJob, ts_export_job, G_TYPE_OBJECT)

typedef struct
{
  gsize position;
  char *message;
} Failure;

typedef struct
{
  TsExportJob *job;
  guint8 *pixels;
  gsize n_allocated;
} Worker;

/* What of one image is on its way to the disk. */
typedef struct
{
  gsize position;
  guint64 index;
  TsSidecarImage info;
  TsResolved resolved;
  TsStats stats;
  TsMarks marks;
  TsPicture picture;
} Work;

void
ts_export_options_init (TsExportOptions *self)
{
  *self = (TsExportOptions){
    .encoder = ts_encoder_find ("png"),
    .depth = 8,
    .values = TS_VALUES_DISPLAY,
    .quality = 90,
    .compression = 1,
    .name_template = TS_EXPORT_DEFAULT_TEMPLATE,
    .sidecar = TRUE,
    .collision = TS_COLLISION_FAIL,
  };
}

static void
ts_export_job_finalize (GObject *object)
{
  TsExportJob *self = TS_EXPORT_JOB (object);

  g_free (self->is_written);
  g_free (self->array_name);
  g_hash_table_unref (self->renamed);
  for (guint i = 0; i < self->failed->len; i++)
    g_free (g_array_index (self->failed, Failure, i).message);
  g_array_unref (self->failed);
  g_ptr_array_unref (self->failures);
  g_ptr_array_unref (self->files);
  g_clear_pointer (&self->plan, ts_export_plan_free);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (ts_export_job_parent_class)->finalize (object);
}

static void
ts_export_job_class_init (TsExportJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_export_job_finalize;
}

static void
ts_export_job_init (TsExportJob *self)
{
  g_mutex_init (&self->lock);
  self->renamed = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, g_free);
  self->failed = g_array_new (FALSE, FALSE, sizeof (Failure));
  self->failures = g_ptr_array_new_with_free_func (g_free);
  self->files = g_ptr_array_new_with_free_func (g_free);
}

TsExportJob *
ts_export_job_new (TsView *view,
                   TsBatchStats *stats,
                   const TsRecipe *recipe,
                   const TsExportOptions *options,
                   const guint64 *indices,
                   gsize n_indices,
                   GError **error)
{
  TsExportPlan *plan = ts_export_plan_new (view, stats, recipe, options, indices, n_indices, error);

  if (plan == NULL)
    return NULL;

  TsExportJob *self = g_object_new (TS_TYPE_EXPORT_JOB, NULL);

  self->plan = plan;
  self->progress.n_total = plan->n;
  return self;
}

/* Notes a failure; one that no other image would escape stops the job. */
static void
take_failure (TsExportJob *self, gsize position, guint64 index, GError *error)
{
  gboolean fatal = ts_output_dir_is_fatal (error);

  g_mutex_lock (&self->lock);
  self->progress.n_failed++;
  if (!self->stopped) {
    Failure failure = { position, g_strdup_printf ("image %" G_GUINT64_FORMAT ": %s", index,
                                                   error->message) };

    g_array_append_val (self->failed, failure);
  }
  self->stopped = self->stopped || fatal;
  g_mutex_unlock (&self->lock);
  g_error_free (error);
}

/* Row by row, so that little memory is needed at once; the image is read only once. */
static void
add_stats (TsBlock *image, TsStats *stats)
{
  ts_stats_init (stats);
  for (guint64 y = 0; y < image->dims[0]; y++) {
    g_autoptr (TsBlock) row = ts_block_pick (image, 0, y);

    ts_stats_add_block (stats, row);
  }
}

static gboolean
render (Worker *worker, Work *work, GError **error)
{
  const TsExportPlan *plan = worker->job->plan;
  TsBatch *batch = ts_view_get_batch (plan->view);
  GCancellable *cancellable = worker->job->cancellable;
  g_autoptr (TsBlock) block = NULL;
  TsImageSize size;
  guint64 row_bytes, n_bytes;

  ts_batch_get_image_size (batch, work->index, &size);
  if (!ts_recipe_validate (&plan->recipe, &size, error))
    return FALSE;

  TsPixelFormat format = ts_export_plan_get_format (plan, &size);

  if (!ts_checked_mul (size.width, ts_pixel_format_get_size (format), &row_bytes) ||
      !ts_checked_mul (row_bytes, size.height, &n_bytes) || n_bytes > G_MAXSSIZE) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED, "the image is too large");
    return FALSE;
  }
  if (n_bytes > worker->n_allocated) {
    free (worker->pixels);
    worker->n_allocated = ((gsize) n_bytes + 63) & ~(gsize) 63;
    worker->pixels = aligned_alloc (64, worker->n_allocated);
    if (worker->pixels == NULL) {
      worker->n_allocated = 0;
      g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for its pixels");
      return FALSE;
    }
  }

  work->resolved = worker->job->shared_resolved;
  if (!worker->job->has_shared_resolved &&
      !ts_resolve (&plan->pixel_recipe, plan->stats, work->index, &work->resolved, cancellable,
                   error))
    return FALSE;
  block = ts_batch_read_image (batch, work->index, NULL, cancellable, error);
  if (block == NULL)
    return FALSE;
  ts_render_block (block, &plan->pixel_recipe, &work->resolved, format, plan->values,
                   worker->pixels, (gsize) row_bytes, &work->marks);
  if (!ts_render_decorate (block, plan->overlay, work->index, NULL, &plan->pixel_recipe,
                           &work->resolved, format, plan->values, worker->pixels, (gsize) row_bytes,
                           cancellable, error))
    return FALSE;
  add_stats (block, &work->stats);

  work->picture = (TsPicture){ .width = size.width,
                               .height = size.height,
                               .format = format,
                               .pixels = worker->pixels,
                               .stride_bytes = (gsize) row_bytes };
  work->info = (TsSidecarImage){ .format = plan->encoder->id,
                                 .width = size.width,
                                 .height = size.height,
                                 .n_channels = ts_pixel_format_get_n_channels (format),
                                 .bits = ts_pixel_format_get_bits (format),
                                 .values = plan->values,
                                 .index = work->index,
                                 .resolved = &work->resolved,
                                 .stats = &work->stats,
                                 .marks = &work->marks };
  return TRUE;
}

/* A sidecar without its image is what a killed export leaves; only such may be replaced when files
 * are to be skipped. */
static gboolean
is_own_sidecar (TsExportJob *self, const char *name)
{
  g_autoptr (GInputStream) stream = ts_output_dir_read (self->images, name, NULL);
  char head[256] = { 0 };
  gsize n;

  return stream != NULL &&
         g_input_stream_read_all (stream, head, sizeof head - 1, &n, NULL, NULL) &&
         strstr (head, "\"" TS_SIDECAR_SCHEMA "\"") != NULL;
}

/* Gives both staged files their names, the sidecar first: an image that is there is complete. */
static gboolean
commit_pair (TsExportJob *self,
             const char *staged_image,
             const char *staged_sidecar,
             const char *image,
             const char *sidecar,
             GError **error)
{
  TsCollision collision = self->plan->collision;
  gboolean replace = collision == TS_COLLISION_OVERWRITE;
  gboolean replace_sidecar =
      replace || (collision == TS_COLLISION_SKIP && is_own_sidecar (self, sidecar));

  if (staged_sidecar != NULL &&
      !ts_output_dir_commit (self->images, staged_sidecar, sidecar, replace_sidecar, error))
    return FALSE;
  if (!ts_output_dir_commit (self->images, staged_image, image, replace, error)) {
    if (staged_sidecar != NULL)
      ts_output_dir_discard (self->images, sidecar);
    return FALSE;
  }
  if (staged_sidecar == NULL && replace && is_own_sidecar (self, sidecar))
    ts_output_dir_discard (self->images, sidecar);
  return TRUE;
}

/* Encodes and writes under the name @stem. */
static gboolean
write_pair (TsExportJob *self, Work *work, const char *stem, gsize *n_bytes, GError **error)
{
  const TsExportPlan *plan = self->plan;
  g_autofree char *image = g_strconcat (stem, plan->encoder->suffix, NULL);
  g_autofree char *sidecar = g_strconcat (stem, ".json", NULL);
  g_autoptr (GString) embedded = NULL;
  g_autoptr (GString) json = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *staged_image = NULL;
  g_autofree char *staged_sidecar = NULL;

  work->info.file = image;
  embedded =
      ts_sidecar_write_embedded (plan->sidecar_writer, &work->info, self->cancellable, error);
  if (embedded == NULL)
    return FALSE;

  TsEncodeOptions options = { .quality = plan->quality,
                              .lossless = plan->lossless,
                              .compression = plan->compression,
                              .subsampling = plan->subsampling,
                              .metadata = embedded->str };

  bytes = plan->encoder->encode (&work->picture, &options, error);
  if (bytes == NULL)
    return FALSE;
  if (plan->sidecar) {
    json = ts_sidecar_write (plan->sidecar_writer, &work->info, self->cancellable, error);
    if (json == NULL)
      return FALSE;
    staged_sidecar = ts_output_dir_stage (self->images, json->str, json->len, error);
    if (staged_sidecar == NULL)
      return FALSE;
  }
  staged_image = ts_output_dir_stage (self->images, g_bytes_get_data (bytes, NULL),
                                      g_bytes_get_size (bytes), error);
  if (staged_image == NULL ||
      !commit_pair (self, staged_image, staged_sidecar, image, sidecar, error)) {
    if (staged_sidecar != NULL)
      ts_output_dir_discard (self->images, staged_sidecar);
    if (staged_image != NULL)
      ts_output_dir_discard (self->images, staged_image);
    return FALSE;
  }
  *n_bytes = g_bytes_get_size (bytes) + (json != NULL ? json->len : 0);
  return TRUE;
}

static gboolean
exists (TsExportJob *self, const char *stem)
{
  g_autofree char *image = g_strconcat (stem, self->plan->encoder->suffix, NULL);

  return ts_output_dir_has (self->images, image);
}

/* Notes a file that is there now: in the list, in the metadata, in the counts. @renamed: @stem is
 * not the name the image would have by the plan. */
static void
take_file (TsExportJob *self,
           Work *work,
           const char *stem,
           gboolean renamed,
           gboolean skipped,
           gsize n_bytes)
{
  g_autofree char *image = g_strconcat (stem, self->plan->encoder->suffix, NULL);
  TsSidecarImage info = { .file = image, .index = work->index };
  GString *line = ts_sidecar_write_line (self->plan->sidecar_writer, &info, NULL, NULL);

  ts_metadata_file_take_line (self->metadata, work->position, line);
  g_mutex_lock (&self->lock);
  if (skipped) {
    self->progress.n_skipped++;
  } else {
    self->progress.n_done++;
    self->progress.n_bytes += n_bytes;
    self->is_written[work->position] = TRUE;
    if (renamed)
      g_hash_table_insert (self->renamed, GSIZE_TO_POINTER (work->position), g_strdup (stem));
  }
  g_mutex_unlock (&self->lock);
}

static gboolean
export_image (Worker *worker, Work *work, GError **error)
{
  TsExportJob *self = worker->job;
  TsCollision collision = self->plan->collision;
  g_autofree char *stem =
      ts_export_plan_dup_stem (self->plan, work->position, self->cancellable, error);
  gsize n_bytes = 0;

  if (stem == NULL)
    return FALSE;
  if (collision == TS_COLLISION_SKIP && exists (self, stem)) {
    take_file (self, work, stem, FALSE, TRUE, 0);
    return TRUE;
  }
  if (!render (worker, work, error))
    return FALSE;

  for (guint k = 0; k < MAX_NUMBERS; k++) {
    g_autofree char *name = k == 0 ? g_strdup (stem) : g_strdup_printf ("%s-%u", stem, k);
    g_autoptr (GError) local = NULL;

    if (collision == TS_COLLISION_NUMBER && exists (self, name))
      continue;
    if (write_pair (self, work, name, &n_bytes, &local)) {
      take_file (self, work, name, k > 0, FALSE, n_bytes);
      return TRUE;
    }

    gboolean taken = g_error_matches (local, TS_ERROR, TS_ERROR_EXISTS);

    if (taken && collision == TS_COLLISION_SKIP && exists (self, name)) {
      take_file (self, work, name, k > 0, TRUE, 0);
      return TRUE;
    }
    if (!taken || collision != TS_COLLISION_NUMBER) {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  }
  g_set_error (error, TS_ERROR, TS_ERROR_EXISTS, "“%s” and all its numbers exist already", stem);
  return FALSE;
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
worker_cb (gpointer data, gpointer user_data)
{
  Worker *worker = data;
  TsExportJob *self = worker->job;
  gsize position;

  while (take_position (self, &position)) {
    GError *error = NULL;
    Work work = { .position = position, .index = ts_export_plan_get_index (self->plan, position) };

    if (export_image (worker, &work, &error))
      continue;
    ts_metadata_file_take_line (self->metadata, position, NULL);
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
      g_error_free (error);
    else
      take_failure (self, position, work.index, error);
  }
  free (worker->pixels);
  g_free (worker);
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

static gboolean
run_workers (TsExportJob *self, GError **error)
{
  guint n_threads = choose_n_threads (self);
  GThreadPool *pool = g_thread_pool_new (worker_cb, NULL, (int) n_threads, TRUE, error);

  if (pool == NULL)
    return FALSE;
  for (guint i = 0; i < n_threads; i++) {
    Worker *worker = g_new0 (Worker, 1);

    worker->job = self;
    g_thread_pool_push (pool, worker, NULL);
  }
  g_thread_pool_free (pool, FALSE, TRUE);
  return TRUE;
}

static gboolean
write_records (TsExportJob *self, TsOutputDir *folder, gboolean cancelled, GError **error)
{
  const TsExportPlan *plan = self->plan;
  g_autofree char *metadata_name =
      plan->n_shards > 0 ? g_strdup_printf ("metadata-%u-of-%u.jsonl", plan->shard, plan->n_shards)
                         : g_strdup (TS_METADATA_NAME);
  g_autofree char *record_name = ts_export_record_choose_name (plan, folder);
  TsExportResult result = { .n_done = self->progress.n_done,
                            .n_skipped = self->progress.n_skipped,
                            .n_failed = self->progress.n_failed,
                            .cancelled = cancelled,
                            .failures = self->failures };
  g_autoptr (GString) record = ts_export_record_write (plan, &result);

  return (self->metadata == NULL ||
          ts_metadata_file_finish (self->metadata, metadata_name, self->images, error)) &&
         ts_output_dir_write (folder, record_name, record->str, record->len, TRUE, error);
}

/* After a full disk or the like: those that were never tried failed too, said once. */
static void
count_untried (TsExportJob *self, gboolean cancelled)
{
  gsize n_untried = self->plan->n - self->next_position;

  if (cancelled || n_untried == 0 || !self->stopped)
    return;
  self->progress.n_failed += n_untried;
  g_ptr_array_add (self->failures,
                   g_strdup_printf ("%" G_GSIZE_FORMAT
                                    " more images were not tried for the same reason",
                                    n_untried));
}

static int
compare_failures (gconstpointer a, gconstpointer b)
{
  const Failure *x = a, *y = b;

  return x->position < y->position ? -1 : x->position > y->position;
}

static void
collect_failures (TsExportJob *self)
{
  g_array_sort (self->failed, compare_failures);
  for (guint i = 0; i < self->failed->len; i++)
    g_ptr_array_add (self->failures, g_array_index (self->failed, Failure, i).message);
  g_array_set_size (self->failed, 0);
}

static gboolean
check_latents_file (TsExportJob *self, TsOutputDir *folder, GError **error)
{
  TsCollision collision = self->plan->collision;

  if (!self->plan->latents_npz || collision == TS_COLLISION_OVERWRITE ||
      collision == TS_COLLISION_SKIP || !ts_output_dir_has (folder, TS_LATENTS_FILE))
    return TRUE;
  g_set_error (error, TS_ERROR, TS_ERROR_EXISTS,
               "“%s/" TS_LATENTS_FILE "” exists already; nothing was written",
               ts_output_dir_get_path (folder));
  return FALSE;
}

static gboolean
write_latents_file (TsExportJob *self,
                    TsOutputDir *folder,
                    GCancellable *cancellable,
                    GError **error)
{
  guint64 n_bytes = 0;

  if (!self->plan->latents_npz)
    return TRUE;
  if (!ts_export_latents_write (self->plan, folder, &n_bytes, cancellable, error)) {
    g_prefix_error (error, TS_LATENTS_FILE ": ");
    return FALSE;
  }
  self->progress.n_bytes += n_bytes;
  return TRUE;
}

/* Names only; the folder is looked at when it is there. */
static gboolean
run_dry (TsExportJob *self, const char *images_path, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsOutputDir) images = NULL;

  if (g_file_test (images_path, G_FILE_TEST_IS_DIR)) {
    images = ts_output_dir_new (images_path, error);
    if (images == NULL)
      return FALSE;
  }
  if (!ts_export_plan_settle_names (self->plan, images, cancellable, error))
    return FALSE;
  for (gsize i = 0; i < self->plan->n; i++) {
    g_autofree char *stem = ts_export_plan_dup_stem (self->plan, i, cancellable, error);

    if (stem == NULL)
      return FALSE;
    self->is_written[i] = TRUE;
  }
  return TRUE;
}

static gboolean
run_in_folder (TsExportJob *self,
               const char *images_path,
               GCancellable *cancellable,
               GError **error)
{
  g_autofree char *records_path = self->plan->n_shards > 0
                                      ? g_build_filename (self->plan->folder, "shards", NULL)
                                      : g_strdup (self->plan->folder);
  g_autoptr (TsOutputDir) images = ts_output_dir_new (images_path, error);
  g_autoptr (TsOutputDir) records = images != NULL ? ts_output_dir_new (records_path, error) : NULL;
  g_autoptr (TsMetadataFile) metadata = NULL;

  if (records == NULL || !check_latents_file (self, records, error) ||
      !ts_export_plan_settle_names (self->plan, images, cancellable, error))
    return FALSE;
  ts_output_dir_clean (images);
  metadata = ts_metadata_file_new (self->plan->n_shards > 0 ? records : images, error);
  if (metadata == NULL)
    return FALSE;

  self->images = images;
  self->metadata = metadata;
  self->cancellable = cancellable;

  gboolean ok = run_workers (self, error);

  if (ok) {
    gboolean cancelled = g_cancellable_is_cancelled (cancellable);
    g_autoptr (GError) record_error = NULL;

    collect_failures (self);
    count_untried (self, cancelled);
    if (!cancelled && !write_latents_file (self, records, cancellable, &record_error)) {
      self->progress.n_failed += self->progress.n_failed == 0;
      g_ptr_array_add (self->failures, g_strdup (record_error->message));
      g_clear_error (&record_error);
    }
    if (!write_records (self, records, cancelled, &record_error)) {
      self->progress.n_failed += self->progress.n_failed == 0;
      g_ptr_array_add (self->failures,
                       g_strdup_printf ("the record of the export: %s", record_error->message));
    }
    ok = !g_cancellable_set_error_if_cancelled (cancellable, error);
  }
  self->images = NULL;
  self->metadata = NULL;
  self->cancellable = NULL;
  return ok;
}

static void
array_progress_cb (gpointer data)
{
  TsExportJob *self = data;

  g_mutex_lock (&self->lock);
  self->progress.n_done++;
  g_mutex_unlock (&self->lock);
}

/* The name the policy allows; %NULL and no error when the file is there and to be left. */
static char *
choose_array_name (TsExportJob *self, TsOutputDir *folder, GError **error)
{
  g_autofree char *first = ts_export_array_dup_name (self->plan);
  g_autofree char *stem = g_strndup (first, strlen (first) - strlen (self->plan->encoder->suffix));
  g_autofree char *name = g_strdup (first);

  if (folder == NULL || self->plan->collision == TS_COLLISION_OVERWRITE)
    return g_steal_pointer (&name);
  for (guint k = 1; ts_output_dir_has (folder, name) && k < MAX_NUMBERS; k++) {
    if (self->plan->collision == TS_COLLISION_SKIP)
      return NULL;
    if (self->plan->collision == TS_COLLISION_FAIL) {
      g_set_error (error, TS_ERROR, TS_ERROR_EXISTS, "“%s/%s” exists already; nothing was written",
                   ts_output_dir_get_path (folder), name);
      return NULL;
    }
    g_free (name);
    name = g_strdup_printf ("%s-%u%s", stem, k, self->plan->encoder->suffix);
  }
  return g_steal_pointer (&name);
}

/* All images into one file. */
static gboolean
run_array (TsExportJob *self, GCancellable *cancellable, GError **error)
{
  TsExportPlan *plan = self->plan;
  g_autoptr (TsOutputDir) folder = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GError) local = NULL;

  if (!plan->dry_run || g_file_test (plan->folder, G_FILE_TEST_IS_DIR)) {
    folder = ts_output_dir_new (plan->folder, error);
    if (folder == NULL || !check_latents_file (self, folder, error))
      return FALSE;
  }
  name = choose_array_name (self, folder, &local);
  if (local != NULL) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  if (name == NULL) {
    self->progress.n_skipped = plan->n;
  } else if (!plan->dry_run) {
    ts_output_dir_clean (folder);
    if (!ts_export_array_write (plan, folder, name, array_progress_cb, self,
                                &self->progress.n_bytes, cancellable, error)) {
      self->progress.n_done = 0;
      return FALSE;
    }
  }
  if (name != NULL)
    self->array_name = g_steal_pointer (&name);
  return plan->dry_run || (write_latents_file (self, folder, cancellable, error) &&
                           write_records (self, folder, FALSE, error));
}

gboolean
ts_export_job_run (TsExportJob *self, GCancellable *cancellable, GError **error)
{
  TsExportPlan *plan = self->plan;
  g_autofree char *images_path = g_build_filename (plan->folder, "images", NULL);

  g_return_val_if_fail (self->is_written == NULL, FALSE);

  self->is_written = g_new0 (guint8, MAX (plan->n, 1));
  self->has_shared_resolved = ts_recipe_is_index_independent (&plan->pixel_recipe);
  if (plan->n > 0 && self->has_shared_resolved &&
      !ts_resolve (&plan->pixel_recipe, plan->stats, ts_export_plan_get_index (plan, 0),
                   &self->shared_resolved, cancellable, error))
    return FALSE;

  if (ts_export_plan_is_array (plan))
    return run_array (self, cancellable, error);
  return plan->dry_run ? run_dry (self, images_path, cancellable, error)
                       : run_in_folder (self, images_path, cancellable, error);
}

void
ts_export_job_get_progress (TsExportJob *self, TsExportProgress *progress)
{
  g_mutex_lock (&self->lock);
  *progress = self->progress;
  g_mutex_unlock (&self->lock);
}

GPtrArray *
ts_export_job_get_failures (TsExportJob *self)
{
  return self->failures;
}

GPtrArray *
ts_export_job_get_files (TsExportJob *self)
{
  /* Names are made again rather than kept: many images would be many names. */
  if (self->is_written == NULL || self->files->len > 0)
    return self->files;
  if (self->array_name != NULL)
    g_ptr_array_add (self->files, g_strdup (self->array_name));
  for (gsize i = 0; i < self->plan->n; i++) {
    const char *renamed = g_hash_table_lookup (self->renamed, GSIZE_TO_POINTER (i));
    g_autofree char *stem = NULL;

    if (!self->is_written[i])
      continue;
    stem =
        renamed != NULL ? g_strdup (renamed) : ts_export_plan_dup_stem (self->plan, i, NULL, NULL);
    if (stem != NULL)
      g_ptr_array_add (self->files,
                       g_strconcat ("images/", stem, self->plan->encoder->suffix, NULL));
  }
  return self->files;
}

char **
ts_export_job_preview_names (TsExportJob *self, gsize n)
{
  gsize n_names = MIN (n, self->plan->n);
  char **names = g_new0 (char *, n_names + 1);

  for (gsize i = 0; i < n_names; i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *stem = ts_export_plan_dup_stem (self->plan, i, NULL, &error);

    names[i] = stem != NULL ? g_strconcat (stem, self->plan->encoder->suffix, NULL)
                            : g_strdup (error->message);
  }
  return names;
}

guint64
ts_export_job_estimate_bytes (TsExportJob *self)
{
  /* of the plain pixels; typical of generated pictures */
  static const struct
  {
    const char *id;
    double ratio;
  } ratios[] = { { "png", 0.7 }, { "jpeg", 0.15 }, { "webp", 0.08 }, { "tiff", 0.75 } };
  const TsExportPlan *plan = self->plan;
  double n_bytes = 0, ratio = 1;
  gsize n_sampled = MIN (plan->n, 1000);

  for (gsize i = 0; i < G_N_ELEMENTS (ratios); i++)
    if (g_str_equal (ratios[i].id, plan->encoder->id))
      ratio = plan->lossless ? 0.6 : plan->depth == 32 ? 0.9 : ratios[i].ratio;
  for (gsize i = 0; i < n_sampled; i++) {
    TsImageSize size;

    ts_batch_get_image_size (ts_view_get_batch (plan->view), ts_export_plan_get_index (plan, i),
                             &size);
    n_bytes += (double) size.width * size.height *
                   (double) ts_pixel_format_get_size (ts_export_plan_get_format (plan, &size)) *
                   ratio +
               1200;
    if (plan->sidecar)
      n_bytes += (double) ts_sidecar_estimate_bytes (plan->sidecar_writer);
  }
  return n_sampled > 0 ? (guint64) (n_bytes / (double) n_sampled * (double) plan->n) : 0;
}

char **
ts_export_template_fields (TsView *view)
{
  g_autoptr (TsParams) params = ts_params_new (ts_view_get_pairing (view));
  GPtrArray *fields = g_ptr_array_new ();

  for (gsize i = 0; ts_name_builtin_fields[i] != NULL; i++)
    g_ptr_array_add (fields, g_strdup (ts_name_builtin_fields[i]));
  for (guint i = 0; i < ts_params_get_n (params); i++)
    if (ts_params_is_scalar (params, i))
      g_ptr_array_add (fields, g_strdup (ts_params_get_key (params, i)));
  g_ptr_array_add (fields, NULL);
  return (char **) g_ptr_array_free (fields, FALSE);
}
