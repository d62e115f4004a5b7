/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-shape.h"

#include "base/ts-checked.h"

#include <string.h>

void
ts_shape_init (TsShape *self, guint n_dims, const guint64 *dims)
{
  g_return_if_fail (n_dims <= TS_MAX_DIMS);

  memset (self, 0, sizeof *self);
  self->n_dims = n_dims;
  if (n_dims > 0)
    memcpy (self->dims, dims, n_dims * sizeof *dims);
}

gboolean
ts_shape_count (const TsShape *self, guint64 *n_elements)
{
  guint64 count = 1;
  gboolean is_empty = FALSE;

  for (guint i = 0; i < self->n_dims; i++)
    is_empty |= self->dims[i] == 0;
  if (is_empty) {
    *n_elements = 0;
    return TRUE;
  }
  for (guint i = 0; i < self->n_dims; i++) {
    if (!ts_checked_mul (count, self->dims[i], &count) || count > G_MAXINT64)
      return FALSE;
  }
  *n_elements = count;
  return TRUE;
}

gboolean
ts_shape_equal (const TsShape *a, const TsShape *b)
{
  return a->n_dims == b->n_dims && memcmp (a->dims, b->dims, a->n_dims * sizeof *a->dims) == 0;
}

char *
ts_shape_to_string (const TsShape *self)
{
  GString *text = g_string_new (NULL);

  if (self->n_dims == 0)
    g_string_append (text, "scalar");
  for (guint i = 0; i < self->n_dims; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i > 0 ? "×" : "", self->dims[i]);
  return g_string_free (text, FALSE);
}

/* Strides of an empty or huge shape may wrap; they are never used, because ts_tensor_new() looks at
 * the count first. */
void
ts_shape_get_c_strides (const TsShape *self, gint64 strides_elems[TS_MAX_DIMS])
{
  guint64 stride = 1;

  for (guint i = self->n_dims; i-- > 0;) {
    strides_elems[i] = (gint64) stride;
    stride *= self->dims[i];
  }
}

void
ts_shape_get_fortran_strides (const TsShape *self, gint64 strides_elems[TS_MAX_DIMS])
{
  guint64 stride = 1;

  for (guint i = 0; i < self->n_dims; i++) {
    strides_elems[i] = (gint64) stride;
    stride *= self->dims[i];
  }
}
