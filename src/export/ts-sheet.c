/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-sheet.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "export/ts-recipe-json.h"
#include "export/ts-sidecar.h"
#include "pixels/ts-overlay.h"

#include <string.h>

#define MAX_SHEET_BYTES ((guint64) 1 << 31)
#define MAX_PADDING     4096

typedef struct
{
  TsImageSize cell;
  guint n_columns, n_rows, padding;
  guint width, height;
} Grid;

void
ts_sheet_options_init (TsSheetOptions *self)
{
  *self = (TsSheetOptions){ .n_columns = 8, .padding = 2, .pad_value = 0, .bits = 8 };
}

static gboolean
check_images (TsBatch *batch, const guint64 *indices, gsize n, Grid *grid, GError **error)
{
  guint64 n_images = ts_batch_get_n_images (batch);

  if (n == 0) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "no image is selected");
    return FALSE;
  }
  for (gsize i = 0; i < n; i++) {
    guint64 index = indices != NULL ? indices[i] : i;
    TsImageSize size;

    if (index >= n_images) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   "image %" G_GUINT64_FORMAT " does not exist: there are %" G_GUINT64_FORMAT
                   " images, counted from 0",
                   index, n_images);
      return FALSE;
    }
    ts_batch_get_image_size (batch, index, &size);
    if (i == 0)
      grid->cell = size;
    if (size.width != grid->cell.width || size.height != grid->cell.height ||
        size.n_channels != grid->cell.n_channels) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   "a sheet needs images of one size; image %" G_GUINT64_FORMAT
                   " is %u×%u with %u channels, the first one %u×%u with %u",
                   index, size.width, size.height, size.n_channels, grid->cell.width,
                   grid->cell.height, grid->cell.n_channels);
      return FALSE;
    }
    if (ts_batch_is_uniform (batch) && indices == NULL)
      break;
  }
  return TRUE;
}

static gboolean
arrange (Grid *grid, const TsSheetOptions *options, gsize n, GError **error)
{
  guint64 width, height, n_bytes;

  grid->padding = n > 1 ? options->padding : 0;
  grid->n_columns = (guint) MIN (options->n_columns, n);
  guint64 n_rows = (n + grid->n_columns - 1) / grid->n_columns;

  width = (guint64) (grid->cell.width + grid->padding) * grid->n_columns + grid->padding;
  if (!ts_checked_mul (grid->cell.height + grid->padding, n_rows, &height) ||
      !ts_checked_mul (width * 8, height + grid->padding, &n_bytes) || n_bytes > MAX_SHEET_BYTES) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 "a sheet of %" G_GSIZE_FORMAT " images of %u×%u pixels is too large; choose fewer",
                 n, grid->cell.width, grid->cell.height);
    return FALSE;
  }
  grid->n_rows = (guint) n_rows;
  grid->width = (guint) width;
  grid->height = (guint) height + grid->padding;
  return TRUE;
}

static void
fill (TsPicture *picture, guint8 *pixels, double value, guint bits)
{
  double t = CLAMP (value, 0, 1);
  gsize n_bytes = picture->stride_bytes * picture->height;

  if (bits == 8) {
    memset (pixels, (int) (t * 255 + 0.5), n_bytes);
  } else {
    guint16 *out = (guint16 *) (gpointer) pixels;

    for (gsize i = 0; i < n_bytes / 2; i++)
      out[i] = (guint16) (t * 65535 + 0.5);
  }
}

gboolean
ts_sheet_render (TsView *view,
                 TsBatchStats *stats,
                 const TsRecipe *recipe,
                 const TsSheetOptions *options,
                 const guint64 *indices,
                 gsize n_indices,
                 TsPicture *picture,
                 GCancellable *cancellable,
                 GError **error)
{
  TsBatch *batch = ts_view_get_batch (view);
  gsize n = indices != NULL ? n_indices : (gsize) ts_batch_get_n_images (batch);
  g_autoptr (TsBatchStats) chosen = NULL;
  g_autoptr (TsOverlay) overlay = NULL;
  g_autofree guint8 *pixels = NULL;
  Grid grid;

  if (options->n_columns == 0 || options->padding > MAX_PADDING) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 "a sheet has at least 1 column and at most %d pixels of padding", MAX_PADDING);
    return FALSE;
  }
  if (!check_images (batch, indices, n, &grid, error) ||
      !ts_recipe_validate (recipe, &grid.cell, error) || !arrange (&grid, options, n, error) ||
      !ts_overlay_open (view, recipe, &overlay, error))
    return FALSE;

  guint n_channels = MAX (ts_recipe_get_output_channels (recipe, &grid.cell), 3);
  TsPixelFormat format = ts_pixel_format_for (n_channels, options->bits);
  gsize pixel_bytes = ts_pixel_format_get_size (format);

  *picture = (TsPicture){ .width = grid.width,
                          .height = grid.height,
                          .format = format,
                          .stride_bytes = grid.width * pixel_bytes };
  pixels = g_try_malloc (picture->stride_bytes * picture->height);
  if (pixels == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for a sheet of %u×%u pixels",
                 grid.width, grid.height);
    return FALSE;
  }
  fill (picture, pixels, options->pad_value, options->bits);
  chosen = ts_batch_stats_dup_for_images (stats, recipe, indices, n);

  for (gsize k = 0; k < n; k++) {
    guint64 index = indices != NULL ? indices[k] : k;
    gsize x = grid.padding + (k % grid.n_columns) * (grid.cell.width + grid.padding);
    gsize y = grid.padding + (k / grid.n_columns) * (grid.cell.height + grid.padding);
    TsResolved resolved;

    if (!ts_resolve (recipe, chosen, index, &resolved, cancellable, error) ||
        !ts_render_with_overlay (batch, overlay, index, NULL, recipe, &resolved, format,
                                 TS_VALUES_DISPLAY,
                                 pixels + picture->stride_bytes * y + pixel_bytes * x,
                                 picture->stride_bytes, NULL, cancellable, error)) {
      g_prefix_error (error, "image %" G_GUINT64_FORMAT ": ", index);
      return FALSE;
    }
  }
  picture->pixels = g_steal_pointer (&pixels);
  return TRUE;
}

char *
ts_sheet_describe (TsView *view,
                   const TsRecipe *recipe,
                   const TsSheetOptions *options,
                   const guint64 *indices,
                   gsize n_indices)
{
  g_autofree char *images = ts_indices_to_string (indices, n_indices);
  GString *out = g_string_new (NULL);
  TsJsonWriter writer;

  ts_json_writer_init (&writer, out, 0);
  ts_json_writer_begin_object (&writer);
  ts_sidecar_write_schema (&writer, "tenscope-sheet", 1);
  ts_sidecar_write_source (view, NULL, &writer);
  ts_json_writer_name (&writer, "view");
  ts_recipe_write_json (recipe, NULL, NULL, &writer);
  ts_json_writer_name (&writer, "sheet");
  ts_json_writer_begin_object (&writer);
  ts_json_writer_name (&writer, "columns");
  ts_json_writer_uint (&writer, options->n_columns);
  ts_json_writer_name (&writer, "padding");
  ts_json_writer_uint (&writer, options->padding);
  ts_json_writer_name (&writer, "pad_value");
  ts_json_writer_double (&writer, options->pad_value);
  if (options->bits != 8) {
    ts_json_writer_name (&writer, "depth");
    ts_json_writer_uint (&writer, options->bits);
  }
  if (options->quality > 0) {
    ts_json_writer_name (&writer, "quality");
    ts_json_writer_uint (&writer, options->quality);
  }
  ts_json_writer_name (&writer, "images");
  ts_json_writer_string (&writer, images);
  ts_json_writer_end_object (&writer);
  ts_json_writer_end_object (&writer);
  return g_string_free (out, FALSE);
}
