/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-tile-cache.h"

#include "app/ts-grid-pass.h"
#include "pixels/ts-colormap.h"
#include "pixels/ts-complex.h"
#include "pixels/ts-render.h"
#include "tensor/ts-stats.h"

#include <string.h>

/* An image above this many elements is never read whole to be minified. */
#define STRIP_ELEMENTS ((guint64) 1 << 24)

/* Above this many elements a coarse tile comes first, of every so many pixels of the tile. */
#define SLOW_ELEMENTS ((guint64) 1 << 22)
#define COARSE_STEP   8

static gsize
block_size (const TsBlock *block)
{
  return ts_block_get_n_elements (block) * ts_dtype_get_size (block->dtype) + sizeof *block;
}

static void
count_non_finite (TsTile *self, const TsBlock *block)
{
  TsDtypeClass dtype_class = ts_dtype_get_info (block->dtype)->dtype_class;

  if (dtype_class != TS_DTYPE_CLASS_FLOAT && dtype_class != TS_DTYPE_CLASS_COMPLEX)
    return;
  TsStats stats;
  ts_stats_init (&stats);
  ts_stats_add_block (&stats, block);
  self->n_nan += stats.n_nan;
  self->n_inf += stats.n_posinf + stats.n_neginf;
}

TsTileSampling
ts_tile_sampling_for (const TsRecipe *recipe)
{
  if (ts_colormap_is_categorical (recipe->colormap) || recipe->channel_mode == TS_CHANNELS_ARGMAX ||
      recipe->complex_part == TS_COMPLEX_PHASE)
    return TS_TILE_MIDDLE;
  if (recipe->complex_part == TS_COMPLEX_REAL)
    return TS_TILE_REAL;
  return recipe->complex_part == TS_COMPLEX_IMAG ? TS_TILE_IMAG : TS_TILE_AVERAGE;
}

TsBlock *
ts_tile_shrink (TsBlock *image, TsTileSampling sampling, guint width, guint height, GError **error)
{
  g_autoptr (TsBlock) part = NULL;

  width = (guint) MIN (width, image->dims[1]);
  height = (guint) MIN (height, image->dims[0]);
  if (sampling == TS_TILE_MIDDLE)
    return ts_block_decimate (image, width, height, error);
  part = ts_block_take_part (image,
                             sampling == TS_TILE_REAL   ? TS_COMPLEX_REAL
                             : sampling == TS_TILE_IMAG ? TS_COMPLEX_IMAG
                                                        : TS_COMPLEX_MAGNITUDE,
                             error);
  return part != NULL ? ts_block_minify (part, width, height, error) : NULL;
}

/* Plane by plane, as ts_block_minify() does. */
static TsBlock *
new_planes (TsDtype dtype,
            guint width,
            guint height,
            guint n_channels,
            guint8 **out,
            GError **error)
{
  const guint64 planes[3] = { n_channels, height, width };
  const guint64 dims[3] = { height, width, n_channels };
  const gint64 strides[3] = { width, 1, (gint64) width * height };
  TsBlock *memory = ts_block_new_packed (dtype, 3, planes, out, error);

  if (memory == NULL)
    return NULL;
  return ts_block_new (memory->data, dtype, 3, dims, strides, memory,
                       (GDestroyNotify) ts_block_unref);
}

static void
copy_rows (const TsBlock *from, guint y0, const TsBlock *to, guint8 *out)
{
  gsize size = ts_dtype_get_size (to->dtype);

  for (guint64 c = 0; c < from->dims[2]; c++)
    for (guint64 y = 0; y < from->dims[0]; y++)
      for (guint64 x = 0; x < from->dims[1]; x++) {
        guint64 source = y * (guint64) from->strides_elems[0] +
                         x * (guint64) from->strides_elems[1] +
                         c * (guint64) from->strides_elems[2];
        guint64 target = (c * to->dims[0] + y0 + y) * to->dims[1] + x;
        memcpy (out + target * size, from->data + source * size, size);
      }
}

/* Output rows [a, b) come from input rows [a * H / h, b * H / h), rounded outwards. */
static TsBlock *
load_in_strips (TsTile *self,
                TsBatch *batch,
                const TsImageSize *size,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (TsBlock) whole = NULL;
  guint8 *out = NULL;
  guint n_counted = 0; /* rows */
  guint64 row_elements = (guint64) size->width * size->n_channels;
  guint64 in_rows = MAX (STRIP_ELEMENTS / MAX (row_elements, 1), 1);
  guint step = (guint) CLAMP (in_rows * self->height / size->height, 1, self->height);

  for (guint a = 0; a < self->height; a += step) {
    guint b = MIN (a + step, self->height);
    guint y0 = (guint) ((guint64) a * size->height / self->height);
    guint y1 = (guint) (((guint64) b * size->height + self->height - 1) / self->height);
    TsRect rect = { 0, y0, size->width, y1 - y0 };
    g_autoptr (TsBlock) strip = ts_batch_read_image (batch, self->index, &rect, cancellable, error);
    if (strip == NULL)
      return NULL;
    /* strips may share a row */
    g_autoptr (TsBlock) unseen =
                   ts_block_crop (strip, 0, n_counted - y0, size->width, y1 - n_counted);
    count_non_finite (self, unseen);
    n_counted = y1;
    g_autoptr (TsBlock) small = ts_tile_shrink (strip, self->sampling, self->width, b - a, error);
    if (small == NULL)
      return NULL;
    if (whole == NULL)
      whole = new_planes (small->dtype, self->width, self->height, size->n_channels, &out, error);
    if (whole == NULL)
      return NULL;
    copy_rows (small, a, whole, out);
  }
  return g_steal_pointer (&whole);
}

static TsBlock *
load (TsTile *self, TsBatch *batch, GCancellable *cancellable, GError **error)
{
  TsImageSize size;

  ts_batch_get_image_size (batch, self->index, &size);
  gboolean minified = self->width < size.width || self->height < size.height;
  guint64 n_elements = (guint64) size.width * size.height * size.n_channels;
  if (minified && n_elements > STRIP_ELEMENTS)
    return load_in_strips (self, batch, &size, cancellable, error);

  g_autoptr (TsBlock) image = ts_batch_read_image (batch, self->index, NULL, cancellable, error);
  if (image == NULL)
    return NULL;
  count_non_finite (self, image);
  if (!minified)
    return g_steal_pointer (&image);
  return ts_tile_shrink (image, self->sampling, self->width, self->height, error);
}

gboolean
ts_tile_is_slow (TsBatch *batch, const TsTileKey *key)
{
  TsImageSize size;

  ts_batch_get_image_size (batch, key->index, &size);
  return (guint64) size.width * size.height * size.n_channels > SLOW_ELEMENTS &&
         key->height < size.height && key->width >= COARSE_STEP && key->height >= COARSE_STEP &&
         ts_batch_has_rows (batch, key->index);
}

/* One row of the image for each row of the tile. */
static TsBlock *
load_rows (TsTile *self, TsBatch *batch, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsBlock) whole = NULL;
  guint8 *out = NULL;
  TsImageSize size;

  ts_batch_get_image_size (batch, self->index, &size);
  for (guint y = 0; y < self->height; y++) {
    guint from = (guint) ((2 * (guint64) y + 1) * size.height / (2 * (guint64) self->height));
    TsRect rect = { 0, from, size.width, 1 };
    g_autoptr (TsBlock) row = ts_batch_read_image (batch, self->index, &rect, cancellable, error);
    g_autoptr (TsBlock) small = row != NULL ? ts_block_decimate (row, self->width, 1, error) : NULL;
    if (small == NULL)
      return NULL;
    if (whole == NULL)
      whole = new_planes (small->dtype, self->width, self->height, size.n_channels, &out, error);
    if (whole == NULL)
      return NULL;
    copy_rows (small, y, whole, out);
  }
  return g_steal_pointer (&whole);
}

TsTile *
ts_tile_load_coarse (TsBatch *batch, const TsTileKey *key, GCancellable *cancellable)
{
  TsTile *self = g_new0 (TsTile, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->index = key->index;
  self->width = key->width / COARSE_STEP;
  self->height = key->height / COARSE_STEP;
  self->sampling = TS_TILE_MIDDLE;
  self->block = load_rows (self, batch, cancellable, &self->error);
  self->size_bytes = sizeof *self + (self->block != NULL ? block_size (self->block) : 0);
  return self;
}

TsTile *
ts_tile_load (TsBatch *batch, const TsTileKey *key, GCancellable *cancellable)
{
  TsTile *self = g_new0 (TsTile, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->index = key->index;
  self->width = key->width;
  self->height = key->height;
  self->sampling = key->sampling;
  self->block = load (self, batch, cancellable, &self->error);
  self->size_bytes = sizeof *self + (self->block != NULL ? block_size (self->block) : 0);
  return self;
}

TsTile *
ts_tile_ref (TsTile *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ts_tile_unref (TsTile *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->block, ts_block_unref);
  g_clear_error (&self->error);
  g_free (self);
}
