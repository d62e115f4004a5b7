/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "helper/ts-helper.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>
#include <png.h>

/* PNG and JPEG pictures as arrays of height x width [x channels], 8 or 16 bits, as they are stored:
 * no colour management, palettes expanded. */

#define MAX_PIXELS (1u << 28)

static struct
{
  guint8 *pixels;
  guint64 n_bytes;
  guint32 width, height;
  guint n_channels, n_bits;
  char message[JMSG_LENGTH_MAX];
} state;

static gboolean
allocate (guint64 width, guint64 height, guint n_channels, guint n_bits)
{
  if (width == 0 || height == 0 || width > 65535 || height > 65535 || width * height > MAX_PIXELS) {
    g_strlcpy (state.message, "The picture is larger than is read", sizeof state.message);
    return FALSE;
  }
  state.width = (guint32) width;
  state.height = (guint32) height;
  state.n_channels = n_channels;
  state.n_bits = n_bits;
  state.n_bytes = width * height * n_channels * n_bits / 8;
  state.pixels = g_try_malloc0 (state.n_bytes);
  return state.pixels != NULL;
}

static FILE *
open_file (void)
{
  int fd = dup (TS_ARRAY_FILE_FD);

  lseek (fd, 0, SEEK_SET);
  return fdopen (fd, "rb");
}

static void
on_png_error (png_structp png, png_const_charp message)
{
  g_strlcpy (state.message, message, sizeof state.message);
  png_longjmp (png, 1);
}

static void
on_png_warning (png_structp png, png_const_charp message)
{
}

/* Owns nothing that a longjmp could leak: the process ends after one picture. */
static gboolean
decode_png (FILE *file)
{
  png_structp png =
      png_create_read_struct (PNG_LIBPNG_VER_STRING, NULL, on_png_error, on_png_warning);
  png_infop info = png_create_info_struct (png);
  int n_passes;

  if (setjmp (png_jmpbuf (png)) != 0)
    return FALSE;
  png_init_io (png, file);
  png_read_info (png, info);
  png_set_expand (png);
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    png_set_swap (png);
  n_passes = png_set_interlace_handling (png);
  png_read_update_info (png, info);
  if (!allocate (png_get_image_width (png, info), png_get_image_height (png, info),
                 png_get_channels (png, info), png_get_bit_depth (png, info)))
    return FALSE;
  for (int pass = 0; pass < n_passes; pass++) {
    for (guint32 y = 0; y < state.height; y++)
      png_read_row (png, state.pixels + y * (state.n_bytes / state.height), NULL);
  }
  return TRUE;
}

static jmp_buf jpeg_exit;

static void
on_jpeg_error (j_common_ptr jpeg)
{
  jpeg->err->format_message (jpeg, state.message);
  longjmp (jpeg_exit, 1);
}

static void
on_jpeg_message (j_common_ptr jpeg, int level)
{
}

/* Inks as light: what a printer's picture looks like on a screen. Adobe's programs store the light
 * that an ink lets through instead of the ink. */
static void
convert_inks (const guint8 *inks, gboolean is_inverted, guint width, guint8 *rgb)
{
  guint flip = is_inverted ? 0 : 255;

  for (guint x = 0; x < width; x++, inks += 4) {
    for (guint c = 0; c < 3; c++)
      *rgb++ = (guint8) (((inks[c] ^ flip) * (inks[3] ^ flip) + 127) / 255);
  }
}

static gboolean
decode_jpeg (FILE *file)
{
  static guint8 *inks; /* a row; static for longjmp() */
  static struct jpeg_decompress_struct jpeg;
  static struct jpeg_error_mgr errors;

  jpeg.err = jpeg_std_error (&errors);
  errors.error_exit = on_jpeg_error;
  errors.emit_message = on_jpeg_message;
  if (setjmp (jpeg_exit) != 0)
    return FALSE;
  jpeg_create_decompress (&jpeg);
  jpeg_stdio_src (&jpeg, file);
  jpeg_read_header (&jpeg, TRUE);
  if (jpeg.num_components == 4)
    jpeg.out_color_space = JCS_CMYK;
  else if (jpeg.jpeg_color_space != JCS_GRAYSCALE)
    jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress (&jpeg);
  if (!allocate (jpeg.output_width, jpeg.output_height, jpeg.output_components == 1 ? 1 : 3, 8))
    return FALSE;
  if (jpeg.output_components == 4)
    inks = g_malloc ((gsize) jpeg.output_width * 4);
  while (jpeg.output_scanline < jpeg.output_height) {
    guint8 *to = state.pixels + jpeg.output_scanline * (state.n_bytes / state.height);
    JSAMPROW row = inks != NULL ? inks : to;

    jpeg_read_scanlines (&jpeg, &row, 1);
    if (inks != NULL)
      convert_inks (inks, jpeg.saw_Adobe_marker, jpeg.output_width, to);
  }
  g_clear_pointer (&inks, g_free);
  return TRUE;
}

static char *
picture_list (GByteArray *out)
{
  FILE *file = open_file ();
  guint8 head[2] = { 0 };
  guint64 dims[3];
  gboolean is_decoded;

  if (pread (TS_ARRAY_FILE_FD, head, sizeof head, 0) != sizeof head || file == NULL)
    return g_strdup ("The picture is empty");
  is_decoded = head[0] == 0xff && head[1] == 0xd8 ? decode_jpeg (file) : decode_png (file);
  if (!is_decoded)
    return g_strdup_printf ("The picture is damaged%s%s", state.message[0] != '\0' ? ": " : "",
                            state.message);
  dims[0] = state.height;
  dims[1] = state.width;
  dims[2] = state.n_channels;
  ts_listing_dataset (out, "pixels", 0, state.n_bits == 16 ? TS_DTYPE_UINT16 : TS_DTYPE_UINT8, 'C',
                      state.n_channels > 1 ? 3 : 2, dims, TS_ARRAY_NO_OFFSET, FALSE, NULL);
  return NULL;
}

static char *
picture_read (guint32 id, guint64 start, guint64 n_bytes, guint8 *out)
{
  if (id != 0 || start > state.n_bytes || n_bytes > state.n_bytes - start)
    return g_strdup ("Behind the end of the picture");
  memcpy (out, state.pixels + start, n_bytes);
  return NULL;
}

const TsHelperBackend ts_helper_picture = { "picture", picture_list, picture_read, NULL };
