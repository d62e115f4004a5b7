/* SPDX-License-Identifier: GPL-3.0-or-later */

/* PNG: rows are filtered and deflated here, in one piece, and libpng writes the chunks around them.
 * That is many times faster than letting libpng deflate, for about the same size. */

#include "config.h"

#include "export/ts-encoder-private.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "export/ts-deflate.h"
#include "export/ts-png-filter.h"

#include <glib/gi18n-lib.h>
#include <libdeflate.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#define MAX_IDAT_BYTES (1 << 20)

typedef struct
{
  GByteArray *out;
  const TsPicture *picture;
  const char *metadata;
  const guint8 *deflated;
  gsize n_deflated;
  char message[160];
} PngWriter;

static void
copy_row (const TsPicture *picture, guint y, gsize n_bytes, guint8 *out)
{
  const guint8 *row = ts_picture_row (picture, y);

  if (ts_pixel_format_get_bits (picture->format) == 16) {
    for (gsize i = 0; i + 1 < n_bytes; i += 2) {
      guint16 value;

      memcpy (&value, row + i, 2);
      out[i] = (guint8) (value >> 8);
      out[i + 1] = (guint8) value;
    }
  } else {
    memcpy (out, row, n_bytes);
  }
}

/* Each row by the filter that leaves least; %TS_PNG_N_FILTERS stands for that. */
#define FILTER_BEST TS_PNG_N_FILTERS

static void
filter_best (const guint8 *row,
             const guint8 *above,
             gsize row_bytes,
             gsize bpp,
             guint8 *trial,
             guint8 *line)
{
  guint64 best = G_MAXUINT64;

  for (int filter = 0; filter < TS_PNG_N_FILTERS; filter++) {
    ts_png_filter_row ((TsPngFilter) filter, row, above, row_bytes, bpp, trial);
    guint64 sum = ts_png_sum_magnitudes (trial, row_bytes);

    if (sum < best) {
      best = sum;
      line[0] = (guint8) filter;
      memcpy (line + 1, trial, row_bytes);
    }
  }
}

/* All rows, each with its filter byte. */
static void
filter_picture (const TsPicture *picture,
                TsPngFilter filter,
                gsize row_bytes,
                gsize bpp,
                guint8 *out)
{
  gboolean swaps = ts_pixel_format_get_bits (picture->format) == 16;
  /* a row of zeros, two swapped rows, and one to try filters on */
  g_autofree guint8 *spare = g_malloc0 (row_bytes * 4);
  const guint8 *above = spare;

  for (guint y = 0; y < picture->height; y++) {
    const guint8 *row = ts_picture_row (picture, y);
    guint8 *line = out + (row_bytes + 1) * y;

    if (swaps) {
      guint8 *swapped = spare + row_bytes * (1 + y % 2);

      copy_row (picture, y, row_bytes, swapped);
      row = swapped;
    }
    if (filter == FILTER_BEST) {
      filter_best (row, above, row_bytes, bpp, spare + row_bytes * 3, line);
    } else {
      line[0] = (guint8) filter;
      ts_png_filter_row (filter, row, above, row_bytes, bpp, line + 1);
    }
    above = row;
  }
}

/* Whether most pixels equal their left neighbour: label maps, masks, drawn figures. A few rows
 * tell. */
static gboolean
is_flat_art (const TsPicture *picture, gsize bpp)
{
  guint64 n_changes = 0, n_pixels = 0;

  for (guint y = 0; y < picture->height; y += 4) {
    const guint8 *row = ts_picture_row (picture, y);

    for (guint x = 1; x < picture->width; x++)
      n_changes += memcmp (row + x * bpp, row + (x - 1) * bpp, bpp) != 0;
    n_pixels += picture->width;
  }
  return n_changes < n_pixels / 4;
}

/* @level 0 is the search for runs alone. */
static GBytes *
deflate (const guint8 *filtered, gsize n_bytes, int level, GError **error)
{
  struct libdeflate_compressor *compressor;
  gsize bound, n_deflated;
  guint8 *out;

  if (level == 0) {
    out = g_malloc (ts_deflate_runs_bound (n_bytes));
    return g_bytes_new_take (out, ts_deflate_runs (filtered, n_bytes, out));
  }
  compressor = libdeflate_alloc_compressor (level);
  if (compressor == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, _ ("PNG: no memory for the compressor"));
    return NULL;
  }
  bound = libdeflate_zlib_compress_bound (compressor, n_bytes);
  out = g_malloc (bound);
  n_deflated = libdeflate_zlib_compress (compressor, filtered, n_bytes, out, bound);
  libdeflate_free_compressor (compressor);
  return g_bytes_new_take (out, n_deflated);
}

typedef struct
{
  TsPngFilter filter;
  int level;
} Way;

/* By measurement: behind Paeth the search for runs leaves pictures no larger than libpng's best in
 * a twentieth of its time. Of flat art the difference to the row above leaves long matches, which
 * are found fast; unfiltered it is smallest, for who waits. What turns out to repeat itself after
 * all (a drawing, a picture made larger) is tried again. */
static const struct
{
  Way picture, flat, again;
} efforts[] = {
  { { TS_PNG_FILTER_PAETH, 0 }, { TS_PNG_FILTER_UP, 2 }, { TS_PNG_FILTER_NONE, -1 } },
  { { TS_PNG_FILTER_PAETH, 0 }, { TS_PNG_FILTER_UP, 5 }, { TS_PNG_FILTER_PAETH, 6 } },
  { { FILTER_BEST, 12 }, { TS_PNG_FILTER_NONE, 12 }, { TS_PNG_FILTER_NONE, -1 } },
};
/* As a part of the pixels. */
#define AGAIN_BELOW 8

static GBytes *
deflate_picture (const TsPicture *picture, int compression, GError **error)
{
  gsize bpp = ts_pixel_format_get_size (picture->format);
  gsize row_bytes = picture->width * bpp, n_filtered = (row_bytes + 1) * picture->height;
  gboolean flat = is_flat_art (picture, bpp);
  int effort = CLAMP (compression, 0, 2);
  Way first = flat ? efforts[effort].flat : efforts[effort].picture, again = efforts[effort].again;
  g_autofree guint8 *filtered = g_malloc (n_filtered);
  g_autoptr (GBytes) best = NULL;
  g_autoptr (GBytes) other = NULL;

  filter_picture (picture, first.filter, row_bytes, bpp, filtered);
  best = deflate (filtered, n_filtered, first.level, error);
  if (best == NULL || again.level < 0 || first.level != 0 ||
      g_bytes_get_size (best) >= n_filtered / AGAIN_BELOW)
    return g_steal_pointer (&best);
  if (again.filter != first.filter)
    filter_picture (picture, again.filter, row_bytes, bpp, filtered);
  other = deflate (filtered, n_filtered, again.level, error);
  if (other == NULL)
    return NULL;
  return g_bytes_get_size (other) < g_bytes_get_size (best) ? g_steal_pointer (&other)
                                                            : g_steal_pointer (&best);
}

static void
write_cb (png_structp png, png_bytep data, png_size_t n_bytes)
{
  PngWriter *writer = png_get_io_ptr (png);

  g_byte_array_append (writer->out, data, (guint) n_bytes);
}

static void
flush_cb (png_structp png)
{
}

static void
error_cb (png_structp png, png_const_charp message)
{
  PngWriter *writer = png_get_error_ptr (png);

  g_strlcpy (writer->message, message, sizeof writer->message);
  png_longjmp (png, 1);
}

static void
warning_cb (png_structp png, png_const_charp message)
{
}

/* As png_write_chunk() would, with the faster checksum. */
static void
append_idat (PngWriter *writer)
{
  for (gsize at = 0; at < writer->n_deflated; at += MAX_IDAT_BYTES) {
    guint32 n = (guint32) MIN (writer->n_deflated - at, MAX_IDAT_BYTES);
    guint32 length = GUINT32_TO_BE (n);
    guint32 crc = libdeflate_crc32 (libdeflate_crc32 (0, "IDAT", 4), writer->deflated + at, n);

    crc = GUINT32_TO_BE (crc);
    g_byte_array_append (writer->out, (const guint8 *) &length, 4);
    g_byte_array_append (writer->out, (const guint8 *) "IDAT", 4);
    g_byte_array_append (writer->out, writer->deflated + at, n);
    g_byte_array_append (writer->out, (const guint8 *) &crc, 4);
  }
}

/* All 256 entries, so that the file does not depend on which labels an image happens to have. The
 * list of alphas ends with the last that is not opaque. */
static void
set_palette (png_structp png, png_infop info, const guint8 *palette)
{
  png_color colors[256];
  png_byte alphas[256];
  int n_alphas = 0;

  for (int i = 0; i < 256; i++, palette += 4) {
    colors[i] = (png_color){ palette[0], palette[1], palette[2] };
    alphas[i] = palette[3];
    if (palette[3] != 255)
      n_alphas = i + 1;
  }
  png_set_PLTE (png, info, colors, 256);
  if (n_alphas > 0)
    png_set_tRNS (png, info, alphas, n_alphas, NULL);
}

/* The only function that setjmp returns into; its frame owns nothing. */
static gboolean
write_chunks (png_structp png, png_infop info, PngWriter *writer)
{
  static const int color_types[] = { 0, PNG_COLOR_TYPE_GRAY, 0, PNG_COLOR_TYPE_RGB,
                                     PNG_COLOR_TYPE_RGB_ALPHA };
  static const png_byte iend[] = "IEND";
  const TsPicture *picture = writer->picture;
  png_text text[2] = {
    { .compression = PNG_TEXT_COMPRESSION_NONE,
      .key = (png_charp) "Software",
      .text = (png_charp) TS_SOFTWARE },
    { .compression = PNG_TEXT_COMPRESSION_NONE,
      .key = (png_charp) "tenscope",
      .text = (png_charp) writer->metadata },
  };

  if (setjmp (png_jmpbuf (png)) != 0)
    return FALSE;

  png_set_write_fn (png, writer, write_cb, flush_cb);
  png_set_user_limits (png, 0x7fffffff, 0x7fffffff);
  png_set_IHDR (png, info, picture->width, picture->height,
                (int) ts_pixel_format_get_bits (picture->format),
                picture->palette != NULL
                    ? PNG_COLOR_TYPE_PALETTE
                    : color_types[ts_pixel_format_get_n_channels (picture->format)],
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (picture->palette != NULL)
    set_palette (png, info, picture->palette);
  png_set_text (png, info, text, writer->metadata != NULL ? 2 : 1);
  png_write_info (png, info);
  append_idat (writer);
  png_write_chunk (png, iend, NULL, 0);
  return TRUE;
}

static GBytes *
encode_png (const TsPicture *picture, const TsEncodeOptions *options, GError **error)
{
  guint bits = ts_pixel_format_get_bits (picture->format);
  guint64 n_bytes;

  g_return_val_if_fail (picture->palette == NULL || picture->format == TS_PIXELS_GRAY8, NULL);

  if (bits > 16) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, _ ("PNG holds 8 or 16 bits, not %u"), bits);
    return NULL;
  }
  if (picture->width == 0 || picture->height == 0 ||
      !ts_checked_mul ((guint64) picture->width * 8 + 1, picture->height, &n_bytes) ||
      n_bytes > G_MAXINT32) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("PNG cannot hold %u×%u pixels here"), picture->width, picture->height);
    return NULL;
  }

  g_autoptr (GBytes) deflated = deflate_picture (picture, options->compression, error);

  if (deflated == NULL)
    return NULL;

  PngWriter writer = { .picture = picture, .metadata = options->metadata };

  writer.deflated = g_bytes_get_data (deflated, &writer.n_deflated);
  writer.out = g_byte_array_sized_new ((guint) writer.n_deflated + 4096);

  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, &writer, error_cb, warning_cb);
  png_infop info = png != NULL ? png_create_info_struct (png) : NULL;
  gboolean ok = info != NULL && write_chunks (png, info, &writer);

  png_destroy_write_struct (&png, &info);
  if (!ok) {
    g_byte_array_unref (writer.out);
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "PNG: %s",
                 writer.message[0] != '\0' ? writer.message : _ ("no memory"));
    return NULL;
  }
  return g_byte_array_free_to_bytes (writer.out);
}

static guint32
read_u32 (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

/* Every chunk up to the last has its right checksum. */
static gboolean
is_whole_png (const guint8 *data, gsize n_bytes)
{
  gsize at = 8;

  if (n_bytes < 8 || memcmp (data, "\x89PNG\r\n\x1a\n", 8) != 0)
    return FALSE;
  while (n_bytes - at >= 12) {
    gsize length = read_u32 (data + at);

    if (length > n_bytes - at - 12 ||
        libdeflate_crc32 (0, data + at + 4, length + 4) != read_u32 (data + at + 8 + length))
      return FALSE;
    if (memcmp (data + at + 4, "IEND", 4) == 0)
      return TRUE;
    at += length + 12;
  }
  return FALSE;
}

static char *
dup_png_version (void)
{
  return g_strdup_printf ("libpng %s", png_get_libpng_ver (NULL));
}

static const char *const png_depths[] = { "8", "16", NULL };

const TsEncoder ts_encoder_png = {
  .id = "png",
  .title = "PNG",
  .suffix = ".png",
  .depths = png_depths,
  .has_alpha = TRUE,
  .has_effort = TRUE,
  .encode = encode_png,
  .is_whole = is_whole_png,
  .dup_library_version = dup_png_version,
};
