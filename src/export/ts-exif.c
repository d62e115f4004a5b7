/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The smallest EXIF block that holds a program name and a comment: one directory with Software and
 * a pointer to the EXIF directory, whose only entry is UserComment. */

#include "config.h"

#include "export/ts-encoder-private.h"

#include <string.h>

enum {
  TAG_SOFTWARE = 0x0131,
  TAG_EXIF_DIRECTORY = 0x8769,
  TAG_USER_COMMENT = 0x9286,
  TYPE_ASCII = 2,
  TYPE_LONG = 4,
  TYPE_UNDEFINED = 7,
};

static void
append_u16 (GByteArray *out, guint value)
{
  guint8 bytes[2] = { value & 0xff, value >> 8 & 0xff };

  g_byte_array_append (out, bytes, sizeof bytes);
}

static void
append_u32 (GByteArray *out, guint value)
{
  append_u16 (out, value & 0xffff);
  append_u16 (out, value >> 16);
}

static void
append_entry (GByteArray *out, guint tag, guint type, guint count, guint value)
{
  append_u16 (out, tag);
  append_u16 (out, type);
  append_u32 (out, count);
  append_u32 (out, value);
}

GBytes *
ts_exif_new (const char *software, const char *comment)
{
  static const guint8 header[] = { 'I', 'I', 42, 0, 8, 0, 0, 0 };
  static const guint8 ascii[] = { 'A', 'S', 'C', 'I', 'I', 0, 0, 0 };
  gsize software_bytes = strlen (software) + 1, comment_bytes = strlen (comment);
  guint first = 8, first_end = first + 2 + 2 * 12 + 4;
  guint software_at = first_end, second = software_at + (guint) ((software_bytes + 1) & ~(gsize) 1);
  guint comment_at = second + 2 + 12 + 4;

  /* The segment's own length field and the "Exif" prefix count too. */
  if (comment_at + sizeof ascii + comment_bytes > 65535 - 8)
    return NULL;

  GByteArray *out = g_byte_array_new ();

  g_byte_array_append (out, header, sizeof header);
  append_u16 (out, 2);
  append_entry (out, TAG_SOFTWARE, TYPE_ASCII, (guint) software_bytes, software_at);
  append_entry (out, TAG_EXIF_DIRECTORY, TYPE_LONG, 1, second);
  append_u32 (out, 0);
  g_byte_array_append (out, (const guint8 *) software, (guint) software_bytes);
  if (software_bytes & 1)
    g_byte_array_append (out, (const guint8 *) "", 1);
  append_u16 (out, 1);
  append_entry (out, TAG_USER_COMMENT, TYPE_UNDEFINED, (guint) (sizeof ascii + comment_bytes),
                comment_at);
  append_u32 (out, 0);
  g_byte_array_append (out, ascii, sizeof ascii);
  g_byte_array_append (out, (const guint8 *) comment, (guint) comment_bytes);
  return g_byte_array_free_to_bytes (out);
}
