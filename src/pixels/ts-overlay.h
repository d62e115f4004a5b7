/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-render.h"

G_BEGIN_DECLS

/**
 * TsOverlay:
 *
 * The array that a recipe lays over the images: a mask, or a label for each pixel. An element is
 * drawn where it is finite and not the label to ignore; with one colour, where it is above the
 * threshold; with a palette, where its label is not negative. Of another size than the image it is
 * sampled at the nearest element. Immutable; thread-safe.
 */
#define TS_TYPE_OVERLAY (ts_overlay_get_type ())
G_DECLARE_FINAL_TYPE (TsOverlay, ts_overlay, TS, OVERLAY, GObject)

/* Opens what @recipe names; *@overlay is %NULL when that is nothing. The one opened last for a view
 * is shared. %TS_ERROR_NOT_FOUND, %TS_ERROR_INVALID (it does not fit the images). Reads nothing
 * yet.
 */
gboolean
ts_overlay_open (TsView *view, const TsRecipe *recipe, TsOverlay **overlay, GError **error);

/* The path it was opened by. */
const char *ts_overlay_get_path (TsOverlay *self);

/**
 * ts_overlay_read:
 * @rect: (nullable): part of image @index, in its pixels
 * @width, @height: of what is to lie over it, smaller or larger than the part
 *
 * The element in the middle of each of the pixels: height x width x 1. Blocks; cancellable.
 */
TsBlock *ts_overlay_read (TsOverlay *self,
                          guint64 index,
                          const TsRect *rect,
                          guint width,
                          guint height,
                          GCancellable *cancellable,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, remembered for the next time while memory for that lasts: for pictures that are painted
 * again and again. */
TsBlock *ts_overlay_read_kept (TsOverlay *self,
                               guint64 index,
                               const TsRect *rect,
                               guint width,
                               guint height,
                               GCancellable *cancellable,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ts_overlay_blend:
 * @mask: height x width x 1, as ts_overlay_read() gives it
 * @pixels: as many pixels of @format, whose rows are @stride_bytes apart
 *
 * Draws the elements over the pixels: (pixel * (255 - a) + colour * a) / 255, rounded to the
 * nearest, a being the alpha of the recipe in 255ths. Pure and thread-safe.
 */
void ts_overlay_blend (const TsBlock *mask,
                       const TsRecipe *recipe,
                       TsPixelFormat format,
                       guint8 *pixels,
                       gsize stride_bytes);

/**
 * ts_render_zebra:
 * @image: what was rendered to @out by the same recipe and range
 * @x, @y: where its first element is in the image; stripes are fixed to the image
 *
 * Draws diagonal stripes, half of the pixels, where elements are beyond the range (red above, blue
 * below, or the colours the recipe has for that) or no number (black). For integer formats.
 */
void ts_render_zebra (const TsBlock *image,
                      const TsRecipe *recipe,
                      const TsResolved *resolved,
                      TsPixelFormat format,
                      guint64 x,
                      guint64 y,
                      guint8 *out,
                      gsize out_stride_bytes);

/**
 * ts_render_decorate:
 * @image: what was rendered to @out: image @index, or @rect of it, at its own size
 * @overlay: (nullable): what ts_overlay_open() gave for the recipe
 *
 * What the recipe has over the image: stripes, then the overlay. Nothing for values that are not
 * display values.
 */
gboolean ts_render_decorate (const TsBlock *image,
                             TsOverlay *overlay,
                             guint64 index,
                             const TsRect *rect,
                             const TsRecipe *recipe,
                             const TsResolved *resolved,
                             TsPixelFormat format,
                             TsValues values,
                             guint8 *out,
                             gsize out_stride_bytes,
                             GCancellable *cancellable,
                             GError **error);

/* As ts_render(), with the overlay of the recipe. */
gboolean ts_render_with_overlay (TsBatch *batch,
                                 TsOverlay *overlay,
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

G_END_DECLS
