/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-node.h"

G_BEGIN_DECLS

/* Name of the node that holds the columns of a list of records. */
#define TS_COLUMNS_NAME "*"

/**
 * ts_columns_add:
 * @root: a tree not handed out yet
 *
 * A script that collects one dict an image writes a list of records: [{"image": ..., "latent": ...,
 * "label": 3}, ...]; others write one dump an image into a folder, or one numbered group an image
 * ("sample_12") into a file. Each such list in the tree (two or more dicts or tuples with the same
 * keys) gets a first child "*" with a column a key: "*" "/image" is the list of all images, "*"
 * "/label" all labels. The columns share the tensors of the records, add at most one node for each
 * that is there, and are marked as derived: they are no arrays of the dump's own.
 */
void ts_columns_add (TsNode *root);

/* The columns of a list of records; (nullable), borrowed. */
TsNode *ts_columns_get (TsNode *list);

G_END_DECLS
