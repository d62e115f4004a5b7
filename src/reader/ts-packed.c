/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "bytes/ts-gunzip.h"
#include "bytes/ts-unzstd.h"
#include "reader/ts-reader-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A dump of any kind that was packed as a whole: unpacked as a whole when opened, for its format
 * needs random access. */

#define MAX_BYTES  (G_GUINT64_CONSTANT (16) << 30)
#define ZSTD_MAGIC "\x28\xb5\x2f\xfd"

static int
gzip_probe (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  /* Deflate is the only method there is. */
  return n_bytes >= 3 && memcmp (head, "\x1f\x8b\x08", 3) == 0 ? 90 : 0;
}

/* A zlib stream has but two bytes to be known by: the method with the size of its window, and flags
 * that make both a multiple of 31. Text and the length of a safetensors header may look so too. */
static int
zlib_probe (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  gsize n_text = 0;

  if (n_bytes < 9 || head[0] != 0x78 || (head[0] << 8 | head[1]) % 31 != 0 ||
      (head[1] & 0x20) != 0 || (head[8] == '{' && memcmp (head + 4, "\0\0\0\0", 4) == 0))
    return 0;
  while (n_text < n_bytes && (head[n_text] >= 32 || g_ascii_isspace (head[n_text])))
    n_text++;
  return n_text < n_bytes ? 50 : 0;
}

static gboolean
is_packed (const guint8 *head, gsize n_bytes, guint64 size)
{
  return gzip_probe (head, n_bytes, size) > 0 || zlib_probe (head, n_bytes, size) > 0 ||
         (n_bytes >= 4 && memcmp (head, ZSTD_MAGIC, 4) == 0);
}

/* The dump in @unpacked, which came out of a file of @format. */
static TsDocument *
open_unpacked (TsSource *unpacked,
               const char *name,
               const char *format,
               GCancellable *cancellable,
               GError **error)
{
  guint64 size = ts_source_get_size (unpacked);
  g_autoptr (GBytes) head = ts_source_read_bytes (unpacked, 0, MIN (size, TS_PROBE_BYTES),
                                                  TS_PROBE_BYTES, cancellable, error);
  TsDocument *document;

  if (head == NULL)
    return NULL;
  if (is_packed (g_bytes_get_data (head, NULL), g_bytes_get_size (head), size)) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                 _ ("The file is packed more than once, by %s and inside again; unpack it first"),
                    format);
    return NULL;
  }
  document = ts_reader_open_content (unpacked, name, cancellable, error);
  if (document == NULL)
    g_prefix_error (error, _ ("Unpacked from %s: "), format);
  return document;
}

static TsDocument *
gzip_open (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsSource) unpacked = ts_gunzip (source, MAX_BYTES, cancellable, error);

  return unpacked != NULL ? open_unpacked (unpacked, name, "gzip", cancellable, error) : NULL;
}

static TsDocument *
zlib_open (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsSource) unpacked = ts_gunzip (source, MAX_BYTES, cancellable, error);

  return unpacked != NULL ? open_unpacked (unpacked, name, "zlib", cancellable, error) : NULL;
}

static const char *const gzip_suffixes[] = { ".gz", NULL };

const TsReader ts_reader_gzip = {
  .id = "gzip",
  .title = "Dump packed by gzip",
  .suffixes = gzip_suffixes,
  .probe = gzip_probe,
  .open = gzip_open,
};

static const char *const zlib_suffixes[] = { ".z", ".zlib", NULL };

const TsReader ts_reader_zlib = {
  .id = "zlib",
  .title = "Dump packed by zlib",
  .suffixes = zlib_suffixes,
  .probe = zlib_probe,
  .open = zlib_open,
};

#ifdef HAVE_ZSTD

static int
zstd_probe (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  if (n_bytes < 4)
    return 0;
  if (memcmp (head, ZSTD_MAGIC, 4) == 0)
    return 90;
  /* A frame to be skipped, as tools that pack in parallel put in front. */
  return (head[0] & 0xf0) == 0x50 && memcmp (head + 1, "\x2a\x4d\x18", 3) == 0 ? 60 : 0;
}

static TsDocument *
zstd_open (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsSource) unpacked = ts_unzstd (source, MAX_BYTES, cancellable, error);

  return unpacked != NULL ? open_unpacked (unpacked, name, "Zstandard", cancellable, error) : NULL;
}

static const char *const zstd_suffixes[] = { ".zst", ".zstd", NULL };

const TsReader ts_reader_zstd = {
  .id = "zstd",
  .title = "Dump packed by Zstandard",
  .suffixes = zstd_suffixes,
  .probe = zstd_probe,
  .open = zstd_open,
};

#endif
