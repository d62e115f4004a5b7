/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the user has said about files and is asked only once: a small key file in the folder for
 * states. Losing it loses nothing else: where it cannot be read or written, nothing is remembered.
 * Any thread. */

/* How axes of @node_path were read in the last file of a name like that of @path, where digits do
 * not count ("step_000100.pt" and "step_000200.pt" are alike); (nullable). */
char *ts_memory_dup_layout (const char *path, const char *node_path) G_GNUC_WARN_UNUSED_RESULT;
/* @layout: %NULL forgets. */
void ts_memory_set_layout (const char *path, const char *node_path, const char *layout);

/* Whether layouts are remembered at all; %TRUE at first. */
void ts_memory_set_keeps_layouts (gboolean keeps);
void ts_memory_forget_layouts (void);

/* What the bytes of the file at @path were said to mean, see ts_raw_options_parse(); (nullable). */
char *ts_memory_dup_raw (const char *path) G_GNUC_WARN_UNUSED_RESULT;
void ts_memory_set_raw (const char *path, const char *raw);

G_END_DECLS
