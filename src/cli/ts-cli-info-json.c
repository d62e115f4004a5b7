/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/ts-cli-info.h"

#include "export/ts-json-writer.h"

#include <stdio.h>

#define MAX_JSON_NUMBERS 65536
#define MAX_JSON_VALUES  100000

static void
write_range (TsJsonWriter *json, const TsValueRange *range)
{
  g_autofree char *reason = ts_value_range_describe (range);

  ts_json_writer_begin_object (json);
  ts_json_writer_name (json, "kind");
  ts_json_writer_string (json, ts_value_range_kind_to_string (range->kind));
  ts_json_writer_name (json, "lo");
  ts_json_writer_double (json, range->lo);
  ts_json_writer_name (json, "hi");
  ts_json_writer_double (json, range->hi);
  ts_json_writer_name (json, "preset");
  ts_json_writer_string (json, range->preset);
  ts_json_writer_name (json, "offer");
  ts_json_writer_string (json, range->offer);
  ts_json_writer_name (json, "reason");
  ts_json_writer_string (json, reason);
  ts_json_writer_end_object (json);
}

static void
write_array (TsJsonWriter *json, const TsCliArray *array)
{
  TsTensor *tensor = ts_node_get_tensor (array->node);
  const TsShape *shape =
      tensor != NULL ? ts_tensor_get_shape (tensor) : ts_node_get_declared_shape (array->node);

  ts_json_writer_begin_object (json);
  ts_json_writer_name (json, "path");
  ts_json_writer_string (json, ts_node_get_path (array->node));
  ts_json_writer_name (json, "dtype");
  ts_json_writer_string (json, tensor != NULL ? ts_dtype_get_name (ts_tensor_get_dtype (tensor))
                                              : ts_node_get_declared_dtype (array->node));
  ts_json_writer_name (json, "shape");
  if (shape != NULL)
    ts_json_writer_uints (json, shape->dims, shape->n_dims);
  else
    ts_json_writer_null (json);
  ts_json_writer_name (json, "role");
  ts_json_writer_string (json, array->role);
  ts_json_writer_name (json, "layout");
  ts_json_writer_string (json, ts_cli_info_get_layout (array));
  ts_json_writer_name (json, "layout_confidence");
  ts_json_writer_string (json, array->guess != NULL
                                   ? ts_confidence_to_string (array->guess->confidence)
                                   : NULL);
  ts_json_writer_name (json, "layout_reason");
  ts_json_writer_string (json, array->guess != NULL ? array->guess->reason : NULL);
  ts_json_writer_name (json, "range");
  if (array->has_range)
    write_range (json, &array->range);
  else
    ts_json_writer_null (json);
  if (array->digest != NULL) {
    ts_json_writer_name (json, "sha256");
    ts_json_writer_string (json, array->digest);
  }
  if (ts_node_get_note (array->node) != NULL) {
    ts_json_writer_name (json, "note");
    ts_json_writer_string (json, ts_node_get_note (array->node));
  }
  if (array->error != NULL) {
    ts_json_writer_name (json, "error");
    ts_json_writer_string (json, array->error);
  }
  ts_json_writer_end_object (json);
}

/* A number, a text or a list of numbers; FALSE for any other node. */
static gboolean
write_value (TsJsonWriter *json, TsNode *node)
{
  TsNodeKind kind = ts_node_get_kind (node);
  g_autoptr (TsBlock) block = NULL;

  if (kind == TS_NODE_VALUES &&
      ts_tensor_get_n_elements (ts_node_get_tensor (node)) <= MAX_JSON_NUMBERS)
    block = ts_tensor_read_all (ts_node_get_tensor (node), NULL, NULL);
  if (kind != TS_NODE_SCALAR && kind != TS_NODE_TEXT && block == NULL)
    return FALSE;
  ts_json_writer_name (json, ts_node_get_path (node));
  if (kind == TS_NODE_SCALAR)
    ts_json_writer_variant (json, ts_node_get_value (node));
  else if (kind == TS_NODE_TEXT)
    ts_json_writer_string (json, ts_node_get_text (node));
  else
    ts_json_writer_block (json, block);
  return TRUE;
}

static void
write_values (TsJsonWriter *json, TsDocument *document)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  guint n_written = 0;

  ts_json_writer_begin_object (json);
  g_ptr_array_add (stack, ts_document_get_root (document));
  while (stack->len > 0 && n_written < MAX_JSON_VALUES) {
    TsNode *node = g_ptr_array_steal_index (stack, stack->len - 1);

    if (ts_node_is_derived (node))
      continue;
    if (write_value (json, node))
      n_written++;
    for (guint i = ts_node_get_n_children (node); i-- > 0;)
      g_ptr_array_add (stack, ts_node_get_child (node, i));
  }
  ts_json_writer_end_object (json);
}

void
ts_cli_info_print_json (const TsCliInfo *self)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TsJsonWriter json;

  ts_json_writer_init (&json, out, 0);
  ts_json_writer_begin_object (&json);
  ts_json_writer_name (&json, "file");
  ts_json_writer_string (&json, self->file);
  ts_json_writer_name (&json, "format");
  ts_json_writer_string (&json, self->document != NULL ? ts_document_get_format_id (self->document)
                                                       : NULL);
  ts_json_writer_name (&json, "arrays");
  ts_json_writer_begin_array (&json);
  for (guint i = 0; self->arrays != NULL && i < self->arrays->len; i++)
    write_array (&json, &g_array_index (self->arrays, TsCliArray, i));
  ts_json_writer_end_array (&json);
  ts_json_writer_name (&json, "values");
  if (self->document != NULL) {
    write_values (&json, self->document);
  } else {
    ts_json_writer_begin_object (&json);
    ts_json_writer_end_object (&json);
  }
  if (self->document != NULL && ts_document_get_warnings (self->document)->len > 0) {
    GPtrArray *warnings = ts_document_get_warnings (self->document);

    ts_json_writer_name (&json, "warnings");
    ts_json_writer_begin_array (&json);
    for (guint i = 0; i < warnings->len; i++)
      ts_json_writer_string (&json, g_ptr_array_index (warnings, i));
    ts_json_writer_end_array (&json);
  }
  if (self->error != NULL) {
    ts_json_writer_name (&json, "error");
    ts_json_writer_string (&json, self->error);
  }
  ts_json_writer_end_object (&json);
  printf ("%s\n", out->str);
}
