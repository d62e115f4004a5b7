/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/ts-cli.h"

G_BEGIN_DECLS

/* What a shell asks for when it completes a command line. The scripts in data/completions know no
 * command and no option themselves. */
#define TS_CLI_COMPLETE         "_complete"
#define TS_CLI_COMPLETE_OPTIONS "--_complete"

/**
 * ts_cli_complete:
 * @argv: from TS_CLI_COMPLETE on
 *
 * Prints candidates, a line each, fields separated by tabs. Without words behind it, the commands
 * with what they do; with a command, its options: long name, short name or nothing, what it takes
 * (nothing, "values", "keys", "files" or "text"), what it does; with a command, an option and the
 * words of the line so far, the values that the option may have. The exit status.
 */
int ts_cli_complete (const TsCliCommand *const *commands, gsize n_commands, int argc, char **argv);

/* For ts_cli_parse(): the options that @context knows. */
void ts_cli_complete_print_options (GOptionContext *context);

G_END_DECLS
