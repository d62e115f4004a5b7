/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-job.h"
#include "export/ts-name-template.h"
#include "export/ts-output-dir.h"
#include "export/ts-sidecar.h"
#include "pixels/ts-overlay.h"

G_BEGIN_DECLS

/**
 * TsExportPlan:
 *
 * What an export will do, checked before anything is written: every option in a copy of its own,
 * which images, and their names. Positions count the images of this process: 0 .. n - 1. Immutable
 * once names are settled; then thread-safe.
 */
typedef struct
{
  TsView *view;
  TsBatchStats *stats;
  TsRecipe recipe;       /* as given */
  TsRecipe pixel_recipe; /* what is rendered: without colours where values are kept */
  TsOverlay *overlay;    /* (nullable) of the pixel recipe */

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
  guint8 *palette; /* (nullable) colours of the labels, see TsPicture */
  gboolean stack;
  guint subdirs;
  char *folder;
  char *name_template;
  char **latents; /* (nullable) */
  gboolean sidecar;
  gboolean yaml;
  gboolean latents_npz;
  TsCollision collision;
  guint n_threads;
  gboolean dry_run;
  guint shard, n_shards;
  char *created;

  char *range_images; /* (nullable) of which an automatic range is taken */
  guint64 *indices;   /* (nullable) of the whole selection; NULL is all images in order */
  gsize n_selected;   /* of all shards */
  gsize first;        /* position 0 is this one of the selection */
  gsize n;            /* images of this process */

  TsParams *params;
  TsNameTemplate *names;
  TsNameContext name_context;
  char *stem, *channel, *date, *time;
  char **numbered; /* (nullable) stems, where the template alone does not make them differ */
  TsSidecarWriter *sidecar_writer;
} TsExportPlan;

/* As ts_export_job_new(). */
TsExportPlan *ts_export_plan_new (TsView *view,
                                  TsBatchStats *stats,
                                  const TsRecipe *recipe,
                                  const TsExportOptions *options,
                                  const guint64 *indices,
                                  gsize n_indices,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ts_export_plan_free (TsExportPlan *self);

/* The image's index in the view. */
guint64 ts_export_plan_get_index (const TsExportPlan *self, gsize position);

/* Makes all names once: they must differ, and with %TS_COLLISION_FAIL be free. @images (nullable):
 * the folder, when it is there. %TS_ERROR_INVALID, %TS_ERROR_EXISTS. */
gboolean ts_export_plan_settle_names (TsExportPlan *self,
                                      TsOutputDir *images,
                                      GCancellable *cancellable,
                                      GError **error);

/* The file name without suffix. */
char *ts_export_plan_dup_stem (const TsExportPlan *self,
                               gsize position,
                               GCancellable *cancellable,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The folder of that file below images/, "00012", or %NULL for images/ itself. */
char *ts_export_plan_dup_subdir (const TsExportPlan *self,
                                 gsize position) G_GNUC_WARN_UNUSED_RESULT;

/* ".json" or ".yaml" */
const char *ts_export_plan_get_sidecar_suffix (const TsExportPlan *self);

/* What the encoder is told; @metadata is borrowed. */
TsEncodeOptions ts_export_plan_get_encode_options (const TsExportPlan *self, const char *metadata);

/* The pixel format of the file of an image. */
TsPixelFormat ts_export_plan_get_format (const TsExportPlan *self, const TsImageSize *size);

/* Which channels are shown, for names: "rgb", "2", "0-4-7", "mean". */
char *ts_export_describe_channels (const TsRecipe *recipe,
                                   const TsImageSize *size) G_GNUC_WARN_UNUSED_RESULT;

/* "0,3,8-20" or "all". */
char *ts_export_plan_describe_selection (const TsExportPlan *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsExportPlan, ts_export_plan_free)

G_END_DECLS
