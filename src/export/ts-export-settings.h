/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-job.h"

G_BEGIN_DECLS

/**
 * TsExportSettings:
 * @path: (nullable): where the dump was, absolute
 * @file: the dump's name
 * @size_bytes: of the dump then; another size is another dump
 * @key, @layout: the array and how its axes were read
 * @images: "all" or "0,3,8-20"
 * @range_images: (nullable): the same for the images that the range was taken of, where they are
 * not those that were written
 * @recipe: how it was looked at
 * @options: how it was written, without a folder; its strings belong to the settings
 *
 * What an export.json says was run, read back. A plain value but for its strings.
 */
typedef struct
{
  char *path;
  char *raw; /* (nullable) what the bytes were said to mean */
  char *file;
  guint64 size_bytes;
  char *key;
  char *layout;
  char *images;
  char *range_images;
  TsRecipe recipe;
  TsExportOptions options;

  /*< private >*/
  char *name_template;
  char *created;
  char **latents;
} TsExportSettings;

/* %TS_ERROR_INVALID names the member that is wrong or missing. */
TsExportSettings *
ts_export_settings_read (const char *json, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ts_export_settings_free (TsExportSettings *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsExportSettings, ts_export_settings_free)

/**
 * ts_export_merge:
 * @folder: that the shards of one export wrote into
 * @n_images: (nullable): how many images there are
 *
 * Joins the records of all shards (shards/export-K-of-N.json, shards/metadata-K-of-N.jsonl) into
 * export.json and images/metadata.jsonl. First verifies that no shard is missing, that all ran with
 * the same settings on the same dump, that none failed, and that every image and sidecar is there;
 * on %FALSE nothing was written and the message says what is missing.
 */
gboolean
ts_export_merge (const char *folder, guint64 *n_images, GCancellable *cancellable, GError **error);

G_END_DECLS
