/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-entries.h"
#include "cli/ts-cli-inputs.h"
#include "cli/ts-cli-output.h"
#include "cli/ts-cli.h"
#include "export/ts-export-settings.h"
#include "export/ts-json-writer.h"

#include <stdio.h>

static void
print_json (const char *folder, guint64 n_images)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TsJsonWriter json;

  ts_json_writer_init (&json, out, 0);
  ts_json_writer_begin_object (&json);
  ts_json_writer_name (&json, "file");
  ts_json_writer_string (&json, folder);
  ts_json_writer_name (&json, "n_images");
  ts_json_writer_uint (&json, n_images);
  ts_json_writer_end_object (&json);
  printf ("%s\n", out->str);
}

static int
merge (const char *folder, gboolean as_json, gboolean quiet)
{
  const TsCliReport report = { .file = folder, .as_json = as_json };
  g_autoptr (GError) error = NULL;
  guint64 n_images;

  if (!ts_export_merge (folder, &n_images, NULL, &error)) {
    g_prefix_error (&error, "%s: ", folder);
    ts_cli_report_error (&report, error);
    return TS_CLI_FAILED;
  }
  if (as_json)
    print_json (folder, n_images);
  else if (!quiet)
    printf ("%" G_GUINT64_FORMAT " images are complete in %s\n", n_images, folder);
  return TS_CLI_OK;
}

static int
run_merge (int argc, char **argv)
{
  g_auto (GStrv) folders = NULL;
  g_autoptr (GPtrArray) inputs = NULL;
  g_autoptr (GError) error = NULL;
  gboolean quiet = FALSE, as_json = FALSE;
  int status = TS_CLI_OK;
  const GOptionEntry entries[] = {
    TS_CLI_JSON_ENTRY (&as_json),
    TS_CLI_QUIET_ENTRY (&quiet),
    { NULL },
  };

  folders = ts_cli_parse (argc, argv, "DIR…",
                          "Joins what the shards of one export wrote into DIR, and verifies that "
                          "nothing is missing.",
                          entries, NULL, 1, G_MAXUINT);
  if (folders == NULL)
    return TS_CLI_USAGE;
  inputs = ts_cli_inputs_new (folders, &error);
  if (inputs == NULL)
    return ts_cli_fail (error);
  for (guint i = 0; i < inputs->len; i++) {
    const TsCliInput *input = g_ptr_array_index (inputs, i);
    int one = merge (input->file, as_json, quiet);

    fflush (stdout);
    status = MAX (status, one);
  }
  return status;
}

const TsCliCommand ts_cli_merge = {
  .name = "merge",
  .summary = "join the shards of one export and verify that nothing is missing",
  .run = run_merge,
};
