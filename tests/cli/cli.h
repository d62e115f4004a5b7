/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

/* The built tenscope-cli, run as a script runs it. */

typedef struct
{
  int status;
  char *out;
  char *err;
} Result;

/* A temporary folder of this run, from cli_init() on. */
extern char *cli_root;

/* Around g_test_run(). */
void cli_init (int *argc, char ***argv);
int cli_finish (int status);

/* @text with %S for the folder of samples, %T for the temporary folder and %C for the program. */
char *cli_expand (const char *text);

/* Runs a command line, "info %S/cells.pt"; @input: (nullable): its standard input. */
Result cli_run (const char *command, GBytes *input);
/* Runs a command line of /bin/sh in the temporary folder. */
Result cli_run_shell (const char *script);
/* Must leave with 0 and say nothing on standard error. What it printed. */
char *cli_run_ok (const char *command);
/* Must leave with @status, and @message be part of what it said. */
void cli_assert (const char *command, int status, const char *message);

/* Paths in the temporary folder. */
GBytes *cli_read (const char *path);
void cli_write (const char *path, const void *data, gsize length);
guint cli_count (const char *folder, const char *suffix);

/* Whether /usr/bin/python3 has NumPy; else skips the test. */
gboolean cli_need_numpy (void);
/* Whether there is such a program; else skips the test. */
gboolean cli_need_program (const char *name);
/* Runs a script of this folder by /usr/bin/python3, which must leave with 0; words up to a %NULL,
 * expanded. */
void cli_run_python (const char *script, ...) G_GNUC_NULL_TERMINATED;

void cli_result_clear (Result *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, cli_result_clear)
