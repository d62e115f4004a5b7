/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-session-private.h"

#define ZOOM_MIN (1.0 / 256)
#define ZOOM_MAX 64.0

GParamSpec *ts_session_props[N_PROPS];
guint ts_session_signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TsSession, ts_session, G_TYPE_OBJECT)

/* Selection, current image, zoom. */

guint
ts_session_get_n_images (TsSession *self)
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
  gtk_bitset_remove_range_closed (clipped, ts_session_get_n_images (self), G_MAXUINT);
  if (gtk_bitset_equals (clipped, self->selection))
    return;

  gtk_bitset_unref (self->selection);
  self->selection = g_steal_pointer (&clipped);
  g_clear_object (&self->range_stats);
  if (self->recipe.scope == TS_SCOPE_SELECTION) {
    ts_session_choose_stats (self);
    if (self->recipe.range_mode != TS_RANGE_FIXED) {
      ts_session_update_resolved (self);
      g_signal_emit (self, ts_session_signals[RECIPE_CHANGED], 0);
    }
  }
  g_signal_emit (self, ts_session_signals[SELECTION_CHANGED], 0);
  g_object_notify_by_pspec (G_OBJECT (self), ts_session_props[PROP_N_SELECTED]);
}

void
ts_session_set_visible (TsSession *self, const TsVisiblePart *parts, gsize n_parts)
{
  g_return_if_fail (TS_IS_SESSION (self));
  g_return_if_fail (n_parts <= G_MAXUINT);

  gboolean same = n_parts == self->visible->len;
  for (gsize i = 0; same && i < n_parts; i++) {
    const TsVisiblePart *old = &g_array_index (self->visible, TsVisiblePart, i);
    same = old->index == parts[i].index && old->rect.x == parts[i].rect.x &&
           old->rect.y == parts[i].rect.y && old->rect.width == parts[i].rect.width &&
           old->rect.height == parts[i].rect.height;
  }
  if (same)
    return;

  g_array_set_size (self->visible, 0);
  g_array_append_vals (self->visible, parts, (guint) n_parts);
  if (self->recipe.scope != TS_SCOPE_VISIBLE)
    return;
  ts_session_choose_stats (self);
  if (self->recipe.range_mode != TS_RANGE_FIXED) {
    ts_session_update_resolved (self);
    g_signal_emit (self, ts_session_signals[RECIPE_CHANGED], 0);
  }
}

void
ts_session_set_current (TsSession *self, guint index)
{
  g_return_if_fail (TS_IS_SESSION (self));

  guint n_images = ts_session_get_n_images (self);
  index = MIN (index, n_images > 0 ? n_images - 1 : 0);
  if (index == self->current)
    return;

  self->current = index;
  if (self->recipe.range_mode != TS_RANGE_FIXED && !ts_recipe_is_index_independent (&self->recipe))
    ts_session_update_resolved (self);
  g_object_notify_by_pspec (G_OBJECT (self), ts_session_props[PROP_CURRENT]);
}

void
ts_session_set_zoom (TsSession *self, double zoom)
{
  g_return_if_fail (TS_IS_SESSION (self));

  zoom = CLAMP (zoom, ZOOM_MIN, ZOOM_MAX);
  if (zoom == self->zoom)
    return;

  self->zoom = zoom;
  g_object_notify_by_pspec (G_OBJECT (self), ts_session_props[PROP_ZOOM]);
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
  if (self->range_count != NULL)
    g_signal_handlers_disconnect_by_data (self->range_count, self);
  g_clear_object (&self->range_count);
  g_clear_object (&self->file);
  g_clear_pointer (&self->raw, g_free);
  g_clear_object (&self->document);
  g_clear_object (&self->node);
  g_clear_object (&self->view);
  g_clear_object (&self->whole_stats);
  g_clear_object (&self->range_stats);
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
  g_array_unref (self->visible);
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

  ts_session_props[PROP_DOCUMENT] =
      g_param_spec_object ("document", NULL, NULL, TS_TYPE_DOCUMENT, read);
  ts_session_props[PROP_NODE] = g_param_spec_object ("node", NULL, NULL, TS_TYPE_NODE, read);
  ts_session_props[PROP_VIEW] = g_param_spec_object ("view", NULL, NULL, TS_TYPE_VIEW, read);
  ts_session_props[PROP_STATS] =
      g_param_spec_object ("stats", NULL, NULL, TS_TYPE_BATCH_STATS, read);
  ts_session_props[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, read);
  ts_session_props[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, read);
  ts_session_props[PROP_ZOOM] =
      g_param_spec_double ("zoom", NULL, NULL, ZOOM_MIN, ZOOM_MAX, 1, write);
  ts_session_props[PROP_CURRENT] =
      g_param_spec_uint ("current", NULL, NULL, 0, G_MAXUINT, 0, write);
  ts_session_props[PROP_N_SELECTED] =
      g_param_spec_uint ("n-selected", NULL, NULL, 0, G_MAXUINT, 0, read);
  ts_session_props[PROP_RESOLVED] = g_param_spec_pointer ("resolved", NULL, NULL, read);
  g_object_class_install_properties (object_class, N_PROPS, ts_session_props);

  ts_session_signals[RECIPE_CHANGED] =
      g_signal_new ("recipe-changed", TS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 0);
  ts_session_signals[SELECTION_CHANGED] =
      g_signal_new ("selection-changed", TS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 0);
  ts_session_signals[FILE_CHANGED] =
      g_signal_new ("file-changed", TS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 0);
  ts_session_signals[NOTICE] =
      g_signal_new ("notice", TS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                    2, G_TYPE_STRING, G_TYPE_STRING);
  ts_session_signals[VIEW_CHANGED] =
      g_signal_new ("view-changed", TS_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 0);
}

static void
ts_session_init (TsSession *self)
{
  ts_recipe_init (&self->recipe);
  self->initial = self->recipe;
  self->defaults = self->recipe;
  self->undo = g_array_new (FALSE, FALSE, sizeof (TsRecipe));
  self->redo = g_array_new (FALSE, FALSE, sizeof (TsRecipe));
  self->selection = gtk_bitset_new_empty ();
  self->visible = g_array_new (FALSE, FALSE, sizeof (TsVisiblePart));
  self->zoom = 1;
  self->range_count = ts_range_count_new ();
  g_signal_connect_swapped (self->range_count, "done", G_CALLBACK (ts_session_counted), self);
}

TsSession *
ts_session_new (void)
{
  return g_object_new (TS_TYPE_SESSION, NULL);
}
