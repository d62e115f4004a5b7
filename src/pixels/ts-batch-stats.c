/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-batch-stats-private.h"

#include "base/ts-error.h"
#include "base/ts-tally.h"
#include "pixels/ts-complex.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_KEPT TS_BATCH_STATS_MAX_KEPT
/* Images above this many elements are read in bands. */
#define BAND_ELEMENTS ((guint64) 1 << 22)
/* What a sample reads of a larger image. */
#define SAMPLE_STRIPS 8

G_DEFINE_FINAL_TYPE (TsBatchStats, ts_batch_stats, G_TYPE_OBJECT)

static void
ts_batch_stats_finalize (GObject *object)
{
  TsBatchStats *self = TS_BATCH_STATS (object);

  for (guint i = 0; i < G_N_ELEMENTS (self->parts); i++)
    g_clear_object (&self->parts[i]);
  g_clear_object (&self->sample);
  g_clear_object (&self->batch);
  g_clear_object (&self->view);
  g_clear_object (&self->whole);
  g_clear_object (&self->base);
  g_clear_pointer (&self->others, g_ptr_array_unref);
  g_free (self->indices);
  g_free (self->rects);
  g_hash_table_unref (self->images);
  g_hash_table_unref (self->ranges);
  g_free (self->all);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->compute_lock);
  g_mutex_clear (&self->others_lock);
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
  g_mutex_init (&self->others_lock);
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
ts_batch_stats_new_for_view (TsView *view)
{
  TsBatchStats *self;

  g_return_val_if_fail (TS_IS_VIEW (view), NULL);

  self = ts_batch_stats_new (ts_view_get_batch (view));
  self->view = g_object_ref (view);
  return self;
}

TsBatchStats *
ts_batch_stats_new_subset (TsBatchStats *whole, const guint64 *indices, gsize n_indices)
{
  TsBatchStats *self;

  g_return_val_if_fail (TS_IS_BATCH_STATS (whole), NULL);

  self = ts_batch_stats_new (whole->batch);
  self->part = whole->part;
  self->whole = g_object_ref (whole->whole != NULL ? whole->whole : whole);
  self->indices = n_indices > 0 ? g_memdup2 (indices, n_indices * sizeof *indices) : NULL;
  self->n_indices = n_indices;
  return self;
}

TsBatchStats *
ts_batch_stats_new_visible (TsBatchStats *base, const TsVisiblePart *parts, gsize n_parts)
{
  TsBatchStats *self;

  g_return_val_if_fail (TS_IS_BATCH_STATS (base), NULL);

  if (base->rects != NULL)
    base = base->base;
  self = ts_batch_stats_new (base->batch);
  self->part = base->part;
  self->whole = g_object_ref (base->whole != NULL ? base->whole : base);
  self->base = g_object_ref (base);
  self->indices = g_new (guint64, MAX (n_parts, 1));
  self->rects = g_new (TsRect, MAX (n_parts, 1));
  for (gsize i = 0; i < n_parts; i++) {
    g_return_val_if_fail (parts[i].index < ts_batch_get_n_images (base->batch), self);

    self->indices[i] = parts[i].index;
    self->rects[i] = parts[i].rect;
    self->n_indices++;
  }
  return self;
}

TsBatchStats *
ts_batch_stats_dup_for_images (TsBatchStats *self,
                               const TsRecipe *recipe,
                               const guint64 *indices,
                               gsize n_indices)
{
  gboolean has_selection;

  g_return_val_if_fail (TS_IS_BATCH_STATS (self), NULL);

  has_selection = self->base != NULL ? self->base->whole != NULL : self->whole != NULL;
  if (recipe->scope != TS_SCOPE_SELECTION || indices == NULL || n_indices == 0 || has_selection)
    return g_object_ref (self);
  return ts_batch_stats_new_subset (self, indices, n_indices);
}

const guint64 *
ts_batch_stats_get_subset (TsBatchStats *self, gsize *n_indices)
{
  g_return_val_if_fail (TS_IS_BATCH_STATS (self), NULL);

  if (self->base != NULL)
    self = self->base;
  *n_indices = self->n_indices;
  return self->indices;
}

TsBatch *
ts_batch_stats_get_batch (TsBatchStats *self)
{
  g_return_val_if_fail (TS_IS_BATCH_STATS (self), NULL);

  return self->batch;
}

TsView *
ts_batch_stats_get_view (TsBatchStats *self)
{
  g_return_val_if_fail (TS_IS_BATCH_STATS (self), NULL);

  return self->whole != NULL ? self->whole->view : self->view;
}

/* The same of another part of complex numbers. */
static TsBatchStats *
new_part (TsBatchStats *self, TsComplexPart part)
{
  TsBatchStats *result = ts_batch_stats_new (self->batch);

  result->part = part;
  g_set_object (&result->view, self->view);
  if (self->whole != NULL)
    result->whole = g_object_ref (ts_batch_stats_get_part (self->whole, part));
  if (self->base != NULL)
    result->base = g_object_ref (ts_batch_stats_get_part (self->base, part));
  if (self->indices != NULL)
    result->indices = g_memdup2 (self->indices, MAX (self->n_indices, 1) * sizeof *self->indices);
  if (self->rects != NULL)
    result->rects = g_memdup2 (self->rects, MAX (self->n_indices, 1) * sizeof *self->rects);
  result->n_indices = self->n_indices;
  return result;
}

TsBatchStats *
ts_batch_stats_get_part (TsBatchStats *self, TsComplexPart part)
{
  TsDtype dtype;

  g_return_val_if_fail (TS_IS_BATCH_STATS (self), NULL);
  g_return_val_if_fail ((guint) part < G_N_ELEMENTS (self->parts), NULL);

  dtype = ts_batch_get_dtype (self->batch);
  if (part == self->part || ts_complex_part_get_dtype (dtype, part) == dtype)
    return self;
  g_mutex_lock (&self->lock);
  if (self->parts[part] == NULL)
    self->parts[part] = new_part (self, part);
  g_mutex_unlock (&self->lock);
  return self->parts[part];
}

TsBatchStats *
ts_batch_stats_get_owner (TsBatchStats *self, TsRangeScope scope, GError **error)
{
  if (scope == TS_SCOPE_VISIBLE && self->rects == NULL) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_INVALID,
                         _ ("Only a window knows what is visible; give another scope, or numbers"));
    return NULL;
  }
  if (scope == TS_SCOPE_VISIBLE)
    return self;
  if (self->base != NULL)
    return ts_batch_stats_get_owner (self->base, scope, error);
  if (self->whole != NULL && (scope != TS_SCOPE_SELECTION || self->indices == NULL))
    return self->whole;
  return self;
}

GPtrArray *
ts_batch_stats_get_others (TsBatchStats *self, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) batches = NULL;
  GPtrArray *others;

  g_mutex_lock (&self->others_lock);
  others = self->others;
  if (others == NULL) {
    others = g_ptr_array_new_with_free_func (g_object_unref);
    batches = self->view != NULL ? ts_view_dup_other_batches (self->view, cancellable) : NULL;
    for (guint i = 0; batches != NULL && i < batches->len; i++) {
      TsBatchStats *other = ts_batch_stats_new (g_ptr_array_index (batches, i));

      other->part = self->part;
      g_ptr_array_add (others, other);
    }
    if (g_cancellable_is_cancelled (cancellable))
      g_clear_pointer (&others, g_ptr_array_unref); /* they may not be all */
    self->others = others;
  }
  g_mutex_unlock (&self->others_lock);
  return others;
}

static TsImageStats *
new_image_stats (guint n_channels)
{
  guint n_kept = MIN (n_channels, MAX_KEPT);
  TsImageStats *stats = g_malloc (sizeof *stats + n_kept * sizeof *stats->channels);

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

static gboolean
read_band (TsBatchStats *self,
           guint64 index,
           const TsRect *rect,
           TsBandFunc func,
           gpointer data,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (TsBlock) image = NULL;
  g_autoptr (TsBlock) taken = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  image = ts_batch_read_image (self->batch, index, rect, cancellable, error);
  taken = image != NULL ? ts_block_take_part (image, self->part, error) : NULL;
  if (taken == NULL || !func (taken, data, error))
    return FALSE;
  ts_tally_add (cancellable, ts_block_get_n_elements (taken));
  return TRUE;
}

/* A few strips of rows, the first and the last among them, cut where rows are very long. */
static gboolean
each_sampled_band (TsBatchStats *self,
                   guint64 index,
                   const TsRect *whole,
                   guint n_channels,
                   TsBandFunc func,
                   gpointer data,
                   GCancellable *cancellable,
                   GError **error)
{
  guint64 n_pixels = MAX (self->sample_elements / MAX (n_channels, 1), 1);
  guint width = (guint) MIN (whole->width, n_pixels);
  guint n_rows = (guint) MIN (whole->height, MAX (n_pixels / MAX (width, 1), 1));
  guint n_strips = n_rows == whole->height ? 1 : MIN (n_rows, SAMPLE_STRIPS);

  n_rows /= MAX (n_strips, 1);
  for (guint i = 0; i < n_strips; i++) {
    guint64 n_left_out = whole->height - n_rows;
    guint y = (guint) (n_strips > 1 ? n_left_out * i / (n_strips - 1) : n_left_out / 2);
    TsRect strip = { whole->x + (whole->width - width) / 2, whole->y + y, width, n_rows };

    if (!read_band (self, index, &strip, func, data, cancellable, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
ts_batch_stats_each_band (TsBatchStats *self,
                          guint64 index,
                          const TsRect *rect,
                          TsBandFunc func,
                          gpointer data,
                          GCancellable *cancellable,
                          GError **error)
{
  TsImageSize size;
  TsRect band;
  guint64 step;

  ts_batch_get_image_size (self->batch, index, &size);
  band = rect != NULL ? *rect : (TsRect){ 0, 0, size.width, size.height };
  if (self->sample_elements > 0)
    return each_sampled_band (self, index, &band, size.n_channels, func, data, cancellable, error);
  step = MAX (BAND_ELEMENTS / MAX ((guint64) band.width * size.n_channels, 1), 1);
  if (!ts_batch_has_rows (self->batch, index))
    step = band.height;
  for (guint y = 0; y < band.height;) {
    guint n_rows = (guint) MIN (step, band.height - y);
    TsRect part = { band.x, band.y + y, band.width, n_rows };

    if (!read_band (self, index, &part, func, data, cancellable, error))
      return FALSE;
    y += n_rows;
  }
  return TRUE;
}

static gboolean
add_band (TsBlock *band, gpointer data, GError **error)
{
  TsImageStats *stats = data;

  for (guint c = 0; c < stats->n_channels; c++) {
    TsStats beyond;

    if (c < MAX_KEPT) {
      add_channel (band, c, &stats->channels[c]);
      continue;
    }
    ts_stats_init (&beyond);
    add_channel (band, c, &beyond);
    ts_stats_merge (&stats->all, &beyond);
  }
  return TRUE;
}

static TsImageStats *
compute_image (TsBatchStats *self,
               guint64 index,
               const TsRect *rect,
               GCancellable *cancellable,
               GError **error)
{
  g_autofree TsImageStats *stats = NULL;
  TsStats beyond;
  TsImageSize size;

  ts_batch_get_image_size (self->batch, index, &size);
  stats = new_image_stats (size.n_channels);
  if (!ts_batch_stats_each_band (self, index, rect, add_band, stats, cancellable, error))
    return NULL;
  /* In the order of the channels. */
  beyond = stats->all;
  ts_stats_init (&stats->all);
  for (guint c = 0; c < MIN (stats->n_channels, MAX_KEPT); c++)
    ts_stats_merge (&stats->all, &stats->channels[c]);
  ts_stats_merge (&stats->all, &beyond);
  return g_steal_pointer (&stats);
}

guint64
ts_batch_stats_get_n_images (TsBatchStats *self)
{
  return self->indices != NULL ? self->n_indices : ts_batch_get_n_images (self->batch);
}

guint64
ts_batch_stats_get_index (TsBatchStats *self, guint64 i)
{
  return self->indices != NULL ? self->indices[i] : i;
}

typedef struct
{
  guint channel;
  TsStats *stats;
} OneChannel;

static gboolean
add_one_channel (TsBlock *band, gpointer data, GError **error)
{
  const OneChannel *one = data;

  if (one->channel < band->dims[2])
    add_channel (band, one->channel, one->stats);
  return TRUE;
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
  OneChannel one = { channel, stats };

  ts_stats_init (stats);
  for (guint64 i = 0; i < n; i++) {
    if (!ts_batch_stats_each_band (self,
                                   index != NULL ? *index : ts_batch_stats_get_index (self, i),
                                   index == NULL && self->rects != NULL ? &self->rects[i] : NULL,
                                   add_one_channel, &one, cancellable, error))
      return FALSE;
  }
  return TRUE;
}

static void
pick (const TsImageStats *from, int channel, TsStats *stats)
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
  TsImageStats *found, *computed;

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

  computed = compute_image (self, index, NULL, cancellable, error);
  if (computed == NULL)
    return FALSE;
  pick (computed, channel, stats);
  g_mutex_lock (&self->lock);
  if (g_hash_table_size (self->images) >= TS_BATCH_STATS_MAX_IMAGES)
    g_hash_table_remove_all (self->images);
  g_hash_table_replace (self->images, g_memdup2 (&index, sizeof index), computed);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/* Statistics of the @i-th image, channel by channel; those that are known, or computed and, for a
 * subset of whole images, kept with what it is of. */
static TsImageStats *
dup_image (TsBatchStats *self, guint64 i, GCancellable *cancellable, GError **error)
{
  guint64 index = ts_batch_stats_get_index (self, i);
  TsStats all;
  TsImageStats *found, *copy = NULL;

  if (self->whole == NULL || self->rects != NULL)
    return compute_image (self, index, self->rects != NULL ? &self->rects[i] : NULL, cancellable,
                          error);
  if (!ts_batch_stats_get_image (self->whole, index, -1, &all, cancellable, error))
    return NULL;
  g_mutex_lock (&self->whole->lock);
  found = g_hash_table_lookup (self->whole->images, &index);
  if (found != NULL) {
    copy = new_image_stats (found->n_channels);
    memcpy (copy, found, sizeof *copy + MIN (found->n_channels, MAX_KEPT) * sizeof *copy->channels);
  }
  g_mutex_unlock (&self->whole->lock);
  return copy != NULL ? copy : compute_image (self, index, NULL, cancellable, error);
}

/* Statistics of everything, once. Called with the compute lock held. */
static TsImageStats *
compute_all (TsBatchStats *self, GCancellable *cancellable, GError **error)
{
  guint64 n_images = ts_batch_stats_get_n_images (self);
  g_autofree TsImageStats *all = NULL;
  TsImageSize size;

  ts_batch_get_max_size (self->batch, &size);
  all = new_image_stats (size.n_channels);
  for (guint64 i = 0; i < n_images; i++) {
    g_autofree TsImageStats *image = dup_image (self, i, cancellable, error);

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
  TsImageStats *all;

  if (channel >= MAX_KEPT)
    return compute_channel (self, NULL, ts_batch_stats_get_n_images (self), (guint) channel, stats,
                            cancellable, error);
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

/* Of the whole batch and of the other arrays. */
static gboolean
get_file (TsBatchStats *self,
          int channel,
          TsStats *stats,
          GCancellable *cancellable,
          GError **error)
{
  GPtrArray *others = ts_batch_stats_get_others (self, cancellable);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !get_own (self, channel, stats, cancellable, error))
    return FALSE;
  for (guint i = 0; i < others->len; i++) {
    TsStats other;

    if (!get_own (g_ptr_array_index (others, i), channel, &other, cancellable, error))
      return FALSE;
    ts_stats_merge (stats, &other);
  }
  return TRUE;
}

gboolean
ts_batch_stats_get_scope (TsBatchStats *self,
                          TsRangeScope scope,
                          guint64 index,
                          int channel,
                          TsStats *stats,
                          GCancellable *cancellable,
                          GError **error)
{
  TsBatchStats *owner = ts_batch_stats_get_owner (self, scope, error);

  if (owner == NULL)
    return FALSE;
  if (scope == TS_SCOPE_IMAGE || scope == TS_SCOPE_IMAGE_CHANNEL)
    return ts_batch_stats_get_image (owner, index, channel, stats, cancellable, error);
  if (scope == TS_SCOPE_FILE)
    return get_file (owner, channel, stats, cancellable, error);
  return get_own (owner, channel, stats, cancellable, error);
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

  return get_own (ts_batch_stats_get_owner (self, TS_SCOPE_SELECTION, NULL), channel, stats,
                  cancellable, error);
}
