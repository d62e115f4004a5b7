/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which image stands where: one after the other, or a row for each value of a field. */

#include "config.h"

#include "export/ts-figure-layout.h"

#include <math.h>
#include <string.h>

#define MAX_ROWS 1024

typedef struct
{
  char *text;
  double number; /* NaN where it is none */
  GArray *cells;
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->text);
  g_array_unref (row->cells);
  g_free (row);
}

static guint64
get_index (const TsFigureLayout *self, gsize k)
{
  return self->indices != NULL ? self->indices[k] : k;
}

/* One after the other. */
static void
arrange_plainly (TsFigureLayout *self)
{
  guint n_columns = (guint) MIN (self->options->n_columns, self->n);

  for (gsize k = 0; k < self->n; k++) {
    TsFigureCell cell = { get_index (self, k), k, (guint) (k / n_columns),
                          (guint) (k % n_columns) };

    g_array_append_val (self->cells, cell);
  }
  self->n_columns = n_columns;
  self->n_rows = (guint) ((self->n + n_columns - 1) / n_columns);
}

static Row *
find_row (GPtrArray *rows, GHashTable *by_text, const char *text)
{
  Row *row = g_hash_table_lookup (by_text, text);
  char *end;

  if (row != NULL)
    return row;
  row = g_new0 (Row, 1);
  row->text = g_strdup (text);
  row->number = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0')
    row->number = NAN;
  row->cells = g_array_new (FALSE, FALSE, sizeof (TsFigureCell));
  g_ptr_array_add (rows, row);
  g_hash_table_insert (by_text, row->text, row);
  return row;
}

static gint
compare_rows (gconstpointer a, gconstpointer b)
{
  const Row *first = *(const Row *const *) a, *second = *(const Row *const *) b;

  return (first->number > second->number) - (first->number < second->number);
}

static GPtrArray *
collect_rows (TsFigureLayout *self,
              TsParams *params,
              int param,
              GCancellable *cancellable,
              GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (row_free);
  g_autoptr (GHashTable) by_text = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize k = 0; k < self->n; k++) {
    TsFigureCell cell = { .index = get_index (self, k), .position = k };
    g_autofree char *text =
        ts_params_dup_text (params, (guint) param, cell.index, cancellable, error);
    Row *row = text != NULL ? find_row (rows, by_text, text) : NULL;

    if (row == NULL)
      return NULL;
    if (rows->len > MAX_ROWS) {
      ts_figure_fail (error, "“%s” has more than %d values, too many for rows",
                      self->options->rows_by, MAX_ROWS);
      return NULL;
    }
    cell.column = row->cells->len;
    if (cell.column < self->options->n_columns)
      g_array_append_val (row->cells, cell);
  }
  return g_steal_pointer (&rows);
}

static gboolean
arrange_by_value (TsFigureLayout *self, TsParams *params, GCancellable *cancellable, GError **error)
{
  const char *field = self->options->rows_by;
  int param = ts_params_find (params, field);
  g_autoptr (GPtrArray) rows = NULL;
  gboolean numbers = TRUE;

  if (param < 0 || !ts_params_is_scalar (params, (guint) param)) {
    g_autoptr (GString) known = g_string_new (NULL);

    for (guint i = 0; i < ts_params_get_n (params); i++)
      if (ts_params_is_scalar (params, i))
        g_string_append_printf (known, "%s%s", known->len > 0 ? ", " : "",
                                ts_params_get_key (params, i));
    return ts_figure_fail (error, "rows cannot go by “%s”; there are %s", field,
                           known->len > 0 ? known->str : "no fields here");
  }
  rows = collect_rows (self, params, param, cancellable, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    numbers = numbers && !isnan (((Row *) g_ptr_array_index (rows, i))->number);
  if (numbers)
    g_ptr_array_sort (rows, compare_rows); /* all differ: no order among equals to keep */

  self->n_rows = rows->len;
  self->row_values = g_new0 (char *, rows->len + 1);
  for (guint i = 0; i < rows->len; i++) {
    Row *row = g_ptr_array_index (rows, i);

    self->row_values[i] =
        numbers ? g_strdup_printf ("%s %s", field, row->text) : g_strdup (row->text);
    self->n_columns = MAX (self->n_columns, row->cells->len);
    for (guint k = 0; k < row->cells->len; k++) {
      TsFigureCell cell = g_array_index (row->cells, TsFigureCell, k);

      cell.row = i;
      g_array_append_val (self->cells, cell);
    }
  }
  self->row_titles = (const char *const *) self->row_values;
  return TRUE;
}

gboolean
ts_figure_arrange (TsFigureLayout *self,
                   TsParams *params,
                   GCancellable *cancellable,
                   GError **error)
{
  guint64 n_images = ts_batch_get_n_images (ts_view_get_batch (self->figure->view));

  if (self->n == 0)
    return ts_figure_fail (error, "no image is selected");
  for (gsize k = 0; self->indices != NULL && k < self->n; k++)
    if (self->indices[k] >= n_images)
      return ts_figure_fail (error,
                             "image %" G_GUINT64_FORMAT
                             " does not exist: there are %" G_GUINT64_FORMAT
                             " images, counted from 0",
                             self->indices[k], n_images);
  if (self->options->rows_by == NULL)
    arrange_plainly (self);
  else if (!arrange_by_value (self, params, cancellable, error))
    return FALSE;
  if (self->options->row_titles != NULL)
    self->row_titles = self->options->row_titles;
  return TRUE;
}
