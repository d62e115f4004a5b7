/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "helper/ts-helper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>

/* Pages of a TIFF file as arrays of height x width [x samples], with the numbers that were stored:
 * no colour conversion, no turning. Samples of odd sizes are widened to the next whole type. */

#define MAX_PAGES      20000
#define MAX_PAGE_BYTES (G_GUINT64_CONSTANT (1) << 30)
#define MAX_SAMPLES    4096

typedef struct
{
  guint64 directory; /* offset in the file */
  TsDtype dtype;
  guint32 width, height;
  guint n_samples, n_bits;
  gboolean is_planar;
  gboolean is_plain; /* its samples lie in the file as they are, one strip after the other */
} Page;

static struct
{
  TIFF *tiff;
  GArray *pages;
  toff_t position;
  guint8 *pixels;    /* of the page that is being decoded */
  char message[256]; /* the first one since it was cleared: the cause */
} state;

static tsize_t
read_bytes (thandle_t handle, tdata_t out, tsize_t n_bytes)
{
  ssize_t got;

  do
    got = pread (TS_ARRAY_FILE_FD, out, (size_t) MAX (n_bytes, 0), (off_t) state.position);
  while (got < 0 && errno == EINTR);
  if (got > 0)
    state.position += (toff_t) got;
  return got;
}

static tsize_t
write_bytes (thandle_t handle, tdata_t data, tsize_t n_bytes)
{
  return -1;
}

static toff_t
get_file_size (thandle_t handle)
{
  struct stat info;

  return fstat (TS_ARRAY_FILE_FD, &info) == 0 ? (toff_t) info.st_size : 0;
}

static toff_t
seek (thandle_t handle, toff_t offset, int whence)
{
  if (whence == SEEK_CUR)
    offset += state.position;
  else if (whence == SEEK_END)
    offset += get_file_size (handle);
  state.position = offset;
  return offset;
}

static int
close_nothing (thandle_t handle)
{
  return 0;
}

static int
keep_message (TIFF *tiff, void *data, const char *module, const char *format, va_list args)
{
  if (state.message[0] == '\0')
    g_vsnprintf (state.message, sizeof state.message, format, args);
  return 1;
}

static int
drop_message (TIFF *tiff, void *data, const char *module, const char *format, va_list args)
{
  return 1;
}

static char *
take_error (const char *what)
{
  char *error =
      g_strdup_printf ("%s%s%s", what, state.message[0] != '\0' ? ": " : "", state.message);

  state.message[0] = '\0';
  return error;
}

/* NULL, or why the page is not an array of numbers. */
static char *
describe_page (Page *page)
{
  guint16 bits = 1, samples = 1, format = SAMPLEFORMAT_UINT, planar = PLANARCONFIG_CONTIG;
  guint16 compression = COMPRESSION_NONE, photometric = PHOTOMETRIC_MINISBLACK;
  guint64 n_bytes;

  TIFFGetFieldDefaulted (state.tiff, TIFFTAG_COMPRESSION, &compression);
  TIFFGetField (state.tiff, TIFFTAG_PHOTOMETRIC, &photometric);
  /* Codecs that hold something else than their samples are asked for plain ones. */
  if (compression == COMPRESSION_JPEG && photometric == PHOTOMETRIC_YCBCR)
    TIFFSetField (state.tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  else if (photometric == PHOTOMETRIC_YCBCR)
    return g_strdup ("Its colours are stored as YCbCr, which is not read");
  if (compression == COMPRESSION_SGILOG || compression == COMPRESSION_SGILOG24)
    TIFFSetField (state.tiff, TIFFTAG_SGILOGDATAFMT, SGILOGDATAFMT_FLOAT);
  TIFFGetFieldDefaulted (state.tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  TIFFGetFieldDefaulted (state.tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
  TIFFGetFieldDefaulted (state.tiff, TIFFTAG_SAMPLEFORMAT, &format);
  TIFFGetFieldDefaulted (state.tiff, TIFFTAG_PLANARCONFIG, &planar);
  if (!TIFFGetField (state.tiff, TIFFTAG_IMAGEWIDTH, &page->width) ||
      !TIFFGetField (state.tiff, TIFFTAG_IMAGELENGTH, &page->height) || page->width == 0 ||
      page->height == 0)
    return g_strdup ("The page has no size");
  if (samples == 0 || samples > MAX_SAMPLES)
    return g_strdup_printf ("%u samples a pixel are not read", samples);
  page->n_samples = samples;
  page->n_bits = bits;
  page->is_planar = planar == PLANARCONFIG_SEPARATE && samples > 1;
  switch (format) {
  case SAMPLEFORMAT_UINT:
  case SAMPLEFORMAT_VOID:
    page->dtype = bits <= 8    ? TS_DTYPE_UINT8
                  : bits <= 16 ? TS_DTYPE_UINT16
                  : bits == 32 ? TS_DTYPE_UINT32
                               : TS_DTYPE_UINT64;
    if (bits == 0 || (bits > 16 && bits != 32 && bits != 64))
      return g_strdup_printf ("Samples of %u bits are not read", bits);
    break;
  case SAMPLEFORMAT_INT:
    page->dtype = bits == 8    ? TS_DTYPE_INT8
                  : bits == 16 ? TS_DTYPE_INT16
                  : bits == 32 ? TS_DTYPE_INT32
                               : TS_DTYPE_INT64;
    if (bits != 8 && bits != 16 && bits != 32 && bits != 64)
      return g_strdup_printf ("Signed samples of %u bits are not read", bits);
    break;
  case SAMPLEFORMAT_IEEEFP:
    page->dtype = bits == 16 ? TS_DTYPE_FLOAT16 : bits == 32 ? TS_DTYPE_FLOAT32 : TS_DTYPE_FLOAT64;
    if (bits != 16 && bits != 32 && bits != 64)
      return g_strdup_printf ("Float samples of %u bits are not read", bits);
    break;
  case SAMPLEFORMAT_COMPLEXIEEEFP:
    page->dtype = bits == 64 ? TS_DTYPE_COMPLEX64 : TS_DTYPE_COMPLEX128;
    if (bits != 64 && bits != 128)
      return g_strdup_printf ("Complex samples of %u bits are not read", bits);
    break;
  default:
    return g_strdup_printf ("Samples of format %u are not read", format);
  }
  if (__builtin_mul_overflow ((guint64) page->width * page->height,
                              samples * ts_dtype_get_size (page->dtype), &n_bytes) ||
      n_bytes > MAX_PAGE_BYTES)
    return g_strdup_printf ("A page of %u × %u pixels with %u samples is more than is read",
                            page->width, page->height, samples);
  /* The library makes up what is not there. */
  n_bytes = ((guint64) page->width * samples * bits + 7) / 8 * page->height;
  if (compression == COMPRESSION_NONE && n_bytes > get_file_size (NULL))
    return g_strdup_printf ("The data is cut off: the page needs %" G_GUINT64_FORMAT
                            " bytes, the file has %" G_GUINT64_FORMAT,
                            n_bytes, (guint64) get_file_size (NULL));
  page->is_plain = compression == COMPRESSION_NONE && !page->is_planar &&
                   !TIFFIsTiled (state.tiff) && bits == 8 * ts_dtype_get_size (page->dtype);
  if (!TIFFIsCODECConfigured (compression))
    return g_strdup_printf ("Compressed by method %u, which is not read", compression);
  return NULL;
}

/* How many pages the description of the first one promises; 0 when it says nothing of them. */
static guint64
get_promised_pages (const Page *page)
{
  guint64 n = 1, page_samples = (guint64) page->width * page->height * page->n_samples;
  const char *text = NULL, *at;
  char *end;

  if (!TIFFGetField (state.tiff, TIFFTAG_IMAGEDESCRIPTION, &text) || text == NULL)
    return 0;
  if (g_str_has_prefix (text, "ImageJ=")) {
    at = strstr (text, "\nimages=");
    return at != NULL ? g_ascii_strtoull (at + strlen ("\nimages="), NULL, 10) : 0;
  }
  at = strstr (text, "\"shape\": [");
  if (*text != '{' || at == NULL || strstr (text, "\"truncated\": true") == NULL)
    return 0;
  for (at += strlen ("\"shape\": ["); g_ascii_isdigit (*at); at = end) {
    if (__builtin_mul_overflow (n, g_ascii_strtoull (at, &end, 10), &n))
      return 0;
    end += strspn (end, ", ");
  }
  return n % page_samples == 0 ? n / page_samples : 0;
}

/* ImageJ above 4 GB, and tifffile when asked to, describe the first page alone; the bytes of the
 * others follow those of the first. They are read by the program itself. */
static void
list_hidden_pages (GByteArray *out, guint64 n_promised, guint64 offset)
{
  const Page *page = &g_array_index (state.pages, Page, 0);
  guint64 dims[] = { page->height, page->width, page->n_samples };
  guint64 page_bytes =
      (guint64) page->width * page->height * page->n_samples * ts_dtype_get_size (page->dtype);

  for (guint64 i = 1; i < MIN (n_promised, MAX_PAGES); i++) {
    g_autofree char *name = g_strdup_printf ("page%" G_GUINT64_FORMAT, i);

    offset += page_bytes;
    if (offset + page_bytes > get_file_size (NULL)) {
      g_autofree char *message = g_strdup_printf ("The data is cut off: %" G_GUINT64_FORMAT
                                                  " of %" G_GUINT64_FORMAT " pages are there",
                                                  i, n_promised);

      ts_listing_error (out, name, message);
      return;
    }
    ts_listing_dataset (out, name, G_MAXUINT32, page->dtype, 'C', page->n_samples > 1 ? 3 : 2, dims,
                        offset, TIFFIsBigEndian (state.tiff), NULL);
  }
}

static char *
tiff_list (GByteArray *out)
{
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc ();
  guint64 n_promised = 0, first_offset = 0;

  TIFFOpenOptionsSetMaxSingleMemAlloc (options, (tmsize_t) MAX_PAGE_BYTES);
  TIFFOpenOptionsSetErrorHandlerExtR (options, keep_message, NULL);
  TIFFOpenOptionsSetWarningHandlerExtR (options, drop_message, NULL);
  state.pages = g_array_new (FALSE, TRUE, sizeof (Page));
  /* m: no mapping of the file; it may shrink under us */
  state.tiff = TIFFClientOpenExt ("file", "rm", NULL, read_bytes, write_bytes, seek, close_nothing,
                                  get_file_size, NULL, NULL, options);
  TIFFOpenOptionsFree (options);
  if (state.tiff == NULL)
    return take_error ("The TIFF library cannot open the file");
  do {
    Page page = { .directory = TIFFCurrentDirOffset (state.tiff) };
    g_autofree char *name = g_strdup_printf ("page%u", state.pages->len);
    g_autofree char *obstacle = describe_page (&page);
    guint64 dims[] = { page.height, page.width, page.n_samples };

    if (obstacle != NULL)
      ts_listing_error (out, name, obstacle);
    else
      ts_listing_dataset (out, name, state.pages->len, page.dtype, 'C', page.n_samples > 1 ? 3 : 2,
                          dims, TS_ARRAY_NO_OFFSET, FALSE, NULL);
    if (obstacle == NULL && state.pages->len == 0 && page.is_plain) {
      n_promised = get_promised_pages (&page);
      first_offset = TIFFGetStrileOffset (state.tiff, 0);
    }
    g_array_append_val (state.pages, page);
    state.message[0] = '\0';
  } while (state.pages->len < MAX_PAGES && TIFFReadDirectory (state.tiff));
  if (state.message[0] != '\0')
    ts_listing_error (out, "next page", state.message);
  else if (state.pages->len == 1 && first_offset > 0 && first_offset <= get_file_size (NULL))
    list_hidden_pages (out, n_promised, first_offset);
  return NULL;
}

/* Samples of n_bits, most significant bit first, to whole bytes or words. */
static void
widen (const guint8 *packed, guint n_bits, gsize n_samples, gsize size, guint8 *out)
{
  guint64 at = 0;

  for (gsize i = 0; i < n_samples; i++, out += size) {
    guint value = 0;

    for (guint bit = 0; bit < n_bits; bit++, at++)
      value = value << 1 | (packed[at / 8] >> (7 - at % 8) & 1);
    if (size == 1) {
      *out = (guint8) value;
    } else {
      guint16 word = (guint16) value;

      memcpy (out, &word, sizeof word);
    }
  }
}

/* One decoded strip or tile into its place. @first_sample: of a plane, else 0; @packed holds rows
 * of
 * @row_pixels pixels with @n_samples samples each. */
static void
place (const Page *page,
       const guint8 *packed,
       gsize packed_row_bytes,
       guint32 x,
       guint32 y,
       guint32 width,
       guint32 height,
       guint first_sample,
       guint n_samples)
{
  gsize size = ts_dtype_get_size (page->dtype);
  gsize row_bytes = (gsize) width * n_samples * size;
  g_autofree guint8 *widened = page->n_bits != size * 8 ? g_malloc (MAX (row_bytes, 1)) : NULL;

  for (guint32 row = 0; row < height; row++, packed += packed_row_bytes) {
    const guint8 *from = packed;
    guint8 *to = state.pixels +
                 (((gsize) (y + row) * page->width + x) * page->n_samples + first_sample) * size;

    if (widened != NULL) {
      widen (packed, page->n_bits, (gsize) width * n_samples, size, widened);
      from = widened;
    }
    if (n_samples == page->n_samples) {
      memcpy (to, from, row_bytes);
      continue;
    }
    for (guint32 i = 0; i < width; i++, from += size, to += size * page->n_samples)
      memcpy (to, from, size);
  }
}

static char *
decode (const Page *page)
{
  guint n_planes = page->is_planar ? page->n_samples : 1;
  guint n_samples = page->is_planar ? 1 : page->n_samples;
  gboolean is_tiled = TIFFIsTiled (state.tiff);
  guint32 piece_width = page->width, piece_height = page->height;
  tmsize_t piece_bytes = is_tiled ? TIFFTileSize (state.tiff) : TIFFStripSize (state.tiff);
  gsize row_bytes =
      (gsize) (is_tiled ? TIFFTileRowSize (state.tiff) : TIFFScanlineSize (state.tiff));
  g_autofree guint8 *piece = NULL;

  if (is_tiled) {
    TIFFGetField (state.tiff, TIFFTAG_TILEWIDTH, &piece_width);
    TIFFGetField (state.tiff, TIFFTAG_TILELENGTH, &piece_height);
  } else {
    TIFFGetFieldDefaulted (state.tiff, TIFFTAG_ROWSPERSTRIP, &piece_height);
    piece_height = MIN (piece_height, page->height);
  }
  if (piece_bytes <= 0 || (guint64) piece_bytes > MAX_PAGE_BYTES || piece_width == 0 ||
      piece_height == 0 || row_bytes < ((gsize) piece_width * n_samples * page->n_bits + 7) / 8 ||
      (guint64) row_bytes * piece_height > (guint64) piece_bytes)
    return take_error ("The layout of the page makes no sense");
  piece = g_malloc0 ((gsize) piece_bytes);
  for (guint plane = 0; plane < n_planes; plane++) {
    for (guint32 y = 0; y < page->height; y += piece_height) {
      guint32 height = MIN (piece_height, page->height - y);

      for (guint32 x = 0; x < page->width; x += piece_width) {
        tmsize_t wanted = is_tiled ? piece_bytes : (tmsize_t) (row_bytes * height);
        tmsize_t got =
            is_tiled ? TIFFReadEncodedTile (state.tiff,
                                            TIFFComputeTile (state.tiff, x, y, 0, (guint16) plane),
                                            piece, wanted)
                     : TIFFReadEncodedStrip (state.tiff,
                                             TIFFComputeStrip (state.tiff, y, (guint16) plane),
                                             piece, wanted);

        if (got < wanted)
          return take_error ("The page is damaged");
        place (page, piece, row_bytes, x, y, MIN (piece_width, page->width - x), height, plane,
               n_samples);
        if (piece_width > G_MAXUINT32 - x)
          break;
      }
      if (piece_height > G_MAXUINT32 - y)
        break;
    }
  }
  return NULL;
}

static char *
tiff_decode (guint32 id, guint8 **out, guint64 *n_bytes)
{
  Page *page, again;
  char *error;

  if (id >= state.pages->len)
    return g_strdup ("No such page");
  page = &g_array_index (state.pages, Page, id);
  again = *page;
  if (!TIFFSetSubDirectory (state.tiff, page->directory))
    return take_error ("The page cannot be opened");
  error = describe_page (&again); /* sets what the codec has to be asked for */
  if (error != NULL)
    return error;
  *n_bytes =
      (guint64) page->width * page->height * page->n_samples * ts_dtype_get_size (page->dtype);
  *out = state.pixels = g_try_malloc (MAX (*n_bytes, 1));
  return state.pixels != NULL ? decode (page) : g_strdup ("Too large for memory");
}

const TsHelperBackend ts_helper_tiff = { "tiff", tiff_list, NULL, tiff_decode };
