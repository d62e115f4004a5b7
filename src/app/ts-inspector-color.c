/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-inspector-section.h"
#include "app/ts-number-row.h"
#include "app/ts-recipe-edit.h"
#include "app/ts-swatch.h"
#include "pixels/ts-colormap.h"

#include <glib/gi18n.h>

/* Channels that are offered one by one. */
#define MAX_CHANNEL_CHOICES 256
#define N_MIXED             4

struct _TsInspectorColor
{
  TsInspectorSection parent_instance;

  /* template */
  AdwComboRow *part_row;
  AdwComboRow *channels_row;
  GtkWidget *mixer_row;
  GtkSpinButton *red_spin;
  GtkSpinButton *green_spin;
  GtkSpinButton *blue_spin;
  GtkSpinButton *alpha_spin;
  GtkWidget *alpha_box;
  AdwComboRow *colormap_row;
  AdwActionRow *ignore_row;
  GtkSpinButton *ignore_spin;
  AdwActionRow *invert_row;
  GtkSwitch *invert_switch;
  AdwComboRow *curve_row;
  TsNumberRow *gamma_row;
  TsNumberRow *strength_row;

  /* owned */
  GPtrArray *channel_texts; /* of char *, as the choices of channels_row; the last is "R, G, B" */

  gboolean swatches_reversed;
};

G_DEFINE_FINAL_TYPE (TsInspectorColor, ts_inspector_color, TS_TYPE_INSPECTOR_SECTION)

/* Whether one number a pixel goes through the colormap. */
static gboolean
is_mapped (TsInspectorColor *self, const TsRecipe *recipe)
{
  switch (recipe->channel_mode) {
  case TS_CHANNELS_AUTO:
    return ts_inspector_section_get_n_channels (TS_INSPECTOR_SECTION (self)) != 3;
  case TS_CHANNELS_RGB:
  case TS_CHANNELS_RGBA:
    return FALSE;
  case TS_CHANNELS_SINGLE:
  case TS_CHANNELS_MEAN:
  case TS_CHANNELS_MAX_ABS:
  case TS_CHANNELS_ARGMAX:
  default:
    return TRUE;
  }
}

/* From the controls to the recipe. */

static void
channels_cb (TsInspectorColor *self)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  guint selected = adw_combo_row_get_selected (self->channels_row);

  if (ts_inspector_section_is_updating (section) || selected >= self->channel_texts->len)
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  if (selected + 1 == self->channel_texts->len)
    ts_recipe_edit_mix_channels (&recipe, ts_inspector_section_get_n_channels (section));
  else
    ts_recipe_edit_set_channels_text (&recipe, g_ptr_array_index (self->channel_texts, selected),
                                      NULL);
  ts_inspector_section_commit (section, &recipe, NULL);
}

static void
mixed_cb (TsInspectorColor *self, GtkSpinButton *spin)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  GtkSpinButton *spins[N_MIXED] = { self->red_spin, self->green_spin, self->blue_spin,
                                    self->alpha_spin };

  if (ts_inspector_section_is_updating (section))
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  for (guint i = 0; i < N_MIXED; i++)
    if (spins[i] == spin)
      recipe.channels[i] = gtk_spin_button_get_value_as_int (spin);
  ts_inspector_section_commit (section, &recipe, "channels");
}

static void
selected_cb (TsInspectorColor *self, GParamSpec *pspec, AdwComboRow *row)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  guint selected = adw_combo_row_get_selected (row);

  if (ts_inspector_section_is_updating (section) || selected == GTK_INVALID_LIST_POSITION)
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  if (row == self->part_row)
    ts_recipe_set_complex_part (&recipe, (TsComplexPart) selected,
                                ts_view_get_value_range (ts_session_get_view (
                                    ts_inspector_section_get_session (section))));
  else if (row == self->colormap_row)
    recipe.colormap = (TsColormap) selected;
  else
    recipe.curve = (TsCurve) selected;
  ts_inspector_section_commit (section, &recipe, NULL);
}

static void
ignore_cb (TsInspectorColor *self)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);

  if (ts_inspector_section_is_updating (section))
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  recipe.ignore_label = gtk_spin_button_get_value_as_int (self->ignore_spin);
  ts_inspector_section_commit (section, &recipe, "ignore-label");
}

static void
invert_cb (TsInspectorColor *self)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);

  if (ts_inspector_section_is_updating (section))
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  recipe.invert = gtk_switch_get_active (self->invert_switch);
  ts_inspector_section_commit (section, &recipe, NULL);
}

static void
gamma_changed_cb (TsInspectorColor *self, double value)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  TsRecipe recipe = ts_inspector_section_get_recipe (section);

  recipe.gamma = value;
  ts_inspector_section_commit (section, &recipe, "gamma");
}

static void
strength_changed_cb (TsInspectorColor *self, double value)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  TsRecipe recipe = ts_inspector_section_get_recipe (section);

  recipe.curve_strength = value;
  ts_inspector_section_commit (section, &recipe, "curve-strength");
}

/* From the recipe to the controls. */

static void
update_channels (TsInspectorColor *self, const TsRecipe *recipe)
{
  GtkSpinButton *spins[N_MIXED] = { self->red_spin, self->green_spin, self->blue_spin,
                                    self->alpha_spin };
  gboolean has_alpha = recipe->channel_mode == TS_CHANNELS_RGBA;
  gboolean mixed = has_alpha || recipe->channel_mode == TS_CHANNELS_RGB;
  g_autofree char *text = ts_recipe_edit_dup_channels (recipe);
  guint found = self->channel_texts->len - 1;

  for (guint i = 0; i < self->channel_texts->len; i++)
    if (g_str_equal (g_ptr_array_index (self->channel_texts, i), text))
      found = i;
  adw_combo_row_set_selected (self->channels_row, found);
  /* of a single one there is nothing to choose */
  gtk_widget_set_visible (GTK_WIDGET (self->channels_row),
                          self->channel_texts->len > 2 || recipe->channel_mode != TS_CHANNELS_AUTO);
  gtk_widget_set_visible (self->mixer_row, mixed);
  gtk_widget_set_visible (self->alpha_box, has_alpha);
  for (guint i = 0; mixed && i < N_MIXED; i++)
    gtk_spin_button_set_value (spins[i], recipe->channels[i]);
}

static void
set_swatches (TsInspectorColor *self, gboolean reversed)
{
  g_autoptr (GtkListItemFactory) factory = ts_swatch_factory_new (reversed);

  adw_combo_row_set_factory (self->colormap_row, factory);
  self->swatches_reversed = reversed;
}

static void
ts_inspector_color_update (TsInspectorSection *section, const TsRecipe *recipe)
{
  TsInspectorColor *self = TS_INSPECTOR_COLOR (section);
  gboolean mapped = is_mapped (self, recipe);
  gboolean labels = mapped && ts_colormap_is_categorical (recipe->colormap);
  gboolean from_end = mapped && !labels && recipe->colormap != TS_COLORMAP_GRAY;

  adw_combo_row_set_selected (self->part_row, recipe->complex_part);
  update_channels (self, recipe);
  gtk_widget_set_sensitive (GTK_WIDGET (self->colormap_row), mapped);
  if (recipe->invert != self->swatches_reversed)
    set_swatches (self, recipe->invert);
  adw_combo_row_set_selected (self->colormap_row, recipe->colormap);
  gtk_widget_set_visible (GTK_WIDGET (self->ignore_row), labels);
  gtk_spin_button_set_value (self->ignore_spin, recipe->ignore_label);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->invert_row),
                                 from_end ? _ ("Reverse colormap") : _ ("Invert"));
  gtk_switch_set_active (self->invert_switch, recipe->invert);
  adw_combo_row_set_selected (self->curve_row, recipe->curve);
  gtk_widget_set_visible (GTK_WIDGET (self->gamma_row), recipe->curve == TS_CURVE_GAMMA);
  gtk_widget_set_visible (GTK_WIDGET (self->strength_row), recipe->curve != TS_CURVE_GAMMA);
  ts_number_row_set_value (self->gamma_row, recipe->gamma);
  ts_number_row_set_value (self->strength_row, recipe->curve_strength);
}

/* A new view: other channels. */

static gboolean
is_complex (TsInspectorSection *section)
{
  TsView *view = ts_session_get_view (ts_inspector_section_get_session (section));

  if (view == NULL)
    return FALSE;
  TsDtype dtype = ts_batch_get_dtype (ts_view_get_batch (view));
  return ts_dtype_get_info (dtype)->dtype_class == TS_DTYPE_CLASS_COMPLEX;
}

static void
add_choice (TsInspectorColor *self, GtkStringList *list, const char *text, const char *title)
{
  g_ptr_array_add (self->channel_texts, g_strdup (text));
  gtk_string_list_append (list, title);
}

static void
ts_inspector_color_view_changed (TsInspectorSection *section)
{
  TsInspectorColor *self = TS_INSPECTOR_COLOR (section);
  GtkSpinButton *spins[N_MIXED] = { self->red_spin, self->green_spin, self->blue_spin,
                                    self->alpha_spin };
  guint n = ts_inspector_section_get_n_channels (section);
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  gtk_widget_set_visible (GTK_WIDGET (self->part_row), is_complex (section));
  g_ptr_array_set_size (self->channel_texts, 0);
  add_choice (self, list, "auto", n == 1 ? _ ("Gray") : n == 3 ? _ ("RGB") : _ ("Automatic"));
  if (n == 3)
    add_choice (self, list, "2,1,0", _ ("BGR"));
  if (n > 3)
    add_choice (self, list, "0,1,2,3", _ ("RGBA from 0, 1, 2, 3"));
  for (guint i = 0; n > 1 && i < MIN (n, MAX_CHANNEL_CHOICES); i++) {
    g_autofree char *text = g_strdup_printf ("%u", i);
    g_autofree char *title = g_strdup_printf (_ ("Channel %u"), i);
    add_choice (self, list, text, title);
  }
  if (n > 1) {
    add_choice (self, list, "mean", _ ("Mean of all"));
    add_choice (self, list, "max-abs", _ ("Largest magnitude"));
    add_choice (self, list, "argmax", _ ("Number of the largest"));
  }
  add_choice (self, list, "", _ ("R, G, B of choice"));
  adw_combo_row_set_model (self->channels_row, G_LIST_MODEL (list));
  for (guint i = 0; i < N_MIXED; i++)
    gtk_spin_button_set_range (spins[i], -1, MAX (n, 1) - 1);
}

static void
fill_lists (TsInspectorColor *self)
{
  g_autoptr (GtkStringList) colormaps = gtk_string_list_new (NULL);
  g_autoptr (GtkStringList) curves = gtk_string_list_new (NULL);
  g_autoptr (GtkStringList) parts = gtk_string_list_new (NULL);

  for (guint i = 0; i < TS_N_COLORMAPS; i++)
    gtk_string_list_append (colormaps, ts_colormap_get_title (i));
  set_swatches (self, FALSE);
  adw_combo_row_set_model (self->colormap_row, G_LIST_MODEL (colormaps));

  gtk_string_list_append (parts, _ ("Magnitude"));
  gtk_string_list_append (parts, _ ("Phase"));
  gtk_string_list_append (parts, _ ("Real part"));
  gtk_string_list_append (parts, _ ("Imaginary part"));
  adw_combo_row_set_model (self->part_row, G_LIST_MODEL (parts));

  gtk_string_list_append (curves, _ ("Gamma"));
  gtk_string_list_append (curves, _ ("Logarithm"));
  gtk_string_list_append (curves, _ ("asinh"));
  adw_combo_row_set_model (self->curve_row, G_LIST_MODEL (curves));
}

static void
ts_inspector_color_finalize (GObject *object)
{
  g_clear_pointer (&TS_INSPECTOR_COLOR (object)->channel_texts, g_ptr_array_unref);

  G_OBJECT_CLASS (ts_inspector_color_parent_class)->finalize (object);
}

static void
ts_inspector_color_class_init (TsInspectorColorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  TsInspectorSectionClass *section_class = TS_INSPECTOR_SECTION_CLASS (klass);

  g_type_ensure (TS_TYPE_NUMBER_ROW);
  G_OBJECT_CLASS (klass)->finalize = ts_inspector_color_finalize;
  section_class->view_changed = ts_inspector_color_view_changed;
  section_class->update = ts_inspector_color_update;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/tenscope/Tenscope/ts-inspector-color.ui");
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, part_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, channels_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, mixer_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, red_spin);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, green_spin);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, blue_spin);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, alpha_spin);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, alpha_box);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, colormap_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, ignore_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, ignore_spin);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, invert_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, invert_switch);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, curve_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, gamma_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorColor, strength_row);
  gtk_widget_class_bind_template_callback (widget_class, channels_cb);
  gtk_widget_class_bind_template_callback (widget_class, mixed_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, ignore_cb);
  gtk_widget_class_bind_template_callback (widget_class, invert_cb);
  gtk_widget_class_bind_template_callback (widget_class, gamma_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, strength_changed_cb);
}

static void
ts_inspector_color_init (TsInspectorColor *self)
{
  GtkSpinButton *spins[N_MIXED];

  self->channel_texts = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));

  spins[0] = self->red_spin;
  spins[1] = self->green_spin;
  spins[2] = self->blue_spin;
  spins[3] = self->alpha_spin;
  for (guint i = 0; i < N_MIXED; i++)
    ts_number_setup_index_spin (spins[i], _ ("off"));
  ts_number_setup_index_spin (self->ignore_spin, _ ("none"));
  ts_number_row_set_span (self->gamma_row, 0.2, 3, 0.1, 10);
  ts_number_row_set_default (self->gamma_row, 1);
  ts_number_row_set_logarithmic (self->strength_row, TRUE);
  ts_number_row_set_span (self->strength_row, 1, 10000, 0.001, 1e6);
  ts_number_row_set_default (self->strength_row, 100);
  fill_lists (self);
}
