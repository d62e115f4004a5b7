/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-job.h"

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

/* Runs the job to its end, with progress on standard error; an interrupt (Ctrl+C) cancels it and
 * leaves whole pairs only. Reports failures on standard error and what was done on standard output.
 * The exit status. */
int ts_cli_run_job (TsExportJob *job, const TsExportOptions *options, const TsCliReport *report);

/* Whether an interrupt ended a job of this process. */
gboolean ts_cli_was_interrupted (void);

/* As ts_cli_fail(), with a line of JSON for who waits for one: {"file": ..., "error": ...}. */
int ts_cli_report_error (const TsCliReport *report, const GError *error);

G_END_DECLS
