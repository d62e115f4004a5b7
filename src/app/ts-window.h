/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * TsWindow:
 *
 * One dump in one window. Every command and setting is an action of its action map, with the state
 * to be read back: see ts-window-actions.c and ts-window-recipe.c.
 */
#define TS_TYPE_WINDOW (ts_window_get_type ())
G_DECLARE_FINAL_TYPE (TsWindow, ts_window, TS, WINDOW, AdwApplicationWindow)

TsWindow *ts_window_new (AdwApplication *application);

TsSession *ts_window_get_session (TsWindow *self);
/* Opens in this window, in place of what is there. */
void ts_window_open (TsWindow *self, GFile *file);
/* Whether nothing was ever opened in it. */
gboolean ts_window_is_empty (TsWindow *self);

G_END_DECLS
