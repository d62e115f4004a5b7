/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "helper/ts-helper-mat-private.h"

#include <matio.h>
#include <string.h>

/* MATLAB files up to version 7 (version 7.3 is HDF5 and read as that). Arrays are column-major;
 * plain ones are read when asked for, those inside structs and cells with the listing. */

#define MAX_DEPTH      32
#define MAX_ARRAYS     100000
#define MAX_KEPT_BYTES (G_GUINT64_CONSTANT (1) << 30)

typedef struct
{
  char *name;         /* of a variable of the file that is read on demand, or NULL */
  matvar_t *inside;   /* of an array inside another variable, which is kept */
  gboolean is_packed; /* inside holds the elements as they are wanted */
  TsDtype dtype;
  guint64 n_elements;
  guint number; /* of the variable in the file, from 0 */
} Array;

static struct
{
  mat_t *mat;
  GPtrArray *arrays;
  guint64 n_kept_bytes;
  guint n_listed;
  guint n_variables; /* seen so far */
  gboolean is_v4;
  char *message; /* of the library */
} state;

static void
keep_message (int level, char *message)
{
  g_free (state.message);
  state.message = g_strdup (message);
}

static char *
take_error (const char *what)
{
  return g_strdup_printf ("%s%s%s", what, state.message != NULL ? ": " : "",
                          state.message != NULL ? state.message : "");
}

/* Version 4 knows numbers of one class only, but keeps how they were stored. */
static gboolean
get_stored_dtype (enum matio_types type, TsDtype *dtype)
{
  switch ((int) type) {
  case MAT_T_UINT8:
    *dtype = TS_DTYPE_UINT8;
    return TRUE;
  case MAT_T_INT16:
    *dtype = TS_DTYPE_INT16;
    return TRUE;
  case MAT_T_UINT16:
    *dtype = TS_DTYPE_UINT16;
    return TRUE;
  case MAT_T_INT32:
    *dtype = TS_DTYPE_INT32;
    return TRUE;
  case MAT_T_SINGLE:
    *dtype = TS_DTYPE_FLOAT32;
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean
get_dtype (const matvar_t *variable, TsDtype *dtype)
{
  static const struct
  {
    enum matio_classes class_type;
    TsDtype dtype;
  } classes[] = {
    { MAT_C_DOUBLE, TS_DTYPE_FLOAT64 }, { MAT_C_SINGLE, TS_DTYPE_FLOAT32 },
    { MAT_C_INT8, TS_DTYPE_INT8 },      { MAT_C_UINT8, TS_DTYPE_UINT8 },
    { MAT_C_INT16, TS_DTYPE_INT16 },    { MAT_C_UINT16, TS_DTYPE_UINT16 },
    { MAT_C_INT32, TS_DTYPE_INT32 },    { MAT_C_UINT32, TS_DTYPE_UINT32 },
    { MAT_C_INT64, TS_DTYPE_INT64 },    { MAT_C_UINT64, TS_DTYPE_UINT64 },
  };

  if (state.is_v4 && variable->class_type == MAT_C_DOUBLE && !variable->isComplex &&
      get_stored_dtype (variable->data_type, dtype))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++) {
    if (classes[i].class_type != variable->class_type)
      continue;
    *dtype = classes[i].dtype;
    if (variable->isLogical && *dtype == TS_DTYPE_UINT8)
      *dtype = TS_DTYPE_BOOL;
    if (!variable->isComplex)
      return TRUE;
    if (*dtype == TS_DTYPE_FLOAT64)
      *dtype = TS_DTYPE_COMPLEX128;
    else if (*dtype == TS_DTYPE_FLOAT32)
      *dtype = TS_DTYPE_COMPLEX64;
    else
      return FALSE;
    return TRUE;
  }
  return FALSE;
}

static gboolean
count_elements (const matvar_t *variable, guint64 *n_elements)
{
  *n_elements = 1;
  for (int i = 0; i < variable->rank; i++) {
    if (__builtin_mul_overflow (*n_elements, (guint64) variable->dims[i], n_elements))
      return FALSE;
  }
  return *n_elements < G_MAXINT64 / 16;
}

static void
list_numbers (GByteArray *out, const char *name, matvar_t *variable, TsDtype dtype, gboolean is_top)
{
  guint64 dims[64];
  Array *array;

  if (variable->rank < 0 || variable->rank > 64) {
    ts_listing_error (out, name, "More axes than arrays can have");
    return;
  }
  array = g_new0 (Array, 1);
  if (!count_elements (variable, &array->n_elements)) {
    g_free (array);
    ts_listing_error (out, name, "The shape has more elements than any file can hold");
    return;
  }
  for (int i = 0; i < variable->rank; i++)
    dims[i] = variable->dims[i];
  array->name = is_top ? g_strdup (variable->name) : NULL;
  array->inside = is_top ? NULL : variable;
  array->dtype = dtype;
  array->number = state.n_variables;
  g_ptr_array_add (state.arrays, array);
  ts_listing_dataset (out, name, state.arrays->len - 1, dtype, 'F', (guint) variable->rank, dims,
                      TS_ARRAY_NO_OFFSET, FALSE, NULL);
}

static void
list_char (GByteArray *out, const char *name, const matvar_t *variable)
{
  guint64 n_elements;
  g_autoptr (GString) text = g_string_new (NULL);

  if (variable->data == NULL || !count_elements (variable, &n_elements) || variable->rank != 2 ||
      variable->dims[0] > 1 || n_elements > 65536) {
    ts_listing_opaque (out, name, "text", "");
    return;
  }
  for (guint64 i = 0; i < n_elements && (i + 1) * (guint64) variable->data_size <= variable->nbytes;
       i++) {
    gunichar c = variable->data_size == 2 ? ((const guint16 *) variable->data)[i]
                                          : ((const guint8 *) variable->data)[i];

    g_string_append_unichar (text, g_unichar_validate (c) && c != 0 ? c : 0xfffd);
  }
  ts_listing_text (out, name, text->str);
}

static void list_variable (GByteArray *out, const char *name, matvar_t *variable, guint depth);

static void
list_fields (GByteArray *out, matvar_t *variable, size_t index, guint depth)
{
  char *const *names = Mat_VarGetStructFieldnames (variable);
  unsigned n = Mat_VarGetNumberOfFields (variable);

  for (unsigned i = 0; i < n; i++) {
    matvar_t *field = Mat_VarGetStructFieldByIndex (variable, i, index);

    if (field != NULL)
      list_variable (out, names[i], field, depth + 1);
  }
}

static void
list_parts (GByteArray *out, const char *name, matvar_t *variable, guint depth)
{
  guint64 n_elements;

  if (depth >= MAX_DEPTH || !count_elements (variable, &n_elements)) {
    ts_listing_error (out, name, "Nested too deeply");
    return;
  }
  ts_listing_begin_group (out, name);
  for (guint64 i = 0; i < MIN (n_elements, MAX_ARRAYS); i++) {
    g_autofree char *index = g_strdup_printf ("%" G_GUINT64_FORMAT, i);

    if (variable->class_type == MAT_C_CELL) {
      matvar_t *cell = variable->data != NULL ? Mat_VarGetCell (variable, (int) i) : NULL;

      if (cell != NULL)
        list_variable (out, index, cell, depth + 1);
    } else if (n_elements == 1) {
      list_fields (out, variable, 0, depth);
    } else {
      ts_listing_begin_group (out, index);
      list_fields (out, variable, (size_t) i, depth);
      ts_listing_end_group (out);
    }
  }
  ts_listing_end_group (out);
}

/* A sparse matrix is kept as what it means: a dense one, if that is of a sensible size. */
static void
list_sparse (GByteArray *out, const char *name, matvar_t *variable)
{
  const mat_sparse_t *sparse = variable->data;
  guint64 n_elements, n_rows, dims[2];
  TsDtype dtype = variable->isComplex   ? TS_DTYPE_COMPLEX128
                  : variable->isLogical ? TS_DTYPE_BOOL
                                        : TS_DTYPE_FLOAT64;
  gsize size = ts_dtype_get_size (dtype);
  g_autofree guint8 *dense = NULL;
  Array *array;

  if (sparse == NULL || variable->rank != 2 || !count_elements (variable, &n_elements) ||
      n_elements * size > MAX_KEPT_BYTES - state.n_kept_bytes || sparse->njc < 1) {
    ts_listing_opaque (out, name, "sparse matrix", "");
    return;
  }
  n_rows = variable->dims[0];
  dense = g_malloc0 (MAX (n_elements * size, 1));
  for (guint64 column = 0; column < variable->dims[1] && column + 1 < sparse->njc; column++) {
    for (guint32 k = sparse->jc[column]; k < sparse->jc[column + 1]; k++) {
      guint64 at;

      if (k >= sparse->nir || k >= sparse->ndata || sparse->ir[k] >= n_rows) {
        ts_listing_error (out, name, "An index of the sparse matrix is outside of it");
        return;
      }
      at = column * n_rows + sparse->ir[k];
      if (variable->isComplex) {
        const mat_complex_split_t *halves = sparse->data;

        ((double *) dense)[2 * at] = ((const double *) halves->Re)[k];
        ((double *) dense)[2 * at + 1] = ((const double *) halves->Im)[k];
      } else if (variable->isLogical) {
        dense[at] = variable->data_type == MAT_T_DOUBLE ? ((const double *) sparse->data)[k] != 0
                                                        : ((const guint8 *) sparse->data)[k] != 0;
      } else {
        if (variable->data_type != MAT_T_DOUBLE) {
          ts_listing_opaque (out, name, "sparse matrix", "");
          return;
        }
        ((double *) dense)[at] = ((const double *) sparse->data)[k];
      }
    }
  }
  state.n_kept_bytes += n_elements * size;
  array = g_new0 (Array, 1);
  array->dtype = dtype;
  array->n_elements = n_elements;
  array->is_packed = TRUE;
  array->number = state.n_variables;
  array->inside = Mat_VarCreate (NULL, MAT_C_UINT8, MAT_T_UINT8, 1,
                                 (size_t[]){ (size_t) (n_elements * size) }, dense, 0);
  g_ptr_array_add (state.arrays, array);
  dims[0] = variable->dims[0];
  dims[1] = variable->dims[1];
  ts_listing_dataset (out, name, state.arrays->len - 1, dtype, 'F', 2, dims, TS_ARRAY_NO_OFFSET,
                      FALSE, "sparse");
}

/* A part that is not there: one row of no numbers. */
static void
list_empty (GByteArray *out, const char *name)
{
  static const guint64 dims[] = { 1, 0 };
  Array *array = g_new0 (Array, 1);

  array->dtype = TS_DTYPE_FLOAT64;
  array->number = state.n_variables;
  g_ptr_array_add (state.arrays, array);
  ts_listing_dataset (out, name, state.arrays->len - 1, array->dtype, 'F', 2, dims,
                      TS_ARRAY_NO_OFFSET, FALSE, "empty");
}

static void
list_variable (GByteArray *out, const char *name, matvar_t *variable, guint depth)
{
  TsDtype dtype;

  if (state.n_listed++ >= MAX_ARRAYS)
    return;
  if (get_dtype (variable, &dtype)) {
    list_numbers (out, name, variable, dtype, depth == 0);
    return;
  }
  switch ((int) variable->class_type) {
  case MAT_C_CHAR:
    list_char (out, name, variable);
    break;
  case MAT_C_STRUCT:
  case MAT_C_CELL:
    list_parts (out, name, variable, depth);
    break;
  case MAT_C_SPARSE:
    list_sparse (out, name, variable);
    break;
  case MAT_C_EMPTY:
    list_empty (out, name);
    break;
  case MAT_C_OBJECT:
    ts_listing_opaque (out, name, "object", "a class of somebody's own; save its fields");
    break;
  case MAT_C_FUNCTION:
    ts_listing_opaque (out, name, "function", "");
    break;
  default:
    ts_listing_opaque (out, name, "object", "only MATLAB itself can read it; save it as numbers");
  }
}

static char *
mat_list (GByteArray *out)
{
  matvar_t *variable;
  guint n = 0;

  Mat_LogInitFunc ("tenscope", keep_message);
  state.arrays = g_ptr_array_new ();
  state.mat = Mat_Open ("/", MAT_ACC_RDONLY);
  if (state.mat == NULL)
    return take_error ("The MATLAB library cannot open the file");
  state.is_v4 = Mat_GetVersion (state.mat) == MAT_FT_MAT4;
  while (n++ < MAX_ARRAYS && (variable = Mat_VarReadNextInfo (state.mat)) != NULL) {
    TsDtype dtype;
    const char *name = variable->name != NULL ? variable->name : "";

    if (!get_dtype (variable, &dtype) && Mat_VarReadDataAll (state.mat, variable) != 0)
      ts_listing_error (out, name, "The variable is damaged");
    else
      list_variable (out, name, variable, 0); /* kept: its parts are read later */
    state.n_variables++;
  }
  if (n == 1)
    return take_error ("The MATLAB library finds no variable in the file");
  return NULL;
}

/* The library makes doubles of all numbers of version 4; back to what is stored. */
static void
narrow (const Array *array, const double *values, guint8 *out)
{
  gsize size = ts_dtype_get_size (array->dtype);

  for (guint64 i = 0; i < array->n_elements; i++, out += size) {
    if (array->dtype == TS_DTYPE_FLOAT32) {
      float value = (float) values[i];

      memcpy (out, &value, sizeof value);
    } else {
      gint64 value = (gint64) values[i];

      for (gsize k = 0; k < size; k++)
        out[G_BYTE_ORDER == G_LITTLE_ENDIAN ? k : size - 1 - k] = (guint8) (value >> (8 * k));
    }
  }
}

/* Real and imaginary parts lie apart in MATLAB and together everywhere else. */
static char *
pack (const Array *array, const matvar_t *variable, guint8 *out)
{
  gsize size = ts_dtype_get_size (array->dtype);
  guint64 n_bytes = array->n_elements * size;

  if (variable->data == NULL)
    return g_strdup ("The data of the variable is damaged");
  if (ts_dtype_get_info (array->dtype)->dtype_class == TS_DTYPE_CLASS_COMPLEX &&
      !array->is_packed) {
    const mat_complex_split_t *halves = variable->data;
    gsize half = size / 2;

    if (variable->data_size != (int) half || variable->nbytes < n_bytes / 2)
      return g_strdup ("The data of the variable is damaged");
    for (guint64 i = 0; i < array->n_elements; i++) {
      memcpy (out + i * size, (const guint8 *) halves->Re + i * half, half);
      memcpy (out + i * size + half, (const guint8 *) halves->Im + i * half, half);
    }
    return NULL;
  }
  if (state.is_v4 && array->dtype != TS_DTYPE_FLOAT64 && !array->is_packed) {
    if (variable->data_size != sizeof (double) ||
        variable->nbytes < array->n_elements * sizeof (double))
      return g_strdup ("The data of the variable is shorter than its shape");
    narrow (array, variable->data, out);
    return NULL;
  }
  if (variable->nbytes < n_bytes)
    return g_strdup ("The data of the variable is shorter than its shape");
  memcpy (out, variable->data, n_bytes);
  return NULL;
}

static char *
mat_decode (guint32 id, guint8 **out, guint64 *n_bytes)
{
  const Array *array;
  matvar_t *variable;
  char *error;

  if (id >= state.arrays->len)
    return g_strdup ("No such variable");
  array = g_ptr_array_index (state.arrays, id);
  *n_bytes = array->n_elements * ts_dtype_get_size (array->dtype);
  if (array->n_elements == 0) {
    *out = g_malloc (1);
    return NULL;
  }
  error = ts_mat_check_variable (array->number, state.is_v4);
  if (error != NULL)
    return error;
  variable = array->name != NULL ? Mat_VarRead (state.mat, array->name) : array->inside;
  if (variable == NULL)
    return take_error ("The variable cannot be read");
  *out = g_try_malloc (MAX (*n_bytes, 1));
  error = *out != NULL ? pack (array, variable, *out) : g_strdup ("Too large for memory");
  if (array->name != NULL)
    Mat_VarFree (variable);
  return error;
}

const TsHelperBackend ts_helper_mat = { "mat", mat_list, NULL, mat_decode };
