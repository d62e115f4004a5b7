/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-run-job.h"

#include "base/ts-error.h"
#include "cli/ts-cli.h"
#include "export/ts-json-writer.h"

#include <glib-unix.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

typedef struct
{
  const TsCliReport *report;
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

static gboolean was_interrupted; /* main thread only */

gboolean
ts_cli_was_interrupted (void)
{
  return was_interrupted;
}

static gboolean
interrupt_cb (gpointer data)
{
  was_interrupted = TRUE;
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

static void
write_progress (const Run *run, const TsExportProgress *progress, TsJsonWriter *json)
{
  double seconds = (double) (g_get_monotonic_time () - run->start_us) / 1e6;
  gsize n = progress->n_done + progress->n_skipped + progress->n_failed;
  double rate = (double) n / MAX (seconds, 1e-3);

  ts_json_writer_name (json, "total");
  ts_json_writer_uint (json, progress->n_total);
  ts_json_writer_name (json, "done");
  ts_json_writer_uint (json, progress->n_done);
  ts_json_writer_name (json, "skipped");
  ts_json_writer_uint (json, progress->n_skipped);
  ts_json_writer_name (json, "failed");
  ts_json_writer_uint (json, progress->n_failed);
  ts_json_writer_name (json, "bytes");
  ts_json_writer_uint (json, progress->n_bytes);
  ts_json_writer_name (json, "milliseconds");
  ts_json_writer_uint (json, (guint64) (seconds * 1000));
  ts_json_writer_name (json, "images_per_second");
  ts_json_writer_double (json, round (rate * 10) / 10);
  ts_json_writer_name (json, "seconds_left");
  if (n > 0)
    ts_json_writer_double (json, round ((double) (progress->n_total - n) / rate * 10) / 10);
  else
    ts_json_writer_null (json);
}

static gboolean
progress_json_cb (gpointer data)
{
  Run *run = data;
  g_autoptr (GString) out = g_string_new (NULL);
  TsExportProgress progress;
  TsJsonWriter json;

  ts_export_job_get_progress (run->job, &progress);
  ts_json_writer_init (&json, out, 0);
  ts_json_writer_begin_object (&json);
  ts_json_writer_name (&json, "file");
  ts_json_writer_string (&json, run->report->file);
  write_progress (run, &progress, &json);
  ts_json_writer_end_object (&json);
  fprintf (stderr, "%s\n", out->str);
  return G_SOURCE_CONTINUE;
}

static guint
add_progress (Run *run)
{
  TsCliProgress progress = run->report->progress;

  if (progress == TS_CLI_PROGRESS_JSON)
    return g_timeout_add (1000, progress_json_cb, run);
  if (progress == TS_CLI_PROGRESS_AUTO && !run->report->quiet && isatty (STDERR_FILENO))
    return g_timeout_add (200, progress_cb, run);
  return 0;
}

static void
run_in_thread (Run *run)
{
  g_autoptr (GTask) task = g_task_new (NULL, run->cancellable, finished_cb, run);
  guint int_id = g_unix_signal_add (SIGINT, interrupt_cb, run);
  guint term_id = g_unix_signal_add (SIGTERM, interrupt_cb, run);
  guint progress_id = add_progress (run);

  run->start_us = g_get_monotonic_time ();
  g_task_set_task_data (task, run->job, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_run_in_thread (task, run_thread_cb);
  g_main_loop_run (run->loop);
  g_source_remove (int_id);
  g_source_remove (term_id);
  g_clear_handle_id (&progress_id, g_source_remove);
  if (run->report->progress == TS_CLI_PROGRESS_JSON)
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

/* @error: (nullable): why nothing was done */
static void
print_json (const Run *run, const TsExportOptions *options, const GError *error)
{
  GPtrArray *failures = ts_export_job_get_failures (run->job);
  GPtrArray *files = ts_export_job_get_files (run->job);
  g_autoptr (GString) out = g_string_new (NULL);
  TsExportProgress progress;
  TsJsonWriter json;

  ts_export_job_get_progress (run->job, &progress);
  ts_json_writer_init (&json, out, 0);
  ts_json_writer_begin_object (&json);
  ts_json_writer_name (&json, "file");
  ts_json_writer_string (&json, run->report->file);
  ts_json_writer_name (&json, "folder");
  ts_json_writer_string (&json, options->folder);
  ts_json_writer_name (&json, "dry_run");
  ts_json_writer_boolean (&json, options->dry_run);
  write_progress (run, &progress, &json);
  ts_json_writer_name (&json, "files");
  ts_json_writer_begin_array (&json);
  for (guint i = 0; error == NULL && i < files->len; i++)
    ts_json_writer_string (&json, g_ptr_array_index (files, i));
  ts_json_writer_end_array (&json);
  ts_json_writer_name (&json, "failures");
  ts_json_writer_begin_array (&json);
  for (guint i = 0; i < failures->len; i++)
    ts_json_writer_string (&json, g_ptr_array_index (failures, i));
  ts_json_writer_end_array (&json);
  if (error != NULL) {
    ts_json_writer_name (&json, "error");
    ts_json_writer_string (&json, error->message);
  }
  ts_json_writer_end_object (&json);
  printf ("%s\n", out->str);
}

static void
print_result (const Run *run, const TsExportOptions *options)
{
  GPtrArray *files = ts_export_job_get_files (run->job);
  TsExportProgress progress;

  if (options->dry_run) {
    for (guint i = 0; i < files->len; i++)
      printf ("%s\n", (const char *) g_ptr_array_index (files, i));
    return;
  }
  ts_export_job_get_progress (run->job, &progress);
  print_done (&progress, options->encoder->encode == NULL || options->stack ? files : NULL,
              options);
}

int
ts_cli_run_job (TsExportJob *job, const TsExportOptions *options, const TsCliReport *report)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Run run = { .report = report, .job = job, .cancellable = cancellable, .loop = loop };
  GPtrArray *failures = ts_export_job_get_failures (job);
  g_autoptr (GError) error = NULL;
  TsExportProgress progress;

  run_in_thread (&run);
  error = run.error;
  for (guint i = 0; i < failures->len; i++)
    ts_cli_complain ("%s", (const char *) g_ptr_array_index (failures, i));
  if (report->as_json)
    print_json (&run, options, error);
  else if (run.ok && !report->quiet)
    print_result (&run, options);
  fflush (stdout);
  if (!run.ok) {
    gboolean taken = g_error_matches (error, TS_ERROR, TS_ERROR_EXISTS);

    ts_cli_complain ("%s%s", error->message,
                     taken ? "; see --on-collision for what else may be done" : "");
    return g_error_matches (error, TS_ERROR, TS_ERROR_INVALID) ? TS_CLI_USAGE : TS_CLI_FAILED;
  }
  ts_export_job_get_progress (job, &progress);
  return failures->len > 0 || progress.n_failed > 0 ? TS_CLI_FAILED : TS_CLI_OK;
}
