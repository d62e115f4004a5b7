/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "view/ts-view.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "view/ts-view-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

struct _TsView
{
  GObject parent_instance;

  TsDocument *document;
  TsNode *node;
  TsBatch *batch;
  TsPairing *pairing;
  TsLayoutGuess *guess;
  TsValueRange range;
  gboolean is_layout_forced;
};

G_DEFINE_FINAL_TYPE (TsView, ts_view, G_TYPE_OBJECT)

static void
ts_view_finalize (GObject *object)
{
  TsView *self = TS_VIEW (object);

  g_clear_object (&self->batch);
  g_clear_object (&self->pairing);
  g_clear_object (&self->node);
  g_clear_object (&self->document);
  g_clear_pointer (&self->guess, ts_layout_guess_free);
  G_OBJECT_CLASS (ts_view_parent_class)->finalize (object);
}

static void
ts_view_class_init (TsViewClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_view_finalize;
}

static void
ts_view_init (TsView *self)
{
}

/* The path, or the name of the dump for its bare array. */
static const char *
get_name (TsDocument *document, TsNode *node)
{
  const char *path = ts_node_get_path (node);

  return *path != '\0' ? path : ts_document_get_name (document);
}

GPtrArray *
ts_view_collect_tensors (TsNode *node)
{
  g_autoptr (GPtrArray) tensors = g_ptr_array_new ();
  TsTensor *first = NULL;

  if (ts_node_get_kind (node) == TS_NODE_TENSOR || ts_node_get_kind (node) == TS_NODE_VALUES) {
    g_ptr_array_add (tensors, ts_node_get_tensor (node));
    return g_steal_pointer (&tensors);
  }
  for (guint i = 0; i < ts_node_get_n_children (node); i++) {
    TsNode *child = ts_node_get_child (node, i);
    TsTensor *tensor = ts_node_get_tensor (child);

    if (ts_node_get_kind (child) == TS_NODE_ERROR)
      continue; /* shown as broken beside the others */
    if (ts_node_get_kind (child) != TS_NODE_TENSOR)
      return NULL;
    if (first == NULL)
      first = tensor;
    if (ts_tensor_get_n_dims (tensor) != ts_tensor_get_n_dims (first) ||
        ts_tensor_get_dtype (tensor) != ts_tensor_get_dtype (first))
      return NULL;
    g_ptr_array_add (tensors, tensor);
  }
  return tensors->len > 0 ? g_steal_pointer (&tensors) : NULL;
}

TsTensor *
ts_view_get_largest (GPtrArray *tensors)
{
  TsTensor *largest = g_ptr_array_index (tensors, 0);

  for (guint i = 1; i < tensors->len; i++) {
    TsTensor *tensor = g_ptr_array_index (tensors, i);

    if (ts_tensor_get_n_elements (tensor) > ts_tensor_get_n_elements (largest))
      largest = tensor;
  }
  return largest;
}

TsLayoutGuess *
ts_view_guess_tensor (TsDocument *document, TsNode *node, TsTensor *tensor, gboolean with_data)
{
  const TsLayoutHints hints = {
    .origin = ts_document_get_origin (document),
    .path = ts_node_get_path (node),
    .strides = ts_tensor_get_strides (tensor),
    .tensor = with_data ? tensor : NULL,
  };

  return ts_layout_guess (ts_tensor_get_shape (tensor), ts_tensor_get_dtype (tensor), &hints);
}

TsLayoutGuess *
ts_view_guess_layout (TsDocument *document, TsNode *node)
{
  g_return_val_if_fail (TS_IS_DOCUMENT (document), NULL);
  g_return_val_if_fail (TS_IS_NODE (node), NULL);

  if (ts_node_get_kind (node) != TS_NODE_TENSOR)
    return NULL;
  return ts_view_guess_tensor (document, node, ts_node_get_tensor (node), TRUE);
}

/* Splits the last axis: "3x32x32". */
static TsTensor *
reshape (TsTensor *tensor, const char *sizes, GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (sizes, "x×,", -1);
  guint n_parts = g_strv_length (parts), rank = ts_tensor_get_n_dims (tensor);
  TsShape shape = *ts_tensor_get_shape (tensor);
  gint64 strides[TS_MAX_DIMS];
  gint64 stride;
  guint64 product = 1;

  if (rank == 0 || n_parts == 0 || rank - 1 + n_parts > TS_MAX_DIMS) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("“%s” is no list of sizes such as 28x28"), sizes);
    return NULL;
  }
  memcpy (strides, ts_tensor_get_strides (tensor), rank * sizeof *strides);
  stride = strides[rank - 1];
  shape.n_dims = rank - 1 + n_parts;
  for (guint i = n_parts; i-- > 0;) {
    guint64 size;

    if (!g_ascii_string_to_unsigned (parts[i], 10, 1, G_MAXUINT32, &size, NULL) ||
        !ts_checked_mul (product, size, &product) || product > G_MAXINT64) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   _ ("“%s” is no list of sizes such as 28x28"), sizes);
      return NULL;
    }
    shape.dims[rank - 1 + i] = size;
    strides[rank - 1 + i] = stride;
    if (i > 0 && __builtin_mul_overflow (stride, (gint64) size, &stride)) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID, _ ("“%s” is too large"), sizes);
      return NULL;
    }
  }
  if (product != ts_tensor_get_dim (tensor, rank - 1)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("%s is %" PRIu64
                 " numbers; the rows of the array have %" PRIu64), sizes,
                    product, ts_tensor_get_dim (tensor, rank - 1));
    return NULL;
  }
  return ts_tensor_restride (tensor, 0, &shape, strides, error);
}

/* The layout from the user's text; "NHW:28x28" also reshapes the tensors (owned by the array). */
static GPtrArray *
apply_layout_text (GPtrArray *tensors, const char *text, TsLayout *layout, GError **error)
{
  const char *colon = strchr (text, ':');
  g_autofree char *letters = NULL;
  g_autoptr (GPtrArray) shown = g_ptr_array_new_with_free_func (g_object_unref);

  letters = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : g_strdup (text);
  for (guint i = 0; i < tensors->len; i++) {
    TsTensor *tensor = g_ptr_array_index (tensors, i);
    TsTensor *reshaped = colon != NULL ? reshape (tensor, colon + 1, error) : g_object_ref (tensor);

    if (reshaped == NULL)
      return NULL;
    g_ptr_array_add (shown, reshaped);
  }
  if (!ts_layout_parse (layout, letters, ts_tensor_get_n_dims (g_ptr_array_index (shown, 0)),
                        error))
    return NULL;
  return g_steal_pointer (&shown);
}

static gboolean
check_guess (TsView *self, GError **error)
{
  const char *name = get_name (self->document, self->node);
  const TsLayout *example = NULL;

  if (self->guess->confidence != TS_CONFIDENCE_NONE)
    return TRUE;
  for (guint i = 0; i < self->guess->n_candidates && example == NULL; i++) {
    if (ts_layout_is_image (&self->guess->candidates[i].layout))
      example = &self->guess->candidates[i].layout;
  }
  if (example != NULL)
    g_set_error (
        error, TS_ERROR, TS_ERROR_INVALID,
        _ ("“%s” does not look like images (%s). To show it all the same, give a layout, for "
                 "example %s"),
           name, self->guess->reason, example->roles);
  else
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("“%s” cannot be shown as images (%s)"), name, self->guess->reason);
  return FALSE;
}

static GPtrArray *
require_tensors (TsDocument *document, TsNode *node, GError **error)
{
  const char *name = get_name (document, node);
  g_autoptr (GPtrArray) tensors = NULL;

  if (ts_node_get_kind (node) == TS_NODE_ERROR) {
    g_propagate_error (error, g_error_copy (ts_node_get_error (node)));
    g_prefix_error (error, "“%s”: ", name);
    return NULL;
  }
  tensors = ts_view_collect_tensors (node);
  if (tensors == NULL) {
    g_set_error (
        error, TS_ERROR, TS_ERROR_INVALID,
        _ ("“%s” (%s) is neither an array nor a list of arrays of one kind. Choose an array"), name,
           ts_node_get_summary (node));
    return NULL;
  }
  for (guint i = 0; i < tensors->len; i++) {
    if (!ts_tensor_has_data (g_ptr_array_index (tensors, i))) {
      g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                   _ ("“%s” has a shape but no data (a “meta” tensor)"), name);
      return NULL;
    }
  }
  return g_steal_pointer (&tensors);
}

/* Where images are parts of something larger, its other arrays have a row for each of those. */
static guint64
count_rows (TsBatch *batch, GPtrArray *tensors)
{
  const TsLayout *layout = ts_batch_get_layout (batch);

  if (tensors->len == 1 && strchr ("NTK", layout->roles[0]) != NULL)
    return ts_tensor_get_dim (g_ptr_array_index (tensors, 0), 0);
  return ts_batch_get_n_images (batch);
}

TsView *
ts_view_new (TsDocument *document,
             TsNode *node,
             const char *layout_text,
             GCancellable *cancellable,
             GError **error)
{
  g_autoptr (TsView) self = NULL;
  g_autoptr (GPtrArray) tensors = NULL;
  TsLayout layout;

  g_return_val_if_fail (TS_IS_DOCUMENT (document), NULL);
  g_return_val_if_fail (TS_IS_NODE (node), NULL);

  self = g_object_new (TS_TYPE_VIEW, NULL);
  self->document = g_object_ref (document);
  self->node = g_object_ref (node);
  self->is_layout_forced = layout_text != NULL;
  tensors = require_tensors (document, node, error);
  if (tensors == NULL)
    return NULL;
  self->guess = ts_view_guess_tensor (document, node, ts_view_get_largest (tensors), TRUE);
  if (layout_text != NULL) {
    g_autoptr (GPtrArray) shown = apply_layout_text (tensors, layout_text, &layout, error);

    if (shown == NULL)
      return NULL;
    self->batch = ts_batch_new_from_list (shown, &layout, error);
  } else {
    if (!check_guess (self, error))
      return NULL;
    layout = self->guess->candidates[0].layout;
    self->batch = ts_batch_new_from_list (tensors, &layout, error);
  }
  if (self->batch == NULL ||
      !ts_value_range_guess (self->batch, &self->range, cancellable, error)) {
    g_prefix_error (error, "“%s”: ", get_name (document, node));
    return NULL;
  }
  self->pairing = ts_pairing_new_with_rows (document, node, ts_batch_get_n_images (self->batch),
                                            count_rows (self->batch, tensors));
  return g_steal_pointer (&self);
}

TsDocument *
ts_view_get_document (TsView *self)
{
  g_return_val_if_fail (TS_IS_VIEW (self), NULL);

  return self->document;
}

TsNode *
ts_view_get_node (TsView *self)
{
  g_return_val_if_fail (TS_IS_VIEW (self), NULL);

  return self->node;
}

TsBatch *
ts_view_get_batch (TsView *self)
{
  g_return_val_if_fail (TS_IS_VIEW (self), NULL);

  return self->batch;
}

TsPairing *
ts_view_get_pairing (TsView *self)
{
  g_return_val_if_fail (TS_IS_VIEW (self), NULL);

  return self->pairing;
}

const TsLayoutGuess *
ts_view_get_layout_guess (TsView *self)
{
  g_return_val_if_fail (TS_IS_VIEW (self), NULL);

  return self->guess;
}

const TsValueRange *
ts_view_get_value_range (TsView *self)
{
  g_return_val_if_fail (TS_IS_VIEW (self), NULL);

  return &self->range;
}

gboolean
ts_view_is_layout_forced (TsView *self)
{
  g_return_val_if_fail (TS_IS_VIEW (self), FALSE);

  return self->is_layout_forced;
}
