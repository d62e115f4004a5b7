/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/ts-cli-output.h"
#include "export/ts-export-job.h"

G_BEGIN_DECLS

/* Runs the job to its end, with progress on standard error; an interrupt (Ctrl+C) cancels it and
 * leaves whole pairs only. Reports failures on standard error and what was done on standard output.
 * The exit status. */
int ts_cli_run_job (TsExportJob *job, const TsExportOptions *options, const TsCliReport *report);

/* Whether an interrupt ended a job of this process. */
gboolean ts_cli_was_interrupted (void);

G_END_DECLS
