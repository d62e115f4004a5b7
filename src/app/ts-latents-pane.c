/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-latents-pane.h"

#include "app/ts-latents.h"
#include "app/ts-vector-plot.h"

#include <glib/gi18n.h>

struct _TsLatentsPane
{
  GtkWidget parent_instance;

  /* template */
  GtkLabel *title_label;
  GtkLabel *empty_label;
  GtkBox *rows;

  /* owned */
  TsSession *session;
  GCancellable *cancellable;
  gboolean stale; /* another image became current while one was read */
  gboolean ready;
};

G_DEFINE_FINAL_TYPE (TsLatentsPane, ts_latents_pane, GTK_TYPE_WIDGET)

/* Showing. */

static GtkWidget *
make_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
make_column (const char *first, const char *second)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  if (first != NULL)
    gtk_box_append (GTK_BOX (box), make_label (first, "numeric"));
  if (second != NULL) {
    GtkWidget *label = make_label (second, "dim-label");
    gtk_widget_add_css_class (label, "caption");
    gtk_widget_add_css_class (label, "numeric");
    gtk_box_append (GTK_BOX (box), label);
  }
  return box;
}

static GtkWidget *
make_row (const TsLatent *latent, GtkSizeGroup *names, GtkSizeGroup *plots)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  GtkWidget *name = make_column (latent->name, latent->summary);
  GtkWidget *values = latent->error != NULL ? make_column (NULL, latent->error)
                                            : make_column (latent->text, latent->range);

  gtk_size_group_add_widget (names, name);
  gtk_widget_set_hexpand (values, TRUE);
  gtk_widget_add_css_class (row, "latent-row");
  gtk_box_append (GTK_BOX (row), name);
  gtk_box_append (GTK_BOX (row), values);
  if (latent->values != NULL) {
    GtkWidget *plot = ts_vector_plot_new ();
    g_autofree char *label = g_strdup_printf (_ ("Values of %s"), latent->name);

    ts_vector_plot_set_values (TS_VECTOR_PLOT (plot), latent->values, latent->n_values);
    gtk_accessible_update_property (GTK_ACCESSIBLE (plot), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                    -1);
    gtk_widget_set_valign (plot, GTK_ALIGN_CENTER);
    gtk_size_group_add_widget (plots, plot);
    gtk_box_append (GTK_BOX (row), plot);
  }
  return row;
}

static void
show_latents (TsLatentsPane *self, GPtrArray *latents)
{
  g_autoptr (GtkSizeGroup) names = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  g_autoptr (GtkSizeGroup) plots = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->rows))) != NULL)
    gtk_box_remove (self->rows, child);
  for (guint i = 0; latents != NULL && i < latents->len; i++)
    gtk_box_append (self->rows, make_row (g_ptr_array_index (latents, i), names, plots));
  gtk_widget_set_visible (GTK_WIDGET (self->empty_label), latents != NULL && latents->len == 0);
}

/* Reading in a thread: one image at a time, then the newest. */

typedef struct
{
  TsView *view;
  guint index;
} Look;

static void
look_free (Look *look)
{
  g_object_unref (look->view);
  g_free (look);
}

static void
look_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Look *look = data;

  g_task_return_pointer (task, ts_latents_read (look->view, look->index, cancellable),
                         (GDestroyNotify) g_ptr_array_unref);
}

static void start_look (TsLatentsPane *self);

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsLatentsPane *self = TS_LATENTS_PANE (source);
  g_autoptr (GPtrArray) latents = g_task_propagate_pointer (G_TASK (result), NULL);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  if (self->stale) {
    start_look (self);
    return;
  }
  show_latents (self, latents);
  self->ready = TRUE;
}

static void
start_look (TsLatentsPane *self)
{
  TsView *view = ts_session_get_view (self->session);

  self->stale = FALSE;
  if (view == NULL)
    return;

  Look *look = g_new0 (Look, 1);
  look->view = g_object_ref (view);
  look->index = ts_session_get_current (self->session);
  g_autofree char *title = g_strdup_printf (_ ("Image %u"), look->index);
  gtk_label_set_label (self->title_label, title);

  self->cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, looked_cb, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, look, (GDestroyNotify) look_free);
  g_task_run_in_thread (task, look_thread);
}

static void
update (TsLatentsPane *self)
{
  self->ready = FALSE;
  if (self->session == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  if (self->cancellable != NULL)
    self->stale = TRUE;
  else
    start_look (self);
}

static void
stop (TsLatentsPane *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
view_changed_cb (TsLatentsPane *self)
{
  stop (self);
  show_latents (self, NULL);
  update (self);
}

void
ts_latents_pane_set_session (TsLatentsPane *self, TsSession *session)
{
  g_return_if_fail (TS_IS_LATENTS_PANE (self));
  g_return_if_fail (TS_IS_SESSION (session));

  if (!g_set_object (&self->session, session))
    return;
  g_signal_connect_object (session, "notify::current", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "view-changed", G_CALLBACK (view_changed_cb), self,
                           G_CONNECT_SWAPPED);
  view_changed_cb (self);
}

gboolean
ts_latents_pane_is_ready (TsLatentsPane *self)
{
  g_return_val_if_fail (TS_IS_LATENTS_PANE (self), FALSE);

  return self->ready;
}

static void
ts_latents_pane_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (ts_latents_pane_parent_class)->map (widget);
  update (TS_LATENTS_PANE (widget));
}

static void
ts_latents_pane_dispose (GObject *object)
{
  TsLatentsPane *self = TS_LATENTS_PANE (object);
  GtkWidget *child;

  stop (self);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ts_latents_pane_parent_class)->dispose (object);
}

static void
ts_latents_pane_class_init (TsLatentsPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ts_latents_pane_dispose;
  widget_class->map = ts_latents_pane_map;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-latents-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, TsLatentsPane, title_label);
  gtk_widget_class_bind_template_child (widget_class, TsLatentsPane, empty_label);
  gtk_widget_class_bind_template_child (widget_class, TsLatentsPane, rows);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "latents-pane");
}

static void
ts_latents_pane_init (TsLatentsPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
