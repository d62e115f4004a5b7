/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-recipe-json.h"

#include "base/ts-error.h"
#include "export/ts-json-reader.h"
#include "pixels/ts-colormap.h"

#include <math.h>
#include <string.h>

#define MAX_OVERLAY_PATH 4096

static const char *const order_names[] = { "RGB", "BGR", NULL };

/* How many numbers a list gets: one a channel when the image is known, else as many as are set. */
static guint
count_numbers (guint n_set, const TsImageSize *size)
{
  if (size == NULL || size->n_channels > TS_RECIPE_MAX_CHANNELS)
    return n_set;
  return MAX (size->n_channels, 1);
}

static void
write_numbers (TsJsonWriter *writer,
               const char *name,
               const double *values,
               guint n_set,
               const TsImageSize *size)
{
  guint n = count_numbers (n_set, size);

  ts_json_writer_name (writer, name);
  ts_json_writer_begin_array (writer);
  for (guint c = 0; c < n; c++)
    ts_json_writer_double (writer, values[c < n_set ? c : 0]);
  ts_json_writer_end_array (writer);
}

static void
write_channels (const TsRecipe *recipe, const TsImageSize *size, TsJsonWriter *writer)
{
  guint n = recipe->channel_mode == TS_CHANNELS_SINGLE ? 1
            : recipe->channel_mode == TS_CHANNELS_RGB  ? 3
                                                       : 4;

  ts_json_writer_name (writer, "channels");
  if (recipe->channel_mode >= TS_CHANNELS_MEAN) {
    ts_json_writer_string (writer, ts_channel_mode_names[recipe->channel_mode]);
    return;
  }
  if (recipe->channel_mode == TS_CHANNELS_AUTO && size == NULL) {
    ts_json_writer_string (writer, "auto");
    return;
  }
  if (recipe->channel_mode == TS_CHANNELS_AUTO)
    n = size->n_channels == 3 ? 3 : 1;
  ts_json_writer_begin_array (writer);
  for (guint i = 0; i < n; i++)
    ts_json_writer_int (writer,
                        recipe->channel_mode == TS_CHANNELS_AUTO ? (int) i : recipe->channels[i]);
  ts_json_writer_end_array (writer);
}

static void
write_range (const TsRecipe *recipe,
             const TsResolved *resolved,
             const TsImageSize *size,
             TsJsonWriter *writer)
{
  ts_json_writer_name (writer, "range");
  ts_json_writer_begin_object (writer);
  ts_json_writer_name (writer, "mode");
  ts_json_writer_string (writer, ts_range_mode_names[recipe->range_mode]);
  ts_json_writer_name (writer, "scope");
  ts_json_writer_string (writer, ts_range_scope_names[recipe->scope]);
  if (recipe->range_mode == TS_RANGE_PERCENTILE) {
    double percentile[] = { recipe->percentile_lo, recipe->percentile_hi };

    ts_json_writer_name (writer, "percentile");
    ts_json_writer_doubles (writer, percentile, 2);
  }
  if (recipe->range_mode == TS_RANGE_SIGMA) {
    ts_json_writer_name (writer, "sigma");
    ts_json_writer_double (writer, recipe->sigma);
  }
  if (recipe->centered) {
    ts_json_writer_name (writer, "centered");
    ts_json_writer_boolean (writer, TRUE);
  }
  write_numbers (writer, "lo", resolved != NULL ? resolved->lo : recipe->lo,
                 resolved != NULL ? resolved->n : recipe->n_range, size);
  write_numbers (writer, "hi", resolved != NULL ? resolved->hi : recipe->hi,
                 resolved != NULL ? resolved->n : recipe->n_range, size);
  ts_json_writer_end_object (writer);
}

static void
write_color (const char *name, guint32 color, TsJsonWriter *writer)
{
  char text[8];

  ts_json_writer_name (writer, name);
  g_snprintf (text, sizeof text, "#%06x", color & 0xffffffu);
  ts_json_writer_string (writer, text);
}

static void
write_overlay (const TsRecipe *recipe, TsJsonWriter *writer)
{
  if (recipe->overlay == NULL)
    return;
  ts_json_writer_name (writer, "overlay");
  ts_json_writer_begin_object (writer);
  ts_json_writer_name (writer, "path");
  ts_json_writer_string (writer, recipe->overlay);
  ts_json_writer_name (writer, "alpha");
  ts_json_writer_double (writer, recipe->overlay_alpha);
  if (recipe->overlay_color >= 0) {
    write_color ("color", (guint32) recipe->overlay_color, writer);
    ts_json_writer_name (writer, "threshold");
    ts_json_writer_double (writer, recipe->overlay_threshold);
  } else {
    ts_json_writer_name (writer, "palette");
    ts_json_writer_string (writer, ts_colormap_get_name (recipe->overlay_palette));
  }
  ts_json_writer_name (writer, "ignore");
  ts_json_writer_int (writer, recipe->overlay_ignore);
  ts_json_writer_end_object (writer);
}

void
ts_recipe_write_json (const TsRecipe *recipe,
                      const TsResolved *resolved,
                      const TsImageSize *size,
                      TsJsonWriter *writer)
{
  ts_json_writer_begin_object (writer);
  if (recipe->complex_part != TS_COMPLEX_MAGNITUDE) {
    ts_json_writer_name (writer, "complex");
    ts_json_writer_string (writer, ts_complex_part_names[recipe->complex_part]);
  }
  write_channels (recipe, size, writer);
  ts_json_writer_name (writer, "value_scale");
  ts_json_writer_double (writer, recipe->value_scale);
  ts_json_writer_name (writer, "order");
  ts_json_writer_string (writer, order_names[recipe->order]);

  ts_json_writer_name (writer, "unnormalize");
  ts_json_writer_begin_object (writer);
  ts_json_writer_name (writer, "preset");
  ts_json_writer_string (writer, recipe->preset);
  write_numbers (writer, "mean", recipe->mean, recipe->n_norm, size);
  write_numbers (writer, "std", recipe->std, recipe->n_norm, size);
  ts_json_writer_end_object (writer);

  write_range (recipe, resolved, size, writer);
  ts_json_writer_name (writer, "gamma");
  ts_json_writer_double (writer, recipe->gamma);
  if (recipe->curve != TS_CURVE_GAMMA) {
    ts_json_writer_name (writer, "curve");
    ts_json_writer_string (writer, ts_curve_names[recipe->curve]);
    ts_json_writer_name (writer, "curve_strength");
    ts_json_writer_double (writer, recipe->curve_strength);
  }
  ts_json_writer_name (writer, "colormap");
  if (recipe->colormap == TS_COLORMAP_GRAY)
    ts_json_writer_null (writer);
  else
    ts_json_writer_string (writer, ts_colormap_get_name (recipe->colormap));
  if (recipe->ignore_label >= 0) {
    ts_json_writer_name (writer, "ignore_label");
    ts_json_writer_int (writer, recipe->ignore_label);
  }
  ts_json_writer_name (writer, "invert");
  ts_json_writer_boolean (writer, recipe->invert);
  write_color ("nan_color", recipe->nan_color, writer);
  if (recipe->under_color >= 0)
    write_color ("under_color", (guint32) recipe->under_color, writer);
  if (recipe->over_color >= 0)
    write_color ("over_color", (guint32) recipe->over_color, writer);
  if (recipe->posinf_color >= 0)
    write_color ("posinf_color", (guint32) recipe->posinf_color, writer);
  if (recipe->neginf_color >= 0)
    write_color ("neginf_color", (guint32) recipe->neginf_color, writer);
  if (recipe->zebra) {
    ts_json_writer_name (writer, "zebra");
    ts_json_writer_boolean (writer, TRUE);
  }
  write_overlay (recipe, writer);
  ts_json_writer_name (writer, "rounding");
  ts_json_writer_string (writer, ts_rounding_names[recipe->rounding]);

  if (resolved != NULL) {
    ts_json_writer_name (writer, "affine");
    ts_json_writer_begin_object (writer);
    write_numbers (writer, "scale", resolved->scale, resolved->n, size);
    write_numbers (writer, "offset", resolved->offset, resolved->n, size);
    ts_json_writer_end_object (writer);
  }
  ts_json_writer_end_object (writer);
}

char *
ts_recipe_to_json (const TsRecipe *recipe, const TsResolved *resolved)
{
  GString *out = g_string_new (NULL);
  TsJsonWriter writer;

  ts_json_writer_init (&writer, out, 2);
  ts_json_writer_begin_object (&writer);
  ts_json_writer_name (&writer, "schema");
  ts_json_writer_string (&writer, TS_RECIPE_SCHEMA);
  ts_json_writer_name (&writer, "schema_version");
  ts_json_writer_int (&writer, TS_RECIPE_SCHEMA_VERSION);
  ts_json_writer_name (&writer, "view");
  ts_recipe_write_json (recipe, resolved, NULL, &writer);
  ts_json_writer_end_object (&writer);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

static gboolean
fail_value (const char *member, const char *expected, GError **error)
{
  g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“%s” must be %s", member, expected);
  return FALSE;
}

static gboolean
read_channels (TsRecipe *recipe, JsonObject *view, GError **error)
{
  static const char expected[] =
      "\"auto\", \"mean\", \"max-abs\", \"argmax\" or a list of 1, 3 or 4 channel numbers";
  JsonNode *node;
  int mode;

  if (!json_object_has_member (view, "channels"))
    return TRUE;
  node = json_object_get_member (view, "channels");
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING &&
      ts_name_lookup (ts_channel_mode_names, json_node_get_string (node), &mode) &&
      (mode == TS_CHANNELS_AUTO || mode >= TS_CHANNELS_MEAN)) {
    recipe->channel_mode = (TsChannelMode) mode;
    return TRUE;
  }
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail_value ("view.channels", expected, error);

  JsonArray *array = json_node_get_array (node);
  guint n = json_array_get_length (array);

  if (n != 1 && n != 3 && n != 4)
    return fail_value ("view.channels", expected, error);
  for (guint i = 0; i < n; i++) {
    JsonNode *element = json_array_get_element (array, i);

    if (!JSON_NODE_HOLDS_VALUE (element) || json_node_get_value_type (element) != G_TYPE_INT64 ||
        json_node_get_int (element) < -1 || json_node_get_int (element) > G_MAXINT32)
      return fail_value ("view.channels", expected, error);
    recipe->channels[i] = (int) json_node_get_int (element);
  }
  recipe->channel_mode = n == 1 ? TS_CHANNELS_SINGLE : n == 3 ? TS_CHANNELS_RGB : TS_CHANNELS_RGBA;
  return TRUE;
}

/* Two lists that must be equally long. */
static gboolean
read_pair (JsonObject *object,
           const char *path,
           const char *first,
           const char *second,
           double *first_out,
           double *second_out,
           guint *n,
           GError **error)
{
  guint n_first = 0, n_second = 0;

  if (!ts_json_get_doubles (object, path, first, first_out, TS_RECIPE_MAX_CHANNELS, &n_first,
                            error) ||
      !ts_json_get_doubles (object, path, second, second_out, TS_RECIPE_MAX_CHANNELS, &n_second,
                            error))
    return FALSE;
  if (n_first != n_second) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 "“%s.%s” and “%s.%s” must have equally many numbers", path, first, path, second);
    return FALSE;
  }
  if (n_first > 0)
    *n = n_first;
  return TRUE;
}

static gboolean
read_unnormalize (TsRecipe *recipe, JsonObject *view, GError **error)
{
  static const char *const known[] = { "preset", "mean", "std", NULL };
  static const char path[] = "view.unnormalize";
  JsonObject *object = NULL;
  const char *id = NULL;

  if (!ts_json_get_object (view, "view", "unnormalize", &object, error))
    return FALSE;
  if (object == NULL)
    return TRUE;
  if (!ts_json_check_members (object, path, known, error))
    return FALSE;
  if (ts_json_has (object, "preset") && !ts_json_get_string (object, path, "preset", &id, error))
    return FALSE;
  if (id == NULL && json_object_has_member (object, "preset"))
    recipe->preset = NULL;

  /* A preset alone brings its numbers; numbers beside it win. */
  if (id != NULL && !ts_recipe_set_preset (recipe, id, error)) {
    g_prefix_error (error, "“%s.preset”: ", path);
    return FALSE;
  }
  if (!read_pair (object, path, "mean", "std", recipe->mean, recipe->std, &recipe->n_norm, error))
    return FALSE;

  const TsPreset *preset = recipe->preset != NULL ? ts_preset_find (recipe->preset) : NULL;

  for (guint c = 0; preset != NULL && c < recipe->n_norm; c++)
    if (recipe->mean[c] != preset->mean[c < preset->n ? c : 0] ||
        recipe->std[c] != preset->std[c < preset->n ? c : 0])
      recipe->preset = NULL;
  return TRUE;
}

static gboolean
read_range (TsRecipe *recipe, JsonObject *view, GError **error)
{
  static const char *const known[] = { "mode",     "scope", "percentile", "sigma",
                                       "centered", "lo",    "hi",         NULL };
  static const char path[] = "view.range";
  JsonObject *object = NULL;
  int mode = (int) recipe->range_mode, scope = (int) recipe->scope;
  double percentile[2] = { recipe->percentile_lo, recipe->percentile_hi };
  guint n_percentile = 2;

  if (!ts_json_get_object (view, "view", "range", &object, error))
    return FALSE;
  if (object == NULL)
    return TRUE;
  if (!ts_json_check_members (object, path, known, error) ||
      !ts_json_get_choice (object, path, "mode", ts_range_mode_names, &mode, error) ||
      !ts_json_get_choice (object, path, "scope", ts_range_scope_names, &scope, error) ||
      !ts_json_get_doubles (object, path, "percentile", percentile, 2, &n_percentile, error) ||
      !ts_json_get_double (object, path, "sigma", &recipe->sigma, error) ||
      !ts_json_get_boolean (object, path, "centered", &recipe->centered, error) ||
      !read_pair (object, path, "lo", "hi", recipe->lo, recipe->hi, &recipe->n_range, error))
    return FALSE;
  if (n_percentile != 2)
    return fail_value ("view.range.percentile", "a list of 2 numbers", error);

  recipe->range_mode = (TsRangeMode) mode;
  recipe->scope = (TsRangeScope) scope;
  recipe->percentile_lo = percentile[0];
  recipe->percentile_hi = percentile[1];

  /* Numbers that an automatic range came to may be anything; they are found again anyway. */
  for (guint c = 0; mode != TS_RANGE_FIXED && c < recipe->n_range; c++) {
    if (!isfinite (recipe->lo[c]) || !isfinite (recipe->hi[c])) {
      recipe->n_range = 1;
      recipe->lo[0] = 0;
      recipe->hi[0] = 1;
    }
  }
  /* What was visible then is not visible now: the numbers it came to hold. */
  if (scope == TS_SCOPE_VISIBLE && mode != TS_RANGE_FIXED) {
    recipe->range_mode = TS_RANGE_FIXED;
    recipe->centered = FALSE;
  }
  return TRUE;
}

static gboolean
read_color (JsonObject *view, const char *path, const char *name, int *color, GError **error)
{
  const char *text = NULL;
  guint64 number;

  if (!ts_json_get_string (view, path, name, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  if (text[0] != '#' || strlen (text) != 7 ||
      !g_ascii_string_to_unsigned (text + 1, 16, 0, 0xffffff, &number, NULL)) {
    g_autofree char *member = g_strconcat (path, ".", name, NULL);

    return fail_value (member, "a colour such as \"#ff00ff\"", error);
  }
  *color = (int) number;
  return TRUE;
}

static gboolean
read_colormap (TsRecipe *recipe, JsonObject *view, GError **error)
{
  const char *text = NULL;
  gint64 ignore = -1;

  if (ts_json_has (view, "colormap") &&
      !ts_json_get_string (view, "view", "colormap", &text, error))
    return FALSE;
  recipe->colormap = TS_COLORMAP_GRAY;
  if (text != NULL && !ts_colormap_from_name (text, &recipe->colormap)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“view.colormap”: there is no colormap “%s”",
                 text);
    return FALSE;
  }
  if (ts_json_has (view, "ignore_label") &&
      !ts_json_get_int (view, "view", "ignore_label", &ignore, error))
    return FALSE;
  if (ignore < -1 || ignore > G_MAXINT32)
    return fail_value ("view.ignore_label", "a label number", error);
  recipe->ignore_label = (int) ignore;
  return TRUE;
}

static gboolean
read_overlay (TsRecipe *recipe, JsonObject *view, GError **error)
{
  static const char *const known[] = { "path",      "alpha",  "color", "palette",
                                       "threshold", "ignore", NULL };
  static const char path[] = "view.overlay";
  JsonObject *object = NULL;
  const char *text = NULL, *palette = NULL;
  gint64 ignore = recipe->overlay_ignore;

  if (!ts_json_has (view, "overlay"))
    return TRUE;
  if (!ts_json_get_object (view, "view", "overlay", &object, error) ||
      !ts_json_check_members (object, path, known, error) ||
      !ts_json_get_string (object, path, "path", &text, error) ||
      !ts_json_get_double (object, path, "alpha", &recipe->overlay_alpha, error) ||
      !read_color (object, path, "color", &recipe->overlay_color, error) ||
      !ts_json_get_string (object, path, "palette", &palette, error) ||
      !ts_json_get_double (object, path, "threshold", &recipe->overlay_threshold, error) ||
      !ts_json_get_int (object, path, "ignore", &ignore, error))
    return FALSE;
  if (text == NULL || strlen (text) > MAX_OVERLAY_PATH)
    return fail_value ("view.overlay.path", "the path of an array", error);
  if (palette != NULL && !(ts_colormap_from_name (palette, &recipe->overlay_palette) &&
                           ts_colormap_is_categorical (recipe->overlay_palette)))
    return fail_value ("view.overlay.palette", "a categorical colormap such as \"tab10\"", error);
  if (ignore < -1 || ignore > G_MAXINT32)
    return fail_value ("view.overlay.ignore", "a label number, or -1 for none", error);
  recipe->overlay_ignore = (int) ignore;
  ts_recipe_set_overlay (recipe, text);
  return TRUE;
}

static gboolean
read_view (TsRecipe *recipe, JsonObject *view, GError **error)
{
  static const char *const known[] = {
    "complex",   "channels",    "value_scale",    "order",        "unnormalize",  "range",
    "gamma",     "curve",       "curve_strength", "colormap",     "ignore_label", "invert",
    "nan_color", "under_color", "over_color",     "posinf_color", "neginf_color", "zebra",
    "overlay",   "rounding",    "affine",         NULL,
  };
  int order, rounding = (int) recipe->rounding, curve = (int) recipe->curve;
  int nan_color = (int) recipe->nan_color, part = (int) recipe->complex_part;

  if (!ts_json_check_members (view, "view", known, error) ||
      !read_unnormalize (recipe, view, error))
    return FALSE;

  order = (int) recipe->order;
  if (!ts_json_get_double (view, "view", "value_scale", &recipe->value_scale, error) ||
      !ts_json_get_choice (view, "view", "order", order_names, &order, error) ||
      !read_channels (recipe, view, error) || !read_range (recipe, view, error) ||
      !ts_json_get_double (view, "view", "gamma", &recipe->gamma, error) ||
      !read_colormap (recipe, view, error) ||
      !ts_json_get_boolean (view, "view", "invert", &recipe->invert, error) ||
      !read_color (view, "view", "nan_color", &nan_color, error) ||
      !read_color (view, "view", "under_color", &recipe->under_color, error) ||
      !read_color (view, "view", "over_color", &recipe->over_color, error) ||
      !read_color (view, "view", "posinf_color", &recipe->posinf_color, error) ||
      !read_color (view, "view", "neginf_color", &recipe->neginf_color, error) ||
      !ts_json_get_boolean (view, "view", "zebra", &recipe->zebra, error) ||
      !read_overlay (recipe, view, error) ||
      !ts_json_get_choice (view, "view", "complex", ts_complex_part_names, &part, error) ||
      !ts_json_get_choice (view, "view", "curve", ts_curve_names, &curve, error) ||
      !ts_json_get_double (view, "view", "curve_strength", &recipe->curve_strength, error) ||
      !ts_json_get_choice (view, "view", "rounding", ts_rounding_names, &rounding, error))
    return FALSE;
  recipe->order = (TsChannelOrder) order;
  recipe->rounding = (TsRounding) rounding;
  recipe->curve = (TsCurve) curve;
  recipe->complex_part = (TsComplexPart) part;
  recipe->nan_color = (guint32) nan_color;
  return TRUE;
}

/* A file that a later version wrote may mean something else by what is known here. */
static gboolean
check_schema (JsonObject *object, GError **error)
{
  const char *schema = NULL;
  gint64 version = TS_RECIPE_SCHEMA_VERSION;

  if (!ts_json_has (object, "schema"))
    return TRUE;
  if (!ts_json_get_string (object, "", "schema", &schema, error) ||
      !ts_json_get_int (object, "", "schema_version", &version, error))
    return FALSE;
  if (!g_str_has_prefix (schema, "tenscope-")) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 "“schema” is “%s”, which is no settings of this program", schema);
    return FALSE;
  }
  if (version != TS_RECIPE_SCHEMA_VERSION) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 "“schema_version” is %" G_GINT64_FORMAT "; this program reads version %d", version,
                 TS_RECIPE_SCHEMA_VERSION);
    return FALSE;
  }
  return TRUE;
}

gboolean
ts_recipe_from_json (TsRecipe *recipe, const char *json, gssize length, GError **error)
{
  g_autoptr (JsonNode) root = ts_json_parse (json, length, error);
  TsRecipe result;

  if (root == NULL)
    return FALSE;

  JsonObject *view = json_node_get_object (root);

  if (!check_schema (view, error))
    return FALSE;
  if ((json_object_has_member (view, "view") || json_object_has_member (view, "schema")) &&
      !ts_json_get_object (view, "", "view", &view, error))
    return FALSE;

  ts_recipe_init (&result);
  if (!read_view (&result, view, error) || !ts_recipe_validate (&result, NULL, error))
    return FALSE;
  *recipe = result;
  return TRUE;
}

char *
ts_range_images_from_json (const char *json, gssize length)
{
  g_autoptr (JsonNode) root = ts_json_parse (json, length, NULL);
  const char *text = NULL;

  if (root == NULL || !ts_json_has (json_node_get_object (root), TS_RANGE_IMAGES) ||
      !ts_json_get_string (json_node_get_object (root), "", TS_RANGE_IMAGES, &text, NULL))
    return NULL;
  return g_strdup (text);
}
