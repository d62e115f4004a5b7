/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bytes/ts-source.h"

G_BEGIN_DECLS

/* Converts @n_units units of @in to @out. Pure; called from any thread. */
typedef void (*TsMapFunc) (const guint8 *in, guint8 *out, gsize n_units);

/**
 * ts_mapped_source_new:
 * @offset: of the first unit in @parent, in bytes
 * @in_bytes: size of a unit in @parent
 * @out_bytes: size of what it becomes
 *
 * @n_units units of @parent, each converted by @map when read. Random access; holds no bytes.
 * Errors: %TS_ERROR_TRUNCATED (the units do not lie inside @parent), %TS_ERROR_CORRUPT (overflow).
 */
TsSource *ts_mapped_source_new (TsSource *parent,
                                guint64 offset,
                                guint64 n_units,
                                gsize in_bytes,
                                gsize out_bytes,
                                TsMapFunc map,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ts_gather_source_new:
 * @offset: of the first element in @parent, in bytes
 * @element_bytes: size of an element
 * @dims: sizes of @n_dims axes, at most 128 of them
 * @strides_bytes: from one element to the next along each axis
 *
 * Elements that lie scattered in @parent, as packed bytes with the last axis running fastest. For
 * strides that are no multiples of the element (fields of packed records); what a tensor can say
 * with its own strides needs no such source. Random access; holds no bytes. Errors as above.
 */
TsSource *ts_gather_source_new (TsSource *parent,
                                guint64 offset,
                                gsize element_bytes,
                                guint n_dims,
                                const guint64 *dims,
                                const guint64 *strides_bytes,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
