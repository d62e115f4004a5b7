/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-ticker.h"

#include "export/ts-json-writer.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

struct _TsCliTicker
{
  const char *file;
  TsCliProgress kind;
  gsize n_total;
  const gint *n_done;
  gint64 start_us;
  gboolean shown;

  GThread *thread; /* nullable: nothing to tell */
  GMutex lock;     /* for is_over */
  GCond over;
  gboolean is_over;
};

static void
tell_json (TsCliTicker *self, gsize n, double seconds, double rate)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TsJsonWriter json;

  ts_json_writer_init (&json, out, 0);
  ts_json_writer_begin_object (&json);
  ts_json_writer_name (&json, "file");
  ts_json_writer_string (&json, self->file);
  ts_json_writer_name (&json, "total");
  ts_json_writer_uint (&json, self->n_total);
  ts_json_writer_name (&json, "done");
  ts_json_writer_uint (&json, n);
  ts_json_writer_name (&json, "milliseconds");
  ts_json_writer_uint (&json, (guint64) (seconds * 1000));
  ts_json_writer_name (&json, "images_per_second");
  ts_json_writer_double (&json, round (rate * 10) / 10);
  ts_json_writer_name (&json, "seconds_left");
  if (n > 0)
    ts_json_writer_double (&json, round ((double) (self->n_total - n) / rate * 10) / 10);
  else
    ts_json_writer_null (&json);
  ts_json_writer_end_object (&json);
  fprintf (stderr, "%s\n", out->str);
}

static void
tell (TsCliTicker *self)
{
  gsize n = MIN ((gsize) g_atomic_int_get (self->n_done), self->n_total);
  double seconds = (double) (g_get_monotonic_time () - self->start_us) / 1e6;
  double rate = (double) n / MAX (seconds, 1e-3);

  if (self->kind == TS_CLI_PROGRESS_JSON) {
    tell_json (self, n, seconds, rate);
  } else if (n > 0) {
    fprintf (stderr, "\r%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT ", %.0f a second, %.0f s left ", n,
             self->n_total, rate, (double) (self->n_total - n) / rate);
    self->shown = TRUE;
  }
}

static gpointer
run (gpointer data)
{
  TsCliTicker *self = data;
  gint64 next_us = self->start_us;

  g_mutex_lock (&self->lock);
  for (;;) {
    next_us += G_USEC_PER_SEC;
    while (!self->is_over && g_cond_wait_until (&self->over, &self->lock, next_us))
      ;
    if (self->is_over)
      break;
    tell (self);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

TsCliTicker *
ts_cli_ticker_new (const TsCliReport *report, gsize n_total, const gint *n_done)
{
  TsCliTicker *self = g_new0 (TsCliTicker, 1);
  gboolean wanted =
      report->progress == TS_CLI_PROGRESS_JSON ||
      (report->progress == TS_CLI_PROGRESS_AUTO && !report->quiet && isatty (STDERR_FILENO));

  self->file = report->file;
  self->kind = report->progress;
  self->n_total = n_total;
  self->n_done = n_done;
  self->start_us = g_get_monotonic_time ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->over);
  if (wanted)
    self->thread = g_thread_new ("ticker", run, self);
  return self;
}

void
ts_cli_ticker_free (TsCliTicker *self)
{
  if (self == NULL)
    return;
  if (self->thread != NULL) {
    g_mutex_lock (&self->lock);
    self->is_over = TRUE;
    g_cond_signal (&self->over);
    g_mutex_unlock (&self->lock);
    g_thread_join (self->thread);
    if (self->kind == TS_CLI_PROGRESS_JSON)
      tell (self);
    if (self->shown)
      fprintf (stderr, "\r%60s\r", "");
  }
  g_cond_clear (&self->over);
  g_mutex_clear (&self->lock);
  g_free (self);
}
