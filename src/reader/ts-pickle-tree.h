/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reader/ts-torch-env.h"
#include "tensor/ts-node.h"

G_BEGIN_DECLS

/**
 * ts_pickle_tree_build:
 * @name: of the root
 * @n_nodes_left: (inout) (nullable): how many nodes there may be, if less than usual; what is taken
 *   is taken off
 *
 * The tree of what a pickle says. Its graph may hold cycles and share without end, the tree is
 * finite: a cycle ends in a node that names where it leads; a container that is met again is shown
 * again while there is room and named after that; deeper than 256 levels and beyond a few hundred
 * thousand nodes only a remark stands. Lists of numbers become one node of kind values.
 *
 * Never fails: what cannot be read becomes an error node. The nodes do not need @env afterwards.
 */
TsNode *ts_pickle_tree_build (TsTorchEnv *env,
                              const char *name,
                              guint *n_nodes_left) G_GNUC_WARN_UNUSED_RESULT;

/* The same for a plain pickle at @offset of @source, of which *@end (nullable) gets the end: for
 * other readers that meet one. */
TsNode *ts_pickle_tree_build_at (TsSource *source,
                                 guint64 offset,
                                 const char *name,
                                 guint *n_nodes_left,
                                 guint64 *end,
                                 GCancellable *cancellable,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
