/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Small float formats to float32, exactly (every value of each is a float32; NaN stays NaN, its
 * payload is not kept). Thread-safe. Formats as in IEEE 754 (binary16), the OCP 8-bit floating
 * point specification (e4m3fn, e5m2), and the "fnuz" and e8m0 variants of MLIR and ml_dtypes. */

/* 65,536 entries; built on first use. The caller indexes it with the 16 bits. */
const float *ts_half_get_table (void);

float ts_half_to_float (guint16 bits);

/* Round to nearest, ties to even; overflow gives infinity. */
guint16 ts_half_from_float (float value);

static inline float
ts_bfloat16_to_float (guint16 bits)
{
  union
  {
    guint32 u;
    float f;
  } pun = { .u = (guint32) bits << 16 };

  return pun.f;
}

/**
 * TsFloat8:
 *
 * The 8-bit formats; the member names are NumPy's/ml_dtypes' without "float8_".
 */
typedef enum {
  TS_FLOAT8_E4M3FN,
  TS_FLOAT8_E5M2,
  TS_FLOAT8_E4M3FNUZ,
  TS_FLOAT8_E5M2FNUZ,
  TS_FLOAT8_E4M3B11FNUZ,
  TS_FLOAT8_E4M3,
  TS_FLOAT8_E3M4,
  TS_FLOAT8_E8M0FNU,
  TS_N_FLOAT8
} TsFloat8;

/* 256 entries; built on first use. */
const float *ts_float8_get_table (TsFloat8 format);

G_END_DECLS
