/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-recipe-edit.h"
#include "app/ts-window-private.h"

#include <glib/gi18n.h>

/* Edits of the recipe that are not just a value. */

static void
undo_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  ts_session_undo (((TsWindow *) data)->session);
}

static void
redo_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  ts_session_redo (((TsWindow *) data)->session);
}

static void
reset_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsSession *session = ((TsWindow *) data)->session;
  TsRecipe recipe = *ts_session_get_initial_recipe (session);

  ts_session_set_recipe (session, &recipe, NULL);
}

static void
auto_range_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsSession *session = ((TsWindow *) data)->session;
  TsRecipe recipe = *ts_session_get_recipe (session);

  ts_recipe_edit_set_range_mode (&recipe, TS_RANGE_MINMAX, NULL);
  ts_session_set_recipe (session, &recipe, NULL);
}

static void
snap_range_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  TsRecipe recipe = *ts_session_get_recipe (self->session);
  double lo, hi;

  if (self->survey != NULL && ts_survey_get_extremes (self->survey, &recipe, &lo, &hi) &&
      ts_recipe_edit_snap_range (&recipe, lo, hi))
    ts_session_set_recipe (self->session, &recipe, NULL);
  else
    ts_window_toast (self, _ ("No common range holds these values"));
}

static void
percentile_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  TsRecipe recipe = *ts_session_get_recipe (self->session);

  ts_recipe_edit_step_percentile (&recipe);
  ts_session_set_recipe (self->session, &recipe, NULL);
  g_autofree char *text =
      g_strdup_printf (_ ("Percentiles %g to %g"), recipe.percentile_lo, recipe.percentile_hi);
  ts_window_toast (self, text);
}

static void
step_channel (TsWindow *self, int step)
{
  TsRecipe recipe = *ts_session_get_recipe (self->session);
  TsImageSize size;

  if (!ts_window_get_image_size (self, &size) || size.n_channels < 2)
    return;
  ts_recipe_edit_step_channel (&recipe, size.n_channels, step);
  ts_session_set_recipe (self->session, &recipe, NULL);
}

static void
next_channel_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  step_channel (data, 1);
}

static void
previous_channel_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  step_channel (data, -1);
}

static void
step_colormap (TsWindow *self, int step)
{
  TsRecipe recipe = *ts_session_get_recipe (self->session);

  ts_recipe_edit_step_colormap (&recipe, step);
  ts_session_set_recipe (self->session, &recipe, NULL);
}

static void
next_colormap_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  step_colormap (data, 1);
}

static void
previous_colormap_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  step_colormap (data, -1);
}

static void
gray_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsSession *session = ((TsWindow *) data)->session;
  TsRecipe recipe = *ts_session_get_recipe (session);

  recipe.colormap = TS_COLORMAP_GRAY;
  ts_session_set_recipe (session, &recipe, NULL);
}

static void
apply_offer_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsSession *session = ((TsWindow *) data)->session;
  TsView *view = ts_session_get_view (session);
  TsRecipe recipe = *ts_session_get_recipe (session);

  if (view == NULL || ts_view_get_value_range (view)->offer == NULL)
    return;
  if (ts_recipe_set_preset (&recipe, ts_view_get_value_range (view)->offer, NULL))
    ts_session_set_recipe (session, &recipe, NULL);
}

static const GActionEntry entries[] = {
  { "undo", undo_cb },
  { "redo", redo_cb },
  { "reset", reset_cb },
  { "auto-range", auto_range_cb },
  { "snap-range", snap_range_cb },
  { "step-percentile", percentile_cb },
  { "next-channel", next_channel_cb },
  { "previous-channel", previous_channel_cb },
  { "next-colormap", next_colormap_cb },
  { "previous-colormap", previous_colormap_cb },
  { "gray", gray_cb },
  { "apply-offer", apply_offer_cb },
};

void
ts_window_add_recipe_actions (TsWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
