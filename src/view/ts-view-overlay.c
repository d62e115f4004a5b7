/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "view/ts-view-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* Which array can lie over the images of a view, and how its axes are to be read: that follows from
 * the images, so nothing is guessed. */

/* Equal sizes, or one that is the other made larger in both directions alike. */
static gboolean
is_alike (const TsImageSize *mask, const TsImageSize *image)
{
  return (guint64) mask->width * image->height == (guint64) image->width * mask->height;
}

static gboolean
fits (TsBatch *images, TsBatch *masks)
{
  guint64 n_images = ts_batch_get_n_images (images), n_masks = ts_batch_get_n_images (masks);
  gboolean is_uniform = ts_batch_is_uniform (images) && ts_batch_is_uniform (masks);
  TsImageSize image, mask;

  ts_batch_get_max_size (masks, &mask);
  if (mask.n_channels != 1 || (n_masks != n_images && n_masks != 1))
    return FALSE;
  for (guint64 i = 0; i < (is_uniform ? 1 : n_images); i++) {
    ts_batch_get_image_size (images, i, &image);
    ts_batch_get_image_size (masks, n_masks == 1 ? 0 : i, &mask);
    if (!is_alike (&mask, &image))
      return FALSE;
  }
  return TRUE;
}

static TsBatch *
try_layout (TsBatch *images, GPtrArray *tensors, const char *roles)
{
  g_autoptr (TsBatch) masks = NULL;
  TsLayout layout;

  if (!ts_layout_parse (&layout, roles, ts_tensor_get_n_dims (g_ptr_array_index (tensors, 0)),
                        NULL))
    return NULL;
  masks = ts_batch_new_from_list (tensors, &layout, NULL);
  return masks != NULL && fits (images, masks) ? g_steal_pointer (&masks) : NULL;
}

/* The axes of the images, with and without their channels. */
static void
get_own_roles (TsBatch *images, char with[TS_MAX_DIMS + 1], char without[TS_MAX_DIMS + 1])
{
  const TsLayout *layout = ts_batch_get_layout (images);
  guint n = 0;

  for (guint i = 0; i < layout->n_dims; i++) {
    with[i] = layout->roles[i];
    if (layout->roles[i] != 'C')
      without[n++] = layout->roles[i];
  }
  with[layout->n_dims] = without[n] = '\0';
}

TsBatch *
ts_view_open_overlay (TsView *self, TsNode *node, GError **error)
{
  static const char *const known[] = { "HW", "NHW", "CHW", "HWC", "NCHW", "NHWC" };
  char with[TS_MAX_DIMS + 1], without[TS_MAX_DIMS + 1];
  g_autoptr (GPtrArray) tensors = NULL;
  g_autofree char *shape = NULL;
  TsBatch *images, *masks;
  TsImageSize size;

  g_return_val_if_fail (TS_IS_VIEW (self), NULL);
  g_return_val_if_fail (TS_IS_NODE (node), NULL);

  images = ts_view_get_batch (self);
  tensors = ts_view_collect_tensors (node);
  if (tensors == NULL || !ts_tensor_has_data (g_ptr_array_index (tensors, 0))) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("“%s” cannot lie over the images: it is no array with data"),
                    ts_node_get_path (node));
    return NULL;
  }
  get_own_roles (images, with, without);
  masks = try_layout (images, tensors, without);
  if (masks == NULL)
    masks = try_layout (images, tensors, with);
  for (guint i = 0; i < G_N_ELEMENTS (known) && masks == NULL; i++)
    masks = try_layout (images, tensors, known[i]);
  if (masks != NULL)
    return masks;

  shape = ts_shape_to_string (ts_tensor_get_shape (g_ptr_array_index (tensors, 0)));
  ts_batch_get_max_size (images, &size);
  g_set_error (
      error, TS_ERROR, TS_ERROR_INVALID,
      _ ("“%s” (%s) cannot lie over %" PRIu64
               " images of %u×%u: it has to be one map of one channel for each image, or one for "
               "all, of the same size or the same proportions"),
         ts_node_get_path (node), shape, ts_batch_get_n_images (images), size.width, size.height);
  return NULL;
}
