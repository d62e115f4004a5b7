/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The settings that a picture written by this program holds, as JSON: of an image, a sheet, a
 * figure (PNG, PDF, SVG) or an animation. %NULL when it holds none. */
char *ts_cli_embedded_read (const char *path) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
