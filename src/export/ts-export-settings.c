/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-export-settings.h"

#include "base/ts-error.h"
#include "export/ts-encode-json.h"
#include "export/ts-export-record.h"
#include "export/ts-json-reader.h"
#include "export/ts-recipe-json.h"

#include <string.h>

void
ts_export_settings_free (TsExportSettings *self)
{
  g_free (self->path);
  g_free (self->raw);
  g_free (self->file);
  g_free (self->key);
  g_free (self->layout);
  g_free (self->images);
  g_free (self->range_images);
  g_free (self->name_template);
  g_free (self->created);
  g_strfreev (self->latents);
  g_free (self);
}

static gboolean
need_string (JsonObject *object, const char *path, const char *name, char **out, GError **error)
{
  const char *text = NULL;

  if (!ts_json_get_string (object, path, name, &text, error))
    return FALSE;
  if (text == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“%s%s%s” is missing", path,
                 path[0] != '\0' ? "." : "", name);
    return FALSE;
  }
  *out = g_strdup (text);
  return TRUE;
}

static gboolean
need_object (JsonObject *object, const char *name, JsonObject **out, GError **error)
{
  *out = NULL;
  if (!ts_json_get_object (object, "", name, out, error))
    return FALSE;
  if (*out == NULL)
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“%s” is missing", name);
  return *out != NULL;
}

static gboolean
need_name (JsonObject *object,
           const char *name,
           const char *const *names,
           int *value,
           GError **error)
{
  g_autofree char *text = NULL;

  if (!need_string (object, "output", name, &text, error))
    return FALSE;
  if (ts_name_lookup (names, text, value))
    return TRUE;

  g_autofree char *known = g_strjoinv (", ", (char **) names);

  g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“output.%s” must be one of %s", name, known);
  return FALSE;
}

static gboolean
read_source (TsExportSettings *self, JsonObject *source, GError **error)
{
  const char *path = NULL, *raw = NULL;
  gint64 size = 0;

  if (ts_json_has (source, "path") && !ts_json_get_string (source, "source", "path", &path, error))
    return FALSE;
  self->path = g_strdup (path);
  if (ts_json_has (source, "raw") && !ts_json_get_string (source, "source", "raw", &raw, error))
    return FALSE;
  self->raw = g_strdup (raw);
  if (!need_string (source, "source", "file", &self->file, error) ||
      !need_string (source, "source", "key", &self->key, error) ||
      !need_string (source, "source", "layout", &self->layout, error) ||
      !ts_json_get_int (source, "source", "size_bytes", &size, error))
    return FALSE;
  self->size_bytes = (guint64) MAX (size, 0);
  return TRUE;
}

static gboolean
read_latents (TsExportSettings *self, JsonObject *output, GError **error)
{
  JsonNode *node = json_object_has_member (output, "latents")
                       ? json_object_get_member (output, "latents")
                       : NULL;
  g_autoptr (GPtrArray) names = NULL;
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return TRUE; /* "auto" */
  names = g_ptr_array_new_with_free_func (g_free);
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *element = json_array_get_element (array, i);

    if (!JSON_NODE_HOLDS_VALUE (element) || json_node_get_value_type (element) != G_TYPE_STRING) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   "“output.latents” must be \"auto\" or a list of names");
      return FALSE;
    }
    g_ptr_array_add (names, g_strdup (json_node_get_string (element)));
  }
  g_ptr_array_add (names, NULL);
  self->latents = (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
  self->options.latents = (const char *const *) self->latents;
  return TRUE;
}

static gboolean
read_shard (TsExportSettings *self, JsonObject *output, GError **error)
{
  double shard[2] = { 0, 0 };
  guint n = 2;

  if (!ts_json_get_doubles (output, "output", "shard", shard, 2, &n, error))
    return FALSE;
  if (n != 2 || shard[0] < 0 || shard[1] < shard[0] || shard[1] > G_MAXINT32) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“output.shard” must be a list of K and N");
    return FALSE;
  }
  self->options.shard = (guint) shard[0];
  self->options.n_shards = (guint) shard[1];
  return TRUE;
}

static gboolean
read_output (TsExportSettings *self, JsonObject *output, GError **error)
{
  static const char *const sidecars[] = { "json", "none", "yaml", NULL };
  g_autofree char *format = NULL;
  g_autofree char *depth = NULL;
  TsEncodeOptions encode = { .quality = TS_DEFAULT_QUALITY, .compression = TS_DEFAULT_COMPRESSION };
  int values, sidecar;
  gint64 subdirs = 0;

  if (!need_string (output, "output", "format", &format, error) ||
      !need_string (output, "output", "name", &self->name_template, error) ||
      !need_string (output, "output", "images", &self->images, error) ||
      !need_string (output, "output", "depth", &depth, error) ||
      !need_name (output, "values", ts_values_names, &values, error) ||
      !need_name (output, "sidecar", sidecars, &sidecar, error) ||
      !ts_encode_options_read_json (&encode, output, "output", error) ||
      !ts_json_get_int (output, "output", "subdirs", &subdirs, error) ||
      !ts_json_get_boolean (output, "output", "palette", &self->options.palette, error) ||
      !ts_json_get_boolean (output, "output", "stack", &self->options.stack, error) ||
      !ts_json_get_boolean (output, "output", "latents_npz", &self->options.latents_npz, error) ||
      !read_latents (self, output, error) || !read_shard (self, output, error))
    return FALSE;

  self->options.encoder = ts_export_format_find (format);
  if (self->options.encoder == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“output.format”: there is no “%s” here",
                 format);
    return FALSE;
  }
  if (!ts_depth_from_string (depth, &self->options.depth, &self->options.half)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 "“output.depth” must be one of 8, 16, 16f, 32f");
    return FALSE;
  }
  ts_export_options_set_encode (&self->options, &encode);
  self->options.subdirs = (guint) CLAMP (subdirs, 0, G_MAXINT32);
  self->options.values = (TsValues) values;
  self->options.sidecar = sidecar != 1;
  self->options.yaml = sidecar == 2;
  self->options.name_template = self->name_template;
  return TRUE;
}

TsExportSettings *
ts_export_settings_read (const char *json, gsize length, GError **error)
{
  g_autoptr (JsonNode) root = ts_json_parse (json, (gssize) length, error);
  g_autoptr (TsExportSettings) self = NULL;
  g_autofree char *schema = NULL;
  JsonObject *object, *source, *output;

  if (root == NULL)
    return NULL;
  object = json_node_get_object (root);
  self = g_new0 (TsExportSettings, 1);
  ts_export_options_init (&self->options);
  self->options.zebra = TRUE; /* recorded only where it was drawn */
  if (!need_string (object, "", "schema", &schema, error))
    return NULL;
  if (!g_str_equal (schema, TS_EXPORT_SCHEMA)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 "“schema” is “%s”, not “" TS_EXPORT_SCHEMA "”: this is no record of an export",
                 schema);
    return NULL;
  }
  if (!need_object (object, "source", &source, error) ||
      !need_object (object, "output", &output, error) || !read_source (self, source, error) ||
      !read_output (self, output, error) ||
      !need_string (object, "", "created", &self->created, error) ||
      !ts_recipe_from_json (&self->recipe, json, (gssize) length, error))
    return NULL;
  self->options.created = self->created;
  self->range_images = ts_range_images_from_json (json, (gssize) length);
  return g_steal_pointer (&self);
}
