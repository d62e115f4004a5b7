/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-raw.h"

#include "base/ts-error.h"

#include <string.h>

/* Files without a format, whose bytes are said to mean something. */

static TsSource *
make_source (gsize n_bytes)
{
  guint8 *data = g_malloc (n_bytes);

  for (gsize i = 0; i < n_bytes; i++)
    data[i] = (guint8) i;
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, n_bytes);
  return ts_memory_source_new (bytes);
}

static TsDocument *
open_raw (gsize n_bytes, const char *text, GError **error)
{
  g_autoptr (TsSource) source = make_source (n_bytes);
  TsRawOptions options;

  if (!ts_raw_options_parse (&options, text, error))
    return NULL;
  return ts_raw_open (source, "x.bin", &options, error);
}

static void
test_text (void)
{
  const char *const same[] = { "float32:64x3x64x64@16", "uint8:7", "uint16:?x5,big",
                               "uint8:2x2x3@1,big,row=9" };
  const char *const wrong[][2] = {
    { "float32", "is not of the form" }, { "", "is not of the form" },
    { "float99:3", "no dtype" },         { "uint8:", "1 to 64 sizes" },
    { "uint8:3x", "no size" },           { "uint8:3x0", "no size" },
    { "uint8:?x?", "Only one" },         { "uint8:3@x", "no offset" },
    { "uint8:3@-1", "no offset" },       { "uint8:3,huge", "none of big" },
    { "uint8:3,row=0", "none of big" },  { "uint8:99999999999999999999", "no size" },
  };
  TsRawOptions options;

  for (gsize i = 0; i < G_N_ELEMENTS (same); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *text = NULL;

    ts_raw_options_parse (&options, same[i], &error);
    g_assert_no_error (error);
    text = ts_raw_options_to_string (&options);
    g_assert_cmpstr (text, ==, same[i]);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (ts_raw_options_parse (&options, wrong[i][0], &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, wrong[i][1]));
  }
}

/* What the last element reads as: the source counts its bytes up. */
static void
test_open (void)
{
  const struct
  {
    gsize n_bytes;
    const char *text;
    const char *shape;
    double last;
    guint n_warnings;
  } rows[] = {
    { 24, "uint8:2x3x4", "2×3×4", 23, 0 },
    { 30, "uint8:2x3x4@4", "2×3×4", 27, 1 },
    { 8, "uint16:4", "4", 7 * 256 + 6, 0 },
    { 8, "uint16:4,big", "4", 6 * 256 + 7, 0 },
    { 29, "uint8:?x2x2@1", "7×2×2", 28, 0 },
    { 31, "uint8:?x2x2@1", "7×2×2", 28, 1 },
    { 21, "uint8:3x5,row=8", "3×5", 20, 0 },      /* the last row ends early */
    { 22, "uint8:2x3x3,row=11", "2×3×3", 19, 0 }, /* 2 rows of 3 pixels of r, g, b */
    { 64, "uint8:2x2x5x3,row=16", "2×2×5×3", 62, 0 },
    { 66, "uint8:2x2x5x3,row=16", "2×2×5×3", 62, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsDocument) document = open_raw (rows[i].n_bytes, rows[i].text, &error);
    g_autofree char *shape = NULL;
    TsTensor *tensor;
    double last;
    const TsShape *dims;
    guint64 start[TS_MAX_DIMS], count[TS_MAX_DIMS];

    g_test_message ("%s", rows[i].text);
    g_assert_no_error (error);
    g_assert_cmpstr (ts_document_get_format_id (document), ==, "raw");
    g_assert_cmpuint (ts_document_get_warnings (document)->len, ==, rows[i].n_warnings);
    tensor = ts_node_get_tensor (ts_document_get_root (document));
    dims = ts_tensor_get_shape (tensor);
    shape = ts_shape_to_string (dims);
    g_assert_cmpstr (shape, ==, rows[i].shape);
    for (guint k = 0; k < dims->n_dims; k++) {
      start[k] = dims->dims[k] - 1;
      count[k] = 1;
    }
    g_autoptr (TsBlock) block = ts_tensor_read (tensor, start, count, NULL, &error);

    g_assert_no_error (error);
    ts_block_load_doubles (block, &last);
    g_assert_cmpfloat (last, ==, rows[i].last);
  }
}

static void
test_too_small (void)
{
  const char *const rows[][2] = {
    { "float32:8x4",
      "needs 128 bytes, but the file has 100 from byte 0 on; a first axis of 6 would" },
    { "float32:25@4", "needs 100 bytes, but the file has 96 from byte 4" },
    { "uint8:1@101", "behind the end" },
    { "uint8:?x101", "One step of the open axis takes 101 bytes" },
    { "uint8:9x9,row=8", "A row takes 9 bytes" },
    { "uint16:2x3,row=7", "no multiple" },
    { "uint8:5,row=7", "no rows" },
    { "float64:4294967296x4294967296x4", "larger than any file" },
    { "uint8:?x4294967296x4294967296", "larger than any file" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (open_raw (100, rows[i][0], &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
    g_test_message ("%s", error->message);
    g_assert_true (g_str_has_prefix (error->message, "x.bin: "));
    g_assert_nonnull (strstr (error->message, rows[i][1]));
  }
}

static void
test_suggest (void)
{
  const gsize n = 5 * 3 * 64 * 64;
  float *floats = g_new (float, n);
  g_autoptr (GArray) suggested = NULL;
  g_autoptr (TsSource) source = NULL;
  g_autofree char *best = NULL;

  for (gsize i = 0; i < n; i++)
    floats[i] = (float) (i % 97) / 97 - 0.5f;
  g_autoptr (GBytes) bytes = g_bytes_new_take (floats, n * sizeof (float));

  source = ts_memory_source_new (bytes);
  suggested = ts_raw_suggest (source, 0, NULL);
  g_assert_cmpuint (suggested->len, >, 2);
  g_assert_cmpuint (suggested->len, <=, 12);
  best = ts_raw_options_to_string (&g_array_index (suggested, TsRawOptions, 0));
  g_assert_cmpstr (best, ==, "float32:5x3x64x64");
  for (guint i = 0; i < suggested->len; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsDocument) document =
                   ts_raw_open (source, "x", &g_array_index (suggested, TsRawOptions, i), &error);

    g_assert_no_error (error);
    g_assert_cmpuint (ts_document_get_warnings (document)->len, ==, 0);
  }

  g_autoptr (TsSource) square = make_source (31 * 31);
  g_autoptr (GArray) one = ts_raw_suggest (square, 0, NULL);
  gboolean found = FALSE;

  for (guint i = 0; i < one->len; i++) {
    g_autofree char *text = ts_raw_options_to_string (&g_array_index (one, TsRawOptions, i));
    found = found || g_str_equal (text, "uint8:31x31");
  }
  g_assert_true (found);

  g_autoptr (GArray) none = ts_raw_suggest (square, 31 * 31, NULL);
  g_assert_cmpuint (none->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/raw/text", test_text);
  g_test_add_func ("/raw/open", test_open);
  g_test_add_func ("/raw/too-small", test_too_small);
  g_test_add_func ("/raw/suggest", test_suggest);
  return g_test_run ();
}
