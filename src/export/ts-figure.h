/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-resolve.h"
#include "view/ts-view.h"

G_BEGIN_DECLS

typedef enum {
  TS_FIGURE_PNG,
  TS_FIGURE_PDF,
  TS_FIGURE_SVG,
} TsFigureFormat;

/* "png", "pdf", "svg", %NULL-terminated. */
extern const char *const ts_figure_format_names[];

/* Where an enlarged part of an image stands. */
typedef enum {
  TS_PLACE_AUTO, /* in the corner of the image that is farthest from what it shows; below, where
                    that is in its way */
  TS_PLACE_TOP_LEFT,
  TS_PLACE_TOP_RIGHT,
  TS_PLACE_BOTTOM_LEFT,
  TS_PLACE_BOTTOM_RIGHT,
  TS_PLACE_BELOW, /* of the image, as wide as it is; several stand side by side */
  TS_PLACE_RIGHT, /* of the image, as high as it is; several stand below each other */
} TsFigurePlace;

/* "auto", "top-left", ..., %NULL-terminated. */
extern const char *const ts_figure_place_names[];

/**
 * TsFigureLoupe:
 * @rect: of each image, in its own pixels
 * @zoom: times as large as the image around it; 0 chooses
 * @color: of its outline and leader lines, 0xRRGGBB; -1 chooses
 */
typedef struct
{
  TsRect rect;
  TsFigurePlace place;
  guint zoom;
  int color;
} TsFigureLoupe;

#define TS_FIGURE_MAX_LOUPES 4

/**
 * TsFigureOptions:
 * @n_columns: most images a row
 * @gap_pt: between images, in points (1/72 inch)
 * @scale: pixels of the page for one of an image, nearest; 0 chooses one: the largest that fits
 * @width_mm, or else one that makes small images readable
 * @width_mm: of the page; 0 is as wide as it comes
 * @dpi: pixels an inch, 36 to 2400
 * @font_pt: size of the captions
 * @font: (nullable): family
 * @title: (nullable): above all
 * @labels: (nullable): caption of each image, a template as of file names: "seed {seed}"
 * @rows_by: (nullable): a field such as "label": a row for each of its values, with the first
 * @n_columns images of it; numbers in their order, texts as they come
 * @row_titles, @column_titles: (nullable): %NULL-terminated, one a row or column; where rows have
 * values, those are the titles unless others are given
 * @upright_titles: row titles run from bottom to top
 * @crop: the part of each image that is shown, in its own pixels; no width: all of it
 * @loupes: parts shown once more, enlarged; inside @crop
 * @colorbar: with the values that the colours stand for; for one channel in one range
 * @dark: light text on a dark page
 *
 * A figure for a paper or a page: a grid of images with text. A plain value that borrows its
 * strings; set by ts_figure_options_init().
 */
typedef struct
{
  guint n_columns;
  double gap_pt;
  guint scale;
  double width_mm;
  double dpi;
  double font_pt;
  const char *font;
  const char *title;
  const char *labels;
  const char *rows_by;
  const char *const *row_titles;
  const char *const *column_titles;
  gboolean upright_titles;
  TsRect crop;
  guint n_loupes;
  TsFigureLoupe loupes[TS_FIGURE_MAX_LOUPES];
  gboolean colorbar;
  gboolean dark;
} TsFigureOptions;

void ts_figure_options_init (TsFigureOptions *self);

/* A copy that owns its strings. */
TsFigureOptions *ts_figure_options_copy (const TsFigureOptions *self) G_GNUC_WARN_UNUSED_RESULT;
void ts_figure_options_free (TsFigureOptions *self);

/**
 * TsFigureWidth:
 * @id: "ieee-column"
 * @title: "IEEE, one column"
 * @source: who says so
 *
 * How wide a figure is in the pages of a journal or conference.
 */
typedef struct
{
  const char *id;
  const char *title;
  double width_mm;
  const char *source;
} TsFigureWidth;

/* Ends with an entry whose id is %NULL. */
extern const TsFigureWidth ts_figure_widths[];

/* "88.9" and "88.9mm", "8.89cm", "3.5in", "252pt" or the id of a TsFigureWidth.
 * %TS_ERROR_INVALID. */
gboolean ts_figure_parse_width (const char *text, double *width_mm, GError **error);

/* "X,Y,WIDTH,HEIGHT" in pixels. %TS_ERROR_INVALID. */
gboolean ts_figure_parse_rect (const char *text, TsRect *rect, GError **error);

/* "X,Y,WIDTH,HEIGHT" and, in any order, a place, a zoom ("4x") and a colour ("#ff8800"), all with
 * commas between. %TS_ERROR_INVALID. */
gboolean ts_figure_parse_loupe (const char *text, TsFigureLoupe *loupe, GError **error);
/* A text that reads back as the same. */
char *ts_figure_loupe_to_string (const TsFigureLoupe *loupe) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ts_figure_render:
 * @indices: (nullable): images in their order; %NULL is all
 *
 * A whole file. Images keep their own pixels: in a PNG each is a square of @scale pixels, in PDF
 * and SVG they are embedded without loss; text is text. Equal settings give equal bytes where the
 * fonts are equal. %TS_ERROR_INVALID for what cannot be drawn, with the reason. Blocks;
 * cancellable; thread-safe.
 */
GBytes *ts_figure_render (TsView *view,
                          TsBatchStats *stats,
                          const TsRecipe *recipe,
                          const TsFigureOptions *options,
                          TsFigureFormat format,
                          const guint64 *indices,
                          gsize n_indices,
                          GCancellable *cancellable,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * TsFigurePanel:
 * @index: of the image
 * @rect: the part of it that is shown, in its own pixels
 * @x, @y: of its upper left corner
 * @scale: of one of its pixels
 */
typedef struct
{
  guint64 index;
  TsRect rect;
  double x, y, scale;
} TsFigurePanel;

/**
 * TsFigurePreview:
 * @pixels: rows of @width RGB8 pixels
 * @panels: of TsFigurePanel, in pixels of the preview
 * @page_width, @page_height: of the figure itself, in pixels of its page
 */
typedef struct
{
  guint width, height;
  guint8 *pixels;
  GArray *panels;
  double page_width, page_height;
} TsFigurePreview;

/* The same figure for the screen, of at most @max_width x @max_height pixels. */
TsFigurePreview *ts_figure_preview (TsView *view,
                                    TsBatchStats *stats,
                                    const TsRecipe *recipe,
                                    const TsFigureOptions *options,
                                    TsFigureFormat format,
                                    const guint64 *indices,
                                    gsize n_indices,
                                    guint max_width,
                                    guint max_height,
                                    GCancellable *cancellable,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ts_figure_preview_free (TsFigurePreview *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsFigureOptions, ts_figure_options_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsFigurePreview, ts_figure_preview_free)

G_END_DECLS
