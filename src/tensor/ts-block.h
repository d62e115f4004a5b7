/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-dtype.h"

G_BEGIN_DECLS

#define TS_BLOCK_MAX_DIMS 64

/**
 * TsBlock:
 * @data: the first element; 64-byte aligned only when the block was packed
 * @dtype: as in the tensor; native byte order always
 * @dims: sizes in elements
 * @strides_elems: in elements, never negative, 0 where an axis repeats
 *
 * Elements of a tensor in memory. Fields are read-only after creation. Reference-counted
 * (atomically); thread-safe to read.
 */
typedef struct _TsBlock TsBlock;

struct _TsBlock
{
  const guint8 *data;
  TsDtype dtype;
  guint n_dims;
  guint64 dims[TS_BLOCK_MAX_DIMS];
  gint64 strides_elems[TS_BLOCK_MAX_DIMS];

  /*< private >*/
  gpointer owner;
  GDestroyNotify free_owner;
  gatomicrefcount ref_count;
};

/* A block over memory that @free_owner (@owner) frees. dims and strides hold @n_dims values. */
TsBlock *ts_block_new (const guint8 *data,
                       TsDtype dtype,
                       guint n_dims,
                       const guint64 *dims,
                       const gint64 *strides_elems,
                       gpointer owner,
                       GDestroyNotify free_owner) G_GNUC_WARN_UNUSED_RESULT;

/* [@first, @first + @n_rows) of the first axis; borrows the memory of @block, which must outlive
 * it. */
TsBlock *
ts_block_get_rows (const TsBlock *block, guint64 first, guint64 n_rows) G_GNUC_WARN_UNUSED_RESULT;

/* A packed, 64-byte aligned row-major block that owns its memory; the content may be written
 * through
 * @out_data until the block is shared. %NULL and an error without memory. Holds anything at first:
 * for those who write every element. */
TsBlock *ts_block_new_unset (TsDtype dtype,
                             guint n_dims,
                             const guint64 *dims,
                             guint8 **out_data,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, of zeros. */
TsBlock *ts_block_new_packed (TsDtype dtype,
                              guint n_dims,
                              const guint64 *dims,
                              guint8 **out_data,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

TsBlock *ts_block_ref (TsBlock *self);
void ts_block_unref (TsBlock *self);

/* The same memory seen with axis @axis removed, at position @index along it. */
TsBlock *ts_block_pick (TsBlock *self, guint axis, guint64 index) G_GNUC_WARN_UNUSED_RESULT;

guint64 ts_block_get_n_elements (const TsBlock *self);

/* Whether the elements lie row-major without gaps. */
gboolean ts_block_is_packed (const TsBlock *self);

/* All elements in row-major order as doubles (see TsLoadFunc); @out has room for all of them. */
void ts_block_load_doubles (const TsBlock *self, double *out);

/* All elements in row-major order as packed bytes, native byte order; @out has room for
 * n_elements * dtype size bytes. */
void ts_block_copy_packed (const TsBlock *self, guint8 *out);

/* Copies @n_elements of @size bytes each (1, 2, 4, 8 or 16) from one stride to another; strides in
 * bytes. */
void ts_copy_elements (gsize size,
                       guint8 *out,
                       gssize out_stride_bytes,
                       const guint8 *src,
                       gssize stride_bytes,
                       guint64 n_elements);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsBlock, ts_block_unref)

G_END_DECLS
