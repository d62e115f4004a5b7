/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "tensor/ts-document.h"

#include <string.h>

/* 0, 1, 2, ... as little- or big-endian int16. */
static TsSource *
counting_source (guint n, gboolean is_big)
{
  guint16 *data = g_new (guint16, n);
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < n; i++)
    data[i] = is_big ? GUINT16_TO_BE ((guint16) i) : GUINT16_TO_LE ((guint16) i);
  bytes = g_bytes_new_take (data, n * sizeof *data);
  return ts_memory_source_new (bytes);
}

static void
test_read_random_windows (void)
{
  g_autoptr (TsSource) little = counting_source (60000, FALSE);
  g_autoptr (TsSource) big = counting_source (60000, TRUE);

  for (guint round = 0; round < 3000; round++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsTensor) tensor = NULL;
    g_autoptr (TsBlock) block = NULL;
    g_autofree double *values = NULL;
    gboolean is_big = g_test_rand_int_range (0, 2);
    guint n_dims = (guint) g_test_rand_int_range (0, 5);
    guint64 offset = (guint64) g_test_rand_int_range (0, 50);
    TsShape shape = { .n_dims = n_dims };
    gint64 strides[TS_MAX_DIMS];
    guint64 start[TS_MAX_DIMS], count[TS_MAX_DIMS], at[TS_MAX_DIMS] = { 0 };
    guint64 n = 1;

    for (guint i = 0; i < n_dims; i++) {
      static const gint64 choices[] = { 0, 1, 2, 3, 7, 60, 61, 500, 3000 };

      shape.dims[i] = (guint64) g_test_rand_int_range (1, 6);
      strides[i] = choices[g_test_rand_int_range (0, G_N_ELEMENTS (choices))];
      start[i] = (guint64) g_test_rand_int_range (0, (int) shape.dims[i]);
      count[i] = (guint64) g_test_rand_int_range (1, (int) (shape.dims[i] - start[i]) + 1);
      n *= count[i];
    }
    tensor = ts_tensor_new (is_big ? big : little, offset * 2, TS_DTYPE_INT16,
                            is_big ? G_BIG_ENDIAN : G_LITTLE_ENDIAN, &shape, strides, &error);
    g_assert_no_error (error);
    block = ts_tensor_read (tensor, start, count, NULL, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (ts_block_get_n_elements (block), ==, n);
    values = g_new (double, n);
    ts_block_load_doubles (block, values);
    for (guint64 k = 0; k < n; k++) {
      guint64 expected = offset;

      for (guint i = 0; i < n_dims; i++)
        expected += (start[i] + at[i]) * (guint64) strides[i];
      g_assert_cmpfloat (values[k], ==, (double) (gint16) (guint16) expected);
      for (guint i = n_dims; i-- > 0;) {
        if (++at[i] < count[i])
          break;
        at[i] = 0;
      }
    }
  }
}

/* What is in memory already is taken where it lies, and stays as long as the block; what has
 * another byte order is a copy. */
static void
test_read_in_memory (void)
{
  const guint64 start[1] = { 5 }, count[1] = { 7 };
  const TsShape shape = { .n_dims = 1, .dims = { 100 } };

  for (guint is_big = 0; is_big < 2; is_big++) {
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();
    TsSource *source = counting_source (100, is_big);
    const guint8 *there = ts_source_peek (source);
    TsTensor *tensor = ts_tensor_new (source, 0, TS_DTYPE_INT16,
                                      is_big ? G_BIG_ENDIAN : G_LITTLE_ENDIAN, &shape, NULL, NULL);
    g_autoptr (TsBlock) block = ts_tensor_read (tensor, start, count, NULL, NULL);
    g_autoptr (GError) error = NULL;
    double values[7];

    g_cancellable_cancel (cancellable);
    g_assert_null (ts_tensor_read (tensor, start, count, cancellable, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    if (is_big == (G_BYTE_ORDER == G_BIG_ENDIAN))
      g_assert_true (block->data == there + 10);
    else
      g_assert_true (block->data < there || block->data >= there + 200);
    g_object_unref (tensor);
    g_object_unref (source);
    ts_block_load_doubles (block, values);
    for (guint i = 0; i < 7; i++)
      g_assert_cmpfloat (values[i], ==, 5 + i);
  }
}

static void
test_bounds (void)
{
  g_autoptr (TsSource) source = counting_source (100, FALSE);
  static const struct
  {
    guint64 offset, dims[2];
    gint64 strides[2];
    int code; /* -1: fine */
  } cases[] = {
    { 0, { 10, 10 }, { 10, 1 }, -1 },
    { 2, { 10, 10 }, { 10, 1 }, TS_ERROR_TRUNCATED },
    { 0, { 10, 10 }, { 10, 2 }, TS_ERROR_TRUNCATED },
    { 0, { 10, 10 }, { -10, 1 }, TS_ERROR_CORRUPT },
    { 198, { 1 << 30, 1 << 30 }, { 0, 0 }, -1 },
    { 199, { 1, 1 }, { 0, 0 }, TS_ERROR_TRUNCATED },
    { 1000, { 0, 5 }, { 5, 1 }, -1 },
    { 0, { G_MAXUINT64, 2 }, { 0, 0 }, TS_ERROR_CORRUPT },
    { 0, { 3, 2 }, { G_MAXINT64, 1 }, TS_ERROR_CORRUPT },
    { G_MAXUINT64 - 1, { 1, 1 }, { 1, 1 }, TS_ERROR_TRUNCATED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsTensor) tensor = NULL;
    TsShape shape;

    ts_shape_init (&shape, 2, cases[i].dims);
    tensor = ts_tensor_new (source, cases[i].offset, TS_DTYPE_INT16, G_LITTLE_ENDIAN, &shape,
                            cases[i].strides, &error);
    if (cases[i].code < 0)
      g_assert_no_error (error);
    else
      g_assert_error (error, TS_ERROR, cases[i].code);
    g_assert_true ((tensor != NULL) == (error == NULL));
  }
}

/* An expanded view claims 2^60 elements of a two-byte file: reading all of it is refused. */
static void
test_expanded_is_refused (void)
{
  g_autoptr (TsSource) source = counting_source (1, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (TsBlock) block = NULL;
  const gint64 strides[] = { 0, 0 };
  TsShape shape = { .n_dims = 2, .dims = { 1 << 30, 1 << 30 } };

  tensor = ts_tensor_new (source, 0, TS_DTYPE_INT16, G_LITTLE_ENDIAN, &shape, strides, &error);
  g_assert_no_error (error);
  block = ts_tensor_read_all (tensor, NULL, &error);
  g_assert_error (error, TS_ERROR, TS_ERROR_REFUSED);
  g_assert_null (block);
}

static void
test_digest (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsSource) source = counting_source (60000, TRUE);
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (GChecksum) expected = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *digest = NULL;
  TsShape shape = { .n_dims = 3, .dims = { 300, 10, 20 } };
  gint64 strides[TS_MAX_DIMS];

  ts_shape_get_fortran_strides (&shape, strides);
  tensor = ts_tensor_new (source, 0, TS_DTYPE_INT16, G_BIG_ENDIAN, &shape, strides, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 300; i++) {
    for (guint j = 0; j < 10; j++) {
      for (guint k = 0; k < 20; k++) {
        guint16 value = GUINT16_TO_LE ((guint16) (i + 300 * j + 3000 * k));

        g_checksum_update (expected, (const guchar *) &value, 2);
      }
    }
  }
  digest = ts_tensor_digest (tensor, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (digest, ==, g_checksum_get_string (expected));
}

static void
test_digest_in_pieces (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *data = g_malloc (40 << 20);
  g_autofree char *expected = NULL, *digest = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TsTensor) tensor = NULL;
  TsShape shape = { .n_dims = 3, .dims = { 5, 2048, 4096 } };

  for (guint i = 0; i < 40 << 20; i++)
    data[i] = (guint8) (i * 2654435761u >> 24);
  expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, 40 << 20);
  bytes = g_bytes_new_static (data, 40 << 20);
  tensor = ts_tensor_new_from_bytes (bytes, TS_DTYPE_UINT8, &shape, &error);
  g_assert_no_error (error);
  digest = ts_tensor_digest (tensor, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (digest, ==, expected);
}

static TsNode *
small_tensor_node (const char *name)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\0\1\2\3", 4);
  TsShape shape = { .n_dims = 1, .dims = { 4 } };
  g_autoptr (TsTensor) tensor = ts_tensor_new_from_bytes (bytes, TS_DTYPE_UINT8, &shape, NULL);

  return ts_node_new_tensor (name, tensor);
}

static void
test_document (void)
{
  g_autoptr (TsNode) root = ts_node_new_container ("", "dict");
  TsNode *inner = ts_node_new_container ("g/ema", "dict");
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (TsSource) source = ts_memory_source_new (bytes);
  g_autoptr (TsDocument) document = NULL;
  g_autoptr (GError) reason = g_error_new_literal (TS_ERROR, TS_ERROR_CORRUPT, "broken");
  GPtrArray *arrays;

  ts_node_take_child (root, small_tensor_node ("images"));
  ts_node_take_child (root, inner);
  ts_node_take_child (inner, small_tensor_node ("w.0"));
  ts_node_take_child (inner, ts_node_new_error ("bad", reason));
  ts_node_take_child (root, ts_node_new_scalar ("step", g_variant_new_int64 (2999)));
  ts_node_take_child (root, ts_node_new_scalar ("psi", g_variant_new_double (0.8)));
  document = ts_document_new (source, "x.pt", "torch", TS_ORIGIN_TORCH, root);

  arrays = ts_document_get_arrays (document);
  g_assert_cmpuint (arrays->len, ==, 3);
  g_assert_cmpstr (ts_node_get_path (g_ptr_array_index (arrays, 0)), ==, "images");
  g_assert_cmpstr (ts_node_get_path (g_ptr_array_index (arrays, 1)), ==, "g/ema/w.0");
  g_assert_true (ts_document_find (document, "g/ema/w.0") == g_ptr_array_index (arrays, 1));
  g_assert_true (ts_document_find (document, "") == root);
  g_assert_null (ts_document_find (document, "g"));
  g_assert_null (ts_document_find (document, "images/x"));
  g_assert_cmpstr (ts_node_get_summary (ts_document_find (document, "psi")), ==, "0.8");
  g_assert_cmpstr (ts_node_get_summary (ts_document_find (document, "step")), ==, "2999");
  g_assert_cmpstr (ts_node_get_summary (ts_document_find (document, "images")), ==, "uint8 · 4");
  g_assert_cmpstr (ts_node_get_summary (root), ==, "dict of 4");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (document)), ==, 4);
}

static void
test_format_element (void)
{
  const float single = 0.1f;
  const double wide = 0.1;
  const gint64 big = -9007199254740993;
  g_autofree char *a = ts_dtype_format_element (TS_DTYPE_FLOAT32, (const guint8 *) &single);
  g_autofree char *b = ts_dtype_format_element (TS_DTYPE_FLOAT64, (const guint8 *) &wide);
  g_autofree char *c = ts_dtype_format_element (TS_DTYPE_INT64, (const guint8 *) &big);

  g_assert_cmpstr (a, ==, "0.1");
  g_assert_cmpstr (b, ==, "0.1");
  g_assert_cmpstr (c, ==, "-9007199254740993");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensor/read-random-windows", test_read_random_windows);
  g_test_add_func ("/tensor/read-in-memory", test_read_in_memory);
  g_test_add_func ("/tensor/bounds", test_bounds);
  g_test_add_func ("/tensor/expanded-is-refused", test_expanded_is_refused);
  g_test_add_func ("/tensor/digest", test_digest);
  g_test_add_func ("/tensor/digest-in-pieces", test_digest_in_pieces);
  g_test_add_func ("/document/tree", test_document);
  g_test_add_func ("/dtype/format-element", test_format_element);
  return g_test_run ();
}
