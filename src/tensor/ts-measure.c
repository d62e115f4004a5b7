/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-measure.h"

#include "base/ts-checked.h"

#include <string.h>

/* A tensor is looked at by pieces: whole inner axes, a run along one axis, single steps along the
 * outer ones. All of them one after another are everything; some at equal distances are a sample.
 */

#define PIECE_ELEMENTS  (1u << 20)
#define SAMPLE_PIECES   64
#define SAMPLE_ELEMENTS (TS_MEASURE_SAMPLE / SAMPLE_PIECES)
#define TELL_US         (200 * G_TIME_SPAN_MILLISECOND)

typedef struct
{
  TsTensor *tensor;
  guint axis;    /* runs along this one go through; all behind it are whole */
  guint64 step;  /* along it */
  guint64 n;     /* pieces */
  guint64 n_run; /* pieces along the axis */
} Pieces;

static void
pieces_init (Pieces *self, TsTensor *tensor, guint64 max_elements)
{
  const TsShape *shape = ts_tensor_get_shape (tensor);
  guint64 inner = 1;
  guint axis = shape->n_dims;

  *self = (Pieces){ .tensor = tensor, .n = 1, .n_run = 1, .step = 1 };
  if (ts_tensor_get_n_elements (tensor) == 0) {
    self->n = 0;
    return;
  }
  /* the count of all elements fits, so that of some does */
  while (axis > 0 && inner * shape->dims[axis - 1] <= max_elements)
    inner *= shape->dims[--axis];
  self->axis = axis;
  if (axis == 0)
    return;
  self->step = CLAMP (max_elements / inner, 1, shape->dims[axis - 1]);
  self->n_run = (shape->dims[axis - 1] + self->step - 1) / self->step;
  self->n = self->n_run;
  for (guint i = 0; i + 1 < axis; i++)
    self->n *= shape->dims[i];
}

/* The @i-th piece, counted as the elements lie in C order. */
static TsBlock *
pieces_read (const Pieces *self, guint64 i, GCancellable *cancellable, GError **error)
{
  const TsShape *shape = ts_tensor_get_shape (self->tensor);
  guint64 start[TS_MAX_DIMS] = { 0 }, count[TS_MAX_DIMS];

  memcpy (count, shape->dims, sizeof count);
  if (self->axis > 0) {
    guint run_axis = self->axis - 1;
    guint64 outer = i / self->n_run;

    start[run_axis] = i % self->n_run * self->step;
    count[run_axis] = MIN (self->step, shape->dims[run_axis] - start[run_axis]);
    for (guint axis = run_axis; axis-- > 0;) {
      start[axis] = outer % shape->dims[axis];
      count[axis] = 1;
      outer /= shape->dims[axis];
    }
  }
  return ts_tensor_read (self->tensor, start, count, cancellable, error);
}

static gboolean
add_piece (const Pieces *pieces,
           guint64 i,
           TsStats *stats,
           guint64 *n_counted,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (TsBlock) block = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  block = pieces_read (pieces, i, cancellable, error);
  if (block == NULL)
    return FALSE;
  ts_stats_add_block (stats, block);
  *n_counted += ts_block_get_n_elements (block);
  return TRUE;
}

static void
measure_init (TsMeasure *self, TsTensor *const *tensors, gsize n_tensors)
{
  *self = (TsMeasure){ 0 };
  ts_stats_init (&self->stats);
  for (gsize i = 0; i < n_tensors; i++)
    if (!ts_checked_add (self->n_elements, ts_tensor_get_n_elements (tensors[i]),
                         &self->n_elements))
      self->n_elements = G_MAXUINT64;
}

gboolean
ts_measure_sample (TsTensor *const *tensors,
                   gsize n_tensors,
                   TsMeasure *measure,
                   GCancellable *cancellable,
                   GError **error)
{
  gsize n_looks = MIN (n_tensors, SAMPLE_PIECES);
  guint64 n_counted = 0;

  measure_init (measure, tensors, n_tensors);
  for (gsize k = 0; k < n_looks; k++) {
    gsize at = n_looks > 1 ? k * (n_tensors - 1) / (n_looks - 1) : 0;
    gsize share = SAMPLE_PIECES / n_looks;
    Pieces pieces;
    guint64 n;

    pieces_init (&pieces, tensors[at], SAMPLE_ELEMENTS);
    n = MIN (pieces.n, share);
    for (guint64 j = 0; j < n; j++) {
      /* first and last among them */
      guint64 i = n > 1 ? (guint64) ((long double) j * (pieces.n - 1) / (n - 1)) : 0;

      if (!add_piece (&pieces, MIN (i, pieces.n - 1), &measure->stats, &n_counted, cancellable,
                      error))
        return FALSE;
    }
  }
  measure->is_estimate = n_counted < measure->n_elements;
  measure->fraction = measure->is_estimate ? 0 : 1;
  return TRUE;
}

/* What is told on the way: the estimate, with the extremes that were met. */
static void
tell (const TsMeasure *estimate,
      const TsStats *stats,
      guint64 n_counted,
      TsMeasureFunc func,
      gpointer data)
{
  TsMeasure now = *estimate;

  if (stats->n_finite > 0 && now.stats.n_finite > 0) {
    now.stats.min = MIN (now.stats.min, stats->min);
    now.stats.max = MAX (now.stats.max, stats->max);
  }
  now.stats.n_nan = MAX (now.stats.n_nan, stats->n_nan);
  now.stats.n_posinf = MAX (now.stats.n_posinf, stats->n_posinf);
  now.stats.n_neginf = MAX (now.stats.n_neginf, stats->n_neginf);
  now.stats.all_integers = now.stats.all_integers && stats->all_integers;
  now.fraction = (double) n_counted / (double) MAX (now.n_elements, 1);
  func (&now, data);
}

gboolean
ts_measure_all (TsTensor *const *tensors,
                gsize n_tensors,
                TsMeasureFunc func,
                gpointer data,
                TsMeasure *measure,
                GCancellable *cancellable,
                GError **error)
{
  TsMeasure estimate;
  guint64 n_counted = 0;
  gint64 told_us;

  if (func != NULL) {
    if (!ts_measure_sample (tensors, n_tensors, &estimate, cancellable, error))
      return FALSE;
    func (&estimate, data);
  }
  told_us = g_get_monotonic_time ();
  measure_init (measure, tensors, n_tensors);
  for (gsize k = 0; k < n_tensors; k++) {
    Pieces pieces;

    pieces_init (&pieces, tensors[k], PIECE_ELEMENTS);
    for (guint64 i = 0; i < pieces.n; i++) {
      if (!add_piece (&pieces, i, &measure->stats, &n_counted, cancellable, error))
        return FALSE;
      if (func != NULL && g_get_monotonic_time () - told_us > TELL_US) {
        tell (&estimate, &measure->stats, n_counted, func, data);
        told_us = g_get_monotonic_time ();
      }
    }
  }
  measure->fraction = 1;
  return TRUE;
}
