/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  TS_PY_NONE,
  TS_PY_BOOL,
  TS_PY_INT,
  TS_PY_STRING,
  TS_PY_TUPLE,
  TS_PY_LIST,
  TS_PY_DICT,
} TsPyKind;

/**
 * TsPyLiteral:
 * @number: of an int (may be negative), 0 or 1 of a bool
 * @text: of a string, UTF-8 without NUL
 * @items: (element-type TsPyLiteral): of a tuple or list; key, value, key, value of a dict
 * @at: where it begins in the text, in bytes
 *
 * A literal of Python as it stands in the header of an array file: the part of the language that
 * holds no names but True, False and None, and calls nothing.
 */
typedef struct
{
  TsPyKind kind;
  gint64 number;
  char *text;
  GPtrArray *items;
  gsize at;
} TsPyLiteral;

/* Reads all of @text (@n_bytes of valid UTF-8, white space and comments around allowed) as one
 * literal. Errors: %TS_ERROR_CORRUPT with the place, also for nesting deeper than 32. */
TsPyLiteral *
ts_py_literal_parse (const char *text, gsize n_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void ts_py_literal_free (TsPyLiteral *self);

static inline guint
ts_py_literal_get_n_items (const TsPyLiteral *self)
{
  return self->items != NULL ? self->items->len : 0;
}

static inline const TsPyLiteral *
ts_py_literal_get_item (const TsPyLiteral *self, guint index)
{
  return g_ptr_array_index (self->items, index);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsPyLiteral, ts_py_literal_free)

G_END_DECLS
