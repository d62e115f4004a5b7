/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/ts-cli-info.h"

#include "cli/ts-cli-table.h"
#include "tensor/ts-columns.h"

#include <stdio.h>
#include <string.h>

/* Of a long list of texts or numbers people get the beginning; JSON has all up to a limit. */
#define MAX_SHOWN_CHILDREN 60
#define MAX_SHOWN_NUMBERS  6

/* "100, 101, 102, …" */
static char *
describe_numbers (TsTensor *tensor)
{
  const guint64 start[TS_MAX_DIMS] = { 0 };
  const guint64 count[] = { MIN (ts_tensor_get_dim (tensor, 0), MAX_SHOWN_NUMBERS) };
  g_autoptr (TsBlock) block = ts_tensor_read (tensor, start, count, NULL, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "%" G_GUINT64_FORMAT " numbers", ts_tensor_get_dim (tensor, 0));
  for (guint64 i = 0; block != NULL && i < count[0]; i++) {
    g_autofree char *number =
        ts_dtype_format_element (block->dtype, block->data + i * (guint64) block->strides_elems[0] *
                                                                 ts_dtype_get_size (block->dtype));

    g_string_append_printf (text, "%s%s", i == 0 ? ": " : ", ", number);
  }
  if (ts_tensor_get_dim (tensor, 0) > MAX_SHOWN_NUMBERS)
    g_string_append (text, ", …");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Why it is shown as it is. */
static void
add_reasons (TsCliTable *table, guint indent, const TsLayoutGuess *guess, const TsValueRange *range)
{
  const char *reason = guess->reason;

  if (guess->confidence != TS_CONFIDENCE_NONE || guess->reshape != NULL) {
    /* The layout in front stands in the row. */
    if (guess->confidence != TS_CONFIDENCE_NONE && strstr (reason, ": ") != NULL)
      reason = strstr (reason, ": ") + 2;
    ts_cli_table_add_line (table, indent, reason);
  }
  if (range != NULL) {
    g_autofree char *described = ts_value_range_describe (range);

    ts_cli_table_add_line (table, indent, described);
  }
}

static void
add_list_lines (TsCliTable *table, guint indent, TsView *list)
{
  TsBatch *batch = ts_view_get_batch (list);
  g_autofree char *text = NULL;
  TsImageSize size;

  ts_batch_get_max_size (batch, &size);
  text = g_strdup_printf ("a list of %" G_GUINT64_FORMAT " images, %s%u×%u pixels",
                          ts_batch_get_n_images (batch),
                          ts_batch_is_uniform (batch) ? "" : "up to ", size.width, size.height);
  ts_cli_table_add_line (table, indent, text);
  add_reasons (table, indent, ts_view_get_layout_guess (list), ts_view_get_value_range (list));
}

static void
add_array_row (const TsCliInfo *self,
               TsCliTable *table,
               const TsCliArray *array,
               char *name,
               guint indent)
{
  TsTensor *tensor = ts_node_get_tensor (array->node);
  const TsShape *shape =
      tensor != NULL ? ts_tensor_get_shape (tensor) : ts_node_get_declared_shape (array->node);
  const char *dtype = tensor != NULL ? ts_dtype_get_name (ts_tensor_get_dtype (tensor))
                                     : ts_node_get_declared_dtype (array->node);
  gboolean is_image = array->guess != NULL && array->guess->confidence != TS_CONFIDENCE_NONE;
  char *layout = is_image ? g_strdup_printf ("%s, %s", ts_cli_info_get_layout (array),
                                             ts_confidence_to_string (array->guess->confidence))
                          : NULL;

  ts_cli_table_take_row (table,
                         (char *[]){ name, dtype != NULL ? ts_cli_escape (dtype, 24) : NULL,
                                     shape != NULL ? ts_shape_to_string (shape) : NULL,
                                     g_strdup (array->error != NULL ? "broken" : array->role),
                                     layout });
  if (array->error != NULL) {
    g_autofree char *error = ts_cli_escape (array->error, 0);

    ts_cli_table_add_line (table, indent + 2, error);
  }
  if (ts_node_get_note (array->node) != NULL) {
    g_autofree char *note = ts_cli_escape (ts_node_get_note (array->node), 200);

    ts_cli_table_add_line (table, indent + 2, note);
  }
  if (array->guess != NULL && !ts_cli_info_is_in_list (self, array->node))
    add_reasons (table, indent + 2, array->guess, array->has_range ? &array->range : NULL);
  if (array->digest != NULL) {
    g_autofree char *digest = g_strconcat ("sha256 ", array->digest, NULL);

    ts_cli_table_add_line (table, indent + 2, digest);
  }
}

static void
add_other_row (TsCliTable *table, TsNode *node, char *name)
{
  char *what;

  switch (ts_node_get_kind (node)) {
  case TS_NODE_VALUES:
    what = describe_numbers (ts_node_get_tensor (node));
    break;
  case TS_NODE_TEXT:
    what = ts_cli_escape (ts_node_get_text (node), 72);
    break;
  case TS_NODE_CONTAINER:
  case TS_NODE_TENSOR:
  case TS_NODE_SCALAR:
  case TS_NODE_OPAQUE:
  case TS_NODE_ERROR:
  default:
    what = ts_cli_escape (ts_node_get_summary (node), 72);
    break;
  }
  ts_cli_table_take_row (table, (char *[]){ name, what, NULL, NULL, NULL });
}

static void add_node (const TsCliInfo *self, TsCliTable *table, TsNode *node, guint depth);

/* A list that holds one value of each record. */
static gboolean
is_column (TsNode *node)
{
  for (TsNode *in = ts_node_get_parent (node); in != NULL; in = ts_node_get_parent (in)) {
    if (ts_node_is_derived (in))
      return g_strcmp0 (ts_node_get_type_name (node), "list") == 0;
  }
  return FALSE;
}

static void
add_children (const TsCliInfo *self, TsCliTable *table, TsNode *node, guint depth)
{
  guint n = ts_node_get_n_children (node);
  guint n_shown = n > MAX_SHOWN_CHILDREN + 10 ? MAX_SHOWN_CHILDREN : n;
  TsNode *columns = ts_columns_get (node);
  TsView *view = ts_cli_roles_get_view (self->roles);

  if (view != NULL && ts_view_get_node (view) == node &&
      ts_node_get_kind (node) == TS_NODE_CONTAINER)
    add_list_lines (table, 2 * depth, view);
  if (columns != NULL) { /* the records one by one say nothing more */
    n_shown = MIN (n, 2);
  } else if (is_column (node)) {
    n_shown = MIN (n, 1);
  }
  for (guint i = 0; i < n_shown; i++)
    add_node (self, table, ts_node_get_child (node, i), depth);
  if (n_shown < n) {
    g_autofree char *more = g_strdup_printf ("… %u more (--json lists all)", n - n_shown);

    ts_cli_table_add_line (table, 2 * depth, more);
  }
}

static void
add_node (const TsCliInfo *self, TsCliTable *table, TsNode *node, guint depth)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_node, node));
  g_autofree char *escaped = ts_cli_escape (ts_node_get_name (node), 60);
  /* A bare array has no name. */
  char *name = g_strdup_printf ("%*s%s", (int) (2 * depth), "",
                                *escaped != '\0' || depth > 1 ? escaped : "array");

  if (index > 0)
    add_array_row (self, table, &g_array_index (self->arrays, TsCliArray, index - 1), name,
                   2 * depth);
  else
    add_other_row (table, node, name);
  if (depth < 64)
    add_children (self, table, node, depth + 1);
}

void
ts_cli_info_print_tree (const TsCliInfo *self)
{
  g_autoptr (TsCliTable) table = ts_cli_table_new (5);
  g_autofree char *name = ts_cli_escape (ts_document_get_name (self->document), 0);
  guint64 n_bytes = ts_source_get_size (ts_document_get_source (self->document));
  g_autofree char *size = n_bytes > 0 ? g_format_size (n_bytes) : NULL; /* a folder has none */
  TsNode *root = ts_document_get_root (self->document);
  GPtrArray *warnings = ts_document_get_warnings (self->document);

  printf ("%s: %s%s%s\n", name, ts_document_get_format_id (self->document),
          size != NULL ? ", " : "", size != NULL ? size : "");
  for (guint i = 0; i < warnings->len; i++) {
    g_autofree char *warning = ts_cli_escape (g_ptr_array_index (warnings, i), 0);

    printf ("  note: %s\n", warning);
  }
  if (ts_node_get_kind (root) == TS_NODE_CONTAINER)
    add_children (self, table, root, 1);
  else
    add_node (self, table, root, 1);
  ts_cli_table_print (table, stdout);
}
