/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-squeeze-bin.h"

struct _TsSqueezeBin
{
  GtkWidget parent_instance;

  GtkWidget *child; /* owned, as a parent does */
};

enum {
  PROP_CHILD = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (TsSqueezeBin, ts_squeeze_bin, GTK_TYPE_WIDGET)

static int
get_child_width (TsSqueezeBin *self)
{
  int minimum = 0;

  if (self->child != NULL)
    gtk_widget_measure (self->child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  return minimum;
}

static void
ts_squeeze_bin_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  TsSqueezeBin *self = TS_SQUEEZE_BIN (widget);

  if (self->child == NULL)
    return;
  if (orientation == GTK_ORIENTATION_VERTICAL && for_size >= 0)
    for_size = MAX (for_size, get_child_width (self));
  gtk_widget_measure (self->child, orientation, for_size, minimum, natural, minimum_baseline,
                      natural_baseline);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = 0;
}

static void
ts_squeeze_bin_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TsSqueezeBin *self = TS_SQUEEZE_BIN (widget);

  if (self->child != NULL)
    gtk_widget_allocate (self->child, MAX (width, get_child_width (self)), height, baseline, NULL);
}

static void
set_child (TsSqueezeBin *self, GtkWidget *child)
{
  g_clear_pointer (&self->child, gtk_widget_unparent);
  self->child = child;
  if (child != NULL)
    gtk_widget_set_parent (child, GTK_WIDGET (self));
}

static void
ts_squeeze_bin_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id) {
  case PROP_CHILD:
    g_value_set_object (value, TS_SQUEEZE_BIN (object)->child);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
ts_squeeze_bin_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  switch (id) {
  case PROP_CHILD:
    set_child (TS_SQUEEZE_BIN (object), g_value_get_object (value));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
ts_squeeze_bin_dispose (GObject *object)
{
  set_child (TS_SQUEEZE_BIN (object), NULL);

  G_OBJECT_CLASS (ts_squeeze_bin_parent_class)->dispose (object);
}

static void
ts_squeeze_bin_class_init (TsSqueezeBinClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = ts_squeeze_bin_get_property;
  object_class->set_property = ts_squeeze_bin_set_property;
  object_class->dispose = ts_squeeze_bin_dispose;
  widget_class->measure = ts_squeeze_bin_measure;
  widget_class->size_allocate = ts_squeeze_bin_size_allocate;

  props[PROP_CHILD] = g_param_spec_object ("child", NULL, NULL, GTK_TYPE_WIDGET,
                                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
ts_squeeze_bin_init (TsSqueezeBin *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}
