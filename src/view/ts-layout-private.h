/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "view/ts-layout.h"

G_BEGIN_DECLS

/* The data step of the guess: looks at a few windows of the first, middle and last image. All give
 * "do not know" (NaN, FALSE) for what cannot be read. */

/* Correlation of neighbours along the axes @axis_h and @axis_w, the smaller of both: about 0.7..1
 * for pictures, 0 for vectors of noise. NaN when nothing can be said. */
double ts_layout_measure_smoothness (TsTensor *tensor, guint axis_h, guint axis_w);

/* Whether nearly all values lie in [0, 1] or in [-1, 1] (or are integers), as colours do. Checks
 * all channels of a channel axis. @known says whether there was anything to look at. */
gboolean ts_layout_values_look_like_colors (TsTensor *tensor, gboolean *known);

G_END_DECLS
