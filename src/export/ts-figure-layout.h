/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-figure-bar.h"
#include "export/ts-name-template.h"

G_BEGIN_DECLS

#define TS_FIGURE_LINE_HEIGHT 1.4  /* of the text size */
#define TS_FIGURE_ASCENT      1.05 /* from the top of a line to its baseline */

/* Which image stands where in the grid. */
typedef struct
{
  guint64 index;
  gsize position; /* in the selection, for captions */
  guint row, column;
} TsFigureCell;

/* One loupe at the scale of the layout: x and y are from the upper left corner of its image (a
 * cell) or of what stands below or right of it. */
typedef struct
{
  TsFigurePlace place;
  double scale; /* pixels of the page for one of the image */
  double x, y, width, height;
  guint32 color;
} TsFigureInset;

/* What laying out goes by, and has found so far. */
typedef struct
{
  const TsFigureOptions *options;
  TsFigure *figure;
  TsFigureFormat format;
  PangoContext *context;
  const guint64 *indices; /* (nullable) */
  gsize n;                /* selected */
  TsNameTemplate *labels; /* (nullable) */
  TsNameContext names;

  GArray *cells;     /* of TsFigureCell */
  char **row_values; /* (nullable) titles that the rows have by themselves */
  const char *const *row_titles;
  TsImageSize cell; /* the largest of what is shown of an image */
  guint n_columns, n_rows;
  double pt; /* pixels a point */
  double scale, gap, margin, line, text_size;
  double left, right, top; /* around the grid */
  double below, beside;    /* room for loupes at each image */
  double column_step, row_step;
  TsFigureInset insets[TS_FIGURE_MAX_LOUPES];
  TsFigureBarScale bar;
} TsFigureLayout;

gboolean ts_figure_fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Rows and columns of the images; see TsFigureOptions.rows_by. */
gboolean ts_figure_arrange (TsFigureLayout *self,
                            TsParams *params,
                            GCancellable *cancellable,
                            GError **error);

/* What is shown of image @index. */
void ts_figure_get_rect (const TsFigureLayout *self, guint64 index, TsRect *rect);

/* Whether every loupe lies in what is shown of image @index. */
gboolean ts_figure_check_loupes (const TsFigureLayout *self, guint64 index, GError **error);
/* Sizes of the loupes, and the room they need beside and below images, at @scale. */
void ts_figure_measure_loupes (TsFigureLayout *self, double scale);
/* Outlines, leader lines and enlarged parts of one image, whose cell starts at @x, @y. */
void ts_figure_place_loupes (TsFigureLayout *self, const TsFigureImage *image, double x, double y);

double
ts_figure_measure_text (const TsFigureLayout *self, const char *text, double size, gboolean bold);
/* Adds @text, or as much of its start as fits in @room with an ellipsis. */
void ts_figure_add_text (TsFigureLayout *self, const TsFigureText *text, double room);
/* Captions of all cells, in one size in which the longest fits if possible. */
gboolean ts_figure_make_captions (TsFigureLayout *self,
                                  GPtrArray *captions,
                                  double room,
                                  double *size,
                                  GCancellable *cancellable,
                                  GError **error);

/* Fills @self->figure, all but the metadata. */
gboolean ts_figure_lay_out (TsFigureLayout *self,
                            TsParams *params,
                            GCancellable *cancellable,
                            GError **error);

G_END_DECLS
