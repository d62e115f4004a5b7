/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-rows.h"

#include "app/ts-number-row.h"

TsRows
ts_rows_add_group (AdwPreferencesPage *page, const char *title, TsRowsFunc changed, gpointer data)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  if (title != NULL)
    adw_preferences_group_set_title (group, title);
  adw_preferences_page_add (page, group);
  return (TsRows){ group, changed, data };
}

static void
follow (const TsRows *self, gpointer control, const char *signal)
{
  if (self->changed != NULL)
    g_signal_connect_object (control, signal, G_CALLBACK (self->changed), self->data,
                             G_CONNECT_SWAPPED);
}

AdwComboRow *
ts_rows_add_combo (const TsRows *self, const char *title, const char *const *names)
{
  AdwComboRow *row = ADW_COMBO_ROW (adw_combo_row_new ());
  g_autoptr (GtkStringList) list = gtk_string_list_new (names);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_combo_row_set_model (row, G_LIST_MODEL (list));
  adw_preferences_group_add (self->group, GTK_WIDGET (row));
  follow (self, row, "notify::selected");
  return row;
}

AdwEntryRow *
ts_rows_add_entry (const TsRows *self, const char *title)
{
  AdwEntryRow *row = ADW_ENTRY_ROW (adw_entry_row_new ());

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_entry_row_set_enable_emoji_completion (row, FALSE);
  adw_preferences_group_add (self->group, GTK_WIDGET (row));
  follow (self, row, "changed");
  return row;
}

AdwActionRow *
ts_rows_add (const TsRows *self, const char *title, const char *subtitle, GtkWidget *control)
{
  AdwActionRow *row = ADW_ACTION_ROW (adw_action_row_new ());

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (row, subtitle);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  adw_action_row_add_suffix (row, control);
  adw_action_row_set_activatable_widget (row, control);
  adw_preferences_group_add (self->group, GTK_WIDGET (row));
  return row;
}

GtkSwitch *
ts_rows_add_switch (const TsRows *self, const char *title, const char *subtitle)
{
  GtkWidget *control = gtk_switch_new ();

  ts_rows_add (self, title, subtitle, control);
  follow (self, control, "notify::active");
  return GTK_SWITCH (control);
}

GtkSpinButton *
ts_rows_add_spin (const TsRows *self,
                  const char *title,
                  const char *subtitle,
                  double minimum,
                  double maximum,
                  double step,
                  guint n_digits)
{
  GtkWidget *control = gtk_spin_button_new_with_range (minimum, maximum, step);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (control), n_digits);
  gtk_editable_set_width_chars (GTK_EDITABLE (control), 4);
  ts_number_tame_wheel (control);
  ts_rows_add (self, title, subtitle, control);
  follow (self, control, "value-changed");
  return GTK_SPIN_BUTTON (control);
}

void
ts_rows_show (gpointer control, gboolean visible)
{
  GtkWidget *row = GTK_IS_LIST_BOX_ROW (control)
                       ? control
                       : gtk_widget_get_ancestor (control, GTK_TYPE_LIST_BOX_ROW);

  gtk_widget_set_visible (row, visible);
}
