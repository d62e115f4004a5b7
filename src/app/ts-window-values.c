/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-latents.h"
#include "app/ts-recipe-edit.h"
#include "app/ts-window-private.h"

#include <glib/gi18n.h>
#include <math.h>

/* What the window tells of values: those that belong to the image, and the range of those in
 * sight. */

typedef struct
{
  TsView *view;
  TsBatchStats *stats;
  TsRecipe recipe;
  guint first, last;
  gboolean has_rect;
  TsRect rect;
  double lo, hi; /* out */
  char *file;
} Work;

static void
work_free (Work *work)
{
  g_object_unref (work->view);
  g_object_unref (work->stats);
  g_free (work->file);
  g_free (work);
}

static Work *
work_new (TsWindow *self)
{
  Work *work = g_new0 (Work, 1);

  work->view = g_object_ref (ts_session_get_view (self->session));
  work->stats = g_object_ref (ts_session_get_stats (self->session));
  work->recipe = *ts_session_get_recipe (self->session);
  work->first = work->last = ts_session_get_current (self->session);
  return work;
}

static void
run (TsWindow *self, Work *work, GTaskThreadFunc func, GAsyncReadyCallback callback)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, NULL);

  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  g_task_run_in_thread (task, func);
}

/* Copying latents. */

static void
json_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Work *work = data;
  GError *error = NULL;
  char *json = ts_latents_to_json (work->view, work->file, work->first, cancellable, &error);

  if (json != NULL)
    g_task_return_pointer (task, json, g_free);
  else
    g_task_return_error (task, error);
}

static void
json_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsWindow *self = TS_WINDOW (source);
  g_autoptr (GError) error = NULL;
  g_autofree char *json = g_task_propagate_pointer (G_TASK (result), &error);

  if (json == NULL) {
    ts_window_toast (self, error->message);
    return;
  }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), json);
  ts_window_toast (self, _ ("Latents copied"));
}

static void
copy_latents_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  Work *work = work_new (self);
  GFile *file = ts_session_get_file (self->session);

  work->file = file != NULL ? g_file_get_basename (file) : NULL;
  run (self, work, json_thread, json_cb);
}

static void
change_latents_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;

  g_simple_action_set_state (action, value);
  ts_window_update_latents (self);
}

void
ts_window_update_latents (TsWindow *self)
{
  g_autoptr (GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (self), "latents");

  gtk_revealer_set_reveal_child (self->latents_revealer,
                                 ts_session_get_view (self->session) != NULL &&
                                     g_variant_get_boolean (state));
}

/* The range of what can be seen. */

static void
add_value (Work *work, double value)
{
  if (!isfinite (value))
    return;
  work->lo = MIN (work->lo, value);
  work->hi = MAX (work->hi, value);
}

static gboolean
is_shown (const TsRecipe *recipe, guint channel)
{
  return recipe->channel_mode != TS_CHANNELS_SINGLE || recipe->channels[0] == (int) channel;
}

static gboolean
add_rect (Work *work, GCancellable *cancellable, GError **error)
{
  TsBatch *batch = ts_view_get_batch (work->view);
  g_autoptr (TsBlock) block =
                 ts_batch_read_image (batch, work->first, &work->rect, cancellable, error);
  double white = work->recipe.value_scale;

  if (block == NULL)
    return FALSE;
  guint64 n = ts_block_get_n_elements (block), n_channels = MAX (block->dims[2], 1);
  g_autofree double *values = g_try_new (double, MAX (n, 1));
  if (values == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("The image is too large"));
    return FALSE;
  }
  ts_block_load_doubles (block, values);
  for (guint64 i = 0; i < n; i++) {
    guint channel = (guint) (i % n_channels);
    double std = ts_recipe_get_std (&work->recipe, channel);
    double mean = ts_recipe_get_mean (&work->recipe, channel);
    if (is_shown (&work->recipe, channel))
      add_value (work, (values[i] * std + mean) / white);
  }
  return TRUE;
}

/* By what an automatic range over the image comes to, which is kept once it was found. */
static gboolean
add_image (Work *work, guint64 index, GCancellable *cancellable, GError **error)
{
  TsRecipe recipe = work->recipe;
  gboolean is_single = recipe.channel_mode == TS_CHANNELS_SINGLE && recipe.channels[0] >= 0 &&
                       recipe.channels[0] < TS_RECIPE_MAX_CHANNELS;
  int channel = is_single ? recipe.channels[0] : 0;
  TsResolved resolved;
  TsStats stats;

  if (!ts_batch_stats_get_image (work->stats, index, is_single ? channel : -1, &stats, cancellable,
                                 error))
    return FALSE;
  if (stats.n_finite == 0)
    return TRUE;
  recipe.range_mode = TS_RANGE_MINMAX;
  recipe.scope = is_single ? TS_SCOPE_IMAGE_CHANNEL : TS_SCOPE_IMAGE;
  if (!ts_resolve (&recipe, work->stats, index, &resolved, cancellable, error))
    return FALSE;
  channel = MIN (channel, (int) resolved.n - 1);
  add_value (work, resolved.lo[channel]);
  add_value (work, resolved.hi[channel]);
  return TRUE;
}

static void
range_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;
  gboolean ok = TRUE;

  work->lo = INFINITY;
  work->hi = -INFINITY;
  if (work->has_rect)
    ok = add_rect (work, cancellable, &error);
  for (guint i = work->first; ok && !work->has_rect && i <= work->last; i++)
    ok = add_image (work, i, cancellable, &error);
  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
range_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsWindow *self = TS_WINDOW (source);
  const Work *work = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    ts_window_toast (self, error->message);
    return;
  }
  /* it was for a view that is gone */
  if (work->view != ts_session_get_view (self->session))
    return;
  if (!(work->hi >= work->lo)) {
    ts_window_toast (self, _ ("No finite values in sight"));
    return;
  }
  TsRecipe recipe = *ts_session_get_recipe (self->session);
  ts_recipe_edit_set_range (&recipe, work->lo, work->hi);
  ts_session_set_recipe (self->session, &recipe, NULL);
}

static void
visible_range_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  Work *work = work_new (self);
  TsImageView *view = ts_window_get_image_view (self);
  TsImageSize size;

  if (view != NULL) {
    ts_batch_get_image_size (ts_view_get_batch (work->view), work->first, &size);
    work->has_rect = ts_image_view_get_visible_rect (view, &work->rect) &&
                     (work->rect.width < size.width || work->rect.height < size.height);
  } else {
    ts_grid_get_visible_range (self->grid, &work->first, &work->last);
  }
  run (self, work, range_thread, range_cb);
}

static const GActionEntry entries[] = {
  { "latents", NULL, NULL, "false", change_latents_cb },
  { "copy-latents", copy_latents_cb },
  { "range-visible", visible_range_cb },
};

/* The current image stays in sight beside the pane. */
static void
revealed_cb (TsWindow *self)
{
  if (ts_session_get_view (self->session) != NULL)
    ts_grid_scroll_to (self->grid, ts_session_get_current (self->session));
}

void
ts_window_add_value_actions (TsWindow *self)
{
  g_signal_connect_object (self->latents_revealer, "notify::child-revealed",
                           G_CALLBACK (revealed_cb), self, G_CONNECT_SWAPPED);
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
