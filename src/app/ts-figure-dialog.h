/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-figure-page.h"
#include "app/ts-figure-view.h"
#include "app/ts-session.h"

G_BEGIN_DECLS

/**
 * TsFigureDialog:
 *
 * Makes a figure or an animation of images of the batch, with a live preview: settings to the
 * right, what they come to at the left. Follows the settings of the window as well. Stays open
 * after writing.
 *
 * Signals: "written" (GFile), "failed" (string), after ts_figure_dialog_write().
 */
#define TS_TYPE_FIGURE_DIALOG (ts_figure_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TsFigureDialog, ts_figure_dialog, TS, FIGURE_DIALOG, AdwWindow)

/* The session must have a view; @settings (nullable): what was chosen last time. */
TsFigureDialog *ts_figure_dialog_new (TsSession *session, GSettings *settings);

/* The format by name ("png", "pdf", "svg", "apng", "webp"); %FALSE where there is none such. */
gboolean ts_figure_dialog_set_format (TsFigureDialog *self, const char *format);

/* Writes what is shown in a thread; one at a time. */
void ts_figure_dialog_write (TsFigureDialog *self, GFile *file);

/* For tests. */
gboolean ts_figure_dialog_is_busy (TsFigureDialog *self);
TsFigurePage *ts_figure_dialog_get_page (TsFigureDialog *self);
TsFigureView *ts_figure_dialog_get_view (TsFigureDialog *self);

G_END_DECLS
