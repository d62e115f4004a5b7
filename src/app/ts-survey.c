/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-survey.h"

#include <gtk/gtk.h>
#include <math.h>

/* Bounds: elements kept a channel, images and elements looked at for the sample, and bytes read to
 * find bad images. */
#define MAX_SAMPLE      (1 << 15)
#define MAX_IMAGES      64
#define MAX_IMAGE_ELEMS (1 << 20)
#define MAX_SCAN_BYTES  ((guint64) 1 << 30)

typedef struct
{
  guint n_channels;
  GArray *values[4]; /* of float, finite */
  double min[4], max[4];
} Sample;

struct _TsSurvey
{
  GObject parent_instance;

  TsBatchStats *stats;
  GCancellable *cancellable;
  Sample *sample;
  GtkBitset *bad;
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (TsSurvey, ts_survey, G_TYPE_OBJECT)

static void
sample_free (Sample *sample)
{
  for (guint c = 0; c < G_N_ELEMENTS (sample->values); c++)
    g_clear_pointer (&sample->values[c], g_array_unref);
  g_free (sample);
}

/* Adds every @step-th pixel of a block of height x width x channel. */
static void
add_block (Sample *sample, const TsBlock *block, guint64 step)
{
  guint64 n_channels = block->dims[2];
  guint64 n = ts_block_get_n_elements (block);
  g_autofree double *values = g_try_new (double, n);

  if (values == NULL)
    return;
  ts_block_load_doubles (block, values);
  for (guint64 i = 0; i < n / MAX (n_channels, 1); i += step) {
    for (guint64 c = 0; c < n_channels; c++) {
      guint to = sample->n_channels == 1 ? 0 : (guint) c;
      float value = (float) values[i * n_channels + c];
      if (to < sample->n_channels && isfinite (value))
        g_array_append_val (sample->values[to], value);
    }
  }
}

static void
sample_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  TsBatch *batch = ts_batch_stats_get_batch (data);
  guint64 n_images = ts_batch_get_n_images (batch);
  guint64 n_looks = MIN (n_images, MAX_IMAGES);
  Sample *sample = g_new0 (Sample, 1);
  TsImageSize max;

  ts_batch_get_max_size (batch, &max);
  sample->n_channels = max.n_channels <= 4 ? MAX (max.n_channels, 1) : 1;
  for (guint c = 0; c < sample->n_channels; c++)
    sample->values[c] = g_array_new (FALSE, FALSE, sizeof (float));

  for (guint64 i = 0; i < n_looks; i++) {
    /* first and last among them */
    guint64 index = n_looks > 1 ? i * (n_images - 1) / (n_looks - 1) : 0;
    TsImageSize size;
    ts_batch_get_image_size (batch, index, &size);
    guint64 row_elems = MAX ((guint64) size.width * size.n_channels, 1);
    guint height = (guint) CLAMP (MAX_IMAGE_ELEMS / row_elems, 1, size.height);
    TsRect rect = { 0, (size.height - height) / 2, size.width, height };

    if (size.width == 0 || size.height == 0 || g_cancellable_is_cancelled (cancellable))
      continue;
    g_autoptr (TsBlock) block = ts_batch_read_image (batch, index, &rect, cancellable, NULL);
    if (block == NULL)
      continue;
    guint64 n_pixels = (guint64) size.width * height;
    guint64 wanted = MAX (MAX_SAMPLE / n_looks, 1);
    guint64 step = MAX (n_pixels / wanted, 1);
    /* an odd step does not fall in line with the columns */
    add_block (sample, block, step > 1 ? step | 1 : 1);
  }

  for (guint c = 0; c < sample->n_channels; c++) {
    sample->min[c] = INFINITY;
    sample->max[c] = -INFINITY;
    for (guint i = 0; i < sample->values[c]->len; i++) {
      double value = (double) g_array_index (sample->values[c], float, i);
      sample->min[c] = MIN (sample->min[c], value);
      sample->max[c] = MAX (sample->max[c], value);
    }
  }
  g_task_return_pointer (task, sample, (GDestroyNotify) sample_free);
}

static void
scan_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  TsBatchStats *stats = data;
  TsBatch *batch = ts_batch_stats_get_batch (stats);
  guint64 n_images = MIN (ts_batch_get_n_images (batch), G_MAXUINT - 1);
  gsize element_bytes = ts_dtype_get_size (ts_batch_get_dtype (batch));
  guint64 n_bytes = 0;
  GtkBitset *bad = gtk_bitset_new_empty ();

  for (guint64 i = 0; i < n_images && !g_cancellable_is_cancelled (cancellable); i++) {
    TsImageSize size;
    TsStats found;

    ts_batch_get_image_size (batch, i, &size);
    n_bytes += (guint64) size.width * size.height * size.n_channels * element_bytes;
    if (n_bytes > MAX_SCAN_BYTES)
      break;
    if (ts_batch_stats_get_image (stats, i, -1, &found, cancellable, NULL) &&
        found.n_nan + found.n_posinf + found.n_neginf > 0)
      gtk_bitset_add (bad, (guint) i);
  }
  g_task_return_pointer (task, bad, (GDestroyNotify) gtk_bitset_unref);
}

/* The tasks hold no reference to the survey, so that it can go while they run. */

static void
scanned_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkBitset) bad = g_task_propagate_pointer (G_TASK (result), NULL);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;

  TsSurvey *self = data;
  gtk_bitset_union (self->bad, bad);
  if (!gtk_bitset_is_empty (bad))
    g_signal_emit (self, changed_signal, 0);
}

static void
sampled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Sample *sample = g_task_propagate_pointer (G_TASK (result), NULL);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result)))) {
    g_clear_pointer (&sample, sample_free);
    return;
  }

  TsSurvey *self = data;
  self->sample = sample;
  g_signal_emit (self, changed_signal, 0);

  /* integers cannot be bad */
  if (ts_dtype_is_integer (ts_batch_get_dtype (ts_batch_stats_get_batch (self->stats))))
    return;
  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, scanned_cb, self);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_object_ref (self->stats), g_object_unref);
  g_task_set_priority (task, G_PRIORITY_LOW);
  g_task_run_in_thread (task, scan_thread);
}

TsSurvey *
ts_survey_new (TsBatchStats *stats)
{
  g_return_val_if_fail (TS_IS_BATCH_STATS (stats), NULL);

  TsSurvey *self = g_object_new (TS_TYPE_SURVEY, NULL);
  self->stats = g_object_ref (stats);

  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, sampled_cb, self);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_object_ref (stats), g_object_unref);
  g_task_run_in_thread (task, sample_thread);
  return self;
}

guint
ts_survey_get_n_channels (TsSurvey *self)
{
  return self->sample != NULL ? self->sample->n_channels : 0;
}

static void
get_affine (const TsRecipe *recipe, guint channel, double *scale, double *offset)
{
  double white = recipe->value_scale != 0 ? recipe->value_scale : 1;

  *scale = ts_recipe_get_std (recipe, channel) / white;
  *offset = ts_recipe_get_mean (recipe, channel) / white;
}

gboolean
ts_survey_get_extremes (TsSurvey *self, const TsRecipe *recipe, double *lo, double *hi)
{
  *lo = INFINITY;
  *hi = -INFINITY;
  for (guint c = 0; c < ts_survey_get_n_channels (self); c++) {
    double scale, offset;

    if (self->sample->values[c]->len == 0)
      continue;
    get_affine (recipe, c, &scale, &offset);
    double a = self->sample->min[c] * scale + offset;
    double b = self->sample->max[c] * scale + offset;
    *lo = MIN (*lo, MIN (a, b));
    *hi = MAX (*hi, MAX (a, b));
  }
  return isfinite (*lo) && isfinite (*hi);
}

gboolean
ts_survey_get_histogram (TsSurvey *self,
                         const TsRecipe *recipe,
                         double range_lo,
                         double range_hi,
                         gboolean keep_span,
                         TsHistogramData *data)
{
  guint64 n = 0, n_below = 0, n_above = 0;
  double lo, hi;

  double kept_lo = data->lo, kept_hi = data->hi;
  memset (data, 0, sizeof *data);
  if (!ts_survey_get_extremes (self, recipe, &lo, &hi))
    return FALSE;

  /* the range and the values are both in sight, with a little air */
  lo = MIN (lo, range_lo);
  hi = MAX (hi, range_hi);
  double air = (hi - lo) * 0.04;
  if (!(air > 0))
    air = MAX (fabs (hi) * 0.1, 0.5);
  keep_span = keep_span && kept_hi > kept_lo;
  data->lo = keep_span ? kept_lo : lo - air;
  data->hi = keep_span ? kept_hi : hi + air;
  data->n_channels = self->sample->n_channels;

  for (guint c = 0; c < data->n_channels; c++) {
    GArray *values = self->sample->values[c];
    double scale, offset;

    get_affine (recipe, c, &scale, &offset);
    double bin_scale = scale * TS_SURVEY_BINS / (data->hi - data->lo);
    double bin_offset = (offset - data->lo) * TS_SURVEY_BINS / (data->hi - data->lo);
    for (guint i = 0; i < values->len; i++) {
      double x = (double) g_array_index (values, float, i);
      double y = x * scale + offset;
      int bin = (int) (x * bin_scale + bin_offset);

      data->bins[c][CLAMP (bin, 0, TS_SURVEY_BINS - 1)]++;
      /* float samples of numbers that are exactly at the end do not count as outside */
      n_below += y < range_lo - 1e-6 * (range_hi - range_lo);
      n_above += y > range_hi + 1e-6 * (range_hi - range_lo);
    }
    n += values->len;
  }
  if (n > 0) {
    data->below = (double) n_below / (double) n;
    data->above = (double) n_above / (double) n;
  }
  return TRUE;
}

guint
ts_survey_get_n_bad (TsSurvey *self)
{
  return (guint) gtk_bitset_get_size (self->bad);
}

gint64
ts_survey_find_bad (TsSurvey *self, guint64 index)
{
  GtkBitsetIter iter;
  guint found;

  if (gtk_bitset_is_empty (self->bad))
    return -1;
  if (index < G_MAXUINT && gtk_bitset_iter_init_at (&iter, self->bad, (guint) index + 1, &found))
    return found;
  return gtk_bitset_get_minimum (self->bad);
}

static void
ts_survey_dispose (GObject *object)
{
  TsSurvey *self = TS_SURVEY (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->stats);

  G_OBJECT_CLASS (ts_survey_parent_class)->dispose (object);
}

static void
ts_survey_finalize (GObject *object)
{
  TsSurvey *self = TS_SURVEY (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->sample, sample_free);
  gtk_bitset_unref (self->bad);

  G_OBJECT_CLASS (ts_survey_parent_class)->finalize (object);
}

static void
ts_survey_class_init (TsSurveyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = ts_survey_dispose;
  object_class->finalize = ts_survey_finalize;
  changed_signal = g_signal_new ("changed", TS_TYPE_SURVEY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
ts_survey_init (TsSurvey *self)
{
  self->cancellable = g_cancellable_new ();
  self->bad = gtk_bitset_new_empty ();
}
