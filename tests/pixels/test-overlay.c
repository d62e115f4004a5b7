/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "bytes/ts-source.h"
#include "pixels/ts-colormap.h"
#include "pixels/ts-overlay.h"

#include "pixels-util.h"

#include <math.h>

/* What lies over the images: masks and labels of the same dump, and stripes. */

#define N      3
#define HEIGHT 8
#define WIDTH  12

static void
take_array (TsNode *root,
            const char *name,
            gpointer data,
            gsize n_bytes,
            TsDtype dtype,
            guint rank,
            ...)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, n_bytes);
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (GError) error = NULL;
  guint64 dims[4];
  TsShape shape;
  va_list sizes;

  va_start (sizes, rank);
  for (guint i = 0; i < rank; i++)
    dims[i] = va_arg (sizes, guint);
  va_end (sizes);
  ts_shape_init (&shape, rank, dims);
  tensor = ts_tensor_new_from_bytes (bytes, dtype, &shape, &error);
  g_assert_no_error (error);
  ts_node_take_child (root, ts_node_new_tensor (name, tensor));
}

static guint8 *
make_bytes (gsize n)
{
  guint8 *bytes = g_malloc (n);

  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) (i * 7 % 5);
  return bytes;
}

/* "images" float32 3 x 3 x 8 x 12; masks and labels that fit, and some that do not. */
static TsView *
make_view (void)
{
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (TsSource) source = ts_memory_source_new (empty);
  g_autoptr (TsDocument) document = NULL;
  g_autoptr (GError) error = NULL;
  TsNode *root = ts_node_new_container ("", "dict");
  gsize n = N * 3 * HEIGHT * WIDTH;
  float *soft = g_new (float, N *HEIGHT *WIDTH);
  TsView *view;

  for (guint i = 0; i < N * HEIGHT * WIDTH; i++)
    soft[i] = i % 11 == 0 ? NAN : (float) (i % 7) / 6;
  take_array (root, "images", random_values (9, n), n * 4, TS_DTYPE_FLOAT32, 4, N, 3, HEIGHT,
              WIDTH);
  take_array (root, "labels", make_bytes (N * HEIGHT * WIDTH), N * HEIGHT * WIDTH, TS_DTYPE_UINT8,
              3, N, HEIGHT, WIDTH);
  take_array (root, "masks", make_bytes (N * HEIGHT * WIDTH), N * HEIGHT * WIDTH, TS_DTYPE_BOOL, 4,
              N, 1, HEIGHT, WIDTH);
  take_array (root, "soft", soft, N * HEIGHT * WIDTH * 4, TS_DTYPE_FLOAT32, 4, N, HEIGHT, WIDTH, 1);
  take_array (root, "one", make_bytes (HEIGHT * WIDTH), HEIGHT * WIDTH, TS_DTYPE_UINT8, 2, HEIGHT,
              WIDTH);
  take_array (root, "coarse", make_bytes (N * 2 * 3), N * 2 * 3, TS_DTYPE_UINT8, 3, N, 2, 3);
  take_array (root, "fine", make_bytes (N * 16 * 24), N * 16 * 24, TS_DTYPE_UINT8, 3, N, 16, 24);
  take_array (root, "skewed", make_bytes (N * 8 * 8), N * 8 * 8, TS_DTYPE_UINT8, 3, N, 8, 8);
  take_array (root, "logits", make_bytes (N * 5 * HEIGHT * WIDTH), N * 5 * HEIGHT * WIDTH,
              TS_DTYPE_UINT8, 4, N, 5, HEIGHT, WIDTH);
  take_array (root, "few", make_bytes (2 * HEIGHT * WIDTH), 2 * HEIGHT * WIDTH, TS_DTYPE_UINT8, 3,
              2, HEIGHT, WIDTH);
  document = ts_document_new (source, "made.npz", "npz", TS_ORIGIN_NUMPY, root);
  view = ts_view_new (document, ts_document_find (document, "images"), "NCHW", NULL, &error);
  g_assert_no_error (error);
  return view;
}

static TsOverlay *
open_overlay (TsView *view, TsRecipe *recipe, const char *path)
{
  g_autoptr (GError) error = NULL;
  TsOverlay *overlay = NULL;

  ts_recipe_set_overlay (recipe, path);
  g_assert_true (ts_overlay_open (view, recipe, &overlay, &error));
  g_assert_no_error (error);
  return overlay;
}

static void
test_open (void)
{
  static const char *const good[] = { "labels", "masks", "soft", "one", "coarse", "fine" };
  static const char *const bad[] = { "skewed", "logits", "few" };
  g_autoptr (TsView) view = make_view ();
  g_autoptr (TsOverlay) none = NULL;
  g_autoptr (GError) error = NULL;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  none = open_overlay (view, &recipe, NULL);
  g_assert_null (none);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (TsOverlay) overlay = open_overlay (view, &recipe, good[i]);

    g_assert_cmpstr (ts_overlay_get_path (overlay), ==, good[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) local = NULL;
    TsOverlay *overlay;

    ts_recipe_set_overlay (&recipe, bad[i]);
    g_assert_false (ts_overlay_open (view, &recipe, &overlay, &local));
    g_assert_null (overlay);
    g_assert_error (local, TS_ERROR, TS_ERROR_INVALID);
    g_assert_nonnull (strstr (local->message, "3 images of 12×8"));
  }
  ts_recipe_set_overlay (&recipe, "nothing");
  g_assert_false (ts_overlay_open (view, &recipe, &none, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_NOT_FOUND);
}

/* Whether the element is drawn, by the words of the documentation. */
static gboolean
is_drawn (const TsRecipe *recipe, double value)
{
  if (isnan (value) || isinf (value))
    return FALSE;
  if (recipe->overlay_ignore >= 0 && value == recipe->overlay_ignore)
    return FALSE;
  return recipe->overlay_color < 0 || value > recipe->overlay_threshold;
}

static double
get_element (const char *path, guint64 index, guint x, guint y)
{
  gsize at = (index * HEIGHT + y) * WIDTH + x;

  if (g_str_equal (path, "soft"))
    return at % 11 == 0 ? (double) NAN : (double) ((float) (at % 7) / 6);
  if (g_str_equal (path, "masks"))
    return at * 7 % 5 != 0;
  if (g_str_equal (path, "one"))
    return (gsize) (y * WIDTH + x) * 7 % 5;
  if (g_str_equal (path, "coarse"))
    return (gsize) ((index * 2 + y / 4) * 3 + x / 4) * 7 % 5;
  /* The middle of a pixel lies between four elements: the one after it. */
  if (g_str_equal (path, "fine"))
    return (gsize) ((index * 16 + 2 * y + 1) * 24 + 2 * x + 1) * 7 % 5;
  return at * 7 % 5;
}

static void
check_bytes (TsView *view, const char *path, TsRecipe *recipe)
{
  g_autoptr (TsOverlay) overlay = open_overlay (view, recipe, path);
  TsBatch *batch = ts_view_get_batch (view);
  guint alpha = (guint) (recipe->overlay_alpha * 255 + 0.5);
  TsResolved resolved = range_of (-1, 1);

  for (guint64 index = 0; index < N; index++) {
    guint8 plain[HEIGHT * WIDTH * 3], over[HEIGHT * WIDTH * 3], part[3 * 5 * 3];
    TsRect rect = { 4, 2, 5, 3 };
    TsRecipe without = *recipe;

    ts_recipe_set_overlay (&without, NULL);
    g_assert_true (ts_render (batch, index, NULL, &without, &resolved, TS_PIXELS_RGB8,
                              TS_VALUES_DISPLAY, plain, WIDTH * 3, NULL, NULL, NULL));
    g_assert_true (ts_render_with_overlay (batch, overlay, index, NULL, recipe, &resolved,
                                           TS_PIXELS_RGB8, TS_VALUES_DISPLAY, over, WIDTH * 3, NULL,
                                           NULL, NULL));
    for (guint i = 0; i < HEIGHT * WIDTH; i++) {
      double value = get_element (path, index, i % WIDTH, i / WIDTH);
      guint8 rgb[3] = { (guint8) (recipe->overlay_color >> 16),
                        (guint8) (recipe->overlay_color >> 8), (guint8) recipe->overlay_color };

      if (recipe->overlay_color < 0 && !isnan (value))
        ts_colormap_get_label_color (recipe->overlay_palette, (gint64) floor (value + 0.5), rgb);
      for (guint c = 0; c < 3; c++) {
        double expected = plain[3 * i + c];

        if (is_drawn (recipe, value))
          expected = floor ((expected * (255 - alpha) + rgb[c] * (double) alpha) / 255 + 0.5);
        if ((double) over[3 * i + c] != expected)
          g_error ("%s %u: %u, not %g, of %g", path, i, over[3 * i + c], expected, value);
      }
    }
    /* A part of the image is a part of the result. */
    g_assert_true (ts_render_with_overlay (batch, overlay, index, &rect, recipe, &resolved,
                                           TS_PIXELS_RGB8, TS_VALUES_DISPLAY, part, 5 * 3, NULL,
                                           NULL, NULL));
    for (guint y = 0; y < 3; y++)
      g_assert_cmpmem (part + y * 15, 15, over + ((y + 2) * WIDTH + 4) * 3, 15);
  }
}

static void
test_bytes (void)
{
  static const char *const paths[] = { "labels", "masks", "soft", "one", "coarse", "fine" };
  g_autoptr (TsView) view = make_view ();

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++) {
    TsRecipe recipe;

    ts_recipe_init (&recipe);
    recipe.overlay_color = 0x20c0ff;
    check_bytes (view, paths[i], &recipe);
    recipe.overlay_alpha = 1;
    recipe.overlay_ignore = 3;
    recipe.overlay_threshold = 1.5;
    check_bytes (view, paths[i], &recipe);
    if (g_str_equal (paths[i], "soft"))
      continue; /* labels are whole numbers */
    recipe.overlay_color = -1;
    recipe.overlay_palette = TS_COLORMAP_TAB10;
    recipe.overlay_alpha = 0.3;
    check_bytes (view, paths[i], &recipe);
    recipe.overlay_ignore = -1;
    recipe.overlay_palette = TS_COLORMAP_GLASBEY;
    check_bytes (view, paths[i], &recipe);
  }
}

/* A pixel of each format under a colour of which all is known. */
static void
test_formats (void)
{
  guint8 mask_data[2] = { 0, 1 };
  g_autoptr (TsBlock) mask = image_over (mask_data, TS_DTYPE_BOOL, 1, 2, 1, TRUE);
  guint8 gray[2] = { 100, 100 };
  guint8 clear[8] = { 10, 20, 30, 0, 10, 20, 30, 0 }, half[8] = { 10, 20, 30, 51, 10, 20, 30, 51 };
  guint16 wide[6] = { 1000, 2000, 3000, 1000, 2000, 3000 };
  float floats[6] = { -1, 0.5f, NAN, -1, 0.5f, NAN };
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.overlay_color = 0xff0000;
  recipe.overlay_alpha = 0.2; /* 51 of 255 */
  ts_overlay_blend (mask, &recipe, TS_PIXELS_GRAY8, gray, 2);
  g_assert_cmpuint (gray[0], ==, 100);
  g_assert_cmpuint (gray[1], ==, 95); /* 100 * 0.8 + 76 * 0.2, the luma of red */
  ts_overlay_blend (mask, &recipe, TS_PIXELS_RGBA8, clear, 8);
  g_assert_cmpuint (clear[3], ==, 0);
  g_assert_cmpuint (clear[4], ==, 255);
  g_assert_cmpuint (clear[5], ==, 0);
  g_assert_cmpuint (clear[7], ==, 51);
  ts_overlay_blend (mask, &recipe, TS_PIXELS_RGBA8, half, 8);
  g_assert_cmpuint (half[7], ==, 92);  /* 1 - 0.8 * 0.8 of 255 */
  g_assert_cmpuint (half[4], ==, 146); /* (255 * 0.2 + 10 * 0.16) / 0.36 */
  ts_overlay_blend (mask, &recipe, TS_PIXELS_RGB16, (guint8 *) wide, 12);
  g_assert_cmpuint (wide[0], ==, 1000);
  g_assert_cmpuint (wide[3], ==, 13907);
  g_assert_cmpuint (wide[4], ==, 1600);
  ts_overlay_blend (mask, &recipe, TS_PIXELS_RGB_FLOAT, (guint8 *) floats, 24);
  g_assert_cmpfloat (floats[0], ==, -1);
  g_assert_cmpfloat (fabsf (floats[3] + 0.6f), <, 1e-6f);
  g_assert_cmpfloat (fabsf (floats[4] - 0.4f), <, 1e-6f);
  g_assert_true (isnan (floats[5]));
}

static void
test_sampling (void)
{
  g_autoptr (TsView) view = make_view ();
  g_autoptr (TsOverlay) overlay = NULL;
  g_autoptr (TsBlock) small = NULL;
  g_autoptr (TsBlock) large = NULL;
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  overlay = open_overlay (view, &recipe, "labels");
  small = ts_overlay_read (overlay, 1, NULL, 6, 4, NULL, &error);
  g_assert_no_error (error);
  large = ts_overlay_read (overlay, 1, &(TsRect){ 2, 1, 3, 2 }, 9, 6, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 24; i++)
    g_assert_cmpuint (small->data[i], ==,
                      get_element ("labels", 1, 2 * (i % 6) + 1, 2 * (i / 6) + 1));
  for (guint i = 0; i < 54; i++)
    g_assert_cmpuint (large->data[i], ==, get_element ("labels", 1, 2 + i % 9 / 3, 1 + i / 9 / 3));
  g_cancellable_cancel (cancelled);
  g_assert_null (ts_overlay_read (overlay, 1, NULL, 6, 4, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* An overlay that nobody opened is an error, not a picture without it. */
static void
test_not_opened (void)
{
  g_autoptr (TsView) view = make_view ();
  guint8 out[HEIGHT * WIDTH * 3];
  TsResolved resolved = range_of (0, 1);
  g_autoptr (GError) error = NULL;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  ts_recipe_set_overlay (&recipe, "labels");
  g_assert_false (ts_render (ts_view_get_batch (view), 0, NULL, &recipe, &resolved, TS_PIXELS_RGB8,
                             TS_VALUES_DISPLAY, out, WIDTH * 3, NULL, NULL, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
}

static void
test_zebra (void)
{
  /* in, above, below, no number; infinities are above and below */
  const float values[8] = { 0.5f, 2, -1, NAN, INFINITY, -INFINITY, 1, 0 };
  const guint8 marks[8][3] = { { 128, 128, 128 }, { 0xff, 0x20, 0x20 }, { 0x20, 0x60, 0xff },
                               { 0, 0, 0 },       { 0xff, 0x20, 0x20 }, { 0x20, 0x60, 0xff },
                               { 255, 255, 255 }, { 0, 0, 0 } };
  float data[8 * 64] = { 0 };
  g_autoptr (TsBlock) image = image_over (data, TS_DTYPE_FLOAT32, 8, 64, 1, TRUE);
  g_autofree guint8 *plain = NULL;
  g_autofree guint8 *striped = NULL;
  TsResolved resolved = range_of (0, 1);
  TsRecipe recipe;

  for (guint i = 0; i < G_N_ELEMENTS (data); i++)
    data[i] = values[i / 64];
  ts_recipe_init (&recipe);
  recipe.zebra = TRUE;
  plain = render (image, &recipe, &resolved, TS_PIXELS_RGB8, NULL);
  striped = g_memdup2 (plain, 8 * 64 * 3);
  g_assert_true (ts_render_decorate (image, NULL, 0, &(TsRect){ 5, 3, 64, 8 }, &recipe, &resolved,
                                     TS_PIXELS_RGB8, TS_VALUES_DISPLAY, striped, 64 * 3, NULL,
                                     NULL));
  for (guint y = 0; y < 8; y++) {
    for (guint x = 0; x < 64; x++) {
      gboolean in_stripe = (x + 5 + y + 3) % 8 < 4;

      g_assert_cmpmem (striped + (y * 64 + x) * 3, 3,
                       in_stripe ? marks[y] : plain + (y * 64 + x) * 3, 3);
    }
  }
}

static void
test_infinities (void)
{
  const float values[4] = { INFINITY, -INFINITY, 2, NAN };
  g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, 1, 4, 1, TRUE);
  const guint8 expected[12] = { 1, 2, 3, 4, 5, 6, 255, 255, 255, 255, 0, 255 };
  const guint8 over[12] = { 1, 2, 3, 0, 0, 0, 7, 8, 9, 255, 0, 255 };
  TsResolved resolved = range_of (0, 1);
  g_autofree guint8 *first = NULL;
  g_autofree guint8 *second = NULL;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.posinf_color = 0x010203;
  recipe.neginf_color = 0x040506;
  first = render (image, &recipe, &resolved, TS_PIXELS_RGB8, NULL);
  g_assert_cmpmem (first, 12, expected, 12);
  recipe.neginf_color = -1;
  recipe.over_color = 0x070809;
  second = render (image, &recipe, &resolved, TS_PIXELS_RGB8, NULL);
  g_assert_cmpmem (second, 12, over, 12);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/overlay/open", test_open);
  g_test_add_func ("/overlay/bytes", test_bytes);
  g_test_add_func ("/overlay/formats", test_formats);
  g_test_add_func ("/overlay/sampling", test_sampling);
  g_test_add_func ("/overlay/not-opened", test_not_opened);
  g_test_add_func ("/overlay/zebra", test_zebra);
  g_test_add_func ("/overlay/infinities", test_infinities);
  return g_test_run ();
}
