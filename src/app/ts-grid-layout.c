/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-layout.h"

#include <math.h>

#define CELL_MIN   16   /* device pixels */
#define CELL_MAX   2048 /* bounds the memory of a row */
#define GAP        10   /* logical pixels, as the following */
#define PAD        14
#define CELL_SMALL 48 /* below: narrow gaps */
#define TARGET     128
#define LARGEST    448
#define CAPTION    20 /* what a caption is taken to need */

static const double zoom_ladder[] = {
  1.0 / 128, 1.0 / 96, 1.0 / 64, 1.0 / 48, 1.0 / 32, 1.0 / 24, 1.0 / 16, 1.0 / 12, 1.0 / 8,
  1.0 / 6,   1.0 / 5,  1.0 / 4,  1.0 / 3,  1.0 / 2,  2.0 / 3,  1,        2,        3,
  4,         5,        6,        8,        10,       12,       16,       20,       24,
  32,        40,       48,       64,       96,       128,      192,      256,      512,
};

double
ts_grid_zoom_clamp (double zoom, guint image_width, guint image_height)
{
  double edge = MAX (MAX (image_width, image_height), 1);

  if (!isfinite (zoom) || zoom <= 0)
    zoom = 1;
  zoom = CLAMP (zoom, CELL_MIN / edge, MAX (CELL_MAX / edge, CELL_MIN / edge));
  return zoom >= 1 ? floor (zoom + 1e-9) : zoom;
}

double
ts_zoom_ladder_step (double zoom, int direction)
{
  const guint n = G_N_ELEMENTS (zoom_ladder);

  if (direction > 0) {
    for (guint i = 0; i < n; i++)
      if (zoom_ladder[i] > zoom * 1.0001)
        return zoom_ladder[i];
  } else {
    for (guint i = n; i > 0; i--)
      if (zoom_ladder[i - 1] < zoom * 0.9999)
        return zoom_ladder[i - 1];
  }
  return zoom;
}

double
ts_grid_zoom_step (double zoom, int direction, guint image_width, guint image_height)
{
  return ts_grid_zoom_clamp (ts_zoom_ladder_step (zoom, direction), image_width, image_height);
}

/* Whether all images can be seen at once. */
static gboolean
fits (double zoom,
      guint64 n_images,
      guint image_width,
      guint image_height,
      int width,
      int height,
      int scale)
{
  TsGridLayout layout = {
    .n_images = n_images,
    .image_width = image_width,
    .image_height = image_height,
    .zoom = zoom,
    .scale = scale,
    .caption_height = CAPTION * scale,
    .viewport_width = width,
    .viewport_height = height,
  };

  ts_grid_layout_update (&layout);
  return layout.width <= width && layout.height <= height;
}

double
ts_grid_zoom_default (guint64 n_images,
                      guint image_width,
                      guint image_height,
                      int viewport_width,
                      int viewport_height,
                      int scale)
{
  double edge = MAX (MAX (image_width, image_height), 1);
  int room = MIN (viewport_width, viewport_height) - 2 * PAD * scale;
  double target = MIN (TARGET * scale, MAX (room, CELL_MIN));
  double zoom = target / edge;

  if (zoom >= 1)
    zoom = round (zoom);
  else if (edge <= 200 * scale && edge <= room)
    zoom = 1;
  else
    zoom = 1 / ceil (1 / zoom - 0.25);
  zoom = ts_grid_zoom_clamp (zoom, image_width, image_height);

  /* few images are shown larger as long as none is pushed out of sight */
  for (double next = ts_grid_zoom_step (zoom, 1, image_width, image_height);
       next > zoom && next * edge <= LARGEST * scale &&
       fits (next, n_images, image_width, image_height, viewport_width, viewport_height, scale);
       next = ts_grid_zoom_step (zoom, 1, image_width, image_height))
    zoom = next;
  return zoom;
}

void
ts_grid_layout_update (TsGridLayout *self)
{
  self->scale = MAX (self->scale, 1);
  self->effective_zoom = ts_grid_zoom_clamp (self->zoom, self->image_width, self->image_height);
  self->cell_width = MAX (CELL_MIN, (int) round (self->image_width * self->effective_zoom));
  self->cell_height = MAX (CELL_MIN, (int) round (self->image_height * self->effective_zoom));

  gboolean small = self->cell_width < CELL_SMALL * self->scale;
  self->gap = (small ? GAP / 3 : GAP) * self->scale;
  self->pad = PAD * self->scale;
  self->row_height = self->cell_height + self->caption_height + self->gap;

  int room = self->viewport_width - 2 * self->pad + self->gap;
  self->columns = MAX (1, room / (self->cell_width + self->gap));
  self->n_rows = (self->n_images + self->columns - 1) / self->columns;

  int used = (int) MIN ((guint64) self->columns, MAX (self->n_images, 1));
  int block = used * (self->cell_width + self->gap) - self->gap;
  self->width = MAX (self->viewport_width, self->cell_width + 2 * self->pad);
  self->origin_x = MAX (self->pad, (self->viewport_width - block) / 2);
  self->height =
      self->n_rows == 0 ? 0 : (gint64) self->n_rows * self->row_height - self->gap + 2 * self->pad;
}

void
ts_grid_layout_get_cell (const TsGridLayout *self, guint64 index, int *x, gint64 *y)
{
  *x = self->origin_x + (int) (index % self->columns) * (self->cell_width + self->gap);
  *y = self->pad + (gint64) (index / self->columns) * self->row_height;
}

gint64
ts_grid_layout_find (const TsGridLayout *self, int x, gint64 y)
{
  x -= self->origin_x;
  y -= self->pad;
  if (x < 0 || y < 0 || self->n_images == 0)
    return -1;

  int column = x / (self->cell_width + self->gap);
  guint64 row = (guint64) (y / self->row_height);
  if (column >= self->columns || row >= self->n_rows ||
      x % (self->cell_width + self->gap) >= self->cell_width ||
      y % self->row_height >= self->cell_height + self->caption_height)
    return -1;

  guint64 index = row * self->columns + column;
  return index < self->n_images ? (gint64) index : -1;
}

gboolean
ts_grid_layout_get_rows (const TsGridLayout *self,
                         gint64 y,
                         int height,
                         guint64 *first,
                         guint64 *last)
{
  gint64 top = y - self->pad, bottom = top + height;

  if (self->n_rows == 0 || height <= 0 || bottom <= 0)
    return FALSE;
  *first = top <= 0 ? 0 : (guint64) (top / self->row_height);
  *last = MIN ((guint64) ((bottom - 1) / self->row_height), self->n_rows - 1);
  return *first <= *last;
}

gboolean
ts_grid_layout_get_cells_in (const TsGridLayout *self,
                             double x,
                             double y,
                             double width,
                             double height,
                             int *column,
                             int *n_columns,
                             guint64 *row,
                             guint64 *n_rows)
{
  /* cell i covers [i*step, i*step + size) */
  int step_x = self->cell_width + self->gap, step_y = self->row_height;
  int size_y = self->cell_height + self->caption_height;
  double left = x - self->origin_x, top = y - self->pad;
  double c0 = ceil ((left - self->cell_width + 0.5) / step_x), c1 = floor ((left + width) / step_x);
  double r0 = ceil ((top - size_y + 0.5) / step_y), r1 = floor ((top + height) / step_y);

  c0 = MAX (c0, 0);
  r0 = MAX (r0, 0);
  c1 = MIN (c1, self->columns - 1);
  r1 = MIN (r1, (double) self->n_rows - 1);
  if (c0 > c1 || r0 > r1)
    return FALSE;
  *column = (int) c0;
  *n_columns = (int) (c1 - c0) + 1;
  *row = (guint64) r0;
  *n_rows = (guint64) (r1 - r0) + 1;
  return TRUE;
}

void
ts_grid_layout_place (const TsGridLayout *self, guint width, guint height, TsGridPlace *place)
{
  width = MAX (width, 1);
  height = MAX (height, 1);

  guint factor = MIN (self->cell_width / width, self->cell_height / height);
  place->factor = factor;
  if (factor >= 1) {
    place->tile_width = width;
    place->tile_height = height;
    place->width = width * factor;
    place->height = height * factor;
  } else {
    double zoom = MIN ((double) self->cell_width / width, (double) self->cell_height / height);
    place->width = CLAMP ((int) round (width * zoom), 1, MIN ((int) width, self->cell_width));
    place->height = CLAMP ((int) round (height * zoom), 1, MIN ((int) height, self->cell_height));
    place->tile_width = place->width;
    place->tile_height = place->height;
  }
  place->x = (self->cell_width - place->width) / 2;
  place->y = (self->cell_height - place->height) / 2;
}
