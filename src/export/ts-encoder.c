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

static const char *const array_depths[] = { "8", "16", "32f", NULL };

static const TsEncoder format_npy = { .id = "npy",
                                      .title = "NPY",
                                      .suffix = ".npy",
                                      .depths = array_depths,
                                      .has_alpha = TRUE };

static const TsEncoder format_npz = { .id = "npz",
                                      .title = "NPZ",
                                      .suffix = ".npz",
                                      .depths = array_depths,
                                      .has_alpha = TRUE };

const TsEncoder *const ts_array_formats[] = { &format_npy, &format_npz, NULL };

const char *const ts_compression_names[] = { "fast", "normal", "small", NULL };
const char *const ts_subsampling_names[] = { "420", "422", "444", NULL };

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

const TsEncoder *
ts_export_format_find (const char *id)
{
  for (gsize i = 0; ts_array_formats[i] != NULL; i++)
    if (g_str_equal (ts_array_formats[i]->id, id))
      return ts_array_formats[i];
  return ts_encoder_find (id);
}
