/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The job that turns a selection into files, as others see it. */

#include "config.h"

#include "export/ts-export-job.h"

#include "export/ts-export-array.h"
#include "export/ts-export-job-private.h"

G_DEFINE_FINAL_TYPE (TsExportJob, ts_export_job, G_TYPE_OBJECT)

void
ts_export_options_init (TsExportOptions *self)
{
  *self = (TsExportOptions){
    .encoder = ts_encoder_find ("png"),
    .depth = 8,
    .values = TS_VALUES_DISPLAY,
    .quality = TS_DEFAULT_QUALITY,
    .compression = TS_DEFAULT_COMPRESSION,
    .name_template = TS_EXPORT_DEFAULT_TEMPLATE,
    .sidecar = TRUE,
    .collision = TS_COLLISION_FAIL,
  };
}

void
ts_export_options_set_encode (TsExportOptions *self, const TsEncodeOptions *encode)
{
  self->quality = encode->quality;
  self->lossless = encode->lossless;
  self->compression = encode->compression;
  self->codec = encode->codec;
  self->subsampling = encode->subsampling;
  self->progressive = encode->progressive;
}

static void
ts_export_job_finalize (GObject *object)
{
  TsExportJob *self = TS_EXPORT_JOB (object);

  g_free (self->is_written);
  g_free (self->array_name);
  g_hash_table_unref (self->renamed);
  for (guint i = 0; i < self->failed->len; i++)
    g_free (g_array_index (self->failed, TsExportFailure, i).message);
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
  self->failed = g_array_new (FALSE, FALSE, sizeof (TsExportFailure));
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

gboolean
ts_export_job_run (TsExportJob *self, GCancellable *cancellable, GError **error)
{
  TsExportPlan *plan = self->plan;

  g_return_val_if_fail (self->is_written == NULL, FALSE);

  self->is_written = g_new0 (guint8, MAX (plan->n, 1));
  self->has_shared_resolved = ts_recipe_is_index_independent (&plan->pixel_recipe);
  if (plan->n > 0 && self->has_shared_resolved &&
      !ts_resolve (&plan->pixel_recipe, plan->stats, ts_export_plan_get_index (plan, 0),
                   &self->shared_resolved, cancellable, error))
    return FALSE;

  if (ts_export_plan_is_array (plan))
    return ts_export_run_array (self, cancellable, error);
  return plan->dry_run ? ts_export_run_dry (self, cancellable, error)
                       : ts_export_run_images (self, cancellable, error);
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
    if (stem != NULL) {
      g_autofree char *subdir = ts_export_plan_dup_subdir (self->plan, i);

      g_ptr_array_add (self->files, g_strconcat ("images/", subdir != NULL ? subdir : "",
                                                 subdir != NULL ? "/" : "", stem,
                                                 self->plan->encoder->suffix, NULL));
    }
  }
  return self->files;
}
