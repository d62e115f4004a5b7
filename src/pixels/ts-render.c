/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-render.h"

#include "pixels/ts-complex.h"
#include "pixels/ts-kernels.h"

#include <string.h>

typedef struct
{
  guint8 n_channels;
  guint8 bits;
} FormatInfo;

static const FormatInfo formats[] = {
  [TS_PIXELS_GRAY8] = { 1, 8 },       [TS_PIXELS_RGB8] = { 3, 8 },
  [TS_PIXELS_RGBA8] = { 4, 8 },       [TS_PIXELS_GRAY16] = { 1, 16 },
  [TS_PIXELS_RGB16] = { 3, 16 },      [TS_PIXELS_RGBA16] = { 4, 16 },
  [TS_PIXELS_GRAY_FLOAT] = { 1, 32 }, [TS_PIXELS_RGB_FLOAT] = { 3, 32 },
  [TS_PIXELS_RGBA_FLOAT] = { 4, 32 },
};

gsize
ts_pixel_format_get_size (TsPixelFormat format)
{
  return (gsize) formats[format].n_channels * formats[format].bits / 8;
}

guint
ts_pixel_format_get_n_channels (TsPixelFormat format)
{
  return formats[format].n_channels;
}

guint
ts_pixel_format_get_bits (TsPixelFormat format)
{
  return formats[format].bits;
}

TsPixelFormat
ts_pixel_format_for (guint n_channels, guint bits)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (formats[i].n_channels == n_channels && formats[i].bits == bits)
      return (TsPixelFormat) i;
  }
  g_return_val_if_reached (TS_PIXELS_RGBA8);
}

/* Floats that are colours of a map go the plain way. */
static gboolean
is_fast (const TsPlan *plan)
{
  return plan->bits != 32 || plan->values != TS_VALUES_DISPLAY ||
         (plan->kind != TS_PLAN_MAP && plan->kind != TS_PLAN_LABELS);
}

static void
render_rows (const TsKernels *kernels,
             const TsPlan *plan,
             const TsBlock *image,
             guint8 *out,
             gsize out_stride_bytes,
             TsMarks *marks)
{
  gssize size = (gssize) ts_dtype_get_size (image->dtype);
  gssize row_stride = (gssize) image->strides_elems[0] * size;
  guint64 n_rows = image->dims[0];
  g_autoptr (TsCurveTable) curve = NULL;
  TsRun run = {
    .dtype = image->dtype,
    .first = image->data,
    .pixel_stride_bytes = (gssize) image->strides_elems[1] * size,
    .channel_stride_bytes = (gssize) image->strides_elems[2] * size,
    .n_pixels = (gsize) image->dims[1],
  };

  if (plan->has_curve && plan->bits == 8 && !plan->is_wide && plan->n_map <= 256)
    curve = ts_curve_table_get (plan);
  /* Rows without gaps are one long row. */
  if (row_stride == run.pixel_stride_bytes * (gssize) run.n_pixels &&
      (out == NULL || out_stride_bytes == run.n_pixels * plan->pixel_size)) {
    run.n_pixels *= (gsize) n_rows;
    n_rows = MIN (n_rows, 1);
  }
  for (guint64 y = 0; y < n_rows; y++, run.first += row_stride)
    kernels->render (plan, curve, &run, out != NULL ? out + y * out_stride_bytes : NULL, marks);
}

static void
render_real (const TsKernels *kernels,
             const TsBlock *image,
             const TsRecipe *recipe,
             const TsResolved *resolved,
             TsPixelFormat format,
             TsValues values,
             guint8 *out,
             gsize out_stride_bytes,
             TsMarks *marks)
{
  TsMarks unused = { 0 };
  TsPlan plan;

  ts_plan_init (&plan, image->dtype, (guint) image->dims[2], recipe, resolved, format, values);
  if (kernels != NULL && is_fast (&plan)) {
    render_rows (kernels, &plan, image, out, out_stride_bytes, marks);
    return;
  }
  for (guint64 y = 0; y < image->dims[0]; y++)
    ts_reference_render (&plan, image, y, 0, (gsize) image->dims[1],
                         out != NULL ? out + y * out_stride_bytes : NULL,
                         marks != NULL ? marks : &unused);
}

void
ts_render_block_with (const TsKernels *kernels,
                      const TsBlock *image,
                      const TsRecipe *recipe,
                      const TsResolved *resolved,
                      TsPixelFormat format,
                      TsValues values,
                      guint8 *out,
                      gsize out_stride_bytes,
                      TsMarks *marks)
{
  g_return_if_fail (image->n_dims == 3);
  g_return_if_fail ((guint) format < G_N_ELEMENTS (formats));

  if (ts_complex_part_get_dtype (image->dtype, recipe->complex_part) == image->dtype) {
    render_real (kernels, image, recipe, resolved, format, values, out, out_stride_bytes, marks);
    return;
  }
  /* Row by row, so that phases need little memory. */
  for (guint64 y = 0; y < image->dims[0]; y++) {
    g_autoptr (TsBlock) row = ts_block_get_rows (image, y, 1);
    g_autoptr (TsBlock) part = ts_block_take_part (row, recipe->complex_part, NULL);

    if (part == NULL)
      g_error ("no memory for %" G_GUINT64_FORMAT " phases", ts_block_get_n_elements (row));
    render_real (kernels, part, recipe, resolved, format, values,
                 out != NULL ? out + y * out_stride_bytes : NULL, out_stride_bytes, marks);
  }
}

void
ts_render_block (const TsBlock *image,
                 const TsRecipe *recipe,
                 const TsResolved *resolved,
                 TsPixelFormat format,
                 TsValues values,
                 guint8 *out,
                 gsize out_stride_bytes,
                 TsMarks *marks)
{
  ts_render_block_with (ts_kernels_get (), image, recipe, resolved, format, values, out,
                        out_stride_bytes, marks);
}

void
ts_pixels_magnify_rgba8 (const guint8 *src,
                         gsize src_stride_bytes,
                         guint width,
                         guint height,
                         guint scale,
                         guint8 *dst,
                         gsize dst_stride_bytes)
{
  g_return_if_fail (scale >= 1);

  for (guint y = 0; y < height; y++, src += src_stride_bytes) {
    guint8 *row = dst;

    for (guint x = 0; x < width; x++) {
      guint32 pixel;

      memcpy (&pixel, src + (gsize) x * 4, sizeof pixel);
      for (guint i = 0; i < scale; i++, row += sizeof pixel)
        memcpy (row, &pixel, sizeof pixel);
    }
    for (guint i = 1; i < scale; i++)
      memcpy (dst + i * dst_stride_bytes, dst, (gsize) width * scale * 4);
    dst += scale * dst_stride_bytes;
  }
}
