/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What all that draws with cairo has in common: words, lines, and the page as a whole. */

#include "config.h"

#include "export/ts-figure-private.h"

#include "base/ts-error.h"

#include <math.h>
#include <string.h>

PangoContext *
ts_figure_new_context (void)
{
  g_autoptr (PangoFontMap) map = pango_cairo_font_map_new ();
  PangoContext *context = pango_font_map_create_context (map);
  cairo_font_options_t *options = cairo_font_options_create ();

  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (context, options);
  pango_cairo_context_set_resolution (context, 72);
  pango_context_set_round_glyph_positions (context, FALSE);
  cairo_font_options_destroy (options);
  return context;
}

PangoLayout *
ts_figure_new_layout (PangoContext *context,
                      const char *font,
                      double size,
                      gboolean bold,
                      const char *text)
{
  PangoLayout *layout = pango_layout_new (context);
  PangoFontDescription *description = pango_font_description_new ();

  pango_font_description_set_family (description, font);
  pango_font_description_set_absolute_size (description, size * PANGO_SCALE);
  pango_font_description_set_weight (description, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (layout, description);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_text (layout, text, -1);
  pango_font_description_free (description);
  return layout;
}

void
ts_figure_set_color (cairo_t *cr, guint32 rgb)
{
  cairo_set_source_rgb (cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                        (rgb & 255) / 255.0);
}

void
ts_figure_draw_boxes (GArray *boxes, cairo_t *cr)
{
  for (guint i = 0; i < boxes->len; i++) {
    const TsFigureBox *box = &g_array_index (boxes, TsFigureBox, i);

    ts_figure_set_color (cr, box->color);
    cairo_rectangle (cr, box->x, box->y, box->width, box->height);
    cairo_fill (cr);
  }
}

void
ts_figure_draw_lines (const TsFigure *self, cairo_t *cr)
{
  for (guint i = 0; i < self->leaders->len; i++) {
    const TsFigureLine *line = &g_array_index (self->leaders, TsFigureLine, i);

    ts_figure_set_color (cr, line->color);
    cairo_set_line_width (cr, line->width);
    cairo_move_to (cr, line->x0, line->y0);
    cairo_line_to (cr, line->x1, line->y1);
    cairo_stroke (cr);
  }
}

static void
draw_text (const TsFigure *self, PangoContext *context, const TsFigureText *text, cairo_t *cr)
{
  PangoLayout *layout =
      ts_figure_new_layout (context, self->font, text->size, text->bold, text->text);
  PangoRectangle extents;
  double before, above;

  pango_layout_get_extents (layout, NULL, &extents);
  before = (double) extents.width / PANGO_SCALE * text->anchor / 2;
  above = (double) pango_layout_get_baseline (layout) / PANGO_SCALE;
  cairo_save (cr);
  cairo_translate (cr, text->x, text->baseline);
  if (text->upright)
    cairo_rotate (cr, -G_PI / 2);
  cairo_move_to (cr, -before, -above);
  pango_cairo_show_layout (cr, layout);
  cairo_restore (cr);
  g_object_unref (layout);
}

void
ts_figure_draw_texts (const TsFigure *self, cairo_t *cr)
{
  PangoContext *context = ts_figure_new_context ();

  ts_figure_set_color (cr, self->ink);
  for (guint i = 0; i < self->texts->len; i++)
    draw_text (self, context, &g_array_index (self->texts, TsFigureText, i), cr);
  g_object_unref (context);
}

gboolean
ts_figure_check_surface (cairo_surface_t *surface, GError **error)
{
  cairo_status_t status = cairo_surface_status (surface);

  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "the figure: %s", cairo_status_to_string (status));
  return FALSE;
}

guint32
ts_figure_blend (guint32 paper, const guint8 *rgba)
{
  guint32 out = 0;

  for (guint c = 0; c < 3; c++) {
    guint under = paper >> (16 - 8 * c) & 255;

    out = out << 8 | (rgba[c] * rgba[3] + under * (255u - rgba[3]) + 127) / 255;
  }
  return out;
}

/* A picture at its own pixels, which the page only places. */
static void
draw_picture (cairo_t *cr,
              cairo_surface_t *picture,
              cairo_filter_t filter,
              double x,
              double y,
              double sx,
              double sy)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, sx, sy);
  cairo_set_source_surface (cr, picture, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), filter);
  cairo_pattern_set_extend (cairo_get_source (cr),
                            filter == CAIRO_FILTER_NEAREST ? CAIRO_EXTEND_NONE : CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0, 0, cairo_image_surface_get_width (picture),
                   cairo_image_surface_get_height (picture));
  cairo_fill (cr);
  cairo_restore (cr);
  cairo_surface_destroy (picture);
}

static cairo_surface_t *
make_picture (const TsFigure *self, guint width, guint height, const guint8 *rgba)
{
  cairo_surface_t *out = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) width, (int) height);
  guint8 *data = cairo_image_surface_get_data (out);

  for (guint y = 0; data != NULL && y < height; y++) {
    guint32 *row =
        (guint32 *) (gpointer) (data + (gsize) y * (gsize) cairo_image_surface_get_stride (out));

    for (guint x = 0; x < width; x++)
      row[x] = ts_figure_blend (self->paper, rgba + ((gsize) y * width + x) * 4);
  }
  cairo_surface_mark_dirty (out);
  return out;
}

static void
draw_bar (const TsFigure *self, cairo_t *cr)
{
  guint8 rgba[TS_FIGURE_BAR_STEPS][4];

  for (guint i = 0; i < TS_FIGURE_BAR_STEPS; i++) {
    memcpy (rgba[i], self->bar_colors[i], 3);
    rgba[i][3] = 255;
  }
  draw_picture (cr, make_picture (self, 1, TS_FIGURE_BAR_STEPS, rgba[0]), CAIRO_FILTER_NEAREST,
                self->bar.x, self->bar.y, self->bar.width, self->bar.height / TS_FIGURE_BAR_STEPS);
}

static gboolean
draw_images (const TsFigure *self,
             GArray *images,
             cairo_t *cr,
             cairo_filter_t filter,
             GCancellable *cancellable,
             GError **error)
{
  for (guint i = 0; i < images->len; i++) {
    const TsFigureImage *image = &g_array_index (images, TsFigureImage, i);
    g_autofree guint8 *pixels = ts_figure_render_image (self, image, cancellable, error);

    if (pixels == NULL)
      return FALSE;
    draw_picture (cr, make_picture (self, image->rect.width, image->rect.height, pixels), filter,
                  image->x, image->y, image->scale, image->scale);
  }
  return TRUE;
}

gboolean
ts_figure_draw_page (const TsFigure *self,
                     cairo_t *cr,
                     cairo_filter_t filter,
                     GCancellable *cancellable,
                     GError **error)
{
  ts_figure_set_color (cr, self->paper);
  cairo_paint (cr);
  if (!draw_images (self, self->images, cr, filter, cancellable, error))
    return FALSE;
  ts_figure_draw_boxes (self->outlines, cr);
  ts_figure_draw_lines (self, cr);
  ts_figure_draw_boxes (self->frames, cr);
  if (!draw_images (self, self->insets, cr, CAIRO_FILTER_NEAREST, cancellable, error))
    return FALSE;
  if (self->bar.width > 0)
    draw_bar (self, cr);
  ts_figure_draw_boxes (self->ticks, cr);
  ts_figure_draw_texts (self, cr);
  return TRUE;
}
