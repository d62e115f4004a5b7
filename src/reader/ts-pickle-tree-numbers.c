/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle-tree-private.h"
#include "reader/ts-pickle-tree.h"

#include <string.h>

/* Lists of plain numbers, which are one node of kind values. */

static gboolean
get_unsigned (const TsPickleValue *value, guint64 *number)
{
  if (value->kind == TS_PICKLE_INT && value->at.integer >= 0) {
    *number = (guint64) value->at.integer;
    return TRUE;
  }
  if (value->kind == TS_PICKLE_BIGINT) {
    g_autoptr (GVariant) scalar = ts_pickle_tree_make_scalar (value);

    if (scalar != NULL)
      *number = g_variant_get_uint64 (scalar);
    return scalar != NULL;
  }
  return FALSE;
}

gboolean
ts_pickle_tree_add_numbers (Tree *tree,
                            TsNode *parent,
                            const char *name,
                            const TsPickleValue *value,
                            TsPickleValue *const *items,
                            guint n_items)
{
  TsTensor *known = g_hash_table_lookup (tree->numbers, value);
  guint n_bools = 0, n_ints = 0, n_floats = 0, n_big = 0;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TsTensor) tensor = NULL;
  TsShape shape = { .n_dims = 1, .dims = { n_items } };
  guint8 *data;
  TsDtype dtype;

  if (known != NULL) {
    ts_pickle_tree_attach (tree, parent, ts_node_new_values (name, known));
    return TRUE;
  }
  if (n_items < 2)
    return FALSE;
  for (guint i = 0; i < n_items; i++) {
    switch ((int) items[i]->kind) {
    case TS_PICKLE_BOOL:
      n_bools++;
      break;
    case TS_PICKLE_INT:
      n_ints++;
      break;
    case TS_PICKLE_BIGINT:
      n_big++;
      break;
    case TS_PICKLE_FLOAT:
      n_floats++;
      break;
    default:
      return FALSE;
    }
  }
  if (n_bools == n_items)
    dtype = TS_DTYPE_BOOL;
  else if (n_ints == n_items)
    dtype = TS_DTYPE_INT64;
  else if (n_ints + n_floats == n_items)
    dtype = TS_DTYPE_FLOAT64;
  else if (n_ints + n_big == n_items)
    dtype = TS_DTYPE_UINT64;
  else
    return FALSE;
  data = g_malloc ((gsize) n_items * ts_dtype_get_size (dtype));
  bytes = g_bytes_new_take (data, (gsize) n_items * ts_dtype_get_size (dtype));
  for (guint i = 0; i < n_items; i++) {
    gint64 integer = items[i]->at.integer;
    guint64 big = 0;
    double number = 0.0;

    if (dtype == TS_DTYPE_BOOL)
      data[i] = integer != 0;
    else if (dtype == TS_DTYPE_INT64)
      memcpy (data + 8 * (gsize) i, &integer, 8);
    else if (dtype == TS_DTYPE_UINT64 && get_unsigned (items[i], &big))
      memcpy (data + 8 * (gsize) i, &big, 8);
    else if (dtype == TS_DTYPE_FLOAT64 && ts_pickle_value_get_double (items[i], &number))
      memcpy (data + 8 * (gsize) i, &number, 8);
    else
      return FALSE;
  }
  tensor = ts_tensor_new_from_bytes (bytes, dtype, &shape, NULL);
  if (tensor == NULL)
    return FALSE;
  ts_pickle_tree_attach (tree, parent, ts_node_new_values (name, tensor));
  g_hash_table_insert (tree->numbers, (gpointer) value, g_steal_pointer (&tensor));
  return TRUE;
}
