/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-measure-label.h"

#include "app/ts-count-note.h"

#include <glib/gi18n.h>

/* Above this many elements or tensors nothing but a sample is read unasked. */
#define MAX_UNASKED         ((guint64) 1 << 26)
#define MAX_UNASKED_TENSORS 64
/* The images come first. */
#define DELAY_MS 400

struct _TsMeasureLabel
{
  AdwBin parent_instance;

  TsCountNote *note;

  /* owned */
  GPtrArray *tensors;        /* (nullable) */
  TsView *view;              /* of which there are too many to list them here; (nullable) */
  GCancellable *cancellable; /* of what runs */

  guint delay;
  gboolean start_all;

  TsMeasure measure;
  gboolean has_measure;
};

enum {
  PROP_EXACT = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (TsMeasureLabel, ts_measure_label, ADW_TYPE_BIN)

/* One pass; its own place for what is known, under a lock, and at most one idle that shows it. */
typedef struct
{
  GMutex lock;
  TsMeasure latest;
  gboolean queued;
  gboolean all;       /* not only a sample */
  GPtrArray *tensors; /* (nullable) until listed */
  TsView *view;
  GWeakRef label;
  GCancellable *cancellable;
} Pass;

static void
pass_clear (gpointer data)
{
  Pass *pass = data;

  g_mutex_clear (&pass->lock);
  g_weak_ref_clear (&pass->label);
  g_clear_pointer (&pass->tensors, g_ptr_array_unref);
  g_clear_object (&pass->view);
  g_object_unref (pass->cancellable);
}

static void
pass_unref (gpointer pass)
{
  g_atomic_rc_box_release_full (pass, pass_clear);
}

char *
ts_measure_label_describe (const TsMeasure *measure)
{
  const TsStats *stats = &measure->stats;
  GString *text = g_string_new (NULL);
  const struct
  {
    guint64 n;
    const char *name;
  } others[] = { { stats->n_nan, "NaN" }, { stats->n_posinf, "+∞" }, { stats->n_neginf, "−∞" } };

  if (stats->n_finite > 0) {
    char min[32], max[32], mean[32], deviation[32];

    g_snprintf (min, sizeof min, "%.4g", stats->min);
    g_snprintf (max, sizeof max, "%.4g", stats->max);
    g_snprintf (mean, sizeof mean, "%.4g", stats->mean);
    g_snprintf (deviation, sizeof deviation, "%.4g", ts_stats_get_std (stats));
    g_string_append_printf (text, _ ("%s … %s · mean %s · std %s"), min, max, mean, deviation);
  } else {
    g_string_append (text, _ ("No finite values"));
  }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (others[i].n > 0)
      g_string_append_printf (text, " · %s %s%" G_GUINT64_FORMAT, others[i].name,
                              measure->is_estimate ? "≥ " : "", others[i].n);
  if (measure->is_estimate) {
    g_string_append_c (text, '\n');
    if (measure->fraction > 0)
      g_string_append_printf (text, _ ("Estimate from a sample; %.0f %% counted"),
                                       measure->fraction * 100);
    else
      g_string_append (text, _ ("Estimate from a sample"));
  }
  return g_string_free (text, FALSE);
}

static void
show (TsMeasureLabel *self)
{
  g_autofree char *text =
      self->has_measure ? ts_measure_label_describe (&self->measure) : g_strdup ("");
  gboolean is_running = self->cancellable != NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), self->has_measure);
  ts_count_note_set (self->note, text,
                     !self->has_measure || !self->measure.is_estimate ? NULL
                                                                      : is_running
                         ? _ ("Stop Counting")
                         : _ ("Count All Values"));
}

static void
take (TsMeasureLabel *self, const TsMeasure *measure)
{
  gboolean was_exact = self->has_measure && !self->measure.is_estimate;

  self->measure = *measure;
  self->has_measure = TRUE;
  show (self);
  if (was_exact != !measure->is_estimate)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EXACT]);
}

static gboolean
told_cb (gpointer data)
{
  Pass *pass = data;
  g_autoptr (TsMeasureLabel) self = g_weak_ref_get (&pass->label);
  TsMeasure latest;

  g_mutex_lock (&pass->lock);
  pass->queued = FALSE;
  latest = pass->latest;
  g_mutex_unlock (&pass->lock);
  if (self != NULL && self->cancellable == pass->cancellable)
    take (self, &latest);
  return G_SOURCE_REMOVE;
}

static void
tell (const TsMeasure *measure, gpointer data)
{
  Pass *pass = data;

  g_mutex_lock (&pass->lock);
  pass->latest = *measure;
  if (!pass->queued)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, told_cb, g_atomic_rc_box_acquire (pass), pass_unref);
  pass->queued = TRUE;
  g_mutex_unlock (&pass->lock);
}

/* The tensors that images come from, each once. */
static GPtrArray *
list_tensors (TsView *view)
{
  GPtrArray *tensors = g_ptr_array_new_with_free_func (g_object_unref);
  TsTensor *tensor = ts_node_get_tensor (ts_view_get_node (view));
  TsBatch *batch = ts_view_get_batch (view);

  if (tensor != NULL) {
    g_ptr_array_add (tensors, g_object_ref (tensor));
    return tensors;
  }
  for (guint64 i = 0; i < ts_batch_get_n_images (batch); i++) {
    guint64 index;

    tensor = ts_batch_get_image_tensor (batch, i, &index);
    if (index == 0)
      g_ptr_array_add (tensors, g_object_ref (tensor));
  }
  return tensors;
}

static void
measure_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Pass *pass = data;
  TsMeasure *measure = g_new0 (TsMeasure, 1);
  GError *error = NULL;
  gboolean ok;

  if (pass->tensors == NULL)
    pass->tensors = list_tensors (pass->view);
  TsTensor *const *tensors = (TsTensor *const *) pass->tensors->pdata;
  ok = pass->all
           ? ts_measure_all (tensors, pass->tensors->len, tell, pass, measure, cancellable, &error)
           : ts_measure_sample (tensors, pass->tensors->len, measure, cancellable, &error);

  if (ok) {
    g_task_return_pointer (task, measure, g_free);
  } else {
    g_free (measure);
    g_task_return_error (task, error);
  }
}

/* What cannot be read stays without numbers: whoever shows the values says why. */
static void
measured_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Pass *pass = g_task_get_task_data (G_TASK (result));
  g_autoptr (TsMeasureLabel) self = g_weak_ref_get (&pass->label);
  g_autofree TsMeasure *measure = g_task_propagate_pointer (G_TASK (result), NULL);

  if (self == NULL || self->cancellable != pass->cancellable)
    return;
  g_clear_object (&self->cancellable);
  if (measure != NULL)
    take (self, measure);
  else
    show (self);
}

static void
stop (TsMeasureLabel *self)
{
  g_clear_handle_id (&self->delay, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
start (TsMeasureLabel *self, gboolean all)
{
  Pass *pass = g_atomic_rc_box_new0 (Pass);

  stop (self);
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&pass->lock);
  g_weak_ref_init (&pass->label, self);
  pass->tensors = self->tensors != NULL ? g_ptr_array_ref (self->tensors) : NULL;
  g_set_object (&pass->view, self->view);
  pass->cancellable = g_object_ref (self->cancellable);
  pass->all = all;

  g_autoptr (GTask) task = g_task_new (NULL, self->cancellable, measured_cb, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, pass, pass_unref);
  g_task_set_priority (task, G_PRIORITY_LOW);
  g_task_run_in_thread (task, measure_thread);
}

static gboolean
start_cb (gpointer data)
{
  TsMeasureLabel *self = data;

  self->delay = 0;
  start (self, self->start_all);
  return G_SOURCE_REMOVE;
}

static void
toggled_cb (TsMeasureLabel *self)
{
  if (self->cancellable != NULL)
    stop (self);
  else if (self->tensors != NULL || self->view != NULL)
    start (self, TRUE);
  show (self);
}

/* Forgets what was known. */
static void
take_values (TsMeasureLabel *self, GPtrArray *tensors, TsView *view)
{
  gboolean was_exact = self->has_measure && !self->measure.is_estimate;
  guint64 n_elements = 0;

  stop (self);
  if (tensors != NULL)
    g_ptr_array_ref (tensors);
  g_clear_pointer (&self->tensors, g_ptr_array_unref);
  self->tensors = tensors;
  g_set_object (&self->view, view);
  self->has_measure = FALSE;
  for (guint i = 0; tensors != NULL && i < tensors->len; i++) {
    guint64 n = ts_tensor_get_n_elements (g_ptr_array_index (tensors, i));

    n_elements = n_elements + n >= n ? n_elements + n : G_MAXUINT64;
  }
  self->start_all =
      tensors != NULL && n_elements <= MAX_UNASKED && tensors->len <= MAX_UNASKED_TENSORS;
  if (n_elements > 0 || view != NULL)
    self->delay = g_timeout_add (DELAY_MS, start_cb, self);
  show (self);
  if (was_exact)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EXACT]);
}

void
ts_measure_label_set_tensors (TsMeasureLabel *self, GPtrArray *tensors)
{
  g_return_if_fail (TS_IS_MEASURE_LABEL (self));

  take_values (self, tensors, NULL);
}

void
ts_measure_label_set_view (TsMeasureLabel *self, TsView *view)
{
  g_autoptr (GPtrArray) tensors = NULL;

  g_return_if_fail (TS_IS_MEASURE_LABEL (self));

  if (view != NULL && (ts_node_get_tensor (ts_view_get_node (view)) != NULL ||
                       ts_batch_get_n_images (ts_view_get_batch (view)) <= MAX_UNASKED_TENSORS))
    tensors = list_tensors (view);
  take_values (self, tensors, tensors == NULL ? view : NULL);
}

const TsMeasure *
ts_measure_label_get_measure (TsMeasureLabel *self)
{
  g_return_val_if_fail (TS_IS_MEASURE_LABEL (self), NULL);

  return self->has_measure ? &self->measure : NULL;
}

static void
ts_measure_label_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TsMeasureLabel *self = TS_MEASURE_LABEL (object);

  if (id == PROP_EXACT)
    g_value_set_boolean (value, self->has_measure && !self->measure.is_estimate);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
ts_measure_label_dispose (GObject *object)
{
  TsMeasureLabel *self = TS_MEASURE_LABEL (object);

  stop (self);
  g_clear_pointer (&self->tensors, g_ptr_array_unref);
  g_clear_object (&self->view);

  G_OBJECT_CLASS (ts_measure_label_parent_class)->dispose (object);
}

static void
ts_measure_label_class_init (TsMeasureLabelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = ts_measure_label_get_property;
  object_class->dispose = ts_measure_label_dispose;
  props[PROP_EXACT] =
      g_param_spec_boolean ("exact", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
ts_measure_label_init (TsMeasureLabel *self)
{
  self->note = ts_count_note_new ();
  g_signal_connect_swapped (self->note, "toggled", G_CALLBACK (toggled_cb), self);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->note));
  show (self);
}
