/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-tree-row.h"

struct _TsTreeRow
{
  GtkWidget parent_instance;

  /* template */
  GtkTreeExpander *expander;
  GtkImage *icon;
  GtkLabel *name_label;
  GtkLabel *summary_label;
  GtkImage *warning;

  char *words; /* what there is to say beside the name; (nullable) */
};

G_DEFINE_FINAL_TYPE (TsTreeRow, ts_tree_row, GTK_TYPE_WIDGET)

/* A hint by rank alone: looking closer would read data for every line. */
static const char *
get_icon_name (TsNode *node)
{
  TsTensor *tensor = ts_node_get_tensor (node);

  switch (ts_node_get_kind (node)) {
  case TS_NODE_CONTAINER:
    return "ts-container-symbolic";
  case TS_NODE_TENSOR:
    switch (tensor != NULL ? ts_tensor_get_n_dims (tensor) : 0) {
    case 0:
      return "ts-scalar-symbolic";
    case 1:
      return "ts-list-symbolic";
    case 2:
      return "ts-vectors-symbolic";
    default:
      return "ts-images-symbolic";
    }
  case TS_NODE_VALUES:
    return "ts-list-symbolic";
  case TS_NODE_TEXT:
    return "ts-text-symbolic";
  case TS_NODE_OPAQUE:
    return "ts-opaque-symbolic";
  case TS_NODE_ERROR:
    return "dialog-warning-symbolic";
  case TS_NODE_SCALAR:
  default:
    return "ts-scalar-symbolic";
  }
}

void
ts_tree_row_set_tree_row (TsTreeRow *self, GtkTreeListRow *row, const char *document_name)
{
  g_return_if_fail (TS_IS_TREE_ROW (self));

  gtk_tree_expander_set_list_row (self->expander, row);
  if (row == NULL)
    return;

  g_autoptr (TsNode) node = gtk_tree_list_row_get_item (row);
  gboolean is_root = ts_node_get_parent (node) == NULL;
  const char *name = is_root && document_name != NULL ? document_name : ts_node_get_name (node);
  const char *summary = ts_node_get_summary (node);
  const GError *error = ts_node_get_error (node);
  const char *note = ts_node_get_note (node);

  gtk_image_set_from_icon_name (self->icon, get_icon_name (node));
  gtk_label_set_label (self->name_label, name);
  gtk_label_set_label (self->summary_label, summary);
  gtk_widget_set_visible (GTK_WIDGET (self->summary_label), summary != NULL && *summary != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->warning), error == NULL && note != NULL);
  if (error != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->icon), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "warning");
  g_free (self->words);
  if (error == NULL && note != NULL && summary != NULL && *summary != '\0')
    self->words = g_strdup_printf ("%s\n%s", summary, note);
  else
    self->words = g_strdup (error != NULL ? error->message : note != NULL ? note : summary);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  self->words != NULL ? self->words : "", -1);
}

/* Only when it is wanted: to set it on each row asks the display each time where the pointer is. */
static gboolean
ts_tree_row_query_tooltip (GtkWidget *widget,
                           int x,
                           int y,
                           gboolean by_keyboard,
                           GtkTooltip *tooltip)
{
  TsTreeRow *self = TS_TREE_ROW (widget);

  gtk_tooltip_set_text (tooltip, self->words);
  return self->words != NULL && *self->words != '\0';
}

static void
ts_tree_row_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (ts_tree_row_parent_class)->dispose (object);
}

static void
ts_tree_row_finalize (GObject *object)
{
  g_free (TS_TREE_ROW (object)->words);

  G_OBJECT_CLASS (ts_tree_row_parent_class)->finalize (object);
}

static void
ts_tree_row_class_init (TsTreeRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ts_tree_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = ts_tree_row_finalize;
  widget_class->query_tooltip = ts_tree_row_query_tooltip;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-tree-row.ui");
  gtk_widget_class_bind_template_child (widget_class, TsTreeRow, expander);
  gtk_widget_class_bind_template_child (widget_class, TsTreeRow, icon);
  gtk_widget_class_bind_template_child (widget_class, TsTreeRow, name_label);
  gtk_widget_class_bind_template_child (widget_class, TsTreeRow, summary_label);
  gtk_widget_class_bind_template_child (widget_class, TsTreeRow, warning);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

static void
ts_tree_row_init (TsTreeRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
ts_tree_row_new (void)
{
  return g_object_new (TS_TYPE_TREE_ROW, NULL);
}
