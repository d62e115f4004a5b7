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
 * Numbers to pixels, one pixel an element: t = x * scale + offset, mark, curve, channels or
 * colormap, clamp, quantise. Pure and thread-safe; the only code that makes pixels. Non-finite
 * values become nan_color (NaN) or the clamped end (infinities) in integer formats and stay in
 * float formats.
 */
void ts_render_block (const TsBlock *image,
                      const TsRecipe *recipe,
                      const TsResolved *resolved,
                      TsPixelFormat format,
                      TsValues values,
                      guint8 *out,
                      gsize out_stride_bytes,
                      TsMarks *marks);

/**
 * ts_render:
 * @rect: (nullable): part of the image, in image pixels
 *
 * Reads image @index (or part of it) and renders it at its own size. Screen, file and command line
 * all come through here or through ts_render_block(), so equal settings give equal bytes.
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

/**
 * ts_block_minify:
 *
 * The image averaged over areas to @width x @height pixels (each at most the image's own), as
 * packed float32 block height x width x channels. NaN elements are left out of an average unless
 * all are NaN. What the grid caches: a slider then touches only pixels of the screen.
 */
TsBlock *ts_block_minify (const TsBlock *image, guint width, guint height, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* As ts_block_minify() at the image's own size: packed float32 (float64 sources are narrowed after
 * nothing is lost by the recipe's affine only where float32 holds the values). */
TsBlock *ts_block_to_float (const TsBlock *image, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
