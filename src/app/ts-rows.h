/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Rows of settings with one control each, named for screen readers. @changed (nullable) is called
 * with @data as its only argument whenever the user or the program changes the control. */

typedef void (*TsRowsFunc) (gpointer data);

typedef struct
{
  AdwPreferencesGroup *group;
  TsRowsFunc changed;
  gpointer data;
} TsRows;

/* A new group at the end of @page; @title (nullable). */
TsRows
ts_rows_add_group (AdwPreferencesPage *page, const char *title, TsRowsFunc changed, gpointer data);

AdwComboRow *ts_rows_add_combo (const TsRows *self, const char *title, const char *const *names);
AdwEntryRow *ts_rows_add_entry (const TsRows *self, const char *title);
GtkSwitch *ts_rows_add_switch (const TsRows *self, const char *title, const char *subtitle);
GtkSpinButton *ts_rows_add_spin (const TsRows *self,
                                 const char *title,
                                 const char *subtitle,
                                 double minimum,
                                 double maximum,
                                 double step,
                                 guint n_digits);
/* A row with any control. */
AdwActionRow *
ts_rows_add (const TsRows *self, const char *title, const char *subtitle, GtkWidget *control);

/* Whether the row that holds @control is to be seen. */
void ts_rows_show (gpointer control, gboolean visible);

G_END_DECLS
