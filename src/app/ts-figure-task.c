/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-figure-task.h"

#include "base/ts-error.h"
#include "pixels/ts-overlay.h"

#include <glib/gi18n.h>

TsFigureTask *
ts_figure_task_new (TsView *view,
                    TsBatchStats *stats,
                    const TsRecipe *recipe,
                    guint64 *indices,
                    gsize n_indices)
{
  TsFigureTask *self = g_new0 (TsFigureTask, 1);

  self->view = g_object_ref (view);
  self->stats = g_object_ref (stats);
  self->recipe = *recipe;
  self->recipe.zebra = FALSE; /* stripes are for the screen */
  self->indices = indices;
  self->n_indices = n_indices;
  return self;
}

void
ts_figure_task_free (TsFigureTask *self)
{
  g_clear_object (&self->view);
  g_clear_object (&self->stats);
  g_clear_pointer (&self->figure, ts_figure_options_free);
  g_free (self->indices);
  g_free (self);
}

static GdkTexture *
preview_figure (const TsFigureTask *self,
                guint max_width,
                guint max_height,
                GArray **panels,
                char **size,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (TsFigurePreview) preview =
                 ts_figure_preview (self->view, self->stats, &self->recipe, self->figure,
                                    self->format, self->indices, self->n_indices, max_width,
                                    max_height, cancellable, error);
  double mm = 25.4 / self->figure->dpi;

  if (preview == NULL)
    return NULL;
  *panels = g_array_ref (preview->panels);
  if (self->format == TS_FIGURE_PNG)
    *size =
        g_strdup_printf (_ ("%.1f × %.1f mm · %.0f × %.0f pixels"), preview->page_width * mm,
                            preview->page_height * mm, preview->page_width, preview->page_height);
  else
    *size =
        g_strdup_printf (_ ("%.1f × %.1f mm"), preview->page_width * mm, preview->page_height * mm);

  gsize n_bytes = (gsize) preview->width * preview->height * 3;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&preview->pixels), n_bytes);

  return gdk_memory_texture_new ((int) preview->width, (int) preview->height, GDK_MEMORY_R8G8B8,
                                 bytes, (gsize) preview->width * 3);
}

/* Frame @position as large as it is shown: by a whole factor where it is small. */
static GdkTexture *
preview_frame (const TsFigureTask *self,
               guint max_width,
               guint max_height,
               guint64 position,
               GCancellable *cancellable,
               GError **error)
{
  TsBatch *batch = ts_view_get_batch (self->view);
  guint64 n = self->indices != NULL ? self->n_indices : ts_batch_get_n_images (batch);
  guint64 n_frames = ts_animation_count (self->animation.order, n);
  g_autoptr (TsOverlay) overlay = NULL;
  TsResolved resolved;
  TsImageSize size;

  if (n_frames == 0) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_INVALID, _ ("No image is selected"));
    return NULL;
  }
  guint64 at = ts_animation_get_position (self->animation.order, n, position % n_frames);
  guint64 index = self->indices != NULL ? self->indices[at] : at;

  ts_batch_get_image_size (batch, index, &size);
  guint scale =
      CLAMP (MIN (max_width / size.width, max_height / size.height), 1, self->animation.scale);
  gsize stride = (gsize) size.width * 4;
  g_autofree guint8 *pixels = g_malloc (stride * size.height);

  if (!ts_overlay_open (self->view, &self->recipe, &overlay, error) ||
      !ts_resolve (&self->recipe, self->stats, index, &resolved, cancellable, error) ||
      !ts_render_with_overlay (batch, overlay, index, NULL, &self->recipe, &resolved,
                               TS_PIXELS_RGBA8, TS_VALUES_DISPLAY, pixels, stride, NULL,
                               cancellable, error))
    return NULL;

  guint8 *magnified = g_malloc (stride * scale * size.height * scale);
  ts_pixels_magnify_rgba8 (pixels, stride, size.width, size.height, scale, magnified,
                           stride * scale);
  g_autoptr (GBytes) bytes = g_bytes_new_take (magnified, stride * scale * size.height * scale);

  return gdk_memory_texture_new ((int) (size.width * scale), (int) (size.height * scale),
                                 GDK_MEMORY_R8G8B8A8, bytes, stride * scale);
}

GdkTexture *
ts_figure_task_preview (const TsFigureTask *self,
                        guint max_width,
                        guint max_height,
                        guint64 position,
                        GArray **panels,
                        char **size,
                        GCancellable *cancellable,
                        GError **error)
{
  TsBatch *batch = ts_view_get_batch (self->view);
  guint64 n = self->indices != NULL ? self->n_indices : ts_batch_get_n_images (batch);
  guint64 n_frames = ts_animation_count (self->animation.order, n);

  *panels = NULL;
  *size = NULL;
  if (self->figure != NULL)
    return preview_figure (self, max_width, max_height, panels, size, cancellable, error);
  *size = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%lu frame, %.1f s", "%lu frames, %.1f s",
                                        (gulong) n_frames),
                           (gulong) n_frames,
                           (double) n_frames * self->animation.rate[1] / self->animation.rate[0]);
  return preview_frame (self, max_width, max_height, position, cancellable, error);
}

static gboolean
write_animation (const TsFigureTask *self,
                 TsOutputDir *dir,
                 const char *name,
                 TsAnimationProgressFunc progress,
                 gpointer data,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autofree char *staged = NULL;

  if (!ts_animation_write (self->view, self->stats, &self->recipe, &self->animation, self->indices,
                           self->n_indices, dir, &staged, NULL, progress, data, cancellable, error))
    return FALSE;
  if (ts_output_dir_commit (dir, staged, name, TRUE, error))
    return TRUE;
  ts_output_dir_discard (dir, staged);
  return FALSE;
}

gboolean
ts_figure_task_write (const TsFigureTask *self,
                      GFile *file,
                      TsAnimationProgressFunc progress,
                      gpointer data,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (GFile) parent = g_file_get_parent (file);
  g_autofree char *folder = parent != NULL ? g_file_get_path (parent) : NULL;
  g_autofree char *name = g_file_get_basename (file);
  g_autoptr (TsOutputDir) dir = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (folder == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                         _ ("A folder on this machine is needed"));
    return FALSE;
  }
  dir = ts_output_dir_new (folder, error);
  if (dir == NULL)
    return FALSE;
  if (self->figure == NULL)
    return write_animation (self, dir, name, progress, data, cancellable, error);
  bytes = ts_figure_render (self->view, self->stats, &self->recipe, self->figure, self->format,
                            self->indices, self->n_indices, cancellable, error);
  return bytes != NULL && ts_output_dir_write (dir, name, g_bytes_get_data (bytes, NULL),
                                               g_bytes_get_size (bytes), TRUE, error);
}
