/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-private.h"

#include <glib/gi18n.h>
#include <math.h>

#define CAPTION_SCALE     0.82
#define CAPTION_MIN_WIDTH 40 /* logical pixels; narrower cells have none */
#define CAPTION_SPACE     3  /* above and below the text */
#define OUTLINE_WIDTH     3
#define OUTLINE_SPACE     2
#define CHECK_EDGE        20
#define CHECK_MIN_CELL    56
#define BADGE_MIN_CELL    44
#define CLIPPED_MIN       0.05 /* of an image beyond the range that is worth a badge */
#define BADGE_PAD         5

static const GdkRGBA caption_color = { 0.92f, 0.92f, 0.92f, 1 };
static const GdkRGBA clipped_color = { 0, 0, 0, 0.65f };
static const GdkRGBA badge_color = { 0.75f, 0.05f, 0.55f, 0.92f };
static const GdkRGBA badge_text_color = { 1, 1, 1, 1 };
static const GdkRGBA backdrop_color = { 0x5a / 255.0f, 0x5a / 255.0f, 0x5a / 255.0f, 1 };
static const GdkRGBA placeholder_color = { 0x66 / 255.0f, 0x66 / 255.0f, 0x66 / 255.0f, 1 };

static PangoLayout *
create_caption_layout (TsGrid *self)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (CAPTION_SCALE));
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  return layout;
}

/* In device pixels. */
int
ts_grid_measure_caption (TsGrid *self)
{
  int scale = self->layout.scale, height;
  double zoom = ts_grid_zoom_clamp (self->pictures->session != NULL
                                        ? ts_session_get_zoom (self->pictures->session)
                                        : 1,
                                    self->max_size.width, self->max_size.height);

  if (self->max_size.width * zoom < CAPTION_MIN_WIDTH * scale)
    return 0;
  g_autoptr (PangoLayout) layout = create_caption_layout (self);
  pango_layout_set_text (layout, "0", 1);
  pango_layout_get_pixel_size (layout, NULL, &height);
  return (height + 2 * CAPTION_SPACE) * scale;
}

static void
get_accent (TsGrid *self, GdkRGBA *color)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self));

  if (!gtk_style_context_lookup_color (context, "accent_bg_color", color))
    gdk_rgba_parse (color, "#3584e4");
}

/* Drawn once: a small texture that all selected cells share. */
static GdkTexture *
get_check_mark (TsGrid *self)
{
  if (self->check_mark != NULL)
    return self->check_mark;

  int edge = CHECK_EDGE * self->layout.scale;
  GdkRGBA accent;
  get_accent (self, &accent);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, edge, edge);
  cairo_t *cr = cairo_create (surface);
  cairo_scale (cr, self->layout.scale, self->layout.scale);
  cairo_arc (cr, CHECK_EDGE / 2.0, CHECK_EDGE / 2.0, CHECK_EDGE / 2.0 - 0.5, 0, 2 * G_PI);
  gdk_cairo_set_source_rgba (cr, &accent);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.9);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  cairo_move_to (cr, CHECK_EDGE * 0.28, CHECK_EDGE * 0.52);
  cairo_line_to (cr, CHECK_EDGE * 0.44, CHECK_EDGE * 0.68);
  cairo_line_to (cr, CHECK_EDGE * 0.73, CHECK_EDGE * 0.34);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_set_line_width (cr, 2);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);

  gsize stride = (gsize) cairo_image_surface_get_stride (surface);
  g_autoptr (GBytes) bytes =
                 g_bytes_new (cairo_image_surface_get_data (surface), stride * (gsize) edge);
  cairo_surface_destroy (surface);
  self->check_mark = gdk_memory_texture_new (edge, edge, GDK_MEMORY_DEFAULT, bytes, stride);
  return self->check_mark;
}

/* @is_bad: whether something is wrong with the values, not only with the range. */
static char *
dup_badge (TsGrid *self, guint64 index, gboolean *is_bad)
{
  TsTile *tile = ts_tile_cache_lookup_any (self->pictures->tiles, index);

  *is_bad = TRUE;
  if (tile == NULL)
    return NULL;
  if (tile->error != NULL) {
    ts_pictures_report_error (self->pictures, tile->error);
    return g_strdup (_ ("unreadable"));
  }
  if (tile->n_nan > 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " NaN", tile->n_nan);
  if (tile->n_inf > 0)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " Inf", tile->n_inf);
  *is_bad = FALSE;
  if (ts_grid_get_clipped (self, index) >= CLIPPED_MIN)
    return g_strdup_printf (_ ("%.0f %% clipped"), ts_grid_get_clipped (self, index) * 100);
  return NULL;
}

/* In the upper right corner of the picture at @right, @top. */
static void
snapshot_badge (GtkSnapshot *snapshot,
                PangoLayout *layout,
                const char *text,
                const GdkRGBA *color,
                float right,
                float top)
{
  int width, height;

  pango_layout_set_width (layout, -1);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, &width, &height);
  graphene_rect_t rect =
      GRAPHENE_RECT_INIT (roundf (right - (float) (width + 2 * BADGE_PAD + 4)), roundf (top + 4),
                          (float) (width + 2 * BADGE_PAD), (float) (height + 2));
  GskRoundedRect pill;
  gsk_rounded_rect_init_from_rect (&pill, &rect, rect.size.height / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &pill);
  gtk_snapshot_append_color (snapshot, color, &rect);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT (rect.origin.x + BADGE_PAD, rect.origin.y + 1));
  gtk_snapshot_append_layout (snapshot, layout, &badge_text_color);
  gtk_snapshot_restore (snapshot);
}

/* Captions and badges of a row, relative to its first cell, in logical pixels; kept as a node. */
static GskRenderNode *
make_decor (TsGrid *self, guint64 row)
{
  const TsGridLayout *layout = &self->layout;
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (PangoLayout) text = create_caption_layout (self);
  float scale = (float) layout->scale;
  float step = (float) (layout->cell_width + layout->gap) / scale;
  float width = (float) layout->cell_width / scale;
  guint n = ts_grid_get_row_length (self, row);

  for (guint i = 0; i < n; i++) {
    guint64 index = row * (guint64) layout->columns + i;
    if (layout->caption_height > 0) {
      g_autofree char *label = ts_grid_dup_label (self, index);
      g_autofree char *caption = label != NULL
                                     ? g_strdup_printf ("%" G_GUINT64_FORMAT " · %s", index, label)
                                     : g_strdup_printf ("%" G_GUINT64_FORMAT, index);
      pango_layout_set_width (text, (int) (width * PANGO_SCALE));
      pango_layout_set_text (text, caption, -1);
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) i * step,
                                                              (float) layout->cell_height / scale +
                                                                  CAPTION_SPACE));
      gtk_snapshot_append_layout (snapshot, text, &caption_color);
      gtk_snapshot_restore (snapshot);
    }
    if (width >= BADGE_MIN_CELL) {
      gboolean is_bad;
      g_autofree char *badge = dup_badge (self, index, &is_bad);
      if (badge != NULL) {
        TsGridPlace place;
        ts_grid_place_image (self, index, &place);
        snapshot_badge (snapshot, text, badge, is_bad ? &badge_color : &clipped_color,
                        (float) i * step + (float) (place.x + place.width) / scale,
                        (float) place.y / scale);
      }
    }
  }
  return gtk_snapshot_free_to_node (snapshot);
}

static void
snapshot_row (TsGrid *self, GtkSnapshot *snapshot, guint64 row, float x, float y)
{
  const TsGridLayout *layout = &self->layout;
  TsGridBand *band = g_hash_table_lookup (self->bands, &row);
  float scale = (float) layout->scale;

  if (band == NULL || band->texture == NULL) {
    guint n = ts_grid_get_row_length (self, row);
    for (guint i = 0; i < n; i++) {
      TsGridPlace place;
      ts_grid_place_image (self, row * (guint64) layout->columns + i, &place);
      float left = (float) ((int) i * (layout->cell_width + layout->gap) + place.x);
      gtk_snapshot_append_color (snapshot, &placeholder_color,
                                 &GRAPHENE_RECT_INIT (x + left / scale, y + (float) place.y / scale,
                                                      (float) place.width / scale,
                                                      (float) place.height / scale));
    }
    return;
  }

  gtk_snapshot_append_texture (snapshot, band->texture,
                               &GRAPHENE_RECT_INIT (x, y, (float) band->width / scale,
                                                    (float) band->height / scale));
  if (band->decor == NULL)
    band->decor = make_decor (self, row);
  if (band->decor != NULL) {
    gtk_snapshot_save (snapshot);
    gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
    gtk_snapshot_append_node (snapshot, band->decor);
    gtk_snapshot_restore (snapshot);
  }
}

static void
get_picture_rect (TsGrid *self, guint64 index, graphene_rect_t *rect)
{
  const TsGridLayout *layout = &self->layout;
  float scale = (float) layout->scale;
  int offset_x, x;
  gint64 offset_y, y;
  TsGridPlace place;

  ts_grid_get_offset (self, &offset_x, &offset_y);
  ts_grid_layout_get_cell (layout, index, &x, &y);
  ts_grid_place_image (self, index, &place);
  graphene_rect_init (rect, (float) (x - offset_x + place.x) / scale,
                      (float) (y - offset_y + place.y) / scale, (float) place.width / scale,
                      (float) place.height / scale);
}

static void
snapshot_outline (GtkSnapshot *snapshot,
                  const graphene_rect_t *rect,
                  float space,
                  float width,
                  const GdkRGBA *color)
{
  graphene_rect_t outer = *rect;
  GskRoundedRect outline;
  GdkRGBA colors[4] = { *color, *color, *color, *color };
  float widths[4] = { width, width, width, width };

  graphene_rect_inset (&outer, -(space + width), -(space + width));
  gsk_rounded_rect_init_from_rect (&outline, &outer, MIN (space + width, 6));
  gtk_snapshot_append_border (snapshot, &outline, widths, colors);
}

static void
snapshot_selection (TsGrid *self, GtkSnapshot *snapshot, guint64 first_row, guint64 last_row)
{
  const TsGridLayout *layout = &self->layout;
  GtkBitset *selection = ts_session_get_selection (self->pictures->session);
  guint first = (guint) (first_row * (guint64) layout->columns);
  guint64 end = MIN ((last_row + 1) * (guint64) layout->columns, layout->n_images);
  gboolean small = layout->gap < 8 * layout->scale;
  GtkBitsetIter iter;
  GdkRGBA accent;
  guint index;

  get_accent (self, &accent);
  for (gboolean more = gtk_bitset_iter_init_at (&iter, selection, first, &index);
       more && index < end; more = gtk_bitset_iter_next (&iter, &index)) {
    graphene_rect_t rect;
    get_picture_rect (self, index, &rect);
    snapshot_outline (snapshot, &rect, small ? 0 : OUTLINE_SPACE, small ? 2 : OUTLINE_WIDTH,
                      &accent);
    if (layout->cell_width >= CHECK_MIN_CELL * layout->scale &&
        layout->cell_height >= CHECK_MIN_CELL * layout->scale)
      gtk_snapshot_append_texture (snapshot, get_check_mark (self),
                                   &GRAPHENE_RECT_INIT (rect.origin.x + 5, rect.origin.y + 5,
                                                        CHECK_EDGE, CHECK_EDGE));
  }
}

static void
snapshot_focus (TsGrid *self, GtkSnapshot *snapshot)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  guint current = ts_session_get_current (self->pictures->session);
  const GdkRGBA white = { 1, 1, 1, 0.95f };
  graphene_rect_t rect;

  if (current >= self->layout.n_images || !ts_grid_cells_have_focus (self->cells) ||
      !GTK_IS_WINDOW (root) || !gtk_window_get_focus_visible (GTK_WINDOW (root)))
    return;
  get_picture_rect (self, current, &rect);
  gboolean small = self->layout.gap < 8 * self->layout.scale;
  snapshot_outline (snapshot, &rect, small ? 0 : OUTLINE_SPACE, 1, &white);
}

void
ts_grid_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TsGrid *self = TS_GRID (widget);
  const TsGridLayout *layout = &self->layout;
  guint64 first, last;

  gtk_snapshot_append_color (snapshot, &backdrop_color,
                             &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                                                  (float) gtk_widget_get_height (widget)));
  if (self->pictures->batch == NULL || !ts_grid_get_visible_rows (self, &first, &last))
    return;

  int offset_x;
  gint64 offset_y;
  ts_grid_get_offset (self, &offset_x, &offset_y);
  for (guint64 row = first; row <= last; row++) {
    int x;
    gint64 y;
    ts_grid_layout_get_cell (layout, row * (guint64) layout->columns, &x, &y);
    snapshot_row (self, snapshot, row, (float) (x - offset_x) / (float) layout->scale,
                  (float) (y - offset_y) / (float) layout->scale);
  }
  snapshot_selection (self, snapshot, first, last);
  snapshot_focus (self, snapshot);

  graphene_rect_t band;
  if (ts_grid_get_rubber_band (self, &band)) {
    GdkRGBA accent;
    get_accent (self, &accent);
    GdkRGBA tint = accent;
    tint.alpha = 0.25f;
    gtk_snapshot_append_color (snapshot, &tint, &band);
    graphene_rect_inset (&band, 1, 1);
    snapshot_outline (snapshot, &band, 0, 1, &accent);
  }
}
