/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-figure-dialog.h"
#include "app/ts-window-private.h"

/* One dialog for figures a window, which stays beside it. */

static void
figure_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  const char *format = value != NULL ? g_variant_get_string (value, NULL) : "";

  if (self->figure_dialog == NULL) {
    TsFigureDialog *dialog = ts_figure_dialog_new (self->session, self->settings);

    g_set_weak_pointer (&self->figure_dialog, GTK_WINDOW (dialog));
    gtk_window_set_transient_for (self->figure_dialog, GTK_WINDOW (self));
  }
  if (*format != '\0')
    ts_figure_dialog_set_format (TS_FIGURE_DIALOG (self->figure_dialog), format);
  gtk_window_present (self->figure_dialog);
}

static const GActionEntry entries[] = {
  { "figure", figure_cb },
  { "figure-as", figure_cb, "s" },
};

void
ts_window_add_figure_actions (TsWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}

void
ts_window_dispose_figure (TsWindow *self)
{
  if (self->figure_dialog != NULL)
    gtk_window_destroy (self->figure_dialog);
  g_clear_weak_pointer (&self->figure_dialog);
}
