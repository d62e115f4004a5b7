/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For REAL float or double. */

TS_CLONES void
NAME (ts_kernel_sum) (const REAL *values, gsize n, TsPartStats *part)
{
  double sums[LANES] = { 0 }, squares[LANES] = { 0 };
  REAL low[LANES], high[LANES];
  gsize at = 0;

  for (guint j = 0; j < LANES; j++)
    low[j] = high[j] = values[0];
  for (; at + LANES <= n; at += LANES) {
    for (guint j = 0; j < LANES; j++) {
      REAL v = values[at + j];

      low[j] = v < low[j] ? v : low[j];
      high[j] = v > high[j] ? v : high[j];
      sums[j] += (double) v;
      squares[j] += (double) v * (double) v;
    }
  }
  for (guint j = 0; at < n; at++, j++) {
    REAL v = values[at];

    low[j] = v < low[j] ? v : low[j];
    high[j] = v > high[j] ? v : high[j];
    sums[j] += (double) v;
    squares[j] += (double) v * (double) v;
  }
  *part = (TsPartStats){ .min = (double) low[0], .max = (double) high[0] };
  for (guint j = 0; j < LANES; j++) {
    part->min = MIN (part->min, (double) low[j]);
    part->max = MAX (part->max, (double) high[j]);
    part->sum += sums[j];
    part->squares += squares[j];
  }
}

TS_CLONES double
NAME (ts_kernel_deviation) (const REAL *values, gsize n, double mean)
{
  double sums[LANES] = { 0 }, sum = 0;
  gsize at = 0;

  for (; at + LANES <= n; at += LANES) {
    for (guint j = 0; j < LANES; j++) {
      double d = (double) values[at + j] - mean;

      sums[j] += d * d;
    }
  }
  for (; at < n; at++)
    sum += ((double) values[at] - mean) * ((double) values[at] - mean);
  for (guint j = 0; j < LANES; j++)
    sum += sums[j];
  return sum;
}

TS_CLONES void
NAME (ts_kernel_extremes) (const REAL *values, gsize n, REAL range[2])
{
  REAL low[2 * LANES], high[2 * LANES];
  gsize at = 0;

  for (guint j = 0; j < 2 * LANES; j++) {
    low[j] = range[0];
    high[j] = range[1];
  }
  for (; at + 2 * LANES <= n; at += 2 * LANES) {
    for (guint j = 0; j < 2 * LANES; j++) {
      REAL v = values[at + j];

      low[j] = v < low[j] ? v : low[j];
      high[j] = v > high[j] ? v : high[j];
    }
  }
  for (guint j = 0; at < n; at++, j++) {
    low[j] = values[at] < low[j] ? values[at] : low[j];
    high[j] = values[at] > high[j] ? values[at] : high[j];
  }
  for (guint j = 0; j < 2 * LANES; j++) {
    range[0] = low[j] < range[0] ? low[j] : range[0];
    range[1] = high[j] > range[1] ? high[j] : range[1];
  }
}
