/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-count-note.h"
#include "app/ts-histogram.h"
#include "app/ts-inspector-section.h"
#include "app/ts-measure-label.h"
#include "app/ts-number-row.h"
#include "app/ts-recipe-edit.h"

#include <glib/gi18n.h>
#include <math.h>

struct _TsInspectorRange
{
  TsInspectorSection parent_instance;

  /* template */
  TsHistogram *histogram;
  GtkSpinButton *lo_spin;
  GtkSpinButton *hi_spin;
  GtkAdjustment *lo_adjustment;
  GtkAdjustment *hi_adjustment;
  GtkLabel *below_label;
  GtkLabel *above_label;
  TsCountNote *estimate_note;
  TsMeasureLabel *measure_label;
  AdwComboRow *mode_row;
  AdwComboRow *scope_row;
  GtkWidget *percentile_row;
  TsNumberRow *percentile_lo_row;
  TsNumberRow *percentile_hi_row;
  GtkWidget *sigma_box;
  TsNumberRow *sigma_row;

  /* owned */
  TsSurvey *survey;
  TsRangeCount *count; /* of the session */

  guint tick_id;
};

G_DEFINE_FINAL_TYPE (TsInspectorRange, ts_inspector_range, TS_TYPE_INSPECTOR_SECTION)

/* The histogram. */

static void
update_histogram (TsInspectorRange *self)
{
  g_autofree TsHistogramData *data = g_new0 (TsHistogramData, 1);
  TsRecipe recipe = ts_inspector_section_get_recipe (TS_INSPECTOR_SECTION (self));
  gboolean keep = ts_histogram_is_dragging (self->histogram);

  if (keep && ts_histogram_get_data (self->histogram) != NULL)
    *data = *ts_histogram_get_data (self->histogram);
  if (self->survey == NULL ||
      !ts_survey_get_histogram (self->survey, &recipe,
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
  TsInspectorRange *self = TS_INSPECTOR_RANGE (widget);

  self->tick_id = 0;
  update_histogram (self);
  return G_SOURCE_REMOVE;
}

/* At most once a frame, however many changes a slider makes. */
static void
queue_histogram (TsInspectorRange *self)
{
  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

void
ts_inspector_range_set_survey (TsInspectorRange *self, TsSurvey *survey)
{
  g_return_if_fail (TS_IS_INSPECTOR_RANGE (self));

  if (self->survey != NULL)
    g_signal_handlers_disconnect_by_func (self->survey, queue_histogram, self);
  g_set_object (&self->survey, survey);
  if (survey != NULL)
    g_signal_connect_object (survey, "changed", G_CALLBACK (queue_histogram), self,
                             G_CONNECT_SWAPPED);
  queue_histogram (self);
}

/* From the controls to the recipe. */

static void
range_changed_cb (TsInspectorRange *self, GtkAdjustment *adjustment)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);

  if (ts_inspector_section_is_updating (section))
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  ts_recipe_edit_set_range (&recipe, gtk_adjustment_get_value (self->lo_adjustment),
                            gtk_adjustment_get_value (self->hi_adjustment));
  ts_inspector_section_commit (section, &recipe,
                               adjustment == self->lo_adjustment ? "range-lo" : "range-hi");
}

static void
percentile_changed_cb (TsInspectorRange *self, double value, TsNumberRow *row)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  TsRecipe recipe = ts_inspector_section_get_recipe (section);

  if (row == self->percentile_lo_row)
    recipe.percentile_lo = MIN (value, recipe.percentile_hi);
  else
    recipe.percentile_hi = MAX (value, recipe.percentile_lo);
  ts_inspector_section_commit (section, &recipe,
                               row == self->percentile_lo_row ? "percentile-lo" : "percentile-hi");
}

static void
sigma_changed_cb (TsInspectorRange *self, double value)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  TsRecipe recipe = ts_inspector_section_get_recipe (section);

  recipe.sigma = value;
  ts_inspector_section_commit (section, &recipe, "sigma");
}

static void
selected_cb (TsInspectorRange *self, GParamSpec *pspec, AdwComboRow *row)
{
  TsInspectorSection *section = TS_INSPECTOR_SECTION (self);
  guint selected = adw_combo_row_get_selected (row);

  if (ts_inspector_section_is_updating (section) || selected == GTK_INVALID_LIST_POSITION)
    return;

  TsRecipe recipe = ts_inspector_section_get_recipe (section);
  if (row == self->mode_row)
    ts_recipe_edit_set_range_mode (&recipe, (TsRangeMode) selected,
                                   ts_session_get_resolved (
                                       ts_inspector_section_get_session (section)));
  else
    recipe.scope = (TsRangeScope) selected;
  ts_inspector_section_commit (section, &recipe, NULL);
}

static void
count_toggled_cb (TsInspectorRange *self)
{
  TsSession *session = ts_inspector_section_get_session (TS_INSPECTOR_SECTION (self));
  TsRangeCount *count = ts_session_get_range_count (session);

  if (ts_range_count_is_running (count))
    ts_range_count_stop (count);
  else
    ts_range_count_resume (count);
}

/* From the recipe to the controls. */

/* Whether the numbers are those of a sample, and how far the count of all of them is. */
static void
show_estimate (TsInspectorRange *self)
{
  TsSession *session = ts_inspector_section_get_session (TS_INSPECTOR_SECTION (self));
  const TsResolved *resolved = session != NULL ? ts_session_get_resolved (session) : NULL;
  TsRangeCount *count;
  double fraction;

  if (resolved == NULL || !resolved->is_estimate) {
    ts_count_note_set (self->estimate_note, "", NULL);
    return;
  }
  count = ts_session_get_range_count (session);
  fraction = ts_range_count_get_fraction (count);
  g_autofree char *text = fraction > 0
      ? g_strdup_printf (_ ("Range estimated from a sample; %.0f %% counted"), fraction * 100)
      : g_strdup (_ ("Range estimated from a sample"));
  ts_count_note_set (self->estimate_note, text,
                     ts_range_count_is_running (count) ? _ ("Keep the Estimate")
                                                       : _ ("Find the Exact Range"));
}

static void
show_range (TsInspectorRange *self, const TsRecipe *recipe)
{
  TsSession *session = ts_inspector_section_get_session (TS_INSPECTOR_SECTION (self));
  const TsResolved *resolved = ts_session_get_resolved (session);
  gboolean fixed = recipe->range_mode == TS_RANGE_FIXED && !recipe->centered;
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
ts_inspector_range_update (TsInspectorSection *section, const TsRecipe *recipe)
{
  TsInspectorRange *self = TS_INSPECTOR_RANGE (section);

  adw_combo_row_set_selected (self->mode_row, recipe->range_mode);
  adw_combo_row_set_selected (self->scope_row, recipe->scope);
  gtk_widget_set_visible (GTK_WIDGET (self->scope_row), recipe->range_mode != TS_RANGE_FIXED);
  gtk_widget_set_visible (self->percentile_row, recipe->range_mode == TS_RANGE_PERCENTILE);
  gtk_widget_set_visible (self->sigma_box, recipe->range_mode == TS_RANGE_SIGMA);
  ts_number_row_set_value (self->percentile_lo_row, recipe->percentile_lo);
  ts_number_row_set_value (self->percentile_hi_row, recipe->percentile_hi);
  ts_number_row_set_value (self->sigma_row, recipe->sigma);
  show_range (self, recipe);
  queue_histogram (self);
}

static void
ts_inspector_range_resolved (TsInspectorSection *section)
{
  TsInspectorRange *self = TS_INSPECTOR_RANGE (section);
  TsRecipe recipe = ts_inspector_section_get_recipe (section);

  show_range (self, &recipe);
  show_estimate (self);
  queue_histogram (self);
}

static void
follow_count (TsInspectorRange *self, TsSession *session)
{
  TsRangeCount *count = session != NULL ? ts_session_get_range_count (session) : NULL;

  if (count == self->count)
    return;
  if (self->count != NULL)
    g_signal_handlers_disconnect_by_func (self->count, show_estimate, self);
  g_set_object (&self->count, count);
  if (count != NULL)
    g_signal_connect_object (count, "changed", G_CALLBACK (show_estimate), self, G_CONNECT_SWAPPED);
}

static void
ts_inspector_range_view_changed (TsInspectorSection *section)
{
  TsInspectorRange *self = TS_INSPECTOR_RANGE (section);
  TsSession *session = ts_inspector_section_get_session (section);

  ts_measure_label_set_view (self->measure_label,
                             session != NULL ? ts_session_get_view (session) : NULL);
  follow_count (self, session);
  show_estimate (self);

  /* the fields forget how far other data went */
  gtk_adjustment_configure (self->lo_adjustment, 0, 0, 1, 0.01, 0.1, 0);
  gtk_adjustment_configure (self->hi_adjustment, 1, 0, 1, 0.01, 0.1, 0);
}

static void
set_strings (AdwComboRow *row, const char *const *strings)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (strings);
  adw_combo_row_set_model (row, G_LIST_MODEL (list));
}

static void
ts_inspector_range_dispose (GObject *object)
{
  TsInspectorRange *self = TS_INSPECTOR_RANGE (object);

  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  if (self->survey != NULL)
    g_signal_handlers_disconnect_by_data (self->survey, self);
  g_clear_object (&self->survey);
  g_clear_object (&self->count);

  G_OBJECT_CLASS (ts_inspector_range_parent_class)->dispose (object);
}

static void
ts_inspector_range_class_init (TsInspectorRangeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  TsInspectorSectionClass *section_class = TS_INSPECTOR_SECTION_CLASS (klass);

  g_type_ensure (TS_TYPE_COUNT_NOTE);
  g_type_ensure (TS_TYPE_HISTOGRAM);
  g_type_ensure (TS_TYPE_MEASURE_LABEL);
  g_type_ensure (TS_TYPE_NUMBER_ROW);
  G_OBJECT_CLASS (klass)->dispose = ts_inspector_range_dispose;
  section_class->view_changed = ts_inspector_range_view_changed;
  section_class->update = ts_inspector_range_update;
  section_class->resolved = ts_inspector_range_resolved;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/tenscope/Tenscope/ts-inspector-range.ui");
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, histogram);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, lo_spin);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, hi_spin);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, lo_adjustment);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, hi_adjustment);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, below_label);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, above_label);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, estimate_note);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, measure_label);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, mode_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, scope_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, percentile_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, percentile_lo_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, percentile_hi_row);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, sigma_box);
  gtk_widget_class_bind_template_child (widget_class, TsInspectorRange, sigma_row);
  gtk_widget_class_bind_template_callback (widget_class, range_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, queue_histogram);
  gtk_widget_class_bind_template_callback (widget_class, count_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, percentile_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, sigma_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
}

static void
ts_inspector_range_init (TsInspectorRange *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  ts_number_setup_spin (self->lo_spin, -1e30, 1e30);
  ts_number_setup_spin (self->hi_spin, -1e30, 1e30);
  ts_histogram_set_adjustments (self->histogram, self->lo_adjustment, self->hi_adjustment);
  ts_number_row_set_span (self->percentile_lo_row, 0, 10, 0, 100);
  ts_number_row_set_span (self->percentile_hi_row, 90, 100, 0, 100);
  ts_number_row_set_default (self->percentile_lo_row, 0.5);
  ts_number_row_set_default (self->percentile_hi_row, 99.5);
  ts_number_row_set_span (self->sigma_row, 0.5, 6, 0.001, 1000);
  ts_number_row_set_default (self->sigma_row, 2);
  set_strings (self->mode_row,
               (const char *[]){ _ ("Fixed"), _ ("Min–max"), _ ("Percentile"),
                                                                _ ("Symmetric"), _ ("Mean ± k·std"),
                                                                                    NULL });
  set_strings (self->scope_row,
               (const char *[]){ _ ("Whole batch"),
                                    _ ("Each image"), _ ("Each channel"),
                                                         _ ("Each image and channel"),
                                                            _ ("Selected images"),
                                                               _ ("Visible part"), _ ("Whole file"),
                                                                                      NULL });
}
