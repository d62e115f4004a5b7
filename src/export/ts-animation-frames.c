/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Frames are made on several threads and taken in their order on one; how far the threads may be
 * ahead is bounded, and with it the memory. */

#include "config.h"

#include "export/ts-animation-private.h"

#include "base/ts-error.h"

#include <string.h>

#define MAX_THREADS 64

typedef struct
{
  const TsAnimation *animation;
  GCancellable *cancellable;
  GMutex mutex; /* for all below */
  GCond changed;
  GBytes **ring;
  guint n_ring;
  guint64 next;  /* frame to begin */
  guint64 taken; /* frames taken */
  gboolean stopped;
  GError *error;
} Run;

static void
magnify (const TsAnimation *self, const guint8 *pixels, guint8 *out)
{
  gsize bpp = ts_pixel_format_get_size (self->format), stride = self->width * bpp;
  guint scale = self->options->scale;

  for (guint y = 0; y < self->size.height; y++) {
    guint8 *row = out + (gsize) y * scale * stride;

    for (guint x = 0; x < self->width; x++)
      memcpy (row + x * bpp, pixels + ((gsize) y * self->size.width + x / scale) * bpp, bpp);
    for (guint k = 1; k < scale; k++)
      memcpy (row + k * stride, row, stride);
  }
}

static guint8 *
render (const TsAnimation *self, guint64 index, GCancellable *cancellable, GError **error)
{
  gsize bpp = ts_pixel_format_get_size (self->format);
  g_autofree guint8 *pixels = g_try_malloc (self->size.width * bpp * self->size.height);
  guint8 *magnified = NULL;
  TsResolved resolved;

  if (pixels != NULL &&
      (!ts_resolve (self->recipe, self->stats, index, &resolved, cancellable, error) ||
       !ts_render_with_overlay (ts_view_get_batch (self->view), self->overlay, index, NULL,
                                self->recipe, &resolved, self->format, TS_VALUES_DISPLAY, pixels,
                                self->size.width * bpp, NULL, cancellable, error)))
    return NULL;
  if (pixels != NULL && self->options->scale == 1)
    return g_steal_pointer (&pixels);
  if (pixels != NULL)
    magnified = g_try_malloc (self->width * bpp * self->height);
  if (magnified == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for a frame");
    return NULL;
  }
  magnify (self, pixels, magnified);
  return magnified;
}

GBytes *
ts_animation_make_frame (const TsAnimation *self,
                         guint64 position,
                         GCancellable *cancellable,
                         GError **error)
{
  const TsAnimationOptions *options = self->options;
  guint64 at = ts_animation_get_position (options->order, self->n_images, position);
  guint64 index = self->indices != NULL ? self->indices[at] : at;
  g_autofree guint8 *pixels = render (self, index, cancellable, error);
  TsPicture picture = { self->width, self->height, self->format, pixels,
                        self->width * ts_pixel_format_get_size (self->format) };
  TsEncodeOptions encode = { .quality = options->quality > 0 ? options->quality : 90,
                             .lossless = options->quality == 0,
                             .compression = options->compression,
                             .metadata = position == 0 && options->format == TS_ANIMATION_APNG
                                             ? self->metadata
                                             : NULL };
  GBytes *bytes = pixels != NULL ? self->encoder->encode (&picture, &encode, error) : NULL;

  if (bytes == NULL)
    g_prefix_error (error, "image %" G_GUINT64_FORMAT ": ", index);
  return bytes;
}

/* Waits for a frame to begin; %FALSE when there is none any more. */
static gboolean
claim (Run *run, guint64 *position)
{
  gboolean ok;

  g_mutex_lock (&run->mutex);
  while (!run->stopped && run->next < run->animation->n_frames &&
         run->next >= run->taken + run->n_ring)
    g_cond_wait (&run->changed, &run->mutex);
  ok = !run->stopped && run->next < run->animation->n_frames;
  if (ok)
    *position = run->next++;
  g_mutex_unlock (&run->mutex);
  return ok;
}

static gpointer
make_thread (gpointer data)
{
  Run *run = data;
  guint64 position;

  while (claim (run, &position)) {
    g_autoptr (GError) error = NULL;
    GBytes *frame = ts_animation_make_frame (run->animation, position, run->cancellable, &error);

    g_mutex_lock (&run->mutex);
    run->ring[position % run->n_ring] = frame;
    if (frame == NULL) {
      run->stopped = TRUE;
      if (run->error == NULL)
        run->error = g_steal_pointer (&error);
    }
    g_cond_broadcast (&run->changed);
    g_mutex_unlock (&run->mutex);
  }
  return NULL;
}

/* %NULL when frames can no longer be made. */
static GBytes *
wait_for_frame (Run *run, guint64 position)
{
  GBytes **slot = &run->ring[position % run->n_ring], *frame;

  g_mutex_lock (&run->mutex);
  while (*slot == NULL && !run->stopped)
    g_cond_wait (&run->changed, &run->mutex);
  frame = run->stopped ? NULL : g_steal_pointer (slot);
  if (frame != NULL) {
    run->taken = position + 1;
    g_cond_broadcast (&run->changed);
  }
  g_mutex_unlock (&run->mutex);
  return frame;
}

gboolean
ts_animation_make_frames (const TsAnimation *self,
                          TsAnimationTakeFunc take,
                          gpointer data,
                          GCancellable *cancellable,
                          GError **error)
{
  guint n_threads =
      self->options->n_threads > 0 ? self->options->n_threads : g_get_num_processors ();
  GThread *threads[MAX_THREADS];
  Run run = { .animation = self, .cancellable = cancellable };
  gboolean ok = TRUE;

  n_threads = (guint) MIN (MIN (n_threads, MAX_THREADS), self->n_frames);
  run.n_ring = 2 * n_threads;
  run.ring = g_new0 (GBytes *, run.n_ring);
  g_mutex_init (&run.mutex);
  g_cond_init (&run.changed);
  for (guint i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("animation", make_thread, &run);
  for (guint64 position = 0; ok && position < self->n_frames; position++) {
    g_autoptr (GBytes) frame = wait_for_frame (&run, position);

    ok = frame != NULL && !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         take (frame, position, data, error);
  }
  g_mutex_lock (&run.mutex);
  run.stopped = TRUE;
  g_cond_broadcast (&run.changed);
  g_mutex_unlock (&run.mutex);
  for (guint i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < run.n_ring; i++)
    g_clear_pointer (&run.ring[i], g_bytes_unref);
  g_free (run.ring);
  g_mutex_clear (&run.mutex);
  g_cond_clear (&run.changed);
  if (run.error != NULL && !ok && (error == NULL || *error == NULL))
    g_propagate_error (error, g_steal_pointer (&run.error));
  g_clear_error (&run.error);
  return ok;
}
