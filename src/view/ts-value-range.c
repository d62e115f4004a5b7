/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "view/ts-value-range.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define SAMPLE_ELEMENTS (1u << 18)
#define SAMPLE_IMAGES   64         /* of a batch too large to look at all of it */
#define ALL_IMAGES      512        /* of a batch of small images */
#define BANDS           8          /* strips of an image too large to look at all of it */
#define BAND_ELEMENTS   (1u << 16) /* in all strips of all images */
#define MAX_DISTINCT    257
#define RANKED_ELEMENTS (1u << 16) /* that are ranked for percentiles */
#define N_BOUNDED       3          /* channels with bounds of their own */

static const char *const kind_names[] = {
  [TS_VALUE_RANGE_EMPTY] = "empty",         [TS_VALUE_RANGE_CONSTANT] = "constant",
  [TS_VALUE_RANGE_INTEGER] = "integer",     [TS_VALUE_RANGE_UNIT] = "unit",
  [TS_VALUE_RANGE_TANH] = "tanh",           [TS_VALUE_RANGE_BYTE] = "byte",
  [TS_VALUE_RANGE_IMAGENET] = "imagenet",   [TS_VALUE_RANGE_CLIP] = "clip",
  [TS_VALUE_RANGE_DIVERGING] = "diverging", [TS_VALUE_RANGE_PERCENTILES] = "percentiles",
  [TS_VALUE_RANGE_LABELS] = "labels",
};

const char *
ts_value_range_kind_to_string (TsValueRangeKind kind)
{
  g_return_val_if_fail (kind <= TS_VALUE_RANGE_LABELS, NULL);

  return kind_names[kind];
}

/* A set of at most MAX_DISTINCT values; slots are free where used is FALSE. */
typedef struct
{
  double values[1024];
  gboolean used[1024];
  guint n;
} Distinct;

typedef struct
{
  GArray *values; /* double */
  TsStats stats;
  TsStats channels[N_BOUNDED];
  Distinct distinct;
  guint n_channels; /* 0: they differ between images */
  gboolean exact;
} Sample;

static void
add_distinct (Distinct *self, double value)
{
  guint64 bits;
  guint slot;

  if (self->n >= MAX_DISTINCT)
    return;
  value += 0.0; /* -0 is 0 */
  memcpy (&bits, &value, sizeof bits);
  slot = (guint) ((bits * G_GUINT64_CONSTANT (0x9E3779B97F4A7C15)) >> 54);
  while (self->used[slot] && self->values[slot] != value)
    slot = (slot + 1) % G_N_ELEMENTS (self->used);
  if (!self->used[slot]) {
    self->used[slot] = TRUE;
    self->values[slot] = value;
    self->n++;
  }
}

/* The channels one after the other: that is how most lie in memory. */
static void
load_planes (Sample *self, TsBlock *block, double *values)
{
  gsize n = (gsize) (block->dims[0] * block->dims[1]);

  for (guint c = 0; c < N_BOUNDED; c++, values += n) {
    g_autoptr (TsBlock) plane = ts_block_pick (block, 2, c);
    TsStats found;

    ts_block_load_doubles (plane, values);
    ts_stats_init (&found);
    ts_stats_add (&found, values, n);
    ts_stats_merge (&self->channels[c], &found);
    ts_stats_merge (&self->stats, &found);
  }
}

static void
add_block (Sample *self, TsBlock *block)
{
  gsize n = (gsize) ts_block_get_n_elements (block);
  double *values;

  g_array_set_size (self->values, self->values->len + (guint) n);
  values = &g_array_index (self->values, double, self->values->len - n);
  if (block->dims[2] == N_BOUNDED) {
    load_planes (self, block, values);
  } else {
    ts_block_load_doubles (block, values);
    ts_stats_add (&self->stats, values, n);
  }
  if (self->stats.all_integers) {
    for (gsize i = 0; i < n; i++) {
      if (isfinite (values[i]))
        add_distinct (&self->distinct, values[i]);
    }
  }
}

static gboolean
read_part (Sample *self,
           TsBatch *batch,
           guint64 index,
           const TsRect *rect,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (TsBlock) block = ts_batch_read_image (batch, index, rect, cancellable, error);

  if (block == NULL)
    return FALSE;
  add_block (self, block);
  return TRUE;
}

/* All of an image, when that is at most @budget elements, or strips of it from top to bottom. */
static gboolean
read_image (Sample *self,
            TsBatch *batch,
            guint64 index,
            guint64 budget,
            GCancellable *cancellable,
            GError **error)
{
  TsImageSize size;
  guint64 per_row;
  guint n_bands;
  TsRect rect;

  ts_batch_get_image_size (batch, index, &size);
  per_row = (guint64) size.width * size.n_channels;
  if (size.height <= budget / per_row)
    return read_part (self, batch, index, NULL, cancellable, error);
  self->exact = FALSE;
  budget = MAX (budget / (SAMPLE_ELEMENTS / BAND_ELEMENTS), 1);
  n_bands = MIN (size.height, BANDS);
  rect.width = (guint) CLAMP (budget / n_bands / size.n_channels, 1, size.width);
  rect.height = (guint) CLAMP (budget / n_bands / per_row, 1, size.height / n_bands);
  for (guint i = 0; i < n_bands; i++) {
    rect.x = (guint) ((guint64) (size.width - rect.width) * i / MAX (n_bands - 1, 1));
    rect.y = (guint) ((guint64) (size.height - rect.height) * i / MAX (n_bands - 1, 1));
    if (!read_part (self, batch, index, &rect, cancellable, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_sample (Sample *self, TsBatch *batch, GCancellable *cancellable, GError **error)
{
  guint64 n_images = ts_batch_get_n_images (batch), per_image, n_read;
  TsImageSize size;

  ts_batch_get_max_size (batch, &size);
  self->n_channels = size.n_channels;
  per_image = (guint64) size.width * size.height;
  per_image *= MIN (size.n_channels, SAMPLE_ELEMENTS);
  n_read = MAX (SAMPLE_ELEMENTS / per_image, 3);
  n_read = MIN (n_read, n_images <= ALL_IMAGES ? ALL_IMAGES : SAMPLE_IMAGES);
  n_read = MIN (n_read, n_images);
  self->exact = n_read == n_images;
  for (guint64 i = 0; i < n_read; i++) {
    guint64 index =
        n_read == 1
            ? 0
            : (guint64) ((double) i * (double) (n_images - 1) / (double) (n_read - 1) + 0.5);

    if (!read_image (self, batch, MIN (index, n_images - 1), SAMPLE_ELEMENTS / n_read, cancellable,
                     error))
      return FALSE;
  }
  return TRUE;
}

static void
set_range (TsValueRange *range, TsValueRangeKind kind, double lo, double hi, const char *preset)
{
  range->kind = kind;
  range->lo = lo;
  range->hi = hi;
  range->preset = preset;
}

/* One value only, perhaps because the sample missed the others: the widest range that is usual for
 * it. */
static void
set_constant (TsValueRange *range, TsDtype dtype)
{
  double value = range->stats.min;

  if (dtype == TS_DTYPE_UINT8)
    set_range (range, TS_VALUE_RANGE_CONSTANT, 0, 255, "u8");
  else if (value >= 0 && value <= 1)
    set_range (range, TS_VALUE_RANGE_CONSTANT, 0, 1, "unit");
  else if (value >= -1 && value < 0)
    set_range (range, TS_VALUE_RANGE_CONSTANT, -1, 1, "tanh");
  else
    set_range (range, TS_VALUE_RANGE_CONSTANT, value, value, NULL);
}

/* Numbers of classes: few of them, one a pixel. Two values at the ends of a usual range are a
 * picture in black and white, or as good as one. */
static gboolean
are_labels (const Sample *sample, TsDtype dtype)
{
  gboolean is_integer = ts_dtype_is_integer (dtype);
  const TsStats *stats = &sample->stats;
  guint n = sample->distinct.n;

  if (sample->n_channels != 1 || !stats->all_integers || dtype == TS_DTYPE_BOOL)
    return FALSE;
  if (n <= 2 && stats->min == 0 && stats->max == 255)
    return FALSE;
  if (n <= 3 && !is_integer && stats->min >= -1 && stats->max <= 1)
    return FALSE;
  return n <= 32 || (n < MAX_DISTINCT && (dtype == TS_DTYPE_INT32 || dtype == TS_DTYPE_INT64));
}

static void
set_integer (TsValueRange *range, TsDtype dtype)
{
  double max = range->stats.max;

  if (dtype == TS_DTYPE_BOOL)
    set_range (range, TS_VALUE_RANGE_INTEGER, 0, 1, "unit");
  else if (dtype == TS_DTYPE_UINT8)
    set_range (range, TS_VALUE_RANGE_INTEGER, 0, 255, "u8");
  else if (dtype == TS_DTYPE_UINT16)
    set_range (range, TS_VALUE_RANGE_INTEGER, 0,
               max < 1024   ? 1023
               : max < 4096 ? 4095
                            : 65535,
               NULL);
  else
    set_range (range, TS_VALUE_RANGE_INTEGER, range->stats.min, max, NULL);
}

/* What [0, 1] becomes when a data set's mean and std are taken off. */
typedef struct
{
  TsValueRangeKind kind;
  const char *preset;
  double lo[N_BOUNDED], hi[N_BOUNDED];
} Normalisation;

static const Normalisation normalisations[] = {
  { TS_VALUE_RANGE_IMAGENET, "imagenet", { -2.118, -2.036, -1.804 }, { 2.249, 2.429, 2.640 } },
  { TS_VALUE_RANGE_CLIP, "clip", { -1.792, -1.752, -1.480 }, { 1.930, 2.075, 2.146 } },
};

static gboolean
fits_normalisation (const Sample *sample, const Normalisation *norm)
{
  gboolean is_near = FALSE;

  if (sample->n_channels != N_BOUNDED || (sample->stats.min >= -1.05 && sample->stats.max <= 1.05))
    return FALSE;
  for (guint c = 0; c < N_BOUNDED; c++) {
    const TsStats *stats = &sample->channels[c];

    if (stats->n_finite == 0 || stats->min < norm->lo[c] - 0.02 || stats->max > norm->hi[c] + 0.02)
      return FALSE;
    is_near |= stats->min - norm->lo[c] <= 0.15 || norm->hi[c] - stats->max <= 0.15;
  }
  return is_near;
}

/* @at: the percentiles 0.1, 0.5, 99.5 and 99.9. */
static void
set_float (TsValueRange *range, const Sample *sample, const double *at)
{
  const TsStats *stats = &sample->stats;
  double lo = at[0], hi = at[3], min = stats->min, max = stats->max;

  if (min >= -0.001 && max <= 1.001) {
    set_range (range, TS_VALUE_RANGE_UNIT, 0, 1, "unit");
    return;
  }
  if (lo >= -1.05 && hi <= 1.05 && lo < -0.05 && min >= -2 && max <= 2) {
    set_range (range, TS_VALUE_RANGE_TANH, -1, 1, "tanh");
    return;
  }
  if (lo >= -0.05 && hi <= 1.05 && min >= -0.5 && max <= 1.5) {
    set_range (range, TS_VALUE_RANGE_UNIT, 0, 1, "unit");
    return;
  }
  if (min >= -0.5 && max <= 255.5 && (hi > 128 || (max > 16 && stats->all_integers))) {
    set_range (range, TS_VALUE_RANGE_BYTE, 0, 255, "u8");
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (normalisations); i++) {
    const Normalisation *norm = &normalisations[i];

    if (fits_normalisation (sample, norm)) {
      set_range (range, norm->kind, MIN (norm->lo[0], MIN (norm->lo[1], norm->lo[2])),
                 MAX (norm->hi[0], MAX (norm->hi[1], norm->hi[2])), NULL);
      range->offer = norm->preset;
      return;
    }
  }
  if (min < 0 && max > 0 && fabs (stats->mean) < 0.25 * ts_stats_get_std (stats)) {
    double reach = MAX (fabs (lo), fabs (hi));

    reach = reach > 0 ? reach : MAX (-min, max);
    set_range (range, TS_VALUE_RANGE_DIVERGING, -reach, reach, NULL);
    return;
  }
  /* A few far values: the percentiles may coincide. */
  if (at[1] < at[2])
    set_range (range, TS_VALUE_RANGE_PERCENTILES, at[1], at[2], NULL);
  else
    set_range (range, TS_VALUE_RANGE_PERCENTILES, min, max, NULL);
}

/* Keeps at most about RANKED_ELEMENTS of the values for percentiles: every so many, by a step that
 * meets all channels and columns. */
static void
thin_out (Sample *self)
{
  static const guint steps[] = { 1, 5, 7, 11, 13 };
  double *values = (double *) (gpointer) self->values->data;
  guint n = self->values->len, step = 1;

  for (guint i = 1; i < G_N_ELEMENTS (steps) && n / step > RANKED_ELEMENTS; i++) {
    if (self->n_channels % steps[i] != 0)
      step = steps[i];
  }
  for (guint i = 0; i < n / step; i++)
    values[i] = values[(gsize) i * step];
  g_array_set_size (self->values, n / step);
}

/* The most usual answers without percentiles, which take longer than all the rest: nothing is
 * beyond [0, 1], or nothing beyond [-1.05, 1.05] and more than every thousandth clearly negative.
 */
static gboolean
set_usual_float (TsValueRange *range, const Sample *sample)
{
  const double *values = (const double *) (gconstpointer) sample->values->data;
  guint n_negative = 0;

  if (range->stats.min >= -0.001 && range->stats.max <= 1.001) {
    set_range (range, TS_VALUE_RANGE_UNIT, 0, 1, "unit");
    return TRUE;
  }
  if (range->stats.min < -1.05 || range->stats.max > 1.05)
    return FALSE;
  for (guint i = 0; i < sample->values->len; i++)
    n_negative += values[i] < -0.05;
  if (n_negative < sample->values->len / 1000 + 2)
    return FALSE;
  set_range (range, TS_VALUE_RANGE_TANH, -1, 1, "tanh");
  return TRUE;
}

gboolean
ts_value_range_guess (TsBatch *batch,
                      TsValueRange *range,
                      GCancellable *cancellable,
                      GError **error)
{
  static const double percents[] = { 0.1, 0.5, 99.5, 99.9 };
  g_autofree Sample *sample = g_new0 (Sample, 1);
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
  TsDtype dtype;
  double at[4];

  g_return_val_if_fail (TS_IS_BATCH (batch), FALSE);
  g_return_val_if_fail (range != NULL, FALSE);

  memset (range, 0, sizeof *range);
  sample->values = values;
  ts_stats_init (&sample->stats);
  for (guint c = 0; c < N_BOUNDED; c++)
    ts_stats_init (&sample->channels[c]);
  if (!read_sample (sample, batch, cancellable, error))
    return FALSE;
  dtype = ts_batch_get_dtype (batch);
  range->stats = sample->stats;
  range->exact = sample->exact;
  if (sample->stats.all_integers)
    range->n_distinct = sample->distinct.n;
  if (sample->stats.n_finite == 0) {
    set_range (range, TS_VALUE_RANGE_EMPTY, 0, 1, NULL);
  } else if (sample->stats.min == sample->stats.max) {
    set_constant (range, dtype);
  } else if (are_labels (sample, dtype)) {
    set_range (range, TS_VALUE_RANGE_LABELS, sample->stats.min, sample->stats.max, NULL);
  } else if (ts_dtype_is_integer (dtype)) {
    set_integer (range, dtype);
  } else {
    thin_out (sample);
    if (!set_usual_float (range, sample)) {
      ts_percentiles ((double *) (gpointer) values->data, values->len, percents, 4, at);
      set_float (range, sample, at);
    }
  }
  return TRUE;
}

char *
ts_value_range_describe (const TsValueRange *range)
{
  g_return_val_if_fail (range != NULL, NULL);

  switch (range->kind) {
  case TS_VALUE_RANGE_EMPTY:
    return g_strdup (_ ("no finite values"));
  case TS_VALUE_RANGE_CONSTANT:
    return g_strdup_printf (_ ("constant, value %.6g"), range->stats.min);
  case TS_VALUE_RANGE_INTEGER:
    return g_strdup_printf (_ ("integers: shown over [%.6g, %.6g]"), range->lo, range->hi);
  case TS_VALUE_RANGE_UNIT:
    if (range->stats.min < -0.001 || range->stats.max > 1.001)
      return g_strdup_printf (_ ("values in [0, 1] with overshoot [%.3g, %.3g]"), range->stats.min,
                                 range->stats.max);
    return g_strdup (_ ("values in [0, 1]: shown as they are"));
  case TS_VALUE_RANGE_TANH:
    return g_strdup (_ ("values in [-1, 1]: shown as tanh output"));
  case TS_VALUE_RANGE_BYTE:
    return g_strdup (_ ("values in [0, 255]: shown as bytes"));
  case TS_VALUE_RANGE_IMAGENET:
    return g_strdup (_ ("looks ImageNet-normalised: preset “imagenet” undoes it"));
  case TS_VALUE_RANGE_CLIP:
    return g_strdup (_ ("looks CLIP-normalised: preset “clip” undoes it"));
  case TS_VALUE_RANGE_DIVERGING:
    return g_strdup_printf (_ ("values around zero: shown over [%.4g, %.4g]"), range->lo,
                               range->hi);
  case TS_VALUE_RANGE_PERCENTILES:
    return g_strdup_printf (_ ("values of [%.4g, %.4g]: percentiles 0.5 to 99.5 shown, [%.4g, %.4g]"), range->stats.min,
        range->stats.max, range->lo, range->hi);
  case TS_VALUE_RANGE_LABELS:
    return g_strdup_printf (_ ("label map: %s%u different values"),
                               range->exact ? "" : _ ("at least "), range->n_distinct);
  default:
    g_return_val_if_reached (NULL);
  }
}
