/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-colormap.h"
#include "pixels/ts-resolve.h"

#include "base/ts-error.h"
#include "pixels-util.h"

#include <math.h>

#define SIDE 64

static TsRecipe
tanh_recipe (void)
{
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  ts_recipe_set_preset (&recipe, "tanh", NULL);
  return recipe;
}

static void
test_one_nan (void)
{
  g_autofree float *values = random_values (1, 3 * SIDE * SIDE);
  g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, SIDE, SIDE, 3, TRUE);
  TsResolved resolved = range_of (0, 1);
  TsRecipe recipe = tanh_recipe ();
  g_autofree guint8 *before = render (image, &recipe, &resolved, TS_PIXELS_RGB8, NULL);
  g_autofree guint8 *after = NULL;
  TsMarks marks = { 0 };
  gsize at = 1234;

  values[SIDE * SIDE + at] = NAN;
  after = render (image, &recipe, &resolved, TS_PIXELS_RGB8, &marks);
  g_assert_cmpuint (marks.n_nan, ==, 1);
  g_assert_cmpmem (after, at * 3, before, at * 3);
  g_assert_cmpmem (after + at * 3, 3, ((guint8[]){ 255, 0, 255 }), 3);
  g_assert_cmpmem (after + at * 3 + 3, (SIDE * SIDE - at - 1) * 3, before + at * 3 + 3,
                   (SIDE * SIDE - at - 1) * 3);
}

/* All formats of NaN and infinity; a float format keeps them. */
static void
test_non_finite (void)
{
  static const float values[4] = { NAN, INFINITY, -INFINITY, 0.5f };
  g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, 1, 4, 1, TRUE);
  TsResolved resolved = range_of (0, 1);
  TsMarks marks = { 0 };
  TsRecipe recipe;
  g_autofree guint8 *gray = NULL;
  g_autofree guint16 *wide = NULL;
  g_autofree float *real = NULL;

  ts_recipe_init (&recipe);
  gray = render (image, &recipe, &resolved, TS_PIXELS_GRAY8, &marks);
  g_assert_cmpmem (gray, 4, ((guint8[]){ 105, 255, 0, 128 }), 4);
  g_assert_cmpuint (marks.n_nan, ==, 1);
  g_assert_cmpuint (marks.n_posinf, ==, 1);
  g_assert_cmpuint (marks.n_neginf, ==, 1);
  g_assert_cmpuint (marks.n_under, ==, 1);
  g_assert_cmpuint (marks.n_over, ==, 1);
  wide = (guint16 *) render (image, &recipe, &resolved, TS_PIXELS_GRAY16, NULL);
  g_assert_cmpuint (wide[0], ==, 105 * 257);
  g_assert_cmpuint (wide[1], ==, 65535);
  g_assert_cmpuint (wide[3], ==, 32768);
  real = (float *) render (image, &recipe, &resolved, TS_PIXELS_GRAY_FLOAT, NULL);
  g_assert_true (isnan (real[0]) && isinf (real[1]) && isinf (real[2]));
  g_assert_cmpfloat (real[3], ==, 0.5);
}

static void
test_constant_and_negative (void)
{
  float values[8] = { 0 };
  g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, 2, 4, 1, TRUE);
  g_autofree guint8 *constant = NULL;
  g_autofree guint8 *negative = NULL;
  g_autofree guint8 *step = NULL;
  TsResolved resolved = range_of (-7, -7);
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  for (guint i = 0; i < 8; i++)
    values[i] = -7;
  constant = render (image, &recipe, &resolved, TS_PIXELS_GRAY8, NULL);
  for (guint i = 0; i < 8; i++)
    g_assert_cmpuint (constant[i], ==, 0);

  for (guint i = 0; i < 8; i++)
    values[i] = -10 + (float) i;
  step = render (image, &recipe, &resolved, TS_PIXELS_GRAY8, NULL);
  for (guint i = 0; i < 8; i++)
    g_assert_cmpuint (step[i], ==, i <= 3 ? 0 : 255);
  resolved = range_of (-10, -3);
  negative = render (image, &recipe, &resolved, TS_PIXELS_GRAY8, NULL);
  g_assert_cmpuint (negative[0], ==, 0);
  g_assert_cmpuint (negative[7], ==, 255);
  g_assert_cmpuint (negative[1], ==, 36);
}

/* lo above hi inverts; so does invert, up to the middle. */
static void
test_inverted (void)
{
  g_autofree float *values = random_values (3, SIDE * SIDE);
  g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, SIDE, SIDE, 1, TRUE);
  TsResolved resolved = range_of (-1.5, 1.5), turned = range_of (1.5, -1.5);
  g_autofree guint8 *plain = NULL;
  g_autofree guint8 *by_range = NULL;
  g_autofree guint8 *by_invert = NULL;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  plain = render (image, &recipe, &resolved, TS_PIXELS_GRAY8, NULL);
  by_range = render (image, &recipe, &turned, TS_PIXELS_GRAY8, NULL);
  recipe.invert = TRUE;
  by_invert = render (image, &recipe, &resolved, TS_PIXELS_GRAY8, NULL);
  for (guint i = 0; i < SIDE * SIDE; i++) {
    g_assert_cmpint (abs (255 - plain[i] - by_range[i]), <=, 1);
    g_assert_cmpint (abs (255 - plain[i] - by_invert[i]), <=, 1);
  }
}

static void
test_orders_of_memory (void)
{
  g_autofree float *planar = random_values (5, 3 * SIDE * SIDE);
  g_autofree float *pixels = g_new (float, 3 * SIDE * SIDE);
  g_autoptr (TsBlock) nchw = image_over (planar, TS_DTYPE_FLOAT32, SIDE, SIDE, 3, TRUE);
  g_autoptr (TsBlock) nhwc = image_over (pixels, TS_DTYPE_FLOAT32, SIDE, SIDE, 3, FALSE);
  TsResolved resolved = range_of (0, 1);
  TsRecipe recipe = tanh_recipe ();

  for (guint i = 0; i < SIDE * SIDE; i++) {
    for (guint c = 0; c < 3; c++)
      pixels[i * 3 + c] = planar[c * SIDE * SIDE + i];
  }
  for (guint format = 0; format <= TS_PIXELS_RGBA_FLOAT; format++) {
    g_autofree guint8 *a = render (nchw, &recipe, &resolved, (TsPixelFormat) format, NULL);
    g_autofree guint8 *b = render (nhwc, &recipe, &resolved, (TsPixelFormat) format, NULL);
    gsize n = SIDE * SIDE * ts_pixel_format_get_size ((TsPixelFormat) format);

    g_assert_cmpmem (a, n, b, n);
  }
}

/* Bytes shown as they are, in 8 and 16 bits. */
static void
test_bytes (void)
{
  guint8 values[256] = { 0 };
  g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_UINT8, 16, 16, 1, TRUE);
  TsResolved resolved = range_of (0, 1);
  TsRecipe recipe;

  for (guint i = 0; i < 256; i++)
    values[i] = (guint8) i;
  ts_recipe_init (&recipe);
  ts_recipe_set_preset (&recipe, "u8", NULL);
  for (guint rounding = 0; rounding < 3; rounding++) {
    g_autofree guint8 *out = NULL;
    g_autofree guint16 *wide = NULL;

    recipe.rounding = (TsRounding) rounding;
    out = render (image, &recipe, &resolved, TS_PIXELS_GRAY8, NULL);
    g_assert_cmpmem (out, 256, values, 256);
    wide = (guint16 *) render (image, &recipe, &resolved, TS_PIXELS_GRAY16, NULL);
    for (guint i = 0; rounding != TS_ROUNDING_TRUNCATE && i < 256; i++)
      g_assert_cmpuint (wide[i], ==, i * 257);
  }
}

static void
test_channels (void)
{
  static const float values[4] = { 0, 0.25f, 0.5f, 1 };
  g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, 1, 1, 4, FALSE);
  g_autoptr (TsBlock) rgb = image_over (values + 1, TS_DTYPE_FLOAT32, 1, 1, 3, FALSE);
  TsResolved resolved = range_of (0, 1);
  TsRecipe recipe;

#define EXPECT(image, ...)                                                                         \
  do {                                                                                             \
    g_autofree guint8 *out = render (image, &recipe, &resolved, TS_PIXELS_RGBA8, NULL);            \
    g_assert_cmpmem (out, 4, ((guint8[]){ __VA_ARGS__ }), 4);                                      \
  } while (0)

  ts_recipe_init (&recipe);
  EXPECT (image, 0, 0, 0, 255);
  EXPECT (rgb, 64, 128, 255, 255);
  recipe.order = TS_ORDER_BGR;
  EXPECT (rgb, 255, 128, 64, 255);
  recipe.order = TS_ORDER_RGB;
  recipe.channel_mode = TS_CHANNELS_RGBA;
  EXPECT (image, 0, 64, 128, 255);
  recipe.channels[3] = 1;
  EXPECT (image, 0, 64, 128, 64);
  recipe.channel_mode = TS_CHANNELS_RGB;
  recipe.channels[0] = 3;
  recipe.channels[1] = -1;
  EXPECT (image, 255, 0, 128, 255);
  recipe.channel_mode = TS_CHANNELS_SINGLE;
  recipe.channels[0] = 2;
  EXPECT (image, 128, 128, 128, 255);
  recipe.channel_mode = TS_CHANNELS_MEAN;
  EXPECT (image, 112, 112, 112, 255);
  recipe.channel_mode = TS_CHANNELS_MAX_ABS;
  EXPECT (image, 255, 255, 255, 255);
  recipe.channel_mode = TS_CHANNELS_ARGMAX;
  EXPECT (image, 255, 255, 255, 255);
#undef EXPECT
}

static void
test_labels (void)
{
  static const gint64 labels[6] = { 0, 1, 2, 255, -1, G_MAXINT64 };
  g_autoptr (TsBlock) image = image_over (labels, TS_DTYPE_INT64, 1, 6, 1, TRUE);
  TsResolved resolved = range_of (0, 1);
  g_autofree guint8 *out = NULL;
  guint8 expected[3];
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.colormap = TS_COLORMAP_CATEGORICAL;
  recipe.ignore_label = 255;
  out = render (image, &recipe, &resolved, TS_PIXELS_RGBA8, NULL);
  for (guint i = 0; i < 3; i++) {
    ts_colormap_get_category (i, expected);
    g_assert_cmpmem (out + i * 4, 3, expected, 3);
    g_assert_cmpuint (out[i * 4 + 3], ==, 255);
  }
  g_assert_cmpmem (out + 12, 4, ((guint8[]){ 0, 0, 0, 0 }), 4);
  g_assert_cmpmem (out + 16, 4, out + 4, 4);
}

static void
test_marked_colors (void)
{
  static const float values[4] = { -0.1f, 0, 1, 1.1f };
  g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, 1, 4, 1, TRUE);
  TsResolved resolved = range_of (0, 1);
  g_autofree guint8 *out = NULL;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.under_color = 0x0000ff;
  recipe.over_color = 0xff0000;
  out = render (image, &recipe, &resolved, TS_PIXELS_RGB8, NULL);
  g_assert_cmpmem (out, 12, ((guint8[]){ 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0 }), 12);
}

static void
test_float_values (void)
{
  static const float values[3] = { -1, 0.25f, 3 };
  g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, 1, 3, 1, TRUE);
  TsResolved resolved = range_of (0, 0.5);
  TsRecipe recipe = tanh_recipe ();
  float out[3];

  recipe.gamma = 0.5;
  ts_render_block (image, &recipe, &resolved, TS_PIXELS_GRAY_FLOAT, TS_VALUES_RAW, (guint8 *) out,
                   sizeof out, NULL);
  g_assert_cmpmem (out, sizeof out, values, sizeof values);
  ts_render_block (image, &recipe, &resolved, TS_PIXELS_GRAY_FLOAT, TS_VALUES_VALUES,
                   (guint8 *) out, sizeof out, NULL);
  g_assert_cmpmem (out, sizeof out, ((float[]){ 0, 0.625f, 2 }), sizeof out);
  ts_render_block (image, &recipe, &resolved, TS_PIXELS_GRAY_FLOAT, TS_VALUES_DISPLAY,
                   (guint8 *) out, sizeof out, NULL);
  g_assert_cmpmem (out, sizeof out, ((float[]){ 0, 1.5625f, 16 }), sizeof out);
}

static void
test_scaled (void)
{
  g_autofree float *values = random_values (9, 3 * 5 * 7);
  g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, 5, 7, 3, TRUE);
  TsResolved resolved = range_of (0, 1);
  TsRecipe recipe = tanh_recipe ();
  g_autofree guint8 *small = render (image, &recipe, &resolved, TS_PIXELS_RGBA8, NULL);

  for (guint scale = 1; scale <= 3; scale++) {
    gsize stride = 7 * scale * 4 + 12;
    g_autofree guint8 *out = g_malloc (stride * 5 * scale);

    ts_pixels_magnify_rgba8 (small, 7 * 4, 7, 5, scale, out, stride);
    for (guint y = 0; y < 5 * scale; y++) {
      for (guint x = 0; x < 7 * scale; x++)
        g_assert_cmpmem (out + y * stride + x * 4, 4, small + (y / scale * 7 + x / scale) * 4, 4);
    }
  }
}

static double
element (const TsBlock *block, guint y, guint x, guint c)
{
  double value;

  ts_dtype_get_info (block->dtype)
      ->load (block->data +
                  ((gint64) y * block->strides_elems[0] + (gint64) x * block->strides_elems[1] +
                   (gint64) c * block->strides_elems[2]) *
                      (gint64) ts_dtype_get_size (block->dtype),
              0, 1, &value);
  return value;
}

static void
test_minify (void)
{
  float values[4 * 6 * 2] = { 0 };
  g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, 4, 6, 2, FALSE);
  g_autoptr (TsBlock) half = NULL;
  g_autoptr (TsBlock) odd = NULL;
  g_autoptr (TsBlock) one = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    values[i] = (float) i;
  half = ts_block_minify (image, 3, 2, NULL);
  g_assert_cmpuint (half->dims[0], ==, 2);
  g_assert_cmpuint (half->dims[1], ==, 3);
  /* (0 + 2 + 12 + 14) / 4, the other channel 1 more, one area to the right 4 more */
  g_assert_cmpfloat (element (half, 0, 0, 0), ==, 7);
  g_assert_cmpfloat (element (half, 0, 0, 1), ==, 8);
  g_assert_cmpfloat (element (half, 0, 1, 0), ==, 11);
  g_assert_cmpfloat (element (half, 1, 0, 0), ==, 31);

  /* Six columns to four: 1.5 each, (0 + 2 / 2) / 1.5 and so on. */
  odd = ts_block_minify (image, 4, 4, NULL);
  g_assert_cmpfloat_with_epsilon (element (odd, 0, 0, 0), 2.0 / 3, 1e-6);
  g_assert_cmpfloat_with_epsilon (element (odd, 0, 1, 0), (1 + 4) / 1.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (element (odd, 0, 3, 1), (0.5 * 9 + 11) / 1.5, 1e-6);

  /* NaN is left out; only NaN stays NaN. */
  values[0] = NAN;
  g_clear_pointer (&half, ts_block_unref);
  half = ts_block_minify (image, 3, 2, NULL);
  g_assert_cmpfloat_with_epsilon (element (half, 0, 0, 0), 28.0 / 3, 1e-6);
  values[2] = values[12] = values[14] = NAN;
  g_clear_pointer (&half, ts_block_unref);
  half = ts_block_minify (image, 3, 2, NULL);
  g_assert_true (isnan (element (half, 0, 0, 0)));
  g_assert_cmpfloat (element (half, 0, 0, 1), ==, 8);

  one = ts_block_minify (image, 1, 1, NULL);
  g_assert_cmpfloat_with_epsilon (element (one, 0, 0, 1), 24, 1e-5);
  g_assert_null (ts_block_minify (image, 7, 4, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
}

/* Whole ratios, which have loops of their own, against sums by hand. */
static void
test_minify_whole (void)
{
  static const guint ratios[] = { 2, 3, 4, 5, 8, 9 };
  g_autofree float *values = g_new (float, 1 << 16);

  for (guint i = 0; i < 1 << 16; i++)
    values[i] = (float) g_test_rand_double_range (-2, 2);
  for (guint r = 0; r < G_N_ELEMENTS (ratios); r++) {
    guint ratio = ratios[r], width = 1 + (guint) g_test_rand_int_range (0, 400 / (int) ratio);
    g_autoptr (TsBlock) image =
                   image_over (values, TS_DTYPE_FLOAT32, 2 * ratio, width * ratio, 1, TRUE);
    g_autoptr (TsBlock) small = ts_block_minify (image, width, 2, NULL);

    for (guint y = 0; y < 2; y++) {
      for (guint x = 0; x < width; x++) {
        double sum = 0;

        for (guint i = 0; i < ratio * ratio; i++)
          sum += element (image, y * ratio + i / ratio, x * ratio + i % ratio, 0);
        g_assert_cmpfloat_with_epsilon (element (small, y, x, 0), sum / (ratio * ratio), 3e-7);
      }
    }
  }
}

/* What the grid keeps at full size gives the bytes of the image itself, in every type. */
static void
test_to_float (void)
{
  g_autofree guint8 *memory = g_malloc (16 * 16 * 3 * 16);
  TsResolved resolved = range_of (-0.3, 0.8);
  TsRecipe recipe = tanh_recipe ();

  for (guint i = 0; i < 16 * 16 * 3 * 16; i++)
    memory[i] = (guint8) (i * 2654435761u >> 13);
  for (guint dtype = 0; dtype < TS_N_DTYPES; dtype++) {
    g_autoptr (TsBlock) image = image_over (memory, (TsDtype) dtype, 16, 16, 3, FALSE);
    g_autoptr (TsBlock) copy = ts_block_to_float (image, NULL);
    g_autoptr (TsBlock) same = ts_block_minify (image, 16, 16, NULL);
    g_autofree guint8 *a = render (image, &recipe, &resolved, TS_PIXELS_RGBA8, NULL);
    g_autofree guint8 *b = render (copy, &recipe, &resolved, TS_PIXELS_RGBA8, NULL);
    g_autofree guint8 *c = render (same, &recipe, &resolved, TS_PIXELS_RGBA8, NULL);

    g_assert_cmpmem (a, 1024, b, 1024);
    g_assert_cmpmem (a, 1024, c, 1024);
  }
}

static void
test_decimate (void)
{
  static const gint32 labels[9] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
  g_autoptr (TsBlock) image = image_over (labels, TS_DTYPE_INT32, 3, 3, 1, TRUE);
  g_autoptr (TsBlock) one = ts_block_decimate (image, 1, 1, NULL);
  g_autoptr (TsBlock) two = ts_block_decimate (image, 2, 1, NULL);

  g_assert_cmpint (one->dtype, ==, TS_DTYPE_INT32);
  g_assert_cmpfloat (element (one, 0, 0, 0), ==, 5);
  g_assert_cmpfloat (element (two, 0, 0, 0), ==, 4);
  g_assert_cmpfloat (element (two, 0, 1, 0), ==, 6);
}

static void
test_batch (void)
{
  g_autofree float *values = random_values (2, 2 * 3 * 8 * 8);
  g_autoptr (GBytes) bytes = g_bytes_new (values, 2 * 3 * 8 * 8 * sizeof *values);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (TsBatch) batch = NULL;
  guint64 dims[4] = { 2, 3, 8, 8 };
  TsRect rect = { 2, 1, 4, 3 };
  g_autoptr (TsBlock) image = image_over (values + 3 * 64, TS_DTYPE_FLOAT32, 8, 8, 3, TRUE);
  TsResolved resolved = range_of (0, 1);
  TsRecipe recipe = tanh_recipe ();
  g_autofree guint8 *whole = render (image, &recipe, &resolved, TS_PIXELS_RGB8, NULL);
  guint8 out[4 * 3 * 3];
  TsLayout layout;
  TsShape shape;

  ts_shape_init (&shape, 4, dims);
  tensor = ts_tensor_new_from_bytes (bytes, TS_DTYPE_FLOAT32, &shape, NULL);
  g_assert_true (ts_layout_parse (&layout, "NCHW", 4, NULL));
  batch = ts_batch_new (tensor, &layout, NULL);
  g_assert_true (ts_render (batch, 1, &rect, &recipe, &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY,
                            out, 12, NULL, NULL, &error));
  g_assert_no_error (error);
  for (guint y = 0; y < 3; y++)
    g_assert_cmpmem (out + y * 12, 12, whole + ((y + 1) * 8 + 2) * 3, 12);
  recipe.channel_mode = TS_CHANNELS_SINGLE;
  recipe.channels[0] = 5;
  g_assert_false (ts_render (batch, 1, &rect, &recipe, &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY,
                             out, 12, NULL, NULL, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/render/one-nan", test_one_nan);
  g_test_add_func ("/render/non-finite", test_non_finite);
  g_test_add_func ("/render/constant-and-negative", test_constant_and_negative);
  g_test_add_func ("/render/inverted", test_inverted);
  g_test_add_func ("/render/orders-of-memory", test_orders_of_memory);
  g_test_add_func ("/render/bytes", test_bytes);
  g_test_add_func ("/render/channels", test_channels);
  g_test_add_func ("/render/labels", test_labels);
  g_test_add_func ("/render/marked-colors", test_marked_colors);
  g_test_add_func ("/render/float-values", test_float_values);
  g_test_add_func ("/render/scaled", test_scaled);
  g_test_add_func ("/render/minify", test_minify);
  g_test_add_func ("/render/minify-whole", test_minify_whole);
  g_test_add_func ("/render/to-float", test_to_float);
  g_test_add_func ("/render/decimate", test_decimate);
  g_test_add_func ("/render/batch", test_batch);
  return g_test_run ();
}
