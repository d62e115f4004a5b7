/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-torch-derived.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "reader/ts-torch-derive.h"

#include <string.h>

#define LIMIT_BYTES ((guint64) 1 << 30)

typedef struct
{
  TsTensor *stored;
  gboolean conjugate, negate;
  TsTensor *scales, *zero_points;
  gboolean per_channel;
  guint axis;
} Derivation;

guint64
ts_torch_derived_get_limit (void)
{
  return LIMIT_BYTES;
}

static void
derivation_free (gpointer data)
{
  Derivation *self = data;

  g_clear_object (&self->stored);
  g_clear_object (&self->scales);
  g_clear_object (&self->zero_points);
  g_free (self);
}

/* A row-major tensor of that shape over bytes that @compute makes; takes @data. */
TsTensor *
ts_torch_derive (TsDtype dtype,
                 const TsShape *shape,
                 TsComputeFunc compute,
                 gpointer data,
                 GDestroyNotify destroy,
                 GError **error)
{
  g_autoptr (TsSource) source = NULL;
  guint64 n_elements, n_bytes;

  if (!ts_shape_count (shape, &n_elements) ||
      !ts_checked_mul (n_elements, ts_dtype_get_size (dtype), &n_bytes) || n_bytes > LIMIT_BYTES) {
    g_autofree char *text = ts_shape_to_string (shape);

    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                 "%s · %s would have to be computed in memory, and that is done for at most 1 GiB",
                 ts_dtype_get_name (dtype), text);
    destroy (data);
    return NULL;
  }
  source = ts_computed_source_new (n_bytes, compute, data, destroy);
  return ts_tensor_new (source, 0, dtype, G_BYTE_ORDER, shape, NULL, error);
}

TsBlock *
ts_torch_read_part (TsTensor *tensor, GCancellable *cancellable, GError **error)
{
  guint64 n_bytes;

  if (!ts_checked_mul (ts_tensor_get_n_elements (tensor),
                       ts_dtype_get_size (ts_tensor_get_dtype (tensor)), &n_bytes) ||
      n_bytes > LIMIT_BYTES) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                 "a part that has to be read as a whole is larger than 1 GiB");
    return NULL;
  }
  return ts_tensor_read_all (tensor, cancellable, error);
}

static GBytes *
read_packed (TsTensor *tensor, GCancellable *cancellable, guint8 **writable, GError **error)
{
  g_autoptr (TsBlock) block = ts_torch_read_part (tensor, cancellable, error);
  gsize n_bytes;

  if (block == NULL)
    return NULL;
  n_bytes = ts_block_get_n_elements (block) * ts_dtype_get_size (block->dtype);
  *writable = g_try_malloc (n_bytes + 1);
  if (*writable == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for %" G_GSIZE_FORMAT " bytes",
                 n_bytes);
    return NULL;
  }
  ts_block_copy_packed (block, *writable);
  return g_bytes_new_take (*writable, n_bytes);
}

/* Sign bits are all that the negative of a float changes. */
static void
negate_float (guint8 *bytes, gsize size_bytes)
{
  bytes[G_BYTE_ORDER == G_LITTLE_ENDIAN ? size_bytes - 1 : 0] ^= 0x80;
}

static void
negate_integer (guint8 *bytes, gsize size_bytes)
{
  guint carry = 1;

  for (gsize i = 0; i < size_bytes; i++) {
    gsize at = G_BYTE_ORDER == G_LITTLE_ENDIAN ? i : size_bytes - 1 - i;

    carry += (guint8) ~bytes[at];
    bytes[at] = (guint8) carry;
    carry >>= 8;
  }
}

static GBytes *
compute_bits (gpointer data, GCancellable *cancellable, GError **error)
{
  Derivation *self = data;
  guint8 *bytes = NULL;
  g_autoptr (GBytes) result = read_packed (self->stored, cancellable, &bytes, error);
  const TsDtypeInfo *info = ts_dtype_get_info (ts_tensor_get_dtype (self->stored));
  gsize size = info->size_bytes;
  gsize half = size / 2;
  gsize n_elements;

  if (result == NULL)
    return NULL;
  n_elements = g_bytes_get_size (result) / size;
  for (gsize i = 0; i < n_elements; i++, bytes += size) {
    if (info->dtype_class == TS_DTYPE_CLASS_COMPLEX) {
      if (self->negate)
        negate_float (bytes, half);
      if (self->negate != self->conjugate)
        negate_float (bytes + half, half);
    } else if (self->negate && info->dtype_class == TS_DTYPE_CLASS_FLOAT) {
      negate_float (bytes, size);
    } else if (self->negate && info->dtype_class == TS_DTYPE_CLASS_INTEGER) {
      negate_integer (bytes, size);
    }
  }
  return g_steal_pointer (&result);
}

TsTensor *
ts_torch_derive_bits (TsTensor *stored, gboolean conjugate, gboolean negate, GError **error)
{
  Derivation *derivation = g_new0 (Derivation, 1);

  derivation->stored = g_object_ref (stored);
  derivation->conjugate = conjugate;
  derivation->negate = negate;
  return ts_torch_derive (ts_tensor_get_dtype (stored), ts_tensor_get_shape (stored), compute_bits,
                          derivation, derivation_free, error);
}

static double *
read_doubles (TsTensor *tensor, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsBlock) block = ts_torch_read_part (tensor, cancellable, error);
  double *numbers;

  if (block == NULL)
    return NULL;
  numbers = g_try_new0 (double, ts_block_get_n_elements (block) + 1);
  if (numbers == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for %" G_GUINT64_FORMAT " numbers",
                 ts_block_get_n_elements (block));
    return NULL;
  }
  ts_block_load_doubles (block, numbers);
  return numbers;
}

static GBytes *
compute_dequantised (gpointer data, GCancellable *cancellable, GError **error)
{
  Derivation *self = data;
  const TsShape *shape = ts_tensor_get_shape (self->stored);
  gsize n_elements = (gsize) ts_tensor_get_n_elements (self->stored);
  guint64 inner = 1;
  g_autofree double *scales = read_doubles (self->scales, cancellable, error);
  g_autofree double *zero_points =
      scales != NULL ? read_doubles (self->zero_points, cancellable, error) : NULL;
  guint8 *stored = NULL;
  g_autoptr (GBytes) packed = NULL;
  g_autofree float *out = NULL;
  const TsDtypeInfo *info = ts_dtype_get_info (ts_tensor_get_dtype (self->stored));

  if (zero_points == NULL)
    return NULL;
  packed = read_packed (self->stored, cancellable, &stored, error);
  if (packed == NULL)
    return NULL;
  out = g_try_new (float, n_elements + 1);
  if (out == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for %" G_GSIZE_FORMAT " numbers",
                 n_elements);
    return NULL;
  }
  for (guint i = self->axis + 1; i < shape->n_dims; i++)
    inner *= shape->dims[i];
  for (gsize i = 0; i < n_elements; i++) {
    gsize channel = self->per_channel ? (gsize) (i / inner % shape->dims[self->axis]) : 0;
    double number;

    info->load (stored + i * info->size_bytes, 0, 1, &number);
    number -= zero_points[channel];
    out[i] =
        self->per_channel ? (float) (number * scales[channel]) : (float) number * (float) scales[0];
  }
  return g_bytes_new_take (g_steal_pointer (&out), n_elements * sizeof (float));
}

TsTensor *
ts_torch_derive_dequantised (TsTensor *stored,
                             TsTensor *scales,
                             TsTensor *zero_points,
                             gboolean per_channel,
                             guint axis,
                             GError **error)
{
  const TsShape *shape = ts_tensor_get_shape (stored);
  guint64 n_scales = ts_tensor_get_n_elements (scales);
  Derivation *derivation;

  if (n_scales != ts_tensor_get_n_elements (zero_points) ||
      (per_channel ? axis >= shape->n_dims || shape->dims[axis] != n_scales : n_scales != 1) ||
      n_scales > LIMIT_BYTES / sizeof (double)) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 "its scales and zero points are not as many as its channels");
    return NULL;
  }
  derivation = g_new0 (Derivation, 1);
  derivation->stored = g_object_ref (stored);
  derivation->scales = g_object_ref (scales);
  derivation->zero_points = g_object_ref (zero_points);
  derivation->per_channel = per_channel;
  derivation->axis = axis;
  return ts_torch_derive (TS_DTYPE_FLOAT32, shape, compute_dequantised, derivation, derivation_free,
                          error);
}
