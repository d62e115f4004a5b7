/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-batch-stats-private.h"

#include "pixels/ts-complex.h"
#include "pixels/ts-plan.h"
#include "tensor/ts-quantiles.h"

#include <math.h>

static gboolean
is_per_image (TsRangeScope scope)
{
  return scope == TS_SCOPE_IMAGE || scope == TS_SCOPE_IMAGE_CHANNEL;
}

static gboolean
is_per_channel (TsRangeScope scope)
{
  return scope == TS_SCOPE_CHANNEL || scope == TS_SCOPE_IMAGE_CHANNEL;
}

gboolean
ts_recipe_is_index_independent (const TsRecipe *recipe)
{
  return recipe->range_mode == TS_RANGE_FIXED || !is_per_image (recipe->scope);
}

/* From statistics of x to those of y = x * std + mean; the extremes by the very operations that
 * pixels go through, so that an extreme element meets the end of its range exactly. */
static void
unnormalise_stats (TsStats *stats, const TsRecipe *recipe, guint channel, gboolean is_wide)
{
  double mean = ts_recipe_get_mean (recipe, channel), std = ts_recipe_get_std (recipe, channel);
  double at_min, at_max;
  TsTransform transform;

  if (stats->n_finite == 0)
    return;
  ts_transform_init (&transform, mean, std, 0, 1);
  at_min = ts_transform_unnormalise (&transform, is_wide, stats->min);
  at_max = ts_transform_unnormalise (&transform, is_wide, stats->max);
  stats->min = MIN (at_min, at_max);
  stats->max = MAX (at_min, at_max);
  stats->mean = stats->mean * std + mean;
  stats->m2 *= std * std;
}

/* Statistics of y over the scope: one channel, or all (-1), each with its own mean and std. */
static gboolean
get_y_stats (TsBatchStats *self,
             const TsRecipe *recipe,
             guint64 index,
             int channel,
             guint n_channels,
             TsStats *stats,
             GCancellable *cancellable,
             GError **error)
{
  gboolean is_wide =
      ts_dtype_is_wide (ts_complex_part_get_dtype (ts_batch_get_dtype (self->batch), self->part));

  if (channel >= 0 || recipe->n_norm == 1) {
    if (!ts_batch_stats_get_scope (self, recipe->scope, index, channel, stats, cancellable, error))
      return FALSE;
    unnormalise_stats (stats, recipe, (guint) MAX (channel, 0), is_wide);
    return TRUE;
  }
  ts_stats_init (stats);
  for (guint c = 0; c < n_channels; c++) {
    TsStats one;

    if (!ts_batch_stats_get_scope (self, recipe->scope, index, (int) c, &one, cancellable, error))
      return FALSE;
    unnormalise_stats (&one, recipe, c, is_wide);
    ts_stats_merge (stats, &one);
  }
  return TRUE;
}

/* The range of y by the mode; 0 .. 1 on @value_scale when nothing is finite. */
static gboolean
find_range (TsBatchStats *self,
            const TsRecipe *recipe,
            guint64 index,
            int channel,
            guint n_channels,
            double range[2],
            GCancellable *cancellable,
            GError **error)
{
  TsStats stats;

  range[0] = 0;
  range[1] = recipe->value_scale;
  if (recipe->range_mode == TS_RANGE_PERCENTILE) {
    double found[2];

    if (!ts_batch_stats_get_percentiles (self, index, channel, recipe, found, cancellable, error))
      return FALSE;
    if (!isnan (found[0])) {
      range[0] = found[0];
      range[1] = found[1];
    }
    return TRUE;
  }
  if (!get_y_stats (self, recipe, index, channel, n_channels, &stats, cancellable, error))
    return FALSE;
  if (stats.n_finite == 0)
    return TRUE;
  switch (recipe->range_mode) {
  case TS_RANGE_SYMMETRIC:
    range[1] = MAX (fabs (stats.min), fabs (stats.max));
    range[0] = -range[1];
    break;
  case TS_RANGE_SIGMA:
    range[0] = stats.mean - recipe->sigma * ts_stats_get_std (&stats);
    range[1] = stats.mean + recipe->sigma * ts_stats_get_std (&stats);
    break;
  case TS_RANGE_FIXED:
  case TS_RANGE_MINMAX:
  case TS_RANGE_PERCENTILE:
  default:
    range[0] = stats.min;
    range[1] = stats.max;
    break;
  }
  return TRUE;
}

/* Zero in the middle, and still all that was in the range. */
static void
centre (double *lo, double *hi)
{
  double most = MAX (fabs (*lo), fabs (*hi));

  /* A range that runs backwards goes on doing so. */
  *hi = *lo > *hi ? -most : most;
  *lo = -*hi;
}

/* Where lo and hi are known: the rest. */
static void
fold (TsResolved *resolved, const TsRecipe *recipe)
{
  for (guint c = 0; c < resolved->n; c++) {
    double width = (resolved->hi[c] - resolved->lo[c]) * recipe->value_scale;

    resolved->constant[c] = width == 0;
    resolved->scale[c] = width == 0 ? 0 : ts_recipe_get_std (recipe, c) / width;
    resolved->offset[c] =
        width == 0
            ? 0
            : (ts_recipe_get_mean (recipe, c) - resolved->lo[c] * recipe->value_scale) / width;
  }
}

/* What is counted at once: of a batch, and of a single image. */
#define SOON_ELEMENTS       ((guint64) 1 << 22)
#define SOON_IMAGE_ELEMENTS ((guint64) 1 << 26)

/* Exact statistics where they are known or soon found, else those of a sample; borrowed. %NULL when
 * nobody knows what the scope means. */
static TsBatchStats *
choose_soon (TsBatchStats *stats,
             const TsRecipe *recipe,
             guint64 index,
             guint n_channels,
             gboolean is_one,
             gboolean *is_estimate,
             GCancellable *cancellable,
             GError **error)
{
  TsBatchStats *owner = ts_batch_stats_get_owner (stats, recipe->scope, error);
  guint64 limit = is_per_image (recipe->scope) ? SOON_IMAGE_ELEMENTS : SOON_ELEMENTS;

  if (owner == NULL)
    return NULL;
  /* the other arrays are looked for once, as long as that is wanted */
  if (recipe->scope == TS_SCOPE_FILE)
    ts_batch_stats_get_others (owner, cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  *is_estimate = ts_batch_stats_count_elements (owner, recipe->scope, index) > limit &&
                 !ts_batch_stats_knows (owner, recipe, index, n_channels, is_one);
  return *is_estimate ? ts_batch_stats_get_sample (owner, recipe->scope) : owner;
}

static gboolean
resolve (const TsRecipe *recipe,
         TsBatchStats *stats,
         guint64 index,
         gboolean is_soon,
         TsResolved *resolved,
         GCancellable *cancellable,
         GError **error)
{
  gboolean is_fixed = recipe->range_mode == TS_RANGE_FIXED;
  gboolean is_one = is_fixed ? recipe->n_range == 1 : !is_per_channel (recipe->scope);
  TsImageSize size = { .n_channels = TS_RECIPE_MAX_CHANNELS };
  guint n_found;

  g_return_val_if_fail (stats != NULL || is_fixed, FALSE);

  if (stats != NULL)
    stats = ts_batch_stats_get_part (stats, recipe->complex_part);
  if (stats != NULL)
    ts_batch_get_image_size (ts_batch_stats_get_batch (stats), index, &size);
  *resolved = (TsResolved){ .n = MIN (size.n_channels, TS_RECIPE_MAX_CHANNELS) };
  if (is_one && recipe->n_norm == 1)
    resolved->n = 1;
  resolved->n = MAX (resolved->n, 1);
  n_found = is_one ? 1 : resolved->n;
  if (is_soon && !is_fixed) {
    stats = choose_soon (stats, recipe, index, n_found, is_one, &resolved->is_estimate, cancellable,
                         error);
    if (stats == NULL)
      return FALSE;
  }
  for (guint c = 0; c < resolved->n; c++) {
    double range[2];

    if (is_fixed) {
      resolved->lo[c] = recipe->lo[c < recipe->n_range ? c : 0];
      resolved->hi[c] = recipe->hi[c < recipe->n_range ? c : 0];
      continue;
    }
    if (c >= n_found) {
      resolved->lo[c] = resolved->lo[0];
      resolved->hi[c] = resolved->hi[0];
      continue;
    }
    if (!find_range (stats, recipe, index, is_one ? -1 : (int) c, size.n_channels, range,
                     cancellable, error))
      return FALSE;
    resolved->lo[c] = range[0] / recipe->value_scale;
    resolved->hi[c] = range[1] / recipe->value_scale;
  }
  for (guint c = 0; recipe->centered && c < resolved->n; c++)
    centre (&resolved->lo[c], &resolved->hi[c]);
  fold (resolved, recipe);
  return TRUE;
}

gboolean
ts_resolve (const TsRecipe *recipe,
            TsBatchStats *stats,
            guint64 index,
            TsResolved *resolved,
            GCancellable *cancellable,
            GError **error)
{
  return resolve (recipe, stats, index, FALSE, resolved, cancellable, error);
}

gboolean
ts_resolve_soon (const TsRecipe *recipe,
                 TsBatchStats *stats,
                 guint64 index,
                 TsResolved *resolved,
                 GCancellable *cancellable,
                 GError **error)
{
  return resolve (recipe, stats, index, TRUE, resolved, cancellable, error);
}

guint64
ts_resolve_count_work (const TsRecipe *recipe,
                       TsBatchStats *stats,
                       guint64 index,
                       GCancellable *cancellable)
{
  TsBatchStats *owner;
  TsImageSize size;
  guint64 n_passes = 1;

  g_return_val_if_fail (TS_IS_BATCH_STATS (stats), 0);

  stats = ts_batch_stats_get_part (stats, recipe->complex_part);
  owner = ts_batch_stats_get_owner (stats, recipe->scope, NULL);
  if (recipe->range_mode == TS_RANGE_FIXED || owner == NULL)
    return 0;
  if (recipe->scope == TS_SCOPE_FILE)
    ts_batch_stats_get_others (owner, cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    return 0;
  ts_batch_get_image_size (ts_batch_stats_get_batch (owner), index, &size);
  if (recipe->range_mode == TS_RANGE_PERCENTILE)
    n_passes =
        ts_quantiles_count_passes (ts_batch_stats_get_percentile_dtype (owner, recipe->scope));
  if (recipe->range_mode == TS_RANGE_PERCENTILE && is_per_channel (recipe->scope))
    n_passes *= CLAMP (size.n_channels, 1, TS_RECIPE_MAX_CHANNELS);
  return n_passes * ts_batch_stats_count_elements (owner, recipe->scope, index);
}
