/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-session.h"

#include "app/ts-session-load.h"
#include "base/ts-error.h"

#include <glib/gi18n.h>

/* The longest history, and how long a gesture may pause and still be one step of it. */
#define MAX_HISTORY      200
#define GESTURE_PAUSE_US (800 * G_TIME_SPAN_MILLISECOND)
#define ZOOM_MIN         (1.0 / 256)
#define ZOOM_MAX         64.0

struct _TsSession
{
  GObject parent_instance;

  GFile *file;
  char *raw; /* what its bytes mean, when the user said so */
  TsDocument *document;
  TsNode *node;
  TsView *view;
  TsBatchStats *whole_stats; /* of the batch */
  TsBatchStats *stats;       /* the same, or with the selection as what a range is taken of */
  char *error;
  gboolean file_error;

  /* the load in progress; the newest wins */
  GCancellable *load_cancellable;

  TsRecipe recipe;
  TsRecipe initial;
  GArray *undo; /* of TsRecipe, newest last */
  GArray *redo;
  char *gesture;
  gint64 gesture_us;

  TsResolved resolved;
  gboolean has_resolved;
  GCancellable *resolve_cancellable;

  GtkBitset *selection;
  guint current;
  double zoom;
};

enum {
  PROP_DOCUMENT = 1,
  PROP_NODE,
  PROP_VIEW,
  PROP_STATS,
  PROP_LOADING,
  PROP_ERROR,
  PROP_ZOOM,
  PROP_CURRENT,
  PROP_N_SELECTED,
  PROP_RESOLVED,
  N_PROPS
};

enum {
  RECIPE_CHANGED,
  SELECTION_CHANGED,
  VIEW_CHANGED,
  FILE_CHANGED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TsSession, ts_session, G_TYPE_OBJECT)

/* Loading. */

static void
clear_history (TsSession *self)
{
  g_array_set_size (self->undo, 0);
  g_array_set_size (self->redo, 0);
  g_clear_pointer (&self->gesture, g_free);
}

typedef struct
{
  TsBatchStats *stats;
  TsRecipe recipe;
  guint64 index;
} ResolveJob;

static void
resolve_job_free (ResolveJob *job)
{
  g_object_unref (job->stats);
  g_free (job);
}

static void
resolve_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  ResolveJob *job = data;
  g_autofree TsResolved *resolved = g_new0 (TsResolved, 1);
  GError *error = NULL;

  if (ts_resolve (&job->recipe, job->stats, job->index, resolved, cancellable, &error))
    g_task_return_pointer (task, g_steal_pointer (&resolved), g_free);
  else
    g_task_return_error (task, error);
}

static void
resolved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsSession *self = TS_SESSION (source);

  if (self->resolve_cancellable != g_task_get_cancellable (G_TASK (result)))
    return;

  g_autofree TsResolved *resolved = g_task_propagate_pointer (G_TASK (result), NULL);
  g_clear_object (&self->resolve_cancellable);
  self->has_resolved = resolved != NULL;
  if (resolved != NULL)
    self->resolved = *resolved;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RESOLVED]);
}

/* The scope "selection" means what is selected; all images when nothing is. */
static void
choose_stats (TsSession *self)
{
  g_autoptr (TsBatchStats) chosen = NULL;

  if (self->whole_stats != NULL && self->recipe.scope == TS_SCOPE_SELECTION) {
    gsize n = (gsize) gtk_bitset_get_size (self->selection);
    g_autofree guint64 *indices = g_new (guint64, MAX (n, 1));
    GtkBitsetIter iter;
    gsize i = 0;
    guint index;

    for (gboolean more = gtk_bitset_iter_init_first (&iter, self->selection, &index); more && i < n;
         more = gtk_bitset_iter_next (&iter, &index))
      indices[i++] = index;
    chosen = ts_batch_stats_new_subset (self->whole_stats, indices, i);
  }
  if (chosen == NULL)
    g_set_object (&chosen, self->whole_stats);
  if (g_set_object (&self->stats, chosen))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATS]);
}

static void
update_resolved (TsSession *self)
{
  if (self->resolve_cancellable != NULL)
    g_cancellable_cancel (self->resolve_cancellable);
  g_clear_object (&self->resolve_cancellable);

  if (self->stats == NULL) {
    self->has_resolved = FALSE;
  } else if (self->recipe.range_mode == TS_RANGE_FIXED) {
    self->has_resolved =
        ts_resolve (&self->recipe, self->stats, self->current, &self->resolved, NULL, NULL);
  } else {
    /* the last known numbers stay until the new ones are there */
    ResolveJob *job = g_new0 (ResolveJob, 1);
    job->stats = g_object_ref (self->stats);
    job->recipe = self->recipe;
    job->index = self->current;

    self->resolve_cancellable = g_cancellable_new ();
    g_autoptr (GTask) task = g_task_new (self, self->resolve_cancellable, resolved_cb, NULL);
    g_task_set_task_data (task, job, (GDestroyNotify) resolve_job_free);
    g_task_run_in_thread (task, resolve_thread);
    return;
  }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RESOLVED]);
}

/* Puts everything that belongs to a load in place at once, then tells. */
static void
take_load (TsSession *self, TsLoadJob *job)
{
  GObject *object = G_OBJECT (self);
  TsRecipe recipe;
  guint current = 0;
  g_autoptr (GtkBitset) selection = gtk_bitset_new_empty ();

  ts_recipe_init (&recipe);
  if (job->view != NULL) {
    TsBatch *batch = ts_view_get_batch (job->view);
    guint n_images = (guint) MIN (ts_batch_get_n_images (batch), G_MAXUINT - 1);
    TsImageSize size;

    ts_batch_get_max_size (batch, &size);
    ts_recipe_init_for_range (&recipe, ts_view_get_value_range (job->view), &size);
    TsRecipe initial = recipe;
    gboolean touched = self->view != NULL && !ts_recipe_equal (&self->recipe, &self->initial);
    if (job->keep_recipe && touched && ts_recipe_validate (&self->recipe, &size, NULL))
      recipe = self->recipe;
    self->initial = initial;

    if (job->keep_recipe) {
      current = MIN (self->current, n_images > 0 ? n_images - 1 : 0);
      gtk_bitset_union (selection, self->selection);
      if (n_images < G_MAXUINT)
        gtk_bitset_remove_range_closed (selection, n_images, G_MAXUINT);
    }
  } else {
    self->initial = recipe;
  }

  g_object_freeze_notify (object);
  if (g_set_object (&self->document, job->document))
    g_object_notify_by_pspec (object, props[PROP_DOCUMENT]);
  if (g_set_object (&self->node, job->node))
    g_object_notify_by_pspec (object, props[PROP_NODE]);
  g_free (self->error);
  self->error = g_strdup (job->error);
  self->file_error = job->document == NULL;
  g_object_notify_by_pspec (object, props[PROP_ERROR]);

  g_set_object (&self->view, job->view);
  g_clear_object (&self->whole_stats);
  if (self->view != NULL)
    self->whole_stats = ts_batch_stats_new (ts_view_get_batch (self->view));
  g_object_notify_by_pspec (object, props[PROP_VIEW]);

  self->recipe = recipe;
  self->has_resolved = FALSE;
  clear_history (self);
  self->current = current;
  g_object_notify_by_pspec (object, props[PROP_CURRENT]);
  g_clear_pointer (&self->selection, gtk_bitset_unref);
  self->selection = g_steal_pointer (&selection);
  g_object_notify_by_pspec (object, props[PROP_N_SELECTED]);
  choose_stats (self);
  update_resolved (self);

  g_clear_object (&self->load_cancellable);
  g_object_notify_by_pspec (object, props[PROP_LOADING]);
  g_object_thaw_notify (object);

  g_signal_emit (self, signals[VIEW_CHANGED], 0);
  g_signal_emit (self, signals[RECIPE_CHANGED], 0);
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

/* The file may be half written just now: what is shown stays, with its place and settings. */
static void
keep_after_failed_reload (TsSession *self, TsLoadJob *job)
{
  g_free (self->error);
  self->error = g_strdup (job->error);
  g_clear_object (&self->load_cancellable);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ERROR]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADING]);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsSession *self = TS_SESSION (source);
  GTask *task = G_TASK (result);
  TsLoadJob *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  /* a newer load has started */
  if (self->load_cancellable != g_task_get_cancellable (task))
    return;

  if (!g_task_propagate_boolean (task, &error)) {
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
      g_clear_object (&self->load_cancellable);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADING]);
      return;
    }
    g_clear_object (&job->document);
    g_clear_object (&job->node);
    job->error = g_strdup (error->message);
    if (job->is_reload) {
      keep_after_failed_reload (self, job);
      return;
    }
  }
  take_load (self, job);
}

static void
start_load (TsSession *self, TsLoadJob *job)
{
  if (self->load_cancellable != NULL)
    g_cancellable_cancel (self->load_cancellable);
  g_clear_object (&self->load_cancellable);
  self->load_cancellable = g_cancellable_new ();

  g_autoptr (GTask) task = g_task_new (self, self->load_cancellable, loaded_cb, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, (GDestroyNotify) ts_load_job_free);
  g_task_run_in_thread (task, ts_load_job_thread);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADING]);
}

void
ts_session_open (TsSession *self, GFile *file)
{
  g_return_if_fail (TS_IS_SESSION (self));
  ts_session_open_raw (self, file, NULL);
}

void
ts_session_open_raw (TsSession *self, GFile *file, const char *raw)
{
  g_return_if_fail (TS_IS_SESSION (self));
  g_return_if_fail (G_IS_FILE (file));

  g_autofree char *copy = g_strdup (raw);
  g_set_object (&self->file, file);
  g_free (self->raw);
  self->raw = g_steal_pointer (&copy);

  TsLoadJob *job = g_new0 (TsLoadJob, 1);
  job->path = g_file_get_path (file);
  job->raw = g_strdup (self->raw);
  if (job->path != NULL) {
    start_load (self, job);
    return;
  }

  g_autofree char *name = g_file_get_parse_name (file);
  if (self->load_cancellable != NULL)
    g_cancellable_cancel (self->load_cancellable);
  job->error = g_strdup_printf (_ ("“%s” is not on this machine's file system. Copy it to a local or mounted folder first."),
      name);
  take_load (self, job);
  ts_load_job_free (job);
}

void
ts_session_show_node (TsSession *self, TsNode *node, const char *layout)
{
  g_return_if_fail (TS_IS_SESSION (self));
  g_return_if_fail (TS_IS_NODE (node));

  if (self->document == NULL)
    return;

  TsLoadJob *job = g_new0 (TsLoadJob, 1);
  job->document = g_object_ref (self->document);
  job->node = g_object_ref (node);
  job->layout = g_strdup (layout);
  if (self->file != NULL)
    job->memory_path = g_file_get_path (self->file);
  job->forget_layout = layout == NULL && node == self->node;
  job->keep_recipe = node == self->node;
  start_load (self, job);
}

void
ts_session_report_error (TsSession *self, const GError *error)
{
  g_return_if_fail (TS_IS_SESSION (self));

  if (g_error_matches (error, TS_ERROR, TS_ERROR_CHANGED))
    g_signal_emit (self, signals[FILE_CHANGED], 0);
}

void
ts_session_reload (TsSession *self)
{
  g_return_if_fail (TS_IS_SESSION (self));

  if (self->file == NULL)
    return;
  if (self->document == NULL) {
    g_autoptr (GFile) file = g_object_ref (self->file);
    g_autofree char *raw = g_strdup (self->raw);
    ts_session_open_raw (self, file, raw);
    return;
  }

  TsLoadJob *job = g_new0 (TsLoadJob, 1);
  job->path = g_file_get_path (self->file);
  job->raw = g_strdup (self->raw);
  job->is_reload = TRUE;
  job->keep_recipe = TRUE;
  if (self->node != NULL)
    job->node_path = g_strdup (ts_node_get_path (self->node));
  if (self->view != NULL && ts_view_is_layout_forced (self->view))
    job->layout = g_strdup (ts_batch_get_layout (ts_view_get_batch (self->view))->roles);
  start_load (self, job);
}

/* Recipe and its history. */

static void
apply_recipe (TsSession *self, const TsRecipe *recipe)
{
  gboolean was_of_selection = self->recipe.scope == TS_SCOPE_SELECTION;

  self->recipe = *recipe;
  if (was_of_selection != (recipe->scope == TS_SCOPE_SELECTION))
    choose_stats (self);
  update_resolved (self);
  g_signal_emit (self, signals[RECIPE_CHANGED], 0);
}

static void
push (GArray *history, const TsRecipe *recipe)
{
  if (history->len >= MAX_HISTORY)
    g_array_remove_index (history, 0);
  g_array_append_vals (history, recipe, 1);
}

void
ts_session_set_recipe (TsSession *self, const TsRecipe *recipe, const char *gesture)
{
  g_return_if_fail (TS_IS_SESSION (self));
  g_return_if_fail (recipe != NULL);

  if (ts_recipe_equal (&self->recipe, recipe))
    return;

  gint64 now_us = g_get_monotonic_time ();
  gboolean same_gesture = gesture != NULL && g_strcmp0 (gesture, self->gesture) == 0 &&
                          now_us - self->gesture_us < GESTURE_PAUSE_US;
  if (!same_gesture) {
    push (self->undo, &self->recipe);
    g_free (self->gesture);
    self->gesture = g_strdup (gesture);
  }
  self->gesture_us = now_us;
  g_array_set_size (self->redo, 0);
  apply_recipe (self, recipe);
}

static void
step_history (TsSession *self, GArray *from, GArray *to)
{
  if (from->len == 0)
    return;

  TsRecipe recipe = g_array_index (from, TsRecipe, from->len - 1);
  g_array_set_size (from, from->len - 1);
  push (to, &self->recipe);
  g_clear_pointer (&self->gesture, g_free);
  apply_recipe (self, &recipe);
}

void
ts_session_undo (TsSession *self)
{
  g_return_if_fail (TS_IS_SESSION (self));

  step_history (self, self->undo, self->redo);
}

void
ts_session_redo (TsSession *self)
{
  g_return_if_fail (TS_IS_SESSION (self));

  step_history (self, self->redo, self->undo);
}

gboolean
ts_session_can_undo (TsSession *self)
{
  return self->undo->len > 0;
}

gboolean
ts_session_can_redo (TsSession *self)
{
  return self->redo->len > 0;
}

const TsRecipe *
ts_session_get_recipe (TsSession *self)
{
  return &self->recipe;
}

const TsRecipe *
ts_session_get_initial_recipe (TsSession *self)
{
  return &self->initial;
}

const TsResolved *
ts_session_get_resolved (TsSession *self)
{
  return self->has_resolved ? &self->resolved : NULL;
}

/* Selection, current image, zoom. */

static guint
get_n_images (TsSession *self)
{
  if (self->view == NULL)
    return 0;
  return (guint) MIN (ts_batch_get_n_images (ts_view_get_batch (self->view)), G_MAXUINT - 1);
}

void
ts_session_set_selection (TsSession *self, GtkBitset *selection)
{
  g_return_if_fail (TS_IS_SESSION (self));
  g_return_if_fail (selection != NULL);

  g_autoptr (GtkBitset) clipped = gtk_bitset_copy (selection);
  gtk_bitset_remove_range_closed (clipped, get_n_images (self), G_MAXUINT);
  if (gtk_bitset_equals (clipped, self->selection))
    return;

  gtk_bitset_unref (self->selection);
  self->selection = g_steal_pointer (&clipped);
  if (self->recipe.scope == TS_SCOPE_SELECTION) {
    choose_stats (self);
    if (self->recipe.range_mode != TS_RANGE_FIXED) {
      update_resolved (self);
      g_signal_emit (self, signals[RECIPE_CHANGED], 0);
    }
  }
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_SELECTED]);
}

void
ts_session_set_current (TsSession *self, guint index)
{
  g_return_if_fail (TS_IS_SESSION (self));

  guint n_images = get_n_images (self);
  index = MIN (index, n_images > 0 ? n_images - 1 : 0);
  if (index == self->current)
    return;

  self->current = index;
  if (self->recipe.range_mode != TS_RANGE_FIXED && !ts_recipe_is_index_independent (&self->recipe))
    update_resolved (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CURRENT]);
}

void
ts_session_set_zoom (TsSession *self, double zoom)
{
  g_return_if_fail (TS_IS_SESSION (self));

  zoom = CLAMP (zoom, ZOOM_MIN, ZOOM_MAX);
  if (zoom == self->zoom)
    return;

  self->zoom = zoom;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ZOOM]);
}

GtkBitset *
ts_session_get_selection (TsSession *self)
{
  return self->selection;
}

guint
ts_session_get_current (TsSession *self)
{
  return self->current;
}

double
ts_session_get_zoom (TsSession *self)
{
  return self->zoom;
}

TsDocument *
ts_session_get_document (TsSession *self)
{
  return self->document;
}

GFile *
ts_session_get_file (TsSession *self)
{
  return self->file;
}

TsNode *
ts_session_get_node (TsSession *self)
{
  return self->node;
}

TsView *
ts_session_get_view (TsSession *self)
{
  return self->view;
}

TsBatchStats *
ts_session_get_stats (TsSession *self)
{
  return self->stats;
}

gboolean
ts_session_get_loading (TsSession *self)
{
  return self->load_cancellable != NULL;
}

const char *
ts_session_get_error (TsSession *self)
{
  return self->error;
}

gboolean
ts_session_is_file_error (TsSession *self)
{
  return self->error != NULL && self->file_error;
}

static void
ts_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TsSession *self = TS_SESSION (object);

  switch (id) {
  case PROP_DOCUMENT:
    g_value_set_object (value, self->document);
    break;
  case PROP_NODE:
    g_value_set_object (value, self->node);
    break;
  case PROP_VIEW:
    g_value_set_object (value, self->view);
    break;
  case PROP_STATS:
    g_value_set_object (value, self->stats);
    break;
  case PROP_LOADING:
    g_value_set_boolean (value, ts_session_get_loading (self));
    break;
  case PROP_ERROR:
    g_value_set_string (value, self->error);
    break;
  case PROP_ZOOM:
    g_value_set_double (value, self->zoom);
    break;
  case PROP_CURRENT:
    g_value_set_uint (value, self->current);
    break;
  case PROP_N_SELECTED:
    g_value_set_uint (value, (guint) MIN (gtk_bitset_get_size (self->selection), G_MAXUINT));
    break;
  case PROP_RESOLVED:
    g_value_set_pointer (value, self->has_resolved ? &self->resolved : NULL);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
ts_session_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TsSession *self = TS_SESSION (object);

  switch (id) {
  case PROP_ZOOM:
    ts_session_set_zoom (self, g_value_get_double (value));
    break;
  case PROP_CURRENT:
    ts_session_set_current (self, g_value_get_uint (value));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
ts_session_dispose (GObject *object)
{
  TsSession *self = TS_SESSION (object);

  if (self->load_cancellable != NULL)
    g_cancellable_cancel (self->load_cancellable);
  g_clear_object (&self->load_cancellable);
  if (self->resolve_cancellable != NULL)
    g_cancellable_cancel (self->resolve_cancellable);
  g_clear_object (&self->resolve_cancellable);
  g_clear_object (&self->file);
  g_clear_pointer (&self->raw, g_free);
  g_clear_object (&self->document);
  g_clear_object (&self->node);
  g_clear_object (&self->view);
  g_clear_object (&self->whole_stats);
  g_clear_object (&self->stats);

  G_OBJECT_CLASS (ts_session_parent_class)->dispose (object);
}

static void
ts_session_finalize (GObject *object)
{
  TsSession *self = TS_SESSION (object);

  g_free (self->error);
  g_free (self->gesture);
  g_array_unref (self->undo);
  g_array_unref (self->redo);
  gtk_bitset_unref (self->selection);

  G_OBJECT_CLASS (ts_session_parent_class)->finalize (object);
}

static void
ts_session_class_init (TsSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags write = read | G_PARAM_WRITABLE;

  object_class->get_property = ts_session_get_property;
  object_class->set_property = ts_session_set_property;
  object_class->dispose = ts_session_dispose;
  object_class->finalize = ts_session_finalize;

  props[PROP_DOCUMENT] = g_param_spec_object ("document", NULL, NULL, TS_TYPE_DOCUMENT, read);
  props[PROP_NODE] = g_param_spec_object ("node", NULL, NULL, TS_TYPE_NODE, read);
  props[PROP_VIEW] = g_param_spec_object ("view", NULL, NULL, TS_TYPE_VIEW, read);
  props[PROP_STATS] = g_param_spec_object ("stats", NULL, NULL, TS_TYPE_BATCH_STATS, read);
  props[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, read);
  props[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, read);
  props[PROP_ZOOM] = g_param_spec_double ("zoom", NULL, NULL, ZOOM_MIN, ZOOM_MAX, 1, write);
  props[PROP_CURRENT] = g_param_spec_uint ("current", NULL, NULL, 0, G_MAXUINT, 0, write);
  props[PROP_N_SELECTED] = g_param_spec_uint ("n-selected", NULL, NULL, 0, G_MAXUINT, 0, read);
  props[PROP_RESOLVED] = g_param_spec_pointer ("resolved", NULL, NULL, read);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[RECIPE_CHANGED] = g_signal_new ("recipe-changed", TS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SELECTION_CHANGED] =
      g_signal_new ("selection-changed", TS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 0);
  signals[FILE_CHANGED] = g_signal_new ("file-changed", TS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);
  signals[VIEW_CHANGED] = g_signal_new ("view-changed", TS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 0);
}

static void
ts_session_init (TsSession *self)
{
  ts_recipe_init (&self->recipe);
  self->initial = self->recipe;
  self->undo = g_array_new (FALSE, FALSE, sizeof (TsRecipe));
  self->redo = g_array_new (FALSE, FALSE, sizeof (TsRecipe));
  self->selection = gtk_bitset_new_empty ();
  self->zoom = 1;
}

TsSession *
ts_session_new (void)
{
  return g_object_new (TS_TYPE_SESSION, NULL);
}
