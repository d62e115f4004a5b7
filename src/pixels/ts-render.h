/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-resolve.h"

G_BEGIN_DECLS

/**
 * TsPixelFormat:
 *
 * What ts_render() writes. GRAY for one output channel, RGB for three (one is replicated), RGBA for
 * any (alpha is 255 unless the recipe has one). FLOAT formats are display values t, unclamped;
 * VALUES are un-normalised y; RAW are x as float32.
 */
typedef enum {
  TS_PIXELS_GRAY8,
  TS_PIXELS_RGB8,
  TS_PIXELS_RGBA8,
  TS_PIXELS_GRAY16,
  TS_PIXELS_RGB16,
  TS_PIXELS_RGBA16,
  TS_PIXELS_GRAY_FLOAT,
  TS_PIXELS_RGB_FLOAT,
  TS_PIXELS_RGBA_FLOAT,
} TsPixelFormat;

/* Bytes of one pixel; how many channels; bits of one channel (8, 16, 32). */
gsize ts_pixel_format_get_size (TsPixelFormat format);
guint ts_pixel_format_get_n_channels (TsPixelFormat format);
guint ts_pixel_format_get_bits (TsPixelFormat format);
/* The format of that many channels (1, 3, 4) and bits (8, 16, 32). */
TsPixelFormat ts_pixel_format_for (guint n_channels, guint bits);

/* What a float format holds. */
typedef enum {
  TS_VALUES_DISPLAY, /* t, after range and curve, unclamped */
  TS_VALUES_VALUES,  /* y, un-normalised, unclipped */
  TS_VALUES_RAW,     /* x */
} TsValues;

/* What was met while rendering; for badges and the status line. */
typedef struct
{
  guint64 n_nan, n_posinf, n_neginf;
  guint64 n_under, n_over; /* elements with t < 0, t > 1 */
} TsMarks;

/**
 * ts_render_block:
 * @image: height x width x channels, as ts_batch_read_image() gives it
 * @values: for float formats; others are always display
 * @out: (nullable): rows of @out_stride_bytes
 * @marks: (nullable): added to
 *
 * Numbers to pixels, one pixel an element: y = x * std + mean, t = (y - lo) / (hi - lo), mark,
 * curve, channels or colormap, clamp, quantise. Pure and thread-safe; the only code that makes
 * pixels. Non-finite values become nan_color (NaN) or the clamped end (infinities) in integer
 * formats and stay in float formats.
 *
 * Of @resolved only n, lo and hi are used: the steps are not folded, each is rounded in the order
 * above, so that the bytes are those of the same expression in NumPy or torch. In float32 for
 * elements of up to 16 bits and float32, in float64 for all others (integers of 32 and 64 bits,
 * float64, complex).
 */
void ts_render_block (const TsBlock *image,
                      const TsRecipe *recipe,
                      const TsResolved *resolved,
                      TsPixelFormat format,
                      TsValues values,
                      guint8 *out,
                      gsize out_stride_bytes,
                      TsMarks *marks);

/* As ts_render_block(), looking every some rows whether it was cancelled. @stats (nullable): all
 * elements are added to it, while they are in the cache. */
gboolean ts_render_block_cancellable (const TsBlock *image,
                                      const TsRecipe *recipe,
                                      const TsResolved *resolved,
                                      TsPixelFormat format,
                                      TsValues values,
                                      guint8 *out,
                                      gsize out_stride_bytes,
                                      TsMarks *marks,
                                      TsStats *stats,
                                      GCancellable *cancellable,
                                      GError **error);

/**
 * ts_render:
 * @rect: (nullable): part of the image, in image pixels
 *
 * Reads image @index (or part of it) and renders it at its own size; large ones in bands of rows,
 * by all threads that are free, in bounded memory. Cancellable between bands. Screen, file and
 * command line all come through here or through ts_render_block(), so equal settings give equal
 * bytes. A recipe with an overlay needs ts_render_with_overlay(); here it is %TS_ERROR_INVALID.
 * Stripes are drawn when the recipe asks for them; ts_render_block() draws neither.
 */
gboolean ts_render (TsBatch *batch,
                    guint64 index,
                    const TsRect *rect,
                    const TsRecipe *recipe,
                    const TsResolved *resolved,
                    TsPixelFormat format,
                    TsValues values,
                    guint8 *out,
                    gsize out_stride_bytes,
                    TsMarks *marks,
                    GCancellable *cancellable,
                    GError **error);

/* Each pixel @scale (1 or more) times as wide and high: @src has @height rows of @width RGBA8
 * pixels. @dst may not overlap. */
void ts_pixels_magnify_rgba8 (const guint8 *src,
                              gsize src_stride_bytes,
                              guint width,
                              guint height,
                              guint scale,
                              guint8 *dst,
                              gsize dst_stride_bytes);

/**
 * ts_block_minify:
 *
 * The image averaged over areas to @width x @height pixels (each 1 to the image's own), as
 * block height x width x channels (in memory plane by plane): float32, or float64 when the elements
 * hold more than a float32 (see ts_render_block()). NaN elements are left out of an average unless
 * all are NaN; sums are in double. What the grid caches: a slider then touches only pixels of the
 * screen.
 */
TsBlock *ts_block_minify (const TsBlock *image, guint width, guint height, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* As ts_block_minify() at the image's own size: nothing is averaged, and ts_render_block() gives
 * the same bytes for the copy as for @image. */
TsBlock *ts_block_to_float (const TsBlock *image, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As ts_block_minify(), but takes the element in the middle of each area: for labels, which have no
 * average. Same type as @image. */
TsBlock *ts_block_decimate (const TsBlock *image, guint width, guint height, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
