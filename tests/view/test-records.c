/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "export/ts-params.h"
#include "tensor/ts-columns.h"
#include "view/ts-view.h"

/* Lists of records and of batches, as sampling loops collect them, are one batch. */

static TsTensor *
tensor_of (TsDtype dtype, const TsShape *shape, guint seed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  guint64 n;
  guint8 *data;
  TsTensor *tensor;

  g_assert_true (ts_shape_count (shape, &n));
  data = g_malloc0 (n * ts_dtype_get_size (dtype));
  for (guint64 i = 0; i < n; i++) {
    if (dtype == TS_DTYPE_FLOAT32)
      ((float *) (void *) data)[i] = (float) seed + (float) i / 1024.0f;
    else
      ((gint64 *) (void *) data)[i] = (gint64) seed;
  }
  bytes = g_bytes_new_take (data, n * ts_dtype_get_size (dtype));
  tensor = ts_tensor_new_from_bytes (bytes, dtype, shape, &error);
  g_assert_no_error (error);
  return tensor;
}

static void
add_tensor (TsNode *parent, const char *name, TsDtype dtype, TsShape shape, guint seed)
{
  g_autoptr (TsTensor) tensor = tensor_of (dtype, &shape, seed);

  ts_node_take_child (parent, ts_node_new_tensor (name, tensor));
}

static TsNode *
add_container (TsNode *parent, guint index, const char *type)
{
  g_autofree char *name = g_strdup_printf ("%u", index);
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

#define IMAGE  ((TsShape){ .n_dims = 3, .dims = { 3, 16, 16 } })
#define LATENT ((TsShape){ .n_dims = 1, .dims = { 5 } }) /* as many as records: no rows of each */

/* {"image": ..., "latent": ..., "label": i, "psi": i / 2, "prompt": "...", "meta": {"seed": 100 +
 * i}} */
static TsNode *
records_new (guint n)
{
  TsNode *list = ts_node_new_container ("", "list");

  for (guint i = 0; i < n; i++) {
    TsNode *record = add_container (list, i, "dict");
    TsNode *meta = ts_node_new_container ("meta", "dict");
    g_autofree char *prompt = g_strdup_printf ("cell %u", i);

    add_tensor (record, "image", TS_DTYPE_FLOAT32, IMAGE, i);
    add_tensor (record, "latent", TS_DTYPE_FLOAT32, LATENT, i);
    ts_node_take_child (record, ts_node_new_scalar ("label", g_variant_new_int64 (i)));
    ts_node_take_child (record,
                        ts_node_new_scalar ("psi", i == 1 ? g_variant_new_int64 (1)
                                                          : g_variant_new_double (i / 2.0)));
    ts_node_take_child (record, ts_node_new_text ("prompt", prompt));
    ts_node_take_child (meta, ts_node_new_scalar ("seed", g_variant_new_int64 (100 + i)));
    ts_node_take_child (record, meta);
  }
  return list;
}

static void
check_param (TsParams *params, const char *key, guint64 image, const char *expected)
{
  g_autoptr (GError) error = NULL;
  int param = ts_params_find (params, key);
  g_autofree char *text = NULL;

  g_assert_cmpint (param, >=, 0);
  text = ts_params_dup_text (params, (guint) param, image, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_records (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsNode) root = records_new (5);
  g_autoptr (TsDocument) document = document_of (root);
  g_autoptr (TsView) view = NULL;
  g_autoptr (TsParams) params = NULL;
  g_autoptr (TsBlock) row = NULL;
  g_autoptr (TsBlock) image = NULL;
  const TsField *latent;
  TsNode *node = ts_view_choose_node (document);

  g_assert_nonnull (node);
  g_assert_cmpstr (ts_node_get_path (node), ==, "*/image");
  g_assert_true (ts_document_find (document, "*/image") == node);
  view = ts_view_new (document, node, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_batch_get_n_images (ts_view_get_batch (view)), ==, 5);
  image = ts_batch_read_image (ts_view_get_batch (view), 3, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (*(const float *) image->data, ==, 3.0f);

  latent = ts_pairing_find_role (ts_view_get_pairing (view), TS_FIELD_LATENT);
  g_assert_nonnull (latent);
  g_assert_cmpstr (latent->name, ==, "*/latent");
  row = ts_field_read_row (latent, 4, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_block_get_n_elements (row), ==, 5);
  g_assert_cmpfloat (*(const float *) row->data, ==, 4.0f);

  params = ts_params_new (ts_view_get_pairing (view));
  check_param (params, "label", 3, "3");
  check_param (params, "seed", 3, "103");
  check_param (params, "psi", 1, "1");
  check_param (params, "psi", 3, "1.5");
  check_param (params, "prompt", 4, "cell 4");
  /* The arrays of the dump are those that the file holds, each once. */
  g_assert_cmpuint (ts_document_get_arrays (document)->len, ==, 10);
  g_assert_cmpstr (ts_node_get_summary (root), ==, "list of 5");
}

/* A record that lacks a key, or holds something else under it, leaves the column out. */
static void
test_uneven (void)
{
  g_autoptr (TsNode) root = ts_node_new_container ("", "list");
  g_autoptr (TsDocument) document = NULL;
  TsNode *columns;

  for (guint i = 0; i < 3; i++) {
    TsNode *record = add_container (root, i, "tuple");

    add_tensor (record, "0", TS_DTYPE_FLOAT32, IMAGE, i);
    ts_node_take_child (record, i == 1 ? ts_node_new_text ("1", "none")
                                       : ts_node_new_scalar ("1", g_variant_new_int64 (i)));
  }
  document = document_of (root);
  columns = ts_columns_get (root);
  g_assert_nonnull (columns);
  g_assert_cmpuint (ts_node_get_n_children (columns), ==, 1);
  g_assert_cmpstr (ts_node_get_path (ts_node_get_child (columns, 0)), ==, "*/0");
}

/* One dump an image in a folder, a broken one and a picture among them. */
static void
test_folder (void)
{
  static const char *const names[] = { "a.npz", "b.npz", "c.npz" };
  g_autoptr (GError) error = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_IO, "broken");
  g_autoptr (TsNode) root = ts_node_new_container ("", "folder");
  g_autoptr (TsDocument) document = NULL;
  TsNode *node;

  for (guint i = 0; i < 3; i++) {
    TsNode *record = ts_node_new_container (names[i], "archive");

    add_tensor (record, "image", TS_DTYPE_FLOAT32, IMAGE, i);
    add_tensor (record, "label", TS_DTYPE_INT64, (TsShape){ 0 }, i);
    ts_node_take_child (root, record);
  }
  ts_node_take_child (root, ts_node_new_error ("d.npz", error));
  add_tensor (root, "e.png", TS_DTYPE_FLOAT32, IMAGE, 9);
  document = document_of (root);
  node = ts_view_choose_node (document);
  g_assert_cmpstr (ts_node_get_path (node), ==, "*/image");
  g_assert_cmpuint (ts_node_get_n_children (node), ==, 3);
}

/* sample_0/image, sample_1/image of an HDF5 file; but train and test are two sets. */
static void
test_groups (void)
{
  static const char *const names[2][2] = { { "sample_0", "sample_1" }, { "test", "train" } };

  for (guint set = 0; set < 2; set++) {
    g_autoptr (TsNode) root = ts_node_new_container ("", "group");
    g_autoptr (TsDocument) document = NULL;

    for (guint i = 0; i < 2; i++) {
      TsNode *record = ts_node_new_container (names[set][i], "group");

      add_tensor (record, "image", TS_DTYPE_FLOAT32, IMAGE, i);
      ts_node_take_child (root, record);
    }
    document = document_of (root);
    g_assert_true ((ts_columns_get (root) != NULL) == (set == 0));
  }
}

static void
test_no_records (void)
{
  g_autoptr (TsNode) root = ts_node_new_container ("", "dict");
  g_autoptr (TsDocument) document = NULL;

  for (guint i = 0; i < 3; i++)
    add_tensor (add_container (root, i, "dict"), "weight", TS_DTYPE_FLOAT32, IMAGE, i);
  document = document_of (root);
  g_assert_null (ts_columns_get (root)); /* layers of a network, not records */
}

/* Records in records in records: as many columns as leaves, and an end. */
static void
test_deep (void)
{
  g_autoptr (TsNode) root = ts_node_new_container ("", "list");
  g_autoptr (TsDocument) document = NULL;

  for (guint i = 0; i < 2; i++) {
    TsNode *node = add_container (root, i, "dict");

    for (guint depth = 0; depth < 3000; depth++)
      node = add_container (node, 0, depth % 2 == 0 ? "dict" : "tuple");
    ts_node_take_child (node, ts_node_new_scalar ("end", g_variant_new_int64 (i)));
  }
  document = document_of (root);
  g_assert_null (ts_columns_get (root));
}

/* [batch of 4, batch of 2] with latents in the same batches. */
static void
test_batches (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsNode) root = ts_node_new_container ("", "list");
  g_autoptr (TsDocument) document = NULL;
  g_autoptr (TsView) view = NULL;
  g_autoptr (TsBlock) row = NULL;
  const TsField *latent;

  for (guint i = 0; i < 2; i++) {
    TsNode *record = add_container (root, i, "dict");

    add_tensor (record, "x", TS_DTYPE_FLOAT32,
                (TsShape){ .n_dims = 4, .dims = { 4 - 2 * i, 3, 16, 16 } }, i);
    add_tensor (record, "z", TS_DTYPE_FLOAT32, (TsShape){ .n_dims = 2, .dims = { 4 - 2 * i, 64 } },
                10 + i);
  }
  document = document_of (root);
  view = ts_view_new (document, ts_view_choose_node (document), NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_batch_get_n_images (ts_view_get_batch (view)), ==, 6);
  latent = ts_pairing_find_role (ts_view_get_pairing (view), TS_FIELD_LATENT);
  g_assert_nonnull (latent);
  row = ts_field_read_row (latent, 5, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_block_get_n_elements (row), ==, 64);
  g_assert_cmpfloat (*(const float *) row->data, ==, 11.0f + 64.0f / 1024.0f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/records/columns", test_records);
  g_test_add_func ("/records/uneven", test_uneven);
  g_test_add_func ("/records/folder", test_folder);
  g_test_add_func ("/records/groups", test_groups);
  g_test_add_func ("/records/no-records", test_no_records);
  g_test_add_func ("/records/deep", test_deep);
  g_test_add_func ("/records/batches", test_batches);
  return g_test_run ();
}
