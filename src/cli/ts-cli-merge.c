/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-entries.h"
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
run_merge (int argc, char **argv)
{
  g_auto (GStrv) folders = NULL;
  g_autoptr (GError) error = NULL;
  gboolean quiet = FALSE, as_json = FALSE;
  guint64 n_images;
  const GOptionEntry entries[] = {
    TS_CLI_JSON_ENTRY (&as_json),
    TS_CLI_QUIET_ENTRY (&quiet),
    { NULL },
  };

  folders = ts_cli_parse (argc, argv, "DIR",
                          "Joins what the shards of one export wrote into DIR, and verifies that "
                          "nothing is missing.",
                          entries, NULL, 1, 1);
  if (folders == NULL)
    return TS_CLI_USAGE;
  if (!ts_export_merge (folders[0], &n_images, NULL, &error)) {
    const TsCliReport report = { .file = folders[0], .as_json = as_json };

    ts_cli_report_error (&report, error);
    return TS_CLI_FAILED;
  }
  if (as_json)
    print_json (folders[0], n_images);
  else if (!quiet)
    printf ("%" G_GUINT64_FORMAT " images are complete in %s\n", n_images, folders[0]);
  return TS_CLI_OK;
}

const TsCliCommand ts_cli_merge = {
  .name = "merge",
  .summary = "join the shards of one export and verify that nothing is missing",
  .run = run_merge,
};
