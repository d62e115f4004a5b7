/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-resolve.h"
#include "view/ts-view.h"

G_BEGIN_DECLS

/* Kept per image beyond the statistics of all its channels together. */
#define TS_BATCH_STATS_MAX_KEPT TS_RECIPE_MAX_CHANNELS
/* Images remembered one by one; when they are more, memory starts anew. */
#define TS_BATCH_STATS_MAX_IMAGES 65536

typedef struct
{
  guint n_channels;
  TsStats all;
  TsStats channels[]; /* min (n_channels, TS_BATCH_STATS_MAX_KEPT) */
} TsImageStats;

struct _TsBatchStats
{
  GObject parent_instance;

  TsBatch *batch;
  TsView *view;        /* of the whole: knows the other arrays; (nullable) */
  TsComplexPart part;  /* what is counted of complex elements */
  TsBatchStats *whole; /* what a subset is of; (nullable) */
  TsBatchStats *base;  /* of what is visible: what answers for a selection; (nullable) */
  guint64 *indices;    /* of a subset; (nullable) */
  TsRect *rects;       /* of what is visible: one for each index; (nullable) */
  gsize n_indices;
  guint64 sample_elements; /* read of an image at most; 0: of all there are */
  GMutex lock;             /* of what follows */
  GHashTable *images;      /* index -> TsImageStats */
  TsImageStats *all;       /* of the batch; (nullable) until asked for */
  GHashTable *ranges;      /* text -> double[2]: percentiles found */
  GPtrArray *others;       /* TsBatchStats of the other arrays; (nullable) until asked for */
  TsBatchStats *parts[4];
  TsBatchStats *sample; /* of the same, see ts_batch_stats_get_sample(); (nullable) */
  GMutex compute_lock;  /* one pass over everything at a time */
  GMutex others_lock;   /* one search for the other arrays at a time */
};

/* Who counts what the scope means; %NULL when nobody knows what is visible. Borrowed. */
TsBatchStats *ts_batch_stats_get_owner (TsBatchStats *self, TsRangeScope scope, GError **error);

/* The arrays beside the own one; borrowed. Blocks the first time. */
GPtrArray *ts_batch_stats_get_others (TsBatchStats *self, GCancellable *cancellable);

/* Statistics of a sample of what @owner counts, for the scope given; borrowed. With the scope
 * "file" the other arrays must be known. */
TsBatchStats *ts_batch_stats_get_sample (TsBatchStats *owner, TsRangeScope scope);

/* Elements of image @index or of all that @owner counts, for the scope given. */
guint64 ts_batch_stats_count_elements (TsBatchStats *owner, TsRangeScope scope, guint64 index);

/* Whether the numbers that @recipe asks for are known; does not block for long. */
gboolean ts_batch_stats_knows (TsBatchStats *owner,
                               const TsRecipe *recipe,
                               guint64 index,
                               guint n_channels,
                               gboolean is_one);

/* How many images @self is of, and the @i-th of them. */
guint64 ts_batch_stats_get_n_images (TsBatchStats *self);
guint64 ts_batch_stats_get_index (TsBatchStats *self, guint64 i);

/* Called with parts of an image, top to bottom. */
typedef gboolean (*TsBandFunc) (TsBlock *band, gpointer data, GError **error);

/* Reads image @index, or @rect of it, in bands of rows that memory holds easily. */
gboolean ts_batch_stats_each_band (TsBatchStats *self,
                                   guint64 index,
                                   const TsRect *rect,
                                   TsBandFunc func,
                                   gpointer data,
                                   GCancellable *cancellable,
                                   GError **error);

/* Of what the scope of the recipe means, raw values; one channel or all (-1). */
gboolean ts_batch_stats_get_scope (TsBatchStats *self,
                                   TsRangeScope scope,
                                   guint64 index,
                                   int channel,
                                   TsStats *stats,
                                   GCancellable *cancellable,
                                   GError **error);

/* What is counted for percentiles: float32, or float64 where an element of what the scope means
 * does not fit. */
TsDtype ts_batch_stats_get_percentile_dtype (TsBatchStats *owner, TsRangeScope scope);

/* Whether ts_batch_stats_get_percentiles() would answer without reading. */
gboolean ts_batch_stats_has_percentiles (TsBatchStats *owner,
                                         guint64 index,
                                         int channel,
                                         const TsRecipe *recipe);

/* The percentiles of @recipe over un-normalised values of what its scope says, one channel or all
 * (-1); NaN when nothing is finite. Exact; remembered. Blocks; cancellable. */
gboolean ts_batch_stats_get_percentiles (TsBatchStats *self,
                                         guint64 index,
                                         int channel,
                                         const TsRecipe *recipe,
                                         double range[2],
                                         GCancellable *cancellable,
                                         GError **error);

G_END_DECLS
