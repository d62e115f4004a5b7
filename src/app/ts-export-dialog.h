/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-session.h"
#include "export/ts-export-job.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * TsExportDialog:
 *
 * Asks what to export, as what, and where to. Whatever is chosen is tried as an export job at once,
 * so that names, size and the reason why something cannot work are those of the real thing.
 *
 * Signal "accepted" (TsExportJob job, GFile folder): to be run; the dialog closes itself.
 */
#define TS_TYPE_EXPORT_DIALOG (ts_export_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TsExportDialog, ts_export_dialog, TS, EXPORT_DIALOG, AdwWindow)

/* @settings (nullable): remembered from last time; @all: the whole batch rather than what is
 * selected. The session must show a view. */
TsExportDialog *ts_export_dialog_new (TsSession *session, GSettings *settings, gboolean all);

void ts_export_dialog_set_folder (TsExportDialog *self, GFile *folder);
/* As if Export was pressed; %FALSE when it cannot be. */
gboolean ts_export_dialog_accept (TsExportDialog *self);

G_END_DECLS
