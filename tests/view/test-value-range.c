/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "view/ts-value-range.h"

#include <math.h>
#include <string.h>

/* Value of element @i of channel @c. */
typedef double (*Formula) (guint64 i, guint c);

static double
rand_in (double lo, double hi)
{
  return g_test_rand_double_range (lo, hi);
}

static double
unit (guint64 i, guint c)
{
  return i == 0 ? 0 : i == 1 ? 1 : rand_in (0, 1);
}

static double
tanh_like (guint64 i, guint c)
{
  return i == 0 ? -1 : i == 1 ? 1 : rand_in (-1, 1);
}

static double
tanh_overshoot (guint64 i, guint c)
{
  return i == 0 ? -1.8 : i == 1 ? 1.9 : rand_in (-1, 1);
}

static double
unit_overshoot (guint64 i, guint c)
{
  return i == 0 ? -0.3 : i == 1 ? 1.3 : rand_in (0, 1);
}

static double
bytes (guint64 i, guint c)
{
  return rand_in (0, 255);
}

static double
whole_bytes_dark (guint64 i, guint c)
{
  return floor (rand_in (0, 90));
}

static double
imagenet (guint64 i, guint c)
{
  const double mean[] = { .485, .456, .406 }, std[] = { .229, .224, .225 };

  return ((i == 0 ? 0 : i == 1 ? 1 : rand_in (0, 1)) - mean[c % 3]) / std[c % 3];
}

static double
clip (guint64 i, guint c)
{
  const double mean[] = { .48145466, .4578275, .40821073 };
  const double std[] = { .26862954, .26130258, .27577711 };

  return ((i == 0 ? 0 : i == 1 ? 1 : rand_in (0, 1)) - mean[c % 3]) / std[c % 3];
}

static double
gaussian (guint64 i, guint c)
{
  return rand_in (-2, 2) + rand_in (-2, 2) + rand_in (-2, 2);
}

static double
skewed (guint64 i, guint c)
{
  return pow (rand_in (0, 10), 3);
}

static double
classes (guint64 i, guint c)
{
  return (double) (i % 3);
}

static double
many_classes (guint64 i, guint c)
{
  return (double) (i % 150);
}

static double
black_white (guint64 i, guint c)
{
  return i % 2 ? 255 : 0;
}

static double
zero_one (guint64 i, guint c)
{
  return (double) (i % 2);
}

static double
ramp (guint64 i, guint c)
{
  return (double) (i % 3000);
}

static double
seven (guint64 i, guint c)
{
  return 7;
}

static double
half (guint64 i, guint c)
{
  return 0.5;
}

static double
only_nan (guint64 i, guint c)
{
  return i % 2 ? (double) NAN : (double) INFINITY;
}

static double
unit_with_nan (guint64 i, guint c)
{
  return i == 5   ? (double) NAN
         : i == 6 ? (double) INFINITY
         : i == 7 ? -(double) INFINITY
                  : rand_in (0, 1);
}

static void
store (TsDtype dtype, guint8 *out, double value)
{
  switch ((int) dtype) {
  case TS_DTYPE_FLOAT32:
    *(float *) (void *) out = (float) value;
    break;
  case TS_DTYPE_UINT8:
  case TS_DTYPE_BOOL:
    *out = (guint8) value;
    break;
  case TS_DTYPE_UINT16:
    *(guint16 *) (void *) out = (guint16) value;
    break;
  case TS_DTYPE_INT32:
    *(gint32 *) (void *) out = (gint32) value;
    break;
  default:
    g_assert_not_reached ();
  }
}

static TsBatch *
make_batch (TsDtype dtype, guint n_channels, guint side, guint n_images, Formula formula)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (GBytes) data = NULL;
  const guint64 dims[] = { n_images, n_channels, side, side };
  gsize size = ts_dtype_get_size (dtype);
  guint64 per_image = (guint64) n_channels * side * side, n = per_image * n_images;
  guint8 *values = g_malloc (n * size);
  TsShape shape;
  TsLayout layout;
  TsBatch *batch;

  for (guint64 i = 0; i < n; i++)
    store (dtype, values + i * size, formula (i, (guint) (i / side / side % n_channels)));
  data = g_bytes_new_take (values, n * size);
  ts_shape_init (&shape, 4, dims);
  tensor = ts_tensor_new_from_bytes (data, dtype, &shape, &error);
  g_assert_no_error (error);
  g_assert_true (ts_layout_parse (&layout, "NCHW", 4, NULL));
  batch = ts_batch_new (tensor, &layout, &error);
  g_assert_no_error (error);
  return batch;
}

static void
test_rules (void)
{
  const struct
  {
    const char *name;
    TsDtype dtype;
    guint n_channels;
    Formula formula;
    TsValueRangeKind kind;
    double lo, hi; /* NaN: not checked */
    const char *preset;
    const char *offer;
  } rows[] = {
    { "nan", TS_DTYPE_FLOAT32, 1, only_nan, TS_VALUE_RANGE_EMPTY, 0, 1, NULL, NULL },
    { "constant", TS_DTYPE_FLOAT32, 1, seven, TS_VALUE_RANGE_CONSTANT, 7, 7, NULL, NULL },
    { "constant half", TS_DTYPE_FLOAT32, 3, half, TS_VALUE_RANGE_CONSTANT, 0, 1, "unit", NULL },
    { "constant byte", TS_DTYPE_UINT8, 3, seven, TS_VALUE_RANGE_CONSTANT, 0, 255, "u8", NULL },
    { "bool", TS_DTYPE_BOOL, 1, zero_one, TS_VALUE_RANGE_INTEGER, 0, 1, "unit", NULL },
    { "u8", TS_DTYPE_UINT8, 3, whole_bytes_dark, TS_VALUE_RANGE_INTEGER, 0, 255, "u8", NULL },
    { "u8 b/w", TS_DTYPE_UINT8, 1, black_white, TS_VALUE_RANGE_INTEGER, 0, 255, "u8", NULL },
    { "u8 labels", TS_DTYPE_UINT8, 1, classes, TS_VALUE_RANGE_LABELS, 0, 2, NULL, NULL },
    { "u8 0/1", TS_DTYPE_UINT8, 1, zero_one, TS_VALUE_RANGE_LABELS, 0, 1, NULL, NULL },
    { "u8 rgb classes", TS_DTYPE_UINT8, 3, classes, TS_VALUE_RANGE_INTEGER, 0, 255, "u8", NULL },
    { "i32 labels", TS_DTYPE_INT32, 1, many_classes, TS_VALUE_RANGE_LABELS, 0, 149, NULL, NULL },
    { "i32 values", TS_DTYPE_INT32, 1, ramp, TS_VALUE_RANGE_INTEGER, 0, 2999, NULL, NULL },
    { "f32 labels", TS_DTYPE_FLOAT32, 1, classes, TS_VALUE_RANGE_LABELS, 0, 2, NULL, NULL },
    { "f32 0/1", TS_DTYPE_FLOAT32, 1, zero_one, TS_VALUE_RANGE_UNIT, 0, 1, "unit", NULL },
    { "u16 10 bit", TS_DTYPE_UINT16, 1, whole_bytes_dark, TS_VALUE_RANGE_INTEGER, 0, 1023, NULL,
      NULL },
    { "u16 12 bit", TS_DTYPE_UINT16, 1, ramp, TS_VALUE_RANGE_INTEGER, 0, 4095, NULL, NULL },
    { "unit", TS_DTYPE_FLOAT32, 3, unit, TS_VALUE_RANGE_UNIT, 0, 1, "unit", NULL },
    { "unit with nan", TS_DTYPE_FLOAT32, 3, unit_with_nan, TS_VALUE_RANGE_UNIT, 0, 1, "unit",
      NULL },
    { "tanh", TS_DTYPE_FLOAT32, 3, tanh_like, TS_VALUE_RANGE_TANH, -1, 1, "tanh", NULL },
    { "tanh overshoot", TS_DTYPE_FLOAT32, 1, tanh_overshoot, TS_VALUE_RANGE_TANH, -1, 1, "tanh",
      NULL },
    { "unit overshoot", TS_DTYPE_FLOAT32, 3, unit_overshoot, TS_VALUE_RANGE_UNIT, 0, 1, "unit",
      NULL },
    { "bytes", TS_DTYPE_FLOAT32, 3, bytes, TS_VALUE_RANGE_BYTE, 0, 255, "u8", NULL },
    { "dark bytes", TS_DTYPE_FLOAT32, 3, whole_bytes_dark, TS_VALUE_RANGE_BYTE, 0, 255, "u8",
      NULL },
    { "imagenet", TS_DTYPE_FLOAT32, 3, imagenet, TS_VALUE_RANGE_IMAGENET, -2.118, 2.640, NULL,
      "imagenet" },
    { "clip", TS_DTYPE_FLOAT32, 3, clip, TS_VALUE_RANGE_CLIP, -1.792, 2.146, NULL, "clip" },
    { "imagenet, 1 channel", TS_DTYPE_FLOAT32, 1, imagenet, TS_VALUE_RANGE_DIVERGING, NAN, NAN,
      NULL, NULL },
    { "gaussian", TS_DTYPE_FLOAT32, 4, gaussian, TS_VALUE_RANGE_DIVERGING, NAN, NAN, NULL, NULL },
    { "skewed", TS_DTYPE_FLOAT32, 1, skewed, TS_VALUE_RANGE_PERCENTILES, NAN, NAN, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsBatch) batch =
                   make_batch (rows[i].dtype, rows[i].n_channels, 32, 8, rows[i].formula);
    g_autofree char *text = NULL;
    TsValueRange range;

    g_assert_true (ts_value_range_guess (batch, &range, NULL, &error));
    g_assert_no_error (error);
    text = ts_value_range_describe (&range);
    g_test_message ("%s: %s", rows[i].name, text);
    g_assert_cmpint (range.kind, ==, rows[i].kind);
    if (!isnan (rows[i].lo)) {
      g_assert_cmpfloat (range.lo, ==, rows[i].lo);
      g_assert_cmpfloat (range.hi, ==, rows[i].hi);
    }
    g_assert_cmpstr (range.preset, ==, rows[i].preset);
    g_assert_cmpstr (range.offer, ==, rows[i].offer);
    g_assert_true (range.exact);
    g_assert_cmpuint (range.stats.n_finite + range.stats.n_nan + range.stats.n_posinf +
                          range.stats.n_neginf,
                      ==, 8 * 32 * 32 * rows[i].n_channels);
  }
}

static void
test_symmetric (void)
{
  g_autoptr (TsBatch) batch = make_batch (TS_DTYPE_FLOAT32, 4, 32, 8, gaussian);
  TsValueRange range;

  g_assert_true (ts_value_range_guess (batch, &range, NULL, NULL));
  g_assert_cmpfloat (range.lo, ==, -range.hi);
  g_assert_cmpfloat (range.hi, >, 4);
  g_assert_cmpfloat (range.hi, <, 6);
}

static void
test_percentiles (void)
{
  g_autoptr (TsBatch) batch = make_batch (TS_DTYPE_FLOAT32, 1, 64, 8, skewed);
  TsValueRange range;

  g_assert_true (ts_value_range_guess (batch, &range, NULL, NULL));
  g_assert_cmpfloat (range.lo, >=, 0);
  g_assert_cmpfloat (range.lo, <, 0.01);
  g_assert_cmpfloat_with_epsilon (range.hi, 985, 5);
}

/* Of something large a bounded sample is read. */
static void
test_bounded (void)
{
  const struct
  {
    guint64 dims[4];
  } rows[] = { { { 100000, 3, 64, 64 } }, { { 2, 3, 60000, 60000 } }, { { 3, 60000, 50, 50 } } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) one = g_bytes_new_static ("\x80", 1);
    g_autoptr (TsSource) source = ts_memory_source_new (one);
    g_autoptr (TsTensor) tensor = NULL;
    g_autoptr (TsBatch) batch = NULL;
    const gint64 strides[4] = { 0 };
    TsShape shape;
    TsLayout layout;
    TsValueRange range;

    /* One byte repeated: costs only what is looked at. */
    ts_shape_init (&shape, 4, rows[i].dims);
    tensor = ts_tensor_new (source, 0, TS_DTYPE_UINT8, G_BYTE_ORDER, &shape, strides, &error);
    g_assert_no_error (error);
    g_assert_true (ts_layout_parse (&layout, "NCHW", 4, NULL));
    batch = ts_batch_new (tensor, &layout, &error);
    g_assert_no_error (error);
    g_assert_true (ts_value_range_guess (batch, &range, NULL, &error));
    g_assert_no_error (error);
    g_assert_false (range.exact);
    g_assert_cmpuint (range.stats.n_finite, >, 10000);
    g_assert_cmpuint (range.stats.n_finite, <=, 3 << 19);
    g_assert_cmpint (range.kind, ==, TS_VALUE_RANGE_CONSTANT);
  }
}

static void
test_cancelled (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TsBatch) batch = make_batch (TS_DTYPE_FLOAT32, 3, 16, 8, unit);
  TsValueRange range;

  g_cancellable_cancel (cancellable);
  g_assert_false (ts_value_range_guess (batch, &range, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/value-range/rules", test_rules);
  g_test_add_func ("/value-range/symmetric", test_symmetric);
  g_test_add_func ("/value-range/percentiles", test_percentiles);
  g_test_add_func ("/value-range/bounded", test_bounded);
  g_test_add_func ("/value-range/cancelled", test_cancelled);
  return g_test_run ();
}
