/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "export/ts-export-job.h"
#include "export/ts-export-settings.h"
#include "export/ts-sheet.h"
#include "pixels/ts-overlay.h"

#include "decode.h"
#include "dump.h"

#include <glib/gstdio.h>

/* What lies over the images is in files, sheets and records; stripes only where they are asked for.
 */

#define N      3
#define HEIGHT 6
#define WIDTH  4

typedef struct
{
  char *folder;
  TsDocument *document;
  TsView *view;
  TsBatchStats *stats;
  TsRecipe recipe;
} Fixture;

static TsDocument *
make_document (void)
{
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (TsSource) source = ts_memory_source_new (empty);
  TsNode *root = ts_node_new_container ("", "dict");
  gsize n = N * 3 * HEIGHT * WIDTH;
  float *values = g_new (float, n);
  guint8 *masks = g_new (guint8, N * HEIGHT * WIDTH);
  TsShape shape;

  for (gsize i = 0; i < n; i++)
    values[i] = dump_value (i) * 1.4f;
  for (gsize i = 0; i < N * HEIGHT * WIDTH; i++)
    masks[i] = (guint8) (i % 3);
  ts_shape_init (&shape, 4, (const guint64[]){ N, 3, HEIGHT, WIDTH });
  ts_node_take_child (root, dump_tensor ("images", values, n * 4, TS_DTYPE_FLOAT32, &shape));
  ts_shape_init (&shape, 3, (const guint64[]){ N, HEIGHT, WIDTH });
  ts_node_take_child (root,
                      dump_tensor ("masks", masks, N * HEIGHT * WIDTH, TS_DTYPE_UINT8, &shape));
  return ts_document_new (source, "run.npz", "npz", TS_ORIGIN_NUMPY, root);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("tenscope-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->document = make_document ();
  fixture->view = ts_view_new (fixture->document, ts_document_find (fixture->document, "images"),
                               "NCHW", NULL, &error);
  g_assert_no_error (error);
  fixture->stats = ts_batch_stats_new_for_view (fixture->view);
  ts_recipe_init (&fixture->recipe);
  g_assert_true (ts_recipe_set_preset (&fixture->recipe, "tanh", NULL));
  ts_recipe_set_overlay (&fixture->recipe, "masks");
  fixture->recipe.overlay_alpha = 0.6;
  fixture->recipe.zebra = TRUE;
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR))
      remove_folder (child);
    g_remove (child);
  }
  g_rmdir (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_object_unref (fixture->stats);
  g_object_unref (fixture->view);
  g_object_unref (fixture->document);
}

static guint8 *
render_expected (Fixture *fixture, guint64 index, gboolean zebra)
{
  g_autoptr (TsOverlay) overlay = NULL;
  g_autoptr (GError) error = NULL;
  TsRecipe recipe = fixture->recipe;
  guint8 *out = g_malloc (HEIGHT * WIDTH * 3);
  TsResolved resolved;

  recipe.zebra = zebra;
  g_assert_true (ts_overlay_open (fixture->view, &recipe, &overlay, &error));
  g_assert_true (ts_resolve (&recipe, fixture->stats, index, &resolved, NULL, &error));
  g_assert_true (ts_render_with_overlay (ts_view_get_batch (fixture->view), overlay, index, NULL,
                                         &recipe, &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY, out,
                                         WIDTH * 3, NULL, NULL, &error));
  g_assert_no_error (error);
  return out;
}

static char *
read_text (const char *folder, const char *name, gsize *n_bytes)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, n_bytes, &error);
  g_assert_no_error (error);
  return text;
}

static void
run (Fixture *fixture, TsExportOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsExportJob) job = ts_export_job_new (fixture->view, fixture->stats, &fixture->recipe,
                                                   options, NULL, 0, &error);

  g_assert_no_error (error);
  g_assert_true (ts_export_job_run (job, NULL, &error));
  g_assert_cmpuint (ts_export_job_get_failures (job)->len, ==, 0);
}

static void
check_images (Fixture *fixture, gboolean zebra)
{
  for (guint k = 0; k < N; k++) {
    g_autofree char *name = g_strdup_printf ("images/run_%u.png", k);
    g_autofree guint8 *expected = render_expected (fixture, k, zebra);
    g_autoptr (GBytes) bytes = NULL;
    g_auto (Decoded) decoded = { 0 };
    gsize n_bytes;
    char *png = read_text (fixture->folder, name, &n_bytes);

    bytes = g_bytes_new_take (png, n_bytes);
    decode_png (bytes, &decoded);
    g_assert_cmpmem (decoded.pixels, decoded.n_bytes, expected, HEIGHT * WIDTH * 3);
  }
}

static void
test_files (Fixture *fixture, gconstpointer data)
{
  g_autofree char *record = NULL;
  g_autofree char *sidecar = NULL;
  g_autoptr (TsExportSettings) settings = NULL;
  g_autoptr (GError) error = NULL;
  TsExportOptions options;
  gsize n_bytes;

  ts_export_options_init (&options);
  options.folder = fixture->folder;
  run (fixture, &options);
  check_images (fixture, FALSE);
  record = read_text (fixture->folder, "export.json", &n_bytes);
  settings = ts_export_settings_read (record, n_bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (settings->recipe.overlay, ==, "masks");
  g_assert_cmpfloat (settings->recipe.overlay_alpha, ==, 0.6);
  g_assert_false (settings->recipe.zebra);
  sidecar = read_text (fixture->folder, "images/run_1.json", NULL);
  g_assert_nonnull (strstr (sidecar, "\"overlay\""));
  g_assert_null (strstr (sidecar, "\"zebra\""));
}

static void
test_zebra (Fixture *fixture, gconstpointer data)
{
  g_autofree guint8 *with = render_expected (fixture, 0, TRUE);
  g_autofree guint8 *without = render_expected (fixture, 0, FALSE);
  g_autoptr (TsExportSettings) settings = NULL;
  g_autofree char *record = NULL;
  g_autoptr (GError) error = NULL;
  TsExportOptions options;
  gsize n_bytes;

  g_assert_true (memcmp (with, without, HEIGHT * WIDTH * 3) != 0);
  ts_export_options_init (&options);
  options.folder = fixture->folder;
  options.zebra = TRUE;
  run (fixture, &options);
  check_images (fixture, TRUE);
  record = read_text (fixture->folder, "export.json", &n_bytes);
  settings = ts_export_settings_read (record, n_bytes, &error);
  g_assert_no_error (error);
  g_assert_true (settings->recipe.zebra && settings->options.zebra);
}

static void
test_sheet (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TsSheetOptions options;
  TsPicture picture;

  ts_sheet_options_init (&options);
  options.padding = 0;
  g_assert_true (ts_sheet_render (fixture->view, fixture->stats, &fixture->recipe, &options, NULL,
                                  0, &picture, NULL, &error));
  g_assert_no_error (error);
  for (guint k = 0; k < N; k++) {
    g_autofree guint8 *expected = render_expected (fixture, k, TRUE);

    for (guint y = 0; y < HEIGHT; y++)
      g_assert_cmpmem (picture.pixels + y * picture.stride_bytes + k * WIDTH * 3, WIDTH * 3,
                       expected + y * WIDTH * 3, WIDTH * 3);
  }
  g_free ((guint8 *) picture.pixels);
}

/* Values have no colours, so nothing lies over them. */
static void
test_values (Fixture *fixture, gconstpointer data)
{
  g_autofree char *sidecar = NULL;
  g_autofree char *tiff = NULL;
  TsExportOptions options;

  ts_export_options_init (&options);
  options.folder = fixture->folder;
  options.encoder = ts_encoder_find ("tiff");
  options.depth = 32;
  options.values = TS_VALUES_VALUES;
  run (fixture, &options);
  sidecar = read_text (fixture->folder, "images/run_1.json", NULL);
  g_assert_null (strstr (sidecar, "\"overlay\""));
  tiff = read_text (fixture->folder, "images/run_1.tif", NULL);
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TsExportOptions options;

  ts_export_options_init (&options);
  options.folder = fixture->folder;
  ts_recipe_set_overlay (&fixture->recipe, "nothing");
  g_assert_null (ts_export_job_new (fixture->view, fixture->stats, &fixture->recipe, &options, NULL,
                                    0, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/over/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("files", test_files);
  ADD ("zebra", test_zebra);
  ADD ("sheet", test_sheet);
  ADD ("values", test_values);
  ADD ("missing", test_missing);
  return g_test_run ();
}
