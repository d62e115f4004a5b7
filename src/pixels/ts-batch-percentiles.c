/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-batch-stats-private.h"

#include "base/ts-error.h"
#include "pixels/ts-complex.h"
#include "pixels/ts-plan.h"
#include "tensor/ts-quantiles.h"

/* Percentiles of un-normalised values, in a few passes over what the scope means. */

/* The channel @channel of @image after un-normalisation, as a packed block of @dtype. */
static TsBlock *
unnormalise (TsBlock *image, guint channel, const TsRecipe *recipe, TsDtype dtype, GError **error)
{
  g_autoptr (TsBlock) plane = ts_block_pick (image, 2, channel);
  gboolean is_wide = ts_dtype_is_wide (image->dtype);
  guint64 n = ts_block_get_n_elements (plane);
  g_autofree double *values = g_new (double, MAX (n, 1));
  TsTransform transform;
  TsBlock *result;
  guint8 *data;

  result = ts_block_new_packed (dtype, 1, &n, &data, error);
  if (result == NULL)
    return NULL;
  ts_transform_init (&transform, ts_recipe_get_mean (recipe, channel),
                     ts_recipe_get_std (recipe, channel), 0, 1);
  ts_block_load_doubles (plane, values);
  for (guint64 i = 0; i < n; i++) {
    double y = ts_transform_unnormalise (&transform, is_wide, values[i]);

    if (dtype == TS_DTYPE_FLOAT64)
      ((double *) data)[i] = y;
    else
      ((float *) data)[i] = (float) y;
  }
  return result;
}

typedef struct
{
  int channel; /* -1: all */
  const TsRecipe *recipe;
  TsDtype dtype; /* of what is counted */
  TsQuantiles *quantiles;
} Pass;

static gboolean
add_band (TsBlock *band, gpointer data, GError **error)
{
  const Pass *pass = data;

  for (guint c = 0; c < band->dims[2]; c++) {
    g_autoptr (TsBlock) plane = NULL;

    if (pass->channel >= 0 && c != (guint) pass->channel)
      continue;
    plane = unnormalise (band, c, pass->recipe, pass->dtype, error);
    if (plane == NULL)
      return FALSE;
    ts_quantiles_add_block (pass->quantiles, plane);
  }
  return TRUE;
}

static gboolean
add_images (TsBatchStats *self,
            const guint64 *index,
            Pass *pass,
            GCancellable *cancellable,
            GError **error)
{
  guint64 n = index != NULL ? 1 : ts_batch_stats_get_n_images (self);

  for (guint64 i = 0; i < n; i++) {
    if (!ts_batch_stats_each_band (self,
                                   index != NULL ? *index : ts_batch_stats_get_index (self, i),
                                   index == NULL && self->rects != NULL ? &self->rects[i] : NULL,
                                   add_band, pass, cancellable, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_wide (TsBatchStats *self)
{
  return ts_dtype_is_wide (
      ts_complex_part_get_dtype (ts_batch_get_dtype (self->batch), self->part));
}

static TsDtype
choose_dtype (TsBatchStats *self, GPtrArray *others)
{
  gboolean any_wide = is_wide (self);

  for (guint i = 0; others != NULL && i < others->len; i++)
    any_wide |= is_wide (g_ptr_array_index (others, i));
  return any_wide ? TS_DTYPE_FLOAT64 : TS_DTYPE_FLOAT32;
}

static gboolean
compute (TsBatchStats *self,
         GPtrArray *others,
         const guint64 *index,
         int channel,
         const TsRecipe *recipe,
         double range[2],
         GCancellable *cancellable,
         GError **error)
{
  double percents[2] = { recipe->percentile_lo, recipe->percentile_hi };
  guint n_others = others != NULL ? others->len : 0;
  g_autoptr (TsQuantiles) quantiles = NULL;
  Pass pass = { channel, recipe, choose_dtype (self, others), NULL };

  pass.quantiles = quantiles = ts_quantiles_new (pass.dtype, percents, 2);
  while (!ts_quantiles_is_done (quantiles)) {
    if (!add_images (self, index, &pass, cancellable, error))
      return FALSE;
    for (guint i = 0; i < n_others; i++) {
      if (!add_images (g_ptr_array_index (others, i), NULL, &pass, cancellable, error))
        return FALSE;
    }
    ts_quantiles_end_pass (quantiles);
  }
  ts_quantiles_get (quantiles, range);
  return TRUE;
}

TsDtype
ts_batch_stats_get_percentile_dtype (TsBatchStats *owner, TsRangeScope scope)
{
  GPtrArray *others = scope == TS_SCOPE_FILE ? ts_batch_stats_get_others (owner, NULL) : NULL;

  return choose_dtype (owner, others);
}

static char *
make_key (guint64 index, int channel, const TsRecipe *recipe)
{
  GString *key = g_string_new (NULL);
  gboolean is_image = recipe->scope == TS_SCOPE_IMAGE || recipe->scope == TS_SCOPE_IMAGE_CHANNEL;
  gboolean is_file = recipe->scope == TS_SCOPE_FILE;

  g_string_printf (key, "%d %" G_GUINT64_FORMAT " %d %a %a", is_image + 2 * is_file,
                   is_image ? index : 0, channel, recipe->percentile_lo, recipe->percentile_hi);
  for (guint c = 0; c < recipe->n_norm; c++)
    g_string_append_printf (key, " %a %a", recipe->mean[c], recipe->std[c]);
  return g_string_free (key, FALSE);
}

static gboolean
look_up (TsBatchStats *owner, const char *key, double range[2])
{
  const double *found;

  g_mutex_lock (&owner->lock);
  found = g_hash_table_lookup (owner->ranges, key);
  if (found != NULL) {
    range[0] = found[0];
    range[1] = found[1];
  }
  g_mutex_unlock (&owner->lock);
  return found != NULL;
}

gboolean
ts_batch_stats_has_percentiles (TsBatchStats *owner,
                                guint64 index,
                                int channel,
                                const TsRecipe *recipe)
{
  g_autofree char *key = make_key (index, channel, recipe);
  double range[2];

  return look_up (owner, key, range);
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
  g_autofree char *key = make_key (index, channel, recipe);
  gboolean is_image = recipe->scope == TS_SCOPE_IMAGE || recipe->scope == TS_SCOPE_IMAGE_CHANNEL;
  GPtrArray *others = NULL;

  self = ts_batch_stats_get_owner (self, recipe->scope, error);
  if (self == NULL)
    return FALSE;
  if (look_up (self, key, range))
    return TRUE;

  if (recipe->scope == TS_SCOPE_FILE)
    others = ts_batch_stats_get_others (self, cancellable);
  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !compute (self, others, is_image ? &index : NULL, channel, recipe, range, cancellable, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  if (g_hash_table_size (self->ranges) >= TS_BATCH_STATS_MAX_IMAGES)
    g_hash_table_remove_all (self->ranges);
  g_hash_table_replace (self->ranges, g_steal_pointer (&key), g_memdup2 (range, 2 * sizeof *range));
  g_mutex_unlock (&self->lock);
  return TRUE;
}
