/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TsNumberRow:
 *
 * A number to drag and to type: a label, a slider and a field over one adjustment. The slider spans
 * a useful range; a typed number may go beyond it up to the limits, and then widens the slider. The
 * wheel changes the number only while the row has the focus, so that a pane scrolls past it. A
 * double click on the slider brings back the default. What is shown is rounded, the number itself
 * never is.
 *
 * Properties: title (as shown; may be a single letter), accessible-name, has-scale.
 * Signals: "changed" (double): the user chose another number.
 */
#define TS_TYPE_NUMBER_ROW (ts_number_row_get_type ())
G_DECLARE_FINAL_TYPE (TsNumberRow, ts_number_row, TS, NUMBER_ROW, GtkWidget)

/* @title: (nullable) */
GtkWidget *ts_number_row_new (const char *title, const char *accessible_name);

/* The slider's span, and the widest that may be typed. */
void ts_number_row_set_span (TsNumberRow *self,
                             double lower,
                             double upper,
                             double minimum,
                             double maximum);
void ts_number_row_set_default (TsNumberRow *self, double value);
/* Shows a number without telling. */
void ts_number_row_set_value (TsNumberRow *self, double value);
double ts_number_row_get_value (TsNumberRow *self);
/* Whether equal ways of the slider are equal factors; for numbers above 0, set before the span. */
void ts_number_row_set_logarithmic (TsNumberRow *self, gboolean logarithmic);
/* Adds a CSS class to the label ("red"). */
void ts_number_row_set_tint (TsNumberRow *self, const char *css_class);

/* Short text of a number for people: about four significant digits, in the user's locale. */
char *ts_number_to_text (double value) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the wheel act on a slider or spin button only while it has the focus. */
void ts_number_tame_wheel (GtkWidget *widget);
/* The same for the number shown by a spin button: see TsNumberRow. */
void ts_number_setup_spin (GtkSpinButton *spin, double minimum, double maximum);
/* For a whole number from 0 on, where -1 means none of them and is shown and typed as @none. */
void ts_number_setup_index_spin (GtkSpinButton *spin, const char *none);

G_END_DECLS
