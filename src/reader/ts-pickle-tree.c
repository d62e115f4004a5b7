/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle-tree.h"

#include "reader/ts-pickle-text.h"
#include "reader/ts-pickle-tree-private.h"
#include "reader/ts-torch-rebuild.h"

#include <string.h>

#define MAX_DEPTH    256
#define MAX_NODES    500000
#define MAX_AGAIN    50000
#define MAX_PLAIN    10000       /* plain values shown of one container */
#define MAX_TEXT     (64 * 1024) /* bytes of a text */
#define MAX_KEY      256
#define ALL_TEXT     (64 * 1024 * 1024) /* bytes of all texts together */
#define LAST_TEXT    64                 /* what each still gets after that */
#define MAX_DEDUPE   200000
#define PREVIEW_SIZE 16

gboolean
ts_pickle_tree_has_text (Tree *tree, gsize n_bytes)
{
  if (tree->text_left < (gint64) n_bytes)
    return FALSE;
  tree->text_left -= (gint64) n_bytes;
  return TRUE;
}

TsNode *
ts_pickle_tree_attach (Tree *tree, TsNode *parent, TsNode *node)
{
  tree->n_nodes++;
  if (tree->again_depth > 0)
    tree->n_again++;
  if (parent != NULL)
    ts_node_take_child (parent, node);
  else
    tree->root = node;
  return node;
}

/* --- texts --- */

static void
print_double (double number, GString *out)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  for (int digits = 15; digits <= 17; digits++) {
    char format[8];

    g_snprintf (format, sizeof format, "%%.%dg", digits);
    g_ascii_formatd (buffer, sizeof buffer, format, number);
    if (g_ascii_strtod (buffer, NULL) == number)
      break;
  }
  g_string_append (out, buffer);
  if (strspn (buffer, "-0123456789") == strlen (buffer))
    g_string_append (out, ".0");
}

void
ts_pickle_tree_print (TsTorchEnv *env, const TsPickleValue *value, GString *out)
{
  g_autofree char *text = NULL;
  gboolean was_cut;

  /* bytes as old protocols write them */
  if (ts_pickle_value_get_meaning (value) == TS_PICKLE_MEANS_ENCODE &&
      ts_pickle_value_is (ts_pickle_value_get_arg (value, 0), TS_PICKLE_STR))
    value = ts_pickle_value_get_arg (value, 0);
  switch ((TsPickleKind) value->kind) {
  case TS_PICKLE_NONE:
    g_string_append (out, "None");
    break;
  case TS_PICKLE_BOOL:
    g_string_append (out, value->at.integer != 0 ? "True" : "False");
    break;
  case TS_PICKLE_INT:
    g_string_append_printf (out, "%" G_GINT64_FORMAT, value->at.integer);
    break;
  case TS_PICKLE_BIGINT:
    if ((value->flags & TS_PICKLE_FLAG_REMOTE) != 0)
      g_string_append (out, "a long integer");
    else if ((value->flags & TS_PICKLE_FLAG_DECIMAL) != 0)
      g_string_append_len (out, (const char *) value->at.data, (gssize) value->extra);
    else
      g_string_append (out, text = ts_pickle_text_from_long (value->at.data, (gsize) value->extra));
    break;
  case TS_PICKLE_FLOAT:
    print_double (value->at.number, out);
    break;
  case TS_PICKLE_STR:
  case TS_PICKLE_BYTES:
  case TS_PICKLE_BYTEARRAY:
    text = ts_pickle_dup_text (env->pickle, value, MAX_KEY, &was_cut);
    g_string_append (out, text != NULL ? text : "?");
    if (was_cut)
      g_string_append (out, "…");
    break;
  case TS_PICKLE_TUPLE:
    g_string_append_c (out, '(');
    for (guint i = 0; i < value->n_items && i < 8; i++) {
      const TsPickleValue *item = value->at.items[i];

      if (i > 0)
        g_string_append (out, ", ");
      if (item->kind <= TS_PICKLE_BYTEARRAY)
        ts_pickle_tree_print (env, item, out);
      else
        g_string_append (out, "…");
    }
    g_string_append (out, value->n_items == 1 ? ",)" : value->n_items > 8 ? ", …)" : ")");
    break;
  case TS_PICKLE_LIST:
  case TS_PICKLE_DICT:
  case TS_PICKLE_SET:
  case TS_PICKLE_FROZENSET:
  case TS_PICKLE_GLOBAL:
  case TS_PICKLE_CALL:
  case TS_PICKLE_PERSID:
  case TS_PICKLE_EXT:
    text = ts_pickle_value_dup_type_name (value);
    g_string_append_printf (out, "<%s>", text);
    break;
  default:
    g_assert_not_reached ();
  }
}

char *
ts_pickle_tree_format_key (TsTorchEnv *env, const TsPickleValue *key)
{
  GString *text = g_string_new (NULL);

  ts_pickle_tree_print (env, key, text);
  return g_string_free (text, FALSE);
}

/* --- leaves --- */

GVariant *
ts_pickle_tree_make_scalar (const TsPickleValue *value)
{
  guint64 bits = 0;

  switch ((int) value->kind) {
  case TS_PICKLE_BOOL:
    return g_variant_new_boolean (value->at.integer != 0);
  case TS_PICKLE_INT:
    return g_variant_new_int64 (value->at.integer);
  case TS_PICKLE_FLOAT:
    return g_variant_new_double (value->at.number);
  case TS_PICKLE_BIGINT:
    /* beyond gint64 but not beyond guint64 */
    if (value->flags != 0 || value->extra != 9 || value->at.data[8] != 0)
      return NULL;
    for (guint i = 0; i < 8; i++)
      bits |= (guint64) value->at.data[i] << (8 * i);
    return g_variant_new_uint64 (bits);
  default:
    return NULL;
  }
}

static void
add_text (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  gsize max_bytes =
      ts_pickle_tree_has_text (tree, MIN (value->extra, MAX_TEXT)) ? MAX_TEXT : LAST_TEXT;
  gboolean was_cut;
  g_autofree char *text = ts_pickle_dup_text (env->pickle, value, max_bytes, &was_cut);
  TsNode *node = ts_node_new_text (name, text != NULL ? text : "");

  if (text == NULL)
    ts_node_set_note (node, "could not be read");
  else if (was_cut) {
    g_autofree char *note =
        g_strdup_printf ("the beginning of %" G_GUINT64_FORMAT " bytes", value->extra);

    ts_node_set_note (node, note);
  }
  ts_pickle_tree_attach (tree, parent, node);
}

static void
add_bytes (Tree *tree, TsNode *parent, const char *name, const TsPickleValue *value)
{
  TsNode *node =
      ts_node_new_opaque (name, value->kind == TS_PICKLE_BYTEARRAY ? "bytearray" : "bytes");
  GString *note = g_string_new (NULL);

  g_string_append_printf (note, "%" G_GUINT64_FORMAT " bytes", value->extra);
  if ((value->flags & TS_PICKLE_FLAG_REMOTE) == 0 && value->extra > 0) {
    g_string_append_c (note, ':');
    for (guint64 i = 0; i < MIN (value->extra, PREVIEW_SIZE); i++)
      g_string_append_printf (note, " %02x", value->at.data[i]);
    if (value->extra > PREVIEW_SIZE)
      g_string_append (note, " …");
  }
  ts_node_set_note (node, note->str);
  g_string_free (note, TRUE);
  ts_pickle_tree_attach (tree, parent, node);
}

static void
add_global (Tree *tree, TsNode *parent, const char *name, const TsPickleValue *value)
{
  g_autofree char *type_name = ts_pickle_value_dup_type_name (value);
  TsPickleMeaning meaning = ts_pickle_value_get_meaning (value);
  TsNode *node;

  if (meaning == TS_PICKLE_MEANS_TORCH_DTYPE || meaning == TS_PICKLE_MEANS_TORCH_QSCHEME) {
    node = ts_node_new_text (name, type_name);
  } else {
    node = ts_node_new_opaque (name, type_name);
    if (value->kind == TS_PICKLE_GLOBAL)
      ts_node_set_note (node, "a name; what it stands for is not in the file");
  }
  ts_pickle_tree_attach (tree, parent, node);
}

static void
add_persistent (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  const TsPickleValue *id = value->at.inner;
  g_auto (TsTorchResult) result = { NULL };
  g_autoptr (GError) error = NULL;
  TsNode *node;

  ts_torch_result_init (&result);
  if (ts_torch_env_is_storage (env, value)) {
    ts_torch_rebuild_storage (env, value, &result, &error);
  } else if (env->container != NULL && env->container->find_tensor != NULL &&
             id->kind != TS_PICKLE_TUPLE) {
    result.tensor = ts_torch_env_find_tensor (env, value, &error);
  } else {
    add_global (tree, parent, name, value);
    return;
  }
  node = result.tensor != NULL ? ts_node_new_tensor (name, result.tensor)
                               : ts_node_new_error (name, error);
  if (result.note->len > 0)
    ts_node_set_note (node, result.note->str);
  ts_pickle_tree_attach (tree, parent, node);
}

/* Text of Python 2 rather than bytes: no control characters. */
static gboolean
looks_like_text (const TsPickleValue *value)
{
  if ((value->flags & TS_PICKLE_FLAG_REMOTE) != 0)
    return FALSE;
  for (guint64 i = 0; i < value->extra; i++) {
    guint8 byte = value->at.data[i];

    if (byte == 0x7f || (byte < 0x20 && !g_ascii_isspace ((char) byte)))
      return FALSE;
  }
  return TRUE;
}

static void
add_leaf (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  GVariant *scalar = ts_pickle_tree_make_scalar (value);
  g_autofree char *type_name = NULL;
  GString *text;

  if (scalar != NULL) {
    ts_pickle_tree_attach (tree, parent, ts_node_new_scalar (name, scalar));
    return;
  }
  switch ((int) value->kind) {
  case TS_PICKLE_BIGINT:
    text = g_string_new (NULL);
    ts_pickle_tree_print (env, value, text);
    ts_pickle_tree_attach (tree, parent, ts_node_new_text (name, text->str));
    g_string_free (text, TRUE);
    break;
  case TS_PICKLE_STR:
    add_text (tree, env, parent, name, value);
    break;
  case TS_PICKLE_BYTES:
  case TS_PICKLE_BYTEARRAY:
    if ((value->flags & TS_PICKLE_FLAG_OLD_STR) != 0 && looks_like_text (value))
      add_text (tree, env, parent, name, value);
    else
      add_bytes (tree, parent, name, value);
    break;
  case TS_PICKLE_PERSID:
    add_persistent (tree, env, parent, name, value);
    break;
  default:
    add_global (tree, parent, name, value);
    break;
  }
}

/* --- containers --- */

static gboolean
is_plain (const TsPickleValue *value)
{
  return value->kind <= TS_PICKLE_BYTEARRAY || value->kind == TS_PICKLE_GLOBAL ||
         value->kind == TS_PICKLE_EXT;
}

/* Whether there is room for one more entry; counts the plain ones. */
static gboolean
has_room (const Tree *tree, const TsPickleValue *value, guint *n_plain)
{
  if (tree->n_nodes >= tree->max_nodes)
    return FALSE;
  return !is_plain (value) || (*n_plain)++ < MAX_PLAIN;
}

static void
note_left_out (TsNode *parent, guint n_left_out, guint n_all)
{
  g_autofree char *note = NULL;

  if (n_left_out == 0 || parent == NULL)
    return;
  note = g_strdup_printf ("%u of %u entries are not shown", n_left_out, n_all);
  ts_node_set_note (parent, note);
}

void
ts_pickle_tree_add_items (Tree *tree,
                          TsTorchEnv *env,
                          TsNode *parent,
                          TsPickleValue *const *items,
                          guint n_items,
                          guint start)
{
  guint n_plain = 0, n_left_out = 0;

  for (guint i = 0; i < n_items; i++) {
    char name[16];

    if (!has_room (tree, items[i], &n_plain)) {
      n_left_out++;
      continue;
    }
    g_snprintf (name, sizeof name, "%u", start + i);
    ts_pickle_tree_add (tree, env, parent, name, items[i]);
  }
  note_left_out (parent, n_left_out, n_items);
}

/* A later value of the same key takes the place of the first: which pair of each place counts. */
static GArray *
find_last_pairs (TsTorchEnv *env, const TsPickleValue *dict)
{
  g_autoptr (GHashTable) places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n_pairs = dict->n_items / 2;
  GArray *pairs = g_array_sized_new (FALSE, FALSE, sizeof (guint), n_pairs);

  for (guint i = 0; i < n_pairs; i++) {
    const TsPickleValue *key = dict->at.items[2 * i];
    gpointer place;
    char *text;

    if (n_pairs <= MAX_DEDUPE && key->kind <= TS_PICKLE_BYTES &&
        (key->flags & TS_PICKLE_FLAG_REMOTE) == 0) {
      g_autofree char *plain = ts_pickle_tree_format_key (env, key);

      text = g_strdup_printf ("%d%s", key->kind == TS_PICKLE_STR ? 1 : 0, plain);
      if (g_hash_table_lookup_extended (places, text, NULL, &place)) {
        g_array_index (pairs, guint, GPOINTER_TO_UINT (place)) = i;
        g_free (text);
        continue;
      }
      g_hash_table_insert (places, text, GUINT_TO_POINTER (pairs->len));
    }
    g_array_append_val (pairs, i);
  }
  return pairs;
}

void
ts_pickle_tree_add_pairs (Tree *tree, TsTorchEnv *env, TsNode *parent, const TsPickleValue *dict)
{
  g_autoptr (GArray) pairs = find_last_pairs (env, dict);
  guint n_plain = 0, n_left_out = 0;

  for (guint i = 0; i < pairs->len; i++) {
    guint at = g_array_index (pairs, guint, i);
    TsPickleValue *value = dict->at.items[2 * at + 1];
    g_autofree char *name = NULL;

    if (!has_room (tree, value, &n_plain)) {
      n_left_out++;
      continue;
    }
    name = ts_pickle_tree_format_key (env, dict->at.items[2 * at]);
    ts_pickle_tree_add (tree, env, parent, name, value);
  }
  note_left_out (parent, n_left_out, pairs->len);
}

static void
add_container (Tree *tree, TsTorchEnv *env, TsNode *parent, const char *name, TsPickleValue *value)
{
  g_autofree char *type_name = ts_pickle_value_dup_type_name (value);
  TsNode *node;

  if ((value->kind == TS_PICKLE_LIST || value->kind == TS_PICKLE_TUPLE) &&
      ts_pickle_tree_add_numbers (tree, parent, name, value, value->at.items, value->n_items))
    return;
  node = ts_pickle_tree_attach (tree, parent, ts_node_new_container (name, type_name));
  if (!g_hash_table_contains (tree->first, value))
    g_hash_table_insert (tree->first, value, node);
  if (value->kind == TS_PICKLE_DICT)
    ts_pickle_tree_add_pairs (tree, env, node, value);
  else
    ts_pickle_tree_add_items (tree, env, node, value->at.items, value->n_items, 0);
}

/* A node in place of a container: it would lead in a circle, too deep, or say the same again. */
static void
add_reference (Tree *tree, TsNode *parent, const char *name, TsPickleValue *value, const char *why)
{
  g_autofree char *type_name = ts_pickle_value_dup_type_name (value);
  TsNode *node = ts_node_new_opaque (name, type_name);
  TsNode *first = g_hash_table_lookup (tree->first, value);
  g_autofree char *note = NULL;

  if (why != NULL)
    note = g_strdup (why);
  else if (first != NULL && ts_node_get_path (first)[0] != '\0')
    note = g_strdup_printf ("the same as “%s”", ts_node_get_path (first));
  else
    note = g_strdup ("the same as the whole");
  ts_node_set_note (node, note);
  ts_pickle_tree_attach (tree, parent, node);
}

void
ts_pickle_tree_add (Tree *tree,
                    TsTorchEnv *env,
                    TsNode *parent,
                    const char *name,
                    TsPickleValue *value)
{
  gboolean is_again = FALSE;

  if (is_plain (value) || value->kind == TS_PICKLE_PERSID) {
    add_leaf (tree, env, parent, name, value);
    return;
  }
  if (tree->depth >= MAX_DEPTH) {
    add_reference (tree, parent, name, value, "nested deeper than 256 levels: not shown");
    return;
  }
  if ((value->flags & TS_PICKLE_FLAG_ON_PATH) != 0) {
    add_reference (tree, parent, name, value, NULL);
    return;
  }
  if (g_hash_table_contains (tree->first, value)) {
    if (tree->n_again >= MAX_AGAIN) {
      add_reference (tree, parent, name, value, NULL);
      return;
    }
    is_again = TRUE;
  }
  value->flags |= TS_PICKLE_FLAG_ON_PATH;
  tree->depth++;
  tree->again_depth += is_again ? 1 : 0;
  if (value->kind == TS_PICKLE_CALL)
    ts_pickle_tree_add_call (tree, env, parent, name, value);
  else
    add_container (tree, env, parent, name, value);
  tree->again_depth -= is_again ? 1 : 0;
  tree->depth--;
  value->flags &= (guint8) ~TS_PICKLE_FLAG_ON_PATH;
}

TsNode *
ts_pickle_tree_build (TsTorchEnv *env, const char *name, guint *n_nodes_left)
{
  Tree tree = {
    .max_nodes = n_nodes_left != NULL ? MIN (*n_nodes_left, MAX_NODES) : MAX_NODES,
    .first = g_hash_table_new (NULL, NULL),
    .numbers = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref),
    .text_left = ALL_TEXT,
  };

  ts_pickle_tree_add (&tree, env, NULL, name, ts_pickle_get_root (env->pickle));
  if (n_nodes_left != NULL)
    *n_nodes_left -= MIN (tree.n_nodes, *n_nodes_left);
  g_hash_table_unref (tree.first);
  g_hash_table_unref (tree.numbers);
  return tree.root;
}

TsNode *
ts_pickle_tree_build_at (TsSource *source,
                         guint64 offset,
                         const char *name,
                         guint *n_nodes_left,
                         guint64 *end,
                         GCancellable *cancellable,
                         GError **error)
{
  TsPickle *pickle = ts_pickle_run (source, offset, NULL, cancellable, error);
  g_autoptr (TsTorchEnv) env = NULL;

  if (pickle == NULL)
    return NULL;
  if (end != NULL)
    *end = ts_pickle_get_end (pickle);
  env = ts_torch_env_new (pickle, NULL, NULL);
  return ts_pickle_tree_build (env, name, n_nodes_left);
}
