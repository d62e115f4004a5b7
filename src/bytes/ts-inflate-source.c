/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-inflate-source.h"

#include "base/ts-error.h"
#include "bytes/ts-progress.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

/* Deflate has no random access: the whole is unpacked at the first read. Up to IN_MEMORY bytes at
 * once by libdeflate into memory; above that in pieces by zlib into a temporary file, which the
 * page cache may drop. What lies in memory is shared out of one budget: the source that was not
 * read for the longest time lets go of its bytes first. */

#define IN_MEMORY   (256u << 20)
#define PIECE       (1u << 18)
#define HEAD_PIECE  4096u
#define LARGE_PAGE  (2u << 20)
#define RAW_DEFLATE (-MAX_WBITS)

#define TS_TYPE_INFLATE_SOURCE (ts_inflate_source_get_type ())
G_DECLARE_FINAL_TYPE (TsInflateSource, ts_inflate_source, TS, INFLATE_SOURCE, TsSource)

struct _TsInflateSource
{
  TsSource parent_instance;

  TsSource *packed;
  guint64 size_bytes;
  guint32 crc;
  gboolean to_file;
  GMutex lock;    /* held while unpacking */
  TsSource *file; /* set once, under the lock */
  GBytes *bytes;  /* guarded by budget_lock */
  GList link;     /* in held, while bytes is set; guarded by budget_lock */
};

G_DEFINE_FINAL_TYPE (TsInflateSource, ts_inflate_source, TS_TYPE_SOURCE)

static GMutex budget_lock;
static GQueue held = G_QUEUE_INIT; /* least recently read first */
static guint64 held_bytes;
static gsize memory_limit = IN_MEMORY; /* atomic */

static guint64
get_memory_limit (void)
{
  return (gsize) g_atomic_pointer_get (&memory_limit);
}

static void
let_go (TsInflateSource *self)
{
  held_bytes -= self->size_bytes;
  g_queue_unlink (&held, &self->link);
  g_clear_pointer (&self->bytes, g_bytes_unref);
}

/* The bytes in memory, or NULL; a new reference. */
static GBytes *
dup_held (TsInflateSource *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&budget_lock);

  if (self->bytes == NULL)
    return NULL;
  g_queue_unlink (&held, &self->link);
  g_queue_push_tail_link (&held, &self->link);
  return g_bytes_ref (self->bytes);
}

static void
hold (TsInflateSource *self, GBytes *bytes)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&budget_lock);

  if (self->bytes != NULL)
    return;
  while (held.head != NULL && held_bytes + self->size_bytes > 2 * get_memory_limit ())
    let_go (held.head->data);
  self->bytes = g_bytes_ref (bytes);
  held_bytes += self->size_bytes;
  g_queue_push_tail_link (&held, &self->link);
}

static gboolean
check_crc (TsInflateSource *self, guint32 crc, GError **error)
{
  if (crc == self->crc)
    return TRUE;
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
               _ ("The compressed data is damaged: its checksum is %08x instead of %08x"), crc,
                  self->crc);
  return FALSE;
}

/* Memory for what comes out, in large pages where the system has such: touching much for the first
 * time in small ones takes a good part of the time that unpacking does. */
static guint8 *
allocate (gsize n_bytes)
{
  gsize n_rounded = (n_bytes + LARGE_PAGE - 1) & ~(gsize) (LARGE_PAGE - 1);
  guint8 *memory;

  if (n_bytes < 2 * LARGE_PAGE)
    return malloc (MAX (n_bytes, 1));
  memory = aligned_alloc (LARGE_PAGE, n_rounded);
  if (memory != NULL)
    madvise (memory, n_rounded, MADV_HUGEPAGE);
  return memory;
}

static GBytes *
unpack_to_memory (TsInflateSource *self, GCancellable *cancellable, GError **error)
{
  guint64 n_packed = ts_source_get_size (self->packed);
  gsize n_bytes = (gsize) self->size_bytes;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) copy = NULL;
  const guint8 *in;
  guint8 *out;
  struct libdeflate_decompressor *decompressor;
  enum libdeflate_result result;
  gsize n_read, n_made;

  in = ts_source_peek (self->packed);
  if (in == NULL) {
    copy = ts_source_read_bytes (self->packed, 0, n_packed, 2 * (guint64) IN_MEMORY, cancellable,
                                 error);
    if (copy == NULL)
      return NULL;
    in = g_bytes_get_data (copy, NULL);
  }
  out = allocate (n_bytes);
  bytes = out != NULL ? g_bytes_new_with_free_func (out, n_bytes, free, out) : NULL;
  decompressor = out != NULL ? libdeflate_alloc_decompressor () : NULL;
  if (decompressor == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "No memory for %" G_GSIZE_FORMAT " bytes",
                 n_bytes);
    return NULL;
  }
  result = libdeflate_deflate_decompress_ex (decompressor, in, (gsize) n_packed, out, n_bytes,
                                             &n_read, &n_made);
  libdeflate_free_decompressor (decompressor);
  if (result == LIBDEFLATE_SUCCESS && n_made == n_bytes) {
    if (!check_crc (self, libdeflate_crc32 (0, out, n_bytes), error))
      return NULL;
    return g_steal_pointer (&bytes);
  }
  if (result == LIBDEFLATE_INSUFFICIENT_SPACE || result == LIBDEFLATE_SUCCESS)
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 "The compressed data unpacks to %s than the %" G_GSIZE_FORMAT " bytes announced",
                 result == LIBDEFLATE_SUCCESS ? "less" : "more", n_bytes);
  else
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT, _ ("The compressed data is damaged"));
  return NULL;
}

/* One step of unpacking: feeds @stream with packed bytes from @*pos on when it has none left. FALSE
 * and an error when the stream is damaged or ends too early. */
static gboolean
step (TsSource *packed,
      z_stream *stream,
      guint8 *buffer,
      guint piece,
      guint64 *pos,
      gboolean *ended,
      GCancellable *cancellable,
      GError **error)
{
  guint64 left = ts_source_get_size (packed) - *pos;
  int status;

  if (stream->avail_in == 0 && left > 0) {
    stream->avail_in = (guint) MIN (left, piece);
    stream->next_in = buffer;
    if (!ts_source_read (packed, *pos, buffer, stream->avail_in, cancellable, error))
      return FALSE;
    *pos += stream->avail_in;
  }
  status = inflate (stream, Z_NO_FLUSH);
  *ended = status == Z_STREAM_END;
  if (status == Z_OK || status == Z_STREAM_END)
    return TRUE;
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
               _ ("The compressed data is damaged near its byte %" PRIu64 ": %s"),
                  *pos - stream->avail_in,
                  status == Z_BUF_ERROR ? _ ("it ends too early")
              : stream->msg != NULL     ? stream->msg
                                        : _ ("no valid deflate stream"));
  return FALSE;
}

static gboolean
unpack_to_spool (TsInflateSource *self,
                 z_stream *stream,
                 TsSpool *spool,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autofree guint8 *in = g_malloc (PIECE);
  g_autofree guint8 *out = g_malloc (PIECE);
  guint64 pos = 0, n_made = 0;
  guint32 crc = 0;
  gboolean ended = FALSE;

  while (!ended) {
    gsize made;

    stream->next_out = out;
    stream->avail_out = PIECE;
    if (!step (self->packed, stream, in, PIECE, &pos, &ended, cancellable, error))
      return FALSE;
    made = PIECE - stream->avail_out;
    n_made += made;
    crc = libdeflate_crc32 (crc, out, made);
    if (n_made > self->size_bytes)
      break;
    if (!ts_spool_write (spool, out, made, error))
      return FALSE;
    ts_progress_tell (cancellable, n_made, self->size_bytes);
  }
  if (n_made != self->size_bytes) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("The compressed data unpacks to %s than the %" PRIu64 " bytes announced"),
                    n_made < self->size_bytes ? "less" : "more", self->size_bytes);
    return FALSE;
  }
  return check_crc (self, crc, error);
}

static TsSource *
unpack_to_file (TsInflateSource *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsSpool) spool = ts_spool_new (error);
  z_stream stream = { 0 };
  gboolean ok;

  if (spool == NULL)
    return NULL;
  if (inflateInit2 (&stream, RAW_DEFLATE) != Z_OK) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_FAILED, _ ("No memory to unpack"));
    return NULL;
  }
  ok = unpack_to_spool (self, &stream, spool, cancellable, error);
  inflateEnd (&stream);
  return ok ? ts_spool_finish (spool, error) : NULL;
}

static guint64
ts_inflate_source_get_size (TsSource *source)
{
  return TS_INFLATE_SOURCE (source)->size_bytes;
}

static gboolean
ts_inflate_source_read (TsSource *source,
                        guint64 offset,
                        void *out,
                        gsize n_bytes,
                        GCancellable *cancellable,
                        GError **error)
{
  TsInflateSource *self = TS_INFLATE_SOURCE (source);
  g_autoptr (GBytes) bytes = dup_held (self);

  if (bytes == NULL) {
    g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

    if (self->to_file) {
      if (self->file == NULL)
        self->file = unpack_to_file (self, cancellable, error);
      if (self->file == NULL)
        return FALSE;
      /* Set once: from here on no lock is needed, but it is cheap beside the read. */
      return ts_source_read (self->file, offset, out, n_bytes, cancellable, error);
    }
    bytes = dup_held (self); /* another thread was faster */
    if (bytes == NULL) {
      bytes = unpack_to_memory (self, cancellable, error);
      if (bytes == NULL)
        return FALSE;
      hold (self, bytes);
    }
  }
  memcpy (out, (const guint8 *) g_bytes_get_data (bytes, NULL) + offset, n_bytes);
  return TRUE;
}

static void
ts_inflate_source_finalize (GObject *object)
{
  TsInflateSource *self = TS_INFLATE_SOURCE (object);

  g_mutex_lock (&budget_lock);
  if (self->bytes != NULL)
    let_go (self);
  g_mutex_unlock (&budget_lock);
  g_clear_object (&self->packed);
  g_clear_object (&self->file);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (ts_inflate_source_parent_class)->finalize (object);
}

static void
ts_inflate_source_class_init (TsInflateSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_inflate_source_finalize;
  TS_SOURCE_CLASS (klass)->get_size = ts_inflate_source_get_size;
  TS_SOURCE_CLASS (klass)->read = ts_inflate_source_read;
}

static void
ts_inflate_source_init (TsInflateSource *self)
{
  g_mutex_init (&self->lock);
  self->link.data = self;
}

TsSource *
ts_inflate_source_new (TsSource *packed, guint64 size_bytes, guint32 crc)
{
  TsInflateSource *self;

  g_return_val_if_fail (TS_IS_SOURCE (packed), NULL);

  self = g_object_new (TS_TYPE_INFLATE_SOURCE, NULL);
  self->packed = g_object_ref (packed);
  self->size_bytes = size_bytes;
  self->crc = crc;
  self->to_file = size_bytes > get_memory_limit ();
  return TS_SOURCE (self);
}

void
ts_inflate_set_memory_limit (gsize n_bytes)
{
  g_return_if_fail (n_bytes <= IN_MEMORY);

  g_atomic_pointer_set (&memory_limit, n_bytes);
}

GBytes *
ts_inflate_head (TsSource *packed, gsize n_bytes, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *out = NULL;
  guint8 in[HEAD_PIECE];
  z_stream stream = { 0 };
  guint64 pos = 0;
  gboolean ended = FALSE;
  gsize n_made;

  g_return_val_if_fail (TS_IS_SOURCE (packed), NULL);
  g_return_val_if_fail (n_bytes > 0 && n_bytes <= IN_MEMORY, NULL);

  if (inflateInit2 (&stream, RAW_DEFLATE) != Z_OK) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_FAILED, _ ("No memory to unpack"));
    return NULL;
  }
  out = g_malloc (n_bytes);
  stream.next_out = out;
  stream.avail_out = (guint) n_bytes;
  while (stream.avail_out > 0 && !ended) {
    if (!step (packed, &stream, in, HEAD_PIECE, &pos, &ended, cancellable, error)) {
      inflateEnd (&stream);
      return NULL;
    }
  }
  n_made = n_bytes - stream.avail_out;
  inflateEnd (&stream);
  return g_bytes_new_take (g_steal_pointer (&out), n_made);
}
