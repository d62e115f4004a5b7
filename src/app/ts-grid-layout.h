/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "view/ts-batch.h"

G_BEGIN_DECLS

/**
 * TsGridLayout:
 *
 * Where the cells of the grid are: pure arithmetic, all lengths in device pixels so that images and
 * screen pixels stay aligned at any scale factor. All cells have the size of the largest image at
 * the zoom; see ts_grid_layout_place() for smaller ones.
 *
 * The first block is set by the caller, the second by ts_grid_layout_update().
 */
typedef struct
{
  guint64 n_images;
  guint image_width, image_height; /* of the largest image */
  double zoom;                     /* device pixels per pixel of the largest image */
  int scale;                       /* device pixels per logical pixel */
  int caption_height;              /* 0: none */
  int viewport_width, viewport_height;

  double effective_zoom; /* whole number from 1 up, within the limits of a cell */
  int cell_width, cell_height;
  int gap, pad;
  int row_height; /* from one row to the next */
  int columns;
  guint64 n_rows;
  int origin_x; /* of the first column */
  int width;    /* of the content; may be larger than the viewport */
  gint64 height;
} TsGridLayout;

/**
 * TsGridPlace:
 * @x, @y: of the image in its cell
 * @width, @height: of the image on the screen
 * @factor: 1 or more: every image pixel is @factor x @factor device pixels; 0: minified
 * @tile_width, @tile_height: of the block that is rendered: the image's own size, or the size on
 * the screen when minified
 */
typedef struct
{
  int x, y;
  int width, height;
  guint factor;
  guint tile_width, tile_height;
} TsGridPlace;

void ts_grid_layout_update (TsGridLayout *self);

/* The top left corner of cell @index in the content. */
void ts_grid_layout_get_cell (const TsGridLayout *self, guint64 index, int *x, gint64 *y);

/* The cell at a point of the content, or -1; the caption belongs to its cell. */
gint64 ts_grid_layout_find (const TsGridLayout *self, int x, gint64 y);

/* Rows that touch [@y, @y + @height) of the content; %FALSE if there are none. */
gboolean ts_grid_layout_get_rows (const TsGridLayout *self,
                                  gint64 y,
                                  int height,
                                  guint64 *first,
                                  guint64 *last);

/* Cells that touch a rectangle of the content, as columns and rows; %FALSE if there are none. */
gboolean ts_grid_layout_get_cells_in (const TsGridLayout *self,
                                      double x,
                                      double y,
                                      double width,
                                      double height,
                                      int *column,
                                      int *n_columns,
                                      guint64 *row,
                                      guint64 *n_rows);

/* An image of @width x @height pixels in a cell: centred, magnified by the largest whole factor
 * that fits (so that the small images of a batch of mixed sizes can be seen), or minified to fit.
 */
void ts_grid_layout_place (const TsGridLayout *self, guint width, guint height, TsGridPlace *place);

/* Zooms. A whole number from 1 up; cells stay between 16 and 2048 device pixels. */
double ts_grid_zoom_clamp (double zoom, guint image_width, guint image_height);
/* The next step of the ladder, without limits. */
double ts_zoom_ladder_step (double zoom, int direction);
/* The next step of a ladder of pleasant zooms, up (@direction > 0) or down. */
double ts_grid_zoom_step (double zoom, int direction, guint image_width, guint image_height);
/* Cells of about 96 to 200 logical pixels; larger when few images would leave the viewport empty.
 */
double ts_grid_zoom_default (guint64 n_images,
                             guint image_width,
                             guint image_height,
                             int viewport_width,
                             int viewport_height,
                             int scale);

G_END_DECLS
