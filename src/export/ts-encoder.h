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
  int subsampling;      /* of ts_subsampling_names, JPEG */
  const char *metadata; /* (nullable) ASCII JSON to embed */
} TsEncodeOptions;

/* "fast", "normal", "small", %NULL-terminated. */
extern const char *const ts_compression_names[];
/* Pixels that share a colour in JPEG: "420" (2x2, the default), "422" (2x1), "444" (none),
 * %NULL-terminated. */
extern const char *const ts_subsampling_names[];

/**
 * TsEncoder:
 * @id: "png"
 * @title: "PNG"
 * @suffix: ".png"
 * @depths: %NULL-terminated list of "8", "16", "32f" it can hold
 * @has_alpha, @has_quality: for option checks and dialogs
 * @max_side: most pixels of a side; 0 is as many as there are
 * @encode: to bytes in memory; thread-safe. %NULL for formats that hold all images in one file
 * @dup_library_version: "libpng 1.6.39"
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
  guint max_side;
  GBytes *(*encode) (const TsPicture *picture, const TsEncodeOptions *options, GError **error);
  char *(*dup_library_version) (void);
} TsEncoder;

/* All encoders built in, %NULL-terminated. */
extern const TsEncoder *const ts_encoders[];
const TsEncoder *ts_encoder_find (const char *id);

/* Formats that hold all images of an export in one file, %NULL-terminated: NumPy's. */
extern const TsEncoder *const ts_array_formats[];
/* Any format an export can have. */
const TsEncoder *ts_export_format_find (const char *id);

G_END_DECLS
