/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-dtype.h"

#include "base/ts-half.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define DEFINE_LOAD(name, type, expression)                                                        \
  static void load_##name (const guint8 *src, gssize stride_bytes, gsize n, double *out)           \
  {                                                                                                \
    /* Packed elements are the usual case, and one that compilers know how to unroll. */           \
    if (stride_bytes == sizeof (type)) {                                                           \
      for (gsize i = 0; i < n; i++) {                                                              \
        type value;                                                                                \
                                                                                                   \
        memcpy (&value, src + i * sizeof value, sizeof value);                                     \
        out[i] = (double) (expression);                                                            \
      }                                                                                            \
      return;                                                                                      \
    }                                                                                              \
    for (gsize i = 0; i < n; i++, src += stride_bytes) {                                           \
      type value;                                                                                  \
                                                                                                   \
      memcpy (&value, src, sizeof value);                                                          \
      out[i] = (double) (expression);                                                              \
    }                                                                                              \
  }

#define DEFINE_LOAD_TABLE(name, type, make_table)                                                  \
  static void load_##name (const guint8 *src, gssize stride_bytes, gsize n, double *out)           \
  {                                                                                                \
    const float *table = make_table;                                                               \
                                                                                                   \
    for (gsize i = 0; i < n; i++, src += stride_bytes) {                                           \
      type bits;                                                                                   \
                                                                                                   \
      memcpy (&bits, src, sizeof bits);                                                            \
      out[i] = (double) table[bits];                                                               \
    }                                                                                              \
  }

typedef struct
{
  guint16 re, im;
} Complex32;

typedef struct
{
  float re, im;
} Complex64;

typedef struct
{
  double re, im;
} Complex128;

/* clang-format off */
DEFINE_LOAD (bool, guint8, value != 0)
DEFINE_LOAD (int8, gint8, value)
DEFINE_LOAD (uint8, guint8, value)
DEFINE_LOAD (int16, gint16, value)
DEFINE_LOAD (uint16, guint16, value)
DEFINE_LOAD (int32, gint32, value)
DEFINE_LOAD (uint32, guint32, value)
DEFINE_LOAD (int64, gint64, value)
DEFINE_LOAD (uint64, guint64, value)
DEFINE_LOAD (bfloat16, guint16, ts_bfloat16_to_float (value))
DEFINE_LOAD (float32, float, value)
DEFINE_LOAD (float64, double, value)
DEFINE_LOAD (complex32, Complex32, hypotf (ts_half_to_float (value.re), ts_half_to_float (value.im)))
DEFINE_LOAD (complex64, Complex64, hypot ((double) value.re, (double) value.im))
DEFINE_LOAD (complex128, Complex128, hypot (value.re, value.im))
DEFINE_LOAD_TABLE (float16, guint16, ts_half_get_table ())
DEFINE_LOAD_TABLE (e4m3fn, guint8, ts_float8_get_table (TS_FLOAT8_E4M3FN))
DEFINE_LOAD_TABLE (e5m2, guint8, ts_float8_get_table (TS_FLOAT8_E5M2))
DEFINE_LOAD_TABLE (e4m3fnuz, guint8, ts_float8_get_table (TS_FLOAT8_E4M3FNUZ))
DEFINE_LOAD_TABLE (e5m2fnuz, guint8, ts_float8_get_table (TS_FLOAT8_E5M2FNUZ))
DEFINE_LOAD_TABLE (e4m3b11fnuz, guint8, ts_float8_get_table (TS_FLOAT8_E4M3B11FNUZ))
DEFINE_LOAD_TABLE (e4m3, guint8, ts_float8_get_table (TS_FLOAT8_E4M3))
DEFINE_LOAD_TABLE (e3m4, guint8, ts_float8_get_table (TS_FLOAT8_E3M4))
DEFINE_LOAD_TABLE (e8m0fnu, guint8, ts_float8_get_table (TS_FLOAT8_E8M0FNU))

#define INTEGER TS_DTYPE_CLASS_INTEGER
#define FLOAT TS_DTYPE_CLASS_FLOAT
#define COMPLEX TS_DTYPE_CLASS_COMPLEX

static const TsDtypeInfo infos[TS_N_DTYPES] = {
  [TS_DTYPE_BOOL] = { "bool", 1, TS_DTYPE_CLASS_BOOL, FALSE, 0, 1, load_bool },
  [TS_DTYPE_INT8] = { "int8", 1, INTEGER, TRUE, G_MININT8, G_MAXINT8, load_int8 },
  [TS_DTYPE_UINT8] = { "uint8", 1, INTEGER, FALSE, 0, G_MAXUINT8, load_uint8 },
  [TS_DTYPE_INT16] = { "int16", 2, INTEGER, TRUE, G_MININT16, G_MAXINT16, load_int16 },
  [TS_DTYPE_UINT16] = { "uint16", 2, INTEGER, FALSE, 0, G_MAXUINT16, load_uint16 },
  [TS_DTYPE_INT32] = { "int32", 4, INTEGER, TRUE, G_MININT32, G_MAXINT32, load_int32 },
  [TS_DTYPE_UINT32] = { "uint32", 4, INTEGER, FALSE, 0, G_MAXUINT32, load_uint32 },
  [TS_DTYPE_INT64] = { "int64", 8, INTEGER, TRUE, (double) G_MININT64, (double) G_MAXINT64, load_int64 },
  [TS_DTYPE_UINT64] = { "uint64", 8, INTEGER, FALSE, 0, (double) G_MAXUINT64, load_uint64 },
  [TS_DTYPE_FLOAT16] = { "float16", 2, FLOAT, TRUE, -65504, 65504, load_float16 },
  [TS_DTYPE_BFLOAT16] = { "bfloat16", 2, FLOAT, TRUE, -0x1.fep127, 0x1.fep127, load_bfloat16 },
  [TS_DTYPE_FLOAT32] = { "float32", 4, FLOAT, TRUE, -FLT_MAX, FLT_MAX, load_float32 },
  [TS_DTYPE_FLOAT64] = { "float64", 8, FLOAT, TRUE, -DBL_MAX, DBL_MAX, load_float64 },
  [TS_DTYPE_COMPLEX32] = { "complex32", 4, COMPLEX, TRUE, -65504, 65504, load_complex32 },
  [TS_DTYPE_COMPLEX64] = { "complex64", 8, COMPLEX, TRUE, -FLT_MAX, FLT_MAX, load_complex64 },
  [TS_DTYPE_COMPLEX128] = { "complex128", 16, COMPLEX, TRUE, -DBL_MAX, DBL_MAX, load_complex128 },
  [TS_DTYPE_FLOAT8_E4M3FN] = { "float8_e4m3fn", 1, FLOAT, TRUE, -448, 448, load_e4m3fn },
  [TS_DTYPE_FLOAT8_E5M2] = { "float8_e5m2", 1, FLOAT, TRUE, -57344, 57344, load_e5m2 },
  [TS_DTYPE_FLOAT8_E4M3FNUZ] = { "float8_e4m3fnuz", 1, FLOAT, TRUE, -240, 240, load_e4m3fnuz },
  [TS_DTYPE_FLOAT8_E5M2FNUZ] = { "float8_e5m2fnuz", 1, FLOAT, TRUE, -57344, 57344, load_e5m2fnuz },
  [TS_DTYPE_FLOAT8_E4M3B11FNUZ] = { "float8_e4m3b11fnuz", 1, FLOAT, TRUE, -30, 30, load_e4m3b11fnuz },
  [TS_DTYPE_FLOAT8_E4M3] = { "float8_e4m3", 1, FLOAT, TRUE, -240, 240, load_e4m3 },
  [TS_DTYPE_FLOAT8_E3M4] = { "float8_e3m4", 1, FLOAT, TRUE, -15.5, 15.5, load_e3m4 },
  [TS_DTYPE_FLOAT8_E8M0FNU] = { "float8_e8m0fnu", 1, FLOAT, FALSE, 0x1p-127, 0x1p127, load_e8m0fnu },
};
/* clang-format on */

const TsDtypeInfo *
ts_dtype_get_info (TsDtype dtype)
{
  g_return_val_if_fail ((guint) dtype < TS_N_DTYPES, &infos[TS_DTYPE_UINT8]);

  return &infos[dtype];
}

const char *
ts_dtype_get_name (TsDtype dtype)
{
  return ts_dtype_get_info (dtype)->name;
}

gsize
ts_dtype_get_size (TsDtype dtype)
{
  return ts_dtype_get_info (dtype)->size_bytes;
}

gboolean
ts_dtype_from_name (const char *name, TsDtype *dtype)
{
  for (guint i = 0; i < TS_N_DTYPES; i++) {
    if (g_strcmp0 (infos[i].name, name) == 0) {
      *dtype = (TsDtype) i;
      return TRUE;
    }
  }
  return FALSE;
}

void
ts_dtype_swap_bytes (TsDtype dtype, guint8 *data, gsize n_elements)
{
  const TsDtypeInfo *info = ts_dtype_get_info (dtype);
  gsize word = info->size_bytes;

  if (info->dtype_class == TS_DTYPE_CLASS_COMPLEX) {
    word /= 2;
    n_elements *= 2;
  }
  switch (word) {
  case 2:
    for (gsize i = 0; i < n_elements; i++, data += 2) {
      guint16 value;

      memcpy (&value, data, sizeof value);
      value = GUINT16_SWAP_LE_BE (value);
      memcpy (data, &value, sizeof value);
    }
    break;
  case 4:
    for (gsize i = 0; i < n_elements; i++, data += 4) {
      guint32 value;

      memcpy (&value, data, sizeof value);
      value = GUINT32_SWAP_LE_BE (value);
      memcpy (data, &value, sizeof value);
    }
    break;
  case 8:
    for (gsize i = 0; i < n_elements; i++, data += 8) {
      guint64 value;

      memcpy (&value, data, sizeof value);
      value = GUINT64_SWAP_LE_BE (value);
      memcpy (data, &value, sizeof value);
    }
    break;
  default:
    break;
  }
}

/* The shortest %g form that reads back to the same float32 (or double). */
static char *
format_float (double value, gboolean is_single)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return g_strdup ("nan");
  if (isinf (value))
    return g_strdup (value > 0 ? "inf" : "-inf");
  for (int digits = 1; digits <= 17; digits++) {
    char format[8];
    double back;

    g_snprintf (format, sizeof format, "%%.%dg", digits);
    g_ascii_formatd (text, sizeof text, format, value);
    back = g_ascii_strtod (text, NULL);
    if (is_single ? (float) back == (float) value : back == value)
      break;
  }
  return g_strdup (text);
}

static char *
format_complex (double re, double im, gboolean is_single)
{
  g_autofree char *real = format_float (re, is_single);
  g_autofree char *imaginary = format_float (im, is_single);

  return g_strdup_printf ("%s%s%sj", real, imaginary[0] == '-' ? "" : "+", imaginary);
}

char *
ts_dtype_format_element (TsDtype dtype, const guint8 *element)
{
  const TsDtypeInfo *info = ts_dtype_get_info (dtype);
  double value;

  switch (dtype) {
  case TS_DTYPE_INT64: {
    gint64 integer;

    memcpy (&integer, element, sizeof integer);
    return g_strdup_printf ("%" G_GINT64_FORMAT, integer);
  }
  case TS_DTYPE_UINT64: {
    guint64 integer;

    memcpy (&integer, element, sizeof integer);
    return g_strdup_printf ("%" G_GUINT64_FORMAT, integer);
  }
  case TS_DTYPE_COMPLEX32: {
    Complex32 z;

    memcpy (&z, element, sizeof z);
    return format_complex ((double) ts_half_to_float (z.re), (double) ts_half_to_float (z.im),
                           TRUE);
  }
  case TS_DTYPE_COMPLEX64: {
    Complex64 z;

    memcpy (&z, element, sizeof z);
    return format_complex ((double) z.re, (double) z.im, TRUE);
  }
  case TS_DTYPE_COMPLEX128: {
    Complex128 z;

    memcpy (&z, element, sizeof z);
    return format_complex (z.re, z.im, FALSE);
  }
  default:
    info->load (element, 0, 1, &value);
    if (info->dtype_class != TS_DTYPE_CLASS_FLOAT)
      return g_strdup_printf ("%.0f", value);
    return format_float (value, dtype != TS_DTYPE_FLOAT64);
  }
}
