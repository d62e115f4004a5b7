/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-json-reader.h"

#include "base/ts-error.h"
#include "pixels/ts-recipe.h"

#include <math.h>
#include <string.h>

#define MAX_BYTES (64 << 20)
#define MAX_DEPTH 64

/* The parser calls itself for every bracket: count them before it does. */
static gboolean
is_nested_too_deep (const char *json, gsize length)
{
  guint depth = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++) {
    if (in_string && json[i] == '\\')
      i++;
    else if (json[i] == '"')
      in_string = !in_string;
    else if (!in_string && (json[i] == '[' || json[i] == '{') && ++depth > MAX_DEPTH)
      return TRUE;
    else if (!in_string && (json[i] == ']' || json[i] == '}') && depth > 0)
      depth--;
  }
  return FALSE;
}

JsonNode *
ts_json_parse (const char *json, gssize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) local = NULL;
  gsize n_bytes = length < 0 ? strlen (json) : (gsize) length;

  if (n_bytes > MAX_BYTES || is_nested_too_deep (json, n_bytes)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "not settings: the JSON text is too %s",
                 n_bytes > MAX_BYTES ? "long" : "deeply nested");
    return NULL;
  }
  if (!json_parser_load_from_data (parser, json, (gssize) n_bytes, &local)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "not valid JSON: %s", local->message);
    return NULL;
  }

  JsonNode *root = json_parser_get_root (parser);

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "the JSON text must be one object");
    return NULL;
  }
  return json_node_ref (root);
}

static JsonNode *
get_member (JsonObject *object, const char *name)
{
  return json_object_has_member (object, name) ? json_object_get_member (object, name) : NULL;
}

static gboolean
fail_type (const char *path, const char *name, const char *expected, GError **error)
{
  g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“%s%s%s” must be %s", path,
               path[0] != '\0' ? "." : "", name, expected);
  return FALSE;
}

gboolean
ts_json_get_object (JsonObject *object,
                    const char *path,
                    const char *name,
                    JsonObject **out,
                    GError **error)
{
  JsonNode *node = get_member (object, name);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail_type (path, name, "an object", error);
  *out = json_node_get_object (node);
  return TRUE;
}

gboolean
ts_json_get_array (JsonObject *object,
                   const char *path,
                   const char *name,
                   JsonArray **out,
                   GError **error)
{
  JsonNode *node = get_member (object, name);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail_type (path, name, "a list", error);
  *out = json_node_get_array (node);
  return TRUE;
}

gboolean
ts_json_get_string (JsonObject *object,
                    const char *path,
                    const char *name,
                    const char **out,
                    GError **error)
{
  JsonNode *node = get_member (object, name);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return fail_type (path, name, "a text", error);
  *out = json_node_get_string (node);
  return TRUE;
}

static gboolean
node_to_double (JsonNode *node, double *out)
{
  const char *text;

  if (!JSON_NODE_HOLDS_VALUE (node))
    return FALSE;
  switch (json_node_get_value_type (node)) {
  case G_TYPE_INT64:
  case G_TYPE_DOUBLE:
    *out = json_node_get_double (node);
    return TRUE;
  case G_TYPE_STRING:
    text = json_node_get_string (node);
    if (g_str_equal (text, "NaN"))
      *out = NAN;
    else if (g_str_equal (text, "Infinity"))
      *out = INFINITY;
    else if (g_str_equal (text, "-Infinity"))
      *out = -INFINITY;
    else
      return FALSE;
    return TRUE;
  default:
    return FALSE;
  }
}

gboolean
ts_json_get_double (JsonObject *object,
                    const char *path,
                    const char *name,
                    double *out,
                    GError **error)
{
  JsonNode *node = get_member (object, name);

  return node == NULL || node_to_double (node, out) || fail_type (path, name, "a number", error);
}

gboolean
ts_json_get_int (JsonObject *object,
                 const char *path,
                 const char *name,
                 gint64 *out,
                 GError **error)
{
  JsonNode *node = get_member (object, name);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return fail_type (path, name, "a whole number", error);
  *out = json_node_get_int (node);
  return TRUE;
}

gboolean
ts_json_get_boolean (JsonObject *object,
                     const char *path,
                     const char *name,
                     gboolean *out,
                     GError **error)
{
  JsonNode *node = get_member (object, name);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return fail_type (path, name, "true or false", error);
  *out = json_node_get_boolean (node);
  return TRUE;
}

gboolean
ts_json_has (JsonObject *object, const char *name)
{
  JsonNode *node = get_member (object, name);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node);
}

gboolean
ts_json_check_members (JsonObject *object,
                       const char *path,
                       const char *const *known,
                       GError **error)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *l = members; l != NULL; l = l->next) {
    if (!g_strv_contains (known, l->data)) {
      g_autofree char *list = g_strjoinv (", ", (char **) known);

      g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "unknown member “%s%s%s”; known are %s", path,
                   path[0] != '\0' ? "." : "", (const char *) l->data, list);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
ts_json_get_doubles (JsonObject *object,
                     const char *path,
                     const char *name,
                     double *out,
                     guint max_n,
                     guint *n,
                     GError **error)
{
  JsonArray *array = NULL;

  if (!ts_json_get_array (object, path, name, &array, error))
    return FALSE;
  if (array == NULL)
    return TRUE;

  guint length = json_array_get_length (array);

  if (length == 0 || length > max_n) {
    g_autofree char *expected = g_strdup_printf ("a list of 1 to %u numbers", max_n);

    return fail_type (path, name, expected, error);
  }
  for (guint i = 0; i < length; i++)
    if (!node_to_double (json_array_get_element (array, i), &out[i]))
      return fail_type (path, name, "a list of numbers", error);
  *n = length;
  return TRUE;
}

gboolean
ts_json_get_choice (JsonObject *object,
                    const char *path,
                    const char *name,
                    const char *const *names,
                    int *out,
                    GError **error)
{
  const char *text = NULL;

  if (!ts_json_get_string (object, path, name, &text, error))
    return FALSE;
  if (text == NULL || ts_name_lookup (names, text, out))
    return TRUE;

  g_autofree char *known = g_strjoinv (", ", (char **) names);

  g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“%s.%s” must be one of %s", path, name, known);
  return FALSE;
}

void
ts_json_write_node (JsonNode *node, TsJsonWriter *writer)
{
  if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObjectIter iter;
    const char *name;
    JsonNode *value;

    ts_json_writer_begin_object (writer);
    json_object_iter_init_ordered (&iter, json_node_get_object (node));
    while (json_object_iter_next_ordered (&iter, &name, &value)) {
      ts_json_writer_name (writer, name);
      ts_json_write_node (value, writer);
    }
    ts_json_writer_end_object (writer);
  } else if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);

    ts_json_writer_begin_array (writer);
    for (guint i = 0; i < json_array_get_length (array); i++)
      ts_json_write_node (json_array_get_element (array, i), writer);
    ts_json_writer_end_array (writer);
  } else if (JSON_NODE_HOLDS_NULL (node)) {
    ts_json_writer_null (writer);
  } else if (json_node_get_value_type (node) == G_TYPE_STRING) {
    ts_json_writer_string (writer, json_node_get_string (node));
  } else if (json_node_get_value_type (node) == G_TYPE_BOOLEAN) {
    ts_json_writer_boolean (writer, json_node_get_boolean (node));
  } else if (json_node_get_value_type (node) == G_TYPE_INT64) {
    ts_json_writer_int (writer, json_node_get_int (node));
  } else {
    ts_json_writer_double (writer, json_node_get_double (node));
  }
}
