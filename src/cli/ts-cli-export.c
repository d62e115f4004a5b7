/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-entries.h"
#include "cli/ts-cli-inputs.h"
#include "cli/ts-cli-parse.h"
#include "cli/ts-cli-run-job.h"
#include "cli/ts-cli-view-options.h"
#include "cli/ts-cli.h"
#include "export/ts-sidecar.h"

#include <string.h>

typedef struct
{
  char *output;
  char *format;
  char *depth;
  char *values;
  char *quality;
  char *compression;
  char *subsampling;
  gboolean lossless;
  gboolean progressive;
  gboolean palette;
  gboolean stack;
  char *subdirs;
  char *name;
  char *latents;
  char *sidecar;
  char *collision;
  char *shard;
  char *jobs;
  char *progress;
  gboolean latents_npz;
  gboolean dry_run;
  gboolean quiet;
  gboolean as_json;
  char **latent_names; /* from latents */
} OutputOptions;

static void
output_options_clear (OutputOptions *self)
{
  g_free (self->output);
  g_free (self->format);
  g_free (self->depth);
  g_free (self->values);
  g_free (self->quality);
  g_free (self->compression);
  g_free (self->subsampling);
  g_free (self->progress);
  g_free (self->subdirs);
  g_free (self->name);
  g_free (self->latents);
  g_free (self->sidecar);
  g_free (self->collision);
  g_free (self->shard);
  g_free (self->jobs);
  g_strfreev (self->latent_names);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OutputOptions, output_options_clear)

/* "small", "zstd" or both: how hard to try, and how to pack. */
static gboolean
parse_compression (const OutputOptions *self, TsExportOptions *options, GError **error)
{
  g_auto (GStrv) words = NULL;
  const TsEncoder *encoder = options->encoder;

  if (self->compression == NULL)
    return TRUE;
  words = g_strsplit (self->compression, ",", -1);
  for (gsize i = 0; words[i] != NULL; i++) {
    int codec;

    if (ts_name_lookup (ts_compression_names, words[i], &options->compression)) {
      if (!encoder->has_effort)
        return ts_cli_invalid (error, "--compression: %s cannot be made %s", encoder->title,
                               words[i]);
    } else if (ts_name_lookup (ts_codec_names, words[i], &codec) && codec != TS_CODEC_AUTO) {
      options->codec = (TsCodec) codec;
    } else {
      return ts_cli_invalid (error,
                             "--compression takes fast, normal or small, and none, deflate or "
                             "zstd, not “%s”",
                             words[i]);
    }
  }
  return TRUE;
}

static gboolean
find_format (const char *id, TsExportOptions *options, GError **error)
{
  g_autoptr (GString) known = NULL;

  options->encoder = ts_export_format_find (id);
  if (options->encoder != NULL)
    return TRUE;
  known = g_string_new (NULL);
  for (gsize i = 0; ts_encoders[i] != NULL; i++)
    g_string_append_printf (known, "%s, ", ts_encoders[i]->id);
  for (gsize i = 0; ts_array_formats[i] != NULL; i++)
    g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", ts_array_formats[i]->id);
  return ts_cli_invalid (error, "--format: there is no “%s”; there are %s", id, known->str);
}

/* Values other than those of the screen are floats, and floats are values unless said. */
static gboolean
parse_depth (const OutputOptions *self, TsExportOptions *options, GError **error)
{
  const char *const *depths = options->encoder->depths;
  const char *depth = self->depth != NULL ? self->depth : depths[0];
  int values = -1;

  if (!ts_cli_parse_name ("values", self->values, ts_values_names, &values, error))
    return FALSE;
  if (self->depth == NULL && values > TS_VALUES_DISPLAY && !g_str_equal (depth, "16f") &&
      g_strv_contains (depths, "32f"))
    depth = "32f";
  if (!ts_depth_from_string (depth, &options->depth, &options->half))
    return ts_cli_invalid (error, "--depth must be one of 8, 16, 16f, 32f, not “%s”", depth);
  options->values = values >= 0            ? (TsValues) values
                    : options->depth == 32 ? TS_VALUES_VALUES
                                           : TS_VALUES_DISPLAY;
  return TRUE;
}

static gboolean
parse_format (const OutputOptions *self, TsExportOptions *options, GError **error)
{
  guint quality = (guint) options->quality;

  if (self->format != NULL && !find_format (self->format, options, error))
    return FALSE;
  if (!parse_depth (self, options, error) || !parse_compression (self, options, error) ||
      !ts_cli_parse_name ("subsampling", self->subsampling, ts_subsampling_names,
                          &options->subsampling, error) ||
      !ts_cli_parse_uint ("quality", self->quality, 1, 100, &quality, error) ||
      !ts_cli_parse_uint ("subdirs", self->subdirs, 1, G_MAXINT32, &options->subdirs, error))
    return FALSE;
  if (self->quality != NULL && !options->encoder->has_quality)
    return ts_cli_invalid (error, "--quality: %s is always lossless", options->encoder->title);
  if (self->subsampling != NULL && !g_str_equal (options->encoder->id, "jpeg"))
    return ts_cli_invalid (error, "--subsampling: %s has no subsampling; JPEG has",
                           options->encoder->title);
  options->quality = (int) quality;
  options->lossless = self->lossless;
  options->progressive = self->progressive;
  options->palette = self->palette;
  options->stack = self->stack;
  return TRUE;
}

static gboolean
parse_shard (const OutputOptions *self, TsExportOptions *options, GError **error)
{
  guint64 shard, n_shards;

  if (self->shard == NULL)
    return TRUE;

  g_auto (GStrv) parts = g_strsplit (self->shard, "/", 2);

  if (parts[0] == NULL || parts[1] == NULL ||
      !g_ascii_string_to_unsigned (parts[0], 10, 1, G_MAXINT32, &shard, NULL) ||
      !g_ascii_string_to_unsigned (parts[1], 10, 1, G_MAXINT32, &n_shards, NULL) ||
      shard > n_shards)
    return ts_cli_invalid (error, "--shard takes K/N with K of 1 to N, not “%s”", self->shard);
  options->shard = (guint) shard;
  options->n_shards = (guint) n_shards;
  return TRUE;
}

static gboolean
parse_output (OutputOptions *self, TsExportOptions *options, GError **error)
{
  static const char *const sidecars[] = { "json", "none", "yaml", NULL };
  int collision = TS_COLLISION_FAIL, sidecar = 0;

  ts_export_options_init (options);
  if (self->output == NULL)
    return ts_cli_invalid (error, "no output folder was given; use -o DIR");
  options->folder = self->output;
  options->dry_run = self->dry_run;
  options->latents_npz = self->latents_npz;
  options->zebra = TRUE; /* where the recipe has it */
  if (self->name != NULL)
    options->name_template = self->name;
  if (!parse_format (self, options, error) || !parse_shard (self, options, error) ||
      !ts_cli_parse_name ("on-collision", self->collision, ts_collision_names, &collision, error) ||
      !ts_cli_parse_name ("sidecar", self->sidecar, sidecars, &sidecar, error) ||
      !ts_cli_parse_uint ("jobs", self->jobs, 1, 256, &options->n_threads, error))
    return FALSE;
  options->collision = (TsCollision) collision;
  options->sidecar = sidecar != 1;
  options->yaml = sidecar == 2;
  if (self->latents != NULL && !g_str_equal (self->latents, "auto")) {
    const char *list = g_str_equal (self->latents, "none") ? "" : self->latents;

    self->latent_names = g_strsplit (list, ",", -1);
    options->latents = (const char *const *) self->latent_names;
  }
  return TRUE;
}

static TsExportJob *
make_job (const char *file,
          const TsCliViewOptions *view_options,
          const TsExportOptions *options,
          GError **error)
{
  g_autoptr (TsDocument) document = ts_cli_open (file, view_options->raw, error);
  g_autoptr (TsView) view = NULL;
  g_autoptr (GArray) indices = NULL;
  TsRecipe recipe;

  if (document == NULL)
    return NULL;
  view = ts_cli_view_options_open (view_options, document, error);
  if (view == NULL || !ts_cli_view_options_get_recipe (view_options, view, &recipe, error) ||
      !ts_cli_view_options_get_indices (view_options, view, &indices, error))
    return NULL;

  g_autoptr (TsBatchStats) stats = ts_batch_stats_new_for_view (view);

  return ts_export_job_new (view, stats, &recipe, options,
                            indices != NULL ? (const guint64 *) (gpointer) indices->data : NULL,
                            indices != NULL ? indices->len : 0, error);
}

/* Several dumps get a folder each, so that their records stay apart. */
static int
export_inputs (GPtrArray *inputs,
               const TsCliViewOptions *view_options,
               const TsExportOptions *options,
               const TsCliReport *report)
{
  int status = TS_CLI_OK;

  for (guint i = 0; i < inputs->len && !ts_cli_was_interrupted (); i++) {
    const TsCliInput *input = g_ptr_array_index (inputs, i);
    g_autofree char *folder =
        inputs->len > 1 ? g_build_filename (options->folder, input->name, NULL) : NULL;
    g_autoptr (TsExportJob) job = NULL;
    g_autoptr (GError) error = NULL;
    TsExportOptions own = *options;
    TsCliReport own_report = *report;
    int one;

    own.folder = folder != NULL ? folder : options->folder;
    own_report.file = input->file;
    job = make_job (input->file, view_options, &own, &error);
    one = job != NULL ? ts_cli_run_job (job, &own, &own_report)
                      : ts_cli_report_error (&own_report, error);
    status = MAX (status, one);
  }
  return status;
}

static int
run_export (int argc, char **argv)
{
  g_auto (OutputOptions) output = { 0 };
  g_auto (TsCliViewOptions) view_options = { 0 };
  g_auto (GStrv) files = NULL;
  g_autoptr (GPtrArray) inputs = NULL;
  g_autoptr (GError) error = NULL;
  TsExportOptions options;
  int progress = TS_CLI_PROGRESS_AUTO;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output.output,
      "The output folder; images go to DIR/images", "DIR" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &output.format,
      "png, jpeg, tiff, webp, exr; npy or npz: all images in one array", "FORMAT" },
    { "depth", 0, 0, G_OPTION_ARG_STRING, &output.depth,
      "Bits a channel: 8, 16, 16f (OpenEXR), 32f", "BITS" },
    { "values", 0, 0, G_OPTION_ARG_STRING, &output.values,
      "What floats hold: display (after range and curve), values (un-normalised), raw", "KIND" },
    { "quality", 'q', 0, G_OPTION_ARG_STRING, &output.quality, "1 to 100, JPEG and WebP", "Q" },
    { "lossless", 0, 0, G_OPTION_ARG_NONE, &output.lossless, "Lossless WebP", NULL },
    { "compression", 0, 0, G_OPTION_ARG_STRING, &output.compression,
      "fast, normal or small (PNG, TIFF, WebP); none, deflate or zstd (TIFF, OpenEXR); or both: "
      "zstd,small",
      "HOW" },
    { "subsampling", 0, 0, G_OPTION_ARG_STRING, &output.subsampling,
      "JPEG's colours for 2x2 pixels, 2x1 or each: 420 (default), 422, 444", "KIND" },
    { "progressive", 0, 0, G_OPTION_ARG_NONE, &output.progressive, "Progressive JPEG", NULL },
    { "palette", 0, 0, G_OPTION_ARG_NONE, &output.palette,
      "PNG of label maps: the labels, with their colours as a palette", NULL },
    { "stack", 0, 0, G_OPTION_ARG_NONE, &output.stack, "TIFF: all images as pages of one file",
      NULL },
    { "subdirs", 0, 0, G_OPTION_ARG_STRING, &output.subdirs,
      "At most N images a folder: images/00000, images/00001, …", "N" },
    { "name", 'n', 0, G_OPTION_ARG_FILENAME, &output.name,
      "Names of the files: {stem} {key} {index} {n} {seed} {label} {channel} {row} {col} {date} "
      "{time} …",
      "TEMPLATE" },
    { "latents", 0, 0, G_OPTION_ARG_FILENAME, &output.latents,
      "Which arrays go into the sidecars: names, auto or none", "KEY,…" },
    { "latents-npz", 0, 0, G_OPTION_ARG_NONE, &output.latents_npz,
      "The same arrays of all images once more, in DIR/latents.npz", NULL },
    { "sidecar", 0, 0, G_OPTION_ARG_STRING, &output.sidecar, "json, yaml or none", "KIND" },
    TS_CLI_COLLISION_ENTRY (&output.collision),
    { "shard", 0, 0, G_OPTION_ARG_STRING, &output.shard,
      "Only part K of N of the images; see “merge”", "K/N" },
    TS_CLI_JOBS_ENTRY (&output.jobs),
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &output.dry_run, "Check everything, print the names",
      NULL },
    TS_CLI_PROGRESS_ENTRY (&output.progress),
    TS_CLI_JSON_ENTRY (&output.as_json),
    TS_CLI_QUIET_ENTRY (&output.quiet),
    { NULL },
  };

  files =
      ts_cli_parse (argc, argv, "FILE…",
                    "Writes the images of dumps, each with its JSON. Several dumps get a folder "
                    "each in DIR.",
                    entries, ts_cli_view_options_new_group (&view_options), 1, G_MAXUINT);
  if (files == NULL)
    return TS_CLI_USAGE;
  if (!parse_output (&output, &options, &error) ||
      !ts_cli_parse_name ("progress", output.progress, ts_cli_progress_names, &progress, &error))
    return ts_cli_fail (error);
  inputs = ts_cli_inputs_new (files, &error);
  if (inputs == NULL)
    return ts_cli_fail (error);

  const TsCliReport report = { .progress = (TsCliProgress) progress,
                               .quiet = output.quiet,
                               .as_json = output.as_json };

  return export_inputs (inputs, &view_options, &options, &report);
}

const TsCliCommand ts_cli_export = {
  .name = "export",
  .summary = "write the images of dumps, each with its JSON",
  .run = run_export,
};
