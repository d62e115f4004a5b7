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
 * @row_titles, @column_titles: (nullable): %NULL-terminated, one a row or column
 * @colorbar: with the values that the colours stand for; for one channel in one range
 * @dark: light text on a dark page
 *
 * A figure for a paper or a page: a grid of images with text. Set by ts_figure_options_init().
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
  const char *const *row_titles;
  const char *const *column_titles;
  gboolean colorbar;
  gboolean dark;
} TsFigureOptions;

void ts_figure_options_init (TsFigureOptions *self);

/**
 * ts_figure_render:
 * @indices: (nullable): images in their order; %NULL is all
 *
 * A whole file. Images keep their own pixels: in a PNG each is a square of @scale pixels, in PDF
 * and SVG they are embedded without loss; text is text. Equal settings give equal bytes where the
 * fonts are equal. %TS_ERROR_INVALID for what cannot be drawn, with the reason. Blocks;
 * cancellable.
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

G_END_DECLS
