/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/* Image files back to pixels, by the libraries themselves: packed rows, native byte order. Each
 * fails the test when the file is not what it should be. */
typedef struct
{
  guint width, height, n_channels, bits;
  gboolean is_float;
  guint8 *pixels;
  gsize n_bytes;
  char *metadata; /* (nullable) */
  char *software; /* (nullable) */
} Decoded;

void decoded_clear (Decoded *self);
void decode_png (GBytes *bytes, Decoded *out);
void decode_tiff (GBytes *bytes, Decoded *out);
void decode_jpeg (GBytes *bytes, Decoded *out);

/* Lower-case SHA-256 of the pixels. */
char *decoded_sha256 (const Decoded *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Decoded, decoded_clear)
