/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-encoder.h"

#include "export/ts-encoder-private.h"

const TsEncoder *const ts_encoders[] = {
  &ts_encoder_png,
  &ts_encoder_jpeg,
  &ts_encoder_tiff,
#ifdef HAVE_WEBP
  &ts_encoder_webp,
#endif
  NULL,
};

const char *const ts_compression_names[] = { "fast", "normal", "small", NULL };

const TsEncoder *
ts_encoder_find (const char *id)
{
  for (gsize i = 0; ts_encoders[i] != NULL; i++)
    if (g_str_equal (ts_encoders[i]->id, id))
      return ts_encoders[i];

  /* Suffixes as people write them. */
  if (g_str_equal (id, "jpg"))
    return &ts_encoder_jpeg;
  if (g_str_equal (id, "tif"))
    return &ts_encoder_tiff;
  return NULL;
}
