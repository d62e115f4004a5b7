/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TsCliInput:
 * @file: path of a dump, or "-" for standard input
 * @name: what to name files or a folder after it: no two of a list have the same, and none holds a
 * "/" or begins with a dot
 */
typedef struct
{
  char *file;
  char *name;
} TsCliInput;

/**
 * ts_cli_inputs_new:
 * @arguments: paths, "-", or quoted patterns ("runs/?.pt", "run{1,2}.npz", "~/x.pt") that the
 * shell has left alone; what exists under its own name is never a pattern
 *
 * The inputs of a command, patterns in their place and sorted. Elements TsCliInput, owned. A name
 * is the file's own without its suffix ("samples"); inputs that would share one get their folder
 * before it ("run1_samples"), then their suffix behind it, then a number.
 * %TS_ERROR_FAILED for a pattern that nothing matches; %TS_ERROR_INVALID for a second "-".
 */
GPtrArray *ts_cli_inputs_new (char **arguments, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
