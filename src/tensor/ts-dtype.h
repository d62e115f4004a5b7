/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TsDtype:
 *
 * The element types, named as NumPy and ml_dtypes name them. Each is a whole number of bytes.
 */
typedef enum {
  TS_DTYPE_BOOL,
  TS_DTYPE_INT8,
  TS_DTYPE_UINT8,
  TS_DTYPE_INT16,
  TS_DTYPE_UINT16,
  TS_DTYPE_INT32,
  TS_DTYPE_UINT32,
  TS_DTYPE_INT64,
  TS_DTYPE_UINT64,
  TS_DTYPE_FLOAT16,
  TS_DTYPE_BFLOAT16,
  TS_DTYPE_FLOAT32,
  TS_DTYPE_FLOAT64,
  TS_DTYPE_COMPLEX32,
  TS_DTYPE_COMPLEX64,
  TS_DTYPE_COMPLEX128,
  TS_DTYPE_FLOAT8_E4M3FN,
  TS_DTYPE_FLOAT8_E5M2,
  TS_DTYPE_FLOAT8_E4M3FNUZ,
  TS_DTYPE_FLOAT8_E5M2FNUZ,
  TS_DTYPE_FLOAT8_E4M3B11FNUZ,
  TS_DTYPE_FLOAT8_E4M3,
  TS_DTYPE_FLOAT8_E3M4,
  TS_DTYPE_FLOAT8_E8M0FNU,
  TS_N_DTYPES
} TsDtype;

typedef enum {
  TS_DTYPE_CLASS_BOOL,
  TS_DTYPE_CLASS_INTEGER,
  TS_DTYPE_CLASS_FLOAT,
  TS_DTYPE_CLASS_COMPLEX, /* real and imaginary half, each size_bytes / 2 */
} TsDtypeClass;

/**
 * TsLoadFunc:
 * @src: first element, native byte order, any alignment
 * @stride_bytes: from one element to the next; 0 repeats the first
 * @n_elements: how many
 * @out: packed doubles
 *
 * Elements as doubles. Exact for all but 64-bit integers above 2^53; a complex number gives its
 * magnitude; a bool byte gives 0 or 1.
 */
typedef void (*TsLoadFunc) (const guint8 *src, gssize stride_bytes, gsize n_elements, double *out);

typedef struct
{
  const char *name; /* NumPy's: "float32" */
  guint8 size_bytes;
  TsDtypeClass dtype_class;
  gboolean is_signed;
  double min, max; /* smallest and largest finite value */
  TsLoadFunc load;
} TsDtypeInfo;

/* Never %NULL for a dtype below %TS_N_DTYPES. */
const TsDtypeInfo *ts_dtype_get_info (TsDtype dtype);
const char *ts_dtype_get_name (TsDtype dtype);
gsize ts_dtype_get_size (TsDtype dtype);

static inline gboolean
ts_dtype_is_float (TsDtype dtype)
{
  return ts_dtype_get_info (dtype)->dtype_class == TS_DTYPE_CLASS_FLOAT;
}

static inline gboolean
ts_dtype_is_integer (TsDtype dtype)
{
  return ts_dtype_get_info (dtype)->dtype_class <= TS_DTYPE_CLASS_INTEGER;
}

/* By NumPy's name; %FALSE when there is none such. */
gboolean ts_dtype_from_name (const char *name, TsDtype *dtype);

/* Reverses the bytes of @n_elements packed elements in place (each half of a complex one). */
void ts_dtype_swap_bytes (TsDtype dtype, guint8 *data, gsize n_elements);

/* One element as text that reads back to the same value ("0.25", "nan", "-3", "1+2j"). */
char *ts_dtype_format_element (TsDtype dtype, const guint8 *element) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
