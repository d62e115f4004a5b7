/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* As NumPy 2 (NPY_MAXDIMS). */
#define TS_MAX_DIMS 64

/**
 * TsShape:
 *
 * The sizes of the axes in elements, first axis first. A plain value; n_dims 0 is a scalar with one
 * element.
 */
typedef struct
{
  guint n_dims;
  guint64 dims[TS_MAX_DIMS];
} TsShape;

/* Sets @self to the @n_dims sizes given (n_dims at most TS_MAX_DIMS). */
void ts_shape_init (TsShape *self, guint n_dims, const guint64 *dims);

/* The product of all sizes; %FALSE if it does not fit 63 bits. */
gboolean ts_shape_count (const TsShape *self, guint64 *n_elements);

gboolean ts_shape_equal (const TsShape *a, const TsShape *b);

/* "64×3×64×64", "scalar" for no axes; for people. */
char *ts_shape_to_string (const TsShape *self) G_GNUC_WARN_UNUSED_RESULT;

/* Strides in elements of a row-major (C) or column-major (Fortran) array. */
void ts_shape_get_c_strides (const TsShape *self, gint64 strides_elems[TS_MAX_DIMS]);
void ts_shape_get_fortran_strides (const TsShape *self, gint64 strides_elems[TS_MAX_DIMS]);

G_END_DECLS
