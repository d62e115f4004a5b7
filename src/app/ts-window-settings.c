/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-recipe-edit.h"
#include "app/ts-window-private.h"
#include "base/ts-error.h"
#include "pixels/ts-colormap.h"
#include "pixels/ts-overlay.h"

#include <glib/gi18n.h>

/* Every setting as a stateful action of the window: activated or changed with a value, its state
 * says what is in force. One table; each entry reads and edits a recipe. */

typedef struct
{
  const char *name;
  const char *type;
  GVariant *(*get) (const TsRecipe *recipe);
  gboolean (*set) (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error);
} Setting;

static gboolean
set_invalid (GError **error, const char *what, const char *value)
{
  g_set_error (error, TS_ERROR, TS_ERROR_INVALID, _ ("There is no %s “%s”"), what, value);
  return FALSE;
}

static GVariant *
get_preset (const TsRecipe *recipe)
{
  return g_variant_new_string (recipe->preset != NULL ? recipe->preset : "custom");
}

static gboolean
set_preset (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  const char *id = g_variant_get_string (value, NULL);

  if (g_str_equal (id, "custom")) {
    recipe->preset = NULL;
    return TRUE;
  }
  return ts_recipe_set_preset (recipe, id, error);
}

static GVariant *
get_mean (const TsRecipe *recipe)
{
  return g_variant_new_take_string (ts_recipe_edit_dup_mean (recipe));
}

static gboolean
set_mean (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  return ts_recipe_edit_set_mean_text (recipe, g_variant_get_string (value, NULL), error);
}

static GVariant *
get_std (const TsRecipe *recipe)
{
  return g_variant_new_take_string (ts_recipe_edit_dup_std (recipe));
}

static gboolean
set_std (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  return ts_recipe_edit_set_std_text (recipe, g_variant_get_string (value, NULL), error);
}

static GVariant *
get_range_mode (const TsRecipe *recipe)
{
  return g_variant_new_string (ts_range_mode_names[recipe->range_mode]);
}

static gboolean
set_range_mode (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  const char *name = g_variant_get_string (value, NULL);
  int mode;

  if (!ts_name_lookup (ts_range_mode_names, name, &mode))
    return set_invalid (error, _ ("range mode"), name);
  ts_recipe_edit_set_range_mode (recipe, (TsRangeMode) mode,
                                 ts_session_get_resolved (self->session));
  return TRUE;
}

static GVariant *
get_range_scope (const TsRecipe *recipe)
{
  return g_variant_new_string (ts_range_scope_names[recipe->scope]);
}

static gboolean
set_range_scope (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  const char *name = g_variant_get_string (value, NULL);
  int scope;

  if (!ts_name_lookup (ts_range_scope_names, name, &scope))
    return set_invalid (error, _ ("range scope"), name);
  recipe->scope = (TsRangeScope) scope;
  return TRUE;
}

/* The other end stays where it is, also when an automatic range put it there. */
static void
get_range (TsWindow *self, const TsRecipe *recipe, double *lo, double *hi)
{
  const TsResolved *resolved = ts_session_get_resolved (self->session);
  gboolean automatic = recipe->range_mode != TS_RANGE_FIXED && resolved != NULL;

  *lo = automatic ? resolved->lo[0] : recipe->lo[0];
  *hi = automatic ? resolved->hi[0] : recipe->hi[0];
}

static GVariant *
get_range_lo (const TsRecipe *recipe)
{
  return g_variant_new_double (recipe->lo[0]);
}

static gboolean
set_range_lo (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  double lo, hi;

  get_range (self, recipe, &lo, &hi);
  ts_recipe_edit_set_range (recipe, g_variant_get_double (value), hi);
  return TRUE;
}

static GVariant *
get_range_hi (const TsRecipe *recipe)
{
  return g_variant_new_double (recipe->hi[0]);
}

static gboolean
set_range_hi (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  double lo, hi;

  get_range (self, recipe, &lo, &hi);
  ts_recipe_edit_set_range (recipe, lo, g_variant_get_double (value));
  return TRUE;
}

static GVariant *
get_percentile_lo (const TsRecipe *recipe)
{
  return g_variant_new_double (recipe->percentile_lo);
}

static gboolean
set_percentile_lo (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  recipe->percentile_lo = g_variant_get_double (value);
  return TRUE;
}

static GVariant *
get_percentile_hi (const TsRecipe *recipe)
{
  return g_variant_new_double (recipe->percentile_hi);
}

static gboolean
set_percentile_hi (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  recipe->percentile_hi = g_variant_get_double (value);
  return TRUE;
}

static GVariant *
get_centered (const TsRecipe *recipe)
{
  return g_variant_new_boolean (recipe->centered);
}

static gboolean
set_centered (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  recipe->centered = g_variant_get_boolean (value);
  return TRUE;
}

static GVariant *
get_sigma (const TsRecipe *recipe)
{
  return g_variant_new_double (recipe->sigma);
}

static gboolean
set_sigma (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  recipe->sigma = g_variant_get_double (value);
  return TRUE;
}

static GVariant *
get_curve (const TsRecipe *recipe)
{
  return g_variant_new_string (ts_curve_names[recipe->curve]);
}

static gboolean
set_curve (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  const char *name = g_variant_get_string (value, NULL);
  int curve;

  if (!ts_name_lookup (ts_curve_names, name, &curve))
    return set_invalid (error, _ ("curve"), name);
  recipe->curve = (TsCurve) curve;
  return TRUE;
}

static GVariant *
get_curve_strength (const TsRecipe *recipe)
{
  return g_variant_new_double (recipe->curve_strength);
}

static gboolean
set_curve_strength (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  recipe->curve_strength = g_variant_get_double (value);
  return TRUE;
}

static GVariant *
get_gamma (const TsRecipe *recipe)
{
  return g_variant_new_double (recipe->gamma);
}

static gboolean
set_gamma (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  recipe->gamma = g_variant_get_double (value);
  return TRUE;
}

static GVariant *
get_channel (const TsRecipe *recipe)
{
  return g_variant_new_take_string (ts_recipe_edit_dup_channels (recipe));
}

static gboolean
set_channel (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  return ts_recipe_edit_set_channels_text (recipe, g_variant_get_string (value, NULL), error);
}

static GVariant *
get_colormap (const TsRecipe *recipe)
{
  return g_variant_new_string (ts_colormap_get_name (recipe->colormap));
}

static gboolean
set_colormap (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  const char *name = g_variant_get_string (value, NULL);

  if (!ts_colormap_from_name (name, &recipe->colormap))
    return set_invalid (error, _ ("colormap"), name);
  return TRUE;
}

static GVariant *
get_invert (const TsRecipe *recipe)
{
  return g_variant_new_boolean (recipe->invert);
}

static gboolean
set_invert (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  recipe->invert = g_variant_get_boolean (value);
  return TRUE;
}

static GVariant *
get_rounding (const TsRecipe *recipe)
{
  return g_variant_new_string (ts_rounding_names[recipe->rounding]);
}

static gboolean
set_rounding (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  const char *name = g_variant_get_string (value, NULL);
  int rounding;

  if (!ts_name_lookup (ts_rounding_names, name, &rounding))
    return set_invalid (error, _ ("rounding"), name);
  recipe->rounding = (TsRounding) rounding;
  return TRUE;
}

static GVariant *
get_nan_color (const TsRecipe *recipe)
{
  return g_variant_new_take_string (ts_recipe_edit_dup_color ((int) recipe->nan_color));
}

static gboolean
set_nan_color (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  int color;

  if (!ts_recipe_edit_parse_color (g_variant_get_string (value, NULL), FALSE, &color, error))
    return FALSE;
  recipe->nan_color = (guint32) color;
  return TRUE;
}

static GVariant *
get_under_color (const TsRecipe *recipe)
{
  return g_variant_new_take_string (ts_recipe_edit_dup_color (recipe->under_color));
}

static gboolean
set_under_color (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  return ts_recipe_edit_parse_color (g_variant_get_string (value, NULL), TRUE, &recipe->under_color,
                                     error);
}

static GVariant *
get_over_color (const TsRecipe *recipe)
{
  return g_variant_new_take_string (ts_recipe_edit_dup_color (recipe->over_color));
}

static gboolean
set_over_color (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  return ts_recipe_edit_parse_color (g_variant_get_string (value, NULL), TRUE, &recipe->over_color,
                                     error);
}

static GVariant *
get_posinf_color (const TsRecipe *recipe)
{
  return g_variant_new_take_string (ts_recipe_edit_dup_color (recipe->posinf_color));
}

static gboolean
set_posinf_color (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  return ts_recipe_edit_parse_color (g_variant_get_string (value, NULL), TRUE,
                                     &recipe->posinf_color, error);
}

static GVariant *
get_neginf_color (const TsRecipe *recipe)
{
  return g_variant_new_take_string (ts_recipe_edit_dup_color (recipe->neginf_color));
}

static gboolean
set_neginf_color (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  return ts_recipe_edit_parse_color (g_variant_get_string (value, NULL), TRUE,
                                     &recipe->neginf_color, error);
}

static GVariant *
get_zebra (const TsRecipe *recipe)
{
  return g_variant_new_boolean (recipe->zebra);
}

static gboolean
set_zebra (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  recipe->zebra = g_variant_get_boolean (value);
  return TRUE;
}

static GVariant *
get_complex_part (const TsRecipe *recipe)
{
  return g_variant_new_string (ts_complex_part_names[recipe->complex_part]);
}

static gboolean
set_complex_part (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  const char *name = g_variant_get_string (value, NULL);
  int part;

  if (!ts_name_lookup (ts_complex_part_names, name, &part))
    return set_invalid (error, _ ("part of complex numbers"), name);
  ts_recipe_set_complex_part (recipe, (TsComplexPart) part,
                              ts_view_get_value_range (ts_session_get_view (self->session)));
  return TRUE;
}

/* The path of an array, "" for none. */
static GVariant *
get_overlay (const TsRecipe *recipe)
{
  return g_variant_new_string (recipe->overlay != NULL ? recipe->overlay : "");
}

static gboolean
set_overlay (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  const char *path = g_variant_get_string (value, NULL);
  g_autoptr (TsOverlay) overlay = NULL;

  ts_recipe_set_overlay (recipe, *path != '\0' ? path : NULL);
  return ts_overlay_open (ts_session_get_view (self->session), recipe, &overlay, error);
}

static GVariant *
get_overlay_alpha (const TsRecipe *recipe)
{
  return g_variant_new_double (recipe->overlay_alpha);
}

static gboolean
set_overlay_alpha (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  recipe->overlay_alpha = g_variant_get_double (value);
  return TRUE;
}

/* A colour, or the name of a palette. */
static GVariant *
get_overlay_color (const TsRecipe *recipe)
{
  if (recipe->overlay_color < 0)
    return g_variant_new_string (ts_colormap_get_name (recipe->overlay_palette));
  return g_variant_new_take_string (ts_recipe_edit_dup_color (recipe->overlay_color));
}

static gboolean
set_overlay_color (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  const char *text = g_variant_get_string (value, NULL);
  TsColormap palette;

  if (ts_colormap_from_name (text, &palette) && ts_colormap_is_categorical (palette)) {
    recipe->overlay_palette = palette;
    recipe->overlay_color = -1;
    return TRUE;
  }
  return ts_recipe_edit_parse_color (text, FALSE, &recipe->overlay_color, error);
}

static GVariant *
get_ignore_label (const TsRecipe *recipe)
{
  return g_variant_new_int32 (recipe->ignore_label);
}

static gboolean
set_ignore_label (TsWindow *self, TsRecipe *recipe, GVariant *value, GError **error)
{
  recipe->ignore_label = g_variant_get_int32 (value);
  return TRUE;
}

static const Setting settings[] = {
  { "preset", "s", get_preset, set_preset },
  { "mean", "s", get_mean, set_mean },
  { "std", "s", get_std, set_std },
  { "range-mode", "s", get_range_mode, set_range_mode },
  { "range-scope", "s", get_range_scope, set_range_scope },
  { "range-lo", "d", get_range_lo, set_range_lo },
  { "range-hi", "d", get_range_hi, set_range_hi },
  { "percentile-lo", "d", get_percentile_lo, set_percentile_lo },
  { "percentile-hi", "d", get_percentile_hi, set_percentile_hi },
  { "sigma", "d", get_sigma, set_sigma },
  { "centered", "b", get_centered, set_centered },
  { "curve", "s", get_curve, set_curve },
  { "curve-strength", "d", get_curve_strength, set_curve_strength },
  { "gamma", "d", get_gamma, set_gamma },
  { "channel", "s", get_channel, set_channel },
  { "colormap", "s", get_colormap, set_colormap },
  { "invert", "b", get_invert, set_invert },
  { "rounding", "s", get_rounding, set_rounding },
  { "nan-color", "s", get_nan_color, set_nan_color },
  { "under-color", "s", get_under_color, set_under_color },
  { "over-color", "s", get_over_color, set_over_color },
  { "posinf-color", "s", get_posinf_color, set_posinf_color },
  { "neginf-color", "s", get_neginf_color, set_neginf_color },
  { "ignore-label", "i", get_ignore_label, set_ignore_label },
  { "zebra", "b", get_zebra, set_zebra },
  { "complex-part", "s", get_complex_part, set_complex_part },
  { "overlay", "s", get_overlay, set_overlay },
  { "overlay-alpha", "d", get_overlay_alpha, set_overlay_alpha },
  { "overlay-color", "s", get_overlay_color, set_overlay_color },
};

static void
change_state_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  const Setting *setting = g_object_get_data (G_OBJECT (action), "setting");
  TsRecipe recipe = *ts_session_get_recipe (self->session);
  g_autoptr (GError) error = NULL;
  TsImageSize size;

  if (!ts_window_get_image_size (self, &size))
    return;
  if (setting->set (self, &recipe, value, &error) && ts_recipe_validate (&recipe, &size, &error))
    ts_session_set_recipe (self->session, &recipe, setting->name);
  else
    ts_window_toast (self, error->message);
}

void
ts_window_update_setting_actions (TsWindow *self)
{
  const TsRecipe *recipe = ts_session_get_recipe (self->session);
  gboolean has_view = ts_session_get_view (self->session) != NULL;

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    ts_window_set_state (self, settings[i].name, settings[i].get (recipe));
    ts_window_set_enabled (self, settings[i].name, has_view);
  }
}

void
ts_window_add_setting_actions (TsWindow *self)
{
  const TsRecipe *recipe = ts_session_get_recipe (self->session);

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    const Setting *setting = &settings[i];
    /* a switch toggles when activated without a value */
    const GVariantType *type =
        g_str_equal (setting->type, "b") ? NULL : G_VARIANT_TYPE (setting->type);
    g_autoptr (GSimpleAction) action =
                   g_simple_action_new_stateful (setting->name, type, setting->get (recipe));

    g_object_set_data (G_OBJECT (action), "setting", (gpointer) setting);
    g_signal_connect (action, "change-state", G_CALLBACK (change_state_cb), self);
    g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (action));
  }
}
