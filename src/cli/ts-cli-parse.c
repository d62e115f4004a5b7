/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-parse.h"

#include "base/ts-error.h"
#include "pixels/ts-recipe.h"

#include <math.h>

gboolean
ts_cli_invalid (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (TS_ERROR, TS_ERROR_INVALID, format, args);
  va_end (args);
  return FALSE;
}

gboolean
ts_cli_parse_name (const char *option,
                   const char *text,
                   const char *const *names,
                   int *value,
                   GError **error)
{
  if (text == NULL || ts_name_lookup (names, text, value))
    return TRUE;

  g_autofree char *known = g_strjoinv (", ", (char **) names);

  return ts_cli_invalid (error, "--%s: there is no “%s”; there are %s", option, text, known);
}

gboolean
ts_cli_parse_uint (const char *option,
                   const char *text,
                   guint min,
                   guint max,
                   guint *value,
                   GError **error)
{
  guint64 number;

  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, min, max, &number, NULL))
    return ts_cli_invalid (error, "--%s takes a number of %u to %u, not “%s”", option, min, max,
                           text);
  *value = (guint) number;
  return TRUE;
}

gboolean
ts_cli_parse_doubles (const char *option,
                      const char *text,
                      double *values,
                      guint max_n,
                      guint *n,
                      GError **error)
{
  g_auto (GStrv) parts = NULL;
  guint n_parts;

  if (text == NULL)
    return TRUE;
  parts = g_strsplit (text, ",", -1);
  n_parts = g_strv_length (parts);
  if (n_parts == 0 || n_parts > max_n)
    return ts_cli_invalid (error, "--%s takes %s%u number%s, not “%s”", option,
                           max_n > 1 ? "1 to " : "", max_n, max_n > 1 ? "s" : "", text);
  for (guint i = 0; i < n_parts; i++) {
    const char *part = g_strstrip (parts[i]);
    char *end;

    values[i] = g_ascii_strtod (part, &end);
    if (end == part || *end != '\0' || !isfinite (values[i]))
      return ts_cli_invalid (error, "--%s: “%s” is not a number", option, part);
  }
  *n = n_parts;
  return TRUE;
}

gboolean
ts_cli_parse_double (const char *option, const char *text, double *value, GError **error)
{
  guint n;

  return ts_cli_parse_doubles (option, text, value, 1, &n, error);
}
