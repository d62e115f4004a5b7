/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Figures as PNG and PDF. In a PNG, images and the colour bar are copied pixel by pixel and not
 * drawn, so that they are the bytes of ts_render(). */

#include "config.h"

#include "export/ts-figure-private.h"

#include "base/ts-error.h"
#include "export/ts-encoder.h"

#include <cairo-pdf.h>
#include <math.h>
#include <string.h>

/* A time is part of every PDF unless one is given: equal figures are equal bytes. */
#define PDF_TIME "1980-01-01T00:00:00Z"

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

static void
set_color (cairo_t *cr, guint32 rgb)
{
  cairo_set_source_rgb (cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                        (rgb & 255) / 255.0);
}

static void
draw_texts (const TsFigure *self, cairo_t *cr)
{
  PangoContext *context = ts_figure_new_context ();

  set_color (cr, self->ink);
  for (guint i = 0; i < self->lines->len; i++) {
    const TsFigureBox *box = &g_array_index (self->lines, TsFigureBox, i);

    cairo_rectangle (cr, box->x, box->y, box->width, box->height);
    cairo_fill (cr);
  }
  for (guint i = 0; i < self->texts->len; i++) {
    const TsFigureText *text = &g_array_index (self->texts, TsFigureText, i);
    PangoLayout *layout =
        ts_figure_new_layout (context, self->font, text->size, text->bold, text->text);
    PangoRectangle extents;
    double width;

    pango_layout_get_extents (layout, NULL, &extents);
    width = (double) extents.width / PANGO_SCALE;
    cairo_move_to (cr, text->x - width * text->anchor / 2,
                   text->baseline - (double) pango_layout_get_baseline (layout) / PANGO_SCALE);
    pango_cairo_show_layout (cr, layout);
    g_object_unref (layout);
  }
  g_object_unref (context);
}

static gboolean
check_surface (cairo_surface_t *surface, GError **error)
{
  cairo_status_t status = cairo_surface_status (surface);

  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "the figure: %s", cairo_status_to_string (status));
  return FALSE;
}

static guint32
blend (guint32 paper, const guint8 *rgba)
{
  guint32 out = 0;

  for (guint c = 0; c < 3; c++) {
    guint under = paper >> (16 - 8 * c) & 255;

    out = out << 8 | (rgba[c] * rgba[3] + under * (255u - rgba[3]) + 127) / 255;
  }
  return out;
}

/* Copies an image onto the page, each pixel @scale times; both are whole numbers here. */
static void
paste (const TsFigure *self,
       cairo_surface_t *surface,
       const TsFigureImage *image,
       const guint8 *pixels)
{
  guint8 *data = cairo_image_surface_get_data (surface);
  gsize stride = (gsize) cairo_image_surface_get_stride (surface);
  guint scale = (guint) image->scale;
  gsize x0 = (gsize) image->x, y0 = (gsize) image->y;

  for (guint y = 0; y < image->height * scale; y++) {
    guint32 *out = (guint32 *) (gpointer) (data + (y0 + y) * stride) + x0;
    const guint8 *row = pixels + (gsize) (y / scale) * image->width * 4;

    for (guint x = 0; x < image->width * scale; x++)
      out[x] = blend (self->paper, row + x / scale * 4);
  }
}

static void
paste_bar (const TsFigure *self, cairo_surface_t *surface)
{
  guint8 *data = cairo_image_surface_get_data (surface);
  gsize stride = (gsize) cairo_image_surface_get_stride (surface);
  guint height = (guint) self->bar.height;

  for (guint y = 0; y < height; y++) {
    const guint8 *rgb = self->bar_colors[y * TS_FIGURE_BAR_STEPS / height];
    guint32 *out =
        (guint32 *) (gpointer) (data + ((gsize) self->bar.y + y) * stride) + (gsize) self->bar.x;

    for (guint x = 0; x < (guint) self->bar.width; x++)
      out[x] = (guint32) (rgb[0] << 16 | rgb[1] << 8 | rgb[2]);
  }
}

/* From cairo's words to bytes. */
static GBytes *
encode_page (const TsFigure *self, cairo_surface_t *surface, GError **error)
{
  guint width = (guint) cairo_image_surface_get_width (surface);
  guint height = (guint) cairo_image_surface_get_height (surface);
  const guint8 *data = cairo_image_surface_get_data (surface);
  gsize stride = (gsize) cairo_image_surface_get_stride (surface);
  g_autofree guint8 *pixels = g_try_malloc ((gsize) width * height * 3);
  TsPicture picture = { width, height, TS_PIXELS_RGB8, pixels, (gsize) width * 3 };
  TsEncodeOptions options = { .compression = 1, .metadata = self->metadata };

  if (pixels == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for the figure");
    return NULL;
  }
  for (guint y = 0; y < height; y++) {
    const guint32 *row = (const guint32 *) (gconstpointer) (data + y * stride);
    guint8 *out = pixels + (gsize) y * width * 3;

    for (guint x = 0; x < width; x++) {
      out[3 * x] = (guint8) (row[x] >> 16);
      out[3 * x + 1] = (guint8) (row[x] >> 8);
      out[3 * x + 2] = (guint8) row[x];
    }
  }
  return ts_encoder_find ("png")->encode (&picture, &options, error);
}

GBytes *
ts_figure_draw_png (const TsFigure *self, GCancellable *cancellable, GError **error)
{
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) self->width, (int) self->height);
  cairo_t *cr = cairo_create (surface);
  GBytes *bytes = NULL;
  gboolean ok;

  set_color (cr, self->paper);
  cairo_paint (cr);
  draw_texts (self, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  ok = check_surface (surface, error);
  for (guint i = 0; ok && i < self->images->len; i++) {
    const TsFigureImage *image = &g_array_index (self->images, TsFigureImage, i);
    g_autofree guint8 *pixels = ts_figure_render_image (self, image, cancellable, error);

    ok = pixels != NULL;
    if (ok)
      paste (self, surface, image, pixels);
  }
  if (ok && self->bar.width > 0)
    paste_bar (self, surface);
  if (ok)
    bytes = encode_page (self, surface, error);
  cairo_surface_destroy (surface);
  return bytes;
}

static cairo_status_t
write_cb (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

/* A picture at its own pixels, which the page only places. */
static void
draw_picture (cairo_t *cr, cairo_surface_t *picture, double x, double y, double sx, double sy)
{
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, sx, sy);
  cairo_set_source_surface (cr, picture, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
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
      row[x] = blend (self->paper, rgba + ((gsize) y * width + x) * 4);
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
  draw_picture (cr, make_picture (self, 1, TS_FIGURE_BAR_STEPS, rgba[0]), self->bar.x, self->bar.y,
                self->bar.width, self->bar.height / TS_FIGURE_BAR_STEPS);
}

GBytes *
ts_figure_draw_pdf (const TsFigure *self, GCancellable *cancellable, GError **error)
{
  GByteArray *out = g_byte_array_new ();
  double unit = 72 / self->dpi;
  cairo_surface_t *surface =
      cairo_pdf_surface_create_for_stream (write_cb, out, self->width * unit, self->height * unit);
  cairo_t *cr = cairo_create (surface);
  gboolean ok = TRUE;

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, PDF_TIME);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR, "Tenscope " TS_VERSION);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_SUBJECT, self->metadata);
  if (self->title != NULL)
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, self->title);
  cairo_scale (cr, unit, unit);
  set_color (cr, self->paper);
  cairo_paint (cr);
  for (guint i = 0; ok && i < self->images->len; i++) {
    const TsFigureImage *image = &g_array_index (self->images, TsFigureImage, i);
    g_autofree guint8 *pixels = ts_figure_render_image (self, image, cancellable, error);

    ok = pixels != NULL;
    if (ok)
      draw_picture (cr, make_picture (self, image->width, image->height, pixels), image->x,
                    image->y, image->scale, image->scale);
  }
  if (self->bar.width > 0)
    draw_bar (self, cr);
  draw_texts (self, cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  ok = ok && check_surface (surface, error);
  cairo_surface_destroy (surface);
  if (!ok) {
    g_byte_array_unref (out);
    return NULL;
  }
  return g_byte_array_free_to_bytes (out);
}
