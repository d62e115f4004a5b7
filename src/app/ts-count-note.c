/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-count-note.h"

struct _TsCountNote
{
  AdwBin parent_instance;

  /* template */
  GtkLabel *label;
  GtkButton *button;
};

static guint toggled_signal;

G_DEFINE_FINAL_TYPE (TsCountNote, ts_count_note, ADW_TYPE_BIN)

static void
clicked_cb (TsCountNote *self)
{
  g_signal_emit (self, toggled_signal, 0);
}

void
ts_count_note_set (TsCountNote *self, const char *text, const char *button)
{
  g_return_if_fail (TS_IS_COUNT_NOTE (self));

  gtk_label_set_label (self->label, text);
  gtk_widget_set_visible (GTK_WIDGET (self), *text != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->button), button != NULL);
  if (button != NULL)
    gtk_button_set_label (self->button, button);
}

static void
ts_count_note_class_init (TsCountNoteClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  toggled_signal = g_signal_new ("toggled", TS_TYPE_COUNT_NOTE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-count-note.ui");
  gtk_widget_class_bind_template_child (widget_class, TsCountNote, label);
  gtk_widget_class_bind_template_child (widget_class, TsCountNote, button);
  gtk_widget_class_bind_template_callback (widget_class, clicked_cb);
}

static void
ts_count_note_init (TsCountNote *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

TsCountNote *
ts_count_note_new (void)
{
  return g_object_new (TS_TYPE_COUNT_NOTE, NULL);
}
