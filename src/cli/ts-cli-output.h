/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-job.h"

G_BEGIN_DECLS

/* Writes one file, under the name that the policy allows, and prints its path unless @quiet. The
 * exit status, after complaining. */
int ts_cli_write_file (const char *folder,
                       const char *name,
                       TsCollision collision,
                       GBytes *bytes,
                       gboolean quiet);

G_END_DECLS
