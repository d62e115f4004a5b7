/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One image of the dump, as the pixels of its file. */

#include "config.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "export/ts-export-job-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>

void
ts_export_worker_clear (TsExportWorker *self)
{
  g_clear_pointer (&self->pixels, free);
  self->n_allocated = 0;
}

static gboolean
reserve (TsExportWorker *self, guint64 n_bytes, GError **error)
{
  if (n_bytes <= self->n_allocated)
    return TRUE;
  ts_export_worker_clear (self);
  if (n_bytes < G_MAXSSIZE - 64) {
    gsize n_rounded = ((gsize) n_bytes + 63) & ~(gsize) 63;

    self->pixels = aligned_alloc (64, n_rounded);
    self->n_allocated = self->pixels != NULL ? n_rounded : 0;
  }
  if (self->pixels == NULL)
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED, _ ("no memory for its pixels"));
  return self->pixels != NULL;
}

/* The labels themselves, one byte each, where a palette says their colours. Bytes are written over
 * the floats they come from, which are never behind. */
static gboolean
render_labels (const TsExportPlan *plan,
               TsBlock *block,
               const TsExportImage *image,
               guint8 *pixels,
               GError **error)
{
  gsize n_pixels = (gsize) image->info.width * image->info.height;
  const float *labels = (const float *) (gconstpointer) pixels;
  TsRecipe recipe = plan->pixel_recipe;

  recipe.colormap = TS_COLORMAP_GRAY;
  ts_render_block (block, &recipe, &image->resolved, TS_PIXELS_GRAY_FLOAT, TS_VALUES_RAW, pixels,
                   (gsize) image->info.width * sizeof (float), NULL);
  for (gsize i = 0; i < n_pixels; i++) {
    float label = labels[i];

    if (!(label >= 0 && label <= 255 && label == floorf (label))) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   _ ("a palette holds the labels 0 to 255; there is %g"), (double) label);
      return FALSE;
    }
    pixels[i] = (guint8) label;
  }
  return TRUE;
}

static void
describe (const TsExportPlan *plan,
          TsExportImage *image,
          const TsImageSize *size,
          TsPixelFormat format)
{
  image->info = (TsSidecarImage){
    .format = plan->encoder->id,
    .width = size->width,
    .height = size->height,
    .n_channels = ts_pixel_format_get_n_channels (format),
    .bits = plan->half ? 16 : ts_pixel_format_get_bits (format),
    .is_float = ts_pixel_format_get_bits (format) == 32,
    .palette = plan->palette != NULL,
    .values = plan->values,
    .index = image->index,
    .resolved = &image->resolved,
    .stats = &image->stats,
    .marks = &image->marks,
  };
}

gboolean
ts_export_image_render (TsExportWorker *worker,
                        gsize position,
                        TsExportImage *image,
                        GError **error)
{
  TsExportJob *job = worker->job;
  const TsExportPlan *plan = job->plan;
  TsBatch *batch = ts_view_get_batch (plan->view);
  g_autoptr (TsBlock) block = NULL;
  TsImageSize size;
  guint64 row_bytes, n_bytes, n_needed;

  *image =
      (TsExportImage){ .position = position, .index = ts_export_plan_get_index (plan, position) };
  ts_batch_get_image_size (batch, image->index, &size);
  if (!ts_recipe_validate (&plan->recipe, &size, error))
    return FALSE;

  TsPixelFormat format = ts_export_plan_get_format (plan, &size);

  if (!ts_checked_mul (size.width, ts_pixel_format_get_size (format), &row_bytes) ||
      !ts_checked_mul (row_bytes, size.height, &n_bytes) ||
      !ts_checked_mul (n_bytes, plan->palette != NULL ? sizeof (float) : 1, &n_needed)) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED, _ ("the image is too large"));
    return FALSE;
  }
  if (!reserve (worker, n_needed, error))
    return FALSE;

  image->resolved = job->shared_resolved;
  if (!job->has_shared_resolved && !ts_resolve (&plan->pixel_recipe, plan->stats, image->index,
                                                &image->resolved, job->cancellable, error))
    return FALSE;
  block = ts_batch_read_image (batch, image->index, NULL, job->cancellable, error);
  if (block == NULL)
    return FALSE;
  describe (plan, image, &size, format);
  ts_stats_init (&image->stats);
  if (plan->palette != NULL && !render_labels (plan, block, image, worker->pixels, error))
    return FALSE;
  if (!ts_render_block_cancellable (block, &plan->pixel_recipe, &image->resolved, format,
                                    plan->values, plan->palette != NULL ? NULL : worker->pixels,
                                    (gsize) row_bytes, &image->marks,
                                    plan->sidecar ? &image->stats : NULL, job->cancellable, error))
    return FALSE;
  if (plan->palette == NULL &&
      !ts_render_decorate (block, plan->overlay, image->index, NULL, &plan->pixel_recipe,
                           &image->resolved, format, plan->values, worker->pixels,
                           (gsize) row_bytes, job->cancellable, error))
    return FALSE;
  image->picture = (TsPicture){ .width = size.width,
                                .height = size.height,
                                .format = format,
                                .pixels = worker->pixels,
                                .stride_bytes = (gsize) row_bytes,
                                .palette = plan->palette };
  return TRUE;
}
