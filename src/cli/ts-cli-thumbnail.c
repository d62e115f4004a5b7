/* SPDX-License-Identifier: GPL-3.0-or-later */

/* tenscope-cli thumbnail: one small picture a dump, for file managers and web pages. */

#include "config.h"

#include "cli/ts-cli-entries.h"
#include "cli/ts-cli-inputs.h"
#include "cli/ts-cli-output.h"
#include "cli/ts-cli-parse.h"
#include "cli/ts-cli-view-options.h"
#include "cli/ts-cli.h"
#include "export/ts-thumbnail.h"

#include <string.h>

typedef struct
{
  char *output;
  char *size;
  char *columns;
  gboolean quiet;
  gboolean as_json;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->output);
  g_free (self->size);
  g_free (self->columns);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

typedef struct
{
  const TsCliViewOptions *view_options;
  guint size;
  guint n_side;
  const char *output;
  gboolean is_folder;
} Settings;

static GBytes *
make_thumbnail (const char *file, const Settings *settings, GError **error)
{
  const TsCliViewOptions *view_options = settings->view_options;
  const TsEncoder *png = ts_encoder_find ("png");
  const TsEncodeOptions encode = { .compression = 0 };
  g_autoptr (TsDocument) document = ts_cli_open (file, view_options->raw, error);
  g_autoptr (TsView) view = NULL;
  g_autoptr (TsBatchStats) stats = NULL;
  g_autoptr (GArray) indices = NULL;
  TsPicture picture = { 0 };
  TsRecipe recipe;

  if (document == NULL)
    return NULL;
  view = ts_cli_view_options_open (view_options, document, error);
  if (view == NULL || !ts_cli_view_options_get_recipe (view_options, view, &recipe, error) ||
      !ts_cli_view_options_get_indices (view_options, view, &indices, error))
    return NULL;
  stats = ts_batch_stats_new_for_view (view);
  if (!ts_thumbnail_render (view, stats, &recipe,
                            indices != NULL ? (const guint64 *) (gpointer) indices->data : NULL,
                            indices != NULL ? indices->len : 0, settings->n_side, settings->size,
                            &picture, NULL, error))
    return NULL;

  g_autofree guint8 *pixels = (guint8 *) picture.pixels;

  return png->encode (&picture, &encode, error);
}

static int
write_thumbnail (const TsCliInput *input, const Settings *settings, TsCliReport report)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = make_thumbnail (input->file, settings, &error);
  /* file managers hand over the name of an empty file that is there already */
  g_auto (TsCliTarget) target = { .collision = TS_COLLISION_OVERWRITE };

  report.file = input->file;
  if (bytes == NULL)
    return ts_cli_report_error (&report, error);
  if (settings->is_folder) {
    target.folder = g_strdup (settings->output);
    target.name = g_strconcat (input->name, ".png", NULL);
  } else {
    target.folder = g_str_equal (settings->output, "-") ? g_strdup ("-")
                                                        : g_path_get_dirname (settings->output);
    target.name = g_path_get_basename (settings->output);
  }
  return ts_cli_write_output (&target, bytes, NULL, &report);
}

static gboolean
parse_options (const Options *self, guint n_inputs, Settings *settings, GError **error)
{
  if (self->output == NULL)
    return ts_cli_invalid (error, "no output was given; use -o OUT.png");
  if (!ts_cli_parse_uint ("size", self->size, 16, 4096, &settings->size, error) ||
      !ts_cli_parse_uint ("columns", self->columns, 1, 64, &settings->n_side, error))
    return FALSE;
  settings->output = self->output;
  settings->is_folder = n_inputs > 1 || g_str_has_suffix (self->output, "/") ||
                        g_file_test (self->output, G_FILE_TEST_IS_DIR);
  if (n_inputs > 1 && g_str_equal (self->output, "-"))
    return ts_cli_invalid (error, "standard output takes one thumbnail, not %u", n_inputs);
  return TRUE;
}

static int
run_thumbnail (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_auto (TsCliViewOptions) view_options = { 0 };
  g_auto (GStrv) files = NULL;
  g_autoptr (GPtrArray) inputs = NULL;
  g_autoptr (GError) error = NULL;
  Settings settings = { .view_options = &view_options, .size = 256 };
  int status = TS_CLI_OK;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      "The PNG file, overwritten if it exists; for several dumps, a folder; “-” is standard output",
      "OUT.png" },
    { "size", 's', 0, G_OPTION_ARG_STRING, &options.size, "Most pixels of a side, 16 to 4096 (256)",
      "N" },
    { "columns", 0, 0, G_OPTION_ARG_STRING, &options.columns,
      "Most images a row and a column; by default what has room, up to 4", "N" },
    TS_CLI_JSON_ENTRY (&options.as_json),
    TS_CLI_QUIET_ENTRY (&options.quiet),
    { NULL },
  };

  files = ts_cli_parse (argc, argv, "FILE…",
                        "Writes a small picture of each dump: its first images as a grid.", entries,
                        ts_cli_view_options_new_group (&view_options), 1, G_MAXUINT);
  if (files == NULL)
    return TS_CLI_USAGE;
  inputs = ts_cli_inputs_new (files, &error);
  if (inputs == NULL || !parse_options (&options, inputs->len, &settings, &error))
    return ts_cli_fail (error);
  for (guint i = 0; i < inputs->len; i++) {
    const TsCliReport report = { .quiet = options.quiet, .as_json = options.as_json };
    int one = write_thumbnail (g_ptr_array_index (inputs, i), &settings, report);

    status = MAX (status, one);
  }
  return status;
}

const TsCliCommand ts_cli_thumbnail = {
  .name = "thumbnail",
  .summary = "write a small picture of a dump, for file managers",
  .run = run_thumbnail,
};
