/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-render.h"

#include <string.h>

/* What the tests of this folder share. */

/* The values of make-golden.py. */
static inline float *
random_values (guint32 seed, gsize n)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++) {
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    values[i] = (float) ((seed >> 8) * (3.0 / 16777216) - 1.5);
  }
  return values;
}

/* Height x width x channels over @data, which has to live on; planar (CHW) or interleaved (HWC). */
static inline TsBlock *
image_over (gconstpointer data,
            TsDtype dtype,
            guint height,
            guint width,
            guint channels,
            gboolean planar)
{
  guint64 dims[3] = { height, width, channels };
  gint64 planes[3] = { width, 1, (gint64) height * width };
  gint64 pixels[3] = { (gint64) width * channels, channels, 1 };

  return ts_block_new (data, dtype, 3, dims, planar ? planes : pixels, NULL, NULL);
}

/* The range @lo .. @hi, as ts_resolve() gives it for a fixed range. */
static inline TsResolved
range_of (double lo, double hi)
{
  return (
      TsResolved){ .n = 1, .lo = { lo }, .hi = { hi }, .scale = { 1 }, .constant = { lo == hi } };
}

static inline guint8 *
render (const TsBlock *image,
        const TsRecipe *recipe,
        const TsResolved *resolved,
        TsPixelFormat format,
        TsMarks *marks)
{
  gsize stride = (gsize) image->dims[1] * ts_pixel_format_get_size (format);
  guint8 *out = g_malloc (stride * (gsize) image->dims[0]);

  ts_render_block (image, recipe, resolved, format, TS_VALUES_DISPLAY, out, stride, marks);
  return out;
}
