/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-window-private.h"

/* Comparing, as commands. */

static void
set_way (TsWindow *self, TsCompareMode way)
{
  ts_compare_view_set_mode (self->compare_view, way);
  ts_window_set_state (self, "compare-mode", g_variant_new_string (ts_compare_mode_names[way]));
}

/* From elsewhere to what is compared, and there from one way to the next. */
static void
compare_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  TsCompareMode way = ts_compare_view_get_mode (self->compare_view);

  if (self->mode != TS_WINDOW_COMPARE)
    ts_window_set_mode (self, TS_WINDOW_COMPARE);
  else
    set_way (self, (way + 1) % TS_N_COMPARE_MODES);
}

static void
change_compare_mode_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  int way;

  if (ts_name_lookup (ts_compare_mode_names, g_variant_get_string (value, NULL), &way))
    set_way (data, (TsCompareMode) way);
}

static void
change_compare_with_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;

  ts_compare_view_set_other (self->compare_view, g_variant_get_string (value, NULL));
  ts_window_set_state (self, "compare-with",
                       g_variant_new_string (ts_compare_view_get_other (self->compare_view)));
}

/* Another dump takes the other array away. */
static void
view_changed_cb (TsWindow *self)
{
  ts_window_set_state (self, "compare-with",
                       g_variant_new_string (ts_compare_view_get_other (self->compare_view)));
}

static const GActionEntry entries[] = {
  { "compare", compare_cb },
  { "compare-mode", NULL, "s", "'side'", change_compare_mode_cb },
  { "compare-with", NULL, "s", "''", change_compare_with_cb },
};

void
ts_window_add_compare_actions (TsWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_signal_connect_object (self->session, "view-changed", G_CALLBACK (view_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}
