/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-layout.h"
#include "app/ts-grid-pass.h"

#include "app-fixture.h"

#include <math.h>
#include <string.h>

/* Where images lie on the grid, and what is painted there. */

static void
init_layout (TsGridLayout *layout, guint64 n, guint width, guint height, double zoom)
{
  memset (layout, 0, sizeof *layout);
  layout->n_images = n;
  layout->image_width = width;
  layout->image_height = height;
  layout->zoom = zoom;
  layout->scale = 1;
  layout->caption_height = 18;
  layout->viewport_width = 1000;
  layout->viewport_height = 800;
  ts_grid_layout_update (layout);
}

static void
test_layout (void)
{
  TsGridLayout layout;

  init_layout (&layout, 1000003, 64, 48, 2);
  g_assert_cmpint (layout.cell_width, ==, 128);
  g_assert_cmpint (layout.cell_height, ==, 96);
  g_assert_cmpint (layout.columns, ==, 7);
  const guint64 indices[] = { 0, 6, 7, 500000, 1000002 };
  for (guint i = 0; i < G_N_ELEMENTS (indices); i++) {
    int x;
    gint64 y;
    ts_grid_layout_get_cell (&layout, indices[i], &x, &y);
    g_assert_cmpint (ts_grid_layout_find (&layout, x, y), ==, (gint64) indices[i]);
    g_assert_cmpint (ts_grid_layout_find (&layout, x + 127, y + 95 + 18), ==, (gint64) indices[i]);
    g_assert_cmpint (ts_grid_layout_find (&layout, x + 128, y), ==, -1);
    g_assert_cmpint (ts_grid_layout_find (&layout, x, y + 96 + 18), ==, -1);
    guint64 first, last;
    g_assert_true (ts_grid_layout_get_rows (&layout, y, 1, &first, &last));
    g_assert_cmpuint (first, ==, indices[i] / 7);
    g_assert_cmpuint (last, ==, indices[i] / 7);
  }
  g_assert_cmpint (ts_grid_layout_find (&layout, 0, 0), ==, -1);

  int column, n_columns;
  guint64 row, n_rows;
  g_assert_true (
      ts_grid_layout_get_cells_in (&layout, 0, 0, 1000, 800, &column, &n_columns, &row, &n_rows));
  g_assert_cmpint (column, ==, 0);
  g_assert_cmpint (n_columns, ==, 7);
  g_assert_cmpuint (row, ==, 0);
  g_assert_cmpuint (n_rows, ==, 7);
  g_assert_false (
      ts_grid_layout_get_cells_in (&layout, 0, 0, 5, 5, &column, &n_columns, &row, &n_rows));

  init_layout (&layout, 0, 0, 0, 1);
  g_assert_cmpint (layout.height, ==, 0);
  g_assert_cmpint (ts_grid_layout_find (&layout, 20, 20), ==, -1);
}

static void
test_place (void)
{
  TsGridLayout layout;
  TsGridPlace place;

  /* the largest image sets the cell; smaller ones by the whole number that fits */
  init_layout (&layout, 24, 64, 64, 2);
  ts_grid_layout_place (&layout, 64, 64, &place);
  g_assert_cmpuint (place.factor, ==, 2);
  ts_grid_layout_place (&layout, 8, 8, &place);
  g_assert_cmpuint (place.factor, ==, 16);
  g_assert_cmpint (place.width, ==, 128);
  ts_grid_layout_place (&layout, 48, 20, &place);
  g_assert_cmpuint (place.factor, ==, 2);
  g_assert_cmpint (place.x, ==, 16);
  g_assert_cmpint (place.y, ==, 44);

  /* never distorted, never larger than the cell */
  init_layout (&layout, 24, 1024, 512, 0.125);
  ts_grid_layout_place (&layout, 1024, 512, &place);
  g_assert_cmpuint (place.factor, ==, 0);
  g_assert_cmpuint (place.tile_width, ==, 128);
  g_assert_cmpuint (place.tile_height, ==, 64);
  ts_grid_layout_place (&layout, 512, 512, &place);
  g_assert_cmpuint (place.tile_width, ==, 64);
  g_assert_cmpuint (place.tile_height, ==, 64);
  ts_grid_layout_place (&layout, 65535, 1, &place);
  g_assert_cmpuint (place.tile_width, ==, 128);
  g_assert_cmpuint (place.tile_height, ==, 1);
}

static void
test_zoom_ladder (void)
{
  double zoom = ts_grid_zoom_clamp (1e-9, 1024, 1024);

  g_assert_cmpfloat (zoom * 1024, >=, 16);
  for (guint i = 0; i < 100; i++) {
    double next = ts_grid_zoom_step (zoom, 1, 1024, 1024);
    g_assert_cmpfloat (next, >=, zoom);
    if (next >= 1)
      g_assert_cmpfloat (next, ==, floor (next));
    zoom = next;
  }
  g_assert_cmpfloat (zoom, ==, 2); /* cells end at 2048 */
  g_assert_cmpfloat (ts_grid_zoom_step (1, -1, 1024, 1024), ==, 2.0 / 3);
  g_assert_cmpfloat (ts_grid_zoom_clamp (NAN, 64, 64), ==, 1);

  /* the usual dumps in a usual window */
  g_assert_cmpfloat (ts_grid_zoom_default (64, 64, 64, 1000, 800, 1), ==, 2);
  g_assert_cmpfloat (ts_grid_zoom_default (100000, 28, 28, 1000, 800, 1), ==, 5);
  g_assert_cmpfloat (ts_grid_zoom_default (64, 512, 512, 1000, 800, 1), ==, 0.25);
  g_assert_cmpfloat (ts_grid_zoom_default (64, 1024, 1024, 1000, 800, 1), ==, 0.125);
  g_assert_cmpfloat (ts_grid_zoom_default (64, 128, 128, 1000, 800, 1), ==, 1);
  g_assert_cmpfloat (ts_grid_zoom_default (64, 64, 64, 2000, 1600, 2), ==, 4);
  g_assert_cmpfloat (ts_grid_zoom_default (4, 64, 64, 1000, 800, 1), ==, 5);
}

/* Painting, against ts_render_block(). */

static void
check_paint (TsBlock *block, guint factor, guint bpp)
{
  TsRecipe recipe;
  TsResolved resolved;
  int bw = (int) block->dims[1], bh = (int) block->dims[0];
  int width = bw * (int) factor, height = bh * (int) factor;

  ts_recipe_init (&recipe);
  ts_recipe_set_preset (&recipe, "tanh", NULL);
  g_assert_true (ts_resolve (&recipe, NULL, 0, &resolved, NULL, NULL));
  g_autofree guint8 *expected = g_malloc ((gsize) (bw * bh * 3));
  ts_render_block (block, &recipe, &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY, expected,
                   (gsize) bw * 3, NULL);

  /* at several places, some of them cut off by the canvas, and in strips as threads do it */
  const int corners[][2] = { { 0, 0 }, { 5, 3 }, { -7, -4 }, { 1 - width, 0 }, { 30, 31 } };
  for (guint i = 0; i < G_N_ELEMENTS (corners); i++) {
    int x0 = corners[i][0], y0 = corners[i][1], canvas_width = 37, canvas_height = 33;
    TsPaintCanvas *canvas = ts_paint_canvas_new (0, canvas_width, canvas_height);
    TsPaintItem item = { block, 0, x0, y0, width, height };
    ts_paint_canvas_add (canvas, &item);
    gsize stride = (gsize) canvas_width * bpp;
    g_autofree guint8 *out = g_malloc (stride * (gsize) canvas_height);
    ts_paint_rows (canvas, &recipe, NULL, &resolved, 0, bpp, 0, 10, out);
    ts_paint_rows (canvas, &recipe, NULL, &resolved, 0, bpp, 10, canvas_height, out + 10 * stride);
    for (int y = 0; y < canvas_height; y++)
      for (int x = 0; x < canvas_width; x++) {
        const guint8 backdrop[3] = { 0x5a, 0x5a, 0x5a };
        const guint8 *pixel = out + (gsize) y * stride + (gsize) x * bpp;
        const guint8 *wanted = backdrop;
        if (x >= x0 && x < x0 + width && y >= y0 && y < y0 + height)
          wanted = expected + (((y - y0) / (int) factor) * bw + (x - x0) / (int) factor) * 3;
        g_assert_cmpmem (pixel, 3, wanted, 3);
        if (bpp == 4)
          g_assert_cmpuint (pixel[3], ==, 255);
      }
    ts_paint_canvas_free (canvas);
  }
}

static void
test_paint (void)
{
  const guint factors[] = { 1, 2, 3, 5 };
  g_autofree float *floats = fixture_make_floats (1, 1, 13, 11 * 3);
  guint8 bytes[13 * 11 * 3];
  const guint64 dims[3] = { 13, 11, 3 };
  const gint64 packed[3] = { 33, 3, 1 }, planar[3] = { 11, 1, 143 };

  for (guint i = 0; i < G_N_ELEMENTS (bytes); i++)
    bytes[i] = (guint8) (i * 7);
  for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
    for (guint bpp = 3; bpp <= 4; bpp++) {
      g_autoptr (TsBlock) a = ts_block_new ((const guint8 *) (gconstpointer) floats,
                                            TS_DTYPE_FLOAT32, 3, dims, packed, NULL, NULL);
      g_autoptr (TsBlock) b = ts_block_new ((const guint8 *) (gconstpointer) floats,
                                            TS_DTYPE_FLOAT32, 3, dims, planar, NULL, NULL);
      g_autoptr (TsBlock) c = ts_block_new (bytes, TS_DTYPE_UINT8, 3, dims, packed, NULL, NULL);
      check_paint (a, factors[i], bpp);
      check_paint (b, factors[i], bpp);
      check_paint (c, factors[i], bpp);
    }
}

static void
test_paint_alpha (void)
{
  /* half transparent white over the checkerboard, and opaque */
  const float pixels[2][4] = { { 1, 1, 1, 0.5f }, { 0, 1, 0, 1 } };
  const guint64 dims[3] = { 1, 2, 4 };
  const gint64 strides[3] = { 8, 4, 1 };
  g_autoptr (TsBlock) block = ts_block_new ((const guint8 *) (gconstpointer) pixels,
                                            TS_DTYPE_FLOAT32, 3, dims, strides, NULL, NULL);
  TsRecipe recipe;
  TsResolved resolved;
  guint8 out[16 * 2 * 4];

  ts_recipe_init (&recipe);
  recipe.channel_mode = TS_CHANNELS_RGBA;
  for (int c = 0; c < 4; c++)
    recipe.channels[c] = c;
  g_assert_true (ts_resolve (&recipe, NULL, 0, &resolved, NULL, NULL));
  TsPaintCanvas *canvas = ts_paint_canvas_new (0, 32, 1);
  TsPaintItem item = { block, 0, 0, 0, 32, 1 };
  ts_paint_canvas_add (canvas, &item);
  ts_paint_rows (canvas, &recipe, NULL, &resolved, 0, 4, 0, 1, out);
  ts_paint_canvas_free (canvas);

  g_assert_cmpuint (out[0], ==, (255 * 128 + 0x99 * 127 + 127) / 255);
  g_assert_cmpuint (out[3], ==, 255);
  g_assert_cmpuint (out[8 * 4], ==, (255 * 128 + 0x66 * 127 + 127) / 255);
  const guint8 green[4] = { 0, 255, 0, 255 };
  g_assert_cmpmem (out + 16 * 4, 4, green, 4);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grid/layout", test_layout);
  g_test_add_func ("/grid/place", test_place);
  g_test_add_func ("/grid/zoom-ladder", test_zoom_ladder);
  g_test_add_func ("/grid/paint", test_paint);
  g_test_add_func ("/grid/paint-alpha", test_paint_alpha);
  return g_test_run ();
}
