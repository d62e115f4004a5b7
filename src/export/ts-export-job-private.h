/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-plan.h"
#include "export/ts-export-record.h"

G_BEGIN_DECLS

/* A file that is numbered gets no higher number. */
#define TS_EXPORT_MAX_NUMBERS 10000

typedef struct
{
  gsize position;
  char *message;
} TsExportFailure;

struct _TsExportJob
{
  GObject parent_instance;

  TsExportPlan *plan;

  /* of a run */
  TsOutputDir *images;
  TsMetadataFile *metadata;
  GCancellable *cancellable;
  gboolean has_shared_resolved;
  TsResolved shared_resolved;

  GMutex lock; /* for all below */
  gsize next_position;
  gboolean stopped;
  TsExportProgress progress;
  guint8 *is_written;  /* by position, or NULL before the run */
  char *array_name;    /* (nullable) of the one file that holds all images */
  GHashTable *renamed; /* position -> stem of those that did not get their first name */
  GArray *failed;      /* TsExportFailure, as they come */
  GPtrArray *failures; /* their messages in the order of the images, after the run */
  GPtrArray *files;    /* made when asked for */
};

/* What one thread needs to export one image after the other; kept between images. */
typedef struct
{
  TsExportJob *job;
  guint8 *pixels;
  gsize n_allocated;
} TsExportWorker;

void ts_export_worker_clear (TsExportWorker *self);

/* One image on its way to the disk. Its parts point at each other: do not copy it. */
typedef struct
{
  gsize position;
  guint64 index;
  TsPicture picture; /* pixels of the worker's */
  TsSidecarImage info;
  TsResolved resolved;
  TsStats stats;
  TsMarks marks;
} TsExportImage;

/* Reads and renders the image at @position. */
gboolean ts_export_image_render (TsExportWorker *worker,
                                 gsize position,
                                 TsExportImage *image,
                                 GError **error);

/* Renders, encodes and writes the image at @position, or leaves it where the policy says so. */
gboolean ts_export_image_run (TsExportWorker *worker, gsize position, GError **error);

typedef enum {
  TS_EXPORT_FOUND_NOTHING,
  TS_EXPORT_FOUND_WHOLE,
  TS_EXPORT_FOUND_TORN, /* part of a file, or not the file that its sidecar speaks of */
} TsExportFound;

/* What is there under the name @stem. */
TsExportFound ts_export_verify (const TsExportPlan *plan, TsOutputDir *folder, const char *stem);

/* All images of the plan into the open folder of the job, on as many threads as fit. */
void ts_export_workers_run (TsExportJob *self);

/* Writes all images as pages of @folder/@name. */
gboolean ts_export_stack_write (TsExportJob *self,
                                TsOutputDir *folder,
                                const char *name,
                                gboolean replace,
                                GCancellable *cancellable,
                                GError **error);
/* Whether all pages are in @folder/@name, to the last byte that their directories speak of. */
gboolean ts_export_stack_is_whole (const TsExportPlan *plan,
                                   TsOutputDir *folder,
                                   const char *name,
                                   GCancellable *cancellable);
char *ts_export_stack_dup_name (const TsExportPlan *plan) G_GNUC_WARN_UNUSED_RESULT;

/* The whole run, by what comes out: names only, a file an image, or one file for all. */
gboolean ts_export_run_dry (TsExportJob *self, GCancellable *cancellable, GError **error);
gboolean ts_export_run_images (TsExportJob *self, GCancellable *cancellable, GError **error);
gboolean ts_export_run_array (TsExportJob *self, GCancellable *cancellable, GError **error);

G_END_DECLS
