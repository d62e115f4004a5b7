/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-stats.h"

#include <math.h>
#include <stdlib.h>

void
ts_stats_init (TsStats *self)
{
  *self = (TsStats){ .all_integers = TRUE };
}

double
ts_stats_get_std (const TsStats *self)
{
  return self->n_finite > 0 ? sqrt (self->m2 / (double) self->n_finite) : 0;
}

void
ts_stats_merge (TsStats *self, const TsStats *other)
{
  double delta, total;

  self->n_nan += other->n_nan;
  self->n_posinf += other->n_posinf;
  self->n_neginf += other->n_neginf;
  if (other->n_finite == 0)
    return;
  self->all_integers = self->all_integers && other->all_integers;
  if (self->n_finite == 0) {
    self->n_finite = other->n_finite;
    self->min = other->min;
    self->max = other->max;
    self->mean = other->mean;
    self->m2 = other->m2;
    return;
  }
  delta = other->mean - self->mean;
  total = (double) self->n_finite + (double) other->n_finite;
  self->m2 +=
      other->m2 + delta * delta * ((double) self->n_finite * (double) other->n_finite / total);
  self->mean += delta * ((double) other->n_finite / total);
  self->n_finite += other->n_finite;
  self->min = MIN (self->min, other->min);
  self->max = MAX (self->max, other->max);
}

void
ts_stats_add (TsStats *self, const double *values, gsize n)
{
  TsStats part;
  double sum = 0;

  ts_stats_init (&part);
  part.min = INFINITY;
  part.max = -INFINITY;
  for (gsize i = 0; i < n; i++) {
    double value = values[i];

    if (isfinite (value)) {
      part.n_finite++;
      part.min = MIN (part.min, value);
      part.max = MAX (part.max, value);
      sum += value;
      if (part.all_integers && value != floor (value))
        part.all_integers = FALSE;
    } else if (isnan (value)) {
      part.n_nan++;
    } else if (value > 0) {
      part.n_posinf++;
    } else {
      part.n_neginf++;
    }
  }
  if (part.n_finite > 0) {
    part.mean = sum / (double) part.n_finite;
    for (gsize i = 0; i < n; i++) {
      if (isfinite (values[i]))
        part.m2 += (values[i] - part.mean) * (values[i] - part.mean);
    }
  }
  ts_stats_merge (self, &part);
}

void
ts_stats_add_block (TsStats *self, const TsBlock *block)
{
  g_autofree double *values = g_new (double, MAX (ts_block_get_n_elements (block), 1));

  ts_block_load_doubles (block, values);
  ts_stats_add (self, values, (gsize) ts_block_get_n_elements (block));
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

void
ts_percentiles (double *values, gsize n, const double *percents, guint n_percents, double *out)
{
  gsize n_finite = 0;

  for (gsize i = 0; i < n; i++) {
    if (isfinite (values[i]))
      values[n_finite++] = values[i];
  }
  qsort (values, n_finite, sizeof *values, compare_doubles);
  for (guint i = 0; i < n_percents; i++) {
    double at = percents[i] / 100 * ((double) n_finite - 1);
    gsize below = (gsize) floor (MAX (at, 0));
    gsize above = MIN (below + 1, n_finite - 1);

    out[i] = n_finite == 0
                 ? NAN
                 : values[below] + (values[above] - values[below]) * (at - (double) below);
  }
}
