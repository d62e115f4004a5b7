/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-source.h"
#include "export/ts-sheet.h"
#include "view/ts-view.h"

#include <stdio.h>

/* Contact sheets against the lines of golden/grids.txt, which make-grids.py made with torchvision:
 * to the byte. */

#define HEIGHT 5
#define WIDTH  6

/* One bare array of @n images. */
static TsView *
make_view (guint n, guint channels)
{
  guint64 dims[4] = { n, channels, HEIGHT, WIDTH };
  gsize n_values = (gsize) n * channels * HEIGHT * WIDTH;
  float *values = g_new (float, n_values);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (TsSource) source = ts_memory_source_new (empty);
  g_autoptr (TsDocument) document = NULL;
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  TsNode *root = ts_node_new_container ("", "dict");
  guint32 state = 1;
  TsShape shape;
  TsView *view;

  for (gsize i = 0; i < n_values; i++) {
    state = 1664525u * state + 1013904223u;
    values[i] = (float) (state >> 20) / 1024 - 2;
  }
  bytes = g_bytes_new_take (values, n_values * sizeof *values);
  ts_shape_init (&shape, 4, dims);
  tensor = ts_tensor_new_from_bytes (bytes, TS_DTYPE_FLOAT32, &shape, &error);
  g_assert_no_error (error);
  ts_node_take_child (root, ts_node_new_tensor ("images", tensor));
  document = ts_document_new (source, "made.npz", "npz", TS_ORIGIN_NUMPY, root);
  view = ts_view_new (document, ts_document_find (document, "images"), "NCHW", NULL, &error);
  g_assert_no_error (error);
  return view;
}

static void
set_mode (TsRecipe *recipe, const char *mode)
{
  ts_recipe_init (recipe);
  if (g_str_equal (mode, "plain"))
    return;
  if (g_str_equal (mode, "range")) {
    recipe->lo[0] = -1;
    return;
  }
  recipe->range_mode = TS_RANGE_MINMAX;
  recipe->scope = g_str_equal (mode, "each") ? TS_SCOPE_IMAGE : TS_SCOPE_SELECTION;
}

/* Words: images, channels, columns, padding, mode, pad value, width, height, digest. */
static void
check_line (const char *line, TsView *view, const guint64 *indices, gboolean is_whole)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  g_autoptr (TsBatchStats) stats = ts_batch_stats_new (ts_view_get_batch (view));
  guint n = (guint) g_ascii_strtoull (words[0], NULL, 10);
  g_autofree char *digest = NULL;
  g_autoptr (GError) error = NULL;
  TsSheetOptions options;
  TsPicture picture;
  TsRecipe recipe;

  ts_sheet_options_init (&options);
  options.n_columns = (guint) g_ascii_strtoull (words[2], NULL, 10);
  options.padding = (guint) g_ascii_strtoull (words[3], NULL, 10);
  options.pad_value = g_ascii_strtod (words[5], NULL);
  set_mode (&recipe, words[4]);
  ts_sheet_render (view, stats, &recipe, &options, is_whole ? NULL : indices, is_whole ? 0 : n,
                   &picture, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (picture.width, ==, g_ascii_strtoull (words[6], NULL, 10));
  g_assert_cmpuint (picture.height, ==, g_ascii_strtoull (words[7], NULL, 10));
  g_assert_cmpuint (picture.stride_bytes, ==, picture.width * 3);
  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, picture.pixels,
                                        picture.stride_bytes * picture.height);
  if (!g_str_equal (digest, words[8]))
    g_error ("differs: %s", line);
  g_free ((guint8 *) picture.pixels);
}

static void
test_grids (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "pixels", "golden", "grids.txt", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;
  g_auto (GStrv) lines = NULL;
  guint64 indices[64];
  guint n_lines = 0;

  for (guint i = 0; i < G_N_ELEMENTS (indices); i++)
    indices[i] = i;
  g_file_get_contents (path, &content, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (content, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++, n_lines++) {
    guint n = 0, channels = 0;

    g_assert_cmpint (sscanf (lines[i], "%u %u", &n, &channels), ==, 2);

    /* As the whole batch, and as the first images of a larger one. */
    g_autoptr (TsView) view = make_view (n, channels);
    g_autoptr (TsView) larger = make_view (64, channels);

    check_line (lines[i], view, indices, TRUE);
    check_line (lines[i], larger, indices, FALSE);
  }
  g_assert_cmpuint (n_lines, ==, 192);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grids/torchvision", test_grids);
  return g_test_run ();
}
