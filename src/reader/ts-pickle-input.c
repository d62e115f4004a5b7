/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle-input.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"

#include <string.h>

#define FIRST_WINDOW_BYTES 4096
#define WINDOW_BYTES       (256 * 1024)
#define MAX_WINDOW_BYTES   (64 * 1024 * 1024)

void
ts_pickle_input_init (TsPickleInput *self,
                      TsSource *source,
                      guint64 offset,
                      GCancellable *cancellable)
{
  const guint8 *data = ts_source_peek (source);

  *self = (TsPickleInput){
    .source = source,
    .size_bytes = ts_source_get_size (source),
    .window_bytes = FIRST_WINDOW_BYTES,
    .cancellable = cancellable,
  };
  offset = MIN (offset, self->size_bytes);
  if (data != NULL && self->size_bytes <= G_MAXSSIZE) {
    ts_cursor_init (&self->cursor, data, (gsize) self->size_bytes);
    ts_cursor_seek (&self->cursor, offset);
  } else {
    self->window_offset = offset;
    self->buffer_bytes = FIRST_WINDOW_BYTES;
    self->buffer = g_malloc (self->buffer_bytes);
    ts_cursor_init (&self->cursor, self->buffer, 0);
  }
}

void
ts_pickle_input_clear (TsPickleInput *self)
{
  g_clear_pointer (&self->buffer, g_free);
  g_clear_error (&self->error);
}

static gboolean
fail_truncated (TsPickleInput *self, guint64 n_bytes)
{
  self->cursor.failed = TRUE;
  if (self->error == NULL)
    g_set_error (&self->error, TS_ERROR, TS_ERROR_TRUNCATED,
                 "the pickle ends too early: at byte %" G_GUINT64_FORMAT
                 " it needs %" G_GUINT64_FORMAT " bytes more, %" G_GUINT64_FORMAT " are left",
                 ts_pickle_input_tell (self), n_bytes, ts_pickle_input_get_remaining (self));
  return FALSE;
}

/* Puts the window where reading goes on. */
static gboolean
move_window (TsPickleInput *self, guint64 offset, gsize n_bytes)
{
  if (n_bytes > self->buffer_bytes) {
    g_free (self->buffer);
    self->buffer_bytes = n_bytes;
    self->buffer = g_malloc (n_bytes);
  }
  if (!ts_source_read (self->source, offset, self->buffer, n_bytes, self->cancellable,
                       self->error == NULL ? &self->error : NULL)) {
    self->cursor.failed = TRUE;
    return FALSE;
  }
  self->window_offset = offset;
  ts_cursor_init (&self->cursor, self->buffer, n_bytes);
  return TRUE;
}

gboolean
ts_pickle_input_need (TsPickleInput *self, guint64 n_bytes)
{
  guint64 remaining, n_window;

  if (self->cursor.failed)
    return FALSE;
  if (n_bytes <= ts_cursor_get_remaining (&self->cursor))
    return TRUE;
  remaining = ts_pickle_input_get_remaining (self);
  if (n_bytes > remaining)
    return fail_truncated (self, n_bytes);
  if (n_bytes > MAX_WINDOW_BYTES) {
    self->cursor.failed = TRUE;
    g_set_error (&self->error, TS_ERROR, TS_ERROR_REFUSED,
                 "a text of %" G_GUINT64_FORMAT " bytes at byte %" G_GUINT64_FORMAT
                 " of the pickle is longer than what is read (64 MiB)",
                 n_bytes, ts_pickle_input_tell (self));
    return FALSE;
  }
  n_window = MAX (n_bytes, self->window_bytes);
  self->window_bytes = MIN (self->window_bytes * 2, WINDOW_BYTES);
  return move_window (self, ts_pickle_input_tell (self), (gsize) MIN (remaining, n_window));
}

const guint8 *
ts_pickle_input_take (TsPickleInput *self, guint64 n_bytes)
{
  if (!ts_pickle_input_need (self, n_bytes))
    return NULL;
  return ts_cursor_take (&self->cursor, n_bytes);
}

gboolean
ts_pickle_input_skip (TsPickleInput *self, guint64 n_bytes)
{
  if (self->cursor.failed)
    return FALSE;
  if (n_bytes <= ts_cursor_get_remaining (&self->cursor)) {
    ts_cursor_take (&self->cursor, n_bytes);
    return TRUE;
  }
  if (n_bytes > ts_pickle_input_get_remaining (self))
    return fail_truncated (self, n_bytes);
  /* what follows a jump may be a few bytes before the next one */
  self->window_bytes = FIRST_WINDOW_BYTES;
  self->window_offset = ts_pickle_input_tell (self) + n_bytes;
  ts_cursor_init (&self->cursor, self->buffer, 0);
  return TRUE;
}

const gchar *
ts_pickle_input_line (TsPickleInput *self, gsize *length)
{
  gsize look = 0;

  while (!self->cursor.failed) {
    gsize have = ts_cursor_get_remaining (&self->cursor);
    const guint8 *start = self->cursor.data + self->cursor.pos;
    const guint8 *end = have > look ? memchr (start + look, '\n', have - look) : NULL;

    if (end != NULL)
      return ts_cursor_line (&self->cursor, length);
    look = have;
    if (have == ts_pickle_input_get_remaining (self))
      fail_truncated (self, (guint64) have + 1);
    else
      ts_pickle_input_need (self, MIN (MAX ((guint64) have * 2, FIRST_WINDOW_BYTES),
                                       ts_pickle_input_get_remaining (self)));
  }
  return NULL;
}
