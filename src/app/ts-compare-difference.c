/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-compare-private.h"

#include "app/ts-number-row.h"
#include "pixels/ts-difference.h"

#include <glib/gi18n.h>
#include <math.h>

/* One image minus another: a batch of one image, and how large that is. */

void
ts_compare_view_drop_difference (TsCompareView *self)
{
  if (self->difference_cancellable != NULL)
    g_cancellable_cancel (self->difference_cancellable);
  g_clear_object (&self->difference_cancellable);
  g_clear_object (&self->difference);
  g_clear_pointer (&self->difference_error, g_free);
  ts_compare_pane_clear (&self->sides[0]);
  ts_compare_pane_clear (&self->sides[1]);
  self->largest = self->rms = NAN;
}

static void
measure_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autofree TsStats *stats = g_new0 (TsStats, 1);
  GError *error = NULL;

  if (ts_batch_stats_get_image (data, 0, -1, stats, cancellable, &error))
    g_task_return_pointer (task, g_steal_pointer (&stats), g_free);
  else
    g_task_return_error (task, error);
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsCompareView *self = TS_COMPARE_VIEW (source);
  g_autoptr (GError) error = NULL;
  g_autofree TsStats *stats = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->difference_cancellable != g_task_get_cancellable (G_TASK (result)))
    return;
  g_clear_object (&self->difference_cancellable);
  if (stats == NULL) {
    self->difference_error = g_strdup (error->message);
  } else if (stats->n_finite > 0) {
    double std = ts_stats_get_std (stats);
    self->largest = MAX (fabs (stats->min), fabs (stats->max));
    self->rms = sqrt (stats->mean * stats->mean + std * std);
  }
  ts_compare_view_update (self);
}

/* Two recipes under which values mean the same. */
static gboolean
same_meaning (const TsRecipe *a, const TsRecipe *b)
{
  TsRecipe copy = *b;

  copy.preset = a->preset;
  copy.n_norm = a->n_norm;
  copy.value_scale = a->value_scale;
  memcpy (copy.mean, a->mean, sizeof copy.mean);
  memcpy (copy.std, a->std, sizeof copy.std);
  return ts_recipe_equal (&copy, b);
}

static gboolean
same_side (const TsComparePane *a, const TsComparePane *b)
{
  return a->stats != NULL && b->stats != NULL && a->index == b->index &&
         ts_batch_stats_get_batch (a->stats) == ts_batch_stats_get_batch (b->stats) &&
         same_meaning (&a->recipe, &b->recipe);
}

void
ts_compare_view_update_difference (TsCompareView *self,
                                   const TsComparePane *first,
                                   const TsComparePane *second)
{
  const TsComparePane *given[2] = { first, second };
  g_autoptr (GError) error = NULL;

  if (same_side (&self->sides[0], first) && same_side (&self->sides[1], second))
    return;
  ts_compare_view_drop_difference (self);
  TsDifferenceSide sides[2];
  for (guint i = 0; i < 2; i++) {
    self->sides[i].stats = g_object_ref (given[i]->stats);
    self->sides[i].index = given[i]->index;
    self->sides[i].recipe = given[i]->recipe;
    sides[i].batch = ts_batch_stats_get_batch (given[i]->stats);
    sides[i].index = given[i]->index;
    sides[i].recipe = &given[i]->recipe;
  }

  g_autoptr (TsBatch) batch = ts_difference_new (&sides[0], &sides[1], &error);
  if (batch == NULL) {
    self->difference_error = g_strdup (error->message);
    return;
  }
  self->difference = ts_batch_stats_new (batch);
  self->difference_cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (self, self->difference_cancellable, measured_cb, NULL);
  g_task_set_task_data (task, g_object_ref (self->difference), g_object_unref);
  g_task_run_in_thread (task, measure_thread);
}

void
ts_compare_view_show_difference (TsCompareView *self)
{
  TsComparePane pane = { .stats = self->difference, .caption = (char *) "" };

  ts_difference_init_recipe (&pane.recipe);
  /* what is found out already need not be found out again, and equal images are not a range */
  if (!isnan (self->largest)) {
    pane.recipe.range_mode = TS_RANGE_FIXED;
    pane.recipe.hi[0] = self->largest > 0 ? self->largest : 1;
    pane.recipe.lo[0] = -pane.recipe.hi[0];
  }
  ts_compare_panes_set (self->panes, self->mode, &pane, 1);
}

char *
ts_compare_view_describe_difference (TsCompareView *self, const char *first, const char *second)
{
  if (isnan (self->largest))
    return g_strdup_printf (_ ("%s minus %s"), second, first);
  if (self->largest == 0)
    return g_strdup_printf (_ ("%s and %s are equal"), first, second);
  g_autofree char *largest = ts_number_to_text (self->largest);
  g_autofree char *rms = ts_number_to_text (self->rms);
  return g_strdup_printf (_ ("%s minus %s: largest %s, RMS %s"), second, first, largest, rms);
}
