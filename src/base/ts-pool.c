/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-pool.h"

typedef struct
{
  TsPoolPriority priority;
  guint64 number;
  TsPoolFunc func;
  gpointer data;
} Task;

static GMutex lock;
static guint64 next_number;

static void
task_cb (gpointer data, gpointer user_data)
{
  Task *task = data;

  task->func (task->data);
  g_free (task);
}

static int
compare_tasks (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Task *x = a, *y = b;

  if (x->priority != y->priority)
    return x->priority < y->priority ? -1 : 1;
  return x->number < y->number ? -1 : 1;
}

static GThreadPool *
get_pool (void)
{
  static GThreadPool *pool;

  if (g_once_init_enter (&pool)) {
    GThreadPool *created =
        g_thread_pool_new (task_cb, NULL, MAX ((int) g_get_num_processors (), 2), FALSE, NULL);

    g_thread_pool_set_sort_function (created, compare_tasks, NULL);
    g_once_init_leave (&pool, created);
  }
  return pool;
}

void
ts_pool_push (TsPoolPriority priority, TsPoolFunc func, gpointer data)
{
  GThreadPool *pool = get_pool ();
  Task *task = g_new (Task, 1);

  *task = (Task){ .priority = priority, .func = func, .data = data };
  g_mutex_lock (&lock);
  task->number = next_number++;
  g_mutex_unlock (&lock);
  /* When no thread can be made, the task waits for one that is there already. */
  g_thread_pool_push (pool, task, NULL);
}

guint
ts_pool_get_n_threads (void)
{
  return (guint) g_thread_pool_get_max_threads (get_pool ());
}

void
ts_pool_reserve (guint n_threads)
{
  GThreadPool *pool = get_pool ();

  g_mutex_lock (&lock);
  if ((int) MIN (n_threads, G_MAXINT16) > g_thread_pool_get_max_threads (pool))
    g_thread_pool_set_max_threads (pool, (int) MIN (n_threads, G_MAXINT16), NULL);
  g_mutex_unlock (&lock);
}

/* Parts are taken from a counter by whoever comes; a helper that comes when all are taken goes
 * away, so nobody waits for helpers that never started. */
typedef struct
{
  gatomicrefcount ref_count;
  TsPoolPartFunc func;
  gpointer data;
  guint n_parts;
  gint next;   /* atomic */
  GMutex lock; /* of what follows */
  GCond done_cond;
  guint n_done;
} Run;

static void
run_unref (Run *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->done_cond);
  g_free (self);
}

static void
take_parts (Run *self)
{
  guint part;

  while ((part = (guint) g_atomic_int_add (&self->next, 1)) < self->n_parts) {
    self->func (part, self->data);
    g_mutex_lock (&self->lock);
    if (++self->n_done == self->n_parts)
      g_cond_broadcast (&self->done_cond);
    g_mutex_unlock (&self->lock);
  }
}

static void
help_cb (gpointer data)
{
  take_parts (data);
  run_unref (data);
}

void
ts_pool_run (guint n_parts, TsPoolPartFunc func, gpointer data)
{
  guint n_helpers = MIN (n_parts, ts_pool_get_n_threads ());
  Run *run;

  if (n_parts <= 1) {
    if (n_parts == 1)
      func (0, data);
    return;
  }
  run = g_new0 (Run, 1);
  g_atomic_ref_count_init (&run->ref_count);
  run->func = func;
  run->data = data;
  run->n_parts = n_parts;
  g_mutex_init (&run->lock);
  g_cond_init (&run->done_cond);
  for (guint i = 1; i < n_helpers; i++) {
    g_atomic_ref_count_inc (&run->ref_count);
    ts_pool_push (TS_POOL_SCREEN, help_cb, run);
  }
  take_parts (run);
  g_mutex_lock (&run->lock);
  while (run->n_done < run->n_parts)
    g_cond_wait (&run->done_cond, &run->lock);
  g_mutex_unlock (&run->lock);
  run_unref (run);
}
