/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-reader.h"

#include <json-glib/json-glib.h>

/* Prints what the readers make of each file named: one line of JSON a file, with the digest of each
 * array. For tests and for comparing with other programs. */

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_array (JsonBuilder *builder, TsNode *node)
{
  g_autoptr (GError) error = NULL;

  json_builder_begin_object (builder);
  add_string (builder, "path", ts_node_get_path (node));
  if (ts_node_get_note (node) != NULL)
    add_string (builder, "note", ts_node_get_note (node));
  if (ts_node_get_kind (node) == TS_NODE_ERROR) {
    add_string (builder, "error", ts_node_get_error (node)->message);
  } else {
    TsTensor *tensor = ts_node_get_tensor (node);
    g_autofree char *digest = NULL;

    add_string (builder, "dtype", ts_dtype_get_name (ts_tensor_get_dtype (tensor)));
    json_builder_set_member_name (builder, "shape");
    json_builder_begin_array (builder);
    for (guint i = 0; i < ts_tensor_get_n_dims (tensor); i++)
      json_builder_add_int_value (builder, (gint64) ts_tensor_get_dim (tensor, i));
    json_builder_end_array (builder);
    /* A few bytes may claim to be an array of terabytes; it opens, but takes long to read. */
    if (ts_tensor_get_n_elements (tensor) <= 1u << 28)
      digest = ts_tensor_digest (tensor, NULL, &error);
    if (digest != NULL)
      add_string (builder, "sha256", digest);
    else if (error != NULL)
      add_string (builder, "error", error->message);
  }
  json_builder_end_object (builder);
}

static void
add_texts (JsonBuilder *builder, TsNode *node)
{
  for (guint i = 0; i < ts_node_get_n_children (node); i++)
    add_texts (builder, ts_node_get_child (node, i));
  if (ts_node_get_kind (node) == TS_NODE_TEXT)
    add_string (builder, ts_node_get_path (node), ts_node_get_text (node));
}

static void
print_file (const char *path)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = ts_reader_open_path (path, NULL, &error);
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *line = NULL;

  json_builder_begin_object (builder);
  add_string (builder, "file", path);
  if (document == NULL) {
    add_string (builder, "error", error->message);
  } else {
    GPtrArray *arrays = ts_document_get_arrays (document);
    GPtrArray *warnings = ts_document_get_warnings (document);

    add_string (builder, "format", ts_document_get_format_id (document));
    json_builder_set_member_name (builder, "arrays");
    json_builder_begin_array (builder);
    for (guint i = 0; i < arrays->len; i++)
      add_array (builder, g_ptr_array_index (arrays, i));
    json_builder_end_array (builder);
    json_builder_set_member_name (builder, "texts");
    json_builder_begin_object (builder);
    add_texts (builder, ts_document_get_root (document));
    json_builder_end_object (builder);
    for (guint i = 0; i < warnings->len; i++)
      add_string (builder, "warning", g_ptr_array_index (warnings, i));
  }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  line = json_to_string (root, FALSE);
  g_print ("%s\n", line);
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    print_file (argv[i]);
  return 0;
}
