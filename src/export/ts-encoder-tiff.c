/* SPDX-License-Identifier: GPL-3.0-or-later */

/* TIFF in memory, one image a file, in this machine's byte order. Floats are deflated without a
 * predictor: readers without extra codecs know no other way. */

#include "config.h"

#include "export/ts-encoder-private.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"

#include <string.h>
#include <tiffio.h>

typedef struct
{
  guint8 *data;
  gsize size;
  gsize capacity;
  gsize pos;
  char message[200];
} TiffMemory;

static tmsize_t
read_cb (thandle_t handle, void *out, tmsize_t n_bytes)
{
  TiffMemory *memory = handle;
  gsize n = memory->pos < memory->size ? MIN ((gsize) n_bytes, memory->size - memory->pos) : 0;

  if (n > 0)
    memcpy (out, memory->data + memory->pos, n);
  memory->pos += n;
  return (tmsize_t) n;
}

static tmsize_t
write_cb (thandle_t handle, void *data, tmsize_t n_bytes)
{
  TiffMemory *memory = handle;
  gsize end;

  if (n_bytes < 0 || __builtin_add_overflow (memory->pos, (gsize) n_bytes, &end))
    return -1;
  if (end > memory->capacity) {
    gsize capacity = MAX (end, memory->capacity * 2);
    guint8 *data_now = g_try_realloc (memory->data, capacity);

    if (data_now == NULL)
      return -1;
    memory->data = data_now;
    memory->capacity = capacity;
  }
  if (memory->pos > memory->size)
    memset (memory->data + memory->size, 0, memory->pos - memory->size);
  memcpy (memory->data + memory->pos, data, (gsize) n_bytes);
  memory->pos = end;
  memory->size = MAX (memory->size, end);
  return n_bytes;
}

static toff_t
seek_cb (thandle_t handle, toff_t offset, int whence)
{
  TiffMemory *memory = handle;
  gsize base = whence == SEEK_CUR ? memory->pos : whence == SEEK_END ? memory->size : 0;

  memory->pos = base + (gsize) offset;
  return memory->pos;
}

static int
close_cb (thandle_t handle)
{
  return 0;
}

static toff_t
size_cb (thandle_t handle)
{
  return ((TiffMemory *) handle)->size;
}

static int
error_cb (TIFF *tiff, void *data, const char *module, const char *format, va_list args)
{
  TiffMemory *memory = data;

  if (memory->message[0] == '\0')
    g_vsnprintf (memory->message, sizeof memory->message, format, args);
  return 1;
}

static int
warning_cb (TIFF *tiff, void *data, const char *module, const char *format, va_list args)
{
  return 1;
}

static TIFF *
open_tiff (TiffMemory *memory)
{
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc ();

  TIFFOpenOptionsSetErrorHandlerExtR (options, error_cb, memory);
  TIFFOpenOptionsSetWarningHandlerExtR (options, warning_cb, memory);

  TIFF *tiff = TIFFClientOpenExt ("memory", "w", memory, read_cb, write_cb, seek_cb, close_cb,
                                  size_cb, NULL, NULL, options);

  TIFFOpenOptionsFree (options);
  return tiff;
}

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

static void
set_tags (TIFF *tiff, const TsPicture *picture, const TsEncodeOptions *options)
{
  static const int levels[] = { 1, 6, 9 };
  guint n_channels = ts_pixel_format_get_n_channels (picture->format);
  guint bits = ts_pixel_format_get_bits (picture->format);
  g_autofree char *description = make_description (picture, options->metadata);
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
  TIFFSetField (tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  TIFFSetField (tiff, TIFFTAG_ZIPQUALITY, levels[CLAMP (options->compression, 0, 2)]);
  if (bits != 32)
    TIFFSetField (tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
  /* Strips of about 256 KiB: few calls, and readers may take a part. */
  TIFFSetField (tiff, TIFFTAG_ROWSPERSTRIP,
                (guint32) CLAMP ((256 << 10) / row_bytes, 1, picture->height));
  TIFFSetField (tiff, TIFFTAG_SOFTWARE, TS_SOFTWARE);
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

static GBytes *
encode_tiff (const TsPicture *picture, const TsEncodeOptions *options, GError **error)
{
  TiffMemory memory = { 0 };
  guint64 n_bytes;

  if (picture->width == 0 || picture->height == 0 ||
      !ts_checked_mul ((guint64) picture->width * 16, picture->height, &n_bytes) ||
      n_bytes > G_MAXINT32) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "TIFF cannot hold %u×%u pixels here",
                 picture->width, picture->height);
    return NULL;
  }

  TIFF *tiff = open_tiff (&memory);
  gboolean ok = tiff != NULL;

  if (ok) {
    set_tags (tiff, picture, options);
    ok = write_rows (tiff, picture) && TIFFWriteDirectory (tiff) == 1;
    TIFFClose (tiff);
  }
  if (!ok) {
    g_free (memory.data);
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "TIFF: %s",
                 memory.message[0] != '\0' ? memory.message : "no memory");
    return NULL;
  }
  return g_bytes_new_take (memory.data, memory.size);
}

static char *
dup_tiff_version (void)
{
  return g_strndup (TIFFGetVersion (), strcspn (TIFFGetVersion (), "\n"));
}

static const char *const tiff_depths[] = { "8", "16", "32f", NULL };

const TsEncoder ts_encoder_tiff = {
  .id = "tiff",
  .title = "TIFF",
  .suffix = ".tif",
  .depths = tiff_depths,
  .has_alpha = TRUE,
  .has_quality = FALSE,
  .encode = encode_tiff,
  .dup_library_version = dup_tiff_version,
};
