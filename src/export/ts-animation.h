/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-encoder.h"
#include "export/ts-output-dir.h"
#include "view/ts-view.h"

G_BEGIN_DECLS

typedef enum {
  TS_ANIMATION_APNG,
  TS_ANIMATION_WEBP, /* where libwebp is there, see ts_animation_has_format() */
} TsAnimationFormat;

/* "apng", "webp", %NULL-terminated. */
extern const char *const ts_animation_format_names[];

typedef enum {
  TS_ANIMATION_FORWARD,
  TS_ANIMATION_REVERSE,
  TS_ANIMATION_PING_PONG, /* there and back, the ends once */
} TsAnimationOrder;

/* "forward", "reverse", "ping-pong", %NULL-terminated. */
extern const char *const ts_animation_order_names[];

/**
 * TsAnimationOptions:
 * @rate: images a second, as a fraction of two numbers of 1 to 65535
 * @n_loops: how often it is played; 0 is for ever
 * @scale: pixels for one of an image, nearest
 * @depth: 8, or 16 for APNG
 * @quality: 1 to 100, of a WebP with losses; 0 is lossless
 * @compression: 0 fast, 1 normal, 2 small
 * @n_threads: 0 is one a core
 *
 * Images one after the other in time. A plain value, set by ts_animation_options_init().
 */
typedef struct
{
  TsAnimationFormat format;
  guint rate[2];
  guint n_loops;
  guint scale;
  TsAnimationOrder order;
  guint depth;
  int quality;
  int compression;
  guint n_threads;
} TsAnimationOptions;

void ts_animation_options_init (TsAnimationOptions *self);

gboolean ts_animation_has_format (TsAnimationFormat format);

/* "12", "12.5" or "30000/1001". %TS_ERROR_INVALID. */
gboolean ts_animation_parse_rate (const char *text, guint rate[2], GError **error);

/* How many frames @n images make in that order, and which of them stands at @position. */
guint64 ts_animation_count (TsAnimationOrder order, guint64 n);
guint64 ts_animation_get_position (TsAnimationOrder order, guint64 n, guint64 position);

/* From the thread that writes, after each frame. */
typedef void (*TsAnimationProgressFunc) (guint64 n_done, guint64 n_total, gpointer data);

/**
 * ts_animation_write:
 * @indices: (nullable): images in their order; %NULL is all
 * @staged: the temporary name in @folder, to be committed or discarded; %NULL after an error, when
 * nothing is left there
 * @n_bytes: (nullable): how large the file is
 * @progress: (nullable)
 *
 * Makes frames on all cores and writes them as they come: memory does not grow with their number.
 * Each frame is the picture that an export of the image would be, magnified. %TS_ERROR_INVALID for
 * what cannot be made, with the reason: images of several sizes, a depth the format lacks. Blocks;
 * cancellable.
 */
gboolean ts_animation_write (TsView *view,
                             TsBatchStats *stats,
                             const TsRecipe *recipe,
                             const TsAnimationOptions *options,
                             const guint64 *indices,
                             gsize n_indices,
                             TsOutputDir *folder,
                             char **staged,
                             guint64 *n_bytes,
                             TsAnimationProgressFunc progress,
                             gpointer data,
                             GCancellable *cancellable,
                             GError **error);

G_END_DECLS
