/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A zlib stream of literals and of runs of one byte, nothing else: what is left of a picture behind
 * a good row filter holds hardly any other repetition. Many times faster than a search for matches,
 * and no larger for pictures; the wrong choice for flat art. Thread-safe. */

/* Room that ts_deflate_runs() may need for @n_bytes. */
gsize ts_deflate_runs_bound (gsize n_bytes);

/* Writes the stream to @out, which has the room; its size. */
gsize ts_deflate_runs (const guint8 *in, gsize n_bytes, guint8 *out);

G_END_DECLS
