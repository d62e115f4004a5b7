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
#ifdef HAVE_EXR
  &ts_encoder_exr,
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
const char *const ts_codec_names[] = { "auto", "none", "deflate", "zstd", NULL };
const char *const ts_subsampling_names[] = { "420", "422", "444", NULL };

static const struct
{
  const char *name;
  guint depth;
  gboolean half;
} depths[] = { { "8", 8, FALSE }, { "16", 16, FALSE }, { "16f", 32, TRUE }, { "32f", 32, FALSE } };

const char *
ts_depth_to_string (guint depth, gboolean half)
{
  for (gsize i = 0; i < G_N_ELEMENTS (depths); i++)
    if (depths[i].depth == depth && depths[i].half == half)
      return depths[i].name;
  return NULL;
}

gboolean
ts_depth_from_string (const char *text, guint *depth, gboolean *half)
{
  for (gsize i = 0; i < G_N_ELEMENTS (depths); i++) {
    if (g_str_equal (depths[i].name, text)) {
      *depth = depths[i].depth;
      *half = depths[i].half;
      return TRUE;
    }
  }
  return FALSE;
}

const TsEncoder *
ts_encoder_find (const char *id)
{
  for (gsize i = 0; ts_encoders[i] != NULL; i++)
    if (g_str_equal (ts_encoders[i]->id, id))
      return ts_encoders[i];

      /* Suffixes as people write them. */
#ifdef HAVE_EXR
  if (g_str_equal (id, "openexr"))
    return &ts_encoder_exr;
#endif
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
