/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-progress.h"

#define TELL_US (100 * G_TIME_SPAN_MILLISECOND)

struct _TsProgress
{
  GCancellable parent_instance;

  TsProgressFunc func;
  gpointer data;
  GMutex lock;
  TsProgressState state;
  gint64 told_us;
};

G_DEFINE_FINAL_TYPE (TsProgress, ts_progress, G_TYPE_CANCELLABLE)

static void
ts_progress_finalize (GObject *object)
{
  g_mutex_clear (&TS_PROGRESS (object)->lock);
  G_OBJECT_CLASS (ts_progress_parent_class)->finalize (object);
}

static void
ts_progress_class_init (TsProgressClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_progress_finalize;
}

static void
ts_progress_init (TsProgress *self)
{
  g_mutex_init (&self->lock);
}

TsProgress *
ts_progress_new (TsProgressFunc func, gpointer data)
{
  TsProgress *self = g_object_new (TS_TYPE_PROGRESS, NULL);

  self->func = func;
  self->data = data;
  return self;
}

void
ts_progress_get_state (TsProgress *self, TsProgressState *state)
{
  g_return_if_fail (TS_IS_PROGRESS (self));

  g_mutex_lock (&self->lock);
  *state = self->state;
  g_mutex_unlock (&self->lock);
}

void
ts_progress_tell (GCancellable *cancellable, guint64 n_done, guint64 n_total)
{
  TsProgress *self;
  TsProgressState state;
  gint64 now_us;
  gboolean call;

  if (cancellable == NULL || !TS_IS_PROGRESS (cancellable))
    return;
  self = TS_PROGRESS (cancellable);
  now_us = g_get_monotonic_time ();
  g_mutex_lock (&self->lock);
  self->state.n_done = n_done;
  self->state.n_total = n_total;
  self->state.count++;
  state = self->state;
  call = self->func != NULL &&
         (now_us - self->told_us >= TELL_US || (n_total > 0 && n_done >= n_total));
  if (call)
    self->told_us = now_us;
  g_mutex_unlock (&self->lock);
  if (call)
    self->func (&state, self->data);
}
