/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-block.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

TsBlock *
ts_block_new (const guint8 *data,
              TsDtype dtype,
              guint n_dims,
              const guint64 *dims,
              const gint64 *strides_elems,
              gpointer owner,
              GDestroyNotify free_owner)
{
  TsBlock *self;

  g_return_val_if_fail (n_dims <= TS_BLOCK_MAX_DIMS, NULL);

  self = g_new0 (TsBlock, 1);
  self->data = data;
  self->dtype = dtype;
  self->n_dims = n_dims;
  for (guint i = 0; i < n_dims; i++) {
    self->dims[i] = dims[i];
    self->strides_elems[i] = strides_elems[i];
  }
  self->owner = owner;
  self->free_owner = free_owner;
  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

TsBlock *
ts_block_get_rows (const TsBlock *block, guint64 first, guint64 n_rows)
{
  guint64 dims[TS_BLOCK_MAX_DIMS];

  g_return_val_if_fail (block != NULL && block->n_dims > 0, NULL);
  g_return_val_if_fail (first <= block->dims[0] && n_rows <= block->dims[0] - first, NULL);

  memcpy (dims, block->dims, block->n_dims * sizeof *dims);
  dims[0] = n_rows;
  return ts_block_new (block->data + (gssize) first * (gssize) block->strides_elems[0] *
                                         (gssize) ts_dtype_get_size (block->dtype),
                       block->dtype, block->n_dims, dims, block->strides_elems, NULL, NULL);
}

TsBlock *
ts_block_new_unset (TsDtype dtype,
                    guint n_dims,
                    const guint64 *dims,
                    guint8 **out_data,
                    GError **error)
{
  gint64 strides[TS_BLOCK_MAX_DIMS];
  guint64 n_bytes = ts_dtype_get_size (dtype);
  guint8 *data = NULL;

  g_return_val_if_fail (n_dims <= TS_BLOCK_MAX_DIMS, NULL);

  for (guint i = n_dims; i-- > 0;) {
    strides[i] = (gint64) (n_bytes / ts_dtype_get_size (dtype));
    if (!ts_checked_mul (n_bytes, dims[i], &n_bytes) || n_bytes > G_MAXINT64 / 2) {
      g_set_error_literal (error, TS_ERROR, TS_ERROR_REFUSED,
                           _ ("The array is too large for memory"));
      return NULL;
    }
  }
  /* aligned_alloc wants a multiple of the alignment; one line more lets kernels read past the end
   * of the last row within the allocation. */
  data = aligned_alloc (64, (gsize) ((n_bytes + 127) & ~(guint64) 63));
  if (data == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, _ ("No memory for %" PRIu64 " bytes"), n_bytes);
    return NULL;
  }
  if (out_data != NULL)
    *out_data = data;
  return ts_block_new (data, dtype, n_dims, dims, strides, data, free);
}

TsBlock *
ts_block_new_packed (TsDtype dtype,
                     guint n_dims,
                     const guint64 *dims,
                     guint8 **out_data,
                     GError **error)
{
  guint8 *data;
  TsBlock *self = ts_block_new_unset (dtype, n_dims, dims, &data, error);

  if (self == NULL)
    return NULL;
  memset (data, 0, (gsize) ts_block_get_n_elements (self) * ts_dtype_get_size (dtype));
  if (out_data != NULL)
    *out_data = data;
  return self;
}

TsBlock *
ts_block_ref (TsBlock *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ts_block_unref (TsBlock *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->ref_count)) {
    if (self->free_owner != NULL)
      self->free_owner (self->owner);
    g_free (self);
  }
}

static void
unref_block (gpointer block)
{
  ts_block_unref (block);
}

TsBlock *
ts_block_pick (TsBlock *self, guint axis, guint64 index)
{
  TsBlock *picked;

  g_return_val_if_fail (axis < self->n_dims, NULL);
  g_return_val_if_fail (index < self->dims[axis], NULL);

  picked = ts_block_new (self->data + index * (guint64) self->strides_elems[axis] *
                                          ts_dtype_get_size (self->dtype),
                         self->dtype, self->n_dims, self->dims, self->strides_elems,
                         ts_block_ref (self), unref_block);
  for (guint i = axis; i + 1 < self->n_dims; i++) {
    picked->dims[i] = self->dims[i + 1];
    picked->strides_elems[i] = self->strides_elems[i + 1];
  }
  picked->n_dims--;
  return picked;
}

guint64
ts_block_get_n_elements (const TsBlock *self)
{
  guint64 n = 1;

  for (guint i = 0; i < self->n_dims; i++)
    n *= self->dims[i];
  return n;
}

gboolean
ts_block_is_packed (const TsBlock *self)
{
  gint64 stride = 1;

  for (guint i = self->n_dims; i-- > 0;) {
    if (self->dims[i] != 1 && self->strides_elems[i] != stride)
      return FALSE;
    stride *= (gint64) self->dims[i];
  }
  return TRUE;
}

/* Calls @visit for each run along the last axis, in row-major order. */
typedef void (*RunFunc) (const TsBlock *self, const guint8 *first, guint64 n, gpointer data);

static void
for_each_run (const TsBlock *self, RunFunc visit, gpointer data)
{
  guint64 at[TS_BLOCK_MAX_DIMS] = { 0 };
  gsize size = ts_dtype_get_size (self->dtype);
  guint last;

  if (ts_block_get_n_elements (self) == 0)
    return;
  if (self->n_dims == 0 || ts_block_is_packed (self)) {
    visit (self, self->data, ts_block_get_n_elements (self), data);
    return;
  }
  last = self->n_dims - 1;
  for (;;) {
    const guint8 *first = self->data;
    guint axis = last;

    for (guint i = 0; i < last; i++)
      first += at[i] * (guint64) self->strides_elems[i] * size;
    visit (self, first, self->dims[last], data);
    while (axis > 0 && ++at[axis - 1] == self->dims[axis - 1])
      at[--axis] = 0;
    if (axis == 0)
      return;
  }
}

static gssize
get_run_stride (const TsBlock *self)
{
  gsize size = ts_dtype_get_size (self->dtype);

  if (self->n_dims == 0 || ts_block_is_packed (self))
    return (gssize) size;
  return (gssize) self->strides_elems[self->n_dims - 1] * (gssize) size;
}

static void
load_run (const TsBlock *self, const guint8 *first, guint64 n, gpointer data)
{
  double **out = data;

  ts_dtype_get_info (self->dtype)->load (first, get_run_stride (self), (gsize) n, *out);
  *out += n;
}

void
ts_block_load_doubles (const TsBlock *self, double *out)
{
  for_each_run (self, load_run, &out);
}

/* With the size known to the compiler each memcpy is one move. */
#define COPY_CASE(size)                                                                            \
  case size:                                                                                       \
    for (guint64 i = 0; i < n_elements; i++, src += stride_bytes, out += out_stride_bytes)         \
      memcpy (out, src, size);                                                                     \
    break

void
ts_copy_elements (gsize size,
                  guint8 *out,
                  gssize out_stride_bytes,
                  const guint8 *src,
                  gssize stride_bytes,
                  guint64 n_elements)
{
  if (stride_bytes == (gssize) size && out_stride_bytes == (gssize) size) {
    memcpy (out, src, (gsize) n_elements * size);
    return;
  }
  switch (size) {
    COPY_CASE (1);
    COPY_CASE (2);
    COPY_CASE (4);
    COPY_CASE (8);
    COPY_CASE (16);
  default:
    g_assert_not_reached ();
  }
}

static void
copy_run (const TsBlock *self, const guint8 *first, guint64 n, gpointer data)
{
  guint8 **out = data;
  gsize size = ts_dtype_get_size (self->dtype);

  ts_copy_elements (size, *out, (gssize) size, first, get_run_stride (self), n);
  *out += n * size;
}

void
ts_block_copy_packed (const TsBlock *self, guint8 *out)
{
  for_each_run (self, copy_run, &out);
}
