/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/ts-error.h"
#include "cli/ts-cli-entries.h"
#include "cli/ts-cli-output.h"
#include "cli/ts-cli-parse.h"
#include "cli/ts-cli-view-options.h"
#include "cli/ts-cli.h"
#include "export/ts-export-job.h"
#include "export/ts-name-template.h"
#include "export/ts-sheet.h"

#include <string.h>

typedef struct
{
  char *output;
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
  TsSheetOptions sheet;
  TsCollision collision;
  char *folder;
  char *name; /* (nullable): made from the dump */
} Target;

static void
target_clear (Target *self)
{
  g_free (self->folder);
  g_free (self->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Target, target_clear)

/* "OUT.png" is a file, "-" standard output; anything without a known suffix is a folder that gets
 * figures/. */
static void
parse_target (const char *output, Target *target)
{
  const char *dot = strrchr (output, '.');
  const char *slash = strrchr (output, '/');

  target->encoder =
      dot != NULL && (slash == NULL || dot > slash) ? ts_encoder_find (dot + 1) : NULL;
  if (g_str_equal (output, "-")) {
    target->encoder = ts_encoder_find ("png");
    target->folder = g_strdup (output);
  } else if (target->encoder != NULL) {
    target->folder = g_path_get_dirname (output);
    target->name = g_path_get_basename (output);
  } else {
    target->encoder = ts_encoder_find ("png");
    target->folder = g_build_filename (output, "figures", NULL);
  }
}

static gboolean
parse_options (const Options *self, Target *target, GError **error)
{
  static const char *const depths[] = { "8", "16", NULL };
  int depth = 0, collision = TS_COLLISION_FAIL;
  guint quality = 90;

  if (self->output == NULL)
    return ts_cli_invalid (error, "no output was given; use -o OUT.png");
  parse_target (self->output, target);
  ts_sheet_options_init (&target->sheet);
  if (!ts_cli_parse_uint ("columns", self->columns, 1, 65535, &target->sheet.n_columns, error) ||
      !ts_cli_parse_uint ("padding", self->padding, 0, 4096, &target->sheet.padding, error) ||
      !ts_cli_parse_double ("pad-value", self->pad_value, &target->sheet.pad_value, error) ||
      !ts_cli_parse_name ("depth", self->depth, depths, &depth, error) ||
      !ts_cli_parse_uint ("quality", self->quality, 1, 100, &quality, error) ||
      !ts_cli_parse_name ("on-collision", self->collision, ts_collision_names, &collision, error))
    return FALSE;
  if (self->quality != NULL && !target->encoder->has_quality)
    return ts_cli_invalid (error, "--quality: %s is always lossless", target->encoder->title);
  if (!g_strv_contains (target->encoder->depths, depths[depth]))
    return ts_cli_invalid (error, "%s cannot hold depth %s", target->encoder->title, depths[depth]);
  target->sheet.bits = depth == 0 ? 8 : 16;
  target->collision = (TsCollision) collision;
  target->encode = (TsEncodeOptions){ .quality = (int) quality, .compression = 1 };
  return TRUE;
}

static char *
make_name (TsView *view, const TsEncoder *encoder)
{
  g_autofree char *stem = ts_name_dup_stem (ts_document_get_name (ts_view_get_document (view)));

  return g_strconcat (stem, "_sheet", encoder->suffix, NULL);
}

static GBytes *
make_sheet (const char *file, const TsCliViewOptions *view_options, Target *target, GError **error)
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
  metadata = ts_sheet_describe (view, &recipe, &target->sheet, list, n);
  if (target->name == NULL)
    target->name = make_name (view, target->encoder);
  if (!ts_sheet_render (view, stats, &recipe, &target->sheet, list, n, &picture, NULL, error))
    return NULL;

  g_autofree guint8 *pixels = (guint8 *) picture.pixels;

  target->encode.metadata = metadata;
  return target->encoder->encode (&picture, &target->encode, error);
}

static int
run_sheet (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_auto (TsCliViewOptions) view_options = { 0 };
  g_auto (Target) target = { 0 };
  g_auto (GStrv) files = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      "The file; or a folder, which gets figures/; “-” is standard output", "OUT.png" },
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
  if (!parse_options (&options, &target, &error))
    return ts_cli_fail (error);
  bytes = make_sheet (files[0], &view_options, &target, &error);

  const TsCliReport report = { .file = files[0],
                               .quiet = options.quiet,
                               .as_json = options.as_json };

  if (bytes == NULL)
    return ts_cli_report_error (&report, error);
  return ts_cli_write_output (target.folder, target.name, target.collision, bytes, &report);
}

const TsCliCommand ts_cli_sheet = {
  .name = "sheet",
  .summary = "write one contact sheet, as torchvision's make_grid does",
  .run = run_sheet,
};
