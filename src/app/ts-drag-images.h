/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-resolve.h"
#include "view/ts-view.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TsDragImages:
 *
 * Images for another program: as PNG files, the same bytes as an export gives, and a single one
 * also as a picture. Nothing is rendered before somebody asks; then it goes to a folder of its own
 * that only the user can read, once, in a thread. Main thread only.
 */
#define TS_TYPE_DRAG_IMAGES (ts_drag_images_get_type ())
G_DECLARE_FINAL_TYPE (TsDragImages, ts_drag_images, TS, DRAG_IMAGES, GdkContentProvider)

/* More images than this are exported, not dragged. */
#define TS_DRAG_MAX_IMAGES 500

/* Copies @recipe and @indices. */
GdkContentProvider *ts_drag_images_new (TsView *view,
                                        TsBatchStats *stats,
                                        const TsRecipe *recipe,
                                        const guint64 *indices,
                                        gsize n_indices) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes the files of all drags of this process; at its end, for who received them may still be
 * reading. */
void ts_drag_images_clean (void);

G_END_DECLS
