/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle-numpy.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "bytes/ts-mapped-source.h"
#include "reader/ts-pickle-text.h"

#include <stdlib.h>
#include <string.h>

/* Arrays, scalars and dtypes as NumPy pickles them. The type code says kind and size, the byte
 * order stands only in the state. */

#define MAX_TEXTS   10000
#define MAX_NESTING 4
#define HAS_OBJECTS 1 /* NPY_ITEM_HASOBJECT of a dtype's flags */

typedef struct
{
  char kind;
  gsize size_bytes;
  int byte_order;
  gboolean is_number;
  gboolean has_objects;
  TsDtype dtype;
  const TsPickleValue *names, *fields; /* structured */
  const TsPickleValue *subarray;       /* (base, shape) */
  const char *note;
} NumpyType;

void
ts_numpy_array_clear (TsNumpyArray *self)
{
  g_clear_object (&self->tensor);
  g_clear_pointer (&self->field_names, g_ptr_array_unref);
  g_clear_pointer (&self->field_tensors, g_ptr_array_unref);
  g_clear_pointer (&self->texts, g_ptr_array_unref);
  g_clear_pointer (&self->class_name, g_free);
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "the NumPy array: %s", what);
  return FALSE;
}

/* --- dtype --- */

static gboolean
find_number (char kind, gsize size_bytes, TsDtype *dtype)
{
  static const struct
  {
    char kind;
    guint8 size_bytes;
    TsDtype dtype;
  } numbers[] = {
    { 'b', 1, TS_DTYPE_BOOL },      { 'i', 1, TS_DTYPE_INT8 },        { 'i', 2, TS_DTYPE_INT16 },
    { 'i', 4, TS_DTYPE_INT32 },     { 'i', 8, TS_DTYPE_INT64 },       { 'u', 1, TS_DTYPE_UINT8 },
    { 'u', 2, TS_DTYPE_UINT16 },    { 'u', 4, TS_DTYPE_UINT32 },      { 'u', 8, TS_DTYPE_UINT64 },
    { 'f', 2, TS_DTYPE_FLOAT16 },   { 'f', 4, TS_DTYPE_FLOAT32 },     { 'f', 8, TS_DTYPE_FLOAT64 },
    { 'c', 8, TS_DTYPE_COMPLEX64 }, { 'c', 16, TS_DTYPE_COMPLEX128 }, { 'M', 8, TS_DTYPE_INT64 },
    { 'm', 8, TS_DTYPE_INT64 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    if (numbers[i].kind == kind && numbers[i].size_bytes == size_bytes) {
      *dtype = numbers[i].dtype;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
parse_code (TsPickle *pickle, const TsPickleValue *code, NumpyType *type)
{
  gboolean was_cut;
  g_autofree char *text = NULL;
  const char *at;
  guint64 size;
  char *end;

  if (!ts_pickle_value_is (code, TS_PICKLE_STR) && !ts_pickle_value_is (code, TS_PICKLE_BYTES))
    return FALSE;
  text = ts_pickle_dup_text (pickle, code, 32, &was_cut);
  if (text == NULL || was_cut)
    return FALSE;
  at = text;
  if (*at != '\0' && strchr ("<>|=", *at) != NULL)
    type->byte_order = *at++ == '>' ? G_BIG_ENDIAN : G_LITTLE_ENDIAN;
  type->kind = *at;
  if (*at == '\0')
    return FALSE;
  size = g_ascii_strtoull (at + 1, &end, 10);
  if (end == at + 1 && (*at == 'O' || *at == '?')) {
    type->kind = *at == '?' ? 'b' : 'O';
    size = *at == '?' ? 1 : 8;
  }
  type->size_bytes = (gsize) size;
  if (size > G_MAXINT32 / 4 || strchr ("biufcMmSaUVO", type->kind) == NULL)
    return FALSE;
  if (type->kind == 'U')
    type->size_bytes *= 4;
  if (type->kind == 'a')
    type->kind = 'S';
  if (type->kind == 'M' || type->kind == 'm')
    type->note = type->kind == 'M' ? "dates as integers" : "time differences as integers";
  type->is_number = find_number (type->kind, type->size_bytes, &type->dtype);
  return TRUE;
}

static gboolean
parse_type_class (const TsPickleGlobal *global, NumpyType *type)
{
  type->kind = 'V';
  if (g_str_equal (global->module, "numpy") &&
      (g_str_equal (global->name, "record") || g_str_equal (global->name, "void")))
    return TRUE; /* its fields stand in the state */
  if (global->meaning == TS_PICKLE_MEANS_ML_DTYPE)
    type->dtype = (TsDtype) global->argument;
  else if (!g_str_equal (global->module, "numpy") ||
           !ts_dtype_from_name (g_str_equal (global->name, "bool_") ? "bool" : global->name,
                                &type->dtype))
    return FALSE;
  type->is_number = TRUE;
  type->size_bytes = ts_dtype_get_size (type->dtype);
  return TRUE;
}

static gboolean
parse_type (TsPickle *pickle, const TsPickleValue *value, NumpyType *type, GError **error)
{
  const TsPickleValue *state, *code;
  gint64 size, flags;

  *type = (NumpyType){ .byte_order = G_LITTLE_ENDIAN };
  if (ts_pickle_value_is (value, TS_PICKLE_GLOBAL))
    return parse_type_class (value->at.global, type) || fail (error, "its dtype is not known");
  if (!ts_pickle_value_is (value, TS_PICKLE_CALL) ||
      ts_pickle_value_get_meaning (value) != TS_PICKLE_MEANS_NUMPY_DTYPE)
    return fail (error, "its dtype is none");
  code = ts_pickle_value_get_arg (value, 0);
  if (ts_pickle_value_is (code, TS_PICKLE_GLOBAL) ? !parse_type_class (code->at.global, type)
                                                  : !parse_code (pickle, code, type))
    return fail (error, "its dtype is not known");
  /* (version, byte order, sub-array, names, fields, size, alignment, flags) */
  state = value->at.call->state;
  type->has_objects = type->kind == 'O' && !type->is_number;
  if (!ts_pickle_value_is (state, TS_PICKLE_TUPLE) || state->n_items < 5)
    return TRUE;
  if (ts_pickle_value_equals (state->at.items[1], ">"))
    type->byte_order = G_BIG_ENDIAN;
  if (ts_pickle_value_is (state->at.items[2], TS_PICKLE_TUPLE))
    type->subarray = state->at.items[2];
  if (ts_pickle_value_is (state->at.items[3], TS_PICKLE_TUPLE) &&
      ts_pickle_value_is (state->at.items[4], TS_PICKLE_DICT)) {
    type->names = state->at.items[3];
    type->fields = state->at.items[4];
  }
  if (type->kind == 'V' && !type->is_number && state->n_items > 5 &&
      ts_pickle_value_get_int (state->at.items[5], &size) && size > 0 && size <= G_MAXINT32)
    type->size_bytes = (gsize) size;
  if (state->n_items > 7 && ts_pickle_value_get_int (state->at.items[7], &flags))
    type->has_objects |= (flags & HAS_OBJECTS) != 0;
  return TRUE;
}

/* --- shape and strides --- */

static gboolean
parse_shape (const TsPickleValue *value, TsShape *shape, GError **error)
{
  gint64 size;

  *shape = (TsShape){ 0 };
  if (ts_pickle_value_get_int (value, &size) && size >= 0) {
    shape->n_dims = 1;
    shape->dims[0] = (guint64) size;
    return TRUE;
  }
  if (!ts_pickle_value_is (value, TS_PICKLE_TUPLE) || value->n_items > TS_MAX_DIMS)
    return fail (error, "its shape is none");
  shape->n_dims = value->n_items;
  for (guint i = 0; i < shape->n_dims; i++) {
    if (!ts_pickle_value_get_int (value->at.items[i], &size) || size < 0)
      return fail (error, "its shape holds something that is no size");
    shape->dims[i] = (guint64) size;
  }
  return TRUE;
}

/* C order of @shape, then transposed: element i of @axis_order says which axis comes there. */
static gboolean
apply_axis_order (const TsPickleValue *axis_order, TsShape *shape, gint64 *strides)
{
  TsShape from = *shape;
  gint64 from_strides[TS_MAX_DIMS];
  guint64 seen = 0;

  if (!ts_pickle_value_is (axis_order, TS_PICKLE_TUPLE) || axis_order->n_items != shape->n_dims)
    return FALSE;
  memcpy (from_strides, strides, sizeof from_strides);
  for (guint i = 0; i < shape->n_dims; i++) {
    gint64 axis;

    if (!ts_pickle_value_get_int (axis_order->at.items[i], &axis) || axis < 0 ||
        axis >= shape->n_dims || (seen & (G_GUINT64_CONSTANT (1) << axis)) != 0)
      return FALSE;
    seen |= G_GUINT64_CONSTANT (1) << axis;
    shape->dims[i] = from.dims[axis];
    strides[i] = from_strides[axis];
  }
  return TRUE;
}

typedef struct
{
  const TsPickleValue *type, *data, *axis_order;
  TsShape shape;
  gboolean is_fortran;
} Parts;

/* --- elements --- */

static gboolean
measure (const TsShape *shape, gsize element_bytes, guint64 *n_bytes, GError **error)
{
  guint64 n_elements;

  if (!ts_shape_count (shape, &n_elements) ||
      !ts_checked_mul (n_elements, element_bytes, n_bytes) || *n_bytes > G_MAXINT64)
    return fail (error, "its size is more than there can be");
  return TRUE;
}

static TsSource *
open_data (TsPickle *pickle, const Parts *parts, gsize element_bytes, GError **error)
{
  guint64 n_bytes;

  if (!measure (&parts->shape, element_bytes, &n_bytes, error))
    return NULL;
  return ts_pickle_open_bytes (pickle, parts->data, (gint64) n_bytes, error);
}

static gboolean
get_strides (Parts *parts, gint64 *strides, GError **error)
{
  if (parts->is_fortran)
    ts_shape_get_fortran_strides (&parts->shape, strides);
  else
    ts_shape_get_c_strides (&parts->shape, strides);
  if (parts->axis_order != NULL && parts->axis_order->kind != TS_PICKLE_NONE &&
      !apply_axis_order (parts->axis_order, &parts->shape, strides))
    return fail (error, "the order of its axes is none");
  return TRUE;
}

static gboolean
make_numbers (TsPickle *pickle,
              const NumpyType *type,
              Parts *parts,
              TsNumpyArray *array,
              GError **error)
{
  gint64 strides[TS_MAX_DIMS];
  g_autoptr (TsSource) source = open_data (pickle, parts, type->size_bytes, error);

  if (source == NULL || !get_strides (parts, strides, error))
    return FALSE;
  array->kind = TS_NUMPY_TENSOR;
  array->note = type->note;
  array->shape = parts->shape;
  array->tensor =
      ts_tensor_new (source, 0, type->dtype, type->byte_order, &parts->shape, strides, error);
  return array->tensor != NULL;
}

/* One field of a structured type: every record's bytes at @offset. */
static TsTensor *
make_field (TsPickle *pickle,
            const NumpyType *record,
            const Parts *parts,
            const gint64 *strides,
            TsSource *source,
            const TsPickleValue *field)
{
  NumpyType type;
  TsShape shape = parts->shape, inner = { 0 };
  gint64 inner_strides[TS_MAX_DIMS];
  guint64 strides_bytes[TS_MAX_DIMS];
  g_autoptr (TsSource) gathered = NULL;
  gint64 offset;
  const TsPickleValue *value;

  if (!ts_pickle_value_is (field, TS_PICKLE_TUPLE) || field->n_items < 2 ||
      !ts_pickle_value_get_int (field->at.items[1], &offset) || offset < 0)
    return NULL;
  value = field->at.items[0];
  for (guint depth = 0; depth < MAX_NESTING; depth++) {
    if (!parse_type (pickle, value, &type, NULL))
      return NULL;
    if (type.subarray == NULL)
      break;
    if (inner.n_dims != 0 || type.subarray->n_items != 2 ||
        !parse_shape (type.subarray->at.items[1], &inner, NULL))
      return NULL;
    value = type.subarray->at.items[0];
  }
  if (!type.is_number || shape.n_dims + inner.n_dims > TS_MAX_DIMS)
    return NULL;
  ts_shape_get_c_strides (&inner, inner_strides);
  for (guint i = 0; i < shape.n_dims; i++) {
    if (!ts_checked_mul ((guint64) strides[i], record->size_bytes, &strides_bytes[i]))
      return NULL;
  }
  for (guint i = 0; i < inner.n_dims; i++) {
    shape.dims[shape.n_dims] = inner.dims[i];
    if (!ts_checked_mul ((guint64) inner_strides[i], type.size_bytes,
                         &strides_bytes[shape.n_dims++]))
      return NULL;
  }
  /* records may be of any size: not always can strides in elements say it */
  gathered = ts_gather_source_new (source, (guint64) offset, type.size_bytes, shape.n_dims,
                                   shape.dims, strides_bytes, NULL);
  return gathered != NULL
             ? ts_tensor_new (gathered, 0, type.dtype, type.byte_order, &shape, NULL, NULL)
             : NULL;
}

static void
unref_nullable (gpointer object)
{
  if (object != NULL)
    g_object_unref (object);
}

static gboolean
make_fields (TsPickle *pickle,
             const NumpyType *type,
             Parts *parts,
             TsNumpyArray *array,
             GError **error)
{
  gint64 strides[TS_MAX_DIMS];
  g_autoptr (TsSource) source = open_data (pickle, parts, type->size_bytes, error);

  if (source == NULL || !get_strides (parts, strides, error))
    return FALSE;
  array->kind = TS_NUMPY_FIELDS;
  array->shape = parts->shape;
  array->field_names = g_ptr_array_new_with_free_func (g_free);
  array->field_tensors = g_ptr_array_new_with_free_func (unref_nullable);
  for (guint i = 0; i < type->names->n_items && i < 4096; i++) {
    const TsPickleValue *name = type->names->at.items[i];
    gboolean was_cut;
    char *text;

    if (!ts_pickle_value_is (name, TS_PICKLE_STR) && !ts_pickle_value_is (name, TS_PICKLE_BYTES))
      return fail (error, "the name of a field is not a text");
    text = ts_pickle_dup_text (pickle, name, 256, &was_cut);
    g_ptr_array_add (array->field_names, text != NULL ? text : g_strdup ("?"));
    g_ptr_array_add (array->field_tensors,
                     text != NULL ? make_field (pickle, type, parts, strides, source,
                                                ts_pickle_value_lookup (type->fields, text))
                                  : NULL);
  }
  return TRUE;
}

static char *
decode_text (const guint8 *bytes, const NumpyType *type)
{
  GString *text;
  gsize length = type->size_bytes;

  if (type->kind == 'S') {
    while (length > 0 && bytes[length - 1] == 0)
      length--;
    return ts_pickle_text_for_people (bytes, length, TRUE);
  }
  text = g_string_new (NULL);
  for (gsize i = 0; i + 4 <= length; i += 4) {
    guint32 code;

    memcpy (&code, bytes + i, 4);
    if (type->byte_order != G_BYTE_ORDER)
      code = GUINT32_SWAP_LE_BE (code);
    if (code == 0)
      break;
    g_string_append_unichar (text, g_unichar_validate (code) ? code : 0xfffd);
  }
  return g_string_free (text, FALSE);
}

static gboolean
make_texts (TsPickle *pickle,
            const NumpyType *type,
            Parts *parts,
            TsNumpyArray *array,
            GError **error)
{
  g_autoptr (TsSource) source = open_data (pickle, parts, type->size_bytes, error);
  g_autoptr (GBytes) bytes = NULL;
  guint64 n = 0;

  if (source == NULL)
    return FALSE;
  ts_shape_count (&parts->shape, &n);
  array->kind = TS_NUMPY_TEXTS;
  array->shape = parts->shape;
  array->texts = g_ptr_array_new_with_free_func (g_free);
  n = MIN (n, MAX_TEXTS);
  if (type->size_bytes == 0)
    n = 0;
  else
    n = MIN (n, ((guint64) 16 << 20) / type->size_bytes);
  if (n * type->size_bytes > ts_source_get_size (source))
    return fail (error, "its data is too short");
  bytes = ts_source_read_bytes (source, 0, n * type->size_bytes, G_MAXUINT32, NULL, error);
  if (bytes == NULL)
    return FALSE;
  for (guint64 i = 0; i < n; i++)
    g_ptr_array_add (array->texts, decode_text ((const guint8 *) g_bytes_get_data (bytes, NULL) +
                                                    i * type->size_bytes,
                                                type));
  return TRUE;
}

static gboolean
make (TsPickle *pickle, Parts *parts, TsNumpyArray *array, GError **error)
{
  NumpyType type;

  if (!parse_type (pickle, parts->type, &type, error))
    return FALSE;
  array->shape = parts->shape;
  if (type.has_objects) {
    array->kind = TS_NUMPY_OBJECTS;
    array->objects = parts->data;
    return ts_pickle_value_is (parts->data, TS_PICKLE_LIST) ||
           fail (error, "its objects are no list");
  }
  if (type.is_number)
    return make_numbers (pickle, &type, parts, array, error);
  if (type.fields != NULL && type.size_bytes > 0)
    return make_fields (pickle, &type, parts, array, error);
  if (type.kind == 'S' || type.kind == 'U')
    return make_texts (pickle, &type, parts, array, error);
  g_set_error (error, TS_ERROR, TS_ERROR_UNSUPPORTED,
               "the NumPy array: elements of type %c%" G_GSIZE_FORMAT " are not read", type.kind,
               type.size_bytes);
  return FALSE;
}

/* --- the calls --- */

static void
take_class_name (const TsPickleValue *class, TsNumpyArray *array)
{
  if (ts_pickle_value_is (class, TS_PICKLE_GLOBAL) &&
      !g_str_equal (class->at.global->name, "ndarray"))
    array->class_name = ts_pickle_value_dup_type_name (class);
}

static gboolean
parse_reconstruct (const TsPickleValue *call, Parts *parts, TsNumpyArray *array, GError **error)
{
  const TsPickleValue *state = call->at.call->state;
  TsPickleValue *const *items;
  gint64 is_fortran;

  take_class_name (ts_pickle_value_get_arg (call, 0), array);
  if (!ts_pickle_value_is (state, TS_PICKLE_TUPLE) || state->n_items < 4)
    return fail (error, "it has no content");
  /* (version, shape, dtype, is_fortran, data), long ago without the version */
  items = state->at.items + (state->n_items >= 5 ? 1 : 0);
  if (!parse_shape (items[0], &parts->shape, error))
    return FALSE;
  parts->type = items[1];
  parts->is_fortran = ts_pickle_value_get_int (items[2], &is_fortran) && is_fortran != 0;
  parts->data = items[3];
  return TRUE;
}

static gboolean
parse_frombuffer (const TsPickleValue *call, Parts *parts, GError **error)
{
  if (ts_pickle_value_get_n_args (call) < 4)
    return fail (error, "it is described by too few values");
  parts->data = ts_pickle_value_get_arg (call, 0);
  parts->type = ts_pickle_value_get_arg (call, 1);
  parts->is_fortran = ts_pickle_value_equals (ts_pickle_value_get_arg (call, 3), "F");
  if (ts_pickle_value_equals (ts_pickle_value_get_arg (call, 3), "K"))
    parts->axis_order = ts_pickle_value_get_arg (call, 4);
  return parse_shape (ts_pickle_value_get_arg (call, 2), &parts->shape, error);
}

static gboolean
parse_joblib (const TsPickleCall *call, Parts *parts, TsNumpyArray *array, GError **error)
{
  parts->type = ts_pickle_value_lookup (call->state, "dtype");
  parts->data = call->payload;
  parts->is_fortran = ts_pickle_value_equals (ts_pickle_value_lookup (call->state, "order"), "F");
  take_class_name (ts_pickle_value_lookup (call->state, "subclass"), array);
  return parse_shape (ts_pickle_value_lookup (call->state, "shape"), &parts->shape, error);
}

gboolean
ts_pickle_numpy_measure_joblib (TsPickle *pickle,
                                const TsPickleValue *state,
                                guint64 *n_bytes,
                                gboolean *has_objects,
                                GError **error)
{
  NumpyType type;
  TsShape shape;

  if (!ts_pickle_value_is (state, TS_PICKLE_DICT))
    return fail (error, "joblib does not describe it");
  if (!parse_type (pickle, ts_pickle_value_lookup (state, "dtype"), &type, error) ||
      !parse_shape (ts_pickle_value_lookup (state, "shape"), &shape, error))
    return FALSE;
  *has_objects = type.has_objects;
  return measure (&shape, type.size_bytes, n_bytes, error);
}

gboolean
ts_pickle_is_numpy (const TsPickleValue *call)
{
  TsPickleMeaning meaning = ts_pickle_value_get_meaning (call);

  return ts_pickle_value_is (call, TS_PICKLE_CALL) &&
         (meaning == TS_PICKLE_MEANS_NUMPY_RECONSTRUCT || meaning == TS_PICKLE_MEANS_NUMPY_MASKED ||
          meaning == TS_PICKLE_MEANS_NUMPY_FROMBUFFER || meaning == TS_PICKLE_MEANS_NUMPY_SCALAR ||
          ts_pickle_value_is_joblib_array (call));
}

gboolean
ts_pickle_numpy_parse (TsPickle *pickle,
                       const TsPickleValue *call,
                       TsNumpyArray *array,
                       GError **error)
{
  Parts parts = { NULL };
  gboolean ok;

  *array = (TsNumpyArray){ TS_NUMPY_TENSOR };
  if (!ts_pickle_is_numpy (call))
    return fail (error, "there is something else in its place");
  switch ((int) ts_pickle_value_get_meaning (call)) {
  case TS_PICKLE_MEANS_OBJECT:
  case TS_PICKLE_MEANS_JOBLIB_ARRAY:
    ok = parse_joblib (call->at.call, &parts, array, error);
    break;
  case TS_PICKLE_MEANS_NUMPY_RECONSTRUCT:
  case TS_PICKLE_MEANS_NUMPY_MASKED:
    ok = parse_reconstruct (call, &parts, array, error);
    break;
  case TS_PICKLE_MEANS_NUMPY_FROMBUFFER:
    ok = parse_frombuffer (call, &parts, error);
    break;
  default:
    parts.type = ts_pickle_value_get_arg (call, 0);
    parts.data = ts_pickle_value_get_arg (call, 1);
    ok = TRUE;
    break;
  }
  return ok && make (pickle, &parts, array, error);
}

TsTensor *
ts_pickle_numpy_get_mask (TsPickle *pickle, const TsPickleValue *call, GError **error)
{
  const NumpyType type = { .size_bytes = 1, .dtype = TS_DTYPE_BOOL };
  g_auto (TsNumpyArray) array = { TS_NUMPY_TENSOR };
  Parts parts = { NULL };

  if (!parse_reconstruct (call, &parts, &array, error))
    return NULL;
  /* (version, shape, dtype, is_fortran, data, mask, fill value) */
  parts.data = call->at.call->state->n_items > 5 ? call->at.call->state->at.items[5] : NULL;
  if (!make_numbers (pickle, &type, &parts, &array, error))
    return NULL;
  return g_steal_pointer (&array.tensor);
}

char *
ts_pickle_numpy_dup_type_name (TsPickle *pickle, const TsPickleValue *type)
{
  NumpyType parsed;

  if (!parse_type (pickle, type, &parsed, NULL))
    return NULL;
  if (parsed.names != NULL)
    return g_strdup_printf ("records of %u fields", parsed.names->n_items);
  if (parsed.is_number && parsed.note == NULL)
    return g_strdup_printf ("%s%s", ts_dtype_get_name (parsed.dtype),
                            parsed.byte_order == G_BIG_ENDIAN ? ", big-endian" : "");
  return g_strdup_printf ("%c%" G_GSIZE_FORMAT, parsed.kind,
                          parsed.kind == 'U' ? parsed.size_bytes / 4 : parsed.size_bytes);
}

TsTensor *
ts_pickle_numpy_get_tensor (TsPickle *pickle, const TsPickleValue *call, GError **error)
{
  g_auto (TsNumpyArray) array = { TS_NUMPY_TENSOR };

  if (!ts_pickle_numpy_parse (pickle, call, &array, error))
    return NULL;
  if (array.kind != TS_NUMPY_TENSOR) {
    fail (error, "it does not hold numbers");
    return NULL;
  }
  return g_steal_pointer (&array.tensor);
}
