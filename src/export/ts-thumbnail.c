/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-thumbnail.h"

#include "base/ts-error.h"
#include "pixels/ts-overlay.h"

#include <math.h>
#include <string.h>

#define MAX_SIDE  4
#define MIN_CELL  60 /* pixels that an image should have when the grid is chosen */
#define GAP       2
#define MAX_BYTES ((guint64) 32 << 20) /* an image larger than this is read in part */
#define BAND_ROWS 4                    /* that many rows for each of the thumbnail */

/* Where one image goes. */
typedef struct
{
  guint width, height; /* of the image made smaller */
  guint scale;         /* and then larger */
} Cell;

static void
fit (const TsImageSize *size, guint cell_size, Cell *cell)
{
  guint longer = MAX (size->width, size->height);
  double factor = MIN ((double) cell_size / longer, 1);

  cell->width = MAX ((guint) lround (size->width * factor), 1);
  cell->height = MAX ((guint) lround (size->height * factor), 1);
  cell->scale = longer < cell_size ? cell_size / longer : 1;
}

static gboolean
is_labels (const TsRecipe *recipe)
{
  return recipe->colormap == TS_COLORMAP_CATEGORICAL || recipe->channel_mode == TS_CHANNELS_ARGMAX;
}

static TsBlock *
shrink (const TsBlock *image, guint width, guint height, gboolean labels, GError **error)
{
  return labels ? ts_block_decimate (image, width, height, error)
                : ts_block_minify (image, width, height, error);
}

/* A few rows for each of the result. */
static TsBlock *
read_bands (TsBatch *batch,
            guint64 index,
            const Cell *cell,
            gboolean labels,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (TsBlock) whole = NULL;
  TsImageSize size;
  guint8 *data = NULL;
  gsize row_bytes = 0;

  ts_batch_get_image_size (batch, index, &size);
  for (guint y = 0; y < cell->height; y++) {
    guint top = (guint) ((guint64) size.height * y / cell->height);
    guint bottom = (guint) ((guint64) size.height * (y + 1) / cell->height);
    guint n = labels ? 1 : MIN (bottom - top, BAND_ROWS);
    const TsRect rect = { 0, top + (bottom - top - n) / 2, size.width, n };
    g_autoptr (TsBlock) band = ts_batch_read_image (batch, index, &rect, cancellable, error);
    g_autoptr (TsBlock) row = band != NULL ? shrink (band, cell->width, 1, labels, error) : NULL;

    if (row == NULL)
      return NULL;
    if (whole == NULL) {
      const guint64 dims[] = { cell->height, cell->width, size.n_channels };

      whole = ts_block_new_packed (row->dtype, 3, dims, &data, error);
      if (whole == NULL)
        return NULL;
      row_bytes = (gsize) cell->width * size.n_channels * ts_dtype_get_size (row->dtype);
    }
    ts_block_copy_packed (row, data + row_bytes * y);
  }
  return g_steal_pointer (&whole);
}

static TsBlock *
read_small (TsBatch *batch,
            guint64 index,
            const Cell *cell,
            gboolean labels,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (TsBlock) image = NULL;
  TsImageSize size;

  ts_batch_get_image_size (batch, index, &size);
  if ((guint64) size.width * size.height * size.n_channels *
              ts_dtype_get_size (ts_batch_get_dtype (batch)) >
          MAX_BYTES &&
      size.height > cell->height)
    return read_bands (batch, index, cell, labels, cancellable, error);
  image = ts_batch_read_image (batch, index, NULL, cancellable, error);
  return image != NULL ? shrink (image, cell->width, cell->height, labels, error) : NULL;
}

/* The images of a thumbnail, and the place that each has. */
typedef struct
{
  TsBatch *batch;
  TsBatchStats *stats;
  TsOverlay *overlay; /* (nullable) */
  const TsRecipe *recipe;
  const guint64 *indices;
  guint side;
  guint width, height; /* of a place */
  guint8 *pixels;
  gsize stride_bytes;
} Grid;

static guint64
get_index (const Grid *self, guint i)
{
  return self->indices != NULL ? self->indices[i] : i;
}

/* Places as large as the largest image in them. */
static void
arrange (Grid *self, guint most)
{
  for (guint i = 0; i < self->side * self->side; i++) {
    TsImageSize size;
    Cell cell;

    ts_batch_get_image_size (self->batch, get_index (self, i), &size);
    fit (&size, most, &cell);
    self->width = MAX (self->width, cell.width * cell.scale);
    self->height = MAX (self->height, cell.height * cell.scale);
  }
}

/* In the middle of its place; with what lies over it, as small as it is. */
static gboolean
draw (const Grid *self, guint i, guint most, GCancellable *cancellable, GError **error)
{
  guint64 index = get_index (self, i);
  g_autoptr (TsBlock) block = NULL;
  g_autofree guint8 *pixels = NULL;
  TsImageSize size;
  TsResolved resolved;
  Cell cell;
  gsize x, y;

  ts_batch_get_image_size (self->batch, index, &size);
  fit (&size, most, &cell);
  if (!ts_recipe_validate (self->recipe, &size, error) ||
      !ts_resolve (self->recipe, self->stats, index, &resolved, cancellable, error))
    return FALSE;
  block = read_small (self->batch, index, &cell, is_labels (self->recipe), cancellable, error);
  if (block == NULL)
    return FALSE;
  x = i % self->side * (self->width + GAP) + (self->width - cell.width * cell.scale) / 2;
  y = i / self->side * (self->height + GAP) + (self->height - cell.height * cell.scale) / 2;
  pixels = g_malloc ((gsize) cell.width * 4 * cell.height);
  ts_render_block (block, self->recipe, &resolved, TS_PIXELS_RGBA8, TS_VALUES_DISPLAY, pixels,
                   (gsize) cell.width * 4, NULL);
  if (!ts_render_decorate (block, self->overlay, index, NULL, self->recipe, &resolved,
                           TS_PIXELS_RGBA8, TS_VALUES_DISPLAY, pixels, (gsize) cell.width * 4,
                           cancellable, error))
    return FALSE;
  ts_pixels_magnify_rgba8 (pixels, (gsize) cell.width * 4, cell.width, cell.height, cell.scale,
                           self->pixels + y * self->stride_bytes + x * 4, self->stride_bytes);
  return TRUE;
}

static guint
choose_side (gsize n, guint n_side, guint size)
{
  guint most = n_side > 0 ? n_side : CLAMP (size / MIN_CELL, 1, MAX_SIDE);

  while (most > 1 && (gsize) most * most > n)
    most--;
  return most;
}

gboolean
ts_thumbnail_render (TsView *view,
                     TsBatchStats *stats,
                     const TsRecipe *recipe,
                     const guint64 *indices,
                     gsize n_indices,
                     guint n_side,
                     guint size,
                     TsPicture *picture,
                     GCancellable *cancellable,
                     GError **error)
{
  Grid grid = { .batch = ts_view_get_batch (view), .recipe = recipe, .indices = indices };
  gsize n = indices != NULL ? n_indices : (gsize) ts_batch_get_n_images (grid.batch);
  g_autoptr (TsBatchStats) chosen = NULL;
  g_autoptr (TsOverlay) overlay = NULL;
  g_autofree guint8 *pixels = NULL;
  guint most;

  g_return_val_if_fail (size >= 16 && size <= 4096, FALSE);
  if (n == 0) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_INVALID, "no image is selected");
    return FALSE;
  }
  grid.side = choose_side (n, n_side, size);
  if ((grid.side - 1) * GAP + grid.side > size) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "%u images a row do not fit %u pixels",
                 grid.side, size);
    return FALSE;
  }
  if (!ts_overlay_open (view, recipe, &overlay, error))
    return FALSE;
  grid.overlay = overlay;
  grid.stats = chosen = ts_batch_stats_dup_for_images (stats, recipe, indices, n);
  most = (size - (grid.side - 1) * GAP) / grid.side;
  arrange (&grid, most);
  *picture = (TsPicture){ .width = grid.side * (grid.width + GAP) - GAP,
                          .height = grid.side * (grid.height + GAP) - GAP,
                          .format = TS_PIXELS_RGBA8 };
  picture->stride_bytes = (gsize) picture->width * 4;
  pixels = g_malloc0 (picture->stride_bytes * picture->height);
  grid.pixels = pixels;
  grid.stride_bytes = picture->stride_bytes;
  for (guint i = 0; i < grid.side * grid.side; i++)
    if (!draw (&grid, i, most, cancellable, error)) {
      g_prefix_error (error, "image %" G_GUINT64_FORMAT ": ", get_index (&grid, i));
      return FALSE;
    }
  picture->pixels = g_steal_pointer (&pixels);
  return TRUE;
}
