/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "bytes/ts-source.h"
#include "pixels/ts-complex.h"
#include "pixels/ts-resolve.h"

#include "pixels-util.h"

#include <complex.h>
#include <math.h>

/* Ranges of what is visible, of the whole file, of a part of complex numbers; and zero in the
 * middle. */

static TsNode *
make_node (const char *name, gconstpointer data, TsDtype dtype, guint rank, const guint64 *dims)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (GError) error = NULL;
  gsize n_bytes = ts_dtype_get_size (dtype);
  TsShape shape;

  for (guint i = 0; i < rank; i++)
    n_bytes *= (gsize) dims[i];
  bytes = g_bytes_new (data, n_bytes);
  ts_shape_init (&shape, rank, dims);
  tensor = ts_tensor_new_from_bytes (bytes, dtype, &shape, &error);
  g_assert_no_error (error);
  return ts_node_new_tensor (name, tensor);
}

static TsDocument *
make_document (TsNode *root)
{
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (TsSource) source = ts_memory_source_new (empty);

  return ts_document_new (source, "made.npz", "npz", TS_ORIGIN_NUMPY, root);
}

static TsView *
open_view (TsDocument *document, const char *path)
{
  g_autoptr (GError) error = NULL;
  TsView *view = ts_view_new (document, ts_document_find (document, path), NULL, NULL, &error);

  g_assert_no_error (error);
  return view;
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

/* "a": float32 0 .. 1; "b": float64 up to 4; "c": bytes; "z": latents, which are no images. */
static TsDocument *
make_file (void)
{
  const guint64 images[4] = { 4, 3, 32, 32 }, rows[2] = { 4, 7 };
  g_autofree float *a = g_new (float, 4 * 3 * 1024);
  g_autofree double *b = g_new (double, 4 * 3 * 1024);
  g_autofree guint8 *c = g_new (guint8, 4 * 3 * 1024);
  float z[28];
  TsNode *root = ts_node_new_container ("", "dict");

  for (guint i = 0; i < 4 * 3 * 1024; i++) {
    a[i] = (float) (i % 1024) / 1023;
    b[i] = (i % 1024) * 4.0 / 1023;
    c[i] = (guint8) (i % 9);
  }
  for (guint i = 0; i < 28; i++)
    z[i] = 1000 + (float) i;
  ts_node_take_child (root, make_node ("a", a, TS_DTYPE_FLOAT32, 4, images));
  ts_node_take_child (root, make_node ("b", b, TS_DTYPE_FLOAT64, 4, images));
  ts_node_take_child (root, make_node ("c", c, TS_DTYPE_UINT8, 4, images));
  ts_node_take_child (root, make_node ("z", z, TS_DTYPE_FLOAT32, 2, rows));
  return make_document (root);
}

static void
test_file (void)
{
  g_autoptr (TsDocument) document = make_file ();
  g_autoptr (TsView) view = open_view (document, "a");
  g_autoptr (TsBatchStats) stats = ts_batch_stats_new_for_view (view);
  g_autoptr (TsBatchStats) alone = ts_batch_stats_new (ts_view_get_batch (view));
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TsResolved resolved;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.range_mode = TS_RANGE_MINMAX;
  recipe.scope = TS_SCOPE_FILE;
  g_cancellable_cancel (cancelled);
  g_assert_false (ts_resolve (&recipe, stats, 0, &resolved, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  resolved = resolve (&recipe, stats, 2);
  g_assert_cmpfloat (resolved.lo[0], ==, 0);
  g_assert_cmpfloat (resolved.hi[0], ==, 8); /* of c; not of z */
  g_assert_true (ts_recipe_is_index_independent (&recipe));
  resolved = resolve (&recipe, alone, 2);
  g_assert_cmpfloat (resolved.hi[0], ==, 1);
  recipe.scope = TS_SCOPE_BATCH;
  resolved = resolve (&recipe, stats, 2);
  g_assert_cmpfloat (resolved.hi[0], ==, 1);

  /* Percentiles over arrays of several types: 0 .. 1, 0 .. 4 and nine numbers, as numpy has them.
   */
  recipe.scope = TS_SCOPE_FILE;
  recipe.range_mode = TS_RANGE_PERCENTILE;
  recipe.percentile_lo = 0;
  recipe.percentile_hi = 50;
  resolved = resolve (&recipe, stats, 0);
  g_assert_cmpfloat (resolved.lo[0], ==, 0);
  g_assert_cmpfloat (fabs (resolved.hi[0] - 1.110459433040078), <, 1e-12);
}

static void
test_visible (void)
{
  const TsVisiblePart parts[] = { { 0, { 1, 0, 2, 1 } }, { 1, { 0, 1, 1, 1 } } };
  const guint64 second = 1, *images;
  gsize n_images;
  float elements[2][1][2][4] = { { { { 0, 1, 2, 30 }, { 4, 5, 6, 7 } } },
                                 { { { 10, 11, 12, 13 }, { -14, 15, 16, 17 } } } };
  const guint64 dims[4] = { 2, 1, 2, 4 };
  TsNode *root = ts_node_new_container ("", "dict");
  g_autoptr (TsDocument) document = NULL;
  g_autoptr (TsBatchStats) stats = NULL;
  g_autoptr (TsBatchStats) chosen = NULL;
  g_autoptr (TsBatchStats) visible = NULL;
  g_autoptr (TsBatchStats) again = NULL;
  g_autoptr (TsBatchStats) nothing = NULL;
  g_autoptr (TsView) view = NULL;
  g_autoptr (GError) error = NULL;
  TsResolved resolved;
  TsRecipe recipe;

  ts_node_take_child (root, make_node ("a", elements, TS_DTYPE_FLOAT32, 4, dims));
  document = make_document (root);
  view = ts_view_new (document, ts_document_find (document, "a"), "NCHW", NULL, &error);
  g_assert_no_error (error);
  stats = ts_batch_stats_new_for_view (view);
  chosen = ts_batch_stats_new_subset (stats, &second, 1);
  visible = ts_batch_stats_new_visible (chosen, parts, G_N_ELEMENTS (parts));

  ts_recipe_init (&recipe);
  recipe.scope = TS_SCOPE_VISIBLE;
  for (guint pass = 0; pass < 2; pass++) {
    recipe.range_mode = pass == 0 ? TS_RANGE_MINMAX : TS_RANGE_PERCENTILE;
    recipe.percentile_lo = 0;
    recipe.percentile_hi = 100;
    resolved = resolve (&recipe, visible, 0);
    g_assert_cmpfloat (resolved.lo[0], ==, -14);
    g_assert_cmpfloat (resolved.hi[0], ==, 2);
  }
  g_assert_true (ts_recipe_is_index_independent (&recipe));
  g_assert_false (ts_resolve (&recipe, stats, 0, &resolved, NULL, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);

  /* Everything else is as without it. */
  recipe.scope = TS_SCOPE_SELECTION;
  resolved = resolve (&recipe, visible, 0);
  g_assert_cmpfloat (resolved.hi[0], ==, 17);
  g_assert_cmpfloat (resolved.lo[0], ==, -14);
  recipe.scope = TS_SCOPE_BATCH;
  resolved = resolve (&recipe, visible, 0);
  g_assert_cmpfloat (resolved.hi[0], ==, 30);
  recipe.scope = TS_SCOPE_IMAGE;
  resolved = resolve (&recipe, visible, 1);
  g_assert_cmpfloat (resolved.hi[0], ==, 17);
  images = ts_batch_stats_get_subset (visible, &n_images);
  g_assert_cmpmem (images, n_images * sizeof *images, &second, sizeof second);

  again = ts_batch_stats_new_visible (visible, parts + 1, 1);
  recipe.scope = TS_SCOPE_VISIBLE;
  resolved = resolve (&recipe, again, 0);
  g_assert_cmpfloat (resolved.hi[0], ==, -14);
  /* Nothing to see: 0 .. 1. */
  nothing = ts_batch_stats_new_visible (stats, NULL, 0);
  resolved = resolve (&recipe, nothing, 0);
  g_assert_cmpfloat (resolved.hi[0], ==, 1);
}

static void
test_centered (void)
{
  g_autoptr (TsDocument) document = make_file ();
  g_autoptr (TsView) view = open_view (document, "b");
  g_autoptr (TsBatchStats) stats = ts_batch_stats_new_for_view (view);
  TsResolved resolved;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.centered = TRUE;
  recipe.lo[0] = -0.25;
  recipe.hi[0] = 3;
  resolved = resolve (&recipe, NULL, 0);
  g_assert_cmpfloat (resolved.lo[0], ==, -3);
  g_assert_cmpfloat (resolved.hi[0], ==, 3);
  g_assert_cmpfloat (resolved.offset[0], ==, 0.5);
  recipe.lo[0] = 5; /* backwards it stays */
  resolved = resolve (&recipe, NULL, 0);
  g_assert_cmpfloat (resolved.lo[0], ==, 5);
  g_assert_cmpfloat (resolved.hi[0], ==, -5);
  recipe.range_mode = TS_RANGE_MINMAX;
  resolved = resolve (&recipe, stats, 0);
  g_assert_cmpfloat (resolved.lo[0], ==, -4);
  g_assert_cmpfloat (resolved.hi[0], ==, 4);
}

static void
test_complex (void)
{
  static const TsDtype dtypes[] = { TS_DTYPE_COMPLEX64, TS_DTYPE_COMPLEX128 };
  complex double wide[2][3] = { { 3 + 4 * I, -1, I }, { -2 * I, 0, 1 - I } };
  complex float narrow[2][3];
  const guint64 dims[2] = { 2, 3 };

  for (guint i = 0; i < 6; i++)
    narrow[i / 3][i % 3] = (complex float) wide[i / 3][i % 3];
  for (guint d = 0; d < G_N_ELEMENTS (dtypes); d++) {
    gconstpointer data = d == 0 ? (gconstpointer) narrow : wide;
    TsNode *root = ts_node_new_container ("", "dict");
    g_autoptr (TsDocument) document = NULL;
    g_autoptr (TsView) view = NULL;
    g_autoptr (TsBatchStats) stats = NULL;
    g_autoptr (TsBatchStats) subset = NULL;
    g_autoptr (TsBlock) image = NULL;
    g_autoptr (GError) error = NULL;

    ts_node_take_child (root, make_node ("z", data, dtypes[d], 2, dims));
    document = make_document (root);
    view = ts_view_new (document, ts_document_find (document, "z"), "HW", NULL, &error);
    g_assert_no_error (error);
    stats = ts_batch_stats_new_for_view (view);
    subset = ts_batch_stats_new_subset (stats, (guint64[]){ 0 }, 1);
    image = ts_batch_read_image (ts_view_get_batch (view), 0, NULL, NULL, &error);
    g_assert_no_error (error);
    for (TsComplexPart part = TS_COMPLEX_MAGNITUDE; part <= TS_COMPLEX_IMAG; part++) {
      double values[6], lo = INFINITY, hi = -INFINITY;
      g_autoptr (TsBlock) taken = ts_block_take_part (image, part, &error);
      g_autofree guint8 *out = NULL;
      g_autofree guint8 *expected = NULL;
      TsResolved resolved;
      TsRecipe recipe;

      g_assert_no_error (error);
      ts_recipe_init (&recipe);
      recipe.complex_part = part;
      recipe.range_mode = TS_RANGE_MINMAX;
      ts_block_load_doubles (taken, values);
      for (guint i = 0; i < 6; i++) {
        complex double z = wide[i / 3][i % 3];
        double value = part == TS_COMPLEX_MAGNITUDE ? cabs (z)
                       : part == TS_COMPLEX_PHASE   ? carg (z)
                       : part == TS_COMPLEX_REAL    ? creal (z)
                                                    : cimag (z);

        g_assert_cmpfloat (values[i], ==, value);
        lo = MIN (lo, value);
        hi = MAX (hi, value);
      }
      g_assert_cmpint (taken->dtype, ==, ts_complex_part_get_dtype (dtypes[d], part));
      for (guint pass = 0; pass < 4; pass++) {
        recipe.range_mode = pass % 2 == 0 ? TS_RANGE_MINMAX : TS_RANGE_PERCENTILE;
        recipe.percentile_lo = 0;
        recipe.percentile_hi = 100;
        recipe.scope = TS_SCOPE_SELECTION;
        resolved = resolve (&recipe, pass < 2 ? stats : subset, 0);
        g_assert_cmpfloat (resolved.lo[0], ==, lo);
        g_assert_cmpfloat (resolved.hi[0], ==, hi);
      }
      out = render (image, &recipe, &resolved, TS_PIXELS_GRAY8, NULL);
      expected = render (taken, &recipe, &resolved, TS_PIXELS_GRAY8, NULL);
      g_assert_cmpmem (out, 6, expected, 6);
      for (guint i = 0; i < 6; i++)
        g_assert_cmpuint (out[i], ==, floor ((values[i] - lo) / (hi - lo) * 255 + 0.5));
    }
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scopes/file", test_file);
  g_test_add_func ("/scopes/visible", test_visible);
  g_test_add_func ("/scopes/centered", test_centered);
  g_test_add_func ("/scopes/complex", test_complex);
  return g_test_run ();
}
