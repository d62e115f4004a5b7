/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-encoder-private.h"

#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

typedef struct
{
  struct jpeg_error_mgr base;
  jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
} JpegErrors;

typedef struct
{
  struct jpeg_compress_struct jpeg;
  JpegErrors errors;
  const TsPicture *picture;
  int quality;
  int subsampling;
  gboolean progressive;
  const guint8 *exif; /* (nullable) */
  gsize n_exif;
  unsigned char *out;
  unsigned long n_out;
} JpegWriter;

static void
error_exit_cb (j_common_ptr jpeg)
{
  JpegErrors *errors = (JpegErrors *) jpeg->err;

  jpeg->err->format_message (jpeg, errors->message);
  longjmp (errors->jump, 1);
}

static void
output_message_cb (j_common_ptr jpeg)
{
}

/* The only function that setjmp returns into; its frame owns nothing. */
static gboolean
write_jpeg (JpegWriter *writer)
{
  struct jpeg_compress_struct *jpeg = &writer->jpeg;
  guint n_channels = ts_pixel_format_get_n_channels (writer->picture->format);

  if (setjmp (writer->errors.jump) != 0)
    return FALSE;

  jpeg_create_compress (jpeg);
  jpeg_mem_dest (jpeg, &writer->out, &writer->n_out);
  jpeg->image_width = writer->picture->width;
  jpeg->image_height = writer->picture->height;
  jpeg->input_components = (int) n_channels;
  jpeg->in_color_space = n_channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults (jpeg);
  jpeg_set_quality (jpeg, writer->quality, TRUE);
  jpeg->dct_method = JDCT_ISLOW;
  if (n_channels == 3) {
    jpeg->comp_info[0].h_samp_factor = writer->subsampling < 2 ? 2 : 1;
    jpeg->comp_info[0].v_samp_factor = writer->subsampling < 1 ? 2 : 1;
  }
  if (writer->progressive)
    jpeg_simple_progression (jpeg);
  jpeg_start_compress (jpeg, TRUE);
  if (writer->exif != NULL)
    jpeg_write_marker (jpeg, JPEG_APP0 + 1, writer->exif, (unsigned int) writer->n_exif);
  while (jpeg->next_scanline < jpeg->image_height) {
    JSAMPROW row = (JSAMPROW) ts_picture_row (writer->picture, jpeg->next_scanline);

    jpeg_write_scanlines (jpeg, &row, 1);
  }
  jpeg_finish_compress (jpeg);
  return TRUE;
}

static guint8 *
make_exif_segment (const char *metadata, gsize *n_bytes)
{
  g_autoptr (GBytes) exif = metadata != NULL ? ts_exif_new (TS_SOFTWARE, metadata) : NULL;

  if (exif == NULL)
    return NULL;

  gsize n_exif;
  const guint8 *data = g_bytes_get_data (exif, &n_exif);
  guint8 *segment = g_malloc (n_exif + 6);

  memcpy (segment, "Exif\0\0", 6);
  memcpy (segment + 6, data, n_exif);
  *n_bytes = n_exif + 6;
  return segment;
}

static GBytes *
encode_jpeg (const TsPicture *picture, const TsEncodeOptions *options, GError **error)
{
  guint n_channels = ts_pixel_format_get_n_channels (picture->format);

  if (ts_pixel_format_get_bits (picture->format) != 8 || n_channels > 3) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("JPEG holds 8 bits a channel without alpha"));
    return NULL;
  }
  if (picture->width == 0 || picture->height == 0 || picture->width > JPEG_MAX_DIMENSION ||
      picture->height > JPEG_MAX_DIMENSION) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("JPEG holds at most %ld pixels a side, not %u×%u"), (long) JPEG_MAX_DIMENSION,
                    picture->width, picture->height);
    return NULL;
  }

  JpegWriter writer = { .picture = picture,
                        .quality = CLAMP (options->quality, 1, 100),
                        .subsampling = options->subsampling,
                        .progressive = options->progressive };
  g_autofree guint8 *exif = make_exif_segment (options->metadata, &writer.n_exif);

  writer.exif = exif;
  writer.jpeg.err = jpeg_std_error (&writer.errors.base);
  writer.errors.base.error_exit = error_exit_cb;
  writer.errors.base.output_message = output_message_cb;

  gboolean ok = write_jpeg (&writer);

  jpeg_destroy_compress (&writer.jpeg);
  if (!ok) {
    free (writer.out);
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "JPEG: %s", writer.errors.message);
    return NULL;
  }
  return g_bytes_new_with_free_func (writer.out, writer.n_out, free, writer.out);
}

/* Some append to such files: the end of the image may stand before the end of the file. */
static gboolean
is_whole_jpeg (const guint8 *data, gsize n_bytes)
{
  return n_bytes >= 4 && data[0] == 0xff && data[1] == 0xd8 &&
         memmem (data + n_bytes - MIN (n_bytes, 1024), MIN (n_bytes, 1024), "\xff\xd9", 2) != NULL;
}

static char *
dup_jpeg_version (void)
{
  return g_strdup_printf ("libjpeg-turbo %d.%d.%d (API %d)", LIBJPEG_TURBO_VERSION_NUMBER / 1000000,
                          LIBJPEG_TURBO_VERSION_NUMBER / 1000 % 1000,
                          LIBJPEG_TURBO_VERSION_NUMBER % 1000, JPEG_LIB_VERSION);
}

static const char *const jpeg_depths[] = { "8", NULL };

const TsEncoder ts_encoder_jpeg = {
  .id = "jpeg",
  .title = "JPEG",
  .suffix = ".jpg",
  .depths = jpeg_depths,
  .has_alpha = FALSE,
  .has_quality = TRUE,
  .max_side = 65500,
  .encode = encode_jpeg,
  .is_whole = is_whole_jpeg,
  .dup_library_version = dup_jpeg_version,
};
