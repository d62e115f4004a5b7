/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bench.h"

#include <string.h>

/* Values to pixels. The limit reads three planes and writes one, as the conversion does. */

static void
run_stream (void)
{
  const guint32 *in = bench_get_elements (TS_DTYPE_FLOAT32);
  guint32 *out = (guint32 *) (gpointer) bench_get_output ();

  for (guint k = 0; k < BENCH_N_IMAGES; k++, in += 3 * BENCH_PLANE, out += BENCH_PLANE) {
    for (guint i = 0; i < BENCH_PLANE; i++)
      out[i] = in[i] ^ in[BENCH_PLANE + i] ^ in[2 * BENCH_PLANE + i];
  }
}

typedef struct
{
  const TsKernels *kernels;
  TsDtype dtype;
  guint channels;
  gboolean interleaved;
  TsRecipe recipe;
  TsMarks *marks;
} Job;

static void
init_job (Job *job, TsDtype dtype, const char *preset)
{
  *job = (Job){ .kernels = ts_kernels_get (), .dtype = dtype, .channels = 3 };
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
render_image (const Job *job, guint k)
{
  const guint8 *elements = bench_get_elements (job->dtype);
  gsize n = (gsize) job->channels * BENCH_PLANE * ts_dtype_get_size (job->dtype);
  guint64 dims[3] = { BENCH_SIDE, BENCH_SIDE, job->channels };
  gint64 planar[3] = { BENCH_SIDE, 1, BENCH_PLANE };
  gint64 interleaved[3] = { BENCH_SIDE * job->channels, job->channels, 1 };
  g_autoptr (TsBlock) image = ts_block_new (elements + k * n, job->dtype, 3, dims,
                                            job->interleaved ? interleaved : planar, NULL, NULL);
  TsResolved resolved = resolve_fixed (&job->recipe);

  ts_render_block_with (job->kernels, image, &job->recipe, &resolved, TS_PIXELS_RGBA8,
                        TS_VALUES_DISPLAY, bench_get_output () + k * BENCH_PLANE * 4,
                        BENCH_SIDE * 4, job->marks);
}

static void
render_all (const Job *job)
{
  for (guint k = 0; k < BENCH_N_IMAGES; k++)
    render_image (job, k);
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

static gpointer
render_half (gpointer data)
{
  const Job *job = data;

  for (guint k = BENCH_N_IMAGES / 2; k < BENCH_N_IMAGES; k++)
    render_image (job, k);
  return NULL;
}

static void
run_f32_threads (void)
{
  GThread *thread;
  Job job;

  init_job (&job, TS_DTYPE_FLOAT32, "tanh");
  thread = g_thread_new ("bench", render_half, &job);
  for (guint k = 0; k < BENCH_N_IMAGES / 2; k++)
    render_image (&job, k);
  g_thread_join (thread);
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
minify (guint first, guint end)
{
  const float *elements = bench_get_elements (TS_DTYPE_FLOAT32);
  guint64 dims[3] = { BENCH_SIDE, BENCH_SIDE, 3 };
  gint64 strides[3] = { BENCH_SIDE, 1, BENCH_PLANE };

  for (guint k = first; k < end; k++) {
    g_autoptr (TsBlock) image =
                   ts_block_new ((const guint8 *) (elements + (gsize) k * 3 * BENCH_PLANE),
                                 TS_DTYPE_FLOAT32, 3, dims, strides, NULL, NULL);
    g_autoptr (TsBlock) small = ts_block_minify (image, BENCH_SIDE / 2, BENCH_SIDE / 2, NULL);

    bench_sink = (double) *(const float *) (gconstpointer) small->data;
  }
}

static void
run_minify (void)
{
  minify (0, BENCH_N_IMAGES);
}

static gpointer
minify_half (gpointer data)
{
  minify (BENCH_N_IMAGES / 2, BENCH_N_IMAGES);
  return NULL;
}

static void
run_minify_threads (void)
{
  GThread *thread = g_thread_new ("bench", minify_half, NULL);

  minify (0, BENCH_N_IMAGES / 2);
  g_thread_join (thread);
}

const BenchCase bench_render_cases[] = {
  { "stream", "three float planes xor'ed into one (the limit)", NULL, NULL, run_stream },
  { "f32", "f32 NCHW to RGBA8", "stream", "<= 1.1x", run_f32 },
  { "f32-base", "the same without AVX2", "stream", "<= 1.35x", run_f32_base },
  { "f32-threads", "the same on two threads", "f32", "<= 0.75x", run_f32_threads },
  { "f32-marks", "the same, counting what is beyond the range", "stream", NULL, run_f32_marks },
  { "f32-range", "f32 NCHW, ImageNet and a range", "stream", NULL, run_f32_range },
  { "nhwc", "f32 NHWC to RGBA8", "stream", NULL, run_nhwc },
  { "f16", "f16 NCHW to RGBA8", "f32", "<= 2x", run_f16 },
  { "bf16", "bf16 NCHW to RGBA8", "f32", "<= 2x", run_bf16 },
  { "f64", "f64 NCHW to RGBA8", "f32", NULL, run_f64 },
  { "u8", "u8 NHWC to RGBA8", "f32", NULL, run_u8 },
  { "gamma", "f32 NCHW, gamma 2.2, exact", "f32", NULL, run_gamma },
  { "colormap", "f32, one channel through viridis", "f32", NULL, run_colormap },
  { "tick-samples", "slider tick, 64 images of 64 px", "frame", "< 1x", run_tick_samples },
  { "tick-large", "slider tick, 1080p view of 256 px cells", "frame", "< 1x", run_tick_large },
  { "tick-small", "slider tick, 1080p view of 32 px cells", "tick-large", "<= 3x", run_tick_small },
  { "minify", "area average 256 to 128", "read", "<= 2.5x", run_minify },
  { "minify-threads", "the same on two threads", "minify", NULL, run_minify_threads },
  { NULL },
};
