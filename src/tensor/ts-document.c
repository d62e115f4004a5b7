/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-document.h"

#include "tensor/ts-columns.h"

#include <string.h>

struct _TsDocument
{
  GObject parent_instance;

  TsSource *source;
  char *name;
  char *path;
  char *raw;
  char *format_id;
  TsOrigin origin;
  TsNode *root;
  TsDocumentCheckFunc check; /* (nullable) */
  GPtrArray *warnings;
  GPtrArray *arrays; /* made when first asked for */
  GMutex lock;       /* guards arrays */
};

/* A dump that is one bare array shows as one row: itself. */
static gboolean
has_only_root (TsDocument *self)
{
  return ts_node_get_kind (self->root) != TS_NODE_CONTAINER;
}

static GType
ts_document_get_item_type (GListModel *list)
{
  return TS_TYPE_NODE;
}

static guint
ts_document_get_n_items (GListModel *list)
{
  TsDocument *self = TS_DOCUMENT (list);

  return has_only_root (self) ? 1 : ts_node_get_n_children (self->root);
}

static gpointer
ts_document_get_item (GListModel *list, guint position)
{
  TsDocument *self = TS_DOCUMENT (list);

  if (has_only_root (self))
    return position == 0 ? g_object_ref (self->root) : NULL;
  return g_list_model_get_item (G_LIST_MODEL (self->root), position);
}

static void
ts_document_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = ts_document_get_item_type;
  iface->get_n_items = ts_document_get_n_items;
  iface->get_item = ts_document_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TsDocument,
                               ts_document,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      ts_document_list_model_init))

static void
ts_document_finalize (GObject *object)
{
  TsDocument *self = TS_DOCUMENT (object);

  g_clear_object (&self->source);
  g_clear_object (&self->root);
  g_free (self->name);
  g_free (self->path);
  g_free (self->raw);
  g_free (self->format_id);
  g_ptr_array_unref (self->warnings);
  g_clear_pointer (&self->arrays, g_ptr_array_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (ts_document_parent_class)->finalize (object);
}

static void
ts_document_class_init (TsDocumentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_document_finalize;
}

static void
ts_document_init (TsDocument *self)
{
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&self->lock);
}

TsDocument *
ts_document_new (TsSource *source,
                 const char *name,
                 const char *format_id,
                 TsOrigin origin,
                 TsNode *root)
{
  TsDocument *self;

  g_return_val_if_fail (TS_IS_SOURCE (source), NULL);
  g_return_val_if_fail (TS_IS_NODE (root), NULL);

  self = g_object_new (TS_TYPE_DOCUMENT, NULL);
  self->source = g_object_ref (source);
  self->name = g_utf8_make_valid (name != NULL ? name : "", -1);
  self->format_id = g_strdup (format_id);
  self->origin = origin;
  self->root = g_object_ref (root);
  ts_columns_add (root);
  return self;
}

void
ts_document_set_path (TsDocument *self, const char *path)
{
  g_return_if_fail (TS_IS_DOCUMENT (self));

  g_free (self->path);
  self->path = g_strdup (path);
}

void
ts_document_add_warning (TsDocument *self, const char *warning)
{
  g_return_if_fail (TS_IS_DOCUMENT (self));

  g_ptr_array_add (self->warnings, g_strdup (warning));
}

void
ts_document_set_check (TsDocument *self, TsDocumentCheckFunc check)
{
  g_return_if_fail (TS_IS_DOCUMENT (self));

  self->check = check;
}

GPtrArray *
ts_document_check (TsDocument *self, guint64 max_bytes, GCancellable *cancellable)
{
  g_return_val_if_fail (TS_IS_DOCUMENT (self), NULL);

  if (self->check == NULL)
    return g_ptr_array_new_with_free_func (g_free);
  return self->check (self->source, max_bytes, cancellable);
}

const char *
ts_document_get_name (TsDocument *self)
{
  return self->name;
}

void
ts_document_set_raw (TsDocument *self, const char *raw)
{
  g_return_if_fail (TS_IS_DOCUMENT (self));

  g_free (self->raw);
  self->raw = g_strdup (raw);
}

const char *
ts_document_get_raw (TsDocument *self)
{
  return self->raw;
}

const char *
ts_document_get_path (TsDocument *self)
{
  return self->path;
}

const char *
ts_document_get_format_id (TsDocument *self)
{
  return self->format_id;
}

TsOrigin
ts_document_get_origin (TsDocument *self)
{
  return self->origin;
}

TsNode *
ts_document_get_root (TsDocument *self)
{
  return self->root;
}

TsSource *
ts_document_get_source (TsDocument *self)
{
  return self->source;
}

GPtrArray *
ts_document_get_warnings (TsDocument *self)
{
  return self->warnings;
}

GPtrArray *
ts_document_get_arrays (TsDocument *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (TS_IS_DOCUMENT (self), NULL);

  locker = g_mutex_locker_new (&self->lock);
  if (self->arrays == NULL) {
    g_autoptr (GPtrArray) stack = g_ptr_array_new ();

    self->arrays = g_ptr_array_new ();
    g_ptr_array_add (stack, self->root);
    /* An explicit stack, children pushed last to first: document order at any depth. */
    while (stack->len > 0) {
      TsNode *node = g_ptr_array_steal_index (stack, stack->len - 1);
      TsNodeKind kind = ts_node_get_kind (node);

      if (ts_node_is_derived (node))
        continue;
      if (kind == TS_NODE_TENSOR || kind == TS_NODE_ERROR)
        g_ptr_array_add (self->arrays, node);
      for (guint i = ts_node_get_n_children (node); i-- > 0;)
        g_ptr_array_add (stack, ts_node_get_child (node, i));
    }
  }
  return self->arrays;
}

TsNode *
ts_document_find (TsDocument *self, const char *path)
{
  TsNode *node;
  const char *rest = path;

  g_return_val_if_fail (TS_IS_DOCUMENT (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  /* Key by key, the longest key first where keys themselves hold a slash. */
  node = self->root;
  while (*rest != '\0') {
    TsNode *found = NULL;
    gsize found_length = 0;

    for (guint i = 0; i < ts_node_get_n_children (node); i++) {
      TsNode *child = ts_node_get_child (node, i);
      const char *name = ts_node_get_name (child);
      gsize length = strlen (name);

      if (length >= found_length && strncmp (rest, name, length) == 0 &&
          (rest[length] == '\0' || rest[length] == '/') &&
          (found == NULL || length > found_length)) {
        found = child;
        found_length = length;
      }
    }
    if (found == NULL)
      return NULL;
    node = found;
    rest += found_length;
    if (*rest == '/')
      rest++;
  }
  return node;
}
