/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From text to text: what is written has been checked as JSON already, and copying its tokens keeps
 * every digit. */

#include "config.h"

#include "export/ts-yaml.h"

#include <string.h>

typedef struct
{
  const char *at;
  GString *out;
} Converter;

static void convert_flow (Converter *self);
static void convert_members (Converter *self, guint depth);

static void
skip_space (Converter *self)
{
  while (*self->at != '\0' && strchr (" \n\r\t", *self->at) != NULL)
    self->at++;
}

static gboolean
take (Converter *self, char wanted)
{
  skip_space (self);
  if (*self->at != wanted)
    return FALSE;
  self->at++;
  return TRUE;
}

/* The four digits of "\uXXXX"; -1 when there are none. */
static int
read_escape (const char *at)
{
  int value = 0;

  if (at[0] != '\\' || at[1] != 'u')
    return -1;
  for (int i = 2; i < 6; i++) {
    if (!g_ascii_isxdigit (at[i]))
      return -1;
    value = value << 4 | g_ascii_xdigit_value (at[i]);
  }
  return value;
}

/* A string in quotes. Two halves of a character become the one that YAML asks for. */
static void
convert_string (Converter *self)
{
  g_string_append_c (self->out, '"');
  for (self->at++; *self->at != '\0' && *self->at != '"';) {
    int high = read_escape (self->at), low = -1;

    if (high >= 0xd800 && high < 0xdc00)
      low = read_escape (self->at + 6);
    if (low >= 0xdc00 && low < 0xe000) {
      g_string_append_printf (self->out, "\\U%08x",
                              0x10000u + ((guint) (high - 0xd800) << 10) + (guint) (low - 0xdc00));
      self->at += 12;
    } else if (*self->at == '\\' && self->at[1] != '\0') {
      g_string_append_len (self->out, self->at, 2);
      self->at += 2;
    } else {
      g_string_append_c (self->out, *self->at++);
    }
  }
  if (*self->at == '"')
    self->at++;
  g_string_append_c (self->out, '"');
}

/* A number or a word. */
static void
convert_scalar (Converter *self)
{
  gsize n = strcspn (self->at, ",]} \n\r\t");
  const char *e = memchr (self->at, 'e', n);
  gboolean is_number = g_ascii_isdigit (self->at[0]) || self->at[0] == '-';

  if (!is_number || e == NULL) {
    g_string_append_len (self->out, self->at, (gssize) n);
  } else {
    gsize n_mantissa = (gsize) (e - self->at);

    g_string_append_len (self->out, self->at, (gssize) n_mantissa);
    if (memchr (self->at, '.', n_mantissa) == NULL)
      g_string_append (self->out, ".0");
    g_string_append_c (self->out, 'e');
    if (e[1] != '+' && e[1] != '-')
      g_string_append_c (self->out, '+');
    g_string_append_len (self->out, e + 1, (gssize) (n - n_mantissa - 1));
  }
  /* nothing that could stand there: no endless loop over it */
  self->at += MAX (n, *self->at != '\0');
}

/* Words that are no text to some reader. */
static gboolean
is_plain_key (const char *key, gsize n)
{
  static const char *const words[] = {
    "y", "n", "yes", "no", "on", "true", "false", "null", "off"
  };

  if (n == 0 || (!g_ascii_isalpha (key[0]) && key[0] != '_'))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isalnum (key[i]) && key[i] != '_')
      return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strlen (words[i]) == n && g_ascii_strncasecmp (words[i], key, n) == 0)
      return FALSE;
  return TRUE;
}

static void
convert_key (Converter *self)
{
  const char *end = self->at + 1 + strcspn (self->at + 1, "\\\"");
  gsize n = (gsize) (end - self->at) - 1;

  if (*end == '"' && is_plain_key (self->at + 1, n)) {
    g_string_append_len (self->out, self->at + 1, (gssize) n);
    self->at = end + 1;
  } else {
    convert_string (self);
  }
}

/* One value in one line, as within a list. */
static void
convert_flow (Converter *self)
{
  gboolean is_object;
  char close;

  skip_space (self);
  if (*self->at == '"') {
    convert_string (self);
    return;
  }
  if (*self->at != '[' && *self->at != '{') {
    convert_scalar (self);
    return;
  }
  is_object = *self->at == '{';
  close = is_object ? '}' : ']';
  g_string_append_c (self->out, *self->at++);
  while (!take (self, close) && *self->at != '\0') {
    if (take (self, ',')) {
      g_string_append (self->out, ", ");
      skip_space (self);
    }
    if (is_object && *self->at == '"') {
      convert_string (self);
      take (self, ':');
      g_string_append (self->out, ": ");
    }
    convert_flow (self);
  }
  g_string_append_c (self->out, close);
}

/* The rest of an object behind its brace. */
static void
convert_members (Converter *self, guint depth)
{
  while (!take (self, '}') && *self->at != '\0') {
    take (self, ',');
    skip_space (self);
    if (*self->at != '"')
      return;
    g_string_append_printf (self->out, "%*s", (int) (2 * depth), "");
    convert_key (self);
    g_string_append_c (self->out, ':');
    take (self, ':');
    skip_space (self);
    if (*self->at == '{') {
      const char *behind = self->at + 1 + strspn (self->at + 1, " \n\r\t");

      if (*behind == '}') {
        g_string_append (self->out, " {}\n");
        self->at = behind + 1;
      } else {
        g_string_append_c (self->out, '\n');
        self->at++;
        convert_members (self, depth + 1);
      }
    } else {
      g_string_append_c (self->out, ' ');
      convert_flow (self);
      g_string_append_c (self->out, '\n');
    }
  }
}

GString *
ts_yaml_from_json (const char *json)
{
  Converter self = { json, g_string_sized_new (strlen (json)) };

  if (take (&self, '{'))
    convert_members (&self, 0);
  g_string_append (self.out, TS_YAML_END);
  return self.out;
}
