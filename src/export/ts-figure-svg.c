/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Figures as SVG: words stay words (cairo would draw them as outlines), images are embedded as PNG
 * at their own size. */

#include "config.h"

#include "export/ts-figure-private.h"

#include "export/ts-encoder.h"

#include <string.h>

static void
put_number (GString *out, const char *name, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.8g", value);
  g_string_append_printf (out, " %s=\"%s\"", name, text);
}

/* XML has no way to hold most control characters. */
static char *
escape (const char *text)
{
  g_autofree char *clean = g_utf8_make_valid (text, -1);

  for (char *p = clean; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';
  return g_markup_escape_text (clean, -1);
}

static void
put_box (GString *out, const TsFigureBox *box)
{
  put_number (out, "x", box->x);
  put_number (out, "y", box->y);
  put_number (out, "width", box->width);
  put_number (out, "height", box->height);
}

static gboolean
put_picture (GString *out, const TsPicture *picture, const TsFigureBox *box, GError **error)
{
  TsEncodeOptions options = { .compression = 1 };
  g_autoptr (GBytes) png = ts_encoder_find ("png")->encode (picture, &options, error);
  g_autofree char *base64 = NULL;

  if (png == NULL)
    return FALSE;
  base64 = g_base64_encode (g_bytes_get_data (png, NULL), g_bytes_get_size (png));
  g_string_append (out, "<image");
  put_box (out, box);
  g_string_append (out, " preserveAspectRatio=\"none\" image-rendering=\"optimizeSpeed\" "
                        "style=\"image-rendering:pixelated\""
                        " xlink:href=\"data:image/png;base64,");
  g_string_append (out, base64);
  g_string_append (out, "\"/>\n");
  return TRUE;
}

static gboolean
put_images (const TsFigure *self,
            GArray *images,
            GString *out,
            GCancellable *cancellable,
            GError **error)
{
  for (guint i = 0; i < images->len; i++) {
    const TsFigureImage *image = &g_array_index (images, TsFigureImage, i);
    g_autofree guint8 *pixels = ts_figure_render_image (self, image, cancellable, error);
    TsPicture picture = { image->rect.width, image->rect.height, TS_PIXELS_RGBA8, pixels,
                          (gsize) image->rect.width * 4 };
    TsFigureBox box = { image->x, image->y, image->rect.width * image->scale,
                        image->rect.height * image->scale, 0 };

    if (pixels == NULL || !put_picture (out, &picture, &box, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
put_bar (const TsFigure *self, GString *out, GError **error)
{
  TsPicture picture = { 1, TS_FIGURE_BAR_STEPS, TS_PIXELS_RGB8, self->bar_colors[0], 3 };

  return self->bar.width == 0 || put_picture (out, &picture, &self->bar, error);
}

static void
put_color (GString *out, const char *name, guint32 color)
{
  g_string_append_printf (out, " %s=\"#%06x\"", name, color);
}

static void
put_boxes (GString *out, GArray *boxes)
{
  for (guint i = 0; i < boxes->len; i++) {
    const TsFigureBox *box = &g_array_index (boxes, TsFigureBox, i);

    g_string_append (out, "<rect");
    put_box (out, box);
    put_color (out, "fill", box->color);
    g_string_append (out, "/>\n");
  }
}

static void
put_lines (GString *out, GArray *lines)
{
  for (guint i = 0; i < lines->len; i++) {
    const TsFigureLine *line = &g_array_index (lines, TsFigureLine, i);

    g_string_append (out, "<line");
    put_number (out, "x1", line->x0);
    put_number (out, "y1", line->y0);
    put_number (out, "x2", line->x1);
    put_number (out, "y2", line->y1);
    put_number (out, "stroke-width", line->width);
    put_color (out, "stroke", line->color);
    g_string_append (out, "/>\n");
  }
}

static void
put_text (GString *out, const TsFigureText *text)
{
  static const char *const anchors[] = { "start", "middle", "end" };
  g_autofree char *escaped = escape (text->text);

  g_string_append (out, "<text");
  put_number (out, "x", text->x);
  put_number (out, "y", text->baseline);
  put_number (out, "font-size", text->size);
  if (text->anchor != TS_ANCHOR_START)
    g_string_append_printf (out, " text-anchor=\"%s\"", anchors[text->anchor]);
  if (text->upright) {
    char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd (x, sizeof x, "%.8g", text->x);
    g_ascii_formatd (y, sizeof y, "%.8g", text->baseline);
    g_string_append_printf (out, " transform=\"rotate(-90 %s %s)\"", x, y);
  }
  if (text->bold)
    g_string_append (out, " font-weight=\"bold\"");
  g_string_append_printf (out, ">%s</text>\n", escaped);
}

GBytes *
ts_figure_draw_svg (const TsFigure *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *font = escape (self->font);
  g_autofree char *metadata = escape (self->metadata);
  char width[G_ASCII_DTOSTR_BUF_SIZE], height[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (width, sizeof width, "%.8g", self->width * 72 / self->dpi);
  g_ascii_formatd (height, sizeof height, "%.8g", self->height * 72 / self->dpi);
  g_string_append_printf (out,
                          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                          "<svg xmlns=\"http://www.w3.org/2000/svg\""
                          " xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"%spt\""
                          " height=\"%spt\" viewBox=\"0 0 %.0f %.0f\" font-family=\"%s\">\n",
                          width, height, self->width, self->height, font);
  if (self->title != NULL) {
    g_autofree char *title = escape (self->title);

    g_string_append_printf (out, "<title>%s</title>\n", title);
  }
  g_string_append_printf (out,
                          "<metadata>%s</metadata>\n"
                          "<rect width=\"100%%\" height=\"100%%\" fill=\"#%06x\"/>\n",
                          metadata, self->paper);
  if (!put_images (self, self->images, out, cancellable, error))
    return NULL;
  put_boxes (out, self->outlines);
  put_lines (out, self->leaders);
  put_boxes (out, self->frames);
  if (!put_images (self, self->insets, out, cancellable, error) || !put_bar (self, out, error))
    return NULL;
  put_boxes (out, self->ticks);
  g_string_append_printf (out, "<g fill=\"#%06x\">\n", self->ink);
  for (guint i = 0; i < self->texts->len; i++)
    put_text (out, &g_array_index (self->texts, TsFigureText, i));
  g_string_append (out, "</g>\n</svg>\n");
  return g_string_free_to_bytes (g_steal_pointer (&out));
}
