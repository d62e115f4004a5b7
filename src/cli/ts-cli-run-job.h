/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-job.h"

G_BEGIN_DECLS

/* Runs the job to its end, with progress on a terminal; an interrupt (Ctrl+C) cancels it and leaves
 * whole pairs only. Reports failures on standard error and, unless @quiet, what was done on
 * standard output. The exit status. */
int ts_cli_run_job (TsExportJob *job, const TsExportOptions *options, gboolean quiet);

G_END_DECLS
