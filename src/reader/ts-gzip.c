/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "bytes/ts-gunzip.h"
#include "reader/ts-reader-private.h"

#include <string.h>

/* A dump of any kind that was packed by gzip: unpacked as a whole when opened, for its format needs
 * random access. */

#define MAX_BYTES (G_GUINT64_CONSTANT (16) << 30)

static int
gzip_probe (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  /* Deflate is the only method there is. */
  return n_bytes >= 3 && memcmp (head, "\x1f\x8b\x08", 3) == 0 ? 90 : 0;
}

static TsDocument *
gzip_open (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsSource) unpacked = ts_gunzip (source, MAX_BYTES, cancellable, error);
  guint8 magic[2] = { 0 };
  TsDocument *document;

  if (unpacked == NULL)
    return NULL;
  if (ts_source_get_size (unpacked) >= sizeof magic &&
      !ts_source_read (unpacked, 0, magic, sizeof magic, cancellable, error))
    return NULL;
  if (magic[0] == 0x1f && magic[1] == 0x8b) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_REFUSED,
                         "The file is packed by gzip more than once; unpack it first");
    return NULL;
  }
  document = ts_reader_open_content (unpacked, name, cancellable, error);
  if (document == NULL)
    g_prefix_error (error, "Unpacked from gzip: ");
  return document;
}

static const char *const gzip_suffixes[] = { ".gz", NULL };

const TsReader ts_reader_gzip = {
  .id = "gzip",
  .title = "Dump packed by gzip",
  .suffixes = gzip_suffixes,
  .probe = gzip_probe,
  .open = gzip_open,
};
