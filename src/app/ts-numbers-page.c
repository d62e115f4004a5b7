/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-numbers-page.h"

#include "app/ts-measure-label.h"

#include <glib/gi18n.h>

#define MAX_ROWS    100
#define MAX_COLUMNS 12
#define MAX_LAYOUTS 4
#define MAX_TEXT    (64 * 1024)

struct _TsNumbersPage
{
  GtkWidget parent_instance;

  /* template */
  GtkScrolledWindow *scroller;
  GtkLabel *title_label;
  GtkLabel *summary_label;
  GtkLabel *reason_label;
  TsMeasureLabel *measure_label;
  GtkBox *layouts_box;
  GtkBox *layouts_row;
  GtkGrid *table;
  GtkLabel *text_label;
  GtkLabel *more_label;

  /* owned */
  TsSession *session;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (TsNumbersPage, ts_numbers_page, GTK_TYPE_WIDGET)

static void
clear (GtkWidget *parent, void (*remove) (GtkWidget *parent, GtkWidget *child))
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (parent)) != NULL)
    remove (parent, child);
}

static void
remove_from_grid (GtkWidget *parent, GtkWidget *child)
{
  gtk_grid_remove (GTK_GRID (parent), child);
}

static void
remove_from_box (GtkWidget *parent, GtkWidget *child)
{
  gtk_box_remove (GTK_BOX (parent), child);
}

/* Reading the first values, in a thread. */

static TsBlock *
read_corner (TsTensor *tensor, GCancellable *cancellable, GError **error)
{
  guint n_dims = ts_tensor_get_n_dims (tensor);
  guint64 start[TS_MAX_DIMS] = { 0 }, count[TS_MAX_DIMS];

  for (guint i = 0; i < n_dims; i++) {
    guint64 most = n_dims == 1 ? MAX_ROWS * MAX_COLUMNS
                   : i == 0    ? MAX_ROWS
                               : (i + 1 == n_dims ? MAX_COLUMNS : 1);
    count[i] = MIN (ts_tensor_get_dim (tensor, i), most);
  }
  return ts_tensor_read (tensor, start, count, cancellable, error);
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  TsBlock *block = read_corner (data, cancellable, &error);

  if (block != NULL)
    g_task_return_pointer (task, block, (GDestroyNotify) ts_block_unref);
  else
    g_task_return_error (task, error);
}

static void
add_cell (TsNumbersPage *self, const char *text, gboolean header, guint column, guint row)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_widget_add_css_class (label, header ? "dim-label" : "numeric");
  if (header)
    gtk_widget_add_css_class (label, "caption");
  gtk_grid_attach (self->table, label, (int) column, (int) row, 1, 1);
}

/* Floats short enough for a table; others whole. */
static char *
format_element (TsDtype dtype, const guint8 *element)
{
  const TsDtypeInfo *info = ts_dtype_get_info (dtype);
  double value;

  if (info->dtype_class != TS_DTYPE_CLASS_FLOAT)
    return ts_dtype_format_element (dtype, element);
  info->load (element, 0, 1, &value);
  return g_strdup_printf ("%.5g", value);
}

static void
fill_table (TsNumbersPage *self, TsTensor *tensor, const TsBlock *block)
{
  guint64 n = ts_block_get_n_elements (block);
  gsize size = ts_dtype_get_size (block->dtype);
  g_autofree guint8 *packed = g_malloc (MAX (n * size, 1));
  guint n_dims = block->n_dims;
  guint64 n_columns = n_dims == 1 ? 8 : n_dims > 1 ? block->dims[n_dims - 1] : 1;

  ts_block_copy_packed (block, packed);
  for (guint64 c = 0; c < MIN (n_columns, n); c++) {
    g_autofree char *text =
        n_dims == 1 ? g_strdup_printf ("+%u", (guint) c) : g_strdup_printf ("%u", (guint) c);
    if (n_dims > 0)
      add_cell (self, text, TRUE, (guint) c + 1, 0);
  }
  for (guint64 i = 0; i < n; i++) {
    guint row = (guint) (i / n_columns), column = (guint) (i % n_columns);
    g_autofree char *text = format_element (block->dtype, packed + i * size);

    if (column == 0 && n_dims > 0) {
      g_autofree char *name = g_strdup_printf ("%u", n_dims == 1 ? row * (guint) n_columns : row);
      add_cell (self, name, TRUE, 0, row + 1);
    }
    add_cell (self, text, FALSE, column + 1, row + 1);
  }

  if (n < ts_tensor_get_n_elements (tensor)) {
    g_autofree char *text =
        n_dims > 2 ? g_strdup_printf (_ ("The first rows of axis 0 and columns of axis %u, at 0 of "
                                         "the axes between."),
                                         n_dims - 1)
                   : g_strdup (_ ("The first values only."));
    gtk_label_set_label (self->more_label, text);
    gtk_widget_set_visible (GTK_WIDGET (self->more_label), TRUE);
  }
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsNumbersPage *self = TS_NUMBERS_PAGE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsBlock) block = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->cancellable != g_task_get_cancellable (G_TASK (result)))
    return;
  g_clear_object (&self->cancellable);

  if (block != NULL) {
    fill_table (self, g_task_get_task_data (G_TASK (result)), block);
    gtk_widget_set_visible (GTK_WIDGET (self->table), TRUE);
  } else {
    gtk_label_set_label (self->reason_label, error->message);
    gtk_widget_set_visible (GTK_WIDGET (self->reason_label), TRUE);
  }
}

static void
layout_clicked_cb (TsNumbersPage *self, GtkButton *button)
{
  TsNode *node = ts_session_get_node (self->session);

  if (node != NULL)
    ts_session_show_node (self->session, node, gtk_button_get_label (button));
}

static void
offer_layouts (TsNumbersPage *self, TsNode *node)
{
  g_autoptr (TsLayoutGuess) guess =
                 ts_view_guess_layout (ts_session_get_document (self->session), node);
  guint n = 0;

  for (guint i = 0; guess != NULL && i < guess->n_candidates && n < MAX_LAYOUTS; i++) {
    const TsLayout *layout = &guess->candidates[i].layout;
    if (!ts_layout_is_image (layout))
      continue;
    g_autofree char *name = g_strdup_printf (_ ("Show as images, axes %s"), layout->roles);
    GtkWidget *button = gtk_button_new_with_label (layout->roles);
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                    -1);
    gtk_widget_set_tooltip_text (button, name);
    g_signal_connect_object (button, "clicked", G_CALLBACK (layout_clicked_cb), self,
                             G_CONNECT_SWAPPED);
    gtk_box_append (self->layouts_box, button);
    n++;
  }
  gtk_widget_set_visible (GTK_WIDGET (self->layouts_row), n > 0);
}

static void
show_text (TsNumbersPage *self, const char *text)
{
  if (strlen (text) > MAX_TEXT) {
    g_autofree char *start = g_strndup (text, MAX_TEXT);
    g_autofree char *valid = g_utf8_make_valid (start, -1);
    gtk_label_set_label (self->text_label, valid);
    gtk_label_set_label (self->more_label, _ ("The beginning only."));
    gtk_widget_set_visible (GTK_WIDGET (self->more_label), TRUE);
  } else {
    gtk_label_set_label (self->text_label, text);
  }
  gtk_widget_set_visible (GTK_WIDGET (self->text_label), TRUE);
}

static void
view_changed_cb (TsNumbersPage *self)
{
  TsNode *node = ts_session_get_node (self->session);
  const char *error = ts_session_get_error (self->session);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  clear (GTK_WIDGET (self->table), remove_from_grid);
  clear (GTK_WIDGET (self->layouts_box), remove_from_box);
  gtk_widget_set_visible (GTK_WIDGET (self->table), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->text_label), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->more_label), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->layouts_row), FALSE);
  ts_measure_label_set_tensors (self->measure_label, NULL);
  if (node == NULL || ts_session_get_view (self->session) != NULL)
    return;

  TsTensor *tensor = ts_node_get_tensor (node);
  const char *path = ts_node_get_path (node);
  gtk_label_set_label (self->title_label,
                       *path != '\0'
                           ? path
                           : ts_document_get_name (ts_session_get_document (self->session)));
  gtk_label_set_label (self->summary_label, ts_node_get_summary (node));
  gtk_label_set_label (self->reason_label, error != NULL ? error : "");
  gtk_widget_set_visible (GTK_WIDGET (self->reason_label), tensor != NULL && error != NULL);

  if (tensor != NULL && ts_tensor_has_data (tensor) && ts_tensor_get_n_elements (tensor) > 0) {
    g_autoptr (GPtrArray) tensors = g_ptr_array_new_with_free_func (g_object_unref);

    g_ptr_array_add (tensors, g_object_ref (tensor));
    ts_measure_label_set_tensors (self->measure_label, tensors);
    offer_layouts (self, node);
    self->cancellable = g_cancellable_new ();
    g_autoptr (GTask) task = g_task_new (self, self->cancellable, read_cb, NULL);
    g_task_set_check_cancellable (task, FALSE);
    g_task_set_task_data (task, g_object_ref (tensor), g_object_unref);
    g_task_run_in_thread (task, read_thread);
  } else if (ts_node_get_text (node) != NULL) {
    show_text (self, ts_node_get_text (node));
  } else if (ts_node_get_value (node) != NULL) {
    show_text (self, ts_node_get_summary (node));
  }
}

void
ts_numbers_page_set_session (TsNumbersPage *self, TsSession *session)
{
  g_return_if_fail (TS_IS_NUMBERS_PAGE (self));
  g_return_if_fail (TS_IS_SESSION (session));

  if (!g_set_object (&self->session, session))
    return;
  g_signal_connect_object (session, "view-changed", G_CALLBACK (view_changed_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
ts_numbers_page_dispose (GObject *object)
{
  TsNumbersPage *self = TS_NUMBERS_PAGE (object);
  GtkWidget *child;

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ts_numbers_page_parent_class)->dispose (object);
}

static void
ts_numbers_page_class_init (TsNumbersPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TS_TYPE_MEASURE_LABEL);
  G_OBJECT_CLASS (klass)->dispose = ts_numbers_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-numbers-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TsNumbersPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, TsNumbersPage, title_label);
  gtk_widget_class_bind_template_child (widget_class, TsNumbersPage, summary_label);
  gtk_widget_class_bind_template_child (widget_class, TsNumbersPage, reason_label);
  gtk_widget_class_bind_template_child (widget_class, TsNumbersPage, measure_label);
  gtk_widget_class_bind_template_child (widget_class, TsNumbersPage, layouts_box);
  gtk_widget_class_bind_template_child (widget_class, TsNumbersPage, layouts_row);
  gtk_widget_class_bind_template_child (widget_class, TsNumbersPage, table);
  gtk_widget_class_bind_template_child (widget_class, TsNumbersPage, text_label);
  gtk_widget_class_bind_template_child (widget_class, TsNumbersPage, more_label);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
}

static void
ts_numbers_page_init (TsNumbersPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_orientable_set_orientation (GTK_ORIENTABLE (
                                      gtk_widget_get_layout_manager (GTK_WIDGET (self))),
                                  GTK_ORIENTATION_VERTICAL);
}
