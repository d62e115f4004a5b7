/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-picture.h"

#include "base/ts-cursor.h"
#include "base/ts-error.h"
#include "reader/ts-array-helper.h"
#include "reader/ts-reader-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* Single pictures: what the header says is read here, the pixels are decoded in the array helper.
 */

#define MAX_SIDE   65535
#define MAX_CHUNKS 10000

static const guint8 png_signature[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

gboolean
ts_picture_is_picture (const guint8 *head, gsize n_bytes)
{
  return (n_bytes >= 33 && memcmp (head, png_signature, sizeof png_signature) == 0) ||
         (n_bytes >= 4 && head[0] == 0xff && head[1] == 0xd8 && head[2] == 0xff);
}

static gboolean
set_damaged (GError **error, guint64 offset)
{
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
               _ ("The header of the picture is damaged at offset %" PRIu64), offset);
  return FALSE;
}

/* One chunk's type and size after another, up to the pixels; @offset is moved behind the chunk. */
static gboolean
next_chunk (TsSource *source,
            guint64 *offset,
            char type[5],
            guint64 *data_offset,
            guint32 *n_bytes,
            GCancellable *cancellable)
{
  guint8 head[8];
  TsCursor cursor;

  if (!ts_source_read (source, *offset, head, sizeof head, cancellable, NULL))
    return FALSE;
  ts_cursor_init (&cursor, head, sizeof head);
  *n_bytes = ts_cursor_u32be (&cursor);
  memcpy (type, head + 4, 4);
  type[4] = '\0';
  *data_offset = *offset + 8;
  *offset += 12 + (guint64) *n_bytes;
  return strcmp (type, "IDAT") != 0 && strcmp (type, "IEND") != 0;
}

static gboolean
describe_png (TsSource *source,
              TsShape *shape,
              TsDtype *dtype,
              GCancellable *cancellable,
              GError **error)
{
  guint8 head[29];
  TsCursor cursor;
  guint32 width, height;
  guint depth, colour, n_channels;
  guint64 offset = 8, data_offset;
  gboolean has_transparency = FALSE;
  char type[5];
  guint32 n_bytes;

  if (!ts_source_read (source, 0, head, sizeof head, cancellable, error))
    return FALSE;
  ts_cursor_init (&cursor, head, sizeof head);
  ts_cursor_seek (&cursor, 16);
  width = ts_cursor_u32be (&cursor);
  height = ts_cursor_u32be (&cursor);
  depth = ts_cursor_u8 (&cursor);
  colour = ts_cursor_u8 (&cursor);
  if (width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE || depth > 16 ||
      colour > 6)
    return set_damaged (error, 16);
  for (guint i = 0;
       i < MAX_CHUNKS && next_chunk (source, &offset, type, &data_offset, &n_bytes, cancellable);
       i++)
    has_transparency |= strcmp (type, "tRNS") == 0;
  /* colour: 1 palette, 2 colour, 4 alpha */
  n_channels = colour & 2 ? 3 : 1;
  if (colour & 4 || has_transparency)
    n_channels++;
  *dtype = depth == 16 ? TS_DTYPE_UINT16 : TS_DTYPE_UINT8;
  ts_shape_init (shape, n_channels > 1 ? 3 : 2, (guint64[]){ height, width, n_channels });
  return TRUE;
}

static gboolean
describe_jpeg (TsSource *source,
               TsShape *shape,
               TsDtype *dtype,
               GCancellable *cancellable,
               GError **error)
{
  guint64 offset = 2;

  for (guint i = 0; i < MAX_CHUNKS; i++) {
    guint8 head[10];
    TsCursor cursor;
    guint marker, n_bytes, height, width, n_channels;

    if (!ts_source_read (source, offset, head, sizeof head, cancellable, error))
      return FALSE;
    ts_cursor_init (&cursor, head, sizeof head);
    if (ts_cursor_u8 (&cursor) != 0xff)
      return set_damaged (error, offset);
    marker = ts_cursor_u8 (&cursor);
    if (marker == 0xff) { /* fill byte */
      offset++;
      continue;
    }
    n_bytes = ts_cursor_u16be (&cursor);
    /* A frame header, which is any SOF but the tables of Huffman, arithmetic and JPEG extensions.
     */
    if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
      ts_cursor_u8 (&cursor);
      height = ts_cursor_u16be (&cursor);
      width = ts_cursor_u16be (&cursor);
      n_channels = ts_cursor_u8 (&cursor) == 1 ? 1 : 3;
      if (width == 0 || height == 0)
        return set_damaged (error, offset);
      *dtype = TS_DTYPE_UINT8;
      ts_shape_init (shape, n_channels > 1 ? 3 : 2, (guint64[]){ height, width, n_channels });
      return TRUE;
    }
    if (n_bytes < 2 || marker == 0xda || marker == 0xd9)
      return set_damaged (error, offset);
    offset += 2 + n_bytes;
  }
  return set_damaged (error, offset);
}

typedef struct
{
  TsSource *source;
  guint64 n_bytes;
} Pixels;

static void
free_pixels (gpointer data)
{
  Pixels *self = data;

  g_object_unref (self->source);
  g_free (self);
}

static GBytes *
decode (gpointer data, GCancellable *cancellable, GError **error)
{
  Pixels *self = data;
  g_autoptr (TsNode) root = ts_array_helper_open (self->source, "picture", cancellable, error);
  g_autoptr (TsBlock) block = NULL;
  TsTensor *tensor;
  guint8 *packed;

  if (root == NULL)
    return NULL;
  tensor =
      ts_node_get_n_children (root) == 1 ? ts_node_get_tensor (ts_node_get_child (root, 0)) : NULL;
  if (tensor == NULL ||
      ts_tensor_get_n_elements (tensor) * ts_dtype_get_size (ts_tensor_get_dtype (tensor)) !=
          self->n_bytes) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT,
                         _ ("The picture is not what its header says"));
    return NULL;
  }
  block = ts_tensor_read_all (tensor, cancellable, error);
  if (block == NULL)
    return NULL;
  packed = g_malloc ((gsize) self->n_bytes);
  ts_block_copy_packed (block, packed);
  return g_bytes_new_take (packed, (gsize) self->n_bytes);
}

TsTensor *
ts_picture_open (TsSource *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsSource) pixels = NULL;
  guint8 head[33] = { 0 };
  TsShape shape;
  TsDtype dtype;
  Pixels *data;
  guint64 n_elements = 0;
  gsize n_head = (gsize) MIN (ts_source_get_size (source), sizeof head);

  if (!ts_source_read (source, 0, head, n_head, cancellable, error))
    return NULL;
  if (!ts_picture_is_picture (head, n_head)) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_UNSUPPORTED,
                         _ ("This is no PNG or JPEG picture"));
    return NULL;
  }
  if (!(head[0] == 0xff ? describe_jpeg (source, &shape, &dtype, cancellable, error)
                        : describe_png (source, &shape, &dtype, cancellable, error)))
    return NULL;
  ts_shape_count (&shape, &n_elements);
  data = g_new0 (Pixels, 1);
  data->source = g_object_ref (source);
  data->n_bytes = n_elements * ts_dtype_get_size (dtype);
  pixels = ts_computed_source_new (data->n_bytes, decode, data, free_pixels);
  return ts_tensor_new (pixels, 0, dtype, G_BYTE_ORDER, &shape, NULL, error);
}

static int
probe_picture (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  return ts_picture_is_picture (head, n_bytes) ? 100 : 0;
}

static TsDocument *
open_picture (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsTensor) tensor = ts_picture_open (source, cancellable, error);
  g_autofree char *settings = NULL;
  g_autoptr (TsNode) root = NULL;

  if (tensor == NULL)
    return NULL;
  root = ts_node_new_container ("", "picture");
  ts_node_take_child (root, ts_node_new_tensor ("pixels", tensor));
  settings = ts_picture_dup_settings (source, cancellable);
  if (settings != NULL)
    ts_node_take_child (root, ts_node_new_text ("tenscope", settings));
  return ts_document_new (source, name, "picture", TS_ORIGIN_KERAS, root);
}

static int
probe_exr (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  return n_bytes >= 8 && memcmp (head, "\x76\x2f\x31\x01", 4) == 0 ? 100 : 0;
}

static TsDocument *
open_exr (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsNode) root = ts_array_helper_open (source, "exr", cancellable, error);

  return root != NULL ? ts_document_new (source, name, "exr", TS_ORIGIN_KERAS, root) : NULL;
}

static const char *const picture_suffixes[] = { ".png", ".jpg", ".jpeg", NULL };
static const char *const exr_suffixes[] = { ".exr", NULL };

const TsReader ts_reader_picture = {
  "picture", "Picture", picture_suffixes, probe_picture, open_picture,
};
const TsReader ts_reader_exr = { "exr", "OpenEXR", exr_suffixes, probe_exr, open_exr };
