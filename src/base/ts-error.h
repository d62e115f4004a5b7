/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TS_ERROR (ts_error_quark ())

/**
 * TsError:
 * @TS_ERROR_UNSUPPORTED: well-formed, but of a kind or with a feature that is not read
 * @TS_ERROR_CORRUPT: the bytes contradict the format
 * @TS_ERROR_TRUNCATED: bytes are missing at the end
 * @TS_ERROR_INCOMPLETE: looks as if it is still being written; reload later
 * @TS_ERROR_REFUSED: over a limit, or something that is never done (executing, decrypting)
 * @TS_ERROR_CHANGED: the file was changed by another program while open; reload
 * @TS_ERROR_NOT_FOUND: no array, node or file of that name
 * @TS_ERROR_INVALID: settings or usage: an option out of range or impossible here
 * @TS_ERROR_EXISTS: would overwrite something
 * @TS_ERROR_FAILED: the system said no (disk full, no permission, no memory)
 *
 * Chosen by what the caller can do; the message says what is wrong and where.
 */
typedef enum {
  TS_ERROR_UNSUPPORTED,
  TS_ERROR_CORRUPT,
  TS_ERROR_TRUNCATED,
  TS_ERROR_INCOMPLETE,
  TS_ERROR_REFUSED,
  TS_ERROR_CHANGED,
  TS_ERROR_NOT_FOUND,
  TS_ERROR_INVALID,
  TS_ERROR_EXISTS,
  TS_ERROR_FAILED,
} TsError;

GQuark ts_error_quark (void);

G_END_DECLS
