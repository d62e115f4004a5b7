/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-render.h"

G_BEGIN_DECLS

/* What to encode: pixels in native byte order, rows of stride_bytes, straight alpha. */
typedef struct
{
  guint width, height;
  TsPixelFormat format;
  const guint8 *pixels;
  gsize stride_bytes;
} TsPicture;

typedef struct
{
  int quality;          /* 1..100, JPEG and WebP */
  gboolean lossless;    /* WebP */
  int compression;      /* 0 fast, 1 normal, 2 small; PNG and TIFF */
  const char *metadata; /* (nullable) ASCII JSON to embed */
} TsEncodeOptions;

/**
 * TsEncoder:
 * @id: "png"
 * @title: "PNG"
 * @suffix: ".png"
 * @depths: %NULL-terminated list of "8", "16", "32f" it can hold
 * @has_alpha, @has_quality: for option checks and dialogs
 * @encode: to bytes in memory; thread-safe
 *
 * One const entry a format, one file an entry.
 */
typedef struct
{
  const char *id;
  const char *title;
  const char *suffix;
  const char *const *depths;
  gboolean has_alpha;
  gboolean has_quality;
  GBytes *(*encode) (const TsPicture *picture, const TsEncodeOptions *options, GError **error);
} TsEncoder;

/* All encoders built in, %NULL-terminated. */
extern const TsEncoder *const ts_encoders[];
const TsEncoder *ts_encoder_find (const char *id);

G_END_DECLS
