/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Loops of the area average. */

/* sums += row * weight */
void ts_kernel_add_float (const float *row, double weight, gsize n, double *sums);
void ts_kernel_add_double (const double *row, double weight, gsize n, double *sums);

/* Averages of 2 x 2 elements of two rows, sums in double; TRUE when one came out NaN. */
gboolean ts_kernel_halve_floats (const float *above, const float *below, gsize n_out, float *out);

/* out[x] = the sum of the @ratio elements from sums[ratio x] on, divided by @total; @ratio at least
 * 1
 */
void ts_kernel_box (const double *sums, guint ratio, gsize n_out, double total, double *out);

gboolean ts_kernel_has_nan (const double *values, gsize n);

G_END_DECLS
