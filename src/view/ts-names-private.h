/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the name of an array says it holds. */
typedef enum {
  TS_NAME_NONE,
  TS_NAME_IMAGE,     /* "images", "fake_b", "recon" */
  TS_NAME_MAP,       /* one value a pixel: "masks", "depth", "target" */
  TS_NAME_LATENT,    /* "latents", "z", "w_plus", "noise", "embeddings" */
  TS_NAME_FEATURE,   /* "features", "logits" */
  TS_NAME_PARAMETER, /* "weight", "bias", "running_mean" */
  TS_NAME_LABEL,     /* "labels", "y", "class"; a map too when it has the shape of one */
  TS_NAME_SEED,
  TS_NAME_SCORE, /* "fid", "loss", "clip_score" */
} TsNameKind;

/* By the words of the last key of @path that says anything, its last word first; words of one or
 * two letters must match whole. */
TsNameKind ts_name_classify (const char *path);

/* A name that only counts: "arr_1", "3", "data_0", "". */
gboolean ts_name_is_positional (const char *path);

G_END_DECLS
