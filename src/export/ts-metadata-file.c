/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-export-record.h"
#include "export/ts-json-reader.h"

#include <string.h>

/* A longer line was not written by this program. */
#define MAX_OLD_LINE_BYTES (1 << 20)

struct _TsMetadataFile
{
  GMutex lock;
  TsOutputDir *dir;
  char *staged; /* (nullable) */
  GOutputStream *stream;
  GError *error;
  gsize next;
  GHashTable *waiting; /* position -> GString or NULL */
};

static void
free_line (gpointer data)
{
  if (data != NULL)
    g_string_free (data, TRUE);
}

TsMetadataFile *
ts_metadata_file_new (TsOutputDir *dir, GError **error)
{
  g_autofree char *staged = NULL;
  GOutputStream *stream = ts_output_dir_stage_stream (dir, &staged, error);

  if (stream == NULL)
    return NULL;

  TsMetadataFile *self = g_new0 (TsMetadataFile, 1);

  g_mutex_init (&self->lock);
  self->dir = dir;
  self->staged = g_steal_pointer (&staged);
  self->stream = stream;
  self->waiting = g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, free_line);
  return self;
}

void
ts_metadata_file_free (TsMetadataFile *self)
{
  if (self->staged != NULL)
    ts_output_dir_discard (self->dir, self->staged);
  g_clear_object (&self->stream);
  g_clear_error (&self->error);
  g_hash_table_unref (self->waiting);
  g_mutex_clear (&self->lock);
  g_free (self->staged);
  g_free (self);
}

static void
write_line (TsMetadataFile *self, const GString *line)
{
  if (line != NULL && self->error == NULL)
    g_output_stream_write_all (self->stream, line->str, line->len, NULL, NULL, &self->error);
}

void
ts_metadata_file_take_line (TsMetadataFile *self, gsize position, GString *line)
{
  gpointer value;

  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->waiting, GSIZE_TO_POINTER (position), line);
  while (
      g_hash_table_lookup_extended (self->waiting, GSIZE_TO_POINTER (self->next), NULL, &value)) {
    write_line (self, value);
    g_hash_table_remove (self->waiting, GSIZE_TO_POINTER (self->next));
    self->next++;
  }
  g_mutex_unlock (&self->lock);
}

/* After a cancelled run there are gaps. */
static void
flush_waiting (TsMetadataFile *self)
{
  g_autoptr (GArray) positions = g_array_new (FALSE, FALSE, sizeof (gsize));
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->waiting);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    gsize position = GPOINTER_TO_SIZE (key), at = 0;

    while (at < positions->len && g_array_index (positions, gsize, at) < position)
      at++;
    g_array_insert_val (positions, (guint) at, position);
  }
  for (guint i = 0; i < positions->len; i++)
    write_line (self, g_hash_table_lookup (self->waiting,
                                           GSIZE_TO_POINTER (g_array_index (positions, gsize, i))));
  g_hash_table_remove_all (self->waiting);
}

/* The "file_name" of a line; (nullable). */
static char *
get_file_name (const char *line, gsize length)
{
  g_autoptr (JsonNode) node = ts_json_parse (line, (gssize) length, NULL);
  const char *name = NULL;

  if (node == NULL ||
      !ts_json_get_string (json_node_get_object (node), "", "file_name", &name, NULL))
    return NULL;
  return g_strdup (name);
}

typedef void (*LineFunc) (const char *line, gsize length, gpointer data);

static gboolean
for_each_line (TsOutputDir *dir, const char *name, LineFunc func, gpointer data, GError **error)
{
  g_autoptr (GInputStream) raw = ts_output_dir_read (dir, name, error);

  if (raw == NULL)
    return FALSE;

  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (raw);
  g_autoptr (GError) local = NULL;

  while (TRUE) {
    gsize length;
    g_autofree char *line = g_data_input_stream_read_line (lines, &length, NULL, &local);

    if (line == NULL)
      break;
    if (length > 0 && length <= MAX_OLD_LINE_BYTES)
      func (line, length, data);
  }
  if (local != NULL) {
    g_propagate_error (error, g_steal_pointer (&local));
    return FALSE;
  }
  return TRUE;
}

static void
collect_name (const char *line, gsize length, gpointer data)
{
  char *name = get_file_name (line, length);

  if (name != NULL)
    g_hash_table_add (data, name);
}

typedef struct
{
  GOutputStream *out;
  TsOutputDir *images;
  GHashTable *new_names;
  GError *error;
} Merge;

static void
keep_old_line (const char *line, gsize length, gpointer data)
{
  Merge *merge = data;
  g_autofree char *name = get_file_name (line, length);

  if (merge->error != NULL || name == NULL || strstr (name, "..") != NULL || name[0] == '/' ||
      g_hash_table_contains (merge->new_names, name) || !ts_output_dir_has (merge->images, name))
    return;
  if (g_output_stream_write_all (merge->out, line, length, NULL, NULL, &merge->error))
    g_output_stream_write_all (merge->out, "\n", 1, NULL, NULL, &merge->error);
}

static void
copy_line (const char *line, gsize length, gpointer data)
{
  Merge *merge = data;

  if (merge->error == NULL &&
      g_output_stream_write_all (merge->out, line, length, NULL, NULL, &merge->error))
    g_output_stream_write_all (merge->out, "\n", 1, NULL, NULL, &merge->error);
}

/* Puts the lines of the existing file @name that still hold before the new ones. */
static gboolean
merge_old_lines (TsMetadataFile *self, const char *name, TsOutputDir *images, GError **error)
{
  g_autoptr (GHashTable) new_names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *staged = NULL;
  g_autoptr (GOutputStream) out = NULL;
  Merge merge = { .images = images, .new_names = new_names };

  if (!for_each_line (self->dir, self->staged, collect_name, new_names, error))
    return FALSE;
  out = merge.out = ts_output_dir_stage_stream (self->dir, &staged, error);
  if (out == NULL)
    return FALSE;
  if (!for_each_line (self->dir, name, keep_old_line, &merge, &merge.error) ||
      merge.error != NULL ||
      !for_each_line (self->dir, self->staged, copy_line, &merge, &merge.error) ||
      merge.error != NULL || !g_output_stream_close (out, NULL, &merge.error)) {
    ts_output_dir_discard (self->dir, staged);
    g_propagate_error (error, merge.error);
    return FALSE;
  }
  ts_output_dir_discard (self->dir, self->staged);
  g_free (self->staged);
  self->staged = g_steal_pointer (&staged);
  return TRUE;
}

gboolean
ts_metadata_file_finish (TsMetadataFile *self,
                         const char *name,
                         TsOutputDir *images,
                         GError **error)
{
  flush_waiting (self);
  if (self->error == NULL)
    g_output_stream_close (self->stream, NULL, &self->error);
  if (self->error != NULL) {
    g_propagate_error (error, g_steal_pointer (&self->error));
    return FALSE;
  }
  if (ts_output_dir_has (self->dir, name) && !merge_old_lines (self, name, images, error))
    return FALSE;
  if (!ts_output_dir_commit (self->dir, self->staged, name, TRUE, error))
    return FALSE;
  g_clear_pointer (&self->staged, g_free);
  return TRUE;
}
