/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Makes piece @position; in any thread, several at once. %NULL with an error ends the run. */
typedef GBytes *(*TsOrderedMakeFunc) (guint64 position,
                                      gpointer data,
                                      GCancellable *cancellable,
                                      GError **error);
/* Takes the pieces in their order, in the thread of the caller. */
typedef gboolean (*TsOrderedTakeFunc) (GBytes *piece,
                                       guint64 position,
                                       gpointer data,
                                       GError **error);

/**
 * ts_ordered_run:
 * @n: pieces 0 .. @n - 1
 * @n_threads: that make them; 0 is one a core
 * @piece_bytes: how much memory making a piece takes; fewer threads where they are large
 *
 * What is made in parallel and written one after the other: frames, pages, the images of an array.
 * Few pieces are made ahead of those that were taken, so that memory does not grow with @n. Blocks;
 * cancellable.
 */
gboolean ts_ordered_run (guint64 n,
                         guint n_threads,
                         guint64 piece_bytes,
                         TsOrderedMakeFunc make,
                         TsOrderedTakeFunc take,
                         gpointer data,
                         GCancellable *cancellable,
                         GError **error);

G_END_DECLS
