/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TsProgress:
 *
 * A cancellable that also learns how far the work is that it was given to: what unpacks, reads a
 * pipe or decodes tells it. So it travels wherever a cancellable does. Thread-safe.
 */
#define TS_TYPE_PROGRESS (ts_progress_get_type ())
G_DECLARE_FINAL_TYPE (TsProgress, ts_progress, TS, PROGRESS, GCancellable)

/**
 * TsProgressState:
 * @n_done: bytes that are done with
 * @n_total: of so many; 0 when nobody knows
 * @count: how often something was told; 0 before the first time
 */
typedef struct
{
  guint64 n_done, n_total;
  guint count;
} TsProgressState;

/* In the thread that works. */
typedef void (*TsProgressFunc) (const TsProgressState *state, gpointer data);

/* @func: (nullable): called at most ten times a second, and when a piece of work is done */
TsProgress *ts_progress_new (TsProgressFunc func, gpointer data) G_GNUC_WARN_UNUSED_RESULT;

/* The latest; any thread. */
void ts_progress_get_state (TsProgress *self, TsProgressState *state);

/* For those who work: @cancellable (nullable) may be any; one that is no #TsProgress does not care.
 * Cheap. */
void ts_progress_tell (GCancellable *cancellable, guint64 n_done, guint64 n_total);

G_END_DECLS
