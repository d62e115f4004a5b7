/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/ts-cursor.h"
#include "bytes/ts-source.h"

G_BEGIN_DECLS

/**
 * TsPickleInput:
 *
 * A source read from front to back through a window that grows from 4 to 256 KiB, so that a pickle
 * of gigabytes takes little memory and its big strings can be stepped over unread. A plain value
 * for one thread; after an error every read gives nothing, and `error` says why.
 */
typedef struct
{
  TsSource *source; /* borrowed */
  guint64 size_bytes;
  guint64 window_offset; /* of the window in the source */
  guint64 window_bytes;  /* how many to get next time */
  TsCursor cursor;       /* over the window */
  guint8 *buffer;        /* %NULL when the source lies in memory */
  gsize buffer_bytes;
  GCancellable *cancellable; /* borrowed */
  GError *error;
} TsPickleInput;

void ts_pickle_input_init (TsPickleInput *self,
                           TsSource *source,
                           guint64 offset,
                           GCancellable *cancellable);
void ts_pickle_input_clear (TsPickleInput *self);

/* The offset in the source of what is read next. */
static inline guint64
ts_pickle_input_tell (const TsPickleInput *self)
{
  return self->window_offset + self->cursor.pos;
}

static inline guint64
ts_pickle_input_get_remaining (const TsPickleInput *self)
{
  return self->size_bytes - ts_pickle_input_tell (self);
}

/* Whether the bytes it hands out stay where they are for the life of the source. */
static inline gboolean
ts_pickle_input_is_memory (const TsPickleInput *self)
{
  return self->buffer == NULL && self->buffer_bytes == 0;
}

/* Makes sure that @n_bytes lie in the window; the window may grow up to 64 MiB for that. */
gboolean ts_pickle_input_need (TsPickleInput *self, guint64 n_bytes);

/* @n_bytes, valid until the next call. */
const guint8 *ts_pickle_input_take (TsPickleInput *self, guint64 n_bytes);

/* Steps over @n_bytes without reading them. */
gboolean ts_pickle_input_skip (TsPickleInput *self, guint64 n_bytes);

/* The text up to the next newline, which is stepped over; valid until the next call. */
const gchar *ts_pickle_input_line (TsPickleInput *self, gsize *length);

static inline gboolean
ts_pickle_input_has (TsPickleInput *self, gsize n_bytes)
{
  return ts_cursor_get_remaining (&self->cursor) >= n_bytes || ts_pickle_input_need (self, n_bytes);
}

G_END_DECLS
