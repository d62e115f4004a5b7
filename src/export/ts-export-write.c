/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One image on the disk: encoded, and named together with its sidecar. */

#include "config.h"

#include "base/ts-error.h"
#include "export/ts-export-job-private.h"
#include "export/ts-yaml.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Where a pair of files goes: @folder is images/ or one below it, @subdir (nullable) its name. */
typedef struct
{
  TsOutputDir *folder;
  TsOutputDir *child; /* (nullable) owned */
  char *subdir;
  char *stem;
} Place;

static void
place_clear (Place *self)
{
  g_clear_pointer (&self->child, ts_output_dir_free);
  g_free (self->subdir);
  g_free (self->stem);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static gboolean
place_init (Place *self, TsExportJob *job, gsize position, GError **error)
{
  self->stem = ts_export_plan_dup_stem (job->plan, position, job->cancellable, error);
  self->subdir = ts_export_plan_dup_subdir (job->plan, position);
  self->folder = job->images;
  if (self->stem == NULL)
    return FALSE;
  if (self->subdir != NULL)
    self->folder = self->child = ts_output_dir_new_child (job->images, self->subdir, error);
  return self->folder != NULL;
}

/* A sidecar without its image is what a killed export leaves; only such may be replaced when files
 * are to be skipped. */
static gboolean
is_own_sidecar (TsOutputDir *folder, const char *name)
{
  g_autoptr (GInputStream) stream = ts_output_dir_read (folder, name, NULL);
  char head[256] = { 0 };
  gsize n;

  return stream != NULL &&
         g_input_stream_read_all (stream, head, sizeof head - 1, &n, NULL, NULL) &&
         (n == 0 || strstr (head, "\"" TS_SIDECAR_SCHEMA "\"") != NULL);
}

/* Gives both staged files their names, the sidecar first: an image that is there is complete. */
static gboolean
commit_pair (const TsExportPlan *plan,
             TsOutputDir *folder,
             gboolean was_torn,
             const char *staged_image,
             const char *staged_sidecar,
             const char *image,
             const char *sidecar,
             GError **error)
{
  gboolean replace = plan->collision == TS_COLLISION_OVERWRITE || was_torn;
  gboolean replace_sidecar =
      replace || (plan->collision == TS_COLLISION_SKIP && is_own_sidecar (folder, sidecar));

  if (staged_sidecar != NULL &&
      !ts_output_dir_commit (folder, staged_sidecar, sidecar, replace_sidecar, error))
    return FALSE;
  if (!ts_output_dir_commit (folder, staged_image, image, replace, error)) {
    if (staged_sidecar != NULL)
      ts_output_dir_discard (folder, sidecar);
    return FALSE;
  }
  if (staged_sidecar == NULL && replace && is_own_sidecar (folder, sidecar))
    ts_output_dir_discard (folder, sidecar);
  return TRUE;
}

static GString *
make_sidecar (TsExportJob *self, const TsExportImage *image, GError **error)
{
  GString *json =
      ts_sidecar_write (self->plan->sidecar_writer, &image->info, self->cancellable, error);

  if (json == NULL || !self->plan->yaml)
    return json;

  GString *yaml = ts_yaml_from_json (json->str);

  g_string_free (json, TRUE);
  return yaml;
}

static GBytes *
encode (TsExportJob *self, TsExportImage *image, GError **error)
{
  const TsExportPlan *plan = self->plan;
  g_autoptr (GString) embedded = ts_sidecar_write_embedded (plan->sidecar_writer, &image->info,
                                                            self->cancellable, error);

  if (embedded == NULL)
    return NULL;

  TsEncodeOptions options = ts_export_plan_get_encode_options (plan, embedded->str);

  return plan->encoder->encode (&image->picture, &options, error);
}

/* Encodes and writes under the name @stem. */
static gboolean
write_pair (TsExportJob *self,
            TsExportImage *image,
            TsOutputDir *folder,
            const char *stem,
            gboolean was_torn,
            gsize *n_bytes,
            GError **error)
{
  const TsExportPlan *plan = self->plan;
  g_autofree char *name = g_strconcat (stem, plan->encoder->suffix, NULL);
  g_autofree char *sidecar_name =
      g_strconcat (stem, ts_export_plan_get_sidecar_suffix (plan), NULL);
  g_autoptr (GString) sidecar = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *staged_image = NULL;
  g_autofree char *staged_sidecar = NULL;
  const TsEncodeOptions encode_options = ts_export_plan_get_encode_options (plan, NULL);

  image->info.file = name;
  image->info.encode = &encode_options;
  image->info.data = NULL;
  bytes = encode (self, image, error);
  if (bytes == NULL)
    return FALSE;
  if (plan->sidecar) {
    image->info.data = bytes;
    sidecar = make_sidecar (self, image, error);
    if (sidecar == NULL)
      return FALSE;
    staged_sidecar = ts_output_dir_stage (folder, sidecar->str, sidecar->len, error);
    if (staged_sidecar == NULL)
      return FALSE;
  }
  staged_image =
      ts_output_dir_stage (folder, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
  if (staged_image == NULL || !commit_pair (plan, folder, was_torn, staged_image, staged_sidecar,
                                            name, sidecar_name, error)) {
    if (staged_sidecar != NULL)
      ts_output_dir_discard (folder, staged_sidecar);
    if (staged_image != NULL)
      ts_output_dir_discard (folder, staged_image);
    return FALSE;
  }
  *n_bytes = g_bytes_get_size (bytes) + (sidecar != NULL ? sidecar->len : 0);
  return TRUE;
}

static gboolean
exists (TsExportJob *self, TsOutputDir *folder, const char *stem)
{
  g_autofree char *image = g_strconcat (stem, self->plan->encoder->suffix, NULL);

  return ts_output_dir_has (folder, image);
}

/* Notes a file that is there now: in the list, in the metadata, in the counts. @renamed: @stem is
 * not the name the image would have by the plan. */
static void
take_file (TsExportJob *self,
           const Place *place,
           gsize position,
           const char *stem,
           gboolean renamed,
           gboolean skipped,
           gsize n_bytes)
{
  g_autofree char *name =
      g_strconcat (place->subdir != NULL ? place->subdir : "", place->subdir != NULL ? "/" : "",
                   stem, self->plan->encoder->suffix, NULL);
  TsSidecarImage info = { .file = name, .index = ts_export_plan_get_index (self->plan, position) };
  GString *line = ts_sidecar_write_line (self->plan->sidecar_writer, &info, NULL, NULL);

  ts_metadata_file_take_line (self->metadata, position, line);
  g_mutex_lock (&self->lock);
  if (skipped) {
    self->progress.n_skipped++;
  } else {
    self->progress.n_done++;
    self->progress.n_bytes += n_bytes;
    self->is_written[position] = TRUE;
    if (renamed)
      g_hash_table_insert (self->renamed, GSIZE_TO_POINTER (position), g_strdup (stem));
  }
  g_mutex_unlock (&self->lock);
}

gboolean
ts_export_image_run (TsExportWorker *worker, gsize position, GError **error)
{
  TsExportJob *self = worker->job;
  TsCollision collision = self->plan->collision;
  g_auto (Place) place = { 0 };
  TsExportImage image;
  gboolean was_torn = FALSE;
  gsize n_bytes = 0;

  if (!place_init (&place, self, position, error))
    return FALSE;
  if (collision == TS_COLLISION_SKIP) {
    TsExportFound found = ts_export_verify (self->plan, place.folder, place.stem);

    if (found == TS_EXPORT_FOUND_WHOLE) {
      take_file (self, &place, position, place.stem, FALSE, TRUE, 0);
      return TRUE;
    }
    was_torn = found == TS_EXPORT_FOUND_TORN;
  }
  if (!ts_export_image_render (worker, position, &image, error))
    return FALSE;

  for (guint k = 0; k < TS_EXPORT_MAX_NUMBERS; k++) {
    g_autofree char *stem =
        k == 0 ? g_strdup (place.stem) : g_strdup_printf ("%s-%u", place.stem, k);
    g_autoptr (GError) local = NULL;

    if (collision == TS_COLLISION_NUMBER && exists (self, place.folder, stem))
      continue;
    if (write_pair (self, &image, place.folder, stem, was_torn, &n_bytes, &local)) {
      take_file (self, &place, position, stem, k > 0, FALSE, n_bytes);
      return TRUE;
    }

    gboolean taken = g_error_matches (local, TS_ERROR, TS_ERROR_EXISTS);

    if (taken && collision == TS_COLLISION_SKIP && exists (self, place.folder, stem)) {
      take_file (self, &place, position, stem, k > 0, TRUE, 0);
      return TRUE;
    }
    if (!taken || collision != TS_COLLISION_NUMBER) {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  }
  g_set_error (error, TS_ERROR, TS_ERROR_EXISTS,
               _ ("“%s” and all its numbers exist already"), place.stem);
  return FALSE;
}
