/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-figure-private.h"

G_BEGIN_DECLS

#define TS_FIGURE_MAX_TICKS 12
/* Gap, bar, ticks and the gap to their numbers, in points. */
#define TS_FIGURE_BAR_PT 17

typedef struct
{
  double fraction; /* 0 at the lower end, 1 at the upper */
  char text[32];
} TsFigureTick;

/* The values a colour bar runs through, and the round ones among them. */
typedef struct
{
  double lo, hi;
  guint n_ticks;
  TsFigureTick ticks[TS_FIGURE_MAX_TICKS];
} TsFigureBarScale;

/**
 * ts_figure_bar_measure:
 * @index: any image of the figure
 *
 * Finds the un-normalised values that the colours stand for, and fills @figure's bar_colors.
 * %TS_ERROR_INVALID where there is no such line of colours: several channels, labels, or a range of
 * its own for each image.
 */
gboolean ts_figure_bar_measure (TsFigure *figure,
                                const TsImageSize *size,
                                guint64 index,
                                TsFigureBarScale *scale,
                                GError **error);

/* Ticks at round numbers (1, 2 or 5 times a power of ten) from @lo to @hi. */
void ts_figure_bar_set_ticks (TsFigureBarScale *scale, double lo, double hi);

G_END_DECLS
