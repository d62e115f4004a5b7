/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-encoder.h"
#include "view/ts-view.h"

G_BEGIN_DECLS

/**
 * ts_thumbnail_render:
 * @indices: (nullable): the images to choose from; %NULL is all
 * @n_indices: how many
 * @n_side: images a row and a column at most; 0 for what @size has room for, up to 4
 * @size: most pixels of a side, 16 to 4096
 * @picture: its pixels, RGBA, are to be freed with g_free()
 *
 * A small picture of a batch: its first images as a square grid with gaps that are transparent, or
 * the first alone where there are less than four; no larger than its images need. Images are made
 * smaller by averaging, labels by taking one, and larger by whole factors. Of very large images
 * only some rows are read. Blocks; cancellable.
 */
gboolean ts_thumbnail_render (TsView *view,
                              TsBatchStats *stats,
                              const TsRecipe *recipe,
                              const guint64 *indices,
                              gsize n_indices,
                              guint n_side,
                              guint size,
                              TsPicture *picture,
                              GCancellable *cancellable,
                              GError **error);

G_END_DECLS
