/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-pass.h"

#include <string.h>

/* Numbers to the pixels of a canvas: ts_render_block() makes them, this puts them in place,
 * magnified by repetition. GTK never scales a picture. */

#define CHECKER_EDGE  8
#define CHECKER_LIGHT 0x99
#define CHECKER_DARK  0x66

TsBlock *
ts_block_crop (TsBlock *block, guint x, guint y, guint width, guint height)
{
  gsize offset_elems =
      (gsize) y * (gsize) block->strides_elems[0] + (gsize) x * (gsize) block->strides_elems[1];
  guint64 dims[3] = { height, width, block->dims[2] };

  return ts_block_new (block->data + offset_elems * ts_dtype_get_size (block->dtype), block->dtype,
                       3, dims, block->strides_elems, ts_block_ref (block),
                       (GDestroyNotify) ts_block_unref);
}

static void
fill (guint8 *out, int width, int height, gsize stride, guint bpp, guint32 rgb)
{
  guint8 bytes[4] = { (guint8) (rgb >> 16), (guint8) (rgb >> 8), (guint8) rgb, 255 };

  if (width <= 0 || height <= 0)
    return;
  if (bpp == 4) {
    guint32 word;
    memcpy (&word, bytes, sizeof word);
    for (int x = 0; x < width; x++)
      memcpy (out + (gsize) x * 4, &word, sizeof word);
  } else {
    for (int x = 0; x < width; x++)
      memcpy (out + (gsize) x * 3, bytes, 3);
  }
  for (int y = 1; y < height; y++)
    memcpy (out + (gsize) y * stride, out, (gsize) width * bpp);
}

/* One row of @width output pixels; pixel x of it shows source pixel ((x + shift) * n_in / n_out) of
 * the whole picture, of which @in begins at source pixel @first. */
typedef struct
{
  guint64 n_in, n_out;
  guint64 shift;
  guint64 first;
} Scale;

static inline guint64
scale_at (const Scale *scale, guint64 x)
{
  return (x + scale->shift) * scale->n_in / scale->n_out - scale->first;
}

static inline guint8 *
repeat (const guint8 *pixel, guint bpp, int n, guint8 *out)
{
  if (bpp == 4) {
    guint32 word;
    memcpy (&word, pixel, sizeof word);
    for (int i = 0; i < n; i++)
      memcpy (out + (gsize) i * 4, &word, sizeof word);
  } else {
    for (int i = 0; i < n; i++)
      memcpy (out + (gsize) i * 3, pixel, 3);
  }
  return out + (gsize) n * bpp;
}

static void
expand_row (const guint8 *in, const Scale *scale, int width, guint8 *out, guint bpp)
{
  if (scale->n_out % scale->n_in != 0) {
    for (int x = 0; x < width; x++)
      out = repeat (in + scale_at (scale, (guint64) x) * bpp, bpp, 1, out);
    return;
  }

  int factor = (int) (scale->n_out / scale->n_in);
  int n = factor - (int) (scale->shift % (guint64) factor);
  for (; width > 0; width -= n, n = factor, in += bpp)
    out = repeat (in, bpp, MIN (n, width), out);
}

/* Straight alpha over a checkerboard that is fixed to the picture. */
static void
blend_row (const guint8 *in, const Scale *scale, int width, int row, guint8 *out, guint out_bpp)
{
  for (int x = 0; x < width; x++) {
    const guint8 *pixel = in + scale_at (scale, (guint64) x) * 4;
    guint64 column = (guint64) x + scale->shift;
    gboolean light = ((column / CHECKER_EDGE + (guint64) row / CHECKER_EDGE) & 1) == 0;
    guint behind = light ? CHECKER_LIGHT : CHECKER_DARK;
    for (int c = 0; c < 3; c++)
      out[(gsize) x * out_bpp + c] =
          (guint8) ((pixel[c] * pixel[3] + behind * (255u - pixel[3]) + 127) / 255);
    if (out_bpp == 4)
      out[(gsize) x * 4 + 3] = 255;
  }
}

/* What lies over the image: @part of it, which begins at (@x, @y) of the item's block. */
static void
decorate (const TsPaintItem *item,
          const TsBlock *part,
          guint x,
          guint y,
          const TsRecipe *recipe,
          const TsResolved *resolved,
          TsOverlay *overlay,
          TsPixelFormat format,
          guint8 *out,
          gsize stride)
{
  const TsRect *source = item->source.width > 0 ? &item->source : NULL;

  if (recipe->zebra)
    ts_render_zebra (part, recipe, resolved, format, item->source.x + x, item->source.y + y, out,
                     stride);
  if (overlay == NULL)
    return;
  g_autoptr (GError) error = NULL;
  g_autoptr (TsBlock) mask =
                 ts_overlay_read_kept (overlay, item->index, source, (guint) item->block->dims[1],
                                       (guint) item->block->dims[0], NULL, &error);
  if (mask == NULL) {
    g_debug ("overlay: %s", error->message);
    return;
  }
  g_autoptr (TsBlock) cropped =
                 ts_block_crop (mask, x, y, (guint) part->dims[1], (guint) part->dims[0]);
  ts_overlay_blend (cropped, recipe, format, out, stride);
}

static void
paint_item (const TsPaintItem *item,
            const TsRecipe *recipe,
            TsOverlay *overlay,
            const TsResolved *resolved,
            guint bpp,
            int canvas_width,
            int y0,
            int y1,
            guint8 *out)
{
  gsize stride = (gsize) canvas_width * bpp;
  int left = MAX (item->x, 0), right = MIN (item->x + item->width, canvas_width);
  int top = MAX (item->y, y0), bottom = MIN (item->y + item->height, y1);

  if (left >= right || top >= bottom)
    return;
  guint8 *corner = out + (gsize) (top - y0) * stride + (gsize) left * bpp;
  int width = right - left, height = bottom - top;
  if (item->block == NULL || resolved == NULL) {
    fill (corner, width, height, stride, bpp, TS_PLACEHOLDER_RGB);
    return;
  }

  TsBlock *block = item->block;
  Scale across = { block->dims[1], (guint64) item->width, (guint64) (left - item->x), 0 };
  Scale down = { block->dims[0], (guint64) item->height, (guint64) (top - item->y), 0 };
  guint x_first = (guint) scale_at (&across, 0);
  guint x_last = (guint) scale_at (&across, (guint64) width - 1);
  guint y_first = (guint) scale_at (&down, 0);
  guint y_last = (guint) scale_at (&down, (guint64) height - 1);
  guint in_width = x_last - x_first + 1, in_height = y_last - y_first + 1;
  g_autoptr (TsBlock) part = ts_block_crop (block, x_first, y_first, in_width, in_height);
  TsImageSize size = { in_width, in_height, (guint) block->dims[2] };
  gboolean has_alpha = ts_recipe_get_output_channels (recipe, &size) == 4;
  TsPixelFormat format = bpp == 4 || has_alpha ? TS_PIXELS_RGBA8 : TS_PIXELS_RGB8;

  if (!has_alpha && across.n_in == across.n_out && down.n_in == down.n_out) {
    ts_render_block (part, recipe, resolved, format, TS_VALUES_DISPLAY, corner, stride, NULL);
    decorate (item, part, x_first, y_first, recipe, resolved, overlay, format, corner, stride);
    return;
  }

  guint in_bpp = (guint) ts_pixel_format_get_size (format);
  gsize in_stride = (gsize) in_width * in_bpp;
  g_autofree guint8 *pixels = g_malloc (in_stride * in_height);
  ts_render_block (part, recipe, resolved, format, TS_VALUES_DISPLAY, pixels, in_stride, NULL);
  decorate (item, part, x_first, y_first, recipe, resolved, overlay, format, pixels, in_stride);

  across.first = x_first;
  down.first = y_first;
  guint64 previous = G_MAXUINT64;
  for (int y = 0; y < height; y++) {
    guint64 source = scale_at (&down, (guint64) y);
    guint8 *row = corner + (gsize) y * stride;
    if (has_alpha)
      blend_row (pixels + source * in_stride, &across, width, (int) down.shift + y, row, bpp);
    else if (source == previous)
      memcpy (row, row - stride, (gsize) width * bpp);
    else
      expand_row (pixels + source * in_stride, &across, width, row, bpp);
    previous = source;
  }
}

void
ts_paint_rows (const TsPaintCanvas *canvas,
               const TsRecipe *recipe,
               TsOverlay *overlay,
               const TsResolved *resolved_by_item,
               gsize resolved_step,
               guint bytes_per_pixel,
               int y0,
               int y1,
               guint8 *out)
{
  fill (out, canvas->width, y1 - y0, (gsize) canvas->width * bytes_per_pixel, bytes_per_pixel,
        TS_BACKDROP_RGB);
  for (guint i = 0; i < canvas->items->len; i++) {
    const TsPaintItem *item = &g_array_index (canvas->items, TsPaintItem, i);
    const TsResolved *resolved =
        resolved_by_item != NULL ? &resolved_by_item[i * resolved_step] : NULL;
    paint_item (item, recipe, overlay, resolved, bytes_per_pixel, canvas->width, y0, y1, out);
  }
}
