/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-session.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TsTreePane:
 *
 * What the dump holds, as a tree with a filter; selecting something shows it. The foot says how the
 * axes and the values were read, and why.
 */
#define TS_TYPE_TREE_PANE (ts_tree_pane_get_type ())
G_DECLARE_FINAL_TYPE (TsTreePane, ts_tree_pane, TS, TREE_PANE, GtkWidget)

void ts_tree_pane_set_session (TsTreePane *self, TsSession *session);
/* Puts the focus into the filter. */
void ts_tree_pane_find (TsTreePane *self);
/* How many nodes were looked at one by one since the document came; for tests. */
guint ts_tree_pane_get_n_looks (TsTreePane *self);

G_END_DECLS
