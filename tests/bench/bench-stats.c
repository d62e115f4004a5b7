/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench.h"
#include "tensor/ts-quantiles.h"
#include "tensor/ts-stats-kernels.h"
#include "tensor/ts-stats.h"

#include <math.h>

/* Statistics of 12.6 million float32. The limit reads them once. */

#define IMAGE_ELEMENTS (3 * BENCH_PLANE)

static void
read_image (guint k, gpointer data)
{
  const guint32 *in =
      (const guint32 *) bench_get_elements (TS_DTYPE_FLOAT32) + (gsize) k * IMAGE_ELEMENTS;
  guint32 sums[16] = { 0 };

  for (gsize i = 0; i < IMAGE_ELEMENTS; i += 16) {
    for (guint j = 0; j < 16; j++)
      sums[j] ^= in[i + j];
  }
  for (guint j = 1; j < 16; j++)
    sums[0] ^= sums[j];
  bench_sink = sums[0];
}

static void
run_read (void)
{
  for (guint k = 0; k < BENCH_N_IMAGES; k++)
    read_image (k, NULL);
}

static void
run_read_threads (void)
{
  bench_on_two_threads (read_image, NULL);
}

static TsBlock *
get_block (void)
{
  guint64 dims[1] = { BENCH_N_ELEMENTS };
  gint64 strides[1] = { 1 };

  return ts_block_new (bench_get_elements (TS_DTYPE_FLOAT32), TS_DTYPE_FLOAT32, 1, dims, strides,
                       NULL, NULL);
}

static void
run_minmax (void)
{
  float range[2] = { INFINITY, -INFINITY };

  ts_kernel_extremes_float (bench_get_elements (TS_DTYPE_FLOAT32), BENCH_N_ELEMENTS, range);
  bench_sink = (double) range[0];
}

static void
run_stats (void)
{
  g_autoptr (TsBlock) block = get_block ();
  TsStats stats;

  ts_stats_init (&stats);
  ts_stats_add_block (&stats, block);
  bench_sink = stats.mean;
}

static void
run_percentiles (void)
{
  const double percents[2] = { 0.5, 99.5 };
  g_autoptr (TsBlock) block = get_block ();
  g_autoptr (TsQuantiles) quantiles = ts_quantiles_new (TS_DTYPE_FLOAT32, percents, 2);
  double found[2];

  while (!ts_quantiles_is_done (quantiles)) {
    ts_quantiles_add_block (quantiles, block);
    ts_quantiles_end_pass (quantiles);
  }
  ts_quantiles_get (quantiles, found);
  bench_sink = found[0];
}

static void
run_histogram (void)
{
  g_autoptr (TsBlock) block = get_block ();
  guint64 bins[256] = { 0 };

  ts_histogram_add_block (block, -1.2, 1.2, 256, bins, NULL, NULL);
  bench_sink = (double) bins[7];
}

const BenchCase bench_stats_cases[] = {
  { "read", "all elements read once (the limit)", run_read },
  { "read-threads", "the same on two threads", run_read_threads, .ratios = { { "read" } } },
  { "minmax", "least and greatest", run_minmax,
    .ratios = { { "read", 1.3 }, { "numpy", 1.5 }, { "torch" } } },
  { "stats", "min, max, mean, std, counts", run_stats,
    .ratios = { { "read", 3 }, { "numpy", 4 } } },
  { "histogram", "histogram of 256 bins", run_histogram, .ratios = { { "read" }, { "numpy", 7 } } },
  { "percentiles", "two percentiles, exact", run_percentiles,
    .ratios = { { "read" }, { "numpy", 10 } } },
  { NULL },
};
