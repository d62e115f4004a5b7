/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-number-row.h"

#include <math.h>

struct _TsNumberRow
{
  GtkWidget parent_instance;

  /* template */
  GtkLabel *label;
  GtkScale *scale;
  GtkSpinButton *spin;
  GtkAdjustment *adjustment;

  GtkAdjustment *log_adjustment; /* owned; of the slider when it is a logarithmic one */

  double lower, upper; /* the slider's span before it was widened */
  double default_value;
  gboolean updating;
  gboolean following;
};

enum {
  PROP_TITLE = 1,
  PROP_ACCESSIBLE_NAME,
  PROP_HAS_SCALE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint changed_signal;

G_DEFINE_FINAL_TYPE (TsNumberRow, ts_number_row, GTK_TYPE_WIDGET)

char *
ts_number_to_text (double value)
{
  double size = fabs (value);

  if (!isfinite (value))
    return g_strdup (isnan (value) ? "NaN" : value > 0 ? "∞" : "−∞");
  if (size == 0)
    return g_strdup_printf ("%.3f", 0.0);
  if (size >= 1e6 || size < 1e-4)
    return g_strdup_printf ("%.4g", value);
  if (size >= 1000)
    return g_strdup_printf ("%.1f", value);
  if (size >= 100)
    return g_strdup_printf ("%.2f", value);
  if (size >= 0.1)
    return g_strdup_printf ("%.3f", value);
  return g_strdup_printf ("%.5f", value);
}

/* The wheel. */

static void
update_wheel (GtkWidget *widget)
{
  gboolean focused = (gtk_widget_get_state_flags (widget) & GTK_STATE_FLAG_FOCUS_WITHIN) != 0;
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
    if (GTK_IS_EVENT_CONTROLLER_SCROLL (controller))
      gtk_event_controller_set_propagation_phase (controller,
                                                  focused ? GTK_PHASE_BUBBLE : GTK_PHASE_NONE);
  }
}

static void
state_flags_changed_cb (GtkWidget *widget, GtkStateFlags before, gpointer data)
{
  GtkStateFlags difference = before ^ gtk_widget_get_state_flags (widget);

  if ((difference & GTK_STATE_FLAG_FOCUS_WITHIN) != 0)
    update_wheel (widget);
}

void
ts_number_tame_wheel (GtkWidget *widget)
{
  g_signal_connect (widget, "state-flags-changed", G_CALLBACK (state_flags_changed_cb), NULL);
  update_wheel (widget);
}

/* The field. */

static gboolean
spin_output_cb (GtkSpinButton *spin, gpointer data)
{
  g_autofree char *text = ts_number_to_text (gtk_spin_button_get_value (spin));

  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (spin)), text))
    gtk_editable_set_text (GTK_EDITABLE (spin), text);
  return TRUE;
}

static int
spin_input_cb (GtkSpinButton *spin, double *value, gpointer data)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (spin));
  GtkAdjustment *adjustment = gtk_spin_button_get_adjustment (spin);
  const double *limits = g_object_get_data (G_OBJECT (spin), "ts-limits");
  double now = gtk_adjustment_get_value (adjustment);
  g_autofree char *shown = ts_number_to_text (now);
  char *end;

  /* untouched: the number behind the rounded text stays */
  if (g_str_equal (text, shown)) {
    *value = now;
    return TRUE;
  }

  g_autofree char *plain = g_strstrip (g_strdup (text));
  if (g_str_has_prefix (plain, "−")) { /* a typographic minus, pasted */
    char *ascii = g_strconcat ("-", plain + strlen ("−"), NULL);
    g_free (plain);
    plain = ascii;
  }
  *value = g_strtod (plain, &end);
  if (end == plain || *end != '\0' || !isfinite (*value))
    return GTK_INPUT_ERROR;

  *value = CLAMP (*value, limits[0], limits[1]);
  if (*value < gtk_adjustment_get_lower (adjustment))
    gtk_adjustment_set_lower (adjustment, *value);
  if (*value > gtk_adjustment_get_upper (adjustment))
    gtk_adjustment_set_upper (adjustment, *value);
  return TRUE;
}

/* Two more buttons a number would drown the pane; arrow keys step. */
static void
hide_buttons (GtkSpinButton *spin)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (spin)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_BUTTON (child))
      gtk_widget_set_visible (child, FALSE);
}

void
ts_number_setup_spin (GtkSpinButton *spin, double minimum, double maximum)
{
  double limits[2] = { minimum, maximum };

  if (g_object_get_data (G_OBJECT (spin), "ts-limits") == NULL) {
    g_signal_connect (spin, "output", G_CALLBACK (spin_output_cb), NULL);
    g_signal_connect (spin, "input", G_CALLBACK (spin_input_cb), NULL);
    ts_number_tame_wheel (GTK_WIDGET (spin));
    gtk_spin_button_set_digits (spin, 12);
    gtk_spin_button_set_update_policy (spin, GTK_UPDATE_IF_VALID);

    hide_buttons (spin);
  }
  g_object_set_data_full (G_OBJECT (spin), "ts-limits", g_memdup2 (limits, sizeof limits), g_free);
}

static gboolean
index_output_cb (GtkSpinButton *spin, gpointer data)
{
  int value = gtk_spin_button_get_value_as_int (spin);
  g_autofree char *text = value < 0 ? g_strdup (g_object_get_data (G_OBJECT (spin), "ts-none"))
                                    : g_strdup_printf ("%d", value);

  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (spin)), text))
    gtk_editable_set_text (GTK_EDITABLE (spin), text);
  return TRUE;
}

static int
index_input_cb (GtkSpinButton *spin, double *value, gpointer data)
{
  const char *none = g_object_get_data (G_OBJECT (spin), "ts-none");
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (spin))));
  char *end;

  if (g_str_equal (text, none)) {
    *value = -1;
    return TRUE;
  }
  gint64 number = g_ascii_strtoll (text, &end, 10);
  if (end == text || *end != '\0')
    return GTK_INPUT_ERROR;
  *value = (double) CLAMP (number, -1, G_MAXINT);
  return TRUE;
}

void
ts_number_setup_index_spin (GtkSpinButton *spin, const char *none)
{
  g_object_set_data_full (G_OBJECT (spin), "ts-none", g_strdup (none), g_free);
  g_signal_connect (spin, "output", G_CALLBACK (index_output_cb), NULL);
  g_signal_connect (spin, "input", G_CALLBACK (index_input_cb), NULL);
  ts_number_tame_wheel (GTK_WIDGET (spin));
  gtk_spin_button_set_update_policy (spin, GTK_UPDATE_IF_VALID);
  hide_buttons (spin);
  gtk_spin_button_update (spin);
}

/* The row. */

/* The slider's adjustment follows the number where it is not the number's own. */
static void
follow_logarithm (TsNumberRow *self)
{
  if (self->log_adjustment == NULL || self->following)
    return;

  double lower = gtk_adjustment_get_lower (self->adjustment);
  double upper = gtk_adjustment_get_upper (self->adjustment);
  double value = gtk_adjustment_get_value (self->adjustment);
  self->following = TRUE;
  gtk_adjustment_configure (self->log_adjustment, log10 (MAX (value, 1e-9)),
                            log10 (MAX (lower, 1e-9)), log10 (MAX (upper, 1e-9)), 0.05, 0.5, 0);
  self->following = FALSE;
}

static void
log_changed_cb (TsNumberRow *self)
{
  if (self->following)
    return;

  /* three digits of it */
  double value = pow (10, gtk_adjustment_get_value (self->log_adjustment));
  double unit = pow (10, floor (log10 (value)) - 2);
  self->following = TRUE;
  gtk_adjustment_set_value (self->adjustment, round (value / unit) * unit);
  self->following = FALSE;
}

void
ts_number_row_set_logarithmic (TsNumberRow *self, gboolean logarithmic)
{
  g_return_if_fail (TS_IS_NUMBER_ROW (self));

  if (logarithmic == (self->log_adjustment != NULL))
    return;
  g_clear_object (&self->log_adjustment);
  if (logarithmic) {
    self->log_adjustment = g_object_ref_sink (gtk_adjustment_new (0, 0, 1, 0.05, 0.5, 0));
    follow_logarithm (self);
    g_signal_connect_object (self->log_adjustment, "value-changed", G_CALLBACK (log_changed_cb),
                             self, G_CONNECT_SWAPPED);
  }
  gtk_range_set_adjustment (GTK_RANGE (self->scale),
                            logarithmic ? self->log_adjustment : self->adjustment);
}

static void
value_changed_cb (TsNumberRow *self)
{
  follow_logarithm (self);
  if (!self->updating)
    g_signal_emit (self, changed_signal, 0, gtk_adjustment_get_value (self->adjustment));
}

static void
pressed_cb (TsNumberRow *self, int n_press, double x, double y, GtkGesture *gesture)
{
  if (n_press != 2)
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_adjustment_set_value (self->adjustment, self->default_value);
}

void
ts_number_row_set_span (TsNumberRow *self,
                        double lower,
                        double upper,
                        double minimum,
                        double maximum)
{
  g_return_if_fail (TS_IS_NUMBER_ROW (self));

  double value = gtk_adjustment_get_value (self->adjustment);
  double span = upper - lower;

  self->updating = TRUE;
  self->lower = lower;
  self->upper = upper;
  ts_number_setup_spin (self->spin, minimum, maximum);
  gtk_adjustment_configure (self->adjustment, value, MIN (lower, value), MAX (upper, value),
                            span / 100, span / 10, 0);
  /* dragging lands on round numbers, about a thousand of them */
  gtk_range_set_round_digits (GTK_RANGE (self->scale),
                              self->log_adjustment != NULL
                                  ? 3
                                  : CLAMP ((int) ceil (3 - log10 (MAX (span, 1e-9))), 0, 12));
  follow_logarithm (self);
  self->updating = FALSE;
}

void
ts_number_row_set_default (TsNumberRow *self, double value)
{
  g_return_if_fail (TS_IS_NUMBER_ROW (self));

  self->default_value = value;
}

void
ts_number_row_set_value (TsNumberRow *self, double value)
{
  g_return_if_fail (TS_IS_NUMBER_ROW (self));

  if (value == gtk_adjustment_get_value (self->adjustment))
    return;

  self->updating = TRUE;
  g_object_freeze_notify (G_OBJECT (self->adjustment));
  gtk_adjustment_set_lower (self->adjustment, MIN (self->lower, value));
  gtk_adjustment_set_upper (self->adjustment, MAX (self->upper, value));
  gtk_adjustment_set_value (self->adjustment, value);
  g_object_thaw_notify (G_OBJECT (self->adjustment));
  follow_logarithm (self);
  self->updating = FALSE;
}

double
ts_number_row_get_value (TsNumberRow *self)
{
  return gtk_adjustment_get_value (self->adjustment);
}

void
ts_number_row_set_tint (TsNumberRow *self, const char *css_class)
{
  g_return_if_fail (TS_IS_NUMBER_ROW (self));

  gtk_widget_add_css_class (GTK_WIDGET (self->label), css_class);
}

static void
set_accessible_name (TsNumberRow *self, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scale), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->spin), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
}

static void
ts_number_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TsNumberRow *self = TS_NUMBER_ROW (object);

  switch (id) {
  case PROP_TITLE:
    g_value_set_string (value, gtk_label_get_label (self->label));
    break;
  case PROP_HAS_SCALE:
    g_value_set_boolean (value, gtk_widget_get_visible (GTK_WIDGET (self->scale)));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
ts_number_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TsNumberRow *self = TS_NUMBER_ROW (object);

  switch (id) {
  case PROP_TITLE:
    gtk_label_set_label (self->label, g_value_get_string (value) ? g_value_get_string (value) : "");
    gtk_widget_set_visible (GTK_WIDGET (self->label), *gtk_label_get_label (self->label) != '\0');
    break;
  case PROP_ACCESSIBLE_NAME:
    set_accessible_name (self, g_value_get_string (value));
    break;
  case PROP_HAS_SCALE:
    gtk_widget_set_visible (GTK_WIDGET (self->scale), g_value_get_boolean (value));
    gtk_widget_set_hexpand (GTK_WIDGET (self->label), !g_value_get_boolean (value));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
ts_number_row_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&TS_NUMBER_ROW (object)->log_adjustment);

  G_OBJECT_CLASS (ts_number_row_parent_class)->dispose (object);
}

static void
ts_number_row_class_init (TsNumberRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = ts_number_row_get_property;
  object_class->set_property = ts_number_row_set_property;
  object_class->dispose = ts_number_row_dispose;

  props[PROP_TITLE] =
      g_param_spec_string ("title", NULL, NULL, "", G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  props[PROP_ACCESSIBLE_NAME] = g_param_spec_string ("accessible-name", NULL, NULL, NULL,
                                                     G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_HAS_SCALE] = g_param_spec_boolean ("has-scale", NULL, NULL, TRUE,
                                                G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  changed_signal = g_signal_new ("changed", TS_TYPE_NUMBER_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-number-row.ui");
  gtk_widget_class_bind_template_child (widget_class, TsNumberRow, label);
  gtk_widget_class_bind_template_child (widget_class, TsNumberRow, scale);
  gtk_widget_class_bind_template_child (widget_class, TsNumberRow, spin);
  gtk_widget_class_bind_template_child (widget_class, TsNumberRow, adjustment);
  gtk_widget_class_bind_template_callback (widget_class, value_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, pressed_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "number-row");
}

static void
ts_number_row_init (TsNumberRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  ts_number_tame_wheel (GTK_WIDGET (self->scale));
  ts_number_row_set_span (self, 0, 1, -1e30, 1e30);
}

GtkWidget *
ts_number_row_new (const char *title, const char *accessible_name)
{
  return g_object_new (TS_TYPE_NUMBER_ROW, "title", title, "accessible-name", accessible_name,
                       NULL);
}
