/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bytes/ts-source.h"

G_BEGIN_DECLS

/**
 * TsZipMember:
 * @name: UTF-8, never %NULL; owned by the TsZip
 * @method: 0 stored, 8 deflated; members of other methods are listed and refused on opening
 * @size_bytes: unpacked
 * @header_offset: of its local header, in bytes from the start of the archive
 *
 * One entry of the central directory, the only place that sizes are taken from.
 */
typedef struct
{
  const char *name;
  guint16 method;
  guint16 flags;
  guint32 crc;
  guint64 compressed_bytes;
  guint64 size_bytes;
  guint64 header_offset;
} TsZipMember;

/**
 * TsZip:
 *
 * A read-only zip directory. Immutable after opening; thread-safe.
 */
#define TS_TYPE_ZIP (ts_zip_get_type ())
G_DECLARE_FINAL_TYPE (TsZip, ts_zip, TS, ZIP, GObject)

/**
 * ts_zip_new:
 *
 * Reads the central directory of @source (zip64 included), by APPNOTE.TXT 6.3. Errors:
 * %TS_ERROR_INCOMPLETE (starts as a zip but has no end record: still being written),
 * %TS_ERROR_CORRUPT, %TS_ERROR_REFUSED (over a limit; duplicate names; overlapping members).
 */
TsZip *
ts_zip_new (TsSource *source, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;

guint ts_zip_get_n_members (TsZip *self);
const TsZipMember *ts_zip_get_member (TsZip *self, guint index);

/* The index of the member of exactly that name, or -1. */
gint ts_zip_find (TsZip *self, const char *name);

/**
 * ts_zip_open_member:
 *
 * The content of a member: a window of the archive for a stored one, a source that inflates on
 * first read for a deflated one. Errors: encryption, unknown method, data outside the archive.
 */
TsSource *ts_zip_open_member (TsZip *self, guint index, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The first @n_bytes of a member (fewer if it is shorter): what a look at its header takes. Of a
 * deflated one no more than that is unpacked, and its checksum is not looked at. */
GBytes *ts_zip_read_head (TsZip *self,
                          guint index,
                          gsize n_bytes,
                          GCancellable *cancellable,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ts_zip_check_stored:
 *
 * Reads stored members one after another, as many as come to @max_bytes, and compares their
 * checksums; deflated ones are checked whenever they are unpacked. The names of those that differ,
 * owned by @self. Torch may be told to write no checksums, so this is no error. Blocks;
 * cancellable: then what was found until then.
 */
GPtrArray *ts_zip_check_stored (TsZip *self,
                                guint64 max_bytes,
                                GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
