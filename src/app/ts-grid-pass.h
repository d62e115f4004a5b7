/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-overlay.h"

G_BEGIN_DECLS

/* The neutral grey behind pictures, in both styles, as 0xRRGGBB; and where one is not there yet. */
#define TS_BACKDROP_RGB    0x5a5a5au
#define TS_PLACEHOLDER_RGB 0x666666u

/**
 * TsPaintItem:
 * @block: (nullable): height x width x channels; %NULL paints a placeholder
 * @index: of the image, for ranges that differ by image
 * @x, @y: on the canvas, in device pixels; may lie outside
 * @width, @height: on the canvas: the block's size times a whole number gives exact pixels; any
 * other size is sampled at the nearest pixel
 * @source: what part of the image the block shows, in its pixels; without a size all of it
 */
typedef struct
{
  TsBlock *block;
  guint64 index;
  int x, y;
  int width, height;
  TsRect source;
} TsPaintItem;

/**
 * TsPaintCanvas:
 * @tag: the caller's
 * @width, @height: in device pixels
 * @items: TsPaintItem, owning their blocks
 * @pixels: (nullable): packed rows, once painted
 *
 * One texture to be.
 */
typedef struct
{
  guint64 tag;
  int width, height;
  GArray *items;
  GBytes *pixels;
} TsPaintCanvas;

TsPaintCanvas *ts_paint_canvas_new (guint64 tag, int width, int height) G_GNUC_WARN_UNUSED_RESULT;
void ts_paint_canvas_free (TsPaintCanvas *self);
/* Takes a reference to @item's block. */
void ts_paint_canvas_add (TsPaintCanvas *self, const TsPaintItem *item);

/**
 * TsPaintPass:
 *
 * Canvases painted by worker threads with one recipe: what shows a new setting at once everywhere.
 * Made, started, waited for and cancelled in the main thread.
 */
typedef struct _TsPaintPass TsPaintPass;

/* In the main thread, once, unless cancelled. @error: (nullable): why placeholders were painted. */
typedef void (*TsPaintDoneFunc) (TsPaintPass *pass, const GError *error, gpointer user_data);

/**
 * ts_paint_pass_new:
 * @bytes_per_pixel: 3: RGB; 4: RGBA, always opaque (alpha is blended over a checkerboard)
 */
TsPaintPass *ts_paint_pass_new (const TsRecipe *recipe,
                                TsBatchStats *stats,
                                guint bytes_per_pixel,
                                TsPaintDoneFunc done,
                                gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void ts_paint_pass_unref (TsPaintPass *self);
void ts_paint_pass_take (TsPaintPass *self, TsPaintCanvas *canvas);
void ts_paint_pass_start (TsPaintPass *self);
/* Waits a little; when it is finished by then, calls the done function and returns %TRUE. */
gboolean ts_paint_pass_wait (TsPaintPass *self, gint64 limit_us);
/* The done function will not be called any more. */
void ts_paint_pass_cancel (TsPaintPass *self);
/* TsPaintCanvas, borrowed. */
GPtrArray *ts_paint_pass_get_canvases (TsPaintPass *self);
/* Whether it was painted by the range of a sample, see ts_resolve_soon(); when it is done. */
gboolean ts_paint_pass_is_estimate (TsPaintPass *self);
/* Time all threads together have worked on it, for measurements. */
gint64 ts_paint_pass_get_work_us (TsPaintPass *self);

/* Paints rows [@y0, @y1) of a canvas into @out, which holds the first of them; any thread.
 * @overlay: (nullable): of the recipe; where it cannot be read it is left out */
void ts_paint_rows (const TsPaintCanvas *canvas,
                    const TsRecipe *recipe,
                    TsOverlay *overlay,
                    const TsResolved *resolved_by_item,
                    gsize resolved_step,
                    guint bytes_per_pixel,
                    int y0,
                    int y1,
                    guint8 *out);

/* Part of an image's block: rows and columns, all channels; shares the memory. */
TsBlock *ts_block_crop (TsBlock *block, guint x, guint y, guint width, guint height)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
