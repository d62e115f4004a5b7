/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "view/ts-layout.h"

#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
fail (const char *text, GError **error, const char *problem)
{
  g_set_error (error, TS_ERROR, TS_ERROR_INVALID, _ ("Layout “%s”: %s"), text, problem);
  return FALSE;
}

/* Copies @text with "N" in front repeated until there are @n_dims letters. */
static gboolean
expand (TsLayout *self, const char *text, guint n_dims, GError **error)
{
  gsize length = strlen (text);
  guint n_more = 0;

  if (length > 0 && length < n_dims && g_ascii_toupper (text[0]) == 'N')
    n_more = n_dims - (guint) length;
  if (length + n_more != n_dims || n_dims > TS_MAX_DIMS) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 "Layout “%s” names %" G_GSIZE_FORMAT " axes; the array has %u", text, length,
                 n_dims);
    return FALSE;
  }
  memset (self, 0, sizeof *self);
  self->n_dims = n_dims;
  memset (self->roles, 'N', n_more);
  for (gsize i = 0; i < length; i++) {
    char role = g_ascii_toupper (text[i]);

    self->roles[n_more + i] = role == 'B' ? 'N' : role; /* B as in "batch" */
  }
  return TRUE;
}

gboolean
ts_layout_parse (TsLayout *self, const char *text, guint n_dims, GError **error)
{
  guint seen[256] = { 0 };

  g_return_val_if_fail (self != NULL && text != NULL, FALSE);

  if (!g_str_is_ascii (text))
    return fail (text, error, _ ("the letters are N, T, K, C, H, W, or N, L, D for vectors"));
  if (!expand (self, text, n_dims, error))
    return FALSE;
  for (guint i = 0; i < n_dims; i++) {
    if (strchr ("NTKCHWLD", self->roles[i]) == NULL)
      return fail (text, error, _ ("the letters are N, T, K, C, H, W, or N, L, D for vectors"));
    seen[(guchar) self->roles[i]]++;
  }
  for (const char *role = "CHWLD"; *role != '\0'; role++) {
    if (seen[(guchar) *role] > 1) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   _ ("Layout “%s” has more than one %c"), text, *role);
      return FALSE;
    }
  }
  if (seen['H'] != seen['W'])
    return fail (text, error, _ ("H and W go together"));
  if (seen['H'] > 0 && seen['D'] + seen['L'] > 0)
    return fail (text, error, _ ("an array is images (H, W) or vectors (D), not both"));
  if (seen['C'] > 0 && seen['H'] == 0)
    return fail (text, error, _ ("a channel axis needs H and W"));
  return TRUE;
}

int
ts_layout_find (const TsLayout *self, char role)
{
  const char *at;

  g_return_val_if_fail (self != NULL, -1);

  at = role != '\0' ? strchr (self->roles, role) : NULL;
  return at != NULL ? (int) (at - self->roles) : -1;
}

gboolean
ts_layout_is_image (const TsLayout *self)
{
  return ts_layout_find (self, 'H') >= 0 && ts_layout_find (self, 'W') >= 0;
}

const char *
ts_confidence_to_string (TsConfidence confidence)
{
  switch (confidence) {
  case TS_CONFIDENCE_SURE:
    return "sure";
  case TS_CONFIDENCE_LIKELY:
    return "likely";
  case TS_CONFIDENCE_ASK:
    return "ask";
  case TS_CONFIDENCE_NONE:
    return "none";
  default:
    g_return_val_if_reached ("none");
  }
}
