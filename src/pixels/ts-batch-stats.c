/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-plan.h"
#include "pixels/ts-resolve-private.h"
#include "tensor/ts-quantiles.h"

#include <string.h>

/* Kept per image beyond the statistics of all its channels together. */
#define MAX_KEPT TS_RECIPE_MAX_CHANNELS
/* Images remembered one by one; when they are more, memory starts anew. */
#define MAX_IMAGES 65536

typedef struct
{
  guint n_channels;
  TsStats all;
  TsStats channels[]; /* min (n_channels, MAX_KEPT) */
} ImageStats;

struct _TsBatchStats
{
  GObject parent_instance;

  TsBatch *batch;
  TsBatchStats *whole; /* what a subset is of; (nullable) */
  guint64 *indices;    /* of a subset; (nullable) */
  gsize n_indices;
  GMutex lock;         /* of what follows */
  GHashTable *images;  /* index -> ImageStats */
  ImageStats *all;     /* of the batch; (nullable) until asked for */
  GHashTable *ranges;  /* text -> double[2]: percentiles found */
  GMutex compute_lock; /* one pass over everything at a time */
};

G_DEFINE_FINAL_TYPE (TsBatchStats, ts_batch_stats, G_TYPE_OBJECT)

static void
ts_batch_stats_finalize (GObject *object)
{
  TsBatchStats *self = TS_BATCH_STATS (object);

  g_clear_object (&self->batch);
  g_clear_object (&self->whole);
  g_free (self->indices);
  g_hash_table_unref (self->images);
  g_hash_table_unref (self->ranges);
  g_free (self->all);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->compute_lock);
  G_OBJECT_CLASS (ts_batch_stats_parent_class)->finalize (object);
}

static void
ts_batch_stats_class_init (TsBatchStatsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_batch_stats_finalize;
}

static void
ts_batch_stats_init (TsBatchStats *self)
{
  g_mutex_init (&self->lock);
  g_mutex_init (&self->compute_lock);
  self->images = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->ranges = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

TsBatchStats *
ts_batch_stats_new (TsBatch *batch)
{
  TsBatchStats *self;

  g_return_val_if_fail (TS_IS_BATCH (batch), NULL);

  self = g_object_new (TS_TYPE_BATCH_STATS, NULL);
  self->batch = g_object_ref (batch);
  return self;
}

TsBatchStats *
ts_batch_stats_new_subset (TsBatchStats *whole, const guint64 *indices, gsize n_indices)
{
  TsBatchStats *self;

  g_return_val_if_fail (TS_IS_BATCH_STATS (whole), NULL);

  self = ts_batch_stats_new (whole->batch);
  self->whole = g_object_ref (whole->whole != NULL ? whole->whole : whole);
  self->indices = n_indices > 0 ? g_memdup2 (indices, n_indices * sizeof *indices) : NULL;
  self->n_indices = n_indices;
  return self;
}

gboolean
ts_batch_stats_is_subset (TsBatchStats *self)
{
  g_return_val_if_fail (TS_IS_BATCH_STATS (self), FALSE);

  return self->whole != NULL;
}

TsBatch *
ts_batch_stats_get_batch (TsBatchStats *self)
{
  g_return_val_if_fail (TS_IS_BATCH_STATS (self), NULL);

  return self->batch;
}

static ImageStats *
new_image_stats (guint n_channels)
{
  guint n_kept = MIN (n_channels, MAX_KEPT);
  ImageStats *stats = g_malloc (sizeof *stats + n_kept * sizeof *stats->channels);

  stats->n_channels = n_channels;
  ts_stats_init (&stats->all);
  for (guint c = 0; c < n_kept; c++)
    ts_stats_init (&stats->channels[c]);
  return stats;
}

static void
add_channel (TsBlock *image, guint channel, TsStats *stats)
{
  g_autoptr (TsBlock) plane = ts_block_pick (image, 2, channel);

  ts_stats_add_block (stats, plane);
}

static ImageStats *
compute_image (TsBatchStats *self, guint64 index, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsBlock) image = ts_batch_read_image (self->batch, index, NULL, cancellable, error);
  ImageStats *stats;

  if (image == NULL)
    return NULL;
  stats = new_image_stats ((guint) image->dims[2]);
  for (guint c = 0; c < stats->n_channels; c++) {
    TsStats beyond;
    TsStats *channel = c < MAX_KEPT ? &stats->channels[c] : &beyond;

    ts_stats_init (channel);
    add_channel (image, c, channel);
    ts_stats_merge (&stats->all, channel);
  }
  return stats;
}

/* How many images @self is of, and the @i-th of them. */
static guint64
get_n_images (TsBatchStats *self)
{
  return self->indices != NULL ? self->n_indices : ts_batch_get_n_images (self->batch);
}

static guint64
get_index (TsBatchStats *self, guint64 i)
{
  return self->indices != NULL ? self->indices[i] : i;
}

/* Statistics of a channel that is not kept, of @n images (or the one @index). */
static gboolean
compute_channel (TsBatchStats *self,
                 const guint64 *index,
                 guint64 n,
                 guint channel,
                 TsStats *stats,
                 GCancellable *cancellable,
                 GError **error)
{
  ts_stats_init (stats);
  for (guint64 i = 0; i < n; i++) {
    g_autoptr (TsBlock) image =
                   ts_batch_read_image (self->batch, index != NULL ? *index : get_index (self, i),
                                        NULL, cancellable, error);

    if (image == NULL)
      return FALSE;
    if (channel < image->dims[2])
      add_channel (image, channel, stats);
  }
  return TRUE;
}

static void
pick (const ImageStats *from, int channel, TsStats *stats)
{
  if (channel < 0)
    *stats = from->all;
  else if ((guint) channel < MIN (from->n_channels, MAX_KEPT))
    *stats = from->channels[channel];
  else
    ts_stats_init (stats);
}

gboolean
ts_batch_stats_get_image (TsBatchStats *self,
                          guint64 index,
                          int channel,
                          TsStats *stats,
                          GCancellable *cancellable,
                          GError **error)
{
  ImageStats *found, *computed;

  g_return_val_if_fail (TS_IS_BATCH_STATS (self), FALSE);
  g_return_val_if_fail (index < ts_batch_get_n_images (self->batch), FALSE);

  if (self->whole != NULL)
    return ts_batch_stats_get_image (self->whole, index, channel, stats, cancellable, error);
  if (channel >= MAX_KEPT)
    return compute_channel (self, &index, 1, (guint) channel, stats, cancellable, error);

  g_mutex_lock (&self->lock);
  found = g_hash_table_lookup (self->images, &index);
  if (found != NULL)
    pick (found, channel, stats);
  g_mutex_unlock (&self->lock);
  if (found != NULL)
    return TRUE;

  computed = compute_image (self, index, cancellable, error);
  if (computed == NULL)
    return FALSE;
  pick (computed, channel, stats);
  g_mutex_lock (&self->lock);
  if (g_hash_table_size (self->images) >= MAX_IMAGES)
    g_hash_table_remove_all (self->images);
  g_hash_table_replace (self->images, g_memdup2 (&index, sizeof index), computed);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* Statistics of image @index, channel by channel; those that are known, or computed and, for a
 * subset, kept with what it is of. */
static ImageStats *
dup_image (TsBatchStats *self, guint64 index, GCancellable *cancellable, GError **error)
{
  TsStats all;
  ImageStats *found, *copy = NULL;

  if (self->whole == NULL)
    return compute_image (self, index, cancellable, error);
  if (!ts_batch_stats_get_image (self->whole, index, -1, &all, cancellable, error))
    return NULL;
  g_mutex_lock (&self->whole->lock);
  found = g_hash_table_lookup (self->whole->images, &index);
  if (found != NULL) {
    copy = new_image_stats (found->n_channels);
    memcpy (copy, found, sizeof *copy + MIN (found->n_channels, MAX_KEPT) * sizeof *copy->channels);
  }
  g_mutex_unlock (&self->whole->lock);
  return copy != NULL ? copy : compute_image (self, index, cancellable, error);
}

/* Statistics of everything, once. Called with the compute lock held. */
static ImageStats *
compute_all (TsBatchStats *self, GCancellable *cancellable, GError **error)
{
  guint64 n_images = get_n_images (self);
  g_autofree ImageStats *all = NULL;
  TsImageSize size;

  ts_batch_get_max_size (self->batch, &size);
  all = new_image_stats (size.n_channels);
  for (guint64 i = 0; i < n_images; i++) {
    g_autofree ImageStats *image = dup_image (self, get_index (self, i), cancellable, error);

    if (image == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
      return NULL;
    ts_stats_merge (&all->all, &image->all);
    for (guint c = 0; c < MIN (MIN (image->n_channels, all->n_channels), MAX_KEPT); c++)
      ts_stats_merge (&all->channels[c], &image->channels[c]);
  }
  return g_steal_pointer (&all);
}

static gboolean
look_up_all (TsBatchStats *self, int channel, TsStats *stats)
{
  gboolean has_all;

  g_mutex_lock (&self->lock);
  has_all = self->all != NULL;
  if (has_all && stats != NULL)
    pick (self->all, channel, stats);
  g_mutex_unlock (&self->lock);
  return has_all;
}

gboolean
ts_batch_stats_has_all (TsBatchStats *self)
{
  g_return_val_if_fail (TS_IS_BATCH_STATS (self), FALSE);

  return look_up_all (self->whole != NULL ? self->whole : self, -1, NULL);
}

/* Of the images of @self. */
static gboolean
get_own (TsBatchStats *self, int channel, TsStats *stats, GCancellable *cancellable, GError **error)
{
  ImageStats *all;

  if (channel >= MAX_KEPT)
    return compute_channel (self, NULL, get_n_images (self), (guint) channel, stats, cancellable,
                            error);
  if (look_up_all (self, channel, stats))
    return TRUE;

  g_mutex_lock (&self->compute_lock);
  if (!look_up_all (self, channel, stats)) {
    all = compute_all (self, cancellable, error);
    if (all != NULL)
      pick (all, channel, stats);
    g_mutex_lock (&self->lock);
    self->all = all;
    g_mutex_unlock (&self->lock);
  }
  g_mutex_unlock (&self->compute_lock);
  return look_up_all (self, channel, stats);
}

gboolean
ts_batch_stats_get_all (TsBatchStats *self,
                        int channel,
                        TsStats *stats,
                        GCancellable *cancellable,
                        GError **error)
{
  g_return_val_if_fail (TS_IS_BATCH_STATS (self), FALSE);

  return get_own (self->whole != NULL ? self->whole : self, channel, stats, cancellable, error);
}

gboolean
ts_batch_stats_get_selection (TsBatchStats *self,
                              int channel,
                              TsStats *stats,
                              GCancellable *cancellable,
                              GError **error)
{
  g_return_val_if_fail (TS_IS_BATCH_STATS (self), FALSE);

  return get_own (self->indices != NULL ? self
                  : self->whole != NULL ? self->whole
                                        : self,
                  channel, stats, cancellable, error);
}

/* The channel @channel of @image after un-normalisation, as a packed block. */
static TsBlock *
unnormalise (TsBlock *image, guint channel, const TsRecipe *recipe, GError **error)
{
  g_autoptr (TsBlock) plane = ts_block_pick (image, 2, channel);
  gboolean is_wide = ts_dtype_is_wide (image->dtype);
  guint64 n = ts_block_get_n_elements (plane);
  g_autofree double *values = g_new (double, MAX (n, 1));
  TsTransform transform;
  TsBlock *result;
  guint8 *data;

  result = ts_block_new_packed (is_wide ? TS_DTYPE_FLOAT64 : TS_DTYPE_FLOAT32, 1, &n, &data, error);
  if (result == NULL)
    return NULL;
  ts_transform_init (&transform, ts_recipe_get_mean (recipe, channel),
                     ts_recipe_get_std (recipe, channel), 0, 1);
  ts_block_load_doubles (plane, values);
  for (guint64 i = 0; i < n; i++) {
    double y = ts_transform_unnormalise (&transform, is_wide, values[i]);

    if (is_wide)
      ((double *) data)[i] = y;
    else
      ((float *) data)[i] = (float) y;
  }
  return result;
}

static gboolean
compute_percentiles (TsBatchStats *self,
                     const guint64 *index,
                     int channel,
                     const TsRecipe *recipe,
                     double range[2],
                     GCancellable *cancellable,
                     GError **error)
{
  guint64 n = index != NULL ? 1 : get_n_images (self);
  double percents[2] = { recipe->percentile_lo, recipe->percentile_hi };
  g_autoptr (TsQuantiles) quantiles =
                 ts_quantiles_new (ts_batch_get_dtype (self->batch), percents, 2);

  while (!ts_quantiles_is_done (quantiles)) {
    for (guint64 i = 0; i < n; i++) {
      g_autoptr (TsBlock) image =
                     ts_batch_read_image (self->batch, index != NULL ? *index : get_index (self, i),
                                          NULL, cancellable, error);

      if (image == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      for (guint c = 0; c < image->dims[2]; c++) {
        g_autoptr (TsBlock) plane = NULL;

        if (channel >= 0 && c != (guint) channel)
          continue;
        plane = unnormalise (image, c, recipe, error);
        if (plane == NULL)
          return FALSE;
        ts_quantiles_add_block (quantiles, plane);
      }
    }
    ts_quantiles_end_pass (quantiles);
  }
  ts_quantiles_get (quantiles, range);
  return TRUE;
}

gboolean
ts_batch_stats_get_percentiles (TsBatchStats *self,
                                guint64 index,
                                int channel,
                                const TsRecipe *recipe,
                                double range[2],
                                GCancellable *cancellable,
                                GError **error)
{
  g_autoptr (GString) key = g_string_new (NULL);
  gboolean is_image = recipe->scope == TS_SCOPE_IMAGE || recipe->scope == TS_SCOPE_IMAGE_CHANNEL;
  const double *found;

  /* Only a selection is the subset's own; the rest is shared. */
  if (self->whole != NULL && (recipe->scope != TS_SCOPE_SELECTION || self->indices == NULL))
    self = self->whole;
  if (!is_image)
    index = 0;
  g_string_printf (key, "%d %" G_GUINT64_FORMAT " %d %a %a", is_image, index, channel,
                   recipe->percentile_lo, recipe->percentile_hi);
  for (guint c = 0; c < recipe->n_norm; c++)
    g_string_append_printf (key, " %a %a", recipe->mean[c], recipe->std[c]);

  g_mutex_lock (&self->lock);
  found = g_hash_table_lookup (self->ranges, key->str);
  if (found != NULL) {
    range[0] = found[0];
    range[1] = found[1];
  }
  g_mutex_unlock (&self->lock);
  if (found != NULL)
    return TRUE;

  if (!compute_percentiles (self, is_image ? &index : NULL, channel, recipe, range, cancellable,
                            error))
    return FALSE;
  g_mutex_lock (&self->lock);
  if (g_hash_table_size (self->ranges) >= MAX_IMAGES)
    g_hash_table_remove_all (self->ranges);
  g_hash_table_replace (self->ranges, g_strdup (key->str), g_memdup2 (range, 2 * sizeof *range));
  g_mutex_unlock (&self->lock);
  return TRUE;
}
