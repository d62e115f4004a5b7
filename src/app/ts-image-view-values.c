/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-image-view-private.h"

#include <math.h>
#include <string.h>

/* The raw numbers on the pixels. A pixel may show many and a screen thousands of them, so each
 * character is shaped once and numbers are put together from their glyphs. */

#define MAX_LINES 4
static const char alphabet[] = "0123456789.-+einfaN";

typedef struct
{
  PangoFont *font; /* owned */
  PangoGlyphInfo glyphs[sizeof alphabet - 1];
  int line_height; /* Pango units */
  int ascent;
} Typeface;

static gboolean
typeface_init (Typeface *self, GtkWidget *widget, int size)
{
  PangoContext *context = gtk_widget_get_pango_context (widget);
  g_autoptr (PangoFontDescription) description =
                 pango_font_description_copy (pango_context_get_font_description (context));

  memset (self, 0, sizeof *self);
  pango_font_description_set_absolute_size (description, size);
  self->font = pango_context_load_font (context, description);
  if (self->font == NULL)
    return FALSE;

  PangoFontMetrics *metrics = pango_font_get_metrics (self->font, NULL);
  self->ascent = pango_font_metrics_get_ascent (metrics);
  self->line_height = self->ascent + pango_font_metrics_get_descent (metrics);
  pango_font_metrics_unref (metrics);
  PangoAnalysis analysis = { .font = self->font, .language = pango_language_get_default () };
  PangoGlyphString *glyphs = pango_glyph_string_new ();
  gboolean complete = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (self->glyphs); i++) {
    pango_shape (&alphabet[i], 1, &analysis, glyphs);
    complete = complete && glyphs->num_glyphs == 1;
    if (complete)
      self->glyphs[i] = glyphs->glyphs[0];
  }
  pango_glyph_string_free (glyphs);
  return complete;
}

/* The width in Pango units. */
static int
compose (const Typeface *self, const char *text, PangoGlyphString *glyphs)
{
  int n = 0, width = 0;

  pango_glyph_string_set_size (glyphs, (int) strlen (text));
  for (const char *p = text; *p != '\0'; p++) {
    const char *at = strchr (alphabet, *p);
    if (at == NULL)
      continue;
    glyphs->glyphs[n] = self->glyphs[at - alphabet];
    glyphs->log_clusters[n] = n;
    width += glyphs->glyphs[n].geometry.width;
    n++;
  }
  pango_glyph_string_set_size (glyphs, n);
  return width;
}

static void
format_value (double value, gboolean is_integer, char *text, gsize size)
{
  if (isnan (value))
    g_strlcpy (text, "NaN", size);
  else if (isinf (value))
    g_strlcpy (text, value > 0 ? "inf" : "-inf", size);
  else if (is_integer)
    g_ascii_formatd (text, (int) size, "%.0f", value);
  else if (value == 0 || (fabs (value) >= 0.0005 && fabs (value) < 99.5))
    g_ascii_formatd (text, (int) size, fabs (value) < 9.995 ? "%.3f" : "%.2f", value);
  else if (fabs (value) >= 99.5 && fabs (value) < 99999.5)
    g_ascii_formatd (text, (int) size, fabs (value) < 999.5 ? "%.1f" : "%.0f", value);
  else
    g_ascii_formatd (text, (int) size, "%.1e", value);
}

/* Which channels of the image are shown: those that make its colour. */
static guint
list_channels (const TsRecipe *recipe, guint n_channels, guint channels[MAX_LINES])
{
  guint n = 0;

  if (recipe->channel_mode == TS_CHANNELS_AUTO) {
    guint n_shown = n_channels == 3 ? 3 : 1;
    for (guint c = 0; c < MIN (n_shown, n_channels); c++)
      channels[n++] = c;
    return n;
  }
  guint n_slots = recipe->channel_mode == TS_CHANNELS_SINGLE ? 1
                  : recipe->channel_mode == TS_CHANNELS_RGB  ? 3
                  : recipe->channel_mode == TS_CHANNELS_RGBA ? 4
                                                             : 0;
  /* made of all channels: the first ones stand for them */
  for (guint c = 0; n_slots == 0 && c < MIN (n_channels, MAX_LINES); c++)
    channels[n++] = c;
  for (guint i = 0; i < n_slots; i++)
    if (recipe->channels[i] >= 0 && (guint) recipe->channels[i] < n_channels)
      channels[n++] = (guint) recipe->channels[i];
  return n;
}

/* Whether what is painted there is light, so that the text is to be dark. */
static gboolean
is_light (TsImageView *self, int x, int y)
{
  const TsImageGeometry *p = &self->painted;
  gsize n = (gsize) p->view_width * (gsize) p->view_height;
  const guint8 *pixels = g_bytes_get_data (self->pixels, NULL);
  gsize bpp = g_bytes_get_size (self->pixels) / n;

  x = CLAMP (x - p->view_x, 0, p->view_width - 1);
  y = CLAMP (y - p->view_y, 0, p->view_height - 1);
  const guint8 *pixel = pixels + ((gsize) y * (gsize) p->view_width + (gsize) x) * bpp;
  return pixel[0] * 299 + pixel[1] * 587 + pixel[2] * 114 > 132 * 1000;
}

GskRenderNode *
ts_image_view_make_values (TsImageView *self, const TsImageGeometry *g)
{
  const GdkRGBA black = { 0, 0, 0, 0.88f }, white = { 1, 1, 1, 0.92f };
  float scale = (float) gtk_widget_get_scale_factor (GTK_WIDGET (self));
  float edge = (float) g->zoom / scale;
  guint channels[MAX_LINES];
  TsRect held, visible;
  TsBlock *block = ts_image_view_get_native (self, &held);

  if (block == NULL || self->pixels == NULL || !ts_image_view_get_visible_rect (self, &visible))
    return NULL;
  guint n_lines =
      list_channels (ts_pictures_get_recipe (self->pictures), (guint) block->dims[2], channels);
  if (n_lines == 0)
    return NULL;

  /* seven digits wide, and all lines high */
  float size = MIN (MIN (edge / 4.4f, edge * 0.92f / (1.25f * (float) n_lines)), 15);
  Typeface face;
  if (!typeface_init (&face, GTK_WIDGET (self), (int) (size * PANGO_SCALE))) {
    g_clear_object (&face.font);
    return NULL;
  }

  const TsDtypeInfo *dtype = ts_dtype_get_info (block->dtype);
  gboolean is_integer = ts_dtype_is_integer (block->dtype);
  PangoGlyphString *glyphs = pango_glyph_string_new ();
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  float line = (float) face.line_height / PANGO_SCALE, ascent = (float) face.ascent / PANGO_SCALE;
  for (guint y = visible.y; y < visible.y + visible.height; y++)
    for (guint x = visible.x; x < visible.x + visible.width; x++) {
      if (x < held.x || y < held.y || x >= held.x + held.width || y >= held.y + held.height)
        continue;
      float left = (float) g->origin_x / scale + (float) x * edge;
      float top = (float) g->origin_y / scale + (float) y * edge;
      top += (edge - line * (float) n_lines) / 2;
      gboolean light = is_light (self, (int) ((x + 0.5) * g->zoom), (int) ((y + 0.5) * g->zoom));
      for (guint i = 0; i < n_lines; i++) {
        char text[G_ASCII_DTOSTR_BUF_SIZE];
        double value;
        gint64 offset = (gint64) (y - held.y) * block->strides_elems[0] +
                        (gint64) (x - held.x) * block->strides_elems[1] +
                        (gint64) channels[i] * block->strides_elems[2];
        dtype->load (block->data + offset * dtype->size_bytes, 0, 1, &value);
        format_value (value, is_integer, text, sizeof text);
        float width = (float) compose (&face, text, glyphs) / PANGO_SCALE;
        g_autoptr (GskRenderNode) node =
                       gsk_text_node_new (face.font, glyphs, light ? &black : &white,
                                          &GRAPHENE_POINT_INIT (left + (edge - width) / 2,
                                                                top + line * (float) i + ascent));
        if (node != NULL)
          gtk_snapshot_append_node (snapshot, node);
      }
    }
  pango_glyph_string_free (glyphs);
  g_object_unref (face.font);
  return gtk_snapshot_free_to_node (snapshot);
}
