/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-torch-rebuild.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "reader/ts-pickle-numpy.h"
#include "reader/ts-torch-derived.h"

#include <string.h>

/* What the functions that torch names in its pickles would have made, as descriptors of the bytes
 * they would have looked at. */

#define MAX_DEPTH 8 /* a parameter of a subclass of a device tensor ... */

void
ts_torch_result_init (TsTorchResult *self)
{
  *self = (TsTorchResult){ .note = g_string_new (NULL) };
}

void
ts_torch_result_clear (TsTorchResult *self)
{
  g_clear_object (&self->tensor);
  if (self->note != NULL)
    g_string_free (g_steal_pointer (&self->note), TRUE);
}

void
ts_torch_result_add_note (TsTorchResult *self, const char *note)
{
  if (self->note->len > 0)
    g_string_append (self->note, ", ");
  g_string_append (self->note, note);
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT, what);
  return FALSE;
}

gboolean
ts_torch_parse_shape (const TsPickleValue *value, TsShape *shape, GError **error)
{
  TsPickleValue *const *items;
  guint n_items;

  if (!ts_pickle_value_get_sequence (value, &items, &n_items))
    return fail (error, "its shape is not a list of sizes");
  if (n_items > TS_MAX_DIMS)
    return fail (error, "it has more than 64 axes");
  *shape = (TsShape){ .n_dims = n_items };
  for (guint i = 0; i < n_items; i++) {
    gint64 size;

    if (!ts_pickle_value_get_int (items[i], &size) || size < 0)
      return fail (error, "its shape holds something that is no size");
    shape->dims[i] = (guint64) size;
  }
  return TRUE;
}

static gboolean
parse_strides (const TsPickleValue *value, guint n_dims, gint64 *strides, GError **error)
{
  TsPickleValue *const *items;
  guint n_items;

  if (!ts_pickle_value_get_sequence (value, &items, &n_items) || n_items != n_dims)
    return fail (error, "its strides are not one number for each axis");
  for (guint i = 0; i < n_items; i++) {
    if (!ts_pickle_value_get_int (items[i], &strides[i]) || strides[i] < 0)
      return fail (error, "its strides hold something that is no stride");
  }
  return TRUE;
}

static void
declare (TsTorchResult *result, TsTorchDtype dtype)
{
  const TsTorchDtypeInfo *info = ts_torch_dtype_get_info (dtype);

  result->has_shape = TRUE;
  result->dtype_name = info->is_packed ? info->name : ts_dtype_get_name (info->dtype);
}

static gboolean
is_set (const TsPickleValue *dict, const char *key)
{
  TsPickleValue *value = ts_pickle_value_lookup (dict, key);

  return ts_pickle_value_is (value, TS_PICKLE_BOOL) && value->at.integer != 0;
}

/* (storage, offset, size, stride) and what they share; @dtype -1 is the storage's own */
static gboolean
rebuild_view (TsTorchEnv *env,
              TsPickleValue *const *args,
              gint dtype,
              TsTorchResult *result,
              GError **error)
{
  g_auto (TsTorchStorage) storage = { NULL };
  gint64 strides[TS_MAX_DIMS] = { 0 };
  gint64 offset;
  guint64 offset_bytes;
  const TsTorchDtypeInfo *info;
  const TsPickleValue *id = args[0];
  gboolean has_storage;

  if (!ts_torch_parse_shape (args[2], &result->shape, error))
    return FALSE;
  /* what it would have been is worth saying even where its bytes are missing */
  if (dtype < 0 && ts_pickle_value_is (id, TS_PICKLE_PERSID) &&
      ts_pickle_value_is (id->at.inner, TS_PICKLE_TUPLE) && id->at.inner->n_items > 1 &&
      ts_pickle_value_get_meaning (id->at.inner->at.items[1]) == TS_PICKLE_MEANS_TORCH_STORAGE)
    dtype = id->at.inner->at.items[1]->at.global->argument;
  if (dtype >= 0)
    declare (result, (TsTorchDtype) dtype);
  has_storage = ts_torch_env_open_storage (env, id, &storage, error);
  if (has_storage && dtype < 0) {
    dtype = storage.dtype >= 0 ? storage.dtype : TS_TORCH_UINT8;
    declare (result, (TsTorchDtype) dtype);
  }
  if (!has_storage || !parse_strides (args[3], result->shape.n_dims, strides, error))
    return FALSE;
  info = ts_torch_dtype_get_info ((TsTorchDtype) dtype);
  if (info->is_packed) {
    g_set_error (error, TS_ERROR, TS_ERROR_UNSUPPORTED,
                 "elements of type torch.%s, several to a byte, are not read", info->name);
    return FALSE;
  }
  if (info->is_raw) {
    g_autofree char *note = g_strdup_printf ("stored bytes of torch.%s", info->name);

    ts_torch_result_add_note (result, note);
  }
  if (!ts_pickle_value_get_int (args[1], &offset) || offset < 0 ||
      !ts_checked_mul ((guint64) offset, ts_dtype_get_size (info->dtype), &offset_bytes))
    return fail (error, "its offset into the storage is not a number of elements");
  result->tensor = ts_tensor_new (storage.source, offset_bytes, info->dtype, storage.byte_order,
                                  &result->shape, strides, error);
  return result->tensor != NULL;
}

static gboolean
apply_bits (const TsPickleValue *metadata, TsTorchResult *result, GError **error)
{
  gboolean conjugate = is_set (metadata, "conj");
  gboolean negate = is_set (metadata, "neg");
  TsTensor *derived;

  if (!conjugate && !negate)
    return TRUE;
  derived = ts_torch_derive_bits (result->tensor, conjugate, negate, error);
  g_clear_object (&result->tensor);
  result->tensor = derived;
  return derived != NULL;
}

static gboolean rebuild_call (TsTorchEnv *env,
                              const TsPickleValue *call,
                              guint depth,
                              TsTorchResult *result,
                              GError **error);

/* A list of numbers, or a tensor, as a tensor. */
static TsTensor *
get_numbers (TsTorchEnv *env, const TsPickleValue *value, guint depth, GError **error)
{
  g_auto (TsTorchResult) inner = { NULL };
  TsPickleValue *const *items;
  guint n_items;
  TsShape shape = { .n_dims = 1 };
  g_autoptr (GBytes) bytes = NULL;
  double *numbers;
  double single;

  if (ts_torch_is_rebuild (value)) {
    ts_torch_result_init (&inner);
    return rebuild_call (env, value, depth + 1, &inner, error) ? g_steal_pointer (&inner.tensor)
                                                               : NULL;
  }
  if (ts_pickle_value_get_double (value, &single)) {
    shape.dims[0] = 1;
    bytes = g_bytes_new (&single, sizeof single);
    return ts_tensor_new_from_bytes (bytes, TS_DTYPE_FLOAT64, &shape, error);
  }
  if (!ts_pickle_value_get_sequence (value, &items, &n_items)) {
    fail (error, "its scales or zero points are not numbers");
    return NULL;
  }
  shape.dims[0] = n_items;
  numbers = g_new0 (double, (gsize) n_items + 1);
  bytes = g_bytes_new_take (numbers, n_items * sizeof (double));
  for (guint i = 0; i < n_items; i++) {
    if (!ts_pickle_value_get_double (items[i], &numbers[i])) {
      fail (error, "its scales or zero points are not numbers");
      return NULL;
    }
  }
  return ts_tensor_new_from_bytes (bytes, TS_DTYPE_FLOAT64, &shape, error);
}

static gboolean
rebuild_quantised (TsTorchEnv *env,
                   const TsPickleValue *call,
                   guint depth,
                   TsTorchResult *result,
                   GError **error)
{
  const TsPickleValue *quantiser = ts_pickle_value_get_arg (call, 4);
  g_autoptr (TsTensor) scales = NULL;
  g_autoptr (TsTensor) zero_points = NULL;
  TsTensor *values;
  gint64 axis = 0;
  gboolean per_channel;

  if (!ts_pickle_value_is (quantiser, TS_PICKLE_TUPLE) || quantiser->n_items < 3 ||
      ts_pickle_value_get_meaning (quantiser->at.items[0]) != TS_PICKLE_MEANS_TORCH_QSCHEME ||
      quantiser->at.items[0]->kind != TS_PICKLE_GLOBAL)
    return fail (error, "its way of quantising is not known");
  if (!rebuild_view (env, call->at.call->args->at.items, -1, result, error))
    return FALSE;
  per_channel = quantiser->at.items[0]->at.global->argument == 1;
  scales = get_numbers (env, quantiser->at.items[1], depth, error);
  zero_points = scales != NULL ? get_numbers (env, quantiser->at.items[2], depth, error) : NULL;
  if (zero_points == NULL)
    return FALSE;
  if (per_channel &&
      (quantiser->n_items < 4 || !ts_pickle_value_get_int (quantiser->at.items[3], &axis) ||
       axis < 0 || axis >= result->shape.n_dims))
    return fail (error, "the axis of its scales is not one of its axes");
  ts_torch_result_add_note (result,
                            per_channel ? "dequantised, a scale per channel" : "dequantised");
  values = ts_torch_derive_dequantised (result->tensor, scales, zero_points, per_channel,
                                        (guint) axis, error);
  g_clear_object (&result->tensor);
  result->tensor = values;
  result->dtype_name = ts_dtype_get_name (TS_DTYPE_FLOAT32);
  return values != NULL;
}

static gint
get_dtype (const TsPickleValue *value)
{
  if (!ts_pickle_value_is (value, TS_PICKLE_GLOBAL) ||
      value->at.global->meaning != TS_PICKLE_MEANS_TORCH_DTYPE)
    return -1;
  return value->at.global->argument;
}

static gboolean
rebuild_meta (const TsPickleValue *call, TsTorchResult *result, GError **error)
{
  gint dtype = get_dtype (ts_pickle_value_get_arg (call, 0));
  gint64 strides[TS_MAX_DIMS] = { 0 };

  if (dtype < 0)
    return fail (error, "its element type is not known");
  if (!ts_torch_parse_shape (ts_pickle_value_get_arg (call, 1), &result->shape, error))
    return FALSE;
  declare (result, (TsTorchDtype) dtype);
  if (!parse_strides (ts_pickle_value_get_arg (call, 2), result->shape.n_dims, strides, error))
    return FALSE;
  ts_torch_result_add_note (result, "meta tensor: saved without its data");
  result->tensor = ts_tensor_new (NULL, 0, ts_torch_dtype_get_info ((TsTorchDtype) dtype)->dtype,
                                  G_LITTLE_ENDIAN, &result->shape, strides, error);
  return result->tensor != NULL;
}

static gboolean rebuild (TsTorchEnv *env,
                         TsPickleMeaning meaning,
                         const TsPickleValue *call,
                         guint depth,
                         TsTorchResult *result,
                         GError **error);

static gboolean
rebuild_call (TsTorchEnv *env,
              const TsPickleValue *call,
              guint depth,
              TsTorchResult *result,
              GError **error)
{
  if (depth >= MAX_DEPTH)
    return fail (error, "it is wrapped too often");
  if (ts_pickle_value_is (call, TS_PICKLE_PERSID)) {
    result->tensor = ts_torch_env_find_tensor (env, call, error);
    return result->tensor != NULL;
  }
  if (!ts_pickle_value_is (call, TS_PICKLE_CALL))
    return fail (error, "there is something else where a tensor has to be");
  return rebuild (env, ts_pickle_value_get_meaning (call), call, depth, result, error);
}

/* (function, class, its arguments, state) */
static gboolean
rebuild_subclass (TsTorchEnv *env,
                  const TsPickleValue *call,
                  guint depth,
                  TsTorchResult *result,
                  GError **error)
{
  TsPickleValue *const *args = call->at.call->args->at.items;
  g_autofree char *class_name = ts_pickle_value_dup_type_name (args[1]);
  TsPickleCall inner_call = { .callable = args[0], .args = args[2] };
  TsPickleValue inner = { .kind = TS_PICKLE_CALL, .at.call = &inner_call };

  ts_torch_result_add_note (result, class_name);
  if (ts_pickle_value_get_n_args (call) > 3)
    result->state = args[3];
  return rebuild_call (env, &inner, depth + 1, result, error);
}

/* (array, dtype, device, ...): an array of NumPy or a tensor that was on another device */
static gboolean
rebuild_device (TsTorchEnv *env,
                const TsPickleValue *call,
                guint depth,
                TsTorchResult *result,
                GError **error)
{
  const TsPickleValue *inner = ts_pickle_value_get_arg (call, 0);
  const TsPickleValue *device = ts_pickle_value_get_arg (call, 2);
  gboolean was_cut;

  if (ts_pickle_value_is (device, TS_PICKLE_STR)) {
    g_autofree char *name = ts_pickle_dup_text (env->pickle, device, 64, &was_cut);

    if (name != NULL)
      ts_torch_result_add_note (result, name);
  }
  if (ts_torch_is_rebuild (inner))
    return rebuild_call (env, inner, depth + 1, result, error);
  result->tensor = ts_pickle_numpy_get_tensor (env->pickle, inner, error);
  return result->tensor != NULL;
}

/* A tensor class with its parts as state (before 0.4), or wrapped around a tensor (before 0.4 too,
 * when that was a variable). */
static gboolean
rebuild_instance (TsTorchEnv *env,
                  const TsPickleValue *call,
                  guint depth,
                  TsTorchResult *result,
                  GError **error)
{
  const TsPickleValue *state = call->at.call->state;

  if (ts_torch_is_rebuild (call) && ts_pickle_value_get_n_args (call) > 0)
    return rebuild_call (env, ts_pickle_value_get_arg (call, 0), depth + 1, result, error);
  if (!ts_pickle_value_is (state, TS_PICKLE_TUPLE) || state->n_items < 4)
    return fail (error, "it has no storage");
  return rebuild_view (env, state->at.items, -1, result, error);
}

static guint
get_needed_args (TsPickleMeaning meaning)
{
  if (meaning == TS_PICKLE_MEANS_REBUILD)
    return 4;
  if (meaning == TS_PICKLE_MEANS_REBUILD_V3)
    return 7;
  if (meaning == TS_PICKLE_MEANS_REBUILD_QTENSOR)
    return 5;
  if (meaning == TS_PICKLE_MEANS_REBUILD_FROM_TYPE || meaning == TS_PICKLE_MEANS_REBUILD_META)
    return 3;
  return meaning == TS_PICKLE_MEANS_TORCH_TENSOR ? 0 : 1;
}

static gboolean
rebuild (TsTorchEnv *env,
         TsPickleMeaning meaning,
         const TsPickleValue *call,
         guint depth,
         TsTorchResult *result,
         GError **error)
{
  guint n_args = ts_pickle_value_get_n_args (call);
  TsPickleValue *const *args = n_args > 0 ? call->at.call->args->at.items : NULL;
  gint dtype;

  if (n_args < get_needed_args (meaning))
    return fail (error, "it is described by too few values");
  switch ((int) meaning) {
  case TS_PICKLE_MEANS_REBUILD:
    return rebuild_view (env, args, -1, result, error) &&
           apply_bits (ts_pickle_value_get_arg (call, 6), result, error);
  case TS_PICKLE_MEANS_REBUILD_V3:
    dtype = get_dtype (args[6]);
    if (dtype < 0)
      return fail (error, "its element type is not known");
    return rebuild_view (env, args, dtype, result, error) &&
           apply_bits (ts_pickle_value_get_arg (call, 7), result, error);
  case TS_PICKLE_MEANS_REBUILD_PARAMETER:
    ts_torch_result_add_note (result, "parameter");
    return rebuild_call (env, args[0], depth + 1, result, error);
  case TS_PICKLE_MEANS_REBUILD_FROM_TYPE:
    return rebuild_subclass (env, call, depth, result, error);
  case TS_PICKLE_MEANS_REBUILD_QTENSOR:
    return rebuild_quantised (env, call, depth, result, error);
  case TS_PICKLE_MEANS_REBUILD_META:
    return rebuild_meta (call, result, error);
  case TS_PICKLE_MEANS_REBUILD_DEVICE:
    return rebuild_device (env, call, depth, result, error);
  case TS_PICKLE_MEANS_TORCH_TENSOR:
    return rebuild_instance (env, call, depth, result, error);
  default:
    return fail (error, "there is something else where a tensor has to be");
  }
}

gboolean
ts_torch_is_rebuild (const TsPickleValue *call)
{
  /* a tensor class wrapped around a tensor: what counts is inside */
  for (guint depth = 0; depth < MAX_DEPTH; depth++) {
    if (ts_pickle_value_get_meaning (call) != TS_PICKLE_MEANS_TORCH_TENSOR ||
        ts_pickle_value_get_n_args (call) == 0)
      break;
    call = ts_pickle_value_get_arg (call, 0);
    if (ts_pickle_value_is (call, TS_PICKLE_PERSID))
      return TRUE;
  }
  if (!ts_pickle_value_is (call, TS_PICKLE_CALL))
    return FALSE;
  switch ((int) ts_pickle_value_get_meaning (call)) {
  case TS_PICKLE_MEANS_REBUILD:
  case TS_PICKLE_MEANS_REBUILD_V3:
  case TS_PICKLE_MEANS_REBUILD_PARAMETER:
  case TS_PICKLE_MEANS_REBUILD_FROM_TYPE:
  case TS_PICKLE_MEANS_REBUILD_QTENSOR:
  case TS_PICKLE_MEANS_REBUILD_META:
  case TS_PICKLE_MEANS_REBUILD_DEVICE:
    return TRUE;
  case TS_PICKLE_MEANS_TORCH_TENSOR:
    return ts_pickle_value_is (call->at.call->state, TS_PICKLE_TUPLE);
  default:
    return FALSE;
  }
}

gboolean
ts_torch_rebuild (TsTorchEnv *env, const TsPickleValue *call, TsTorchResult *result, GError **error)
{
  return rebuild_call (env, call, 0, result, error);
}

gboolean
ts_torch_rebuild_storage (TsTorchEnv *env,
                          const TsPickleValue *value,
                          TsTorchResult *result,
                          GError **error)
{
  g_auto (TsTorchStorage) storage = { NULL };
  const TsTorchDtypeInfo *info;

  if (!ts_torch_env_open_storage (env, value, &storage, error))
    return FALSE;
  info =
      ts_torch_dtype_get_info (storage.dtype >= 0 ? (TsTorchDtype) storage.dtype : TS_TORCH_UINT8);
  result->shape = (TsShape){ .n_dims = 1 };
  result->shape.dims[0] = ts_source_get_size (storage.source) / ts_dtype_get_size (info->dtype);
  result->has_shape = TRUE;
  result->dtype_name = ts_dtype_get_name (info->dtype);
  ts_torch_result_add_note (result, "a storage");
  result->tensor = ts_tensor_new (storage.source, 0, info->dtype, storage.byte_order,
                                  &result->shape, NULL, error);
  return result->tensor != NULL;
}

/* --- sparse --- */

gboolean
ts_torch_is_sparse (const TsPickleValue *call)
{
  TsPickleMeaning meaning = ts_pickle_value_get_meaning (call);

  return ts_pickle_value_is (call, TS_PICKLE_CALL) &&
         (meaning == TS_PICKLE_MEANS_REBUILD_SPARSE ||
          meaning == TS_PICKLE_MEANS_REBUILD_SPARSE_CSR);
}

static gboolean
is_layout (const TsPickleValue *value, const char *name)
{
  if (ts_pickle_value_get_meaning (value) == TS_PICKLE_MEANS_TORCH_LAYOUT)
    value = ts_pickle_value_get_arg (value, 0);
  if (ts_pickle_value_is (value, TS_PICKLE_GLOBAL))
    return g_str_equal (value->at.global->module, "torch") &&
           g_str_equal (value->at.global->name, name + strlen ("torch."));
  return ts_pickle_value_equals (value, name);
}

gboolean
ts_torch_parse_sparse (const TsPickleValue *call, TsTorchSparse *sparse, GError **error)
{
  static const TsTorchSparse layouts[] = {
    { .layout = "torch.sparse_coo", .names = { "indices", "values" } },
    { .layout = "torch.sparse_csr",
      .names = { "crow_indices", "col_indices", "values" },
      .is_compressed = TRUE },
    { .layout = "torch.sparse_csc",
      .names = { "ccol_indices", "row_indices", "values" },
      .is_compressed = TRUE,
      .is_column = TRUE },
    { .layout = "torch.sparse_bsr",
      .names = { "crow_indices", "col_indices", "values" },
      .is_compressed = TRUE,
      .has_blocks = TRUE },
    { .layout = "torch.sparse_bsc",
      .names = { "ccol_indices", "row_indices", "values" },
      .is_compressed = TRUE,
      .is_column = TRUE,
      .has_blocks = TRUE },
  };
  const TsPickleValue *layout = ts_pickle_value_get_arg (call, 0);
  const TsPickleValue *data = ts_pickle_value_get_arg (call, 1);
  guint n_parts;

  sparse->layout = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++) {
    if (is_layout (layout, layouts[i].layout))
      *sparse = layouts[i];
  }
  if (sparse->layout == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_UNSUPPORTED, "its sparse layout is not known");
    return FALSE;
  }
  n_parts = sparse->is_compressed ? 3 : 2;
  if (!ts_pickle_value_is (data, TS_PICKLE_TUPLE) || data->n_items < n_parts + 1)
    return fail (error, "it is described by too few values");
  for (guint i = 0; i < n_parts; i++)
    sparse->parts[i] = data->at.items[i];
  return ts_torch_parse_shape (data->at.items[n_parts], &sparse->shape, error);
}
