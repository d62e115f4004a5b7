/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-inspector-section.h"

struct _TsInspectorAxes
{
  TsInspectorSection parent_instance;

  /* template */
  AdwComboRow *layout_row;
  GtkWidget *reason_row;
  GtkLabel *reason_label;

  /* owned */
  GPtrArray *layouts; /* of char *, as the choices of layout_row */
};

G_DEFINE_FINAL_TYPE (TsInspectorAxes, ts_inspector_axes, TS_TYPE_INSPECTOR_SECTION)

static void
layout_cb (TsInspectorAxes *self)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  TsSession *session = ts_inspector_section_get_session (section);
  guint selected = adw_combo_row_get_selected (self->layout_row);

  if (ts_inspector_section_is_updating (section) || selected >= self->layouts->len)
    return;
  TsNode *node = ts_session_get_node (session);
  if (node != NULL)
    ts_session_show_node (session, node, g_ptr_array_index (self->layouts, selected));
}

static void
ts_inspector_axes_view_changed (TsInspectorSection *section)
{
  TsInspectorAxes *self = TS_INSPECTOR_AXES (section);
  TsView *view = ts_session_get_view (ts_inspector_section_get_session (section));
  const TsLayoutGuess *guess = view != NULL ? ts_view_get_layout_guess (view) : NULL;
  const char *reason = guess != NULL ? guess->reason : NULL;
  const char *now = view != NULL ? ts_batch_get_layout (ts_view_get_batch (view))->roles : "";
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  guint selected = GTK_INVALID_LIST_POSITION;

  g_ptr_array_set_size (self->layouts, 0);
  for (guint i = 0; guess != NULL && i < guess->n_candidates; i++) {
    const TsLayout *layout = &guess->candidates[i].layout;
    if (!ts_layout_is_image (layout))
      continue;
    if (g_str_equal (layout->roles, now))
      selected = self->layouts->len;
    g_ptr_array_add (self->layouts, g_strdup (layout->roles));
    gtk_string_list_append (list, layout->roles);
  }
  if (selected == GTK_INVALID_LIST_POSITION && *now != '\0') {
    selected = self->layouts->len;
    g_ptr_array_add (self->layouts, g_strdup (now));
    gtk_string_list_append (list, now);
  }
  adw_combo_row_set_model (self->layout_row, G_LIST_MODEL (list));
  adw_combo_row_set_selected (self->layout_row, selected);
  gtk_label_set_label (self->reason_label, reason != NULL ? reason : "");
  gtk_widget_set_visible (self->reason_row, reason != NULL);
}

static void
ts_inspector_axes_finalize (GObject *object)
{
  g_clear_pointer (&TS_INSPECTOR_AXES (object)->layouts, g_ptr_array_unref);

  G_OBJECT_CLASS (ts_inspector_axes_parent_class)->finalize (object);
}

static void
ts_inspector_axes_class_init (TsInspectorAxesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = ts_inspector_axes_finalize;
  TS_INSPECTOR_SECTION_CLASS (klass)->view_changed = ts_inspector_axes_view_changed;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-inspector-axes.ui");
  gtk_widget_class_bind_template_child (widget_class, TsInspectorAxes, layout_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorAxes, reason_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorAxes, reason_label);
  gtk_widget_class_bind_template_callback (widget_class, layout_cb);
}

static void
ts_inspector_axes_init (TsInspectorAxes *self)
{
  self->layouts = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
}
