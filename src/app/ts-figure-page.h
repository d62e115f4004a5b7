/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-figure.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * TsFigurePage:
 *
 * All settings of a figure, to be scrolled through.
 *
 * Signals: "changed".
 */
#define TS_TYPE_FIGURE_PAGE (ts_figure_page_get_type ())
G_DECLARE_FINAL_TYPE (TsFigurePage, ts_figure_page, TS, FIGURE_PAGE, AdwBin)

/* Fields and values are those of @view. @settings (nullable): what was chosen last time. */
GtkWidget *ts_figure_page_new (TsView *view, GSettings *settings);

/* What is chosen; the strings are the page's and good until the next call. %TS_ERROR_INVALID for
 * something typed that means nothing. */
gboolean ts_figure_page_get_options (TsFigurePage *self, TsFigureOptions *options, GError **error);

/* Part of an image that was marked in the preview: what is cut out, or what loupe @loupe (from 0)
 * shows, which is then on. No width: no cut, or the loupe is off. */
void ts_figure_page_set_crop (TsFigurePage *self, const TsRect *rect);
void ts_figure_page_set_loupe (TsFigurePage *self, guint loupe, const TsRect *rect);

/* Writes down what is worth to be remembered. */
void ts_figure_page_remember (TsFigurePage *self);

G_END_DECLS
