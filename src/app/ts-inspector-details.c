/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-compat.h"
#include "app/ts-inspector-section.h"
#include "app/ts-number-row.h"

#include <glib/gi18n.h>
#include <math.h>

struct _TsInspectorDetails
{
  TsInspectorSection parent_instance;

  /* template */
  GtkSwitch *zebra_switch;
  GtkColorButton *nan_button;
  GtkColorButton *under_button;
  GtkColorButton *over_button;
  GtkColorButton *posinf_button;
  GtkColorButton *neginf_button;
  GtkSwitch *under_switch;
  GtkSwitch *over_switch;
  GtkSwitch *posinf_switch;
  GtkSwitch *neginf_switch;
  AdwComboRow *rounding_row;
};

G_DEFINE_FINAL_TYPE (TsInspectorDetails, ts_inspector_details, TS_TYPE_INSPECTOR_SECTION)

static guint32
get_color (GtkColorButton *button)
{
  GdkRGBA rgba;

  gtk_color_chooser_get_rgba (GTK_COLOR_CHOOSER (button), &rgba);
  return (guint32) lround (rgba.red * 255) << 16 | (guint32) lround (rgba.green * 255) << 8 |
         (guint32) lround (rgba.blue * 255);
}

static void
show_color (GtkColorButton *button, guint32 color)
{
  GdkRGBA rgba = { (float) (color >> 16 & 0xff) / 255, (float) (color >> 8 & 0xff) / 255,
                   (float) (color & 0xff) / 255, 1 };

  gtk_color_chooser_set_rgba (GTK_COLOR_CHOOSER (button), &rgba);
}

/* -1 where it is off; the button keeps its colour. */
static int
get_optional (GtkSwitch *control, GtkColorButton *button)
{
  return gtk_switch_get_active (control) ? (int) get_color (button) : -1;
}

static void
marks_cb (TsInspectorDetails *self)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);

  if (ts_inspector_section_is_updating (section))
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  recipe.zebra = gtk_switch_get_active (self->zebra_switch);
  recipe.nan_color = get_color (self->nan_button);
  recipe.under_color = get_optional (self->under_switch, self->under_button);
  recipe.over_color = get_optional (self->over_switch, self->over_button);
  recipe.posinf_color = get_optional (self->posinf_switch, self->posinf_button);
  recipe.neginf_color = get_optional (self->neginf_switch, self->neginf_button);
  ts_inspector_section_commit (section, &recipe, NULL);
}

static void
rounding_cb (TsInspectorDetails *self)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  guint selected = adw_combo_row_get_selected (self->rounding_row);

  if (ts_inspector_section_is_updating (section) || selected == GTK_INVALID_LIST_POSITION)
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  recipe.rounding = (TsRounding) selected;
  ts_inspector_section_commit (section, &recipe, NULL);
}

static void
show_optional (GtkSwitch *control, GtkColorButton *button, int color)
{
  gtk_switch_set_active (control, color >= 0);
  gtk_widget_set_visible (GTK_WIDGET (button), color >= 0);
  if (color >= 0)
    show_color (button, (guint32) color);
}

static void
ts_inspector_details_update (TsInspectorSection *section, const TsRecipe *recipe)
{
  TsInspectorDetails *self = TS_INSPECTOR_DETAILS (section);

  gtk_switch_set_active (self->zebra_switch, recipe->zebra);
  show_color (self->nan_button, recipe->nan_color);
  show_optional (self->under_switch, self->under_button, recipe->under_color);
  show_optional (self->over_switch, self->over_button, recipe->over_color);
  show_optional (self->posinf_switch, self->posinf_button, recipe->posinf_color);
  show_optional (self->neginf_switch, self->neginf_button, recipe->neginf_color);
  adw_combo_row_set_selected (self->rounding_row, recipe->rounding);
}

static void
ts_inspector_details_class_init (TsInspectorDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  TS_INSPECTOR_SECTION_CLASS (klass)->update = ts_inspector_details_update;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/tenscope/Tenscope/ts-inspector-details.ui");
  gtk_widget_class_bind_template_child (widget_class, TsInspectorDetails, nan_button);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorDetails, under_button);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorDetails, over_button);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorDetails, posinf_button);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorDetails, neginf_button);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorDetails, zebra_switch);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorDetails, posinf_switch);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorDetails, neginf_switch);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorDetails, under_switch);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorDetails, over_switch);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorDetails, rounding_row);
  gtk_widget_class_bind_template_callback (widget_class, marks_cb);
  gtk_widget_class_bind_template_callback (widget_class, rounding_cb);
}

static void
ts_inspector_details_init (TsInspectorDetails *self)
{
  g_autoptr (GtkStringList) roundings = gtk_string_list_new (NULL);

  gtk_widget_init_template (GTK_WIDGET (self));
  GtkColorButton *buttons[] = { self->nan_button, self->under_button, self->over_button,
                                self->posinf_button, self->neginf_button };
  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    ts_compat_name_inner (GTK_WIDGET (buttons[i]));
  gtk_string_list_append (roundings, _ ("Nearest"));
  gtk_string_list_append (roundings, _ ("Half to even"));
  gtk_string_list_append (roundings, _ ("Truncate"));
  gtk_string_list_append (roundings, _ ("TensorFlow"));
  gtk_string_list_append (roundings, _ ("torch dtype"));
  adw_combo_row_set_model (self->rounding_row, G_LIST_MODEL (roundings));
}
