/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-gunzip.h"

#include "base/ts-error.h"
#include "bytes/ts-progress.h"
#include "bytes/ts-unpacked.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <zlib.h>

#define PIECE        (1u << 18)
#define GZIP_OR_ZLIB (32 + MAX_WBITS)

typedef struct
{
  TsSource *packed;
  guint64 pos; /* of what zlib gets next */
  const char *format;
  z_stream stream;
  guint8 *in, *out;
  TsUnpacked unpacked;
} Unpacking;

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

/* Whether another gzip member follows the one that ended; what else follows (padding) is ignored.
 */
static gboolean
has_next (Unpacking *self, GCancellable *cancellable, GError **error)
{
  return *self->format == 'g' && refill (self, cancellable, error) && self->stream.avail_in > 0 &&
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
      ts_unpacked_set_cut (&self->unpacked, self->format, error);
      return FALSE;
    }
    if (status != Z_OK && status != Z_STREAM_END) {
      ts_unpacked_set_damaged (self->format, self->pos - self->stream.avail_in,
                               self->stream.msg != NULL ? self->stream.msg
                                                        : _ ("no valid stream"), error);
      return FALSE;
    }
    ts_progress_tell (cancellable, self->pos - self->stream.avail_in,
                      ts_source_get_size (self->packed));
    if (!ts_unpacked_add (&self->unpacked, self->out, PIECE - self->stream.avail_out, max_bytes,
                          self->format, error))
      return FALSE;
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
  guint8 first = 0;

  g_return_val_if_fail (TS_IS_SOURCE (packed), NULL);

  if (ts_source_get_size (packed) > 0 && !ts_source_read (packed, 0, &first, 1, cancellable, error))
    return NULL;
  self.format = first == 0x1f ? "gzip" : "zlib";
  if (inflateInit2 (&self.stream, GZIP_OR_ZLIB) != Z_OK) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_FAILED, _ ("No memory to unpack"));
    return NULL;
  }
  self.in = g_malloc (PIECE);
  self.out = g_malloc (PIECE);
  if (unpack (&self, max_bytes, cancellable, error))
    source = ts_unpacked_finish (&self.unpacked, error);
  inflateEnd (&self.stream);
  g_free (self.in);
  g_free (self.out);
  ts_unpacked_clear (&self.unpacked);
  return source;
}
