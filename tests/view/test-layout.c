/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "view/ts-layout.h"

#include <math.h>
#include <string.h>

#define NPY    TS_ORIGIN_NUMPY
#define TORCH  TS_ORIGIN_TORCH
#define MAT    TS_ORIGIN_MATLAB
#define F4     TS_DTYPE_FLOAT32
#define U1     TS_DTYPE_UINT8
#define NO     TS_CONFIDENCE_NONE
#define ASK    TS_CONFIDENCE_ASK
#define LIKELY TS_CONFIDENCE_LIKELY
#define SURE   TS_CONFIDENCE_SURE

/* What the shape, dtype, origin and name alone say, without a look at the data. */
static const struct
{
  const char *shape;
  TsDtype dtype;
  TsOrigin origin;
  const char *path;
  const char *best; /* (nullable) layout */
  double score;
  const char *next; /* (nullable) not checked */
  double next_score;
  TsConfidence confidence;
} guesses[] = {
  { "64x3x256x256", F4, TORCH, NULL, "NCHW", 80, NULL, 0, SURE },
  { "64x256x256x3", U1, NPY, NULL, "NHWC", 78, NULL, 0, SURE },
  { "10000x28x28", U1, NPY, NULL, "NHW", 44, NULL, 0, SURE },
  { "1797x8x8", F4, NPY, NULL, "NHW", 40, NULL, 0, SURE },
  { "3x224x224", F4, TORCH, NULL, "CHW", 80, "NHW", 48, SURE },
  { "480x640x3", U1, NPY, NULL, "HWC", 74, NULL, 0, SURE },
  { "3x1080x1920", U1, TORCH, NULL, "CHW", 76, NULL, 0, SURE },
  { "1080x1920x4", U1, NPY, NULL, "HWC", 62, NULL, 0, SURE },
  { "480x640", U1, NPY, NULL, "HW", 60, NULL, 0, SURE },
  { "2048x2048", TS_DTYPE_UINT16, NPY, NULL, "HW", 64, NULL, 0, SURE },
  { "512x512", F4, NPY, NULL, "HW", 44, "ND", 30, LIKELY },
  { "1000x512", F4, NPY, "latents", "ND", 50, "HW", 20, NO },
  { "1000x512", F4, NPY, NULL, "HW", 40, "ND", 30, LIKELY },
  { "64x512", F4, NPY, NULL, "ND", 38, "HW", 34, NO },
  { "197x768", F4, NPY, NULL, "HW", 32, "ND", 30, NO },
  { "16x18x512", F4, TORCH, NULL, "NLD", 48, "HWK", 34, NO },
  { "1x18x512", F4, TORCH, NULL, "NLD", 48, "CHW", 26, NO },
  { "3x18x512", F4, TORCH, NULL, "NLD", 48, "CHW", 36, NO },
  { "2x77x768", F4, TORCH, NULL, "NLD", 40, "CHW", 34, NO },
  { "3x64x3", F4, NPY, NULL, "CHW", -11, "HWC", -15, NO },
  { "4x4x4x4", F4, NPY, NULL, "NCHW", 44, "NHWC", 40, ASK },
  { "3x3x3", F4, NPY, NULL, "CHW", 29, NULL, 0, NO },
  { "4x4x64x64", F4, TORCH, "latents", "NCHW", 48, NULL, 0, SURE },
  { "4x4x64x64", F4, TORCH, NULL, "NCHW", 68, NULL, 0, SURE },
  { "4x4x32x32", U1, NPY, NULL, "NCHW", 62, NULL, 0, SURE },
  { "3x32x32x3", U1, NPY, NULL, "NHWC", 78, NULL, 0, SURE },
  { "8x16x32x32", F4, TORCH, NULL, "NKHW", 46, NULL, 0, SURE },
  { "2x19x512x1024", F4, TORCH, "logits", "NKHW", 22, NULL, 0, NO },
  { "3x28x28", F4, NPY, NULL, "CHW", 74, "NHW", 44, SURE },
  { "28x28x10", F4, NPY, NULL, "HWK", 38, NULL, 0, NO },
  { "512x512x200", TS_DTYPE_INT16, NPY, NULL, "HWK", 42, "NHW", 40, ASK },
  { "200x512x512", TS_DTYPE_INT16, NPY, NULL, "NHW", 48, "HWK", 34, LIKELY },
  { "96x96x96", F4, NPY, NULL, "NHW", 48, "HWK", 42, LIKELY },
  { "2x16x3x64x64", F4, TORCH, NULL, "NTCHW", 80, NULL, 0, SURE },
  { "2x3x16x64x64", F4, TORCH, NULL, "NCTHW", 78, NULL, 0, SURE },
  { "2x3x3x64x64", F4, TORCH, NULL, "NTCHW", 80, "NCTHW", 78, ASK },
  { "2x16x64x64x3", U1, NPY, NULL, "NTHWC", 78, NULL, 0, SURE },
  { "3x16x64x64", F4, TORCH, NULL, "CTHW", 72, NULL, 0, SURE },
  { "4x64x64x64", F4, TORCH, NULL, "CTHW", 60, "NKHW", 46, LIKELY },
  { "1x1x96x96x96", F4, NPY, NULL, "NCTHW", 66, NULL, 0, SURE },
  { "1x4x155x240x240", F4, NPY, NULL, "NCTHW", 64, NULL, 0, SURE },
  { "5x1x64x64", U1, NPY, NULL, "NCHW", 64, NULL, 0, SURE },
  { "5x64x64x1", U1, NPY, NULL, "NHWC", 68, NULL, 0, SURE },
  { "64x64x1", U1, NPY, NULL, "HWC", 68, NULL, 0, SURE },
  { "1x64x64", U1, NPY, NULL, "CHW", 64, "NHW", 48, SURE },
  { "32x32x3x100", U1, MAT, NULL, "HWCN", 84, NULL, 0, SURE },
  { "20x512x512", TS_DTYPE_INT64, NPY, "label", "NHW", 63, NULL, 0, SURE },
  { "2x480x640", F4, NPY, "depth", "NHW", 59, "CHW", 30, SURE },
  { "128x3x3x3", F4, TORCH, "conv.weight", "NCHW", 11, NULL, 0, NO },
  { "50257x768", F4, TORCH, "wte.weight", "ND", 50, NULL, 0, NO },
  { "320x4x3x3", F4, TORCH, NULL, "NHWC", 21, "NCHW", 19, NO },
  /* Leading axes beyond the fifth count images. */
  { "2x2x16x3x64x64", F4, TORCH, NULL, "NNTCHW", 80, NULL, 0, SURE },
  { "2x1x1x2x16x3x64x64", F4, TORCH, NULL, "NNNNTCHW", 80, NULL, 0, SURE },
  /* Nothing to guess. */
  { "", F4, NPY, NULL, NULL, 0, NULL, 0, NO },
  { "100", F4, NPY, "images", NULL, 0, NULL, 0, NO },
  { "0x3x64x64", F4, NPY, "images", NULL, 0, NULL, 0, NO },
  { "64x3x70000x70000", F4, NPY, "images", NULL, 0, NULL, 0, NO },
};

static void
parse_shape (const char *text, TsShape *shape)
{
  g_auto (GStrv) parts = g_strsplit (text, "x", -1);

  memset (shape, 0, sizeof *shape);
  for (guint i = 0; parts[i] != NULL; i++)
    shape->dims[shape->n_dims++] = g_ascii_strtoull (parts[i], NULL, 10);
}

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (guesses); i++) {
    g_autoptr (TsLayoutGuess) guess = NULL;
    TsLayoutHints hints = { .origin = guesses[i].origin, .path = guesses[i].path };
    TsShape shape;
    gboolean found_next = guesses[i].next == NULL;

    parse_shape (guesses[i].shape, &shape);
    guess = ts_layout_guess (&shape, guesses[i].dtype, &hints);
    g_test_message ("%s %s: %s", guesses[i].shape, guesses[i].path, guess->reason);
    g_assert_cmpstr (ts_confidence_to_string (guess->confidence), ==,
                     ts_confidence_to_string (guesses[i].confidence));
    g_assert_nonnull (guess->reason);
    if (guesses[i].best == NULL) {
      g_assert_true (guess->n_candidates == 0 ||
                     !ts_layout_is_image (&guess->candidates[0].layout));
      continue;
    }
    g_assert_cmpstr (guess->candidates[0].layout.roles, ==, guesses[i].best);
    g_assert_cmpfloat (guess->candidates[0].score, ==, guesses[i].score);
    g_assert_cmpuint (guess->candidates[0].layout.n_dims, ==, shape.n_dims);
    for (guint k = 1; k < guess->n_candidates; k++) {
      g_assert_cmpfloat (guess->candidates[k - 1].score, >=, guess->candidates[k].score);
      if (g_strcmp0 (guess->candidates[k].layout.roles, guesses[i].next) == 0) {
        g_assert_cmpfloat (guess->candidates[k].score, ==, guesses[i].next_score);
        found_next = TRUE;
      }
    }
    g_assert_true (found_next);
  }
}

static void
test_reasons (void)
{
  const struct
  {
    const char *shape;
    const char *path;
    const char *reason;
  } rows[] = {
    { "64x3x64x64", "images", "NCHW: 3 is a channel count, 64×64 is square, named like images" },
    { "8x16x32x32", NULL, "NKHW: 16 maps, too many for colours, 32×32 is square" },
    { "10x480x640", "masks",
      "NHW: no axis is a channel count, 480×640 is the shape of a picture, named like masks" },
    { "2x3x3x64x64", NULL, "NTCHW: 3 is a channel count, 64×64 is square; NCTHW is as likely" },
    { "1000x512", "w", "ND: vectors of 512 numbers, named like latents" },
    { "3x3x3", NULL, "no reading of 3×3×3 looks like images" },
    { "12", NULL, "a row of numbers" },
    { "12x0", NULL, "empty: an axis has length 0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    TsLayoutHints hints = { .origin = TORCH, .path = rows[i].path };
    g_autoptr (TsLayoutGuess) guess = NULL;
    TsShape shape;

    parse_shape (rows[i].shape, &shape);
    guess = ts_layout_guess (&shape, F4, &hints);
    g_assert_cmpstr (guess->reason, ==, rows[i].reason);
  }
}

static void
test_channels_last (void)
{
  const gint64 strides[] = { 3 * 4 * 4, 1, 12, 3 };
  TsLayoutHints hints = { .origin = TORCH, .strides = strides };
  g_autoptr (TsLayoutGuess) guess = NULL;
  TsShape shape;

  parse_shape ("4x3x4x4", &shape);
  guess = ts_layout_guess (&shape, F4, &hints);
  g_assert_cmpstr (guess->candidates[0].layout.roles, ==, "NCHW");
  g_assert_cmpfloat (guess->candidates[0].score, ==, 40 + 12 + 6 + 30);
}

static void
test_names (void)
{
  const struct
  {
    const char *path;
    double bonus; /* for 8x1x64x64 as NCHW */
  } rows[] = {
    { "images", 20 },
    { "a/fake_B", 20 },
    { "fakeImages", 20 },
    { "x", 0 },
    { "G/conv0/weight", -20 },
    { "image_latents", -20 },
    { "latent_images", 20 },
    { "z", -20 },
    { "zebra", 0 },
    { "recon/3", 20 },
    { "w_plus", -20 },
    { "IMG-0001", 20 },
    { "latents/images", 20 },
    { "", 0 },
    { "🂡", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    TsLayoutHints hints = { .origin = TORCH, .path = rows[i].path };
    g_autoptr (TsLayoutGuess) guess = NULL;
    TsShape shape;

    parse_shape ("8x1x64x64", &shape);
    guess = ts_layout_guess (&shape, F4, &hints);
    g_test_message ("%s", rows[i].path);
    g_assert_cmpstr (guess->candidates[0].layout.roles, ==, "NCHW");
    g_assert_cmpfloat (guess->candidates[0].score, ==, 30 + 34 + 6 + rows[i].bonus);
  }
}

/* Data, by a formula of the index along each axis. */
typedef double (*Formula) (const guint64 *at);

static TsTensor *
make_tensor (const char *sizes, TsDtype dtype, Formula formula)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  TsShape shape;
  guint64 n, at[TS_MAX_DIMS] = { 0 };
  g_autofree guint8 *data = NULL;
  gsize size = ts_dtype_get_size (dtype);
  TsTensor *tensor;

  parse_shape (sizes, &shape);
  g_assert_true (ts_shape_count (&shape, &n));
  data = g_malloc (n * size);
  for (guint64 k = 0; k < n; k++) {
    double value = formula (at);
    float single = (float) value;

    if (dtype == F4)
      memcpy (data + k * size, &single, size);
    else
      data[k] = (guint8) value;
    for (guint i = shape.n_dims; i-- > 0;) {
      if (++at[i] < shape.dims[i])
        break;
      at[i] = 0;
    }
  }
  bytes = g_bytes_new_take (g_steal_pointer (&data), n * size);
  tensor = ts_tensor_new_from_bytes (bytes, dtype, &shape, &error);
  g_assert_no_error (error);
  return tensor;
}

static double
noise (const guint64 *at)
{
  return g_test_rand_double () + g_test_rand_double () + g_test_rand_double () - 1.5;
}

static double
unit_noise (const guint64 *at)
{
  return g_test_rand_double ();
}

/* Pictures on the last two axes, each image its own. */
static double
picture_2 (const guint64 *at)
{
  return sin (0.07 * (double) at[0]) * cos (0.05 * (double) at[1]);
}

static double
picture_3 (const guint64 *at)
{
  return sin (0.07 * (double) at[1] + 40. * (double) (at[0] * at[0] % 17)) *
         cos (0.05 * (double) at[2] + 9. * (double) (at[0] * 7 % 13));
}

static double
slices_last (const guint64 *at)
{
  const guint64 swapped[3] = { at[2], at[0], at[1] };

  return picture_3 (swapped);
}

static double
color_planes (const guint64 *at)
{
  return 0.5 + 0.4 * sin (0.2 * (double) (at[2] + at[1])) * cos (0.15 * (double) at[3]);
}

static double
wide_planes (const guint64 *at)
{
  return 6 * (color_planes (at) - 0.5) * (double) (at[1] + 1);
}

static void
test_data (void)
{
  const struct
  {
    const char *shape;
    Formula formula;
    TsDtype dtype;
    const char *path;
    const char *best;
    TsConfidence confidence;
    TsColorKind color;
  } rows[] = {
    { "512x512", noise, F4, NULL, "ND", NO, TS_COLOR_NONE },
    { "512x512", picture_2, F4, NULL, "HW", SURE, TS_COLOR_NONE },
    { "1000x512", noise, F4, NULL, "ND", NO, TS_COLOR_NONE },
    { "1000x512", picture_2, F4, NULL, "HW", SURE, TS_COLOR_NONE },
    { "64x512", picture_2, F4, NULL, "HW", SURE, TS_COLOR_NONE },
    { "512x512", picture_2, F4, "latents", "ND", NO, TS_COLOR_NONE },
    { "80x96x96", picture_3, F4, NULL, "NHW", SURE, TS_COLOR_NONE },
    { "96x96x80", slices_last, F4, NULL, "HWK", SURE, TS_COLOR_NONE },
    { "2x64x64", noise, F4, NULL, "CHW", ASK, TS_COLOR_MAPS },
    { "2x4x512", noise, F4, NULL, "NLD", NO, TS_COLOR_NONE },
    { "40x300x300", picture_3, F4, NULL, "NHW", SURE, TS_COLOR_NONE },
    { "4x4x64x64", color_planes, F4, NULL, "NCHW", SURE, TS_COLOR_RGBA },
    { "4x4x64x64", wide_planes, F4, NULL, "NCHW", SURE, TS_COLOR_MAPS },
    { "4x3x64x64", wide_planes, F4, NULL, "NCHW", SURE, TS_COLOR_RGB },
    { "4x2x64x64", color_planes, F4, "images", "NCHW", SURE, TS_COLOR_MAPS },
    { "4x1x64x64", color_planes, F4, NULL, "NCHW", SURE, TS_COLOR_GRAY },
    { "4x96x8x8", wide_planes, F4, NULL, "NKHW", SURE, TS_COLOR_NONE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (TsTensor) tensor = make_tensor (rows[i].shape, rows[i].dtype, rows[i].formula);
    TsLayoutHints hints = { .origin = TORCH,
                            .path = rows[i].path,
                            .strides = ts_tensor_get_strides (tensor),
                            .tensor = tensor };
    g_autoptr (TsLayoutGuess) guess =
                   ts_layout_guess (ts_tensor_get_shape (tensor), rows[i].dtype, &hints);

    g_test_message ("%s: %s", rows[i].shape, guess->reason);
    g_assert_cmpstr (guess->candidates[0].layout.roles, ==, rows[i].best);
    g_assert_cmpstr (ts_confidence_to_string (guess->confidence), ==,
                     ts_confidence_to_string (rows[i].confidence));
    g_assert_cmpint (guess->color, ==, rows[i].color);
  }
}

static void
test_flattened (void)
{
  const struct
  {
    const char *shape;
    TsDtype dtype;
    Formula formula;
    const char *reshape;
  } rows[] = {
    { "50x784", F4, unit_noise, "NHW:28x28" },
    { "50x3072", F4, unit_noise, "NCHW:3x32x32" },
    { "50x784", F4, noise, NULL },
    { "20x192", F4, unit_noise, "NCHW:3x8x8" },
    { "20x500", F4, unit_noise, NULL },
    { "20x49", F4, unit_noise, NULL },
    { "2000x64", U1, unit_noise, "NHW:8x8" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (TsTensor) tensor = make_tensor (rows[i].shape, rows[i].dtype, rows[i].formula);
    TsLayoutHints hints = { .origin = NPY, .tensor = tensor };
    g_autoptr (TsLayoutGuess) guess =
                   ts_layout_guess (ts_tensor_get_shape (tensor), rows[i].dtype, &hints);

    g_assert_cmpstr (guess->reshape, ==, rows[i].reshape);
  }
}

static void
test_parse (void)
{
  const struct
  {
    const char *text;
    guint n_dims;
    const char *roles; /* %NULL: an error */
    const char *message;
  } rows[] = {
    { "NCHW", 4, "NCHW", NULL },
    { "nhwc", 4, "NHWC", NULL },
    { "BCHW", 4, "NCHW", NULL },
    { "HWCN", 4, "HWCN", NULL },
    { "HW", 2, "HW", NULL },
    { "NHW", 5, "NNNHW", NULL },
    { "NNTCHW", 6, "NNTCHW", NULL },
    { "ND", 2, "ND", NULL },
    { "NLD", 3, "NLD", NULL },
    { "NCHW", 3, NULL, "Layout “NCHW” names 4 axes; the array has 3" },
    { "CHW", 4, NULL, "Layout “CHW” names 3 axes; the array has 4" },
    { "", 2, NULL, "names 0 axes" },
    { "NCHX", 4, NULL, "the letters are" },
    { "NCCH", 4, NULL, "more than one C" },
    { "NHH", 3, NULL, "more than one H" },
    { "NCH", 3, NULL, "H and W go together" },
    { "NC", 2, NULL, "needs H and W" },
    { "HWD", 3, NULL, "not both" },
    { "NÄHW", 4, NULL, "the letters are" },
    { "NCHW", 65, NULL, "names 4 axes" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    TsLayout layout;
    gboolean parsed = ts_layout_parse (&layout, rows[i].text, rows[i].n_dims, &error);

    if (rows[i].roles != NULL) {
      g_assert_no_error (error);
      g_assert_true (parsed);
      g_assert_cmpstr (layout.roles, ==, rows[i].roles);
      g_assert_cmpuint (layout.n_dims, ==, rows[i].n_dims);
    } else {
      g_assert_false (parsed);
      g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
      g_assert_nonnull (strstr (error->message, rows[i].message));
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layout/table", test_table);
  g_test_add_func ("/layout/reasons", test_reasons);
  g_test_add_func ("/layout/channels-last", test_channels_last);
  g_test_add_func ("/layout/names", test_names);
  g_test_add_func ("/layout/data", test_data);
  g_test_add_func ("/layout/flattened", test_flattened);
  g_test_add_func ("/layout/parse", test_parse);
  return g_test_run ();
}
