/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "view/ts-pairing.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "tensor/ts-columns.h"
#include "view/ts-names-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* A checkpoint may hold millions of nodes; what belongs to images is near them. */
#define MAX_NODES     20000
#define MAX_DEPTH     4
#define MAX_CONSTANTS 1000
/* A list of tensors is read to make one array of it while it is no larger than this. */
#define MAX_LIST_BYTES (32u << 20)

struct _TsPairing
{
  GObject parent_instance;

  TsDocument *document;
  TsNode *images; /* nullable */
  guint64 n_images;
  guint64 n_rows; /* things that the images are parts of: N of N x T frames */
  guint n_visited;
  GArray *fields;        /* TsField, tensor owned */
  GPtrArray *companions; /* borrowed TsNode */
  GPtrArray *constants;  /* borrowed TsNode */
  GPtrArray *text_lists; /* borrowed TsNode */
};

G_DEFINE_FINAL_TYPE (TsPairing, ts_pairing, G_TYPE_OBJECT)

static const char *const role_names[] = {
  [TS_FIELD_LATENT] = "latent", [TS_FIELD_LABEL] = "label", [TS_FIELD_SEED] = "seed",
  [TS_FIELD_SCORE] = "score",   [TS_FIELD_OTHER] = "other",
};

const char *
ts_field_role_to_string (TsFieldRole role)
{
  g_return_val_if_fail (role <= TS_FIELD_OTHER, NULL);

  return role_names[role];
}

static void
clear_field (gpointer data)
{
  g_clear_object (&((TsField *) data)->tensor);
}

static void
ts_pairing_finalize (GObject *object)
{
  TsPairing *self = TS_PAIRING (object);

  g_clear_pointer (&self->fields, g_array_unref);
  g_clear_pointer (&self->companions, g_ptr_array_unref);
  g_clear_pointer (&self->constants, g_ptr_array_unref);
  g_clear_pointer (&self->text_lists, g_ptr_array_unref);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (ts_pairing_parent_class)->finalize (object);
}

static void
ts_pairing_class_init (TsPairingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_pairing_finalize;
}

static void
ts_pairing_init (TsPairing *self)
{
  self->fields = g_array_new (FALSE, TRUE, sizeof (TsField));
  g_array_set_clear_func (self->fields, clear_field);
  self->companions = g_ptr_array_new ();
  self->constants = g_ptr_array_new ();
  self->text_lists = g_ptr_array_new ();
}

static TsFieldRole
guess_role (const char *path, TsTensor *tensor)
{
  gboolean is_integer = ts_dtype_is_integer (ts_tensor_get_dtype (tensor));
  guint rank = ts_tensor_get_n_dims (tensor);

  switch (ts_name_classify (path)) {
  case TS_NAME_LATENT:
    return rank >= 2 && !is_integer ? TS_FIELD_LATENT : TS_FIELD_OTHER;
  case TS_NAME_LABEL:
    return rank <= 2 ? TS_FIELD_LABEL : TS_FIELD_OTHER;
  case TS_NAME_SEED:
    return rank == 1 ? TS_FIELD_SEED : TS_FIELD_OTHER;
  case TS_NAME_SCORE:
    return rank == 1 && !is_integer ? TS_FIELD_SCORE : TS_FIELD_OTHER;
  case TS_NAME_IMAGE:
  case TS_NAME_MAP:
  case TS_NAME_FEATURE:
  case TS_NAME_PARAMETER:
    return TS_FIELD_OTHER;
  case TS_NAME_NONE:
  default:
    break;
  }
  /* Without a name, integers are classes (a sampler's arr_1) and long float vectors latents. */
  if (rank == 1 && is_integer && ts_name_is_positional (path))
    return TS_FIELD_LABEL;
  if (rank == 2 && !is_integer && ts_tensor_get_dim (tensor, 1) >= 16)
    return TS_FIELD_LATENT;
  return TS_FIELD_OTHER;
}

/* Whether the array is images of its own, one for each image shown. */
static gboolean
is_companion (TsPairing *self, TsNode *node, const TsShape *shape, TsDtype dtype)
{
  const char *path = ts_node_get_path (node);
  const TsLayoutHints hints = {
    .origin = ts_document_get_origin (self->document),
    .path = path,
  };
  g_autoptr (TsLayoutGuess) guess = NULL;

  if (shape->n_dims < 3 || ts_name_classify (path) == TS_NAME_LATENT ||
      ts_name_classify (path) == TS_NAME_FEATURE)
    return FALSE;
  guess = ts_layout_guess (shape, dtype, &hints);
  if (guess->confidence == TS_CONFIDENCE_NONE)
    return FALSE;
  /* Any good reading with as many images will do: 3 masks of 64×64 are no colour image here. */
  for (guint k = 0; k < guess->n_candidates && guess->candidates[k].score >= 40; k++) {
    const TsLayout *layout = &guess->candidates[k].layout;
    guint64 n_images = 1;

    for (guint i = 0; i < layout->n_dims; i++) {
      if (strchr ("NTK", layout->roles[i]) != NULL)
        n_images *= shape->dims[i];
    }
    if (ts_layout_is_image (layout) && n_images == self->n_images)
      return TRUE;
  }
  return FALSE;
}

static void
add_field (TsPairing *self, TsNode *node, TsTensor *tensor, TsFieldRole role)
{
  guint64 n = ts_tensor_get_dim (tensor, 0);
  const TsField field = {
    .name = ts_node_get_path (node),
    .role = role,
    .tensor = g_object_ref (tensor),
    .images_per_row = self->n_images / n,
  };

  g_array_append_val (self->fields, field);
}

/* The vector of a single image has no axis of rows: give it one. */
static void
add_single_row (TsPairing *self, TsNode *node, TsTensor *tensor)
{
  g_autoptr (TsTensor) row = NULL;
  const TsShape *shape = ts_tensor_get_shape (tensor);
  TsShape with_axis = { .n_dims = shape->n_dims + 1, .dims = { 1 } };
  gint64 strides[TS_MAX_DIMS] = { 0 };

  if (shape->n_dims >= TS_MAX_DIMS)
    return;
  memcpy (with_axis.dims + 1, shape->dims, shape->n_dims * sizeof *shape->dims);
  memcpy (strides + 1, ts_tensor_get_strides (tensor), shape->n_dims * sizeof *strides);
  row = ts_tensor_restride (tensor, 0, &with_axis, strides, NULL);
  if (row != NULL)
    add_field (self, node, row, TS_FIELD_LATENT);
}

static void
visit_tensor (TsPairing *self, TsNode *node)
{
  TsTensor *tensor = ts_node_get_tensor (node);
  guint rank = ts_tensor_get_n_dims (tensor);
  guint64 n;

  if (!ts_tensor_has_data (tensor) || rank == 0 || ts_tensor_get_n_elements (tensor) == 0 ||
      ts_name_classify (ts_node_get_path (node)) == TS_NAME_PARAMETER)
    return;
  if (is_companion (self, node, ts_tensor_get_shape (tensor), ts_tensor_get_dtype (tensor))) {
    g_ptr_array_add (self->companions, node);
    return;
  }
  n = ts_tensor_get_dim (tensor, 0);
  if (n == self->n_images || n == self->n_rows)
    add_field (self, node, tensor, guess_role (ts_node_get_path (node), tensor));
  else if (self->n_images == 1 && ts_name_classify (ts_node_get_path (node)) == TS_NAME_LATENT &&
           !ts_dtype_is_integer (ts_tensor_get_dtype (tensor)))
    add_single_row (self, node, tensor);
}

static gboolean
has_tensor (TsNode *node)
{
  TsNodeKind kind = ts_node_get_kind (node);

  return kind == TS_NODE_TENSOR || kind == TS_NODE_VALUES;
}

/* Whether two shapes are the same from axis @from on. */
static gboolean
is_same_from (const TsShape *a, const TsShape *b, guint from)
{
  return a->n_dims == b->n_dims &&
         (a->n_dims <= from ||
          memcmp (a->dims + from, b->dims + from, (a->n_dims - from) * sizeof *a->dims) == 0);
}

/* Whether @node is a list with one tensor an image, all alike, or with one a batch, which differ at
 * most in how many they hold; sets the shape of them joined. */
static gboolean
is_list_of_rows (TsPairing *self, TsNode *node, TsShape *shape)
{
  guint n = ts_node_get_n_children (node);
  gboolean of_batches = n != self->n_images;
  guint64 n_rows = 0;
  TsTensor *first;

  if (n < 2 || !has_tensor (ts_node_get_child (node, 0)))
    return FALSE;
  first = ts_node_get_tensor (ts_node_get_child (node, 0));
  *shape = *ts_tensor_get_shape (first);
  if (of_batches ? shape->n_dims == 0 : shape->n_dims >= TS_MAX_DIMS)
    return FALSE;
  for (guint i = 0; i < n; i++) {
    TsNode *child = ts_node_get_child (node, i);
    TsTensor *tensor = has_tensor (child) ? ts_node_get_tensor (child) : NULL;

    if (tensor == NULL || !ts_tensor_has_data (tensor) ||
        ts_tensor_get_dtype (tensor) != ts_tensor_get_dtype (first) ||
        !is_same_from (ts_tensor_get_shape (tensor), shape, of_batches))
      return FALSE;
    if (of_batches && !ts_checked_add (n_rows, ts_tensor_get_dim (tensor, 0), &n_rows))
      return FALSE;
  }
  if (of_batches) {
    shape->dims[0] = n_rows;
    return n_rows == self->n_images;
  }
  memmove (shape->dims + 1, shape->dims, shape->n_dims * sizeof *shape->dims);
  shape->dims[0] = n;
  shape->n_dims++;
  return TRUE;
}

/* %NULL when too large or unreadable. */
static TsTensor *
join_rows (TsNode *node, const TsShape *shape)
{
  TsDtype dtype = ts_tensor_get_dtype (ts_node_get_tensor (ts_node_get_child (node, 0)));
  g_autofree guint8 *data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint64 n_bytes;
  gsize at = 0;

  if (!ts_shape_count (shape, &n_bytes) ||
      !ts_checked_mul (n_bytes, ts_dtype_get_size (dtype), &n_bytes) || n_bytes == 0 ||
      n_bytes > MAX_LIST_BYTES)
    return NULL;
  data = g_malloc ((gsize) n_bytes);
  for (guint i = 0; i < ts_node_get_n_children (node); i++) {
    TsTensor *tensor = ts_node_get_tensor (ts_node_get_child (node, i));
    g_autoptr (TsBlock) block = ts_tensor_read_all (tensor, NULL, NULL);

    if (block == NULL)
      return NULL;
    ts_block_copy_packed (block, data + at);
    at += (gsize) ts_tensor_get_n_elements (tensor) * ts_dtype_get_size (dtype);
  }
  bytes = g_bytes_new_take (g_steal_pointer (&data), (gsize) n_bytes);
  return ts_tensor_new_from_bytes (bytes, dtype, shape, NULL);
}

/* TRUE when the container as a whole is something an image. */
static gboolean
visit_list (TsPairing *self, TsNode *node)
{
  g_autoptr (TsTensor) joined = NULL;
  TsShape shape;

  if (!is_list_of_rows (self, node, &shape))
    return FALSE;
  if (is_companion (self, node, &shape,
                    ts_tensor_get_dtype (ts_node_get_tensor (ts_node_get_child (node, 0))))) {
    g_ptr_array_add (self->companions, node);
    return TRUE;
  }
  joined = join_rows (node, &shape);
  if (joined != NULL)
    add_field (self, node, joined, guess_role (ts_node_get_path (node), joined));
  return TRUE;
}

static gboolean
is_text_list (TsPairing *self, TsNode *node)
{
  guint n = ts_node_get_n_children (node);

  if (n != self->n_images || n < 2)
    return FALSE;
  for (guint i = 0; i < n; i++) {
    if (ts_node_get_kind (ts_node_get_child (node, i)) != TS_NODE_TEXT)
      return FALSE;
  }
  return TRUE;
}

/* The state of an optimiser or a network: full of arrays whose first axis is N by accident. */
static gboolean
is_state (TsNode *node)
{
  g_autofree char *name = g_ascii_strdown (ts_node_get_name (node), -1);

  return strstr (name, "optim") != NULL || strstr (name, "state") != NULL;
}

/* @skip: a subtree that was seen before. */
static void
visit (TsPairing *self, TsNode *node, TsNode *skip, guint depth)
{
  if (node == skip || node == self->images || self->n_visited >= MAX_NODES)
    return;
  self->n_visited++;
  if (has_tensor (node)) {
    visit_tensor (self, node);
    return;
  }
  if (ts_node_get_kind (node) == TS_NODE_CONTAINER) {
    if (is_state (node) || visit_list (self, node))
      return;
    if (is_text_list (self, node)) {
      g_ptr_array_add (self->text_lists, node);
      return;
    }
  }
  if (ts_columns_get (node) != NULL) {
    visit (self, ts_columns_get (node), skip, depth + 1);
    return;
  }
  for (guint i = 0; depth < MAX_DEPTH && i < ts_node_get_n_children (node); i++)
    visit (self, ts_node_get_child (node, i), skip, depth + 1);
}

static void
find_constants (TsPairing *self, TsNode *node, guint depth)
{
  TsNodeKind kind = ts_node_get_kind (node);

  if (node == self->images || self->constants->len >= MAX_CONSTANTS)
    return;
  if (kind == TS_NODE_SCALAR || kind == TS_NODE_TEXT)
    g_ptr_array_add (self->constants, node);
  if (depth >= MAX_DEPTH || is_text_list (self, node) || ts_columns_get (node) != NULL)
    return;
  for (guint i = 0; i < ts_node_get_n_children (node); i++)
    find_constants (self, ts_node_get_child (node, i), depth + 1);
}

TsPairing *
ts_pairing_new_with_rows (TsDocument *document, TsNode *images, guint64 n_images, guint64 n_rows)
{
  TsPairing *self;
  TsNode *seen = images;
  TsNode *node;

  g_return_val_if_fail (TS_IS_DOCUMENT (document), NULL);
  g_return_val_if_fail (images == NULL || TS_IS_NODE (images), NULL);
  g_return_val_if_fail (n_rows > 0 && n_images % n_rows == 0, NULL);

  self = g_object_new (TS_TYPE_PAIRING, NULL);
  self->document = g_object_ref (document);
  self->images = images;
  self->n_images = n_images;
  self->n_rows = n_rows;
  /* From the images outwards: their siblings before those of what they are in. */
  node = images != NULL ? ts_node_get_parent (images) : ts_document_get_root (document);
  for (; node != NULL; node = ts_node_get_parent (node)) {
    if (seen == NULL || !ts_node_is_derived (seen)) { /* columns say all that their records hold */
      for (guint i = 0; i < ts_node_get_n_children (node); i++)
        visit (self, ts_node_get_child (node, i), seen, 1);
    }
    seen = node;
  }
  find_constants (self, ts_document_get_root (document), 0);
  return self;
}

TsPairing *
ts_pairing_new (TsDocument *document, TsNode *images, guint64 n_images)
{
  g_return_val_if_fail (n_images > 0, NULL);

  return ts_pairing_new_with_rows (document, images, n_images, n_images);
}

guint
ts_pairing_get_n_fields (TsPairing *self)
{
  g_return_val_if_fail (TS_IS_PAIRING (self), 0);

  return self->fields->len;
}

const TsField *
ts_pairing_get_field (TsPairing *self, guint index)
{
  g_return_val_if_fail (TS_IS_PAIRING (self), NULL);
  g_return_val_if_fail (index < self->fields->len, NULL);

  return &g_array_index (self->fields, TsField, index);
}

const TsField *
ts_pairing_find_role (TsPairing *self, TsFieldRole role)
{
  g_return_val_if_fail (TS_IS_PAIRING (self), NULL);

  for (guint i = 0; i < self->fields->len; i++) {
    const TsField *field = &g_array_index (self->fields, TsField, i);

    if (field->role == role)
      return field;
  }
  return NULL;
}

const TsField *
ts_pairing_find (TsPairing *self, const char *name)
{
  g_return_val_if_fail (TS_IS_PAIRING (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < self->fields->len; i++) {
    const TsField *field = &g_array_index (self->fields, TsField, i);

    if (g_str_equal (field->name, name))
      return field;
  }
  for (guint i = 0; i < self->fields->len; i++) {
    const TsField *field = &g_array_index (self->fields, TsField, i);
    const char *last = strrchr (field->name, '/');

    if (last != NULL && g_str_equal (last + 1, name))
      return field;
  }
  return NULL;
}

GPtrArray *
ts_pairing_get_constants (TsPairing *self)
{
  g_return_val_if_fail (TS_IS_PAIRING (self), NULL);

  return self->constants;
}

GPtrArray *
ts_pairing_get_companions (TsPairing *self)
{
  g_return_val_if_fail (TS_IS_PAIRING (self), NULL);

  return self->companions;
}

GPtrArray *
ts_pairing_get_text_lists (TsPairing *self)
{
  g_return_val_if_fail (TS_IS_PAIRING (self), NULL);

  return self->text_lists;
}

TsBlock *
ts_field_read_row (const TsField *field, guint64 k, GCancellable *cancellable, GError **error)
{
  const TsShape *shape;
  guint64 start[TS_MAX_DIMS] = { 0 }, count[TS_MAX_DIMS];
  g_autoptr (TsBlock) block = NULL;

  g_return_val_if_fail (field != NULL, NULL);

  shape = ts_tensor_get_shape (field->tensor);
  k /= MAX (field->images_per_row, 1);
  if (k >= shape->dims[0]) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, _ ("“%s” has no row %" PRIu64), field->name, k);
    return NULL;
  }
  memcpy (count, shape->dims, shape->n_dims * sizeof *count);
  start[0] = k;
  count[0] = 1;
  block = ts_tensor_read (field->tensor, start, count, cancellable, error);
  return block != NULL ? ts_block_pick (block, 0, 0) : NULL;
}
