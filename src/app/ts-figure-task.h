/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-animation.h"
#include "export/ts-figure.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TsFigureTask:
 * @indices: (nullable): images in their order; %NULL is all
 * @figure: (nullable): %NULL for an animation
 *
 * All that a figure or an animation is made from, in copies of its own, so that threads may work
 * on it while the settings go on changing.
 */
typedef struct
{
  TsView *view;
  TsBatchStats *stats;
  TsRecipe recipe;
  guint64 *indices;
  gsize n_indices;
  TsFigureOptions *figure;
  TsFigureFormat format;
  TsAnimationOptions animation;
} TsFigureTask;

/* Takes @indices. */
TsFigureTask *ts_figure_task_new (TsView *view,
                                  TsBatchStats *stats,
                                  const TsRecipe *recipe,
                                  guint64 *indices,
                                  gsize n_indices) G_GNUC_WARN_UNUSED_RESULT;
void ts_figure_task_free (TsFigureTask *self);

/* What is to be seen of it on the screen; frame @position of an animation (which may be beyond the
 * last: they go round). *@panels (nullable) as in TsFigurePreview; *@size is a text such as
 * "88.9 × 45.2 mm". Blocks; any thread. */
GdkTexture *ts_figure_task_preview (const TsFigureTask *self,
                                    guint max_width,
                                    guint max_height,
                                    guint64 position,
                                    GArray **panels,
                                    char **size,
                                    GCancellable *cancellable,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes @file, replacing what is there only when the new one is whole. Blocks; any thread. */
gboolean ts_figure_task_write (const TsFigureTask *self,
                               GFile *file,
                               TsAnimationProgressFunc progress,
                               gpointer data,
                               GCancellable *cancellable,
                               GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsFigureTask, ts_figure_task_free)

G_END_DECLS
