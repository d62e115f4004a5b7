/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-latents.h"

#include "app/ts-number-row.h"
#include "app/ts-value-text.h"
#include "base/ts-error.h"
#include "export/ts-json-writer.h"

#include <glib/gi18n.h>
#include <math.h>

/* Elements spelled out, and the most that a row may have to be read for a look. */
#define MAX_SHOWN    8
#define MAX_ELEMENTS ((guint64) 1 << 24)

static void
latent_free (TsLatent *latent)
{
  g_free (latent->name);
  g_free (latent->summary);
  g_free (latent->text);
  g_free (latent->range);
  g_free (latent->values);
  g_free (latent->error);
  g_free (latent);
}

static const char *
get_role_title (TsFieldRole role)
{
  switch (role) {
  case TS_FIELD_LATENT:
    return _ ("latent");
  case TS_FIELD_LABEL:
    return _ ("label");
  case TS_FIELD_SEED:
    return _ ("seed");
  case TS_FIELD_SCORE:
    return _ ("score");
  case TS_FIELD_OTHER:
  default:
    return NULL;
  }
}

/* The shape of a row: the array's without its first axis. */
static guint64
get_row_shape (const TsField *field, TsShape *shape)
{
  guint n_dims = MAX (ts_tensor_get_n_dims (field->tensor), 1) - 1;
  guint64 dims[TS_MAX_DIMS], n_elements;

  for (guint i = 0; i < n_dims; i++)
    dims[i] = ts_tensor_get_dim (field->tensor, i + 1);
  ts_shape_init (shape, n_dims, dims);
  return ts_shape_count (shape, &n_elements) ? n_elements : G_MAXUINT64;
}

static char *
describe_field (const TsField *field)
{
  const char *role = get_role_title (field->role);
  const char *dtype = ts_dtype_get_name (ts_tensor_get_dtype (field->tensor));
  GString *text = g_string_new (role);
  TsShape shape;

  get_row_shape (field, &shape);
  g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", dtype);
  for (guint i = 0; i < shape.n_dims; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i == 0 ? " · " : "×", shape.dims[i]);
  return g_string_free (text, FALSE);
}

static void
describe_block (TsLatent *latent, const TsBlock *block)
{
  guint64 n = ts_block_get_n_elements (block);
  g_autofree double *values = g_try_new (double, MAX (n, 1));
  TsStats stats;

  if (values == NULL)
    return;
  ts_block_load_doubles (block, values);
  latent->text = n == 1 ? ts_dtype_format_element (block->dtype, block->data)
                        : ts_value_text_elements (block, MAX_SHOWN);
  if (n < 2)
    return;

  ts_stats_init (&stats);
  ts_stats_add (&stats, values, n);
  g_autofree char *min = ts_number_to_text (stats.min);
  g_autofree char *max = ts_number_to_text (stats.max);
  g_autofree char *mean = ts_number_to_text (stats.mean);
  if (stats.n_finite == n)
    latent->range = g_strdup_printf (_ ("min %s   max %s   mean %s"), min, max, mean);
  else if (stats.n_finite > 0) {
    g_autofree char *n_bad = g_strdup_printf ("%" G_GUINT64_FORMAT, n - stats.n_finite);
    latent->range =
        g_strdup_printf (_ ("min %s   max %s   mean %s   %s not finite"), min, max, mean, n_bad);
  } else
    latent->range = g_strdup (_ ("no finite values"));
  latent->values = g_try_new (float, n);
  if (latent->values != NULL) {
    latent->n_values = n;
    for (guint64 i = 0; i < n; i++)
      latent->values[i] = (float) values[i];
  }
}

GPtrArray *
ts_latents_read (TsView *view, guint64 index, GCancellable *cancellable)
{
  TsPairing *pairing = ts_view_get_pairing (view);
  GPtrArray *texts = ts_pairing_get_text_lists (pairing);
  GPtrArray *latents = g_ptr_array_new_with_free_func ((GDestroyNotify) latent_free);

  for (guint i = 0; i < ts_pairing_get_n_fields (pairing); i++) {
    const TsField *field = ts_pairing_get_field (pairing, i);
    TsLatent *latent = g_new0 (TsLatent, 1);
    g_autoptr (GError) error = NULL;
    TsShape shape;

    g_ptr_array_add (latents, latent);
    latent->name = g_strdup (field->name);
    latent->summary = describe_field (field);
    if (get_row_shape (field, &shape) > MAX_ELEMENTS) {
      latent->error = g_strdup (_ ("Too large to be shown"));
      continue;
    }
    g_autoptr (TsBlock) row = ts_field_read_row (field, index, cancellable, &error);
    if (row != NULL)
      describe_block (latent, row);
    else
      latent->error = g_strdup (error->message);
  }
  for (guint i = 0; i < texts->len; i++) {
    TsNode *list = g_ptr_array_index (texts, i);
    TsNode *text =
        index < ts_node_get_n_children (list) ? ts_node_get_child (list, (guint) index) : NULL;
    TsLatent *latent = g_new0 (TsLatent, 1);

    g_ptr_array_add (latents, latent);
    latent->name = g_strdup (ts_node_get_path (list));
    latent->summary = g_strdup (_ ("text"));
    latent->text = g_strdup (text != NULL ? ts_node_get_text (text) : NULL);
  }
  return latents;
}

char *
ts_latents_to_json (TsView *view,
                    const char *file,
                    guint64 index,
                    GCancellable *cancellable,
                    GError **error)
{
  TsPairing *pairing = ts_view_get_pairing (view);
  GPtrArray *texts = ts_pairing_get_text_lists (pairing);
  g_autoptr (GString) out = g_string_new (NULL);
  TsJsonWriter writer;

  ts_json_writer_init (&writer, out, 2);
  ts_json_writer_begin_object (&writer);
  if (file != NULL) {
    ts_json_writer_name (&writer, "file");
    ts_json_writer_string (&writer, file);
  }
  ts_json_writer_name (&writer, "index");
  ts_json_writer_uint (&writer, index);
  ts_json_writer_name (&writer, "arrays");
  ts_json_writer_begin_object (&writer);
  for (guint i = 0; i < ts_pairing_get_n_fields (pairing); i++) {
    const TsField *field = ts_pairing_get_field (pairing, i);
    TsShape shape;

    if (get_row_shape (field, &shape) > MAX_ELEMENTS) {
      g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                   _ ("Array “%s” is too large to be copied"), field->name);
      return NULL;
    }
    g_autoptr (TsBlock) row = ts_field_read_row (field, index, cancellable, error);
    if (row == NULL)
      return NULL;
    ts_json_writer_name (&writer, field->name);
    ts_json_writer_block (&writer, row);
  }
  for (guint i = 0; i < texts->len; i++) {
    TsNode *list = g_ptr_array_index (texts, i);

    if (index >= ts_node_get_n_children (list))
      continue;
    ts_json_writer_name (&writer, ts_node_get_path (list));
    ts_json_writer_string (&writer, ts_node_get_text (ts_node_get_child (list, (guint) index)));
  }
  ts_json_writer_end_object (&writer);
  ts_json_writer_end_object (&writer);
  g_string_append_c (out, '\n');
  return g_strdup (out->str);
}
