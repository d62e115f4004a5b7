/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-stats.h"
#include "view/ts-batch.h"

G_BEGIN_DECLS

typedef enum {
  TS_VALUE_RANGE_EMPTY,       /* nothing finite */
  TS_VALUE_RANGE_CONSTANT,    /* min == max */
  TS_VALUE_RANGE_INTEGER,     /* the dtype's own range, or min..max of integers */
  TS_VALUE_RANGE_UNIT,        /* [0,1], maybe with overshoot */
  TS_VALUE_RANGE_TANH,        /* [-1,1] */
  TS_VALUE_RANGE_BYTE,        /* floats in [0,255] */
  TS_VALUE_RANGE_IMAGENET,    /* looks ImageNet-normalised: offer, do not apply */
  TS_VALUE_RANGE_CLIP,        /* looks CLIP-normalised: offer, do not apply */
  TS_VALUE_RANGE_DIVERGING,   /* around zero: symmetric */
  TS_VALUE_RANGE_PERCENTILES, /* anything else: percentiles 0.5 .. 99.5 */
  TS_VALUE_RANGE_LABELS,      /* label map: few distinct integers, no channel axis */
} TsValueRangeKind;

const char *ts_value_range_kind_to_string (TsValueRangeKind kind); /* "unit", "tanh", ... */

/**
 * TsValueRange:
 * @lo, @hi: the fixed range to show, in raw values
 * @preset: (nullable) id of the normalisation preset to apply ("tanh", "unit", "u8")
 * @offer: (nullable) id of a preset to offer ("imagenet", "clip")
 * @reason: in words, static or owned by the struct's user: see ts_value_range_describe()
 *
 * The guess how values are meant, once per batch so that images stay comparable. A plain value.
 */
typedef struct
{
  TsValueRangeKind kind;
  double lo, hi;
  const char *preset;
  const char *offer;
  TsStats stats;    /* of the sample */
  gboolean exact;   /* every element was looked at */
  guint n_distinct; /* distinct values seen when all were integers, capped at 257 */
} TsValueRange;

/* Looks at a bounded sample (first, middle and last images, at most 2^18 elements). Rules: the
 * first match of the project's table (bool, integer types, [0,1], [-1,1], ...). Blocks. */
gboolean ts_value_range_guess (TsBatch *batch,
                               TsValueRange *range,
                               GCancellable *cancellable,
                               GError **error);

/* "values in [-1, 1]: shown as tanh output"; for people. */
char *ts_value_range_describe (const TsValueRange *range) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
