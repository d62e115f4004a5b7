/* SPDX-License-Identifier: GPL-3.0-or-later */

/* All images of an export in one array, and latents.npz, read back by this program's reader. */

#include "config.h"

#include "base/ts-error.h"
#include "dump.h"
#include "export/ts-export-job.h"
#include "export/ts-ordered.h"
#include "reader/ts-reader.h"

#include <glib/gstdio.h>
#include <string.h>

#define N      5
#define HEIGHT 6
#define WIDTH  4

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
set_up (Fixture *fixture, gconstpointer data)
{
  TsImageSize size;

  fixture->folder = g_dir_make_tmp ("tenscope-XXXXXX", NULL);
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
  const char *const rm[] = { "rm", "-rf", fixture->folder, NULL };

  g_spawn_sync (NULL, (char **) rm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_object_unref (fixture->stats);
  g_object_unref (fixture->view);
  g_object_unref (fixture->document);
  g_free (fixture->folder);
}

static gboolean
try_run (Fixture *fixture, const guint64 *indices, gsize n, GError **error)
{
  g_autoptr (TsExportJob) job = ts_export_job_new (fixture->view, fixture->stats, &fixture->recipe,
                                                   &fixture->options, indices, n, error);

  return job != NULL && ts_export_job_run (job, NULL, error);
}

static void
run (Fixture *fixture, const char *format, const guint64 *indices, gsize n)
{
  g_autoptr (GError) error = NULL;

  fixture->options.encoder = ts_export_format_find (format);
  try_run (fixture, indices, n, &error);
  g_assert_no_error (error);
}

/* An array of a file in the folder, as doubles. */
static double *
read_array (Fixture *fixture, const char *file, const char *key, TsDtype dtype, const char *shape)
{
  g_autofree char *path = g_build_filename (fixture->folder, file, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = ts_reader_open_path (path, NULL, &error);
  g_autofree char *text = NULL;
  g_autoptr (TsBlock) block = NULL;
  TsNode *node;
  TsTensor *tensor;
  double *values;

  g_assert_no_error (error);
  node = key != NULL ? ts_document_find (document, key) : ts_document_get_root (document);
  g_assert_nonnull (node);
  tensor = ts_node_get_tensor (node);
  g_assert_nonnull (tensor);
  g_assert_cmpint (ts_tensor_get_dtype (tensor), ==, dtype);
  text = ts_shape_to_string (ts_tensor_get_shape (tensor));
  g_assert_cmpstr (text, ==, shape);
  block = ts_tensor_read_all (tensor, NULL, &error);
  g_assert_no_error (error);
  values = g_new (double, ts_block_get_n_elements (block));
  ts_block_load_doubles (block, values);
  return values;
}

static void
test_samples (Fixture *fixture, gconstpointer data)
{
  const guint64 indices[] = { 4, 1, 2 };
  g_autofree double *values = NULL;
  g_autofree double *labels = NULL;

  run (fixture, "npz", indices, 3);
  values = read_array (fixture, "samples_3x6x4x3.npz", "arr_0", TS_DTYPE_UINT8, "3×6×4×3");
  labels = read_array (fixture, "samples_3x6x4x3.npz", "arr_1", TS_DTYPE_INT64, "3");
  for (guint k = 0; k < 3; k++) {
    TsResolved resolved;
    guint8 pixels[HEIGHT * WIDTH * 3];

    g_assert_true (
        ts_resolve (&fixture->recipe, fixture->stats, indices[k], &resolved, NULL, NULL));
    g_assert_true (ts_render (ts_view_get_batch (fixture->view), indices[k], NULL, &fixture->recipe,
                              &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY, pixels, WIDTH * 3, NULL,
                              NULL, NULL));
    for (guint i = 0; i < sizeof pixels; i++)
      g_assert_cmpfloat (values[k * sizeof pixels + i], ==, pixels[i]);
    g_assert_cmpfloat (labels[k], ==, (double) (indices[k] % 2));
  }

  /* no folder of images, but a record */
  g_autofree char *images = g_build_filename (fixture->folder, "images", NULL);
  g_autofree char *record = g_build_filename (fixture->folder, "export.json", NULL);

  g_assert_false (g_file_test (images, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (record, G_FILE_TEST_EXISTS));
}

/* One channel becomes three in an archive of bytes only. */
static void
test_gray (Fixture *fixture, gconstpointer data)
{
  g_autofree double *three = NULL;
  g_autofree double *one = NULL;

  fixture->recipe.channel_mode = TS_CHANNELS_SINGLE;
  fixture->recipe.channels[0] = 1;
  run (fixture, "npz", NULL, 0);
  run (fixture, "npy", NULL, 0);
  three = read_array (fixture, "samples_5x6x4x3.npz", "arr_0", TS_DTYPE_UINT8, "5×6×4×3");
  one = read_array (fixture, "samples_5x6x4x1.npy", NULL, TS_DTYPE_UINT8, "5×6×4×1");
  for (guint i = 0; i < N * HEIGHT * WIDTH; i++)
    for (guint c = 0; c < 3; c++)
      g_assert_cmpfloat (three[3 * i + c], ==, one[i]);
}

static void
test_raw (Fixture *fixture, gconstpointer data)
{
  const guint64 indices[] = { 3, 0 };
  g_autofree double *raw = NULL;
  g_autofree double *values = NULL;

  fixture->options.depth = 32;
  fixture->options.values = TS_VALUES_RAW;
  run (fixture, "npy", indices, 2);
  fixture->options.values = TS_VALUES_VALUES;
  run (fixture, "npy", indices, 2);
  raw = read_array (fixture, "samples_2x3x6x4.npy", NULL, TS_DTYPE_FLOAT32, "2×3×6×4");
  values = read_array (fixture, "samples_2x6x4x3.npy", NULL, TS_DTYPE_FLOAT32, "2×6×4×3");
  for (guint k = 0; k < 2; k++)
    for (guint c = 0; c < 3; c++)
      for (guint i = 0; i < HEIGHT * WIDTH; i++) {
        double x = dump_value (((gsize) indices[k] * 3 + c) * HEIGHT * WIDTH + i);

        g_assert_cmpfloat (raw[(k * 3 + c) * HEIGHT * WIDTH + i], ==, x);
        g_assert_cmpfloat_with_epsilon (values[(k * HEIGHT * WIDTH + i) * 3 + c], x * 0.5 + 0.5,
                                        1e-6);
      }
}

static void
test_latents (Fixture *fixture, gconstpointer data)
{
  const guint64 indices[] = { 3, 0 };
  g_autofree double *index = NULL;
  g_autofree double *z = NULL;
  g_autoptr (GError) error = NULL;

  fixture->options.latents_npz = TRUE;
  run (fixture, "png", indices, 2);
  index = read_array (fixture, "latents.npz", "index", TS_DTYPE_INT64, "2");
  z = read_array (fixture, "latents.npz", "z", TS_DTYPE_FLOAT32, "2×8");
  for (guint k = 0; k < 2; k++) {
    g_assert_cmpfloat (index[k], ==, (double) indices[k]);
    for (guint i = 0; i < DUMP_LATENTS; i++) {
      float got = (float) z[k * DUMP_LATENTS + i];
      float expected = dump_latent ((guint) indices[k] * DUMP_LATENTS + i);

      g_assert_true ((got != got && expected != expected) || memcmp (&got, &expected, 4) == 0);
    }
  }

  /* it stands in the way of the next export */
  fixture->options.name_template = "other_{index}";
  g_assert_false (try_run (fixture, NULL, 0, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, "latents.npz"));
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  const char *const no_latents[] = { NULL };
  const char *const taken[] = { "samples_5x6x4x3.npz" };
  g_autofree char *path = g_build_filename (fixture->folder, taken[0], NULL);
  g_autoptr (GError) error = NULL;

  fixture->options.encoder = ts_export_format_find ("npz");
  fixture->options.shard = 1;
  fixture->options.n_shards = 2;
  g_assert_false (try_run (fixture, NULL, 0, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
  g_clear_error (&error);
  fixture->options.shard = fixture->options.n_shards = 0;

  fixture->options.latents_npz = TRUE;
  fixture->options.latents = no_latents;
  g_assert_false (try_run (fixture, NULL, 0, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
  g_clear_error (&error);
  fixture->options.latents_npz = FALSE;

  g_assert_true (g_file_set_contents (path, "mine", 4, NULL));
  g_assert_false (try_run (fixture, NULL, 0, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_EXISTS);

  g_autofree char *text = NULL;
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  guint n_files = 0;

  while (g_dir_read_name (dir) != NULL)
    n_files++;
  g_assert_cmpuint (n_files, ==, 1);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");

  /* they are no formats of single images */
  g_assert_null (ts_encoder_find ("npz"));
}

/* A whole file is left alone; one that is cut, damaged or of other images is written again. */
static void
test_skip (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *format, *name;
    gboolean has_checksum;
  } files[] = {
    { "npy", "samples_5x6x4x3.npy", FALSE },
    { "npz", "samples_5x6x4x3.npz", TRUE },
    { "tiff", "samples_5x6x4x3.tif", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (fixture->folder, files[i].name, NULL);
    g_autofree char *whole = NULL;
    gsize n_bytes;

    fixture->options.collision = TS_COLLISION_SKIP;
    fixture->options.stack = i == 2;
    run (fixture, files[i].format, NULL, 0);
    g_assert_true (g_file_get_contents (path, &whole, &n_bytes, NULL));
    for (guint kind = 0; kind < 5; kind++) {
      static const gsize cuts[] = { 0, 1, 3, 10 };
      g_autofree char *other = g_memdup2 (whole, n_bytes);
      g_autofree char *now = NULL;
      gsize n_other = kind < 4 ? n_bytes - n_bytes * cuts[kind] / 10 : n_bytes, n_now;
      GStatBuf before, after;

      if (kind == 4 && !files[i].has_checksum)
        continue;
      if (kind == 4)
        other[n_bytes / 2] ^= 1;
      g_assert_true (g_file_set_contents (path, other, (gssize) n_other, NULL));
      g_assert_cmpint (g_stat (path, &before), ==, 0);
      run (fixture, files[i].format, NULL, 0);
      g_assert_cmpint (g_stat (path, &after), ==, 0);
      g_assert_true (g_file_get_contents (path, &now, &n_now, NULL));
      g_assert_cmpmem (now, n_now, whole, n_bytes);
      g_assert_true ((before.st_ino == after.st_ino) == (kind == 0));
    }
  }
}

/* However many threads render, the file is the same; an error in the middle leaves none. */
static void
test_threads (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "samples_100x6x4x3.npy", "samples_100x6x4x3.npz",
                                       "samples_100x6x4x3.tif" };
  static const char *const formats[] = { "npy", "npz", "tiff" };
  guint64 indices[100];

  for (guint i = 0; i < G_N_ELEMENTS (indices); i++)
    indices[i] = i * 7 % 5;
  fixture->options.collision = TS_COLLISION_OVERWRITE;
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree char *path = g_build_filename (fixture->folder, names[i], NULL);
    g_autofree char *one = NULL;
    gsize n_one;

    fixture->options.stack = i == 2;
    fixture->options.n_threads = 1;
    run (fixture, formats[i], indices, G_N_ELEMENTS (indices));
    g_assert_true (g_file_get_contents (path, &one, &n_one, NULL));
    for (guint n_threads = 2; n_threads <= 16; n_threads *= 2) {
      g_autofree char *many = NULL;
      gsize n_many;

      fixture->options.n_threads = n_threads;
      run (fixture, formats[i], indices, G_N_ELEMENTS (indices));
      g_assert_true (g_file_get_contents (path, &many, &n_many, NULL));
      g_assert_cmpmem (many, n_many, one, n_one);
    }
  }
}

typedef struct
{
  guint64 n_made; /* atomic */
  guint64 n_taken;
  guint64 fail_at;
  gboolean fail_take;
} Pieces;

static GBytes *
make_piece_cb (guint64 position, gpointer data, GCancellable *cancellable, GError **error)
{
  Pieces *self = data;

  __atomic_add_fetch (&self->n_made, 1, __ATOMIC_RELAXED);
  if (position == self->fail_at && !self->fail_take) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "piece %" G_GUINT64_FORMAT, position);
    return NULL;
  }
  return g_bytes_new (&position, sizeof position);
}

static gboolean
take_piece_cb (GBytes *piece, guint64 position, gpointer data, GError **error)
{
  Pieces *self = data;

  g_assert_cmpuint (position, ==, self->n_taken);
  g_assert_cmpmem (g_bytes_get_data (piece, NULL), g_bytes_get_size (piece), &position,
                   sizeof position);
  /* bounded: few are made ahead */
  g_assert_cmpuint (__atomic_load_n (&self->n_made, __ATOMIC_RELAXED), <=,
                    position + 1 + 2 * 4 + 4);
  self->n_taken++;
  if (self->fail_take && position == self->fail_at) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "taking %" G_GUINT64_FORMAT, position);
    return FALSE;
  }
  return TRUE;
}

static void
test_ordered (void)
{
  for (guint kind = 0; kind < 4; kind++) {
    Pieces pieces = { .fail_at = kind == 0 ? G_MAXUINT64 : 300, .fail_take = kind == 2 };
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();
    g_autoptr (GError) error = NULL;
    gboolean ok;

    if (kind == 3)
      g_cancellable_cancel (cancellable);
    ok = ts_ordered_run (1000, 4, 8, make_piece_cb, take_piece_cb, &pieces, cancellable, &error);
    g_assert_true (ok == (kind == 0));
    if (kind == 0) {
      g_assert_no_error (error);
      g_assert_cmpuint (pieces.n_taken, ==, 1000);
    } else if (kind == 3) {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (pieces.n_taken, ==, 0);
    } else {
      g_assert_error (error, TS_ERROR, TS_ERROR_FAILED);
      g_assert_cmpuint (pieces.n_taken, <=, 301);
    }
  }
}

#define ADD(name, function) g_test_add ("/array/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("samples", test_samples);
  ADD ("gray", test_gray);
  ADD ("raw", test_raw);
  ADD ("latents", test_latents);
  ADD ("skip", test_skip);
  ADD ("threads", test_threads);
  g_test_add_func ("/array/ordered", test_ordered);
  ADD ("refused", test_refused);
  return g_test_run ();
}
