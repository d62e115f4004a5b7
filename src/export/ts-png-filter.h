/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Kinds of row filters by their number in the file. */
typedef enum {
  TS_PNG_FILTER_NONE,
  TS_PNG_FILTER_SUB,
  TS_PNG_FILTER_UP,
  TS_PNG_FILTER_AVERAGE,
  TS_PNG_FILTER_PAETH,
  TS_PNG_N_FILTERS
} TsPngFilter;

/* Filters a row of @n_bytes with @bpp bytes a pixel into @out; @above is all 0 for the first row.
 * The three do not overlap. */
void ts_png_filter_row (TsPngFilter filter,
                        const guint8 *row,
                        const guint8 *above,
                        gsize n_bytes,
                        gsize bpp,
                        guint8 *out);

/* How much is left, by the sum of the bytes read as signed numbers. */
guint64 ts_png_sum_magnitudes (const guint8 *filtered, gsize n_bytes);

G_END_DECLS
