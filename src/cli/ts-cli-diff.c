/* SPDX-License-Identifier: GPL-3.0-or-later */

/* tenscope-cli diff: how far the images of two dumps are from each other. */

#include "config.h"

#include "base/ts-error.h"
#include "cli/ts-cli-diff-report.h"
#include "cli/ts-cli-entries.h"
#include "cli/ts-cli-output.h"
#include "cli/ts-cli-parse.h"
#include "cli/ts-cli.h"
#include "view/ts-view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  char **keys;    /* (nullable) at most two */
  char **layouts; /* (nullable) at most two */
  char *raw;
  char *index;
  char *data_range;
  char *tolerance;
  char *relative;
  char *min_psnr;
  char *min_ssim;
  char *nan;
  char *jobs;
  char *progress;
  char *recipe;
  gboolean pixels;
  gboolean all;
  gboolean no_ssim;
  gboolean as_json;
  gboolean quiet;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->keys);
  g_strfreev (self->layouts);
  g_free (self->raw);
  g_free (self->index);
  g_free (self->data_range);
  g_free (self->tolerance);
  g_free (self->relative);
  g_free (self->min_psnr);
  g_free (self->min_ssim);
  g_free (self->nan);
  g_free (self->jobs);
  g_free (self->progress);
  g_free (self->recipe);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

typedef struct
{
  TsCliDiffRules rules;
  const char *keys[2];
  const char *layouts[2];
} Settings;

/* One value is for both, two are one each. */
static gboolean
parse_two (const char *option, char **list, const char *values[2], GError **error)
{
  guint n = list != NULL ? g_strv_length (list) : 0;

  if (n > 2)
    return ts_cli_invalid (error, "--%s may be given twice, not “%s” too", option, list[2]);
  if (n > 0) {
    values[0] = list[0];
    values[1] = list[n - 1];
  }
  return TRUE;
}

static gboolean
parse_positive (const char *option, const char *text, double *value, GError **error)
{
  if (!ts_cli_parse_double (option, text, value, error))
    return FALSE;
  return text == NULL || *value >= 0 ||
         ts_cli_invalid (error, "--%s is 0 or more, not “%s”", option, text);
}

static gboolean
parse_options (const Options *self, guint n_files, Settings *settings, GError **error)
{
  static const char *const nan_names[] = { "equal", "different", NULL };
  TsCliDiffRules *rules = &settings->rules;
  int nan = 0, progress = TS_CLI_PROGRESS_AUTO;

  *settings = (Settings){ .rules = { .min_psnr = NAN, .min_ssim = NAN } };
  ts_compare_options_init (&rules->compare);
  rules->compare.data_range = 0;
  if (!parse_two ("key", self->keys, settings->keys, error) ||
      !parse_two ("layout", self->layouts, settings->layouts, error) ||
      !parse_positive ("data-range", self->data_range, &rules->compare.data_range, error) ||
      !parse_positive ("tolerance", self->tolerance, &rules->compare.tolerance, error) ||
      !parse_positive ("relative", self->relative, &rules->compare.relative, error) ||
      !parse_positive ("min-psnr", self->min_psnr, &rules->min_psnr, error) ||
      !parse_positive ("min-ssim", self->min_ssim, &rules->min_ssim, error) ||
      !ts_cli_parse_name ("nan", self->nan, nan_names, &nan, error) ||
      !ts_cli_parse_name ("progress", self->progress, ts_cli_progress_names, &progress, error) ||
      !ts_cli_parse_uint ("jobs", self->jobs, 1, 256, &rules->n_threads, error))
    return FALSE;
  if (self->data_range != NULL && rules->compare.data_range == 0)
    return ts_cli_invalid (error, "--data-range is more than 0");
  if (self->no_ssim && self->min_ssim != NULL)
    return ts_cli_invalid (error, "--no-ssim and --min-ssim exclude each other");
  if (self->all && (self->keys != NULL || self->layouts != NULL || self->index != NULL))
    return ts_cli_invalid (error,
                           "--all takes everything by its path: no --key, --layout, --index");
  if (n_files == 1 && (self->keys == NULL || g_strv_length (self->keys) != 2))
    return ts_cli_invalid (error, "two files are compared, or two arrays of one: --key A --key B");
  if (self->all && (self->pixels || self->recipe != NULL))
    return ts_cli_invalid (error, "--all compares values, not --pixels");
  rules->report = (TsCliReport){ .progress = (TsCliProgress) progress, .quiet = self->quiet };
  rules->pixels = self->pixels || self->recipe != NULL;
  rules->recipe = self->recipe;
  rules->has_tolerance = self->tolerance != NULL || self->relative != NULL;
  rules->compare.nan_differs = nan == 1;
  rules->compare.with_ssim = !self->no_ssim;
  return TRUE;
}

static TsNode *
find_node (TsDocument *document, const char *key, GError **error)
{
  const char *name = ts_document_get_name (document);
  GPtrArray *arrays = ts_document_get_arrays (document);
  TsNode *node = key != NULL ? ts_document_find (document, key) : ts_view_choose_node (document);

  if (key == NULL && node == NULL && arrays->len == 1)
    node = g_ptr_array_index (arrays, 0);
  if (key != NULL && node == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_NOT_FOUND, "%s: there is no “%s”", name, key);
  } else if (node == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_UNSUPPORTED,
                 "%s: it holds no array that looks like images; choose one with --key, or take all "
                 "with --all",
                 name);
  } else if (ts_node_get_kind (node) != TS_NODE_ERROR && ts_node_get_tensor (node) == NULL &&
             ts_node_get_kind (node) != TS_NODE_CONTAINER) {
    g_set_error (error, TS_ERROR, TS_ERROR_NOT_FOUND, "%s: “%s” (%s) is no array", name, key,
                 ts_node_get_summary (node));
    return NULL;
  }
  return node;
}

static GPtrArray *
make_pairs (TsDocument *a, TsDocument *b, gboolean all, const Settings *settings, GError **error)
{
  g_autoptr (GPtrArray) pairs = NULL;
  TsNode *node_a, *node_b;
  TsCliPair *pair;

  if (all)
    return ts_cli_pairs_new_all (a, b);
  node_a = find_node (a, settings->keys[0], error);
  node_b = node_a != NULL ? find_node (b, settings->keys[1], error) : NULL;
  if (node_b == NULL)
    return NULL;
  pair = ts_cli_pair_new (a, node_a, b, node_b, settings->layouts, error);
  if (pair == NULL)
    return NULL;
  pairs = g_ptr_array_new_with_free_func ((GDestroyNotify) ts_cli_pair_free);
  g_ptr_array_add (pairs, pair);
  return g_steal_pointer (&pairs);
}

static GPtrArray *
compare (const char *const files[2],
         const Options *options,
         const Settings *settings,
         GError **error)
{
  g_autoptr (TsDocument) a = ts_cli_open (files[0], options->raw, error);
  g_autoptr (TsDocument) b = NULL;
  g_autoptr (GPtrArray) pairs = NULL;

  if (a == NULL)
    return NULL;
  b = files[1] != files[0] ? ts_cli_open (files[1], options->raw, error) : g_object_ref (a);
  pairs = b != NULL ? make_pairs (a, b, options->all, settings, error) : NULL;
  for (guint i = 0; pairs != NULL && i < pairs->len; i++)
    if (!ts_cli_pair_compare (g_ptr_array_index (pairs, i), &settings->rules, options->index,
                              error))
      return NULL;
  return g_steal_pointer (&pairs);
}

static int
report (const char *const files[2],
        GPtrArray *pairs,
        const Options *options,
        const TsCliDiffRules *rules)
{
  int status = TS_CLI_OK;

  if (options->as_json)
    ts_cli_diff_print_json (files[0], files[1], pairs, rules);
  else if (!options->quiet)
    ts_cli_diff_print (pairs, rules);
  fflush (stdout);
  for (guint i = 0; i < pairs->len; i++) {
    const TsCliPair *pair = g_ptr_array_index (pairs, i);

    if (pair->is_unreadable) {
      ts_cli_complain ("%s", pair->problem);
      status = TS_CLI_UNREADABLE;
    } else if (!pair->is_same && status == TS_CLI_OK) {
      status = TS_CLI_FAILED;
    }
  }
  return status;
}

static int
run_diff (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_auto (GStrv) files = NULL;
  g_autoptr (GPtrArray) pairs = NULL;
  g_autoptr (GError) error = NULL;
  Settings settings;
  const GOptionEntry entries[] = {
    { "key", 'k', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.keys,
      "The array, by its path in the dump; given twice, of the first and of the second", "PATH" },
    { "layout", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.layouts,
      "What its axes mean, likewise: NCHW, NHWC, …", "AXES" },
    { "index", 'i', 0, G_OPTION_ARG_STRING, &options.index, "Which images, counted from 0",
      "0,3,8-20" },
    { "all", 0, 0, G_OPTION_ARG_NONE, &options.all,
      "Everything both hold, by path: all arrays, numbers and texts", NULL },
    { "pixels", 0, 0, G_OPTION_ARG_NONE, &options.pixels,
      "What each would be shown and exported as, 8 bits a channel, rather than its values", NULL },
    { "recipe", 0, 0, G_OPTION_ARG_FILENAME, &options.recipe,
      "The same, both with the settings of that file", "FILE" },
    { "tolerance", 0, 0, G_OPTION_ARG_STRING, &options.tolerance,
      "Values as far apart as this pass as the same (0)", "T" },
    { "relative", 0, 0, G_OPTION_ARG_STRING, &options.relative,
      "And this times the second value more (0)", "T" },
    { "min-psnr", 0, 0, G_OPTION_ARG_STRING, &options.min_psnr,
      "Images of at least so many decibels pass as the same", "DB" },
    { "min-ssim", 0, 0, G_OPTION_ARG_STRING, &options.min_ssim,
      "Images of at least this similarity pass as the same", "S" },
    { "data-range", 0, 0, G_OPTION_ARG_STRING, &options.data_range,
      "What PSNR and SSIM take for the width of all values; by default from the first dump", "R" },
    { "nan", 0, 0, G_OPTION_ARG_STRING, &options.nan,
      "Two NaN in one place are equal (default) or different", "WHAT" },
    { "no-ssim", 0, 0, G_OPTION_ARG_NONE, &options.no_ssim, "Leave out SSIM, for speed", NULL },
    TS_CLI_JOBS_ENTRY (&options.jobs),
    TS_CLI_PROGRESS_ENTRY (&options.progress),
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.as_json, "One line of JSON, with every image",
      NULL },
    TS_CLI_QUIET_ENTRY (&options.quiet),
    TS_CLI_RAW_ENTRY (&options.raw),
    { NULL },
  };

  files = ts_cli_parse (argc, argv, "A B",
                        "Compares the values of two dumps, image by image. Leaves with 0 when all "
                        "are the same, 1 when any differ.",
                        entries, NULL, 1, 2);
  if (files == NULL)
    return TS_CLI_USAGE;
  if (!parse_options (&options, g_strv_length (files), &settings, &error))
    return ts_cli_fail (error);

  settings.rules.report.file = files[0];

  const char *const both[2] = { files[0], files[1] != NULL ? files[1] : files[0] };

  pairs = compare (both, &options, &settings, &error);
  if (pairs == NULL) {
    const TsCliReport problem = { .file = both[0], .as_json = options.as_json };

    return ts_cli_report_error (&problem, error);
  }
  return report (both, pairs, &options, &settings.rules);
}

const TsCliCommand ts_cli_diff = {
  .name = "diff",
  .summary = "compare two dumps image by image: MSE, PSNR, SSIM, largest difference",
  .run = run_diff,
};
