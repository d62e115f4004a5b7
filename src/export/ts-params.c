/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-params.h"

#include "export/ts-digits.h"

#include <math.h>
#include <string.h>

/* A row of more elements is data, not a fact about the image. */
#define MAX_ROW_ELEMENTS 64
/* A state dict has thousands of counters; they say nothing about an image. */
#define MAX_CONSTANTS  256
#define MAX_TEXT_BYTES 2048

typedef struct
{
  char *key;
  const TsField *field; /* or */
  TsNode *node;         /* a constant, or */
  TsNode *texts;        /* a list with one text an image */
  gboolean scalar;
} Param;

struct _TsParams
{
  TsPairing *pairing;
  GArray *params;
};

static void
clear_param (gpointer data)
{
  g_free (((Param *) data)->key);
}

static gboolean
has_key (TsParams *self, const char *key)
{
  for (guint i = 0; i < self->params->len; i++)
    if (g_str_equal (g_array_index (self->params, Param, i).key, key))
      return TRUE;
  return FALSE;
}

/* "label", or the last part of the path, or the path when that is taken. */
static char *
choose_key (TsParams *self, const char *role_key, const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *last = slash != NULL && slash[1] != '\0' ? slash + 1 : path;

  if (role_key != NULL && !has_key (self, role_key))
    return g_strdup (role_key);
  return g_strdup (has_key (self, last) ? path : last);
}

static void
add_field (TsParams *self, const TsField *field)
{
  const TsShape *shape = ts_tensor_get_shape (field->tensor);
  const char *role_key = NULL;
  guint64 row_elements = 1;

  for (guint axis = 1; axis < shape->n_dims; axis++)
    if (__builtin_mul_overflow (row_elements, shape->dims[axis], &row_elements))
      return;
  if (field->role == TS_FIELD_LATENT || row_elements > MAX_ROW_ELEMENTS)
    return;
  if (field->role != TS_FIELD_OTHER)
    role_key = ts_field_role_to_string (field->role);

  Param param = {
    .key = choose_key (self, role_key, field->name),
    .field = field,
    .scalar = row_elements == 1,
  };

  g_array_append_val (self->params, param);
}

static void
add_constant (TsParams *self, TsNode *node)
{
  Param param = { .key = choose_key (self, NULL, ts_node_get_path (node)),
                  .node = node,
                  .scalar = TRUE };

  g_array_append_val (self->params, param);
}

static void
add_texts (TsParams *self, TsNode *list)
{
  Param param = { .key = choose_key (self, NULL, ts_node_get_path (list)),
                  .texts = list,
                  .scalar = TRUE };

  g_array_append_val (self->params, param);
}

/* (nullable): the text of the param for that image, or for all. */
static const char *
get_text (const Param *param, guint64 image)
{
  if (param->texts == NULL)
    return ts_node_get_text (param->node);
  if (image >= ts_node_get_n_children (param->texts))
    return NULL;
  return ts_node_get_text (ts_node_get_child (param->texts, (guint) image));
}

TsParams *
ts_params_new (TsPairing *pairing)
{
  TsParams *self = g_new0 (TsParams, 1);
  GPtrArray *constants = ts_pairing_get_constants (pairing);
  GPtrArray *text_lists = ts_pairing_get_text_lists (pairing);

  self->pairing = g_object_ref (pairing);
  self->params = g_array_new (FALSE, FALSE, sizeof (Param));
  g_array_set_clear_func (self->params, clear_param);
  for (guint i = 0; i < ts_pairing_get_n_fields (pairing); i++)
    add_field (self, ts_pairing_get_field (pairing, i));
  for (guint i = 0; text_lists != NULL && i < MIN (text_lists->len, MAX_CONSTANTS); i++)
    add_texts (self, g_ptr_array_index (text_lists, i));
  for (guint i = 0; constants != NULL && i < MIN (constants->len, MAX_CONSTANTS); i++)
    add_constant (self, g_ptr_array_index (constants, i));
  return self;
}

void
ts_params_free (TsParams *self)
{
  g_array_unref (self->params);
  g_object_unref (self->pairing);
  g_free (self);
}

guint
ts_params_get_n (TsParams *self)
{
  return self->params->len;
}

const char *
ts_params_get_key (TsParams *self, guint param)
{
  return g_array_index (self->params, Param, param).key;
}

gboolean
ts_params_is_scalar (TsParams *self, guint param)
{
  return g_array_index (self->params, Param, param).scalar;
}

int
ts_params_find (TsParams *self, const char *key)
{
  for (guint i = 0; i < self->params->len; i++)
    if (g_str_equal (g_array_index (self->params, Param, i).key, key))
      return (int) i;

  const TsField *field = ts_pairing_find (self->pairing, key);

  for (guint i = 0; field != NULL && i < self->params->len; i++)
    if (g_array_index (self->params, Param, i).field == field)
      return (int) i;
  return -1;
}

static char *
dup_short_text (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  if (strlen (valid) <= MAX_TEXT_BYTES)
    return g_steal_pointer (&valid);
  *g_utf8_find_prev_char (valid, valid + MAX_TEXT_BYTES) = '\0';
  return g_strconcat (valid, "...", NULL);
}

gboolean
ts_params_write_json (TsParams *self,
                      guint param,
                      guint64 image,
                      TsJsonWriter *writer,
                      GCancellable *cancellable,
                      GError **error)
{
  const Param *p = &g_array_index (self->params, Param, param);

  if (p->node != NULL && ts_node_get_value (p->node) != NULL) {
    ts_json_writer_variant (writer, ts_node_get_value (p->node));
    return TRUE;
  }
  if (p->node != NULL || p->texts != NULL) {
    const char *whole = get_text (p, image);
    g_autofree char *text = whole != NULL ? dup_short_text (whole) : NULL;

    ts_json_writer_string (writer, text);
    return TRUE;
  }

  g_autoptr (TsBlock) row = ts_field_read_row (p->field, image, cancellable, error);

  if (row == NULL)
    return FALSE;
  if (p->scalar)
    ts_json_writer_element (writer, row->dtype, row->data);
  else
    ts_json_writer_block (writer, row);
  return TRUE;
}

char *
ts_params_dup_text (TsParams *self,
                    guint param,
                    guint64 image,
                    GCancellable *cancellable,
                    GError **error)
{
  const Param *p = &g_array_index (self->params, Param, param);

  if (p->texts != NULL)
    return g_strdup (get_text (p, image) != NULL ? get_text (p, image) : "");
  if (p->node != NULL) {
    GVariant *value = ts_node_get_value (p->node);
    char digits[TS_DIGITS_SIZE];

    if (value == NULL)
      return g_strdup (ts_node_get_text (p->node) != NULL ? ts_node_get_text (p->node) : "");
    if (!g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
      return g_variant_print (value, FALSE);
    if (!isfinite (g_variant_get_double (value)))
      return g_variant_print (value, FALSE);
    ts_digits_format (digits, g_variant_get_double (value), TS_DTYPE_FLOAT64);
    return g_strdup (digits);
  }

  g_autoptr (TsBlock) row = ts_field_read_row (p->field, image, cancellable, error);

  return row != NULL ? ts_dtype_format_element (row->dtype, row->data) : NULL;
}
