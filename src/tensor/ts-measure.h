/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-stats.h"
#include "tensor/ts-tensor.h"

G_BEGIN_DECLS

/**
 * TsMeasure:
 * @stats: of what was looked at so far
 * @is_estimate: not of all elements: of a sample that is spread over them
 * @n_elements: of the tensors
 * @fraction: of the elements, how many were counted on the way to the exact numbers, 0 to 1
 *
 * Statistics while they are being found. A plain value.
 */
typedef struct
{
  TsStats stats;
  gboolean is_estimate;
  guint64 n_elements;
  double fraction;
} TsMeasure;

/* Told what is known now, in the thread that measures; more than a few times a second never. */
typedef void (*TsMeasureFunc) (const TsMeasure *measure, gpointer data);

/* How much a sample reads at most, in elements. */
#define TS_MEASURE_SAMPLE (1u << 20)

/**
 * ts_measure_sample:
 * @tensors: all elements of them
 *
 * Statistics of at most %TS_MEASURE_SAMPLE elements that are spread over the tensors, from front to
 * back: an estimate, or exact when there are no more than that. Blocks for a short time;
 * cancellable.
 */
gboolean ts_measure_sample (TsTensor *const *tensors,
                            gsize n_tensors,
                            TsMeasure *measure,
                            GCancellable *cancellable,
                            GError **error);

/**
 * ts_measure_all:
 * @func: (nullable): first gets the estimate of ts_measure_sample(), then the same again as it goes
 * on, with @fraction growing and smallest and largest value as far as they are known
 * @measure: (out): the exact statistics
 *
 * Statistics of every element, by pieces. Blocks for as long as that takes; cancellable.
 */
gboolean ts_measure_all (TsTensor *const *tensors,
                         gsize n_tensors,
                         TsMeasureFunc func,
                         gpointer data,
                         TsMeasure *measure,
                         GCancellable *cancellable,
                         GError **error);

G_END_DECLS
