/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-cursor.h"

#include <string.h>

void
ts_cursor_init (TsCursor *self, const guint8 *data, gsize size_bytes)
{
  *self = (TsCursor){ .data = data, .size_bytes = size_bytes };
}

gboolean
ts_cursor_seek (TsCursor *self, guint64 pos)
{
  if (self->failed || pos > self->size_bytes) {
    self->failed = TRUE;
    return FALSE;
  }
  self->pos = (gsize) pos;
  return TRUE;
}

const guint8 *
ts_cursor_take (TsCursor *self, guint64 n_bytes)
{
  const guint8 *taken;

  if (self->failed || n_bytes > self->size_bytes - self->pos) {
    self->failed = TRUE;
    return NULL;
  }
  taken = self->data + self->pos;
  self->pos += (gsize) n_bytes;
  return taken;
}

#define DEFINE_READ(name, type, from)                                                              \
  type ts_cursor_##name (TsCursor *self)                                                           \
  {                                                                                                \
    const guint8 *bytes = ts_cursor_take (self, sizeof (type));                                    \
    type value = 0;                                                                                \
                                                                                                   \
    if (bytes != NULL)                                                                             \
      memcpy (&value, bytes, sizeof value);                                                        \
    return from (value);                                                                           \
  }

#define AS_IS(value) (value)

/* clang-format off */
DEFINE_READ (u8, guint8, AS_IS)
DEFINE_READ (u16le, guint16, GUINT16_FROM_LE)
DEFINE_READ (u32le, guint32, GUINT32_FROM_LE)
DEFINE_READ (u64le, guint64, GUINT64_FROM_LE)
DEFINE_READ (u16be, guint16, GUINT16_FROM_BE)
DEFINE_READ (u32be, guint32, GUINT32_FROM_BE)
DEFINE_READ (u64be, guint64, GUINT64_FROM_BE)
/* clang-format on */

const gchar *
ts_cursor_line (TsCursor *self, gsize *length)
{
  const guint8 *start, *end;

  if (self->failed)
    return NULL;
  start = self->data + self->pos;
  end = self->pos < self->size_bytes ? memchr (start, '\n', self->size_bytes - self->pos) : NULL;
  if (end == NULL) {
    self->failed = TRUE;
    return NULL;
  }
  *length = (gsize) (end - start);
  self->pos += *length + 1;
  return (const gchar *) start;
}
