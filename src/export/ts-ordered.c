/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-ordered.h"

#define MAX_THREADS 64
/* All pieces together take at most about this much. */
#define MAX_BYTES ((guint64) 2 << 30)

typedef struct
{
  guint64 n;
  TsOrderedMakeFunc make;
  gpointer data;
  GCancellable *cancellable;
  guint n_ring;

  GMutex mutex; /* of what follows */
  GCond changed;
  guint64 next;  /* to be made */
  guint64 taken; /* so many */
  gboolean stopped;
  GBytes **ring; /* made and not taken, by position modulo @n_ring */
  GError *error; /* the first */
} Run;

/* Waits for a piece to begin; %FALSE when there is none any more. */
static gboolean
claim (Run *run, guint64 *position)
{
  gboolean ok;

  g_mutex_lock (&run->mutex);
  while (!run->stopped && run->next < run->n && run->next >= run->taken + run->n_ring)
    g_cond_wait (&run->changed, &run->mutex);
  ok = !run->stopped && run->next < run->n;
  if (ok)
    *position = run->next++;
  g_mutex_unlock (&run->mutex);
  return ok;
}

static gpointer
make_thread (gpointer data)
{
  Run *run = data;
  guint64 position;

  while (claim (run, &position)) {
    g_autoptr (GError) error = NULL;
    GBytes *piece = run->make (position, run->data, run->cancellable, &error);

    g_mutex_lock (&run->mutex);
    run->ring[position % run->n_ring] = piece;
    if (piece == NULL) {
      run->stopped = TRUE;
      if (run->error == NULL)
        run->error = g_steal_pointer (&error);
    }
    g_cond_broadcast (&run->changed);
    g_mutex_unlock (&run->mutex);
  }
  return NULL;
}

/* %NULL when pieces can no longer be made. */
static GBytes *
wait_for_piece (Run *run, guint64 position)
{
  GBytes **slot = &run->ring[position % run->n_ring], *piece;

  g_mutex_lock (&run->mutex);
  while (*slot == NULL && !run->stopped)
    g_cond_wait (&run->changed, &run->mutex);
  piece = run->stopped ? NULL : g_steal_pointer (slot);
  if (piece != NULL) {
    run->taken = position + 1;
    g_cond_broadcast (&run->changed);
  }
  g_mutex_unlock (&run->mutex);
  return piece;
}

gboolean
ts_ordered_run (guint64 n,
                guint n_threads,
                guint64 piece_bytes,
                TsOrderedMakeFunc make,
                TsOrderedTakeFunc take,
                gpointer data,
                GCancellable *cancellable,
                GError **error)
{
  GThread *threads[MAX_THREADS];
  Run run = { .n = n, .make = make, .data = data, .cancellable = cancellable };
  guint64 most = MAX_BYTES / MAX (piece_bytes, 1) / 3; /* each makes one, and two wait */
  gboolean ok = TRUE;

  if (n_threads == 0)
    n_threads = g_get_num_processors ();
  n_threads = (guint) MIN (MIN (n_threads, MAX_THREADS), CLAMP (most, 1, n));
  run.n_ring = 2 * n_threads;
  run.ring = g_new0 (GBytes *, run.n_ring);
  g_mutex_init (&run.mutex);
  g_cond_init (&run.changed);
  for (guint i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("ordered", make_thread, &run);
  for (guint64 position = 0; ok && position < n; position++) {
    g_autoptr (GBytes) piece = wait_for_piece (&run, position);

    ok = piece != NULL && !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         take (piece, position, data, error);
  }
  g_mutex_lock (&run.mutex);
  run.stopped = TRUE;
  g_cond_broadcast (&run.changed);
  g_mutex_unlock (&run.mutex);
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < run.n_ring; i++)
    g_clear_pointer (&run.ring[i], g_bytes_unref);
  g_free (run.ring);
  g_mutex_clear (&run.mutex);
  g_cond_clear (&run.changed);
  if (run.error != NULL && !ok && (error == NULL || *error == NULL))
    g_propagate_error (error, g_steal_pointer (&run.error));
  g_clear_error (&run.error);
  return ok;
}
