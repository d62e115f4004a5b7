/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Samples as the scripts that compute scores read them: arr_0 of N x H x W x 3 bytes (and the
 * labels as arr_1). Floats are N x H x W x C. Raw values stay as they are in the dump: their type,
 * and channels first where the dump has them first. */

#include "config.h"

#include "export/ts-export-array.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "export/ts-npz-writer.h"
#include "export/ts-ordered.h"
#include "reader/ts-reader.h"

#include <string.h>

typedef struct
{
  TsDtype dtype;
  guint n_dims;
  guint64 dims[4];
  TsImageSize size;
  TsPixelFormat format; /* unless raw */
  gboolean is_raw;
  gboolean channels_first; /* raw */
} Form;

gboolean
ts_export_plan_is_array (const TsExportPlan *self)
{
  return self->encoder->encode == NULL || self->stack;
}

static gboolean
is_npz (const TsExportPlan *plan)
{
  return g_str_equal (plan->encoder->id, "npz");
}

static gboolean
get_form (const TsExportPlan *plan, Form *form, GError **error)
{
  static const TsDtype dtypes[] = { TS_DTYPE_UINT8, TS_DTYPE_UINT16, TS_DTYPE_FLOAT32 };
  TsBatch *batch = ts_view_get_batch (plan->view);
  const TsLayout *layout = ts_batch_get_layout (batch);
  int channel_axis = ts_layout_find (layout, 'C');
  guint64 n_channels;

  *form = (Form){ .is_raw = plan->values == TS_VALUES_RAW };
  ts_batch_get_max_size (batch, &form->size);
  if (form->is_raw) {
    if (!ts_npz_writer_choose_dtype (ts_batch_get_dtype (batch), &form->dtype, error))
      return FALSE;
    n_channels = form->size.n_channels;
    form->channels_first = channel_axis >= 0 && channel_axis < ts_layout_find (layout, 'H');
  } else {
    n_channels = ts_recipe_get_output_channels (&plan->pixel_recipe, &form->size);
    /* Bytes in an archive are for those who compute scores: they want three channels. */
    if (is_npz (plan) && plan->depth == 8)
      n_channels = MAX (n_channels, 3);
    form->format = ts_pixel_format_for ((guint) n_channels, plan->depth);
    form->dtype = dtypes[plan->depth == 8 ? 0 : plan->depth == 16 ? 1 : 2];
  }
  form->dims[0] = plan->n;
  form->dims[1] = form->channels_first ? n_channels : form->size.height;
  form->dims[2] = form->channels_first ? form->size.height : form->size.width;
  form->dims[3] = form->channels_first ? form->size.width : n_channels;
  form->n_dims = form->is_raw && channel_axis < 0 ? 3 : 4;
  return TRUE;
}

gboolean
ts_export_array_check (const TsExportPlan *plan, GError **error)
{
  Form form;

  if (!ts_batch_is_uniform (ts_view_get_batch (plan->view))) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "%s needs images of one size",
                 plan->stack ? "a stack" : "an array");
    return FALSE;
  }
  if (plan->n_shards > 0) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 "%s is one file, which shards cannot write together",
                 plan->stack ? "a stack" : "an array");
    return FALSE;
  }
  return plan->stack || get_form (plan, &form, error);
}

char *
ts_export_array_dup_name (const TsExportPlan *plan)
{
  GString *out = g_string_new ("samples");
  Form form;

  if (get_form (plan, &form, NULL))
    for (guint i = 0; i < form.n_dims; i++)
      g_string_append_printf (out, "%c%" G_GUINT64_FORMAT, i == 0 ? '_' : 'x', form.dims[i]);
  g_string_append (out, plan->encoder->suffix);
  return g_string_free (out, FALSE);
}

gboolean
ts_export_array_is_whole (const TsExportPlan *plan,
                          TsOutputDir *folder,
                          const char *name,
                          GCancellable *cancellable)
{
  g_autofree char *path = g_build_filename (ts_output_dir_get_path (folder), name, NULL);
  g_autoptr (TsDocument) document = ts_reader_open_path (path, cancellable, NULL);
  g_autoptr (GPtrArray) remarks = NULL;
  TsTensor *tensor;
  TsShape shape;
  TsNode *node;
  Form form;

  if (document == NULL || !get_form (plan, &form, NULL))
    return FALSE;
  node = is_npz (plan) ? ts_document_find (document, "arr_0") : ts_document_get_root (document);
  tensor =
      node != NULL && ts_node_get_kind (node) == TS_NODE_TENSOR ? ts_node_get_tensor (node) : NULL;
  ts_shape_init (&shape, form.n_dims, form.dims);
  if (tensor == NULL || ts_tensor_get_dtype (tensor) != form.dtype ||
      !ts_shape_equal (ts_tensor_get_shape (tensor), &shape))
    return FALSE;
  remarks = ts_document_check (document, G_MAXUINT64, cancellable);
  return remarks->len == 0;
}

static void
unref_block (gpointer data)
{
  ts_block_unref (data);
}

/* What the threads that render and the one that writes share. */
typedef struct
{
  const TsExportPlan *plan;
  TsNpzWriter *writer;
  const Form *form;
  gsize row_bytes; /* unless raw */
  TsExportArrayFunc func;
  gpointer data;
} Writing;

/* Elements as they are in the dump, in the order of the array's axes. */
static GBytes *
pack_raw (const Form *form, TsBlock *image)
{
  static const guint first[] = { 2, 0, 1 }, last[] = { 0, 1, 2 };
  const guint *order = form->channels_first ? first : last;
  guint64 dims[3];
  gint64 strides[3];

  for (guint i = 0; i < 3; i++) {
    dims[i] = image->dims[order[i]];
    strides[i] = image->strides_elems[order[i]];
  }

  g_autoptr (TsBlock) turned = ts_block_new (image->data, image->dtype, 3, dims, strides,
                                             ts_block_ref (image), unref_block);
  gsize n_bytes = (gsize) ts_block_get_n_elements (turned) * ts_dtype_get_size (turned->dtype);
  guint8 *packed = g_malloc (MAX (n_bytes, 1));

  ts_block_copy_packed (turned, packed);
  return g_bytes_new_take (packed, n_bytes);
}

static GBytes *
render (const Writing *self,
        guint64 index,
        TsBlock *image,
        GCancellable *cancellable,
        GError **error)
{
  const TsExportPlan *plan = self->plan;
  const Form *form = self->form;
  gsize n_bytes = self->row_bytes * form->size.height;
  g_autofree guint8 *pixels = g_try_malloc (MAX (n_bytes, 1));
  TsResolved resolved;

  if (pixels == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED, "no memory for an image");
    return NULL;
  }
  if (!ts_resolve (&plan->pixel_recipe, plan->stats, index, &resolved, cancellable, error))
    return NULL;
  ts_render_block (image, &plan->pixel_recipe, &resolved, form->format, plan->values, pixels,
                   self->row_bytes, NULL);
  if (!ts_render_decorate (image, plan->overlay, index, NULL, &plan->pixel_recipe, &resolved,
                           form->format, plan->values, pixels, self->row_bytes, cancellable, error))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&pixels), n_bytes);
}

static GBytes *
make_image_cb (guint64 position, gpointer data, GCancellable *cancellable, GError **error)
{
  const Writing *self = data;
  guint64 index = ts_export_plan_get_index (self->plan, (gsize) position);
  g_autoptr (TsBlock) image = ts_batch_read_image (ts_view_get_batch (self->plan->view), index,
                                                   NULL, cancellable, error);
  GBytes *bytes = NULL;

  if (image != NULL)
    bytes = self->form->is_raw ? pack_raw (self->form, image)
                               : render (self, index, image, cancellable, error);
  if (bytes == NULL)
    g_prefix_error (error, "image %" G_GUINT64_FORMAT ": ", index);
  return bytes;
}

static gboolean
take_image_cb (GBytes *bytes, guint64 position, gpointer data, GError **error)
{
  const Writing *self = data;
  gsize n_bytes;
  const guint8 *pixels = g_bytes_get_data (bytes, &n_bytes);
  gboolean ok;

  if (self->form->is_raw) {
    TsDtype dtype = ts_batch_get_dtype (ts_view_get_batch (self->plan->view));
    const guint64 n = n_bytes / ts_dtype_get_size (dtype);
    const gint64 stride = 1;
    g_autoptr (TsBlock) block = ts_block_new (pixels, dtype, 1, &n, &stride, NULL, NULL);

    ok = ts_npz_writer_write_block (self->writer, block, error);
  } else {
    ok = ts_npz_writer_write (self->writer, pixels, n_bytes, error);
  }
  if (ok)
    self->func (self->data);
  return ok;
}

/* One whole number an image, or %NULL. */
static const TsField *
find_labels (const TsExportPlan *plan)
{
  const TsField *field = ts_pairing_find_role (ts_view_get_pairing (plan->view), TS_FIELD_LABEL);

  if (field == NULL || ts_tensor_get_n_dims (field->tensor) != 1 ||
      ts_dtype_get_info (ts_tensor_get_dtype (field->tensor))->dtype_class !=
          TS_DTYPE_CLASS_INTEGER)
    return NULL;
  return field;
}

/* One row an image, of any rank. */
static gboolean
write_field (const TsExportPlan *plan,
             TsNpzWriter *writer,
             const TsField *field,
             const char *name,
             GCancellable *cancellable,
             GError **error)
{
  const TsShape *shape = ts_tensor_get_shape (field->tensor);
  guint64 dims[TS_BLOCK_MAX_DIMS] = { plan->n };
  TsDtype dtype;

  if (!ts_npz_writer_choose_dtype (ts_tensor_get_dtype (field->tensor), &dtype, error))
    return FALSE;
  for (guint i = 1; i < shape->n_dims; i++)
    dims[i] = shape->dims[i];
  if (!ts_npz_writer_begin (writer, name, dtype, dims, shape->n_dims, error))
    return FALSE;
  for (gsize i = 0; i < plan->n; i++) {
    g_autoptr (TsBlock) row = ts_field_read_row (field, ts_export_plan_get_index (plan, i),
                                                 cancellable, error);

    if (row == NULL || !ts_npz_writer_write_block (writer, row, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
ts_export_array_write (const TsExportPlan *plan,
                       TsOutputDir *folder,
                       const char *name,
                       gboolean replace,
                       TsExportArrayFunc func,
                       gpointer data,
                       guint64 *n_bytes,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autoptr (TsNpzWriter) writer = NULL;
  const TsField *labels = find_labels (plan);
  guint64 row_bytes, image_bytes = 0;
  Form form;

  if (!get_form (plan, &form, error))
    return FALSE;
  row_bytes = form.size.width * ts_pixel_format_get_size (form.format);
  if (!ts_checked_mul (row_bytes, form.size.height, &image_bytes) || image_bytes > G_MAXSSIZE) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED, "no memory for an image");
    return FALSE;
  }
  writer = ts_npz_writer_new (folder, is_npz (plan), error);
  if (writer == NULL ||
      !ts_npz_writer_begin (writer, "arr_0", form.dtype, form.dims, form.n_dims, error))
    return FALSE;

  Writing writing = { .plan = plan,
                      .writer = writer,
                      .form = &form,
                      .row_bytes = (gsize) row_bytes,
                      .func = func,
                      .data = data };
  guint64 dump_bytes = (guint64) form.size.width * form.size.height * form.size.n_channels *
                       ts_dtype_get_size (ts_batch_get_dtype (ts_view_get_batch (plan->view)));

  if (!ts_ordered_run (plan->n, plan->n_threads, image_bytes + 2 * dump_bytes, make_image_cb,
                       take_image_cb, &writing, cancellable, error))
    return FALSE;
  if (is_npz (plan) && !form.is_raw && labels != NULL &&
      !write_field (plan, writer, labels, "arr_1", cancellable, error))
    return FALSE;
  if (!ts_npz_writer_finish (writer, name, replace, error))
    return FALSE;
  *n_bytes = ts_npz_writer_get_n_bytes (writer);
  return TRUE;
}

/* The last part of an array's path, as a name that stays in the archive and is the only one. */
static char *
make_member_name (const char *path, GHashTable *taken)
{
  const char *slash = strrchr (path, '/');
  g_autofree char *base = g_strdup (slash != NULL ? slash + 1 : path);
  char *name;

  g_strdelimit (base, "\\:", '_');
  if (base[0] == '.' || base[0] == '\0')
    *base = '_';
  name = g_utf8_make_valid (base[0] != '\0' ? base : "array", -1);
  for (guint k = 2; g_hash_table_contains (taken, name); k++) {
    g_free (name);
    name = g_strdup_printf ("%s_%u", base, k);
  }
  g_hash_table_add (taken, g_strdup (name));
  return name;
}

static gboolean
write_index (const TsExportPlan *plan, TsNpzWriter *writer, GError **error)
{
  const guint64 dims[] = { plan->n };

  if (!ts_npz_writer_begin (writer, "index", TS_DTYPE_INT64, dims, 1, error))
    return FALSE;
  for (gsize i = 0; i < plan->n; i++) {
    gint64 index = (gint64) ts_export_plan_get_index (plan, i);

    if (!ts_npz_writer_write (writer, &index, sizeof index, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
ts_export_latents_write (const TsExportPlan *plan,
                         TsOutputDir *folder,
                         guint64 *n_bytes,
                         GCancellable *cancellable,
                         GError **error)
{
  GPtrArray *latents = ts_sidecar_writer_get_latents (plan->sidecar_writer);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (TsNpzWriter) writer = ts_npz_writer_new (folder, TRUE, error);

  if (writer == NULL || !write_index (plan, writer, error))
    return FALSE;
  g_hash_table_add (taken, g_strdup ("index"));
  for (guint i = 0; i < latents->len; i++) {
    const TsField *field = g_ptr_array_index (latents, i);
    g_autofree char *name = make_member_name (field->name, taken);

    if (!write_field (plan, writer, field, name, cancellable, error)) {
      g_prefix_error (error, "“%s”: ", field->name);
      return FALSE;
    }
  }
  /* Made new where an export goes on or is repeated: it holds nothing but what the dump holds. */
  if (!ts_npz_writer_finish (writer, TS_LATENTS_FILE,
                             plan->collision == TS_COLLISION_OVERWRITE ||
                                 plan->collision == TS_COLLISION_SKIP,
                             error))
    return FALSE;
  *n_bytes = ts_npz_writer_get_n_bytes (writer);
  return TRUE;
}
