/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-window-private.h"

/* Tells the session what can be seen, while the range is taken of that. */

/* Scrolling comes to rest before statistics are taken. */
#define REST_MS 120

static void
add_part (GArray *parts, TsBatch *batch, guint64 index, const TsRect *rect)
{
  TsVisiblePart part = { .index = index };
  TsImageSize size;

  ts_batch_get_image_size (batch, index, &size);
  part.rect = (TsRect){ 0, 0, size.width, size.height };
  if (rect != NULL && rect->x < size.width && rect->y < size.height)
    part.rect = (TsRect){ rect->x, rect->y, MIN (rect->width, size.width - rect->x),
                          MIN (rect->height, size.height - rect->y) };
  if (part.rect.width > 0 && part.rect.height > 0)
    g_array_append_val (parts, part);
}

static gboolean
rest_cb (gpointer data)
{
  TsWindow *self = data;
  TsView *view = ts_session_get_view (self->session);
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (TsVisiblePart));
  TsImageView *image_view = ts_window_get_image_view (self);
  guint first, last;
  TsRect rect;

  self->visible_timer = 0;
  if (view == NULL)
    return G_SOURCE_REMOVE;
  TsBatch *batch = ts_view_get_batch (view);
  if (image_view != NULL) {
    gboolean has_rect = ts_image_view_get_visible_rect (image_view, &rect);
    add_part (parts, batch, ts_session_get_current (self->session), has_rect ? &rect : NULL);
  } else if (ts_grid_get_visible_range (self->grid, &first, &last)) {
    for (guint i = first; i <= last; i++)
      add_part (parts, batch, i, NULL);
  }
  if (parts->len > 0)
    ts_session_set_visible (self->session, (const TsVisiblePart *) (gpointer) parts->data,
                            parts->len);
  return G_SOURCE_REMOVE;
}

void
ts_window_queue_visible (TsWindow *self)
{
  const TsRecipe *recipe = ts_session_get_recipe (self->session);

  g_clear_handle_id (&self->visible_timer, g_source_remove);
  if (recipe->scope == TS_SCOPE_VISIBLE && recipe->range_mode != TS_RANGE_FIXED)
    self->visible_timer = g_timeout_add (REST_MS, rest_cb, self);
}

static void
follow_adjustment (TsWindow *self)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->grid));

  if (adjustment == NULL)
    return;
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (ts_window_queue_visible), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (ts_window_queue_visible), self,
                           G_CONNECT_SWAPPED);
}

void
ts_window_init_visible (TsWindow *self)
{
  static const char *const signals[] = { "recipe-changed", "view-changed", "notify::current",
                                         "notify::zoom" };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_object (self->session, signals[i], G_CALLBACK (ts_window_queue_visible), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (self->image_view, "moved", G_CALLBACK (ts_window_queue_visible), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->stack, "notify::visible-child",
                           G_CALLBACK (ts_window_queue_visible), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->grid, "notify::vadjustment", G_CALLBACK (follow_adjustment), self,
                           G_CONNECT_SWAPPED);
  follow_adjustment (self);
}
