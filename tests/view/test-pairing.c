/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "view/ts-view.h"

#include <math.h>
#include <string.h>

/* Documents by hand: a tree of nodes without a file behind it. */

static TsTensor *
tensor_of (TsDtype dtype, const char *sizes)
{
  g_auto (GStrv) parts = g_strsplit (sizes, "x", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  TsShape shape = { 0 };
  guint64 n;
  guint8 *data;
  TsTensor *tensor;

  for (guint i = 0; parts[i] != NULL; i++)
    shape.dims[shape.n_dims++] = g_ascii_strtoull (parts[i], NULL, 10);
  g_assert_true (ts_shape_count (&shape, &n));
  data = g_malloc0 (n * ts_dtype_get_size (dtype) + 1);
  for (guint64 i = 0; i < n; i++) {
    if (dtype == TS_DTYPE_FLOAT32)
      ((float *) (void *) data)[i] = sinf ((float) i * 0.05f);
    else if (dtype == TS_DTYPE_INT64)
      ((gint64 *) (void *) data)[i] = (gint64) i + 1000;
    else
      data[i] = (guint8) (i * 3);
  }
  bytes = g_bytes_new_take (data, n * ts_dtype_get_size (dtype));
  tensor = ts_tensor_new_from_bytes (bytes, dtype, &shape, &error);
  g_assert_no_error (error);
  return tensor;
}

static TsNode *
add (TsNode *parent, const char *name, TsDtype dtype, const char *sizes)
{
  g_autoptr (TsTensor) tensor = tensor_of (dtype, sizes);
  TsNode *node = ts_node_new_tensor (name, tensor);

  ts_node_take_child (parent, node);
  return node;
}

static TsNode *
add_container (TsNode *parent, const char *name, const char *type)
{
  TsNode *node = ts_node_new_container (name, type);

  ts_node_take_child (parent, node);
  return node;
}

static TsDocument *
document_of (TsNode *root)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("", 0);
  g_autoptr (TsSource) source = ts_memory_source_new (bytes);

  return ts_document_new (source, "test.pt", "torch", TS_ORIGIN_TORCH, root);
}

#define F4 TS_DTYPE_FLOAT32
#define I8 TS_DTYPE_INT64
#define U1 TS_DTYPE_UINT8

static void
check_fields (TsPairing *pairing, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < ts_pairing_get_n_fields (pairing); i++) {
    const TsField *field = ts_pairing_get_field (pairing, i);

    g_string_append_printf (text, "%s%s:%s", i > 0 ? " " : "", field->name,
                            ts_field_role_to_string (field->role));
  }
  g_assert_cmpstr (text->str, ==, expected);
}

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
test_roles (void)
{
  g_autoptr (TsNode) root = ts_node_new_container ("", "dict");
  TsNode *images = add (root, "images", F4, "16x3x32x32");
  g_autoptr (TsDocument) document = document_of (root);
  g_autoptr (TsPairing) pairing = NULL;
  g_autoptr (TsTensor) seeds = tensor_of (I8, "16");
  TsNode *meta, *optimizer;

  add (root, "masks", F4, "16x1x32x32");
  add (root, "latents", F4, "16x64");
  add (root, "w", F4, "16x18x512");
  add (root, "labels", I8, "16");
  add (root, "one_hot_labels", F4, "16x10");
  ts_node_take_child (root, ts_node_new_values ("seeds", seeds));
  add (root, "clip_score", F4, "16");
  add (root, "step", I8, "16");
  add (root, "elsewhere", F4, "15x64");
  add (root, "conv.weight", F4, "16x3x3x3");
  add (root, "vae_latents", F4, "16x4x32x32");
  ts_node_take_child (root, ts_node_new_scalar ("psi", g_variant_new_double (0.8)));
  ts_node_take_child (root, ts_node_new_text ("model", "x"));
  meta = add_container (root, "meta", "dict");
  add (meta, "fid", F4, "16");
  ts_node_take_child (meta, ts_node_new_text ("git", "abc"));
  optimizer = add_container (root, "optimizer", "dict");
  add (optimizer, "exp_avg", F4, "16x128");
  pairing = ts_pairing_new (document, images, 16);
  check_fields (pairing, "latents:latent w:latent labels:label one_hot_labels:label seeds:seed "
                         "clip_score:score step:other vae_latents:latent meta/fid:score");
  check_nodes (ts_pairing_get_companions (pairing), "masks");
  check_nodes (ts_pairing_get_constants (pairing), "psi model meta/git");
  g_assert_cmpstr (ts_pairing_find_role (pairing, TS_FIELD_SEED)->name, ==, "seeds");
  g_assert_cmpstr (ts_pairing_find (pairing, "fid")->name, ==, "meta/fid");
  g_assert_cmpstr (ts_pairing_find (pairing, "meta/fid")->name, ==, "meta/fid");
  g_assert_null (ts_pairing_find (pairing, "nothing"));
}

static void
test_rows (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsNode) root = ts_node_new_container ("", "dict");
  TsNode *images = add (root, "images", U1, "4x32x32x3");
  g_autoptr (TsDocument) document = document_of (root);
  g_autoptr (TsPairing) pairing = NULL;
  g_autoptr (TsBlock) label = NULL;
  g_autoptr (TsBlock) latent = NULL;
  float expected[8];
  double value;

  add (root, "y", I8, "4");
  add (root, "z", F4, "4x8");
  pairing = ts_pairing_new (document, images, 4);
  label = ts_field_read_row (ts_pairing_find_role (pairing, TS_FIELD_LABEL), 3, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (label->n_dims, ==, 0);
  ts_block_load_doubles (label, &value);
  g_assert_cmpfloat (value, ==, 1003);
  latent = ts_field_read_row (ts_pairing_find (pairing, "z"), 2, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (latent->n_dims, ==, 1);
  g_assert_cmpuint (latent->dims[0], ==, 8);
  for (guint i = 0; i < 8; i++)
    expected[i] = sinf ((float) (16 + i) * 0.05f);
  g_assert_cmpmem (latent->data, 32, expected, 32);
  g_assert_null (ts_field_read_row (ts_pairing_find (pairing, "z"), 4, NULL, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
}

static void
test_lists (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsNode) root = ts_node_new_container ("", "dict");
  TsNode *images = add (root, "images", F4, "3x3x32x32");
  TsNode *latents = add_container (root, "latents", "list");
  TsNode *masks = add_container (root, "masks", "list");
  TsNode *prompts = add_container (root, "prompts", "list");
  g_autoptr (TsDocument) document = document_of (root);
  g_autoptr (TsPairing) pairing = NULL;
  g_autoptr (TsBlock) row = NULL;

  for (guint i = 0; i < 3; i++) {
    g_autofree char *name = g_strdup_printf ("%u", i);

    add (latents, name, F4, i == 2 ? "16" : "16");
    add (masks, name, U1, "32x32");
    ts_node_take_child (prompts, ts_node_new_text (name, "a cell"));
  }
  pairing = ts_pairing_new (document, images, 3);
  check_fields (pairing, "latents:latent");
  check_nodes (ts_pairing_get_companions (pairing), "masks");
  check_nodes (ts_pairing_get_text_lists (pairing), "prompts");
  check_nodes (ts_pairing_get_constants (pairing), "");
  row = ts_field_read_row (ts_pairing_get_field (pairing, 0), 1, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_block_get_n_elements (row), ==, 16);
}

/* Frames belong to their video. */
static void
test_frames (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsNode) root = ts_node_new_container ("", "dict");
  TsNode *videos = add (root, "videos", F4, "2x6x3x16x16");
  g_autoptr (TsDocument) document = document_of (root);
  g_autoptr (TsView) view = NULL;
  const TsField *labels;

  add (root, "labels", I8, "2");
  add (root, "frame_scores", F4, "12");
  view = ts_view_new (document, videos, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_batch_get_n_images (ts_view_get_batch (view)), ==, 12);
  check_fields (ts_view_get_pairing (view), "labels:label frame_scores:score");
  labels = ts_pairing_find (ts_view_get_pairing (view), "labels");
  for (guint i = 0; i < 12; i++) {
    g_autoptr (TsBlock) row = ts_field_read_row (labels, i, NULL, &error);
    double value;

    g_assert_no_error (error);
    ts_block_load_doubles (row, &value);
    g_assert_cmpfloat (value, ==, i < 6 ? 1000 : 1001);
  }
}

static void
test_single (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsNode) root = ts_node_new_container ("", "dict");
  TsNode *image = add (root, "image", F4, "3x32x32");
  g_autoptr (TsDocument) document = document_of (root);
  g_autoptr (TsPairing) pairing = NULL;
  g_autoptr (TsBlock) row = NULL;

  add (root, "latent", F4, "512");
  pairing = ts_pairing_new (document, image, 1);
  check_fields (pairing, "latent:latent");
  row = ts_field_read_row (ts_pairing_get_field (pairing, 0), 0, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (row->n_dims, ==, 1);
  g_assert_cmpuint (row->dims[0], ==, 512);
}

static void
test_choose (void)
{
  const struct
  {
    const char *chosen; /* %NULL: none */
    const struct
    {
      const char *name;
      TsDtype dtype;
      const char *sizes;
    } arrays[4];
  } rows[] = {
    { "images",
      { { "masks", F4, "16x1x64x64" },
        { "images", F4, "16x3x32x32" },
        { "latents", F4, "16x4x32x32" } } },
    { "arr_0", { { "arr_0", U1, "16x32x32x3" }, { "arr_1", I8, "16" } } },
    { "x", { { "preview", F4, "3x32x32" }, { "x", F4, "100x3x32x32" } } },
    { "recon", { { "z", F4, "16x4x32x32" }, { "recon", F4, "16x3x32x32" } } },
    { "depth", { { "depth", F4, "4x48x64" }, { "w", F4, "512x512" } } },
    { NULL, { { "conv.weight", F4, "64x3x3x3" }, { "conv.bias", F4, "64" } } },
    { "vectors", { { "vectors", F4, "16x64" } } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (TsNode) root = ts_node_new_container ("", "dict");
    g_autoptr (TsDocument) document = document_of (root);
    TsNode *chosen;

    for (guint k = 0; k < 4 && rows[i].arrays[k].name != NULL; k++)
      add (root, rows[i].arrays[k].name, rows[i].arrays[k].dtype, rows[i].arrays[k].sizes);
    chosen = ts_view_choose_node (document);
    g_assert_cmpstr (chosen != NULL ? ts_node_get_path (chosen) : NULL, ==, rows[i].chosen);
  }
}

static void
test_view_of_list (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsNode) root = ts_node_new_container ("", "dict");
  TsNode *list = add_container (root, "steps", "list");
  g_autoptr (TsDocument) document = document_of (root);
  g_autoptr (TsView) view = NULL;

  for (guint i = 0; i < 4; i++) {
    g_autofree char *name = g_strdup_printf ("%u", i);
    g_autofree char *sizes = g_strdup_printf ("3x%ux%u", 8u << i, 8u << i);

    add (list, name, F4, sizes);
  }
  add (root, "labels", I8, "4");
  g_assert_true (ts_view_choose_node (document) == list);
  view = ts_view_new (document, list, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_batch_get_n_images (ts_view_get_batch (view)), ==, 4);
  g_assert_false (ts_batch_is_uniform (ts_view_get_batch (view)));
  g_assert_false (ts_view_is_layout_forced (view));
  check_fields (ts_view_get_pairing (view), "labels:label");
}

static void
test_view_layouts (void)
{
  g_autoptr (TsNode) root = ts_node_new_container ("", "dict");
  TsNode *rows = add (root, "data", U1, "50x784");
  TsNode *label = ts_node_new_scalar ("step", g_variant_new_int64 (3));
  g_autoptr (TsDocument) document = document_of (root);
  const struct
  {
    const char *layout;
    const char *message; /* %NULL: it works */
    guint width;
  } cases[] = {
    { "HW", NULL, 784 },
    { "NHW:28x28", NULL, 28 },
    { "NHWC:14x14x4", NULL, 14 },
    { "NHW:28x27", "is 756 numbers; the rows of the array have 784", 0 },
    { "NHW:784", "names 3 axes; the array has 2", 0 },
    { "NHW:axb", "no list of sizes", 0 },
    { "NHW:", "no list of sizes", 0 },
    { "NHW:0x784", "no list of sizes", 0 },
    { "NCHW", "names 4 axes", 0 },
    { NULL, "does not look like images", 0 },
  };

  ts_node_take_child (root, label);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsView) view = ts_view_new (document, rows, cases[i].layout, NULL, &error);

    if (cases[i].message == NULL) {
      TsImageSize size;

      g_assert_no_error (error);
      ts_batch_get_max_size (ts_view_get_batch (view), &size);
      g_assert_cmpuint (size.width, ==, cases[i].width);
      g_assert_true (ts_view_is_layout_forced (view));
    } else {
      g_assert_null (view);
      g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
  }
  {
    g_autoptr (GError) error = NULL;

    g_assert_null (ts_view_new (document, label, NULL, NULL, &error));
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
    g_assert_null (ts_view_guess_layout (document, label));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pairing/roles", test_roles);
  g_test_add_func ("/pairing/rows", test_rows);
  g_test_add_func ("/pairing/lists", test_lists);
  g_test_add_func ("/pairing/frames", test_frames);
  g_test_add_func ("/pairing/single", test_single);
  g_test_add_func ("/view/choose", test_choose);
  g_test_add_func ("/view/list", test_view_of_list);
  g_test_add_func ("/view/layouts", test_view_layouts);
  return g_test_run ();
}
