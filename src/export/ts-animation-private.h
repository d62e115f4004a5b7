/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-animation.h"
#include "pixels/ts-overlay.h"

G_BEGIN_DECLS

/* What is the same for all frames, checked before anything is written. */
typedef struct
{
  TsView *view; /* borrowed, as the next */
  const TsRecipe *recipe;
  TsBatchStats *stats; /* owned, as the next */
  TsOverlay *overlay;  /* (nullable) of the recipe */
  const TsAnimationOptions *options;
  const TsEncoder *encoder;
  const guint64 *indices; /* (nullable) */
  guint64 n_images;       /* chosen */
  guint64 n_frames;
  TsImageSize size;    /* of an image */
  guint width, height; /* of a frame */
  TsPixelFormat format;
  char *metadata;
} TsAnimation;

/* One whole file with frame @position alone, as its encoder makes it; the first with the metadata.
 * Thread-safe. */
GBytes *ts_animation_make_frame (const TsAnimation *self,
                                 guint64 position,
                                 GCancellable *cancellable,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes all frames in their order on several threads, few of them ahead of what @take has taken. */
typedef gboolean (*TsAnimationTakeFunc) (GBytes *frame,
                                         guint64 position,
                                         gpointer data,
                                         GError **error);
gboolean ts_animation_make_frames (const TsAnimation *self,
                                   TsAnimationTakeFunc take,
                                   gpointer data,
                                   GCancellable *cancellable,
                                   GError **error);

/**
 * TsAnimationWriter:
 * @n_bytes: written so far
 *
 * Puts the insides of still files together.
 */
typedef struct
{
  const TsAnimation *animation;
  GOutputStream *stream;
  GCancellable *cancellable;
  guint64 n_bytes;
  guint32 sequence; /* of APNG: chunks are counted */
  guint8 header[13];
} TsAnimationWriter;

gboolean
ts_animation_put (TsAnimationWriter *self, const void *data, gsize n_bytes, GError **error);

gboolean
ts_animation_add_apng (TsAnimationWriter *self, GBytes *frame, guint64 position, GError **error);
gboolean ts_animation_finish_apng (TsAnimationWriter *self, GError **error);

gboolean
ts_animation_add_webp (TsAnimationWriter *self, GBytes *frame, guint64 position, GError **error);
/* Then the size at byte 4 of the file is to be patched with *@riff_size. */
gboolean ts_animation_finish_webp (TsAnimationWriter *self, guint32 *riff_size, GError **error);

G_END_DECLS
