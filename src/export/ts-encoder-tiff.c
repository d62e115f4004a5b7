/* SPDX-License-Identifier: GPL-3.0-or-later */

/* TIFF in memory, one image a file, in this machine's byte order. Floats are deflated without a
 * predictor: readers without extra codecs know no other way. */

#include "config.h"

#include "export/ts-tiff-private.h"
#include "export/ts-tiff-stack.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* What tifffile calls a shaped description; readers believe the shape. */
static char *
make_description (const TsPicture *picture, const char *metadata)
{
  guint n_channels = ts_pixel_format_get_n_channels (picture->format);
  g_autofree char *shape =
      n_channels == 1
          ? g_strdup_printf ("[%u, %u]", picture->height, picture->width)
          : g_strdup_printf ("[%u, %u, %u]", picture->height, picture->width, n_channels);

  return g_strdup_printf ("{\"shape\": %s, \"axes\": \"%s\"%s%s}", shape,
                          n_channels == 1 ? "YX" : "YXS",
                          metadata != NULL ? ", \"tenscope\": " : "",
                          metadata != NULL ? metadata : "");
}

/* What the numbers of a float image span: readers scale the screen by it. */
static void
set_span (TIFF *tiff, const TsPicture *picture)
{
  gsize n_row = picture->width * (gsize) ts_pixel_format_get_n_channels (picture->format);
  float lo = INFINITY, hi = -INFINITY;

  for (guint y = 0; y < picture->height; y++) {
    const float *row = (const float *) (gconstpointer) ts_picture_row (picture, y);

    for (gsize i = 0; i < n_row; i++) {
      if (row[i] < lo && row[i] > -INFINITY)
        lo = row[i];
      if (row[i] > hi && row[i] < INFINITY)
        hi = row[i];
    }
  }
  if (lo <= hi) {
    TIFFSetField (tiff, TIFFTAG_SMINSAMPLEVALUE, (double) lo);
    TIFFSetField (tiff, TIFFTAG_SMAXSAMPLEVALUE, (double) hi);
  }
}

static void
set_codec (TIFF *tiff, const TsPicture *picture, const TsEncodeOptions *options)
{
  static const int zip_levels[] = { 1, 6, 9 }, zstd_levels[] = { 1, 9, 19 };
  gboolean is_float = ts_pixel_format_get_bits (picture->format) == 32;
  int effort = CLAMP (options->compression, 0, 2);

  if (options->codec == TS_CODEC_NONE) {
    TIFFSetField (tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  } else if (options->codec == TS_CODEC_ZSTD) {
    TIFFSetField (tiff, TIFFTAG_COMPRESSION, COMPRESSION_ZSTD);
    TIFFSetField (tiff, TIFFTAG_ZSTD_LEVEL, zstd_levels[effort]);
    /* Who reads the one reads the other. */
    TIFFSetField (tiff, TIFFTAG_PREDICTOR,
                  is_float ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL);
  } else {
    TIFFSetField (tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
    TIFFSetField (tiff, TIFFTAG_ZIPQUALITY, zip_levels[effort]);
    if (!is_float)
      TIFFSetField (tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
  }
}

static void
set_tags (TIFF *tiff,
          const TsPicture *picture,
          const TsEncodeOptions *options,
          const char *description)
{
  guint n_channels = ts_pixel_format_get_n_channels (picture->format);
  guint bits = ts_pixel_format_get_bits (picture->format);
  gsize row_bytes = picture->width * ts_pixel_format_get_size (picture->format);

  TIFFSetField (tiff, TIFFTAG_IMAGEWIDTH, (guint32) picture->width);
  TIFFSetField (tiff, TIFFTAG_IMAGELENGTH, (guint32) picture->height);
  TIFFSetField (tiff, TIFFTAG_SAMPLESPERPIXEL, (int) n_channels);
  TIFFSetField (tiff, TIFFTAG_BITSPERSAMPLE, (int) bits);
  TIFFSetField (tiff, TIFFTAG_SAMPLEFORMAT, bits == 32 ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
  TIFFSetField (tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField (tiff, TIFFTAG_PHOTOMETRIC,
                n_channels == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
  TIFFSetField (tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  if (n_channels == 4) {
    guint16 alpha = EXTRASAMPLE_UNASSALPHA;

    TIFFSetField (tiff, TIFFTAG_EXTRASAMPLES, 1, &alpha);
  }
  if (bits == 32)
    set_span (tiff, picture);
  set_codec (tiff, picture, options);
  /* Strips of about 256 KiB: few calls, and readers may take a part. */
  TIFFSetField (tiff, TIFFTAG_ROWSPERSTRIP,
                (guint32) CLAMP ((256 << 10) / row_bytes, 1, picture->height));
  TIFFSetField (tiff, TIFFTAG_SOFTWARE, TS_SOFTWARE);
  if (description != NULL)
    TIFFSetField (tiff, TIFFTAG_IMAGEDESCRIPTION, description);
}

/* libtiff changes the row it is given (predictor), so each goes through a copy. */
static gboolean
write_rows (TIFF *tiff, const TsPicture *picture)
{
  gsize row_bytes = picture->width * ts_pixel_format_get_size (picture->format);
  g_autofree guint8 *row = g_malloc (row_bytes);

  for (guint y = 0; y < picture->height; y++) {
    memcpy (row, ts_picture_row (picture, y), row_bytes);
    if (TIFFWriteScanline (tiff, row, y, 0) < 0)
      return FALSE;
  }
  return TRUE;
}

gboolean
ts_tiff_write_picture (TIFF *tiff,
                       const TsPicture *picture,
                       const TsEncodeOptions *options,
                       const char *description)
{
  set_tags (tiff, picture, options, description);
  return write_rows (tiff, picture) && TIFFWriteDirectory (tiff) == 1;
}

gboolean
ts_tiff_has_codec (TsCodec codec)
{
  return codec != TS_CODEC_ZSTD ||
         (ts_tiff_library () != NULL && TIFFIsCODECConfigured (COMPRESSION_ZSTD));
}

static GBytes *
encode_tiff (const TsPicture *picture, const TsEncodeOptions *options, GError **error)
{
  TsTiffTarget memory = { .fd = -1 };
  g_autofree char *description = make_description (picture, options->metadata);
  guint64 n_bytes;

  if (picture->width == 0 || picture->height == 0 ||
      !ts_checked_mul ((guint64) picture->width * 16, picture->height, &n_bytes) ||
      n_bytes > G_MAXINT32) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("TIFF cannot hold %u×%u pixels here"), picture->width, picture->height);
    return NULL;
  }

  TIFF *tiff = ts_tiff_open (&memory, FALSE);
  gboolean ok = tiff != NULL;

  if (ok) {
    ok = ts_tiff_write_picture (tiff, picture, options, description);
    TIFFClose (tiff);
  }
  if (!ok) {
    g_free (memory.data);
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "TIFF: %s",
                 memory.message[0] != '\0' ? memory.message : _ ("no memory"));
    return NULL;
  }
  return g_bytes_new_take (memory.data, (gsize) memory.size);
}

/* The directory stands behind the pixels, as libtiff writes it, and behind it what its entries
 * point at. */
static gboolean
is_whole_tiff (const guint8 *data, gsize n_bytes)
{
  static const guint8 type_sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8 };
  const char *magic = G_BYTE_ORDER == G_LITTLE_ENDIAN ? "II*\0" : "MM\0*";
  guint32 offset;
  guint16 n_entries;

  if (n_bytes < 8)
    return FALSE;
  if (memcmp (data, magic, 4) != 0)
    return memcmp (data, "II", 2) == 0 || memcmp (data, "MM", 2) == 0; /* of another program */
  memcpy (&offset, data + 4, 4);
  if (offset < 8 || offset > n_bytes - 2)
    return FALSE;
  memcpy (&n_entries, data + offset, 2);
  if (n_bytes - offset < 2 + 12 * (gsize) n_entries + 4)
    return FALSE;
  for (guint i = 0; i < n_entries; i++) {
    const guint8 *entry = data + offset + 2 + 12 * (gsize) i;
    guint16 type;
    guint32 count, at;
    guint64 size;

    memcpy (&type, entry + 2, 2);
    memcpy (&count, entry + 4, 4);
    memcpy (&at, entry + 8, 4);
    size = type < G_N_ELEMENTS (type_sizes) ? (guint64) type_sizes[type] * count : 0;
    if (size > 4 && (at > n_bytes || size > n_bytes - at))
      return FALSE;
  }
  return TRUE;
}

static char *
dup_tiff_version (void)
{
  if (ts_tiff_library () == NULL)
    return g_strdup ("LIBTIFF is not installed");
  return g_strndup (TIFFGetVersion (), strcspn (TIFFGetVersion (), "\n"));
}

static const char *const tiff_depths[] = { "8", "16", "32f", NULL };

static const char *const tiff_codecs[] = { "none", "deflate", "zstd", NULL };

const TsEncoder ts_encoder_tiff = {
  .id = "tiff",
  .title = "TIFF",
  .suffix = ".tif",
  .depths = tiff_depths,
  .has_alpha = TRUE,
  .has_effort = TRUE,
  .codecs = tiff_codecs,
  .encode = encode_tiff,
  .is_whole = is_whole_tiff,
  .dup_library_version = dup_tiff_version,
};
