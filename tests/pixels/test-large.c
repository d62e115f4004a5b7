/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-source.h"
#include "pixels/ts-overlay.h"

#include "pixels-util.h"

#include <math.h>

/* Images that are rendered and counted in bands: the same results, read once, and given up on the
 * way. */

#define HEIGHT 1500
#define WIDTH  2000

/* Bytes that follow from where they are; cancels after some reads. */
#define TEST_TYPE_SOURCE (test_source_get_type ())
G_DECLARE_FINAL_TYPE (TestSource, test_source, TEST, SOURCE, TsSource)

struct _TestSource
{
  TsSource parent_instance;
  GMutex lock;
  guint64 n_read; /* bytes */
  guint n_reads;
  guint cancel_after;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (TestSource, test_source, TS_TYPE_SOURCE)

static guint64
get_size_cb (TsSource *source)
{
  return HEIGHT * WIDTH * 3;
}

static gboolean
read_cb (TsSource *source,
         guint64 offset,
         void *out,
         gsize n_bytes,
         GCancellable *cancellable,
         GError **error)
{
  TestSource *self = TEST_SOURCE (source);

  for (gsize i = 0; i < n_bytes; i++)
    ((guint8 *) out)[i] = (guint8) ((offset + i) * 2654435761u >> 13);
  g_mutex_lock (&self->lock);
  self->n_read += n_bytes;
  if (++self->n_reads == self->cancel_after)
    g_cancellable_cancel (self->cancellable);
  g_mutex_unlock (&self->lock);
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
  self->cancellable = g_cancellable_new ();
}

/* Rows of pixels, or (with @turned) columns of them. */
static TsBatch *
make_batch (TestSource *source, gboolean turned)
{
  guint64 dims[3] = { HEIGHT, WIDTH, 3 };
  gint64 rows[3] = { WIDTH * 3, 3, 1 }, columns[3] = { 3, HEIGHT * 3, 1 };
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (GError) error = NULL;
  TsLayout layout;
  TsBatch *batch;
  TsShape shape;

  ts_shape_init (&shape, 3, dims);
  tensor = ts_tensor_new (TS_SOURCE (source), 0, TS_DTYPE_UINT8, G_LITTLE_ENDIAN, &shape,
                          turned ? columns : rows, &error);
  g_assert_no_error (error);
  g_assert_true (ts_layout_parse (&layout, "HWC", 3, NULL));
  batch = ts_batch_new (tensor, &layout, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ts_batch_has_rows (batch, 0), ==, !turned);
  return batch;
}

static void
test_same (void)
{
  TsResolved resolved = range_of (0, 1);
  TsRect rect = { 17, 5, 1900, 1400 };
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  g_assert_true (ts_recipe_set_preset (&recipe, "u8", NULL));
  recipe.zebra = TRUE;
  resolved.hi[0] = 0.9;
  for (guint turned = 0; turned < 2; turned++) {
    for (guint k = 0; k < 2; k++) {
      g_autoptr (TestSource) source = g_object_new (TEST_TYPE_SOURCE, NULL);
      g_autoptr (TsBatch) batch = make_batch (source, turned != 0);
      g_autoptr (TsBlock) image = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree guint8 *expected = NULL;
      g_autofree guint8 *out = NULL;
      TsMarks marks = { 0 }, expected_marks = { 0 };
      TsRect part = k == 0 ? (TsRect){ 0, 0, WIDTH, HEIGHT } : rect;
      gsize stride = (gsize) part.width * 3;
      guint64 n_read;

      out = g_malloc (stride * part.height);
      g_assert_true (ts_render (batch, 0, &part, &recipe, &resolved, TS_PIXELS_RGB8,
                                TS_VALUES_DISPLAY, out, stride, &marks, NULL, &error));
      g_assert_no_error (error);
      n_read = source->n_read;
      g_assert_cmpuint (n_read, <=, HEIGHT * WIDTH * 3);
      image = ts_batch_read_image (batch, 0, &part, NULL, &error);
      g_assert_no_error (error);
      expected = render (image, &recipe, &resolved, TS_PIXELS_RGB8, &expected_marks);
      ts_render_zebra (image, &recipe, &resolved, TS_PIXELS_RGB8, part.x, part.y, expected, stride);
      g_assert_true (memcmp (out, expected, stride * part.height) == 0);
      g_assert_cmpuint (marks.n_over, ==, expected_marks.n_over);
      g_assert_cmpuint (marks.n_over, >, 0);
    }
  }
}

static void
test_cancelled (void)
{
  g_autoptr (TestSource) source = g_object_new (TEST_TYPE_SOURCE, NULL);
  g_autoptr (TsBatch) batch = make_batch (source, FALSE);
  g_autofree guint8 *out = g_malloc (HEIGHT * WIDTH * 3);
  TsResolved resolved = range_of (0, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsBlock) image = NULL;
  guint n_whole;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  g_assert_true (ts_render (batch, 0, NULL, &recipe, &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY,
                            out, WIDTH * 3, NULL, source->cancellable, &error));
  n_whole = source->n_reads;
  g_assert_cmpuint (n_whole, >, 2);

  source->cancel_after = n_whole + 2;
  g_assert_false (ts_render (batch, 0, NULL, &recipe, &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY,
                             out, WIDTH * 3, NULL, source->cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  /* What is cancelled already renders nothing. */
  image = ts_batch_read_image (batch, 0, NULL, NULL, NULL);
  memset (out, 0xa5, 3);
  g_assert_false (ts_render_block_cancellable (image, &recipe, &resolved, TS_PIXELS_RGB8,
                                               TS_VALUES_DISPLAY, out, WIDTH * 3, NULL, NULL,
                                               source->cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (out[0], ==, 0xa5);
}

/* Statistics and counts on the way are those of the whole. */
static void
test_stats_on_the_way (void)
{
  g_autoptr (TestSource) source = g_object_new (TEST_TYPE_SOURCE, NULL);
  g_autoptr (TsBatch) batch = make_batch (source, FALSE);
  g_autoptr (TsBlock) image = ts_batch_read_image (batch, 0, NULL, NULL, NULL);
  g_autofree guint8 *out = g_malloc (HEIGHT * WIDTH * 3);
  TsResolved resolved = range_of (0.1, 0.8);
  TsMarks marks = { 0 }, expected_marks = { 0 };
  TsStats stats, expected;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  ts_stats_init (&stats);
  ts_stats_init (&expected);
  ts_stats_add_block (&expected, image);
  g_free (render (image, &recipe, &resolved, TS_PIXELS_RGB8, &expected_marks));
  g_assert_true (ts_render_block_cancellable (image, &recipe, &resolved, TS_PIXELS_RGB8,
                                              TS_VALUES_DISPLAY, out, WIDTH * 3, &marks, &stats,
                                              NULL, NULL));
  g_assert_true (memcmp (&marks, &expected_marks, sizeof marks) == 0);
  g_assert_cmpuint (stats.n_finite, ==, (guint64) HEIGHT * WIDTH * 3);
  g_assert_cmpuint (stats.n_finite, ==, expected.n_finite);
  g_assert_cmpfloat (stats.min, ==, expected.min);
  g_assert_cmpfloat (stats.max, ==, expected.max);
  g_assert_cmpfloat_with_epsilon (stats.mean, expected.mean, 1e-12 * fabs (expected.mean));
  g_assert_cmpfloat_with_epsilon (stats.m2 / expected.m2, 1, 1e-11);
}

static void
test_stats (void)
{
  for (guint turned = 0; turned < 2; turned++) {
    g_autoptr (TestSource) source = g_object_new (TEST_TYPE_SOURCE, NULL);
    g_autoptr (TsBatch) batch = make_batch (source, turned != 0);
    g_autoptr (TsBatchStats) stats = ts_batch_stats_new (batch);
    g_autoptr (TsBatchStats) again = ts_batch_stats_new (batch);
    g_autoptr (TsBlock) image = ts_batch_read_image (batch, 0, NULL, NULL, NULL);
    g_autoptr (GError) error = NULL;
    TsStats counted, expected;

    source->n_read = 0;
    g_assert_true (ts_batch_stats_get_image (stats, 0, -1, &counted, NULL, &error));
    g_assert_cmpuint (source->n_read, ==, HEIGHT * WIDTH * 3);
    ts_stats_init (&expected);
    ts_stats_add_block (&expected, image);
    g_assert_cmpuint (counted.n_finite, ==, HEIGHT * WIDTH * 3);
    g_assert_cmpfloat (counted.min, ==, expected.min);
    g_assert_cmpfloat (counted.max, ==, expected.max);
    g_assert_cmpfloat_with_epsilon (counted.mean, expected.mean, 1e-9);
    g_assert_cmpfloat_with_epsilon (counted.m2 / expected.m2, 1, 1e-9);

    source->cancel_after = source->n_reads + 1;
    g_assert_false (
        ts_batch_stats_get_image (again, 0, -1, &counted, source->cancellable, &error) && !turned);
    if (!turned)
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/large/same", test_same);
  g_test_add_func ("/large/cancelled", test_cancelled);
  g_test_add_func ("/large/stats", test_stats);
  g_test_add_func ("/large/stats-on-the-way", test_stats_on_the_way);
  return g_test_run ();
}
