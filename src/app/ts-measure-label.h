/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-measure.h"
#include "view/ts-view.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * TsMeasureLabel:
 *
 * The values of tensors in a few numbers: first an estimate of a sample, called so, then the exact
 * ones. Very large tensors are counted through only when the user asks; counting can be stopped.
 *
 * Property: exact (gboolean): whether the numbers shown are those of all elements.
 */
#define TS_TYPE_MEASURE_LABEL (ts_measure_label_get_type ())
G_DECLARE_FINAL_TYPE (TsMeasureLabel, ts_measure_label, TS, MEASURE_LABEL, AdwBin)

/* @tensors: (nullable): the array is shared; what ran before ends. */
void ts_measure_label_set_tensors (TsMeasureLabel *self, GPtrArray *tensors);
/* Those that the images of @view (nullable) come from; many of them are looked up in the thread. */
void ts_measure_label_set_view (TsMeasureLabel *self, TsView *view);

/* What is known by now; (nullable). */
const TsMeasure *ts_measure_label_get_measure (TsMeasureLabel *self);

/* One or two lines for people: "-0.98 … 1 · mean 0.01 · std 0.5". */
char *ts_measure_label_describe (const TsMeasure *measure) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
