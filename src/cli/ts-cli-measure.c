/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/ts-cli-measure.h"

#include <string.h>

/* Elements in memory at once, and the most that percentiles are taken of. */
#define PIECE_ELEMENTS  (1u << 20)
#define SAMPLE_ELEMENTS (1u << 22)

const double ts_cli_percents[TS_CLI_N_PERCENTS] = { 0.1, 1, 5, 25, 50, 75, 95, 99, 99.9 };

typedef struct
{
  TsStats stats;
  GArray *sample; /* double */
  guint64 step;   /* every step-th element is in the sample */
  guint64 n_seen;
  double *values;
} Collector;

static void
collect (Collector *self, const TsBlock *block)
{
  gsize n = (gsize) ts_block_get_n_elements (block);
  gsize first = (gsize) ((self->step - self->n_seen % self->step) % self->step);

  ts_block_load_doubles (block, self->values);
  ts_stats_add (&self->stats, self->values, n);
  if (self->step == 1) {
    g_array_append_vals (self->sample, self->values, (guint) n);
  } else {
    for (gsize i = first; i < n; i += (gsize) self->step)
      g_array_append_val (self->sample, self->values[i]);
  }
  self->n_seen += n;
}

/* Piece by piece: whole inner axes, a run along one axis, single steps along the outer ones. */
static gboolean
read_pieces (TsTensor *tensor, Collector *collector, GError **error)
{
  const TsShape *shape = ts_tensor_get_shape (tensor);
  guint64 start[TS_MAX_DIMS] = { 0 }, count[TS_MAX_DIMS], inner = 1;
  guint axis = shape->n_dims;

  memcpy (count, shape->dims, sizeof count);
  while (axis > 0 && inner * shape->dims[axis - 1] <= PIECE_ELEMENTS)
    inner *= shape->dims[--axis];
  for (guint i = 0; i < axis; i++)
    count[i] = 1;
  for (;;) {
    guint at = axis;

    if (axis > 0) {
      count[axis - 1] =
          MIN (MAX (PIECE_ELEMENTS / inner, 1), shape->dims[axis - 1] - start[axis - 1]);
    }
    {
      g_autoptr (TsBlock) block = ts_tensor_read (tensor, start, count, NULL, error);

      if (block == NULL)
        return FALSE;
      collect (collector, block);
    }
    while (at > 0) {
      start[at - 1] += count[at - 1];
      if (start[at - 1] < shape->dims[at - 1])
        break;
      start[--at] = 0;
    }
    if (at == 0)
      return TRUE;
  }
}

gboolean
ts_cli_measure (TsTensor *tensor, TsCliNumbers *numbers, GError **error)
{
  guint64 n = ts_tensor_get_n_elements (tensor);
  g_autoptr (GArray) sample = g_array_new (FALSE, FALSE, sizeof (double));
  g_autofree double *values = g_new (double, PIECE_ELEMENTS);
  Collector collector = { .sample = sample, .step = n / SAMPLE_ELEMENTS + 1, .values = values };

  ts_stats_init (&collector.stats);
  if (n > 0 && !read_pieces (tensor, &collector, error))
    return FALSE;
  numbers->stats = collector.stats;
  numbers->is_sampled = collector.step > 1;
  ts_percentiles ((double *) (gpointer) sample->data, sample->len, ts_cli_percents,
                  TS_CLI_N_PERCENTS, numbers->at);
  return TRUE;
}

TsTensor *
ts_cli_pick_channel (TsTensor *tensor, guint axis, guint64 channel, GError **error)
{
  TsShape shape = *ts_tensor_get_shape (tensor);
  gint64 strides[TS_MAX_DIMS];
  guint64 offset;

  memcpy (strides, ts_tensor_get_strides (tensor), sizeof strides);
  offset = channel * (guint64) strides[axis];
  for (guint i = axis; i + 1 < shape.n_dims; i++) {
    shape.dims[i] = shape.dims[i + 1];
    strides[i] = strides[i + 1];
  }
  shape.n_dims--;
  return ts_tensor_restride (tensor, offset, &shape, strides, error);
}
