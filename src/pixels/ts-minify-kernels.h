/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Loops of the area average. */

/* sums += row * weight */
void ts_kernel_add_float (const float *row, double weight, gsize n, double *sums);
void ts_kernel_add_double (const double *row, double weight, gsize n, double *sums);

/* out[x] = (sums[2 x] + sums[2 x + 1]) / total */
void ts_kernel_halve (const double *sums, gsize n_out, double total, double *out);

gboolean ts_kernel_has_nan (const double *values, gsize n);

G_END_DECLS
