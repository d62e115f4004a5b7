/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Options that several commands have, so that they are named and explained alike. Each takes the
 * address of its variable. */

#define TS_CLI_QUIET_ENTRY(variable)                                                               \
  {                                                                                                \
    "quiet", 0, 0, G_OPTION_ARG_NONE, (variable), "Print errors only", NULL                        \
  }

#define TS_CLI_NAME_ENTRY(variable)                                                                \
  {                                                                                                \
    "name", 0, 0, G_OPTION_ARG_FILENAME, (variable), "Of the file in the folder, with its suffix", \
        "NAME.png"                                                                                 \
  }

#define TS_CLI_JSON_ENTRY(variable)                                                                \
  {                                                                                                \
    "json", 0, 0, G_OPTION_ARG_NONE, (variable), "What was done, as one line of JSON a file", NULL \
  }

#define TS_CLI_JOBS_ENTRY(variable)                                                                \
  {                                                                                                \
    "jobs", 'j', 0, G_OPTION_ARG_STRING, (variable), "Threads; all cores by default", "N"          \
  }

#define TS_CLI_COLLISION_ENTRY(variable)                                                           \
  {                                                                                                \
    "on-collision", 0, 0, G_OPTION_ARG_STRING, (variable),                                         \
        "Where a file exists: fail (default), skip (unless torn), overwrite, number", "WHAT"       \
  }

#define TS_CLI_PROGRESS_ENTRY(variable)                                                            \
  {                                                                                                \
    "progress", 0, 0, G_OPTION_ARG_STRING, (variable),                                             \
        "On standard error: auto (on a terminal), json (a line a second), none", "KIND"            \
  }
