/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-export-plan.h"

G_BEGIN_DECLS

/* One array file for all images of a plan, where its format is one (npy, npz), and latents.npz. All
 * is read and written image by image. */

#define TS_LATENTS_FILE "latents.npz"

/* Whether the plan writes one array instead of a file an image. */
gboolean ts_export_plan_is_array (const TsExportPlan *self);

/* What such a plan needs beyond others: images of one size, a type that NumPy has. */
gboolean ts_export_array_check (const TsExportPlan *plan, GError **error);

/* "samples_64x64x64x3.npz": the dimensions are in it. */
char *ts_export_array_dup_name (const TsExportPlan *plan) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the array in @folder/@name is what the plan writes, from its first byte to its last:
 * type, dimensions, length and, in an archive, checksums. Reads all of an archive. */
gboolean ts_export_array_is_whole (const TsExportPlan *plan,
                                   TsOutputDir *folder,
                                   const char *name,
                                   GCancellable *cancellable);

/* Called after each image. */
typedef void (*TsExportArrayFunc) (gpointer data);

/* Writes the array as @folder/@name. *@n_bytes: its size. */
gboolean ts_export_array_write (const TsExportPlan *plan,
                                TsOutputDir *folder,
                                const char *name,
                                gboolean replace,
                                TsExportArrayFunc func,
                                gpointer data,
                                guint64 *n_bytes,
                                GCancellable *cancellable,
                                GError **error);

/* Writes the latents of the plan's images, and which images they are as "index", to latents.npz. */
gboolean ts_export_latents_write (const TsExportPlan *plan,
                                  TsOutputDir *folder,
                                  guint64 *n_bytes,
                                  GCancellable *cancellable,
                                  GError **error);

G_END_DECLS
