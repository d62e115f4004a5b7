/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/ts-error.h"
#include "decode.h"
#include "export/ts-encoder.h"

#include <string.h>

#ifdef HAVE_WEBP
#include <webp/decode.h>
#endif

#define METADATA "{\"schema\":\"tenscope-sidecar\",\"key\":\"images\"}"

/* Smooth enough for JPEG, with noise in the low bits so that no filter has it easy. */
static guint8 *
make_pixels (guint width, guint height, TsPixelFormat format, gsize stride)
{
  guint n_channels = ts_pixel_format_get_n_channels (format);
  guint bits = ts_pixel_format_get_bits (format);
  guint8 *pixels = g_malloc0 (stride * height);
  guint32 state = 7;

  for (guint y = 0; y < height; y++) {
    for (guint i = 0; i < width * n_channels; i++) {
      double value = (double) (i / n_channels + 2 * y + 30 * (i % n_channels)) / 200;
      guint8 *row = pixels + stride * y;

      state = state * 1664525 + 1013904223;
      if (bits == 8)
        row[i] = (guint8) (value * 200 + (state >> 30));
      if (bits == 16)
        ((guint16 *) (gpointer) row)[i] = (guint16) (value * 50000 + (state >> 24));
      if (bits == 32)
        ((float *) (gpointer) row)[i] = (float) (value - 0.5 + state * 1e-12);
    }
  }
  return pixels;
}

static void
assert_same_pixels (const Decoded *decoded, const TsPicture *picture)
{
  gsize row_bytes = picture->width * ts_pixel_format_get_size (picture->format);

  g_assert_cmpuint (decoded->width, ==, picture->width);
  g_assert_cmpuint (decoded->height, ==, picture->height);
  g_assert_cmpuint (decoded->n_channels, ==, ts_pixel_format_get_n_channels (picture->format));
  g_assert_cmpuint (decoded->bits, ==, ts_pixel_format_get_bits (picture->format));
  for (guint y = 0; y < picture->height; y++)
    g_assert_cmpmem (decoded->pixels + row_bytes * y, row_bytes,
                     picture->pixels + picture->stride_bytes * y, row_bytes);
}

static GBytes *
encode (const TsEncoder *encoder, const TsPicture *picture, const TsEncodeOptions *options)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = encoder->encode (picture, options, &error);
  g_autoptr (GBytes) again = encoder->encode (picture, options, NULL);

  g_assert_no_error (error);
  g_assert_nonnull (bytes);
  g_assert_true (g_bytes_equal (bytes, again));
  return bytes;
}

static void
check_lossless (const char *id,
                void (*decode) (GBytes *bytes, Decoded *out),
                TsPixelFormat format,
                guint width,
                guint height)
{
  const TsEncoder *encoder = ts_encoder_find (id);
  gsize stride = width * ts_pixel_format_get_size (format) + 24;
  g_autofree guint8 *pixels = make_pixels (width, height, format, stride);
  TsPicture picture = { width, height, format, pixels, stride };

  for (int compression = 0; compression <= 2; compression++) {
    TsEncodeOptions options = { .compression = compression, .metadata = METADATA };
    g_autoptr (GBytes) bytes = encode (encoder, &picture, &options);
    g_auto (Decoded) decoded = { 0 };

    decode (bytes, &decoded);
    assert_same_pixels (&decoded, &picture);
    g_assert_cmpint (decoded.is_float, ==, ts_pixel_format_get_bits (format) == 32);
    g_assert_nonnull (strstr (decoded.metadata, METADATA));
    g_assert_true (g_str_has_prefix (decoded.software, "Tenscope "));
  }
}

static void
test_png (void)
{
  for (int format = TS_PIXELS_GRAY8; format <= TS_PIXELS_RGBA16; format++) {
    check_lossless ("png", decode_png, (TsPixelFormat) format, 61, 47);
    check_lossless ("png", decode_png, (TsPixelFormat) format, 1, 1);
    check_lossless ("png", decode_png, (TsPixelFormat) format, 1, 9);
  }
}

/* Flat art goes another way through the encoder. */
static void
test_png_flat (void)
{
  g_autofree guint8 *pixels = g_malloc0 (64 * 64);
  TsPicture picture = { 64, 64, TS_PIXELS_GRAY8, pixels, 64 };
  TsEncodeOptions options = { 0 };
  g_auto (Decoded) decoded = { 0 };

  for (guint y = 20; y < 40; y++)
    memset (pixels + 64 * y + 10, 200, 30);
  g_autoptr (GBytes) bytes = encode (ts_encoder_find ("png"), &picture, &options);

  decode_png (bytes, &decoded);
  assert_same_pixels (&decoded, &picture);
  g_assert_null (decoded.metadata);
  g_assert_cmpuint (g_bytes_get_size (bytes), <, 200);
}

static void
test_tiff (void)
{
  for (int format = TS_PIXELS_GRAY8; format <= TS_PIXELS_RGBA_FLOAT; format++) {
    check_lossless ("tiff", decode_tiff, (TsPixelFormat) format, 61, 47);
    check_lossless ("tiff", decode_tiff, (TsPixelFormat) format, 1, 1);
  }
}

/* Readers believe the shape in the description. */
static void
test_tiff_description (void)
{
  static const struct
  {
    TsPixelFormat format;
    const char *prefix;
  } cases[] = {
    { TS_PIXELS_GRAY_FLOAT, "{\"shape\": [5, 7], \"axes\": \"YX\", \"tenscope\": {" },
    { TS_PIXELS_RGB8, "{\"shape\": [5, 7, 3], \"axes\": \"YXS\", \"tenscope\": {" },
    { TS_PIXELS_RGBA16, "{\"shape\": [5, 7, 4], \"axes\": \"YXS\", \"tenscope\": {" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    gsize stride = 7 * ts_pixel_format_get_size (cases[i].format);
    g_autofree guint8 *pixels = make_pixels (7, 5, cases[i].format, stride);
    TsPicture picture = { 7, 5, cases[i].format, pixels, stride };
    TsEncodeOptions options = { .metadata = METADATA };
    g_autoptr (GBytes) bytes = encode (ts_encoder_find ("tiff"), &picture, &options);
    g_auto (Decoded) decoded = { 0 };

    decode_tiff (bytes, &decoded);
    if (!g_str_has_prefix (decoded.metadata, cases[i].prefix))
      g_error ("%s", decoded.metadata);
  }
}

static void
test_jpeg (void)
{
  gsize n_small = 0;

  for (int quality = 30; quality <= 95; quality += 65) {
    g_autofree guint8 *pixels = make_pixels (64, 48, TS_PIXELS_RGB8, 64 * 3);
    TsPicture picture = { 64, 48, TS_PIXELS_RGB8, pixels, 64 * 3 };
    TsEncodeOptions options = { .quality = quality, .metadata = METADATA };
    g_autoptr (GBytes) bytes = encode (ts_encoder_find ("jpg"), &picture, &options);
    g_auto (Decoded) decoded = { 0 };
    guint64 sum = 0;

    decode_jpeg (bytes, &decoded);
    g_assert_cmpstr (decoded.metadata, ==, METADATA);
    g_assert_cmpuint (decoded.n_channels, ==, 3);
    for (gsize i = 0; i < decoded.n_bytes; i++)
      sum += (guint64) ABS (decoded.pixels[i] - pixels[i]);
    g_assert_cmpfloat ((double) sum / (double) decoded.n_bytes, <, quality == 95 ? 2.5 : 8);
    g_assert_cmpuint (g_bytes_get_size (bytes), >, n_small);
    n_small = g_bytes_get_size (bytes);
  }
}

/* Metadata that does not fit is left out; the image is written all the same. */
/* The factors of brightness in the frame header: two by two, two, one. */
static void
test_jpeg_subsampling (void)
{
  static const guint8 factors[] = { 0x22, 0x21, 0x11 };
  guint8 pixels[16 * 16 * 3] = { 0 };
  TsPicture picture = { 16, 16, TS_PIXELS_RGB8, pixels, 48 };

  for (int i = 0; i < 3; i++) {
    TsEncodeOptions options = { .quality = 90, .subsampling = i };
    g_autoptr (GBytes) bytes = encode (ts_encoder_find ("jpeg"), &picture, &options);
    gsize n_bytes;
    const guint8 *data = g_bytes_get_data (bytes, &n_bytes);
    const guint8 *frame = memmem (data, n_bytes, "\xff\xc0", 2);

    g_assert_nonnull (frame);
    g_assert_cmpuint (frame[11], ==, factors[i]);
  }
}

static void
test_jpeg_long_metadata (void)
{
  g_autofree guint8 *pixels = make_pixels (16, 16, TS_PIXELS_GRAY8, 16);
  g_autofree char *metadata = g_strnfill (70000, 'a');
  TsPicture picture = { 16, 16, TS_PIXELS_GRAY8, pixels, 16 };
  TsEncodeOptions options = { .quality = 90, .metadata = metadata };
  g_autoptr (GBytes) bytes = encode (ts_encoder_find ("jpeg"), &picture, &options);
  g_auto (Decoded) decoded = { 0 };

  decode_jpeg (bytes, &decoded);
  g_assert_null (decoded.metadata);
  g_assert_cmpuint (decoded.n_channels, ==, 1);
}

static void
test_webp (void)
{
#ifdef HAVE_WEBP
  static const TsPixelFormat formats[] = { TS_PIXELS_GRAY8, TS_PIXELS_RGB8, TS_PIXELS_RGBA8 };

  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++) {
    guint n_channels = ts_pixel_format_get_n_channels (formats[f]);
    g_autofree guint8 *pixels = make_pixels (33, 21, formats[f], 33 * n_channels);
    TsPicture picture = { 33, 21, formats[f], pixels, 33 * n_channels };
    TsEncodeOptions options = { .quality = 90, .lossless = TRUE, .metadata = METADATA };
    g_autoptr (GBytes) bytes = encode (ts_encoder_find ("webp"), &picture, &options);
    int width, height;
    guint8 *rgba =
        WebPDecodeRGBA (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &width, &height);

    g_assert_nonnull (rgba);
    g_assert_cmpint (width, ==, 33);
    g_assert_cmpint (height, ==, 21);
    for (guint i = 0; i < 33 * 21; i++)
      for (guint c = 0; c < 4; c++) {
        guint8 expected = n_channels == 1  ? (c < 3 ? pixels[i] : 255)
                          : c < n_channels ? pixels[i * n_channels + c]
                                           : 255;

        g_assert_cmpuint (rgba[4 * i + c], ==, expected);
      }
    g_assert_nonnull (memmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), METADATA,
                              strlen (METADATA)));
    WebPFree (rgba);
  }
#else
  g_test_skip ("built without WebP");
#endif
}

static void
test_refused (void)
{
  static const struct
  {
    const char *id;
    TsPixelFormat format;
  } cases[] = {
    { "png", TS_PIXELS_RGB_FLOAT },
    { "jpeg", TS_PIXELS_RGBA8 },
    { "jpeg", TS_PIXELS_RGB16 },
  };
  g_autofree guint8 *pixels = g_malloc0 (16 * 16 * 16);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    TsPicture picture = { 16, 16, cases[i].format, pixels, 256 };
    TsEncodeOptions options = { .quality = 90 };

    g_assert_null (ts_encoder_find (cases[i].id)->encode (&picture, &options, &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/encoders/png", test_png);
  g_test_add_func ("/encoders/png-flat", test_png_flat);
  g_test_add_func ("/encoders/tiff", test_tiff);
  g_test_add_func ("/encoders/tiff-description", test_tiff_description);
  g_test_add_func ("/encoders/jpeg", test_jpeg);
  g_test_add_func ("/encoders/jpeg-subsampling", test_jpeg_subsampling);
  g_test_add_func ("/encoders/jpeg-long-metadata", test_jpeg_long_metadata);
  g_test_add_func ("/encoders/webp", test_webp);
  g_test_add_func ("/encoders/refused", test_refused);
  return g_test_run ();
}
