/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bytes/ts-source.h"

G_BEGIN_DECLS

/**
 * ts_inflate_source_new:
 * @packed: the raw deflate stream (RFC 1951); bytes behind its end are ignored
 * @size_bytes: how many bytes come out
 * @crc: their CRC-32
 *
 * The unpacked bytes of a deflate stream. Nothing is unpacked before the first read; then all of
 * it, once: into memory up to 256 MiB (held while a common budget of twice that lasts, unpacked
 * again later if need be), into an unlinked temporary file above that. Errors when read:
 * %TS_ERROR_CORRUPT (not deflate, another size, another CRC).
 */
TsSource *
ts_inflate_source_new (TsSource *packed, guint64 size_bytes, guint32 crc) G_GNUC_WARN_UNUSED_RESULT;

/* From how many bytes on newly made sources unpack to a file instead of to memory: 256 MiB unless
 * set. At most 256 MiB. */
void ts_inflate_set_memory_limit (gsize n_bytes);

/* The first @n_bytes (or fewer, if it ends earlier) of what the deflate stream @packed unpacks to,
 * without a check of its CRC and without unpacking more. */
GBytes *ts_inflate_head (TsSource *packed, gsize n_bytes, GCancellable *cancellable, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
