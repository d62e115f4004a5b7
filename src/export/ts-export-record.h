/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-plan.h"

G_BEGIN_DECLS

#define TS_EXPORT_SCHEMA         "tenscope-export"
#define TS_EXPORT_SCHEMA_VERSION 1
#define TS_METADATA_NAME         "metadata.jsonl"

/**
 * TsMetadataFile:
 *
 * The lines of metadata.jsonl, in the order of the images however their threads finish. Lines wait
 * in memory only until those before them have come. Thread-safe.
 */
typedef struct _TsMetadataFile TsMetadataFile;

/* @dir is borrowed for the file's life. */
TsMetadataFile *ts_metadata_file_new (TsOutputDir *dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Forgets what was not finished. */
void ts_metadata_file_free (TsMetadataFile *self);

/* Takes @line (nullable: nothing to say) for @position; each position from 0 once. */
void ts_metadata_file_take_line (TsMetadataFile *self, gsize position, GString *line);

/* Writes what is there as @name. Lines of an existing file stay when their image still exists in
 * @images and has no new line; they come first. */
gboolean ts_metadata_file_finish (TsMetadataFile *self,
                                  const char *name,
                                  TsOutputDir *images,
                                  GError **error);

/* What came out of an export, for its record. */
typedef struct
{
  gsize n_done, n_skipped, n_failed;
  gboolean cancelled;
  GPtrArray *failures; /* messages */
} TsExportResult;

/* export.json: what was run, enough to run it again. */
GString *ts_export_record_write (const TsExportPlan *plan,
                                 const TsExportResult *result) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsMetadataFile, ts_metadata_file_free)

G_END_DECLS
