/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-node.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* One line of the tree: kind, name, dtype and shape, and a warning with its reason. */
#define TS_TYPE_TREE_ROW (ts_tree_row_get_type ())
G_DECLARE_FINAL_TYPE (TsTreeRow, ts_tree_row, TS, TREE_ROW, GtkWidget)

GtkWidget *ts_tree_row_new (void);

/* @row: (nullable); @document_name: (nullable), what the root is called */
void ts_tree_row_set_tree_row (TsTreeRow *self, GtkTreeListRow *row, const char *document_name);

G_END_DECLS
