/* SPDX-License-Identifier: GPL-3.0-or-later */

/* tenscope-cli: one table of subcommands. */

#include "config.h"

#include "cli/ts-cli-complete.h"
#include "cli/ts-cli.h"
#include "export/ts-encoder.h"

#include <stdio.h>
#include <string.h>

static const TsCliCommand *const commands[] = {
  &ts_cli_info,    &ts_cli_stats,     &ts_cli_export, &ts_cli_sheet,
#ifdef HAVE_FIGURES
  &ts_cli_figure,
#endif
  &ts_cli_animate, &ts_cli_thumbnail, &ts_cli_diff,   &ts_cli_replay, &ts_cli_merge,
};

static void
print_help (FILE *out)
{
  fprintf (out, "Usage:\n  tenscope-cli COMMAND [OPTION…] FILE…\n\n"
                "Looks at dumps of tensors and exports their images.\n\nCommands:\n");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
  fprintf (out, "\n“tenscope-cli COMMAND --help” lists the options of a command; a FILE of “-” is "
                "standard input.\n");
}

static void
print_version (void)
{
  printf ("tenscope-cli %s\n", TS_VERSION);
  printf ("GLib %u.%u.%u\n", glib_major_version, glib_minor_version, glib_micro_version);
  for (gsize i = 0; ts_encoders[i] != NULL; i++) {
    g_autofree char *library = ts_encoders[i]->dup_library_version ();

    printf ("%s\n", library);
  }
}

static const TsCliCommand *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (name, commands[i]->name))
      return commands[i];
  ts_cli_complain ("there is no command “%s”; see “tenscope-cli --help”", name);
  return NULL;
}

/* "help", or "help export" */
static int
help (const char *name)
{
  const TsCliCommand *command = name != NULL ? find_command (name) : NULL;
  char *words[] = { (char *) name, (char *) "--help", NULL };

  if (command != NULL)
    return command->run (2, words);
  if (name != NULL)
    return TS_CLI_USAGE;
  print_help (stdout);
  return TS_CLI_OK;
}

int
main (int argc, char **argv)
{
  const TsCliCommand *command;

  ts_cli_set_locale ();
  if (argc < 2) {
    print_help (stderr);
    return TS_CLI_USAGE;
  }
  if (g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") ||
      g_str_equal (argv[1], "help"))
    return help (argv[2]);
  if (g_str_equal (argv[1], "--version")) {
    print_version ();
    return TS_CLI_OK;
  }
  if (g_str_equal (argv[1], TS_CLI_COMPLETE))
    return ts_cli_complete (commands, G_N_ELEMENTS (commands), argc - 1, argv + 1);
  command = find_command (argv[1]);
  return command != NULL ? command->run (argc - 1, argv + 1) : TS_CLI_USAGE;
}
