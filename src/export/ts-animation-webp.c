/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Animated WebP: the bit streams of still files, each in a chunk with its time. */

#include "config.h"

#include "export/ts-animation-private.h"

#include "base/ts-error.h"
#include "export/ts-encoder-private.h"

#include <string.h>

#define RIFF_BYTES     12
#define CHUNK_BYTES    8
#define FLAG_ANIMATION 0x02
#define FLAG_EXIF      0x08
#define FLAG_ALPHA     0x10
#define NO_BLENDING    0x02
#define MAX_FILE       0xfffffffeu

static void
set_u24 (guint8 *out, guint32 value)
{
  out[0] = (guint8) value;
  out[1] = (guint8) (value >> 8);
  out[2] = (guint8) (value >> 16);
}

static guint32
get_u32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);
  return GUINT32_FROM_LE (value);
}

/* The head of a chunk of that many bytes. */
static gboolean
put_head (TsAnimationWriter *self, const char *name, guint64 n_bytes, GError **error)
{
  guint32 size = GUINT32_TO_LE ((guint32) n_bytes);

  if (self->n_bytes + n_bytes > MAX_FILE - 64) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID,
                 "WebP holds at most 4 GiB; choose fewer images, a smaller scale or APNG");
    return FALSE;
  }
  return ts_animation_put (self, name, 4, error) && ts_animation_put (self, &size, 4, error);
}

static gboolean
put_chunk (TsAnimationWriter *self,
           const char *name,
           const guint8 *data,
           gsize n_bytes,
           GError **error)
{
  return put_head (self, name, n_bytes, error) && ts_animation_put (self, data, n_bytes, error) &&
         ts_animation_put (self, "", n_bytes & 1, error);
}

/* The next chunk of a still file at *@at, of which *@n_left bytes are left, its head included. */
static const guint8 *
next_chunk (const guint8 **at, gsize *n_left, gsize *n_bytes)
{
  const guint8 *chunk = *at;
  gsize size;

  if (*n_left < CHUNK_BYTES)
    return NULL;
  size = MIN (get_u32 (chunk + 4), *n_left - CHUNK_BYTES);
  *n_bytes = CHUNK_BYTES + size;
  size = MIN (*n_bytes + (size & 1), *n_left);
  *at += size;
  *n_left -= size;
  return chunk;
}

static gboolean
is_pixels (const guint8 *chunk)
{
  return memcmp (chunk, "VP8 ", 4) == 0 || memcmp (chunk, "VP8L", 4) == 0 ||
         memcmp (chunk, "ALPH", 4) == 0;
}

static gboolean
put_headers (TsAnimationWriter *self, GError **error)
{
  const TsAnimation *animation = self->animation;
  guint8 extended[10] = { FLAG_ANIMATION | FLAG_EXIF };
  guint8 animated[6] = { 0 };

  if (ts_pixel_format_get_n_channels (animation->format) == 4)
    extended[0] |= FLAG_ALPHA;
  set_u24 (extended + 4, animation->width - 1);
  set_u24 (extended + 7, animation->height - 1);
  animated[4] = (guint8) animation->options->n_loops;
  animated[5] = (guint8) (animation->options->n_loops >> 8);
  return ts_animation_put (self, "RIFF\0\0\0\0WEBP", RIFF_BYTES, error) &&
         put_chunk (self, "VP8X", extended, sizeof extended, error) &&
         put_chunk (self, "ANIM", animated, sizeof animated, error);
}

/* Frames start at whole milliseconds, as near as possible to their time. */
static guint32
get_duration (const TsAnimation *animation, guint64 position)
{
  const guint *rate = animation->options->rate;
  guint64 start = (position * 1000 * rate[1] + rate[0] / 2) / rate[0];
  guint64 end = ((position + 1) * 1000 * rate[1] + rate[0] / 2) / rate[0];

  return (guint32) MIN (end - start, 0xffffff);
}

gboolean
ts_animation_add_webp (TsAnimationWriter *self, GBytes *frame, guint64 position, GError **error)
{
  const TsAnimation *animation = self->animation;
  gsize n_left, n_bytes;
  const guint8 *start = g_bytes_get_data (frame, &n_left), *at = start + RIFF_BYTES, *chunk;
  gsize n_file = n_left -= MIN (n_left, RIFF_BYTES);
  guint8 head[16] = { 0 }; /* no offset */
  guint64 n_pixels = 0;

  if (position == 0 && !put_headers (self, error))
    return FALSE;
  while ((chunk = next_chunk (&at, &n_left, &n_bytes)) != NULL)
    if (is_pixels (chunk))
      n_pixels += n_bytes + (n_bytes & 1);
  set_u24 (head + 6, animation->width - 1);
  set_u24 (head + 9, animation->height - 1);
  set_u24 (head + 12, get_duration (animation, position));
  head[15] = NO_BLENDING;
  if (!put_head (self, "ANMF", sizeof head + n_pixels, error) ||
      !ts_animation_put (self, head, sizeof head, error))
    return FALSE;
  at = start + RIFF_BYTES;
  n_left = n_file;
  while ((chunk = next_chunk (&at, &n_left, &n_bytes)) != NULL)
    if (is_pixels (chunk) && (!ts_animation_put (self, chunk, n_bytes, error) ||
                              !ts_animation_put (self, "", n_bytes & 1, error)))
      return FALSE;
  return TRUE;
}

gboolean
ts_animation_finish_webp (TsAnimationWriter *self, guint32 *riff_size, GError **error)
{
  g_autoptr (GBytes) exif = ts_exif_new (TS_SOFTWARE, self->animation->metadata);

  /* announced in the header; without the description when that is too long */
  if (exif == NULL)
    exif = ts_exif_new (TS_SOFTWARE, "");
  if (!put_chunk (self, "EXIF", g_bytes_get_data (exif, NULL), g_bytes_get_size (exif), error))
    return FALSE;
  *riff_size = GUINT32_TO_LE ((guint32) (self->n_bytes - CHUNK_BYTES));
  return TRUE;
}
