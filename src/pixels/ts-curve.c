/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-curve.h"

#include <math.h>
#include <string.h>

#define N_KEPT      8
#define MAX_ENTRIES (1u << 18)
#define NO_NEXT     0xffffffu

/* All that the levels depend on. */
typedef struct
{
  TsCurve curve;
  double number;
  TsQuantiser quantiser;
  gboolean falls;
} Key;

typedef struct
{
  Key key;
  TsCurveTable *table;
} Kept;

static GMutex lock;
static Kept kept[N_KEPT];
static guint next_kept;

void
ts_curve_table_unref (TsCurveTable *self)
{
  if (self != NULL && g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

static float
bits_to_float (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static guint32
float_to_bits (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

/* Positive floats are ordered as their bits: the smallest ones whose level is at least 1, 2, ... */
static void
find_thresholds (const TsPlan *plan,
                 const TsQuantiser *quantiser,
                 gboolean falls,
                 float *thresholds)
{
  guint32 low = 0;

  for (guint k = 1; k < 256; k++) {
    guint32 high = float_to_bits (1);

    while (low < high) {
      guint32 middle = low + (high - low) / 2;
      guint level = ts_plan_quantise_curve (plan, quantiser, bits_to_float (middle));

      if ((falls ? 255 - level : level) >= k)
        high = middle;
      else
        low = middle + 1;
    }
    thresholds[k] = bits_to_float (low);
  }
  thresholds[256] = INFINITY;
}

/* The most bits that can be cut off with at most one threshold in each group. */
static guint
find_shift (const float *thresholds)
{
  for (guint shift = 23; shift > 0; shift--) {
    guint k = 1;

    while (k < 255 &&
           float_to_bits (thresholds[k]) >> shift < float_to_bits (thresholds[k + 1]) >> shift)
      k++;
    if (k == 255)
      return shift;
  }
  return 0;
}

static TsCurveTable *
build (const TsPlan *plan, const Key *key)
{
  float thresholds[257] = { 0 };
  guint32 least, first, n, level = 0;
  TsCurveTable *self;
  guint shift;

  find_thresholds (plan, &key->quantiser, key->falls, thresholds);
  shift = find_shift (thresholds);
  least = float_to_bits (thresholds[1]) - 1;
  first = least >> shift;
  n = (float_to_bits (1) >> shift) - first + 1;
  if (shift == 0 || n > MAX_ENTRIES)
    return NULL;
  self = g_malloc (sizeof *self + n * sizeof *self->entries);
  g_atomic_ref_count_init (&self->ref_count);
  self->falls = key->falls;
  self->shift = shift;
  self->least = bits_to_float (least);
  for (guint32 i = 0; i < n; i++) {
    guint32 next;

    while (level < 255 && float_to_bits (thresholds[level + 1]) >> shift < first + i)
      level++;
    next = float_to_bits (thresholds[level + 1]);
    self->entries[i] =
        level << 24 | (next >> shift == first + i ? next & ((1u << shift) - 1) : NO_NEXT);
  }
  return self;
}

static gboolean
key_equal (const Key *a, const Key *b)
{
  return a->curve == b->curve && a->number == b->number && a->falls == b->falls &&
         a->quantiser.mul == b->quantiser.mul && a->quantiser.add == b->quantiser.add &&
         a->quantiser.half_even == b->quantiser.half_even;
}

TsCurveTable *
ts_curve_table_get (const TsPlan *plan)
{
  gboolean is_map = plan->kind == TS_PLAN_MAP;
  Key key = { plan->curve, plan->curve_number, is_map ? plan->map_quantiser : plan->quantiser,
              plan->invert && !is_map };
  TsCurveTable *table = NULL;

  g_return_val_if_fail (plan->has_curve && plan->bits == 8, NULL);

  g_mutex_lock (&lock);
  for (guint i = 0; i < N_KEPT && table == NULL; i++) {
    if (kept[i].table != NULL && key_equal (&kept[i].key, &key))
      table = kept[i].table;
  }
  if (table == NULL) {
    table = build (plan, &key);
    if (table != NULL) {
      g_clear_pointer (&kept[next_kept].table, ts_curve_table_unref);
      kept[next_kept] = (Kept){ key, table };
      next_kept = (next_kept + 1) % N_KEPT;
    }
  }
  if (table != NULL)
    g_atomic_ref_count_inc (&table->ref_count);
  g_mutex_unlock (&lock);
  return table;
}
