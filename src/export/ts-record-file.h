/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-job.h"
#include "export/ts-json-reader.h"
#include "export/ts-output-dir.h"

G_BEGIN_DECLS

/* export.json in the folder of an export: what was run into it. Besides one run over images it
 * holds what was drawn into figures/, in the list "figures"; a run of other settings gets a file of
 * its own, export-2.json, so that no record is lost. Writers wait for each other. */

#define TS_RECORD_NAME "export.json"

/* Writes @record, the text of a run over images. It takes the place of an earlier record of the
 * same images and files (%TS_COLLISION_OVERWRITE), or of the same settings altogether
 * (%TS_COLLISION_SKIP), never of others. What is there of figures stays. */
gboolean ts_record_file_write (TsOutputDir *folder,
                               const GString *record,
                               TsCollision collision,
                               GError **error);

/**
 * ts_record_file_add_figure:
 * @file: its name below @folder, "figures/cells_sheet.png"
 * @settings: what the file holds of itself, JSON
 * @source: (nullable): path of the dump
 *
 * Adds what was drawn; an earlier record of that file goes.
 */
gboolean ts_record_file_add_figure (TsOutputDir *folder,
                                    const char *file,
                                    const char *settings,
                                    const char *source,
                                    GError **error);

/* Settings that two records of runs over images must share to be of the same export, as text:
 * source, output without the shard, and @with_view the recipe. */
char *ts_record_describe (JsonObject *record, gboolean with_view) G_GNUC_WARN_UNUSED_RESULT;

/* The time to record, ISO 8601 in UTC: SOURCE_DATE_EPOCH, or now. */
char *ts_record_get_time (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
