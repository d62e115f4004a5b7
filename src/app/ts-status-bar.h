/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-session.h"
#include "app/ts-survey.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TsStatusBar:
 *
 * The line at the bottom: what is under the pointer, how many images are selected, and what needs
 * attention.
 */
#define TS_TYPE_STATUS_BAR (ts_status_bar_get_type ())
G_DECLARE_FINAL_TYPE (TsStatusBar, ts_status_bar, TS, STATUS_BAR, GtkWidget)

void ts_status_bar_set_session (TsStatusBar *self, TsSession *session);
/* (nullable) */
void ts_status_bar_set_survey (TsStatusBar *self, TsSurvey *survey);
/* The pixel under the pointer; @index -1: none. Its values are read in a thread. */
void ts_status_bar_set_hover (TsStatusBar *self, int index, int x, int y);

/* One image is shown rather than all: says which. */
void ts_status_bar_set_single (TsStatusBar *self, gboolean single);
/* In a narrow window: only what matters most. */
void ts_status_bar_set_compact (TsStatusBar *self, gboolean compact);

/* Asks for the number of an image to go to. */
void ts_status_bar_go_to (TsStatusBar *self);

G_END_DECLS
