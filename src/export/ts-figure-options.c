/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-figure-private.h"

#include "base/ts-error.h"
#include "pixels/ts-recipe.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define MM_PER_INCH 25.4

const char *const ts_figure_format_names[] = { "png", "pdf", "svg", NULL };

const char *const ts_figure_place_names[] = {
  [TS_PLACE_AUTO] = "auto",
  [TS_PLACE_TOP_LEFT] = "top-left",
  [TS_PLACE_TOP_RIGHT] = "top-right",
  [TS_PLACE_BOTTOM_LEFT] = "bottom-left",
  [TS_PLACE_BOTTOM_RIGHT] = "bottom-right",
  [TS_PLACE_BELOW] = "below",
  [TS_PLACE_RIGHT] = "right",
  NULL,
};

const TsFigureWidth ts_figure_widths[] = {
  { "ieee-column", N_ ("IEEE, one column"), 3.5 * MM_PER_INCH, "IEEE author centre: 3.5 in" },
    { "ieee-page", N_ ("IEEE, two columns"), 7.16 * MM_PER_INCH, "IEEE author centre: 7.16 in" },
      { "cvpr-column", N_ ("CVPR/ICCV, one column"), 3.25 * MM_PER_INCH, "author kit: 3 1/4 in" },
        { "cvpr-page", N_ ("CVPR/ICCV, two columns"), 6.875 * MM_PER_INCH, "author kit: 6 7/8 in" },
          { "neurips",
            N_ ("NeurIPS/ICLR, text"), 5.5 * MM_PER_INCH, "style files: \\textwidth 5.5 in" },
            { "icml-column", N_ ("ICML, one column"), 3.25 * MM_PER_INCH, "style file: 3.25 in" },
              { "icml-page", N_ ("ICML, two columns"), 6.75 * MM_PER_INCH, "style file: 6.75 in" },
                { "lncs",
                  N_ ("Springer LNCS (ECCV, MICCAI), text"), 122, "author guidelines: 122 mm" },
                  { "acm-column",
                    N_ ("ACM, one column"), 3.333 * MM_PER_INCH, "acmart sigconf: 241 pt" },
                    { "acm-page",
                      N_ ("ACM, two columns"), 7.0 * MM_PER_INCH, "acmart sigconf: 506 pt" },
                      { "nature-column", N_ ("Nature, one column"), 89, "figure guide: 89 mm" },
                        { "nature-page", N_ ("Nature, two columns"), 183, "figure guide: 183 mm" },
                          { "elsevier-column",
                            N_ ("Elsevier, one column"), 90, "artwork sizing: 90 mm" },
                            { "elsevier-page",
                              N_ ("Elsevier, two columns"), 190, "artwork sizing: 190 mm" },
                              { NULL },
                          };

void
ts_figure_options_init (TsFigureOptions *self)
{
  *self = (TsFigureOptions){ .n_columns = 8, .gap_pt = 3, .dpi = 150, .font_pt = 8 };
}

TsFigureOptions *
ts_figure_options_copy (const TsFigureOptions *self)
{
  TsFigureOptions *copy = g_memdup2 (self, sizeof *self);

  copy->font = g_strdup (self->font);
  copy->title = g_strdup (self->title);
  copy->labels = g_strdup (self->labels);
  copy->rows_by = g_strdup (self->rows_by);
  copy->row_titles = (const char *const *) g_strdupv ((char **) self->row_titles);
  copy->column_titles = (const char *const *) g_strdupv ((char **) self->column_titles);
  return copy;
}

void
ts_figure_options_free (TsFigureOptions *self)
{
  g_free ((char *) self->font);
  g_free ((char *) self->title);
  g_free ((char *) self->labels);
  g_free ((char *) self->rows_by);
  g_strfreev ((char **) self->row_titles);
  g_strfreev ((char **) self->column_titles);
  g_free (self);
}

gboolean
ts_figure_parse_width (const char *text, double *width_mm, GError **error)
{
  static const struct
  {
    const char *name;
    double mm;
  } units[] = { { "", 1 }, { "mm", 1 }, { "cm", 10 }, { "in", MM_PER_INCH }, { "pt", 25.4 / 72 } };
  g_autoptr (GString) known = g_string_new (NULL);
  char *end;
  double value = g_ascii_strtod (text, &end);

  for (const TsFigureWidth *width = ts_figure_widths; width->id != NULL; width++) {
    if (g_str_equal (width->id, text)) {
      *width_mm = width->width_mm;
      return TRUE;
    }
    g_string_append_printf (known, "%s%s", known->len > 0 ? ", " : "", width->id);
  }
  while (*end == ' ')
    end++;
  for (gsize i = 0; end != text && isfinite (value) && value > 0 && i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (end, units[i].name)) {
      *width_mm = value * units[i].mm;
      return TRUE;
    }
  g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
               "a width is a number with mm, cm, in or pt, or one of %s; not “%s”", known->str,
               text);
  return FALSE;
}

static gboolean
parse_rect (char **parts, TsRect *rect)
{
  guint *const values[] = { &rect->x, &rect->y, &rect->width, &rect->height };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++) {
    guint64 value;

    if (parts[i] == NULL || !g_ascii_string_to_unsigned (g_strstrip (parts[i]), 10, i < 2 ? 0 : 1,
                                                         G_MAXINT32, &value, NULL))
      return FALSE;
    *values[i] = (guint) value;
  }
  return TRUE;
}

gboolean
ts_figure_parse_rect (const char *text, TsRect *rect, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  if (g_strv_length (parts) == 4 && parse_rect (parts, rect))
    return TRUE;
  g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
               "“%s” is not X,Y,WIDTH,HEIGHT in pixels of an image", text);
  return FALSE;
}

static gboolean
parse_loupe_part (const char *part, TsFigureLoupe *loupe)
{
  gsize length = strlen (part);
  guint64 value;
  int place;

  if (ts_name_lookup (ts_figure_place_names, part, &place)) {
    loupe->place = (TsFigurePlace) place;
    return TRUE;
  }
  if (part[0] == '#' && length == 7 &&
      g_ascii_string_to_unsigned (part + 1, 16, 0, 0xffffff, &value, NULL)) {
    loupe->color = (int) value;
    return TRUE;
  }
  if (length > 1 && part[length - 1] == 'x') {
    g_autofree char *number = g_strndup (part, length - 1);

    if (g_ascii_string_to_unsigned (number, 10, 1, 64, &value, NULL)) {
      loupe->zoom = (guint) value;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
ts_figure_parse_loupe (const char *text, TsFigureLoupe *loupe, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  *loupe = (TsFigureLoupe){ .color = -1 };
  if (g_strv_length (parts) < 4 || !parse_rect (parts, &loupe->rect)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 "“%s” does not start with X,Y,WIDTH,HEIGHT in pixels of an image", text);
    return FALSE;
  }
  for (char **part = parts + 4; *part != NULL; part++)
    if (!parse_loupe_part (g_strstrip (*part), loupe)) {
      g_autofree char *places = g_strjoinv (", ", (char **) ts_figure_place_names);

      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   "“%s” is no place (%s), zoom (4x) or colour (#ff8800)", *part, places);
      return FALSE;
    }
  return TRUE;
}

char *
ts_figure_loupe_to_string (const TsFigureLoupe *loupe)
{
  GString *out = g_string_new (NULL);
  const TsRect *rect = &loupe->rect;

  g_string_append_printf (out, "%u,%u,%u,%u,%s", rect->x, rect->y, rect->width, rect->height,
                          ts_figure_place_names[loupe->place]);
  if (loupe->zoom > 0)
    g_string_append_printf (out, ",%ux", loupe->zoom);
  if (loupe->color >= 0)
    g_string_append_printf (out, ",#%06x", (guint) loupe->color);
  return g_string_free (out, FALSE);
}
