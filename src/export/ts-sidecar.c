/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-sidecar.h"

#include "base/ts-error.h"
#include "export/ts-encode-json.h"
#include "export/ts-recipe-json.h"
#include "export/ts-yaml.h"

#include <libdeflate.h>
#include <string.h>

/* Above this many numbers a latent is written as base64 instead of a list. */
#define MAX_LIST_ELEMENTS (64 << 10)
/* A longer list of images stands in the sidecar and in export.json only. */
#define MAX_EMBEDDED_IMAGES_BYTES 4096

const char *const ts_values_names[] = {
  [TS_VALUES_DISPLAY] = "display",
  [TS_VALUES_VALUES] = "values",
  [TS_VALUES_RAW] = "raw",
  NULL,
};

struct _TsSidecarWriter
{
  TsView *view;
  TsParams *params;
  TsRecipe recipe;
  char *created;
  char *range_images; /* (nullable) */
  GPtrArray *latents; /* borrowed TsField, owned by the view's pairing */
};

static char *
list_fields (TsPairing *pairing)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < ts_pairing_get_n_fields (pairing); i++)
    g_ptr_array_add (names, (char *) ts_pairing_get_field (pairing, i)->name);
  if (names->len == 0)
    return g_strdup ("this dump has none");
  g_ptr_array_add (names, NULL);

  g_autofree char *list = g_strjoinv (", ", (char **) names->pdata);

  return g_strconcat ("there are ", list, NULL);
}

static gboolean
choose_latents (TsSidecarWriter *self, const char *const *latents, GError **error)
{
  TsPairing *pairing = ts_view_get_pairing (self->view);

  for (guint i = 0; latents == NULL && i < ts_pairing_get_n_fields (pairing); i++) {
    const TsField *field = ts_pairing_get_field (pairing, i);

    if (field->role == TS_FIELD_LATENT)
      g_ptr_array_add (self->latents, (gpointer) field);
  }
  for (gsize i = 0; latents != NULL && latents[i] != NULL; i++) {
    const TsField *field = ts_pairing_find (pairing, latents[i]);

    if (field == NULL) {
      g_autofree char *known = list_fields (pairing);

      g_set_error (error, TS_ERROR, TS_ERROR_NOT_FOUND, "no array “%s” with one row an image; %s",
                   latents[i], known);
      return FALSE;
    }
    if (!g_ptr_array_find (self->latents, field, NULL))
      g_ptr_array_add (self->latents, (gpointer) field);
  }
  return TRUE;
}

TsSidecarWriter *
ts_sidecar_writer_new (TsView *view,
                       TsParams *params,
                       const TsRecipe *recipe,
                       const char *const *latents,
                       const char *created,
                       GError **error)
{
  g_autoptr (TsSidecarWriter) self = g_new0 (TsSidecarWriter, 1);

  self->view = g_object_ref (view);
  self->params = params;
  self->recipe = *recipe;
  self->created = g_strdup (created);
  self->latents = g_ptr_array_new ();
  if (!choose_latents (self, latents, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
ts_sidecar_writer_free (TsSidecarWriter *self)
{
  g_ptr_array_unref (self->latents);
  g_object_unref (self->view);
  g_free (self->created);
  g_free (self->range_images);
  g_free (self);
}

void
ts_sidecar_writer_set_range_images (TsSidecarWriter *self, const char *images)
{
  g_free (self->range_images);
  self->range_images = g_strdup (images);
}

GPtrArray *
ts_sidecar_writer_get_latents (TsSidecarWriter *self)
{
  return self->latents;
}

void
ts_sidecar_write_schema (TsJsonWriter *writer, const char *schema, int version)
{
  ts_json_writer_name (writer, "schema");
  ts_json_writer_string (writer, schema);
  ts_json_writer_name (writer, "schema_version");
  ts_json_writer_int (writer, version);
  ts_json_writer_name (writer, "generator");
  ts_json_writer_begin_object (writer);
  ts_json_writer_name (writer, "name");
  ts_json_writer_string (writer, "Tenscope");
  ts_json_writer_name (writer, "version");
  ts_json_writer_string (writer, TS_VERSION);
  ts_json_writer_end_object (writer);
}

void
ts_sidecar_write_source (TsView *view, const guint64 *index, TsJsonWriter *writer)
{
  TsBatch *batch = ts_view_get_batch (view);
  guint64 index_in_tensor;
  TsTensor *tensor =
      ts_batch_get_image_tensor (batch, index != NULL ? *index : 0, &index_in_tensor);
  const TsShape *shape = ts_tensor_get_shape (tensor);

  ts_json_writer_name (writer, "source");
  ts_json_writer_begin_object (writer);
  ts_json_writer_name (writer, "file");
  ts_json_writer_string (writer, ts_document_get_name (ts_view_get_document (view)));
  if (ts_document_get_raw (ts_view_get_document (view)) != NULL) {
    ts_json_writer_name (writer, "raw");
    ts_json_writer_string (writer, ts_document_get_raw (ts_view_get_document (view)));
  }
  ts_json_writer_name (writer, "key");
  ts_json_writer_string (writer, ts_node_get_path (ts_view_get_node (view)));
  if (index != NULL) {
    ts_json_writer_name (writer, "index");
    ts_json_writer_uint (writer, *index);
  }
  ts_json_writer_name (writer, "shape");
  ts_json_writer_uints (writer, shape->dims, shape->n_dims);
  ts_json_writer_name (writer, "dtype");
  ts_json_writer_string (writer, ts_dtype_get_name (ts_tensor_get_dtype (tensor)));
  ts_json_writer_name (writer, "layout");
  ts_json_writer_string (writer, ts_batch_get_layout (batch)->roles);
  ts_json_writer_end_object (writer);
}

static guint32
get_crc32 (GBytes *data)
{
  return libdeflate_crc32 (0, g_bytes_get_data (data, NULL), g_bytes_get_size (data));
}

static void
write_image (const TsSidecarImage *image, gboolean embedded, TsJsonWriter *writer)
{
  ts_json_writer_name (writer, "image");
  ts_json_writer_begin_object (writer);
  ts_json_writer_name (writer, "file");
  ts_json_writer_string (writer, image->file);
  ts_json_writer_name (writer, "format");
  ts_json_writer_string (writer, image->format);
  ts_json_writer_name (writer, "width");
  ts_json_writer_uint (writer, image->width);
  ts_json_writer_name (writer, "height");
  ts_json_writer_uint (writer, image->height);
  ts_json_writer_name (writer, "channels");
  ts_json_writer_uint (writer, image->n_channels);
  ts_json_writer_name (writer, "bits");
  ts_json_writer_uint (writer, image->bits);
  if (image->palette) {
    ts_json_writer_name (writer, "palette");
    ts_json_writer_boolean (writer, TRUE);
  }
  if (image->is_float) {
    ts_json_writer_name (writer, "values");
    ts_json_writer_string (writer, ts_values_names[image->values]);
  }
  if (image->encode != NULL)
    ts_encode_options_write_json (image->encode, image->format, writer);
  if (image->data != NULL && !embedded) {
    char crc[9];

    g_snprintf (crc, sizeof crc, "%08x", get_crc32 (image->data));
    ts_json_writer_name (writer, "bytes");
    ts_json_writer_uint (writer, g_bytes_get_size (image->data));
    ts_json_writer_name (writer, "crc32");
    ts_json_writer_string (writer, crc);
  }
  ts_json_writer_end_object (writer);
}

static void
write_stats (const TsStats *stats, const TsMarks *marks, TsJsonWriter *writer)
{
  const struct
  {
    const char *name;
    double value;
  } numbers[] = {
    { "min", stats->min },
    { "max", stats->max },
    { "mean", stats->mean },
    { "std", ts_stats_get_std (stats) },
  };
  const struct
  {
    const char *name;
    guint64 value;
  } counts[] = {
    { "ddof", 0 },
    { "nan", stats->n_nan },
    { "posinf", stats->n_posinf },
    { "neginf", stats->n_neginf },
    { "clipped_low", marks->n_under },
    { "clipped_high", marks->n_over },
  };

  ts_json_writer_name (writer, "stats");
  ts_json_writer_begin_object (writer);
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++) {
    ts_json_writer_name (writer, numbers[i].name);
    if (stats->n_finite > 0)
      ts_json_writer_double (writer, numbers[i].value);
    else
      ts_json_writer_null (writer);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++) {
    ts_json_writer_name (writer, counts[i].name);
    ts_json_writer_uint (writer, counts[i].value);
  }
  ts_json_writer_end_object (writer);
}

static gboolean
write_params (TsSidecarWriter *self,
              guint64 index,
              gboolean only_scalars,
              TsJsonWriter *writer,
              GCancellable *cancellable,
              GError **error)
{
  for (guint i = 0; i < ts_params_get_n (self->params); i++) {
    const char *key = ts_params_get_key (self->params, i);

    /* "index" and "file_name" are the line's own. */
    if (only_scalars && (!ts_params_is_scalar (self->params, i) || g_str_equal (key, "index") ||
                         g_str_equal (key, "file_name")))
      continue;
    ts_json_writer_name (writer, key);
    if (!ts_params_write_json (self->params, i, index, writer, cancellable, error)) {
      g_prefix_error (error, "“%s”: ", key);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
write_latent (const TsField *field,
              guint64 index,
              gboolean with_data,
              TsJsonWriter *writer,
              GCancellable *cancellable,
              GError **error)
{
  const TsShape *shape = ts_tensor_get_shape (field->tensor);
  guint64 n_elements = 1;

  for (guint axis = 1; axis < shape->n_dims; axis++)
    if (__builtin_mul_overflow (n_elements, shape->dims[axis], &n_elements))
      n_elements = G_MAXUINT64;

  gboolean as_list = n_elements <= MAX_LIST_ELEMENTS;

  ts_json_writer_name (writer, field->name);
  ts_json_writer_begin_object (writer);
  ts_json_writer_name (writer, "dtype");
  ts_json_writer_string (writer, ts_dtype_get_name (ts_tensor_get_dtype (field->tensor)));
  ts_json_writer_name (writer, "shape");
  ts_json_writer_uints (writer, shape->dims + 1, shape->n_dims > 0 ? shape->n_dims - 1 : 0);
  if (with_data) {
    ts_json_writer_name (writer, "encoding");
    ts_json_writer_string (writer, as_list ? "list" : "base64");
  }
  ts_json_writer_name (writer, "source");
  ts_json_writer_begin_object (writer);
  ts_json_writer_name (writer, "key");
  ts_json_writer_string (writer, field->name);
  ts_json_writer_name (writer, "index");
  ts_json_writer_uint (writer, index);
  ts_json_writer_end_object (writer);

  if (with_data) {
    g_autoptr (TsBlock) row = ts_field_read_row (field, index, cancellable, error);

    if (row == NULL) {
      g_prefix_error (error, "“%s”: ", field->name);
      return FALSE;
    }
    ts_json_writer_name (writer, "data");
    if (as_list)
      ts_json_writer_block (writer, row);
    else
      ts_json_writer_block_base64 (writer, row);
  }
  ts_json_writer_end_object (writer);
  return TRUE;
}

static gboolean
write_latents (TsSidecarWriter *self,
               guint64 index,
               gboolean with_data,
               TsJsonWriter *writer,
               GCancellable *cancellable,
               GError **error)
{
  ts_json_writer_name (writer, "latents");
  ts_json_writer_begin_object (writer);
  for (guint i = 0; i < self->latents->len; i++)
    if (!write_latent (g_ptr_array_index (self->latents, i), index, with_data, writer, cancellable,
                       error))
      return FALSE;
  ts_json_writer_end_object (writer);
  return TRUE;
}

static GString *
write_sidecar (TsSidecarWriter *self,
               const TsSidecarImage *image,
               gboolean embedded,
               GCancellable *cancellable,
               GError **error)
{
  g_autoptr (GString) out = g_string_sized_new (4096);
  TsImageSize size;
  TsJsonWriter writer;

  ts_batch_get_image_size (ts_view_get_batch (self->view), image->index, &size);
  ts_json_writer_init (&writer, out, embedded ? 0 : 1);
  ts_json_writer_begin_object (&writer);
  ts_sidecar_write_schema (&writer, TS_SIDECAR_SCHEMA, TS_SIDECAR_SCHEMA_VERSION);
  if (!embedded) {
    ts_json_writer_name (&writer, "created");
    ts_json_writer_string (&writer, self->created);
  }
  write_image (image, embedded, &writer);
  ts_sidecar_write_source (self->view, &image->index, &writer);
  ts_json_writer_name (&writer, "view");
  ts_recipe_write_json (&self->recipe, image->resolved, &size, &writer);
  if (self->range_images != NULL &&
      (!embedded || strlen (self->range_images) <= MAX_EMBEDDED_IMAGES_BYTES)) {
    ts_json_writer_name (&writer, TS_RANGE_IMAGES);
    ts_json_writer_string (&writer, self->range_images);
  }
  write_stats (image->stats, image->marks, &writer);
  ts_json_writer_name (&writer, "params");
  ts_json_writer_begin_object (&writer);
  if (!write_params (self, image->index, FALSE, &writer, cancellable, error))
    return NULL;
  ts_json_writer_end_object (&writer);
  if (!write_latents (self, image->index, !embedded, &writer, cancellable, error))
    return NULL;
  ts_json_writer_end_object (&writer);
  if (!embedded)
    g_string_append_c (out, '\n');
  return g_steal_pointer (&out);
}

GString *
ts_sidecar_write (TsSidecarWriter *self,
                  const TsSidecarImage *image,
                  GCancellable *cancellable,
                  GError **error)
{
  return write_sidecar (self, image, FALSE, cancellable, error);
}

GString *
ts_sidecar_write_embedded (TsSidecarWriter *self,
                           const TsSidecarImage *image,
                           GCancellable *cancellable,
                           GError **error)
{
  return write_sidecar (self, image, TRUE, cancellable, error);
}

GString *
ts_sidecar_write_line (TsSidecarWriter *self,
                       const TsSidecarImage *image,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (GString) out = g_string_sized_new (256);
  TsJsonWriter writer;

  ts_json_writer_init (&writer, out, 0);
  ts_json_writer_begin_object (&writer);
  ts_json_writer_name (&writer, "file_name");
  ts_json_writer_string (&writer, image->file);
  ts_json_writer_name (&writer, "index");
  ts_json_writer_uint (&writer, image->index);
  if (!write_params (self, image->index, TRUE, &writer, cancellable, error))
    return NULL;
  ts_json_writer_end_object (&writer);
  g_string_append_c (out, '\n');
  return g_steal_pointer (&out);
}

/* What stands behind @start, or %NULL. No string holds it: quotes and line ends are escaped there.
 */
static const char *
find_behind (const char *text, const char *start)
{
  const char *at = strstr (text, start);

  return at != NULL ? at + strlen (start) : NULL;
}

gboolean
ts_sidecar_check (GBytes *sidecar, GBytes *image, gboolean *has_digest)
{
  gsize length;
  const char *data = g_bytes_get_data (sidecar, &length);
  g_autofree char *text = g_strndup (data, length);
  gboolean is_json = text[0] == '{';
  const char *bytes, *crc;

  *has_digest = FALSE;
  length = strlen (text);
  if (length == 0 || !g_str_has_suffix (text, is_json ? "}\n" : TS_YAML_END))
    return FALSE;
  bytes = find_behind (text, is_json ? "\"bytes\":" : "\n  bytes: ");
  crc = find_behind (text, is_json ? "\"crc32\":\"" : "\n  crc32: \"");
  if (bytes == NULL || crc == NULL)
    return TRUE;
  *has_digest = TRUE;
  return g_ascii_strtoull (bytes, NULL, 10) == g_bytes_get_size (image) &&
         g_ascii_strtoull (crc, NULL, 16) == get_crc32 (image);
}

guint64
ts_sidecar_estimate_bytes (TsSidecarWriter *self)
{
  guint64 n_bytes = 1500;

  for (guint i = 0; i < self->latents->len; i++) {
    const TsField *field = g_ptr_array_index (self->latents, i);
    guint64 n_rows = MAX (ts_tensor_get_dim (field->tensor, 0), 1);

    n_bytes += ts_tensor_get_n_elements (field->tensor) / n_rows * 12;
  }
  return n_bytes;
}
