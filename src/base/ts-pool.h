/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The one pool of threads that tiles, exports and large images share, as many as there are
 * processors: so that an export beside a window that scrolls does not mean twice as many threads.
 * What the screen waits for goes first. Tasks must not wait for other tasks. */

typedef enum {
  TS_POOL_SCREEN,
  TS_POOL_FILE,
} TsPoolPriority;

typedef void (*TsPoolFunc) (gpointer data);

/* Runs @func (@data) once in a thread of the pool, those of one priority in their order. Any
 * thread.
 */
void ts_pool_push (TsPoolPriority priority, TsPoolFunc func, gpointer data);

/* How many tasks run at once. */
guint ts_pool_get_n_threads (void);

/* At least that many threads from now on: for those who know better than the count of processors.
 */
void ts_pool_reserve (guint n_threads);

typedef void (*TsPoolPartFunc) (guint part, gpointer data);

/* Calls @func for each part of 0 .. @n_parts - 1, here and in those threads of the pool that have
 * nothing else to do; returns when all have returned. Also from within a task. */
void ts_pool_run (guint n_parts, TsPoolPartFunc func, gpointer data);

G_END_DECLS
