/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-render.h"

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
  g_autoptr (TsBlock) image = NULL;
  TsImageSize size;

  ts_batch_get_image_size (batch, index, &size);
  if (!ts_recipe_validate (recipe, &size, error))
    return FALSE;
  image = ts_batch_read_image (batch, index, rect, cancellable, error);
  if (image == NULL)
    return FALSE;
  ts_render_block (image, recipe, resolved, format, values, out, out_stride_bytes, marks);
  return TRUE;
}
