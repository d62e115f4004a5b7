/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-json-writer.h"

#include "base/ts-half.h"
#include "export/ts-digits.h"

#include <math.h>
#include <string.h>

void
ts_json_writer_init (TsJsonWriter *self, GString *out, guint pretty_depth)
{
  *self = (TsJsonWriter){ .out = out, .pretty_depth = pretty_depth };
}

static void
start_value (TsJsonWriter *self)
{
  if (self->need_comma)
    g_string_append_c (self->out, ',');
  self->need_comma = TRUE;
}

static void
new_line (TsJsonWriter *self)
{
  g_string_append_printf (self->out, "\n%*s", (int) (2 * self->depth), "");
}

void
ts_json_writer_begin_object (TsJsonWriter *self)
{
  start_value (self);
  g_string_append_c (self->out, '{');
  self->depth++;
  self->need_comma = FALSE;
}

void
ts_json_writer_end_object (TsJsonWriter *self)
{
  gboolean was_pretty = self->depth <= self->pretty_depth && self->need_comma;

  self->depth--;
  if (was_pretty)
    new_line (self);
  g_string_append_c (self->out, '}');
  self->need_comma = TRUE;
}

void
ts_json_writer_begin_array (TsJsonWriter *self)
{
  start_value (self);
  g_string_append_c (self->out, '[');
  self->depth++;
  self->need_comma = FALSE;
}

void
ts_json_writer_end_array (TsJsonWriter *self)
{
  self->depth--;
  g_string_append_c (self->out, ']');
  self->need_comma = TRUE;
}

static void
append_unit (GString *out, guint unit)
{
  static const char hex[] = "0123456789abcdef";
  char escape[6] = {
    '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]
  };

  g_string_append_len (out, escape, sizeof escape);
}

static void
append_string (GString *out, const char *text)
{
  const char *end = text + strlen (text);

  g_string_append_c (out, '"');
  while (text < end) {
    gunichar c = g_utf8_get_char_validated (text, end - text);

    if (c == (gunichar) -1 || c == (gunichar) -2) {
      append_unit (out, 0xfffd);
      text++;
      continue;
    }
    if (c == '"' || c == '\\') {
      g_string_append_c (out, '\\');
      g_string_append_c (out, (char) c);
    } else if (c >= 0x20 && c < 0x7f) {
      g_string_append_c (out, (char) c);
    } else if (c == '\n') {
      g_string_append (out, "\\n");
    } else if (c == '\t') {
      g_string_append (out, "\\t");
    } else if (c < 0x10000) {
      append_unit (out, c);
    } else {
      append_unit (out, 0xd800 + ((c - 0x10000) >> 10));
      append_unit (out, 0xdc00 + ((c - 0x10000) & 0x3ff));
    }
    text = g_utf8_next_char (text);
  }
  g_string_append_c (out, '"');
}

void
ts_json_writer_name (TsJsonWriter *self, const char *name)
{
  start_value (self);
  if (self->depth <= self->pretty_depth)
    new_line (self);
  append_string (self->out, name);
  g_string_append (self->out, self->depth <= self->pretty_depth ? ": " : ":");
  self->need_comma = FALSE;
}

void
ts_json_writer_string (TsJsonWriter *self, const char *text)
{
  start_value (self);
  if (text == NULL)
    g_string_append (self->out, "null");
  else
    append_string (self->out, text);
}

void
ts_json_writer_int (TsJsonWriter *self, gint64 value)
{
  char text[24];

  start_value (self);
  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, value);
  g_string_append (self->out, text);
}

void
ts_json_writer_uint (TsJsonWriter *self, guint64 value)
{
  char text[24];

  start_value (self);
  g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT, value);
  g_string_append (self->out, text);
}

static void
append_float (GString *out, double value, TsDtype dtype)
{
  char text[TS_DIGITS_SIZE];

  if (isnan (value))
    g_string_append (out, "\"NaN\"");
  else if (isinf (value))
    g_string_append (out, value < 0 ? "\"-Infinity\"" : "\"Infinity\"");
  else
    g_string_append_len (out, text, (gssize) ts_digits_format (text, value, dtype));
}

void
ts_json_writer_double (TsJsonWriter *self, double value)
{
  start_value (self);
  append_float (self->out, value, TS_DTYPE_FLOAT64);
}

void
ts_json_writer_boolean (TsJsonWriter *self, gboolean value)
{
  start_value (self);
  g_string_append (self->out, value ? "true" : "false");
}

void
ts_json_writer_flag (TsJsonWriter *self, const char *name, gboolean value)
{
  if (!value)
    return;
  ts_json_writer_name (self, name);
  ts_json_writer_boolean (self, TRUE);
}

void
ts_json_writer_null (TsJsonWriter *self)
{
  start_value (self);
  g_string_append (self->out, "null");
}

void
ts_json_writer_raw (TsJsonWriter *self, const char *json)
{
  start_value (self);
  g_string_append (self->out, json);
}

void
ts_json_writer_element (TsJsonWriter *self, TsDtype dtype, const guint8 *element)
{
  const TsDtypeInfo *info = ts_dtype_get_info (dtype);
  double value;

  start_value (self);
  switch (info->dtype_class) {
  case TS_DTYPE_CLASS_BOOL:
    g_string_append (self->out, *element != 0 ? "true" : "false");
    return;
  case TS_DTYPE_CLASS_FLOAT:
    info->load (element, 0, 1, &value);
    append_float (self->out, value, dtype);
    return;
  case TS_DTYPE_CLASS_INTEGER:
  case TS_DTYPE_CLASS_COMPLEX:
  default:
    break;
  }

  g_autofree char *text = ts_dtype_format_element (dtype, element);

  if (info->dtype_class == TS_DTYPE_CLASS_INTEGER)
    g_string_append (self->out, text);
  else
    append_string (self->out, text);
}

void
ts_json_writer_variant (TsJsonWriter *self, GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN)) {
    ts_json_writer_boolean (self, g_variant_get_boolean (value));
  } else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64)) {
    ts_json_writer_int (self, g_variant_get_int64 (value));
  } else if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT64)) {
    ts_json_writer_uint (self, g_variant_get_uint64 (value));
  } else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE)) {
    ts_json_writer_double (self, g_variant_get_double (value));
  } else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)) {
    ts_json_writer_string (self, g_variant_get_string (value, NULL));
  } else {
    g_autofree char *text = g_variant_print (value, FALSE);

    ts_json_writer_string (self, text);
  }
}

void
ts_json_writer_doubles (TsJsonWriter *self, const double *values, guint n)
{
  ts_json_writer_begin_array (self);
  for (guint i = 0; i < n; i++)
    ts_json_writer_double (self, values[i]);
  ts_json_writer_end_array (self);
}

void
ts_json_writer_uints (TsJsonWriter *self, const guint64 *values, guint n)
{
  ts_json_writer_begin_array (self);
  for (guint i = 0; i < n; i++)
    ts_json_writer_uint (self, values[i]);
  ts_json_writer_end_array (self);
}

static void
write_axis (TsJsonWriter *self, const TsBlock *block, guint axis, const guint8 *element)
{
  gsize size = ts_dtype_get_size (block->dtype);

  if (axis == block->n_dims) {
    ts_json_writer_element (self, block->dtype, element);
    return;
  }
  ts_json_writer_begin_array (self);
  for (guint64 i = 0; i < block->dims[axis]; i++)
    write_axis (self, block, axis + 1,
                element + (gssize) i * (gssize) block->strides_elems[axis] * (gssize) size);
  ts_json_writer_end_array (self);
}

void
ts_json_writer_block (TsJsonWriter *self, const TsBlock *block)
{
  write_axis (self, block, 0, block->data);
}

void
ts_json_writer_block_base64 (TsJsonWriter *self, const TsBlock *block)
{
  guint64 n_elements = ts_block_get_n_elements (block);
  gsize n_bytes = (gsize) n_elements * ts_dtype_get_size (block->dtype);
  g_autofree guint8 *bytes = g_malloc (MAX (n_bytes, 1));

  ts_block_copy_packed (block, bytes);
  if (G_BYTE_ORDER == G_BIG_ENDIAN)
    ts_dtype_swap_bytes (block->dtype, bytes, (gsize) n_elements);

  g_autofree char *text = g_base64_encode (bytes, n_bytes);

  start_value (self);
  g_string_append_c (self->out, '"');
  g_string_append (self->out, text);
  g_string_append_c (self->out, '"');
}
