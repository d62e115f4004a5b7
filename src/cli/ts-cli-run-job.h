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

/* Runs the job to its end, with progress on standard error; an interrupt (Ctrl+C) cancels it and
 * leaves whole pairs only. Reports failures on standard error and, unless @quiet, what was done on
 * standard output. The exit status. */
int ts_cli_run_job (TsExportJob *job,
                    const TsExportOptions *options,
                    TsCliProgress progress,
                    gboolean quiet);

G_END_DECLS
