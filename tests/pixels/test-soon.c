/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-tally.h"
#include "pixels/ts-resolve.h"

#include <math.h>
#include <string.h>

/* Ranges of a sample for as long as nobody has counted everything. */

#define N_IMAGES 128
#define SIDE     256
#define N_PIXELS (SIDE * SIDE)

#define N_LARGE    8
#define LARGE_SIDE 65535

/* Values 0 .. 1 but for one pixel of the second image, which no sample looks at. */
static TsDocument *
make_document (void)
{
  const guint64 dims[4] = { N_IMAGES, 1, SIDE, SIDE }, small[4] = { 4, 1, 8, 8 };
  gsize n_bytes = (gsize) N_IMAGES * N_PIXELS * sizeof (float);
  float *data = g_malloc (n_bytes);
  float *other = g_new (float, 4 * 64);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, n_bytes);
  g_autoptr (GBytes) other_bytes = g_bytes_new_take (other, 4 * 64 * sizeof (float));
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (TsSource) source = ts_memory_source_new (empty);
  TsNode *root = ts_node_new_container ("", "dict");
  TsShape shape;

  for (guint i = 0; i < N_IMAGES * N_PIXELS; i++)
    data[i] = (float) (i % 1021) / 1020;
  data[N_PIXELS + 12345] = 9;
  for (guint i = 0; i < 4 * 64; i++)
    other[i] = -(float) i;
  ts_shape_init (&shape, 4, dims);
  g_autoptr (TsTensor) tensor = ts_tensor_new_from_bytes (bytes, TS_DTYPE_FLOAT32, &shape, NULL);
  ts_shape_init (&shape, 4, small);
  g_autoptr (TsTensor) beside =
                 ts_tensor_new_from_bytes (other_bytes, TS_DTYPE_FLOAT32, &shape, NULL);
  ts_node_take_child (root, ts_node_new_tensor ("a", tensor));
  ts_node_take_child (root, ts_node_new_tensor ("b", beside));
  return ts_document_new (source, "made.npz", "npz", TS_ORIGIN_NUMPY, root);
}

static TsBatchStats *
open_stats (void)
{
  g_autoptr (TsDocument) document = make_document ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TsView) view =
                 ts_view_new (document, ts_document_find (document, "a"), NULL, NULL, &error);

  g_assert_no_error (error);
  return ts_batch_stats_new_for_view (view);
}

static TsResolved
resolve_soon (const TsRecipe *recipe, TsBatchStats *stats, guint64 index)
{
  g_autoptr (GError) error = NULL;
  TsResolved resolved;

  g_assert_true (ts_resolve_soon (recipe, stats, index, &resolved, NULL, &error));
  g_assert_no_error (error);
  return resolved;
}

/* All of it, with all that was announced. */
static TsResolved
resolve (const TsRecipe *recipe, TsBatchStats *stats, guint64 index)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  guint64 work = ts_resolve_count_work (recipe, stats, index, NULL);
  TsResolved resolved;

  ts_tally_attach (cancellable);
  g_assert_true (ts_resolve (recipe, stats, index, &resolved, cancellable, &error));
  g_assert_no_error (error);
  g_assert_false (resolved.is_estimate);
  g_assert_cmpuint (ts_tally_get (cancellable), ==, work);
  return resolved;
}

static void
test_batch (void)
{
  g_autoptr (TsBatchStats) stats = open_stats ();
  TsResolved resolved;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  resolved = resolve_soon (&recipe, stats, 0);
  g_assert_false (resolved.is_estimate); /* a fixed range */

  recipe.range_mode = TS_RANGE_MINMAX;
  resolved = resolve_soon (&recipe, stats, 0);
  g_assert_true (resolved.is_estimate);
  g_assert_cmpfloat (resolved.lo[0], ==, 0);
  g_assert_cmpfloat (resolved.hi[0], ==, 1);
  g_assert_false (ts_batch_stats_has_all (stats));

  resolved = resolve (&recipe, stats, 0);
  g_assert_cmpfloat (resolved.hi[0], ==, 9);
  resolved = resolve_soon (&recipe, stats, 0);
  g_assert_false (resolved.is_estimate);
  g_assert_cmpfloat (resolved.hi[0], ==, 9);

  /* the same count answers for these */
  recipe.range_mode = TS_RANGE_SIGMA;
  g_assert_false (resolve_soon (&recipe, stats, 0).is_estimate);
  recipe.scope = TS_SCOPE_CHANNEL;
  g_assert_false (resolve_soon (&recipe, stats, 0).is_estimate);
}

static void
test_percentiles (void)
{
  g_autoptr (TsBatchStats) stats = open_stats ();
  TsResolved resolved;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.range_mode = TS_RANGE_PERCENTILE;
  recipe.percentile_lo = 50;
  recipe.percentile_hi = 100;
  resolved = resolve_soon (&recipe, stats, 0);
  g_assert_true (resolved.is_estimate);
  g_assert_cmpfloat (fabs (resolved.lo[0] - 0.5), <, 0.01);
  g_assert_cmpfloat (resolved.hi[0], ==, 1);

  resolved = resolve (&recipe, stats, 0);
  g_assert_cmpfloat (resolved.hi[0], ==, 9);
  g_assert_false (resolve_soon (&recipe, stats, 0).is_estimate);
  recipe.percentile_lo = 40;
  g_assert_true (resolve_soon (&recipe, stats, 0).is_estimate);
}

static void
test_scopes (void)
{
  g_autoptr (TsBatchStats) stats = open_stats ();
  guint64 odd[N_IMAGES / 2];
  TsVisiblePart parts[N_IMAGES];
  TsResolved resolved;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  recipe.range_mode = TS_RANGE_MINMAX;

  /* an image is counted at once */
  recipe.scope = TS_SCOPE_IMAGE;
  resolved = resolve_soon (&recipe, stats, 1);
  g_assert_false (resolved.is_estimate);
  g_assert_cmpfloat (resolved.hi[0], ==, 9);

  /* the other array of the file takes part */
  recipe.scope = TS_SCOPE_FILE;
  resolved = resolve_soon (&recipe, stats, 0);
  g_assert_true (resolved.is_estimate);
  g_assert_cmpfloat (resolved.lo[0], ==, -255);
  g_assert_cmpfloat (resolved.hi[0], ==, 1);
  g_assert_cmpfloat (resolve (&recipe, stats, 0).hi[0], ==, 9);
  g_assert_false (resolve_soon (&recipe, stats, 0).is_estimate);

  /* half of the images is little enough; all of them again, by another name */
  for (guint i = 0; i < N_IMAGES / 2; i++)
    odd[i] = 2 * i + 1;
  g_autoptr (TsBatchStats) fresh = open_stats ();
  g_autoptr (TsBatchStats) subset = ts_batch_stats_new_subset (fresh, odd, G_N_ELEMENTS (odd));
  recipe.scope = TS_SCOPE_SELECTION;
  resolved = resolve_soon (&recipe, subset, 0);
  g_assert_false (resolved.is_estimate);
  g_assert_cmpfloat (resolved.hi[0], ==, 9);
  g_assert_true (resolve_soon (&recipe, fresh, 0).is_estimate);

  /* what is visible: all but the last column */
  for (guint i = 0; i < N_IMAGES; i++)
    parts[i] = (TsVisiblePart){ i, { 0, 0, SIDE - 1, SIDE } };
  g_autoptr (TsBatchStats) visible = ts_batch_stats_new_visible (fresh, parts, N_IMAGES);
  recipe.scope = TS_SCOPE_VISIBLE;
  resolved = resolve_soon (&recipe, visible, 0);
  g_assert_true (resolved.is_estimate);
  g_assert_cmpfloat (resolved.hi[0], ==, 1);
  g_assert_cmpfloat (resolve (&recipe, visible, 0).hi[0], ==, 9);
  g_assert_false (resolve_soon (&recipe, visible, 0).is_estimate);
}

/* Images of 4 GiB each, of which a sample is no more than of any others. */

#define TEST_TYPE_SOURCE (test_source_get_type ())
G_DECLARE_FINAL_TYPE (TestSource, test_source, TEST, SOURCE, TsSource)

struct _TestSource
{
  TsSource parent_instance;
  guint64 n_read;
};

G_DEFINE_FINAL_TYPE (TestSource, test_source, TS_TYPE_SOURCE)

static guint64
get_size_cb (TsSource *source)
{
  return (guint64) N_LARGE * LARGE_SIDE * LARGE_SIDE;
}

static gboolean
read_cb (TsSource *source,
         guint64 offset,
         void *out,
         gsize n_bytes,
         GCancellable *cancellable,
         GError **error)
{
  memset (out, 7, n_bytes);
  TEST_SOURCE (source)->n_read += n_bytes;
  return TRUE;
}

static void
test_source_class_init (TestSourceClass *klass)
{
  TS_SOURCE_CLASS (klass)->get_size = get_size_cb;
  TS_SOURCE_CLASS (klass)->read = read_cb;
}

static void
test_source_init (TestSource *self)
{
}

static void
test_large (void)
{
  g_autoptr (TestSource) source = g_object_new (TEST_TYPE_SOURCE, NULL);
  const guint64 dims[3] = { N_LARGE, LARGE_SIDE, LARGE_SIDE };
  const guint64 n_each = (guint64) LARGE_SIDE * LARGE_SIDE;
  g_autoptr (GError) error = NULL;
  TsResolved resolved;
  TsLayout layout;
  TsRecipe recipe;
  TsShape shape;

  ts_shape_init (&shape, 3, dims);
  g_autoptr (TsTensor) tensor = ts_tensor_new (TS_SOURCE (source), 0, TS_DTYPE_UINT8,
                                               G_LITTLE_ENDIAN, &shape, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (ts_layout_parse (&layout, "NHW", 3, NULL));
  g_autoptr (TsBatch) batch = ts_batch_new (tensor, &layout, &error);
  g_assert_no_error (error);
  g_autoptr (TsBatchStats) stats = ts_batch_stats_new (batch);

  ts_recipe_init (&recipe);
  recipe.range_mode = TS_RANGE_MINMAX;
  for (TsRangeScope scope = TS_SCOPE_BATCH; scope <= TS_SCOPE_IMAGE; scope++) {
    recipe.scope = scope;
    resolved = resolve_soon (&recipe, stats, 0);
    g_assert_true (resolved.is_estimate);
    g_assert_cmpfloat (resolved.hi[0], ==, 7);
    g_assert_cmpuint (ts_resolve_count_work (&recipe, stats, 0, NULL), ==,
                      scope == TS_SCOPE_IMAGE ? n_each : N_LARGE * n_each);
  }
  g_assert_cmpuint (source->n_read, >, 0);
  g_assert_cmpuint (source->n_read, <, (guint64) 16 << 20);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/soon/batch", test_batch);
  g_test_add_func ("/soon/percentiles", test_percentiles);
  g_test_add_func ("/soon/scopes", test_scopes);
  g_test_add_func ("/soon/large", test_large);
  return g_test_run ();
}
