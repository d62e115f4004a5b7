/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bytes/ts-source.h"

G_BEGIN_DECLS

/* Bytes that a decompressor hands over piece by piece: kept in memory up to 64 MiB, from there on
 * in an unlinked temporary file. A plain value, set to zero before use and cleared after. */
typedef struct
{
  GByteArray *memory;
  TsSpool *spool; /* once memory is full */
  guint64 n_bytes;
} TsUnpacked;

/* Adds @n_bytes, at most 1 MiB at a time. %TS_ERROR_REFUSED when there are more than @max_bytes
 * now; @format names the file: "gzip". */
gboolean ts_unpacked_add (TsUnpacked *self,
                          const guint8 *data,
                          gsize n_bytes,
                          guint64 max_bytes,
                          const char *format,
                          GError **error);

/* Puts into @error that a file of @format ends before its end; that it is damaged near its byte
 * @offset. */
void ts_unpacked_set_cut (const TsUnpacked *self, const char *format, GError **error);
void ts_unpacked_set_damaged (const char *format, guint64 offset, const char *why, GError **error);

/* What was added, as a source; nothing can be added after. */
TsSource *ts_unpacked_finish (TsUnpacked *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void ts_unpacked_clear (TsUnpacked *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TsUnpacked, ts_unpacked_clear)

G_END_DECLS
