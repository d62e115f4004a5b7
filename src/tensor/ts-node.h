/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-tensor.h"

G_BEGIN_DECLS

/**
 * TsNodeKind:
 * @TS_NODE_CONTAINER: dict, list, tuple, group, module: has children
 * @TS_NODE_TENSOR: an array
 * @TS_NODE_VALUES: a list of plain numbers (seeds, losses), held as a 1-D tensor; not an array of
 *   the dump's own
 * @TS_NODE_SCALAR: one number or bool
 * @TS_NODE_TEXT: a string
 * @TS_NODE_OPAQUE: something shown by its name only, never executed ("__main__.Config"); may have
 *   children (its state)
 * @TS_NODE_ERROR: an array or part that could not be read; ts_node_get_error() says why
 */
typedef enum {
  TS_NODE_CONTAINER,
  TS_NODE_TENSOR,
  TS_NODE_VALUES,
  TS_NODE_SCALAR,
  TS_NODE_TEXT,
  TS_NODE_OPAQUE,
  TS_NODE_ERROR,
} TsNodeKind;

/**
 * TsNode:
 *
 * One named thing of a dump. Also a GListModel of its children. Built by a reader in one thread,
 * immutable and thread-safe once the document is handed out.
 *
 * Properties (read-only, for bindings): name, path, kind, type-name, summary, note, tensor.
 */
#define TS_TYPE_NODE (ts_node_get_type ())
G_DECLARE_FINAL_TYPE (TsNode, ts_node, TS, NODE, GObject)

/* Constructors. @name is the key in the parent ("" for a root), any UTF-8. */
TsNode *ts_node_new_container (const char *name, const char *type_name) G_GNUC_WARN_UNUSED_RESULT;
TsNode *ts_node_new_tensor (const char *name, TsTensor *tensor) G_GNUC_WARN_UNUSED_RESULT;
TsNode *ts_node_new_values (const char *name, TsTensor *tensor) G_GNUC_WARN_UNUSED_RESULT;
/* @value: of type b, x, t or d; sunk. */
TsNode *ts_node_new_scalar (const char *name, GVariant *value) G_GNUC_WARN_UNUSED_RESULT;
TsNode *ts_node_new_text (const char *name, const char *text) G_GNUC_WARN_UNUSED_RESULT;
TsNode *ts_node_new_opaque (const char *name, const char *type_name) G_GNUC_WARN_UNUSED_RESULT;
TsNode *ts_node_new_error (const char *name, const GError *error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes @child, whose path becomes this node's path + "/" + name. Children are added top-down or
 * bottom-up; paths are made when asked for. A derived one becomes the first, others the last. */
void ts_node_take_child (TsNode *self, TsNode *child);

/* A copy of @self and all below it under a new name, for another tree; the tensors are shared. */
TsNode *ts_node_copy_tree (TsNode *self, const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* What else there is to say, in words: "parameter", "cut off: 45 of 64 images", "as bfloat16". */
void ts_node_set_note (TsNode *self, const char *note);
/* Marks what shows parts of the dump once more in another order, as columns of records do. */
void ts_node_set_derived (TsNode *self);
gboolean ts_node_is_derived (TsNode *self);
/* For an error node whose dtype and shape are known all the same. */
void ts_node_set_declared (TsNode *self, const char *dtype_name, const TsShape *shape);

/* The same back, both (nullable); owned by the node. */
const char *ts_node_get_declared_dtype (TsNode *self);
const TsShape *ts_node_get_declared_shape (TsNode *self);

const char *ts_node_get_name (TsNode *self);
/* Keys joined by "/", "" for the root; owned by the node. */
const char *ts_node_get_path (TsNode *self);
TsNodeKind ts_node_get_kind (TsNode *self);
/* (nullable) "dict", "list", "__main__.Config" */
const char *ts_node_get_type_name (TsNode *self);
/* (nullable) */
TsTensor *ts_node_get_tensor (TsNode *self);
/* (nullable) of a scalar */
GVariant *ts_node_get_value (TsNode *self);
/* (nullable) of a text */
const char *ts_node_get_text (TsNode *self);
/* (nullable) */
const char *ts_node_get_note (TsNode *self);
/* (nullable) of an error node */
const GError *ts_node_get_error (TsNode *self);
/* (nullable) borrowed */
TsNode *ts_node_get_parent (TsNode *self);
guint ts_node_get_n_children (TsNode *self);
TsNode *ts_node_get_child (TsNode *self, guint index);

/* One line for people: "float32 · 64×3×64×64", "2999", "dict of 8", the error's message. */
const char *ts_node_get_summary (TsNode *self);

G_END_DECLS
