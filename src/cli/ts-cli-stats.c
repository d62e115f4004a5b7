/* SPDX-License-Identifier: GPL-3.0-or-later */

/* tenscope-cli stats: the values of arrays in numbers. */

#include "config.h"

#include "base/ts-error.h"
#include "cli/ts-cli-entries.h"
#include "cli/ts-cli-inputs.h"
#include "cli/ts-cli-measure.h"
#include "cli/ts-cli-output.h"
#include "cli/ts-cli-table.h"
#include "cli/ts-cli.h"
#include "export/ts-json-writer.h"
#include "view/ts-view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The channel axis, or -1. */
static int
find_channels (TsDocument *document, TsNode *node, const char *layout_text, GError **error)
{
  TsTensor *tensor = ts_node_get_tensor (node);
  g_autoptr (TsLayoutGuess) guess = NULL;
  TsLayout layout;

  if (layout_text != NULL) {
    if (!ts_layout_parse (&layout, layout_text, ts_tensor_get_n_dims (tensor), error))
      return -1;
    return ts_layout_find (&layout, 'C');
  }
  guess = ts_view_guess_layout (document, node);
  if (guess == NULL || guess->confidence == TS_CONFIDENCE_NONE)
    return -1;
  return ts_layout_find (&guess->candidates[0].layout, 'C');
}

static char *
format_number (double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.5g", value + 0.0));
}

static void
add_row (TsCliTable *table, char *name, TsTensor *tensor, const TsCliNumbers *numbers)
{
  const TsStats *stats = &numbers->stats;
  gboolean has_any = stats->n_finite > 0;
  const guint shown[] = { 1, 4, 7 }; /* percentiles 1, 50, 99 */
  char *cells[11] = { name };

  if (tensor != NULL) {
    cells[1] = g_strdup (ts_dtype_get_name (ts_tensor_get_dtype (tensor)));
    cells[2] = ts_shape_to_string (ts_tensor_get_shape (tensor));
  }
  cells[3] = has_any ? format_number (stats->min) : g_strdup ("-");
  cells[4] = has_any ? format_number (stats->max) : g_strdup ("-");
  cells[5] = has_any ? format_number (stats->mean) : g_strdup ("-");
  cells[6] = has_any ? format_number (ts_stats_get_std (stats)) : g_strdup ("-");
  for (guint i = 0; i < G_N_ELEMENTS (shown); i++) {
    g_autofree char *number = has_any ? format_number (numbers->at[shown[i]]) : g_strdup ("-");

    cells[7 + i] = g_strconcat (has_any && numbers->is_sampled ? "~" : "", number, NULL);
  }
  if (stats->n_nan > 0 || stats->n_posinf > 0 || stats->n_neginf > 0)
    cells[10] = g_strdup_printf ("%" G_GUINT64_FORMAT " NaN, %" G_GUINT64_FORMAT
                                 " +Inf, %" G_GUINT64_FORMAT " -Inf",
                                 stats->n_nan, stats->n_posinf, stats->n_neginf);
  ts_cli_table_take_row (table, cells);
}

static void
write_numbers (TsJsonWriter *json, const TsCliNumbers *numbers)
{
  const TsStats *stats = &numbers->stats;
  const struct
  {
    const char *name;
    double value;
  } values[] = {
    { "min", stats->min },
    { "max", stats->max },
    { "mean", stats->mean },
    { "std", ts_stats_get_std (stats) },
  };

  ts_json_writer_name (json, "n_finite");
  ts_json_writer_uint (json, stats->n_finite);
  ts_json_writer_name (json, "n_nan");
  ts_json_writer_uint (json, stats->n_nan);
  ts_json_writer_name (json, "n_posinf");
  ts_json_writer_uint (json, stats->n_posinf);
  ts_json_writer_name (json, "n_neginf");
  ts_json_writer_uint (json, stats->n_neginf);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    ts_json_writer_name (json, values[i].name);
    if (stats->n_finite > 0)
      ts_json_writer_double (json, values[i].value);
    else
      ts_json_writer_null (json);
  }
  ts_json_writer_name (json, "percentiles");
  ts_json_writer_begin_object (json);
  for (guint i = 0; i < TS_CLI_N_PERCENTS; i++) {
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];

    ts_json_writer_name (json, g_ascii_formatd (buffer, sizeof buffer, "%g", ts_cli_percents[i]));
    if (stats->n_finite > 0)
      ts_json_writer_double (json, numbers->at[i]);
    else
      ts_json_writer_null (json);
  }
  ts_json_writer_end_object (json);
  ts_json_writer_name (json, "percentiles_exact");
  ts_json_writer_boolean (json, !numbers->is_sampled);
}

typedef struct
{
  TsDocument *document;
  const char *layout;
  gboolean per_channel;
  TsJsonWriter *json; /* NULL: as a table */
  TsCliTable *table;
} Report;

/* The numbers of each channel; empty for an array without channels. */
static gboolean
measure_channels (const Report *self, TsNode *node, GArray *channels, GError **error)
{
  TsTensor *tensor = ts_node_get_tensor (node);
  g_autoptr (GError) layout_error = NULL;
  int axis = find_channels (self->document, node, self->layout, &layout_error);

  if (layout_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&layout_error));
    return FALSE;
  }
  for (guint64 c = 0; axis >= 0 && c < ts_tensor_get_dim (tensor, (guint) axis); c++) {
    g_autoptr (TsTensor) channel = ts_cli_pick_channel (tensor, (guint) axis, c, error);
    TsCliNumbers numbers;

    if (channel == NULL || !ts_cli_measure (channel, &numbers, error))
      return FALSE;
    g_array_append_val (channels, numbers);
  }
  return TRUE;
}

static void
report_row (const Report *self, TsNode *node, const TsCliNumbers *numbers, GArray *channels)
{
  const char *path = ts_node_get_path (node);

  add_row (self->table, ts_cli_escape (*path != '\0' ? path : "array", 60),
           ts_node_get_tensor (node), numbers);
  for (guint c = 0; c < channels->len; c++)
    add_row (self->table, g_strdup_printf ("  channel %u", c), NULL,
             &g_array_index (channels, TsCliNumbers, c));
}

/* @problem: (nullable): why there are no numbers */
static void
report_json (const Report *self,
             TsNode *node,
             const TsCliNumbers *numbers,
             GArray *channels,
             const char *problem)
{
  TsTensor *tensor = ts_node_get_tensor (node);
  const TsShape *shape = ts_tensor_get_shape (tensor);

  ts_json_writer_begin_object (self->json);
  ts_json_writer_name (self->json, "path");
  ts_json_writer_string (self->json, ts_node_get_path (node));
  ts_json_writer_name (self->json, "dtype");
  ts_json_writer_string (self->json, ts_dtype_get_name (ts_tensor_get_dtype (tensor)));
  ts_json_writer_name (self->json, "shape");
  ts_json_writer_uints (self->json, shape->dims, shape->n_dims);
  if (problem != NULL) {
    ts_json_writer_name (self->json, "error");
    ts_json_writer_string (self->json, problem);
  } else {
    write_numbers (self->json, numbers);
  }
  if (problem == NULL && self->per_channel) {
    ts_json_writer_name (self->json, "channels");
    ts_json_writer_begin_array (self->json);
    for (guint c = 0; c < channels->len; c++) {
      ts_json_writer_begin_object (self->json);
      write_numbers (self->json, &g_array_index (channels, TsCliNumbers, c));
      ts_json_writer_end_object (self->json);
    }
    ts_json_writer_end_array (self->json);
  }
  ts_json_writer_end_object (self->json);
}

static gboolean
report_array (const Report *self, TsNode *node, GError **error)
{
  TsTensor *tensor = ts_node_get_tensor (node);
  g_autoptr (GArray) channels = g_array_new (FALSE, TRUE, sizeof (TsCliNumbers));
  g_autoptr (GError) own_error = NULL;
  TsCliNumbers numbers = { 0 };

  if (ts_cli_check_walk (self->document, tensor, &own_error) &&
      ts_cli_measure (tensor, &numbers, &own_error) && self->per_channel)
    measure_channels (self, node, channels, &own_error);
  if (self->json != NULL)
    report_json (self, node, &numbers, channels, own_error != NULL ? own_error->message : NULL);
  else if (own_error == NULL)
    report_row (self, node, &numbers, channels);
  if (own_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&own_error));
  return FALSE;
}

/* The arrays to report: the one of that path, or all that can be read. */
static GPtrArray *
choose_nodes (TsDocument *document, const char *key, GError **error)
{
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();
  GPtrArray *arrays = ts_document_get_arrays (document);
  TsNode *node;

  if (key == NULL) {
    const GError *broken = NULL;

    for (guint i = 0; i < arrays->len; i++) {
      node = g_ptr_array_index (arrays, i);
      if (ts_node_get_kind (node) == TS_NODE_ERROR)
        broken = broken != NULL ? broken : ts_node_get_error (node);
      else if (ts_tensor_has_data (ts_node_get_tensor (node)))
        g_ptr_array_add (chosen, node);
    }
    if (chosen->len > 0)
      return g_steal_pointer (&chosen);
    if (broken != NULL)
      g_propagate_error (error, g_error_copy (broken));
    else
      g_set_error_literal (error, TS_ERROR, TS_ERROR_UNSUPPORTED, "It holds no arrays");
    g_prefix_error (error, "%s: ", ts_document_get_name (document));
    return NULL;
  }
  node = ts_document_find (document, key);
  if (node == NULL)
    g_set_error (error, TS_ERROR, TS_ERROR_NOT_FOUND, "%s: there is no “%s”",
                 ts_document_get_name (document), key);
  else if (ts_node_get_kind (node) == TS_NODE_ERROR)
    g_propagate_prefixed_error (error, g_error_copy (ts_node_get_error (node)),
                                "%s: “%s”: ", ts_document_get_name (document), key);
  else if (ts_node_get_tensor (node) == NULL)
    g_set_error (error, TS_ERROR, TS_ERROR_NOT_FOUND, "%s: “%s” (%s) is no array",
                 ts_document_get_name (document), key, ts_node_get_summary (node));
  else
    g_ptr_array_add (chosen, node);
  return chosen->len > 0 ? g_steal_pointer (&chosen) : NULL;
}

static void
add_heading (TsCliTable *table)
{
  const char *const titles[] = { "array", "dtype", "shape", "min", "max",       "mean",
                                 "std",   "p1",    "p50",   "p99", "not finite" };
  char *cells[G_N_ELEMENTS (titles)];

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++) {
    cells[i] = g_strdup (titles[i]);
    if (i >= 3 && i <= 9)
      ts_cli_table_set_right (table, i);
  }
  ts_cli_table_take_row (table, cells);
}

typedef struct
{
  char *key;
  char *layout;
  char *raw;
  gboolean per_channel;
  gboolean as_json;
  gboolean quiet;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->key);
  g_free (self->layout);
  g_free (self->raw);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static int
report (const char *file, const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = ts_cli_open (file, options->raw, &error);
  g_autoptr (GPtrArray) nodes = NULL;
  g_autoptr (TsCliTable) table = ts_cli_table_new (11);
  g_autoptr (GString) out = g_string_new (NULL);
  TsJsonWriter json;
  guint n_failed = 0;
  int status = TS_CLI_OK;
  Report self = { .document = document,
                  .layout = options->layout,
                  .per_channel = options->per_channel,
                  .json = options->as_json ? &json : NULL,
                  .table = table };

  const TsCliReport problem = { .file = file, .as_json = options->as_json };

  if (document != NULL)
    nodes = choose_nodes (document, options->key, &error);
  if (nodes == NULL)
    return ts_cli_report_error (&problem, error);
  ts_json_writer_init (&json, out, 0);
  ts_json_writer_begin_object (&json);
  ts_json_writer_name (&json, "file");
  ts_json_writer_string (&json, file);
  ts_json_writer_name (&json, "arrays");
  ts_json_writer_begin_array (&json);
  add_heading (table);
  for (guint i = 0; i < nodes->len; i++) {
    TsNode *node = g_ptr_array_index (nodes, i);

    if (!report_array (&self, node, &error)) {
      if (*ts_node_get_path (node) != '\0')
        g_prefix_error (&error, "“%s”: ", ts_node_get_path (node));
      g_prefix_error (&error, "%s: ", ts_document_get_name (document));
      status = ts_cli_fail (error);
      if (status == TS_CLI_USAGE)
        return status;
      n_failed++;
      g_clear_error (&error);
    }
  }
  ts_json_writer_end_array (&json);
  ts_json_writer_end_object (&json);
  if (options->as_json)
    printf ("%s\n", out->str);
  else if (n_failed < nodes->len && !options->quiet)
    ts_cli_table_print (table, stdout);
  return n_failed > 0 && n_failed < nodes->len ? TS_CLI_FAILED : status;
}

static int
run (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GPtrArray) inputs = NULL;
  g_autoptr (GError) error = NULL;
  int status = TS_CLI_OK;
  const GOptionEntry entries[] = {
    { "key", 'k', 0, G_OPTION_ARG_FILENAME, &options.key, "One array, by its path in the dump",
      "PATH" },
    { "per-channel", 0, 0, G_OPTION_ARG_NONE, &options.per_channel, "Each channel of images too",
      NULL },
    { "layout", 0, 0, G_OPTION_ARG_STRING, &options.layout,
      "What the axes mean, where the guess is to be overruled", "AXES" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.as_json, "One line of JSON a file", NULL },
    TS_CLI_QUIET_ENTRY (&options.quiet),
    TS_CLI_RAW_ENTRY (&options.raw),
    { NULL },
  };
  g_auto (GStrv) files =
              ts_cli_parse (argc, argv, "FILE…", "Prints the values of arrays in numbers.", entries,
                            NULL, 1, G_MAXUINT);

  if (files == NULL)
    return TS_CLI_USAGE;
  inputs = ts_cli_inputs_new (files, &error);
  if (inputs == NULL)
    return ts_cli_fail (error);
  for (guint i = 0; i < inputs->len; i++) {
    const TsCliInput *input = g_ptr_array_index (inputs, i);
    int one;

    if (inputs->len > 1 && !options.as_json && !options.quiet)
      printf ("%s%s:\n", i > 0 ? "\n" : "", input->file);
    one = report (input->file, &options);
    fflush (stdout);
    status = MAX (status, one);
  }
  return status;
}

const TsCliCommand ts_cli_stats = {
  .name = "stats",
  .summary = "print min, max, mean, std, percentiles and counts of NaN and Inf",
  .run = run,
};
