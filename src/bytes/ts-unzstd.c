/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-unzstd.h"

#include "base/ts-error.h"
#include "bytes/ts-progress.h"
#include "bytes/ts-unpacked.h"

#include <glib/gi18n-lib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define PIECE (1u << 18)
/* The decoder keeps that many bytes at most, as a power of two. */
#define WINDOW_LOG 27

typedef struct
{
  TsSource *packed; /* borrowed */
  guint64 pos;      /* of what the decoder gets next */
  ZSTD_DCtx *decoder;
  ZSTD_inBuffer in;
  guint8 *in_bytes, *out_bytes;
  TsUnpacked unpacked;
} Unpacking;

static gboolean
refill (Unpacking *self, GCancellable *cancellable, GError **error)
{
  gsize n = (gsize) MIN (ts_source_get_size (self->packed) - self->pos, PIECE);

  if (!ts_source_read (self->packed, self->pos, self->in_bytes, n, cancellable, error))
    return FALSE;
  self->in = (ZSTD_inBuffer){ self->in_bytes, n, 0 };
  self->pos += n;
  return TRUE;
}

static void
set_decoder_error (Unpacking *self, gsize status, GError **error)
{
  if (ZSTD_getErrorCode (status) == ZSTD_error_frameParameter_windowTooLarge)
    g_set_error (
        error, TS_ERROR, TS_ERROR_REFUSED,
        _ ("The Zstandard file needs more than %u MiB of memory to unpack; unpack it first "
                 "with “zstd -d --long=31”"),
           1u << (WINDOW_LOG - 20));
  else
    ts_unpacked_set_damaged ("Zstandard", self->pos - self->in.size + self->in.pos,
                             ZSTD_getErrorName (status), error);
}

static gboolean
unpack (Unpacking *self, guint64 max_bytes, GCancellable *cancellable, GError **error)
{
  gsize status = 0; /* 0 between frames */

  for (;;) {
    ZSTD_outBuffer out = { self->out_bytes, PIECE, 0 };

    if (self->in.pos == self->in.size) {
      if (!refill (self, cancellable, error))
        return FALSE;
      if (self->in.size == 0 && status == 0)
        return TRUE;
    }

    gboolean at_end = self->in.size == 0;

    status = ZSTD_decompressStream (self->decoder, &out, &self->in);
    if (ZSTD_isError (status)) {
      set_decoder_error (self, status, error);
      return FALSE;
    }
    ts_progress_tell (cancellable, self->pos - self->in.size + self->in.pos,
                      ts_source_get_size (self->packed));
    if (!ts_unpacked_add (&self->unpacked, self->out_bytes, out.pos, max_bytes, "Zstandard", error))
      return FALSE;
    if (at_end && status != 0 && out.pos == 0) {
      ts_unpacked_set_cut (&self->unpacked, "Zstandard", error);
      return FALSE;
    }
  }
}

TsSource *
ts_unzstd (TsSource *packed, guint64 max_bytes, GCancellable *cancellable, GError **error)
{
  Unpacking self = { .packed = packed };
  TsSource *source = NULL;

  g_return_val_if_fail (TS_IS_SOURCE (packed), NULL);

  self.decoder = ZSTD_createDCtx ();
  if (self.decoder == NULL) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_FAILED, _ ("No memory to unpack"));
    return NULL;
  }
  ZSTD_DCtx_setParameter (self.decoder, ZSTD_d_windowLogMax, WINDOW_LOG);
  self.in_bytes = g_malloc (PIECE);
  self.out_bytes = g_malloc (PIECE);
  if (unpack (&self, max_bytes, cancellable, error))
    source = ts_unpacked_finish (&self.unpacked, error);
  ts_unpacked_clear (&self.unpacked);
  ZSTD_freeDCtx (self.decoder);
  g_free (self.in_bytes);
  g_free (self.out_bytes);
  return source;
}
