/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-record-file.h"

#include "base/ts-error.h"
#include "export/ts-export-record.h"
#include "export/ts-recipe-json.h"
#include "export/ts-sidecar.h"

#include <string.h>

#define MAX_BYTES   ((gsize) 64 << 20)
#define MAX_RECORDS 10000

/* SOURCE_DATE_EPOCH is how builds that are to be repeated to the byte say which time it is. */
char *
ts_record_get_time (void)
{
  const char *epoch = g_getenv ("SOURCE_DATE_EPOCH");
  g_autoptr (GDateTime) now = NULL;
  guint64 seconds;

  if (epoch != NULL &&
      g_ascii_string_to_unsigned (epoch, 10, 0, G_GUINT64_CONSTANT (253402300799), &seconds, NULL))
    now = g_date_time_new_from_unix_utc ((gint64) seconds);
  if (now == NULL)
    now = g_date_time_new_now_utc ();

  return g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
}

char *
ts_record_describe (JsonObject *record, gboolean with_view)
{
  static const char *const names[] = { "source", "output", "view", TS_RANGE_IMAGES };
  GString *out = g_string_new (NULL);

  for (gsize i = 0; i < (with_view ? 4 : 2); i++) {
    g_autoptr (JsonNode) node = json_object_has_member (record, names[i])
                                    ? json_node_copy (json_object_get_member (record, names[i]))
                                    : json_node_init_null (json_node_alloc ());

    if (JSON_NODE_HOLDS_OBJECT (node) &&
        json_object_has_member (json_node_get_object (node), "shard")) {
      g_autoptr (JsonObject) without = json_object_new ();
      JsonObjectIter iter;
      const char *member;
      JsonNode *value;

      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, &member, &value))
        if (!g_str_equal (member, "shard"))
          json_object_set_member (without, member, json_node_copy (value));
      json_node_unref (g_steal_pointer (&node));
      node = json_node_init_object (json_node_alloc (), without);
    }

    g_autofree char *text = json_to_string (node, FALSE);

    g_string_append (out, text);
  }
  return g_string_free (out, FALSE);
}

static char *
make_name (guint k)
{
  return k == 1 ? g_strdup (TS_RECORD_NAME) : g_strdup_printf ("export-%u.json", k);
}

/* %NULL where it is none of ours. */
static JsonNode *
load (TsOutputDir *folder, const char *name)
{
  g_autoptr (GBytes) bytes = ts_output_dir_load (folder, name, MAX_BYTES, NULL);
  g_autoptr (JsonNode) root = NULL;
  const char *schema = NULL;

  if (bytes == NULL)
    return NULL;
  root = ts_json_parse (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), NULL);
  if (root == NULL ||
      !ts_json_get_string (json_node_get_object (root), "", "schema", &schema, NULL) ||
      g_strcmp0 (schema, TS_EXPORT_SCHEMA) != 0)
    return NULL;
  return g_steal_pointer (&root);
}

static gboolean
save (TsOutputDir *folder, const char *name, JsonNode *record, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TsJsonWriter writer;

  ts_json_writer_init (&writer, out, 2);
  ts_json_write_node (record, &writer);
  g_string_append_c (out, '\n');
  return ts_output_dir_write (folder, name, out->str, out->len, TRUE, error);
}

/* Whether a new run may take the place of the one in @there. */
static gboolean
may_replace (JsonObject *there, JsonObject *record, TsCollision collision)
{
  gboolean with_view = collision == TS_COLLISION_SKIP;

  if (!json_object_has_member (there, "output"))
    return TRUE; /* figures only */
  if (collision != TS_COLLISION_OVERWRITE && collision != TS_COLLISION_SKIP)
    return FALSE;

  g_autofree char *old = ts_record_describe (there, with_view);
  g_autofree char *new = ts_record_describe (record, with_view);

  return g_str_equal (old, new);
}

static gboolean
write_locked (TsOutputDir *folder, const GString *record, TsCollision collision, GError **error)
{
  g_autoptr (JsonNode) new = ts_json_parse (record->str, (gssize) record->len, error);

  if (new == NULL)
    return FALSE;
  for (guint k = 1; k < MAX_RECORDS; k++) {
    g_autofree char *name = make_name (k);
    g_autoptr (JsonNode) there = NULL;
    JsonNode *figures;

    if (!ts_output_dir_has (folder, name))
      return ts_output_dir_write (folder, name, record->str, record->len, FALSE, error);
    there = load (folder, name);
    if (there == NULL ||
        !may_replace (json_node_get_object (there), json_node_get_object (new), collision))
      continue;
    figures = json_object_get_member (json_node_get_object (there), "figures");
    if (figures == NULL)
      return ts_output_dir_write (folder, name, record->str, record->len, TRUE, error);
    json_object_set_member (json_node_get_object (new), "figures", json_node_copy (figures));
    return save (folder, name, new, error);
  }
  g_set_error (error, TS_ERROR, TS_ERROR_EXISTS, "“%s” holds too many records",
               ts_output_dir_get_path (folder));
  return FALSE;
}

gboolean
ts_record_file_write (TsOutputDir *folder,
                      const GString *record,
                      TsCollision collision,
                      GError **error)
{
  gboolean ok;

  ts_output_dir_lock (folder);
  ok = write_locked (folder, record, collision, error);
  ts_output_dir_unlock (folder);
  return ok;
}

/* The settings first in the order of a record: what, when, and then what the file says. */
static JsonObject *
make_figure (const char *file, const char *settings, const char *source, GError **error)
{
  g_autoptr (JsonNode) root = ts_json_parse (settings, -1, error);
  g_autofree char *created = ts_record_get_time ();
  g_autofree char *absolute = source != NULL ? g_canonicalize_filename (source, NULL) : NULL;
  g_autofree char *path =
      absolute != NULL ? g_filename_to_utf8 (absolute, -1, NULL, NULL, NULL) : NULL;
  JsonObject *figure, *described = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (root == NULL)
    return NULL;
  figure = json_object_new ();
  json_object_set_string_member (figure, "file", file);
  json_object_set_string_member (figure, "created", created);
  json_object_iter_init_ordered (&iter, json_node_get_object (root));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    json_object_set_member (figure, name, json_node_copy (value));
  if (ts_json_get_object (figure, "", "source", &described, NULL) && described != NULL &&
      path != NULL)
    json_object_set_string_member (described, "path", path);
  return figure;
}

static JsonNode *
make_record (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TsJsonWriter writer;

  ts_json_writer_init (&writer, out, 2);
  ts_json_writer_begin_object (&writer);
  ts_sidecar_write_schema (&writer, TS_EXPORT_SCHEMA, TS_EXPORT_SCHEMA_VERSION);
  ts_json_writer_end_object (&writer);
  return ts_json_parse (out->str, -1, NULL);
}

/* All but the one of that file. */
static JsonArray *
copy_figures (JsonObject *record, const char *file)
{
  JsonArray *figures = NULL, *out = json_array_new ();

  if (!ts_json_get_array (record, "", "figures", &figures, NULL) || figures == NULL)
    return out;
  for (guint i = 0; i < json_array_get_length (figures); i++) {
    JsonNode *node = json_array_get_element (figures, i);
    const char *name = NULL;

    if (JSON_NODE_HOLDS_OBJECT (node) &&
        ts_json_get_string (json_node_get_object (node), "", "file", &name, NULL) &&
        g_strcmp0 (name, file) == 0)
      continue;
    json_array_add_element (out, json_node_copy (node));
  }
  return out;
}

static gboolean
add_locked (TsOutputDir *folder, JsonObject *figure, const char *file, GError **error)
{
  g_autoptr (JsonNode) record = NULL;
  g_autofree char *name = NULL;
  JsonObject *object;
  JsonArray *figures;

  for (guint k = 1; record == NULL; k++) {
    g_free (name);
    name = make_name (k);
    record = ts_output_dir_has (folder, name) ? load (folder, name) : make_record ();
  }
  object = json_node_get_object (record);
  figures = copy_figures (object, file);
  json_array_add_object_element (figures, json_object_ref (figure));
  json_object_set_array_member (object, "figures", figures);
  return save (folder, name, record, error);
}

gboolean
ts_record_file_add_figure (TsOutputDir *folder,
                           const char *file,
                           const char *settings,
                           const char *source,
                           GError **error)
{
  g_autoptr (JsonObject) figure = make_figure (file, settings, source, error);
  gboolean ok;

  if (figure == NULL)
    return FALSE;
  ts_output_dir_lock (folder);
  ok = add_locked (folder, figure, file, error);
  ts_output_dir_unlock (folder);
  return ok;
}
