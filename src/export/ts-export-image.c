/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One image: read, rendered, encoded, written with its sidecar. */

#include "config.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "export/ts-export-job-private.h"

#include <stdlib.h>
#include <string.h>

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
render (TsExportWorker *worker, Work *work, GError **error)
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

gboolean
ts_export_image_run (TsExportWorker *worker, gsize position, GError **error)
{
  TsExportJob *self = worker->job;
  Work work = { .position = position, .index = ts_export_plan_get_index (self->plan, position) };
  TsCollision collision = self->plan->collision;
  g_autofree char *stem =
      ts_export_plan_dup_stem (self->plan, work.position, self->cancellable, error);
  gsize n_bytes = 0;

  if (stem == NULL)
    return FALSE;
  if (collision == TS_COLLISION_SKIP && exists (self, stem)) {
    take_file (self, &work, stem, FALSE, TRUE, 0);
    return TRUE;
  }
  if (!render (worker, &work, error))
    return FALSE;

  for (guint k = 0; k < TS_EXPORT_MAX_NUMBERS; k++) {
    g_autofree char *name = k == 0 ? g_strdup (stem) : g_strdup_printf ("%s-%u", stem, k);
    g_autoptr (GError) local = NULL;

    if (collision == TS_COLLISION_NUMBER && exists (self, name))
      continue;
    if (write_pair (self, &work, name, &n_bytes, &local)) {
      take_file (self, &work, name, k > 0, FALSE, n_bytes);
      return TRUE;
    }

    gboolean taken = g_error_matches (local, TS_ERROR, TS_ERROR_EXISTS);

    if (taken && collision == TS_COLLISION_SKIP && exists (self, name)) {
      take_file (self, &work, name, k > 0, TRUE, 0);
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
