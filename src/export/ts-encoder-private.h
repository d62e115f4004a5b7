/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-encoder.h"

G_BEGIN_DECLS

#define TS_SOFTWARE "Tenscope " TS_VERSION

extern const TsEncoder ts_encoder_png;
extern const TsEncoder ts_encoder_jpeg;
extern const TsEncoder ts_encoder_tiff;
#ifdef HAVE_EXR
extern const TsEncoder ts_encoder_exr;
#endif
#ifdef HAVE_WEBP
extern const TsEncoder ts_encoder_webp;
#endif

/* Row @y. */
static inline const guint8 *
ts_picture_row (const TsPicture *self, guint y)
{
  return self->pixels + (gsize) y * self->stride_bytes;
}

/* An EXIF block (little-endian, without the "Exif" prefix of JPEG) that holds @software and
 * @comment (ASCII) as UserComment; %NULL when it would pass 64 KiB. */
GBytes *ts_exif_new (const char *software, const char *comment) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
