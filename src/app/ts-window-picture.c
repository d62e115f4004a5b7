/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-window-private.h"
#include "pixels/ts-overlay.h"

#include <glib/gi18n.h>

/* Pictures of what is shown: an image for the clipboard, the window for documentation. */

/* Time for the window to settle before its picture is taken, and the most to wait. */
#define SCREENSHOT_DELAY_MS 150
#define SCREENSHOT_LIMIT_MS 5000
/* Frames to wait for one in which nothing is left to paint. */
#define SCREENSHOT_FRAMES 100

/* Copying the current image, at its own size. */

typedef struct
{
  TsView *view;
  TsBatchStats *stats;
  TsRecipe recipe;
  guint64 index;
} Copy;

static void
copy_free (Copy *copy)
{
  g_object_unref (copy->view);
  g_object_unref (copy->stats);
  g_free (copy);
}

static void
copy_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Copy *copy = data;
  TsBatch *batch = ts_view_get_batch (copy->view);
  g_autoptr (GError) error = NULL;
  TsResolved resolved;
  TsImageSize size;

  ts_batch_get_image_size (batch, copy->index, &size);
  gsize stride = (gsize) size.width * 4;
  g_autofree guint8 *pixels = g_try_malloc (MAX (stride * size.height, 1));
  if (pixels == NULL || size.width == 0 || size.height == 0) {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("The image is too large"));
    return;
  }
  g_autoptr (TsOverlay) overlay = NULL;
  if (!ts_overlay_open (copy->view, &copy->recipe, &overlay, &error) ||
      !ts_resolve (&copy->recipe, copy->stats, copy->index, &resolved, cancellable, &error) ||
      !ts_render_with_overlay (batch, overlay, copy->index, NULL, &copy->recipe, &resolved,
                               TS_PIXELS_RGBA8, TS_VALUES_DISPLAY, pixels, stride, NULL,
                               cancellable, &error)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&pixels), stride * size.height);
  GdkTexture *texture = gdk_memory_texture_new ((int) size.width, (int) size.height,
                                                GDK_MEMORY_R8G8B8A8, bytes, stride);
  g_task_return_pointer (task, texture, g_object_unref);
}

static void
copied_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsWindow *self = TS_WINDOW (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = g_task_propagate_pointer (G_TASK (result), &error);

  if (texture == NULL) {
    ts_window_toast (self, error->message);
    return;
  }
  gdk_clipboard_set_texture (gtk_widget_get_clipboard (GTK_WIDGET (self)), texture);
  ts_window_toast (self, _ ("Image copied"));
}

static void
copy_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  TsWindow *self = data;
  Copy *copy = g_new0 (Copy, 1);
  g_autoptr (GTask) task = g_task_new (self, NULL, copied_cb, NULL);

  copy->view = g_object_ref (ts_session_get_view (self->session));
  copy->stats = g_object_ref (ts_session_get_stats (self->session));
  copy->recipe = *ts_session_get_recipe (self->session);
  copy->index = ts_session_get_current (self->session);
  g_task_set_task_data (task, copy, (GDestroyNotify) copy_free);
  g_task_run_in_thread (task, copy_thread);
}

/* A picture of the window, for tests and documentation. */

typedef struct
{
  TsWindow *window;
  char *path;
  gulong handler;
  guint n_frames;
} Screenshot;

static void
screenshot_free (Screenshot *shot)
{
  g_object_unref (shot->window);
  g_free (shot->path);
  g_free (shot);
}

/* What was painted last; %NULL while a part of the window waits to be painted again. */
static GskRenderNode *
dup_painted (TsWindow *self, graphene_rect_t *bounds)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (self));
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  /* its own size, which is not the widget's where the window has a border: nothing is scaled */
  int width = gdk_paintable_get_intrinsic_width (paintable);
  int height = gdk_paintable_get_intrinsic_height (paintable);

  graphene_rect_init (bounds, 0, 0, (float) width, (float) height);
  gdk_paintable_snapshot (paintable, snapshot, width, height);
  return gtk_snapshot_free_to_node (snapshot);
}

static void
painted_cb (GdkFrameClock *clock, gpointer data)
{
  Screenshot *shot = data;
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (shot->window));
  graphene_rect_t bounds;
  g_autoptr (GskRenderNode) node = dup_painted (shot->window, &bounds);

  if (node == NULL && renderer != NULL && shot->n_frames++ < SCREENSHOT_FRAMES) {
    gtk_widget_queue_draw (GTK_WIDGET (shot->window));
    return;
  }
  g_autoptr (GdkTexture) texture = node != NULL && renderer != NULL
                                       ? gsk_renderer_render_texture (renderer, node, &bounds)
                                       : NULL;
  if (texture == NULL || !gdk_texture_save_to_png (texture, shot->path))
    ts_window_toast (shot->window, _ ("The picture could not be written"));
  g_signal_handler_disconnect (clock, shot->handler);
  screenshot_free (shot);
}

static gboolean
screenshot_timeout_cb (gpointer data)
{
  Screenshot *shot = data;
  TsWindow *self = shot->window;

  if (gtk_widget_get_mapped (GTK_WIDGET (self->grid)))
    ts_grid_wait_idle (self->grid, SCREENSHOT_LIMIT_MS);
  if (gtk_widget_get_mapped (GTK_WIDGET (self->image_view)))
    ts_image_view_wait_idle (self->image_view, SCREENSHOT_LIMIT_MS);
  if (gtk_widget_get_mapped (GTK_WIDGET (self->compare_view)))
    ts_compare_view_wait_idle (self->compare_view, SCREENSHOT_LIMIT_MS);
  if (!gtk_widget_get_mapped (GTK_WIDGET (self))) {
    screenshot_free (shot);
    return G_SOURCE_REMOVE;
  }

  shot->handler = g_signal_connect (gtk_widget_get_frame_clock (GTK_WIDGET (self)), "after-paint",
                                    G_CALLBACK (painted_cb), shot);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

static void
screenshot_cb (GSimpleAction *action, GVariant *value, gpointer data)
{
  Screenshot *shot = g_new0 (Screenshot, 1);

  shot->window = g_object_ref (data);
  shot->path = g_variant_dup_string (value, NULL);
  g_timeout_add (SCREENSHOT_DELAY_MS, screenshot_timeout_cb, shot);
}

static const GActionEntry entries[] = {
  { "copy", copy_cb },
  { "screenshot", screenshot_cb, "s" },
};

void
ts_window_add_picture_actions (TsWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}
