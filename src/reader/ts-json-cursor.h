/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TsJsonCursor:
 *
 * Reads JSON (RFC 8259) value by value from memory, as the caller asks, without building a tree and
 * without recursion: 100,000 nested brackets are an error, not a crash. Sticky: after a failure
 * every call fails, and `error` says what was wrong and where. A plain value; clear it when done.
 */
typedef struct
{
  const char *text;
  gsize n_bytes;
  gsize pos;
  GError *error;
} TsJsonCursor;

/* The cursor borrows @text. */
void ts_json_cursor_init (TsJsonCursor *self, const char *text, gsize n_bytes);
void ts_json_cursor_clear (TsJsonCursor *self);

/* The first character of the next value or mark; 0 at the end or after a failure. */
char ts_json_cursor_look (TsJsonCursor *self);

/* Takes the mark @c ('{', ':', ...); fails when something else stands there. */
gboolean ts_json_cursor_take (TsJsonCursor *self, char c);

/* After '{' or '[' or an item: %TRUE when another item follows, %FALSE when the mark @close was
 * taken, or after a failure. @first: no item came before. */
gboolean ts_json_cursor_next (TsJsonCursor *self, gboolean first, char close);

/* A string as UTF-8 without NUL, or %NULL. */
char *ts_json_cursor_string (TsJsonCursor *self) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a whole number from 0 to G_MAXINT64 stands here; takes it then, and only then. */
gboolean ts_json_cursor_uint (TsJsonCursor *self, guint64 *value);

/* Takes the next value, whatever it is. */
gboolean ts_json_cursor_skip (TsJsonCursor *self);

/* Fails, if it did not already, with @what and the place. */
void ts_json_cursor_fail (TsJsonCursor *self, const char *what);

G_END_DECLS
