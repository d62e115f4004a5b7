/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle-text.h"

#include <errno.h>
#include <string.h>

/* The length in bytes of the code point at @text, 0 when it is broken. */
static guint
decode_one (const guint8 *text, gsize length, gunichar *code)
{
  static const gunichar smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
  guint n_bytes;

  if (text[0] < 0x80) {
    *code = text[0];
    return 1;
  }
  if ((text[0] & 0xe0) == 0xc0) {
    n_bytes = 2;
    *code = text[0] & 0x1f;
  } else if ((text[0] & 0xf0) == 0xe0) {
    n_bytes = 3;
    *code = text[0] & 0x0f;
  } else if ((text[0] & 0xf8) == 0xf0) {
    n_bytes = 4;
    *code = text[0] & 0x07;
  } else {
    return 0;
  }
  if (n_bytes > length)
    return 0;
  for (guint i = 1; i < n_bytes; i++) {
    if ((text[i] & 0xc0) != 0x80)
      return 0;
    *code = *code << 6 | (text[i] & 0x3f);
  }
  return *code < smallest[n_bytes] || *code > 0x10ffff ? 0 : n_bytes;
}

gboolean
ts_pickle_text_is_valid (const guint8 *text, gsize length)
{
  gunichar code;

  for (gsize i = 0; i < length;) {
    guint n_bytes = decode_one (text + i, length - i, &code);

    if (n_bytes == 0)
      return FALSE;
    i += n_bytes;
  }
  return TRUE;
}

static void
strip (const char **text, gsize *length)
{
  while (*length > 0 && g_ascii_isspace (**text)) {
    (*text)++;
    (*length)--;
  }
  while (*length > 0 && g_ascii_isspace ((*text)[*length - 1]))
    (*length)--;
}

gboolean
ts_pickle_text_parse_int (const char *text, gsize length, gint64 *integer, gboolean *is_big)
{
  gboolean is_negative = FALSE;
  guint64 sum = 0;

  *is_big = FALSE;
  strip (&text, &length);
  if (length > 0 && (*text == '-' || *text == '+')) {
    is_negative = *text == '-';
    text++;
    length--;
  }
  if (length == 0)
    return FALSE;
  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
    if (!*is_big && (__builtin_mul_overflow (sum, (guint64) 10, &sum) ||
                     __builtin_add_overflow (sum, (guint64) (text[i] - '0'), &sum)))
      *is_big = TRUE;
  }
  if (sum > (guint64) G_MAXINT64 + (is_negative ? 1 : 0))
    *is_big = TRUE;
  *integer = is_negative ? (gint64) (0 - sum) : (gint64) sum;
  return TRUE;
}

gboolean
ts_pickle_text_parse_double (const char *text, gsize length, double *number)
{
  char copy[512];
  char *end;

  strip (&text, &length);
  if (length == 0 || length >= sizeof copy)
    return FALSE;
  memcpy (copy, text, length);
  copy[length] = '\0';
  *number = g_ascii_strtod (copy, &end);
  return end == copy + length;
}

static guint
parse_octal (const guint8 *text, gsize length, guint *value)
{
  guint n_digits = 0;

  *value = 0;
  while (n_digits < 3 && n_digits < length && text[n_digits] >= '0' && text[n_digits] <= '7')
    *value = *value * 8 + (guint) (text[n_digits++] - '0');
  return n_digits;
}

static gboolean
parse_hex (const guint8 *text, gsize length, guint n_digits, gunichar *value)
{
  *value = 0;
  if (n_digits > length)
    return FALSE;
  for (guint i = 0; i < n_digits; i++) {
    int digit = g_ascii_xdigit_value ((char) text[i]);

    if (digit < 0)
      return FALSE;
    *value = *value << 4 | (gunichar) digit;
  }
  return TRUE;
}

gboolean
ts_pickle_text_unescape (const guint8 *text, gsize length, guint8 *out, gsize *out_length)
{
  static const char from[] = "\\'\"abfnrtv";
  static const char to[] = "\\'\"\a\b\f\n\r\t\v";
  gsize n = 0;

  for (gsize i = 0; i < length;) {
    const char *found;
    gunichar hex;
    guint octal, n_digits;

    if (text[i] != '\\') {
      out[n++] = text[i++];
      continue;
    }
    if (++i == length)
      return FALSE;
    found = text[i] != '\0' ? strchr (from, text[i]) : NULL;
    n_digits = parse_octal (text + i, length - i, &octal);
    if (found != NULL) {
      out[n++] = (guint8) to[found - from];
      i++;
    } else if (n_digits > 0) {
      out[n++] = (guint8) octal;
      i += n_digits;
    } else if (text[i] == 'x') {
      if (!parse_hex (text + i + 1, length - i - 1, 2, &hex))
        return FALSE;
      out[n++] = (guint8) hex;
      i += 3;
    } else {
      out[n++] = '\\'; /* as Python: an unknown escape stands for itself */
      out[n++] = text[i++];
    }
  }
  *out_length = n;
  return TRUE;
}

static gsize
encode_one (gunichar code, guint8 *out)
{
  /* not g_unichar_to_utf8(): surrogates have to pass */
  if (code < 0x80) {
    out[0] = (guint8) code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = (guint8) (0xc0 | code >> 6);
    out[1] = (guint8) (0x80 | (code & 0x3f));
    return 2;
  }
  if (code < 0x10000) {
    out[0] = (guint8) (0xe0 | code >> 12);
    out[1] = (guint8) (0x80 | (code >> 6 & 0x3f));
    out[2] = (guint8) (0x80 | (code & 0x3f));
    return 3;
  }
  out[0] = (guint8) (0xf0 | code >> 18);
  out[1] = (guint8) (0x80 | (code >> 12 & 0x3f));
  out[2] = (guint8) (0x80 | (code >> 6 & 0x3f));
  out[3] = (guint8) (0x80 | (code & 0x3f));
  return 4;
}

gboolean
ts_pickle_text_unescape_unicode (const guint8 *text, gsize length, guint8 *out, gsize *out_length)
{
  gsize n = 0;

  for (gsize i = 0; i < length;) {
    gunichar code = text[i];
    guint n_digits = 0;

    if (text[i] == '\\' && i + 1 < length)
      n_digits = text[i + 1] == 'u' ? 4 : text[i + 1] == 'U' ? 8 : 0;
    if (n_digits > 0) {
      if (!parse_hex (text + i + 2, length - i - 2, n_digits, &code) || code > 0x10ffff)
        return FALSE;
      i += n_digits + 2;
    } else {
      if (text[i] == '\\' && i + 1 < length) { /* and what it escapes, as Python */
        out[n++] = '\\';
        code = text[++i];
      }
      i++;
    }
    n += encode_one (code, out + n);
  }
  *out_length = n;
  return TRUE;
}

gboolean
ts_pickle_text_to_latin1 (const guint8 *text, gsize length, guint8 *out, gsize *out_length)
{
  gsize n = 0;

  for (gsize i = 0; i < length;) {
    gunichar code;
    guint n_bytes = decode_one (text + i, length - i, &code);

    if (n_bytes == 0 || code > 0xff)
      return FALSE;
    out[n++] = (guint8) code;
    i += n_bytes;
  }
  *out_length = n;
  return TRUE;
}

char *
ts_pickle_text_for_people (const guint8 *text, gsize length, gboolean as_latin1)
{
  GString *string;
  gboolean is_valid;

  if (g_utf8_validate_len ((const char *) text, length, NULL))
    return g_strndup ((const char *) text, length);
  string = g_string_sized_new (length);
  is_valid = ts_pickle_text_is_valid (text, length);

  for (gsize i = 0; i < length;) {
    gunichar code;
    guint n_bytes = decode_one (text + i, length - i, &code);

    if (n_bytes == 0 || (as_latin1 && !is_valid)) {
      code = as_latin1 ? text[i] : 0xfffd;
      n_bytes = 1;
    }
    if (code == 0 || (code >= 0xd800 && code <= 0xdfff))
      code = 0xfffd;
    g_string_append_unichar (string, code);
    i += n_bytes;
  }
  return g_string_free (string, FALSE);
}

char *
ts_pickle_text_from_long (const guint8 *bytes, gsize n_bytes)
{
  gboolean is_negative = n_bytes > 0 && (bytes[n_bytes - 1] & 0x80) != 0;
  g_autofree guint8 *rest = NULL;
  GString *digits;

  if (n_bytes > 64)
    return g_strdup_printf ("an integer of %" G_GSIZE_FORMAT " bits", n_bytes * 8);
  rest = g_memdup2 (bytes, n_bytes);
  if (is_negative) {
    guint carry = 1;

    for (gsize i = 0; i < n_bytes; i++) {
      carry += (guint8) ~rest[i];
      rest[i] = (guint8) carry;
      carry >>= 8;
    }
  }
  digits = g_string_new (NULL);
  while (n_bytes > 0) {
    guint remainder = 0;

    for (gsize i = n_bytes; i-- > 0;) {
      remainder = remainder << 8 | rest[i];
      rest[i] = (guint8) (remainder / 10);
      remainder %= 10;
    }
    g_string_prepend_c (digits, (char) ('0' + remainder));
    while (n_bytes > 0 && rest[n_bytes - 1] == 0)
      n_bytes--;
  }
  if (digits->len == 0)
    g_string_append_c (digits, '0');
  if (is_negative)
    g_string_prepend_c (digits, '-');
  return g_string_free (digits, FALSE);
}
