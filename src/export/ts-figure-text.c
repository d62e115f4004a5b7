/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How much room words take, and as much of them as fits. */

#include "config.h"

#include "export/ts-figure-layout.h"

#define LEAST_CAPTION 0.6 /* of the text size, before captions are cut */

double
ts_figure_measure_text (const TsFigureLayout *self, const char *text, double size, gboolean bold)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  PangoLayout *layout = ts_figure_new_layout (self->context, self->figure->font, size, bold, valid);
  PangoRectangle extents;

  pango_layout_get_extents (layout, NULL, &extents);
  g_object_unref (layout);
  return (double) extents.width / PANGO_SCALE;
}

static char *
fit_text (const TsFigureLayout *self, const char *text, double size, gboolean bold, double width)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  glong low = 0, high = g_utf8_strlen (valid, -1);

  if (ts_figure_measure_text (self, valid, size, bold) <= width)
    return g_steal_pointer (&valid);
  while (low + 1 < high) {
    glong middle = (low + high) / 2;
    g_autofree char *start = g_utf8_substring (valid, 0, middle);
    g_autofree char *shorter = g_strconcat (start, "…", NULL);

    if (ts_figure_measure_text (self, shorter, size, bold) <= width)
      low = middle;
    else
      high = middle;
  }

  g_autofree char *start = g_utf8_substring (valid, 0, low);

  return g_strconcat (start, "…", NULL);
}

void
ts_figure_add_text (TsFigureLayout *self, const TsFigureText *text, double room)
{
  TsFigureText item = *text;

  item.text = fit_text (self, text->text, text->size, text->bold, room);
  g_array_append_val (self->figure->texts, item);
}

gboolean
ts_figure_make_captions (TsFigureLayout *self,
                         GPtrArray *captions,
                         double room,
                         double *size,
                         GCancellable *cancellable,
                         GError **error)
{
  double widest = room;

  for (guint i = 0; self->labels != NULL && i < self->cells->len; i++) {
    const TsFigureCell *cell = &g_array_index (self->cells, TsFigureCell, i);
    char *text = ts_name_template_expand (self->labels, &self->names, cell->index, cell->position,
                                          cancellable, error);

    if (text == NULL)
      return FALSE;
    g_ptr_array_add (captions, text);
    widest = MAX (widest, ts_figure_measure_text (self, text, self->text_size, FALSE));
  }
  *size = self->text_size * MAX (room / widest, LEAST_CAPTION);
  return TRUE;
}
