/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-name-template.h"

#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* File systems hold 255 bytes; what is left is for the suffix and a number. */
#define MAX_STEM_BYTES  200
#define MAX_FIELD_BYTES 80
#define MAX_WIDTH       20

/* As ts_name_builtin_fields. */
typedef enum {
  FIELD_STEM,
  FIELD_KEY,
  FIELD_INDEX,
  FIELD_N,
  FIELD_CHANNEL,
  FIELD_ROW,
  FIELD_COL,
  FIELD_DATE,
  FIELD_TIME,
  FIELD_PARAM,
  FIELD_LITERAL,
} Field;

const char *const ts_name_builtin_fields[] = {
  [FIELD_STEM] = "stem",       [FIELD_KEY] = "key",  [FIELD_INDEX] = "index", [FIELD_N] = "n",
  [FIELD_CHANNEL] = "channel", [FIELD_ROW] = "row",  [FIELD_COL] = "col",     [FIELD_DATE] = "date",
  [FIELD_TIME] = "time",       [FIELD_PARAM] = NULL,
};

typedef struct
{
  Field field;
  guint param;
  guint width;   /* 0: the field's own */
  char *literal; /* sanitised */
} Segment;

struct _TsNameTemplate
{
  gboolean is_text; /* for people: nothing is replaced or padded unasked */
  GArray *segments;
};

static void
clear_segment (gpointer data)
{
  g_free (((Segment *) data)->literal);
}

/* Appends @text with everything replaced that a file name (or a line of text) should not have. */
static void
append_sanitized (const TsNameTemplate *self, GString *out, const char *text, gsize max_bytes)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  gsize start = out->len;

  for (const char *p = valid; *p != '\0' && out->len - start < max_bytes;
       p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (self->is_text)
      g_string_append_unichar (out, g_unichar_iscntrl (c) ? ' ' : c);
    else if (g_unichar_isalnum (c) || c == '-' || c == '_' || c == '+' || c == '=')
      g_string_append_unichar (out, c);
    else
      g_string_append_c (out, '_');
  }
}

static char *
list_fields (TsParams *params)
{
  GString *out = g_string_new (NULL);

  for (gsize i = 0; ts_name_builtin_fields[i] != NULL; i++)
    g_string_append_printf (out, "%s{%s}", i > 0 ? ", " : "", ts_name_builtin_fields[i]);
  for (guint i = 0; params != NULL && i < MIN (ts_params_get_n (params), 20); i++)
    if (ts_params_is_scalar (params, i))
      g_string_append_printf (out, ", {%s}", ts_params_get_key (params, i));
  return g_string_free (out, FALSE);
}

/* @text: what stands between the braces */
static gboolean
parse_field (const char *text, TsParams *params, Segment *segment, GError **error)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *name =
      colon != NULL ? g_strndup (text, (gsize) (colon - text)) : g_strdup (text);
  guint64 width = 0;

  if (colon != NULL && (!g_ascii_string_to_unsigned (colon + 1, 10, 1, MAX_WIDTH, &width, NULL))) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("name template: the width in {%s} must be a number of 1 to %d"), text,
                    MAX_WIDTH);
    return FALSE;
  }
  segment->width = (guint) width;

  for (gsize i = 0; ts_name_builtin_fields[i] != NULL; i++) {
    if (g_str_equal (name, ts_name_builtin_fields[i])) {
      segment->field = (Field) i;
      return TRUE;
    }
  }

  int param = params != NULL ? ts_params_find (params, name) : -1;

  if (param >= 0 && ts_params_is_scalar (params, (guint) param)) {
    segment->field = FIELD_PARAM;
    segment->param = (guint) param;
    return TRUE;
  }

  g_autofree char *known = list_fields (params);

  g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
               _ ("name template: there is no field {%s} here; there are %s"), name, known);
  return FALSE;
}

static void
flush_literal (TsNameTemplate *self, GString *literal)
{
  Segment segment = { .field = FIELD_LITERAL };
  GString *clean;

  if (literal->len == 0)
    return;
  clean = g_string_new (NULL);
  append_sanitized (self, clean, literal->str, G_MAXSIZE);
  segment.literal = g_string_free (clean, FALSE);
  g_array_append_val (self->segments, segment);
  g_string_truncate (literal, 0);
}

static gboolean
parse_template (TsNameTemplate *self, const char *text, TsParams *params, GError **error)
{
  g_autoptr (GString) literal = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++) {
    if ((p[0] == '{' && p[1] == '{') || (p[0] == '}' && p[1] == '}')) {
      g_string_append_c (literal, *p++);
      continue;
    }
    if (*p == '}') {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   _ ("name template: “}” without “{” at character %ld"),
                      g_utf8_pointer_to_offset (text, p) + 1);
      return FALSE;
    }
    if (*p == '/' && !self->is_text) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   _ ("name template: a name cannot hold “/”; choose the folder instead"));
      return FALSE;
    }
    if (*p != '{') {
      g_string_append_c (literal, *p);
      continue;
    }

    const char *end = strchr (p, '}');
    Segment segment = { .field = FIELD_LITERAL };

    if (end == NULL) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   _ ("name template: “{” without “}” at character %ld"),
                      g_utf8_pointer_to_offset (text, p) + 1);
      return FALSE;
    }

    g_autofree char *inside = g_strndup (p + 1, (gsize) (end - p - 1));

    flush_literal (self, literal);
    if (!parse_field (inside, params, &segment, error))
      return FALSE;
    g_array_append_val (self->segments, segment);
    p = end;
  }
  flush_literal (self, literal);
  if (self->segments->len == 0) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, _ ("name template: it is empty"));
    return FALSE;
  }
  return TRUE;
}

static TsNameTemplate *
new_template (const char *text, gboolean is_text, TsParams *params, GError **error)
{
  g_autoptr (TsNameTemplate) self = g_new0 (TsNameTemplate, 1);

  self->is_text = is_text;
  self->segments = g_array_new (FALSE, FALSE, sizeof (Segment));
  g_array_set_clear_func (self->segments, clear_segment);
  if (!g_utf8_validate (text, -1, NULL)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, _ ("name template: it is not UTF-8 text"));
    return NULL;
  }
  if (!parse_template (self, text, params, error))
    return NULL;
  return g_steal_pointer (&self);
}

TsNameTemplate *
ts_name_template_new (const char *text, TsParams *params, GError **error)
{
  return new_template (text, FALSE, params, error);
}

TsNameTemplate *
ts_name_template_new_for_text (const char *text, TsParams *params, GError **error)
{
  return new_template (text, TRUE, params, error);
}

void
ts_name_template_free (TsNameTemplate *self)
{
  g_array_unref (self->segments);
  g_free (self);
}

static guint
count_digits (guint64 value)
{
  guint n = 1;

  for (; value >= 10; value /= 10)
    n++;
  return n;
}

/* Padded to as many digits as @last has, so that names sort. */
static void
append_number (const TsNameTemplate *self,
               GString *out,
               guint64 value,
               guint64 last,
               guint min_width)
{
  guint width = self->is_text ? min_width : MAX (min_width, count_digits (last));

  g_string_append_printf (out, "%0*" G_GINT64_MODIFIER "u", (int) width, value);
}

/* A value from the dump; whole numbers are padded when a width was asked for. */
static void
append_value (const TsNameTemplate *self, GString *out, const char *text, guint width)
{
  gsize n_digits = strspn (text + (text[0] == '-'), "0123456789");
  gboolean is_whole = n_digits > 0 && text[(text[0] == '-') + n_digits] == '\0';

  if (is_whole && width > n_digits) {
    if (text[0] == '-')
      g_string_append_c (out, *text++);
    for (gsize i = n_digits; i < width; i++)
      g_string_append_c (out, '0');
  }
  append_sanitized (self, out, text, MAX_FIELD_BYTES);
}

static gboolean
append_segment (const TsNameTemplate *self,
                GString *out,
                const Segment *segment,
                const TsNameContext *context,
                guint64 index,
                guint64 n,
                GCancellable *cancellable,
                GError **error)
{
  guint64 last_row = (MAX (context->n_images, 1) - 1) / MAX (context->n_columns, 1);
  g_autofree char *text = NULL;

  switch (segment->field) {
  case FIELD_STEM:
    append_sanitized (self, out, context->stem, MAX_FIELD_BYTES);
    break;
  case FIELD_KEY:
    append_sanitized (self, out, context->key, MAX_FIELD_BYTES);
    break;
  case FIELD_CHANNEL:
    append_sanitized (self, out, context->channel, MAX_FIELD_BYTES);
    break;
  case FIELD_DATE:
    append_sanitized (self, out, context->date, MAX_FIELD_BYTES);
    break;
  case FIELD_TIME:
    append_sanitized (self, out, context->time, MAX_FIELD_BYTES);
    break;
  case FIELD_INDEX:
    append_number (self, out, index, MAX (context->n_images, 1) - 1, segment->width);
    break;
  case FIELD_N:
    append_number (self, out, n, MAX (context->n_total, 1) - 1, segment->width);
    break;
  case FIELD_ROW:
    append_number (self, out, index / MAX (context->n_columns, 1), last_row, segment->width);
    break;
  case FIELD_COL:
    append_number (self, out, index % MAX (context->n_columns, 1), MAX (context->n_columns, 1) - 1,
                   segment->width);
    break;
  case FIELD_PARAM:
    text = ts_params_dup_text (context->params, segment->param, index, cancellable, error);
    if (text == NULL)
      return FALSE;
    append_value (self, out, text, segment->width);
    break;
  case FIELD_LITERAL:
  default:
    g_string_append (out, segment->literal);
    break;
  }
  return TRUE;
}

char *
ts_name_template_expand (TsNameTemplate *self,
                         const TsNameContext *context,
                         guint64 index,
                         guint64 n,
                         GCancellable *cancellable,
                         GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < self->segments->len; i++)
    if (!append_segment (self, out, &g_array_index (self->segments, Segment, i), context, index, n,
                         cancellable, error))
      return NULL;

  if (self->is_text)
    return g_string_free (g_steal_pointer (&out), FALSE);
  if (out->len == 0) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("the name of image %" PRIu64 " is empty"), index);
    return NULL;
  }
  if (out->len > MAX_STEM_BYTES) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("the name of image %" PRIu64 " is longer than %d bytes"), index,
                    MAX_STEM_BYTES);
    return NULL;
  }
  /* A leading "-" looks like an option to other programs. */
  if (out->str[0] == '-')
    out->str[0] = '_';
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
ts_name_dup_stem (const char *name)
{
  g_autofree char *base = g_path_get_basename (name);
  char *dot = strrchr (base, '.');

  if (dot != NULL && dot != base)
    *dot = '\0';
  return g_steal_pointer (&base);
}
