/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-series.h"

#include "base/ts-error.h"
#include "reader/ts-npy.h"
#include "reader/ts-pickle-opcodes.h"
#include "reader/ts-pickle-tree.h"
#include "reader/ts-reader.h"

#include <string.h>

/* Arrays and pickles one after another in one file. Each says itself where it ends. */

#define MAX_PARTS 10000u

typedef enum {
  PART_NONE,
  PART_ARRAY,
  PART_PICKLE,     /* says which protocol it is of */
  PART_OLD_PICKLE, /* of protocol 0 or 1: a guess by its opcodes */
} PartKind;

typedef struct
{
  TsSource *source;
  guint64 offset; /* of what is read next */
  TsNpyContext context;
  GPtrArray *nodes;
  gboolean mentions_torch;
} Series;

static guint64
get_left (const Series *self)
{
  return ts_source_get_size (self->source) - self->offset;
}

/* What begins where the next part would be. */
static PartKind
find_part (const Series *self)
{
  gsize n_bytes = (gsize) MIN (get_left (self), TS_PROBE_BYTES);
  guint8 head[TS_PROBE_BYTES];

  if (n_bytes == 0 || self->nodes->len >= MAX_PARTS ||
      !ts_source_read (self->source, self->offset, head, n_bytes, self->context.cancellable, NULL))
    return self->nodes->len == 0 ? PART_PICKLE : PART_NONE; /* the first one says what is wrong */
  if (n_bytes >= TS_NPY_MAGIC_BYTES && memcmp (head, TS_NPY_MAGIC, TS_NPY_MAGIC_BYTES) == 0)
    return PART_ARRAY;
  if (n_bytes >= 3 && head[0] == OP_PROTO && head[1] >= 2 && head[1] <= 5 &&
      *ts_pickle_opcode_get_name (head[2]) != '?')
    return PART_PICKLE;
  return self->nodes->len == 0 || ts_pickle_probe (head, n_bytes, get_left (self)) > 0
             ? PART_OLD_PICKLE
             : PART_NONE;
}

/* The name of the part that was just passed: its number, or none if it is all there is. */
static char *
make_key (const Series *self, gboolean more)
{
  return more || self->nodes->len > 0 ? g_strdup_printf ("%u", self->nodes->len) : g_strdup ("");
}

static TsNode *
read_array (Series *self, GError **error)
{
  guint64 start = self->offset;
  g_autoptr (TsNpyHeader) header =
                 ts_npy_header_read (self->source, start, self->context.cancellable, error);
  g_autofree char *key = NULL;
  gboolean has_objects;
  guint64 n_bytes;
  TsNode *node;

  if (header == NULL)
    return NULL;
  self->offset += header->data_offset;
  has_objects = header->type->kind == TS_NPY_OBJECTS;
  if (has_objects || !ts_npy_get_data_bytes (header, &n_bytes))
    n_bytes = G_MAXUINT64;
  self->offset += MIN (n_bytes, get_left (self)); /* what follows damaged data cannot be found */
  key = make_key (self, has_objects || find_part (self) != PART_NONE);
  node = ts_npy_make_node (self->source, start, header, key, &self->context);
  if (has_objects && self->context.objects_end > 0)
    self->offset = self->context.objects_end;
  return node;
}

static TsNode *
read_pickle (Series *self, GError **error)
{
  TsPickle *pickle =
      ts_pickle_run (self->source, self->offset, NULL, self->context.cancellable, error);
  g_autoptr (TsTorchEnv) env = NULL;
  g_autofree char *key = NULL;

  if (pickle == NULL)
    return NULL;
  self->offset = ts_pickle_get_end (pickle);
  self->mentions_torch |= ts_pickle_mentions_torch (pickle);
  env = ts_torch_env_new (pickle, NULL, NULL);
  key = make_key (self, find_part (self) != PART_NONE);
  return ts_pickle_tree_build (env, key, &self->context.n_nodes_left);
}

/* Whether it has a part to add; errors of later ones become nodes. */
static gboolean
read_part (Series *self, PartKind kind, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  TsNode *node =
      kind == PART_ARRAY ? read_array (self, &local_error) : read_pickle (self, &local_error);

  if (node == NULL && self->nodes->len == 0) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return FALSE;
  }
  if (node == NULL && kind == PART_OLD_PICKLE)
    return FALSE;
  if (node == NULL) {
    g_autofree char *key = make_key (self, FALSE);

    node = ts_node_new_error (key, local_error);
    self->offset = ts_source_get_size (self->source);
  }
  g_ptr_array_add (self->nodes, node);
  return TRUE;
}

/* The only part as the whole document, several as a list. */
static TsNode *
make_root (const Series *self)
{
  TsNode *first = g_ptr_array_index (self->nodes, 0);
  TsNode *root;

  if (self->nodes->len == 1)
    return *ts_node_get_name (first) == '\0' ? g_object_ref (first) : ts_node_copy_tree (first, "");
  root = ts_node_new_container ("", "list");
  for (guint i = 0; i < self->nodes->len; i++)
    ts_node_take_child (root, g_object_ref (g_ptr_array_index (self->nodes, i)));
  return root;
}

TsDocument *
ts_series_open (TsSource *source,
                const char *name,
                const char *format_id,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new_with_free_func (g_object_unref);
  Series self = { source, 0, { cancellable, TS_NPY_MAX_NODES, 0 }, nodes, FALSE };
  g_autoptr (TsNode) root = NULL;
  TsDocument *document;
  PartKind last = PART_NONE;

  for (PartKind kind = find_part (&self); kind != PART_NONE && read_part (&self, kind, error);
       kind = find_part (&self))
    last = kind;
  if (g_cancellable_set_error_if_cancelled (cancellable, nodes->len > 0 ? error : NULL) ||
      nodes->len == 0)
    return NULL;
  root = make_root (&self);
  if (last == PART_ARRAY && ts_node_get_kind (root) == TS_NODE_ERROR) {
    g_propagate_error (error, g_error_copy (ts_node_get_error (root)));
    return NULL;
  }
  document = ts_document_new (source, name, format_id,
                              self.mentions_torch ? TS_ORIGIN_TORCH : TS_ORIGIN_NUMPY, root);
  if (get_left (&self) > 0) {
    g_autofree char *warning =
        g_strdup_printf ("%" G_GUINT64_FORMAT " bytes after the %s are %s", get_left (&self),
                         last == PART_ARRAY ? "array" : "pickle",
                         nodes->len < MAX_PARTS ? "ignored" : "not read");

    ts_document_add_warning (document, warning);
  }
  return document;
}
