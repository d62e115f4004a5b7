/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The frames of an animation, each as a still file of its format. */

#include "config.h"

#include "export/ts-animation-private.h"

#include "base/ts-error.h"
#include "export/ts-ordered.h"

#include <string.h>

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

typedef struct
{
  const TsAnimation *animation;
  TsAnimationTakeFunc take;
  gpointer data;
} Run;

static GBytes *
make_cb (guint64 position, gpointer data, GCancellable *cancellable, GError **error)
{
  const Run *run = data;

  return ts_animation_make_frame (run->animation, position, cancellable, error);
}

static gboolean
take_cb (GBytes *frame, guint64 position, gpointer data, GError **error)
{
  const Run *run = data;

  return run->take (frame, position, run->data, error);
}

gboolean
ts_animation_make_frames (const TsAnimation *self,
                          TsAnimationTakeFunc take,
                          gpointer data,
                          GCancellable *cancellable,
                          GError **error)
{
  Run run = { .animation = self, .take = take, .data = data };
  guint64 n_bytes =
      (guint64) self->width * self->height * 3 * ts_pixel_format_get_size (self->format);

  return ts_ordered_run (self->n_frames, self->options->n_threads, n_bytes, make_cb, take_cb, &run,
                         cancellable, error);
}
