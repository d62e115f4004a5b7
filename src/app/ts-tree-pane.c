/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-tree-pane.h"

#include "app/ts-tree-row.h"
#include "tensor/ts-columns.h"

#include <glib/gi18n.h>

/* Up to so many arrays everything is unfolded at once. */
#define MAX_UNFOLDED 200
/* More are filtered bit by bit. */
#define MAX_AT_ONCE 2000

struct _TsTreePane
{
  GtkWidget parent_instance;

  /* template */
  GtkSearchEntry *filter_entry;
  GtkListView *list_view;
  GtkLabel *foot_label;

  /* owned */
  TsSession *session;
  GtkTreeListModel *tree;
  GtkCustomFilter *filter;
  GtkFilterListModel *filtered; /* by the filter, while there is a text */
  GtkSingleSelection *selection;
  char *filter_text; /* case-folded; %NULL shows all */

  gboolean updating;
  guint n_looks; /* nodes looked at, see ts_tree_pane_get_n_looks() */
};

G_DEFINE_FINAL_TYPE (TsTreePane, ts_tree_pane, GTK_TYPE_WIDGET)

static GListModel *
create_children (gpointer item, gpointer data)
{
  return ts_node_get_n_children (item) > 0 ? G_LIST_MODEL (g_object_ref (item)) : NULL;
}

static gboolean
matches (TsNode *node, const char *text)
{
  g_autofree char *path = g_utf8_casefold (ts_node_get_path (node), -1);

  if (strstr (path, text) != NULL)
    return TRUE;
  for (guint i = 0; i < ts_node_get_n_children (node); i++)
    if (matches (ts_node_get_child (node, i), text))
      return TRUE;
  return FALSE;
}

static gboolean
filter_func (gpointer item, gpointer data)
{
  TsTreePane *self = data;

  self->n_looks++;
  if (self->filter_text == NULL)
    return TRUE;
  g_autoptr (TsNode) node = gtk_tree_list_row_get_item (item);
  return matches (node, self->filter_text);
}

static void
search_changed_cb (TsTreePane *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->filter_entry));

  g_free (self->filter_text);
  self->filter_text = *text != '\0' ? g_utf8_casefold (text, -1) : NULL;
  if (self->tree == NULL)
    return;
  self->updating = TRUE;
  if (self->filter_text != NULL)
    gtk_tree_list_model_set_autoexpand (self->tree, TRUE);
  if (self->filter_text == NULL || gtk_filter_list_model_get_filter (self->filtered) == NULL)
    gtk_filter_list_model_set_filter (self->filtered,
                                      self->filter_text != NULL ? GTK_FILTER (self->filter) : NULL);
  else
    gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  self->updating = FALSE;
}

void
ts_tree_pane_find (TsTreePane *self)
{
  g_return_if_fail (TS_IS_TREE_PANE (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->filter_entry));
  gtk_editable_select_region (GTK_EDITABLE (self->filter_entry), 0, -1);
}

guint
ts_tree_pane_get_n_looks (TsTreePane *self)
{
  g_return_val_if_fail (TS_IS_TREE_PANE (self), 0);

  return self->n_looks;
}

static void
stop_search_cb (TsTreePane *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->filter_entry), "");
  gtk_widget_grab_focus (GTK_WIDGET (self->list_view));
}

/* The row of @node; folded-up parents are unfolded on the way. */
static GtkTreeListRow *
find_row (TsTreePane *self, TsNode *node)
{
  TsNode *parent = ts_node_get_parent (node);
  guint i = 0;

  if (parent == NULL)
    return gtk_tree_list_model_get_child_row (self->tree, 0);
  g_autoptr (GtkTreeListRow) row = find_row (self, parent);
  if (row == NULL)
    return NULL;
  gtk_tree_list_row_set_expanded (row, TRUE);
  while (i < ts_node_get_n_children (parent) && ts_node_get_child (parent, i) != node)
    i++;
  return gtk_tree_list_row_get_child_row (row, i);
}

/* Its line in the list: below those above it that the filter lets through. */
static guint
find_position (TsTreePane *self, TsNode *node)
{
  g_autoptr (GtkTreeListRow) row = find_row (self, node);
  GListModel *rows = G_LIST_MODEL (self->selection);
  guint n = g_list_model_get_n_items (rows);

  if (row != NULL && self->filter_text == NULL)
    return gtk_tree_list_row_get_position (row);
  for (guint i = 0; row != NULL && i < n; i++) {
    g_autoptr (GtkTreeListRow) other = g_list_model_get_item (rows, i);
    self->n_looks++;
    if (other == row)
      return i;
  }
  return GTK_INVALID_LIST_POSITION;
}

static void
selected_cb (TsTreePane *self)
{
  GtkTreeListRow *row = gtk_single_selection_get_selected_item (self->selection);

  if (self->updating || row == NULL || self->session == NULL)
    return;

  g_autoptr (TsNode) node = gtk_tree_list_row_get_item (row);
  if (node != ts_session_get_node (self->session))
    ts_session_show_node (self->session, node, NULL);
}

static void
update_selected (TsTreePane *self)
{
  TsNode *node = ts_session_get_node (self->session);

  self->updating = TRUE;
  gtk_single_selection_set_selected (self->selection, node != NULL ? find_position (self, node)
                                                                   : GTK_INVALID_LIST_POSITION);
  self->updating = FALSE;
}

static void
update_foot (TsTreePane *self)
{
  TsView *view = ts_session_get_view (self->session);
  g_autoptr (GString) text = g_string_new (NULL);

  if (view != NULL) {
    const TsLayoutGuess *guess = ts_view_get_layout_guess (view);
    g_autofree char *range = ts_value_range_describe (ts_view_get_value_range (view));

    if (ts_view_is_layout_forced (view))
      g_string_append_printf (text, _ ("%s, as you chose"),
                                       ts_batch_get_layout (ts_view_get_batch (view))->roles);
    else if (guess != NULL && guess->reason != NULL)
      g_string_append (text, guess->reason);
    if (range != NULL)
      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", range);
  }
  gtk_label_set_label (self->foot_label, text->str);
  gtk_widget_set_visible (GTK_WIDGET (self->foot_label), text->len > 0);
}

static void
document_changed_cb (TsTreePane *self)
{
  TsDocument *document = ts_session_get_document (self->session);

  self->updating = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->filter_entry), "");
  g_clear_pointer (&self->filter_text, g_free);
  gtk_list_view_set_model (self->list_view, NULL);
  g_clear_object (&self->selection);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->tree);
  self->n_looks = 0;

  if (document != NULL) {
    /* Of a list of records the columns are unfolded when one of them is shown. */
    gboolean unfold = ts_document_get_arrays (document)->len <= MAX_UNFOLDED &&
                      ts_columns_get (ts_document_get_root (document)) == NULL;
    GListStore *roots = g_list_store_new (TS_TYPE_NODE);

    g_list_store_append (roots, ts_document_get_root (document));
    self->tree =
        gtk_tree_list_model_new (G_LIST_MODEL (roots), FALSE, unfold, create_children, NULL, NULL);
    if (!unfold) {
      g_autoptr (GtkTreeListRow) root = gtk_tree_list_model_get_row (self->tree, 0);
      gtk_tree_list_row_set_expanded (root, TRUE);
    }
    self->filter = gtk_custom_filter_new (filter_func, self, NULL);
    self->filtered = gtk_filter_list_model_new (G_LIST_MODEL (g_object_ref (self->tree)), NULL);
    gtk_filter_list_model_set_incremental (self->filtered,
                                           ts_document_get_arrays (document)->len > MAX_AT_ONCE);
    self->selection = gtk_single_selection_new (NULL);
    gtk_single_selection_set_autoselect (self->selection, FALSE);
    gtk_single_selection_set_can_unselect (self->selection, TRUE);
    gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->filtered));
    g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (selected_cb),
                             self, G_CONNECT_SWAPPED);
    gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (self->selection));
  }
  self->updating = FALSE;
}

static void
view_changed_cb (TsTreePane *self)
{
  if (self->selection != NULL)
    update_selected (self);
  update_foot (self);
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  gtk_list_item_set_child (item, ts_tree_row_new ());
}

static void
bind_cb (TsTreePane *self, GtkListItem *item)
{
  TsDocument *document = ts_session_get_document (self->session);
  GtkWidget *row = gtk_list_item_get_child (item), *line = gtk_widget_get_parent (row);

  /* the line has the focus, the row in it the words */
  if (line != NULL)
    gtk_accessible_update_relation (GTK_ACCESSIBLE (line), GTK_ACCESSIBLE_RELATION_LABELLED_BY, row,
                                    NULL, -1);
  ts_tree_row_set_tree_row (TS_TREE_ROW (row), gtk_list_item_get_item (item),
                            document != NULL ? ts_document_get_name (document) : NULL);
}

static void
unbind_cb (TsTreePane *self, GtkListItem *item)
{
  ts_tree_row_set_tree_row (TS_TREE_ROW (gtk_list_item_get_child (item)), NULL, NULL);
}

void
ts_tree_pane_set_session (TsTreePane *self, TsSession *session)
{
  g_return_if_fail (TS_IS_TREE_PANE (self));
  g_return_if_fail (TS_IS_SESSION (session));

  if (!g_set_object (&self->session, session))
    return;
  g_signal_connect_object (session, "notify::document", G_CALLBACK (document_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "view-changed", G_CALLBACK (view_changed_cb), self,
                           G_CONNECT_SWAPPED);
  document_changed_cb (self);
  view_changed_cb (self);
}

static void
ts_tree_pane_dispose (GObject *object)
{
  TsTreePane *self = TS_TREE_PANE (object);
  GtkWidget *child;

  self->updating = TRUE;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->selection);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->tree);
  g_clear_object (&self->session);
  g_clear_pointer (&self->filter_text, g_free);

  G_OBJECT_CLASS (ts_tree_pane_parent_class)->dispose (object);
}

static void
ts_tree_pane_class_init (TsTreePaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ts_tree_pane_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-tree-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, TsTreePane, filter_entry);
  gtk_widget_class_bind_template_child (widget_class, TsTreePane, list_view);
  gtk_widget_class_bind_template_child (widget_class, TsTreePane, foot_label);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "tree-pane");
}

static void
ts_tree_pane_init (TsTreePane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_orientable_set_orientation (GTK_ORIENTABLE (
                                      gtk_widget_get_layout_manager (GTK_WIDGET (self))),
                                  GTK_ORIENTATION_VERTICAL);
}
