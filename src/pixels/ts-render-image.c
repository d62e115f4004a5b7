/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "base/ts-pool.h"
#include "pixels/ts-overlay.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Whole images: read, rendered, and what lies over them. */

#define OVER_COLOR  0xff2020
#define UNDER_COLOR 0x2060ff
/* Elements that are rendered between two looks at the cancellable; the second cache holds them. */
#define CHECK_ELEMENTS ((guint64) 1 << 16)
/* Images above this many elements are read and rendered in bands of about BAND_ELEMENTS. */
#define LARGE_ELEMENTS ((guint64) 1 << 22)
#define BAND_ELEMENTS  ((guint64) 1 << 21)

/* Of a stripe and of the gap after it, in pixels; powers of two. */
#define STRIPE 4
#define PERIOD (2 * STRIPE)

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
    g_autoptr (TsBlock) rows = ts_block_get_rows (image, top, n_rows);

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

static void
add_marks (TsMarks *marks, const TsMarks *more)
{
  marks->n_nan += more->n_nan;
  marks->n_posinf += more->n_posinf;
  marks->n_neginf += more->n_neginf;
  marks->n_under += more->n_under;
  marks->n_over += more->n_over;
}

gboolean
ts_render_block_cancellable (const TsBlock *image,
                             const TsRecipe *recipe,
                             const TsResolved *resolved,
                             TsPixelFormat format,
                             TsValues values,
                             guint8 *out,
                             gsize out_stride_bytes,
                             TsMarks *marks,
                             TsStats *stats,
                             GCancellable *cancellable,
                             GError **error)
{
  guint64 step = MAX (CHECK_ELEMENTS / MAX (image->dims[1] * image->dims[2], 1), 1);

  for (guint64 y = 0; y < image->dims[0]; y += step) {
    g_autoptr (TsBlock) rows = ts_block_get_rows (image, y, MIN (step, image->dims[0] - y));

    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;
    ts_render_block (rows, recipe, resolved, format, values,
                     out != NULL ? out + (gsize) y * out_stride_bytes : NULL, out_stride_bytes,
                     marks);
    if (stats != NULL)
      ts_stats_add_block (stats, rows);
  }
  return TRUE;
}

/* Everything that bands of one image share. */
typedef struct
{
  TsBatch *batch;
  TsOverlay *overlay;
  guint64 index;
  TsRect rect;
  guint n_rows; /* of a band */
  const TsRecipe *recipe;
  const TsResolved *resolved;
  TsPixelFormat format;
  TsValues values;
  guint8 *out;
  gsize stride;
  TsMarks *marks; /* (nullable) */
  GCancellable *cancellable;
  GMutex lock; /* of the marks and of what follows */
  gboolean failed;
  GError *error; /* the first one */
} Image;

static gboolean
render_rect (const Image *self, const TsRect *rect, guint8 *out, TsMarks *marks, GError **error)
{
  g_autoptr (TsBlock) image =
                 ts_batch_read_image (self->batch, self->index, rect, self->cancellable, error);

  if (image == NULL)
    return FALSE;
  return ts_render_block_cancellable (image, self->recipe, self->resolved, self->format,
                                      self->values, out, self->stride, marks, NULL,
                                      self->cancellable, error) &&
         (out == NULL || ts_render_decorate (image, self->overlay, self->index, rect, self->recipe,
                                             self->resolved, self->format, self->values, out,
                                             self->stride, self->cancellable, error));
}

static void
render_band (guint band, gpointer data)
{
  Image *self = data;
  guint y = band * self->n_rows;
  TsRect rect = { self->rect.x, self->rect.y + y, self->rect.width,
                  MIN (self->n_rows, self->rect.height - y) };
  TsMarks marks = { 0 };
  GError *error = NULL;
  gboolean failed;

  g_mutex_lock (&self->lock);
  failed = self->failed;
  g_mutex_unlock (&self->lock);
  if (failed)
    return;
  render_rect (self, &rect, self->out != NULL ? self->out + (gsize) y * self->stride : NULL, &marks,
               &error);
  g_mutex_lock (&self->lock);
  if (error != NULL && self->failed)
    g_error_free (error);
  else if (error != NULL)
    self->error = error;
  self->failed = self->failed || error != NULL;
  if (self->marks != NULL)
    add_marks (self->marks, &marks);
  g_mutex_unlock (&self->lock);
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
  Image image = { .batch = batch,
                  .overlay = overlay,
                  .index = index,
                  .recipe = recipe,
                  .resolved = resolved,
                  .format = format,
                  .values = values,
                  .out = out,
                  .stride = out_stride_bytes,
                  .marks = marks,
                  .cancellable = cancellable };
  guint64 row_elements;
  TsImageSize size;

  ts_batch_get_image_size (batch, index, &size);
  if (!ts_recipe_validate (recipe, &size, error))
    return FALSE;
  image.rect = rect != NULL ? *rect : (TsRect){ 0, 0, size.width, size.height };
  row_elements = MAX ((guint64) image.rect.width * size.n_channels, 1);
  if (row_elements * image.rect.height <= LARGE_ELEMENTS || !ts_batch_has_rows (batch, index))
    return render_rect (&image, &image.rect, out, marks, error);

  image.n_rows = (guint) CLAMP (BAND_ELEMENTS / row_elements, 1, image.rect.height);
  g_mutex_init (&image.lock);
  ts_pool_run ((image.rect.height + image.n_rows - 1) / image.n_rows, render_band, &image);
  g_mutex_clear (&image.lock);
  if (image.failed)
    g_propagate_error (error, image.error);
  return !image.failed;
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
