/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tensor/ts-measure.h"

#include <math.h>
#include <string.h>

/* Statistics that come as an estimate first. */

static TsTensor *
make_tensor (guint n_dims, const guint64 *dims, guint seed)
{
  g_autoptr (TsSource) source = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  TsTensor *tensor;
  TsShape shape;
  guint64 n = 0;
  float *values;

  ts_shape_init (&shape, n_dims, dims);
  g_assert_true (ts_shape_count (&shape, &n));
  values = g_new (float, MAX (n, 1));
  for (guint64 i = 0; i < n; i++)
    values[i] = (float) ((i * 2654435761u + seed) % 1000003) / 1000003;
  bytes = g_bytes_new_take (values, n * sizeof *values);
  source = ts_memory_source_new (bytes);
  tensor = ts_tensor_new (source, 0, TS_DTYPE_FLOAT32, G_BYTE_ORDER, &shape, NULL, &error);
  g_assert_no_error (error);
  return tensor;
}

static void
assert_same (const TsStats *a, const TsStats *b)
{
  g_assert_cmpuint (a->n_finite, ==, b->n_finite);
  g_assert_cmpuint (a->n_nan, ==, b->n_nan);
  g_assert_cmpfloat (a->min, ==, b->min);
  g_assert_cmpfloat (a->max, ==, b->max);
  g_assert_cmpfloat_with_epsilon (a->mean, b->mean, 1e-9);
  g_assert_cmpfloat_with_epsilon (ts_stats_get_std (a), ts_stats_get_std (b), 1e-9);
}

typedef struct
{
  guint n_told;
  TsMeasure first;
  double fraction;
  GCancellable *cancellable; /* (nullable): cancelled when told */
} Told;

static void
told_cb (const TsMeasure *measure, gpointer data)
{
  Told *told = data;

  if (told->n_told++ == 0)
    told->first = *measure;
  g_assert_cmpfloat (measure->fraction, >=, told->fraction);
  told->fraction = measure->fraction;
  g_assert_cmpfloat (measure->stats.min, <=, told->first.stats.min);
  if (told->cancellable != NULL)
    g_cancellable_cancel (told->cancellable);
}

/* Whatever the shape, each element counts once. */
static void
test_shapes (void)
{
  static const struct
  {
    guint n_dims;
    guint64 dims[5];
  } cases[] = {
    { 0, { 0 } },
    { 1, { 1 } },
    { 1, { 3000001 } },
    { 2, { 3, 1100000 } },
    { 2, { 1500000, 2 } },
    { 3, { 7, 1, 300001 } },
    { 4, { 5, 3, 300, 401 } },
    { 5, { 2, 1100, 1, 31, 33 } },
    { 2, { 0, 5 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (TsTensor) tensor = make_tensor (cases[i].n_dims, cases[i].dims, i);
    g_autoptr (TsBlock) block = NULL;
    g_autoptr (GError) error = NULL;
    Told told = { 0 };
    TsMeasure measure;
    TsStats wanted;

    ts_stats_init (&wanted);
    block = ts_tensor_read_all (tensor, NULL, &error);
    g_assert_no_error (error);
    ts_stats_add_block (&wanted, block);
    g_assert_true (ts_measure_all (&tensor, 1, told_cb, &told, &measure, NULL, &error));
    g_assert_no_error (error);
    g_assert_false (measure.is_estimate);
    g_assert_cmpfloat (measure.fraction, ==, 1);
    assert_same (&measure.stats, &wanted);

    /* what came first is near, and says what it is */
    g_assert_cmpuint (told.n_told, >=, 1);
    g_assert_true (told.first.is_estimate ==
                   (told.first.stats.n_finite < ts_tensor_get_n_elements (tensor)));
    g_assert_cmpuint (told.first.stats.n_finite, <=, TS_MEASURE_SAMPLE);
    g_assert_cmpfloat_with_epsilon (told.first.stats.mean, wanted.mean, 0.05);
    g_assert_cmpfloat (told.first.stats.min, >=, wanted.min);
    if (ts_tensor_get_n_elements (tensor) <= TS_MEASURE_SAMPLE / 64)
      g_assert_false (told.first.is_estimate);
  }
}

static void
test_several (void)
{
  TsTensor *tensors[100];
  g_autoptr (GError) error = NULL;
  TsMeasure measure, sample;
  guint64 n_elements = 0;

  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++) {
    tensors[i] = make_tensor (2, (guint64[]){ i + 1, 50 }, i);
    n_elements += (i + 1) * 50;
  }
  g_assert_true (
      ts_measure_all (tensors, G_N_ELEMENTS (tensors), NULL, NULL, &measure, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (measure.stats.n_finite, ==, n_elements);
  g_assert_true (ts_measure_sample (tensors, G_N_ELEMENTS (tensors), &sample, NULL, &error));
  g_assert_true (sample.is_estimate);
  g_assert_cmpuint (sample.n_elements, ==, n_elements);
  g_assert_cmpuint (sample.stats.n_finite, <, n_elements);
  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    g_object_unref (tensors[i]);
}

static void
test_cancel (void)
{
  g_autoptr (TsTensor) tensor = make_tensor (2, (guint64[]){ 1000, 3000 }, 1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Told told = { .cancellable = cancellable };
  TsMeasure measure;

  g_assert_false (ts_measure_all (&tensor, 1, told_cb, &told, &measure, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (told.n_told, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/measure/shapes", test_shapes);
  g_test_add_func ("/measure/several", test_several);
  g_test_add_func ("/measure/cancel", test_cancel);
  return g_test_run ();
}
