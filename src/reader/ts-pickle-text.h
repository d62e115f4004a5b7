/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The texts of the pickle format: pure functions over untrusted bytes. */

/* UTF-8 that may hold NUL and lone surrogates, as Python writes it with "surrogatepass". */
gboolean ts_pickle_text_is_valid (const guint8 *text, gsize length);

/* Decimal text with optional sign and blanks around; %FALSE unless all of it is one. *@is_big says
 * that it does not fit gint64. */
gboolean
ts_pickle_text_parse_int (const char *text, gsize length, gint64 *integer, gboolean *is_big);

/* Like Python's float (): %FALSE unless all of the text is one. */
gboolean ts_pickle_text_parse_double (const char *text, gsize length, double *number);

/* Undoes the escapes of a Python 2 string literal, quotes already gone; @out has room for @length.
 * %FALSE for a broken escape. */
gboolean ts_pickle_text_unescape (const guint8 *text, gsize length, guint8 *out, gsize *out_length);

/* Undoes raw-unicode-escape; @out has room for 2 * @length. %FALSE for a broken escape. */
gboolean
ts_pickle_text_unescape_unicode (const guint8 *text, gsize length, guint8 *out, gsize *out_length);

/* Code points, all of them below 256, as bytes. @out has room for @length, @out_length bytes are
 * written. %FALSE when the text holds others or is no UTF-8. */
gboolean
ts_pickle_text_to_latin1 (const guint8 *text, gsize length, guint8 *out, gsize *out_length);

/* Valid UTF-8 without NUL: the text itself where it is, else @as_latin1 read as latin-1 or with
 * replacement characters. */
char *ts_pickle_text_for_people (const guint8 *text,
                                 gsize length,
                                 gboolean as_latin1) G_GNUC_WARN_UNUSED_RESULT;

/* A little-endian two's complement number as decimal text, or as its number of bits when long. */
char *ts_pickle_text_from_long (const guint8 *bytes, gsize n_bytes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
