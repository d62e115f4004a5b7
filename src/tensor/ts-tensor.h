/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bytes/ts-source.h"
#include "tensor/ts-block.h"
#include "tensor/ts-shape.h"

G_BEGIN_DECLS

/**
 * TsTensor:
 *
 * What an array is and where its bytes lie: source, offset, dtype, byte order, shape, strides.
 * Immutable; owns no elements and reads nothing until asked for a window. Thread-safe.
 */
#define TS_TYPE_TENSOR (ts_tensor_get_type ())
G_DECLARE_FINAL_TYPE (TsTensor, ts_tensor, TS, TENSOR, GObject)

/**
 * ts_tensor_new:
 * @source: (nullable): where the bytes are; %NULL for a tensor without data ("meta")
 * @offset_bytes: of the first element in @source
 * @byte_order: %G_LITTLE_ENDIAN or %G_BIG_ENDIAN
 * @strides_elems: (nullable): one per axis, in elements, >= 0; %NULL is row-major
 *
 * Checks once that every element the view can reach lies inside @source; after that, sizes are
 * trusted. Errors: %TS_ERROR_CORRUPT (negative stride, overflow), %TS_ERROR_TRUNCATED (says how
 * many bytes are needed where, and how many there are).
 */
TsTensor *ts_tensor_new (TsSource *source,
                         guint64 offset_bytes,
                         TsDtype dtype,
                         int byte_order,
                         const TsShape *shape,
                         const gint64 *strides_elems,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A row-major tensor over @bytes, in native byte order. */
TsTensor *ts_tensor_new_from_bytes (GBytes *bytes,
                                    TsDtype dtype,
                                    const TsShape *shape,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

TsDtype ts_tensor_get_dtype (TsTensor *self);
const TsShape *ts_tensor_get_shape (TsTensor *self);
guint ts_tensor_get_n_dims (TsTensor *self);
guint64 ts_tensor_get_dim (TsTensor *self, guint axis);
const gint64 *ts_tensor_get_strides (TsTensor *self);
guint64 ts_tensor_get_n_elements (TsTensor *self);
int ts_tensor_get_byte_order (TsTensor *self);
gboolean ts_tensor_has_data (TsTensor *self);

/* Where its bytes are; (nullable). */
TsSource *ts_tensor_get_source (TsTensor *self);
guint64 ts_tensor_get_offset (TsTensor *self);

/* Another view of the same bytes: the axes in a new order / another shape and strides; checked
 * like ts_tensor_new(). */
TsTensor *ts_tensor_restride (TsTensor *self,
                              guint64 offset_elems,
                              const TsShape *shape,
                              const gint64 *strides_elems,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ts_tensor_read:
 * @start: first index along each axis
 * @count: how many along each axis
 *
 * Reads the window [start, start + count) into memory, native byte order. One read where the window
 * lies dense in the file, else one per contiguous run. The block has n_dims axes; its strides need
 * not be row-major. Refuses windows above ts_tensor_get_read_limit() (%TS_ERROR_REFUSED).
 * Blocks the calling thread; cancellable.
 */
TsBlock *ts_tensor_read (TsTensor *self,
                         const guint64 *start,
                         const guint64 *count,
                         GCancellable *cancellable,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All of it. */
TsBlock *ts_tensor_read_all (TsTensor *self,
                             GCancellable *cancellable,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The most bytes one read may put into memory (4 GiB). */
guint64 ts_tensor_get_read_limit (void);

/* Lower-case SHA-256 of the elements as row-major little-endian bytes, read in pieces. */
char *ts_tensor_digest (TsTensor *self,
                        GCancellable *cancellable,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
