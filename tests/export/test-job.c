/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/ts-error.h"
#include "decode.h"
#include "dump.h"
#include "export/ts-export-job.h"
#include "export/ts-json-reader.h"
#include "export/ts-recipe-json.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define N      12
#define HEIGHT 9
#define WIDTH  7

typedef struct
{
  char *folder;
  TsDocument *document;
  TsView *view;
  TsBatchStats *stats;
  TsRecipe recipe;
  TsExportOptions options;
} Fixture;

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR))
      remove_tree (child);
    else
      g_unlink (child);
  }
  g_rmdir (path);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *root = g_dir_make_tmp ("tenscope-XXXXXX", NULL);
  TsImageSize size;

  fixture->folder = g_build_filename (root, "out", NULL);
  fixture->document = dump_new (N, HEIGHT, WIDTH);
  fixture->view = dump_view (fixture->document, "images");
  fixture->stats = ts_batch_stats_new (ts_view_get_batch (fixture->view));
  ts_batch_get_max_size (ts_view_get_batch (fixture->view), &size);
  ts_recipe_init_for_range (&fixture->recipe, ts_view_get_value_range (fixture->view), &size);
  ts_export_options_init (&fixture->options);
  fixture->options.folder = fixture->folder;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autofree char *root = g_path_get_dirname (fixture->folder);

  remove_tree (root);
  g_object_unref (fixture->stats);
  g_object_unref (fixture->view);
  g_object_unref (fixture->document);
  g_free (fixture->folder);
}

static TsExportJob *
new_job (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  TsExportJob *job = ts_export_job_new (fixture->view, fixture->stats, &fixture->recipe,
                                        &fixture->options, NULL, 0, &error);

  g_assert_no_error (error);
  return job;
}

static TsExportProgress
run (Fixture *fixture)
{
  g_autoptr (TsExportJob) job = new_job (fixture);
  g_autoptr (GError) error = NULL;
  TsExportProgress progress;

  ts_export_job_run (job, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_export_job_get_failures (job)->len, ==, 0);
  ts_export_job_get_progress (job, &progress);
  g_assert_cmpuint (ts_export_job_get_files (job)->len, ==, progress.n_done);
  return progress;
}

static char *
read_text (const char *folder, const char *name, gsize *length)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, length, &error);
  g_assert_no_error (error);
  return text;
}

static GBytes *
read_bytes (const char *folder, const char *name)
{
  gsize length;
  char *text = read_text (folder, name, &length);

  return g_bytes_new_take (text, length);
}

/* Names in the folder by ending; every name has one of the three endings. */
static void
count_files (Fixture *fixture, const char *suffix, guint *n_images, guint *n_sidecars)
{
  g_autofree char *images = g_build_filename (fixture->folder, "images", NULL);
  g_autoptr (GDir) dir = g_dir_open (images, 0, NULL);
  const char *name;

  *n_images = *n_sidecars = 0;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    if (g_str_has_suffix (name, suffix)) {
      g_autofree char *stem = g_strndup (name, strlen (name) - strlen (suffix));
      g_autofree char *sidecar = g_strdup_printf ("%s/%s.json", images, stem);

      (*n_images)++;
      g_assert_null (strchr (stem, '.'));
      if (fixture->options.sidecar)
        g_assert_true (g_file_test (sidecar, G_FILE_TEST_EXISTS));
    } else if (g_str_has_suffix (name, ".json")) {
      (*n_sidecars)++;
    } else {
      g_assert_cmpstr (name, ==, "metadata.jsonl");
    }
  }
}

static void
assert_counts (Fixture *fixture, const char *suffix, guint n_expected)
{
  guint n_images, n_sidecars;

  count_files (fixture, suffix, &n_images, &n_sidecars);
  g_assert_cmpuint (n_images, ==, n_expected);
  g_assert_cmpuint (n_sidecars, ==, fixture->options.sidecar ? n_expected : 0);
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonObject *out = NULL;

  g_assert_true (ts_json_get_object (object, "", name, &out, NULL));
  g_assert_nonnull (out);
  return out;
}

static void
test_whole (Fixture *fixture, gconstpointer data)
{
  TsExportProgress progress = run (fixture);
  g_autofree char *metadata = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_cmpuint (progress.n_done, ==, N);
  assert_counts (fixture, ".png", N);
  metadata = read_text (fixture->folder, "images/metadata.jsonl", NULL);
  lines = g_strsplit (metadata, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, N + 1);
  for (guint i = 0; i < N; i++) {
    g_autofree char *expected =
        g_strdup_printf ("{\"file_name\":\"run_7_%02u.png\",\"index\":%u,\"label\":%u,\"seed\":%u,"
                         "\"truncation_psi\":0.7,\"model\":\"tiny \\u00e4 \\\"quoted\\\"\"}",
                         i, i, i % 2, 100 + i);

    g_assert_cmpstr (lines[i], ==, expected);
  }
  g_assert_cmpstr (lines[N], ==, "");
}

static void
test_pixels (Fixture *fixture, gconstpointer data)
{
  run (fixture);
  for (guint k = 0; k < N; k++) {
    g_autofree char *name = g_strdup_printf ("images/run_7_%02u.png", k);
    g_autoptr (GBytes) bytes = read_bytes (fixture->folder, name);
    g_auto (Decoded) decoded = { 0 };

    decode_png (bytes, &decoded);
    g_assert_cmpuint (decoded.width, ==, WIDTH);
    g_assert_cmpuint (decoded.height, ==, HEIGHT);
    for (guint i = 0; i < WIDTH * HEIGHT; i++)
      for (guint c = 0; c < 3; c++) {
        float x = dump_value (((gsize) k * 3 + c) * WIDTH * HEIGHT + i);
        double t = CLAMP ((double) x * 0.5 + 0.5, 0, 1) * 255 + 0.5;

        g_assert_cmpint (ABS (decoded.pixels[3 * i + c] - (int) t), <=, 1);
      }
    g_assert_nonnull (strstr (decoded.metadata, "\"index\":"));
    g_assert_null (strstr (decoded.metadata, "\"data\""));
    g_assert_null (strstr (decoded.metadata, "created"));
    g_assert_null (strstr (decoded.metadata, fixture->folder));

    /* The image restores how it was looked at. */
    TsRecipe recipe;
    g_autoptr (GError) error = NULL;

    g_assert_true (ts_recipe_from_json (&recipe, decoded.metadata, -1, &error));
    g_assert_no_error (error);
    g_assert_cmpstr (recipe.preset, ==, "tanh");
  }
}

static void
test_sidecar (Fixture *fixture, gconstpointer data)
{
  run (fixture);
  for (guint k = 0; k < N; k++) {
    g_autofree char *name = g_strdup_printf ("images/run_7_%02u.json", k);
    g_autofree char *text = read_text (fixture->folder, name, NULL);
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) root = ts_json_parse (text, -1, &error);
    double latents[DUMP_LATENTS];
    double numbers[3];
    guint n;

    g_assert_no_error (error);
    for (const char *p = text; *p != '\0'; p++)
      g_assert_true (g_ascii_isprint (*p) || *p == '\n');

    JsonObject *object = json_node_get_object (root);
    JsonObject *z = get_object (get_object (object, "latents"), "z");

    g_assert_cmpstr (json_object_get_string_member (object, "schema"), ==, "tenscope-sidecar");
    g_assert_cmpint (json_object_get_int_member (object, "schema_version"), ==, 1);
    g_assert_cmpstr (json_object_get_string_member (z, "dtype"), ==, "float32");
    g_assert_cmpstr (json_object_get_string_member (z, "encoding"), ==, "list");
    g_assert_true (ts_json_get_doubles (z, "", "data", latents, DUMP_LATENTS, &n, &error));
    g_assert_cmpuint (n, ==, DUMP_LATENTS);
    for (guint i = 0; i < n; i++) {
      float back = (float) latents[i], expected = dump_latent (k * DUMP_LATENTS + i);

      if (expected == expected)
        g_assert_cmpmem (&back, 4, &expected, 4);
      else
        g_assert_true (back != back);
    }

    JsonObject *source = get_object (object, "source"), *view = get_object (object, "view");
    JsonObject *params = get_object (object, "params"), *image = get_object (object, "image");

    g_assert_cmpstr (json_object_get_string_member (source, "file"), ==, "run.7.pt");
    g_assert_cmpstr (json_object_get_string_member (source, "key"), ==, "images");
    g_assert_cmpint (json_object_get_int_member (source, "index"), ==, k);
    g_assert_cmpstr (json_object_get_string_member (source, "layout"), ==, "NCHW");
    g_assert_cmpint (json_object_get_int_member (params, "seed"), ==, 100 + k);
    g_assert_cmpint (json_object_get_int_member (params, "label"), ==, k % 2);
    g_assert_cmpfloat (json_object_get_double_member (params, "truncation_psi"), ==, 0.7);
    g_assert_cmpint (json_object_get_int_member (image, "width"), ==, WIDTH);
    g_assert_true (
        ts_json_get_doubles (get_object (view, "affine"), "", "scale", numbers, 3, &n, &error));
    g_assert_cmpuint (n, ==, 3);
    g_assert_cmpfloat (numbers[0], ==, 0.5);
    g_assert_true (
        ts_json_get_doubles (get_object (view, "range"), "", "hi", numbers, 3, &n, &error));
    g_assert_cmpfloat (numbers[2], ==, 1);
  }
}

static void
test_collision_fail (Fixture *fixture, gconstpointer data)
{
  run (fixture);

  g_autoptr (GBytes) before = read_bytes (fixture->folder, "images/run_7_03.json");
  g_autoptr (TsExportJob) job = new_job (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_false (ts_export_job_run (job, NULL, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_EXISTS);

  g_autoptr (GBytes) after = read_bytes (fixture->folder, "images/run_7_03.json");

  g_assert_true (g_bytes_equal (before, after));
}

static void
test_collision_skip (Fixture *fixture, gconstpointer data)
{
  g_autofree char *image = g_build_filename (fixture->folder, "images", "run_7_03.png", NULL);
  TsExportProgress progress;

  run (fixture);
  g_autofree char *before = read_text (fixture->folder, "images/metadata.jsonl", NULL);

  /* what a killed export leaves: a sidecar without its image */
  g_unlink (image);
  fixture->options.collision = TS_COLLISION_SKIP;
  progress = run (fixture);
  g_assert_cmpuint (progress.n_done, ==, 1);
  g_assert_cmpuint (progress.n_skipped, ==, N - 1);
  assert_counts (fixture, ".png", N);

  g_autofree char *after = read_text (fixture->folder, "images/metadata.jsonl", NULL);

  g_assert_cmpstr (before, ==, after);
}

static void
test_collision_overwrite (Fixture *fixture, gconstpointer data)
{
  run (fixture);
  fixture->recipe.invert = TRUE;
  fixture->options.collision = TS_COLLISION_OVERWRITE;

  g_autoptr (GBytes) before = read_bytes (fixture->folder, "images/run_7_03.png");

  g_assert_cmpuint (run (fixture).n_done, ==, N);
  assert_counts (fixture, ".png", N);

  g_autoptr (GBytes) after = read_bytes (fixture->folder, "images/run_7_03.png");

  g_assert_false (g_bytes_equal (before, after));
}

static void
test_collision_number (Fixture *fixture, gconstpointer data)
{
  g_autofree char *metadata = NULL;
  g_auto (GStrv) lines = NULL;

  run (fixture);
  fixture->options.collision = TS_COLLISION_NUMBER;
  run (fixture);
  assert_counts (fixture, ".png", 2 * N);
  metadata = read_text (fixture->folder, "images/metadata.jsonl", NULL);
  lines = g_strsplit (metadata, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 2 * N + 1);
  g_assert_nonnull (strstr (lines[N], "\"run_7_00-1.png\""));

  /* the record of the first export is kept */
  g_autofree char *record = g_build_filename (fixture->folder, "export-2.json", NULL);

  g_assert_true (g_file_test (record, G_FILE_TEST_EXISTS));
}

static void
test_same_names (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->options.name_template = "class{label}";
  {
    g_autoptr (TsExportJob) job = new_job (fixture);

    g_assert_false (ts_export_job_run (job, NULL, &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, "class"));
    assert_counts (fixture, ".png", 0);
  }
  fixture->options.collision = TS_COLLISION_NUMBER;
  run (fixture);
  assert_counts (fixture, ".png", N);

  g_autofree char *last = g_strdup_printf ("images/class1-%d.png", N / 2 - 1);
  g_autoptr (GBytes) bytes = read_bytes (fixture->folder, last);

  g_assert_nonnull (bytes);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *format;
    guint depth;
    TsValues values;
    int quality;
    const char *name;
    guint shard, n_shards;
    const char *message;
  } cases[] = {
    { "png", 32, 0, 90, "{index}", 0, 0, "PNG cannot hold depth 32f" },
    { "jpeg", 16, 0, 90, "{index}", 0, 0, "JPEG cannot hold depth 16" },
    { "tiff", 8, TS_VALUES_RAW, 90, "{index}", 0, 0, "raw values need depth 32f" },
    { "jpeg", 8, 0, 0, "{index}", 0, 0, "quality" },
    { "png", 8, 0, 90, "{sede}", 0, 0, "{sede}" },
    { "png", 8, 0, 90, "{index}", 3, 2, "shard" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    TsExportOptions options = fixture->options;

    options.encoder = ts_encoder_find (cases[i].format);
    options.depth = cases[i].depth;
    options.values = cases[i].values;
    options.quality = cases[i].quality;
    options.name_template = cases[i].name;
    options.shard = cases[i].shard;
    options.n_shards = cases[i].n_shards;
    g_assert_null (ts_export_job_new (fixture->view, fixture->stats, &fixture->recipe, &options,
                                      NULL, 0, &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
    if (strstr (error->message, cases[i].message) == NULL)
      g_error ("%s", error->message);
  }

  g_autoptr (GError) error = NULL;
  const guint64 indices[] = { 0, N };
  TsRecipe recipe = fixture->recipe;

  g_assert_null (ts_export_job_new (fixture->view, fixture->stats, &recipe, &fixture->options,
                                    indices, 2, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
  g_clear_error (&error);
  recipe.channel_mode = TS_CHANNELS_SINGLE;
  recipe.channels[0] = 3;
  g_assert_null (ts_export_job_new (fixture->view, fixture->stats, &recipe, &fixture->options, NULL,
                                    0, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
  g_assert_false (g_file_test (fixture->folder, G_FILE_TEST_EXISTS));
}

static void
test_selection (Fixture *fixture, gconstpointer data)
{
  const guint64 indices[] = { 7, 2, 3 };
  g_autoptr (GError) error = NULL;

  fixture->options.name_template = "{n}_{seed}";
  g_autoptr (TsExportJob) job = ts_export_job_new (fixture->view, fixture->stats, &fixture->recipe,
                                                   &fixture->options, indices, 3, &error);
  g_auto (GStrv) names = ts_export_job_preview_names (job, 2);

  g_assert_cmpstr (names[0], ==, "0_107.png");
  g_assert_cmpstr (names[1], ==, "1_102.png");
  g_assert_null (names[2]);
  g_assert_cmpuint (ts_export_job_estimate_bytes (job), >, 3000);
  g_assert_true (ts_export_job_run (job, NULL, &error));

  GPtrArray *files = ts_export_job_get_files (job);

  g_assert_cmpuint (files->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (files, 2), ==, "images/2_103.png");

  g_autofree char *record = read_text (fixture->folder, "export.json", NULL);

  g_assert_nonnull (strstr (record, "\"images\": \"7,2-3\""));
}

static void
test_threads (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = g_strdup (fixture->folder);
  g_autofree char *second = g_strconcat (first, "-2", NULL);

  fixture->options.created = "2026-01-02T03:04:05Z";
  fixture->options.n_threads = 1;
  run (fixture);
  fixture->options.n_threads = 5;
  fixture->options.folder = second;
  run (fixture);
  for (guint k = 0; k <= 2 * N; k++) {
    g_autofree char *name =
        k == 2 * N ? g_strdup ("images/metadata.jsonl")
                   : g_strdup_printf ("images/run_7_%02u.%s", k / 2, k % 2 == 0 ? "png" : "json");
    g_autoptr (GBytes) a = read_bytes (first, name);
    g_autoptr (GBytes) b = read_bytes (second, name);

    g_assert_true (g_bytes_equal (a, b));
  }
}

static void
test_shards (Fixture *fixture, gconstpointer data)
{
  gsize n_done = 0;

  fixture->options.n_shards = 5;
  for (guint k = 1; k <= 5; k++) {
    fixture->options.shard = k;
    n_done += run (fixture).n_done;
  }
  g_assert_cmpuint (n_done, ==, N);

  g_autofree char *shards = g_build_filename (fixture->folder, "shards", NULL);
  g_autofree char *line = read_text (shards, "metadata-2-of-5.jsonl", NULL);

  g_assert_true (g_str_has_prefix (line, "{\"file_name\":\"run_7_03.png\",\"index\":3,"));
}

static void
test_no_sidecar (Fixture *fixture, gconstpointer data)
{
  fixture->options.sidecar = FALSE;
  run (fixture);
  assert_counts (fixture, ".png", N);
}

static void
test_dry_run (Fixture *fixture, gconstpointer data)
{
  fixture->options.dry_run = TRUE;

  g_autoptr (TsExportJob) job = new_job (fixture);

  g_assert_true (ts_export_job_run (job, NULL, NULL));
  g_assert_cmpuint (ts_export_job_get_files (job)->len, ==, N);
  g_assert_false (g_file_test (fixture->folder, G_FILE_TEST_EXISTS));
}

static void
test_latents (Fixture *fixture, gconstpointer data)
{
  const char *none[] = { NULL }, *unknown[] = { "w", NULL };
  g_autoptr (GError) error = NULL;

  fixture->options.latents = unknown;
  g_assert_null (ts_export_job_new (fixture->view, fixture->stats, &fixture->recipe,
                                    &fixture->options, NULL, 0, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "z"));

  fixture->options.latents = none;
  run (fixture);
  g_autofree char *text = read_text (fixture->folder, "images/run_7_00.json", NULL);

  g_assert_nonnull (strstr (text, "\"latents\": {}"));
}

static void
test_float (Fixture *fixture, gconstpointer data)
{
  static const double scale[] = { 0.5, 0.5, 1 }, offset[] = { 0.5, 0.5, 0 };

  fixture->options.encoder = ts_encoder_find ("tiff");
  fixture->options.depth = 32;
  for (int values = TS_VALUES_DISPLAY; values <= TS_VALUES_RAW; values++) {
    g_autofree char *template = g_strdup_printf ("v%d_{index}", values);
    g_autofree char *name = g_strdup_printf ("images/v%d_04.tif", values);

    fixture->options.values = (TsValues) values;
    fixture->options.name_template = template;
    run (fixture);

    g_autoptr (GBytes) bytes = read_bytes (fixture->folder, name);
    g_auto (Decoded) decoded = { 0 };

    decode_tiff (bytes, &decoded);
    g_assert_true (decoded.is_float);
    for (guint i = 0; i < WIDTH * HEIGHT * 3; i++) {
      float x = dump_value ((4 * 3 + i % 3) * WIDTH * HEIGHT + i / 3);
      float got = ((const float *) (gconstpointer) decoded.pixels)[i];

      g_assert_cmpfloat_with_epsilon (got, (double) x * scale[values] + offset[values], 1e-6);
      if (values == TS_VALUES_RAW)
        g_assert_cmpfloat (got, ==, x);
    }
  }
}

static void
test_depth16 (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GHashTable) levels = g_hash_table_new (NULL, NULL);

  fixture->options.depth = 16;
  run (fixture);

  g_autoptr (GBytes) bytes = read_bytes (fixture->folder, "images/run_7_00.png");
  g_auto (Decoded) decoded = { 0 };

  decode_png (bytes, &decoded);
  for (gsize i = 0; i < decoded.n_bytes / 2; i++)
    g_hash_table_add (levels, GUINT_TO_POINTER (((guint16 *) (gpointer) decoded.pixels)[i]));
  g_assert_cmpuint (g_hash_table_size (levels), >, 150);
}

static void
test_cancelled_before (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TsExportJob) job = new_job (fixture);
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (ts_export_job_run (job, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

typedef struct
{
  TsExportJob *job;
  GCancellable *cancellable;
} Canceller;

static gpointer
cancel_thread (gpointer data)
{
  Canceller *canceller = data;
  TsExportProgress progress = { 0 };

  while (progress.n_done < 5)
    ts_export_job_get_progress (canceller->job, &progress);
  g_cancellable_cancel (canceller->cancellable);
  return NULL;
}

static void
test_cancelled_within (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TsDocument) document = dump_new (400, 24, 24);
  g_autoptr (TsView) view = dump_view (document, "images");
  g_autoptr (TsBatchStats) stats = ts_batch_stats_new (ts_view_get_batch (view));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TsExportJob) job = ts_export_job_new (view, stats, &fixture->recipe, &fixture->options,
                                                   NULL, 0, &error);
  Canceller canceller = { job, cancellable };
  GThread *thread = g_thread_new ("cancel", cancel_thread, &canceller);
  TsExportProgress progress;

  g_assert_false (ts_export_job_run (job, cancellable, &error));
  g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ts_export_job_get_progress (job, &progress);
  g_assert_cmpuint (progress.n_done, >=, 5);
  g_assert_cmpuint (progress.n_done, <, 400);
  g_assert_cmpuint (progress.n_failed, ==, 0);
  assert_counts (fixture, ".png", (guint) progress.n_done);

  /* and goes on where it was */
  fixture->options.collision = TS_COLLISION_SKIP;
  g_autoptr (TsExportJob) rest = ts_export_job_new (view, stats, &fixture->recipe,
                                                    &fixture->options, NULL, 0, NULL);

  g_assert_true (ts_export_job_run (rest, NULL, NULL));
  assert_counts (fixture, ".png", 400);
}

/* A folder that cannot be: said once, nothing else happens. */
static void
test_no_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *root = g_path_get_dirname (fixture->folder);
  g_autofree char *file = g_build_filename (root, "file", NULL);
  g_autofree char *below = g_build_filename (file, "out", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "x", 1, NULL));
  fixture->options.folder = below;
  g_autoptr (TsExportJob) job = new_job (fixture);

  g_assert_false (ts_export_job_run (job, NULL, &error));
  g_assert_true (error->domain == G_IO_ERROR);
  g_assert_nonnull (strstr (error->message, below));
}

/* A limit on file sizes stands for a disk that says no: each is reported and leaves nothing. */
static void
test_write_fails (Fixture *fixture, gconstpointer data)
{
  struct rlimit before, limit;
  g_autoptr (TsExportJob) job = new_job (fixture);

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = 1000;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  ts_export_job_run (job, NULL, NULL);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);

  TsExportProgress progress;

  ts_export_job_get_progress (job, &progress);
  g_assert_cmpuint (progress.n_failed, ==, N);

  GPtrArray *failures = ts_export_job_get_failures (job);

  g_assert_cmpuint (failures->len, >=, N);
  for (guint k = 0; k < N; k++) {
    g_autofree char *start = g_strdup_printf ("image %u: ", k);

    g_assert_true (g_str_has_prefix (g_ptr_array_index (failures, k), start));
  }
  assert_counts (fixture, ".png", 0);
}

static GBytes *
fail_compute (gpointer data, GCancellable *cancellable, GError **error)
{
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "the stream is broken at byte 17");
  return NULL;
}

/* One bad image among good ones, of different sizes: named, the others are done. */
static void
test_bad_image (Fixture *fixture, gconstpointer data)
{
  TsNode *root = ts_node_new_container ("", "list");
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (TsSource) source = ts_memory_source_new (empty);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 40; i++) {
    g_autofree char *name = g_strdup_printf ("%u", i);
    guint side = 16 + i;
    TsShape shape;

    ts_shape_init (&shape, 3, (const guint64[]){ 3, side, side });
    if (i == 5) {
      g_autoptr (TsSource) broken =
                     ts_computed_source_new ((guint64) 3 * side * side, fail_compute, NULL, NULL);
      g_autoptr (TsTensor) tensor = ts_tensor_new (broken, 0, TS_DTYPE_UINT8, G_LITTLE_ENDIAN,
                                                   &shape, NULL, &error);

      g_assert_no_error (error);
      ts_node_take_child (root, ts_node_new_tensor (name, tensor));
    } else {
      ts_node_take_child (root, dump_tensor (name, g_malloc0 (3 * side * side), 3 * side * side,
                                             TS_DTYPE_UINT8, &shape));
    }
  }

  g_autoptr (TsDocument) document =
                 ts_document_new (source, "list.pt", "torch", TS_ORIGIN_TORCH, root);
  g_autoptr (TsView) view = ts_view_new (document, root, NULL, NULL, &error);

  g_assert_no_error (error);

  g_autoptr (TsBatchStats) stats = ts_batch_stats_new (ts_view_get_batch (view));
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  g_autoptr (TsExportJob) job =
                 ts_export_job_new (view, stats, &recipe, &fixture->options, NULL, 0, &error);

  g_assert_no_error (error);
  g_assert_true (ts_export_job_run (job, NULL, &error));
  g_assert_no_error (error);

  GPtrArray *failures = ts_export_job_get_failures (job);

  g_assert_cmpuint (failures->len, ==, 1);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (failures, 0), "image 5: "));
  assert_counts (fixture, ".png", 39);
}

static void
test_fields (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) fields = ts_export_template_fields (fixture->view);
  const char *const *list = (const char *const *) fields;

  g_assert_true (g_strv_contains (list, "index"));
  g_assert_true (g_strv_contains (list, "seed"));
  g_assert_true (g_strv_contains (list, "label"));
  g_assert_true (g_strv_contains (list, "truncation_psi"));
}

#define ADD(name, function) g_test_add ("/job/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("whole", test_whole);
  ADD ("pixels", test_pixels);
  ADD ("sidecar", test_sidecar);
  ADD ("collision/fail", test_collision_fail);
  ADD ("collision/skip", test_collision_skip);
  ADD ("collision/overwrite", test_collision_overwrite);
  ADD ("collision/number", test_collision_number);
  ADD ("same-names", test_same_names);
  ADD ("refused", test_refused);
  ADD ("selection", test_selection);
  ADD ("threads", test_threads);
  ADD ("shards", test_shards);
  ADD ("no-sidecar", test_no_sidecar);
  ADD ("dry-run", test_dry_run);
  ADD ("latents", test_latents);
  ADD ("float", test_float);
  ADD ("depth16", test_depth16);
  ADD ("cancelled-before", test_cancelled_before);
  ADD ("cancelled-within", test_cancelled_within);
  ADD ("no-folder", test_no_folder);
  ADD ("write-fails", test_write_fails);
  ADD ("bad-image", test_bad_image);
  ADD ("fields", test_fields);
  return g_test_run ();
}
