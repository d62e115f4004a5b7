/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Checked arithmetic for every size that comes from a file: FALSE on overflow, and then *out is
 * not to be used. (Compiler built-ins rather than g_uint64_checked_*: they also mix types.) */

static inline gboolean
ts_checked_add (guint64 a, guint64 b, guint64 *out)
{
  return !__builtin_add_overflow (a, b, out);
}

static inline gboolean
ts_checked_mul (guint64 a, guint64 b, guint64 *out)
{
  return !__builtin_mul_overflow (a, b, out);
}

/* offset + length <= size, without overflow */
static inline gboolean
ts_range_fits (guint64 offset, guint64 length, guint64 size)
{
  return offset <= size && length <= size - offset;
}

G_END_DECLS
