/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-half.h"

#include <math.h>
#include <string.h>

/* What varies between the formats with exponent and mantissa. INFINITY_AND_NAN: the highest
 * exponent is Inf/NaN as in IEEE 754; NAN_ALL_ONES: only all ones are NaN, no infinity;
 * NAN_NEGATIVE_ZERO: only the bits of -0 are NaN, no infinity. */
typedef enum {
  INFINITY_AND_NAN,
  NAN_ALL_ONES,
  NAN_NEGATIVE_ZERO
} Special;

typedef struct
{
  guint8 exponent_bits, mantissa_bits;
  gint8 bias;
  Special special;
} Format;

static const Format half_format = { 5, 10, 15, INFINITY_AND_NAN };

static const Format float8_formats[TS_N_FLOAT8] = {
  [TS_FLOAT8_E4M3FN] = { 4, 3, 7, NAN_ALL_ONES },
  [TS_FLOAT8_E5M2] = { 5, 2, 15, INFINITY_AND_NAN },
  [TS_FLOAT8_E4M3FNUZ] = { 4, 3, 8, NAN_NEGATIVE_ZERO },
  [TS_FLOAT8_E5M2FNUZ] = { 5, 2, 16, NAN_NEGATIVE_ZERO },
  [TS_FLOAT8_E4M3B11FNUZ] = { 4, 3, 11, NAN_NEGATIVE_ZERO },
  [TS_FLOAT8_E4M3] = { 4, 3, 7, INFINITY_AND_NAN },
  [TS_FLOAT8_E3M4] = { 3, 4, 3, INFINITY_AND_NAN },
};

static float
decode (const Format *format, guint bits)
{
  guint mantissa_mask = (1u << format->mantissa_bits) - 1;
  guint exponent_mask = (1u << format->exponent_bits) - 1;
  guint sign_bit = 1u << (format->mantissa_bits + format->exponent_bits);
  guint mantissa = bits & mantissa_mask;
  guint exponent = (bits >> format->mantissa_bits) & exponent_mask;
  float sign = bits & sign_bit ? -1.0f : 1.0f;
  float magnitude;

  switch (format->special) {
  case INFINITY_AND_NAN:
    if (exponent == exponent_mask)
      return mantissa != 0 ? NAN : sign * INFINITY;
    break;
  case NAN_ALL_ONES:
    if (exponent == exponent_mask && mantissa == mantissa_mask)
      return NAN;
    break;
  case NAN_NEGATIVE_ZERO:
    if (bits == sign_bit)
      return NAN;
    break;
  default:
    g_assert_not_reached ();
  }
  if (exponent == 0)
    magnitude = ldexpf ((float) mantissa, 1 - format->bias - format->mantissa_bits);
  else
    magnitude = ldexpf ((float) (mantissa + mantissa_mask + 1),
                        (int) exponent - format->bias - format->mantissa_bits);
  return sign * magnitude;
}

const float *
ts_half_get_table (void)
{
  static float *table;

  if (g_once_init_enter (&table)) {
    float *built = g_new (float, 65536);

    for (guint i = 0; i < 65536; i++)
      built[i] = decode (&half_format, i);
    g_once_init_leave (&table, built);
  }
  return table;
}

float
ts_half_to_float (guint16 bits)
{
  return ts_half_get_table ()[bits];
}

guint16
ts_half_from_float (float value)
{
  guint32 bits, sign, mantissa, shift, half, rest, tie;
  gint exponent;

  memcpy (&bits, &value, sizeof bits);
  sign = (bits >> 16) & 0x8000;
  exponent = (gint) ((bits >> 23) & 0xff);
  mantissa = bits & 0x7fffff;
  if (exponent == 0xff)
    return (guint16) (sign | 0x7c00 | (mantissa != 0 ? 0x200 : 0));
  exponent -= 127 - 15;
  if (exponent >= 31)
    return (guint16) (sign | 0x7c00);
  if (exponent < -10)
    return (guint16) sign;
  mantissa |= 0x800000;
  shift = exponent > 0 ? 13 : (guint32) (14 - exponent);
  half = mantissa >> shift;
  rest = mantissa & ((1u << shift) - 1);
  tie = 1u << (shift - 1);
  if (rest > tie || (rest == tie && (half & 1)))
    half++;
  /* For normal numbers the hidden bit adds one to the exponent field, also when rounding
   * carried into it. */
  if (exponent > 0)
    half += (guint32) (exponent - 1) << 10;
  if (half >= 0x7c00)
    half = 0x7c00;
  return (guint16) (sign | half);
}

const float *
ts_float8_get_table (TsFloat8 format)
{
  static float tables[TS_N_FLOAT8][256];
  static gsize built;

  g_return_val_if_fail ((guint) format < TS_N_FLOAT8, NULL);

  if (g_once_init_enter (&built)) {
    for (guint i = 0; i < 256; i++) {
      for (guint f = 0; f < TS_N_FLOAT8; f++) {
        if (f != TS_FLOAT8_E8M0FNU)
          tables[f][i] = decode (&float8_formats[f], i);
      }
      /* A power of two without sign or zero; FF is NaN. */
      tables[TS_FLOAT8_E8M0FNU][i] = i == 0xff ? NAN : ldexpf (1.0f, (int) i - 127);
    }
    g_once_init_leave (&built, 1);
  }
  return tables[format];
}
