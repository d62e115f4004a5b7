/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Figures as pixels: PNG files and pictures for the screen. In a PNG, images, loupes and the colour
 * bar are copied pixel by pixel and not drawn, so that they are the bytes of ts_render(). */

#include "config.h"

#include "export/ts-figure-private.h"

#include "base/ts-error.h"
#include "export/ts-encoder.h"

#include <math.h>

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

  for (guint y = 0; y < image->rect.height * scale; y++) {
    guint32 *out = (guint32 *) (gpointer) (data + (y0 + y) * stride) + x0;
    const guint8 *row = pixels + (gsize) (y / scale) * image->rect.width * 4;

    for (guint x = 0; x < image->rect.width * scale; x++)
      out[x] = ts_figure_blend (self->paper, row + x / scale * 4);
  }
}

static gboolean
paste_all (const TsFigure *self,
           GArray *images,
           cairo_surface_t *surface,
           GCancellable *cancellable,
           GError **error)
{
  cairo_surface_flush (surface);
  for (guint i = 0; i < images->len; i++) {
    const TsFigureImage *image = &g_array_index (images, TsFigureImage, i);
    g_autofree guint8 *pixels = ts_figure_render_image (self, image, cancellable, error);

    if (pixels == NULL)
      return FALSE;
    paste (self, surface, image, pixels);
  }
  cairo_surface_mark_dirty (surface);
  return TRUE;
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

static gboolean
draw_exactly (const TsFigure *self,
              cairo_surface_t *surface,
              GCancellable *cancellable,
              GError **error)
{
  cairo_t *cr = cairo_create (surface);
  gboolean ok;

  ts_figure_set_color (cr, self->paper);
  cairo_paint (cr);
  ok = ts_figure_check_surface (surface, error) &&
       paste_all (self, self->images, surface, cancellable, error);
  ts_figure_draw_boxes (self->outlines, cr);
  ts_figure_draw_lines (self, cr);
  ts_figure_draw_boxes (self->frames, cr);
  ts_figure_draw_boxes (self->ticks, cr);
  ts_figure_draw_texts (self, cr);
  cairo_destroy (cr);
  ok = ok && paste_all (self, self->insets, surface, cancellable, error);
  cairo_surface_flush (surface);
  if (ok && self->bar.width > 0)
    paste_bar (self, surface);
  return ok && ts_figure_check_surface (surface, error);
}

/* From cairo's words to packed RGB8 rows. */
static guint8 *
copy_page (cairo_surface_t *surface)
{
  guint width = (guint) cairo_image_surface_get_width (surface);
  guint height = (guint) cairo_image_surface_get_height (surface);
  const guint8 *data = cairo_image_surface_get_data (surface);
  gsize stride = (gsize) cairo_image_surface_get_stride (surface);
  guint8 *pixels = g_try_malloc ((gsize) width * height * 3);

  for (guint y = 0; pixels != NULL && y < height; y++) {
    const guint32 *row = (const guint32 *) (gconstpointer) (data + y * stride);
    guint8 *out = pixels + (gsize) y * width * 3;

    for (guint x = 0; x < width; x++) {
      out[3 * x] = (guint8) (row[x] >> 16);
      out[3 * x + 1] = (guint8) (row[x] >> 8);
      out[3 * x + 2] = (guint8) row[x];
    }
  }
  return pixels;
}

static GBytes *
encode_page (const TsFigure *self, cairo_surface_t *surface, GError **error)
{
  guint width = (guint) cairo_image_surface_get_width (surface);
  guint height = (guint) cairo_image_surface_get_height (surface);
  g_autofree guint8 *pixels = copy_page (surface);
  TsPicture picture = { width, height, TS_PIXELS_RGB8, pixels, (gsize) width * 3 };
  TsEncodeOptions options = { .compression = 1, .metadata = self->metadata };

  if (pixels == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for the figure");
    return NULL;
  }
  return ts_encoder_find ("png")->encode (&picture, &options, error);
}

GBytes *
ts_figure_draw_png (const TsFigure *self, GCancellable *cancellable, GError **error)
{
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) self->width, (int) self->height);
  GBytes *bytes = NULL;

  if (draw_exactly (self, surface, cancellable, error))
    bytes = encode_page (self, surface, error);
  cairo_surface_destroy (surface);
  return bytes;
}

/* The panels as they stand in a preview of @factor times the page. */
static GArray *
scale_panels (const TsFigure *self, double factor)
{
  GArray *panels = g_array_copy (self->images);

  for (guint i = 0; i < panels->len; i++) {
    TsFigurePanel *panel = &g_array_index (panels, TsFigurePanel, i);

    panel->x *= factor;
    panel->y *= factor;
    panel->scale *= factor;
  }
  return panels;
}

TsFigurePreview *
ts_figure_draw_preview (const TsFigure *self,
                        guint max_width,
                        guint max_height,
                        GCancellable *cancellable,
                        GError **error)
{
  double factor = MIN (max_width / self->width, max_height / self->height);
  cairo_surface_t *surface;
  TsFigurePreview *preview = NULL;
  gboolean ok;

  if (self->whole_pixels)
    factor = MIN (factor, 1);
  surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, MAX ((int) round (self->width * factor), 1),
                                  MAX ((int) round (self->height * factor), 1));
  if (self->whole_pixels && factor == 1) {
    ok = draw_exactly (self, surface, cancellable, error);
  } else {
    double scale = self->images->len > 0 ? g_array_index (self->images, TsFigureImage, 0).scale : 1;
    cairo_t *cr = cairo_create (surface);

    cairo_scale (cr, factor, factor);
    ok = ts_figure_draw_page (self, cr,
                              scale * factor < 2 ? CAIRO_FILTER_GOOD : CAIRO_FILTER_NEAREST,
                              cancellable, error) &&
         ts_figure_check_surface (surface, error);
    cairo_destroy (cr);
  }
  cairo_surface_flush (surface);
  if (ok) {
    preview = g_new0 (TsFigurePreview, 1);
    preview->width = (guint) cairo_image_surface_get_width (surface);
    preview->height = (guint) cairo_image_surface_get_height (surface);
    preview->pixels = copy_page (surface);
    preview->panels = scale_panels (self, factor);
    preview->page_width = self->width;
    preview->page_height = self->height;
    if (preview->pixels == NULL) {
      g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for the preview");
      g_clear_pointer (&preview, ts_figure_preview_free);
    }
  }
  cairo_surface_destroy (surface);
  return preview;
}
