/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "reader/ts-pickle-numpy.h"
#include "reader/ts-pickle-tree-private.h"
#include "reader/ts-torch-derived.h"
#include "reader/ts-torch-rebuild.h"

#include <string.h>

/* Calls in the tree: each by its meaning, the rest as opaque nodes with what they were given. */

static void
add_state (Tree *tree, TsTorchEnv *env, TsNode *node, TsPickleValue *state)
{
  if (state == NULL)
    return;
  if (state->kind == TS_PICKLE_DICT) {
    ts_pickle_tree_add_pairs (tree, env, node, state);
  } else if (state->kind == TS_PICKLE_TUPLE && state->n_items == 2 &&
             (state->at.items[0]->kind == TS_PICKLE_DICT ||
              state->at.items[0]->kind == TS_PICKLE_NONE) &&
             state->at.items[1]->kind == TS_PICKLE_DICT) {
    /* attributes and slots */
    add_state (tree, env, node, state->at.items[0]);
    add_state (tree, env, node, state->at.items[1]);
  } else if (state->kind != TS_PICKLE_NONE) {
    ts_pickle_tree_add (tree, env, node, "state", state);
  }
}

/* What was appended to and set on the object after it was made. */
static void
add_additions (Tree *tree, TsTorchEnv *env, TsNode *node, const TsPickleCall *call, guint start)
{
  if (call->items != NULL)
    ts_pickle_tree_add_items (tree, env, node, call->items->at.items, call->items->n_items, start);
  if (call->pairs != NULL)
    ts_pickle_tree_add_pairs (tree, env, node, call->pairs);
}

static TsNode *
attach_first (Tree *tree, TsNode *parent, TsPickleValue *value, TsNode *node)
{
  ts_pickle_tree_attach (tree, parent, node);
  if (!g_hash_table_contains (tree->first, value))
    g_hash_table_insert (tree->first, value, node);
  return node;
}

/* What protocols 0 and 1 hand to the built-in class that an object's class is derived from. */
static void
add_base_state (Tree *tree, TsTorchEnv *env, TsNode *node, TsPickleValue *state)
{
  if (state == NULL || state->kind == TS_PICKLE_NONE)
    return;
  if (state->kind == TS_PICKLE_LIST || state->kind == TS_PICKLE_TUPLE)
    ts_pickle_tree_add_items (tree, env, node, state->at.items, state->n_items, 0);
  else
    add_state (tree, env, node, state);
}

static void
add_opaque (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  const TsPickleCall *call = value->at.call;
  g_autofree char *type_name = NULL;
  TsPickleValue *class = call->callable;
  gboolean is_object = ts_pickle_value_get_meaning (value) == TS_PICKLE_MEANS_OBJECT;
  TsNode *node;

  if (is_object && ts_pickle_value_is (ts_pickle_value_get_arg (value, 0), TS_PICKLE_GLOBAL))
    class = ts_pickle_value_get_arg (value, 0);
  type_name = ts_pickle_value_dup_type_name (class);
  node = attach_first (tree, parent, value, ts_node_new_opaque (name, type_name));
  if (class->kind == TS_PICKLE_CALL)
    ts_pickle_tree_add (tree, env, node, "callable", class);
  add_state (tree, env, node, call->state);
  add_additions (tree, env, node, call, 0);
  if (is_object)
    add_base_state (tree, env, node, ts_pickle_value_get_arg (value, 2));
  if (!is_object && (call->args->kind != TS_PICKLE_TUPLE || call->args->n_items > 0))
    ts_pickle_tree_add (tree, env, node, "args", call->args);
  if (call->kwargs != NULL && (call->kwargs->kind != TS_PICKLE_DICT || call->kwargs->n_items > 0))
    ts_pickle_tree_add (tree, env, node, "kwargs", call->kwargs);
}

/* --- torch --- */

static void
add_tensor (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  g_auto (TsTorchResult) result = { NULL };
  g_autoptr (GError) error = NULL;
  TsNode *node;

  ts_torch_result_init (&result);
  if (ts_torch_rebuild (env, value, &result, &error)) {
    node = ts_node_new_tensor (name, result.tensor);
  } else {
    node = ts_node_new_error (name, error);
    if (result.has_shape)
      ts_node_set_declared (node, result.dtype_name, &result.shape);
  }
  if (result.note->len > 0)
    ts_node_set_note (node, result.note->str);
  ts_pickle_tree_attach (tree, parent, node);
  if (result.state != NULL)
    add_state (tree, env, node, (TsPickleValue *) result.state);
}

static TsTensor *
densify (TsTorchEnv *env, const TsTorchSparse *sparse, GError **error)
{
  g_auto (TsTorchResult) first = { NULL };
  g_auto (TsTorchResult) second = { NULL };
  g_auto (TsTorchResult) third = { NULL };

  ts_torch_result_init (&first);
  ts_torch_result_init (&second);
  ts_torch_result_init (&third);
  if (!ts_torch_rebuild (env, sparse->parts[0], &first, error) ||
      !ts_torch_rebuild (env, sparse->parts[1], &second, error))
    return NULL;
  if (!sparse->is_compressed)
    return ts_torch_derive_from_coo (first.tensor, second.tensor, &sparse->shape, error);
  if (!ts_torch_rebuild (env, sparse->parts[2], &third, error))
    return NULL;
  return ts_torch_derive_from_compressed (first.tensor, second.tensor, third.tensor, &sparse->shape,
                                          sparse->is_column, sparse->has_blocks, error);
}

static void
add_sparse (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  TsTorchSparse sparse = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (TsTensor) dense = NULL;
  g_autofree char *shape = NULL;
  g_autofree char *note = NULL;
  TsNode *node, *dense_node;

  if (!ts_torch_parse_sparse (value, &sparse, &error)) {
    ts_pickle_tree_attach (tree, parent, ts_node_new_error (name, error));
    return;
  }
  shape = ts_shape_to_string (&sparse.shape);
  note = g_strdup_printf ("sparse tensor of shape %s", shape);
  node = attach_first (tree, parent, value, ts_node_new_container (name, sparse.layout));
  ts_node_set_note (node, note);
  for (guint i = 0; i < G_N_ELEMENTS (sparse.parts) && sparse.names[i] != NULL; i++)
    ts_pickle_tree_add (tree, env, node, sparse.names[i], (TsPickleValue *) sparse.parts[i]);
  dense = densify (env, &sparse, &error);
  if (dense != NULL) {
    dense_node = ts_node_new_tensor ("dense", dense);
    ts_node_set_note (dense_node, "computed from the parts when it is looked at");
  } else {
    dense_node = ts_node_new_error ("dense", error);
  }
  ts_pickle_tree_attach (tree, node, dense_node);
}

static void
add_embedded (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  g_autoptr (GError) error = NULL;
  TsTorchEnv *inner = ts_torch_env_embed (env, value, &error);

  if (inner != NULL)
    ts_pickle_tree_add (tree, inner, parent, name, ts_pickle_get_root (inner->pickle));
  else
    ts_pickle_tree_attach (tree, parent, ts_node_new_error (name, error));
}

/* ({"type", "version", "module_src", "class_name", "state"},) of the StyleGAN family: the source
 * text is shown as text, the state as what the object consists of. */
static void
add_persistent_class (Tree *tree,
                      TsTorchEnv *env,
                      TsNode *parent,
                      const char *name,
                      TsPickleValue *value)
{
  TsPickleValue *meta = ts_pickle_value_get_arg (value, 0);
  TsPickleValue *class_name = ts_pickle_value_lookup (meta, "class_name");
  TsPickleValue *state = ts_pickle_value_lookup (meta, "state");
  TsPickleValue *text = ts_pickle_value_lookup (meta, "module_src");
  g_autofree char *type_name = NULL;
  TsNode *node;

  if (class_name == NULL || state == NULL) {
    add_opaque (tree, env, parent, name, value);
    return;
  }
  type_name = ts_pickle_tree_format_key (env, class_name);
  node = attach_first (tree, parent, value, ts_node_new_opaque (name, type_name));
  add_state (tree, env, node, state);
  if (text != NULL)
    ts_pickle_tree_add (tree, env, node, "module_src", text);
}

/* --- NumPy --- */

static TsNode *
make_field_node (TsNumpyArray *array, guint index)
{
  const char *name = g_ptr_array_index (array->field_names, index);
  TsTensor *tensor = g_ptr_array_index (array->field_tensors, index);
  g_autoptr (GError) error = NULL;

  if (tensor != NULL)
    return ts_node_new_tensor (name, tensor);
  g_set_error (&error, TS_ERROR, TS_ERROR_UNSUPPORTED, "the type of this field is not read");
  return ts_node_new_error (name, error);
}

static void
fill_numpy_node (Tree *tree, TsTorchEnv *env, TsNode *node, TsNumpyArray *array)
{
  if (array->kind == TS_NUMPY_FIELDS) {
    for (guint i = 0; i < array->field_names->len; i++)
      ts_pickle_tree_attach (tree, node, make_field_node (array, i));
  } else if (array->kind == TS_NUMPY_OBJECTS) {
    ts_pickle_tree_add_items (tree, env, node, array->objects->at.items, array->objects->n_items,
                              0);
  } else {
    for (guint i = 0; i < array->texts->len; i++) {
      const char *text = g_ptr_array_index (array->texts, i);
      char name[16];

      if (!ts_pickle_tree_has_text (tree, strlen (text)))
        text = "…";
      g_snprintf (name, sizeof name, "%u", i);
      ts_pickle_tree_attach (tree, node, ts_node_new_text (name, text));
    }
  }
}

static void
add_numpy (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  g_auto (TsNumpyArray) array = { TS_NUMPY_TENSOR };
  g_autoptr (GError) error = NULL;
  g_autofree char *shape = NULL;
  g_autofree char *type_name = NULL;
  TsNode *node;

  if (!ts_pickle_numpy_parse (env->pickle, value, &array, &error)) {
    ts_pickle_tree_attach (tree, parent, ts_node_new_error (name, error));
    return;
  }
  if (array.kind == TS_NUMPY_TENSOR) {
    node = ts_node_new_tensor (name, array.tensor);
    if (array.class_name != NULL || array.note != NULL)
      ts_node_set_note (node, array.note != NULL ? array.note : array.class_name);
    ts_pickle_tree_attach (tree, parent, node);
    return;
  }
  if (array.kind == TS_NUMPY_TEXTS && array.shape.n_dims == 0 && array.texts->len == 1) {
    ts_pickle_tree_attach (tree, parent,
                           ts_node_new_text (name, g_ptr_array_index (array.texts, 0)));
    return;
  }
  shape = ts_shape_to_string (&array.shape);
  type_name = g_strdup_printf ("NumPy array of %s, %s",
                               array.kind == TS_NUMPY_FIELDS    ? "records"
                               : array.kind == TS_NUMPY_OBJECTS ? "objects"
                                                                : "texts",
                               shape);
  node = attach_first (tree, parent, value, ts_node_new_container (name, type_name));
  fill_numpy_node (tree, env, node, &array);
}

/* The values, those under the mask too, and the mask beside them. */
static void
add_masked (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  g_autoptr (GError) error = NULL;
  TsNode *node =
      attach_first (tree, parent, value, ts_node_new_container (name, "masked NumPy array"));
  g_autoptr (TsTensor) mask = ts_pickle_numpy_get_mask (env->pickle, value, &error);

  add_numpy (tree, env, node, "data", value);
  ts_pickle_tree_attach (tree, node,
                         mask != NULL ? ts_node_new_tensor ("mask", mask)
                                      : ts_node_new_error ("mask", error));
}

static void
add_numpy_type (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  g_autofree char *type_name = ts_pickle_numpy_dup_type_name (env->pickle, value);

  if (type_name != NULL)
    ts_pickle_tree_attach (tree, parent, ts_node_new_text (name, type_name));
  else
    add_opaque (tree, env, parent, name, value);
}

/* Its elements, or the array that a pickle of its own there says. */
static void
add_joblib_array (Tree *tree,
                  TsTorchEnv *env,
                  TsNode *parent,
                  const char *name,
                  TsPickleValue *value)
{
  TsPickleValue *payload = value->at.call->payload;

  if (payload == NULL)
    add_opaque (tree, env, parent, name, value);
  else if (payload->kind == TS_PICKLE_BYTES)
    add_numpy (tree, env, parent, name, value);
  else
    ts_pickle_tree_add (tree, env, parent, name, payload);
}

/* --- Python --- */

static void
add_dict (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  const TsPickleCall *call = value->at.call;
  TsPickleMeaning meaning = ts_pickle_value_get_meaning (value);
  g_autofree char *type_name = ts_pickle_value_dup_type_name (value);
  TsPickleValue *first = ts_pickle_value_get_arg (value, 0);
  TsNode *node = attach_first (tree, parent, value, ts_node_new_container (name, type_name));

  if (meaning == TS_PICKLE_MEANS_DEFAULTDICT && ts_pickle_value_is (first, TS_PICKLE_GLOBAL)) {
    g_autofree char *factory = ts_pickle_value_dup_type_name (first);

    ts_node_set_note (node, factory);
  } else if (ts_pickle_value_is (first, TS_PICKLE_DICT)) {
    ts_pickle_tree_add_pairs (tree, env, node, first);
  } else if (ts_pickle_value_is (first, TS_PICKLE_LIST)) {
    /* a list of pairs, as Python 2 wrote ordered dicts */
    for (guint i = 0; i < first->n_items; i++) {
      TsPickleValue *const *pair;
      guint n_items;

      if (ts_pickle_value_get_sequence (first->at.items[i], &pair, &n_items) && n_items == 2) {
        TsPickleValue one = { .kind = TS_PICKLE_DICT, .n_items = 2 };

        one.at.items = (TsPickleValue **) pair;
        ts_pickle_tree_add_pairs (tree, env, node, &one);
      }
    }
  }
  add_additions (tree, env, node, call, 0);
  if (ts_pickle_value_is (call->kwargs, TS_PICKLE_DICT))
    ts_pickle_tree_add_pairs (tree, env, node, call->kwargs);
  /* torch hangs the versions of the modules on every state dict: of no interest here */
  if (!ts_pickle_value_is (call->state, TS_PICKLE_DICT) || call->state->n_items != 2 ||
      !ts_pickle_value_equals (call->state->at.items[0], "_metadata"))
    add_state (tree, env, node, call->state);
}

static void
add_sequence (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  g_autofree char *type_name = ts_pickle_value_dup_type_name (value);
  const TsPickleCall *call = value->at.call;
  TsPickleValue *const *items;
  guint n_items;
  TsNode *node;

  if (!ts_pickle_value_get_sequence (value, &items, &n_items)) {
    add_opaque (tree, env, parent, name, value);
    return;
  }
  if (call->items == NULL && call->state == NULL &&
      ts_pickle_tree_add_numbers (tree, parent, name, value, items, n_items))
    return;
  node = attach_first (tree, parent, value, ts_node_new_container (name, type_name));
  ts_pickle_tree_add_items (tree, env, node, items, n_items, 0);
  if (ts_pickle_value_get_n_args (value) > 0)
    add_additions (tree, env, node, call, n_items);
  add_state (tree, env, node, call->state);
}

static void
add_namespace (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  g_autofree char *type_name = ts_pickle_value_dup_type_name (value);
  const TsPickleCall *call = value->at.call;
  TsNode *node = attach_first (tree, parent, value, ts_node_new_container (name, type_name));

  add_state (tree, env, node, call->state);
  if (ts_pickle_value_is (ts_pickle_value_get_arg (value, 0), TS_PICKLE_DICT))
    ts_pickle_tree_add_pairs (tree, env, node, ts_pickle_value_get_arg (value, 0));
  if (ts_pickle_value_is (call->kwargs, TS_PICKLE_DICT))
    ts_pickle_tree_add_pairs (tree, env, node, call->kwargs);
}

/* Whether all arguments are plain, so that a line of text says it all. */
static gboolean
has_plain_args (const TsPickleValue *call, guint min_args)
{
  guint n_args = ts_pickle_value_get_n_args (call);

  if (n_args < min_args || n_args > 16 || call->at.call->state != NULL)
    return FALSE;
  for (guint i = 0; i < n_args; i++) {
    if (ts_pickle_value_get_arg (call, i)->kind > TS_PICKLE_BYTEARRAY)
      return FALSE;
  }
  return TRUE;
}

static void
print_args (TsTorchEnv *env, const TsPickleValue *call, const char *separator, GString *out)
{
  for (guint i = 0; i < ts_pickle_value_get_n_args (call); i++) {
    if (i > 0 && !g_str_has_suffix (out->str, separator))
      g_string_append (out, separator);
    ts_pickle_tree_print (env, ts_pickle_value_get_arg (call, i), out);
  }
}

static gboolean
add_as_text (Tree *tree,
             TsTorchEnv *env,
             TsNode *parent,
             const char *name,
             TsPickleValue *value,
             TsPickleMeaning meaning)
{
  GString *text;
  double real, imaginary;

  if (!has_plain_args (value, meaning == TS_PICKLE_MEANS_COMPLEX ? 2 : 1))
    return FALSE;
  text = g_string_new (NULL);
  switch ((int) meaning) {
  case TS_PICKLE_MEANS_TORCH_DEVICE:
    print_args (env, value, ":", text);
    break;
  case TS_PICKLE_MEANS_PATH:
    print_args (env, value, "/", text);
    break;
  case TS_PICKLE_MEANS_RANGE:
    g_string_append_printf (text, "%s(", value->at.call->callable->at.global->name);
    print_args (env, value, ", ", text);
    g_string_append_c (text, ')');
    break;
  case TS_PICKLE_MEANS_COMPLEX:
    if (ts_pickle_value_get_double (ts_pickle_value_get_arg (value, 0), &real) &&
        ts_pickle_value_get_double (ts_pickle_value_get_arg (value, 1), &imaginary)) {
      ts_pickle_tree_print (env, ts_pickle_value_get_arg (value, 0), text);
      g_string_append (text, imaginary < 0 ? "" : "+");
      ts_pickle_tree_print (env, ts_pickle_value_get_arg (value, 1), text);
      g_string_append_c (text, 'j');
    }
    break;
  default:
    ts_pickle_tree_print (env, ts_pickle_value_get_arg (value, 0), text);
    break;
  }
  ts_pickle_tree_attach (tree, parent, ts_node_new_text (name, text->str));
  g_string_free (text, TRUE);
  return TRUE;
}

static void
add_encoded (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  g_autoptr (TsSource) bytes = ts_pickle_open_bytes (env->pickle, value, -1, NULL);
  g_autofree char *note = NULL;
  TsNode *node;

  if (bytes == NULL) {
    add_opaque (tree, env, parent, name, value);
    return;
  }
  node = ts_node_new_opaque (name, "bytes");
  note = g_strdup_printf ("%" G_GUINT64_FORMAT " bytes", ts_source_get_size (bytes));
  ts_node_set_note (node, note);
  ts_pickle_tree_attach (tree, parent, node);
}

void
ts_pickle_tree_add_call (Tree *tree,
                         TsTorchEnv *env,
                         TsNode *parent,
                         const char *name,
                         TsPickleValue *value)
{
  TsPickleMeaning meaning = ts_pickle_value_get_meaning (value);

  if (ts_torch_is_rebuild (value)) {
    add_tensor (tree, env, parent, name, value);
    return;
  }
  if (ts_pickle_value_is_joblib_array (value)) {
    add_joblib_array (tree, env, parent, name, value);
    return;
  }
  switch ((int) meaning) {
  case TS_PICKLE_MEANS_REBUILD_SPARSE:
  case TS_PICKLE_MEANS_REBUILD_SPARSE_CSR:
    add_sparse (tree, env, parent, name, value);
    break;
  case TS_PICKLE_MEANS_TORCH_LOAD_BYTES:
    add_embedded (tree, env, parent, name, value);
    break;
  case TS_PICKLE_MEANS_TORCH_PERSISTENT:
    add_persistent_class (tree, env, parent, name, value);
    break;
  case TS_PICKLE_MEANS_TORCH_JIT_TAG:
    if (ts_pickle_value_get_n_args (value) >= 1)
      ts_pickle_tree_add (tree, env, parent, name, ts_pickle_value_get_arg (value, 0));
    else
      add_opaque (tree, env, parent, name, value);
    break;
  case TS_PICKLE_MEANS_NUMPY_RECONSTRUCT:
  case TS_PICKLE_MEANS_NUMPY_FROMBUFFER:
  case TS_PICKLE_MEANS_NUMPY_SCALAR:
    add_numpy (tree, env, parent, name, value);
    break;
  case TS_PICKLE_MEANS_NUMPY_MASKED:
    add_masked (tree, env, parent, name, value);
    break;
  case TS_PICKLE_MEANS_NUMPY_DTYPE:
    add_numpy_type (tree, env, parent, name, value);
    break;
  case TS_PICKLE_MEANS_DICT:
  case TS_PICKLE_MEANS_COUNTER:
  case TS_PICKLE_MEANS_DEFAULTDICT:
    add_dict (tree, env, parent, name, value);
    break;
  case TS_PICKLE_MEANS_NAMESPACE:
    add_namespace (tree, env, parent, name, value);
    break;
  case TS_PICKLE_MEANS_LIST:
  case TS_PICKLE_MEANS_TUPLE:
  case TS_PICKLE_MEANS_SET:
  case TS_PICKLE_MEANS_TORCH_SIZE:
  case TS_PICKLE_MEANS_TORCH_JIT_LIST:
    add_sequence (tree, env, parent, name, value);
    break;
  case TS_PICKLE_MEANS_BYTES:
  case TS_PICKLE_MEANS_ENCODE:
    add_encoded (tree, env, parent, name, value);
    break;
  case TS_PICKLE_MEANS_TORCH_DEVICE:
  case TS_PICKLE_MEANS_TORCH_LAYOUT:
  case TS_PICKLE_MEANS_COMPLEX:
  case TS_PICKLE_MEANS_RANGE:
  case TS_PICKLE_MEANS_PATH:
  case TS_PICKLE_MEANS_NUMBER:
  case TS_PICKLE_MEANS_TEXT:
    if (!add_as_text (tree, env, parent, name, value, meaning))
      add_opaque (tree, env, parent, name, value);
    break;
  default:
    add_opaque (tree, env, parent, name, value);
    break;
  }
}
