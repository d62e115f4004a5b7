/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The name of a zip member as UTF-8: as it stands when @is_utf8 or when it is valid UTF-8 anyway,
 * else from code page 437, the archive format's own. %NULL when it holds a NUL byte or claims to be
 * UTF-8 and is not. */
char *
ts_zip_decode_name (const guint8 *raw, gsize n_bytes, gboolean is_utf8) G_GNUC_WARN_UNUSED_RESULT;

/* "LZMA"; "an unknown method". */
const char *ts_zip_method_name (guint16 method);

G_END_DECLS
