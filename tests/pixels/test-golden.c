/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-source.h"
#include "pixels/ts-colormap.h"
#include "tensor/ts-tensor.h"

#include "pixels-util.h"

#include <math.h>

/* The lines of golden.txt, made by make-golden.py with the real libraries. */
static char **lines;

/* The words of each line that begins with @word; at least @n of them. */
static GPtrArray *
lines_of (const char *word, guint n)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  for (guint i = 0; lines[i] != NULL; i++) {
    char **words = g_strsplit (lines[i], " ", -1);

    if (g_strcmp0 (words[0], word) == 0)
      g_ptr_array_add (found, words);
    else
      g_strfreev (words);
  }
  g_assert_cmpuint (found->len, >=, n);
  return found;
}

static double
number (const char *text)
{
  return g_ascii_strtod (text, NULL);
}

static void
assert_digest (const char *what, const guint8 *data, gsize n, const char *expected)
{
  g_autofree char *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, n);

  if (g_strcmp0 (digest, expected) != 0)
    g_test_message ("differs: %s", what);
  g_assert_cmpstr (digest, ==, expected);
}

static void
test_cells (void)
{
  g_autoptr (GPtrArray) offsets = lines_of ("offset", 1);
  g_autoptr (GPtrArray) expected = lines_of ("cells", 64);
  g_autofree char *path = g_build_filename (g_getenv ("TS_SAMPLES"), "cells.pt", NULL);
  g_autofree char *content = NULL;
  const char *offset = ((char **) g_ptr_array_index (offsets, 0))[1];
  TsResolved resolved = range_of (0, 1);
  TsRecipe recipe;

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  ts_recipe_init (&recipe);
  g_assert_true (ts_recipe_set_preset (&recipe, "tanh", NULL));
  for (guint k = 0; k < 64; k++) {
    char **words = g_ptr_array_index (expected, k);
    const char *first = content + g_ascii_strtoull (offset, NULL, 10) + k * 3 * 64 * 64 * 4;
    g_autoptr (TsBlock) image = image_over (first, TS_DTYPE_FLOAT32, 64, 64, 3, TRUE);
    g_autofree guint8 *out = render (image, &recipe, &resolved, TS_PIXELS_RGB8, NULL);

    g_assert_cmpuint (number (words[1]), ==, k);
    assert_digest (words[1], out, 64 * 64 * 3, words[2]);
  }
}

static void
test_torchvision (void)
{
  g_autoptr (GPtrArray) expected = lines_of ("torchvision", 6);

  for (guint i = 0; i < expected->len; i++) {
    char **words = g_ptr_array_index (expected, i);
    g_autofree float *values = random_values ((guint32) number (words[1]), 3 * 64 * 64);
    g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, 64, 64, 3, TRUE);
    TsResolved resolved = range_of (number (words[2]), number (words[3]));
    g_autofree guint8 *out = NULL;
    TsRecipe recipe;

    ts_recipe_init (&recipe);
    out = render (image, &recipe, &resolved, TS_PIXELS_RGB8, NULL);
    assert_digest (words[1], out, 64 * 64 * 3, words[4]);
  }
}

static void
test_torchvision_minmax (void)
{
  g_autoptr (GPtrArray) expected = lines_of ("torchvision-minmax", 2);
  gsize n = 3 * 32 * 32;

  for (guint i = 0; i < expected->len; i++) {
    char **words = g_ptr_array_index (expected, i);
    gboolean is_each = number (words[2]) != 0;
    g_autofree float *values = random_values ((guint32) number (words[1]), 2 * n);
    g_autofree guint8 *both = g_malloc (2 * n);
    TsRecipe recipe;

    for (gsize k = n; k < 2 * n; k++)
      values[k] *= 0.25f;
    ts_recipe_init (&recipe);
    for (guint k = 0; k < 2; k++) {
      g_autoptr (TsBlock) image = image_over (values + k * n, TS_DTYPE_FLOAT32, 32, 32, 3, TRUE);
      g_autofree guint8 *out = NULL;
      TsResolved resolved;
      TsStats stats;

      ts_stats_init (&stats);
      ts_stats_add_block (&stats, image);
      if (!is_each) {
        g_autoptr (TsBlock) other =
                       image_over (values + (1 - k) * n, TS_DTYPE_FLOAT32, 32, 32, 3, TRUE);

        ts_stats_add_block (&stats, other);
      }
      resolved = range_of (stats.min, stats.max);
      out = render (image, &recipe, &resolved, TS_PIXELS_RGB8, NULL);
      memcpy (both + k * n, out, n);
    }
    assert_digest (words[1], both, 2 * n, words[3]);
  }
}

static void
test_numpy (void)
{
  g_autoptr (GPtrArray) expected = lines_of ("numpy", 20);

  for (guint i = 0; i < expected->len; i++) {
    char **words = g_ptr_array_index (expected, i);
    g_autofree float *values = random_values ((guint32) number (words[1]), 64 * 64);
    g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, 64, 64, 1, TRUE);
    TsResolved resolved = range_of (0, 1);
    g_autofree guint8 *out = NULL;
    TsRecipe recipe;
    int rounding;

    ts_recipe_init (&recipe);
    recipe.std[0] = number (words[2]);
    recipe.mean[0] = number (words[3]);
    g_assert_true (ts_name_lookup (ts_rounding_names, words[4], &rounding));
    recipe.rounding = (TsRounding) rounding;
    out = render (image, &recipe, &resolved, TS_PIXELS_GRAY8, NULL);
    assert_digest (words[4], out, 64 * 64, words[5]);
  }
}

static void
test_colormaps (void)
{
  g_autoptr (GPtrArray) expected = lines_of ("colormap", 24);
  TsResolved resolved = range_of (0, 1);
  float values[4096] = { 0 };
  g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, 64, 64, 1, TRUE);

  for (guint i = 0; i < 2048; i++) {
    values[i] = (float) i / 2048;
    values[2048 + i] = nextafterf (values[i], -1);
  }
  values[4095] = 1;
  for (guint i = 0; i < expected->len; i++) {
    char **words = g_ptr_array_index (expected, i);
    g_autofree guint8 *out = NULL;
    TsRecipe recipe;

    ts_recipe_init (&recipe);
    g_assert_true (ts_colormap_parse (words[1], &recipe.colormap, &recipe.invert));
    out = render (image, &recipe, &resolved, TS_PIXELS_RGB8, NULL);
    assert_digest (words[1], out, 4096 * 3, words[2]);
  }
}

static void
test_palettes (void)
{
  g_autoptr (GPtrArray) expected = lines_of ("palette", 4);
  guint8 labels[20];

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    labels[i] = (guint8) i;
  for (guint i = 0; i < expected->len; i++) {
    char **words = g_ptr_array_index (expected, i);
    guint n = (guint) g_ascii_strtoull (words[2], NULL, 10);
    g_autoptr (TsBlock) image = image_over (labels, TS_DTYPE_UINT8, 1, n, 1, TRUE);
    TsResolved resolved = range_of (0, 1);
    g_autofree guint8 *out = NULL;
    TsRecipe recipe;

    ts_recipe_init (&recipe);
    g_assert_true (ts_colormap_parse (words[1], &recipe.colormap, &recipe.invert));
    out = render (image, &recipe, &resolved, TS_PIXELS_RGB8, NULL);
    assert_digest (words[1], out, n * 3, words[3]);
  }
}

static void
assert_row (const char *what, const guint8 *out, const guint8 *expected)
{
  for (guint i = 0; i < 12; i++) {
    if (out[i] != expected[i])
      g_test_message ("%s, value %u: %u instead of %u", what, i, out[i], expected[i]);
    g_assert_cmpuint (out[i], ==, expected[i]);
  }
}

/* The row of values that the project's rules give for every rule of rounding. */
static void
test_rows (void)
{
  static const float values[12] = { -1.2f, -1,   -.9961f, -.5f,   -.004f, 0,
                                    .004f, .25f, .5f,     .9961f, 1,      1.2f };
  static const struct
  {
    const char *preset;
    double lo, hi;
    TsRounding rounding;
    guint8 expected[12];
  } rows[] = {
    { "unit", -1, 1, TS_ROUNDING_NEAREST, { 0, 0, 0, 64, 127, 128, 128, 159, 191, 255, 255, 255 } },
    { "tanh", 0, 1, TS_ROUNDING_NEAREST, { 0, 0, 0, 64, 127, 128, 128, 159, 191, 255, 255, 255 } },
    { "unit",
      -1,
      1,
      TS_ROUNDING_TRUNCATE,
      { 0, 0, 0, 63, 126, 127, 128, 159, 191, 254, 255, 255 } },
    { "tanh", 0, 1, TS_ROUNDING_TRUNCATE, { 0, 0, 0, 63, 126, 127, 128, 159, 191, 254, 255, 255 } },
    { "unit", 0, 1, TS_ROUNDING_NEAREST, { 0, 0, 0, 0, 0, 0, 1, 64, 128, 254, 255, 255 } },
    { "unit",
      (double) -1.2f,
      (double) 1.2f,
      TS_ROUNDING_NEAREST,
      { 0, 21, 22, 74, 127, 128, 128, 154, 181, 233, 234, 255 } },
    { "imagenet",
      0,
      1,
      TS_ROUNDING_NEAREST,
      { 54, 65, 66, 94, 123, 124, 124, 138, 153, 182, 182, 194 } },
  };
  g_autoptr (TsBlock) image = image_over (values, TS_DTYPE_FLOAT32, 1, 12, 1, TRUE);
  double wide_values[12] = { 0 };
  g_autoptr (TsBlock) wide = image_over (wide_values, TS_DTYPE_FLOAT64, 1, 12, 1, TRUE);

  for (guint i = 0; i < 12; i++)
    wide_values[i] = (double) values[i];
  for (guint r = 0; r < G_N_ELEMENTS (rows); r++) {
    TsResolved resolved = range_of (rows[r].lo, rows[r].hi);
    g_autofree guint8 *out = NULL;
    g_autofree guint8 *out_wide = NULL;
    TsRecipe recipe;

    ts_recipe_init (&recipe);
    g_assert_true (ts_recipe_set_preset (&recipe, rows[r].preset, NULL));
    recipe.rounding = rows[r].rounding;
    out = render (image, &recipe, &resolved, TS_PIXELS_GRAY8, NULL);
    assert_row (rows[r].preset, out, rows[r].expected);
    out_wide = render (wide, &recipe, &resolved, TS_PIXELS_GRAY8, NULL);
    assert_row (rows[r].preset, out_wide, rows[r].expected);
  }
}

int
main (int argc, char *argv[])
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  path = g_test_build_filename (G_TEST_DIST, "pixels", "golden", "golden.txt", NULL);
  if (!g_file_get_contents (path, &text, NULL, NULL))
    g_error ("%s is not there", path);
  lines = g_strsplit (g_strstrip (text), "\n", -1);
  g_test_add_func ("/golden/rows", test_rows);
  g_test_add_func ("/golden/cells", test_cells);
  g_test_add_func ("/golden/torchvision", test_torchvision);
  g_test_add_func ("/golden/torchvision-minmax", test_torchvision_minmax);
  g_test_add_func ("/golden/numpy", test_numpy);
  g_test_add_func ("/golden/colormaps", test_colormaps);
  g_test_add_func ("/golden/palettes", test_palettes);
  status = g_test_run ();
  g_strfreev (lines);
  return status;
}
