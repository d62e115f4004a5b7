/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-node.h"

#include "base/ts-error.h"

#include <string.h>

struct _TsNode
{
  GObject parent_instance;

  char *name;
  char *path;
  TsNodeKind kind;
  gboolean is_derived;
  char *type_name;
  char *text;
  char *note;
  char *declared_dtype;
  TsShape *declared_shape;
  char *summary;
  TsTensor *tensor;
  GVariant *value;
  GError *error;
  TsNode *parent; /* borrowed: a parent outlives its children */
  GPtrArray *children;
  GMutex lock; /* guards path and summary, which are made when first asked for */
};

enum {
  PROP_0,
  PROP_NAME,
  PROP_PATH,
  PROP_KIND,
  PROP_TYPE_NAME,
  PROP_SUMMARY,
  PROP_NOTE,
  PROP_TENSOR,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static GType
ts_node_get_item_type (GListModel *list)
{
  return TS_TYPE_NODE;
}

static guint
ts_node_get_n_items (GListModel *list)
{
  return TS_NODE (list)->children->len;
}

static gpointer
ts_node_get_item (GListModel *list, guint position)
{
  GPtrArray *children = TS_NODE (list)->children;

  return position < children->len ? g_object_ref (g_ptr_array_index (children, position)) : NULL;
}

static void
ts_node_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = ts_node_get_item_type;
  iface->get_n_items = ts_node_get_n_items;
  iface->get_item = ts_node_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TsNode,
                               ts_node,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, ts_node_list_model_init))

static void
ts_node_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  TsNode *self = TS_NODE (object);

  switch (prop_id) {
  case PROP_NAME:
    g_value_set_string (value, self->name);
    break;
  case PROP_PATH:
    g_value_set_string (value, ts_node_get_path (self));
    break;
  case PROP_KIND:
    g_value_set_int (value, (int) self->kind);
    break;
  case PROP_TYPE_NAME:
    g_value_set_string (value, self->type_name);
    break;
  case PROP_SUMMARY:
    g_value_set_string (value, ts_node_get_summary (self));
    break;
  case PROP_NOTE:
    g_value_set_string (value, self->note);
    break;
  case PROP_TENSOR:
    g_value_set_object (value, self->tensor);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
ts_node_finalize (GObject *object)
{
  TsNode *self = TS_NODE (object);

  g_free (self->name);
  g_free (self->path);
  g_free (self->type_name);
  g_free (self->text);
  g_free (self->note);
  g_free (self->declared_dtype);
  g_free (self->declared_shape);
  g_free (self->summary);
  g_clear_object (&self->tensor);
  g_clear_pointer (&self->value, g_variant_unref);
  g_clear_error (&self->error);
  for (guint i = 0; i < self->children->len; i++)
    TS_NODE (g_ptr_array_index (self->children, i))->parent = NULL;
  g_ptr_array_unref (self->children);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (ts_node_parent_class)->finalize (object);
}

static void
ts_node_class_init (TsNodeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = ts_node_get_property;
  object_class->finalize = ts_node_finalize;
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  props[PROP_KIND] = g_param_spec_int ("kind", NULL, NULL, 0, TS_NODE_ERROR, 0, flags);
  props[PROP_TYPE_NAME] = g_param_spec_string ("type-name", NULL, NULL, NULL, flags);
  props[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL, flags);
  props[PROP_NOTE] = g_param_spec_string ("note", NULL, NULL, NULL, flags);
  props[PROP_TENSOR] = g_param_spec_object ("tensor", NULL, NULL, TS_TYPE_TENSOR, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
ts_node_init (TsNode *self)
{
  self->children = g_ptr_array_new_with_free_func (g_object_unref);
  g_mutex_init (&self->lock);
}

/* Names from files may hold any bytes; from here on they are UTF-8. */
static TsNode *
node_new (TsNodeKind kind, const char *name, const char *type_name)
{
  TsNode *self = g_object_new (TS_TYPE_NODE, NULL);

  self->kind = kind;
  self->name = g_utf8_make_valid (name != NULL ? name : "", -1);
  self->type_name = type_name != NULL ? g_utf8_make_valid (type_name, -1) : NULL;
  return self;
}

TsNode *
ts_node_new_container (const char *name, const char *type_name)
{
  return node_new (TS_NODE_CONTAINER, name, type_name);
}

TsNode *
ts_node_new_tensor (const char *name, TsTensor *tensor)
{
  TsNode *self;

  g_return_val_if_fail (TS_IS_TENSOR (tensor), NULL);

  self = node_new (TS_NODE_TENSOR, name, NULL);
  self->tensor = g_object_ref (tensor);
  return self;
}

TsNode *
ts_node_new_values (const char *name, TsTensor *tensor)
{
  TsNode *self = ts_node_new_tensor (name, tensor);

  self->kind = TS_NODE_VALUES;
  return self;
}

TsNode *
ts_node_new_scalar (const char *name, GVariant *value)
{
  TsNode *self;

  g_return_val_if_fail (value != NULL, NULL);

  self = node_new (TS_NODE_SCALAR, name, NULL);
  self->value = g_variant_ref_sink (value);
  return self;
}

TsNode *
ts_node_new_text (const char *name, const char *text)
{
  TsNode *self = node_new (TS_NODE_TEXT, name, "str");

  self->text = g_utf8_make_valid (text != NULL ? text : "", -1);
  return self;
}

TsNode *
ts_node_new_opaque (const char *name, const char *type_name)
{
  return node_new (TS_NODE_OPAQUE, name, type_name);
}

TsNode *
ts_node_new_error (const char *name, const GError *error)
{
  TsNode *self;

  g_return_val_if_fail (error != NULL, NULL);

  self = node_new (TS_NODE_ERROR, name, NULL);
  self->error = g_error_copy (error);
  return self;
}

void
ts_node_take_child (TsNode *self, TsNode *child)
{
  g_return_if_fail (TS_IS_NODE (self));
  g_return_if_fail (TS_IS_NODE (child));
  g_return_if_fail (child->parent == NULL && child != self);

  child->parent = self;
  g_ptr_array_insert (self->children, child->is_derived ? 0 : -1, child);
}

/* Pairs of original and copy whose children are still to be copied: a loop, because a hostile dump
 * may nest deeply. */
TsNode *
ts_node_copy_tree (TsNode *self, const char *name)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new ();
  TsNode *top = NULL;

  g_return_val_if_fail (TS_IS_NODE (self), NULL);

  g_ptr_array_add (left, self);
  g_ptr_array_add (left, NULL);
  while (left->len > 0) {
    TsNode *parent = g_ptr_array_steal_index (left, left->len - 1);
    TsNode *node = g_ptr_array_steal_index (left, left->len - 1);
    TsNode *copy = node_new (node->kind, parent == NULL ? name : node->name, node->type_name);

    copy->text = g_strdup (node->text);
    copy->note = g_strdup (node->note);
    copy->declared_dtype = g_strdup (node->declared_dtype);
    if (node->declared_shape != NULL)
      copy->declared_shape = g_memdup2 (node->declared_shape, sizeof *node->declared_shape);
    g_set_object (&copy->tensor, node->tensor);
    copy->value = node->value != NULL ? g_variant_ref (node->value) : NULL;
    copy->error = node->error != NULL ? g_error_copy (node->error) : NULL;
    if (parent == NULL)
      top = copy;
    else
      ts_node_take_child (parent, copy);
    for (guint i = node->children->len; i-- > 0;) {
      g_ptr_array_add (left, g_ptr_array_index (node->children, i));
      g_ptr_array_add (left, copy);
    }
  }
  return top;
}

void
ts_node_set_note (TsNode *self, const char *note)
{
  g_return_if_fail (TS_IS_NODE (self));

  g_free (self->note);
  self->note = note != NULL ? g_utf8_make_valid (note, -1) : NULL;
}

void
ts_node_set_derived (TsNode *self)
{
  g_return_if_fail (TS_IS_NODE (self));

  self->is_derived = TRUE;
}

gboolean
ts_node_is_derived (TsNode *self)
{
  g_return_val_if_fail (TS_IS_NODE (self), FALSE);

  return self->is_derived;
}

void
ts_node_set_declared (TsNode *self, const char *dtype_name, const TsShape *shape)
{
  g_return_if_fail (TS_IS_NODE (self));

  g_free (self->declared_dtype);
  self->declared_dtype = g_utf8_make_valid (dtype_name, -1);
  g_free (self->declared_shape);
  self->declared_shape = g_memdup2 (shape, sizeof *shape);
}

const char *
ts_node_get_declared_dtype (TsNode *self)
{
  g_return_val_if_fail (TS_IS_NODE (self), NULL);

  return self->declared_dtype;
}

const TsShape *
ts_node_get_declared_shape (TsNode *self)
{
  g_return_val_if_fail (TS_IS_NODE (self), NULL);

  return self->declared_shape;
}

const char *
ts_node_get_name (TsNode *self)
{
  return self->name;
}

const char *
ts_node_get_path (TsNode *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (TS_IS_NODE (self), NULL);

  locker = g_mutex_locker_new (&self->lock);
  if (self->path == NULL) {
    GPtrArray *names = g_ptr_array_new ();
    GString *path = g_string_new (NULL);

    /* Upwards in a loop: a hostile dump may nest deeply. */
    for (TsNode *node = self; node->parent != NULL; node = node->parent)
      g_ptr_array_add (names, node->name);
    for (guint i = names->len; i-- > 0;)
      g_string_append_printf (path, "%s%s", (const char *) g_ptr_array_index (names, i),
                              i > 0 ? "/" : "");
    g_ptr_array_unref (names);
    self->path = g_string_free (path, FALSE);
  }
  return self->path;
}

TsNodeKind
ts_node_get_kind (TsNode *self)
{
  return self->kind;
}

const char *
ts_node_get_type_name (TsNode *self)
{
  return self->type_name;
}

TsTensor *
ts_node_get_tensor (TsNode *self)
{
  return self->tensor;
}

GVariant *
ts_node_get_value (TsNode *self)
{
  return self->value;
}

const char *
ts_node_get_text (TsNode *self)
{
  return self->text;
}

const char *
ts_node_get_note (TsNode *self)
{
  return self->note;
}

const GError *
ts_node_get_error (TsNode *self)
{
  return self->error;
}

TsNode *
ts_node_get_parent (TsNode *self)
{
  return self->parent;
}

guint
ts_node_get_n_children (TsNode *self)
{
  return self->children->len;
}

TsNode *
ts_node_get_child (TsNode *self, guint index)
{
  g_return_val_if_fail (index < self->children->len, NULL);

  return g_ptr_array_index (self->children, index);
}

static char *
format_scalar (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "True" : "False");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE)) {
    double number = g_variant_get_double (value);

    return ts_dtype_format_element (TS_DTYPE_FLOAT64, (const guint8 *) &number);
  }
  return g_variant_print (value, FALSE);
}

static char *
make_summary (TsNode *self)
{
  guint n = self->children->len;

  if (n > 0 && ts_node_is_derived (g_ptr_array_index (self->children, 0)))
    n--;
  switch (self->kind) {
  case TS_NODE_CONTAINER:
    return g_strdup_printf ("%s of %u", self->type_name != NULL ? self->type_name : "group", n);
  case TS_NODE_TENSOR:
  case TS_NODE_VALUES: {
    g_autofree char *shape = ts_shape_to_string (ts_tensor_get_shape (self->tensor));
    const char *dtype = ts_dtype_get_name (ts_tensor_get_dtype (self->tensor));

    if (self->kind == TS_NODE_VALUES)
      return g_strdup_printf ("list of %s numbers", shape);
    return g_strdup_printf ("%s · %s", dtype, shape);
  }
  case TS_NODE_SCALAR:
    return format_scalar (self->value);
  case TS_NODE_TEXT:
    return g_strdup (self->text);
  case TS_NODE_OPAQUE:
    return g_strdup (self->type_name != NULL ? self->type_name : "object");
  case TS_NODE_ERROR:
    if (self->declared_dtype != NULL) {
      g_autofree char *shape = ts_shape_to_string (self->declared_shape);

      return g_strdup_printf ("%s · %s: %s", self->declared_dtype, shape, self->error->message);
    }
    return g_strdup (self->error->message);
  default:
    g_assert_not_reached ();
  }
}

const char *
ts_node_get_summary (TsNode *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (TS_IS_NODE (self), NULL);

  locker = g_mutex_locker_new (&self->lock);
  if (self->summary == NULL)
    self->summary = make_summary (self);
  return self->summary;
}
