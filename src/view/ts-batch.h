/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "view/ts-layout.h"

G_BEGIN_DECLS

/* In pixels of one image. */
typedef struct
{
  guint width;
  guint height;
  guint n_channels; /* 1 when there is no channel axis */
} TsImageSize;

/* A rectangle in pixels, x to the right, y down. */
typedef struct
{
  guint x, y, width, height;
} TsRect;

/**
 * TsBatch:
 *
 * N images, each a strided H x W x C plane of one tensor, or each a tensor of a list. Immutable;
 * thread-safe.
 */
#define TS_TYPE_BATCH (ts_batch_get_type ())
G_DECLARE_FINAL_TYPE (TsBatch, ts_batch, TS, BATCH, GObject)

/* %TS_ERROR_INVALID when @layout does not fit (rank, no H and W, more than 65,535 pixels a side or
 * channels) or when there are no elements. */
TsBatch *
ts_batch_new (TsTensor *tensor, const TsLayout *layout, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Tensors of one rank and dtype, sizes may differ; @layout holds for each. Images of all of them in
 * order. */
TsBatch *ts_batch_new_from_list (GPtrArray *tensors,
                                 const TsLayout *layout,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

guint64 ts_batch_get_n_images (TsBatch *self);
const TsLayout *ts_batch_get_layout (TsBatch *self);
TsDtype ts_batch_get_dtype (TsBatch *self);
/* The size of image @index. */
void ts_batch_get_image_size (TsBatch *self, guint64 index, TsImageSize *size);
/* The largest width, height and channel count of any image. */
void ts_batch_get_max_size (TsBatch *self, TsImageSize *size);
/* Whether all images have the same size. */
gboolean ts_batch_is_uniform (TsBatch *self);
/* The tensor image @index is in (borrowed), for records of where it came from; with the index of
 * the image within that tensor. */
TsTensor *ts_batch_get_image_tensor (TsBatch *self, guint64 index, guint64 *index_in_tensor);

/* Whether rows lie one after the other in memory, so that bands of rows can be read by themselves
 * without reading the image again and again. */
gboolean ts_batch_has_rows (TsBatch *self, guint64 index);

/**
 * ts_batch_read_image:
 * @rect: (nullable): part of the image; inside it
 *
 * The elements of an image as a block of 3 axes: height, width, channel, strides as they come.
 * Blocks; thread-safe; cancellable.
 */
TsBlock *ts_batch_read_image (TsBatch *self,
                              guint64 index,
                              const TsRect *rect,
                              GCancellable *cancellable,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
