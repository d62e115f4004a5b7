/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A sum that travels with a cancellable to those who count, in units of the one who asks: elements
 * where statistics are taken. Any thread. */

/* From now on @cancellable has a sum, which is 0. Before it is handed on. */
void ts_tally_attach (GCancellable *cancellable);
/* Adds to it; a cancellable (nullable) without one does not care. Cheap. */
void ts_tally_add (GCancellable *cancellable, guint64 n);
guint64 ts_tally_get (GCancellable *cancellable);

G_END_DECLS
