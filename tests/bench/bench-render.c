/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench.h"

#include <string.h>

/* Values to pixels. The limit reads three planes and writes one, as the conversion does. */

static void
stream_image (guint k, gpointer data)
{
  const guint32 *in =
      (const guint32 *) bench_get_elements (TS_DTYPE_FLOAT32) + (gsize) k * 3 * BENCH_PLANE;
  guint32 *out = (guint32 *) (gpointer) bench_get_output () + (gsize) k * BENCH_PLANE;

  for (guint i = 0; i < BENCH_PLANE; i++)
    out[i] = in[i] ^ in[BENCH_PLANE + i] ^ in[2 * BENCH_PLANE + i];
}

static void
run_stream (void)
{
  for (guint k = 0; k < BENCH_N_IMAGES; k++)
    stream_image (k, NULL);
}

static void
run_stream_threads (void)
{
  bench_on_two_threads (stream_image, NULL);
}

typedef struct
{
  const TsKernels *kernels;
  TsDtype dtype;
  guint channels;
  gboolean interleaved;
  TsRecipe recipe;
  TsPixelFormat format;
  TsMarks *marks;
} Job;

static void
init_job (Job *job, TsDtype dtype, const char *preset)
{
  *job = (Job){
    .kernels = ts_kernels_get (), .dtype = dtype, .channels = 3, .format = TS_PIXELS_RGBA8
  };
  ts_recipe_init (&job->recipe);
  ts_recipe_set_preset (&job->recipe, preset, NULL);
}

/* What ts_resolve() gives for a fixed range. */
static TsResolved
resolve_fixed (const TsRecipe *recipe)
{
  return (TsResolved){ .n = 1, .lo = { recipe->lo[0] }, .hi = { recipe->hi[0] } };
}

static void
render_image (guint k, gpointer data)
{
  const Job *job = data;
  const guint8 *elements = bench_get_elements (job->dtype);
  gsize n = (gsize) job->channels * BENCH_PLANE * ts_dtype_get_size (job->dtype);
  guint64 dims[3] = { BENCH_SIDE, BENCH_SIDE, job->channels };
  gint64 planar[3] = { BENCH_SIDE, 1, BENCH_PLANE };
  gint64 interleaved[3] = { BENCH_SIDE * job->channels, job->channels, 1 };
  g_autoptr (TsBlock) image = ts_block_new (elements + k * n, job->dtype, 3, dims,
                                            job->interleaved ? interleaved : planar, NULL, NULL);
  TsResolved resolved = resolve_fixed (&job->recipe);

  ts_render_block_with (job->kernels, image, &job->recipe, &resolved, job->format,
                        TS_VALUES_DISPLAY, bench_get_output () + k * BENCH_PLANE * 4,
                        BENCH_SIDE * ts_pixel_format_get_size (job->format), job->marks);
}

static void
render_all (Job *job)
{
  for (guint k = 0; k < BENCH_N_IMAGES; k++)
    render_image (k, job);
}

static void
run_f32 (void)
{
  Job job;

  init_job (&job, TS_DTYPE_FLOAT32, "tanh");
  render_all (&job);
}

static void
run_f32_base (void)
{
  Job job;

  init_job (&job, TS_DTYPE_FLOAT32, "tanh");
  job.kernels = ts_kernels_list ()[0];
  render_all (&job);
}

static void
run_f32_threads (void)
{
  Job job;

  init_job (&job, TS_DTYPE_FLOAT32, "tanh");
  bench_on_two_threads (render_image, &job);
}

static void
run_rgb (void)
{
  Job job;

  init_job (&job, TS_DTYPE_FLOAT32, "tanh");
  job.format = TS_PIXELS_RGB8;
  render_all (&job);
}

static void
run_f32_marks (void)
{
  TsMarks marks = { 0 };
  Job job;

  init_job (&job, TS_DTYPE_FLOAT32, "tanh");
  job.marks = &marks;
  render_all (&job);
  bench_sink = (double) marks.n_over;
}

static void
run_f32_range (void)
{
  Job job;

  init_job (&job, TS_DTYPE_FLOAT32, "imagenet");
  job.recipe.lo[0] = -0.5;
  job.recipe.hi[0] = 1.25;
  render_all (&job);
}

static void
run_nhwc (void)
{
  Job job;

  init_job (&job, TS_DTYPE_FLOAT32, "tanh");
  job.interleaved = TRUE;
  render_all (&job);
}

static void
run_f16 (void)
{
  Job job;

  init_job (&job, TS_DTYPE_FLOAT16, "tanh");
  render_all (&job);
}

static void
run_bf16 (void)
{
  Job job;

  init_job (&job, TS_DTYPE_BFLOAT16, "tanh");
  render_all (&job);
}

static void
run_f64 (void)
{
  Job job;

  init_job (&job, TS_DTYPE_FLOAT64, "tanh");
  render_all (&job);
}

static void
run_u8 (void)
{
  Job job;

  init_job (&job, TS_DTYPE_UINT8, "u8");
  job.interleaved = TRUE;
  render_all (&job);
}

static void
run_gamma (void)
{
  Job job;

  init_job (&job, TS_DTYPE_FLOAT32, "tanh");
  job.recipe.gamma = 2.2;
  render_all (&job);
}

static void
run_colormap (void)
{
  Job job;

  init_job (&job, TS_DTYPE_FLOAT32, "tanh");
  job.channels = 1;
  job.recipe.colormap = TS_COLORMAP_VIRIDIS;
  render_all (&job);
}

/* What a move of a slider makes the grid do: @n cells of @side pixels, each from its cached
 * display-resolution floats to a texture's bytes, as the painter of the window calls it. */
static void
tick (guint n, guint side)
{
  const float *elements = bench_get_elements (TS_DTYPE_FLOAT32);
  guint64 dims[3] = { side, side, 3 };
  gint64 strides[3] = { side, 1, (gint64) side * side };
  TsResolved resolved;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  ts_recipe_set_preset (&recipe, "tanh", NULL);
  recipe.mean[0] += 0.01;
  resolved = resolve_fixed (&recipe);
  for (guint k = 0; k < n; k++) {
    g_autoptr (TsBlock) image =
                   ts_block_new ((const guint8 *) (elements + (gsize) k * 3 * side * side),
                                 TS_DTYPE_FLOAT32, 3, dims, strides, NULL, NULL);

    ts_render_block (image, &recipe, &resolved, TS_PIXELS_RGBA8, TS_VALUES_DISPLAY,
                     bench_get_output () + (gsize) k * side * side * 4, side * 4, NULL);
  }
}

static void
run_tick_samples (void)
{
  tick (64, 64);
}

static void
run_tick_large (void)
{
  tick (28, 256);
}

static void
run_tick_small (void)
{
  tick (1980, 32);
}

static void
minify_image (guint k, gpointer data)
{
  const float *elements = bench_get_elements (TS_DTYPE_FLOAT32);
  guint64 dims[3] = { BENCH_SIDE, BENCH_SIDE, 3 };
  gint64 strides[3] = { BENCH_SIDE, 1, BENCH_PLANE };
  g_autoptr (TsBlock) image =
                 ts_block_new ((const guint8 *) (elements + (gsize) k * 3 * BENCH_PLANE),
                               TS_DTYPE_FLOAT32, 3, dims, strides, NULL, NULL);
  g_autoptr (TsBlock) small = ts_block_minify (image, BENCH_SIDE / 2, BENCH_SIDE / 2, NULL);

  bench_sink = (double) *(const float *) (gconstpointer) small->data;
}

static void
run_minify (void)
{
  for (guint k = 0; k < BENCH_N_IMAGES; k++)
    minify_image (k, NULL);
}

static void
run_minify_threads (void)
{
  bench_on_two_threads (minify_image, NULL);
}

/* A frame of a screen of 60 Hz, for comparison. */
static void
run_frame (void)
{
  g_usleep (G_USEC_PER_SEC / 60);
}

const BenchCase bench_render_cases[] = {
  { "stream", "three float planes xor'ed into one (the limit)", run_stream },
  { "stream-threads", "the same on two threads", run_stream_threads, .ratios = { { "stream" } } },
  { "f32", "f32 NCHW to RGBA8", run_f32,
    .ratios = { { "stream", 1.1 }, { "numpy", 12 }, { "opencv", 1.4 }, { "make_grid", 30 } } },
  { "f32-base", "the same without AVX2", run_f32_base, .ratios = { { "stream", 1.35 } } },
  { "f32-threads", "the same on two threads", run_f32_threads,
    .ratios = { { "f32", 0.75 }, { "stream-threads" }, { "numpy", 18 }, { "opencv", 2 } } },
  { "f32-marks", "the same, counting what is beyond the range", run_f32_marks,
    .ratios = { { "stream" } } },
  { "f32-range", "f32 NCHW, ImageNet and a range", run_f32_range, .ratios = { { "stream" } } },
  { "rgb", "f32 NCHW to RGB8", run_rgb, .ratios = { { "f32" } } },
  { "nhwc", "f32 NHWC to RGBA8", run_nhwc, .ratios = { { "stream" }, { "numpy", 6 } } },
  { "f16", "f16 NCHW to RGBA8", run_f16, .ratios = { { "f32", 2 }, { "numpy", 10 } } },
  { "bf16", "bf16 NCHW to RGBA8", run_bf16, .ratios = { { "f32", 2 }, { "torch", 25 } } },
  { "f64", "f64 NCHW to RGBA8", run_f64, .ratios = { { "f32" }, { "numpy", 10 } } },
  { "u8", "u8 NHWC to RGBA8", run_u8, .ratios = { { "f32" } } },
  { "gamma", "f32 NCHW, gamma 2.2, exact", run_gamma, .ratios = { { "f32" }, { "numpy", 10 } } },
  { "colormap", "f32, one channel through viridis", run_colormap,
    .ratios = { { "f32" }, { "matplotlib", 10 } } },
  { "frame", "a frame of 60 Hz", run_frame },
  { "tick-samples", "slider tick, 64 images of 64 px", run_tick_samples,
    .ratios = { { "frame", 1 }, { "numpy", 10 } } },
  { "tick-large", "slider tick, 1080p view of 256 px cells", run_tick_large,
    .ratios = { { "frame", 1 }, { "numpy", 10 } } },
  { "tick-small", "slider tick, 1080p view of 32 px cells", run_tick_small,
    .ratios = { { "tick-large", 3 } } },
  { "minify", "area average 256 to 128", run_minify,
    .ratios = { { "read", 2.5 }, { "numpy", 10 }, { "opencv", 1.5 } } },
  { "minify-threads", "the same on two threads", run_minify_threads,
    .ratios = { { "minify" }, { "read-threads" }, { "opencv", 2.5 } } },
  { NULL },
};
