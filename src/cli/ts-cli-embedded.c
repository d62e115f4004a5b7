/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-embedded.h"

#include "reader/ts-picture.h"

#include <string.h>

#define MAX_TEXT (64 << 20)

/* The text between two marks of an SVG, without XML's escapes. */
static char *
find_in_svg (const char *data, gsize length)
{
  static const struct
  {
    const char *escaped, *plain;
  } escapes[] = {
    { "&quot;", "\"" }, { "&apos;", "'" }, { "&#39;", "'" },
    { "&lt;", "<" },    { "&gt;", ">" },   { "&amp;", "&" }, /* last: it makes new ones */
  };
  const char *start = g_strstr_len (data, (gssize) length, "<metadata>");
  const char *end = start != NULL ? g_strstr_len (start, (gssize) (length - (gsize) (start - data)),
                                                  "</metadata>")
                                  : NULL;
  GString *text;

  if (end == NULL)
    return NULL;
  start += strlen ("<metadata>");
  text = g_string_new_len (start, end - start);
  for (gsize i = 0; i < G_N_ELEMENTS (escapes); i++)
    g_string_replace (text, escapes[i].escaped, escapes[i].plain, 0);
  return g_string_free (text, FALSE);
}

/* The subject of a PDF: a string in brackets, or UTF-16 in hexadecimal digits; ASCII in both. */
static char *
find_in_pdf (const char *data, gsize length)
{
  static const char plain[] = "/Subject (", hexadecimal[] = "/Subject <FEFF";
  const char *at = memmem (data, length, plain, strlen (plain)), *end = data + length;
  GString *text = g_string_new (NULL);

  if (at != NULL) {
    for (at += strlen (plain); at < end && *at != ')'; at++)
      g_string_append_c (text, *at);
    return g_string_free (text, FALSE);
  }
  at = memmem (data, length, hexadecimal, strlen (hexadecimal));
  for (at = at != NULL ? at + strlen (hexadecimal) : end; end - at >= 4; at += 4) {
    int high = g_ascii_xdigit_value (at[2]), low = g_ascii_xdigit_value (at[3]);

    if (high < 0 || low < 0)
      break;
    g_string_append_c (text, (char) (16 * high + low));
  }
  return g_string_free (text, FALSE);
}

char *
ts_cli_embedded_read (const char *path)
{
  g_autoptr (TsSource) source = ts_file_source_new (path, NULL);
  g_autofree char *text = source != NULL ? ts_picture_dup_settings (source, NULL) : NULL;
  g_autofree char *data = NULL;
  gsize length;

  if (source == NULL || text != NULL)
    return g_steal_pointer (&text);
  if (ts_source_get_size (source) > MAX_TEXT || !g_file_get_contents (path, &data, &length, NULL))
    return NULL;
  if (length > 5 && memcmp (data, "%PDF-", 5) == 0)
    return find_in_pdf (data, length);
  return length > 5 && memcmp (data, "<?xml", 5) == 0 ? find_in_svg (data, length) : NULL;
}
