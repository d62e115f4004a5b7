/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "pixels/ts-difference.h"
#include "pixels/ts-render.h"

#include <math.h>

/* Images of 2 channels and 1 x 3 pixels. */
static const float floats[2][2][3] = {
  { { 0, 1, 2 }, { -8, NAN, INFINITY } },
  { { 0.5f, 1, -2 }, { NAN, NAN, INFINITY } },
};
static const guint8 bytes_of_images[1][2][3] = { { { 0, 128, 255 }, { 1, 2, 3 } } };

static TsBatch *
make_batch (gconstpointer data, TsDtype dtype, guint n, guint channels, guint width)
{
  guint64 dims[4] = { n, channels, 1, width };
  g_autoptr (GBytes) bytes = g_bytes_new (data, n * channels * width * ts_dtype_get_size (dtype));
  g_autoptr (GError) error = NULL;
  g_autoptr (TsTensor) tensor = NULL;
  TsLayout layout;
  TsShape shape;

  ts_shape_init (&shape, 4, dims);
  tensor = ts_tensor_new_from_bytes (bytes, dtype, &shape, &error);
  g_assert_no_error (error);
  g_assert_true (ts_layout_parse (&layout, "NCHW", 4, &error));
  TsBatch *batch = ts_batch_new (tensor, &layout, &error);
  g_assert_no_error (error);
  return batch;
}

/* Row-major: pixel by pixel, channels side by side. */
static void
read_values (TsBatch *batch, double *out, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsBlock) block = ts_batch_read_image (batch, 0, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (ts_block_get_n_elements (block), ==, n);
  ts_block_load_doubles (block, out);
}

static void
test_values (void)
{
  g_autoptr (TsBatch) batch = make_batch (floats, TS_DTYPE_FLOAT32, 2, 2, 3);
  g_autoptr (GError) error = NULL;
  TsRecipe recipe;
  double values[6];

  ts_recipe_init (&recipe);
  TsDifferenceSide a = { batch, 0, &recipe }, b = { batch, 1, &recipe };
  g_autoptr (TsBatch) difference = ts_difference_new (&a, &b, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_batch_get_n_images (difference), ==, 1);
  g_assert_cmpint (ts_batch_get_dtype (difference), ==, TS_DTYPE_FLOAT32);
  read_values (difference, values, 6);
  g_assert_cmpfloat (values[0], ==, 0.5);
  g_assert_true (isnan (values[1])); /* a number and none */
  g_assert_cmpfloat (values[2], ==, 0);
  g_assert_cmpfloat (values[3], ==, 0); /* none and none */
  g_assert_cmpfloat (values[4], ==, -4);
  g_assert_cmpfloat (values[5], ==, 0); /* infinity and infinity */

  /* an image does not differ from itself */
  g_autoptr (TsBatch) same = ts_difference_new (&b, &b, &error);
  read_values (same, values, 6);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpfloat (values[i], ==, 0);
}

/* Each side in its own units: 0..255 against -1..1. */
static void
test_units (void)
{
  const double normalised[2][3] = { { -1, 128 / 127.5 - 1, 1 }, { 0, 0, 0 } };
  g_autoptr (TsBatch) bytes = make_batch (bytes_of_images, TS_DTYPE_UINT8, 1, 2, 3);
  g_autoptr (TsBatch) doubles = make_batch (normalised, TS_DTYPE_FLOAT64, 1, 2, 3);
  g_autoptr (GError) error = NULL;
  TsRecipe of_bytes, of_doubles;
  double values[6];

  ts_recipe_init (&of_bytes);
  of_bytes.value_scale = 255;
  ts_recipe_init (&of_doubles);
  g_assert_true (ts_recipe_set_preset (&of_doubles, "tanh", &error));
  TsDifferenceSide a = { bytes, 0, &of_bytes }, b = { doubles, 0, &of_doubles };
  g_autoptr (TsBatch) difference = ts_difference_new (&a, &b, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ts_batch_get_dtype (difference), ==, TS_DTYPE_FLOAT64);
  read_values (difference, values, 6);
  for (guint x = 0; x < 3; x++) {
    g_assert_cmpfloat_with_epsilon (values[2 * x], 0, 1e-12);
    g_assert_cmpfloat_with_epsilon (values[2 * x + 1], 0.5 - (x + 1) / 255.0, 1e-12);
  }
}

static void
test_refused (void)
{
  g_autoptr (TsBatch) large = make_batch (floats, TS_DTYPE_FLOAT32, 2, 2, 3);
  g_autoptr (TsBatch) small = make_batch (floats, TS_DTYPE_FLOAT32, 2, 3, 2);
  g_autoptr (GError) error = NULL;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  TsDifferenceSide a = { large, 0, &recipe }, b = { small, 0, &recipe };
  g_assert_null (ts_difference_new (&a, &b, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "3×1×2"));
  g_assert_nonnull (strstr (error->message, "2×1×3"));
}

/* Zero is the middle of the colours, and the channel that differs most decides. */
static void
test_colours (void)
{
  const float pair[2][2][3] = { { { 0, 0, 0 }, { 0, 0, 0 } }, { { 1, 0, -1 }, { 0.5f, 0, 0.5f } } };
  g_autoptr (TsBatch) batch = make_batch (pair, TS_DTYPE_FLOAT32, 2, 2, 3);
  g_autoptr (GError) error = NULL;
  TsRecipe plain, recipe;
  TsResolved resolved;
  guint8 pixels[9];

  ts_recipe_init (&plain);
  TsDifferenceSide a = { batch, 0, &plain }, b = { batch, 1, &plain };
  g_autoptr (TsBatch) difference = ts_difference_new (&a, &b, &error);
  g_assert_no_error (error);
  g_autoptr (TsBatchStats) stats = ts_batch_stats_new (difference);
  ts_difference_init_recipe (&recipe);
  g_assert_true (ts_recipe_validate (&recipe, NULL, &error));
  g_assert_true (ts_resolve (&recipe, stats, 0, &resolved, NULL, &error));
  g_assert_cmpfloat (resolved.lo[0], ==, -1);
  g_assert_cmpfloat (resolved.hi[0], ==, 1);
  g_assert_true (ts_render (difference, 0, NULL, &recipe, &resolved, TS_PIXELS_RGB8,
                            TS_VALUES_DISPLAY, pixels, sizeof pixels, NULL, NULL, &error));
  g_assert_cmpuint (pixels[0], >, pixels[2]);           /* more: red */
  g_assert_cmpuint (ABS (pixels[3] - pixels[5]), <, 4); /* equal: gray */
  g_assert_cmpuint (pixels[8], >, pixels[6]);           /* less: blue */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/difference/values", test_values);
  g_test_add_func ("/difference/units", test_units);
  g_test_add_func ("/difference/refused", test_refused);
  g_test_add_func ("/difference/colours", test_colours);
  return g_test_run ();
}
