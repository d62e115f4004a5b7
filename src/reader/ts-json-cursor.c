/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-json-cursor.h"

#include "base/ts-error.h"

#include <string.h>

#define MAX_DEPTH 64u

void
ts_json_cursor_init (TsJsonCursor *self, const char *text, gsize n_bytes)
{
  *self = (TsJsonCursor){ .text = text, .n_bytes = n_bytes };
}

void
ts_json_cursor_clear (TsJsonCursor *self)
{
  g_clear_error (&self->error);
}

void
ts_json_cursor_fail (TsJsonCursor *self, const char *what)
{
  if (self->error == NULL)
    g_set_error (&self->error, TS_ERROR, TS_ERROR_CORRUPT, "%s at byte %" G_GSIZE_FORMAT, what,
                 self->pos);
}

static char
peek (const TsJsonCursor *self)
{
  return self->pos < self->n_bytes ? self->text[self->pos] : '\0';
}

char
ts_json_cursor_look (TsJsonCursor *self)
{
  char c;

  if (self->error != NULL)
    return '\0';
  while ((c = peek (self)) == ' ' || c == '\t' || c == '\n' || c == '\r')
    self->pos++;
  return c;
}

gboolean
ts_json_cursor_take (TsJsonCursor *self, char c)
{
  if (ts_json_cursor_look (self) == c && c != '\0') {
    self->pos++;
    return TRUE;
  }
  if (self->error == NULL) {
    g_autofree char *what = g_strdup_printf ("\"%c\" expected", c);

    ts_json_cursor_fail (self, what);
  }
  return FALSE;
}

gboolean
ts_json_cursor_next (TsJsonCursor *self, gboolean first, char close)
{
  char c = ts_json_cursor_look (self);

  if (self->error != NULL)
    return FALSE;
  if (c == close) {
    self->pos++;
    return FALSE;
  }
  if (first)
    return TRUE;
  if (!ts_json_cursor_take (self, ','))
    return FALSE;
  if (ts_json_cursor_look (self) == close) {
    ts_json_cursor_fail (self, "A value is missing after the comma");
    return FALSE;
  }
  return TRUE;
}

/* Four hexadecimal digits. */
static gboolean
take_hex (TsJsonCursor *self, gunichar *value)
{
  *value = 0;
  for (guint i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value (peek (self));

    if (digit < 0)
      return FALSE;
    *value = *value << 4 | (gunichar) digit;
    self->pos++;
  }
  return TRUE;
}

/* What follows a backslash. */
static gboolean
take_escape (TsJsonCursor *self, GString *text)
{
  static const char codes[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  char c = peek (self);
  const char *code = c != '\0' ? strchr (codes, c) : NULL;
  gunichar value, low;

  if (c == '\0')
    return FALSE;
  self->pos++;
  if (code != NULL) {
    g_string_append_c (text, values[code - codes]);
    return TRUE;
  }
  if (c != 'u' || !take_hex (self, &value))
    return FALSE;
  if (value >= 0xd800 && value < 0xdc00) {
    if (peek (self) != '\\' || self->pos + 1 >= self->n_bytes || self->text[self->pos + 1] != 'u')
      return FALSE;
    self->pos += 2;
    if (!take_hex (self, &low) || low < 0xdc00 || low > 0xdfff)
      return FALSE;
    value = 0x10000 + ((value - 0xd800) << 10) + (low - 0xdc00);
  } else if (value == 0 || (value >= 0xdc00 && value <= 0xdfff)) {
    return FALSE;
  }
  g_string_append_unichar (text, value);
  return TRUE;
}

char *
ts_json_cursor_string (TsJsonCursor *self)
{
  g_autoptr (GString) text = NULL;

  if (!ts_json_cursor_take (self, '"'))
    return NULL;
  text = g_string_new (NULL);
  for (;;) {
    gsize start = self->pos;

    while (self->pos < self->n_bytes && (guchar) peek (self) >= 0x20 && peek (self) != '"' &&
           peek (self) != '\\')
      self->pos++;
    g_string_append_len (text, self->text + start, (gssize) (self->pos - start));
    if (self->pos >= self->n_bytes || (guchar) peek (self) < 0x20) {
      ts_json_cursor_fail (self, self->pos >= self->n_bytes ? "A string does not end"
                                                            : "A control character in a string");
      return NULL;
    }
    if (peek (self) == '"')
      break;
    self->pos++;
    if (!take_escape (self, text)) {
      ts_json_cursor_fail (self, "A string holds an escape without a meaning");
      return NULL;
    }
  }
  self->pos++;
  if (!g_utf8_validate (text->str, (gssize) text->len, NULL)) {
    ts_json_cursor_fail (self, "A string that is no valid UTF-8 ends");
    return NULL;
  }
  return g_strdup (text->str);
}

/* How long the word or number is that begins here. */
static gsize
word_length (const TsJsonCursor *self)
{
  gsize length = 0;

  while (self->pos + length < self->n_bytes) {
    char c = self->text[self->pos + length];

    if (!g_ascii_isalnum (c) && c != '+' && c != '-' && c != '.')
      break;
    length++;
  }
  return length;
}

gboolean
ts_json_cursor_uint (TsJsonCursor *self, guint64 *value)
{
  gsize length;
  guint64 number = 0;

  ts_json_cursor_look (self);
  if (self->error != NULL)
    return FALSE;
  length = word_length (self);
  if (length == 0 || (length > 1 && peek (self) == '0'))
    return FALSE;
  for (gsize i = 0; i < length; i++) {
    char c = self->text[self->pos + i];

    if (!g_ascii_isdigit (c) || number > (G_MAXINT64 - (guint64) (c - '0')) / 10)
      return FALSE;
    number = number * 10 + (guint64) (c - '0');
  }
  self->pos += length;
  *value = number;
  return TRUE;
}

/* A number, true, false or null. */
static gboolean
skip_word (TsJsonCursor *self)
{
  gsize length = word_length (self);
  const char *word = self->text + self->pos;
  gsize i = 0, digits = 0;

  if ((length == 4 && (memcmp (word, "true", 4) == 0 || memcmp (word, "null", 4) == 0)) ||
      (length == 5 && memcmp (word, "false", 5) == 0)) {
    self->pos += length;
    return TRUE;
  }
  if (i < length && word[i] == '-')
    i++;
  while (i < length && g_ascii_isdigit (word[i])) {
    i++;
    digits++;
  }
  if (digits > 1 && word[i - digits] == '0')
    digits = 0; /* not octal: nothing at all */
  if (digits > 0 && i < length && word[i] == '.') {
    i++;
    for (digits = 0; i < length && g_ascii_isdigit (word[i]); i++)
      digits++;
  }
  if (digits > 0 && i < length && (word[i] == 'e' || word[i] == 'E')) {
    i++;
    if (i < length && (word[i] == '+' || word[i] == '-'))
      i++;
    for (digits = 0; i < length && g_ascii_isdigit (word[i]); i++)
      digits++;
  }
  if (digits == 0 || i < length) {
    ts_json_cursor_fail (self, "A value expected");
    return FALSE;
  }
  self->pos += length;
  return TRUE;
}

gboolean
ts_json_cursor_skip (TsJsonCursor *self)
{
  char closing[MAX_DEPTH];
  guint depth = 0;
  gboolean first = FALSE;

  /* Each turn takes one value, then closes what ends behind it. */
  do {
    char c;

    if (depth > 0) {
      if (!ts_json_cursor_next (self, first, closing[depth - 1])) {
        if (self->error != NULL)
          return FALSE;
        depth--;
        first = FALSE;
        continue;
      }
      if (closing[depth - 1] == '}') {
        g_autofree char *key = ts_json_cursor_string (self);

        if (key == NULL || !ts_json_cursor_take (self, ':'))
          return FALSE;
      }
    }
    first = FALSE;
    c = ts_json_cursor_look (self);
    if (c == '{' || c == '[') {
      if (depth == MAX_DEPTH) {
        ts_json_cursor_fail (self, "Brackets are nested too deeply");
        return FALSE;
      }
      self->pos++;
      closing[depth++] = c == '{' ? '}' : ']';
      first = TRUE;
    } else if (c == '"') {
      g_autofree char *string = ts_json_cursor_string (self);

      if (string == NULL)
        return FALSE;
    } else if (self->error != NULL || !skip_word (self)) {
      return FALSE;
    }
  } while (depth > 0);
  return TRUE;
}
