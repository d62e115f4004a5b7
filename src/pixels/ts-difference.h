/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-recipe.h"

G_BEGIN_DECLS

/* One image and how its values are meant: the un-normalisation of @recipe counts, nothing else. */
typedef struct
{
  TsBatch *batch;
  guint64 index;
  const TsRecipe *recipe;
} TsDifferenceSide;

/**
 * ts_difference_new:
 *
 * @b minus @a, element by element, as a batch of one image ("HWC"): (x * std + mean) / value_scale
 * of each side, the units in which ranges are given, subtracted in float64 and kept as float32, or
 * float64 when an element of either side holds more. Equal elements give 0, also infinities of one
 * sign and NaN against NaN; NaN against a number gives NaN. Nothing is read before the batch is.
 *
 * %TS_ERROR_INVALID when the sizes differ (the message names both), %TS_ERROR_REFUSED above 1 GiB.
 */
TsBatch *ts_difference_new (const TsDifferenceSide *a,
                            const TsDifferenceSide *b,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How a difference is shown: the channel that differs most, with its sign, blue below and red above
 * zero, symmetric about it. */
void ts_difference_init_recipe (TsRecipe *recipe);

G_END_DECLS
