/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-compat.h"
#include "app/ts-inspector-section.h"
#include "app/ts-number-row.h"
#include "pixels/ts-colormap.h"

#include <glib/gi18n.h>
#include <math.h>

/* Arrays of a dump that are looked at for one that fits. */
#define MAX_TRIED 1000

struct _TsInspectorMask
{
  TsInspectorSection parent_instance;

  /* template */
  GtkSwitch *mask_switch;
  AdwComboRow *array_row;
  AdwComboRow *palette_row;
  GtkColorButton *color_button;
  GtkWidget *number_row;
  GtkWidget *threshold_row;
  TsNumberRow *threshold_number;
  GtkWidget *ignore_row;
  GtkSpinButton *ignore_spin;
  TsNumberRow *alpha_number;

  /* owned: nodes that fit, as the choices of array_row */
  GPtrArray *nodes;
};

G_DEFINE_FINAL_TYPE (TsInspectorMask, ts_inspector_mask, TS_TYPE_INSPECTOR_SECTION)

/* The choices of palette_row: one colour, then each categorical colormap. */

static int
get_palette (guint position)
{
  for (int i = 0; i < TS_N_COLORMAPS; i++)
    if (ts_colormap_is_categorical ((TsColormap) i) && --position == 0)
      return i;
  return -1;
}

static guint
find_palette (TsColormap palette)
{
  guint position = 0;

  for (int i = 0; i <= (int) palette; i++)
    position += ts_colormap_is_categorical ((TsColormap) i);
  return position;
}

/* From the controls to the recipe. */

/* Labels are told apart by a palette, anything else is a mask of one colour. */
static void
lay_over (TsRecipe *recipe, TsNode *node)
{
  TsTensor *tensor = ts_node_get_tensor (node);
  const TsDtypeInfo *info =
      tensor != NULL ? ts_dtype_get_info (ts_tensor_get_dtype (tensor)) : NULL;
  gboolean labels = info != NULL && info->dtype_class == TS_DTYPE_CLASS_INTEGER;

  ts_recipe_set_overlay (recipe, ts_node_get_path (node));
  recipe->overlay_color = labels ? -1 : 0xff2d2d;
}

static void
switch_cb (TsInspectorMask *self)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  guint selected = adw_combo_row_get_selected (self->array_row);

  if (ts_inspector_section_is_updating (section) || self->nodes->len == 0)
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  if (gtk_switch_get_active (self->mask_switch))
    lay_over (&recipe, g_ptr_array_index (self->nodes, MIN (selected, self->nodes->len - 1)));
  else
    ts_recipe_set_overlay (&recipe, NULL);
  ts_inspector_section_commit (section, &recipe, NULL);
}

static void
array_cb (TsInspectorMask *self)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  guint selected = adw_combo_row_get_selected (self->array_row);

  if (ts_inspector_section_is_updating (section) || selected >= self->nodes->len)
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  if (recipe.overlay == NULL) /* taken when the mask is switched on */
    return;
  lay_over (&recipe, g_ptr_array_index (self->nodes, selected));
  ts_inspector_section_commit (section, &recipe, NULL);
}

static void
color_cb (TsInspectorMask *self)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  int palette = get_palette (adw_combo_row_get_selected (self->palette_row));
  GdkRGBA rgba;

  if (ts_inspector_section_is_updating (section))
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  gtk_color_chooser_get_rgba (GTK_COLOR_CHOOSER (self->color_button), &rgba);
  recipe.overlay_color = (int) lround (rgba.red * 255) << 16 |
                         (int) lround (rgba.green * 255) << 8 | (int) lround (rgba.blue * 255);
  if (palette >= 0) {
    recipe.overlay_color = -1;
    recipe.overlay_palette = (TsColormap) palette;
  }
  ts_inspector_section_commit (section, &recipe, NULL);
}

static void
ignore_cb (TsInspectorMask *self)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);

  if (ts_inspector_section_is_updating (section))
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  recipe.overlay_ignore = gtk_spin_button_get_value_as_int (self->ignore_spin);
  ts_inspector_section_commit (section, &recipe, "overlay-ignore");
}

static void
number_cb (TsInspectorMask *self, double value, TsNumberRow *row)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  TsRecipe recipe = ts_inspector_section_get_recipe (section);

  if (row == self->alpha_number)
    recipe.overlay_alpha = value;
  else
    recipe.overlay_threshold = value;
  ts_inspector_section_commit (section, &recipe,
                               row == self->alpha_number ? "overlay-alpha" : "overlay-threshold");
}

/* From the recipe to the controls. */

static void
ts_inspector_mask_update (TsInspectorSection *section, const TsRecipe *recipe)
{
  TsInspectorMask *self = TS_INSPECTOR_MASK (section);
  gboolean on = recipe->overlay != NULL;
  gboolean one_color = recipe->overlay_color >= 0;
  guint color = (guint) recipe->overlay_color;

  gtk_widget_set_visible (GTK_WIDGET (self), self->nodes->len > 0 || on);
  gtk_switch_set_active (self->mask_switch, on);
  for (guint i = 0; on && i < self->nodes->len; i++)
    if (g_str_equal (ts_node_get_path (g_ptr_array_index (self->nodes, i)), recipe->overlay))
      adw_combo_row_set_selected (self->array_row, i);
  adw_combo_row_set_selected (self->palette_row,
                              one_color ? 0 : find_palette (recipe->overlay_palette));
  if (one_color)
    gtk_color_chooser_set_rgba (GTK_COLOR_CHOOSER (self->color_button),
                                &(GdkRGBA){ (float) (color >> 16 & 0xff) / 255,
                                            (float) (color >> 8 & 0xff) / 255,
                                            (float) (color & 0xff) / 255, 1 });
  ts_number_row_set_value (self->alpha_number, recipe->overlay_alpha);
  ts_number_row_set_value (self->threshold_number, recipe->overlay_threshold);
  gtk_spin_button_set_value (self->ignore_spin, recipe->overlay_ignore);

  gtk_widget_set_visible (GTK_WIDGET (self->palette_row), on);
  gtk_widget_set_visible (self->number_row, on);
  gtk_widget_set_visible (GTK_WIDGET (self->color_button), one_color);
  gtk_widget_set_visible (self->threshold_row, on && one_color);
  gtk_widget_set_visible (self->ignore_row, on && !one_color);
}

/* A new view: other arrays fit. */

/* Latents may have the shape of an image by chance. */
static gboolean
is_field (TsView *view, TsNode *node)
{
  const TsField *field = ts_pairing_find (ts_view_get_pairing (view), ts_node_get_path (node));

  return field != NULL && g_str_equal (field->name, ts_node_get_path (node));
}

static void
ts_inspector_mask_view_changed (TsInspectorSection *section)
{
  TsInspectorMask *self = TS_INSPECTOR_MASK (section);
  TsSession *session = ts_inspector_section_get_session (section);
  TsView *view = ts_session_get_view (session);
  GPtrArray *arrays = view != NULL ? ts_document_get_arrays (ts_view_get_document (view)) : NULL;
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  g_ptr_array_set_size (self->nodes, 0);
  for (guint i = 0; arrays != NULL && i < MIN (arrays->len, MAX_TRIED); i++) {
    TsNode *node = g_ptr_array_index (arrays, i);
    if (node == ts_session_get_node (session) || is_field (view, node))
      continue;
    g_autoptr (TsBatch) masks = ts_view_open_overlay (view, node, NULL);
    if (masks == NULL)
      continue;
    g_ptr_array_add (self->nodes, g_object_ref (node));
    gtk_string_list_append (list, ts_node_get_path (node));
  }
  adw_combo_row_set_model (self->array_row, G_LIST_MODEL (list));
}

static void
ts_inspector_mask_finalize (GObject *object)
{
  g_clear_pointer (&TS_INSPECTOR_MASK (object)->nodes, g_ptr_array_unref);

  G_OBJECT_CLASS (ts_inspector_mask_parent_class)->finalize (object);
}

static void
ts_inspector_mask_class_init (TsInspectorMaskClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  TsInspectorSectionClass *section_class = TS_INSPECTOR_SECTION_CLASS (klass);

  g_type_ensure (TS_TYPE_NUMBER_ROW);
  G_OBJECT_CLASS (klass)->finalize = ts_inspector_mask_finalize;
  section_class->view_changed = ts_inspector_mask_view_changed;
  section_class->update = ts_inspector_mask_update;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-inspector-mask.ui");
  gtk_widget_class_bind_template_child (widget_class, TsInspectorMask, mask_switch);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorMask, array_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorMask, palette_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorMask, color_button);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorMask, number_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorMask, threshold_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorMask, threshold_number);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorMask, ignore_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorMask, ignore_spin);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorMask, alpha_number);
  gtk_widget_class_bind_template_callback (widget_class, switch_cb);
  gtk_widget_class_bind_template_callback (widget_class, array_cb);
  gtk_widget_class_bind_template_callback (widget_class, color_cb);
  gtk_widget_class_bind_template_callback (widget_class, ignore_cb);
  gtk_widget_class_bind_template_callback (widget_class, number_cb);
}

static void
ts_inspector_mask_init (TsInspectorMask *self)
{
  g_autoptr (GtkStringList) palettes = gtk_string_list_new (NULL);

  self->nodes = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_widget_init_template (GTK_WIDGET (self));
  ts_compat_name_inner (GTK_WIDGET (self->color_button));

  gtk_string_list_append (palettes, _ ("One colour"));
  for (guint i = 0; i < TS_N_COLORMAPS; i++)
    if (ts_colormap_is_categorical (i))
      gtk_string_list_append (palettes, ts_colormap_get_title (i));
  adw_combo_row_set_model (self->palette_row, G_LIST_MODEL (palettes));
  ts_number_setup_index_spin (self->ignore_spin, _ ("none"));
  ts_number_row_set_span (self->alpha_number, 0, 1, 0, 1);
  ts_number_row_set_default (self->alpha_number, 0.5);
  ts_number_row_set_span (self->threshold_number, 0, 1, -1e30, 1e30);
  ts_number_row_set_default (self->threshold_number, 0.5);
}
