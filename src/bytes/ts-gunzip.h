/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bytes/ts-source.h"

G_BEGIN_DECLS

/**
 * ts_gunzip:
 * @packed: a gzip file (RFC 1952): one or more members, one after another; or a zlib stream
 *   (RFC 1950)
 * @max_bytes: refuse to unpack to more
 *
 * All that it unpacks to, in memory up to 64 MiB, else in an unlinked temporary file. Checksums are
 * checked. Errors: %TS_ERROR_CORRUPT, %TS_ERROR_INCOMPLETE (cut off), %TS_ERROR_REFUSED (more than
 * @max_bytes), of writing. Blocks for as long as unpacking takes; cancellable; tells a
 * #TsProgress how much of @packed is done with.
 */
TsSource *ts_gunzip (TsSource *packed, guint64 max_bytes, GCancellable *cancellable, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
