/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/ts-error.h"
#include "base/ts-half.h"
#include "export/ts-digits.h"
#include "export/ts-json-reader.h"
#include "export/ts-json-writer.h"
#include "export/ts-recipe-json.h"

#include <locale.h>
#include <math.h>
#include <string.h>

/* What a JSON reader followed by a conversion to float makes of @text. */
static float
read_float (const char *text)
{
  return (float) g_ascii_strtod (text, NULL);
}

static void
test_digits_table (void)
{
  static const struct
  {
    double value;
    TsDtype dtype;
    const char *text;
  } cases[] = {
    { 0, TS_DTYPE_FLOAT32, "0" },
    { -0.0, TS_DTYPE_FLOAT32, "-0.0" },
    { 1, TS_DTYPE_FLOAT32, "1" },
    { -3, TS_DTYPE_FLOAT64, "-3" },
    { 0.1f, TS_DTYPE_FLOAT32, "0.1" },
    { 0.1, TS_DTYPE_FLOAT64, "0.1" },
    { 0.1f, TS_DTYPE_FLOAT64, "0.10000000149011612" },
    { 16777216, TS_DTYPE_FLOAT32, "16777216" },
    { 3.4028234663852886e38, TS_DTYPE_FLOAT32, "3.4028235e38" },
    { 1.401298464324817e-45, TS_DTYPE_FLOAT32, "1e-45" },
    { 1.1754943508222875e-38, TS_DTYPE_FLOAT32, "1.1754944e-38" },
    { 0.333251953125, TS_DTYPE_FLOAT16, "0.3333" },
    { 65504, TS_DTYPE_FLOAT16, "65504" },
    { 5.960464477539063e-08, TS_DTYPE_FLOAT16, "6e-8" },
    { 0.333984375, TS_DTYPE_BFLOAT16, "0.334" },
    { 1e-5, TS_DTYPE_FLOAT64, "0.00001" },
    { 1.5e-7, TS_DTYPE_FLOAT64, "1.5e-7" },
    { 1e300, TS_DTYPE_FLOAT64, "1e300" },
    { 0.00392156862745098, TS_DTYPE_FLOAT64, "0.00392156862745098" },
    { 1.7976931348623157e308, TS_DTYPE_FLOAT64, "1.7976931348623157e308" },
    { 0.4375, TS_DTYPE_FLOAT8_E4M3FN, "0.4375" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    char text[TS_DIGITS_SIZE];
    gsize length = ts_digits_format (text, cases[i].value, cases[i].dtype);

    g_assert_cmpstr (text, ==, cases[i].text);
    g_assert_cmpuint (length, ==, strlen (text));
  }
}

/* Every value of the 16-bit types, and many float32, read back the same; none is longer than the C
 * library's shortest. */
static void
test_digits_float32 (void)
{
  guint32 state = 12345;

  for (guint i = 0; i < 300000; i++) {
    union
    {
      guint32 u;
      float f;
    } value, back;
    char text[TS_DIGITS_SIZE], c_text[TS_DIGITS_SIZE];

    state = state * 1664525 + 1013904223;
    value.u = state ^ state >> 16;
    if (i % 2 == 0)
      value.f = (float) sin (state) * 3;
    if (!isfinite (value.f))
      continue;
    ts_digits_format (text, value.f, TS_DTYPE_FLOAT32);
    back.f = read_float (text);
    if (back.u != value.u)
      g_error ("%.9g became %s", (double) value.f, text);
    for (int n = 1; i % 16 == 0 && n <= 9; n++) {
      gsize n_digits = 0;

      g_snprintf (c_text, sizeof c_text, "%.*e", n - 1, (double) value.f);
      if (strtof (c_text, NULL) != value.f)
        continue;
      for (const char *p = text; *p != '\0' && *p != 'e'; p++)
        n_digits += g_ascii_isdigit (*p) && (n_digits > 0 || *p != '0');
      while (n_digits > (gsize) n && fabsf (value.f) >= 1e6f)
        n_digits--; /* zeros before the point */
      g_assert_cmpuint (n_digits, <=, (gsize) n);
      break;
    }
  }
}

static void
test_digits_small_floats (void)
{
  for (guint bits = 0; bits < 65536; bits++) {
    float half = ts_half_to_float ((guint16) bits), bfloat = ts_bfloat16_to_float ((guint16) bits);
    char text[TS_DIGITS_SIZE];

    if (isfinite (half)) {
      ts_digits_format (text, half, TS_DTYPE_FLOAT16);
      g_assert_cmpuint (ts_half_from_float (read_float (text)), ==, bits);
      g_assert_cmpuint (strlen (text), <=, 12);
    }
    if (isfinite (bfloat)) {
      union
      {
        float f;
        guint32 u;
      } back;

      ts_digits_format (text, bfloat, TS_DTYPE_BFLOAT16);
      back.f = read_float (text);
      /* round to nearest, ties to even */
      g_assert_cmpuint ((back.u + 0x7fff + (back.u >> 16 & 1)) >> 16, ==, bits);
    }
  }
}

static void
test_digits_locale (void)
{
  g_autofree char *before = g_strdup (setlocale (LC_ALL, NULL));
  char text[TS_DIGITS_SIZE];

  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL) {
    g_test_skip ("there is no de_DE.UTF-8 locale on this machine");
    return;
  }
  ts_digits_format (text, 0.5, TS_DTYPE_FLOAT32);
  g_assert_cmpstr (text, ==, "0.5");
  ts_digits_format (text, 1e-30, TS_DTYPE_FLOAT32);
  g_assert_cmpstr (text, ==, "1e-30");
  ts_digits_format (text, 1.25e-200, TS_DTYPE_FLOAT64);
  g_assert_cmpstr (text, ==, "1.25e-200");
  setlocale (LC_ALL, before);
}

static void
test_strings (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TsJsonWriter writer;

  ts_json_writer_init (&writer, out, 0);
  ts_json_writer_begin_array (&writer);
  ts_json_writer_string (&writer, "a\"b\\c\n\t\x01");
  ts_json_writer_string (&writer, "ä€\xf0\x9f\x98\x80");
  ts_json_writer_string (&writer, "bad \xff byte");
  ts_json_writer_string (&writer, NULL);
  ts_json_writer_double (&writer, NAN);
  ts_json_writer_double (&writer, -INFINITY);
  ts_json_writer_end_array (&writer);
  g_assert_cmpstr (out->str, ==,
                   "[\"a\\\"b\\\\c\\n\\t\\u0001\",\"\\u00e4\\u20ac\\ud83d\\ude00\",\"bad \\ufffd "
                   "byte\",null,\"NaN\",\"-Infinity\"]");
}

static void
test_block (void)
{
  static const float values[] = { 0.25f, NAN, 1, 2, -0.0f, INFINITY };
  static const guint64 dims[] = { 3, 2 };
  static const gint64 strides[] = { 2, 1 }, transposed[] = { 1, 3 };
  g_autoptr (TsBlock) block = ts_block_new ((const guint8 *) values, TS_DTYPE_FLOAT32, 2, dims,
                                            strides, NULL, NULL);
  g_autoptr (TsBlock) turned = ts_block_new ((const guint8 *) values, TS_DTYPE_FLOAT32, 2, dims,
                                             transposed, NULL, NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  TsJsonWriter writer;

  ts_json_writer_init (&writer, out, 0);
  ts_json_writer_block (&writer, block);
  ts_json_writer_block (&writer, turned);
  g_assert_cmpstr (out->str, ==,
                   "[[0.25,\"NaN\"],[1,2],[-0.0,\"Infinity\"]],"
                   "[[0.25,2],[\"NaN\",-0.0],[1,\"Infinity\"]]");
}

static void
test_base64 (void)
{
  static const guint16 values[] = { 1, 0x0203 };
  static const guint64 dims[] = { 2 };
  static const gint64 strides[] = { 1 };
  g_autoptr (TsBlock) block = ts_block_new ((const guint8 *) values, TS_DTYPE_UINT16, 1, dims,
                                            strides, NULL, NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  TsJsonWriter writer;

  ts_json_writer_init (&writer, out, 0);
  ts_json_writer_block_base64 (&writer, block);
  g_assert_cmpstr (out->str, ==, "\"AQADAg==\"");
}

static void
test_recipe_round_trip (void)
{
  TsRecipe recipes[11], back;

  for (gsize i = 0; i < G_N_ELEMENTS (recipes); i++)
    ts_recipe_init (&recipes[i]);
  g_assert_true (ts_recipe_set_preset (&recipes[1], "imagenet", NULL));
  g_assert_true (ts_recipe_set_preset (&recipes[2], "caffe", NULL));
  recipes[2].channel_mode = TS_CHANNELS_RGB;
  recipes[2].channels[0] = 2;
  recipes[2].channels[1] = -1;
  recipes[2].channels[2] = 0;
  recipes[2].range_mode = TS_RANGE_MINMAX;
  recipes[2].scope = TS_SCOPE_SELECTION;
  recipes[3].range_mode = TS_RANGE_PERCENTILE;
  recipes[3].scope = TS_SCOPE_IMAGE_CHANNEL;
  recipes[3].percentile_lo = 0.5;
  recipes[3].percentile_hi = 99.5;
  recipes[3].gamma = 2.2;
  recipes[3].colormap = TS_COLORMAP_VIRIDIS;
  recipes[3].channel_mode = TS_CHANNELS_SINGLE;
  recipes[3].channels[0] = 5;
  recipes[4].preset = NULL;
  recipes[4].n_norm = 3;
  recipes[4].mean[1] = 1.0 / 3;
  recipes[4].std[0] = recipes[4].std[1] = recipes[4].std[2] = 0.229;
  recipes[4].n_range = 2;
  recipes[4].lo[0] = -1;
  recipes[4].hi[1] = 7e-9;
  recipes[4].invert = TRUE;
  recipes[4].rounding = TS_ROUNDING_TF;
  recipes[4].nan_color = 0x00ff7f;
  recipes[5].colormap = TS_COLORMAP_CATEGORICAL;
  recipes[5].ignore_label = 255;
  recipes[6].channel_mode = TS_CHANNELS_MAX_ABS;
  recipes[6].range_mode = TS_RANGE_SIGMA;
  recipes[6].sigma = 2.5;
  recipes[6].colormap = TS_COLORMAP_RDBU;
  recipes[6].under_color = 0;
  recipes[6].over_color = 0xff8000;
  recipes[7].channel_mode = TS_CHANNELS_ARGMAX;
  recipes[7].curve = TS_CURVE_ASINH;
  recipes[7].curve_strength = 12.5;
  g_assert_true (ts_recipe_set_preset (&recipes[7], "u8", NULL));
  recipes[8].complex_part = TS_COMPLEX_PHASE;
  recipes[8].colormap = TS_COLORMAP_HSV;
  recipes[8].range_mode = TS_RANGE_PERCENTILE;
  recipes[8].scope = TS_SCOPE_FILE;
  recipes[8].centered = TRUE;
  recipes[8].posinf_color = 0xffffff;
  recipes[8].neginf_color = 0;
  recipes[8].zebra = TRUE;
  ts_recipe_set_overlay (&recipes[9], "batch/masks “é”");
  recipes[9].overlay_alpha = 0.3;
  recipes[9].overlay_color = 0x00ff80;
  recipes[9].overlay_threshold = -1.5;
  recipes[9].overlay_ignore = 255;
  ts_recipe_set_overlay (&recipes[10], "m");
  recipes[10].overlay_palette = TS_COLORMAP_GLASBEY;
  recipes[10].overlay_ignore = -1;

  for (gsize i = 0; i < G_N_ELEMENTS (recipes); i++) {
    g_autofree char *json = ts_recipe_to_json (&recipes[i], NULL);
    g_autoptr (GError) error = NULL;

    g_assert_true (ts_recipe_from_json (&back, json, -1, &error));
    g_assert_no_error (error);
    if (!ts_recipe_equal (&recipes[i], &back))
      g_error ("recipe %" G_GSIZE_FORMAT ": %s", i, json);
  }
}

/* What was visible is known to the window alone; its numbers last. */
static void
test_recipe_visible (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = NULL;
  TsResolved resolved = { .n = 1, .lo = { -2 }, .hi = { 2 } };
  TsRecipe recipe, back;

  ts_recipe_init (&recipe);
  recipe.range_mode = TS_RANGE_MINMAX;
  recipe.scope = TS_SCOPE_VISIBLE;
  recipe.centered = TRUE;
  json = ts_recipe_to_json (&recipe, &resolved);
  g_assert_nonnull (strstr (json, "\"visible\""));
  g_assert_true (ts_recipe_from_json (&back, json, -1, &error));
  g_assert_no_error (error);
  g_assert_cmpint (back.range_mode, ==, TS_RANGE_FIXED);
  g_assert_cmpfloat (back.lo[0], ==, -2);
  g_assert_cmpfloat (back.hi[0], ==, 2);
}

static void
test_recipe_errors (void)
{
  static const struct
  {
    const char *json;
    const char *message; /* a part of it */
  } cases[] = {
    { "{\"view\": {\"gama\": 2}}", "view.gama" },
    { "{\"gamma\": \"two\"}", "view.gamma" },
    { "{\"range\": {\"mode\": \"auto\"}}", "view.range.mode" },
    { "{\"range\": {\"lo\": [0], \"hi\": [1, 2]}}", "view.range.lo" },
    { "{\"range\": {\"percentile\": [1]}}", "view.range.percentile" },
    { "{\"unnormalize\": {\"preset\": \"imagnet\"}}", "view.unnormalize.preset" },
    { "{\"unnormalize\": {\"mean\": [], \"std\": []}}", "view.unnormalize.mean" },
    { "{\"colormap\": \"parula\"}", "parula" },
    { "{\"nan_color\": \"pink\"}", "view.nan_color" },
    { "{\"channels\": [1, 2]}", "view.channels" },
    { "{\"invert\": 1}", "view.invert" },
    { "{\"rounding\": \"up\"}", "view.rounding" },
    { "{\"complex\": \"angle\"}", "magnitude, phase, real, imag" },
    { "{\"zebra\": 1}", "view.zebra" },
    { "{\"range\": {\"centered\": \"yes\"}}", "view.range.centered" },
    { "{\"posinf_color\": 3}", "view.posinf_color" },
    { "{\"overlay\": \"masks\"}", "view.overlay" },
    { "{\"overlay\": {}}", "view.overlay.path" },
    { "{\"overlay\": {\"path\": \"m\", \"alpha\": 2}}", "alpha" },
    { "{\"overlay\": {\"path\": \"m\", \"color\": \"red\"}}", "view.overlay.color" },
    { "{\"overlay\": {\"path\": \"m\", \"palette\": \"viridis\"}}", "view.overlay.palette" },
    { "{\"overlay\": {\"path\": \"m\", \"ignore\": -2}}", "view.overlay.ignore" },
    { "{\"overlay\": {\"path\": \"m\", \"opacity\": 1}}", "view.overlay.opacity" },
    { "{\"schema\": \"coco\", \"view\": {}}", "coco" },
    { "{\"schema\": \"tenscope-recipe\", \"schema_version\": 2, \"view\": {}}", "version 1" },
    { "[1]", "object" },
    { "{\"view\": 3}", "view" },
    { "{", "JSON" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    TsRecipe recipe;

    g_assert_false (ts_recipe_from_json (&recipe, cases[i].json, -1, &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
    if (strstr (error->message, cases[i].message) == NULL)
      g_error ("%s: %s", cases[i].json, error->message);
  }
}

static void
test_deep_nesting (void)
{
  g_autofree char *brackets = g_strnfill (1000000, '[');
  g_autofree char *json = g_strconcat ("{\"view\":", brackets, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (ts_json_parse (json, -1, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/digits/table", test_digits_table);
  g_test_add_func ("/json/digits/float32", test_digits_float32);
  g_test_add_func ("/json/digits/small-floats", test_digits_small_floats);
  g_test_add_func ("/json/digits/locale", test_digits_locale);
  g_test_add_func ("/json/strings", test_strings);
  g_test_add_func ("/json/block", test_block);
  g_test_add_func ("/json/base64", test_base64);
  g_test_add_func ("/json/recipe/round-trip", test_recipe_round_trip);
  g_test_add_func ("/json/recipe/visible", test_recipe_visible);
  g_test_add_func ("/json/recipe/errors", test_recipe_errors);
  g_test_add_func ("/json/deep-nesting", test_deep_nesting);
  return g_test_run ();
}
