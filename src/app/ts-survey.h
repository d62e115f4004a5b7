/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-resolve.h"

G_BEGIN_DECLS

#define TS_SURVEY_BINS 128

/**
 * TsSurvey:
 *
 * What the values of a batch are like, found out in a thread: a sample of them for the histogram,
 * and which images hold NaN or infinities (not for batches too large to read through unasked). Main
 * thread only; the thread stops when the last reference goes.
 *
 * Signal "changed": there is more to know.
 */
#define TS_TYPE_SURVEY (ts_survey_get_type ())
G_DECLARE_FINAL_TYPE (TsSurvey, ts_survey, TS, SURVEY, GObject)

TsSurvey *ts_survey_new (TsBatchStats *stats) G_GNUC_WARN_UNUSED_RESULT;

/* Channels that the sample tells apart, at most 4 (others: all in one); 0 until it is there. */
guint ts_survey_get_n_channels (TsSurvey *self);

typedef struct
{
  double lo, hi; /* of the bins, in display units */
  guint n_channels;
  guint32 bins[4][TS_SURVEY_BINS];
  double below, above; /* fractions outside of the range, 0..1 */
} TsHistogramData;

/* The sample in display units of @recipe; @range_lo and @range_hi: what the range came to. With
 * @keep_span the bins span @data->lo to @data->hi as they are, else values and range are in sight.
 */
gboolean ts_survey_get_histogram (TsSurvey *self,
                                  const TsRecipe *recipe,
                                  double range_lo,
                                  double range_hi,
                                  gboolean keep_span,
                                  TsHistogramData *data);

/* Smallest and largest finite value of the sample in display units. */
gboolean ts_survey_get_extremes (TsSurvey *self, const TsRecipe *recipe, double *lo, double *hi);

/* Images known to hold NaN or infinities. */
guint ts_survey_get_n_bad (TsSurvey *self);
/* The next such image after @index, around the end; -1 for none. */
gint64 ts_survey_find_bad (TsSurvey *self, guint64 index);

G_END_DECLS
