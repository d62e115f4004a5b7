/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A run from its first check to its record. */

#include "config.h"

#include "base/ts-error.h"
#include "export/ts-export-array.h"
#include "export/ts-export-job-private.h"
#include "export/ts-record-file.h"

#include <string.h>

static gboolean
write_records (TsExportJob *self, TsOutputDir *folder, gboolean cancelled, GError **error)
{
  const TsExportPlan *plan = self->plan;
  g_autofree char *metadata_name =
      plan->n_shards > 0 ? g_strdup_printf ("metadata-%u-of-%u.jsonl", plan->shard, plan->n_shards)
                         : g_strdup (TS_METADATA_NAME);
  TsExportResult result = { .n_done = self->progress.n_done,
                            .n_skipped = self->progress.n_skipped,
                            .n_failed = self->progress.n_failed,
                            .cancelled = cancelled,
                            .failures = self->failures };
  g_autoptr (GString) record = ts_export_record_write (plan, &result);

  if (self->metadata != NULL &&
      !ts_metadata_file_finish (self->metadata, metadata_name, self->images, error))
    return FALSE;
  if (plan->n_shards == 0)
    return ts_record_file_write (folder, record, plan->collision, error);

  g_autofree char *name = g_strdup_printf ("export-%u-of-%u.json", plan->shard, plan->n_shards);

  return ts_output_dir_write (folder, name, record->str, record->len, TRUE, error);
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
  const TsExportFailure *x = a, *y = b;

  return x->position < y->position ? -1 : x->position > y->position;
}

static void
collect_failures (TsExportJob *self)
{
  g_array_sort (self->failed, compare_failures);
  for (guint i = 0; i < self->failed->len; i++)
    g_ptr_array_add (self->failures, g_array_index (self->failed, TsExportFailure, i).message);
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
gboolean
ts_export_run_dry (TsExportJob *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *images_path = g_build_filename (self->plan->folder, "images", NULL);
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

/* A full disk is said once. */
static void
take_record_failure (TsExportJob *self, const GError *error)
{
  self->progress.n_failed += self->progress.n_failed == 0;
  if (!self->stopped)
    g_ptr_array_add (self->failures, g_strdup (error->message));
}

gboolean
ts_export_run_images (TsExportJob *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *images_path = g_build_filename (self->plan->folder, "images", NULL);
  g_autofree char *records_path = self->plan->n_shards > 0
                                      ? g_build_filename (self->plan->folder, "shards", NULL)
                                      : g_strdup (self->plan->folder);
  g_autoptr (TsOutputDir) images = NULL;
  g_autoptr (TsOutputDir) records = NULL;
  g_autoptr (TsMetadataFile) metadata = NULL;
  gboolean is_new = !g_file_test (images_path, G_FILE_TEST_IS_DIR);

  /* no folder is made for names that cannot be */
  if (is_new && !ts_export_plan_settle_names (self->plan, NULL, cancellable, error))
    return FALSE;
  images = ts_output_dir_new (images_path, error);
  records = images != NULL ? ts_output_dir_new (records_path, error) : NULL;
  if (records == NULL || !check_latents_file (self, records, error) ||
      (!is_new && !ts_export_plan_settle_names (self->plan, images, cancellable, error)))
    return FALSE;
  ts_output_dir_clean (images);
  metadata = ts_metadata_file_new (self->plan->n_shards > 0 ? records : images, error);
  if (metadata == NULL)
    return FALSE;

  self->images = images;
  self->metadata = metadata;
  self->cancellable = cancellable;

  ts_export_workers_run (self);

  gboolean cancelled = g_cancellable_is_cancelled (cancellable);
  g_autoptr (GError) record_error = NULL;

  collect_failures (self);
  count_untried (self, cancelled);
  /* What stops an export stops its records too; that was said. */
  if (!cancelled && !write_latents_file (self, records, cancellable, &record_error)) {
    take_record_failure (self, record_error);
    g_clear_error (&record_error);
  }
  if (!write_records (self, records, cancelled, &record_error)) {
    g_prefix_error (&record_error, "the record of the export: ");
    take_record_failure (self, record_error);
  }
  gboolean ok = !g_cancellable_set_error_if_cancelled (cancellable, error);
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

static gboolean
is_whole_array (TsExportJob *self, TsOutputDir *folder, const char *name, GCancellable *cancellable)
{
  return self->plan->stack ? ts_export_stack_is_whole (self->plan, folder, name, cancellable)
                           : ts_export_array_is_whole (self->plan, folder, name, cancellable);
}

/* The name the policy allows, and whether what is there of that name goes; %NULL and no error when
 * it is whole and to be left. */
static char *
choose_array_name (TsExportJob *self,
                   TsOutputDir *folder,
                   gboolean *replace,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autofree char *first = self->plan->stack ? ts_export_stack_dup_name (self->plan)
                                             : ts_export_array_dup_name (self->plan);
  g_autofree char *stem = g_strndup (first, strlen (first) - strlen (self->plan->encoder->suffix));
  g_autofree char *name = g_strdup (first);

  *replace = self->plan->collision == TS_COLLISION_OVERWRITE;
  if (folder == NULL || *replace)
    return g_steal_pointer (&name);
  for (guint k = 1; ts_output_dir_has (folder, name) && k < TS_EXPORT_MAX_NUMBERS; k++) {
    if (self->plan->collision == TS_COLLISION_SKIP) {
      *replace = !is_whole_array (self, folder, name, cancellable);
      return *replace ? g_steal_pointer (&name) : NULL;
    }
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

static gboolean
write_array (TsExportJob *self,
             TsOutputDir *folder,
             const char *name,
             gboolean replace,
             GCancellable *cancellable,
             GError **error)
{
  gboolean ok;

  if (!self->plan->stack)
    return ts_export_array_write (self->plan, folder, name, replace, array_progress_cb, self,
                                  &self->progress.n_bytes, cancellable, error);
  self->cancellable = cancellable;
  ok = ts_export_stack_write (self, folder, name, replace, cancellable, error);
  self->cancellable = NULL;
  return ok;
}

/* All images into one file. */
gboolean
ts_export_run_array (TsExportJob *self, GCancellable *cancellable, GError **error)
{
  TsExportPlan *plan = self->plan;
  g_autoptr (TsOutputDir) folder = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GError) local = NULL;
  gboolean replace = FALSE;

  if (!plan->dry_run || g_file_test (plan->folder, G_FILE_TEST_IS_DIR)) {
    folder = ts_output_dir_new (plan->folder, error);
    if (folder == NULL || !check_latents_file (self, folder, error))
      return FALSE;
  }
  name = choose_array_name (self, folder, &replace, cancellable, &local);
  if (local != NULL) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  if (name == NULL) {
    self->progress.n_skipped = plan->n;
  } else if (!plan->dry_run) {
    ts_output_dir_clean (folder);
    if (!write_array (self, folder, name, replace, cancellable, error)) {
      self->progress.n_done = 0;
      return FALSE;
    }
  }
  if (name != NULL)
    self->array_name = g_steal_pointer (&name);
  return plan->dry_run || (write_latents_file (self, folder, cancellable, error) &&
                           write_records (self, folder, FALSE, error));
}
