/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli.h"
#include "export/ts-export-settings.h"

#include <stdio.h>

static int
run_merge (int argc, char **argv)
{
  g_auto (GStrv) folders = NULL;
  g_autoptr (GError) error = NULL;
  gboolean quiet = FALSE;
  guint64 n_images;
  const GOptionEntry entries[] = {
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &quiet, "Print errors only", NULL },
    { NULL },
  };

  folders = ts_cli_parse (argc, argv, "DIR",
                          "Joins what the shards of one export wrote into DIR, and verifies that "
                          "nothing is missing.",
                          entries, NULL, 1, 1);
  if (folders == NULL)
    return TS_CLI_USAGE;
  if (!ts_export_merge (folders[0], &n_images, NULL, &error)) {
    ts_cli_complain ("%s", error->message);
    return TS_CLI_FAILED;
  }
  if (!quiet)
    printf ("%" G_GUINT64_FORMAT " images are complete in %s\n", n_images, folders[0]);
  return TS_CLI_OK;
}

const TsCliCommand ts_cli_merge = {
  .name = "merge",
  .summary = "join the shards of one export and verify that nothing is missing",
  .run = run_merge,
};
