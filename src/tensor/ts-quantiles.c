/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-quantiles.h"

#include "tensor/ts-stats-kernels.h"

#include <math.h>
#include <string.h>

/* A float's bits become an unsigned key in the same order: the sign bit flipped for positive
 * numbers, all bits for negative ones. A pass counts the next 16 bits of the keys that begin with
 * a prefix still looked for. */

#define N_BINS        65536u
#define N_PASSES      2 /* of 32-bit keys */
#define N_WIDE_PASSES 4
#define CHUNK         2048
/* Four counts side by side, so that equal neighbours do not wait for each other; in 32 bits, which
 * are added up before they overflow. */
#define N_LANES 4
/* Not a power of two apart, or all lanes would want the same lines of the cache. */
#define LANE         (N_BINS + 80)
#define MAX_IN_LANES (G_MAXUINT32 - CHUNK)
/* Prefixes that a pass looks for by comparing, without a table. */
#define MAX_RANGES 4

typedef struct
{
  guint64 prefix;
  guint64 *bins;
} Group;

typedef struct
{
  guint64 rank; /* among the keys with that prefix */
  guint64 prefix;
} Target;

struct _TsQuantiles
{
  gboolean is_wide; /* 64-bit keys */
  guint pass;
  guint64 n_finite;
  guint n_percents;
  double percents[TS_QUANTILES_MAX];
  double fractions[TS_QUANTILES_MAX];
  Target targets[2 * TS_QUANTILES_MAX];
  guint n_groups;
  Group groups[2 * TS_QUANTILES_MAX];
  guint32 *lanes; /* of the first pass of 32-bit keys: N_LANES * N_BINS; (nullable) */
  guint64 n_in_lanes;
  float ranges[MAX_RANGES][2]; /* of floats in the second pass: what each group may hold */
  guint8 *group_of;            /* of 32-bit keys in the second pass: prefix -> group + 1, 0 none */
};

static gboolean
is_wide (TsDtype dtype)
{
  const TsDtypeInfo *info = ts_dtype_get_info (dtype);

  return info->dtype_class == TS_DTYPE_CLASS_COMPLEX ||
         (info->size_bytes >= 4 && dtype != TS_DTYPE_FLOAT32);
}

static guint
get_n_passes (const TsQuantiles *self)
{
  return self->is_wide ? N_WIDE_PASSES : N_PASSES;
}

guint
ts_quantiles_count_passes (TsDtype dtype)
{
  return is_wide (dtype) ? N_WIDE_PASSES : N_PASSES;
}

static void
add_group (TsQuantiles *self, guint64 prefix)
{
  for (guint g = 0; g < self->n_groups; g++) {
    if (self->groups[g].prefix == prefix)
      return;
  }
  self->groups[self->n_groups].prefix = prefix;
  self->groups[self->n_groups].bins = g_new0 (guint64, N_BINS);
  self->n_groups++;
}

static void
clear_groups (TsQuantiles *self)
{
  for (guint g = 0; g < self->n_groups; g++)
    g_clear_pointer (&self->groups[g].bins, g_free);
  self->n_groups = 0;
}

TsQuantiles *
ts_quantiles_new (TsDtype dtype, const double *percents, guint n_percents)
{
  TsQuantiles *self;

  g_return_val_if_fail (n_percents <= TS_QUANTILES_MAX, NULL);

  self = g_new0 (TsQuantiles, 1);
  self->is_wide = is_wide (dtype);
  self->n_percents = n_percents;
  memcpy (self->percents, percents, n_percents * sizeof *percents);
  add_group (self, 0);
  return self;
}

void
ts_quantiles_free (TsQuantiles *self)
{
  if (self == NULL)
    return;
  clear_groups (self);
  g_free (self->lanes);
  g_free (self->group_of);
  g_free (self);
}

gboolean
ts_quantiles_is_done (const TsQuantiles *self)
{
  return self->pass >= get_n_passes (self);
}

static void
add_up_lanes (TsQuantiles *self)
{
  guint64 *bins = self->groups[0].bins;

  for (guint i = 0; self->lanes != NULL && i < N_LANES * N_BINS; i++)
    bins[i % N_BINS] += self->lanes[i / N_BINS * LANE + i % N_BINS];
  g_clear_pointer (&self->lanes, g_free);
  self->n_in_lanes = 0;
}

/* All of them, also NaN and infinities, whose bins are beyond those of finite numbers and are not
 * looked at. */
static void
count_high (TsQuantiles *self, const float *values, gsize n)
{
  guint32 *a, *b, *c, *d;
  guint16 keys[CHUNK];
  gsize i = 0;

  if (self->n_in_lanes > MAX_IN_LANES)
    add_up_lanes (self);
  if (self->lanes == NULL)
    self->lanes = g_new0 (guint32, N_LANES * LANE);
  self->n_in_lanes += n;
  a = self->lanes;
  b = a + LANE;
  c = b + LANE;
  d = c + LANE;
  ts_kernel_order_float_high (values, n, keys);
  for (; i + N_LANES <= n; i += N_LANES) {
    a[keys[i]]++;
    b[keys[i + 1]]++;
    c[keys[i + 2]]++;
    d[keys[i + 3]]++;
  }
  for (; i < n; i++)
    a[keys[i]]++;
}

static void
count_low (TsQuantiles *self, const float *values, gsize n)
{
  const guint8 *group_of = self->group_of;

  for (gsize i = 0; i < n; i++) {
    guint32 key;
    guint group;

    memcpy (&key, values + i, sizeof key);
    key ^= (guint32) ((gint32) key >> 31) | 0x80000000u;
    group = group_of[key >> 16];
    if (group != 0)
      self->groups[group - 1].bins[key & 0xffff]++;
  }
}

/* @n at most CHUNK */
static void
count_floats (TsQuantiles *self, const float *values, gsize n)
{
  guint8 flags[CHUNK / TS_KERNEL_GROUP];

  if (self->pass == 0) {
    count_high (self, values, n);
    return;
  }
  if (self->n_groups > MAX_RANGES) {
    count_low (self, values, n);
    return;
  }
  /* Few values lie near those looked for. */
  ts_kernel_find_float (values, n, self->ranges, self->n_groups, flags);
  for (gsize at = 0; at < n; at += TS_KERNEL_GROUP) {
    if (flags[at / TS_KERNEL_GROUP])
      count_low (self, values + at, MIN (n - at, TS_KERNEL_GROUP));
  }
}

static inline void
count_double (TsQuantiles *self, double value)
{
  guint shift = 48 - 16 * self->pass;
  guint64 bits, key;

  if (!isfinite (value))
    return;
  memcpy (&bits, &value, sizeof bits);
  key = bits >> 63 ? ~bits : bits | ((guint64) 1 << 63);
  for (guint g = 0; g < self->n_groups; g++) {
    if (self->pass == 0 || self->groups[g].prefix == key >> (shift + 16))
      self->groups[g].bins[(key >> shift) & 0xffff]++;
  }
}

static void
count_run (TsQuantiles *self, TsDtype dtype, const guint8 *first, gssize stride, guint64 n)
{
  const TsDtypeInfo *info = ts_dtype_get_info (dtype);
  double values[CHUNK];
  float narrow[CHUNK];

  for (guint64 done = 0; done < n;) {
    gsize part = (gsize) MIN (n - done, CHUNK);
    const guint8 *at = first + (gint64) done * stride;

    done += part;
    if (dtype == TS_DTYPE_FLOAT32 && stride == sizeof (float)) {
      if ((guintptr) at % sizeof (float) == 0) {
        count_floats (self, (const float *) (gconstpointer) at, part);
        continue;
      }
      memcpy (narrow, at, part * sizeof *narrow);
      count_floats (self, narrow, part);
      continue;
    }
    info->load (at, stride, part, values);
    if (self->is_wide) {
      for (gsize i = 0; i < part; i++)
        count_double (self, values[i]);
      continue;
    }
    for (gsize i = 0; i < part; i++)
      narrow[i] = (float) values[i];
    count_floats (self, narrow, part);
  }
}

static void
count_axis (TsQuantiles *self, const TsBlock *block, guint axis, const guint8 *first)
{
  gssize stride = (gssize) block->strides_elems[axis] * (gssize) ts_dtype_get_size (block->dtype);

  if (axis == block->n_dims - 1) {
    count_run (self, block->dtype, first, stride, block->dims[axis]);
    return;
  }
  for (guint64 i = 0; i < block->dims[axis]; i++)
    count_axis (self, block, axis + 1, first + (gint64) i * stride);
}

void
ts_quantiles_add_block (TsQuantiles *self, const TsBlock *block)
{
  guint64 n = ts_block_get_n_elements (block);

  g_return_if_fail (!ts_quantiles_is_done (self));

  if (n == 0)
    return;
  if (block->n_dims == 0 || ts_block_is_packed (block))
    count_run (self, block->dtype, block->data, (gssize) ts_dtype_get_size (block->dtype), n);
  else
    count_axis (self, block, 0, block->data);
}

guint64
ts_percentile_rank (double percent, guint64 n, double *fraction)
{
  double at = percent / 100 * (double) (n - 1);
  double below = floor (at);

  *fraction = at - below;
  return (guint64) below;
}

double
ts_percentile_interpolate (double below, double above, double fraction)
{
  double way = above - below;

  return fraction >= 0.5 ? above - way * (1 - fraction) : below + way * fraction;
}

/* After the first pass: how many there are, and so which ranks are looked for. */
static void
set_targets (TsQuantiles *self)
{
  guint64 *bins = self->groups[0].bins;

  if (!self->is_wide) { /* below the largest negative number, above the largest positive one */
    memset (bins, 0, 0x80 * sizeof *bins);
    memset (bins + 0xff80, 0, 0x80 * sizeof *bins);
  }
  for (guint i = 0; i < N_BINS; i++)
    self->n_finite += bins[i];
  for (guint i = 0; self->n_finite > 0 && i < self->n_percents; i++) {
    guint64 rank = ts_percentile_rank (self->percents[i], self->n_finite, &self->fractions[i]);

    self->targets[2 * i].rank = rank;
    self->targets[2 * i + 1].rank = MIN (rank + 1, self->n_finite - 1);
  }
}

static void
narrow_target (const TsQuantiles *self, Target *target)
{
  guint g = 0, bin = 0;

  while (self->groups[g].prefix != target->prefix)
    g++;
  while (target->rank >= self->groups[g].bins[bin])
    target->rank -= self->groups[g].bins[bin++];
  target->prefix = target->prefix << 16 | bin;
}

static double
key_to_double (const TsQuantiles *self, guint64 key)
{
  if (self->is_wide) {
    guint64 bits = key >> 63 ? key & ~((guint64) 1 << 63) : ~key;
    double value;

    memcpy (&value, &bits, sizeof value);
    return value;
  } else {
    guint32 bits = key & 0x80000000u ? (guint32) key & 0x7fffffffu : ~(guint32) key;
    float value;

    memcpy (&value, &bits, sizeof value);
    return (double) value;
  }
}

void
ts_quantiles_end_pass (TsQuantiles *self)
{
  g_return_if_fail (!ts_quantiles_is_done (self));

  if (self->pass == 0) {
    add_up_lanes (self);
    set_targets (self);
  }
  for (guint i = 0; self->n_finite > 0 && i < 2 * self->n_percents; i++)
    narrow_target (self, &self->targets[i]);
  clear_groups (self);
  self->pass = self->n_finite > 0 ? self->pass + 1 : get_n_passes (self);
  if (ts_quantiles_is_done (self))
    return;
  for (guint i = 0; i < 2 * self->n_percents; i++)
    add_group (self, self->targets[i].prefix);
  if (!self->is_wide) {
    self->group_of = g_new0 (guint8, N_BINS);
    for (guint g = 0; g < self->n_groups; g++) {
      guint64 first = self->groups[g].prefix << 16;

      self->group_of[self->groups[g].prefix] = (guint8) (g + 1);
      if (g < MAX_RANGES) {
        self->ranges[g][0] = (float) key_to_double (self, first);
        self->ranges[g][1] = (float) key_to_double (self, first | 0xffff);
      }
    }
  }
}

void
ts_quantiles_get (const TsQuantiles *self, double *out)
{
  g_return_if_fail (ts_quantiles_is_done (self));

  for (guint i = 0; i < self->n_percents; i++)
    out[i] = self->n_finite == 0
                 ? NAN
                 : ts_percentile_interpolate (key_to_double (self, self->targets[2 * i].prefix),
                                              key_to_double (self, self->targets[2 * i + 1].prefix),
                                              self->fractions[i]);
}
