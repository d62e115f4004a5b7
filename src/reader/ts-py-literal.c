/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-py-literal.h"

#include "base/ts-error.h"

#include <string.h>

#define MAX_DEPTH 32u

typedef struct
{
  const char *text;
  gsize n_bytes;
  gsize pos;
} Parser;

void
ts_py_literal_free (TsPyLiteral *self)
{
  g_free (self->text);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_free (self);
}

static TsPyLiteral *
literal_new (TsPyKind kind, gsize at)
{
  TsPyLiteral *self = g_new0 (TsPyLiteral, 1);

  self->kind = kind;
  self->at = at;
  if (kind == TS_PY_TUPLE || kind == TS_PY_LIST || kind == TS_PY_DICT)
    self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) ts_py_literal_free);
  return self;
}

/* 0 at the end; a NUL in the text is no character of the language either. */
static char
look (const Parser *parser)
{
  return parser->pos < parser->n_bytes ? parser->text[parser->pos] : '\0';
}

static void
set_error (const Parser *parser, const char *what, GError **error)
{
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "%s at byte %" G_GSIZE_FORMAT " of the header",
               what, parser->pos);
}

static void
skip_space (Parser *parser)
{
  for (;; parser->pos++) {
    if (look (parser) == '#') {
      while (parser->pos < parser->n_bytes && look (parser) != '\n')
        parser->pos++;
    }
    if (look (parser) == '\0' || strchr (" \t\r\n\f", look (parser)) == NULL)
      return;
  }
}

/* The @n_digits hexadecimal digits of an escape. */
static gboolean
take_hex (Parser *parser, guint n_digits, gunichar *value)
{
  *value = 0;
  for (guint i = 0; i < n_digits; i++) {
    int digit = g_ascii_xdigit_value (look (parser));

    if (digit < 0)
      return FALSE;
    *value = *value << 4 | (gunichar) digit;
    parser->pos++;
  }
  return TRUE;
}

static gboolean
take_escape (Parser *parser, GString *text, GError **error)
{
  char c = look (parser);
  gunichar value = 0;
  gboolean ok = TRUE;

  parser->pos++;
  switch (c) {
  case '\\':
  case '\'':
  case '"':
    value = (guchar) c;
    break;
  case 'n':
    value = '\n';
    break;
  case 'r':
    value = '\r';
    break;
  case 't':
    value = '\t';
    break;
  case 'x':
    ok = take_hex (parser, 2, &value);
    break;
  case 'u':
    ok = take_hex (parser, 4, &value);
    break;
  case 'U':
    ok = take_hex (parser, 8, &value);
    break;
  default:
    ok = FALSE;
  }
  if (!ok || value == 0 || !g_unichar_validate (value)) {
    set_error (parser, "A string holds an escape that has no meaning here", error);
    return FALSE;
  }
  g_string_append_unichar (text, value);
  return TRUE;
}

static TsPyLiteral *
parse_string (Parser *parser, GError **error)
{
  g_autoptr (TsPyLiteral) self = literal_new (TS_PY_STRING, parser->pos);
  g_autoptr (GString) text = g_string_new (NULL);
  char quote = look (parser);

  for (parser->pos++; look (parser) != quote; parser->pos++) {
    char c = look (parser);

    if (c == '\0' || c == '\n') {
      set_error (parser, "A string does not end", error);
      return NULL;
    }
    if (c == '\\') {
      parser->pos++;
      if (!take_escape (parser, text, error))
        return NULL;
      parser->pos--;
    } else {
      g_string_append_c (text, c);
    }
  }
  parser->pos++;
  self->text = g_strdup (text->str);
  return g_steal_pointer (&self);
}

static TsPyLiteral *
parse_int (Parser *parser, GError **error)
{
  g_autoptr (TsPyLiteral) self = literal_new (TS_PY_INT, parser->pos);
  gboolean negative = look (parser) == '-';

  if (negative || look (parser) == '+')
    parser->pos++;
  if (!g_ascii_isdigit (look (parser))) {
    set_error (parser, "A number was expected", error);
    return NULL;
  }
  for (; g_ascii_isdigit (look (parser)); parser->pos++) {
    if (__builtin_mul_overflow (self->number, (gint64) 10, &self->number) ||
        __builtin_add_overflow (self->number, look (parser) - '0', &self->number)) {
      set_error (parser, "A number is too large", error);
      return NULL;
    }
  }
  if (look (parser) == 'L') /* Python 2 */
    parser->pos++;
  if (g_ascii_isalnum (look (parser)) || look (parser) == '_' || look (parser) == '.') {
    set_error (parser, "Not a whole number", error);
    return NULL;
  }
  if (negative)
    self->number = -self->number;
  return g_steal_pointer (&self);
}

static TsPyLiteral *
parse_word (Parser *parser, GError **error)
{
  static const struct
  {
    const char *word;
    TsPyKind kind;
    gint64 number;
  } words[] = { { "True", TS_PY_BOOL, 1 }, { "False", TS_PY_BOOL, 0 }, { "None", TS_PY_NONE, 0 } };
  gsize length = 0;

  while (parser->pos + length < parser->n_bytes &&
         (g_ascii_isalnum (parser->text[parser->pos + length]) ||
          parser->text[parser->pos + length] == '_'))
    length++;
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    if (length == strlen (words[i].word) &&
        memcmp (parser->text + parser->pos, words[i].word, length) == 0) {
      TsPyLiteral *self = literal_new (words[i].kind, parser->pos);

      self->number = words[i].number;
      parser->pos += length;
      return self;
    }
  }
  set_error (parser, "No literal (names and calls are not allowed)", error);
  return NULL;
}

static TsPyLiteral *parse_value (Parser *parser, guint depth, GError **error);

static TsPyLiteral *
parse_items (Parser *parser, guint depth, GError **error)
{
  char open = look (parser);
  char close = open == '(' ? ')' : open == '[' ? ']' : '}';
  TsPyKind kind = open == '(' ? TS_PY_TUPLE : open == '[' ? TS_PY_LIST : TS_PY_DICT;
  g_autoptr (TsPyLiteral) self = literal_new (kind, parser->pos);
  gboolean comma = TRUE;

  parser->pos++;
  for (;;) {
    skip_space (parser);
    if (look (parser) == close)
      break;
    if (!comma) {
      set_error (parser, "A comma or the closing bracket is missing", error);
      return NULL;
    }
    for (guint part = 0; part < (kind == TS_PY_DICT ? 2 : 1); part++) {
      TsPyLiteral *item;

      if (part == 1) {
        skip_space (parser);
        if (look (parser) != ':') {
          set_error (parser, "A colon is missing", error);
          return NULL;
        }
        parser->pos++;
        skip_space (parser);
      }
      item = parse_value (parser, depth + 1, error);
      if (item == NULL)
        return NULL;
      g_ptr_array_add (self->items, item);
    }
    skip_space (parser);
    comma = look (parser) == ',';
    if (comma)
      parser->pos++;
  }
  parser->pos++;
  /* A value in brackets without a comma is only that value. */
  if (kind == TS_PY_TUPLE && self->items->len == 1 && !comma)
    return g_ptr_array_steal_index (self->items, 0);
  return g_steal_pointer (&self);
}

static TsPyLiteral *
parse_value (Parser *parser, guint depth, GError **error)
{
  char c = look (parser);

  if (depth > MAX_DEPTH) {
    set_error (parser, "Brackets are nested too deeply", error);
    return NULL;
  }
  if ((c == 'u' || c == 'U') && parser->pos + 1 < parser->n_bytes &&
      strchr ("'\"", parser->text[parser->pos + 1]) != NULL &&
      parser->text[parser->pos + 1] != '\0') {
    parser->pos++;
    return parse_string (parser, error);
  }
  if (c == '\'' || c == '"')
    return parse_string (parser, error);
  if (c == '(' || c == '[' || c == '{')
    return parse_items (parser, depth, error);
  if (g_ascii_isdigit (c) || c == '-' || c == '+')
    return parse_int (parser, error);
  return parse_word (parser, error);
}

TsPyLiteral *
ts_py_literal_parse (const char *text, gsize n_bytes, GError **error)
{
  Parser parser = { text, n_bytes, 0 };
  g_autoptr (TsPyLiteral) self = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  skip_space (&parser);
  self = parse_value (&parser, 0, error);
  if (self == NULL)
    return NULL;
  skip_space (&parser);
  if (parser.pos < n_bytes) {
    set_error (&parser, "Something follows where the header should end", error);
    return NULL;
  }
  return g_steal_pointer (&self);
}
