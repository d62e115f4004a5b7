/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-resolve.h"

#include "pixels-util.h"

#include <math.h>

/* Two images of 2 channels and 1 x 4 pixels. */
static const float elements[2][2][4] = {
  { { 0, 1, 2, 3 }, { -8, -4, NAN, 0 } },
  { { 10, 10, 10, 10 }, { INFINITY, 1, 2, -INFINITY } },
};

static TsBatchStats *
make_stats (gconstpointer data, TsDtype dtype, guint n, guint channels, guint width)
{
  guint64 dims[4] = { n, channels, 1, width };
  g_autoptr (GBytes) bytes = g_bytes_new (data, n * channels * width * ts_dtype_get_size (dtype));
  g_autoptr (GError) error = NULL;
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (TsBatch) batch = NULL;
  TsLayout layout;
  TsShape shape;

  ts_shape_init (&shape, 4, dims);
  tensor = ts_tensor_new_from_bytes (bytes, dtype, &shape, &error);
  g_assert_no_error (error);
  g_assert_true (ts_layout_parse (&layout, "NCHW", 4, &error));
  batch = ts_batch_new (tensor, &layout, &error);
  g_assert_no_error (error);
  return ts_batch_stats_new (batch);
}

static TsResolved
resolve (const TsRecipe *recipe, TsBatchStats *stats, guint64 index)
{
  g_autoptr (GError) error = NULL;
  TsResolved resolved;

  g_assert_true (ts_resolve (recipe, stats, index, &resolved, NULL, &error));
  g_assert_no_error (error);
  return resolved;
}

static void
test_scopes (void)
{
  g_autoptr (TsBatchStats) stats = make_stats (elements, TS_DTYPE_FLOAT32, 2, 2, 4);
  TsResolved resolved;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.range_mode = TS_RANGE_MINMAX;

  g_assert_false (ts_batch_stats_has_all (stats));
  recipe.scope = TS_SCOPE_IMAGE;
  resolved = resolve (&recipe, stats, 0);
  g_assert_false (ts_batch_stats_has_all (stats));
  g_assert_cmpuint (resolved.n, ==, 1);
  g_assert_cmpfloat (resolved.lo[0], ==, -8);
  g_assert_cmpfloat (resolved.hi[0], ==, 3);
  resolved = resolve (&recipe, stats, 1);
  g_assert_cmpfloat (resolved.lo[0], ==, 1);
  g_assert_cmpfloat (resolved.hi[0], ==, 10);
  g_assert_false (ts_recipe_is_index_independent (&recipe));

  recipe.scope = TS_SCOPE_BATCH;
  resolved = resolve (&recipe, stats, 1);
  g_assert_true (ts_batch_stats_has_all (stats));
  g_assert_cmpfloat (resolved.lo[0], ==, -8);
  g_assert_cmpfloat (resolved.hi[0], ==, 10);
  g_assert_true (ts_recipe_is_index_independent (&recipe));

  recipe.scope = TS_SCOPE_CHANNEL;
  resolved = resolve (&recipe, stats, 0);
  g_assert_cmpuint (resolved.n, ==, 2);
  g_assert_cmpfloat (resolved.hi[0], ==, 10);
  g_assert_cmpfloat (resolved.lo[1], ==, -8);
  g_assert_cmpfloat (resolved.hi[1], ==, 2);

  recipe.scope = TS_SCOPE_IMAGE_CHANNEL;
  resolved = resolve (&recipe, stats, 1);
  g_assert_true (resolved.constant[0]);
  g_assert_cmpfloat (resolved.lo[0], ==, 10);
  g_assert_false (resolved.constant[1]);
  g_assert_cmpfloat (resolved.lo[1], ==, 1);
}

static void
test_selection (void)
{
  const guint64 first = 0, second = 1, *chosen;
  g_autoptr (TsBatchStats) stats = make_stats (elements, TS_DTYPE_FLOAT32, 2, 2, 4);
  g_autoptr (TsBatchStats) one = ts_batch_stats_new_subset (stats, &second, 1);
  g_autoptr (TsBatchStats) all = ts_batch_stats_new_subset (one, NULL, 0);
  TsResolved resolved;
  TsRecipe recipe;
  gsize n;

  ts_recipe_init (&recipe);
  recipe.range_mode = TS_RANGE_MINMAX;
  recipe.scope = TS_SCOPE_SELECTION;
  for (guint pass = 0; pass < 2; pass++) {
    recipe.range_mode = pass == 0 ? TS_RANGE_MINMAX : TS_RANGE_PERCENTILE;
    recipe.percentile_lo = 0;
    recipe.percentile_hi = 100;
    /* The image asked for does not matter, only those chosen. */
    resolved = resolve (&recipe, one, 0);
    g_assert_cmpuint (resolved.n, ==, 1);
    g_assert_cmpfloat (resolved.lo[0], ==, 1);
    g_assert_cmpfloat (resolved.hi[0], ==, 10);
    resolved = resolve (&recipe, all, 1);
    g_assert_cmpfloat (resolved.lo[0], ==, -8);
    g_assert_cmpfloat (resolved.hi[0], ==, 10);
    resolved = resolve (&recipe, stats, 1);
    g_assert_cmpfloat (resolved.lo[0], ==, -8);
  }
  g_assert_true (ts_recipe_is_index_independent (&recipe));

  /* Other scopes are those of the batch. */
  recipe.scope = TS_SCOPE_BATCH;
  resolved = resolve (&recipe, one, 1);
  g_assert_cmpfloat (resolved.lo[0], ==, -8);
  recipe.scope = TS_SCOPE_IMAGE;
  resolved = resolve (&recipe, one, 0);
  g_assert_cmpfloat (resolved.hi[0], ==, 3);

  /* Images that are written are the selection where there is none. */
  recipe.scope = TS_SCOPE_SELECTION;

  g_autoptr (TsBatchStats) own = ts_batch_stats_dup_for_images (one, &recipe, &first, 1);
  g_autoptr (TsBatchStats) written = ts_batch_stats_dup_for_images (stats, &recipe, &first, 1);
  g_autoptr (TsBatchStats) every = ts_batch_stats_dup_for_images (stats, &recipe, NULL, 0);

  g_assert_true (own == one);
  g_assert_true (every == stats);
  chosen = ts_batch_stats_get_subset (written, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (chosen[0], ==, 0);
  recipe.scope = TS_SCOPE_BATCH;

  g_autoptr (TsBatchStats) whole = ts_batch_stats_dup_for_images (stats, &recipe, &first, 1);

  g_assert_true (whole == stats);
}

static void
test_modes (void)
{
  g_autoptr (TsBatchStats) stats = make_stats (elements, TS_DTYPE_FLOAT32, 2, 2, 4);
  TsResolved resolved;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.scope = TS_SCOPE_IMAGE;
  recipe.range_mode = TS_RANGE_SYMMETRIC;
  resolved = resolve (&recipe, stats, 0);
  g_assert_cmpfloat (resolved.lo[0], ==, -8);
  g_assert_cmpfloat (resolved.hi[0], ==, 8);

  /* numpy.percentile ([0, 1, 2, 3, -8, -4, 0], [10, 90]) */
  recipe.range_mode = TS_RANGE_PERCENTILE;
  recipe.percentile_lo = 10;
  recipe.percentile_hi = 90;
  resolved = resolve (&recipe, stats, 0);
  g_assert_cmpfloat_with_epsilon (resolved.lo[0], -5.6, 1e-12);
  g_assert_cmpfloat_with_epsilon (resolved.hi[0], 2.4, 1e-12);
  resolved = resolve (&recipe, stats, 0);
  g_assert_cmpfloat_with_epsilon (resolved.hi[0], 2.4, 1e-12);
  recipe.scope = TS_SCOPE_BATCH;
  recipe.percentile_lo = 0;
  recipe.percentile_hi = 100;
  resolved = resolve (&recipe, stats, 0);
  g_assert_cmpfloat (resolved.lo[0], ==, -8);
  g_assert_cmpfloat (resolved.hi[0], ==, 10);

  recipe.range_mode = TS_RANGE_SIGMA;
  recipe.scope = TS_SCOPE_IMAGE_CHANNEL;
  recipe.sigma = 2;
  resolved = resolve (&recipe, stats, 0);
  g_assert_cmpfloat_with_epsilon (resolved.lo[0], 1.5 - 2 * sqrt (1.25), 1e-12);
  g_assert_cmpfloat_with_epsilon (resolved.hi[0], 1.5 + 2 * sqrt (1.25), 1e-12);
}

/* Ranges are over what un-normalising gives, each channel with its own mean and std. */
static void
test_unnormalised (void)
{
  g_autoptr (TsBatchStats) stats = make_stats (elements, TS_DTYPE_FLOAT32, 2, 2, 4);
  TsResolved resolved;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.range_mode = TS_RANGE_MINMAX;
  recipe.scope = TS_SCOPE_IMAGE;
  recipe.n_norm = 2;
  recipe.std[0] = 2;
  recipe.std[1] = -1; /* turns the channel over: 0 .. 8 */
  recipe.mean[1] = 1;
  resolved = resolve (&recipe, stats, 0);
  g_assert_cmpuint (resolved.n, ==, 2);
  g_assert_cmpfloat (resolved.lo[0], ==, 0);
  g_assert_cmpfloat (resolved.hi[0], ==, 9);
  g_assert_cmpfloat (resolved.hi[1], ==, 9);
  g_assert_cmpfloat_with_epsilon (resolved.scale[0] * 3 + resolved.offset[0], 6.0 / 9, 1e-12);

  recipe.value_scale = 255;
  resolved = resolve (&recipe, stats, 0);
  g_assert_cmpfloat_with_epsilon (resolved.hi[0], 9.0 / 255, 1e-12);
  g_assert_cmpfloat_with_epsilon (resolved.scale[0] * 3 + resolved.offset[0], 6.0 / 9, 1e-12);
}

static void
test_nothing_finite (void)
{
  static const double nothing[4] = { NAN, INFINITY, NAN, -INFINITY };
  g_autoptr (TsBatchStats) stats = make_stats (nothing, TS_DTYPE_FLOAT64, 1, 1, 4);
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  for (guint mode = TS_RANGE_MINMAX; mode <= TS_RANGE_SIGMA; mode++) {
    TsResolved resolved;

    recipe.range_mode = (TsRangeMode) mode;
    resolved = resolve (&recipe, stats, 0);
    g_assert_cmpfloat (resolved.lo[0], ==, 0);
    g_assert_cmpfloat (resolved.hi[0], ==, 1);
  }
}

static void
test_cancelled (void)
{
  g_autoptr (TsBatchStats) stats = make_stats (elements, TS_DTYPE_FLOAT32, 2, 2, 4);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TsResolved resolved;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.range_mode = TS_RANGE_MINMAX;
  g_cancellable_cancel (cancellable);
  g_assert_false (ts_resolve (&recipe, stats, 0, &resolved, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (ts_batch_stats_has_all (stats));
  resolve (&recipe, stats, 0);
  /* A fixed range asks for nothing. */
  recipe.range_mode = TS_RANGE_FIXED;
  g_assert_true (ts_resolve (&recipe, NULL, 0, &resolved, cancellable, NULL));
}

static void
test_many_channels (void)
{
  float wide[40];
  g_autoptr (TsBatchStats) stats = NULL;
  TsResolved resolved;
  TsRecipe recipe;
  TsStats one;

  for (guint i = 0; i < 40; i++)
    wide[i] = (float) i;
  stats = make_stats (wide, TS_DTYPE_FLOAT32, 1, 20, 2);
  g_assert_true (ts_batch_stats_get_image (stats, 0, 19, &one, NULL, NULL));
  g_assert_cmpfloat (one.max, ==, 39);
  g_assert_true (ts_batch_stats_get_all (stats, 19, &one, NULL, NULL));
  g_assert_cmpfloat (one.min, ==, 38);
  ts_recipe_init (&recipe);
  recipe.range_mode = TS_RANGE_MINMAX;
  recipe.scope = TS_SCOPE_CHANNEL;
  resolved = resolve (&recipe, stats, 0);
  g_assert_cmpuint (resolved.n, ==, TS_RECIPE_MAX_CHANNELS);
  g_assert_cmpfloat (resolved.hi[15], ==, 31);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/resolve/scopes", test_scopes);
  g_test_add_func ("/resolve/selection", test_selection);
  g_test_add_func ("/resolve/modes", test_modes);
  g_test_add_func ("/resolve/unnormalised", test_unnormalised);
  g_test_add_func ("/resolve/nothing-finite", test_nothing_finite);
  g_test_add_func ("/resolve/cancelled", test_cancelled);
  g_test_add_func ("/resolve/many-channels", test_many_channels);
  return g_test_run ();
}
