/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-gunzip.h"

#include "base/ts-error.h"

#include <string.h>
#include <zlib.h>

#define PIECE     (1u << 18)
#define IN_MEMORY (64u << 20)
#define GZIP_ONLY (16 + MAX_WBITS)

typedef struct
{
  TsSource *packed;
  guint64 pos; /* of what zlib gets next */
  z_stream stream;
  guint8 *in, *out;
  GByteArray *memory;
  TsSpool *spool; /* once memory is full */
  guint64 n_made;
} Unpacking;

static gboolean
put (Unpacking *self, gsize n_bytes, GError **error)
{
  self->n_made += n_bytes;
  if (self->spool == NULL && self->n_made <= IN_MEMORY) {
    g_byte_array_append (self->memory, self->out, (guint) n_bytes);
    return TRUE;
  }
  if (self->spool == NULL) {
    self->spool = ts_spool_new (error);
    if (self->spool == NULL ||
        !ts_spool_write (self->spool, self->memory->data, self->memory->len, error))
      return FALSE;
    g_byte_array_set_size (self->memory, 0);
  }
  return ts_spool_write (self->spool, self->out, n_bytes, error);
}

static gboolean
refill (Unpacking *self, GCancellable *cancellable, GError **error)
{
  guint64 left = ts_source_get_size (self->packed) - self->pos;

  if (self->stream.avail_in > 0)
    return TRUE;
  self->stream.next_in = self->in;
  self->stream.avail_in = (guint) MIN (left, PIECE);
  self->pos += self->stream.avail_in;
  return ts_source_read (self->packed, self->pos - self->stream.avail_in, self->in,
                         self->stream.avail_in, cancellable, error);
}

/* Whether another member follows the one that ended; what else follows (padding) is ignored. */
static gboolean
has_next (Unpacking *self, GCancellable *cancellable, GError **error)
{
  return refill (self, cancellable, error) && self->stream.avail_in > 0 &&
         *self->stream.next_in == 0x1f && inflateReset (&self->stream) == Z_OK;
}

static gboolean
unpack (Unpacking *self, guint64 max_bytes, GCancellable *cancellable, GError **error)
{
  GError *local_error = NULL;

  for (;;) {
    int status;

    if (!refill (self, cancellable, error))
      return FALSE;
    self->stream.next_out = self->out;
    self->stream.avail_out = PIECE;
    status = inflate (&self->stream, Z_NO_FLUSH);
    if (status == Z_BUF_ERROR) {
      g_set_error (error, TS_ERROR, TS_ERROR_INCOMPLETE,
                   "The gzip file ends too early, after %" G_GUINT64_FORMAT
                   " unpacked bytes; is it still being written or downloaded?",
                   self->n_made);
      return FALSE;
    }
    if (status != Z_OK && status != Z_STREAM_END) {
      g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                   "The gzip file is damaged near its byte %" G_GUINT64_FORMAT ": %s",
                   self->pos - self->stream.avail_in,
                   self->stream.msg != NULL ? self->stream.msg : "no valid stream");
      return FALSE;
    }
    if (!put (self, PIECE - self->stream.avail_out, error))
      return FALSE;
    if (self->n_made > max_bytes) {
      g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                   "The gzip file unpacks to more than %" G_GUINT64_FORMAT " bytes", max_bytes);
      return FALSE;
    }
    if (status == Z_STREAM_END && !has_next (self, cancellable, &local_error)) {
      if (local_error == NULL)
        return TRUE;
      g_propagate_error (error, local_error);
      return FALSE;
    }
  }
}

TsSource *
ts_gunzip (TsSource *packed, guint64 max_bytes, GCancellable *cancellable, GError **error)
{
  Unpacking self = { .packed = packed };
  TsSource *source = NULL;

  g_return_val_if_fail (TS_IS_SOURCE (packed), NULL);

  if (inflateInit2 (&self.stream, GZIP_ONLY) != Z_OK) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_FAILED, "No memory to unpack");
    return NULL;
  }
  self.in = g_malloc (PIECE);
  self.out = g_malloc (PIECE);
  self.memory = g_byte_array_new ();
  if (unpack (&self, max_bytes, cancellable, error)) {
    if (self.spool != NULL) {
      source = ts_spool_finish (self.spool, error);
    } else {
      g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&self.memory));

      source = ts_memory_source_new (bytes);
    }
  }
  inflateEnd (&self.stream);
  g_free (self.in);
  g_free (self.out);
  g_clear_pointer (&self.memory, g_byte_array_unref);
  g_clear_pointer (&self.spool, ts_spool_free);
  return source;
}
