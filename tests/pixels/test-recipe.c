/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "base/ts-half.h"
#include "pixels/ts-colormap.h"

#include "pixels-util.h"

#include <math.h>

static const TsImageSize rgb_size = { 8, 8, 3 };

static void
assert_refused (const TsRecipe *recipe, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ts_recipe_validate (recipe, &rgb_size, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” does not say “%s”", error->message, part);
}

static void
test_validate (void)
{
  TsRecipe good, bad;

  ts_recipe_init (&good);
  g_assert_true (ts_recipe_validate (&good, NULL, NULL));
  g_assert_true (ts_recipe_validate (&good, &rgb_size, NULL));

#define REFUSE(setting, part)                                                                      \
  bad = good;                                                                                      \
  setting;                                                                                         \
  assert_refused (&bad, part)

  REFUSE (bad.n_norm = 0, "Mean and std");
  REFUSE (bad.n_norm = TS_RECIPE_MAX_CHANNELS + 1, "Mean and std");
  REFUSE (bad.std[0] = 0, "std");
  REFUSE (bad.std[0] = NAN, "std");
  REFUSE (bad.mean[0] = INFINITY, "mean");
  REFUSE (bad.value_scale = 2, "1 or 255");
  REFUSE (bad.hi[0] = NAN, "range");
  REFUSE (bad.percentile_lo = 99.9, "Percentiles");
  REFUSE (bad.percentile_hi = 101, "Percentiles");
  REFUSE (bad.gamma = 0, "Gamma has to be from 0.1 to 10");
  REFUSE (bad.gamma = NAN, "Gamma");
  REFUSE (bad.sigma = -1, "Sigma");
  REFUSE (bad.rounding = (TsRounding) 17, "rounding");
  REFUSE (bad.colormap = TS_N_COLORMAPS, "colormap");
  REFUSE (bad.nan_color = 0x1000000, "NaN");
  REFUSE (bad.under_color = -2, "below the range");
  REFUSE (bad.over_color = 0x1000000, "above the range");
  REFUSE (bad.posinf_color = -2, "positive infinity");
  REFUSE (bad.neginf_color = 0x1000000, "negative infinity");
  REFUSE (bad.ignore_label = -2, "label to ignore");
  REFUSE (bad.curve_strength = 0, "strength");
  REFUSE (bad.curve = (TsCurve) 3, "curve");
  REFUSE (bad.scope = (TsRangeScope) 17, "scope");
  REFUSE (bad.range_mode = (TsRangeMode) 17, "range mode");
  REFUSE (bad.complex_part = (TsComplexPart) 4, "complex");
  REFUSE (bad.overlay_alpha = 1.5, "alpha of the overlay has to be from 0 to 1");
  REFUSE (bad.overlay_alpha = NAN, "alpha");
  REFUSE (bad.overlay_color = 0x1000000, "overlay");
  REFUSE (bad.overlay_palette = TS_COLORMAP_VIRIDIS, "categorical");
  REFUSE (bad.overlay_threshold = INFINITY, "threshold");
  REFUSE (bad.overlay_ignore = -2, "ignores");
  REFUSE (bad.channel_mode = TS_CHANNELS_SINGLE; bad.channels[0] = 3, "channels 0 to 2");
  REFUSE (bad.channel_mode = TS_CHANNELS_SINGLE; bad.channels[0] = -1, "-1");
  REFUSE (bad.channel_mode = TS_CHANNELS_RGBA, "no channel 3");
#undef REFUSE

  /* lo above hi inverts, lo == hi is a step, -1 switches a channel off. */
  good.lo[0] = 2;
  g_assert_true (ts_recipe_validate (&good, &rgb_size, NULL));
  good.hi[0] = 2;
  g_assert_true (ts_recipe_validate (&good, &rgb_size, NULL));
  good.channel_mode = TS_CHANNELS_RGB;
  good.channels[1] = -1;
  g_assert_true (ts_recipe_validate (&good, &rgb_size, NULL));
}

static void
test_equal (void)
{
  TsRecipe a, b;

  ts_recipe_init (&a);
  ts_recipe_init (&b);
  g_assert_true (ts_recipe_equal (&a, &b));
  b.lo[5] = 17; /* not in use */
  g_assert_true (ts_recipe_equal (&a, &b));
  b.lo[0] = 17;
  g_assert_false (ts_recipe_equal (&a, &b));
  b = a;
  b.over_color = 0;
  g_assert_false (ts_recipe_equal (&a, &b));
#define DIFFER(setting)                                                                            \
  b = a;                                                                                           \
  setting;                                                                                         \
  g_assert_false (ts_recipe_equal (&a, &b))

  DIFFER (b.centered = TRUE);
  DIFFER (b.complex_part = TS_COMPLEX_PHASE);
  DIFFER (b.posinf_color = 1);
  DIFFER (b.neginf_color = 1);
  DIFFER (b.zebra = TRUE);
  DIFFER (ts_recipe_set_overlay (&b, "masks"));
  DIFFER (b.overlay_alpha = 0.25);
  DIFFER (b.overlay_color = 3);
  DIFFER (b.overlay_palette = TS_COLORMAP_TAB20);
  DIFFER (b.overlay_threshold = 7);
  DIFFER (b.overlay_ignore = 255);
#undef DIFFER
  b = a;
  g_assert_true (ts_recipe_set_preset (&b, "tanh", NULL));
  g_assert_false (ts_recipe_equal (&a, &b));
  g_assert_true (ts_recipe_set_preset (&b, "unit", NULL));
  g_assert_true (ts_recipe_equal (&a, &b));
}

static void
test_names (void)
{
  int value = -1;

  g_assert_true (ts_name_lookup (ts_range_scope_names, "image-channel", &value));
  g_assert_cmpint (value, ==, TS_SCOPE_IMAGE_CHANNEL);
  g_assert_true (ts_name_lookup (ts_rounding_names, "half-even", &value));
  g_assert_cmpint (value, ==, TS_ROUNDING_HALF_EVEN);
  g_assert_true (ts_name_lookup (ts_channel_mode_names, "argmax", &value));
  g_assert_cmpint (value, ==, TS_CHANNELS_ARGMAX);
  g_assert_false (ts_name_lookup (ts_rounding_names, "floor", &value));
  g_assert_false (ts_name_lookup (ts_rounding_names, NULL, &value));
}

static void
test_unknown_preset (void)
{
  g_autoptr (GError) error = NULL;
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  g_assert_false (ts_recipe_set_preset (&recipe, "imagnet", &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "imagenet"));
}

static void
test_for_range (void)
{
  TsImageSize gray = { 8, 8, 1 };
  TsValueRange range = { .kind = TS_VALUE_RANGE_TANH, .lo = -1, .hi = 1, .preset = "tanh" };
  TsRecipe recipe;

  ts_recipe_init_for_range (&recipe, &range, &rgb_size);
  g_assert_cmpstr (recipe.preset, ==, "tanh");
  g_assert_cmpfloat (recipe.hi[0], ==, 1);
  range = (TsValueRange){ .kind = TS_VALUE_RANGE_LABELS, .lo = 0, .hi = 2 };
  ts_recipe_init_for_range (&recipe, &range, &gray);
  g_assert_cmpint (recipe.colormap, ==, TS_COLORMAP_CATEGORICAL);
  range = (TsValueRange){ .kind = TS_VALUE_RANGE_DIVERGING, .lo = -3, .hi = 3 };
  ts_recipe_init_for_range (&recipe, &range, &gray);
  g_assert_true (ts_colormap_is_diverging (recipe.colormap));
  g_assert_cmpfloat (recipe.lo[0], ==, -3);
  range = (TsValueRange){ .kind = TS_VALUE_RANGE_INTEGER, .lo = 0, .hi = 4095 };
  ts_recipe_init_for_range (&recipe, &range, &gray);
  g_assert_cmpint (recipe.range_mode, ==, TS_RANGE_FIXED);
  g_assert_cmpfloat (recipe.hi[0], ==, 4095);
  g_assert_true (ts_recipe_validate (&recipe, &gray, NULL));
}

static void
test_output_channels (void)
{
  TsImageSize gray = { 8, 8, 1 }, latent = { 8, 8, 4 };
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  g_assert_cmpuint (ts_recipe_get_output_channels (&recipe, &gray), ==, 1);
  g_assert_cmpuint (ts_recipe_get_output_channels (&recipe, &rgb_size), ==, 3);
  /* Four channels are RGBA only when asked for. */
  g_assert_cmpuint (ts_recipe_get_output_channels (&recipe, &latent), ==, 1);
  recipe.channel_mode = TS_CHANNELS_RGBA;
  g_assert_cmpuint (ts_recipe_get_output_channels (&recipe, &latent), ==, 4);
  recipe.channel_mode = TS_CHANNELS_SINGLE;
  recipe.colormap = TS_COLORMAP_MAGMA;
  g_assert_cmpuint (ts_recipe_get_output_channels (&recipe, &rgb_size), ==, 3);
  recipe.colormap = TS_COLORMAP_TAB10;
  g_assert_cmpuint (ts_recipe_get_output_channels (&recipe, &gray), ==, 3);
  recipe.ignore_label = 0;
  g_assert_cmpuint (ts_recipe_get_output_channels (&recipe, &gray), ==, 4);

  /* Colour over gray. */
  ts_recipe_init (&recipe);
  recipe.zebra = TRUE;
  g_assert_cmpuint (ts_recipe_get_output_channels (&recipe, &gray), ==, 3);
  recipe.zebra = FALSE;
  ts_recipe_set_overlay (&recipe, "masks");
  g_assert_cmpuint (ts_recipe_get_output_channels (&recipe, &gray), ==, 3);
}

static void
test_complex_part (void)
{
  TsImageSize gray = { 8, 8, 1 };
  TsValueRange range = { .kind = TS_VALUE_RANGE_PERCENTILES, .lo = 0.25, .hi = 7 };
  TsRecipe recipe;

  ts_recipe_init (&recipe);
  ts_recipe_set_complex_part (&recipe, TS_COMPLEX_PHASE, &range);
  g_assert_cmpint (recipe.complex_part, ==, TS_COMPLEX_PHASE);
  g_assert_cmpint (recipe.colormap, ==, TS_COLORMAP_TWILIGHT);
  g_assert_cmpfloat (recipe.lo[0], ==, -G_PI);
  g_assert_cmpfloat (recipe.hi[0], ==, G_PI);
  ts_recipe_set_complex_part (&recipe, TS_COMPLEX_IMAG, &range);
  g_assert_true (ts_colormap_is_diverging (recipe.colormap));
  g_assert_cmpfloat (recipe.lo[0], ==, -7);
  ts_recipe_set_complex_part (&recipe, TS_COMPLEX_MAGNITUDE, &range);
  g_assert_cmpint (recipe.colormap, ==, TS_COLORMAP_GRAY);
  g_assert_cmpfloat (recipe.lo[0], ==, 0);
  g_assert_cmpfloat (recipe.hi[0], ==, 7);
  ts_recipe_set_complex_part (&recipe, TS_COMPLEX_REAL, NULL);
  g_assert_true (ts_recipe_validate (&recipe, &gray, NULL));
}

/* Bytes normalised as training code does it, kept as @dtype, and shown: no level may be lost. */
static void
check_round_trip (const TsPreset *preset, TsDtype dtype)
{
  guint64 dims[3] = { 16, 16, preset->n };
  g_autoptr (TsBlock) image = NULL;
  g_autofree guint8 *out = NULL;
  TsResolved resolved = range_of (0, 1);
  TsRecipe recipe;
  guint8 *data;

  image = ts_block_new_packed (dtype, 3, dims, &data, NULL);
  for (guint i = 0; i < 256; i++) {
    for (guint c = 0; c < preset->n; c++) {
      float y = preset->value_scale == 255 ? (float) i : (float) i / 255;
      float x = (y - (float) preset->mean[c]) / (float) preset->std[c];
      guint16 half = ts_half_from_float (x);

      if (dtype == TS_DTYPE_FLOAT32)
        memcpy (data + (i * preset->n + c) * 4, &x, 4);
      else
        memcpy (data + (i * preset->n + c) * 2, &half, 2);
    }
  }
  ts_recipe_init (&recipe);
  g_assert_true (ts_recipe_set_preset (&recipe, preset->id, NULL));
  out = render (image, &recipe, &resolved, preset->n == 1 ? TS_PIXELS_GRAY8 : TS_PIXELS_RGB8, NULL);
  for (guint i = 0; i < 256 * preset->n; i++) {
    if (out[i] != i / preset->n)
      g_error ("preset %s as %s: %u became %u", preset->id, ts_dtype_get_name (dtype),
               i / preset->n, out[i]);
  }
}

static void
test_presets_round_trip (void)
{
  for (const TsPreset *preset = ts_presets; preset->id != NULL; preset++) {
    check_round_trip (preset, TS_DTYPE_FLOAT32);
    check_round_trip (preset, TS_DTYPE_FLOAT16);
  }
}

static void
test_colormap_values (void)
{
  static const struct
  {
    const char *name;
    guint8 rgb[5][3];
  } expected[] = {
    { "viridis",
      { { 68, 1, 84 }, { 58, 82, 139 }, { 32, 144, 140 }, { 94, 201, 97 }, { 253, 231, 36 } } },
    { "magma",
      { { 0, 0, 3 }, { 80, 18, 123 }, { 182, 54, 121 }, { 251, 136, 97 }, { 251, 252, 191 } } },
    { "inferno",
      { { 0, 0, 3 }, { 87, 15, 109 }, { 187, 55, 84 }, { 249, 142, 8 }, { 252, 254, 164 } } },
    { "plasma",
      { { 12, 7, 134 }, { 126, 3, 167 }, { 203, 71, 119 }, { 248, 149, 64 }, { 239, 248, 33 } } },
    { "jet",
      { { 0, 0, 127 }, { 0, 128, 255 }, { 124, 255, 121 }, { 255, 148, 0 }, { 127, 0, 0 } } },
    { "turbo",
      { { 48, 18, 59 }, { 40, 187, 235 }, { 164, 252, 59 }, { 250, 125, 32 }, { 122, 4, 2 } } },
    { "coolwarm",
      { { 58, 76, 192 },
        { 141, 175, 253 },
        { 221, 220, 219 },
        { 243, 152, 121 },
        { 179, 3, 38 } } },
    { "gray",
      { { 0, 0, 0 }, { 64, 64, 64 }, { 128, 128, 128 }, { 192, 192, 192 }, { 255, 255, 255 } } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    const guint8 (*table)[3];
    TsColormap colormap;

    g_assert_true (ts_colormap_from_name (expected[i].name, &colormap));
    table = ts_colormap_get_table (colormap);
    for (guint k = 0; k < 5; k++)
      g_assert_cmpmem (table[MIN (k * 64, 255)], 3, expected[i].rgb[k], 3);
  }
}

static void
test_colormap_names (void)
{
  gboolean reversed;
  TsColormap map;

  for (guint i = 0; i < TS_N_COLORMAPS; i++) {
    g_assert_true (ts_colormap_from_name (ts_colormap_get_name ((TsColormap) i), &map));
    g_assert_cmpint (map, ==, (int) i);
    g_assert_nonnull (ts_colormap_get_title (map));
    g_assert_true ((ts_colormap_get_table (map) == NULL) == ts_colormap_is_categorical (map));
  }
  g_assert_false (ts_colormap_from_name ("rainbow", &map));
  g_assert_true (ts_colormap_parse ("RdBu_r", &map, &reversed));
  g_assert_true (reversed && map == TS_COLORMAP_RDBU);
  g_assert_true (ts_colormap_parse ("magma", &map, &reversed));
  g_assert_false (reversed);
  g_assert_true (ts_colormap_parse ("tab10_r", &map, &reversed));
  g_assert_true (reversed);
  g_assert_false (ts_colormap_parse (NULL, &map, &reversed));
}

static void
test_categories (void)
{
  guint8 colors[25][3], other[3];

  for (guint i = 0; i < 25; i++) {
    ts_colormap_get_category (i, colors[i]);
    for (guint k = 0; k < i; k++)
      g_assert_true (memcmp (colors[i], colors[k], 3) != 0);
  }
  ts_colormap_get_category (-7, other);
  g_assert_cmpmem (other, 3, colors[7], 3);
  ts_colormap_get_category (25, other);
  g_assert_cmpmem (other, 3, colors[1], 3); /* not the background again */
  ts_colormap_get_category (G_MININT64, other);
  ts_colormap_get_label_color (TS_COLORMAP_TAB10, 10, other);
  ts_colormap_get_label_color (TS_COLORMAP_TAB10, 0, colors[0]);
  g_assert_cmpmem (other, 3, colors[0], 3);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe/validate", test_validate);
  g_test_add_func ("/recipe/equal", test_equal);
  g_test_add_func ("/recipe/names", test_names);
  g_test_add_func ("/recipe/unknown-preset", test_unknown_preset);
  g_test_add_func ("/recipe/for-range", test_for_range);
  g_test_add_func ("/recipe/complex-part", test_complex_part);
  g_test_add_func ("/recipe/output-channels", test_output_channels);
  g_test_add_func ("/recipe/presets-round-trip", test_presets_round_trip);
  g_test_add_func ("/colormap/values", test_colormap_values);
  g_test_add_func ("/colormap/names", test_colormap_names);
  g_test_add_func ("/colormap/categories", test_categories);
  return g_test_run ();
}
