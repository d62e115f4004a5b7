/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-recipe.h"
#include "view/ts-view.h"

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
/* Of the view's batch; for the scope "file" also of the other arrays of its dump that look like
 * images. Without a view the batch is all that "file" can mean. */
TsBatchStats *ts_batch_stats_new_for_view (TsView *view) G_GNUC_WARN_UNUSED_RESULT;
TsBatch *ts_batch_stats_get_batch (TsBatchStats *self);
/* (nullable): of ts_batch_stats_new_for_view(), also through subsets; borrowed */
TsView *ts_batch_stats_get_view (TsBatchStats *self);

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

/* Part of an image; @rect lies inside it. */
typedef struct
{
  guint64 index;
  TsRect rect;
} TsVisiblePart;

/**
 * ts_batch_stats_new_visible:
 * @base: of the batch, or of a selection of it
 * @parts: copied
 *
 * Statistics in which the scope "visible" means the parts given (and "selection" what it means in
 * @base). What is known of single images and of the batch is shared with @base.
 */
TsBatchStats *ts_batch_stats_new_visible (TsBatchStats *base,
                                          const TsVisiblePart *parts,
                                          gsize n_parts) G_GNUC_WARN_UNUSED_RESULT;

/* Of a part of complex elements; @self itself for magnitudes (or what @self is of) and where
 * elements are real. Borrowed. ts_resolve() takes the part of the recipe by itself. */
TsBatchStats *ts_batch_stats_get_part (TsBatchStats *self, TsComplexPart part);

/* What a picture of the images @indices (nullable: all) is resolved with: of a recipe whose scope
 * is the selection these images are it, unless @self has a selection of its own, as the window's.
 */
TsBatchStats *ts_batch_stats_dup_for_images (TsBatchStats *self,
                                             const TsRecipe *recipe,
                                             const guint64 *indices,
                                             gsize n_indices) G_GNUC_WARN_UNUSED_RESULT;

/* The images that the scope "selection" means, borrowed; %NULL for all of them. */
const guint64 *ts_batch_stats_get_subset (TsBatchStats *self, gsize *n_indices);

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

/* Of the whole batch; reads everything once. Blocks; cancellable. */
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
 * @is_estimate: those of a sample, see ts_resolve_soon(); never in files
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
  gboolean is_estimate;
} TsResolved;

/* Resolves @recipe for image @index. Does not block for fixed ranges, which need no statistics. */
gboolean ts_resolve (const TsRecipe *recipe,
                     TsBatchStats *stats,
                     guint64 index,
                     TsResolved *resolved,
                     GCancellable *cancellable,
                     GError **error);

/**
 * ts_resolve_soon:
 *
 * For the screen: the same in bounded time. Where ts_resolve() would have to read much that nobody
 * has counted yet, the numbers are those of a sample that is spread over what the scope means, and
 * @is_estimate is set; once ts_resolve() has found them, they are exact here too. Single images
 * are counted up to a size at which painting them takes longer.
 */
gboolean ts_resolve_soon (const TsRecipe *recipe,
                          TsBatchStats *stats,
                          guint64 index,
                          TsResolved *resolved,
                          GCancellable *cancellable,
                          GError **error);

/* How many elements ts_resolve() passes by when nothing is known yet; a cancellable with a sum
 * learns of each, see ts_tally_attach(). May block where the scope is "file". */
guint64 ts_resolve_count_work (const TsRecipe *recipe,
                               TsBatchStats *stats,
                               guint64 index,
                               GCancellable *cancellable);

/* TRUE when the resolved numbers are the same for all images (fixed, or scope batch, channel,
 * selection, visible or file). */
gboolean ts_recipe_is_index_independent (const TsRecipe *recipe);

G_END_DECLS
