/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/ts-error.h"
#include "cli/ts-cli-entries.h"
#include "cli/ts-cli-parse.h"
#include "cli/ts-cli-redraw.h"
#include "cli/ts-cli-run-job.h"
#include "cli/ts-cli-view-options.h"
#include "cli/ts-cli.h"
#include "export/ts-export-record.h"
#include "export/ts-indices.h"
#include "export/ts-provenance.h"
#include "export/ts-recipe-json.h"

#include <string.h>

typedef struct
{
  char *output;
  char *source;
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
  g_free (self->source);
  g_free (self->collision);
  g_free (self->jobs);
  g_free (self->progress);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The record of an export, or what one picture or sidecar of it says: then @provenance is set. */
static TsExportSettings *
read_settings (const char *path, TsProvenance **provenance, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr (GError) local = NULL;
  TsExportSettings *settings;
  gsize length;

  *provenance = ts_provenance_read_picture (path, NULL);
  if (*provenance == NULL) {
    if (!g_file_get_contents (path, &json, &length, &local)) {
      g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "%s", local->message);
      return NULL;
    }
    *provenance = ts_provenance_read (json, (gssize) length, NULL);
  }
  settings = *provenance != NULL ? ts_provenance_to_settings (*provenance, error)
                                 : ts_export_settings_read (json, length, error);
  if (settings == NULL)
    g_prefix_error (error, "%s: ", path);
  return settings;
}

/* Where the record says, or a file of that name beside the record; for a picture near it. */
static char *
find_source (const Options *options,
             const TsExportSettings *settings,
             const TsProvenance *provenance,
             const char *record,
             GError **error)
{
  g_autofree char *folder = g_path_get_dirname (record);
  g_autofree char *base = g_path_get_basename (settings->file);
  g_autofree char *beside = g_build_filename (folder, base, NULL);

  if (options->source != NULL)
    return g_strdup (options->source);
  if (provenance != NULL) {
    g_autoptr (TsView) view = NULL;
    gboolean changed;

    view = ts_provenance_find (provenance, record, NULL, &changed, NULL, error);
    if (view == NULL) {
      g_prefix_error (error, "%s: ", record);
      return NULL;
    }
    if (changed)
      ts_cli_complain ("%s has other values than then",
                       ts_document_get_path (ts_view_get_document (view)));
    return g_strdup (ts_document_get_path (ts_view_get_document (view)));
  }
  if (settings->path != NULL && g_file_test (settings->path, G_FILE_TEST_EXISTS))
    return g_strdup (settings->path);
  if (g_file_test (beside, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&beside);
  g_set_error (error, TS_ERROR, TS_ERROR_FAILED,
               "%s: the dump “%s” is not where it was; name it with --source", record,
               settings->path != NULL ? settings->path : settings->file);
  return NULL;
}

static gboolean
parse_options (const Options *self,
               const char *record,
               TsExportSettings *settings,
               char **folder,
               GError **error)
{
  int collision = TS_COLLISION_FAIL;
  g_autofree char *absolute = g_canonicalize_filename (record, NULL);
  g_autofree char *beside = g_path_get_dirname (absolute);
  g_autofree char *name = g_path_get_basename (beside);

  if (!ts_cli_parse_name ("on-collision", self->collision, ts_collision_names, &collision, error) ||
      !ts_cli_parse_uint ("jobs", self->jobs, 1, 256, &settings->options.n_threads, error))
    return FALSE;
  /* a picture stands in DIR/images */
  if (self->output != NULL)
    *folder = g_strdup (self->output);
  else if (settings->created == NULL && g_str_equal (name, "images"))
    *folder = g_path_get_dirname (beside);
  else
    *folder = g_path_get_dirname (record);
  settings->options.folder = *folder;
  settings->options.collision = (TsCollision) collision;
  return TRUE;
}

/* The range is taken of the images that it was taken of then, whichever are written. */
static TsBatchStats *
make_stats (TsView *view, const TsExportSettings *settings, GError **error)
{
  TsBatch *batch = ts_view_get_batch (view);
  g_autoptr (TsBatchStats) whole = ts_batch_stats_new_for_view (view);
  g_autoptr (GArray) indices = NULL;

  if (settings->range_images == NULL)
    return g_steal_pointer (&whole);
  if (g_str_equal (settings->range_images, "all"))
    return ts_batch_stats_new_subset (whole, NULL, 0);
  indices = ts_indices_from_string (settings->range_images, ts_batch_get_n_images (batch), error);
  if (indices == NULL) {
    g_prefix_error (error, "“" TS_RANGE_IMAGES "”: ");
    return NULL;
  }
  return ts_batch_stats_new_subset (whole, (const guint64 *) (gpointer) indices->data,
                                    indices->len);
}

static TsExportJob *
make_job (const char *source, const TsExportSettings *settings, GError **error)
{
  g_autoptr (TsDocument) document = ts_cli_open (source, settings->raw, error);
  g_autoptr (TsView) view = NULL;
  g_autoptr (TsBatchStats) stats = NULL;
  g_autoptr (GArray) indices = NULL;
  TsCliViewOptions view_options = { .key = settings->key, .layout = settings->layout };
  guint64 size;

  if (document == NULL)
    return NULL;
  size = ts_source_get_size (ts_document_get_source (document));
  if (settings->size_bytes > 0 && size != settings->size_bytes)
    ts_cli_complain ("%s has %" G_GUINT64_FORMAT " bytes, not %" G_GUINT64_FORMAT
                     " as then: it may be another dump",
                     source, size, settings->size_bytes);
  view = ts_cli_view_options_open (&view_options, document, error);
  if (view == NULL)
    return NULL;
  if (!g_str_equal (settings->images, "all")) {
    indices = ts_cli_parse_indices (settings->images,
                                    ts_batch_get_n_images (ts_view_get_batch (view)), error);
    if (indices == NULL)
      return NULL;
  }
  stats = make_stats (view, settings, error);
  if (stats == NULL)
    return NULL;
  return ts_export_job_new (view, stats, &settings->recipe, &settings->options,
                            indices != NULL ? (const guint64 *) (gpointer) indices->data : NULL,
                            indices != NULL ? indices->len : 0, error);
}

/* A record of what was run into a folder; %NULL for all else. */
static JsonNode *
read_record (const char *path)
{
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) root = NULL;
  const char *schema = NULL;
  gsize length;

  if (!g_str_has_suffix (path, ".json") || !g_file_get_contents (path, &json, &length, NULL))
    return NULL;
  root = ts_json_parse (json, (gssize) length, NULL);
  if (root == NULL ||
      !ts_json_get_string (json_node_get_object (root), "", "schema", &schema, NULL) ||
      g_strcmp0 (schema, TS_EXPORT_SCHEMA) != 0)
    return NULL;
  return g_steal_pointer (&root);
}

/* Pictures of several images are drawn again by the commands that have drawn them: the one that was
 * given, or those of a record. *@status is their exit status; %FALSE when there is more to do. */
static gboolean
try_redraw (const Options *options, const char *file, int *status)
{
  int collision = TS_COLLISION_FAIL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) record = NULL;
  g_autofree char *folder = g_path_get_dirname (file);
  TsCliRedraw redraw = { .picture = file,
                         .output = options->output,
                         .source = options->source,
                         .quiet = options->quiet,
                         .as_json = options->as_json };

  *status = TS_CLI_OK;
  if (!ts_cli_parse_name ("on-collision", options->collision, ts_collision_names, &collision,
                          &error)) {
    *status = ts_cli_fail (error);
    return TRUE;
  }
  redraw.collision = (TsCollision) collision;
  record = read_record (file);
  if (record == NULL)
    return ts_cli_redraw (&redraw, status);
  if (redraw.output == NULL)
    redraw.output = folder;
  return ts_cli_redraw_record (&redraw, json_node_get_object (record), status) &&
         !json_object_has_member (json_node_get_object (record), "output");
}

static int
run_replay (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_auto (GStrv) files = NULL;
  g_autoptr (TsExportSettings) settings = NULL;
  g_autoptr (TsProvenance) provenance = NULL;
  g_autoptr (TsExportJob) job = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *source = NULL;
  int progress = TS_CLI_PROGRESS_AUTO, status, figures_status;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      "The output folder; that of the record when not given", "DIR" },
    { "source", 0, 0, G_OPTION_ARG_FILENAME, &options.source, "The dump, if it was moved", "FILE" },
    TS_CLI_COLLISION_ENTRY (&options.collision),
    TS_CLI_JOBS_ENTRY (&options.jobs),
    TS_CLI_PROGRESS_ENTRY (&options.progress),
    TS_CLI_JSON_ENTRY (&options.as_json),
    TS_CLI_QUIET_ENTRY (&options.quiet),
    { NULL },
  };

  files = ts_cli_parse (argc, argv, "EXPORT.json|IMAGE [DUMP]",
                        "Runs again what an earlier export wrote down: byte-identical images. An "
                        "image that was exported, or its JSON, is written again alone.",
                        entries, NULL, 1, 2);
  if (files == NULL)
    return TS_CLI_USAGE;
  if (files[1] != NULL && options.source == NULL)
    options.source = g_strdup (files[1]);
  if (try_redraw (&options, files[0], &figures_status) ||
      (figures_status == TS_CLI_UNREADABLE && options.source != NULL))
    return figures_status;
  settings = read_settings (files[0], &provenance, &error);
  if (settings == NULL) {
    const TsCliReport problem = { .file = files[0], .as_json = options.as_json };

    ts_cli_report_error (&problem, error);
    return TS_CLI_UNREADABLE;
  }
  if (!parse_options (&options, files[0], settings, &folder, &error) ||
      !ts_cli_parse_name ("progress", options.progress, ts_cli_progress_names, &progress, &error))
    return ts_cli_fail (error);
  source = find_source (&options, settings, provenance, files[0], &error);
  job = source != NULL ? make_job (source, settings, &error) : NULL;

  const TsCliReport report = { .file = source != NULL ? source : files[0],
                               .progress = (TsCliProgress) progress,
                               .quiet = options.quiet,
                               .as_json = options.as_json };

  if (job == NULL)
    return ts_cli_report_error (&report, error);
  status = ts_cli_run_job (job, &settings->options, &report);
  return MAX (status, figures_status);
}

const TsCliCommand ts_cli_replay = {
  .name = "replay",
  .summary = "run again what an export.json wrote down",
  .run = run_replay,
};
