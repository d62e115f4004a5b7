/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-indices.h"

#include "base/ts-error.h"

#include <string.h>

#define MAX_INDICES ((guint64) 1 << 28)

char *
ts_indices_to_string (const guint64 *indices, gsize n_indices)
{
  GString *out;

  if (indices == NULL)
    return g_strdup ("all");
  out = g_string_new (NULL);
  for (gsize i = 0; i < n_indices;) {
    gsize end = i;

    while (end + 1 < n_indices && indices[end + 1] == indices[end] + 1)
      end++;
    g_string_append_printf (out, "%s%" G_GUINT64_FORMAT, i > 0 ? "," : "", indices[i]);
    if (end > i)
      g_string_append_printf (out, "-%" G_GUINT64_FORMAT, indices[end]);
    i = end + 1;
  }
  return g_string_free (out, FALSE);
}

static void invalid (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
invalid (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (TS_ERROR, TS_ERROR_INVALID, format, args);
  va_end (args);
}

GArray *
ts_indices_from_string (const char *text, guint64 n_images, GError **error)
{
  g_autoptr (GArray) indices = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (gsize i = 0; parts[i] != NULL; i++) {
    char *part = g_strstrip (parts[i]);
    char *dash = strchr (part, '-');
    guint64 first, last;

    if (dash != NULL)
      *dash = '\0';
    if (!g_ascii_string_to_unsigned (part, 10, 0, G_MAXINT64, &first, NULL) ||
        (dash != NULL && dash[1] != '\0' &&
         !g_ascii_string_to_unsigned (dash + 1, 10, 0, G_MAXINT64, &last, NULL))) {
      invalid (error, "“%s” are not numbers and ranges such as 0,3,8-20", text);
      return NULL;
    }
    if (dash == NULL)
      last = first;
    else if (dash[1] == '\0')
      last = MAX (n_images, first + 1) - 1;
    if (last < first || MAX (first, last) >= n_images) {
      if (last < first)
        invalid (error, "the range %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT " runs backwards",
                 first, last);
      else
        invalid (error,
                 "image %" G_GUINT64_FORMAT " does not exist: there are %" G_GUINT64_FORMAT
                 " images, counted from 0",
                 MAX (first, last), n_images);
      return NULL;
    }
    if (indices->len + (last - first) >= MAX_INDICES) {
      invalid (error, "too many images are named");
      return NULL;
    }
    for (guint64 k = first; k <= last; k++)
      g_array_append_val (indices, k);
  }
  return g_steal_pointer (&indices);
}
