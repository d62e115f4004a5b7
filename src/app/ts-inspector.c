/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-inspector.h"

#include "app/ts-histogram.h"
#include "app/ts-number-row.h"
#include "app/ts-recipe-edit.h"
#include "app/ts-swatch.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

/* With more channels, one number holds for all of them. */
#define MAX_ROWS 4
/* Channels that are offered one by one. */
#define MAX_CHANNEL_CHOICES 256

struct _TsInspector
{
  GtkWidget parent_instance;

  /* template */
  GtkScrolledWindow *scroller;
  TsHistogram *histogram;
  GtkSpinButton *lo_spin;
  GtkSpinButton *hi_spin;
  GtkAdjustment *lo_adjustment;
  GtkAdjustment *hi_adjustment;
  GtkLabel *below_label;
  GtkLabel *above_label;
  AdwComboRow *range_mode_row;
  AdwComboRow *range_scope_row;
  AdwPreferencesRow *percentile_row;
  TsNumberRow *percentile_lo_row;
  TsNumberRow *percentile_hi_row;
  AdwComboRow *preset_row;
  GtkToggleButton *link_button;
  GtkBox *mean_box;
  GtkBox *std_box;
  TsNumberRow *gamma_row;
  AdwComboRow *channels_row;
  AdwComboRow *colormap_row;
  GtkSwitch *invert_switch;
  AdwComboRow *rounding_row;
  AdwComboRow *layout_row;
  GtkLabel *layout_label;

  /* owned */
  TsSession *session;
  TsSurvey *survey;
  GPtrArray *channel_texts; /* of char *, as the rows of channels_row */
  GPtrArray *layout_texts;

  /* borrowed: children of the boxes */
  TsNumberRow *mean_rows[MAX_ROWS];
  TsNumberRow *std_rows[MAX_ROWS];
  guint n_rows;

  gboolean updating; /* controls are being set from the recipe */
  guint tick_id;
};

G_DEFINE_FINAL_TYPE (TsInspector, ts_inspector, GTK_TYPE_WIDGET)

static guint
get_n_channels (TsInspector *self)
{
  TsView *view = ts_session_get_view (self->session);
  TsImageSize size;

  if (view == NULL)
    return 1;
  ts_batch_get_max_size (ts_view_get_batch (view), &size);
  return MAX (size.n_channels, 1);
}

/* From the controls to the recipe. Each change is one edit; what does not fit is not taken. */

static void
commit (TsInspector *self, const TsRecipe *recipe, const char *gesture)
{
  TsView *view = ts_session_get_view (self->session);
  TsImageSize size;

  if (view == NULL)
    return;
  ts_batch_get_max_size (ts_view_get_batch (view), &size);
  if (ts_recipe_validate (recipe, &size, NULL))
    ts_session_set_recipe (self->session, recipe, gesture);
}

static void
mean_changed_cb (TsNumberRow *row, double value, TsInspector *self)
{
  TsRecipe recipe = *ts_session_get_recipe (self->session);
  guint channel = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "channel"));
  g_autofree char *gesture = g_strdup_printf ("mean-%u", channel);

  ts_recipe_edit_set_mean (&recipe, get_n_channels (self), channel, value,
                           gtk_toggle_button_get_active (self->link_button));
  commit (self, &recipe, gesture);
}

static void
std_changed_cb (TsNumberRow *row, double value, TsInspector *self)
{
  TsRecipe recipe = *ts_session_get_recipe (self->session);
  guint channel = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "channel"));
  g_autofree char *gesture = g_strdup_printf ("std-%u", channel);

  /* a slider's end may be zero, a deviation never is */
  if (value == 0)
    value = 1e-6;
  ts_recipe_edit_set_std (&recipe, get_n_channels (self), channel, value,
                          gtk_toggle_button_get_active (self->link_button));
  commit (self, &recipe, gesture);
}

static void
range_changed_cb (TsInspector *self, GtkAdjustment *adjustment)
{
  if (self->updating)
    return;

  TsRecipe recipe = *ts_session_get_recipe (self->session);
  double lo = gtk_adjustment_get_value (self->lo_adjustment);
  double hi = gtk_adjustment_get_value (self->hi_adjustment);

  ts_recipe_edit_set_range (&recipe, lo, hi);
  commit (self, &recipe, adjustment == self->lo_adjustment ? "range-lo" : "range-hi");
}

static void
gamma_changed_cb (TsInspector *self, double value)
{
  TsRecipe recipe = *ts_session_get_recipe (self->session);

  recipe.gamma = value;
  commit (self, &recipe, "gamma");
}

static void
percentile_changed_cb (TsInspector *self, double value, TsNumberRow *row)
{
  TsRecipe recipe = *ts_session_get_recipe (self->session);

  if (row == self->percentile_lo_row)
    recipe.percentile_lo = MIN (value, recipe.percentile_hi);
  else
    recipe.percentile_hi = MAX (value, recipe.percentile_lo);
  commit (self, &recipe, row == self->percentile_lo_row ? "percentile-lo" : "percentile-hi");
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
selected_cb (TsInspector *self, GParamSpec *pspec, AdwComboRow *row)
{
  guint selected = adw_combo_row_get_selected (row);

  if (self->updating || self->session == NULL || selected == GTK_INVALID_LIST_POSITION)
    return;

  TsRecipe recipe = *ts_session_get_recipe (self->session);
  if (row == self->preset_row) {
    if (selected < get_n_presets ())
      ts_recipe_set_preset (&recipe, ts_presets[selected].id, NULL);
    else
      recipe.preset = NULL;
  } else if (row == self->range_mode_row) {
    ts_recipe_edit_set_range_mode (&recipe, (TsRangeMode) selected,
                                   ts_session_get_resolved (self->session));
  } else if (row == self->range_scope_row) {
    recipe.scope = (TsRangeScope) selected;
  } else if (row == self->channels_row) {
    ts_recipe_edit_set_channels_text (&recipe, g_ptr_array_index (self->channel_texts, selected),
                                      NULL);
  } else if (row == self->colormap_row) {
    recipe.colormap = (TsColormap) selected;
  } else if (row == self->rounding_row) {
    recipe.rounding = (TsRounding) selected;
  } else if (row == self->layout_row) {
    TsNode *node = ts_session_get_node (self->session);
    if (node != NULL)
      ts_session_show_node (self->session, node, g_ptr_array_index (self->layout_texts, selected));
    return;
  }
  commit (self, &recipe, NULL);
}

static void
invert_cb (TsInspector *self)
{
  if (self->updating)
    return;

  TsRecipe recipe = *ts_session_get_recipe (self->session);
  recipe.invert = gtk_switch_get_active (self->invert_switch);
  commit (self, &recipe, NULL);
}

/* From the recipe to the controls. */

static void
set_strings (AdwComboRow *row, const char *const *strings)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (strings);
  adw_combo_row_set_model (row, G_LIST_MODEL (list));
}

static void
update_channels (TsInspector *self, const TsRecipe *recipe)
{
  g_autofree char *text = ts_recipe_edit_dup_channels (recipe);
  guint found = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; i < self->channel_texts->len; i++)
    if (g_str_equal (g_ptr_array_index (self->channel_texts, i), text))
      found = i;
  if (found == GTK_INVALID_LIST_POSITION) {
    /* a choice made elsewhere */
    GListModel *model = adw_combo_row_get_model (self->channels_row);
    found = self->channel_texts->len;
    g_ptr_array_add (self->channel_texts, g_strdup (text));
    gtk_string_list_append (GTK_STRING_LIST (model), text);
  }
  adw_combo_row_set_selected (self->channels_row, found);
}

static void
update_range (TsInspector *self, const TsRecipe *recipe)
{
  const TsResolved *resolved = ts_session_get_resolved (self->session);
  gboolean fixed = recipe->range_mode == TS_RANGE_FIXED;

  adw_combo_row_set_selected (self->range_mode_row, recipe->range_mode);
  adw_combo_row_set_selected (self->range_scope_row, recipe->scope);
  gtk_widget_set_visible (GTK_WIDGET (self->range_scope_row), !fixed);
  gtk_widget_set_visible (GTK_WIDGET (self->percentile_row),
                          recipe->range_mode == TS_RANGE_PERCENTILE);
  ts_number_row_set_value (self->percentile_lo_row, recipe->percentile_lo);
  ts_number_row_set_value (self->percentile_hi_row, recipe->percentile_hi);

  double lo = fixed ? recipe->lo[0] : resolved != NULL ? resolved->lo[0] : 0;
  double hi = fixed ? recipe->hi[0] : resolved != NULL ? resolved->hi[0] : 1;
  GtkAdjustment *adjustments[] = { self->lo_adjustment, self->hi_adjustment };
  double values[] = { lo, hi };
  double step = hi > lo ? pow (10, floor (log10 (hi - lo)) - 2) : 0.01;
  for (guint i = 0; i < 2; i++)
    gtk_adjustment_configure (adjustments[i], values[i],
                              MIN (gtk_adjustment_get_lower (adjustments[i]), values[i]),
                              MAX (gtk_adjustment_get_upper (adjustments[i]), values[i]), step,
                              step * 10, 0);
}

static void
update_histogram (TsInspector *self)
{
  g_autofree TsHistogramData *data = g_new0 (TsHistogramData, 1);
  gboolean keep = ts_histogram_is_dragging (self->histogram);

  if (keep && ts_histogram_get_data (self->histogram) != NULL)
    *data = *ts_histogram_get_data (self->histogram);
  if (self->survey == NULL ||
      !ts_survey_get_histogram (self->survey, ts_session_get_recipe (self->session),
                                gtk_adjustment_get_value (self->lo_adjustment),
                                gtk_adjustment_get_value (self->hi_adjustment), keep, data)) {
    ts_histogram_set_data (self->histogram, NULL);
    gtk_label_set_label (self->below_label, "");
    gtk_label_set_label (self->above_label, "");
    return;
  }

  ts_histogram_set_data (self->histogram, data);
  g_autofree char *below = g_strdup_printf (_ ("%.1f %% below"), data->below * 100);
  g_autofree char *above = g_strdup_printf (_ ("%.1f %% above"), data->above * 100);
  gtk_label_set_label (self->below_label, below);
  gtk_label_set_label (self->above_label, above);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  TsInspector *self = TS_INSPECTOR (widget);

  self->tick_id = 0;
  update_histogram (self);
  return G_SOURCE_REMOVE;
}

/* At most once a frame, however many changes a slider makes. */
static void
queue_histogram (TsInspector *self)
{
  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
update_controls (TsInspector *self)
{
  const TsRecipe *recipe = ts_session_get_recipe (self->session);
  guint preset = get_n_presets ();

  self->updating = TRUE;
  for (guint i = 0; recipe->preset != NULL && ts_presets[i].id != NULL; i++)
    if (g_str_equal (recipe->preset, ts_presets[i].id))
      preset = i;
  adw_combo_row_set_selected (self->preset_row, preset);

  for (guint i = 0; i < self->n_rows; i++) {
    ts_number_row_set_value (self->mean_rows[i], ts_recipe_get_mean (recipe, i));
    ts_number_row_set_value (self->std_rows[i], ts_recipe_get_std (recipe, i));
  }
  update_range (self, recipe);
  ts_number_row_set_value (self->gamma_row, recipe->gamma);
  update_channels (self, recipe);
  adw_combo_row_set_selected (self->colormap_row, recipe->colormap);
  gtk_switch_set_active (self->invert_switch, recipe->invert);
  adw_combo_row_set_selected (self->rounding_row, recipe->rounding);
  self->updating = FALSE;
  queue_histogram (self);
}

static void
resolved_cb (TsInspector *self)
{
  self->updating = TRUE;
  update_range (self, ts_session_get_recipe (self->session));
  self->updating = FALSE;
  queue_histogram (self);
}

/* A new view: other channels, other layouts. */

static void
clear_box (GtkBox *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    gtk_box_remove (box, child);
}

static void
add_norm_rows (TsInspector *self, guint n_channels)
{
  static const char *const tints[] = { "channel-red", "channel-green", "channel-blue",
                                       "channel-alpha" };
  const TsRecipe *initial = ts_session_get_initial_recipe (self->session);
  double white = MAX (initial->value_scale, 1);

  clear_box (self->mean_box);
  clear_box (self->std_box);
  self->n_rows = n_channels <= MAX_ROWS ? n_channels : 1;
  for (guint i = 0; i < self->n_rows; i++) {
    const char *letters[] = { "R", "G", "B", "A" };
    g_autofree char *title = self->n_rows < 3 ? g_strdup_printf ("%u", i) : g_strdup (letters[i]);
    g_autofree char *mean_name = g_strdup_printf (_ ("Mean of channel %u"), i);
    g_autofree char *std_name = g_strdup_printf (_ ("Standard deviation of channel %u"), i);
    if (self->n_rows == 1)
      g_clear_pointer (&title, g_free);
    self->mean_rows[i] = TS_NUMBER_ROW (ts_number_row_new (title, mean_name));
    self->std_rows[i] = TS_NUMBER_ROW (ts_number_row_new (title, std_name));

    double mean = ts_recipe_get_mean (initial, i), std = ts_recipe_get_std (initial, i);
    ts_number_row_set_span (self->mean_rows[i], -white, white, -1e30, 1e30);
    ts_number_row_set_span (self->std_rows[i], 0, std != 0 ? 4 * fabs (std) : white, -1e30, 1e30);
    ts_number_row_set_default (self->mean_rows[i], mean);
    ts_number_row_set_default (self->std_rows[i], std);
    g_object_set_data (G_OBJECT (self->mean_rows[i]), "channel", GUINT_TO_POINTER (i));
    g_object_set_data (G_OBJECT (self->std_rows[i]), "channel", GUINT_TO_POINTER (i));
    if (self->n_rows >= 3) {
      ts_number_row_set_tint (self->mean_rows[i], tints[i]);
      ts_number_row_set_tint (self->std_rows[i], tints[i]);
    }
    g_signal_connect (self->mean_rows[i], "changed", G_CALLBACK (mean_changed_cb), self);
    g_signal_connect (self->std_rows[i], "changed", G_CALLBACK (std_changed_cb), self);
    gtk_box_append (self->mean_box, GTK_WIDGET (self->mean_rows[i]));
    gtk_box_append (self->std_box, GTK_WIDGET (self->std_rows[i]));
  }
  gtk_widget_set_visible (GTK_WIDGET (self->link_button), self->n_rows > 1);
}

static void
add_channel_choices (TsInspector *self, guint n_channels)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  g_ptr_array_set_size (self->channel_texts, 0);
  g_ptr_array_add (self->channel_texts, g_strdup ("auto"));
  gtk_string_list_append (list, n_channels == 1 ? _ ("Gray")
                                                : n_channels == 3
                          ? _ ("RGB")
                          : _ ("Automatic"));
  if (n_channels > 3) {
    g_ptr_array_add (self->channel_texts, g_strdup ("0,1,2"));
    gtk_string_list_append (list, _ ("RGB from 0, 1, 2"));
    g_ptr_array_add (self->channel_texts, g_strdup ("0,1,2,3"));
    gtk_string_list_append (list, _ ("RGBA from 0, 1, 2, 3"));
  } else if (n_channels == 3) {
    g_ptr_array_add (self->channel_texts, g_strdup ("2,1,0"));
    gtk_string_list_append (list, _ ("BGR"));
  }
  for (guint i = 0; n_channels > 1 && i < MIN (n_channels, MAX_CHANNEL_CHOICES); i++) {
    g_ptr_array_add (self->channel_texts, g_strdup_printf ("%u", i));
    g_autofree char *title = g_strdup_printf (_ ("Channel %u"), i);
    gtk_string_list_append (list, title);
  }
  adw_combo_row_set_model (self->channels_row, G_LIST_MODEL (list));
}

static void
add_layout_choices (TsInspector *self, TsView *view)
{
  const TsLayoutGuess *guess = view != NULL ? ts_view_get_layout_guess (view) : NULL;
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  guint selected = GTK_INVALID_LIST_POSITION;
  const char *now = view != NULL ? ts_batch_get_layout (ts_view_get_batch (view))->roles : "";

  g_ptr_array_set_size (self->layout_texts, 0);
  for (guint i = 0; guess != NULL && i < guess->n_candidates; i++) {
    const TsLayout *layout = &guess->candidates[i].layout;
    if (!ts_layout_is_image (layout))
      continue;
    if (g_str_equal (layout->roles, now))
      selected = self->layout_texts->len;
    g_ptr_array_add (self->layout_texts, g_strdup (layout->roles));
    gtk_string_list_append (list, layout->roles);
  }
  if (selected == GTK_INVALID_LIST_POSITION && *now != '\0') {
    selected = self->layout_texts->len;
    g_ptr_array_add (self->layout_texts, g_strdup (now));
    gtk_string_list_append (list, now);
  }
  adw_combo_row_set_model (self->layout_row, G_LIST_MODEL (list));
  adw_combo_row_set_selected (self->layout_row, selected);
  gtk_label_set_label (self->layout_label,
                       guess != NULL && guess->reason != NULL ? guess->reason : "");
  gtk_widget_set_visible (GTK_WIDGET (self->layout_label), guess != NULL && guess->reason != NULL);
}

static void
view_changed_cb (TsInspector *self)
{
  TsView *view = ts_session_get_view (self->session);
  const TsRecipe *recipe = ts_session_get_recipe (self->session);
  guint n_channels = get_n_channels (self);

  self->updating = TRUE;
  add_norm_rows (self, n_channels);
  add_channel_choices (self, n_channels);
  add_layout_choices (self, view);
  /* alike numbers move together, numbers of their own one by one */
  gtk_toggle_button_set_active (self->link_button, recipe->n_norm <= 1);
  /* the fields forget how far other data went */
  gtk_adjustment_configure (self->lo_adjustment, 0, 0, 1, 0.01, 0.1, 0);
  gtk_adjustment_configure (self->hi_adjustment, 1, 0, 1, 0.01, 0.1, 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->scroller), view != NULL);
  self->updating = FALSE;
  update_controls (self);
}

static void
fill_lists (TsInspector *self)
{
  g_autoptr (GtkStringList) presets = gtk_string_list_new (NULL);
  g_autoptr (GtkStringList) colormaps = gtk_string_list_new (NULL);
  g_autoptr (GtkListItemFactory) factory = ts_swatch_factory_new ();

  for (guint i = 0; ts_presets[i].id != NULL; i++)
    gtk_string_list_append (presets, _ (ts_presets[i].title));
  gtk_string_list_append (presets, _ ("Custom"));
  adw_combo_row_set_model (self->preset_row, G_LIST_MODEL (presets));

  for (guint i = 0; i < TS_N_COLORMAPS; i++)
    gtk_string_list_append (colormaps, ts_colormap_get_title (i));
  adw_combo_row_set_factory (self->colormap_row, factory);
  adw_combo_row_set_model (self->colormap_row, G_LIST_MODEL (colormaps));

  set_strings (self->range_mode_row,
               (const char *[]){ _ ("Fixed"), _ ("Min–max"), _ ("Percentile"), _ ("Symmetric"),
                                                                                  NULL });
  set_strings (self->range_scope_row,
               (const char *[]){ _ ("Whole batch"), _ ("Each image"),
                                                       _ ("Each channel"),
                                                          _ ("Each image and channel"),
                                                             _ ("Selected images"), NULL });
  set_strings (self->rounding_row,
               (const char *[]){ _ ("Nearest"), _ ("Half to even"),
                                                   _ ("Truncate"), _ ("TensorFlow"),
                                                                      _ ("torch dtype"), NULL });
}

void
ts_inspector_set_session (TsInspector *self, TsSession *session)
{
  g_return_if_fail (TS_IS_INSPECTOR (self));
  g_return_if_fail (TS_IS_SESSION (session));

  if (!g_set_object (&self->session, session))
    return;
  g_signal_connect_object (session, "view-changed", G_CALLBACK (view_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "recipe-changed", G_CALLBACK (update_controls), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::resolved", G_CALLBACK (resolved_cb), self,
                           G_CONNECT_SWAPPED);
  view_changed_cb (self);
}

void
ts_inspector_set_survey (TsInspector *self, TsSurvey *survey)
{
  g_return_if_fail (TS_IS_INSPECTOR (self));

  if (self->survey != NULL)
    g_signal_handlers_disconnect_by_func (self->survey, queue_histogram, self);
  g_set_object (&self->survey, survey);
  if (survey != NULL)
    g_signal_connect_object (survey, "changed", G_CALLBACK (queue_histogram), self,
                             G_CONNECT_SWAPPED);
  queue_histogram (self);
}

static void
ts_inspector_dispose (GObject *object)
{
  TsInspector *self = TS_INSPECTOR (object);
  GtkWidget *child;

  self->updating = TRUE;
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->session);
  g_clear_object (&self->survey);
  g_clear_pointer (&self->channel_texts, g_ptr_array_unref);
  g_clear_pointer (&self->layout_texts, g_ptr_array_unref);

  G_OBJECT_CLASS (ts_inspector_parent_class)->dispose (object);
}

static void
ts_inspector_class_init (TsInspectorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TS_TYPE_HISTOGRAM);
  g_type_ensure (TS_TYPE_NUMBER_ROW);
  object_class->dispose = ts_inspector_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-inspector.ui");
  gtk_widget_class_bind_template_child (widget_class, TsInspector, scroller);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, histogram);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, lo_spin);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, hi_spin);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, lo_adjustment);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, hi_adjustment);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, below_label);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, above_label);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, range_mode_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, range_scope_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, percentile_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, percentile_lo_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, percentile_hi_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, preset_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, link_button);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, mean_box);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, std_box);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, gamma_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, channels_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, colormap_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, invert_switch);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, rounding_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, layout_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspector, layout_label);
  gtk_widget_class_bind_template_callback (widget_class, range_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, queue_histogram);
  gtk_widget_class_bind_template_callback (widget_class, gamma_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, percentile_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, invert_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "inspector");
}

static void
ts_inspector_init (TsInspector *self)
{
  self->channel_texts = g_ptr_array_new_with_free_func (g_free);
  self->layout_texts = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));

  self->updating = TRUE;
  ts_number_setup_spin (self->lo_spin, -1e30, 1e30);
  ts_number_setup_spin (self->hi_spin, -1e30, 1e30);
  ts_histogram_set_adjustments (self->histogram, self->lo_adjustment, self->hi_adjustment);
  ts_number_row_set_span (self->gamma_row, 0.2, 3, 0.1, 10);
  ts_number_row_set_default (self->gamma_row, 1);
  ts_number_row_set_span (self->percentile_lo_row, 0, 10, 0, 100);
  ts_number_row_set_span (self->percentile_hi_row, 90, 100, 0, 100);
  ts_number_row_set_default (self->percentile_lo_row, 0.5);
  ts_number_row_set_default (self->percentile_hi_row, 99.5);
  fill_lists (self);
  self->updating = FALSE;
}
