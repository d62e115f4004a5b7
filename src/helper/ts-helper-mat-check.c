/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "helper/ts-helper-mat-private.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* The library takes a variable that the file ends in, or that is followed by something else in its
 * stream, for a whole one, and what it did not read is whatever was in memory.
 *
 * Variables of MATLAB 5 files follow a header of 128 bytes: u32 type, u32 bytes, and these. One of
 * the type "compressed" is a zlib stream of exactly one other. */

#define HEADER_BYTES    128
#define TYPE_COMPRESSED 15
#define PIECE_BYTES     (64u << 10)

static gboolean
read_at (guint64 offset, void *out, gsize n_bytes)
{
  return pread (TS_ARRAY_FILE_FD, out, n_bytes, (off_t) offset) == (ssize_t) n_bytes;
}

static guint32
get_u32 (const guint8 *bytes, gboolean is_big)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return is_big ? GUINT32_FROM_BE (value) : GUINT32_FROM_LE (value);
}

typedef struct
{
  gboolean is_big, is_packed;
  guint64 offset, n_bytes; /* of the content */
} Place;

/* MATLAB 5; %FALSE when the file ends before the variable begins. */
static gboolean
find_v5 (guint number, Place *place)
{
  guint8 mark[2], tag[8];

  if (!read_at (126, mark, sizeof mark))
    return FALSE;
  place->is_big = mark[0] == 'M';
  place->offset = HEADER_BYTES;
  for (guint i = 0;; i++) {
    guint32 type;

    if (!read_at (place->offset, tag, sizeof tag))
      return FALSE;
    type = get_u32 (tag, place->is_big);
    place->is_packed = type == TYPE_COMPRESSED;
    place->n_bytes = get_u32 (tag + 4, place->is_big);
    place->offset += sizeof tag;
    if (i == number)
      return TRUE;
    place->offset += place->n_bytes;
  }
}

/* MATLAB 4: u32 type, rows, columns, is complex, length of the name; name, numbers. */
static gboolean
find_v4 (guint number, Place *place)
{
  static const guint8 sizes[] = { 8, 4, 4, 2, 2, 1 };

  place->offset = 0;
  for (guint i = 0;; i++) {
    guint8 words[20];
    guint32 type;

    if (!read_at (place->offset, words, sizeof words))
      return FALSE;
    place->is_big = get_u32 (words, FALSE) > 9999;
    type = get_u32 (words, place->is_big);
    place->n_bytes = (guint64) get_u32 (words + 4, place->is_big) *
                     get_u32 (words + 8, place->is_big) % (G_GUINT64_CONSTANT (1) << 48);
    place->n_bytes *= sizes[MIN (type / 10 % 10, 5)];
    if (get_u32 (words + 12, place->is_big) != 0)
      place->n_bytes *= 2;
    place->offset += sizeof words + get_u32 (words + 16, place->is_big);
    if (i == number)
      return TRUE;
    place->offset += place->n_bytes;
  }
}

/* How much is unpacked, and its first eight bytes; %FALSE for a damaged stream. */
static gboolean
unpack (guint64 offset, guint64 n_left, guint8 *head, guint64 *n_unpacked)
{
  g_autofree guint8 *in = g_malloc (PIECE_BYTES);
  g_autofree guint8 *out = g_malloc (PIECE_BYTES);
  z_stream stream = { 0 };
  int status = Z_OK;

  if (inflateInit (&stream) != Z_OK)
    return FALSE;
  *n_unpacked = 0;
  while (status == Z_OK) {
    guint64 n;

    if (stream.avail_in == 0 && n_left > 0) {
      stream.avail_in = (uInt) MIN (n_left, PIECE_BYTES);
      stream.next_in = in;
      if (!read_at (offset, in, stream.avail_in))
        break;
      offset += stream.avail_in;
      n_left -= stream.avail_in;
    }
    stream.next_out = out;
    stream.avail_out = PIECE_BYTES;
    status = inflate (&stream, Z_NO_FLUSH);
    n = PIECE_BYTES - stream.avail_out;
    for (guint64 i = 0; i < n && *n_unpacked + i < 8; i++)
      head[*n_unpacked + i] = out[i];
    *n_unpacked += n;
  }
  inflateEnd (&stream);
  return status == Z_STREAM_END;
}

char *
ts_mat_check_variable (guint number, gboolean is_v4)
{
  static guint n_checked; /* variables up to here are known to be good */
  guint8 head[8] = { 0 }, last;
  guint64 n_unpacked;
  Place place = { 0 };

  if (number < n_checked)
    return NULL;
  if (!(is_v4 ? find_v4 (number, &place) : find_v5 (number, &place)) ||
      (place.n_bytes > 0 && !read_at (place.offset + place.n_bytes - 1, &last, 1)))
    return g_strdup ("The file ends inside this variable");
  if (place.is_packed && (!unpack (place.offset, place.n_bytes, head, &n_unpacked) ||
                          n_unpacked != (guint64) get_u32 (head + 4, place.is_big) + sizeof head))
    return g_strdup ("The compressed variable is damaged");
  if (number == n_checked)
    n_checked++;
  return NULL;
}
