/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "pixels/ts-overlay.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Whole images: read, rendered, and what lies over them. */

#define OVER_COLOR  0xff2020
#define UNDER_COLOR 0x2060ff
/* Of a stripe and of the gap after it, in pixels; powers of two. */
#define STRIPE 4
#define PERIOD (2 * STRIPE)

/* Rows [@y, @y + @n_rows) of @image; borrows its memory. */
static TsBlock *
get_rows (const TsBlock *image, guint64 y, guint64 n_rows)
{
  guint64 dims[3] = { n_rows, image->dims[1], image->dims[2] };

  return ts_block_new (image->data + (gsize) y * (gsize) image->strides_elems[0] *
                                         ts_dtype_get_size (image->dtype),
                       image->dtype, 3, dims, image->strides_elems, NULL, NULL);
}

void
ts_render_zebra (const TsBlock *image,
                 const TsRecipe *recipe,
                 const TsResolved *resolved,
                 TsPixelFormat format,
                 guint64 x,
                 guint64 y,
                 guint8 *out,
                 gsize out_stride_bytes)
{
  gsize size = ts_pixel_format_get_size (format), stride = (gsize) image->dims[1] * size;
  g_autofree guint8 *marked = g_malloc (MAX (stride * PERIOD, 1));
  TsRecipe stripes = *recipe;

  g_return_if_fail (ts_pixel_format_get_bits (format) != 32);

  /* What is marked differs from the image, everything else is the same: so stripes of it. */
  stripes.over_color = recipe->over_color >= 0 ? recipe->over_color : OVER_COLOR;
  stripes.under_color = recipe->under_color >= 0 ? recipe->under_color : UNDER_COLOR;
  stripes.nan_color = 0;
  for (guint64 top = 0; top < image->dims[0]; top += PERIOD) {
    guint64 n_rows = MIN (PERIOD, image->dims[0] - top);
    g_autoptr (TsBlock) rows = get_rows (image, top, n_rows);

    ts_render_block (rows, &stripes, resolved, format, TS_VALUES_DISPLAY, marked, stride, NULL);
    for (guint64 j = 0; j < n_rows; j++) {
      guint8 *row = out + (gsize) (top + j) * out_stride_bytes;
      const guint8 *from = marked + (gsize) j * stride;
      guint64 phase = x + y + top + j;

      for (guint64 i = 0; i < image->dims[1]; i++) {
        if (((phase + i) & (PERIOD - 1)) < STRIPE)
          memcpy (row + i * size, from + i * size, size);
      }
    }
  }
}

gboolean
ts_render_decorate (const TsBlock *image,
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
                    GError **error)
{
  gboolean is_float = ts_pixel_format_get_bits (format) == 32;
  g_autoptr (TsBlock) mask = NULL;

  if (is_float && values != TS_VALUES_DISPLAY)
    return TRUE;
  if (recipe->zebra && !is_float)
    ts_render_zebra (image, recipe, resolved, format, rect != NULL ? rect->x : 0,
                     rect != NULL ? rect->y : 0, out, out_stride_bytes);
  if (recipe->overlay == NULL)
    return TRUE;
  if (overlay == NULL || !g_str_equal (ts_overlay_get_path (overlay), recipe->overlay)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("The overlay “%s” was not opened"), recipe->overlay);
    return FALSE;
  }
  mask = ts_overlay_read (overlay, index, rect, (guint) image->dims[1], (guint) image->dims[0],
                          cancellable, error);
  if (mask == NULL)
    return FALSE;
  ts_overlay_blend (mask, recipe, format, out, out_stride_bytes);
  return TRUE;
}

gboolean
ts_render_with_overlay (TsBatch *batch,
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
                        GError **error)
{
  g_autoptr (TsBlock) image = NULL;
  TsImageSize size;

  ts_batch_get_image_size (batch, index, &size);
  if (!ts_recipe_validate (recipe, &size, error))
    return FALSE;
  image = ts_batch_read_image (batch, index, rect, cancellable, error);
  if (image == NULL)
    return FALSE;
  ts_render_block (image, recipe, resolved, format, values, out, out_stride_bytes, marks);
  return out == NULL || ts_render_decorate (image, overlay, index, rect, recipe, resolved, format,
                                            values, out, out_stride_bytes, cancellable, error);
}

gboolean
ts_render (TsBatch *batch,
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
           GError **error)
{
  return ts_render_with_overlay (batch, NULL, index, rect, recipe, resolved, format, values, out,
                                 out_stride_bytes, marks, cancellable, error);
}
