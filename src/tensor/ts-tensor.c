/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-tensor.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct _TsTensor
{
  GObject parent_instance;

  TsSource *source; /* NULL: no data */
  guint64 offset_bytes;
  TsDtype dtype;
  int byte_order;
  TsShape shape;
  guint64 n_elements;
  gint64 strides[TS_MAX_DIMS]; /* elements, >= 0 */
};

G_DEFINE_FINAL_TYPE (TsTensor, ts_tensor, G_TYPE_OBJECT)

/* More than this in memory at once is refused; whoever needs all of a larger tensor reads pieces.
 */
#define READ_LIMIT_BYTES (G_GUINT64_CONSTANT (4) << 30)

/* Bytes between wanted ones are read along, rather than asked for piece by piece, while the whole
 * is at most this many times what is wanted, or small. */
#define SPAN_WASTE       4
#define SPAN_SMALL_BYTES (64u << 10)

static void
ts_tensor_finalize (GObject *object)
{
  g_clear_object (&TS_TENSOR (object)->source);
  G_OBJECT_CLASS (ts_tensor_parent_class)->finalize (object);
}

static void
ts_tensor_class_init (TsTensorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_tensor_finalize;
}

static void
ts_tensor_init (TsTensor *self)
{
}

/* The index of the last element of a window, in elements from its first; FALSE on overflow. */
static gboolean
get_span (guint n_dims, const guint64 *count, const gint64 *strides, guint64 *last)
{
  *last = 0;
  for (guint i = 0; i < n_dims; i++) {
    guint64 reach;

    if (!ts_checked_mul (count[i] - 1, (guint64) strides[i], &reach) ||
        !ts_checked_add (*last, reach, last))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_reach (TsTensor *self, GError **error)
{
  guint64 last, end;

  if (self->n_elements == 0 || self->source == NULL)
    return TRUE;
  if (!get_span (self->shape.n_dims, self->shape.dims, self->strides, &last) ||
      !ts_checked_mul (last, ts_dtype_get_size (self->dtype), &end) ||
      !ts_checked_add (end, ts_dtype_get_size (self->dtype), &end) || end > G_MAXINT64) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT,
                         _ ("The strides reach beyond any file"));
    return FALSE;
  }
  if (!ts_range_fits (self->offset_bytes, end, ts_source_get_size (self->source))) {
    guint64 size = ts_source_get_size (self->source);

    g_set_error (error, TS_ERROR, TS_ERROR_TRUNCATED,
                 _ ("The data is cut off: %" PRIu64
                 " bytes expected at offset %" PRIu64 ", %" PRIu64 " found"),
                    end, self->offset_bytes,
                    size > self->offset_bytes ? size - self->offset_bytes : 0);
    return FALSE;
  }
  return TRUE;
}

TsTensor *
ts_tensor_new (TsSource *source,
               guint64 offset_bytes,
               TsDtype dtype,
               int byte_order,
               const TsShape *shape,
               const gint64 *strides_elems,
               GError **error)
{
  g_autoptr (TsTensor) self = NULL;

  g_return_val_if_fail (source == NULL || TS_IS_SOURCE (source), NULL);
  g_return_val_if_fail ((guint) dtype < TS_N_DTYPES, NULL);
  g_return_val_if_fail (shape != NULL && shape->n_dims <= TS_MAX_DIMS, NULL);

  self = g_object_new (TS_TYPE_TENSOR, NULL);
  g_set_object (&self->source, source);
  self->offset_bytes = offset_bytes;
  self->dtype = dtype;
  self->byte_order = byte_order;
  self->shape = *shape;
  if (!ts_shape_count (shape, &self->n_elements)) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT,
                         _ ("The shape has more elements than any file can hold"));
    return NULL;
  }
  if (strides_elems == NULL) {
    ts_shape_get_c_strides (shape, self->strides);
  } else {
    for (guint i = 0; i < shape->n_dims; i++) {
      if (strides_elems[i] < 0) {
        g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                     _ ("The stride of axis %u is negative (%" PRId64 ")"), i, strides_elems[i]);
        return NULL;
      }
      self->strides[i] = strides_elems[i];
    }
  }
  if (!check_reach (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

TsTensor *
ts_tensor_new_from_bytes (GBytes *bytes, TsDtype dtype, const TsShape *shape, GError **error)
{
  g_autoptr (TsSource) source = ts_memory_source_new (bytes);

  return ts_tensor_new (source, 0, dtype, G_BYTE_ORDER, shape, NULL, error);
}

TsTensor *
ts_tensor_restride (TsTensor *self,
                    guint64 offset_elems,
                    const TsShape *shape,
                    const gint64 *strides_elems,
                    GError **error)
{
  guint64 offset;

  g_return_val_if_fail (TS_IS_TENSOR (self), NULL);

  if (!ts_checked_mul (offset_elems, ts_dtype_get_size (self->dtype), &offset) ||
      !ts_checked_add (offset, self->offset_bytes, &offset)) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT, _ ("The offset is beyond any file"));
    return NULL;
  }
  return ts_tensor_new (self->source, offset, self->dtype, self->byte_order, shape, strides_elems,
                        error);
}

TsDtype
ts_tensor_get_dtype (TsTensor *self)
{
  return self->dtype;
}

const TsShape *
ts_tensor_get_shape (TsTensor *self)
{
  return &self->shape;
}

guint
ts_tensor_get_n_dims (TsTensor *self)
{
  return self->shape.n_dims;
}

guint64
ts_tensor_get_dim (TsTensor *self, guint axis)
{
  g_return_val_if_fail (axis < self->shape.n_dims, 0);

  return self->shape.dims[axis];
}

const gint64 *
ts_tensor_get_strides (TsTensor *self)
{
  return self->strides;
}

guint64
ts_tensor_get_n_elements (TsTensor *self)
{
  return self->n_elements;
}

int
ts_tensor_get_byte_order (TsTensor *self)
{
  return self->byte_order;
}

gboolean
ts_tensor_has_data (TsTensor *self)
{
  return self->source != NULL;
}

TsSource *
ts_tensor_get_source (TsTensor *self)
{
  return self->source;
}

guint64
ts_tensor_get_offset (TsTensor *self)
{
  return self->offset_bytes;
}

guint64
ts_tensor_get_read_limit (void)
{
  return READ_LIMIT_BYTES;
}

/* A window that lies dense enough is read in one go, or taken where it lies when it is in memory;
 * the block keeps the file's strides. */
static TsBlock *
read_span (TsTensor *self,
           guint64 offset,
           const guint64 *count,
           guint64 n_span,
           GCancellable *cancellable,
           GError **error)
{
  gsize size = ts_dtype_get_size (self->dtype);
  gsize n_bytes = (gsize) n_span * size;
  const guint8 *there = self->byte_order == G_BYTE_ORDER ? ts_source_peek (self->source) : NULL;
  guint8 *data;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (there != NULL)
    return ts_block_new (there + offset, self->dtype, self->shape.n_dims, count, self->strides,
                         g_object_ref (self->source), g_object_unref);
  data = aligned_alloc (64, (n_bytes + 127) & ~(gsize) 63);
  if (data == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "No memory for %" G_GSIZE_FORMAT " bytes",
                 n_bytes);
    return NULL;
  }
  if (!ts_source_read (self->source, offset, data, n_bytes, cancellable, error)) {
    free (data);
    return NULL;
  }
  if (self->byte_order != G_BYTE_ORDER)
    ts_dtype_swap_bytes (self->dtype, data, (gsize) n_span);
  return ts_block_new (data, self->dtype, self->shape.n_dims, count, self->strides, data, free);
}

/* A window that lies scattered is cut along its widest-strided axis until the parts are dense, and
 * gathered row-major. */
static gboolean
gather (TsTensor *self,
        guint64 offset,
        guint64 *at_count,
        guint8 *out,
        const gint64 *out_strides,
        GCancellable *cancellable,
        GError **error)
{
  gsize size = ts_dtype_get_size (self->dtype);
  guint n_dims = self->shape.n_dims;
  guint64 n_wanted = 1, n_span;
  guint widest = 0;
  guint64 n;

  for (guint i = 0; i < n_dims; i++) {
    if (self->strides[i] > 0)
      n_wanted *= at_count[i];
    if (at_count[i] > 1 && (at_count[widest] <= 1 || self->strides[i] > self->strides[widest]))
      widest = i;
  }
  if (!get_span (n_dims, at_count, self->strides, &n_span))
    g_assert_not_reached (); /* inside the tensor, which was checked */
  n_span++;
  if (n_span <= n_wanted * SPAN_WASTE || n_span * size <= SPAN_SMALL_BYTES) {
    g_autoptr (TsBlock) part = read_span (self, offset, at_count, n_span, cancellable, error);
    guint64 at[TS_MAX_DIMS] = { 0 };
    guint inner = 0;

    if (part == NULL)
      return FALSE;
    for (guint i = 0; i < n_dims; i++) {
      if (at_count[i] > at_count[inner])
        inner = i;
    }
    /* Runs along the longest axis, an odometer over the others. */
    for (;;) {
      const guint8 *from = part->data;
      guint8 *to = out;
      guint axis = n_dims;

      for (guint i = 0; i < n_dims; i++) {
        from += at[i] * (guint64) part->strides_elems[i] * size;
        to += at[i] * (guint64) out_strides[i] * size;
      }
      ts_copy_elements (size, to, (gssize) (out_strides[inner] * (gint64) size), from,
                        (gssize) (part->strides_elems[inner] * (gint64) size), at_count[inner]);
      while (axis > 0 && (axis - 1 == inner || ++at[axis - 1] == at_count[axis - 1]))
        at[--axis] = 0;
      if (axis == 0)
        return TRUE;
    }
  }
  n = at_count[widest];
  at_count[widest] = 1;
  for (guint64 i = 0; i < n; i++) {
    if (!gather (self, offset + i * (guint64) self->strides[widest] * size, at_count,
                 out + i * (guint64) out_strides[widest] * size, out_strides, cancellable, error)) {
      at_count[widest] = n;
      return FALSE;
    }
  }
  at_count[widest] = n;
  return TRUE;
}

TsBlock *
ts_tensor_read (TsTensor *self,
                const guint64 *start,
                const guint64 *count,
                GCancellable *cancellable,
                GError **error)
{
  gsize size;
  guint n_dims;
  guint64 offset, n_wanted = 1, n_distinct = 1, n_span, n_bytes;

  g_return_val_if_fail (TS_IS_TENSOR (self), NULL);

  size = ts_dtype_get_size (self->dtype);
  n_dims = self->shape.n_dims;
  offset = self->offset_bytes;
  for (guint i = 0; i < n_dims; i++) {
    g_return_val_if_fail (ts_range_fits (start[i], count[i], self->shape.dims[i]), NULL);
    n_wanted *= count[i];
    if (self->strides[i] > 0)
      n_distinct *= count[i];
  }
  if (n_wanted == 0)
    return ts_block_new_packed (self->dtype, n_dims, count, NULL, error);
  if (self->source == NULL) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_NOT_FOUND,
                         _ ("This tensor has a shape but no data (a \"meta\" tensor)"));
    return NULL;
  }
  /* Expanded axes (stride 0) cost nothing here, but whoever walks the block walks all of it. */
  if (!ts_checked_mul (n_wanted, size, &n_bytes) || n_bytes > READ_LIMIT_BYTES) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                 _ ("%" PRIu64 " elements are more than fit in memory at once"), n_wanted);
    return NULL;
  }
  for (guint i = 0; i < n_dims; i++)
    offset += start[i] * (guint64) self->strides[i] * size;
  if (!get_span (n_dims, count, self->strides, &n_span))
    g_assert_not_reached ();
  n_span++;
  if (n_span <= n_distinct * SPAN_WASTE || n_span * size <= SPAN_SMALL_BYTES)
    return read_span (self, offset, count, n_span, cancellable, error);
  {
    guint64 at_count[TS_MAX_DIMS];
    guint8 *out;
    g_autoptr (TsBlock) block = ts_block_new_unset (self->dtype, n_dims, count, &out, error);

    if (block == NULL)
      return NULL;
    memcpy (at_count, count, n_dims * sizeof *count);
    if (!gather (self, offset, at_count, out, block->strides_elems, cancellable, error))
      return NULL;
    return g_steal_pointer (&block);
  }
}

TsBlock *
ts_tensor_read_all (TsTensor *self, GCancellable *cancellable, GError **error)
{
  const guint64 start[TS_MAX_DIMS] = { 0 };

  g_return_val_if_fail (TS_IS_TENSOR (self), NULL);

  return ts_tensor_read (self, start, self->shape.dims, cancellable, error);
}

char *
ts_tensor_digest (TsTensor *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint64 start[TS_MAX_DIMS] = { 0 };
  guint64 count[TS_MAX_DIMS];
  guint n_dims;
  guint64 per_step = 1;
  guint axis;

  g_return_val_if_fail (TS_IS_TENSOR (self), NULL);

  /* Pieces of about 16 MiB: whole inner axes, and a run along @axis. */
  n_dims = self->shape.n_dims;
  memcpy (count, self->shape.dims, sizeof count);
  for (axis = n_dims; axis > 0; axis--) {
    guint64 larger = per_step * MAX (self->shape.dims[axis - 1], 1);

    if (larger * ts_dtype_get_size (self->dtype) > 16u << 20)
      break;
    per_step = larger;
  }
  for (guint i = 0; i < axis; i++)
    count[i] = 1;
  if (axis > 0)
    count[axis - 1] = CLAMP ((16u << 20) / (per_step * ts_dtype_get_size (self->dtype)), 1,
                             self->shape.dims[axis - 1]);
  if (self->n_elements == 0)
    return g_strdup (g_checksum_get_string (checksum));
  for (;;) {
    g_autoptr (TsBlock) block = NULL;
    g_autofree guint8 *packed = NULL;
    guint64 piece[TS_MAX_DIMS];
    guint64 n = 1;
    guint carry = axis;

    for (guint i = 0; i < n_dims; i++) {
      piece[i] = MIN (count[i], self->shape.dims[i] - start[i]);
      n *= piece[i];
    }
    block = ts_tensor_read (self, start, piece, cancellable, error);
    if (block == NULL)
      return NULL;
    packed = g_malloc ((gsize) n * ts_dtype_get_size (self->dtype));
    ts_block_copy_packed (block, packed);
    if (G_BYTE_ORDER != G_LITTLE_ENDIAN)
      ts_dtype_swap_bytes (self->dtype, packed, (gsize) n);
    g_checksum_update (checksum, packed, (gssize) (n * ts_dtype_get_size (self->dtype)));
    while (carry > 0) {
      start[carry - 1] += count[carry - 1];
      if (start[carry - 1] < self->shape.dims[carry - 1])
        break;
      start[--carry] = 0;
    }
    if (carry == 0)
      break;
  }
  return g_strdup (g_checksum_get_string (checksum));
}
