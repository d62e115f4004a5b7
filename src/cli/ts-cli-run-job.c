/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-run-job.h"

#include "base/ts-error.h"
#include "cli/ts-cli.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

const char *const ts_cli_progress_names[] = { "auto", "json", "none", NULL };

typedef struct
{
  TsExportJob *job;
  GCancellable *cancellable;
  GMainLoop *loop;
  GError *error;
  gboolean ok;
  gboolean shown;
  gint64 start_us;
} Run;

static void
run_thread_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (ts_export_job_run (data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Run *run = data;

  run->ok = g_task_propagate_boolean (G_TASK (result), &run->error);
  g_main_loop_quit (run->loop);
}

static gboolean
interrupt_cb (gpointer data)
{
  g_cancellable_cancel (((Run *) data)->cancellable);
  return G_SOURCE_CONTINUE;
}

static gboolean
progress_cb (gpointer data)
{
  Run *run = data;
  TsExportProgress progress;
  double seconds = (double) (g_get_monotonic_time () - run->start_us) / 1e6;

  ts_export_job_get_progress (run->job, &progress);

  gsize n = progress.n_done + progress.n_skipped + progress.n_failed;
  double rate = (double) n / MAX (seconds, 1e-3);

  if (n > 0 && seconds > 0.5) {
    fprintf (stderr, "\r%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT ", %.0f a second, %.0f s left ", n,
             progress.n_total, rate, (double) (progress.n_total - n) / rate);
    run->shown = TRUE;
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
progress_json_cb (gpointer data)
{
  Run *run = data;
  TsExportProgress progress;
  gint64 ms = (g_get_monotonic_time () - run->start_us) / 1000;

  ts_export_job_get_progress (run->job, &progress);
  fprintf (stderr,
           "{\"total\":%" G_GSIZE_FORMAT ",\"done\":%" G_GSIZE_FORMAT
           ",\"skipped\":%" G_GSIZE_FORMAT ",\"failed\":%" G_GSIZE_FORMAT
           ",\"bytes\":%" G_GUINT64_FORMAT ",\"milliseconds\":%" G_GINT64_FORMAT "}\n",
           progress.n_total, progress.n_done, progress.n_skipped, progress.n_failed,
           progress.n_bytes, ms);
  return G_SOURCE_CONTINUE;
}

static guint
add_progress (Run *run, TsCliProgress progress, gboolean quiet)
{
  if (progress == TS_CLI_PROGRESS_JSON)
    return g_timeout_add (1000, progress_json_cb, run);
  if (progress == TS_CLI_PROGRESS_AUTO && !quiet && isatty (STDERR_FILENO))
    return g_timeout_add (200, progress_cb, run);
  return 0;
}

static void
run_in_thread (Run *run, TsCliProgress progress, gboolean quiet)
{
  g_autoptr (GTask) task = g_task_new (NULL, run->cancellable, finished_cb, run);
  guint int_id = g_unix_signal_add (SIGINT, interrupt_cb, run);
  guint term_id = g_unix_signal_add (SIGTERM, interrupt_cb, run);
  guint progress_id = add_progress (run, progress, quiet);

  run->start_us = g_get_monotonic_time ();
  g_task_set_task_data (task, run->job, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_run_in_thread (task, run_thread_cb);
  g_main_loop_run (run->loop);
  g_source_remove (int_id);
  g_source_remove (term_id);
  g_clear_handle_id (&progress_id, g_source_remove);
  if (progress == TS_CLI_PROGRESS_JSON)
    progress_json_cb (run);
  if (run->shown)
    fprintf (stderr, "\r%60s\r", "");
}

static void
print_done (const TsExportProgress *progress, GPtrArray *files, const TsExportOptions *options)
{
  gboolean is_array = files != NULL && files->len > 0;
  g_autofree char *folder =
      g_build_filename (options->folder, is_array ? g_ptr_array_index (files, 0) : "images", NULL);
  g_autofree char *size = g_format_size (progress->n_bytes);

  printf ("%" G_GSIZE_FORMAT " image%s written to %s (%s)", progress->n_done,
          progress->n_done == 1 ? "" : "s", folder, size);
  if (progress->n_skipped > 0)
    printf (", %" G_GSIZE_FORMAT " that existed skipped", progress->n_skipped);
  if (progress->n_failed > 0)
    printf (", %" G_GSIZE_FORMAT " failed", progress->n_failed);
  printf ("\n");
}

int
ts_cli_run_job (TsExportJob *job,
                const TsExportOptions *options,
                TsCliProgress kind,
                gboolean quiet)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Run run = { .job = job, .cancellable = cancellable, .loop = loop };
  GPtrArray *failures = ts_export_job_get_failures (job);
  TsExportProgress progress;

  run_in_thread (&run, kind, quiet);
  for (guint i = 0; i < failures->len; i++)
    ts_cli_complain ("%s", (const char *) g_ptr_array_index (failures, i));
  ts_export_job_get_progress (job, &progress);
  if (!run.ok) {
    gboolean taken = g_error_matches (run.error, TS_ERROR, TS_ERROR_EXISTS);

    ts_cli_complain ("%s%s", run.error->message,
                     taken ? "; see --on-collision for what else may be done" : "");
    g_error_free (run.error);
    return TS_CLI_FAILED;
  }
  if (options->dry_run && !quiet) {
    GPtrArray *files = ts_export_job_get_files (job);

    for (guint i = 0; i < files->len; i++)
      printf ("%s\n", (const char *) g_ptr_array_index (files, i));
  }
  if (!options->dry_run && !quiet)
    print_done (&progress, options->encoder->encode == NULL ? ts_export_job_get_files (job) : NULL,
                options);
  return failures->len > 0 || progress.n_failed > 0 ? TS_CLI_FAILED : TS_CLI_OK;
}
