/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-block.h"

G_BEGIN_DECLS

/**
 * TsJsonWriter:
 *
 * Writes strict JSON in pure ASCII, independent of the locale, into a string of the caller.
 * Numbers are exact: they read back to the same value of their dtype. Non-finite numbers are the
 * strings "NaN", "Infinity", "-Infinity", which NumPy turns back into numbers. A plain value; not
 * thread-safe. Members of objects up to @pretty_depth levels deep stand on lines of their own.
 */
typedef struct
{
  GString *out;
  guint depth;
  guint pretty_depth;
  gboolean need_comma;
} TsJsonWriter;

void ts_json_writer_init (TsJsonWriter *self, GString *out, guint pretty_depth);

void ts_json_writer_begin_object (TsJsonWriter *self);
void ts_json_writer_end_object (TsJsonWriter *self);
void ts_json_writer_begin_array (TsJsonWriter *self);
void ts_json_writer_end_array (TsJsonWriter *self);

/* The next value is that member of the open object. */
void ts_json_writer_name (TsJsonWriter *self, const char *name);

/* (nullable): null. Bytes that are not UTF-8 become U+FFFD. */
void ts_json_writer_string (TsJsonWriter *self, const char *text);
void ts_json_writer_int (TsJsonWriter *self, gint64 value);
void ts_json_writer_uint (TsJsonWriter *self, guint64 value);
void ts_json_writer_double (TsJsonWriter *self, double value);
void ts_json_writer_boolean (TsJsonWriter *self, gboolean value);
void ts_json_writer_null (TsJsonWriter *self);
/* The member @name where @value is true, else nothing. */
void ts_json_writer_flag (TsJsonWriter *self, const char *name, gboolean value);
/* One packed element of that dtype; a complex one as the string "1+2j". */
void ts_json_writer_element (TsJsonWriter *self, TsDtype dtype, const guint8 *element);
/* A b, x, t, d or s variant; anything else as its text form. */
void ts_json_writer_variant (TsJsonWriter *self, GVariant *value);
/* JSON text, copied as it is. */
void ts_json_writer_raw (TsJsonWriter *self, const char *json);

void ts_json_writer_doubles (TsJsonWriter *self, const double *values, guint n);
void ts_json_writer_uints (TsJsonWriter *self, const guint64 *values, guint n);
/* All elements as arrays nested to the block's shape; a bare number for rank 0. */
void ts_json_writer_block (TsJsonWriter *self, const TsBlock *block);
/* All elements row-major and little-endian as one base64 string. */
void ts_json_writer_block_base64 (TsJsonWriter *self, const TsBlock *block);

G_END_DECLS
