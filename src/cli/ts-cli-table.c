/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-table.h"

#include <string.h>

typedef struct
{
  char **cells; /* NULL for a line of text */
  char *text;
  guint indent;
} Row;

struct _TsCliTable
{
  guint n_columns;
  gboolean *is_right;
  GArray *rows; /* Row */
};

static void
clear_row (gpointer data)
{
  Row *row = data;

  g_strfreev (row->cells);
  g_free (row->text);
}

TsCliTable *
ts_cli_table_new (guint n_columns)
{
  TsCliTable *self = g_new0 (TsCliTable, 1);

  self->n_columns = n_columns;
  self->is_right = g_new0 (gboolean, n_columns);
  self->rows = g_array_new (FALSE, TRUE, sizeof (Row));
  g_array_set_clear_func (self->rows, clear_row);
  return self;
}

void
ts_cli_table_free (TsCliTable *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->rows);
  g_free (self->is_right);
  g_free (self);
}

void
ts_cli_table_set_right (TsCliTable *self, guint column)
{
  g_return_if_fail (column < self->n_columns);

  self->is_right[column] = TRUE;
}

void
ts_cli_table_take_row (TsCliTable *self, char **cells)
{
  Row row = { .cells = g_new0 (char *, self->n_columns + 1) };

  for (guint i = 0; i < self->n_columns; i++)
    row.cells[i] = cells[i] != NULL ? cells[i] : g_strdup ("");
  g_array_append_val (self->rows, row);
}

void
ts_cli_table_add_line (TsCliTable *self, guint indent, const char *text)
{
  Row row = { .text = g_strdup (text), .indent = indent };

  g_array_append_val (self->rows, row);
}

/* Columns of a terminal. */
static guint
measure (const char *text)
{
  guint width = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);

    width += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
  }
  return width;
}

/* The last cell with something in it. */
static guint
find_last (TsCliTable *self, const Row *row)
{
  guint last = 0;

  for (guint k = 0; k < self->n_columns; k++) {
    if (*row->cells[k] != '\0')
      last = k;
  }
  return last;
}

/* What ends a row on the left of its column may run on and pushes nobody away. */
static void
get_widths (TsCliTable *self, guint *widths)
{
  for (guint i = 0; i < self->rows->len; i++) {
    const Row *row = &g_array_index (self->rows, Row, i);

    if (row->cells == NULL)
      continue;
    for (guint k = 0, last = find_last (self, row); k <= last; k++) {
      if (k < last || k == 0 || self->is_right[k])
        widths[k] = MAX (widths[k], measure (row->cells[k]));
    }
  }
}

void
ts_cli_table_print (TsCliTable *self, FILE *out)
{
  g_autofree guint *widths = g_new0 (guint, self->n_columns);

  get_widths (self, widths);
  for (guint i = 0; i < self->rows->len; i++) {
    const Row *row = &g_array_index (self->rows, Row, i);
    guint pad = 0;

    if (row->cells == NULL) {
      fprintf (out, "%*s%s\n", (int) row->indent, "", row->text);
      continue;
    }
    /* Padding is written before the next cell, never at the end of a line. */
    for (guint k = 0, last = find_last (self, row); k <= last; k++) {
      guint width = measure (row->cells[k]);
      guint rest = width < widths[k] ? widths[k] - width : 0;

      fprintf (out, "%*s%s", (int) (pad + (self->is_right[k] ? rest : 0)), "", row->cells[k]);
      pad = (self->is_right[k] ? 0 : rest) + (widths[k] > 0 ? 2 : 0);
    }
    fputc ('\n', out);
  }
}

char *
ts_cli_escape (const char *text, guint max_chars)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_new (NULL);
  guint n = 0;

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);

    if (max_chars > 0 && ++n > max_chars) {
      g_string_append (out, "…");
      break;
    }
    if (c == '\n')
      g_string_append (out, "\\n");
    else if (c == '\t')
      g_string_append (out, "\\t");
    else if (g_unichar_iscntrl (c) || g_unichar_type (c) == G_UNICODE_FORMAT)
      g_string_append_printf (out, c < 0x100 ? "\\x%02x" : "\\u%04x", c);
    else
      g_string_append_unichar (out, c);
  }
  return g_string_free (out, FALSE);
}
