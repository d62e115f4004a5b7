/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * TsPreferences:
 *
 * The settings that hold for all windows and dumps, each bound to its key.
 */
#define TS_TYPE_PREFERENCES (ts_preferences_get_type ())
G_DECLARE_FINAL_TYPE (TsPreferences, ts_preferences, TS, PREFERENCES, AdwPreferencesWindow)

TsPreferences *ts_preferences_new (GSettings *settings);

/* "system", "light", "dark": how a colour scheme is spelled by the settings. */
AdwColorScheme ts_preferences_get_color_scheme (GSettings *settings);

G_END_DECLS
