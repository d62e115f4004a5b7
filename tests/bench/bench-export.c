/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench.h"
#include "export/ts-export-job.h"
#include "export/ts-json-writer.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

/* Whole exports with two threads, from elements in memory to files in memory (/dev/shm), each image
 * with its sidecar. Other programs read the same elements from files beside them. */

#define N_FLAT      16
#define FLAT_SIDE   512
#define N_SITES     60
#define N_LATENTS   64
#define LATENT_SIZE 512

static char *folder;
static guint64 n_bytes_written;

static guint32
next_random (void)
{
  static guint32 state = 1;

  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static float
next_signed (void)
{
  return (float) (next_random () >> 8) / 8388608.0f - 1;
}

const char *
bench_export_get_folder (void)
{
  const char *base = g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm" : g_get_tmp_dir ();

  if (folder == NULL) {
    folder = g_build_filename (base, "tenscope-bench-XXXXXX", NULL);
    if (g_mkdtemp (folder) == NULL)
      g_error ("no folder in %s", base);
  }
  return folder;
}

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

void
bench_export_clean (void)
{
  if (folder != NULL)
    remove_tree (folder);
  g_clear_pointer (&folder, g_free);
}

/* Adds random numbers on a lattice of that many pixels, with what is between them in proportion. */
static void
add_octave (float *plane, guint cell, float amplitude)
{
  guint n = BENCH_SIDE / cell + 2;
  g_autofree float *lattice = g_new (float, n *n);

  for (guint i = 0; i < n * n; i++)
    lattice[i] = next_signed () * amplitude;
  for (guint y = 0; y < BENCH_SIDE; y++) {
    for (guint x = 0; x < BENCH_SIDE; x++) {
      const float *at = lattice + (y / cell) * n + x / cell;
      float v = (float) (y % cell) / (float) cell, u = (float) (x % cell) / (float) cell;

      plane[y * BENCH_SIDE + x] +=
          (at[0] * (1 - u) + at[1] * u) * (1 - v) + (at[n] * (1 - u) + at[n + 1] * u) * v;
    }
  }
}

/* Pictures: finer detail is fainter, and channels are alike. */
static float *
make_pictures (void)
{
  float *values = g_new0 (float, BENCH_N_ELEMENTS);

  for (guint k = 0; k < BENCH_N_IMAGES; k++) {
    float *image = values + (gsize) k * 3 * BENCH_PLANE;

    for (guint c = 0; c < 3; c++)
      for (guint cell = 128; cell >= 1; cell /= 2)
        add_octave (image + c * BENCH_PLANE, cell,
                    (c == 0 ? 0.5f : 0.12f) * powf ((float) cell / 128, 0.7f));
    for (gsize i = BENCH_PLANE; i < 3 * BENCH_PLANE; i++)
      image[i] += image[i % BENCH_PLANE];
  }
  return values;
}

/* Label maps: the nearest of some sites. */
static guint8 *
make_labels (void)
{
  guint8 *labels = g_malloc ((gsize) N_FLAT * FLAT_SIDE * FLAT_SIDE);

  for (guint k = 0; k < N_FLAT; k++) {
    int sites[N_SITES][3];

    for (guint s = 0; s < N_SITES; s++) {
      sites[s][0] = (int) (next_random () % FLAT_SIDE);
      sites[s][1] = (int) (next_random () % FLAT_SIDE);
      sites[s][2] = (int) (next_random () % 10);
    }
    for (int y = 0; y < FLAT_SIDE; y++) {
      for (int x = 0; x < FLAT_SIDE; x++) {
        int least = G_MAXINT;

        for (guint s = 0; s < N_SITES; s++) {
          int dy = y - sites[s][0], dx = x - sites[s][1];

          if (dy * dy + dx * dx < least) {
            least = dy * dy + dx * dx;
            labels[((gsize) k * FLAT_SIDE + (gsize) y) * FLAT_SIDE + (gsize) x] =
                (guint8) sites[s][2];
          }
        }
      }
    }
  }
  return labels;
}

static TsTensor *
make_tensor (const char *name, gpointer data, TsDtype dtype, guint n_dims, const guint64 *dims)
{
  g_autofree char *path = g_build_filename (bench_export_get_folder (), name, NULL);
  g_autoptr (GBytes) bytes = NULL;
  TsShape shape;
  TsTensor *tensor;
  gsize n_bytes = ts_dtype_get_size (dtype);

  for (guint i = 0; i < n_dims; i++)
    n_bytes *= dims[i];
  if (!g_file_set_contents (path, data, (gssize) n_bytes, NULL))
    g_error ("cannot write %s", path);
  bytes = g_bytes_new_take (data, n_bytes);
  ts_shape_init (&shape, n_dims, dims);
  tensor = ts_tensor_new_from_bytes (bytes, dtype, &shape, NULL);
  if (tensor == NULL)
    g_error ("no tensor");
  return tensor;
}

static TsView *
make_view (const char *name, TsTensor *tensor, const char *layout)
{
  TsNode *root = ts_node_new_container ("", "dict");
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (TsSource) source = ts_memory_source_new (empty);
  g_autoptr (TsDocument) document = NULL;
  TsView *view;

  ts_node_take_child (root, ts_node_new_tensor (name, tensor));
  document = ts_document_new (source, "bench.pt", "torch", TS_ORIGIN_TORCH, root);
  view = ts_view_new (document, ts_document_find (document, name), layout, NULL, NULL);
  if (view == NULL)
    g_error ("no view");
  return view;
}

static TsView *
get_pictures (void)
{
  static TsView *view;

  if (view == NULL) {
    const guint64 dims[] = { BENCH_N_IMAGES, 3, BENCH_SIDE, BENCH_SIDE };
    g_autoptr (TsTensor) tensor =
                   make_tensor ("pictures.f32", make_pictures (), TS_DTYPE_FLOAT32, 4, dims);

    view = make_view ("images", tensor, "NCHW");
  }
  return view;
}

static TsView *
get_labels (void)
{
  static TsView *view;

  if (view == NULL) {
    const guint64 dims[] = { N_FLAT, FLAT_SIDE, FLAT_SIDE };
    g_autoptr (TsTensor) tensor =
                   make_tensor ("labels.u8", make_labels (), TS_DTYPE_UINT8, 3, dims);

    view = make_view ("labels", tensor, "NHW");
  }
  return view;
}

/* Of the images; sidecars are ours alone. */
static guint64
count_image_bytes (GPtrArray *files)
{
  guint64 n = 0;

  for (guint i = 0; i < files->len; i++) {
    g_autofree char *path = g_build_filename (folder, "out", g_ptr_array_index (files, i), NULL);
    GStatBuf info;

    if (g_stat (path, &info) == 0)
      n += (guint64) info.st_size;
  }
  return n;
}

static void
run_export (TsView *view, const char *format, TsColormap colormap, guint n_threads)
{
  g_autofree char *out = g_build_filename (bench_export_get_folder (), "out", NULL);
  g_autoptr (TsBatchStats) stats = ts_batch_stats_new (ts_view_get_batch (view));
  g_autoptr (TsExportJob) job = NULL;
  g_autoptr (GError) error = NULL;
  TsExportOptions options;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  if (colormap == TS_COLORMAP_GRAY)
    ts_recipe_set_preset (&recipe, "tanh", NULL);
  recipe.colormap = colormap;
  ts_export_options_init (&options);
  options.encoder = ts_encoder_find (format);
  options.folder = out;
  options.n_threads = n_threads;
  options.collision = TS_COLLISION_OVERWRITE;
  job = ts_export_job_new (view, stats, &recipe, &options, NULL, 0, &error);
  if (job == NULL || !ts_export_job_run (job, NULL, &error))
    g_error ("%s", error->message);
  n_bytes_written = count_image_bytes (ts_export_job_get_files (job));
}

static guint64
get_bytes (void)
{
  return n_bytes_written;
}

static void
run_png (void)
{
  run_export (get_pictures (), "png", TS_COLORMAP_GRAY, 2);
}

static void
run_png_one (void)
{
  run_export (get_pictures (), "png", TS_COLORMAP_GRAY, 1);
}

static void
run_png_flat (void)
{
  run_export (get_labels (), "png", TS_COLORMAP_TAB10, 2);
}

static void
run_jpeg (void)
{
  run_export (get_pictures (), "jpeg", TS_COLORMAP_GRAY, 2);
}

static void
run_jpeg_one (void)
{
  run_export (get_pictures (), "jpeg", TS_COLORMAP_GRAY, 1);
}

/* ---- the encoders alone, on pixels that are there ---- */

static const guint8 *
get_rgb (void)
{
  static guint8 *rgb;
  TsBatch *batch = ts_view_get_batch (get_pictures ());
  TsResolved resolved = { .n = 1, .lo = { 0 }, .hi = { 1 } };
  TsRecipe recipe;

  if (rgb != NULL)
    return rgb;
  rgb = g_malloc ((gsize) BENCH_N_IMAGES * BENCH_PLANE * 3);
  ts_recipe_init (&recipe);
  ts_recipe_set_preset (&recipe, "tanh", NULL);
  for (guint k = 0; k < BENCH_N_IMAGES; k++) {
    if (!ts_render (batch, k, NULL, &recipe, &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY,
                    rgb + (gsize) k * BENCH_PLANE * 3, BENCH_SIDE * 3, NULL, NULL, NULL))
      g_error ("no pixels");
  }
  return rgb;
}

/* As few calls as libjpeg allows: one object, one buffer, all rows at once. */
static void
encode_jpegs (guint from, guint end)
{
  gsize n_room = BENCH_PLANE * 3;
  g_autofree guint8 *room = g_malloc (n_room);
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  JSAMPROW rows[BENCH_SIDE];

  jpeg.err = jpeg_std_error (&errors);
  jpeg_create_compress (&jpeg);
  jpeg.image_width = jpeg.image_height = BENCH_SIDE;
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults (&jpeg);
  jpeg_set_quality (&jpeg, 90, TRUE);
  for (guint k = from; k < end; k++) {
    unsigned char *out = room;
    unsigned long n_out = n_room;

    for (guint y = 0; y < BENCH_SIDE; y++)
      rows[y] = (JSAMPROW) get_rgb () + ((gsize) k * BENCH_SIDE + y) * BENCH_SIDE * 3;
    jpeg_mem_dest (&jpeg, &out, &n_out);
    jpeg_start_compress (&jpeg, TRUE);
    jpeg_write_scanlines (&jpeg, rows, BENCH_SIDE);
    jpeg_finish_compress (&jpeg);
    bench_sink = (double) n_out;
    if (out != room)
      free (out);
  }
  jpeg_destroy_compress (&jpeg);
}

static void
run_jpeg_bare (void)
{
  encode_jpegs (0, BENCH_N_IMAGES);
}

static void
encode_one_jpeg (guint k, gpointer data)
{
  encode_jpegs (k, k + 1);
}

static void
run_jpeg_bare_threads (void)
{
  get_rgb ();
  bench_on_two_threads (encode_one_jpeg, NULL);
}

static void
run_png_bare (void)
{
  TsEncodeOptions options = { .compression = 1 };

  for (guint k = 0; k < BENCH_N_IMAGES; k++) {
    TsPicture picture = { .width = BENCH_SIDE,
                          .height = BENCH_SIDE,
                          .format = TS_PIXELS_RGB8,
                          .pixels = get_rgb () + (gsize) k * BENCH_PLANE * 3,
                          .stride_bytes = BENCH_SIDE * 3 };
    g_autoptr (GBytes) bytes = ts_encoder_find ("png")->encode (&picture, &options, NULL);

    if (bytes == NULL)
      g_error ("no PNG");
    bench_sink = (double) g_bytes_get_size (bytes);
  }
}

static void
run_latents (void)
{
  static float *values;
  const guint64 dims[] = { LATENT_SIZE };
  const gint64 strides[] = { 1 };
  g_autoptr (GString) out = g_string_new (NULL);

  if (values == NULL) {
    g_autofree char *path = g_build_filename (bench_export_get_folder (), "latents.f32", NULL);

    values = g_new (float, N_LATENTS *LATENT_SIZE);
    /* about normal: the sum of a few */
    for (guint i = 0; i < N_LATENTS * LATENT_SIZE; i++)
      values[i] = (next_signed () + next_signed () + next_signed ()) * 1.0f;
    g_file_set_contents (path, (const char *) values, N_LATENTS * LATENT_SIZE * sizeof *values,
                         NULL);
  }
  n_bytes_written = 0;
  for (guint k = 0; k < N_LATENTS; k++) {
    g_autoptr (TsBlock) block = ts_block_new ((const guint8 *) (values + k * LATENT_SIZE),
                                              TS_DTYPE_FLOAT32, 1, dims, strides, NULL, NULL);
    TsJsonWriter writer;

    g_string_truncate (out, 0);
    ts_json_writer_init (&writer, out, 0);
    ts_json_writer_block (&writer, block);
    n_bytes_written += out->len;
  }
}

const BenchCase bench_export_cases[] = {
  { "png-bare", "64 pictures of RGB8, our PNG encoder alone", run_png_bare },
  { "png-1", "64 pictures to PNG files with sidecars", run_png_one,
    .ratios = { { "png-bare", 1 / 0.8 } } },
  { "png", "the same, 2 threads", run_png, get_bytes,
    .ratios = { { "png-1" }, { "pillow", 20 }, { "opencv", 4 }, { "pillow", 110, BENCH_BYTES } } },
  { "png-flat", "16 label maps of 512x512 to PNG, 2 threads", run_png_flat, get_bytes,
    .ratios = { { "pillow", 115, BENCH_BYTES } } },
  { "jpeg-bare", "64 pictures of RGB8, libjpeg-turbo alone, q90", run_jpeg_bare },
  { "jpeg-bare-2", "the same, 2 threads", run_jpeg_bare_threads, .ratios = { { "jpeg-bare" } } },
  { "jpeg-1", "64 pictures to JPEG q90 files with sidecars", run_jpeg_one,
    .ratios = { { "jpeg-bare", 1.8 } } },
  { "jpeg", "the same, 2 threads", run_jpeg, get_bytes,
    .ratios = { { "jpeg-1" }, { "jpeg-bare-2" }, { "pillow", 10 }, { "opencv", 7 } } },
  { "latents", "64 x 512 float32 as JSON", run_latents, get_bytes,
    .ratios = { { "json.dumps", 3 }, { "json.dumps", 65, BENCH_BYTES } } },
  { NULL },
};
