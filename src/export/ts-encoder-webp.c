/* SPDX-License-Identifier: GPL-3.0-or-later */

/* WebP: the library makes the bit stream; the container around it, with the metadata as EXIF, is
 * put together here. */

#include "config.h"

#include "export/ts-encoder-private.h"

#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <webp/encode.h>

#define RIFF_HEADER_BYTES 12
#define VP8X_FLAG_EXIF    0x08
#define VP8X_FLAG_ALPHA   0x10

static void
append_chunk (GByteArray *out, const char *name, const guint8 *data, gsize n_bytes)
{
  guint32 size = GUINT32_TO_LE ((guint32) n_bytes);

  g_byte_array_append (out, (const guint8 *) name, 4);
  g_byte_array_append (out, (const guint8 *) &size, 4);
  g_byte_array_append (out, data, (guint) n_bytes);
  if (n_bytes & 1)
    g_byte_array_append (out, (const guint8 *) "", 1);
}

/* The simple file that the library wrote, turned into an extended one with an EXIF chunk. */
static GBytes *
add_metadata (const WebPMemoryWriter *simple, const TsPicture *picture, const char *metadata)
{
  g_autoptr (GBytes) exif = metadata != NULL ? ts_exif_new (TS_SOFTWARE, metadata) : NULL;
  gboolean alpha = ts_pixel_format_get_n_channels (picture->format) == 4;
  guint w = picture->width - 1, h = picture->height - 1;

  if (exif == NULL || simple->size <= RIFF_HEADER_BYTES)
    return g_bytes_new (simple->mem, simple->size);

  guint8 extended[10] = { VP8X_FLAG_EXIF | (alpha ? VP8X_FLAG_ALPHA : 0),
                          0,
                          0,
                          0,
                          w & 0xff,
                          w >> 8 & 0xff,
                          w >> 16 & 0xff,
                          h & 0xff,
                          h >> 8 & 0xff,
                          h >> 16 & 0xff };
  GByteArray *out = g_byte_array_new ();
  const guint8 *chunks = simple->mem + RIFF_HEADER_BYTES;
  gsize n_chunks = simple->size - RIFF_HEADER_BYTES;

  g_byte_array_append (out, simple->mem, RIFF_HEADER_BYTES);
  append_chunk (out, "VP8X", extended, sizeof extended);
  if (n_chunks > 18 && memcmp (chunks, "VP8X", 4) == 0) {
    chunks += 18;
    n_chunks -= 18;
  }
  g_byte_array_append (out, chunks, (guint) n_chunks);
  append_chunk (out, "EXIF", g_bytes_get_data (exif, NULL), g_bytes_get_size (exif));

  guint32 riff_size = GUINT32_TO_LE (out->len - 8);

  memcpy (out->data + 4, &riff_size, 4);
  return g_byte_array_free_to_bytes (out);
}

static gboolean
import_picture (WebPPicture *webp, const TsPicture *picture)
{
  guint n_channels = ts_pixel_format_get_n_channels (picture->format);
  int stride = (int) picture->stride_bytes;

  if (n_channels == 4)
    return WebPPictureImportRGBA (webp, picture->pixels, stride) != 0;
  if (n_channels == 3)
    return WebPPictureImportRGB (webp, picture->pixels, stride) != 0;

  g_autofree guint8 *rgb = g_malloc ((gsize) picture->width * picture->height * 3);
  guint8 *out = rgb;

  for (guint y = 0; y < picture->height; y++) {
    const guint8 *row = ts_picture_row (picture, y);

    for (guint x = 0; x < picture->width; x++, out += 3)
      out[0] = out[1] = out[2] = row[x];
  }
  return WebPPictureImportRGB (webp, rgb, (int) picture->width * 3) != 0;
}

static GBytes *
encode_webp (const TsPicture *picture, const TsEncodeOptions *options, GError **error)
{
  WebPConfig config;
  WebPPicture webp;

  if (ts_pixel_format_get_bits (picture->format) != 8) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, _ ("WebP holds 8 bits a channel"));
    return NULL;
  }
  if (picture->width == 0 || picture->height == 0 || picture->width > WEBP_MAX_DIMENSION ||
      picture->height > WEBP_MAX_DIMENSION) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("WebP holds at most %d pixels a side, not %u×%u"), WEBP_MAX_DIMENSION,
                    picture->width, picture->height);
    return NULL;
  }
  if (!WebPConfigPreset (&config, WEBP_PRESET_DEFAULT, (float) CLAMP (options->quality, 1, 100)) ||
      !WebPPictureInit (&webp)) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, _ ("WebP: the library has another version"));
    return NULL;
  }
  if (options->lossless) {
    static const int levels[] = { 1, 4, 9 };

    WebPConfigLosslessPreset (&config, levels[CLAMP (options->compression, 0, 2)]);
    config.exact = 1;
  } else {
    static const int methods[] = { 2, 4, 6 };

    config.method = methods[CLAMP (options->compression, 0, 2)];
  }

  WebPMemoryWriter memory;

  WebPMemoryWriterInit (&memory);
  webp.use_argb = options->lossless;
  webp.width = (int) picture->width;
  webp.height = (int) picture->height;
  webp.writer = WebPMemoryWrite;
  webp.custom_ptr = &memory;

  gboolean ok = import_picture (&webp, picture) && WebPEncode (&config, &webp);
  GBytes *bytes = NULL;

  if (ok)
    bytes = add_metadata (&memory, picture, options->metadata);
  else
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED,
                 _ ("WebP: the library failed (code %d)"), (int) webp.error_code);
  WebPPictureFree (&webp);
  WebPMemoryWriterClear (&memory);
  return bytes;
}

static gboolean
is_whole_webp (const guint8 *data, gsize n_bytes)
{
  guint32 size;

  if (n_bytes < RIFF_HEADER_BYTES || memcmp (data, "RIFF", 4) != 0 ||
      memcmp (data + 8, "WEBP", 4) != 0)
    return FALSE;
  memcpy (&size, data + 4, 4);
  return GUINT32_FROM_LE (size) <= n_bytes - 8;
}

static char *
dup_webp_version (void)
{
  return g_strdup_printf ("libwebp %d.%d.%d", WebPGetEncoderVersion () >> 16,
                          WebPGetEncoderVersion () >> 8 & 0xff, WebPGetEncoderVersion () & 0xff);
}

static const char *const webp_depths[] = { "8", NULL };

const TsEncoder ts_encoder_webp = {
  .id = "webp",
  .title = "WebP",
  .suffix = ".webp",
  .depths = webp_depths,
  .has_alpha = TRUE,
  .has_quality = TRUE,
  .has_effort = TRUE,
  .max_side = 16383,
  .encode = encode_webp,
  .is_whole = is_whole_webp,
  .dup_library_version = dup_webp_version,
};
