/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-columns.h"

#include <string.h>

#define MAX_COLUMNS                                                                                \
  64                /* wider records are no samples of a generator, and would cost a search each */
#define MAX_DEPTH 4 /* of records in records */
#define MANY      100

static gboolean
is_named (TsNode *node, const char *a, const char *b)
{
  const char *type_name = ts_node_get_type_name (node);

  return type_name != NULL && (g_str_equal (type_name, a) || g_str_equal (type_name, b));
}

/* Whether all are dicts or tuples with as many keys; what is cut off at the end is left out. */
static gboolean
are_records (GPtrArray *nodes)
{
  guint n_keys = nodes->len < 2 ? 0 : ts_node_get_n_children (g_ptr_array_index (nodes, 0));

  if (n_keys == 0 || n_keys > MAX_COLUMNS)
    return FALSE;
  for (guint i = 0; i < nodes->len; i++) {
    TsNode *node = g_ptr_array_index (nodes, i);

    if (ts_node_get_kind (node) != TS_NODE_CONTAINER || is_named (node, "list", "list") ||
        ts_node_get_n_children (node) != n_keys) {
      /* The end of a very long list is not there as a whole. */
      if (i < MANY || nodes->len - i > nodes->len / MANY)
        return FALSE;
      g_ptr_array_set_size (nodes, i);
    }
  }
  return TRUE;
}

/* The value under @key; records of one script have their keys in one order. */
static TsNode *
find_value (TsNode *record, const char *key, guint at)
{
  TsNode *value = ts_node_get_child (record, at);

  if (g_str_equal (ts_node_get_name (value), key))
    return value;
  for (guint i = 0; i < ts_node_get_n_children (record); i++) {
    value = ts_node_get_child (record, i);
    if (g_str_equal (ts_node_get_name (value), key))
      return value;
  }
  return NULL;
}

/* One number a record as one array: bool, int64 or double, whatever holds all. %NULL when one is no
 * number. */
static TsNode *
join_scalars (const char *key, GPtrArray *values)
{
  gsize n_bytes = (gsize) values->len * sizeof (double);
  const TsShape shape = { .n_dims = 1, .dims = { values->len } };
  gboolean is_integer = TRUE;
  g_autofree guint8 *data = g_malloc (n_bytes);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TsTensor) tensor = NULL;

  for (guint i = 0; i < values->len; i++) {
    GVariant *value = ts_node_get_value (g_ptr_array_index (values, i));

    if (value == NULL || g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64))
      return NULL;
    is_integer &= !g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE);
  }
  for (guint i = 0; i < values->len; i++) {
    GVariant *value = ts_node_get_value (g_ptr_array_index (values, i));
    gint64 integer = 0;
    double number;

    if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
      integer = g_variant_get_boolean (value);
    else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
      integer = g_variant_get_int64 (value);
    number = g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE) ? g_variant_get_double (value)
                                                                 : (double) integer;
    if (is_integer)
      memcpy (data + 8 * (gsize) i, &integer, 8);
    else
      memcpy (data + 8 * (gsize) i, &number, 8);
  }
  bytes = g_bytes_new_take (g_steal_pointer (&data), n_bytes);
  tensor = ts_tensor_new_from_bytes (bytes, is_integer ? TS_DTYPE_INT64 : TS_DTYPE_FLOAT64, &shape,
                                     NULL);
  return tensor != NULL ? ts_node_new_values (key, tensor) : NULL;
}

static TsNode *
join_list (const char *key, GPtrArray *values)
{
  TsNode *column = ts_node_new_container (key, "list");

  for (guint i = 0; i < values->len; i++) {
    g_autofree char *number = g_strdup_printf ("%u", i);

    ts_node_take_child (column, ts_node_copy_tree (g_ptr_array_index (values, i), number));
  }
  return column;
}

static gboolean add_columns (TsNode *columns, GPtrArray *records, guint depth);

/* %NULL when the values are not of one kind. A broken array stays broken in its place. */
static TsNode *
make_column (GPtrArray *records, const char *key, guint at, guint depth)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  g_autoptr (TsNode) column = NULL;
  TsNodeKind kind = TS_NODE_ERROR;

  for (guint i = 0; i < records->len; i++) {
    TsNode *value = find_value (g_ptr_array_index (records, i), key, at);

    if (value == NULL)
      return NULL;
    if (kind == TS_NODE_ERROR)
      kind = ts_node_get_kind (value);
    if (ts_node_get_kind (value) != kind &&
        !(kind == TS_NODE_TENSOR && ts_node_get_kind (value) == TS_NODE_ERROR))
      return NULL;
    g_ptr_array_add (values, value);
  }
  switch (kind) {
  case TS_NODE_SCALAR:
    return join_scalars (key, values);
  case TS_NODE_TENSOR:
  case TS_NODE_VALUES:
  case TS_NODE_TEXT:
    return join_list (key, values);
  case TS_NODE_CONTAINER: /* {"meta": {"seed": 3}} */
    column = ts_node_new_container (key, "columns");
    return add_columns (column, values, depth + 1) ? g_steal_pointer (&column) : NULL;
  case TS_NODE_OPAQUE:
  case TS_NODE_ERROR:
  default:
    return NULL;
  }
}

/* TRUE when there was a column to add. */
static gboolean
add_columns (TsNode *columns, GPtrArray *records, guint depth)
{
  TsNode *first;

  if (depth >= MAX_DEPTH || !are_records (records))
    return FALSE;
  first = g_ptr_array_index (records, 0);
  for (guint i = 0; i < ts_node_get_n_children (first); i++) {
    const char *key = ts_node_get_name (ts_node_get_child (first, i));
    TsNode *column = make_column (records, key, i, depth);

    if (column != NULL)
      ts_node_take_child (columns, column);
  }
  return ts_node_get_n_children (columns) > 0;
}

/* "sample_12": one of many. "train" is not. */
static gboolean
is_numbered (const char *name)
{
  gsize length = strlen (name);

  return length >= 2 && g_ascii_isdigit (name[length - 1]) && !g_ascii_isdigit (name[0]);
}

/* What may be a record: each item of a list, each dump of a folder, each numbered group of a file;
 * empty when @node is none of them. */
static GPtrArray *
collect_records (TsNode *node)
{
  GPtrArray *records = g_ptr_array_new ();
  gboolean is_list = is_named (node, "list", "tuple");
  gboolean is_folder = is_named (node, "folder", "folder");

  if (ts_node_get_kind (node) != TS_NODE_CONTAINER ||
      !(is_list || is_folder || is_named (node, "group", "group")))
    return records;
  for (guint i = 0; i < ts_node_get_n_children (node); i++) {
    TsNode *child = ts_node_get_child (node, i);

    if (is_folder && ts_node_get_kind (child) != TS_NODE_CONTAINER)
      continue; /* a broken dump, or a single picture beside them */
    if (!is_list && !is_folder && !is_numbered (ts_node_get_name (child))) {
      g_ptr_array_set_size (records, 0);
      break;
    }
    g_ptr_array_add (records, child);
  }
  return records;
}

void
ts_columns_add (TsNode *root)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new ();

  g_return_if_fail (TS_IS_NODE (root));

  g_ptr_array_add (left, root);
  while (left->len > 0) { /* a loop, because a hostile dump may nest deeply */
    TsNode *node = g_ptr_array_steal_index (left, left->len - 1);
    g_autoptr (GPtrArray) records = collect_records (node);
    g_autoptr (TsNode) columns = ts_node_new_container (TS_COLUMNS_NAME, "columns");

    for (guint i = 0; i < ts_node_get_n_children (node); i++)
      g_ptr_array_add (left, ts_node_get_child (node, i));
    if (add_columns (columns, records, 0)) {
      ts_node_set_derived (columns);
      ts_node_take_child (node, g_steal_pointer (&columns));
    }
  }
}

TsNode *
ts_columns_get (TsNode *list)
{
  TsNode *first;

  g_return_val_if_fail (TS_IS_NODE (list), NULL);

  first = ts_node_get_n_children (list) > 0 ? ts_node_get_child (list, 0) : NULL;
  return first != NULL && ts_node_is_derived (first) ? first : NULL;
}
