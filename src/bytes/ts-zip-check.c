/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-zip.h"

#include <libdeflate.h>

#define PIECE (1u << 20)

/* Whether the bytes of a member are those that its checksum was made of; %TRUE also for those that
 * cannot be read: whoever opens them is told why. */
static gboolean
is_whole (TsZip *zip, guint index, guint8 *piece, GCancellable *cancellable)
{
  const TsZipMember *member = ts_zip_get_member (zip, index);
  g_autoptr (TsSource) source = ts_zip_open_member (zip, index, NULL);
  guint32 crc = 0;

  if (source == NULL)
    return TRUE;
  for (guint64 at = 0; at < member->size_bytes; at += PIECE) {
    gsize n = (gsize) MIN (member->size_bytes - at, PIECE);

    if (!ts_source_read (source, at, piece, n, cancellable, NULL))
      return TRUE;
    crc = libdeflate_crc32 (crc, piece, n);
  }
  return crc == member->crc;
}

GPtrArray *
ts_zip_check_stored (TsZip *self, guint64 max_bytes, GCancellable *cancellable)
{
  GPtrArray *names = g_ptr_array_new ();
  g_autofree guint8 *piece = g_malloc (PIECE);

  g_return_val_if_fail (TS_IS_ZIP (self), names);

  for (guint i = 0; i < ts_zip_get_n_members (self); i++) {
    const TsZipMember *member = ts_zip_get_member (self, i);

    if (g_cancellable_is_cancelled (cancellable))
      break;
    if (member->method != 0 || member->size_bytes > max_bytes)
      continue;
    max_bytes -= member->size_bytes;
    if (!is_whole (self, i, piece, cancellable))
      g_ptr_array_add (names, (gpointer) member->name);
  }
  return names;
}
