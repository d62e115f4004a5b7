/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-complete.h"

#include "cli/ts-cli-output.h"
#include "export/ts-animation.h"
#include "export/ts-sidecar.h"
#include "pixels/ts-colormap.h"
#include "pixels/ts-recipe.h"

#include <stdio.h>
#include <string.h>

typedef void (*PrintFunc) (void);

/* What an option may be set to. @names is what its parser looks in, @words are those that have no
 * table of their own. */
typedef struct
{
  const char *command; /* (nullable): of every command */
  const char *option;
  const char *const *names;
  const char *words;
  PrintFunc print;
} Values;

static void
print_formats (void)
{
  for (gsize i = 0; ts_encoders[i] != NULL; i++)
    printf ("%s\n", ts_encoders[i]->id);
  for (gsize i = 0; ts_array_formats[i] != NULL; i++)
    printf ("%s\n", ts_array_formats[i]->id);
}

static void
print_compressions (void)
{
  for (gsize i = 0; ts_compression_names[i] != NULL; i++)
    printf ("%s\n", ts_compression_names[i]);
  for (gsize i = 0; ts_codec_names[i] != NULL; i++)
    if (i != TS_CODEC_AUTO)
      printf ("%s\n", ts_codec_names[i]);
}

static void
print_presets (void)
{
  for (const TsPreset *preset = ts_presets; preset->id != NULL; preset++)
    printf ("%s\n", preset->id);
}

static void
print_colormaps (void)
{
  for (int i = 0; i < TS_N_COLORMAPS; i++)
    printf ("%s\n", ts_colormap_get_name (i));
}

static void
print_palettes (void)
{
  for (int i = 0; i < TS_N_COLORMAPS; i++)
    if (ts_colormap_is_categorical (i))
      printf ("%s\n", ts_colormap_get_name (i));
}

static const Values all_values[] = {
  { NULL, "--format", .print = print_formats },
  { NULL, "--preset", .print = print_presets },
  { NULL, "--colormap", .print = print_colormaps },
  { NULL, "--overlay-color", .print = print_palettes },
  { NULL, "--scope", .names = ts_range_scope_names },
  { NULL, "--rounding", .names = ts_rounding_names },
  { NULL, "--complex", .names = ts_complex_part_names },
  { NULL, "--values", .names = ts_values_names },
  { "animate", "--compression", .names = ts_compression_names },
  { NULL, "--compression", .print = print_compressions },
  { NULL, "--subsampling", .names = ts_subsampling_names },
  { NULL, "--order", .names = ts_animation_order_names },
  { NULL, "--on-collision", .names = ts_collision_names },
  { NULL, "--progress", .names = ts_cli_progress_names },
  { "animate", "--depth", .words = "8 16" },
  { "sheet", "--depth", .words = "8 16" },
  { NULL, "--depth", .words = "8 16 16f 32f" },
  { NULL, "--sidecar", .words = "json none yaml" },
  { NULL, "--nan", .words = "equal different" },
  { NULL, "--range", .words = "minmax symmetric percentile: sigma:" },
  { NULL, "--curve", .words = "gamma log: asinh:" },
  { NULL, "--channel", .words = "auto mean max-abs argmax" },
  { NULL, "--layout", .words = "NCHW NHWC NHW NCWH HWC CHW HW" },
  { NULL, "--width",
    .words = "ieee-column ieee-page cvpr-column cvpr-page neurips icml-column icml-page lncs "
             "acm-column acm-page nature-column nature-page elsevier-column elsevier-page" },
};

/* Options that take the path of an array. */
static const char *const key_options[] = { "--key", "--overlay", "--latents", NULL };
/* Those that take a file. */
static const char *const file_options[] = { "--output", "--recipe", "--source", NULL };

static const Values *
find_values (const char *command, const char *option)
{
  for (gsize i = 0; i < G_N_ELEMENTS (all_values); i++)
    if (g_str_equal (all_values[i].option, option) &&
        (all_values[i].command == NULL || g_str_equal (all_values[i].command, command)))
      return &all_values[i];
  return NULL;
}

static const char *
get_kind (const char *command, const char *option)
{
  if (find_values (command, option) != NULL)
    return "values";
  if (g_strv_contains (key_options, option))
    return "keys";
  return g_strv_contains (file_options, option) ? "files" : "text";
}

/* "-k" is "--key"; the short ones that commands share mean the same in all. */
static const char *
get_long_name (const char *option)
{
  static const char *const names[][2] = {
    { "-k", "--key" },    { "-i", "--index" },   { "-c", "--channel" },
    { "-o", "--output" }, { "-f", "--format" },  { "-n", "--name" },
    { "-j", "--jobs" },   { "-q", "--quality" }, { "-s", "--size" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i][0], option))
      return names[i][1];
  return option;
}

static void
print_values (const Values *values)
{
  if (values->print != NULL)
    values->print ();
  for (gsize i = 0; values->names != NULL && values->names[i] != NULL; i++)
    printf ("%s\n", values->names[i]);
  if (values->words != NULL) {
    g_auto (GStrv) words = g_strsplit (values->words, " ", -1);

    for (gsize i = 0; words[i] != NULL; i++)
      printf ("%s\n", words[i]);
  }
}

/* Paths of the arrays of the first of @words that is a dump. */
static void
print_keys (char **words)
{
  for (gsize i = 0; words[i] != NULL; i++) {
    g_autoptr (TsDocument) document = NULL;
    GPtrArray *arrays;

    if (words[i][0] == '-' || !g_file_test (words[i], G_FILE_TEST_IS_REGULAR))
      continue;
    document = ts_cli_open (words[i], NULL, NULL);
    if (document == NULL)
      continue;
    arrays = ts_document_get_arrays (document);
    for (guint k = 0; k < arrays->len; k++)
      if (strpbrk (ts_node_get_path (g_ptr_array_index (arrays, k)), "\t\n") == NULL)
        printf ("%s\n", ts_node_get_path (g_ptr_array_index (arrays, k)));
    return;
  }
}

/* "  -k, --key=PATH    The array" */
static void
print_option (const char *command, GMatchInfo *match)
{
  g_autofree char *short_name = g_match_info_fetch (match, 1);
  g_autofree char *long_name = g_match_info_fetch (match, 2);
  g_autofree char *argument = g_match_info_fetch (match, 3);
  g_autofree char *description = g_match_info_fetch (match, 4);

  if (g_str_has_prefix (long_name, "--help-"))
    return;
  printf ("%s\t%s\t%s\t%s\n", long_name, short_name,
          *argument != '\0' ? get_kind (command, long_name) : "", description);
}

void
ts_cli_complete_print_options (GOptionContext *context)
{
  g_autofree char *help = g_option_context_get_help (context, FALSE, NULL);
  g_autoptr (GRegex) regex = g_regex_new ("^ +(?:(-\\w), )?(--[a-z][a-z0-9-]*)(=\\S+)? +(\\S.*)$",
                                          G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  const char *space = strrchr (g_get_prgname (), ' ');

  for (g_regex_match (regex, help, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL))
    print_option (space != NULL ? space + 1 : "", match);
}

int
ts_cli_complete (const TsCliCommand *const *commands, gsize n_commands, int argc, char **argv)
{
  for (gsize i = 0; argc < 2 && i < n_commands; i++)
    printf ("%s\t%s\n", commands[i]->name, commands[i]->summary);
  for (gsize i = 0; argc == 2 && i < n_commands; i++) {
    char *words[] = { argv[1], (char *) TS_CLI_COMPLETE_OPTIONS, NULL };

    if (g_str_equal (commands[i]->name, argv[1]))
      return commands[i]->run (2, words);
  }
  if (argc > 2) {
    const char *option = get_long_name (argv[2]);
    const Values *values = find_values (argv[1], option);

    if (values != NULL)
      print_values (values);
    else if (g_strv_contains (key_options, option))
      print_keys (argv + 3);
  }
  return TS_CLI_OK;
}
