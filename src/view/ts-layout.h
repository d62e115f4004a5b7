/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-document.h"

G_BEGIN_DECLS

/**
 * TsLayout:
 *
 * What each axis means, one letter an axis: H height, W width, C channel (at most one), N image,
 * T frame, K slice or map (N, T, K count images, in the order they stand: the last varies fastest).
 * Without H and W it is numbers, not images: N with D features, L tokens. Text form as in the
 * field: "NCHW", "NHW", "HWCN". A plain value.
 */
typedef struct
{
  guint n_dims;
  char roles[TS_MAX_DIMS + 1];
} TsLayout;

/* From text of exactly @n_dims letters; an "N" in front may stand for several leading axes.
 * %TS_ERROR_INVALID says what is wrong and names the rank. */
gboolean ts_layout_parse (TsLayout *self, const char *text, guint n_dims, GError **error);

/* The axis with that role, or -1. */
int ts_layout_find (const TsLayout *self, char role);

gboolean ts_layout_is_image (const TsLayout *self);

/* What the guess knows beside shape and dtype. */
typedef struct
{
  TsOrigin origin;
  const char *path;      /* (nullable) of the node: names count */
  const gint64 *strides; /* (nullable) in elements */
  TsTensor *tensor;      /* (nullable) with data: lets the guess look at a few pixels */
} TsLayoutHints;

typedef struct
{
  TsLayout layout;
  double score;
} TsLayoutCandidate;

typedef enum {
  TS_CONFIDENCE_SURE,   /* lead >= 15 */
  TS_CONFIDENCE_LIKELY, /* lead 6..14 */
  TS_CONFIDENCE_ASK,    /* lead < 6 */
  TS_CONFIDENCE_NONE,   /* below 40 points: no images */
} TsConfidence;

const char *ts_confidence_to_string (TsConfidence confidence); /* "sure", "likely", "ask", "none" */

/* What the channels of the best candidate are. */
typedef enum {
  TS_COLOR_NONE, /* no channel axis */
  TS_COLOR_GRAY, /* one channel */
  TS_COLOR_RGB,
  TS_COLOR_RGBA, /* four, and the values may be colours: offer it */
  TS_COLOR_MAPS, /* any other number: gray maps that have nothing to do with colours */
} TsColorKind;

/**
 * TsLayoutGuess:
 * @candidates: best first; empty for rank 0 and 1
 * @n_candidates: how many
 * @confidence: of the best one; %TS_CONFIDENCE_NONE when it is not an image
 * @color: of the best one
 * @smoothness: correlation of neighbouring pixels as the best one sees them; NaN when nobody looked
 * @reshape: (nullable): rows of pixels that may be flattened images, as a text for ts_view_new() to
 *   offer: "NHW:28x28", "NCHW:3x32x32"
 * @reason: in words: "NCHW: 3 is a channel count, 64×64 is square"
 */
typedef struct
{
  TsLayoutCandidate candidates[8];
  guint n_candidates;
  TsConfidence confidence;
  TsColorKind color;
  double smoothness;
  char *reshape;
  char *reason;
} TsLayoutGuess;

/* Deterministic scoring by shape, dtype, names and origin. With a tensor in @hints it blocks: when
 * that can change the answer, a few thousand elements are read. What cannot be read does not count.
 */
TsLayoutGuess *ts_layout_guess (const TsShape *shape,
                                TsDtype dtype,
                                const TsLayoutHints *hints) G_GNUC_WARN_UNUSED_RESULT;
void ts_layout_guess_free (TsLayoutGuess *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsLayoutGuess, ts_layout_guess_free)

G_END_DECLS
