/* SPDX-License-Identifier: GPL-3.0-or-later */

/* tenscope-figure: what "tenscope-cli figure" runs. A program of its own, so that tenscope-cli
 * needs none of the libraries that draw. */

#include "config.h"

#include "cli/ts-cli.h"

int
main (int argc, char **argv)
{
  char *name = (char *) "figure";

  ts_cli_set_locale ();
  if (argc < 1)
    return TS_CLI_USAGE;
  argv[0] = name;
  return ts_cli_figure_draw.run (argc, argv);
}
