/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-reader.h"
#include "view/ts-view.h"

#include <string.h>

/* What is understood of each sample dump when it is opened and nothing is touched. */
typedef struct
{
  const char *file;
  const char *node; /* chosen; (nullable): nothing to show */
  const char *layout;
  TsConfidence confidence;
  TsColorKind color;
  guint64 n_images;
  TsImageSize max_size;
  gboolean is_uniform;
  TsValueRangeKind range;
  const char *preset;
  const char *offer;
  const char *fields; /* "path:role ..." */
  const char *companions;
  const char *constants; /* "path ..." */
} Sample;

#define SURE TS_CONFIDENCE_SURE

static const Sample samples[] = {
  { "cells.pt",
    "images",
    "NCHW",
    SURE,
    TS_COLOR_RGB,
    64,
    { 64, 64, 3 },
    TRUE,
    TS_VALUE_RANGE_TANH,
    "tanh",
    NULL,
    "latents:latent labels:label seeds:seed",
    "masks",
    "truncation_psi step model" },
  { "cells-rgba-half.pt",
    "",
    "NCHW",
    SURE,
    TS_COLOR_RGBA,
    16,
    { 64, 64, 4 },
    TRUE,
    TS_VALUE_RANGE_TANH,
    "tanh",
    NULL,
    "",
    "",
    "" },
  { "samples_64x64x64x3.npz",
    "arr_0",
    "NHWC",
    SURE,
    TS_COLOR_RGB,
    64,
    { 64, 64, 3 },
    TRUE,
    TS_VALUE_RANGE_INTEGER,
    "u8",
    NULL,
    "arr_1:label",
    "",
    "" },
  { "masks-labels.npz",
    "masks",
    "NHW",
    SURE,
    TS_COLOR_NONE,
    64,
    { 64, 64, 1 },
    TRUE,
    TS_VALUE_RANGE_LABELS,
    NULL,
    NULL,
    "",
    "",
    "" },
  { "cells-imagenet.npy",
    "",
    "NCHW",
    SURE,
    TS_COLOR_RGB,
    16,
    { 64, 64, 3 },
    TRUE,
    TS_VALUE_RANGE_IMAGENET,
    NULL,
    "imagenet",
    "",
    "",
    "" },
  { "progressive.pt",
    "",
    "CHW",
    SURE,
    TS_COLOR_RGB,
    24,
    { 64, 64, 3 },
    FALSE,
    TS_VALUE_RANGE_TANH,
    "tanh",
    NULL,
    "",
    "",
    "" },
  { "features.npy",
    "",
    "NKHW",
    SURE,
    TS_COLOR_NONE,
    384,
    { 8, 8, 1 },
    TRUE,
    TS_VALUE_RANGE_PERCENTILES,
    NULL,
    NULL,
    "",
    "",
    "" },
  { "latent-walk.safetensors",
    "images",
    "NCHW",
    SURE,
    TS_COLOR_RGB,
    48,
    { 64, 64, 3 },
    TRUE,
    TS_VALUE_RANGE_TANH,
    "tanh",
    NULL,
    "latents:latent",
    "",
    "__metadata__/model __metadata__/walk" },
  { "intensity-nan.npy",
    "",
    "NHW",
    SURE,
    TS_COLOR_NONE,
    4,
    { 64, 64, 1 },
    TRUE,
    TS_VALUE_RANGE_PERCENTILES,
    NULL,
    NULL,
    "",
    "",
    "" },
  { "cells-gan.pt", NULL },
};

static void
check_nodes (GPtrArray *nodes, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < nodes->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                            ts_node_get_path (g_ptr_array_index (nodes, i)));
  g_assert_cmpstr (text->str, ==, expected);
}

static void
check_pairing (TsPairing *pairing, const Sample *sample)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < ts_pairing_get_n_fields (pairing); i++) {
    const TsField *field = ts_pairing_get_field (pairing, i);

    g_string_append_printf (text, "%s%s:%s", i > 0 ? " " : "", field->name,
                            ts_field_role_to_string (field->role));
  }
  g_assert_cmpstr (text->str, ==, sample->fields);
  check_nodes (ts_pairing_get_companions (pairing), sample->companions);
  check_nodes (ts_pairing_get_constants (pairing), sample->constants);
}

static void
check_view (TsView *view, const Sample *sample)
{
  const TsLayoutGuess *guess = ts_view_get_layout_guess (view);
  const TsValueRange *range = ts_view_get_value_range (view);
  TsBatch *batch = ts_view_get_batch (view);
  g_autofree char *described = ts_value_range_describe (range);
  TsImageSize size;

  g_test_message ("%s; %s", guess->reason, described);
  g_assert_cmpstr (guess->candidates[0].layout.roles, ==, sample->layout);
  g_assert_cmpstr (ts_confidence_to_string (guess->confidence), ==,
                   ts_confidence_to_string (sample->confidence));
  g_assert_cmpint (guess->color, ==, sample->color);
  g_assert_cmpuint (ts_batch_get_n_images (batch), ==, sample->n_images);
  ts_batch_get_max_size (batch, &size);
  g_assert_cmpuint (size.width, ==, sample->max_size.width);
  g_assert_cmpuint (size.height, ==, sample->max_size.height);
  g_assert_cmpuint (size.n_channels, ==, sample->max_size.n_channels);
  g_assert_cmpint (ts_batch_is_uniform (batch), ==, sample->is_uniform);
  g_assert_cmpint (range->kind, ==, sample->range);
  g_assert_cmpstr (range->preset, ==, sample->preset);
  g_assert_cmpstr (range->offer, ==, sample->offer);
  check_pairing (ts_view_get_pairing (view), sample);
}

static void
test_sample (gconstpointer data)
{
  const Sample *sample = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (g_getenv ("TS_SAMPLES"), sample->file, NULL);
  g_autoptr (TsDocument) document = ts_reader_open_path (path, NULL, &error);
  g_autoptr (TsView) view = NULL;
  TsNode *node;

  g_assert_no_error (error);
  node = ts_view_choose_node (document);
  g_assert_cmpstr (node != NULL ? ts_node_get_path (node) : NULL, ==, sample->node);
  if (node == NULL)
    return;
  view = ts_view_new (document, node, NULL, NULL, &error);
  g_assert_no_error (error);
  check_view (view, sample);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++) {
    g_autofree char *name = g_strdup_printf ("/samples/%s", samples[i].file);

    g_test_add_data_func (name, &samples[i], test_sample);
  }
  return g_test_run ();
}
