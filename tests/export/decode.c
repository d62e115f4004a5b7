/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "decode.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#include <tiffio.h>

void
decoded_clear (Decoded *self)
{
  g_free (self->pixels);
  g_free (self->metadata);
  g_free (self->software);
  memset (self, 0, sizeof *self);
}

char *
decoded_sha256 (const Decoded *self)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, self->pixels, self->n_bytes);
}

static void
allocate (Decoded *out)
{
  out->n_bytes = (gsize) out->width * out->height * out->n_channels * (out->bits / 8);
  out->pixels = g_malloc (out->n_bytes);
}

typedef struct
{
  const guint8 *data;
  gsize size, pos;
} Reader;

static void
png_read_cb (png_structp png, png_bytep out, png_size_t n)
{
  Reader *reader = png_get_io_ptr (png);

  if (n > reader->size - reader->pos)
    png_error (png, "end of data");
  memcpy (out, reader->data + reader->pos, n);
  reader->pos += n;
}

static void
png_error_cb (png_structp png, png_const_charp message)
{
  g_error ("PNG: %s", message);
}

void
decode_png (GBytes *bytes, Decoded *out)
{
  static const guint counts[] = { 1, 0, 3, 0, 0, 0, 4 };
  Reader reader = { 0 };
  png_textp texts;
  int n_texts;

  reader.data = g_bytes_get_data (bytes, &reader.size);

  png_structp png =
      png_create_read_struct (PNG_LIBPNG_VER_STRING, NULL, png_error_cb, png_error_cb);
  png_infop info = png_create_info_struct (png);

  png_set_read_fn (png, &reader, png_read_cb);
  png_read_info (png, info);
  memset (out, 0, sizeof *out);
  out->width = png_get_image_width (png, info);
  out->height = png_get_image_height (png, info);
  out->bits = png_get_bit_depth (png, info);
  out->n_channels = counts[png_get_color_type (png, info)];
  if (out->bits == 16 && G_BYTE_ORDER == G_LITTLE_ENDIAN)
    png_set_swap (png);
  allocate (out);
  for (guint y = 0; y < out->height; y++)
    png_read_row (png, out->pixels + out->n_bytes / out->height * y, NULL);
  png_read_end (png, info);
  g_assert_cmpuint (reader.pos, ==, reader.size);
  g_assert_false (png_get_valid (png, info, PNG_INFO_tIME));

  png_get_text (png, info, &texts, &n_texts);
  for (int i = 0; i < n_texts; i++) {
    if (g_str_equal (texts[i].key, "tenscope"))
      out->metadata = g_strdup (texts[i].text);
    if (g_str_equal (texts[i].key, "Software"))
      out->software = g_strdup (texts[i].text);
  }
  png_destroy_read_struct (&png, &info, NULL);
}

static tmsize_t
tiff_read_cb (thandle_t handle, void *out, tmsize_t n)
{
  Reader *reader = handle;
  gsize n_read = reader->pos < reader->size ? MIN ((gsize) n, reader->size - reader->pos) : 0;

  memcpy (out, reader->data + reader->pos, n_read);
  reader->pos += n_read;
  return (tmsize_t) n_read;
}

static tmsize_t
tiff_write_cb (thandle_t handle, void *data, tmsize_t n)
{
  return -1;
}

static toff_t
tiff_seek_cb (thandle_t handle, toff_t offset, int whence)
{
  Reader *reader = handle;

  reader->pos = (whence == SEEK_CUR   ? reader->pos
                 : whence == SEEK_END ? reader->size
                                      : 0) +
                (gsize) offset;
  return reader->pos;
}

static int
tiff_close_cb (thandle_t handle)
{
  return 0;
}

static toff_t
tiff_size_cb (thandle_t handle)
{
  return ((Reader *) handle)->size;
}

void
decode_tiff (GBytes *bytes, Decoded *out)
{
  Reader reader = { 0 };
  guint16 n_channels = 0, bits = 0, format = 0, planar = 0;
  char *text;

  reader.data = g_bytes_get_data (bytes, &reader.size);

  TIFF *tiff = TIFFClientOpen ("memory", "rm", &reader, tiff_read_cb, tiff_write_cb, tiff_seek_cb,
                               tiff_close_cb, tiff_size_cb, NULL, NULL);

  g_assert_nonnull (tiff);
  memset (out, 0, sizeof *out);
  g_assert_true (TIFFGetField (tiff, TIFFTAG_IMAGEWIDTH, &out->width));
  g_assert_true (TIFFGetField (tiff, TIFFTAG_IMAGELENGTH, &out->height));
  g_assert_true (TIFFGetField (tiff, TIFFTAG_SAMPLESPERPIXEL, &n_channels));
  g_assert_true (TIFFGetField (tiff, TIFFTAG_BITSPERSAMPLE, &bits));
  g_assert_true (TIFFGetField (tiff, TIFFTAG_SAMPLEFORMAT, &format));
  g_assert_true (TIFFGetField (tiff, TIFFTAG_PLANARCONFIG, &planar));
  g_assert_cmpuint (planar, ==, PLANARCONFIG_CONTIG);
  g_assert_false (TIFFGetField (tiff, TIFFTAG_DATETIME, &text));
  out->n_channels = n_channels;
  out->bits = bits;
  out->is_float = format == SAMPLEFORMAT_IEEEFP;
  if (TIFFGetField (tiff, TIFFTAG_IMAGEDESCRIPTION, &text))
    out->metadata = g_strdup (text);
  if (TIFFGetField (tiff, TIFFTAG_SOFTWARE, &text))
    out->software = g_strdup (text);
  allocate (out);
  for (guint y = 0; y < out->height; y++)
    g_assert_cmpint (TIFFReadScanline (tiff, out->pixels + out->n_bytes / out->height * y, y, 0),
                     ==, 1);
  TIFFClose (tiff);
}

static void
jpeg_error_cb (j_common_ptr jpeg)
{
  char message[JMSG_LENGTH_MAX];

  jpeg->err->format_message (jpeg, message);
  g_error ("JPEG: %s", message);
}

void
decode_jpeg (GBytes *bytes, Decoded *out)
{
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  gsize n_bytes;
  const guint8 *data = g_bytes_get_data (bytes, &n_bytes);

  memset (out, 0, sizeof *out);
  jpeg.err = jpeg_std_error (&errors);
  errors.error_exit = jpeg_error_cb;
  jpeg_create_decompress (&jpeg);
  jpeg_mem_src (&jpeg, data, n_bytes);
  jpeg_save_markers (&jpeg, JPEG_APP0 + 1, 65535);
  jpeg_read_header (&jpeg, TRUE);
  jpeg_start_decompress (&jpeg);
  out->width = jpeg.output_width;
  out->height = jpeg.output_height;
  out->n_channels = (guint) jpeg.output_components;
  out->bits = 8;
  allocate (out);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = out->pixels + out->n_bytes / out->height * jpeg.output_scanline;

    jpeg_read_scanlines (&jpeg, &row, 1);
  }
  if (jpeg.marker_list != NULL) {
    static const char prefix[] = "ASCII\0\0";
    const guint8 *marker = jpeg.marker_list->data;
    gsize length = jpeg.marker_list->data_length;

    g_assert_cmpmem (marker, 6, "Exif\0\0", 6);
    const guint8 *at = memmem (marker, length, prefix, 8);

    g_assert_nonnull (at);
    out->metadata = g_strndup ((const char *) at + 8, length - (gsize) (at + 8 - marker));
  }
  jpeg_finish_decompress (&jpeg);
  jpeg_destroy_decompress (&jpeg);
}
