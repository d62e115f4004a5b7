/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-layout.h"
#include "bench.h"
#include "pixels/ts-resolve.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

/* What must not grow with the number of images: the tick of a slider over a long grid, and the
 * memory of an export. */

#define N_FEW      100
#define N_MANY     50000
#define N_SOME     1000
#define SMALL_SIDE 8

static guint64 peak_bytes;

/* @n images, all in the same place of memory, each with statistics of its own. */
static TsBatchStats *
make_stats (guint64 n)
{
  const guint64 dims[] = { n, 3, BENCH_SIDE, BENCH_SIDE };
  const gint64 strides[] = { 0, BENCH_PLANE, BENCH_SIDE, 1 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (bench_get_elements (TS_DTYPE_FLOAT32),
                                                 3 * BENCH_PLANE * sizeof (float));
  g_autoptr (TsSource) source = ts_memory_source_new (bytes);
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (TsBatch) batch = NULL;
  TsLayout layout;
  TsShape shape;

  ts_shape_init (&shape, 4, dims);
  tensor = ts_tensor_new (source, 0, TS_DTYPE_FLOAT32, G_BYTE_ORDER, &shape, strides, NULL);
  if (tensor == NULL || !ts_layout_parse (&layout, "NCHW", 4, NULL))
    g_error ("no batch of %" G_GUINT64_FORMAT, n);
  batch = ts_batch_new (tensor, &layout, NULL);
  return ts_batch_stats_new (batch);
}

/* A tick in the middle of the grid: which cells are visible, the range of each image, and from its
 * cached floats to the bytes of a texture. */
static void
tick (TsBatchStats **stats, guint64 n)
{
  const float *elements = bench_get_elements (TS_DTYPE_FLOAT32);
  const guint64 dims[3] = { BENCH_SIDE, BENCH_SIDE, 3 };
  const gint64 strides[3] = { BENCH_SIDE, 1, BENCH_PLANE };
  TsGridLayout layout = { .n_images = n,
                          .image_width = BENCH_SIDE,
                          .image_height = BENCH_SIDE,
                          .zoom = 1,
                          .scale = 1,
                          .viewport_width = 1920,
                          .viewport_height = 1080 };
  guint64 first, last, end;
  TsRecipe recipe;

  if (*stats == NULL)
    *stats = make_stats (n);
  ts_recipe_init (&recipe);
  recipe.range_mode = TS_RANGE_MINMAX;
  recipe.scope = TS_SCOPE_IMAGE;
  ts_grid_layout_update (&layout);
  if (!ts_grid_layout_get_rows (&layout, layout.height / 2, layout.viewport_height, &first, &last))
    g_error ("no row is visible");
  end = MIN ((last + 1) * (guint64) layout.columns, n);
  for (guint64 i = first * (guint64) layout.columns, k = 0; i < end; i++, k++) {
    g_autoptr (TsBlock) image =
                   ts_block_new ((const guint8 *) (elements + k % BENCH_N_IMAGES * 3 * BENCH_PLANE),
                                 TS_DTYPE_FLOAT32, 3, dims, strides, NULL, NULL);
    TsResolved resolved;

    if (!ts_resolve (&recipe, *stats, i, &resolved, NULL, NULL))
      g_error ("no range");
    ts_render_block (image, &recipe, &resolved, TS_PIXELS_RGBA8, TS_VALUES_DISPLAY,
                     bench_get_output () + k % BENCH_N_IMAGES * BENCH_PLANE * 4, BENCH_SIDE * 4,
                     NULL);
  }
}

static void
run_tick_few (void)
{
  static TsBatchStats *stats;

  tick (&stats, N_FEW);
}

static void
run_tick_many (void)
{
  static TsBatchStats *stats;

  tick (&stats, N_MANY);
}

static char *
get_dump (guint n)
{
  g_autofree char *name = g_strdup_printf ("many-%u.npy", n);
  char *path = g_build_filename (bench_export_get_folder (), name, NULL);
  g_autofree char *header =
      g_strdup_printf ("{'descr': '|u1', 'fortran_order': False, 'shape': (%u, 3, %u, %u), }", n,
                       SMALL_SIDE, SMALL_SIDE);
  g_autofree char *head = g_strdup_printf ("%-117s\n", header);
  FILE *file = fopen (path, "wbe");

  if (file == NULL || fwrite ("\x93NUMPY\1\0\x76\0", 1, 10, file) != 10 || fputs (head, file) < 0 ||
      fflush (file) != 0 ||
      ftruncate (fileno (file), (off_t) (128 + (guint64) n * 3 * SMALL_SIDE * SMALL_SIDE)) != 0 ||
      fclose (file) != 0)
    g_error ("cannot make %s: %s", path, g_strerror (errno));
  return path;
}

static void
export_many (guint n)
{
  g_autofree char *path = get_dump (n);
  g_autofree char *name = g_strdup_printf ("many-%u", n);
  g_autofree char *out = g_build_filename (bench_export_get_folder (), name, NULL);
  const char *arguments[] = { "export",         path,        "--layout", "NCHW", "-o", out,
                              "--on-collision", "overwrite", "--quiet",  NULL };

  peak_bytes = bench_run_program (arguments);
}

static void
run_export_some (void)
{
  export_many (N_SOME);
}

static void
run_export_many (void)
{
  export_many (N_MANY);
}

static guint64
get_peak (void)
{
  return peak_bytes;
}

const BenchCase bench_many_cases[] = {
  { "tick-100", "slider tick, each image its own range, 100 images", run_tick_few },
  { "tick-50000", "the same in a grid of 50,000", run_tick_many,
    .ratios = { { "tick-100", 1.2 } } },
  { "export-1000", "1,000 small images to PNG with sidecars", run_export_some, NULL, get_peak },
  { "export-50000",
    "50,000 of them",
    run_export_many,
    NULL,
    get_peak,
    { { "export-1000", 1.2, BENCH_MEMORY_OF } } },
  { NULL },
};
