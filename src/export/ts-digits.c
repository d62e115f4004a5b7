/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Shortest digits. A float of at most 24 bits and the two midpoints to its neighbours are exact
 * doubles, and so are 9-digit integers and the powers of ten up to 10^22; one correctly rounded
 * multiplication or division therefore tells on which side of a midpoint a decimal number reads
 * back. Outside that range, and for float64, the C library prints and reads. */

#include "config.h"

#include "export/ts-digits.h"

#include <math.h>
#include <string.h>

typedef struct
{
  guint64 digits; /* no trailing zeros */
  int exponent;   /* value = digits * 10^exponent */
} Decimal;

static const double powers_of_ten[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                        1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

static guint64
get_bits (double value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

/* 2^@exponent, which is that of a normal double. */
static double
get_power_of_two (int exponent)
{
  guint64 bits = (guint64) (exponent + 1023) << 52;
  double value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* The open interval of doubles that round to @value in a format of @precision bits whose smallest
 * step is 2^@min_exponent. @value is a normal double. */
static void
get_rounding_interval (double value, int precision, int min_exponent, double *lower, double *upper)
{
  guint64 bits = get_bits (value);
  int exponent = (int) (bits >> 52) - 1022; /* of a mantissa of 0.5 to 1 */
  int step = MAX (exponent - precision, min_exponent);
  gboolean closer_below = bits << 12 == 0 && step > min_exponent;

  *upper = value + get_power_of_two (step - 1);
  *lower = value - get_power_of_two (step - (closer_below ? 2 : 1));
}

/* The power of ten that @value has; one too much or too little next to a power. */
static int
get_exponent10 (double value)
{
  /* log10 (2) is a little more than 1233 / 4096, and the mantissa adds at most one */
  int exponent = ((int) (get_bits (value) >> 52) - 1023) * 1233 >> 12;

  if (exponent < -22 || exponent > 20)
    return (int) floor (log10 (value));
  if (exponent >= 0)
    return exponent + (value >= powers_of_ten[exponent + 1]);
  return exponent + (value * powers_of_ten[-exponent] >= 10);
}

/* Decimal digits without a sign; how many. */
static int
print_integer (char *out, guint64 value)
{
  char reversed[24];
  int n = 0;

  do
    reversed[n++] = (char) ('0' + value % 10);
  while ((value /= 10) > 0);
  for (int i = 0; i < n; i++)
    out[i] = reversed[n - 1 - i];
  return n;
}

static int
strip_zeros (Decimal *decimal)
{
  int n_stripped = 0;

  for (; decimal->digits != 0 && decimal->digits % 10 == 0; n_stripped++) {
    decimal->digits /= 10;
    decimal->exponent++;
  }
  return n_stripped;
}

static gboolean
try_digits (double value,
            int n_digits,
            int exponent10,
            double lower,
            double upper,
            Decimal *decimal)
{
  int scale = n_digits - 1 - exponent10;

  if (ABS (scale) > 22)
    return FALSE;

  double digits =
      scale >= 0 ? rint (value * powers_of_ten[scale]) : rint (value / powers_of_ten[-scale]);
  double back = scale >= 0 ? digits / powers_of_ten[scale] : digits * powers_of_ten[-scale];

  if (!(back > lower && back < upper))
    return FALSE;
  decimal->digits = (guint64) digits;
  decimal->exponent = -scale;
  return TRUE;
}

static gboolean
find_fast (double value, int max_digits, double lower, double upper, Decimal *decimal)
{
  int exponent10 = get_exponent10 (value);
  Decimal shorter;

  if (!try_digits (value, max_digits - 1, exponent10, lower, upper, decimal))
    return try_digits (value, max_digits, exponent10, lower, upper, decimal);

  int n_digits = max_digits - 1 - strip_zeros (decimal);

  /* The nearest decimal of n digits reads back whenever that of fewer digits does. */
  while (n_digits > 1 && try_digits (value, n_digits - 1, exponent10, lower, upper, &shorter)) {
    n_digits -= 1 + strip_zeros (&shorter);
    *decimal = shorter;
  }
  return TRUE;
}

/* "d.ddde-xx" as printed by the C library */
static void
parse_scientific (const char *text, Decimal *decimal)
{
  int n_fraction = 0;
  gboolean after_point = FALSE;

  decimal->digits = 0;
  for (; *text != 'e'; text++) {
    if (*text == '.') {
      after_point = TRUE;
      continue;
    }
    decimal->digits = decimal->digits * 10 + (guint64) (*text - '0');
    n_fraction += after_point;
  }
  decimal->exponent = (int) g_ascii_strtoll (text + 1, NULL, 10) - n_fraction;
}

static void
find_slow (double value,
           int min_digits,
           int max_digits,
           double lower,
           double upper,
           Decimal *decimal)
{
  for (int n_digits = min_digits; n_digits <= max_digits; n_digits++) {
    char format[8], text[TS_DIGITS_SIZE];

    g_snprintf (format, sizeof format, "%%.%de", n_digits - 1);
    g_ascii_formatd (text, sizeof text, format, value);

    double back = g_ascii_strtod (text, NULL);
    gboolean same = lower < upper ? back > lower && back < upper : back == value;

    if (same || n_digits == max_digits) {
      parse_scientific (text, decimal);
      return;
    }
  }
}

static gsize
print_decimal (char *out, const Decimal *decimal)
{
  char digits[24];
  int n = print_integer (digits, decimal->digits);
  int scientific = decimal->exponent + n - 1;
  char *p = out;

  if (scientific < -5 || scientific > 16) {
    *p++ = digits[0];
    if (n > 1) {
      *p++ = '.';
      memcpy (p, digits + 1, (gsize) n - 1);
      p += n - 1;
    }
    p += g_snprintf (p, 8, "e%d", scientific);
  } else if (decimal->exponent >= 0) {
    memcpy (p, digits, (gsize) n);
    memset (p + n, '0', (gsize) decimal->exponent);
    p += n + decimal->exponent;
  } else if (scientific >= 0) {
    memcpy (p, digits, (gsize) scientific + 1);
    p += scientific + 1;
    *p++ = '.';
    memcpy (p, digits + scientific + 1, (gsize) (n - scientific - 1));
    p += n - scientific - 1;
  } else {
    *p++ = '0';
    *p++ = '.';
    memset (p, '0', (gsize) (-scientific - 1));
    p += -scientific - 1;
    memcpy (p, digits, (gsize) n);
    p += n;
  }
  *p = '\0';
  return (gsize) (p - out);
}

gsize
ts_digits_format (char out[TS_DIGITS_SIZE], double value, TsDtype dtype)
{
  double magnitude = fabs (value), lower, upper;
  char *p = out;
  Decimal decimal;

  if (value == 0) {
    g_strlcpy (out, signbit (value) ? "-0.0" : "0", TS_DIGITS_SIZE);
    return strlen (out);
  }
  if (value < 0)
    *p++ = '-';

  /* Integers of few digits are the same in every format. */
  if (magnitude < 1e6 && magnitude == floor (magnitude)) {
    decimal = (Decimal){ (guint64) magnitude, 0 };
    return (gsize) (p - out) + print_decimal (p, &decimal);
  }

  switch ((int) dtype) {
  case TS_DTYPE_FLOAT32:
  case TS_DTYPE_COMPLEX64:
    get_rounding_interval (magnitude, 24, -149, &lower, &upper);
    if (!find_fast (magnitude, 9, lower, upper, &decimal))
      find_slow (magnitude, 1, 9, lower, upper, &decimal);
    break;
  case TS_DTYPE_FLOAT16:
  case TS_DTYPE_COMPLEX32:
    get_rounding_interval (magnitude, 11, -24, &lower, &upper);
    if (!find_fast (magnitude, 5, lower, upper, &decimal))
      find_slow (magnitude, 1, 5, lower, upper, &decimal);
    break;
  case TS_DTYPE_BFLOAT16:
    get_rounding_interval (magnitude, 8, -133, &lower, &upper);
    if (!find_fast (magnitude, 4, lower, upper, &decimal))
      find_slow (magnitude, 1, 4, lower, upper, &decimal);
    break;
  default:
    if (dtype >= TS_DTYPE_FLOAT8_E4M3FN && dtype < TS_N_DTYPES)
      return (gsize) (p - out) + ts_digits_format (p, magnitude, TS_DTYPE_FLOAT32);
    find_slow (magnitude, 15, 17, 0, 0, &decimal);
    break;
  }
  strip_zeros (&decimal);
  return (gsize) (p - out) + print_decimal (p, &decimal);
}
