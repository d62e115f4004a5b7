/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-tile-cache.h"
#include "pixels/ts-render.h"

#include "app-fixture.h"

#include <math.h>

/* No display needed. */

static TsBatch *
make_batch (guint n, guint channels, guint height, guint width)
{
  const guint64 dims[4] = { n, channels, height, width };
  TsShape shape;
  TsLayout layout;
  g_autoptr (GError) error = NULL;
  gsize size = (gsize) n * channels * height * width * sizeof (float);
  g_autoptr (GBytes) bytes =
                 g_bytes_new_take (fixture_make_floats (n, channels, height, width), size);

  ts_shape_init (&shape, 4, dims);
  g_autoptr (TsTensor) tensor = ts_tensor_new_from_bytes (bytes, TS_DTYPE_FLOAT32, &shape, &error);
  g_assert_no_error (error);
  g_assert_true (ts_layout_parse (&layout, "NCHW", 4, &error));
  TsBatch *batch = ts_batch_new (tensor, &layout, &error);
  g_assert_no_error (error);
  return batch;
}

static void
wait_loaded (TsTileCache *cache)
{
  while (ts_tile_cache_is_busy (cache))
    g_main_context_iteration (NULL, TRUE);
}

static void
count_cb (TsTileCache *cache, guint *n)
{
  (*n)++;
}

static void
assert_equal_elements (TsBlock *a, TsBlock *b)
{
  gsize n = ts_block_get_n_elements (a);
  g_autofree double *x = g_new (double, n), *y = g_new (double, n);

  g_assert_cmpuint (n, ==, ts_block_get_n_elements (b));
  ts_block_load_doubles (a, x);
  ts_block_load_doubles (b, y);
  g_assert_cmpmem (x, n * sizeof *x, y, n * sizeof *y);
}

static void
test_load (void)
{
  g_autoptr (TsBatch) batch = make_batch (3, 3, 16, 20);
  const TsTileKey native = { 1, 20, 16, TS_TILE_AVERAGE }, half = { 1, 10, 8, TS_TILE_AVERAGE };
  g_autoptr (TsTile) whole = ts_tile_load (batch, &native, NULL);
  g_autoptr (TsTile) small = ts_tile_load (batch, &half, NULL);
  g_autoptr (TsBlock) image = ts_batch_read_image (batch, 1, NULL, NULL, NULL);
  g_autoptr (TsBlock) expected = ts_block_minify (image, 10, 8, NULL);

  g_assert_no_error (whole->error);
  g_assert_cmpuint (whole->block->dims[0], ==, 16);
  g_assert_cmpuint (whole->block->dims[1], ==, 20);
  g_assert_no_error (small->error);
  assert_equal_elements (small->block, expected);

  /* a failure is a tile, too */
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_cancellable_cancel (cancellable);
  g_autoptr (TsTile) failed = ts_tile_load (batch, &native, cancellable);
  if (failed->block == NULL)
    g_assert_error (failed->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Strip by strip is the same as at once where the sizes divide. */
static void
test_strips (void)
{
  const guint width = 3072, height = 2048;
  g_autoptr (TsBatch) batch = make_batch (1, 3, height, width);
  g_autoptr (TsBlock) image = ts_batch_read_image (batch, 0, NULL, NULL, NULL);

  g_assert_cmpuint ((guint64) width * height * 3, >, (guint64) 1 << 24);
  for (int sampling = TS_TILE_AVERAGE; sampling <= TS_TILE_MIDDLE; sampling++) {
    const TsTileKey key = { 0, width / 32, height / 32, (TsTileSampling) sampling };
    g_autoptr (TsTile) tile = ts_tile_load (batch, &key, NULL);
    g_autoptr (TsBlock) expected = sampling == TS_TILE_MIDDLE
                                       ? ts_block_decimate (image, key.width, key.height, NULL)
                                       : ts_block_minify (image, key.width, key.height, NULL);
    g_assert_no_error (tile->error);
    assert_equal_elements (tile->block, expected);
  }
}

/* Of a large image a coarse tile comes before the one that was asked for; where there is one
 * already, it does not. */
static void
test_coarse (void)
{
  const guint width = 3072, height = 2048;
  const TsTileKey key = { 0, width / 32, height / 32, TS_TILE_AVERAGE };
  const TsTileKey coarse = { 0, width / 256, height / 256, TS_TILE_MIDDLE };
  const TsTileKey other = { 0, width / 64, height / 64, TS_TILE_AVERAGE };
  const TsTileKey whole = { 0, width, height, TS_TILE_AVERAGE };
  g_autoptr (TsBatch) batch = make_batch (1, 3, height, width);
  g_autoptr (TsBlock) image = ts_batch_read_image (batch, 0, NULL, NULL, NULL);
  g_autoptr (TsBlock) expected = ts_block_decimate (image, coarse.width, coarse.height, NULL);
  g_autoptr (TsTile) tile = ts_tile_load_coarse (batch, &key, NULL);
  TsTileCache *cache = ts_tile_cache_new ((gsize) 64 << 20);

  g_assert_no_error (tile->error);
  assert_equal_elements (tile->block, expected);
  g_assert_true (ts_tile_is_slow (batch, &key));
  g_assert_false (ts_tile_is_slow (batch, &whole));

  ts_tile_cache_set_batch (cache, batch);
  ts_tile_cache_request (cache, &key, 1);
  wait_loaded (cache);
  g_assert_cmpuint (ts_tile_cache_get_n_loaded (cache), ==, 2);
  g_assert_nonnull (ts_tile_cache_lookup (cache, &key));
  g_assert_nonnull (ts_tile_cache_lookup (cache, &coarse));
  g_assert_cmpuint (ts_tile_cache_lookup_any (cache, 0)->width, ==, key.width);
  ts_tile_cache_request (cache, &other, 1);
  wait_loaded (cache);
  g_assert_cmpuint (ts_tile_cache_get_n_loaded (cache), ==, 3);
  g_assert_finalize_object (cache);
}

static void
test_cache (void)
{
  g_autoptr (TsBatch) batch = make_batch (100, 3, 16, 16);
  TsTileKey keys[100];
  guint n_ready = 0;

  for (guint i = 0; i < 100; i++)
    keys[i] = (TsTileKey){ i, 16, 16, TS_TILE_AVERAGE };
  /* room for about twenty */
  TsTileCache *cache = ts_tile_cache_new (20 * (3 * 256 * 4 + 1024));
  g_signal_connect (cache, "ready", G_CALLBACK (count_cb), &n_ready);
  ts_tile_cache_request (cache, keys, 10); /* without a batch: nothing */
  g_assert_false (ts_tile_cache_is_busy (cache));

  ts_tile_cache_set_batch (cache, batch);
  ts_tile_cache_request (cache, keys, 10);
  g_assert_true (ts_tile_cache_is_busy (cache));
  wait_loaded (cache);
  g_assert_cmpuint (n_ready, >=, 1);
  g_assert_cmpuint (ts_tile_cache_get_n_loaded (cache), ==, 10);
  for (guint i = 0; i < 10; i++)
    g_assert_nonnull (ts_tile_cache_lookup (cache, &keys[i]));
  g_assert_null (ts_tile_cache_lookup (cache, &keys[10]));
  g_assert_nonnull (ts_tile_cache_lookup_any (cache, 9));

  /* what is there is not read again; the oldest ones go */
  ts_tile_cache_request (cache, keys, 10);
  g_assert_false (ts_tile_cache_is_busy (cache));
  for (guint i = 10; i < 100; i += 10) {
    ts_tile_cache_request (cache, keys + i, 10);
    wait_loaded (cache);
  }
  g_assert_cmpuint (ts_tile_cache_get_n_loaded (cache), ==, 100);
  g_assert_cmpuint (ts_tile_cache_get_n_tiles (cache), <, 30);
  g_assert_null (ts_tile_cache_lookup (cache, &keys[0]));
  g_assert_null (ts_tile_cache_lookup_any (cache, 0));
  g_assert_nonnull (ts_tile_cache_lookup (cache, &keys[99]));

  /* all that is asked for is kept, even above the limit */
  ts_tile_cache_request (cache, keys, 100);
  wait_loaded (cache);
  g_assert_cmpuint (ts_tile_cache_get_n_tiles (cache), ==, 100);

  /* two sizes of one image */
  const TsTileKey small = { 5, 4, 4, TS_TILE_AVERAGE };
  ts_tile_cache_request (cache, &small, 1);
  wait_loaded (cache);
  g_assert_cmpuint (ts_tile_cache_lookup (cache, &small)->width, ==, 4);
  g_assert_true (ts_tile_cache_lookup_any (cache, 5) == ts_tile_cache_lookup (cache, &small));

  ts_tile_cache_set_batch (cache, NULL);
  g_assert_cmpuint (ts_tile_cache_get_size (cache), ==, 0);
  g_assert_finalize_object (cache);
}

/* A newer request replaces an older one before that is begun; dropping the cache with work in
 * flight is safe. */
static void
test_stale (void)
{
  g_autoptr (TsBatch) batch = make_batch (400, 3, 64, 64);
  g_autofree TsTileKey *keys = g_new (TsTileKey, 400);
  TsTileCache *cache = ts_tile_cache_new (G_MAXSIZE / 2);

  for (guint i = 0; i < 400; i++)
    keys[i] = (TsTileKey){ i, 16, 16, TS_TILE_AVERAGE };
  ts_tile_cache_set_batch (cache, batch);
  for (guint i = 0; i < 390; i++)
    ts_tile_cache_request (cache, keys + i, 10);
  wait_loaded (cache);
  for (guint i = 389; i < 399; i++)
    g_assert_nonnull (ts_tile_cache_lookup (cache, &keys[i]));
  ts_tile_cache_request (cache, keys, 400);
  ts_tile_cache_set_batch (cache, batch);
  g_assert_cmpuint (ts_tile_cache_get_n_tiles (cache), ==, 0);
  ts_tile_cache_request (cache, keys, 400);
  g_assert_finalize_object (cache);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

int
main (int argc, char *argv[])
{
  fixture_own_state ();
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tile-cache/load", test_load);
  g_test_add_func ("/tile-cache/strips", test_strips);
  g_test_add_func ("/tile-cache/coarse", test_coarse);
  g_test_add_func ("/tile-cache/cache", test_cache);
  g_test_add_func ("/tile-cache/stale", test_stale);

  return g_test_run ();
}
