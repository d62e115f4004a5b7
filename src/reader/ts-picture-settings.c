/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-cursor.h"
#include "reader/ts-picture.h"

#include <string.h>

/* The text that Tenscope wrote into a picture, found without decoding it: PNG has it in a text
 * chunk, TIFF as the description of the first page, JPEG and WebP as the comment of an EXIF block,
 * which is a small TIFF, OpenEXR as an attribute. Whatever is not as expected has no text. */

#define MAX_SETTINGS_BYTES (1u << 20)
#define MAX_PARTS          10000 /* chunks, segments, entries */
#define EXR_NAME_BYTES     255

enum {
  TAG_DESCRIPTION = 0x010e,
  TAG_EXIF_DIRECTORY = 0x8769,
  TAG_USER_COMMENT = 0x9286,
};

static const guint8 png_signature[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
static const guint8 exr_signature[] = { 0x76, 0x2f, 0x31, 0x01 };
static const char ascii_prefix[8] = "ASCII";

/* @n_bytes of text up to its first zero. */
static char *
read_text (TsSource *source, guint64 offset, guint64 n_bytes, GCancellable *cancellable)
{
  g_autofree char *text = NULL;

  if (n_bytes == 0 || n_bytes > MAX_SETTINGS_BYTES)
    return NULL;
  text = g_malloc ((gsize) n_bytes + 1);
  if (!ts_source_read (source, offset, text, (gsize) n_bytes, cancellable, NULL))
    return NULL;
  text[n_bytes] = '\0';
  return g_strdup (text);
}

static char *
find_in_png (TsSource *source, GCancellable *cancellable)
{
  static const char keyword[] = "tenscope";
  guint64 offset = sizeof png_signature;

  for (guint i = 0; i < MAX_PARTS; i++) {
    guint8 head[8 + sizeof keyword] = { 0 };
    guint64 left = ts_source_get_size (source) - MIN (ts_source_get_size (source), offset);
    TsCursor cursor;
    guint32 n_bytes;

    if (left < 12 ||
        !ts_source_read (source, offset, head, (gsize) MIN (left, sizeof head), cancellable, NULL))
      return NULL;
    ts_cursor_init (&cursor, head, sizeof head);
    n_bytes = ts_cursor_u32be (&cursor);
    if (memcmp (head + 4, "IDAT", 4) == 0 || memcmp (head + 4, "IEND", 4) == 0)
      return NULL;
    if (memcmp (head + 4, "tEXt", 4) == 0 && n_bytes > sizeof keyword &&
        memcmp (head + 8, keyword, sizeof keyword) == 0)
      return read_text (source, offset + 8 + sizeof keyword, n_bytes - sizeof keyword, cancellable);
    offset += 12 + (guint64) n_bytes;
  }
  return NULL;
}

/* A directory of a TIFF, or of an EXIF block in a file; offsets count from @base. */
typedef struct
{
  TsSource *source;
  guint64 base;
  gboolean is_big_endian;
  GCancellable *cancellable;
} Tiff;

static guint32
tiff_number (const Tiff *self, TsCursor *cursor, guint n_bytes)
{
  if (n_bytes == 2)
    return self->is_big_endian ? ts_cursor_u16be (cursor) : ts_cursor_u16le (cursor);
  return self->is_big_endian ? ts_cursor_u32be (cursor) : ts_cursor_u32le (cursor);
}

/* Where the value of @tag lies and how many there are of it; @value is the entry's last field. */
static gboolean
tiff_find (const Tiff *self, guint32 directory, guint tag, guint32 *count, guint32 *value)
{
  guint8 entry[12];
  guint n_entries;
  TsCursor cursor;

  if (!ts_source_read (self->source, self->base + directory, entry, 2, self->cancellable, NULL))
    return FALSE;
  ts_cursor_init (&cursor, entry, 2);
  n_entries = tiff_number (self, &cursor, 2);
  for (guint i = 0; i < MIN (n_entries, MAX_PARTS); i++) {
    if (!ts_source_read (self->source, self->base + directory + 2 + (guint64) i * 12, entry,
                         sizeof entry, self->cancellable, NULL))
      return FALSE;
    ts_cursor_init (&cursor, entry, sizeof entry);
    if (tiff_number (self, &cursor, 2) != tag)
      continue;
    tiff_number (self, &cursor, 2);
    *count = tiff_number (self, &cursor, 4);
    *value = tiff_number (self, &cursor, 4);
    return TRUE;
  }
  return FALSE;
}

static gboolean
tiff_open (Tiff *self, guint32 *directory)
{
  guint8 head[8];
  TsCursor cursor;

  if (!ts_source_read (self->source, self->base, head, sizeof head, self->cancellable, NULL) ||
      head[0] != head[1] || (head[0] != 'I' && head[0] != 'M'))
    return FALSE;
  self->is_big_endian = head[0] == 'M';
  ts_cursor_init (&cursor, head, sizeof head);
  ts_cursor_seek (&cursor, 2);
  if (tiff_number (self, &cursor, 2) != 42)
    return FALSE;
  *directory = tiff_number (self, &cursor, 4);
  return TRUE;
}

static char *
find_in_tiff (TsSource *source, GCancellable *cancellable)
{
  Tiff tiff = { source, 0, FALSE, cancellable };
  guint32 directory, count, value;

  if (!tiff_open (&tiff, &directory) ||
      !tiff_find (&tiff, directory, TAG_DESCRIPTION, &count, &value) || count <= 4)
    return NULL;
  return read_text (source, value, count, cancellable);
}

static char *
find_in_exif (TsSource *source, guint64 base, GCancellable *cancellable)
{
  Tiff tiff = { source, base, FALSE, cancellable };
  guint32 directory, count, value;
  char prefix[sizeof ascii_prefix];

  if (!tiff_open (&tiff, &directory) ||
      !tiff_find (&tiff, directory, TAG_EXIF_DIRECTORY, &count, &value) ||
      !tiff_find (&tiff, value, TAG_USER_COMMENT, &count, &value) || count <= sizeof prefix ||
      !ts_source_read (source, base + value, prefix, sizeof prefix, cancellable, NULL) ||
      memcmp (prefix, ascii_prefix, sizeof prefix) != 0)
    return NULL;
  return read_text (source, base + value + sizeof prefix, count - sizeof prefix, cancellable);
}

static char *
find_in_jpeg (TsSource *source, GCancellable *cancellable)
{
  guint64 offset = 2;

  for (guint i = 0; i < MAX_PARTS; i++) {
    guint8 head[10];
    TsCursor cursor;
    guint marker, n_bytes;

    if (!ts_source_read (source, offset, head, sizeof head, cancellable, NULL) || head[0] != 0xff)
      return NULL;
    ts_cursor_init (&cursor, head, sizeof head);
    ts_cursor_seek (&cursor, 1);
    marker = ts_cursor_u8 (&cursor);
    n_bytes = ts_cursor_u16be (&cursor);
    if (marker == 0xda || marker == 0xd9 || n_bytes < 2)
      return NULL;
    if (marker == 0xe1 && memcmp (head + 4, "Exif\0", 6) == 0)
      return find_in_exif (source, offset + 10, cancellable);
    offset += 2 + n_bytes;
  }
  return NULL;
}

static char *
find_in_webp (TsSource *source, GCancellable *cancellable)
{
  guint64 offset = 12;

  for (guint i = 0; i < MAX_PARTS; i++) {
    guint8 head[8];
    TsCursor cursor;
    guint32 n_bytes;

    if (!ts_source_read (source, offset, head, sizeof head, cancellable, NULL))
      return NULL;
    ts_cursor_init (&cursor, head, sizeof head);
    ts_cursor_seek (&cursor, 4);
    n_bytes = ts_cursor_u32le (&cursor);
    if (memcmp (head, "EXIF", 4) == 0)
      return find_in_exif (source, offset + 8, cancellable);
    offset += 8 + (guint64) n_bytes + (n_bytes & 1);
  }
  return NULL;
}

/* Attributes one after the other, each with name, type and size; an empty name ends them. */
static char *
find_in_exr (TsSource *source, GCancellable *cancellable)
{
  static const char wanted[] = "tenscope\0string";
  guint64 offset = 8;

  for (guint i = 0; i < MAX_PARTS; i++) {
    guint8 head[2 * (EXR_NAME_BYTES + 1) + 4];
    guint64 left = ts_source_get_size (source) - MIN (ts_source_get_size (source), offset);
    gsize n_head = (gsize) MIN (left, sizeof head), n_name, n_type;
    TsCursor cursor;
    guint32 n_bytes;

    if (n_head == 0 || !ts_source_read (source, offset, head, n_head, cancellable, NULL) ||
        head[0] == '\0')
      return NULL;
    n_name = strnlen ((const char *) head, n_head) + 1;
    n_type = n_name < n_head ? strnlen ((const char *) head + n_name, n_head - n_name) + 1 : n_head;
    if (n_type > n_head - MIN (n_name, n_head) || n_head - n_name - n_type < 4)
      return NULL;
    ts_cursor_init (&cursor, head + n_name + n_type, 4);
    n_bytes = ts_cursor_u32le (&cursor);
    offset += n_name + n_type + 4;
    if (n_name + n_type == sizeof wanted && memcmp (head, wanted, sizeof wanted) == 0)
      return read_text (source, offset, n_bytes, cancellable);
    offset += n_bytes;
  }
  return NULL;
}

char *
ts_picture_dup_settings (TsSource *source, GCancellable *cancellable)
{
  guint8 head[12];

  g_return_val_if_fail (TS_IS_SOURCE (source), NULL);

  if (!ts_source_read (source, 0, head, sizeof head, cancellable, NULL))
    return NULL;
  if (memcmp (head, png_signature, sizeof png_signature) == 0)
    return find_in_png (source, cancellable);
  if (head[0] == 0xff && head[1] == 0xd8 && head[2] == 0xff)
    return find_in_jpeg (source, cancellable);
  if (memcmp (head, "RIFF", 4) == 0 && memcmp (head + 8, "WEBP", 4) == 0)
    return find_in_webp (source, cancellable);
  if (memcmp (head, exr_signature, sizeof exr_signature) == 0)
    return find_in_exr (source, cancellable);
  return find_in_tiff (source, cancellable);
}
