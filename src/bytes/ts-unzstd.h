/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bytes/ts-source.h"

G_BEGIN_DECLS

/**
 * ts_unzstd:
 * @packed: a Zstandard file (RFC 8878): one or more frames, one after another
 * @max_bytes: refuse to unpack to more
 *
 * All that it unpacks to, in memory up to 64 MiB, else in an unlinked temporary file. Checksums are
 * checked where frames have them. Errors: %TS_ERROR_CORRUPT, %TS_ERROR_INCOMPLETE (cut off),
 * %TS_ERROR_REFUSED (more than @max_bytes, or a window of more than 128 MiB), of writing. Blocks
 * for as long as unpacking takes; cancellable. Only built where libzstd was found.
 */
TsSource *ts_unzstd (TsSource *packed, guint64 max_bytes, GCancellable *cancellable, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
