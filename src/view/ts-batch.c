/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "view/ts-batch.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _TsBatch
{
  GObject parent_instance;

  GPtrArray *tensors;    /* TsTensor, at least one */
  guint64 *first_images; /* index of the first image of each tensor, and n_images behind the last */
  TsLayout layout;
  int axis_h, axis_w, axis_c; /* axis_c -1: none */
  TsImageSize max_size;
  gboolean is_uniform;
};

G_DEFINE_FINAL_TYPE (TsBatch, ts_batch, G_TYPE_OBJECT)

#define MAX_SIDE     65535
#define MAX_CHANNELS 65535

static void
ts_batch_finalize (GObject *object)
{
  TsBatch *self = TS_BATCH (object);

  g_clear_pointer (&self->tensors, g_ptr_array_unref);
  g_free (self->first_images);
  G_OBJECT_CLASS (ts_batch_parent_class)->finalize (object);
}

static void
ts_batch_class_init (TsBatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_batch_finalize;
}

static void
ts_batch_init (TsBatch *self)
{
}

static void
get_size (TsBatch *self, TsTensor *tensor, TsImageSize *size)
{
  size->height = (guint) ts_tensor_get_dim (tensor, (guint) self->axis_h);
  size->width = (guint) ts_tensor_get_dim (tensor, (guint) self->axis_w);
  size->n_channels =
      self->axis_c >= 0 ? (guint) ts_tensor_get_dim (tensor, (guint) self->axis_c) : 1;
}

/* How many images a tensor has; 0 and an error when it does not fit the layout. */
static guint64
count_images (TsBatch *self, TsTensor *tensor, GError **error)
{
  const TsShape *shape = ts_tensor_get_shape (tensor);
  g_autofree char *sizes = ts_shape_to_string (shape);
  guint64 n_images = 1;

  if (shape->n_dims != self->layout.n_dims) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("Layout “%s” names %u axes; the array is %s"), self->layout.roles,
                    self->layout.n_dims, sizes);
    return 0;
  }
  for (guint i = 0; i < shape->n_dims; i++) {
    gboolean is_side = (int) i == self->axis_h || (int) i == self->axis_w;

    if (shape->dims[i] == 0) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID, _ ("The array is empty (%s)"), sizes);
      return 0;
    }
    if (is_side && shape->dims[i] > MAX_SIDE) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   _ ("As %s, images of %s would have a side of more than %d pixels"),
                      self->layout.roles, sizes, MAX_SIDE);
      return 0;
    }
    if ((int) i == self->axis_c && shape->dims[i] > MAX_CHANNELS) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   _ ("As %s, images of %s would have more than %d channels"), self->layout.roles,
                      sizes, MAX_CHANNELS);
      return 0;
    }
    if (!is_side && (int) i != self->axis_c)
      n_images *= shape->dims[i]; /* a part of the element count, which fits */
  }
  return n_images;
}

TsBatch *
ts_batch_new_from_list (GPtrArray *tensors, const TsLayout *layout, GError **error)
{
  g_autoptr (TsBatch) self = NULL;
  guint64 n_images = 0;

  g_return_val_if_fail (tensors != NULL && layout != NULL, NULL);

  if (tensors->len == 0) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_INVALID, _ ("The list has no arrays"));
    return NULL;
  }
  if (!ts_layout_is_image (layout)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("Layout “%s” has no H and W, so there are no images in it"), layout->roles);
    return NULL;
  }
  self = g_object_new (TS_TYPE_BATCH, NULL);
  self->layout = *layout;
  self->axis_h = ts_layout_find (layout, 'H');
  self->axis_w = ts_layout_find (layout, 'W');
  self->axis_c = ts_layout_find (layout, 'C');
  self->tensors = g_ptr_array_new_with_free_func (g_object_unref);
  self->first_images = g_new (guint64, tensors->len + 1);
  self->is_uniform = TRUE;
  for (guint i = 0; i < tensors->len; i++) {
    TsTensor *tensor = g_ptr_array_index (tensors, i);
    guint64 n_here = count_images (self, tensor, error);
    TsImageSize size;

    if (n_here == 0) {
      if (tensors->len > 1)
        g_prefix_error (error, _ ("Array %u of the list: "), i);
      return NULL;
    }
    if (ts_tensor_get_dtype (tensor) != ts_tensor_get_dtype (g_ptr_array_index (tensors, 0))) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   _ ("Array %u of the list is %s, the first one %s"), i,
                      ts_dtype_get_name (ts_tensor_get_dtype (tensor)),
                      ts_dtype_get_name (ts_tensor_get_dtype (g_ptr_array_index (tensors, 0))));
      return NULL;
    }
    g_ptr_array_add (self->tensors, g_object_ref (tensor));
    self->first_images[i] = n_images;
    if (!ts_checked_add (n_images, n_here, &n_images)) {
      g_set_error_literal (error, TS_ERROR, TS_ERROR_INVALID, _ ("The list has too many images"));
      return NULL;
    }
    get_size (self, tensor, &size);
    if (i > 0 && memcmp (&size, &self->max_size, sizeof size) != 0)
      self->is_uniform = FALSE;
    self->max_size.width = MAX (self->max_size.width, size.width);
    self->max_size.height = MAX (self->max_size.height, size.height);
    self->max_size.n_channels = MAX (self->max_size.n_channels, size.n_channels);
  }
  self->first_images[tensors->len] = n_images;
  return g_steal_pointer (&self);
}

TsBatch *
ts_batch_new (TsTensor *tensor, const TsLayout *layout, GError **error)
{
  g_autoptr (GPtrArray) tensors = g_ptr_array_new ();

  g_return_val_if_fail (TS_IS_TENSOR (tensor), NULL);

  g_ptr_array_add (tensors, tensor);
  return ts_batch_new_from_list (tensors, layout, error);
}

guint64
ts_batch_get_n_images (TsBatch *self)
{
  g_return_val_if_fail (TS_IS_BATCH (self), 0);

  return self->first_images[self->tensors->len];
}

const TsLayout *
ts_batch_get_layout (TsBatch *self)
{
  g_return_val_if_fail (TS_IS_BATCH (self), NULL);

  return &self->layout;
}

TsDtype
ts_batch_get_dtype (TsBatch *self)
{
  g_return_val_if_fail (TS_IS_BATCH (self), TS_DTYPE_FLOAT32);

  return ts_tensor_get_dtype (g_ptr_array_index (self->tensors, 0));
}

TsTensor *
ts_batch_get_image_tensor (TsBatch *self, guint64 index, guint64 *index_in_tensor)
{
  guint low = 0, high;

  g_return_val_if_fail (TS_IS_BATCH (self), NULL);
  g_return_val_if_fail (index < ts_batch_get_n_images (self), NULL);

  high = self->tensors->len;
  while (high - low > 1) {
    guint middle = low + (high - low) / 2;

    if (self->first_images[middle] <= index)
      low = middle;
    else
      high = middle;
  }
  if (index_in_tensor != NULL)
    *index_in_tensor = index - self->first_images[low];
  return g_ptr_array_index (self->tensors, low);
}

void
ts_batch_get_image_size (TsBatch *self, guint64 index, TsImageSize *size)
{
  g_return_if_fail (TS_IS_BATCH (self));
  g_return_if_fail (index < ts_batch_get_n_images (self));

  get_size (self, ts_batch_get_image_tensor (self, index, NULL), size);
}

void
ts_batch_get_max_size (TsBatch *self, TsImageSize *size)
{
  g_return_if_fail (TS_IS_BATCH (self));

  *size = self->max_size;
}

gboolean
ts_batch_is_uniform (TsBatch *self)
{
  g_return_val_if_fail (TS_IS_BATCH (self), FALSE);

  return self->is_uniform;
}

gboolean
ts_batch_has_rows (TsBatch *self, guint64 index)
{
  TsTensor *tensor;
  const gint64 *strides;

  g_return_val_if_fail (TS_IS_BATCH (self), FALSE);
  g_return_val_if_fail (index < ts_batch_get_n_images (self), FALSE);

  tensor = ts_batch_get_image_tensor (self, index, NULL);
  strides = ts_tensor_get_strides (tensor);
  return ABS (strides[self->axis_h]) >= ABS (strides[self->axis_w]);
}

static void
unref_block (gpointer block)
{
  ts_block_unref (block);
}

TsBlock *
ts_batch_read_image (TsBatch *self,
                     guint64 index,
                     const TsRect *rect,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (TsBlock) block = NULL;
  TsTensor *tensor;
  TsImageSize size;
  TsRect whole;
  guint64 start[TS_MAX_DIMS], count[TS_MAX_DIMS], dims[3], rest;
  gint64 strides[3];

  g_return_val_if_fail (TS_IS_BATCH (self), NULL);
  g_return_val_if_fail (index < ts_batch_get_n_images (self), NULL);

  tensor = ts_batch_get_image_tensor (self, index, &rest);
  get_size (self, tensor, &size);
  whole = (TsRect){ 0, 0, size.width, size.height };
  if (rect == NULL)
    rect = &whole;
  g_return_val_if_fail (ts_range_fits (rect->x, rect->width, size.width), NULL);
  g_return_val_if_fail (ts_range_fits (rect->y, rect->height, size.height), NULL);

  /* The axes that count images are the digits of the index, the last one the lowest. */
  for (guint i = self->layout.n_dims; i-- > 0;) {
    guint64 dim = ts_tensor_get_dim (tensor, i);

    if ((int) i == self->axis_h) {
      start[i] = rect->y;
      count[i] = rect->height;
    } else if ((int) i == self->axis_w) {
      start[i] = rect->x;
      count[i] = rect->width;
    } else if ((int) i == self->axis_c) {
      start[i] = 0;
      count[i] = dim;
    } else {
      start[i] = rest % dim;
      count[i] = 1;
      rest /= dim;
    }
  }
  block = ts_tensor_read (tensor, start, count, cancellable, error);
  if (block == NULL)
    return NULL;
  dims[0] = rect->height;
  dims[1] = rect->width;
  dims[2] = size.n_channels;
  strides[0] = block->strides_elems[self->axis_h];
  strides[1] = block->strides_elems[self->axis_w];
  strides[2] = self->axis_c >= 0 ? block->strides_elems[self->axis_c] : 1;
  return ts_block_new (block->data, block->dtype, 3, dims, strides, ts_block_ref (block),
                       unref_block);
}
