/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-batch-stats-private.h"

/* What is known of a batch already, and statistics of a sample of it for as long as it is not. A
 * sample is statistics like any other, of a few images, of which no more than some rows are read.
 */

/* Elements and images of a sample; images are fewer where a part of one cannot be read alone. */
#define SAMPLE_ELEMENTS ((guint64) 1 << 22)
#define SAMPLE_IMAGES   64
#define WHOLE_IMAGES    4
/* Other arrays of the file that the sample looks into. */
#define SAMPLE_ARRAYS 16

static gboolean
is_per_image (TsRangeScope scope)
{
  return scope == TS_SCOPE_IMAGE || scope == TS_SCOPE_IMAGE_CHANNEL;
}

/* @i-th of those that @self is of. */
static guint64
count_image (TsBatchStats *self, guint64 i)
{
  TsImageSize size;

  ts_batch_get_image_size (self->batch, ts_batch_stats_get_index (self, i), &size);
  if (self->rects != NULL) {
    size.width = self->rects[i].width;
    size.height = self->rects[i].height;
  }
  return (guint64) size.width * size.height * size.n_channels;
}

/* Of all images; without looking at each where they are alike. */
static guint64
count_all (TsBatchStats *self)
{
  guint64 n = ts_batch_stats_get_n_images (self), sum = 0;

  if (self->rects == NULL && ts_batch_is_uniform (self->batch))
    return n > 0 ? n * count_image (self, 0) : 0;
  for (guint64 i = 0; i < n; i++)
    sum += count_image (self, i);
  return sum;
}

guint64
ts_batch_stats_count_elements (TsBatchStats *owner, TsRangeScope scope, guint64 index)
{
  GPtrArray *others = scope == TS_SCOPE_FILE ? ts_batch_stats_get_others (owner, NULL) : NULL;
  guint64 sum;

  if (is_per_image (scope))
    return count_image (owner, index);
  sum = count_all (owner);
  for (guint i = 0; others != NULL && i < others->len; i++)
    sum += count_all (g_ptr_array_index (others, i));
  return sum;
}

/* Images that are spread over those of @owner, the first and the last among them. */
static TsBatchStats *
new_sample (TsBatchStats *owner)
{
  TsBatchStats *self = ts_batch_stats_new (owner->batch);
  guint64 n = ts_batch_stats_get_n_images (owner);
  gboolean has_rows =
      n > 0 && ts_batch_has_rows (owner->batch, ts_batch_stats_get_index (owner, 0));
  gsize n_chosen = (gsize) MIN (n, has_rows ? SAMPLE_IMAGES : WHOLE_IMAGES);

  self->part = owner->part;
  self->n_indices = n_chosen;
  self->indices = g_new (guint64, MAX (n_chosen, 1));
  self->rects = owner->rects != NULL ? g_new (TsRect, MAX (n_chosen, 1)) : NULL;
  for (gsize i = 0; i < n_chosen; i++) {
    guint64 chosen = n_chosen > 1 ? i * (n - 1) / (n_chosen - 1) : 0;

    self->indices[i] = ts_batch_stats_get_index (owner, chosen);
    if (self->rects != NULL)
      self->rects[i] = owner->rects[chosen];
  }
  self->sample_elements = SAMPLE_ELEMENTS / MAX (n_chosen, 1);
  return self;
}

TsBatchStats *
ts_batch_stats_get_sample (TsBatchStats *owner, TsRangeScope scope)
{
  GPtrArray *others = scope == TS_SCOPE_FILE ? ts_batch_stats_get_others (owner, NULL) : NULL;
  TsBatchStats *sample;

  g_mutex_lock (&owner->lock);
  if (owner->sample == NULL)
    owner->sample = new_sample (owner);
  sample = owner->sample;
  if (others != NULL && sample->others == NULL) {
    sample->others = g_ptr_array_new_with_free_func (g_object_unref);
    for (guint i = 0; i < MIN (others->len, SAMPLE_ARRAYS); i++)
      g_ptr_array_add (sample->others, new_sample (g_ptr_array_index (others, i)));
  }
  g_mutex_unlock (&owner->lock);
  return sample;
}

static gboolean
knows_image (TsBatchStats *self, guint64 index)
{
  gboolean known;

  g_mutex_lock (&self->lock);
  known = g_hash_table_contains (self->images, &index);
  g_mutex_unlock (&self->lock);
  return known;
}

static gboolean
knows_all (TsBatchStats *self)
{
  gboolean known;

  g_mutex_lock (&self->lock);
  known = self->all != NULL;
  g_mutex_unlock (&self->lock);
  return known;
}

gboolean
ts_batch_stats_knows (TsBatchStats *owner,
                      const TsRecipe *recipe,
                      guint64 index,
                      guint n_channels,
                      gboolean is_one)
{
  GPtrArray *others = NULL;
  gboolean known = TRUE;

  if (recipe->range_mode == TS_RANGE_PERCENTILE) {
    for (guint c = 0; known && c < (is_one ? 1 : n_channels); c++)
      known = ts_batch_stats_has_percentiles (owner, index, is_one ? -1 : (int) c, recipe);
    return known;
  }
  if (is_per_image (recipe->scope))
    return knows_image (owner, index);
  known = knows_all (owner);
  if (recipe->scope == TS_SCOPE_FILE)
    others = ts_batch_stats_get_others (owner, NULL);
  for (guint i = 0; known && others != NULL && i < others->len; i++)
    known = knows_all (g_ptr_array_index (others, i));
  return known;
}
