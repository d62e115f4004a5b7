/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-job.h"
#include "export/ts-output-dir.h"
#include "view/ts-view.h"

G_BEGIN_DECLS

typedef enum {
  TS_CLI_PROGRESS_AUTO, /* on a terminal */
  TS_CLI_PROGRESS_JSON, /* for programs: an object a line, at most one a second and one at the end
                         */
  TS_CLI_PROGRESS_NONE,
} TsCliProgress;

extern const char *const ts_cli_progress_names[];

/**
 * TsCliReport:
 * @file: the dump, as the user named it
 * @quiet: nothing on standard output, and no progress that was not asked for
 * @as_json: what was done as one line of JSON, also with @quiet
 *
 * What a run says of itself.
 */
typedef struct
{
  const char *file;
  TsCliProgress progress;
  gboolean quiet;
  gboolean as_json;
} TsCliReport;

/* As ts_cli_fail(), with a line of JSON for who waits for one: {"file": ..., "error": ...}. */
int ts_cli_report_error (const TsCliReport *report, const GError *error);

/**
 * TsCliTarget:
 * @root: (nullable): the folder that was given as output: its export.json records what was run
 * @folder: where the file goes, or "-" for standard output
 * @name: (nullable): of the file; %NULL to be made from the dump's
 * @suffix: (nullable): of @name, or %NULL for the first known one
 *
 * Where a picture of several images goes. Cleared by ts_cli_target_clear().
 */
typedef struct
{
  char *root;
  char *folder;
  char *name;
  const char *suffix;
  TsCollision collision;
} TsCliTarget;

/* @output: --output: "OUT.png" is a file and "-" standard output, if @may_pipe; all without a
 * suffix, an existing folder or "DIR/" a folder, which gets figures/ with the file @name (nullable:
 * --name) in it. @known: suffixes without dot, %NULL-terminated; @what: "a figure", for messages.
 */
gboolean ts_cli_target_parse (TsCliTarget *self,
                              const char *output,
                              const char *name,
                              const char *const *known,
                              const char *what,
                              gboolean may_pipe,
                              GError **error);
/* Takes the name of the dump at @view for a file that has none: STEM_@kind.SUFFIX. */
void ts_cli_target_settle_name (TsCliTarget *self, TsView *view, const char *kind);
void ts_cli_target_clear (TsCliTarget *self);

/* Writes one file, under the name that the policy allows, and prints its path unless @report is
 * quiet, or as one line of JSON: {"file": ..., "output": ..., "bytes": ...}; standard output gets
 * the bytes and nothing else. @source (nullable): path of the dump, for the record. The exit
 * status, after complaining. */
int ts_cli_write_output (const TsCliTarget *target,
                         GBytes *bytes,
                         const char *source,
                         const TsCliReport *report);

/* The same for a file of @n_bytes that was staged in @dir. */
int ts_cli_commit_output (const TsCliTarget *target,
                          TsOutputDir *dir,
                          const char *staged,
                          gsize n_bytes,
                          const char *source,
                          const TsCliReport *report);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TsCliTarget, ts_cli_target_clear)

G_END_DECLS
