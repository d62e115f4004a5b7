/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-inspector-section.h"
#include "app/ts-number-row.h"
#include "app/ts-recipe-edit.h"

#include <glib/gi18n.h>
#include <math.h>

/* With more channels, one number holds for all of them. */
#define MAX_ROWS 4

struct _TsInspectorNorm
{
  TsInspectorSection parent_instance;

  /* template */
  AdwComboRow *preset_row;
  GtkToggleButton *link_button;
  GtkBox *mean_box;
  GtkBox *std_box;

  /* borrowed: children of the boxes */
  TsNumberRow *mean_rows[MAX_ROWS];
  TsNumberRow *std_rows[MAX_ROWS];
  guint n_rows;
};

G_DEFINE_FINAL_TYPE (TsInspectorNorm, ts_inspector_norm, TS_TYPE_INSPECTOR_SECTION)

static void
mean_changed_cb (TsNumberRow *row, double value, TsInspectorNorm *self)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  guint channel = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "channel"));
  g_autofree char *gesture = g_strdup_printf ("mean-%u", channel);

  ts_recipe_edit_set_mean (&recipe, ts_inspector_section_get_n_channels (section), channel, value,
                           gtk_toggle_button_get_active (self->link_button));
  ts_inspector_section_commit (section, &recipe, gesture);
}

static void
std_changed_cb (TsNumberRow *row, double value, TsInspectorNorm *self)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  guint channel = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "channel"));
  g_autofree char *gesture = g_strdup_printf ("std-%u", channel);

  /* a slider's end may be zero, a deviation never is */
  if (value == 0)
    value = 1e-6;
  ts_recipe_edit_set_std (&recipe, ts_inspector_section_get_n_channels (section), channel, value,
                          gtk_toggle_button_get_active (self->link_button));
  ts_inspector_section_commit (section, &recipe, gesture);
}

static guint
get_n_presets (void)
{
  guint n = 0;

  while (ts_presets[n].id != NULL)
    n++;
  return n;
}

static void
preset_cb (TsInspectorNorm *self)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  guint selected = adw_combo_row_get_selected (self->preset_row);

  if (ts_inspector_section_is_updating (section) || selected == GTK_INVALID_LIST_POSITION)
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  if (selected < get_n_presets ())
    ts_recipe_set_preset (&recipe, ts_presets[selected].id, NULL);
  else
    recipe.preset = NULL;
  ts_inspector_section_commit (section, &recipe, NULL);
}

static void
ts_inspector_norm_update (TsInspectorSection *section, const TsRecipe *recipe)
{
  TsInspectorNorm *self = TS_INSPECTOR_NORM (section);
  guint preset = get_n_presets ();

  for (guint i = 0; recipe->preset != NULL && ts_presets[i].id != NULL; i++)
    if (g_str_equal (recipe->preset, ts_presets[i].id))
      preset = i;
  adw_combo_row_set_selected (self->preset_row, preset);
  for (guint i = 0; i < self->n_rows; i++) {
    ts_number_row_set_value (self->mean_rows[i], ts_recipe_get_mean (recipe, i));
    ts_number_row_set_value (self->std_rows[i], ts_recipe_get_std (recipe, i));
  }
}

/* A new view: other channels. */

static void
clear_box (GtkBox *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    gtk_box_remove (box, child);
}

static TsNumberRow *
add_row (TsInspectorNorm *self, GtkBox *box, guint channel, const char *title, const char *name)
{
  static const char *const tints[] = { "channel-red", "channel-green", "channel-blue",
                                       "channel-alpha" };
  TsNumberRow *row = TS_NUMBER_ROW (ts_number_row_new (title, name));

  g_object_set_data (G_OBJECT (row), "channel", GUINT_TO_POINTER (channel));
  if (self->n_rows >= 3)
    ts_number_row_set_tint (row, tints[channel]);
  gtk_box_append (box, GTK_WIDGET (row));
  return row;
}

static void
ts_inspector_norm_view_changed (TsInspectorSection *section)
{
  static const char *const letters[] = { "R", "G", "B", "A" };
  TsInspectorNorm *self = TS_INSPECTOR_NORM (section);
  TsSession *session = ts_inspector_section_get_session (section);
  const TsRecipe *initial = ts_session_get_initial_recipe (session);
  guint n_channels = ts_inspector_section_get_n_channels (section);
  double white = MAX (initial->value_scale, 1);

  clear_box (self->mean_box);
  clear_box (self->std_box);
  self->n_rows = n_channels <= MAX_ROWS ? n_channels : 1;
  for (guint i = 0; i < self->n_rows; i++) {
    g_autofree char *title = self->n_rows == 1  ? NULL
                             : self->n_rows < 3 ? g_strdup_printf ("%u", i)
                                                : g_strdup (letters[i]);
    g_autofree char *mean_name = g_strdup_printf (_ ("Mean of channel %u"), i);
    g_autofree char *std_name = g_strdup_printf (_ ("Standard deviation of channel %u"), i);
    double mean = ts_recipe_get_mean (initial, i), std = ts_recipe_get_std (initial, i);

    self->mean_rows[i] = add_row (self, self->mean_box, i, title, mean_name);
    self->std_rows[i] = add_row (self, self->std_box, i, title, std_name);
    ts_number_row_set_span (self->mean_rows[i], -white, white, -1e30, 1e30);
    ts_number_row_set_span (self->std_rows[i], 0, std != 0 ? 4 * fabs (std) : white, -1e30, 1e30);
    ts_number_row_set_default (self->mean_rows[i], mean);
    ts_number_row_set_default (self->std_rows[i], std);
    g_signal_connect (self->mean_rows[i], "changed", G_CALLBACK (mean_changed_cb), self);
    g_signal_connect (self->std_rows[i], "changed", G_CALLBACK (std_changed_cb), self);
  }
  gtk_widget_set_visible (GTK_WIDGET (self->link_button), self->n_rows > 1);
  /* alike numbers move together, numbers of their own one by one */
  gtk_toggle_button_set_active (self->link_button, ts_session_get_recipe (session)->n_norm <= 1);
}

static void
ts_inspector_norm_class_init (TsInspectorNormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  TsInspectorSectionClass *section_class = TS_INSPECTOR_SECTION_CLASS (klass);

  section_class->view_changed = ts_inspector_norm_view_changed;
  section_class->update = ts_inspector_norm_update;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-inspector-norm.ui");
  gtk_widget_class_bind_template_child (widget_class, TsInspectorNorm, preset_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorNorm, link_button);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorNorm, mean_box);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorNorm, std_box);
  gtk_widget_class_bind_template_callback (widget_class, preset_cb);
}

static void
ts_inspector_norm_init (TsInspectorNorm *self)
{
  g_autoptr (GtkStringList) presets = gtk_string_list_new (NULL);

  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; ts_presets[i].id != NULL; i++)
    gtk_string_list_append (presets, _ (ts_presets[i].title));
  gtk_string_list_append (presets, _ ("Custom"));
  adw_combo_row_set_model (self->preset_row, G_LIST_MODEL (presets));
}
