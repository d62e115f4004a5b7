/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/**
 * TsCliTable:
 *
 * Rows of cells, printed with the columns aligned. Rows may have lines of text below them. Not
 * thread-safe.
 */
typedef struct _TsCliTable TsCliTable;

TsCliTable *ts_cli_table_new (guint n_columns) G_GNUC_WARN_UNUSED_RESULT;
void ts_cli_table_free (TsCliTable *self);

/* The column's cells end, rather than begin, in line. */
void ts_cli_table_set_right (TsCliTable *self, guint column);

/* Takes the cells of a row, %NULL for an empty one: n_columns strings. */
void ts_cli_table_take_row (TsCliTable *self, char **cells);

/* A line of its own between rows, @indent columns in; not counted for the widths. */
void ts_cli_table_add_line (TsCliTable *self, guint indent, const char *text);

void ts_cli_table_print (TsCliTable *self, FILE *out);

/* Text of a dump for a terminal: control characters become "\x1b", and from @max_chars on (0: no
 * limit) it is cut with "…". */
char *ts_cli_escape (const char *text, guint max_chars) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsCliTable, ts_cli_table_free)

G_END_DECLS
