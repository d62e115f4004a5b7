/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-recipe.h"
#include "view/ts-batch.h"

G_BEGIN_DECLS

/* How an image is made smaller. */
typedef enum {
  TS_TILE_AVERAGE, /* over areas */
  TS_TILE_MIDDLE,  /* the element in the middle of each area: labels and angles have no average */
  TS_TILE_REAL,    /* real parts of complex elements, averaged */
  TS_TILE_IMAG,    /* imaginary parts */
} TsTileSampling;

/* Labels are made smaller in another way than values. */
TsTileSampling ts_tile_sampling_for (const TsRecipe *recipe);

/* The image made smaller: its elements, or averages as floats. Sides larger than its own are its
 * own. */
TsBlock *ts_tile_shrink (TsBlock *image,
                         TsTileSampling sampling,
                         guint width,
                         guint height,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * TsTile:
 * @index: of the image
 * @width, @height: of @block, as asked for
 * @sampling: where that is not the image's own size
 * @block: (nullable): the image at that size: its own elements when the size is its own (so that
 * what is rendered from it is exact), else averaged floats; %NULL after an error
 * @error: (nullable): why there is no block
 * @n_nan, @n_inf: elements of the full image that are not finite
 *
 * What a tile of the screen is rendered from. Immutable; reference-counted (atomically).
 */
typedef struct
{
  guint64 index;
  guint width, height;
  TsTileSampling sampling;
  TsBlock *block;
  GError *error;
  guint64 n_nan, n_inf;
  gsize size_bytes;

  /*< private >*/
  gatomicrefcount ref_count;
} TsTile;

TsTile *ts_tile_ref (TsTile *self);
void ts_tile_unref (TsTile *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsTile, ts_tile_unref)

/* Which tile: the image at a size in pixels, each side at most the image's own. */
typedef struct
{
  guint64 index;
  guint width, height;
  TsTileSampling sampling;
} TsTileKey;

/**
 * ts_tile_load:
 *
 * Reads an image and makes it as small as asked for, large ones strip by strip so that
 * memory stays bounded. Never %NULL: failures are in the tile. Blocks; any thread.
 */
TsTile *ts_tile_load (TsBatch *batch,
                      const TsTileKey *key,
                      GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the tile takes long enough for a coarse one to be shown before it. */
gboolean ts_tile_is_slow (TsBatch *batch, const TsTileKey *key);

/* A smaller tile of the same image, of few of its rows: quickly there. As ts_tile_load(). */
TsTile *ts_tile_load_coarse (TsBatch *batch,
                             const TsTileKey *key,
                             GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

/**
 * TsTileCache:
 *
 * Tiles of one batch, loaded by worker threads, least recently used ones dropped above a limit of
 * bytes. Those asked for last are never dropped. Of a large image of which there is nothing yet, a
 * coarse tile comes first. Main thread only.
 *
 * Signals: "ready": tiles have arrived since the last emission (from the main loop).
 */
#define TS_TYPE_TILE_CACHE (ts_tile_cache_get_type ())
G_DECLARE_FINAL_TYPE (TsTileCache, ts_tile_cache, TS, TILE_CACHE, GObject)

TsTileCache *ts_tile_cache_new (gsize limit_bytes) G_GNUC_WARN_UNUSED_RESULT;

/* Another limit of bytes, from the next tile on. */
void ts_tile_cache_set_limit (TsTileCache *self, gsize limit_bytes);

/* Drops everything. */
void ts_tile_cache_set_batch (TsTileCache *self, TsBatch *batch);

/* (nullable), borrowed until the next request or turn of the main loop. */
TsTile *ts_tile_cache_lookup (TsTileCache *self, const TsTileKey *key);
/* The same image at any size, for the meantime; (nullable), borrowed. */
TsTile *ts_tile_cache_lookup_any (TsTileCache *self, guint64 index);

/* Loads those that are missing, first ones first, instead of whatever was asked for before: work
 * that nobody waits for any more is not begun. */
void ts_tile_cache_request (TsTileCache *self, const TsTileKey *keys, guint n_keys);

/* Whether anything asked for is still missing. */
gboolean ts_tile_cache_is_busy (TsTileCache *self);

gsize ts_tile_cache_get_size (TsTileCache *self);
guint ts_tile_cache_get_n_tiles (TsTileCache *self);
/* How many tiles were loaded since the batch was set; for tests. */
guint64 ts_tile_cache_get_n_loaded (TsTileCache *self);

G_END_DECLS
