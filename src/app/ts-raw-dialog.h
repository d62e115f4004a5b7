/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * TsRawDialog:
 *
 * Asks what the bytes of a file without a known format mean. Suggestions come from its size; what
 * is entered is tried at once, so that the reason why it cannot be is that of the real thing.
 *
 * Signal "accepted" (string): the answer, see ts_raw_options_parse(); the dialog closes itself.
 */
#define TS_TYPE_RAW_DIALOG (ts_raw_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TsRawDialog, ts_raw_dialog, TS, RAW_DIALOG, AdwWindow)

/* @raw (nullable): what was said about the file the last time. */
TsRawDialog *ts_raw_dialog_new (GFile *file, const char *raw);

/* Fills in an answer. */
void ts_raw_dialog_set_raw (TsRawDialog *self, const char *raw);
/* As if Open was pressed; %FALSE when it cannot be. */
gboolean ts_raw_dialog_accept (TsRawDialog *self);

G_END_DECLS
