/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "base/ts-half.h"
#include "reader/ts-torch-derive.h"
#include "reader/ts-torch-derived.h"

#include <string.h>

/* Sparse tensors made dense: a place for each stored value (or block, or row of values), every
 * index checked; values that meet in one place are added, as torch does. */

typedef struct
{
  TsTensor *pointers; /* compressed layouts only */
  TsTensor *indices;
  TsTensor *values;
  TsShape shape;
  gboolean is_column, has_blocks;
} Sparse;

static void
sparse_free (gpointer data)
{
  Sparse *self = data;

  g_clear_object (&self->pointers);
  g_clear_object (&self->indices);
  g_clear_object (&self->values);
  g_free (self);
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "the sparse tensor cannot be made dense: %s",
               what);
  return FALSE;
}

#define ADD(type)                                                                                  \
  do {                                                                                             \
    type a, b;                                                                                     \
    memcpy (&a, to, sizeof a);                                                                     \
    memcpy (&b, from, sizeof b);                                                                   \
    a = (type) (a + b);                                                                            \
    memcpy (to, &a, sizeof a);                                                                     \
  } while (0)

/* The real types and bool; narrow floats do not come twice in practice, the last one counts. */
static void
add_element (TsDtype dtype, guint8 *to, const guint8 *from)
{
  switch ((int) dtype) {
  case TS_DTYPE_BOOL:
    *to = *to | *from;
    break;
  case TS_DTYPE_INT8:
  case TS_DTYPE_UINT8:
    *to = (guint8) (*to + *from);
    break;
  case TS_DTYPE_INT16:
  case TS_DTYPE_UINT16:
    ADD (guint16);
    break;
  case TS_DTYPE_INT32:
  case TS_DTYPE_UINT32:
    ADD (guint32);
    break;
  case TS_DTYPE_INT64:
  case TS_DTYPE_UINT64:
    ADD (guint64);
    break;
  case TS_DTYPE_FLOAT32:
    ADD (float);
    break;
  case TS_DTYPE_FLOAT64:
    ADD (double);
    break;
  case TS_DTYPE_FLOAT16: {
    guint16 a, b;

    memcpy (&a, to, 2);
    memcpy (&b, from, 2);
    a = ts_half_from_float (ts_half_to_float (a) + ts_half_to_float (b));
    memcpy (to, &a, 2);
    break;
  }
  case TS_DTYPE_COMPLEX64:
    add_element (TS_DTYPE_FLOAT32, to, from);
    add_element (TS_DTYPE_FLOAT32, to + 4, from + 4);
    break;
  case TS_DTYPE_COMPLEX128:
    add_element (TS_DTYPE_FLOAT64, to, from);
    add_element (TS_DTYPE_FLOAT64, to + 8, from + 8);
    break;
  default:
    memcpy (to, from, ts_dtype_get_size (dtype));
    break;
  }
}

static guint8 *
read_packed (TsTensor *tensor, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsBlock) block = ts_torch_read_part (tensor, cancellable, error);
  guint8 *out;

  if (block == NULL)
    return NULL;
  out = g_try_malloc (ts_block_get_n_elements (block) * ts_dtype_get_size (block->dtype) + 1);
  if (out == NULL)
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for the parts of a sparse tensor");
  else
    ts_block_copy_packed (block, out);
  return out;
}

/* Integers of any width as gint64. */
static gint64 *
read_integers (TsTensor *tensor, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *packed = read_packed (tensor, cancellable, error);
  guint64 n = ts_tensor_get_n_elements (tensor);
  gsize size = ts_dtype_get_size (ts_tensor_get_dtype (tensor));
  gint64 *out;

  if (packed == NULL)
    return NULL;
  out = g_try_new (gint64, n + 1);
  if (out == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for the parts of a sparse tensor");
    return NULL;
  }
  for (guint64 i = 0; i < n; i++) {
    gint32 narrow;

    if (size == 8) {
      memcpy (&out[i], packed + 8 * i, 8);
    } else {
      memcpy (&narrow, packed + 4 * i, 4);
      out[i] = narrow;
    }
  }
  return out;
}

static guint8 *
new_zeros (Sparse *self, guint64 *n_bytes, GError **error)
{
  guint64 n_elements = 0;
  guint8 *out;

  /* within the limit, or the tensor would not be there */
  ts_shape_count (&self->shape, &n_elements);
  *n_bytes = n_elements * ts_dtype_get_size (ts_tensor_get_dtype (self->values));
  out = g_try_malloc0 (*n_bytes + 1);
  if (out == NULL)
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for %" G_GUINT64_FORMAT " bytes",
                 *n_bytes);
  return out;
}

static guint64
count_from (const TsShape *shape, guint axis)
{
  guint64 n = 1;

  for (guint i = axis; i < shape->n_dims; i++)
    n *= shape->dims[i];
  return n;
}

static GBytes *
compute_coo (gpointer data, GCancellable *cancellable, GError **error)
{
  Sparse *self = data;
  TsDtype dtype = ts_tensor_get_dtype (self->values);
  gsize size = ts_dtype_get_size (dtype);
  guint n_sparse = (guint) ts_tensor_get_dim (self->indices, 0);
  guint64 n = ts_tensor_get_dim (self->indices, 1);
  guint64 row = count_from (&self->shape, n_sparse);
  guint64 n_bytes;
  g_autofree gint64 *indices = read_integers (self->indices, cancellable, error);
  g_autofree guint8 *values =
      indices != NULL ? read_packed (self->values, cancellable, error) : NULL;
  g_autofree guint8 *out = values != NULL ? new_zeros (self, &n_bytes, error) : NULL;

  if (out == NULL)
    return NULL;
  for (guint64 k = 0; k < n; k++) {
    guint64 at = 0;

    for (guint axis = 0; axis < n_sparse; axis++) {
      gint64 index = indices[axis * n + k];

      if (index < 0 || (guint64) index >= self->shape.dims[axis]) {
        fail (error, "an index lies outside its shape");
        return NULL;
      }
      at = at * self->shape.dims[axis] + (guint64) index;
    }
    for (guint64 i = 0; i < row; i++)
      add_element (dtype, out + (at * row + i) * size, values + (k * row + i) * size);
  }
  return g_bytes_new_take (g_steal_pointer (&out), (gsize) n_bytes);
}

static gboolean
check_integers (TsTensor *tensor, GError **error)
{
  TsDtype dtype = ts_tensor_get_dtype (tensor);

  if (!ts_tensor_has_data (tensor))
    return fail (error, "its indices were saved without data");
  return dtype == TS_DTYPE_INT64 || dtype == TS_DTYPE_INT32 ||
         fail (error, "its indices are no integers");
}

TsTensor *
ts_torch_derive_from_coo (TsTensor *indices, TsTensor *values, const TsShape *shape, GError **error)
{
  guint n_values_dims = ts_tensor_get_n_dims (values);
  guint64 n_sparse;
  Sparse *sparse;

  if (!check_integers (indices, error))
    return NULL;
  n_sparse = ts_tensor_get_n_dims (indices) == 2 ? ts_tensor_get_dim (indices, 0) : G_MAXUINT64;
  if (n_sparse > shape->n_dims || n_values_dims != shape->n_dims - n_sparse + 1 ||
      ts_tensor_get_dim (values, 0) != ts_tensor_get_dim (indices, 1) ||
      !ts_tensor_has_data (values)) {
    fail (error, "its indices and values do not fit each other");
    return NULL;
  }
  for (guint i = 1; i < n_values_dims; i++) {
    if (ts_tensor_get_dim (values, i) != shape->dims[n_sparse + i - 1]) {
      fail (error, "its values do not fit its shape");
      return NULL;
    }
  }
  sparse = g_new0 (Sparse, 1);
  sparse->indices = g_object_ref (indices);
  sparse->values = g_object_ref (values);
  sparse->shape = *shape;
  return ts_torch_derive (ts_tensor_get_dtype (values), shape, compute_coo, sparse, sparse_free,
                          error);
}

/* How a compressed tensor is cut up: batch x rows x columns x dense, in blocks. */
typedef struct
{
  guint64 n_batch, n_rows, n_columns, n_dense;
  guint64 block_rows, block_columns;
  guint64 n_compressed, n_plain; /* blocks along the compressed and the other axis */
  guint64 n_stored;              /* values (blocks) in each batch */
} Plan;

static gboolean
make_plan (TsTensor *pointers,
           TsTensor *indices,
           TsTensor *values,
           const TsShape *shape,
           gboolean is_column,
           gboolean has_blocks,
           Plan *plan)
{
  const TsShape *v = ts_tensor_get_shape (values);
  guint n_batch_dims = ts_tensor_get_n_dims (pointers) - 1;
  guint block_dims = has_blocks ? 2 : 0;
  guint64 rows, columns;

  if (ts_tensor_get_n_dims (pointers) < 1 || shape->n_dims < n_batch_dims + 2 ||
      ts_tensor_get_n_dims (indices) != n_batch_dims + 1 ||
      v->n_dims != shape->n_dims - 1 + block_dims)
    return FALSE;
  *plan = (Plan){ .n_batch = 1, .block_rows = 1, .block_columns = 1 };
  for (guint i = 0; i < n_batch_dims; i++) {
    if (ts_tensor_get_dim (pointers, i) != shape->dims[i] ||
        ts_tensor_get_dim (indices, i) != shape->dims[i] || v->dims[i] != shape->dims[i])
      return FALSE;
    plan->n_batch *= shape->dims[i];
  }
  for (guint i = n_batch_dims + 2; i < shape->n_dims; i++) {
    if (v->dims[i - 1 + block_dims] != shape->dims[i])
      return FALSE;
  }
  plan->n_stored = ts_tensor_get_dim (indices, n_batch_dims);
  if (v->dims[n_batch_dims] != plan->n_stored)
    return FALSE;
  if (has_blocks) {
    plan->block_rows = v->dims[n_batch_dims + 1];
    plan->block_columns = v->dims[n_batch_dims + 2];
  }
  plan->n_rows = shape->dims[n_batch_dims];
  plan->n_columns = shape->dims[n_batch_dims + 1];
  plan->n_dense = count_from (shape, n_batch_dims + 2);
  if (plan->block_rows == 0 || plan->block_columns == 0 || plan->n_rows % plan->block_rows != 0 ||
      plan->n_columns % plan->block_columns != 0)
    return FALSE;
  rows = plan->n_rows / plan->block_rows;
  columns = plan->n_columns / plan->block_columns;
  plan->n_compressed = is_column ? columns : rows;
  plan->n_plain = is_column ? rows : columns;
  return ts_tensor_get_dim (pointers, n_batch_dims) == plan->n_compressed + 1;
}

/* One stored value, or block of them, to its place; row and column count blocks. */
static void
put_block (const Sparse *self,
           const Plan *plan,
           guint64 batch,
           guint64 row,
           guint64 column,
           const guint8 *from,
           guint8 *out)
{
  TsDtype dtype = ts_tensor_get_dtype (self->values);
  gsize size = ts_dtype_get_size (dtype);

  for (guint64 i = 0; i < plan->block_rows; i++) {
    for (guint64 j = 0; j < plan->block_columns; j++) {
      guint64 y = row * plan->block_rows + i;
      guint64 x = column * plan->block_columns + j;
      guint64 at = ((batch * plan->n_rows + y) * plan->n_columns + x) * plan->n_dense;

      for (guint64 k = 0; k < plan->n_dense; k++, from += size)
        add_element (dtype, out + (at + k) * size, from);
    }
  }
}

static GBytes *
compute_compressed (gpointer data, GCancellable *cancellable, GError **error)
{
  Sparse *self = data;
  Plan plan;
  gsize block_bytes;
  guint64 n_bytes;
  g_autofree gint64 *pointers = read_integers (self->pointers, cancellable, error);
  g_autofree gint64 *indices =
      pointers != NULL ? read_integers (self->indices, cancellable, error) : NULL;
  g_autofree guint8 *values =
      indices != NULL ? read_packed (self->values, cancellable, error) : NULL;
  g_autofree guint8 *out = values != NULL ? new_zeros (self, &n_bytes, error) : NULL;

  if (out == NULL)
    return NULL;
  if (!make_plan (self->pointers, self->indices, self->values, &self->shape, self->is_column,
                  self->has_blocks, &plan)) {
    fail (error, "its parts do not fit each other");
    return NULL;
  }
  block_bytes = (gsize) (plan.block_rows * plan.block_columns * plan.n_dense) *
                ts_dtype_get_size (ts_tensor_get_dtype (self->values));
  for (guint64 batch = 0; batch < plan.n_batch; batch++) {
    const gint64 *p = pointers + batch * (plan.n_compressed + 1);

    for (guint64 c = 0; c < plan.n_compressed; c++) {
      if (p[c] < 0 || p[c + 1] < p[c] || (guint64) p[c + 1] > plan.n_stored) {
        fail (error, "its row pointers do not ascend within its values");
        return NULL;
      }
      for (guint64 k = (guint64) p[c]; k < (guint64) p[c + 1]; k++) {
        gint64 index = indices[batch * plan.n_stored + k];

        if (index < 0 || (guint64) index >= plan.n_plain) {
          fail (error, "an index lies outside its shape");
          return NULL;
        }
        put_block (self, &plan, batch, self->is_column ? (guint64) index : c,
                   self->is_column ? c : (guint64) index,
                   values + (batch * plan.n_stored + k) * block_bytes, out);
      }
    }
  }
  return g_bytes_new_take (g_steal_pointer (&out), (gsize) n_bytes);
}

TsTensor *
ts_torch_derive_from_compressed (TsTensor *pointers,
                                 TsTensor *indices,
                                 TsTensor *values,
                                 const TsShape *shape,
                                 gboolean is_column,
                                 gboolean has_blocks,
                                 GError **error)
{
  Plan plan;
  guint64 n_elements;
  Sparse *sparse;

  if (!check_integers (pointers, error) || !check_integers (indices, error))
    return NULL;
  if (!ts_shape_count (shape, &n_elements) || !ts_tensor_has_data (values) ||
      !make_plan (pointers, indices, values, shape, is_column, has_blocks, &plan)) {
    fail (error, "its parts do not fit each other");
    return NULL;
  }
  sparse = g_new0 (Sparse, 1);
  sparse->pointers = g_object_ref (pointers);
  sparse->indices = g_object_ref (indices);
  sparse->values = g_object_ref (values);
  sparse->shape = *shape;
  sparse->is_column = is_column;
  sparse->has_blocks = has_blocks;
  return ts_torch_derive (ts_tensor_get_dtype (values), shape, compute_compressed, sparse,
                          sparse_free, error);
}
