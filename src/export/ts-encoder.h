/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-render.h"

G_BEGIN_DECLS

/* What to encode: pixels in native byte order, rows of stride_bytes, straight alpha. With @palette
 * (nullable: 256 times red, green, blue, alpha) the pixels are one byte each, an entry of it. */
typedef struct
{
  guint width, height;
  TsPixelFormat format;
  const guint8 *pixels;
  gsize stride_bytes;
  const guint8 *palette;
} TsPicture;

/* How pixels are packed where a format leaves a choice. */
typedef enum {
  TS_CODEC_AUTO,
  TS_CODEC_NONE,
  TS_CODEC_DEFLATE,
  TS_CODEC_ZSTD, /* with a predictor; TIFF readers without extra codecs do not read it */
} TsCodec;

#define TS_DEFAULT_QUALITY     90
#define TS_DEFAULT_COMPRESSION 1

typedef struct
{
  int quality;          /* 1..100, JPEG and WebP */
  gboolean lossless;    /* WebP */
  int compression;      /* 0 fast, 1 normal, 2 small; see has_effort */
  TsCodec codec;        /* of the encoder's codecs */
  int subsampling;      /* of ts_subsampling_names, JPEG */
  gboolean progressive; /* JPEG */
  gboolean half;        /* 16-bit floats of 32-bit ones, OpenEXR */
  const char *metadata; /* (nullable) ASCII JSON to embed */
} TsEncodeOptions;

/* "fast", "normal", "small", %NULL-terminated. */
extern const char *const ts_compression_names[];
/* "auto", "none", "deflate", "zstd", %NULL-terminated, by TsCodec. */
extern const char *const ts_codec_names[];
/* Pixels that share a colour in JPEG: "420" (2x2, the default), "422" (2x1), "444" (none),
 * %NULL-terminated. */
extern const char *const ts_subsampling_names[];

/**
 * TsEncoder:
 * @id: "png"
 * @title: "PNG"
 * @suffix: ".png"
 * @depths: %NULL-terminated list of "8", "16", "16f", "32f" it can hold; the first is what it is
 * best at
 * @has_alpha, @has_quality: for option checks and dialogs
 * @has_effort: whether to be fast or small can be chosen
 * @codecs: (nullable) %NULL-terminated names of the codecs to choose from
 * @max_side: most pixels of a side; 0 is as many as there are
 * @encode: to bytes in memory; thread-safe. %NULL for formats that hold all images in one file
 * @is_whole: whether bytes that begin as such a file go on to its end; decodes nothing
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
  gboolean has_effort;
  const char *const *codecs;
  guint max_side;
  GBytes *(*encode) (const TsPicture *picture, const TsEncodeOptions *options, GError **error);
  gboolean (*is_whole) (const guint8 *data, gsize n_bytes);
  char *(*dup_library_version) (void);
} TsEncoder;

/* All encoders built in, %NULL-terminated. */
extern const TsEncoder *const ts_encoders[];
const TsEncoder *ts_encoder_find (const char *id);

/* Formats that hold all images of an export in one file, %NULL-terminated: NumPy's. */
extern const TsEncoder *const ts_array_formats[];
/* Depths as files and the command line spell them: "8", "16", "16f" (half), "32f". @depth is 8, 16
 * or 32, the bits of what is rendered. */
const char *ts_depth_to_string (guint depth, gboolean half);
gboolean ts_depth_from_string (const char *text, guint *depth, gboolean *half);

/* Any format an export can have. */
const TsEncoder *ts_export_format_find (const char *id);

G_END_DECLS
