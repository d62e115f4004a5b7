/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Values of options. Each takes the text of option --@option (nullable: leaves *@value alone) and
 * fails with %TS_ERROR_INVALID and a sentence that names it. */

gboolean ts_cli_parse_name (const char *option,
                            const char *text,
                            const char *const *names,
                            int *value,
                            GError **error);
gboolean ts_cli_parse_uint (const char *option,
                            const char *text,
                            guint min,
                            guint max,
                            guint *value,
                            GError **error);
gboolean ts_cli_parse_double (const char *option, const char *text, double *value, GError **error);

/* 1 to @max_n finite numbers with commas between. */
gboolean ts_cli_parse_doubles (const char *option,
                               const char *text,
                               double *values,
                               guint max_n,
                               guint *n,
                               GError **error);

/* Sets a %TS_ERROR_INVALID and returns %FALSE. */
gboolean ts_cli_invalid (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
