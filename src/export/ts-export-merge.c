/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Joining the shards of an export. Everything is checked before anything is written. */

#include "config.h"

#include "base/ts-error.h"
#include "export/ts-export-record.h"
#include "export/ts-export-settings.h"
#include "export/ts-json-reader.h"
#include "export/ts-record-file.h"

#include <stdio.h>
#include <string.h>

#define MAX_RECORD_BYTES   (64 << 20)
#define MAX_METADATA_BYTES ((gsize) 4 << 30)

typedef struct
{
  TsOutputDir *shards;
  TsOutputDir *images;
  guint n_shards;
  JsonNode **records; /* by shard */
  GString *metadata;
  gboolean with_sidecars;
  const char *sidecar_suffix;
  gboolean with_subdirs;
  guint64 n_images;
} Merge;

static void
merge_clear (Merge *self)
{
  for (guint k = 0; self->records != NULL && k < self->n_shards; k++)
    g_clear_pointer (&self->records[k], json_node_unref);
  g_free (self->records);
  g_clear_pointer (&self->shards, ts_output_dir_free);
  g_clear_pointer (&self->images, ts_output_dir_free);
  if (self->metadata != NULL)
    g_string_free (self->metadata, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Merge, merge_clear)

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (TS_ERROR, TS_ERROR_INCOMPLETE, format, args);
  va_end (args);
  return FALSE;
}

static GString *
read_all (TsOutputDir *dir, const char *name, gsize max_bytes, GError **error)
{
  g_autoptr (GInputStream) stream = ts_output_dir_read (dir, name, error);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *buffer = g_malloc (1 << 16);
  gsize n;

  if (stream == NULL)
    return NULL;
  do {
    if (!g_input_stream_read_all (stream, buffer, 1 << 16, &n, NULL, error))
      return NULL;
    g_string_append_len (out, buffer, (gssize) n);
    if (out->len > max_bytes) {
      g_set_error (error, TS_ERROR, TS_ERROR_REFUSED, "“%s” is too large", name);
      return NULL;
    }
  } while (n > 0);
  return g_steal_pointer (&out);
}

/* The N of the shards, from the names of the records. */
static gboolean
count_shards (Merge *self, GError **error)
{
  const char *path = ts_output_dir_get_path (self->shards);
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL) {
    guint k, n;
    char end;

    if (sscanf (name, "export-%u-of-%u.jso%c", &k, &n, &end) != 3 || end != 'n')
      continue;
    if (self->n_shards != 0 && n != self->n_shards)
      return fail (error, "“%s” holds shards of different exports: of %u and of %u", path, n,
                   self->n_shards);
    self->n_shards = n;
  }
  if (self->n_shards == 0 || self->n_shards > 1000000)
    return fail (error, "“%s” holds no records of shards", path);
  self->records = g_new0 (JsonNode *, self->n_shards);
  return TRUE;
}

static gboolean
read_record (Merge *self, guint k, GError **error)
{
  g_autofree char *name = g_strdup_printf ("export-%u-of-%u.json", k, self->n_shards);
  g_autoptr (GString) json = NULL;
  g_autoptr (TsExportSettings) settings = NULL;
  JsonObject *result = NULL;
  gint64 n_failed = 0;
  gboolean cancelled = FALSE;

  if (!ts_output_dir_has (self->shards, name))
    return fail (error, "shard %u of %u is missing: there is no “%s”", k, self->n_shards, name);
  json = read_all (self->shards, name, MAX_RECORD_BYTES, error);
  if (json == NULL)
    return FALSE;
  settings = ts_export_settings_read (json->str, json->len, error);
  if (settings == NULL) {
    g_prefix_error (error, "%s: ", name);
    return FALSE;
  }
  self->with_sidecars = settings->options.sidecar;
  self->sidecar_suffix = settings->options.yaml ? ".yaml" : ".json";
  self->with_subdirs = settings->options.subdirs > 0;
  self->records[k - 1] = ts_json_parse (json->str, (gssize) json->len, error);
  if (self->records[k - 1] == NULL)
    return FALSE;

  JsonObject *record = json_node_get_object (self->records[k - 1]);

  if (!ts_json_get_object (record, "", "result", &result, error) || result == NULL ||
      !ts_json_get_int (result, "result", "failed", &n_failed, error) ||
      !ts_json_get_boolean (result, "result", "cancelled", &cancelled, error))
    return error != NULL && *error != NULL ? FALSE : fail (error, "%s: “result” is missing", name);
  if (n_failed > 0 || cancelled)
    return fail (error, "shard %u of %u did not finish: %s", k, self->n_shards,
                 cancelled ? "it was cancelled" : "images failed");
  if (k > 1) {
    g_autofree char *first = ts_record_describe (json_node_get_object (self->records[0]), TRUE);
    g_autofree char *this = ts_record_describe (record, TRUE);

    if (!g_str_equal (first, this))
      return fail (error, "shards 1 and %u ran with different settings", k);
  }
  return TRUE;
}

/* "stem.png", or "00012/stem.png" where images stand in folders. */
static gboolean
is_image_name (Merge *self, const char *name)
{
  gsize n_digits = strspn (name, "0123456789");

  if (self->with_subdirs && n_digits > 0 && name[n_digits] == '/')
    name += n_digits + 1;
  return name[0] != '\0' && strchr (name, '/') == NULL;
}

static gboolean
check_line (Merge *self, const char *line, gsize length, GError **error)
{
  g_autoptr (JsonNode) node = ts_json_parse (line, (gssize) length, error);
  const char *name = NULL;
  const char *dot;

  if (node == NULL ||
      !ts_json_get_string (json_node_get_object (node), "", "file_name", &name, error))
    return FALSE;
  if (name == NULL || !is_image_name (self, name) || (dot = strrchr (name, '.')) == NULL)
    return fail (error, "a line of metadata names no file");

  g_autofree char *stem = g_strndup (name, (gsize) (dot - name));
  g_autofree char *sidecar = g_strconcat (stem, self->sidecar_suffix, NULL);

  if (!ts_output_dir_has (self->images, name))
    return fail (error, "“images/%s” is missing", name);
  if (self->with_sidecars && !ts_output_dir_has (self->images, sidecar))
    return fail (error, "“images/%s” is missing", sidecar);
  self->n_images++;
  return TRUE;
}

static gboolean
read_metadata (Merge *self, guint k, GError **error)
{
  g_autofree char *name = g_strdup_printf ("metadata-%u-of-%u.jsonl", k, self->n_shards);
  g_autoptr (GString) lines = read_all (self->shards, name, MAX_METADATA_BYTES, error);
  guint64 n_before = self->n_images;
  JsonObject *result =
      json_object_get_object_member (json_node_get_object (self->records[k - 1]), "result");
  gint64 n_total = -1;

  if (lines == NULL)
    return FALSE;
  for (const char *line = lines->str; *line != '\0';) {
    const char *end = strchrnul (line, '\n');

    if (end > line && !check_line (self, line, (gsize) (end - line), error)) {
      g_prefix_error (error, "shard %u of %u: ", k, self->n_shards);
      return FALSE;
    }
    line = *end != '\0' ? end + 1 : end;
  }
  if (!ts_json_get_int (result, "result", "total", &n_total, error))
    return FALSE;
  if ((guint64) n_total != self->n_images - n_before)
    return fail (error,
                 "shard %u of %u: %" G_GUINT64_FORMAT " of %" G_GINT64_FORMAT " images are there",
                 k, self->n_shards, self->n_images - n_before, n_total);
  g_string_append_len (self->metadata, lines->str, (gssize) lines->len);
  return TRUE;
}

/* The record of shard 1, with the sums of all in the place of its own. */
static GString *
make_record (Merge *self)
{
  static const char *const sums[] = { "total", "written", "skipped", "failed" };
  JsonObject *first = json_node_get_object (self->records[0]);
  JsonObject *result = json_object_new ();
  g_autoptr (JsonNode) root = json_node_alloc ();
  GString *out = g_string_new (NULL);
  JsonObject *whole = json_object_new (), *output = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;
  TsJsonWriter writer;

  for (gsize i = 0; i < G_N_ELEMENTS (sums); i++) {
    gint64 sum = 0;

    for (guint k = 0; k < self->n_shards; k++) {
      JsonObject *part =
          json_object_get_object_member (json_node_get_object (self->records[k]), "result");
      gint64 n = 0;

      if (ts_json_get_int (part, "result", sums[i], &n, NULL))
        sum += n;
    }
    json_object_set_int_member (result, sums[i], sum);
  }
  json_object_set_boolean_member (result, "cancelled", FALSE);
  json_object_set_array_member (result, "failures", json_array_new ());

  json_object_iter_init_ordered (&iter, first);
  while (json_object_iter_next_ordered (&iter, &name, &value)) {
    if (g_str_equal (name, "result"))
      continue;
    json_object_set_member (whole, name, json_node_copy (value));
  }
  if (ts_json_get_object (whole, "", "output", &output, NULL) && output != NULL)
    json_object_remove_member (output, "shard");
  json_object_set_object_member (whole, "result", result);
  json_node_init_object (root, whole);
  json_object_unref (whole);

  ts_json_writer_init (&writer, out, 2);
  ts_json_write_node (root, &writer);
  g_string_append_c (out, '\n');
  return out;
}

gboolean
ts_export_merge (const char *folder, guint64 *n_images, GCancellable *cancellable, GError **error)
{
  g_auto (Merge) merge = { 0 };
  g_autoptr (TsOutputDir) dir = NULL;
  g_autoptr (GString) record = NULL;
  g_autofree char *shards_path = g_build_filename (folder, "shards", NULL);
  g_autofree char *images_path = g_build_filename (folder, "images", NULL);

  if (!g_file_test (shards_path, G_FILE_TEST_IS_DIR) ||
      !g_file_test (images_path, G_FILE_TEST_IS_DIR))
    return fail (error, "“%s” is not a folder that shards were written into", folder);
  merge.shards = ts_output_dir_new (shards_path, error);
  merge.images = merge.shards != NULL ? ts_output_dir_new (images_path, error) : NULL;
  dir = merge.images != NULL ? ts_output_dir_new (folder, error) : NULL;
  merge.metadata = g_string_new (NULL);
  if (dir == NULL || !count_shards (&merge, error))
    return FALSE;
  for (guint k = 1; k <= merge.n_shards; k++)
    if (!read_record (&merge, k, error) || !read_metadata (&merge, k, error) ||
        g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;

  record = make_record (&merge);
  if (!ts_output_dir_write (merge.images, TS_METADATA_NAME, merge.metadata->str,
                            merge.metadata->len, TRUE, error) ||
      !ts_record_file_write (dir, record, TS_COLLISION_OVERWRITE, error))
    return FALSE;
  if (n_images != NULL)
    *n_images = merge.n_images;
  return TRUE;
}
