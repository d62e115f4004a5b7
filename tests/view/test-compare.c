/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Pairs of images against numbers that SciPy gives for them (golden/make-compare.py). */

#include "config.h"

#include "view/ts-compare.h"

#include "base/ts-error.h"

#include <math.h>
#include <string.h>

#define C 3 /* most channels */

typedef struct
{
  guint which, height, width, n_channels;
  double data_range;
  guint64 n_compared;
  double mse, mae, max_abs, psnr, ssim;
} Case;

static const Case cases[] = {
  { 1, 24, 31, 3, 255, 2232, 36.738351254480285, 5.2482078853046596, 10, 32.479606987497348,
    0.85279100899181615 },
  { 2, 40, 17, 1, 2, 680, 0.0050754955460809194, 0.061505043979131563, 0.12485463917255402,
    28.965815403245895, 0.71460174226873197 },
  { 3, 33, 12, 2, 2, 792, 0.0053688481290156791, 0.063298620358862065, 0.1243896484375,
    28.721788722712841, 0.70694702411558119 },
  { 4, 29, 30, 3, 2, 2607, 0.0052149636611184304, 0.062300272894316611, 0.12498366832733154,
    28.848087048033282, 0.71974068913527722 },
  { 5, 11, 11, 1, 1, 121, 0.0057172800082284751, 0.06752585330285317, 0.12367978692054749,
    22.428105373553286, 0.63104810774790232 },
  { 6, 10, 40, 3, 1, 1200, 0.0053193361111968504, 0.063396036552730947, 0.1249135285615921,
    22.741425671852888, NAN },
};

static void
make_pair (const Case *at, double *a, double *b)
{
  guint32 state = at->which + 1;
  gsize i = 0;

  for (guint y = 0; y < at->height; y++) {
    for (guint x = 0; x < at->width; x++) {
      for (guint c = 0; c < at->n_channels; c++, i++) {
        double smooth = (x * 3 + y * 5 + c * 40) % 256, noise;

        state = state * 1664525u + 1013904223u;
        noise = state >> 8;
        if (at->which == 1) {
          a[i] = smooth;
          b[i] = CLAMP (smooth + fmod (noise, 21) - 10, 0, 255);
          continue;
        }
        a[i] = (float) (smooth / 127.5 - 1);
        b[i] = (float) (a[i] + (noise / 16777216.0 - 0.5) * 0.25);
        if (at->which == 3) {
          a[i] = (float) (a[i] + 1000);
          b[i] = (float) (b[i] + 1000);
        }
      }
    }
  }
  if (at->which == 4) {
    a[(3 * at->width + 4) * C] = NAN;
    b[(20 * at->width + 1) * C + 1] = INFINITY;
    a[(21 * at->width + 2) * C + 2] = b[(21 * at->width + 2) * C + 2] = NAN;
  }
}

static TsBlock *
make_block (const double *values, TsDtype dtype, const guint64 *dims, gboolean channels_first)
{
  gsize n = (gsize) (dims[0] * dims[1] * dims[2]);
  gsize size = ts_dtype_get_size (dtype);
  const gint64 last[] = { (gint64) (dims[1] * dims[2]), (gint64) dims[2], 1 };
  const gint64 first[] = { (gint64) dims[1], 1, (gint64) (dims[0] * dims[1]) };
  const gint64 *strides = channels_first ? first : last;
  guint8 *data = g_malloc (n * size);
  gsize i = 0;

  for (guint64 y = 0; y < dims[0]; y++)
    for (guint64 x = 0; x < dims[1]; x++)
      for (guint64 c = 0; c < dims[2]; c++, i++) {
        guint8 *at = data + size * (gsize) ((gint64) y * strides[0] + (gint64) x * strides[1] +
                                            (gint64) c * strides[2]);

        if (dtype == TS_DTYPE_UINT8)
          *at = (guint8) values[i];
        else if (dtype == TS_DTYPE_FLOAT32)
          *(float *) (gpointer) at = (float) values[i];
        else
          *(double *) (gpointer) at = values[i];
      }
  return ts_block_new (data, dtype, 3, dims, strides, data, g_free);
}

static void
assert_near (double value, double golden)
{
  if (isnan (golden))
    g_assert_true (isnan (value));
  else if (!(fabs (value - golden) <= 1e-12 * MAX (1, fabs (golden))))
    g_error ("%.17g, not %.17g", value, golden);
}

static void
test_golden (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases) * 2; i++) {
    const Case *at = &cases[i / 2];
    const guint64 dims[] = { at->height, at->width, at->n_channels };
    gsize n = (gsize) at->height * at->width * at->n_channels;
    g_autofree double *a = g_new (double, n);
    g_autofree double *b = g_new (double, n);
    g_autoptr (TsBlock) block_a = NULL;
    g_autoptr (TsBlock) block_b = NULL;
    g_autoptr (GError) error = NULL;
    TsCompareOptions options;
    TsComparison result;

    make_pair (at, a, b);
    block_a = make_block (a, at->which == 1 ? TS_DTYPE_UINT8 : TS_DTYPE_FLOAT32, dims, i % 2);
    block_b = make_block (b, TS_DTYPE_FLOAT64, dims, FALSE);
    ts_compare_options_init (&options);
    options.data_range = at->data_range;
    g_assert_true (ts_compare_blocks (block_a, block_b, &options, &result, &error));
    g_assert_no_error (error);
    g_assert_cmpuint (result.n_elements, ==, n);
    g_assert_cmpuint (result.n_compared, ==, at->n_compared);
    g_assert_cmpuint (result.n_special, ==, at->which == 4 ? 2 : 0);
    assert_near (result.mse, at->mse);
    assert_near (result.mae, at->mae);
    assert_near (result.max_abs, at->max_abs);
    assert_near (result.psnr, at->psnr);
    /* SciPy does not take the offset off first, so of values near 1000 it loses digits itself */
    if (at->which == 3)
      g_assert_cmpfloat (fabs (result.ssim - at->ssim), <, 1e-7);
    else
      assert_near (result.ssim, at->ssim);

    gsize place =
        ((gsize) result.max_y * at->width + result.max_x) * at->n_channels + result.max_channel;

    g_assert_cmpfloat (fabs (a[place] - b[place]), ==, result.max_abs);
  }
}

static void
compare (TsDtype dtype,
         gconstpointer a,
         gconstpointer b,
         guint n,
         const TsCompareOptions *options,
         TsComparison *result)
{
  const guint64 dims[] = { 1, n, 1 };
  const gint64 strides[] = { n, 1, 1 };
  g_autoptr (TsBlock) block_a = ts_block_new (a, dtype, 3, dims, strides, NULL, NULL);
  g_autoptr (TsBlock) block_b = ts_block_new (b, dtype, 3, dims, strides, NULL, NULL);

  g_assert_true (ts_compare_blocks (block_a, block_b, options, result, NULL));
}

/* Equal images have SSIM 1 and no distance, exactly; a tolerance is that of numpy.isclose. */
static void
test_same (void)
{
  const Case *at = &cases[1];
  const guint64 dims[] = { at->height, at->width, at->n_channels };
  gsize n = (gsize) at->height * at->width * at->n_channels;
  g_autofree double *a = g_new (double, n);
  g_autofree double *b = g_new (double, n);
  g_autoptr (TsBlock) block_a = NULL;
  g_autoptr (TsBlock) block_b = NULL;
  TsCompareOptions options;
  TsComparison result;

  make_pair (at, a, b);
  block_a = make_block (a, TS_DTYPE_FLOAT32, dims, FALSE);
  block_b = make_block (a, TS_DTYPE_FLOAT64, dims, TRUE);
  ts_compare_options_init (&options);
  g_assert_true (ts_compare_blocks (block_a, block_b, &options, &result, NULL));
  g_assert_cmpuint (result.n_different, ==, 0);
  g_assert_cmpfloat (result.mse, ==, 0);
  g_assert_cmpfloat (result.ssim, ==, 1);
  g_assert_true (isinf (result.psnr) && result.psnr > 0);

  const double x[] = { 1, 100, -100, 0 }, y[] = { 1.01, 101, -101, 0.005 };

  compare (TS_DTYPE_FLOAT64, x, y, 4, &options, &result);
  g_assert_cmpuint (result.n_different, ==, 4);
  options.tolerance = 0.02;
  compare (TS_DTYPE_FLOAT64, x, y, 4, &options, &result);
  g_assert_cmpuint (result.n_different, ==, 2);
  options.relative = 0.01;
  compare (TS_DTYPE_FLOAT64, x, y, 4, &options, &result);
  g_assert_cmpuint (result.n_different, ==, 0);
  g_assert_cmpfloat (result.max_abs, ==, 1);
  g_assert_cmpuint (result.max_x, ==, 1);
}

static void
test_special (void)
{
  const float a[] = { NAN, INFINITY, -INFINITY, INFINITY, NAN, 1 };
  const float b[] = { NAN, INFINITY, -INFINITY, -INFINITY, 1, 1 };
  TsCompareOptions options;
  TsComparison result;

  ts_compare_options_init (&options);
  options.tolerance = INFINITY;
  compare (TS_DTYPE_FLOAT32, a, b, 6, &options, &result);
  g_assert_cmpuint (result.n_special, ==, 2);
  g_assert_cmpuint (result.n_different, ==, 2);
  g_assert_cmpuint (result.n_compared, ==, 1);
  options.nan_differs = TRUE;
  compare (TS_DTYPE_FLOAT32, a, b, 6, &options, &result);
  g_assert_cmpuint (result.n_special, ==, 3);
  compare (TS_DTYPE_FLOAT32, a, b, 5, &options, &result);
  g_assert_cmpuint (result.n_compared, ==, 0);
  g_assert_true (isnan (result.mse) && isnan (result.psnr) && isnan (result.ssim));
}

/* What doubles cannot tell apart. */
static void
test_types (void)
{
  const gint64 i[] = { G_MAXINT64, G_MININT64, 5 }, j[] = { G_MAXINT64 - 1, G_MININT64, 5 };
  const guint64 u[] = { G_MAXUINT64, 0 }, v[] = { G_MAXUINT64 - 3, 0 };
  const float z[] = { 1, 2, 3, 4 }, w[] = { 2, 1, 3, 4 }; /* the same magnitudes */
  TsCompareOptions options;
  TsComparison result;

  ts_compare_options_init (&options);
  compare (TS_DTYPE_INT64, i, j, 3, &options, &result);
  g_assert_cmpuint (result.n_different, ==, 1);
  g_assert_cmpfloat (result.max_abs, ==, 1);
  compare (TS_DTYPE_UINT64, u, v, 2, &options, &result);
  g_assert_cmpfloat (result.max_abs, ==, 3);
  compare (TS_DTYPE_COMPLEX64, z, w, 2, &options, &result);
  g_assert_cmpuint (result.n_different, ==, 2);
  g_assert_cmpuint (result.n_elements, ==, 4);

  const guint64 dims[] = { 1, 2, 1 }, other[] = { 2, 1, 1 };
  const gint64 strides[] = { 1, 1, 1 };
  g_autoptr (TsBlock) complex =
                 ts_block_new ((gconstpointer) z, TS_DTYPE_COMPLEX64, 3, dims, strides, NULL, NULL);
  g_autoptr (TsBlock) real =
                 ts_block_new ((gconstpointer) z, TS_DTYPE_FLOAT32, 3, dims, strides, NULL, NULL);
  g_autoptr (TsBlock) tall =
                 ts_block_new ((gconstpointer) z, TS_DTYPE_FLOAT32, 3, other, strides, NULL, NULL);
  g_autoptr (GError) type = NULL;
  g_autoptr (GError) size = NULL;

  g_assert_false (ts_compare_blocks (complex, real, &options, &result, &type));
  g_assert_error (type, TS_ERROR, TS_ERROR_INVALID);
  g_assert_false (ts_compare_blocks (tall, real, &options, &result, &size));
  g_assert_error (size, TS_ERROR, TS_ERROR_INVALID);
}

static TsBatch *
make_batch (TsDtype dtype, gconstpointer data, gsize n_bytes, guint n, guint side)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, n_bytes);
  g_autoptr (GError) error = NULL;
  TsShape shape = { .n_dims = 3, .dims = { n, side, side } };
  g_autoptr (TsTensor) tensor = ts_tensor_new_from_bytes (bytes, dtype, &shape, &error);
  TsLayout layout;

  g_assert_no_error (error);
  g_assert_true (ts_layout_parse (&layout, "NHW", 3, NULL));
  return ts_batch_new (tensor, &layout, NULL);
}

static void
test_batches (void)
{
  enum {
    N = 200,
    SIDE = 16
  };
  g_autofree guint8 *a = g_malloc0 (N * SIDE * SIDE);
  g_autofree guint8 *b = g_malloc0 (N * SIDE * SIDE);
  g_autofree TsComparedImage *images = g_new0 (TsComparedImage, N);
  g_autofree TsComparedImage *again = g_new0 (TsComparedImage, N);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TsCompareOptions options;
  gint n_done = 0;

  for (guint i = 0; i < N * SIDE * SIDE; i++) {
    a[i] = (guint8) (i * 7);
    b[i] = (guint8) (a[i] ^ (i / (SIDE * SIDE) % 3 == 0));
  }

  g_autoptr (TsBatch) batch_a = make_batch (TS_DTYPE_UINT8, a, N * SIDE * SIDE, N, SIDE);
  g_autoptr (TsBatch) batch_b = make_batch (TS_DTYPE_UINT8, b, N * SIDE * SIDE, N, SIDE);

  const TsCompareSide side_a = ts_compare_side_for_batch (batch_a);
  const TsCompareSide side_b = ts_compare_side_for_batch (batch_b);

  for (guint i = 0; i < N; i++)
    images[i].index_a = images[i].index_b = again[i].index_a = again[i].index_b = N - 1 - i;
  ts_compare_options_init (&options);
  options.data_range = 255;
  g_assert_true (
      ts_compare_images (&side_a, &side_b, &options, images, N, 4, &n_done, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n_done, ==, N);
  g_assert_true (ts_compare_images (&side_a, &side_b, &options, again, N, 1, NULL, NULL, NULL));
  for (guint i = 0; i < N; i++) {
    gboolean is_same = (N - 1 - i) % 3 != 0;

    g_assert_no_error (images[i].error);
    g_assert_cmpuint (images[i].comparison.n_different, ==, is_same ? 0 : SIDE * SIDE);
    g_assert_cmpfloat (images[i].comparison.mse, ==, is_same ? 0 : 1);
    g_assert_cmpfloat (images[i].comparison.ssim, ==, again[i].comparison.ssim);
  }
  g_cancellable_cancel (cancellable);
  g_assert_false (
      ts_compare_images (&side_a, &side_b, &options, images, N, 4, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_data_range (void)
{
  const guint8 bytes[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  const gint16 shorts[4] = { 0, 1, 2, 3 };
  const gint32 ints[4] = { -5, 1, 2, 3 };
  const float unit[] = { 0, 0.25f, 0.5f, 1 }, tanh_like[] = { -1, 0.25f, 0.5f, 1 };
  const float wide[] = { -3, NAN, 2, 10 }, flat[] = { 7, 7, 7, 7 };
  const struct
  {
    TsDtype dtype;
    gconstpointer data;
    gsize size;
    double range;
  } rows[] = {
    { TS_DTYPE_UINT8, bytes, 1, 255 }, { TS_DTYPE_INT16, shorts, 2, 65535 },
    { TS_DTYPE_BOOL, bytes, 1, 1 },    { TS_DTYPE_INT32, ints, 4, 8 },
    { TS_DTYPE_FLOAT32, unit, 4, 1 },  { TS_DTYPE_FLOAT32, tanh_like, 4, 2 },
    { TS_DTYPE_FLOAT32, wide, 4, 13 }, { TS_DTYPE_FLOAT32, flat, 4, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (TsBatch) batch = make_batch (rows[i].dtype, rows[i].data, 4 * rows[i].size, 1, 2);
    const char *reason = NULL;
    double range = 0;

    g_assert_true (ts_compare_get_data_range (batch, &range, &reason, NULL, NULL));
    g_assert_cmpfloat (range, ==, rows[i].range);
    g_assert_nonnull (reason);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compare/golden", test_golden);
  g_test_add_func ("/compare/same", test_same);
  g_test_add_func ("/compare/special", test_special);
  g_test_add_func ("/compare/types", test_types);
  g_test_add_func ("/compare/batches", test_batches);
  g_test_add_func ("/compare/data-range", test_data_range);
  return g_test_run ();
}
