/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-quantiles.h"
#include "tensor/ts-stats-kernels.h"
#include "tensor/ts-stats.h"

#include <math.h>
#include <string.h>

#define N 10007

static float *
make_values (gboolean with_special)
{
  float *values = g_new (float, N);

  for (guint i = 0; i < N; i++) {
    values[i] = (float) g_test_rand_double_range (-3, 5);
    if (with_special && i % 97 == 0)
      values[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
  }
  return values;
}

static TsBlock *
block_over (gconstpointer data, TsDtype dtype, guint64 n, gint64 stride)
{
  return ts_block_new (data, dtype, 1, &n, &stride, NULL, NULL);
}

static void
assert_close (const TsStats *a, const TsStats *b)
{
  g_assert_cmpuint (a->n_finite, ==, b->n_finite);
  g_assert_cmpuint (a->n_nan, ==, b->n_nan);
  g_assert_cmpuint (a->n_posinf, ==, b->n_posinf);
  g_assert_cmpuint (a->n_neginf, ==, b->n_neginf);
  g_assert_cmpfloat (a->min, ==, b->min);
  g_assert_cmpfloat (a->max, ==, b->max);
  g_assert_cmpfloat_with_epsilon (a->mean, b->mean, 1e-12);
  g_assert_cmpfloat_with_epsilon (a->m2, b->m2, 1e-9 * MAX (1, a->m2));
  g_assert_true (!a->all_integers == !b->all_integers);
}

/* One value after the other. */
static TsStats
naive (const double *values, gsize n)
{
  TsStats stats;
  long double sum = 0, m2 = 0;

  ts_stats_init (&stats);
  for (gsize i = 0; i < n; i++) {
    stats.n_nan += isnan (values[i]) ? 1 : 0;
    stats.n_posinf += values[i] == INFINITY ? 1 : 0;
    stats.n_neginf += values[i] == -INFINITY ? 1 : 0;
    if (!isfinite (values[i]))
      continue;
    if (stats.n_finite == 0 || values[i] < stats.min)
      stats.min = values[i];
    if (stats.n_finite == 0 || values[i] > stats.max)
      stats.max = values[i];
    stats.n_finite++;
    sum += values[i];
    stats.all_integers = stats.all_integers && values[i] == trunc (values[i]);
  }
  if (stats.n_finite == 0)
    return stats;
  stats.mean = (double) (sum / stats.n_finite);
  for (gsize i = 0; i < n; i++) {
    if (isfinite (values[i]))
      m2 += (values[i] - stats.mean) * (values[i] - stats.mean);
  }
  stats.m2 = (double) m2;
  return stats;
}

static void
test_float_block (void)
{
  for (guint special = 0; special < 2; special++) {
    g_autofree float *values = make_values (special);
    g_autofree double *doubles = g_new (double, N);

    for (gint64 stride = 1; stride <= 3; stride++) {
      guint64 n = N / (guint64) stride;
      g_autoptr (TsBlock) block = block_over (values, TS_DTYPE_FLOAT32, n, stride);
      TsStats expected, stats, in_parts;

      for (guint64 i = 0; i < n; i++)
        doubles[i] = (double) values[i * (guint64) stride];
      expected = naive (doubles, n);
      ts_stats_init (&stats);
      ts_stats_add_block (&stats, block);
      assert_close (&stats, &expected);
      ts_stats_init (&in_parts);
      ts_stats_add (&in_parts, doubles, n / 3);
      ts_stats_add (&in_parts, doubles + n / 3, n - n / 3);
      assert_close (&in_parts, &expected);
    }
  }
}

static void
test_types (void)
{
  g_autofree guint8 *memory = g_malloc (N * 16);
  g_autofree double *doubles = g_new (double, N);

  for (guint i = 0; i < N * 16; i++)
    memory[i] = (guint8) g_test_rand_int ();
  for (guint dtype = 0; dtype < TS_N_DTYPES; dtype++) {
    g_autoptr (TsBlock) block = NULL;
    TsStats stats, expected;

    if (dtype == TS_DTYPE_FLOAT64 || dtype == TS_DTYPE_COMPLEX128 || dtype == TS_DTYPE_FLOAT32 ||
        dtype == TS_DTYPE_COMPLEX64 || dtype == TS_DTYPE_BFLOAT16 ||
        dtype == TS_DTYPE_FLOAT8_E8M0FNU)
      continue; /* random bits are too far apart for a comparison */
    block = block_over (memory, (TsDtype) dtype, N, 1);
    ts_block_load_doubles (block, doubles);
    expected = naive (doubles, N);
    ts_stats_init (&stats);
    ts_stats_add_block (&stats, block);
    g_assert_cmpuint (stats.n_finite, ==, expected.n_finite);
    g_assert_cmpuint (stats.n_nan, ==, expected.n_nan);
    g_assert_cmpfloat (stats.min, ==, expected.min);
    g_assert_cmpfloat (stats.max, ==, expected.max);
    g_assert_cmpfloat_with_epsilon (stats.mean / expected.mean, 1, 1e-9);
    g_assert_cmpfloat_with_epsilon (stats.m2 / expected.m2, 1, 1e-9);
  }
}

static void
test_large_offset (void)
{
  double values[1000];
  TsStats stats;

  for (guint i = 0; i < 1000; i++)
    values[i] = 1e9 + (i % 2);
  ts_stats_init (&stats);
  ts_stats_add (&stats, values, 1000);
  g_assert_cmpfloat_with_epsilon (ts_stats_get_std (&stats), 0.5, 1e-9);
  g_assert_true (stats.all_integers);
}

/* Both ways to the deviations: from the squares, and where these say too little, a second look. */
static void
test_spread (void)
{
  static const double means[] = { 0, 0.3, -3, 40, 1e6, -1e9, 3e37 };
  g_autofree float *values = g_new (float, N);
  g_autofree double *doubles = g_new (double, N);

  for (guint m = 0; m < G_N_ELEMENTS (means); m++) {
    for (guint constant = 0; constant < 2; constant++) {
      g_autoptr (TsBlock) block = block_over (values, TS_DTYPE_FLOAT32, N, 1);
      TsStats expected, stats;

      for (guint i = 0; i < N; i++) {
        double spread = constant ? 0 : g_test_rand_double_range (-1, 1);

        values[i] = (float) (means[m] + spread * MAX (1, fabs (means[m]) * 1e-5));
        doubles[i] = (double) values[i];
      }
      expected = naive (doubles, N);
      for (guint wide = 0; wide < 2; wide++) {
        ts_stats_init (&stats);
        if (wide)
          ts_stats_add (&stats, doubles, N);
        else
          ts_stats_add_block (&stats, block);
        g_assert_cmpfloat (stats.min, ==, expected.min);
        g_assert_cmpfloat (stats.max, ==, expected.max);
        g_assert_cmpfloat_with_epsilon (stats.mean, expected.mean,
                                        1e-13 * MAX (1, fabs (expected.mean)));
        if (constant)
          g_assert_cmpfloat (ts_stats_get_std (&stats), <=, 1e-15 * fabs (means[m]));
        else
          g_assert_cmpfloat_with_epsilon (stats.m2 / expected.m2, 1, 1e-10);
      }
    }
  }
}

/* Doubles whose sum or squares no double holds; infinities that cancel each other. */
static void
test_overflow (void)
{
  double values[] = { 1.5e308, 1.5e308, 1e308, 1.5e308 };
  double squares[] = { 3e200, 3e200, 3e200 };
  float both[] = { INFINITY, 1, 2, -INFINITY, 3, NAN };
  g_autoptr (TsBlock) block = block_over (both, TS_DTYPE_FLOAT32, G_N_ELEMENTS (both), 1);
  TsStats stats;

  ts_stats_init (&stats);
  ts_stats_add (&stats, values, G_N_ELEMENTS (values));
  g_assert_cmpuint (stats.n_finite, ==, 4);
  g_assert_cmpuint (stats.n_posinf, ==, 0);
  g_assert_cmpfloat (stats.min, ==, 1e308);
  g_assert_cmpfloat (stats.max, ==, 1.5e308);

  ts_stats_init (&stats);
  ts_stats_add (&stats, squares, G_N_ELEMENTS (squares));
  g_assert_cmpfloat (stats.mean, ==, 3e200);
  g_assert_cmpfloat (ts_stats_get_std (&stats), ==, 0);

  ts_stats_init (&stats);
  ts_stats_add_block (&stats, block);
  g_assert_cmpuint (stats.n_finite, ==, 3);
  g_assert_cmpuint (stats.n_nan, ==, 1);
  g_assert_cmpuint (stats.n_posinf, ==, 1);
  g_assert_cmpuint (stats.n_neginf, ==, 1);
  g_assert_cmpfloat (stats.mean, ==, 2);
  g_assert_cmpfloat (stats.m2, ==, 2);
}

static void
test_nothing (void)
{
  static const float nothing[3] = { NAN, INFINITY, -INFINITY };
  g_autoptr (TsBlock) block = block_over (nothing, TS_DTYPE_FLOAT32, 3, 1);
  g_autoptr (TsBlock) empty = block_over (nothing, TS_DTYPE_FLOAT32, 0, 1);
  double out, percent = 50, values[1] = { NAN };
  TsStats stats;

  ts_stats_init (&stats);
  ts_stats_add_block (&stats, empty);
  ts_stats_add_block (&stats, block);
  g_assert_cmpuint (stats.n_finite, ==, 0);
  g_assert_cmpuint (stats.n_nan, ==, 1);
  g_assert_cmpfloat (ts_stats_get_std (&stats), ==, 0);
  ts_percentiles (values, 1, &percent, 1, &out);
  g_assert_true (isnan (out));
}

/* numpy.percentile ([3, 1, 4, 1, 5, 9, 2, 6, 5, 3], ...) */
static void
test_percentiles (void)
{
  double values[] = { 3, 1, NAN, 4, 1, 5, 9, 2, INFINITY, 6, 5, 3 };
  static const double percents[] = { 0, 10, 25, 50, 99.5, 100 };
  static const double expected[] = { 1, 1, 2.25, 3.5, 8.865, 9 };
  double out[6];

  ts_percentiles (values, G_N_ELEMENTS (values), percents, 6, out);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpfloat_with_epsilon (out[i], expected[i], 1e-12);
}

static void
check_quantiles (TsBlock *block, double *doubles, gsize n)
{
  static const double percents[] = { 0, 0.5, 37.3, 50, 99.5, 100 };
  g_autoptr (TsQuantiles) quantiles = ts_quantiles_new (block->dtype, percents, 6);
  double out[6], expected[6];

  /* First one at a time, which looks for it another way than many. */
  ts_percentiles (doubles, n, percents, 6, expected);
  for (guint i = 0; i < 6; i++) {
    g_autoptr (TsQuantiles) one = ts_quantiles_new (block->dtype, percents + i, 1);

    while (!ts_quantiles_is_done (one)) {
      ts_quantiles_add_block (one, block);
      ts_quantiles_end_pass (one);
    }
    ts_quantiles_get (one, out);
    g_assert_cmpfloat (out[0], ==, expected[i]);
  }
  while (!ts_quantiles_is_done (quantiles)) {
    ts_quantiles_add_block (quantiles, block);
    ts_quantiles_end_pass (quantiles);
  }
  ts_quantiles_get (quantiles, out);
  for (guint i = 0; i < 6; i++)
    g_assert_cmpfloat (out[i], ==, expected[i]);
}

static void
test_quantiles (void)
{
  g_autofree float *values = make_values (TRUE);
  g_autofree double *doubles = g_new (double, N);
  g_autofree double *wide = g_new (double, N);
  g_autofree gint32 *integers = g_new (gint32, N);
  g_autoptr (TsBlock) narrow = block_over (values, TS_DTYPE_FLOAT32, N / 2, 2);
  g_autoptr (TsBlock) packed = block_over (values, TS_DTYPE_FLOAT32, N, 1);
  g_autoptr (TsBlock) large = block_over (wide, TS_DTYPE_FLOAT64, N, 1);
  g_autoptr (TsBlock) whole = block_over (integers, TS_DTYPE_INT32, N, 1);

  ts_block_load_doubles (narrow, doubles);
  check_quantiles (narrow, doubles, N / 2);
  ts_block_load_doubles (packed, doubles);
  check_quantiles (packed, doubles, N);
  for (guint i = 0; i < N; i++) {
    wide[i] = g_test_rand_double_range (-1e-3, 1e3);
    integers[i] = g_test_rand_int_range (-5, 5);
  }
  memcpy (doubles, wide, N * sizeof *wide);
  check_quantiles (large, doubles, N);
  ts_block_load_doubles (whole, doubles);
  check_quantiles (whole, doubles, N);
}

static void
test_histogram (void)
{
  static const float values[] = { -2, -1, -0.75f, 0, 0.99f, 1, 1.5f, NAN, INFINITY, -INFINITY };
  guint64 bins[4] = { 0 }, n_under = 0, n_over = 0, n = 0;
  g_autofree float *many = make_values (TRUE);
  g_autoptr (TsBlock) few = block_over (values, TS_DTYPE_FLOAT32, G_N_ELEMENTS (values), 1);
  g_autoptr (TsBlock) strided = block_over (many, TS_DTYPE_FLOAT32, N / 2, 2);
  TsStats stats;

  ts_histogram_add_block (few, -1, 1, 4, bins, &n_under, &n_over);
  g_assert_cmpuint (bins[0], ==, 2);
  g_assert_cmpuint (bins[1], ==, 0);
  g_assert_cmpuint (bins[2], ==, 1);
  g_assert_cmpuint (bins[3], ==, 2);
  g_assert_cmpuint (n_under, ==, 2);
  g_assert_cmpuint (n_over, ==, 2);

  ts_stats_init (&stats);
  ts_stats_add_block (&stats, strided);
  memset (bins, 0, sizeof bins);
  ts_histogram_add_block (strided, stats.min, stats.max, 4, bins, NULL, NULL);
  for (guint i = 0; i < 4; i++)
    n += bins[i];
  g_assert_cmpuint (n, ==, stats.n_finite);
}

/* Counts by float arithmetic are those by double, also at edges of bins, for any range. */
static void
test_histogram_exact (void)
{
  static const double ranges[][2] = { { 0, 1 },       { -1.2, 1.2 },   { 0, 255 },
                                      { 100, 100.5 }, { 1e-20, 1e20 }, { -0.1, 0.3 } };
  static const guint sizes[] = { 1, 7, 255, 256, 4096 };
  g_autofree float *values = make_values (TRUE);
  g_autofree double *doubles = g_new (double, N);

  for (guint r = 0; r < G_N_ELEMENTS (ranges); r++) {
    double lo = ranges[r][0], hi = ranges[r][1];

    for (guint i = 0; i < N; i += 3) /* edges, and their neighbours */
      values[i] = nextafterf ((float) (lo + (hi - lo) * g_test_rand_int_range (-3, 260) / 256),
                              (float) g_test_rand_int_range (-400, 400));
    for (guint i = 0; i < N; i++)
      doubles[i] = (double) values[i];
    for (guint k = 0; k < G_N_ELEMENTS (sizes); k++) {
      g_autoptr (TsBlock) narrow = block_over (values, TS_DTYPE_FLOAT32, N, 1);
      g_autoptr (TsBlock) wide = block_over (doubles, TS_DTYPE_FLOAT64, N, 1);
      guint64 n_under[2] = { 0 }, n_over[2] = { 0 };
      g_autofree guint64 *bins = g_new0 (guint64, 2 * sizes[k]);

      ts_histogram_add_block (narrow, lo, hi, sizes[k], bins, &n_under[0], &n_over[0]);
      ts_histogram_add_block (wide, lo, hi, sizes[k], bins + sizes[k], &n_under[1], &n_over[1]);
      g_assert_cmpmem (bins, sizes[k] * sizeof *bins, bins + sizes[k], sizes[k] * sizeof *bins);
      g_assert_cmpuint (n_under[0], ==, n_under[1]);
      g_assert_cmpuint (n_over[0], ==, n_over[1]);
    }
  }
}

static void
test_extremes (void)
{
  g_autofree float *values = make_values (TRUE);

  for (guint n = 1; n < 200; n++) {
    float range[2] = { INFINITY, -INFINITY }, expected[2] = { INFINITY, -INFINITY };
    double wide[2] = { INFINITY, -INFINITY };
    g_autofree double *doubles = g_new (double, n);

    for (guint i = 0; i < n; i++) {
      doubles[i] = (double) values[i];
      expected[0] = values[i] < expected[0] ? values[i] : expected[0];
      expected[1] = values[i] > expected[1] ? values[i] : expected[1];
    }
    ts_kernel_extremes_float (values, n, range);
    ts_kernel_extremes_double (doubles, n, wide);
    for (guint i = 0; i < 2; i++) {
      g_assert_cmpfloat (range[i], ==, expected[i]);
      g_assert_cmpfloat (wide[i], ==, (double) expected[i]);
    }
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stats/float-block", test_float_block);
  g_test_add_func ("/stats/types", test_types);
  g_test_add_func ("/stats/large-offset", test_large_offset);
  g_test_add_func ("/stats/spread", test_spread);
  g_test_add_func ("/stats/overflow", test_overflow);
  g_test_add_func ("/stats/nothing", test_nothing);
  g_test_add_func ("/stats/histogram", test_histogram);
  g_test_add_func ("/stats/histogram-exact", test_histogram_exact);
  g_test_add_func ("/stats/extremes", test_extremes);
  g_test_add_func ("/stats/percentiles", test_percentiles);
  g_test_add_func ("/stats/quantiles", test_quantiles);
  return g_test_run ();
}
