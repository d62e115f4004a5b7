/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-encoder.h"
#include "view/ts-view.h"

G_BEGIN_DECLS

typedef enum {
  TS_COLLISION_FAIL, /* nothing is written when any file exists */
  TS_COLLISION_SKIP, /* but what is torn is made again */
  TS_COLLISION_OVERWRITE,
  TS_COLLISION_NUMBER, /* stem-1, stem-2, ... */
} TsCollision;

extern const char *const ts_collision_names[];

/**
 * TsExportOptions:
 * @folder: absolute or relative path; made when missing. Images go to @folder/images
 * @depth: 8, 16, or 32 (float)
 * @half: floats of 16 bits in the file; @depth is 32
 * @encoder: also one of ts_array_formats: then all images become one array in @folder (raw ones of
 * the dump's own type), without sidecars
 * @compression: 0 fast, 1 normal, 2 small
 * @palette: labels as numbers with their colours beside (PNG); the colormap is a categorical one
 * @stack: all images as pages of one file in @folder (TIFF), without sidecars
 * @subdirs: at most so many images a folder, images/00000, images/00001, ...; 0 is one folder
 * @name_template: without suffix: "{stem}_{index}"
 * @latents: (nullable) %NULL-terminated field names; %NULL is all latents ("auto"), an empty list
 * none
 * @sidecar: one JSON an image, or with @yaml the same as YAML
 * @latents_npz: the latents of all images once more, as arrays in @folder/latents.npz
 * @zebra: keep the stripes of the recipe; without, files have none
 * @shard, @n_shards: this process does part @shard (1 to @n_shards) of the selection; 0 is all of
 * it. Names are the same as without shards; records go to @folder/shards until they are merged
 * @created: (nullable): the time to record, ISO 8601 in UTC; %NULL is now
 *
 * Borrowed strings; ts_export_job_new() copies what it needs. Set by ts_export_options_init().
 */
typedef struct
{
  const char *folder;
  const TsEncoder *encoder;
  guint depth;
  gboolean half;
  TsValues values;
  int quality;
  gboolean lossless;
  int compression;
  TsCodec codec;
  int subsampling;
  gboolean progressive;
  gboolean palette;
  gboolean stack;
  guint subdirs;
  const char *name_template;
  const char *const *latents;
  gboolean sidecar;
  gboolean yaml;
  gboolean latents_npz;
  gboolean zebra;
  TsCollision collision;
  guint n_threads;  /* 0: one a core */
  gboolean dry_run; /* make nothing, check everything */
  guint shard;
  guint n_shards;
  const char *created;
} TsExportOptions;

#define TS_EXPORT_DEFAULT_TEMPLATE "{stem}_{index}"

void ts_export_options_init (TsExportOptions *self);
/* How files are encoded, but for halves and metadata. */
void ts_export_options_set_encode (TsExportOptions *self, const TsEncodeOptions *encode);

/**
 * TsExportJob:
 *
 * Selection + recipe + options -> files. Made in any thread, run once in any thread; progress and
 * results are read under its own lock. Each image and its sidecar appear together or not at all,
 * under temporary names until whole; a failure is reported and the others go on.
 */
#define TS_TYPE_EXPORT_JOB (ts_export_job_get_type ())
G_DECLARE_FINAL_TYPE (TsExportJob, ts_export_job, TS, EXPORT_JOB, GObject)

/* @indices: images in the order of export, copied; %NULL is all. Checks the options
 * (%TS_ERROR_INVALID: depth the format cannot hold, bad template, channel that does not exist). */
TsExportJob *ts_export_job_new (TsView *view,
                                TsBatchStats *stats,
                                const TsRecipe *recipe,
                                const TsExportOptions *options,
                                const guint64 *indices,
                                gsize n_indices,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Blocks until done or cancelled. %FALSE only when nothing could be done at all (folder, collision
 * with TS_COLLISION_FAIL, cancelled); failures of single images are in the results. */
gboolean ts_export_job_run (TsExportJob *self, GCancellable *cancellable, GError **error);

typedef struct
{
  gsize n_total, n_done, n_skipped, n_failed;
  guint64 n_bytes; /* written */
} TsExportProgress;

/* Any thread, any time. */
void ts_export_job_get_progress (TsExportJob *self, TsExportProgress *progress);

/* After the run: messages "image 12: ..." of what failed, in the order of the images; borrowed. */
GPtrArray *ts_export_job_get_failures (TsExportJob *self);
/* After the run, from one thread: paths of the images written (with @dry_run of those that would
 * be), relative to the folder, in order; borrowed. */
GPtrArray *ts_export_job_get_files (TsExportJob *self);

/* The names (with suffix) the first @n images would get; for previews. */
char **ts_export_job_preview_names (TsExportJob *self, gsize n) G_GNUC_WARN_UNUSED_RESULT;
/* Rough size of all files in bytes; 0 when unknown. */
guint64 ts_export_job_estimate_bytes (TsExportJob *self);

/* Names a template may use for this view, %NULL-terminated: "stem", "index", "label", ... */
char **ts_export_template_fields (TsView *view) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
