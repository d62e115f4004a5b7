/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-view-options.h"

#include "base/ts-error.h"
#include "cli/ts-cli-parse.h"
#include "cli/ts-cli.h"
#include "export/ts-indices.h"
#include "export/ts-provenance.h"
#include "export/ts-recipe-json.h"
#include "pixels/ts-colormap.h"

#include <math.h>
#include <string.h>

void
ts_cli_view_options_clear (TsCliViewOptions *self)
{
  g_free (self->raw);
  g_free (self->key);
  g_free (self->layout);
  g_free (self->index);
  g_free (self->recipe);
  g_free (self->preset);
  g_free (self->mean);
  g_free (self->std);
  g_free (self->range);
  g_free (self->scope);
  g_free (self->gamma);
  g_free (self->channel);
  g_free (self->colormap);
  g_free (self->rounding);
  g_free (self->curve);
  g_free (self->nan_color);
  g_free (self->under_color);
  g_free (self->over_color);
  g_free (self->posinf_color);
  g_free (self->neginf_color);
  g_free (self->ignore_label);
  g_free (self->complex_part);
  g_free (self->overlay);
  g_free (self->overlay_alpha);
  g_free (self->overlay_color);
  g_free (self->overlay_threshold);
  g_free (self->overlay_ignore);
  *self = (TsCliViewOptions){ 0 };
}

GOptionGroup *
ts_cli_view_options_new_group (TsCliViewOptions *self)
{
  const GOptionEntry entries[] = {
    TS_CLI_RAW_ENTRY (&self->raw),
    { "key", 'k', 0, G_OPTION_ARG_FILENAME, &self->key, "The array, by its path in the dump",
      "PATH" },
    { "layout", 0, 0, G_OPTION_ARG_STRING, &self->layout,
      "What its axes mean: NCHW, NHWC, NHW, HW, …", "AXES" },
    { "index", 'i', 0, G_OPTION_ARG_STRING, &self->index, "Which images, counted from 0",
      "0,3,8-20" },
    { "recipe", 0, 0, G_OPTION_ARG_FILENAME, &self->recipe,
      "Settings from an exported image, a sidecar, an export.json or a recipe; other options "
      "change them",
      "FILE" },
    { "preset", 0, 0, G_OPTION_ARG_STRING, &self->preset,
      "How values were normalised: tanh, imagenet, clip, u8, …", "NAME" },
    { "mean", 0, 0, G_OPTION_ARG_STRING, &self->mean, "One number, or one a channel", "A,B,C" },
    { "std", 0, 0, G_OPTION_ARG_STRING, &self->std, "One number, or one a channel", "A,B,C" },
    { "range", 0, 0, G_OPTION_ARG_STRING, &self->range,
      "LO,HI or minmax or percentile:LO,HI or sigma:K or symmetric", "RANGE" },
    { "scope", 0, 0, G_OPTION_ARG_STRING, &self->scope,
      "What an automatic range is taken of: batch, selection (the images of "
      "--index), image, channel, image-channel, file (all its arrays of images)",
      "SCOPE" },
    { "center-zero", 0, 0, G_OPTION_ARG_NONE, &self->centered,
      "Widen the range so that zero is in its middle", NULL },
    { "complex", 0, 0, G_OPTION_ARG_STRING, &self->complex_part,
      "Of complex numbers: magnitude, phase, real, imag", "PART" },
    { "gamma", 0, 0, G_OPTION_ARG_STRING, &self->gamma, "Curve: value^(1/G)", "G" },
    { "channel", 'c', 0, G_OPTION_ARG_STRING, &self->channel,
      "One channel, or three as red, green and blue, or four with alpha, or what all of them come "
      "to: mean, max-abs, argmax",
      "K|R,G,B" },
    { "colormap", 0, 0, G_OPTION_ARG_STRING, &self->colormap,
      "For one channel: gray, viridis, magma, turbo, RdBu_r, categorical, …", "NAME" },
    { "curve", 0, 0, G_OPTION_ARG_STRING, &self->curve,
      "Curve by logarithm or inverse hyperbolic sine, with its strength: log:100, asinh:10",
      "NAME:K" },
    { "nan-color", 0, 0, G_OPTION_ARG_STRING, &self->nan_color, "Colour of what is no number",
      "RRGGBB" },
    { "under-color", 0, 0, G_OPTION_ARG_STRING, &self->under_color,
      "Colour of values below the range; none: as the least", "RRGGBB" },
    { "over-color", 0, 0, G_OPTION_ARG_STRING, &self->over_color,
      "Colour of values above the range; none: as the greatest", "RRGGBB" },
    { "posinf-color", 0, 0, G_OPTION_ARG_STRING, &self->posinf_color,
      "Colour of positive infinity; none: as any value above the range", "RRGGBB" },
    { "neginf-color", 0, 0, G_OPTION_ARG_STRING, &self->neginf_color,
      "Colour of negative infinity; none: as any value below the range", "RRGGBB" },
    { "ignore-label", 0, 0, G_OPTION_ARG_STRING, &self->ignore_label,
      "Label that is drawn transparent", "N" },
    { "overlay", 0, 0, G_OPTION_ARG_FILENAME, &self->overlay,
      "An array of masks or labels to lay over the images, by its path in the dump; none: nothing",
      "PATH" },
    { "overlay-alpha", 0, 0, G_OPTION_ARG_STRING, &self->overlay_alpha,
      "How much it covers, 0 to 1 (0.5)", "A" },
    { "overlay-color", 0, 0, G_OPTION_ARG_STRING, &self->overlay_color,
      "One colour for all that is above the threshold, or the palette of labels: categorical, "
      "tab10, tab20, glasbey",
      "RRGGBB|NAME" },
    { "overlay-threshold", 0, 0, G_OPTION_ARG_STRING, &self->overlay_threshold,
      "Values above it are covered by the one colour (0.5)", "X" },
    { "overlay-ignore", 0, 0, G_OPTION_ARG_STRING, &self->overlay_ignore,
      "Label that is not drawn (0), or none", "N" },
    { "zebra", 0, 0, G_OPTION_ARG_NONE, &self->zebra,
      "Stripes where values are beyond the range or no number", NULL },
    { "invert", 0, 0, G_OPTION_ARG_NONE, &self->invert, "Black for white", NULL },
    { "rounding", 0, 0, G_OPTION_ARG_STRING, &self->rounding,
      "nearest, half-even, truncate, tf, torch-dtype", "NAME" },
    { NULL },
  };
  GOptionGroup *group =
      g_option_group_new ("view", "View Options:", "Show view options", NULL, NULL);

  g_option_group_add_entries (group, entries);
  return group;
}

static char *
list_arrays (TsDocument *document)
{
  GPtrArray *arrays = ts_document_get_arrays (document);
  GString *out = g_string_new ("it holds ");

  if (ts_node_get_n_children (ts_document_get_root (document)) == 0) {
    g_string_assign (out, "it is one bare array, without names");
    return g_string_free (out, FALSE);
  }
  for (guint i = 0; i < MIN (arrays->len, 12); i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ", " : "",
                            ts_node_get_path (g_ptr_array_index (arrays, i)));
  if (arrays->len > 12)
    g_string_append_printf (out, " and %u more", arrays->len - 12);
  return g_string_free (out, FALSE);
}

/* Who picks a channel means channels where the guess sees a stack of maps. */
static TsView *
open_node (const TsCliViewOptions *self, TsDocument *document, TsNode *node, GError **error)
{
  g_autoptr (TsView) view = ts_view_new (document, node, self->layout, NULL, error);
  TsLayout layout;
  int maps;

  if (view == NULL || self->layout != NULL || self->channel == NULL ||
      g_str_equal (self->channel, "auto"))
    return g_steal_pointer (&view);
  layout = *ts_batch_get_layout (ts_view_get_batch (view));
  maps = ts_layout_find (&layout, 'K');
  if (maps < 0 || ts_layout_find (&layout, 'C') >= 0)
    return g_steal_pointer (&view);
  layout.roles[maps] = 'C';
  return ts_view_new (document, node, layout.roles, NULL, error);
}

TsView *
ts_cli_view_options_open (const TsCliViewOptions *self, TsDocument *document, GError **error)
{
  const char *name = ts_document_get_name (document);
  TsNode *node;

  if (self->key == NULL) {
    node = ts_view_choose_node (document);
    if (node == NULL) {
      g_set_error (error, TS_ERROR, TS_ERROR_UNSUPPORTED,
                   "%s: it holds no array that looks like images; choose one with --key", name);
      return NULL;
    }
  } else {
    node = ts_document_find (document, self->key);
    if (node == NULL) {
      g_autofree char *known = list_arrays (document);

      g_set_error (error, TS_ERROR, TS_ERROR_NOT_FOUND, "%s: there is no “%s”; %s", name, self->key,
                   known);
      return NULL;
    }
  }
  if (ts_node_get_kind (node) == TS_NODE_ERROR) {
    g_propagate_prefixed_error (error, g_error_copy (ts_node_get_error (node)), "%s: “%s”: ", name,
                                ts_node_get_path (node));
    return NULL;
  }

  TsView *view = open_node (self, document, node, error);

  if (view == NULL)
    g_prefix_error (error, "%s: ", name);
  return view;
}

static gboolean
apply_recipe_file (const TsCliViewOptions *self, TsRecipe *recipe, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr (GError) local = NULL;
  gsize length;

  g_autoptr (TsProvenance) provenance = ts_provenance_read_picture (self->recipe, NULL);

  if (provenance != NULL) {
    *recipe = provenance->recipe;
    return TRUE;
  }
  if (!g_file_get_contents (self->recipe, &json, &length, &local))
    return ts_cli_invalid (error, "--recipe: %s", local->message);
  if (!ts_recipe_from_json (recipe, json, (gssize) length, error)) {
    g_prefix_error (error, "--recipe %s: ", self->recipe);
    return FALSE;
  }
  return TRUE;
}

/* --mean and --std replace what was there; one of them alone leaves 0 and 1 for the other. */
static gboolean
apply_normalisation (const TsCliViewOptions *self, TsRecipe *recipe, GError **error)
{
  double mean[TS_RECIPE_MAX_CHANNELS] = { 0 }, std[TS_RECIPE_MAX_CHANNELS] = { 1 };
  guint n_mean = 1, n_std = 1;

  if (self->preset != NULL && !ts_recipe_set_preset (recipe, self->preset, error)) {
    g_prefix_error (error, "--preset: ");
    return FALSE;
  }
  if (self->mean == NULL && self->std == NULL)
    return TRUE;
  if (self->preset != NULL)
    return ts_cli_invalid (error, "--preset and --mean or --std exclude each other");
  if ((self->mean != NULL &&
       !ts_cli_parse_doubles ("mean", self->mean, mean, TS_RECIPE_MAX_CHANNELS, &n_mean, error)) ||
      (self->std != NULL &&
       !ts_cli_parse_doubles ("std", self->std, std, TS_RECIPE_MAX_CHANNELS, &n_std, error)))
    return FALSE;
  if (n_mean != n_std && n_mean != 1 && n_std != 1)
    return ts_cli_invalid (error, "--mean has %u numbers and --std %u", n_mean, n_std);
  if (!ts_recipe_set_preset (recipe, "unit", error))
    return FALSE;
  recipe->preset = NULL;
  recipe->n_norm = MAX (n_mean, n_std);
  for (guint c = 0; c < recipe->n_norm; c++) {
    recipe->mean[c] = mean[n_mean == 1 ? 0 : c];
    recipe->std[c] = std[n_std == 1 ? 0 : c];
  }
  return TRUE;
}

static gboolean
apply_range (const TsCliViewOptions *self, TsRecipe *recipe, GError **error)
{
  double numbers[2];
  guint n;
  int scope;

  if (self->scope != NULL) {
    if (!ts_cli_parse_name ("scope", self->scope, ts_range_scope_names, &scope, error))
      return FALSE;
    recipe->scope = (TsRangeScope) scope;
  }
  recipe->centered = recipe->centered || self->centered;
  if (self->range == NULL)
    return TRUE;
  if (g_str_equal (self->range, "minmax")) {
    recipe->range_mode = TS_RANGE_MINMAX;
    return TRUE;
  }
  if (g_str_equal (self->range, "symmetric")) {
    recipe->range_mode = TS_RANGE_SYMMETRIC;
    return TRUE;
  }

  if (g_str_has_prefix (self->range, "sigma:")) {
    recipe->range_mode = TS_RANGE_SIGMA;
    return ts_cli_parse_double ("range", self->range + strlen ("sigma:"), &recipe->sigma, error);
  }

  gboolean percentile = g_str_has_prefix (self->range, "percentile:");
  const char *text = percentile ? self->range + strlen ("percentile:") : self->range;

  if (!ts_cli_parse_doubles ("range", text, numbers, 2, &n, NULL) || n != 2)
    return ts_cli_invalid (
        error,
        "--range takes LO,HI or minmax or percentile:LO,HI or sigma:K or symmetric, not “%s”",
        self->range);
  if (percentile) {
    recipe->range_mode = TS_RANGE_PERCENTILE;
    recipe->percentile_lo = numbers[0];
    recipe->percentile_hi = numbers[1];
    return TRUE;
  }

  /* Numbers without any word on normalisation are meant as the values of the dump. */
  if (self->preset == NULL && self->mean == NULL && self->std == NULL && self->recipe == NULL &&
      !ts_recipe_set_preset (recipe, "unit", error))
    return FALSE;
  recipe->range_mode = TS_RANGE_FIXED;
  recipe->n_range = 1;
  recipe->lo[0] = numbers[0];
  recipe->hi[0] = numbers[1];
  return TRUE;
}

static gboolean
apply_channel (const TsCliViewOptions *self, TsRecipe *recipe, GError **error)
{
  static const TsChannelMode modes[] = { 0, TS_CHANNELS_SINGLE, 0, TS_CHANNELS_RGB,
                                         TS_CHANNELS_RGBA };
  double numbers[4];
  guint n;
  int mode;

  if (self->channel == NULL)
    return TRUE;
  if (ts_name_lookup (ts_channel_mode_names, self->channel, &mode) &&
      (mode == TS_CHANNELS_AUTO || mode >= TS_CHANNELS_MEAN)) {
    recipe->channel_mode = (TsChannelMode) mode;
    return TRUE;
  }
  if (!ts_cli_parse_doubles ("channel", self->channel, numbers, 4, &n, error))
    return FALSE;
  if (n == 2)
    return ts_cli_invalid (error, "--channel takes one, three or four channel numbers, not “%s”",
                           self->channel);
  for (guint i = 0; i < n; i++) {
    if (numbers[i] != floor (numbers[i]) || fabs (numbers[i]) > G_MAXINT32)
      return ts_cli_invalid (error, "--channel: “%s” are not channel numbers", self->channel);
    recipe->channels[i] = (int) numbers[i];
  }
  recipe->channel_mode = modes[n];
  return TRUE;
}

/* "log:100", "asinh:10", "gamma" */
static gboolean
apply_curve (const TsCliViewOptions *self, TsRecipe *recipe, GError **error)
{
  g_auto (GStrv) parts = NULL;
  int curve;

  if (self->curve == NULL)
    return TRUE;
  parts = g_strsplit (self->curve, ":", 2);
  if (parts[0] == NULL)
    return ts_cli_invalid (error, "--curve takes log:K or asinh:K");
  if (!ts_cli_parse_name ("curve", parts[0], ts_curve_names, &curve, error))
    return FALSE;
  recipe->curve = (TsCurve) curve;
  return parts[1] == NULL ||
         ts_cli_parse_double ("curve", parts[1], &recipe->curve_strength, error);
}

/* "ff00ff" or "#ff00ff"; "none" where that is one. */
static gboolean
parse_color (const char *option, const char *text, gboolean may_be_none, int *color, GError **error)
{
  guint64 number;

  if (text == NULL)
    return TRUE;
  if (may_be_none && g_str_equal (text, "none")) {
    *color = -1;
    return TRUE;
  }
  if (text[0] == '#')
    text++;
  if (strlen (text) != 6 || !g_ascii_string_to_unsigned (text, 16, 0, 0xffffff, &number, NULL))
    return ts_cli_invalid (error, "--%s takes a colour such as ff00ff, not “%s”", option, text);
  *color = (int) number;
  return TRUE;
}

static gboolean
apply_colors (const TsCliViewOptions *self, TsRecipe *recipe, GError **error)
{
  int nan_color = (int) recipe->nan_color;
  guint64 label;

  if (!parse_color ("nan-color", self->nan_color, FALSE, &nan_color, error) ||
      !parse_color ("under-color", self->under_color, TRUE, &recipe->under_color, error) ||
      !parse_color ("over-color", self->over_color, TRUE, &recipe->over_color, error) ||
      !parse_color ("posinf-color", self->posinf_color, TRUE, &recipe->posinf_color, error) ||
      !parse_color ("neginf-color", self->neginf_color, TRUE, &recipe->neginf_color, error))
    return FALSE;
  recipe->nan_color = (guint32) nan_color;
  if (self->ignore_label == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (self->ignore_label, 10, 0, G_MAXINT32, &label, NULL))
    return ts_cli_invalid (error, "--ignore-label takes a number of a label, not “%s”",
                           self->ignore_label);
  recipe->ignore_label = (int) label;
  return TRUE;
}

static gboolean
apply_complex (const TsCliViewOptions *self, TsView *view, TsRecipe *recipe, GError **error)
{
  int part = TS_COMPLEX_MAGNITUDE;

  if (self->complex_part == NULL)
    return TRUE;
  if (!ts_cli_parse_name ("complex", self->complex_part, ts_complex_part_names, &part, error))
    return FALSE;
  if (ts_dtype_get_info (ts_batch_get_dtype (ts_view_get_batch (view)))->dtype_class !=
      TS_DTYPE_CLASS_COMPLEX)
    return ts_cli_invalid (error, "--complex: the array is %s, which is not complex",
                           ts_dtype_get_name (ts_batch_get_dtype (ts_view_get_batch (view))));
  /* With a range and colours that suit it, unless a file has said what they are. */
  if (self->recipe == NULL)
    ts_recipe_set_complex_part (recipe, (TsComplexPart) part, ts_view_get_value_range (view));
  recipe->complex_part = (TsComplexPart) part;
  return TRUE;
}

static gboolean
apply_overlay (const TsCliViewOptions *self, TsRecipe *recipe, GError **error)
{
  const char *color = self->overlay_color;
  guint64 label;

  if (self->overlay != NULL)
    ts_recipe_set_overlay (recipe, g_str_equal (self->overlay, "none") ? NULL : self->overlay);
  if (recipe->overlay == NULL && (self->overlay_alpha != NULL || color != NULL ||
                                  self->overlay_threshold != NULL || self->overlay_ignore != NULL))
    return ts_cli_invalid (error, "--overlay names the array that the other --overlay options "
                                  "are about; it is missing");
  if (color != NULL && ts_colormap_from_name (color, &recipe->overlay_palette)) {
    if (!ts_colormap_is_categorical (recipe->overlay_palette))
      return ts_cli_invalid (error, "--overlay-color: “%s” is no palette of labels", color);
    recipe->overlay_color = -1;
  } else if (!parse_color ("overlay-color", color, FALSE, &recipe->overlay_color, error)) {
    return FALSE;
  }
  if (g_strcmp0 (self->overlay_ignore, "none") == 0)
    recipe->overlay_ignore = -1;
  else if (self->overlay_ignore != NULL) {
    if (!g_ascii_string_to_unsigned (self->overlay_ignore, 10, 0, G_MAXINT32, &label, NULL))
      return ts_cli_invalid (error, "--overlay-ignore takes a number of a label or none, not “%s”",
                             self->overlay_ignore);
    recipe->overlay_ignore = (int) label;
  }
  return ts_cli_parse_double ("overlay-alpha", self->overlay_alpha, &recipe->overlay_alpha,
                              error) &&
         ts_cli_parse_double ("overlay-threshold", self->overlay_threshold,
                              &recipe->overlay_threshold, error);
}

static gboolean
apply_look (const TsCliViewOptions *self, TsRecipe *recipe, GError **error)
{
  gboolean reversed = FALSE;
  int rounding;

  if (!ts_cli_parse_double ("gamma", self->gamma, &recipe->gamma, error))
    return FALSE;
  if (self->colormap != NULL && !ts_colormap_parse (self->colormap, &recipe->colormap, &reversed)) {
    g_autoptr (GString) known = g_string_new (NULL);

    for (int i = 0; i < TS_N_COLORMAPS; i++)
      g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", ts_colormap_get_name (i));
    return ts_cli_invalid (error, "--colormap: there is no “%s”; there are %s", self->colormap,
                           known->str);
  }
  if (self->rounding != NULL) {
    if (!ts_cli_parse_name ("rounding", self->rounding, ts_rounding_names, &rounding, error))
      return FALSE;
    recipe->rounding = (TsRounding) rounding;
  }
  /* A map backwards and inverted is the map again. */
  if (self->colormap != NULL)
    recipe->invert = reversed != self->invert;
  else
    recipe->invert = recipe->invert || self->invert;
  return TRUE;
}

gboolean
ts_cli_view_options_get_recipe (const TsCliViewOptions *self,
                                TsView *view,
                                TsRecipe *recipe,
                                GError **error)
{
  TsImageSize size;

  ts_batch_get_max_size (ts_view_get_batch (view), &size);
  ts_recipe_init_for_range (recipe, ts_view_get_value_range (view), &size);
  return (self->recipe == NULL || apply_recipe_file (self, recipe, error)) &&
         apply_complex (self, view, recipe, error) && apply_normalisation (self, recipe, error) &&
         apply_range (self, recipe, error) && apply_channel (self, recipe, error) &&
         apply_look (self, recipe, error) && apply_curve (self, recipe, error) &&
         apply_colors (self, recipe, error) && apply_overlay (self, recipe, error) &&
         ts_recipe_validate (recipe, &size, error);
}

GArray *
ts_cli_parse_indices (const char *text, guint64 n_images, GError **error)
{
  GArray *indices = ts_indices_from_string (text, n_images, error);

  if (indices == NULL)
    g_prefix_error (error, "--index: ");
  return indices;
}

gboolean
ts_cli_view_options_get_indices (const TsCliViewOptions *self,
                                 TsView *view,
                                 GArray **indices,
                                 GError **error)
{
  *indices = NULL;
  if (self->index == NULL)
    return TRUE;
  *indices =
      ts_cli_parse_indices (self->index, ts_batch_get_n_images (ts_view_get_batch (view)), error);
  return *indices != NULL;
}
