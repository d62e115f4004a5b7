/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-compare-private.h"

#include "app/ts-pictures.h"

#include <glib/gi18n.h>
#include <math.h>

G_DEFINE_FINAL_TYPE (TsCompareView, ts_compare_view, GTK_TYPE_WIDGET)

/* What is compared. */

void
ts_compare_pane_clear (gpointer data)
{
  TsComparePane *pane = data;

  g_clear_object (&pane->stats);
  g_clear_pointer (&pane->caption, g_free);
}

static void
add_pane (GArray *panes, TsBatchStats *stats, guint index, const TsRecipe *recipe, const char *name)
{
  TsComparePane pane = { .stats = g_object_ref (stats), .index = index, .recipe = *recipe };

  pane.caption =
      name != NULL ? g_strdup_printf ("%s #%u", name, index) : g_strdup_printf ("#%u", index);
  g_array_append_val (panes, pane);
}

static const char *
get_name (TsNode *node)
{
  const char *path = ts_node_get_path (node);
  const char *slash = strrchr (path, '/');

  return slash != NULL ? slash + 1 : path;
}

/* The pictures, all that are selected; and which two of them are a pair. */
static GArray *
list_panes (TsCompareView *self, guint pair[2])
{
  GArray *panes = g_array_new (FALSE, TRUE, sizeof (TsComparePane));
  TsView *view = ts_session_get_view (self->session);
  TsBatchStats *stats = ts_session_get_stats (self->session);
  const TsRecipe *recipe = ts_session_get_recipe (self->session);
  guint64 n_images = ts_batch_get_n_images (ts_view_get_batch (view));
  guint current = ts_session_get_current (self->session);
  GtkBitset *selection = ts_session_get_selection (self->session);
  guint n_selected = (guint) gtk_bitset_get_size (selection);

  g_array_set_clear_func (panes, ts_compare_pane_clear);
  pair[0] = 0;
  pair[1] = 1;
  if (*self->other_path != '\0') {
    add_pane (panes, stats, current, recipe, get_name (ts_session_get_node (self->session)));
    if (self->other != NULL && current < ts_batch_get_n_images (ts_view_get_batch (self->other))) {
      TsRecipe other_recipe;
      ts_compare_view_choose_recipe (self, &other_recipe);
      add_pane (panes, self->other_stats, current, &other_recipe,
                get_name (ts_view_get_node (self->other)));
    }
  } else if (n_selected >= 2) {
    self->second = CLAMP (self->second, 1, n_selected - 1);
    guint n = MIN (n_selected, TS_COMPARE_MAX_PANES);
    for (guint i = 0; i < n; i++)
      add_pane (panes, stats, gtk_bitset_get_nth (selection, i), recipe, NULL);
    if (self->second >= n) {
      add_pane (panes, stats, gtk_bitset_get_nth (selection, self->second), recipe, NULL);
      pair[1] = n;
    } else {
      pair[1] = self->second;
    }
  } else if (n_images >= 2) {
    guint first = MIN (current, (guint) MIN (n_images, G_MAXUINT) - 2);
    add_pane (panes, stats, first, recipe, NULL);
    add_pane (panes, stats, first + 1, recipe, NULL);
  } else {
    add_pane (panes, stats, current, recipe, NULL);
  }
  return panes;
}

/* Showing. */

static char *
describe (TsCompareView *self,
          GArray *panes,
          const TsComparePane *first,
          const TsComparePane *other)
{
  guint n_selected = (guint) gtk_bitset_get_size (ts_session_get_selection (self->session));

  switch (self->mode) {
  case TS_COMPARE_SWIPE:
    return g_strdup_printf (_ ("%s left, %s right"), first->caption, other->caption);
  case TS_COMPARE_DIFFERENCE:
    return ts_compare_view_describe_difference (self, first->caption, other->caption);
  case TS_COMPARE_BLINK:
    return g_strdup_printf (_ ("%s and %s in turn"), first->caption, other->caption);
  case TS_COMPARE_SIDE:
  case TS_N_COMPARE_MODES:
  default:
    break;
  }
  if (*self->other_path == '\0' && n_selected > TS_COMPARE_MAX_PANES)
    return g_strdup_printf (_ ("The first %u of %u selected images"), TS_COMPARE_MAX_PANES,
                               n_selected);
  if (panes->len > 2)
    return g_strdup_printf (_ ("%u images side by side"), panes->len);
  return g_strdup_printf (_ ("%s and %s side by side"), first->caption, other->caption);
}

static void
show_message (TsCompareView *self, const char *message)
{
  ts_compare_panes_set (self->panes, self->mode, NULL, 0);
  gtk_label_set_label (self->message_label, message);
  gtk_label_set_label (self->text_label, "");
  gtk_stack_set_visible_child_name (self->stack, "message");
}

static const char *
explain_missing (TsCompareView *self)
{
  if (self->other_cancellable != NULL)
    return "";
  if (self->other_error != NULL)
    return self->other_error;
  if (*self->other_path != '\0')
    return _ ("The other array has no image of this number.");
  return _ ("There is only one image. Choose another array to compare it with.");
}

void
ts_compare_view_update (TsCompareView *self)
{
  guint pair[2];

  if (self->session == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  gtk_widget_set_visible (self->blink_button, self->mode == TS_COMPARE_BLINK);
  if (ts_session_get_view (self->session) == NULL) {
    ts_compare_view_drop_difference (self);
    ts_compare_panes_set (self->panes, self->mode, NULL, 0);
    return;
  }

  g_autoptr (GArray) panes = list_panes (self, pair);
  if (panes->len < 2) {
    ts_compare_view_drop_difference (self);
    show_message (self, explain_missing (self));
    return;
  }
  const TsComparePane *all = (const TsComparePane *) (gpointer) panes->data;
  const TsComparePane *first = &all[pair[0]], *other = &all[pair[1]];
  TsComparePane both[2] = { *first, *other };
  if (self->mode == TS_COMPARE_DIFFERENCE)
    ts_compare_view_update_difference (self, first, other);
  else
    ts_compare_view_drop_difference (self);

  if (self->difference_error != NULL) {
    show_message (self, self->difference_error);
    return;
  }
  if (self->mode == TS_COMPARE_SIDE)
    ts_compare_panes_set (self->panes, self->mode, all, panes->len);
  else if (self->mode == TS_COMPARE_DIFFERENCE)
    ts_compare_view_show_difference (self);
  else
    ts_compare_panes_set (self->panes, self->mode, both, 2);
  gtk_stack_set_visible_child_name (self->stack, "panes");
  g_autofree char *text = describe (self, panes, first, other);
  gtk_label_set_label (self->text_label, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->panes), GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                  -1);
}

/* Following the session. */

static void
view_changed_cb (TsCompareView *self)
{
  TsDocument *document = ts_session_get_document (self->session);
  TsNode *node = ts_session_get_node (self->session);
  gboolean keep = self->other != NULL && ts_view_get_document (self->other) == document &&
                  ts_view_get_node (self->other) != node;

  ts_compare_view_drop_difference (self);
  if (!keep && *self->other_path != '\0')
    ts_compare_view_set_other (self, "");
  self->second = 1;
  ts_compare_view_update_menu (self);
  ts_compare_view_update (self);
}

static void
selection_changed_cb (TsCompareView *self)
{
  self->second = 1;
  ts_compare_view_update (self);
}

void
ts_compare_view_set_session (TsCompareView *self, TsSession *session)
{
  const struct
  {
    const char *signal;
    void (*callback) (TsCompareView *self);
  } followed[] = {
    { "view-changed", view_changed_cb },
    { "selection-changed", selection_changed_cb },
    { "recipe-changed", ts_compare_view_update },
    { "notify::current", ts_compare_view_update },
  };

  g_return_if_fail (TS_IS_COMPARE_VIEW (self));
  g_return_if_fail (TS_IS_SESSION (session));

  if (!g_set_object (&self->session, session))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_object (session, followed[i].signal, G_CALLBACK (followed[i].callback), self,
                             G_CONNECT_SWAPPED);
  view_changed_cb (self);
}

TsCompareMode
ts_compare_view_get_mode (TsCompareView *self)
{
  g_return_val_if_fail (TS_IS_COMPARE_VIEW (self), TS_COMPARE_SIDE);

  return self->mode;
}

void
ts_compare_view_set_mode (TsCompareView *self, TsCompareMode mode)
{
  g_return_if_fail (TS_IS_COMPARE_VIEW (self));
  g_return_if_fail (mode < TS_N_COMPARE_MODES);

  if (mode == self->mode)
    return;
  self->mode = mode;
  ts_compare_view_update (self);
}

TsComparePanes *
ts_compare_view_get_panes (TsCompareView *self)
{
  g_return_val_if_fail (TS_IS_COMPARE_VIEW (self), NULL);

  return self->panes;
}

const char *
ts_compare_view_get_text (TsCompareView *self)
{
  g_return_val_if_fail (TS_IS_COMPARE_VIEW (self), NULL);

  return gtk_label_get_label (self->text_label);
}

static void
other_counted_cb (TsCompareView *self)
{
  ts_compare_view_update (self);
}

/* The panes. */

static void
hover_cb (TsCompareView *self, int pane, int x, int y)
{
  TsView *view = ts_session_get_view (self->session);
  guint pair[2];
  int index = -1;

  if (pane >= 0 && view != NULL) {
    g_autoptr (GArray) panes = list_panes (self, pair);
    /* of two that are subtracted the values are those of the second */
    guint at = self->mode == TS_COMPARE_SIDE         ? (guint) pane
               : self->mode == TS_COMPARE_DIFFERENCE ? pair[1]
                                                     : pair[MIN (pane, 1)];
    if (at < panes->len) {
      const TsComparePane *found = &g_array_index (panes, TsComparePane, at);
      if (ts_batch_stats_get_batch (found->stats) == ts_view_get_batch (view))
        index = (int) found->index;
    }
  }
  g_signal_emit_by_name (self, "hover", index, x, y);
}

static void
step_cb (TsCompareView *self, int direction)
{
  guint n_selected = (guint) gtk_bitset_get_size (ts_session_get_selection (self->session));
  gint64 current = (gint64) ts_session_get_current (self->session) + direction;

  if (*self->other_path == '\0' && n_selected >= 2) {
    guint n = n_selected - 1; /* those that the first one is compared with */
    self->second = 1 + (self->second - 1 + (guint) (direction + (int) n)) % n;
    ts_compare_view_update (self);
  } else if (current >= 0) {
    ts_session_set_current (self->session, (guint) current);
  }
}

static void
close_cb (TsCompareView *self)
{
  g_signal_emit_by_name (self, "close");
}

static void
blink_toggled_cb (TsCompareView *self, GtkToggleButton *button)
{
  ts_compare_panes_set_automatic (self->panes, gtk_toggle_button_get_active (button));
}

/* The widget. */

static void
ts_compare_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (ts_compare_view_parent_class)->map (widget);
  ts_compare_view_update (TS_COMPARE_VIEW (widget));
}

static gboolean
ts_compare_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (TS_COMPARE_VIEW (widget)->panes));
}

static void
ts_compare_view_dispose (GObject *object)
{
  TsCompareView *self = TS_COMPARE_VIEW (object);
  GtkWidget *child;

  ts_compare_view_drop_difference (self);
  if (self->other_count != NULL) {
    ts_compare_view_drop_other (self);
    g_signal_handlers_disconnect_by_data (self->other_count, self);
    g_clear_object (&self->other_count);
  }
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (ts_compare_view_parent_class)->dispose (object);
}

static void
ts_compare_view_finalize (GObject *object)
{
  TsCompareView *self = TS_COMPARE_VIEW (object);

  g_free (self->other_path);

  G_OBJECT_CLASS (ts_compare_view_parent_class)->finalize (object);
}

static void
ts_compare_view_class_init (TsCompareViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TS_TYPE_COMPARE_PANES);
  object_class->dispose = ts_compare_view_dispose;
  object_class->finalize = ts_compare_view_finalize;
  widget_class->map = ts_compare_view_map;
  widget_class->grab_focus = ts_compare_view_grab_focus;

  g_signal_new ("close", TS_TYPE_COMPARE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                0);
  g_signal_new ("hover", TS_TYPE_COMPARE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                3, G_TYPE_INT, G_TYPE_INT, G_TYPE_INT);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-compare-view.ui");
  gtk_widget_class_bind_template_child (widget_class, TsCompareView, panes);
  gtk_widget_class_bind_template_child (widget_class, TsCompareView, stack);
  gtk_widget_class_bind_template_child (widget_class, TsCompareView, message_label);
  gtk_widget_class_bind_template_child (widget_class, TsCompareView, text_label);
  gtk_widget_class_bind_template_child (widget_class, TsCompareView, blink_button);
  gtk_widget_class_bind_template_child (widget_class, TsCompareView, other_button);
  gtk_widget_class_bind_template_callback (widget_class, hover_cb);
  gtk_widget_class_bind_template_callback (widget_class, step_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_cb);
  gtk_widget_class_bind_template_callback (widget_class, blink_toggled_cb);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "compare-view");
}

static void
ts_compare_view_init (TsCompareView *self)
{
  self->other_path = g_strdup ("");
  self->second = 1;
  self->largest = self->rms = NAN;
  self->other_count = ts_range_count_new ();
  g_signal_connect_swapped (self->other_count, "done", G_CALLBACK (other_counted_cb), self);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_orientable_set_orientation (GTK_ORIENTABLE (
                                      gtk_widget_get_layout_manager (GTK_WIDGET (self))),
                                  GTK_ORIENTATION_VERTICAL);
}

/* For tests. */

static gboolean
is_busy (GtkWidget *widget)
{
  TsCompareView *self = TS_COMPARE_VIEW (widget);

  return !gtk_widget_get_mapped (widget) || self->other_cancellable != NULL ||
         self->difference_cancellable != NULL;
}

gboolean
ts_compare_view_wait_idle (TsCompareView *self, guint limit_ms)
{
  g_return_val_if_fail (TS_IS_COMPARE_VIEW (self), FALSE);

  return ts_pictures_wait (GTK_WIDGET (self), is_busy, limit_ms) &&
         ts_compare_panes_wait_idle (self->panes, limit_ms);
}
