/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/ts-error.h"
#include "cli/ts-cli-entries.h"
#include "cli/ts-cli-output.h"
#include "cli/ts-cli-parse.h"
#include "cli/ts-cli-run-job.h"
#include "cli/ts-cli-view-options.h"
#include "cli/ts-cli.h"
#include "export/ts-animation.h"
#include "export/ts-json-writer.h"

#include <glib-unix.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *output;
  char *name;
  char *fps;
  char *loop;
  char *scale;
  char *order;
  char *depth;
  char *quality;
  char *compression;
  char *collision;
  char *jobs;
  char *progress;
  gboolean quiet;
  gboolean as_json;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->output);
  g_free (self->name);
  g_free (self->fps);
  g_free (self->loop);
  g_free (self->scale);
  g_free (self->order);
  g_free (self->depth);
  g_free (self->quality);
  g_free (self->compression);
  g_free (self->collision);
  g_free (self->jobs);
  g_free (self->progress);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse_options (const Options *self,
               TsCliTarget *target,
               TsAnimationOptions *animation,
               TsCliReport *report,
               GError **error)
{
  static const char *const depths[] = { "8", "16", NULL };
  static const char *const suffixes[] = { "png", "apng", "webp", NULL };
  int depth = 0, order = 0, collision = TS_COLLISION_FAIL, progress = TS_CLI_PROGRESS_AUTO;
  guint quality = 0;

  if (self->output == NULL)
    return ts_cli_invalid (error, "no output was given; use -o OUT.png or OUT.webp");
  ts_animation_options_init (animation);
  if (!ts_cli_target_parse (target, self->output, self->name, suffixes, "an animation", FALSE,
                            error) ||
      (self->fps != NULL && !ts_animation_parse_rate (self->fps, animation->rate, error)) ||
      !ts_cli_parse_uint ("loop", self->loop, 0, 65535, &animation->n_loops, error) ||
      !ts_cli_parse_uint ("scale", self->scale, 1, 64, &animation->scale, error) ||
      !ts_cli_parse_name ("order", self->order, ts_animation_order_names, &order, error) ||
      !ts_cli_parse_name ("depth", self->depth, depths, &depth, error) ||
      !ts_cli_parse_uint ("quality", self->quality, 1, 100, &quality, error) ||
      !ts_cli_parse_name ("compression", self->compression, ts_compression_names,
                          &animation->compression, error) ||
      !ts_cli_parse_uint ("jobs", self->jobs, 1, 64, &animation->n_threads, error) ||
      !ts_cli_parse_name ("on-collision", self->collision, ts_collision_names, &collision, error) ||
      !ts_cli_parse_name ("progress", self->progress, ts_cli_progress_names, &progress, error))
    return FALSE;
  animation->format = g_str_equal (target->suffix, "webp") ? TS_ANIMATION_WEBP : TS_ANIMATION_APNG;
  animation->order = (TsAnimationOrder) order;
  animation->depth = depth == 0 ? 8 : 16;
  animation->quality = (int) quality;
  target->collision = (TsCollision) collision;
  report->progress = (TsCliProgress) progress;
  report->quiet = self->quiet;
  report->as_json = self->as_json;
  return TRUE;
}

/* The work in a thread, while this one waits for signals. */
typedef struct
{
  TsView *view;
  TsBatchStats *stats;
  const TsRecipe *recipe;
  const TsAnimationOptions *options;
  const GArray *indices; /* (nullable) */
  TsOutputDir *dir;
  GCancellable *cancellable;
  GMainLoop *loop;
  gint64 start_us;
  guint64 n_done, n_total; /* under the lock */
  GMutex mutex;
  char *staged;
  guint64 n_bytes;
  GError *error;
} Run;

static void
progress_cb (guint64 n_done, guint64 n_total, gpointer data)
{
  Run *run = data;

  g_mutex_lock (&run->mutex);
  run->n_done = n_done;
  run->n_total = n_total;
  g_mutex_unlock (&run->mutex);
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (((Run *) data)->loop);
  return G_SOURCE_REMOVE;
}

static gpointer
run_thread (gpointer data)
{
  Run *run = data;
  const guint64 *indices =
      run->indices != NULL ? (const guint64 *) (gpointer) run->indices->data : NULL;

  if (!ts_animation_write (run->view, run->stats, run->recipe, run->options, indices,
                           indices != NULL ? run->indices->len : 0, run->dir, &run->staged,
                           &run->n_bytes, progress_cb, run, run->cancellable, &run->error))
    g_assert (run->error != NULL);
  g_idle_add (quit_cb, run);
  return NULL;
}

static gboolean
interrupt_cb (gpointer data)
{
  g_cancellable_cancel (((Run *) data)->cancellable);
  return G_SOURCE_CONTINUE;
}

static void
get_progress (Run *run, guint64 *n_done, guint64 *n_total, double *rate)
{
  double seconds = (double) (g_get_monotonic_time () - run->start_us) / 1e6;

  g_mutex_lock (&run->mutex);
  *n_done = run->n_done;
  *n_total = run->n_total;
  g_mutex_unlock (&run->mutex);
  *rate = (double) *n_done / MAX (seconds, 1e-3);
}

static gboolean
show_progress_cb (gpointer data)
{
  guint64 n_done, n_total;
  double rate;

  get_progress (data, &n_done, &n_total, &rate);
  if (n_done > 0)
    fprintf (stderr, "\r%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT ", %.0f a second ", n_done,
             n_total, rate);
  return G_SOURCE_CONTINUE;
}

static gboolean
tell_progress_cb (gpointer data)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TsJsonWriter json;
  guint64 n_done, n_total;
  double rate;

  get_progress (data, &n_done, &n_total, &rate);
  ts_json_writer_init (&json, out, 0);
  ts_json_writer_begin_object (&json);
  ts_json_writer_name (&json, "total");
  ts_json_writer_uint (&json, n_total);
  ts_json_writer_name (&json, "done");
  ts_json_writer_uint (&json, n_done);
  ts_json_writer_name (&json, "images_per_second");
  ts_json_writer_double (&json, round (rate * 10) / 10);
  ts_json_writer_end_object (&json);
  fprintf (stderr, "%s\n", out->str);
  return G_SOURCE_CONTINUE;
}

static void
run_to_end (Run *run, const TsCliReport *report)
{
  g_autoptr (GMainLoop) loop = run->loop = g_main_loop_new (NULL, FALSE);
  guint int_id = g_unix_signal_add (SIGINT, interrupt_cb, run);
  guint term_id = g_unix_signal_add (SIGTERM, interrupt_cb, run);
  TsCliProgress progress = report->progress;
  gboolean show = progress == TS_CLI_PROGRESS_AUTO && !report->quiet && isatty (STDERR_FILENO);
  guint progress_id = progress == TS_CLI_PROGRESS_JSON ? g_timeout_add (1000, tell_progress_cb, run)
                      : show                           ? g_timeout_add (200, show_progress_cb, run)
                                                       : 0;
  GThread *thread;

  g_mutex_init (&run->mutex);
  run->start_us = g_get_monotonic_time ();
  thread = g_thread_new ("animate", run_thread, run);
  g_main_loop_run (run->loop);
  g_thread_join (thread);
  g_source_remove (int_id);
  g_source_remove (term_id);
  g_clear_handle_id (&progress_id, g_source_remove);
  if (progress == TS_CLI_PROGRESS_JSON)
    tell_progress_cb (run);
  if (show)
    fprintf (stderr, "\r%60s\r", "");
  g_mutex_clear (&run->mutex);
}

static TsView *
open_view (const char *file,
           const TsCliViewOptions *view_options,
           TsCliTarget *target,
           TsRecipe *recipe,
           GArray **indices,
           GError **error)
{
  g_autoptr (TsDocument) document = ts_cli_open (file, view_options->raw, error);
  g_autoptr (TsView) view = NULL;

  if (document == NULL)
    return NULL;
  view = ts_cli_view_options_open (view_options, document, error);
  if (view == NULL || !ts_cli_view_options_get_recipe (view_options, view, recipe, error) ||
      !ts_cli_view_options_get_indices (view_options, view, indices, error))
    return NULL;
  ts_cli_target_settle_name (target, view, "animation");
  return g_steal_pointer (&view);
}

/* What is there already and is to stay costs no work. */
static gboolean
is_over (const TsCliTarget *target, TsOutputDir *dir, GError **error)
{
  if (!ts_output_dir_has (dir, target->name) || target->collision == TS_COLLISION_OVERWRITE ||
      target->collision == TS_COLLISION_NUMBER)
    return FALSE;
  if (target->collision == TS_COLLISION_FAIL)
    g_set_error (error, TS_ERROR, TS_ERROR_EXISTS,
                 "%s: “%s” exists; see --on-collision for what else may be done", target->folder,
                 target->name);
  return TRUE;
}

static int
animate (const TsCliViewOptions *view_options,
         TsCliTarget *target,
         const TsAnimationOptions *options,
         const TsCliReport *report)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GArray) indices = NULL;
  g_autoptr (GError) error = NULL;
  TsRecipe recipe;
  g_autoptr (TsView) view =
                 open_view (report->file, view_options, target, &recipe, &indices, &error);
  g_autoptr (TsBatchStats) stats = NULL;
  g_autoptr (TsOutputDir) dir = NULL;
  int status;

  if (view == NULL)
    return ts_cli_report_error (report, error);
  dir = ts_output_dir_new (target->folder, &error);
  if (dir == NULL || is_over (target, dir, &error)) {
    if (error != NULL)
      ts_cli_report_error (report, error);
    return error != NULL ? TS_CLI_FAILED : TS_CLI_OK;
  }
  stats = ts_batch_stats_new_for_view (view);

  Run run = { .view = view,
              .stats = stats,
              .recipe = &recipe,
              .options = options,
              .indices = indices,
              .dir = dir,
              .cancellable = cancellable };

  run_to_end (&run, report);
  error = run.error;
  if (run.staged == NULL) {
    status = ts_cli_report_error (report, error);
    return status == TS_CLI_USAGE ? status : TS_CLI_FAILED;
  }

  g_autofree char *staged = run.staged;

  return ts_cli_commit_output (target, dir, staged, run.n_bytes,
                               ts_document_get_path (ts_view_get_document (view)), report);
}

static int
run_animate (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_auto (TsCliViewOptions) view_options = { 0 };
  g_auto (TsCliTarget) target = { 0 };
  TsAnimationOptions animation;
  g_auto (GStrv) files = NULL;
  g_autoptr (GError) error = NULL;
  TsCliReport report = { 0 };
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      "The file: .png or .apng (APNG) or .webp; or a folder, which gets figures/", "OUT.png" },
    TS_CLI_NAME_ENTRY (&options.name),
    { "fps", 0, 0, G_OPTION_ARG_STRING, &options.fps, "Images a second: 12.5, 30000/1001 (10)",
      "RATE" },
    { "loop", 0, 0, G_OPTION_ARG_STRING, &options.loop, "How often it is played; 0 for ever (0)",
      "N" },
    { "scale", 0, 0, G_OPTION_ARG_STRING, &options.scale, "Pixels for one of an image (1)", "N" },
    { "order", 0, 0, G_OPTION_ARG_STRING, &options.order, "forward, reverse, ping-pong", "ORDER" },
    { "depth", 0, 0, G_OPTION_ARG_STRING, &options.depth, "Bits a channel: 8, 16 (APNG)", "BITS" },
    { "quality", 'q', 0, G_OPTION_ARG_STRING, &options.quality,
      "1 to 100: WebP with losses; without, it is lossless", "Q" },
    { "compression", 0, 0, G_OPTION_ARG_STRING, &options.compression, "fast, normal or small",
      "EFFORT" },
    TS_CLI_COLLISION_ENTRY (&options.collision),
    TS_CLI_JOBS_ENTRY (&options.jobs),
    TS_CLI_PROGRESS_ENTRY (&options.progress),
    TS_CLI_JSON_ENTRY (&options.as_json),
    TS_CLI_QUIET_ENTRY (&options.quiet),
    { NULL },
  };

  files = ts_cli_parse (argc, argv, "FILE",
                        "Shows images one after the other: a batch or a walk through latents as "
                        "APNG or animated WebP.",
                        entries, ts_cli_view_options_new_group (&view_options), 1, 1);
  if (files == NULL)
    return TS_CLI_USAGE;
  if (!parse_options (&options, &target, &animation, &report, &error))
    return ts_cli_fail (error);
  report.file = files[0];
  return animate (&view_options, &target, &animation, &report);
}

const TsCliCommand ts_cli_animate = {
  .name = "animate",
  .summary = "show images one after the other, as APNG or WebP",
  .run = run_animate,
};
