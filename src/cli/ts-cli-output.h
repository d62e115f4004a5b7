/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-job.h"
#include "export/ts-output-dir.h"

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

/* Writes one file, under the name that the policy allows, and prints its path unless @report is
 * quiet, or as one line of JSON: {"file": ..., "output": ..., "bytes": ...}. A @folder of "-" is
 * standard output, which then gets the bytes and nothing else. The exit status, after complaining.
 */
int ts_cli_write_output (const char *folder,
                         const char *name,
                         TsCollision collision,
                         GBytes *bytes,
                         const TsCliReport *report);

/* The same for a file of @n_bytes that was staged in @dir. */
int ts_cli_commit_output (TsOutputDir *dir,
                          const char *staged,
                          gsize n_bytes,
                          const char *name,
                          TsCollision collision,
                          const TsCliReport *report);

G_END_DECLS
