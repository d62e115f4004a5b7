/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The options of a figure as JSON and back: what a file of one says, and what is run again. */

#include "config.h"

#include "export/ts-figure-private.h"

static void
write_string (TsJsonWriter *writer, const char *name, const char *text)
{
  if (text == NULL)
    return;
  ts_json_writer_name (writer, name);
  ts_json_writer_string (writer, text);
}

static void
write_strings (TsJsonWriter *writer, const char *name, const char *const *texts)
{
  if (texts == NULL)
    return;
  ts_json_writer_name (writer, name);
  ts_json_writer_begin_array (writer);
  for (gsize i = 0; texts[i] != NULL; i++)
    ts_json_writer_string (writer, texts[i]);
  ts_json_writer_end_array (writer);
}

static void
write_double (TsJsonWriter *writer, const char *name, double value)
{
  ts_json_writer_name (writer, name);
  ts_json_writer_double (writer, value);
}

static void
write_uint (TsJsonWriter *writer, const char *name, guint value)
{
  ts_json_writer_name (writer, name);
  ts_json_writer_uint (writer, value);
}

static void
write_loupes (const TsFigureOptions *self, TsJsonWriter *writer)
{
  if (self->n_loupes == 0)
    return;
  ts_json_writer_name (writer, "loupes");
  ts_json_writer_begin_array (writer);
  for (guint i = 0; i < self->n_loupes; i++) {
    g_autofree char *text = ts_figure_loupe_to_string (&self->loupes[i]);

    ts_json_writer_string (writer, text);
  }
  ts_json_writer_end_array (writer);
}

void
ts_figure_options_write_json (const TsFigureOptions *self, TsJsonWriter *writer)
{
  write_uint (writer, "columns", self->n_columns);
  write_double (writer, "gap_pt", self->gap_pt);
  write_uint (writer, "scale", self->scale);
  write_double (writer, "width_mm", self->width_mm);
  write_double (writer, "dpi", self->dpi);
  write_double (writer, "font_pt", self->font_pt);
  write_string (writer, "font", self->font);
  write_string (writer, "title", self->title);
  write_string (writer, "labels", self->labels);
  write_string (writer, "rows_by", self->rows_by);
  write_strings (writer, "row_titles", self->row_titles);
  write_strings (writer, "column_titles", self->column_titles);
  ts_json_writer_flag (writer, "upright_titles", self->upright_titles);
  if (self->crop.width > 0) {
    guint64 crop[] = { self->crop.x, self->crop.y, self->crop.width, self->crop.height };

    ts_json_writer_name (writer, "crop");
    ts_json_writer_uints (writer, crop, 4);
  }
  write_loupes (self, writer);
  ts_json_writer_flag (writer, "colorbar", self->colorbar);
  ts_json_writer_flag (writer, "dark", self->dark);
}
