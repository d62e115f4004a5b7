/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a piece of a run to the elements of each input: straight from memory, taken apart from
 * interleaved channels, or combined of all channels. Part of ts-run-tmpl.h. */

/* Whether pixels of 3 or 4 channels lie element after element; then all channels are loaded at once
 * and taken apart, which is faster than stepping through them one channel at a time. */
static guint
NAME (get_n_interleaved) (const TsPlan *plan, const TsRun *run)
{
  gssize size = (gssize) ts_dtype_get_size (run->dtype);

  if (plan->n_inputs < 3 || run->channel_stride_bytes != size)
    return 0;
  if (run->pixel_stride_bytes != 3 * size && run->pixel_stride_bytes != 4 * size)
    return 0;
  for (guint k = 0; k < plan->n_inputs; k++) {
    if (plan->source[k] >= run->pixel_stride_bytes / size)
      return 0;
  }
  return (guint) (run->pixel_stride_bytes / size);
}

static void
NAME (take_apart) (const REAL *restrict all, guint n_channels, gsize n, REAL planes[4][ROOM])
{
  REAL *restrict a = planes[0];
  REAL *restrict b = planes[1];
  REAL *restrict c = planes[2];
  REAL *restrict d = planes[3];

  if (n_channels == 3) {
    for (gsize i = 0; i < n; i++) {
      a[i] = all[3 * i];
      b[i] = all[3 * i + 1];
      c[i] = all[3 * i + 2];
    }
    return;
  }
  for (gsize i = 0; i < n; i++) {
    a[i] = all[4 * i];
    b[i] = all[4 * i + 1];
    c[i] = all[4 * i + 2];
    d[i] = all[4 * i + 3];
  }
}

/* Adds channel @c to the sum, or to the best and where it was. A NaN stays the best. */
static void
NAME (combine_channel) (TsChannelMode mode,
                        guint c,
                        const REAL *restrict y,
                        gsize n,
                        REAL *restrict best,
                        REAL *restrict at)
{
  REAL index = (REAL) c;

  if (mode == TS_CHANNELS_MEAN) {
    for (gsize i = 0; i < n; i++)
      best[i] = (c == 0 ? 0 : best[i]) + y[i];
    return;
  }
  if (c == 0) {
    memcpy (best, y, n * sizeof *y);
    memset (at, 0, n * sizeof *at);
    return;
  }
  for (gsize i = 0; i < n; i++) {
    REAL v = mode == TS_CHANNELS_ARGMAX ? y[i] : y[i] < 0 ? -y[i] : y[i];
    REAL old = mode == TS_CHANNELS_ARGMAX ? best[i] : best[i] < 0 ? -best[i] : best[i];
    gboolean takes = (v > old) | ((v != v) & (old == old));

    best[i] = takes ? y[i] : best[i];
    at[i] = takes ? index : at[i];
  }
}

/* What all channels combine to. */
static void
NAME (combine) (const TsPlan *plan, const TsRun *run, gsize at, gsize n, REAL buffers[4][ROOM])
{
  for (guint c = 0; c < plan->n_all; c++) {
    const REAL *x = NAME (load) (run, at, (int) c, n, buffers[1]);

    NAME (normalise) (&plan->all[c < TS_RECIPE_MAX_CHANNELS ? c : 0], x, n, buffers[2]);
    NAME (combine_channel) (plan->combine, c, buffers[2], n, buffers[0], buffers[3]);
  }
  for (gsize i = 0; i < n; i++) {
    if (plan->combine == TS_CHANNELS_MEAN)
      buffers[0][i] /= (REAL) plan->n_all;
    else if (plan->combine == TS_CHANNELS_ARGMAX && buffers[0][i] == buffers[0][i])
      buffers[0][i] = buffers[3][i];
  }
}

/* The elements of each input; @x stays %NULL for those that are off. */
static void
NAME (load_inputs) (const TsPlan *plan,
                    const TsRun *run,
                    gsize at,
                    gsize n,
                    REAL buffers[4][ROOM],
                    const REAL *x[4])
{
  guint n_interleaved = NAME (get_n_interleaved) (plan, run);

  if (plan->combine != TS_CHANNELS_AUTO) {
    NAME (combine) (plan, run, at, n, buffers);
    x[0] = buffers[0];
    return;
  }
  if (n_interleaved != 0) {
    TsRun elements = { .dtype = run->dtype,
                       .first = run->first,
                       .pixel_stride_bytes = run->channel_stride_bytes };
    REAL all[4 * CHUNK] __attribute__ ((aligned (64)));

    NAME (take_apart)
    (NAME (load) (&elements, at * n_interleaved, 0, n * n_interleaved, all), n_interleaved, n,
     buffers);
  }
  for (guint k = 0; k < plan->n_inputs; k++) {
    if (plan->source[k] >= 0)
      x[k] = n_interleaved != 0 ? buffers[plan->source[k]]
                                : NAME (load) (run, at, plan->source[k], n, buffers[k]);
  }
}
