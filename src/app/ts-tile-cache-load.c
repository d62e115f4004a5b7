/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-tile-cache.h"
#include "pixels/ts-render.h"
#include "tensor/ts-stats.h"

#include <string.h>

/* An image above this many elements is never read whole to be minified. */
#define STRIP_ELEMENTS ((guint64) 1 << 24)

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

/* Output rows [a, b) come from input rows [a * H / h, b * H / h), rounded outwards. */
static TsBlock *
load_in_strips (TsTile *self,
                TsBatch *batch,
                const TsImageSize *size,
                GCancellable *cancellable,
                GError **error)
{
  guint64 dims[3] = { self->height, self->width, size->n_channels };
  guint8 *out;
  g_autoptr (TsBlock) whole =
                 ts_block_new_packed (TS_DTYPE_FLOAT32, G_N_ELEMENTS (dims), dims, &out, error);
  if (whole == NULL)
    return NULL;

  guint64 row_elements = (guint64) size->width * size->n_channels;
  guint64 in_rows = MAX (STRIP_ELEMENTS / MAX (row_elements, 1), 1);
  guint step = (guint) CLAMP (in_rows * self->height / size->height, 1, self->height);
  gsize out_row_bytes = (gsize) self->width * size->n_channels * sizeof (float);

  for (guint a = 0; a < self->height; a += step) {
    guint b = MIN (a + step, self->height);
    guint y0 = (guint) ((guint64) a * size->height / self->height);
    guint y1 = (guint) (((guint64) b * size->height + self->height - 1) / self->height);
    TsRect rect = { 0, y0, size->width, y1 - y0 };
    g_autoptr (TsBlock) strip = ts_batch_read_image (batch, self->index, &rect, cancellable, error);
    if (strip == NULL)
      return NULL;
    count_non_finite (self, strip);
    g_autoptr (TsBlock) small = ts_block_minify (strip, self->width, b - a, error);
    if (small == NULL)
      return NULL;
    memcpy (out + a * out_row_bytes, small->data, (b - a) * out_row_bytes);
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
  return ts_block_minify (image, MIN (self->width, size.width), MIN (self->height, size.height),
                          error);
}

TsTile *
ts_tile_load (TsBatch *batch, const TsTileKey *key, GCancellable *cancellable)
{
  TsTile *self = g_new0 (TsTile, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->index = key->index;
  self->width = key->width;
  self->height = key->height;
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
