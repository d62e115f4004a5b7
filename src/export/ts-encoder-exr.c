/* SPDX-License-Identifier: GPL-3.0-or-later */

/* OpenEXR: scan lines of half or 32-bit floats, in memory. The library takes the time of no clock,
 * so equal pixels are equal bytes. */

#include "config.h"

#include "export/ts-encoder-private.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "base/ts-half.h"

#include <glib/gi18n-lib.h>
#include <openexr.h>
#include <string.h>

#define MAX_SIDE 65536

typedef struct
{
  const TsPicture *picture;
  const TsEncodeOptions *options;
  GByteArray *out;
  guint8 *rows; /* of one chunk, as they are in the file */
  char message[200];
} ExrWriter;

static int64_t
write_cb (exr_const_context_t file,
          void *data,
          const void *bytes,
          uint64_t n_bytes,
          uint64_t offset,
          exr_stream_error_func_ptr_t error)
{
  ExrWriter *writer = data;

  if (n_bytes > G_MAXINT32 || offset > G_MAXINT32 || offset + n_bytes > G_MAXINT32)
    return -1;
  if (offset + n_bytes > writer->out->len) {
    guint before = writer->out->len;

    g_byte_array_set_size (writer->out, (guint) (offset + n_bytes));
    memset (writer->out->data + before, 0, writer->out->len - before);
  }
  memcpy (writer->out->data + offset, bytes, n_bytes);
  return (int64_t) n_bytes;
}

static void
error_cb (exr_const_context_t file, exr_result_t code, const char *message)
{
  ExrWriter *writer = NULL;

  if (exr_get_user_data (file, (void **) &writer) == EXR_ERR_SUCCESS && writer != NULL &&
      writer->message[0] == '\0')
    g_strlcpy (writer->message, message, sizeof writer->message);
}

/* Channels stand in the order of their names. */
static const char *const gray_names[] = { "Y", NULL };
static const char *const color_names[] = { "B", "G", "R", NULL };
static const char *const alpha_names[] = { "A", "B", "G", "R", NULL };

static const char *const *
get_names (const TsPicture *picture)
{
  guint n = ts_pixel_format_get_n_channels (picture->format);

  return n == 1 ? gray_names : n == 3 ? color_names : alpha_names;
}

static gboolean
write_header (exr_context_t file, ExrWriter *writer)
{
  const TsPicture *picture = writer->picture;
  const char *const *names = get_names (picture);
  exr_pixel_type_t type = writer->options->half ? EXR_PIXEL_HALF : EXR_PIXEL_FLOAT;
  int part;

  if (exr_add_part (file, "image", EXR_STORAGE_SCANLINE, &part) != EXR_ERR_SUCCESS ||
      exr_initialize_required_attr_simple (file, part, (int32_t) picture->width,
                                           (int32_t) picture->height,
                                           writer->options->codec == TS_CODEC_NONE
                                               ? EXR_COMPRESSION_NONE
                                               : EXR_COMPRESSION_ZIP) != EXR_ERR_SUCCESS)
    return FALSE;
  for (gsize i = 0; names[i] != NULL; i++)
    if (exr_add_channel (file, part, names[i], type, EXR_PERCEPTUALLY_LOGARITHMIC, 1, 1) !=
        EXR_ERR_SUCCESS)
      return FALSE;
  if (exr_attr_set_string (file, part, "software", TS_SOFTWARE) != EXR_ERR_SUCCESS ||
      (writer->options->metadata != NULL &&
       exr_attr_set_string (file, part, "tenscope", writer->options->metadata) != EXR_ERR_SUCCESS))
    return FALSE;
  return exr_write_header (file) == EXR_ERR_SUCCESS;
}

/* The rows of a chunk from @y, channel after channel, the last one first. Colours are as they are,
 * not multiplied by their alpha: the numbers come back as they were. */
static void
copy_rows (ExrWriter *writer, guint y, guint n_rows)
{
  const TsPicture *picture = writer->picture;
  guint n_channels = ts_pixel_format_get_n_channels (picture->format);
  gsize size = writer->options->half ? 2 : 4, width = picture->width;

  for (guint c = 0; c < n_channels; c++) {
    guint8 *plane = writer->rows + size * width * n_rows * (n_channels - 1 - c);

    for (guint row = 0; row < n_rows; row++) {
      const float *in = (const float *) (gconstpointer) ts_picture_row (picture, y + row);
      guint8 *out = plane + size * width * row;

      for (gsize x = 0; x < width; x++) {
        guint16 half;

        if (writer->options->half) {
          half = ts_half_from_float (in[x * n_channels + c]);
          memcpy (out + 2 * x, &half, 2);
        } else {
          memcpy (out + 4 * x, &in[x * n_channels + c], 4);
        }
      }
    }
  }
}

static gboolean
encode_chunk (exr_context_t file, ExrWriter *writer, exr_encode_pipeline_t *pipeline, guint n_rows)
{
  gsize size = writer->options->half ? 2 : 4, width = writer->picture->width;

  for (int c = 0; c < pipeline->channel_count; c++) {
    exr_coding_channel_info_t *channel = &pipeline->channels[c];

    channel->user_pixel_stride = (int32_t) size;
    channel->user_line_stride = (int32_t) (size * width);
    channel->encode_from_ptr = writer->rows + size * width * n_rows * (gsize) c;
  }
  return exr_encoding_choose_default_routines (file, 0, pipeline) == EXR_ERR_SUCCESS &&
         exr_encoding_run (file, 0, pipeline) == EXR_ERR_SUCCESS;
}

static gboolean
write_chunks (exr_context_t file, ExrWriter *writer)
{
  exr_encode_pipeline_t pipeline = EXR_ENCODE_PIPELINE_INITIALIZER;
  int32_t rows_per_chunk;
  gboolean ok = exr_get_scanlines_per_chunk (file, 0, &rows_per_chunk) == EXR_ERR_SUCCESS;
  gboolean begun = FALSE;

  for (guint y = 0; ok && y < writer->picture->height; y += (guint) rows_per_chunk) {
    guint n_rows = MIN ((guint) rows_per_chunk, writer->picture->height - y);
    exr_chunk_info_t chunk;

    ok = exr_write_scanline_chunk_info (file, 0, (int) y, &chunk) == EXR_ERR_SUCCESS &&
         (begun ? exr_encoding_update (file, 0, &chunk, &pipeline)
                : exr_encoding_initialize (file, 0, &chunk, &pipeline)) == EXR_ERR_SUCCESS;
    begun = begun || ok;
    if (ok) {
      copy_rows (writer, y, n_rows);
      ok = encode_chunk (file, writer, &pipeline, n_rows);
    }
  }
  if (begun)
    exr_encoding_destroy (file, &pipeline);
  return ok;
}

static GBytes *
encode_exr (const TsPicture *picture, const TsEncodeOptions *options, GError **error)
{
  ExrWriter writer = { .picture = picture, .options = options };
  exr_context_initializer_t setup = EXR_DEFAULT_CONTEXT_INITIALIZER;
  exr_context_t file = NULL;
  guint64 n_bytes;
  gboolean ok;

  if (ts_pixel_format_get_bits (picture->format) != 32) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, _ ("OpenEXR holds floats"));
    return NULL;
  }
  if (picture->width == 0 || picture->height == 0 || picture->width > MAX_SIDE ||
      picture->height > MAX_SIDE ||
      !ts_checked_mul ((guint64) picture->width * 16, picture->height, &n_bytes) ||
      n_bytes > G_MAXINT32 - (1 << 20)) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 _ ("OpenEXR cannot hold %u×%u pixels here"), picture->width, picture->height);
    return NULL;
  }

  writer.out = g_byte_array_new ();
  /* no chunk is of more than 256 rows */
  writer.rows = g_malloc ((gsize) picture->width * 16 * MIN (picture->height, 256));
  setup.user_data = &writer;
  setup.write_fn = write_cb;
  setup.error_handler_fn = error_cb;
  setup.max_image_width = MAX_SIDE;
  setup.max_image_height = MAX_SIDE;
  ok = exr_start_write (&file, "memory", EXR_WRITE_FILE_DIRECTLY, &setup) == EXR_ERR_SUCCESS &&
       write_header (file, &writer) && write_chunks (file, &writer);
  if (file != NULL)
    ok = exr_finish (&file) == EXR_ERR_SUCCESS && ok;
  g_free (writer.rows);
  if (!ok) {
    g_byte_array_unref (writer.out);
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "OpenEXR: %s",
                 writer.message[0] != '\0' ? writer.message : _ ("no memory"));
    return NULL;
  }
  return g_byte_array_free_to_bytes (writer.out);
}

static guint64
read_le (const guint8 *at, guint n_bytes)
{
  guint64 value = 0;

  for (guint i = 0; i < n_bytes; i++)
    value |= (guint64) at[i] << (8 * i);
  return value;
}

/* Behind the header stands where each chunk is; the last of them ends within the file. */
static gboolean
is_whole_exr (const guint8 *data, gsize n_bytes)
{
  gsize at = 8, table_end;
  guint64 last = 0;

  if (n_bytes < 9 || memcmp (data, "\x76\x2f\x31\x01", 4) != 0)
    return FALSE;
  while (at < n_bytes && data[at] != 0) {
    for (int strings = 0; strings < 2; strings++) {
      const guint8 *end = memchr (data + at, 0, n_bytes - at);

      if (end == NULL)
        return FALSE;
      at = (gsize) (end - data) + 1;
      if (at >= n_bytes)
        return FALSE;
    }
    if (n_bytes - at < 4 || read_le (data + at, 4) > n_bytes - at - 4)
      return FALSE;
    at += 4 + read_le (data + at, 4);
  }
  at++;
  if (at >= n_bytes || n_bytes - at < 8)
    return FALSE;
  /* The first chunk follows the table. */
  table_end = (gsize) MIN (read_le (data + at, 8), n_bytes);
  for (; at + 8 <= table_end; at += 8) {
    guint64 offset = read_le (data + at, 8);

    if (offset == 0)
      return FALSE;
    last = MAX (last, offset);
  }
  return last != 0 && n_bytes >= 8 && last <= n_bytes - 8 &&
         read_le (data + last + 4, 4) <= n_bytes - last - 8;
}

static char *
dup_exr_version (void)
{
  int major, minor, patch;
  const char *extra;

  exr_get_library_version (&major, &minor, &patch, &extra);
  return g_strdup_printf ("OpenEXR %d.%d.%d", major, minor, patch);
}

static const char *const exr_depths[] = { "16f", "32f", NULL };
static const char *const exr_codecs[] = { "none", "deflate", NULL };

const TsEncoder ts_encoder_exr = {
  .id = "exr",
  .title = "OpenEXR",
  .suffix = ".exr",
  .depths = exr_depths,
  .has_alpha = TRUE,
  .codecs = exr_codecs,
  .max_side = MAX_SIDE,
  .encode = encode_exr,
  .is_whole = is_whole_exr,
  .dup_library_version = dup_exr_version,
};
