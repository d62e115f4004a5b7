/* SPDX-License-Identifier: GPL-3.0-or-later */

/* APNG: the chunks of still PNG files, those with pixels numbered and each frame with its time. A
 * program that knows only PNG shows the first frame. */

#include "config.h"

#include "export/ts-animation-private.h"

#include "base/ts-error.h"

#include <libdeflate.h>
#include <string.h>

#define SIGNATURE_BYTES 8
#define HEADER_BYTES    13
#define CHUNK_BYTES     12 /* length, name, checksum */

static void
set_u32 (guint8 *out, guint32 value)
{
  value = GUINT32_TO_BE (value);
  memcpy (out, &value, sizeof value);
}

static guint32
get_u32 (const guint8 *data)
{
  guint32 value;

  memcpy (&value, data, sizeof value);
  return GUINT32_FROM_BE (value);
}

/* @prefix: (nullable): before @data */
static gboolean
put_chunk (TsAnimationWriter *self,
           const char *name,
           const guint8 *prefix,
           gsize n_prefix,
           const guint8 *data,
           gsize n_bytes,
           GError **error)
{
  guint8 head[8], tail[4];
  guint32 checksum;

  set_u32 (head, (guint32) (n_prefix + n_bytes));
  memcpy (head + 4, name, 4);
  checksum = libdeflate_crc32 (0, head + 4, 4);
  /* nothing at all would start it anew */
  if (n_prefix > 0)
    checksum = libdeflate_crc32 (checksum, prefix, n_prefix);
  if (n_bytes > 0)
    checksum = libdeflate_crc32 (checksum, data, n_bytes);
  set_u32 (tail, checksum);
  return ts_animation_put (self, head, sizeof head, error) &&
         ts_animation_put (self, prefix, n_prefix, error) &&
         ts_animation_put (self, data, n_bytes, error) &&
         ts_animation_put (self, tail, sizeof tail, error);
}

static gboolean
put_animation_control (TsAnimationWriter *self, GError **error)
{
  guint8 data[8];

  set_u32 (data, (guint32) self->animation->n_frames);
  set_u32 (data + 4, self->animation->options->n_loops);
  return put_chunk (self, "acTL", NULL, 0, data, sizeof data, error);
}

static gboolean
put_frame_control (TsAnimationWriter *self, GError **error)
{
  const TsAnimation *animation = self->animation;
  guint8 data[26] = { 0 }; /* no offset; the frame replaces what was there */

  set_u32 (data, self->sequence++);
  set_u32 (data + 4, animation->width);
  set_u32 (data + 8, animation->height);
  data[20] = (guint8) (animation->options->rate[1] >> 8);
  data[21] = (guint8) animation->options->rate[1];
  data[22] = (guint8) (animation->options->rate[0] >> 8);
  data[23] = (guint8) animation->options->rate[0];
  return put_chunk (self, "fcTL", NULL, 0, data, sizeof data, error);
}

static gboolean
put_pixels (TsAnimationWriter *self,
            guint64 position,
            const guint8 *data,
            gsize n_bytes,
            GError **error)
{
  guint8 sequence[4];

  if (position == 0)
    return put_chunk (self, "IDAT", NULL, 0, data, n_bytes, error);
  set_u32 (sequence, self->sequence++);
  return put_chunk (self, "fdAT", sequence, sizeof sequence, data, n_bytes, error);
}

/* One chunk of a still file; those that a later frame has again are left out. */
static gboolean
add_chunk (TsAnimationWriter *self,
           const guint8 *name,
           const guint8 *data,
           gsize n_bytes,
           guint64 position,
           gboolean *has_control,
           GError **error)
{
  gboolean is_pixels = memcmp (name, "IDAT", 4) == 0;

  if (memcmp (name, "IHDR", 4) == 0 && n_bytes == HEADER_BYTES) {
    if (position == 0)
      memcpy (self->header, data, HEADER_BYTES);
    if (memcmp (self->header, data, HEADER_BYTES) != 0) {
      g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "APNG: frames are not alike");
      return FALSE;
    }
  }
  if (memcmp (name, "IEND", 4) == 0)
    return TRUE;
  if (is_pixels && !*has_control) {
    if (position == 0 && !put_animation_control (self, error))
      return FALSE;
    *has_control = TRUE;
    if (!put_frame_control (self, error))
      return FALSE;
  }
  if (is_pixels)
    return put_pixels (self, position, data, n_bytes, error);
  return position > 0 || put_chunk (self, (const char *) name, NULL, 0, data, n_bytes, error);
}

gboolean
ts_animation_add_apng (TsAnimationWriter *self, GBytes *frame, guint64 position, GError **error)
{
  gsize n_left;
  const guint8 *at = g_bytes_get_data (frame, &n_left);
  gboolean has_control = FALSE;

  if (position == 0 && !ts_animation_put (self, at, MIN (n_left, SIGNATURE_BYTES), error))
    return FALSE;
  at += MIN (n_left, SIGNATURE_BYTES);
  n_left -= MIN (n_left, SIGNATURE_BYTES);
  while (n_left >= CHUNK_BYTES) {
    gsize n_bytes = MIN (get_u32 (at), n_left - CHUNK_BYTES);

    if (!add_chunk (self, at + 4, at + 8, n_bytes, position, &has_control, error))
      return FALSE;
    at += n_bytes + CHUNK_BYTES;
    n_left -= n_bytes + CHUNK_BYTES;
  }
  return TRUE;
}

gboolean
ts_animation_finish_apng (TsAnimationWriter *self, GError **error)
{
  return put_chunk (self, "IEND", NULL, 0, NULL, 0, error);
}
