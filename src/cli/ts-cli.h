/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-document.h"

G_BEGIN_DECLS

/* Exit statuses. */
enum {
  TS_CLI_OK = 0,
  TS_CLI_FAILED = 1,     /* some images failed; each is named on standard error */
  TS_CLI_USAGE = 2,      /* bad usage */
  TS_CLI_UNREADABLE = 3, /* the input could not be read */
};

/**
 * TsCliCommand:
 * @name: "export"
 * @summary: one line for the list of commands
 * @run: gets the arguments from the command's name on; its exit status
 *
 * One const entry a subcommand, one file an entry, listed in main.c.
 */
typedef struct
{
  const char *name;
  const char *summary;
  int (*run) (int argc, char **argv);
} TsCliCommand;

extern const TsCliCommand ts_cli_animate;
extern const TsCliCommand ts_cli_diff;
extern const TsCliCommand ts_cli_export;
extern const TsCliCommand ts_cli_figure; /* hands over to the next, in tenscope-figure */
extern const TsCliCommand ts_cli_figure_draw;
extern const TsCliCommand ts_cli_info;
extern const TsCliCommand ts_cli_merge;
extern const TsCliCommand ts_cli_replay;
extern const TsCliCommand ts_cli_sheet;
extern const TsCliCommand ts_cli_stats;
extern const TsCliCommand ts_cli_thumbnail;

/* Takes from the user's locale how texts are encoded, and nothing else: numbers, words and messages
 * are the same everywhere, so that scripts may read them. Once, before anything is printed. */
void ts_cli_set_locale (void);

/* "tenscope-cli: " and one sentence on standard error. */
void ts_cli_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* Complains about @error and says with which status to leave: usage for wrong settings, unreadable
 * for anything about the file. */
int ts_cli_fail (const GError *error);

/**
 * ts_cli_parse:
 * @parameters: what stands after the options: "FILE"
 * @entries: (nullable): the command's own options
 * @group: (nullable): (transfer full): more options, shown under a heading of their own
 * @min_files, @max_files: how many arguments there must be besides options
 *
 * Parses the arguments of a subcommand; --help prints and leaves the process. The arguments that
 * are no options, raw bytes; %NULL after complaining: leave with %TS_CLI_USAGE.
 */
char **ts_cli_parse (int argc,
                     char **argv,
                     const char *parameters,
                     const char *summary,
                     const GOptionEntry *entries,
                     GOptionGroup *group,
                     guint min_files,
                     guint max_files) G_GNUC_WARN_UNUSED_RESULT;

/* Opens the dump @file; "-" is standard input. @raw (nullable): the text of --raw. Unpacking that
 * takes long shows how far it is on standard error, where that is a terminal. */
TsDocument *
ts_cli_open (const char *file, const char *raw, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The entry of --raw for a command's options. */
#define TS_CLI_RAW_ENTRY(variable)                                                                 \
  {                                                                                                \
    "raw", 0, 0, G_OPTION_ARG_STRING, (variable),                                                  \
        "What the bytes of a file without a format mean: float32:64x3x64x64@16 (from byte 16 on)", \
        "DTYPE:SHAPE[@OFFSET][,big]"                                                               \
  }

/* FALSE and %TS_ERROR_REFUSED for a tensor that makes more than a gigabyte out of so few bytes of
 * the file (by strides that visit them again and again, or by values never written) that no
 * compression explains it: walking through all of it might take for ever. */
gboolean ts_cli_check_walk (TsDocument *document, TsTensor *tensor, GError **error);

G_END_DECLS
