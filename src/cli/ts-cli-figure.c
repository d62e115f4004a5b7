/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Hands over to tenscope-figure. */

#include "config.h"

#include "cli/ts-cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "tenscope-figure"

/* Beside this program in the build folder, or where an installed (perhaps moved) one has it. */
static char *
find_program (void)
{
  static const char *const places[] = { "", "../libexec" };
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;

  for (gsize i = 0; folder != NULL && i < G_N_ELEMENTS (places); i++) {
    g_autofree char *path = g_build_filename (folder, places[i], PROGRAM, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
      return g_steal_pointer (&path);
  }
  return g_build_filename (TS_LIBEXEC_DIR, PROGRAM, NULL);
}

static int
run_figure (int argc, char **argv)
{
  g_autofree char *program = find_program ();

  execv (program, argv);
  ts_cli_complain ("figure: “%s” could not be run: %s", program, g_strerror (errno));
  return TS_CLI_FAILED;
}

const TsCliCommand ts_cli_figure = {
  .name = "figure",
  .summary = "draw images with captions, as PNG, PDF or SVG",
  .run = run_figure,
};
