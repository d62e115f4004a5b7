/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-recipe.h"

G_BEGIN_DECLS

/**
 * TsBatchStats:
 *
 * Statistics of a batch per image and channel, computed when first asked for and kept. Thread-safe;
 * one per batch, shared by screen and export.
 */
#define TS_TYPE_BATCH_STATS (ts_batch_stats_get_type ())
G_DECLARE_FINAL_TYPE (TsBatchStats, ts_batch_stats, TS, BATCH_STATS, GObject)

TsBatchStats *ts_batch_stats_new (TsBatch *batch) G_GNUC_WARN_UNUSED_RESULT;
TsBatch *ts_batch_stats_get_batch (TsBatchStats *self);

/**
 * ts_batch_stats_new_subset:
 * @whole: of the batch
 * @indices: images of the batch; copied
 *
 * Statistics of the batch in which the scope "selection" means the images given. What is known of
 * single images and of the batch is shared with @whole. Of all images, as with @whole itself, when
 * @n_indices is 0.
 */
TsBatchStats *ts_batch_stats_new_subset (TsBatchStats *whole,
                                         const guint64 *indices,
                                         gsize n_indices) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it was made by ts_batch_stats_new_subset(). */
gboolean ts_batch_stats_is_subset (TsBatchStats *self);

/* Of the images that the scope "selection" means; otherwise as ts_batch_stats_get_all(). */
gboolean ts_batch_stats_get_selection (TsBatchStats *self,
                                       int channel,
                                       TsStats *stats,
                                       GCancellable *cancellable,
                                       GError **error);

/* Of one image, raw values: all channels (@channel -1) or one. Blocks. */
gboolean ts_batch_stats_get_image (TsBatchStats *self,
                                   guint64 index,
                                   int channel,
                                   TsStats *stats,
                                   GCancellable *cancellable,
                                   GError **error);

/* Of the whole batch; reads everything once. @progress (nullable): fraction done, written by the
 * computing thread. Blocks; cancellable. */
gboolean ts_batch_stats_get_all (TsBatchStats *self,
                                 int channel,
                                 TsStats *stats,
                                 GCancellable *cancellable,
                                 GError **error);

/* Whether ts_batch_stats_get_all() would answer without reading. */
gboolean ts_batch_stats_has_all (TsBatchStats *self);

/**
 * TsResolved:
 * @n: channels of the image, at most TS_RECIPE_MAX_CHANNELS; 1 when all are alike
 * @lo, @hi: in display units (after un-normalisation, divided by value_scale)
 * @scale, @offset: t = x * scale[c] + offset[c], for people; ts_render_block() goes by lo and hi
 *
 * The numbers an automatic range came to; what files record. A degenerate range (hi == lo) has
 * scale 0 and @constant set: then t is 0 for y <= lo and 1 above.
 */
typedef struct
{
  guint n;
  double lo[TS_RECIPE_MAX_CHANNELS];
  double hi[TS_RECIPE_MAX_CHANNELS];
  double scale[TS_RECIPE_MAX_CHANNELS];
  double offset[TS_RECIPE_MAX_CHANNELS];
  gboolean constant[TS_RECIPE_MAX_CHANNELS];
} TsResolved;

/* Resolves @recipe for image @index. Does not block for fixed ranges, which need no statistics. */
gboolean ts_resolve (const TsRecipe *recipe,
                     TsBatchStats *stats,
                     guint64 index,
                     TsResolved *resolved,
                     GCancellable *cancellable,
                     GError **error);

/* TRUE when the resolved numbers are the same for all images (fixed, or scope batch, channel or
 * selection). */
gboolean ts_recipe_is_index_independent (const TsRecipe *recipe);

G_END_DECLS
