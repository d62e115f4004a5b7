/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-inspector.h"

#include "app/ts-inspector-section.h"

/* The sections, in the order in which a value meets them. */

struct _TsInspector
{
  GtkWidget parent_instance;

  /* template */
  GtkScrolledWindow *scroller;
  GtkBox *sections;
  TsInspectorRange *range;

  /* owned */
  TsSession *session;
};

G_DEFINE_FINAL_TYPE (TsInspector, ts_inspector, GTK_TYPE_WIDGET)

static void
view_changed_cb (TsInspector *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->scroller),
                            ts_session_get_view (self->session) != NULL);
}

void
ts_inspector_set_session (TsInspector *self, TsSession *session)
{
  g_return_if_fail (TS_IS_INSPECTOR (self));
  g_return_if_fail (TS_IS_SESSION (session));

  if (!g_set_object (&self->session, session))
    return;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->sections)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    ts_inspector_section_set_session (TS_INSPECTOR_SECTION (child), session);
  g_signal_connect_object (session, "view-changed", G_CALLBACK (view_changed_cb), self,
                           G_CONNECT_SWAPPED);
  view_changed_cb (self);
}

void
ts_inspector_set_survey (TsInspector *self, TsSurvey *survey)
{
  g_return_if_fail (TS_IS_INSPECTOR (self));

  ts_inspector_range_set_survey (self->range, survey);
}

static void
ts_inspector_dispose (GObject *object)
{
  TsInspector *self = TS_INSPECTOR (object);
  GtkWidget *child;

  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ts_inspector_parent_class)->dispose (object);
}

static void
ts_inspector_class_init (TsInspectorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TS_TYPE_INSPECTOR_AXES);
  g_type_ensure (TS_TYPE_INSPECTOR_COLOR);
  g_type_ensure (TS_TYPE_INSPECTOR_DETAILS);
  g_type_ensure (TS_TYPE_INSPECTOR_MASK);
  g_type_ensure (TS_TYPE_INSPECTOR_NORM);
  g_type_ensure (TS_TYPE_INSPECTOR_RANGE);
  G_OBJECT_CLASS (klass)->dispose = ts_inspector_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-inspector.ui");
  gtk_widget_class_bind_template_child (widget_class, TsInspector, scroller);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, sections);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, range);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "inspector");
}

static void
ts_inspector_init (TsInspector *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
