/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-tile-cache.h"
#include "pixels/ts-complex.h"

#include "app-fixture.h"
#include "app/ts-grid-pass.h"

#include <complex.h>

/* What lies over the images, painted as the screen has it, against ts_render_with_overlay(); and
 * tiles of complex numbers. */

#define SIDE 64

static void
paint (const TsPaintCanvas *canvas,
       const TsRecipe *recipe,
       TsOverlay *overlay,
       const TsResolved *resolved,
       guint bpp,
       guint8 *out)
{
  gsize stride = (gsize) canvas->width * bpp;

  for (int y = 0; y < canvas->height; y += 50)
    ts_paint_rows (canvas, recipe, overlay, resolved, 0, bpp, y, MIN (y + 50, canvas->height),
                   out + (gsize) y * stride);
}

static void
check_over (TsView *view, guint factor, guint bpp, gboolean is_region)
{
  const guint64 index = 3;
  TsBatch *batch = ts_view_get_batch (view);
  TsRect rect = { 7, 9, 40, 50 };
  g_autofree guint8 *expected = g_malloc (SIDE * SIDE * 3);
  g_autofree guint8 *out = g_malloc (100 * 120 * 4);
  g_autoptr (TsOverlay) overlay = NULL;
  g_autoptr (TsBlock) block = NULL;
  g_autoptr (GError) error = NULL;
  TsResolved resolved;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.hi[0] = 1; /* labels of 2 are beyond */
  recipe.zebra = TRUE;
  recipe.overlay_color = 0x00c0ff;
  recipe.overlay_alpha = 0.25;
  ts_recipe_set_overlay (&recipe, "masks");
  g_assert_true (ts_overlay_open (view, &recipe, &overlay, &error));
  g_assert_true (ts_resolve (&recipe, NULL, 0, &resolved, NULL, NULL));
  g_assert_true (ts_render_with_overlay (batch, overlay, index, NULL, &recipe, &resolved,
                                         TS_PIXELS_RGB8, TS_VALUES_DISPLAY, expected, SIDE * 3,
                                         NULL, NULL, &error));
  block = ts_batch_read_image (batch, index, is_region ? &rect : NULL, NULL, &error);
  g_assert_no_error (error);

  TsPaintCanvas *canvas = ts_paint_canvas_new (0, 100, 120);
  TsPaintItem item = { .block = block, .index = index, .x = -3, .y = 2 };
  item.width = (int) (block->dims[1] * factor);
  item.height = (int) (block->dims[0] * factor);
  if (is_region)
    item.source = rect;
  ts_paint_canvas_add (canvas, &item);
  paint (canvas, &recipe, overlay, &resolved, bpp, out);
  for (int y = item.y; y < MIN (item.y + item.height, 120); y++)
    for (int x = 0; x < MIN (item.x + item.width, 100); x++) {
      guint from_x = (guint) (x - item.x) / factor + item.source.x;
      guint from_y = (guint) (y - item.y) / factor + item.source.y;
      g_assert_cmpmem (out + (gsize) (y * 100 + x) * bpp, 3,
                       expected + (from_y * SIDE + from_x) * 3, 3);
    }
  ts_paint_canvas_free (canvas);
}

static void
test_over (void)
{
  g_autoptr (TsSession) session = fixture_open_sample ("masks-labels.npz");

  for (guint factor = 1; factor <= 3; factor++)
    for (guint bpp = 3; bpp <= 4; bpp++) {
      check_over (ts_session_get_view (session), factor, bpp, FALSE);
      check_over (ts_session_get_view (session), factor, bpp, TRUE);
    }
}

/* A coarse picture in the meantime has a coarse overlay. */
static void
test_over_small (void)
{
  g_autoptr (TsSession) session = fixture_open_sample ("masks-labels.npz");
  TsView *view = ts_session_get_view (session);
  const TsTileKey key = { 5, 16, 16, TS_TILE_MIDDLE };
  TsTile *tile = ts_tile_load (ts_view_get_batch (view), &key, NULL);
  g_autoptr (TsOverlay) overlay = NULL;
  g_autoptr (TsBlock) mask = NULL;
  g_autofree guint8 *out = g_malloc (16 * 16 * 3);
  TsResolved resolved;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.overlay_color = 0xff0000;
  recipe.overlay_alpha = 1;
  ts_recipe_set_overlay (&recipe, "masks");
  g_assert_true (ts_overlay_open (view, &recipe, &overlay, NULL));
  g_assert_true (ts_resolve (&recipe, NULL, 0, &resolved, NULL, NULL));
  mask = ts_overlay_read (overlay, 5, NULL, 16, 16, NULL, NULL);
  TsPaintCanvas *canvas = ts_paint_canvas_new (0, 16, 16);
  TsPaintItem item = { .block = tile->block, .index = 5, .width = 16, .height = 16 };
  ts_paint_canvas_add (canvas, &item);
  paint (canvas, &recipe, overlay, &resolved, 3, out);
  for (guint i = 0; i < 256; i++) {
    const guint8 red[3] = { 255, 0, 0 }, black[3] = { 0 };
    g_assert_cmpmem (out + i * 3, 3, mask->data[i] > 0 ? red : black, 3);
  }
  ts_paint_canvas_free (canvas);
  ts_tile_unref (tile);
}

/* Parts of complex numbers are averaged as what they are; phases are not averaged. */
static void
test_complex (void)
{
  complex float values[4 * 4];
  const guint64 dims[3] = { 4, 4, 1 };
  const gint64 strides[3] = { 4, 1, 1 };
  TsRecipe recipe;

  for (guint i = 0; i < 16; i++)
    values[i] = (float) (i % 5) - (float) (i % 3) * 2 * I;
  g_autoptr (TsBlock) image = ts_block_new ((const guint8 *) (gconstpointer) values,
                                            TS_DTYPE_COMPLEX64, 3, dims, strides, NULL, NULL);
  ts_recipe_init (&recipe);
  for (TsComplexPart part = TS_COMPLEX_MAGNITUDE; part <= TS_COMPLEX_IMAG; part++) {
    recipe.complex_part = part;
    g_autoptr (TsBlock) small = ts_tile_shrink (image, ts_tile_sampling_for (&recipe), 2, 2, NULL);
    g_autoptr (TsBlock) shown = ts_block_take_part (small, part, NULL);
    double seen[4];
    ts_block_load_doubles (shown, seen);
    for (guint i = 0; i < 4; i++) {
      guint corner = i / 2 * 8 + i % 2 * 2;
      double sum = 0;
      for (guint k = 0; k < 4; k++) {
        complex double z = (complex double) values[corner + k / 2 * 4 + k % 2];
        sum += part == TS_COMPLEX_MAGNITUDE ? cabs (z)
               : part == TS_COMPLEX_REAL    ? creal (z)
                                            : cimag (z);
      }
      double expected =
          part == TS_COMPLEX_PHASE ? carg ((complex double) values[corner + 5]) : sum / 4;
      g_assert_cmpfloat_with_epsilon (seen[i], expected, 1e-6);
    }
  }
}

int
main (int argc, char **argv)
{
  fixture_own_state ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/paint/over", test_over);
  g_test_add_func ("/paint/over-small", test_over_small);
  g_test_add_func ("/paint/complex", test_complex);
  return g_test_run ();
}
