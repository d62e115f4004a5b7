/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * TsCountNote:
 *
 * A few words about numbers, and while they are those of a sample a button that has all values
 * counted, or no longer. Hidden without words.
 *
 * Signal "toggled": the user wants the count to begin or to stop.
 */
#define TS_TYPE_COUNT_NOTE (ts_count_note_get_type ())
G_DECLARE_FINAL_TYPE (TsCountNote, ts_count_note, TS, COUNT_NOTE, AdwBin)

TsCountNote *ts_count_note_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* @text: "" for nothing to say
 * @button: (nullable): what the button does; %NULL hides it */
void ts_count_note_set (TsCountNote *self, const char *text, const char *button);

G_END_DECLS
