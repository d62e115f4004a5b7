/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-colormap.h"
#include "pixels/ts-kernels.h"

#include "pixels-util.h"

#include <math.h>

/* Every level of the kernels against the reference: random sizes, strides, types, recipes and
 * formats, with canaries around each row of output. */

#define CANARY 0xa5
#define MARGIN 64

static int
pick (int n)
{
  return g_test_rand_int_range (0, n);
}

static double
real (double lo, double hi)
{
  return g_test_rand_double_range (lo, hi);
}

/* Elements that mean something: not only random bits, which would nearly all be beyond any range.
 */
static void
fill (guint8 *data, gsize n, TsDtype dtype)
{
  static const double special[] = { 0, -0.0, 1, -1, 0.5, NAN, INFINITY, -INFINITY, 1e30, -1e-40 };
  gsize size = ts_dtype_get_size (dtype);
  double spread = pick (3) == 0 ? 300 : 1.3;

  for (gsize i = 0; i < n; i++, data += size) {
    double value = pick (60) == 0 ? special[pick (G_N_ELEMENTS (special))] : real (-spread, spread);
    float narrow = (float) value;
    guint32 bits;

    memcpy (&bits, &narrow, sizeof bits);
    if (dtype == TS_DTYPE_FLOAT32) {
      memcpy (data, &narrow, sizeof narrow);
    } else if (dtype == TS_DTYPE_FLOAT64) {
      memcpy (data, &value, sizeof value);
    } else if (dtype == TS_DTYPE_BFLOAT16) {
      guint16 top = (guint16) (bits >> 16);

      memcpy (data, &top, sizeof top);
    } else {
      for (gsize b = 0; b < size; b++)
        data[b] = (guint8) pick (256);
    }
  }
}

/* A view of @memory (allocated here): packed, interleaved, transposed, with gaps or repeats. */
static TsBlock *
random_image (TsDtype dtype, guint8 **memory)
{
  gsize size = ts_dtype_get_size (dtype);
  guint height = (guint) pick (5), width = (guint) pick (pick (4) == 0 ? 3000 : 70);
  static const guint channel_counts[] = { 1, 1, 3, 3, 4, 2, 5 };
  guint channels = channel_counts[pick (G_N_ELEMENTS (channel_counts))];
  guint64 dims[3] = { height, width, channels };
  gint64 strides[3];
  gint64 gap = pick (3) == 0 ? 1 + pick (4) : 0;
  gsize misaligned = pick (4) == 0 ? (gsize) pick (8) : 0;
  gsize n;

  switch (pick (4)) {
  case 0: /* planar */
    strides[1] = 1;
    strides[0] = width + gap;
    strides[2] = strides[0] * height + gap;
    break;
  case 1: /* interleaved */
    strides[2] = 1;
    strides[1] = channels + gap;
    strides[0] = strides[1] * width + gap;
    break;
  case 2: /* transposed */
    strides[0] = 1;
    strides[1] = height + gap;
    strides[2] = strides[1] * width + gap;
    break;
  default: /* repeated along one axis */
    strides[1] = pick (2);
    strides[0] = width;
    strides[2] = (gint64) width * height * pick (2);
    break;
  }
  n = (gsize) (strides[0] * (height + 1) + strides[1] * (width + 1) + strides[2] * (channels + 1)) +
      1;
  *memory = g_malloc (n * size + misaligned);
  fill (*memory + misaligned, n, dtype);
  return ts_block_new (*memory + misaligned, dtype, 3, dims, strides, NULL, NULL);
}

static void
random_recipe (TsRecipe *recipe, TsResolved *resolved, guint channels)
{
  static const double stds[] = { 1, 0.5, 1.0 / 255, 0.229, -0.7 };
  static const double curves[] = { 1, 1, 1, 2.2, 0.45, 0.1, 10 };

  ts_recipe_init (recipe);
  recipe->n_norm = pick (2) ? 3 : 1;
  *resolved = (TsResolved){ .n = pick (2) ? MIN (channels, 4) : 1 };
  for (guint c = 0; c < 4; c++) {
    gboolean is_unit = pick (2);

    recipe->std[c] = stds[pick (G_N_ELEMENTS (stds))];
    recipe->mean[c] = pick (2) ? real (-1, 1) : 0;
    resolved->lo[c] = is_unit ? 0 : real (-1, 1);
    resolved->hi[c] = is_unit ? 1 : pick (8) == 0 ? resolved->lo[c] : real (-1, 1);
  }
  recipe->value_scale = pick (4) == 0 ? 255 : 1;
  recipe->order = (TsChannelOrder) pick (2);
  recipe->gamma = curves[pick (G_N_ELEMENTS (curves))];
  recipe->curve = pick (4) == 0 ? (TsCurve) pick (3) : TS_CURVE_GAMMA;
  recipe->channel_mode = (TsChannelMode) pick (7);
  for (guint i = 0; i < 4; i++)
    recipe->channels[i] =
        pick ((int) channels + 1) - (recipe->channel_mode == TS_CHANNELS_SINGLE ? 0 : 1);
  recipe->channels[0] = MIN (recipe->channels[0], (int) channels - 1);
  recipe->colormap = pick (2) ? TS_COLORMAP_GRAY : (TsColormap) pick (TS_N_COLORMAPS);
  recipe->invert = pick (3) == 0;
  recipe->rounding = (TsRounding) pick (5);
  recipe->under_color = pick (4) == 0 ? 0x112233 : -1;
  recipe->over_color = pick (4) == 0 ? 0x445566 : -1;
  recipe->posinf_color = pick (6) == 0 ? 0x778899 : -1;
  recipe->neginf_color = pick (6) == 0 ? 0xaabbcc : -1;
  recipe->complex_part = (TsComplexPart) pick (4);
  recipe->ignore_label = pick (3) - 1;
}

static void
assert_same (const TsKernels *kernels,
             const TsBlock *image,
             const TsRecipe *recipe,
             const TsResolved *resolved,
             TsPixelFormat format,
             TsValues values)
{
  gsize size = ts_pixel_format_get_size (format);
  gsize row = (gsize) image->dims[1] * size;
  gsize stride = row + (pick (2) ? 0 : size * 2);
  gsize n = stride * (gsize) image->dims[0] + 2 * MARGIN;
  g_autofree guint8 *expected = g_malloc (n);
  g_autofree guint8 *out = g_malloc (n);
  TsMarks marks = { 0 }, expected_marks = { 0 };
  gboolean counts = pick (2);

  memset (expected, CANARY, n);
  memset (out, CANARY, n);
  ts_render_block_with (NULL, image, recipe, resolved, format, values, expected + MARGIN, stride,
                        &expected_marks);
  ts_render_block_with (kernels, image, recipe, resolved, format, values, out + MARGIN, stride,
                        counts ? &marks : NULL);
  for (gsize i = 0; ts_pixel_format_get_bits (format) == 32 && i + 4 <= n; i += 4) {
    float a, b;

    /* Which NaN it is does not matter. */
    memcpy (&a, out + i, sizeof a);
    memcpy (&b, expected + i, sizeof b);
    if (isnan (a) && isnan (b))
      memcpy (out + i, &b, sizeof b);
  }
  for (gsize i = 0; i < n; i++) {
    if (out[i] != expected[i])
      g_error (
          "%s, %s, format %d, mode %d, colormap %s, rounding %d, gamma %g: byte %" G_GSIZE_FORMAT
          " is %u instead of %u",
          kernels->name, ts_dtype_get_name (image->dtype), format, recipe->channel_mode,
          ts_colormap_get_name (recipe->colormap), recipe->rounding, recipe->gamma, i, out[i],
          expected[i]);
  }
  for (gsize i = 0; i < MARGIN; i++) {
    g_assert_cmpuint (out[i], ==, CANARY);
    g_assert_cmpuint (out[n - 1 - i], ==, CANARY);
  }
  if (counts) {
    g_assert_cmpuint (marks.n_nan, ==, expected_marks.n_nan);
    g_assert_cmpuint (marks.n_posinf, ==, expected_marks.n_posinf);
    g_assert_cmpuint (marks.n_neginf, ==, expected_marks.n_neginf);
    g_assert_cmpuint (marks.n_under, ==, expected_marks.n_under);
    g_assert_cmpuint (marks.n_over, ==, expected_marks.n_over);
  }
}

static void
test_against_reference (gconstpointer data)
{
  const TsKernels *kernels = data;

  for (guint round = 0; round < 1500; round++) {
    TsDtype dtype = pick (2) ? TS_DTYPE_FLOAT32 : (TsDtype) pick (TS_N_DTYPES);
    g_autofree guint8 *memory = NULL;
    g_autoptr (TsBlock) image = random_image (dtype, &memory);
    TsResolved resolved;
    TsRecipe recipe;

    random_recipe (&recipe, &resolved, (guint) image->dims[2]);
    assert_same (kernels, image, &recipe, &resolved,
                 pick (3) ? (TsPixelFormat) pick (3) : (TsPixelFormat) pick (9),
                 (TsValues) pick (3));
  }
}

/* What most images are: three planes to RGB8 and RGBA8, which some types have loops of their own
 * for, in pieces of every length. */
static void
test_planes (gconstpointer data)
{
  static const TsDtype dtypes[] = { TS_DTYPE_FLOAT32, TS_DTYPE_BFLOAT16, TS_DTYPE_FLOAT16,
                                    TS_DTYPE_FLOAT64 };
  const TsKernels *kernels = data;

  for (guint round = 0; round < 400; round++) {
    TsDtype dtype = dtypes[round % G_N_ELEMENTS (dtypes)];
    guint width = 1 + (guint) pick (2500), height = 1 + (guint) pick (3);
    gsize n = (gsize) width * height * 3, misaligned = pick (4) == 0 ? (gsize) pick (8) : 0;
    const guint64 dims[3] = { height, width, 3 };
    const gint64 strides[3] = { width, 1, (gint64) width * height };
    g_autofree guint8 *memory = g_malloc (n * ts_dtype_get_size (dtype) + misaligned);
    g_autoptr (TsBlock) image =
                   ts_block_new (memory + misaligned, dtype, 3, dims, strides, NULL, NULL);
    TsResolved resolved;
    TsRecipe recipe;

    fill (memory + misaligned, n, dtype);
    /* Half of them without anything that is patched afterwards. */
    for (gsize i = 0; i < n && round % 8 < 4; i++) {
      guint8 *element = memory + misaligned + i * ts_dtype_get_size (dtype);
      double value;

      ts_dtype_get_info (dtype)->load (element, 0, 1, &value);
      if (!isfinite (value))
        memset (element, 0, ts_dtype_get_size (dtype));
    }
    random_recipe (&recipe, &resolved, 3);
    recipe.channel_mode = TS_CHANNELS_AUTO;
    recipe.gamma = 1;
    recipe.curve = TS_CURVE_GAMMA;
    recipe.under_color = recipe.over_color = recipe.posinf_color = recipe.neginf_color = -1;
    assert_same (kernels, image, &recipe, &resolved, pick (2) ? TS_PIXELS_RGBA8 : TS_PIXELS_RGB8,
                 TS_VALUES_DISPLAY);
  }
}

/* The least float of level @k or more (of @k or less where the curve falls). */
static float
find_threshold (const TsPlan *plan, guint k)
{
  guint32 low = 0, high = 0x3f800000; /* the bits of 0 and 1 */
  float value;

  while (low < high) {
    guint32 middle = low + (high - low) / 2;
    guint level;

    memcpy (&value, &middle, sizeof value);
    level = ts_plan_quantise_curve (plan, &plan->quantiser, value);
    if (plan->invert ? 255 - level >= k : level >= k)
      high = middle;
    else
      low = middle + 1;
  }
  memcpy (&value, &low, sizeof value);
  return value;
}

/* Every float around every threshold of many curves. */
static void
test_curve_thresholds (void)
{
  static const double gammas[] = { 0.1, 0.3, 0.45, 0.9, 1.01, 1.8, 2.2, 4, 10 };
  g_autofree float *values = g_new (float, 255 * 9);

  for (guint g = 0; g < G_N_ELEMENTS (gammas); g++) {
    for (guint rounding = 0; rounding < 5; rounding++) {
      g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, 1, 255 * 9, 1, TRUE);
      g_autoptr (TsCurveTable) table = NULL;
      TsResolved resolved = range_of (0, 1);
      TsRecipe recipe;
      TsPlan plan;

      ts_recipe_init (&recipe);
      recipe.gamma = gammas[g];
      recipe.rounding = (TsRounding) rounding;
      recipe.invert = pick (2);
      ts_plan_init (&plan, TS_DTYPE_FLOAT32, 1, &recipe, &resolved, TS_PIXELS_GRAY8,
                    TS_VALUES_DISPLAY);
      table = ts_curve_table_get (&plan);
      g_assert_nonnull (table);
      for (guint k = 1; k < 256; k++) {
        float value = find_threshold (&plan, k);

        for (guint i = 0; i < 4; i++)
          value = nextafterf (value, -1);
        for (guint i = 0; i < 9; i++, value = nextafterf (value, 2))
          values[(k - 1) * 9 + i] = value;
      }
      assert_same (ts_kernels_get (), image, &recipe, &resolved, TS_PIXELS_GRAY8,
                   TS_VALUES_DISPLAY);
    }
  }
}

/* Every half, bfloat16 and 8-bit number. */
static void
test_all_small (void)
{
  static const TsDtype dtypes[] = { TS_DTYPE_FLOAT16, TS_DTYPE_BFLOAT16, TS_DTYPE_INT16,
                                    TS_DTYPE_UINT16 };
  guint16 *values = g_new (guint16, 65536);

  for (guint i = 0; i < 65536; i++)
    values[i] = (guint16) i;
  for (guint d = 0; d < G_N_ELEMENTS (dtypes); d++) {
    g_autoptr (TsBlock) image = image_over (values, dtypes[d], 256, 256, 1, TRUE);
    TsResolved resolved = range_of (-0.9, 1.1);
    TsRecipe recipe;

    ts_recipe_init (&recipe);
    if (d >= 2)
      resolved = range_of (-20000, 60000);
    for (const TsKernels *const *kernels = ts_kernels_list (); *kernels != NULL; kernels++)
      assert_same (*kernels, image, &recipe, &resolved, TS_PIXELS_GRAY16, TS_VALUES_DISPLAY);
  }
  g_free (values);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (const TsKernels *const *kernels = ts_kernels_list (); *kernels != NULL; kernels++) {
    g_autofree char *path = g_strdup_printf ("/kernels/%s", (*kernels)->name);
    g_autofree char *planes_path = g_strdup_printf ("/kernels/%s/planes", (*kernels)->name);

    g_test_add_data_func (path, *kernels, test_against_reference);
    g_test_add_data_func (planes_path, *kernels, test_planes);
  }
  g_test_add_func ("/kernels/curves", test_curve_thresholds);
  g_test_add_func ("/kernels/small", test_all_small);
  return g_test_run ();
}
