/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/ts-error.h"
#include "cli/ts-cli-entries.h"
#include "cli/ts-cli-output.h"
#include "cli/ts-cli-parse.h"
#include "cli/ts-cli-view-options.h"
#include "cli/ts-cli.h"
#include "export/ts-export-job.h"
#include "export/ts-sheet.h"

#include <string.h>

typedef struct
{
  char *output;
  char *name;
  char **suffixes;
  char *columns;
  char *padding;
  char *pad_value;
  char *depth;
  char *quality;
  char *collision;
  gboolean quiet;
  gboolean as_json;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->output);
  g_free (self->name);
  g_strfreev (self->suffixes);
  g_free (self->columns);
  g_free (self->padding);
  g_free (self->pad_value);
  g_free (self->depth);
  g_free (self->quality);
  g_free (self->collision);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

typedef struct
{
  const TsEncoder *encoder;
  TsEncodeOptions encode;
  TsSheetOptions options;
} Sheet;

/* What a file may be. */
static char **
list_suffixes (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; ts_encoders[i] != NULL; i++)
    if (g_strv_contains (ts_encoders[i]->depths, "8"))
      g_strv_builder_add (builder, ts_encoders[i]->suffix + 1);
  g_strv_builder_add_many (builder, "jpeg", "tiff", NULL);
  return g_strv_builder_end (builder);
}

static gboolean
parse_options (Options *self, TsCliTarget *target, Sheet *sheet, GError **error)
{
  static const char *const depths[] = { "8", "16", NULL };
  int depth = 0, collision = TS_COLLISION_FAIL;
  guint quality = 90;

  if (self->output == NULL)
    return ts_cli_invalid (error, "no output was given; use -o OUT.png");
  self->suffixes = list_suffixes ();
  if (!ts_cli_target_parse (target, self->output, self->name, (const char *const *) self->suffixes,
                            "a sheet", TRUE, error))
    return FALSE;
  sheet->encoder = ts_encoder_find (target->suffix);
  ts_sheet_options_init (&sheet->options);
  if (!ts_cli_parse_uint ("columns", self->columns, 1, 65535, &sheet->options.n_columns, error) ||
      !ts_cli_parse_uint ("padding", self->padding, 0, 4096, &sheet->options.padding, error) ||
      !ts_cli_parse_double ("pad-value", self->pad_value, &sheet->options.pad_value, error) ||
      !ts_cli_parse_name ("depth", self->depth, depths, &depth, error) ||
      !ts_cli_parse_uint ("quality", self->quality, 1, 100, &quality, error) ||
      !ts_cli_parse_name ("on-collision", self->collision, ts_collision_names, &collision, error))
    return FALSE;
  if (self->quality != NULL && !sheet->encoder->has_quality)
    return ts_cli_invalid (error, "--quality: %s is always lossless", sheet->encoder->title);
  if (!g_strv_contains (sheet->encoder->depths, depths[depth]))
    return ts_cli_invalid (error, "%s cannot hold depth %s", sheet->encoder->title, depths[depth]);
  sheet->options.bits = depth == 0 ? 8 : 16;
  sheet->options.quality = sheet->encoder->has_quality ? quality : 0;
  target->collision = (TsCollision) collision;
  sheet->encode = (TsEncodeOptions){ .quality = (int) quality, .compression = 1 };
  return TRUE;
}

static GBytes *
make_sheet (const char *file,
            const TsCliViewOptions *view_options,
            TsCliTarget *target,
            Sheet *sheet,
            char **source,
            GError **error)
{
  g_autoptr (TsDocument) document = ts_cli_open (file, view_options->raw, error);
  g_autoptr (TsView) view = NULL;
  g_autoptr (TsBatchStats) stats = NULL;
  g_autoptr (GArray) indices = NULL;
  g_autofree char *metadata = NULL;
  TsPicture picture = { 0 };
  TsRecipe recipe;

  if (document == NULL)
    return NULL;
  view = ts_cli_view_options_open (view_options, document, error);
  if (view == NULL || !ts_cli_view_options_get_recipe (view_options, view, &recipe, error) ||
      !ts_cli_view_options_get_indices (view_options, view, &indices, error))
    return NULL;

  const guint64 *list = indices != NULL ? (const guint64 *) (gpointer) indices->data : NULL;
  gsize n = indices != NULL ? indices->len : 0;

  stats = ts_batch_stats_new_for_view (view);
  metadata = ts_sheet_describe (view, &recipe, &sheet->options, list, n);
  ts_cli_target_settle_name (target, view, "sheet");
  *source = g_strdup (ts_document_get_path (document));
  if (!ts_sheet_render (view, stats, &recipe, &sheet->options, list, n, &picture, NULL, error))
    return NULL;

  g_autofree guint8 *pixels = (guint8 *) picture.pixels;

  sheet->encode.metadata = metadata;
  return sheet->encoder->encode (&picture, &sheet->encode, error);
}

static int
run_sheet (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_auto (TsCliViewOptions) view_options = { 0 };
  g_auto (TsCliTarget) target = { 0 };
  g_autofree char *source = NULL;
  Sheet sheet = { 0 };
  g_auto (GStrv) files = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      "The file; or a folder, which gets figures/; “-” is standard output", "OUT.png" },
    TS_CLI_NAME_ENTRY (&options.name),
    { "columns", 0, 0, G_OPTION_ARG_STRING, &options.columns, "Most images a row (8)", "N" },
    { "nrow", 0, 0, G_OPTION_ARG_STRING, &options.columns, "The same, as make_grid calls it", "N" },
    { "padding", 0, 0, G_OPTION_ARG_STRING, &options.padding, "Pixels between images (2)", "P" },
    { "pad-value", 0, 0, G_OPTION_ARG_STRING, &options.pad_value, "Their gray, 0 to 1 (0)", "V" },
    { "depth", 0, 0, G_OPTION_ARG_STRING, &options.depth, "Bits a channel: 8, 16", "BITS" },
    { "quality", 'q', 0, G_OPTION_ARG_STRING, &options.quality, "1 to 100, JPEG and WebP", "Q" },
    TS_CLI_COLLISION_ENTRY (&options.collision),
    TS_CLI_JSON_ENTRY (&options.as_json),
    TS_CLI_QUIET_ENTRY (&options.quiet),
    { NULL },
  };

  files = ts_cli_parse (argc, argv, "FILE",
                        "Writes one contact sheet, as torchvision's make_grid and save_image do.",
                        entries, ts_cli_view_options_new_group (&view_options), 1, 1);
  if (files == NULL)
    return TS_CLI_USAGE;
  if (!parse_options (&options, &target, &sheet, &error))
    return ts_cli_fail (error);
  bytes = make_sheet (files[0], &view_options, &target, &sheet, &source, &error);

  const TsCliReport report = { .file = files[0],
                               .quiet = options.quiet,
                               .as_json = options.as_json };

  if (bytes == NULL)
    return ts_cli_report_error (&report, error);
  return ts_cli_write_output (&target, bytes, source, &report);
}

const TsCliCommand ts_cli_sheet = {
  .name = "sheet",
  .summary = "write one contact sheet, as torchvision's make_grid does",
  .run = run_sheet,
};
