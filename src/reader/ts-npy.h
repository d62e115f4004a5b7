/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reader/ts-npy-header.h"
#include "tensor/ts-node.h"

G_BEGIN_DECLS

/**
 * TsNpyContext:
 * @n_nodes_left: how many more nodes this document may get; hostile headers announce many
 * @objects_end: where the pickle of the last array of objects ended in its source; 0 where it could
 *   not be read
 *
 * Shared by all arrays of one document while it is built.
 */
typedef struct
{
  GCancellable *cancellable;
  guint n_nodes_left;
  guint64 objects_end;
} TsNpyContext;

#define TS_NPY_MAX_NODES 1000000u

/**
 * ts_npy_make_node:
 * @source: holds the array's data
 * @offset: of the magic in @source
 * @name: of the node
 *
 * The array that @header describes as a node: a tensor, a container of fields, texts, or an error
 * node where it cannot be shown. Data that is cut off is shown as far as it goes, with a note.
 */
TsNode *ts_npy_make_node (TsSource *source,
                          guint64 offset,
                          const TsNpyHeader *header,
                          const char *name,
                          TsNpyContext *context) G_GNUC_WARN_UNUSED_RESULT;

/* The bytes that the data of @header takes, as declared; %FALSE when no file can hold it. */
gboolean ts_npy_get_data_bytes (const TsNpyHeader *header, guint64 *n_bytes);

/**
 * ts_npy_make_typed_node:
 * @strides_bytes: one for each axis of @shape
 *
 * Elements of @type that lie in @source, all of them, as a node: what stands behind
 * ts_npy_make_node().
 */
TsNode *ts_npy_make_typed_node (TsSource *source,
                                guint64 offset,
                                const TsNpyType *type,
                                const TsShape *shape,
                                const guint64 *strides_bytes,
                                const char *name,
                                TsNpyContext *context) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
