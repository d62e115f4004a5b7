/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TsCursor:
 *
 * A bounded reader over untrusted bytes in memory; the only pointer arithmetic on file data.
 * Reading past the end makes the cursor sticky-failed: every later read gives 0 or %NULL, so
 * a parser may read several fields and test `failed` once. Not thread-safe; a plain value.
 */
typedef struct
{
  const guint8 *data;
  gsize size_bytes;
  gsize pos;
  gboolean failed;
} TsCursor;

/* The cursor borrows @data. */
void ts_cursor_init (TsCursor *self, const guint8 *data, gsize size_bytes);

static inline gsize
ts_cursor_get_remaining (const TsCursor *self)
{
  return self->failed ? 0 : self->size_bytes - self->pos;
}

/* Moves to @pos bytes from the start; fails when that is behind the end. */
gboolean ts_cursor_seek (TsCursor *self, guint64 pos);

/* Returns @n_bytes borrowed bytes and moves behind them, or %NULL. */
const guint8 *ts_cursor_take (TsCursor *self, guint64 n_bytes);

guint8 ts_cursor_u8 (TsCursor *self);
guint16 ts_cursor_u16le (TsCursor *self);
guint32 ts_cursor_u32le (TsCursor *self);
guint64 ts_cursor_u64le (TsCursor *self);
guint16 ts_cursor_u16be (TsCursor *self);
guint32 ts_cursor_u32be (TsCursor *self);
guint64 ts_cursor_u64be (TsCursor *self);

/* The bytes up to the next '\n' (not included in @length; the cursor moves behind it), or
 * %NULL and failed when there is none. */
const gchar *ts_cursor_line (TsCursor *self, gsize *length);

G_END_DECLS
