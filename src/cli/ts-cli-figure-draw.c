/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/ts-error.h"
#include "cli/ts-cli-entries.h"
#include "cli/ts-cli-output.h"
#include "cli/ts-cli-parse.h"
#include "cli/ts-cli-view-options.h"
#include "cli/ts-cli.h"
#include "export/ts-figure.h"
#include "export/ts-name-template.h"

#include <stdio.h>
#include <string.h>

typedef struct
{
  char *output;
  char *name;
  char *columns;
  char *gap;
  char *scale;
  char *width;
  char *dpi;
  char *font;
  char *font_size;
  char *title;
  char *labels;
  char *row_titles;
  char *column_titles;
  char *rows_by;
  char *crop;
  char **loupes;
  char *collision;
  gboolean upright_titles;
  gboolean colorbar;
  gboolean dark;
  gboolean quiet;
  gboolean as_json;
  char **row_list, **column_list;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->output);
  g_free (self->name);
  g_free (self->columns);
  g_free (self->gap);
  g_free (self->scale);
  g_free (self->width);
  g_free (self->dpi);
  g_free (self->font);
  g_free (self->font_size);
  g_free (self->title);
  g_free (self->labels);
  g_free (self->row_titles);
  g_free (self->column_titles);
  g_free (self->rows_by);
  g_free (self->crop);
  g_strfreev (self->loupes);
  g_free (self->collision);
  g_strfreev (self->row_list);
  g_strfreev (self->column_list);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* Puts the option's name before what is wrong with it. */
static gboolean
name_option (const char *option, gboolean ok, GError **error)
{
  if (!ok)
    g_prefix_error (error, "--%s: ", option);
  return ok;
}

static gboolean
parse_loupes (char **loupes, TsFigureOptions *figure, GError **error)
{
  for (; loupes != NULL && *loupes != NULL; loupes++) {
    if (figure->n_loupes == TS_FIGURE_MAX_LOUPES)
      return ts_cli_invalid (error, "--loupe can be given %d times", TS_FIGURE_MAX_LOUPES);
    if (!name_option ("loupe",
                      ts_figure_parse_loupe (*loupes, &figure->loupes[figure->n_loupes++], error),
                      error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
parse_options (Options *self,
               TsCliTarget *target,
               TsFigureFormat *format,
               TsFigureOptions *figure,
               GError **error)
{
  int collision = TS_COLLISION_FAIL, known;

  if (self->output == NULL)
    return ts_cli_invalid (error, "no output was given; use -o OUT.pdf");
  ts_figure_options_init (figure);
  if (self->width != NULL)
    figure->dpi = 300;
  if (!ts_cli_target_parse (target, self->output, self->name, ts_figure_format_names, "a figure",
                            TRUE, error) ||
      !ts_cli_parse_uint ("columns", self->columns, 1, 65535, &figure->n_columns, error) ||
      !ts_cli_parse_double ("gap", self->gap, &figure->gap_pt, error) ||
      !ts_cli_parse_uint ("scale", self->scale, 1, 1024, &figure->scale, error) ||
      (self->width != NULL &&
       !name_option ("width", ts_figure_parse_width (self->width, &figure->width_mm, error),
                     error)) ||
      (self->crop != NULL &&
       !name_option ("crop", ts_figure_parse_rect (self->crop, &figure->crop, error), error)) ||
      !parse_loupes (self->loupes, figure, error) ||
      !ts_cli_parse_double ("dpi", self->dpi, &figure->dpi, error) ||
      !ts_cli_parse_double ("font-size", self->font_size, &figure->font_pt, error) ||
      !ts_cli_parse_name ("on-collision", self->collision, ts_collision_names, &collision, error))
    return FALSE;
  if (self->row_titles != NULL)
    self->row_list = g_strsplit (self->row_titles, ",", -1);
  if (self->column_titles != NULL)
    self->column_list = g_strsplit (self->column_titles, ",", -1);
  figure->row_titles = (const char *const *) self->row_list;
  figure->column_titles = (const char *const *) self->column_list;
  figure->font = self->font;
  figure->title = self->title;
  figure->labels = self->labels;
  figure->rows_by = self->rows_by;
  figure->upright_titles = self->upright_titles;
  figure->colorbar = self->colorbar;
  figure->dark = self->dark;
  target->collision = (TsCollision) collision;
  *format = ts_name_lookup (ts_figure_format_names, target->suffix, &known) ? (TsFigureFormat) known
                                                                            : TS_FIGURE_PNG;
  return TRUE;
}

static GBytes *
make_figure (const char *file,
             const TsCliViewOptions *view_options,
             const TsFigureOptions *figure,
             TsFigureFormat format,
             TsCliTarget *target,
             char **source,
             GError **error)
{
  g_autoptr (TsDocument) document = ts_cli_open (file, view_options->raw, error);
  g_autoptr (TsView) view = NULL;
  g_autoptr (TsBatchStats) stats = NULL;
  g_autoptr (GArray) indices = NULL;
  TsRecipe recipe;

  if (document == NULL)
    return NULL;
  view = ts_cli_view_options_open (view_options, document, error);
  if (view == NULL || !ts_cli_view_options_get_recipe (view_options, view, &recipe, error) ||
      !ts_cli_view_options_get_indices (view_options, view, &indices, error))
    return NULL;
  ts_cli_target_settle_name (target, view, "figure");
  *source = g_strdup (ts_document_get_path (document));
  stats = ts_batch_stats_new_for_view (view);
  return ts_figure_render (view, stats, &recipe, figure, format,
                           indices != NULL ? (const guint64 *) (gpointer) indices->data : NULL,
                           indices != NULL ? indices->len : 0, NULL, error);
}

static int
run_figure (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_auto (TsCliViewOptions) view_options = { 0 };
  g_auto (TsCliTarget) target = { 0 };
  g_autofree char *source = NULL;
  TsFigureFormat format = TS_FIGURE_PNG;
  g_auto (GStrv) files = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  TsFigureOptions figure;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      "The file: .png, .pdf or .svg; or a folder, which gets figures/; “-” is standard output",
      "OUT.pdf" },
    TS_CLI_NAME_ENTRY (&options.name),
    { "columns", 0, 0, G_OPTION_ARG_STRING, &options.columns, "Most images a row (8)", "N" },
    { "gap", 0, 0, G_OPTION_ARG_STRING, &options.gap, "Between images, in points (3)", "PT" },
    { "scale", 0, 0, G_OPTION_ARG_STRING, &options.scale, "Pixels of the page for one of an image",
      "N" },
    { "width", 0, 0, G_OPTION_ARG_STRING, &options.width,
      "Of the page: 88.9mm, 3.5in or a column by name, as ieee-column, neurips, nature-page",
      "WIDTH" },
    { "dpi", 0, 0, G_OPTION_ARG_STRING, &options.dpi,
      "Pixels of the page an inch (150; 300 with --width)", "N" },
    { "title", 0, 0, G_OPTION_ARG_STRING, &options.title, "Above all", "TEXT" },
    { "labels", 0, 0, G_OPTION_ARG_STRING, &options.labels,
      "Caption of each image: text and fields as of --name of export: \"seed {seed}\"",
      "TEMPLATE" },
    { "row-titles", 0, 0, G_OPTION_ARG_STRING, &options.row_titles, "Left of each row", "A,B,…" },
    { "column-titles", 0, 0, G_OPTION_ARG_STRING, &options.column_titles, "Above each column",
      "A,B,…" },
    { "rows-by", 0, 0, G_OPTION_ARG_STRING, &options.rows_by,
      "A row for each value of a field, such as label", "FIELD" },
    { "upright-titles", 0, 0, G_OPTION_ARG_NONE, &options.upright_titles,
      "Row titles run from bottom to top", NULL },
    { "crop", 0, 0, G_OPTION_ARG_STRING, &options.crop,
      "The part of each image to show, in its pixels", "X,Y,W,H" },
    { "loupe", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.loupes,
      "A part of each image once more, enlarged; up to 4 times: 10,12,16,16,below,4x,#ff8800",
      "X,Y,W,H[,…]" },
    { "colorbar", 0, 0, G_OPTION_ARG_NONE, &options.colorbar,
      "The values that the colours stand for", NULL },
    { "font", 0, 0, G_OPTION_ARG_STRING, &options.font, "Family of the text", "NAME" },
    { "font-size", 0, 0, G_OPTION_ARG_STRING, &options.font_size, "In points (8)", "PT" },
    { "dark", 0, 0, G_OPTION_ARG_NONE, &options.dark, "Light text on a dark page", NULL },
    TS_CLI_COLLISION_ENTRY (&options.collision),
    TS_CLI_JSON_ENTRY (&options.as_json),
    TS_CLI_QUIET_ENTRY (&options.quiet),
    { NULL },
  };

  files = ts_cli_parse (argc, argv, "FILE", "Draws images with captions for a paper or a page.",
                        entries, ts_cli_view_options_new_group (&view_options), 1, 1);
  if (files == NULL)
    return TS_CLI_USAGE;
  if (!parse_options (&options, &target, &format, &figure, &error))
    return ts_cli_fail (error);
  bytes = make_figure (files[0], &view_options, &figure, format, &target, &source, &error);

  const TsCliReport report = { .file = files[0],
                               .quiet = options.quiet,
                               .as_json = options.as_json };

  if (bytes == NULL)
    return ts_cli_report_error (&report, error);
  return ts_cli_write_output (&target, bytes, source, &report);
}

const TsCliCommand ts_cli_figure_draw = {
  .name = "figure",
  .summary = "draw images with captions, as PNG, PDF or SVG",
  .run = run_figure,
};
