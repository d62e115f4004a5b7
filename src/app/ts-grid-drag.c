/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-drag-images.h"
#include "app/ts-grid-private.h"

/* Dragging the selected images to another program. A drag that begins on an image that is not
 * selected is a rubber band. */

#define ICON_SIZE 96 /* logical pixels, at most */

GdkContentProvider *
ts_grid_prepare_drag (TsGrid *self)
{
  if (self->press_index < 0 || !self->press_was_selected || self->press_extends)
    return NULL;

  TsSession *session = self->pictures->session;
  GtkBitset *selection = ts_session_get_selection (session);
  g_autoptr (GArray) indices = g_array_new (FALSE, FALSE, sizeof (guint64));
  GtkBitsetIter iter;
  guint index;

  if (gtk_bitset_get_size (selection) > TS_DRAG_MAX_IMAGES) {
    g_signal_emit_by_name (self, "drag-refused");
    return NULL;
  }
  for (gboolean more = gtk_bitset_iter_init_first (&iter, selection, &index); more;
       more = gtk_bitset_iter_next (&iter, &index)) {
    guint64 image = index;
    g_array_append_val (indices, image);
  }
  if (indices->len == 0)
    return NULL;
  self->release_selects = FALSE;
  return ts_drag_images_new (ts_session_get_view (session), self->pictures->stats,
                             ts_pictures_get_recipe (self->pictures),
                             (const guint64 *) (gpointer) indices->data, indices->len);
}

static GdkContentProvider *
prepare_cb (TsGrid *self, double x, double y)
{
  return ts_grid_prepare_drag (self);
}

/* The image under the pointer comes along. */
static void
drag_begin_cb (TsGrid *self, GdkDrag *drag, GtkDragSource *source)
{
  int width = 0, height = 0;
  g_autoptr (GBytes) pixels =
                 ts_grid_dup_tile_pixels (self, (guint) self->press_index, &width, &height);

  if (pixels == NULL || width < 1 || height < 1)
    return;
  g_autoptr (GdkTexture) texture = gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8, pixels,
                                                           (gsize) width * 3);
  double fit = MIN (1, (double) ICON_SIZE / MAX (width, height));
  graphene_size_t size = { (float) (width * fit), (float) (height * fit) };
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  gtk_snapshot_append_texture (snapshot, texture,
                               &GRAPHENE_RECT_INIT (0, 0, size.width, size.height));
  g_autoptr (GdkPaintable) paintable = gtk_snapshot_free_to_paintable (snapshot, &size);
  gtk_drag_source_set_icon (source, paintable, -8, -8);
}

void
ts_grid_drag_init (TsGrid *self)
{
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect_object (source, "prepare", G_CALLBACK (prepare_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (source, "drag-begin", G_CALLBACK (drag_begin_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
}
