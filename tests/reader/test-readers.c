/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "reader/ts-reader.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

/* Every file of the folders good, bad and of the sample dumps against what its expected.json says:
 * a new file there is a new test. */

typedef struct
{
  char *path;
  JsonObject *want;
} Case;

static void
assert_contains (const char *text, const char *part)
{
  if (text == NULL || strstr (text, part) == NULL) {
    g_test_message ("\"%s\" does not contain \"%s\"", text, part);
    g_test_fail ();
  }
}

static TsNode *
find_array (GPtrArray *arrays, const char *path)
{
  for (guint i = 0; i < arrays->len; i++) {
    if (g_str_equal (ts_node_get_path (g_ptr_array_index (arrays, i)), path))
      return g_ptr_array_index (arrays, i);
  }
  return NULL;
}

static void
check_tensor (TsTensor *tensor, JsonObject *want)
{
  JsonArray *shape = json_object_get_array_member (want, "shape");
  g_autoptr (GError) error = NULL;
  g_autofree char *digest = NULL;

  g_assert_cmpstr (ts_dtype_get_name (ts_tensor_get_dtype (tensor)), ==,
                   json_object_get_string_member (want, "dtype"));
  g_assert_cmpuint (ts_tensor_get_n_dims (tensor), ==, json_array_get_length (shape));
  for (guint i = 0; i < ts_tensor_get_n_dims (tensor); i++)
    g_assert_cmpuint (ts_tensor_get_dim (tensor, i), ==,
                      (guint64) json_array_get_int_element (shape, i));
  digest = ts_tensor_digest (tensor, NULL, &error);
  if (json_object_has_member (want, "error")) {
    g_assert_null (digest);
    assert_contains (error->message, json_object_get_string_member (want, "error"));
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpstr (digest, ==, json_object_get_string_member (want, "sha256"));
}

static void
check_array (TsDocument *document, GPtrArray *arrays, JsonObject *want)
{
  const char *path = json_object_get_string_member (want, "path");
  TsNode *node = find_array (arrays, path);

  g_test_message ("array \"%s\"", path);
  g_assert_nonnull (node);
  g_assert_true (ts_document_find (document, path) == node);
  if (json_object_has_member (want, "note"))
    assert_contains (ts_node_get_note (node), json_object_get_string_member (want, "note"));
  if (json_object_has_member (want, "dtype")) {
    g_assert_nonnull (ts_node_get_tensor (node));
    check_tensor (ts_node_get_tensor (node), want);
  } else {
    g_assert_cmpint (ts_node_get_kind (node), ==, TS_NODE_ERROR);
    assert_contains (ts_node_get_error (node)->message,
                     json_object_get_string_member (want, "error"));
  }
}

static void
check_texts (TsDocument *document, JsonObject *texts)
{
  g_autoptr (GList) paths = json_object_get_members (texts);

  for (GList *l = paths; l != NULL; l = l->next) {
    TsNode *node = ts_document_find (document, l->data);

    g_test_message ("text \"%s\"", (const char *) l->data);
    g_assert_nonnull (node);
    g_assert_cmpint (ts_node_get_kind (node), ==, TS_NODE_TEXT);
    g_assert_cmpstr (ts_node_get_text (node), ==, json_object_get_string_member (texts, l->data));
  }
}

static void
check_opaque (TsDocument *document, JsonObject *types)
{
  g_autoptr (GList) paths = json_object_get_members (types);

  for (GList *l = paths; l != NULL; l = l->next) {
    TsNode *node = ts_document_find (document, l->data);

    g_test_message ("opaque \"%s\"", (const char *) l->data);
    g_assert_nonnull (node);
    g_assert_cmpint (ts_node_get_kind (node), ==, TS_NODE_OPAQUE);
    g_assert_cmpstr (ts_node_get_type_name (node), ==,
                     json_object_get_string_member (types, l->data));
  }
}

static void
check_document (TsDocument *document, JsonObject *want)
{
  GPtrArray *arrays = ts_document_get_arrays (document);
  GPtrArray *warnings = ts_document_get_warnings (document);

  g_assert_false (json_object_has_member (want, "error"));
  if (json_object_has_member (want, "arrays")) {
    JsonArray *wanted = json_object_get_array_member (want, "arrays");

    for (guint i = 0; i < json_array_get_length (wanted); i++)
      check_array (document, arrays, json_array_get_object_element (wanted, i));
    g_assert_cmpuint (arrays->len, ==, json_array_get_length (wanted));
  }
  if (json_object_has_member (want, "first"))
    check_array (document, arrays, json_object_get_object_member (want, "first"));
  if (json_object_has_member (want, "n_arrays"))
    g_assert_cmpuint (arrays->len, ==, (guint) json_object_get_int_member (want, "n_arrays"));
  if (json_object_has_member (want, "texts"))
    check_texts (document, json_object_get_object_member (want, "texts"));
  if (json_object_has_member (want, "opaque"))
    check_opaque (document, json_object_get_object_member (want, "opaque"));
  if (json_object_has_member (want, "warning")) {
    g_assert_cmpuint (warnings->len, ==, 1);
    assert_contains (g_ptr_array_index (warnings, 0),
                     json_object_get_string_member (want, "warning"));
  } else {
    g_assert_cmpuint (warnings->len, ==, 0);
  }
}

static void
test_file (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = ts_reader_open_path (test->path, NULL, &error);
  g_autofree char *name = g_path_get_basename (test->path);

  if (document != NULL) {
    g_assert_no_error (error);
    g_assert_cmpstr (ts_document_get_path (document), ==, test->path);
    g_assert_cmpstr (ts_document_get_name (document), ==, name);
    check_document (document, test->want);
  } else {
    g_assert_nonnull (error);
    if (!json_object_has_member (test->want, "error"))
      g_error ("%s", error->message);
    g_assert_true (g_str_has_prefix (error->message, name));
    assert_contains (error->message, json_object_get_string_member (test->want, "error"));
  }
}

static void
case_free (gpointer data)
{
  Case *test = data;

  g_free (test->path);
  json_object_unref (test->want);
  g_free (test);
}

/* One test for each file of @folder, which must all be in @expected_path. */
static void
add_folder (const char *test_path, const char *folder, const char *expected_path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  JsonObject *expected;
  const char *name;

  g_assert_no_error (error);
  json_parser_load_from_file (parser, expected_path, &error);
  g_assert_no_error (error);
  expected = json_node_get_object (json_parser_get_root (parser));
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *full = g_strdup_printf ("%s/%s", test_path, name);
    Case *test;

    if (g_str_equal (name, "expected.json") || g_str_has_suffix (name, ".py") ||
        g_str_has_suffix (name, ".md"))
      continue;
#ifndef HAVE_ZSTD
    if (g_str_has_suffix (name, ".zst"))
      continue;
#endif
    if (!json_object_has_member (expected, name))
      g_error ("%s says nothing about %s", expected_path, name);
    test = g_new0 (Case, 1);
    test->path = g_build_filename (folder, name, NULL);
    test->want = json_object_ref (json_object_get_object_member (expected, name));
    g_test_add_data_func_full (full, test, test_file, case_free);
  }
}

static void
test_unreadable (void)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *missing = g_build_filename (folder, "missing.npy", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (ts_reader_open_path (missing, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  assert_contains (error->message, "missing.npy");
  g_clear_error (&error);

  g_assert_null (ts_reader_open_path (folder, NULL, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_UNSUPPORTED);
  assert_contains (error->message, "holds no dumps");
  g_clear_error (&error);

  g_assert_null (ts_reader_open_path ("/dev/zero", NULL, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_UNSUPPORTED);
  g_rmdir (folder);
}

static void
test_cancelled (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("TS_SAMPLES"), "cells-imagenet.npy", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (ts_reader_open_path (path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Content decides, names only break ties. */
static void
test_misnamed (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("TS_SAMPLES"), "cells-imagenet.npy", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsSource) source = ts_file_source_new (path, &error);
  g_autoptr (TsDocument) document =
                 ts_reader_open_source (source, "wrong.safetensors", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (ts_document_get_format_id (document), ==, "npy");
  g_assert_null (ts_document_get_path (document));
}

/* Counts the bytes that are read. */
#define COUNTING_TYPE_SOURCE (counting_source_get_type ())
G_DECLARE_FINAL_TYPE (CountingSource, counting_source, COUNTING, SOURCE, TsSource)

struct _CountingSource
{
  TsSource parent_instance;

  guint64 size_bytes;
  GBytes *head; /* the rest is zero but for the last byte */
  char last;
  guint64 n_read;
};

G_DEFINE_FINAL_TYPE (CountingSource, counting_source, TS_TYPE_SOURCE)

static guint64
counting_source_get_size (TsSource *source)
{
  return COUNTING_SOURCE (source)->size_bytes;
}

static gboolean
counting_source_read (TsSource *source,
                      guint64 offset,
                      void *out,
                      gsize n_bytes,
                      GCancellable *cancellable,
                      GError **error)
{
  CountingSource *self = COUNTING_SOURCE (source);
  gsize n_head = g_bytes_get_size (self->head);

  self->n_read += n_bytes;
  memset (out, 0, n_bytes);
  if (offset < n_head)
    memcpy (out, (const guint8 *) g_bytes_get_data (self->head, NULL) + offset,
            MIN (n_bytes, n_head - offset));
  if (n_bytes > 0 && offset + n_bytes == self->size_bytes)
    ((char *) out)[n_bytes - 1] = self->last;
  return TRUE;
}

static void
counting_source_finalize (GObject *object)
{
  g_bytes_unref (COUNTING_SOURCE (object)->head);
  G_OBJECT_CLASS (counting_source_parent_class)->finalize (object);
}

static void
counting_source_class_init (CountingSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = counting_source_finalize;
  TS_SOURCE_CLASS (klass)->get_size = counting_source_get_size;
  TS_SOURCE_CLASS (klass)->read = counting_source_read;
}

static void
counting_source_init (CountingSource *self)
{
}

/* 40 GB open by reading their header alone, and one image is read without the others. */
static void
check_lazy (const char *head, gsize n_head, guint64 n_data, const char *path)
{
  CountingSource *source = g_object_new (COUNTING_TYPE_SOURCE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = NULL;
  g_autoptr (TsBlock) block = NULL;
  const guint64 start[] = { 123456, 0, 0, 0 };
  const guint64 count[] = { 1, 3, 64, 64 };
  TsTensor *tensor;

  source->head = g_bytes_new (head, n_head);
  source->size_bytes = n_head + n_data;
  source->last = '.';
  document = ts_reader_open_source (TS_SOURCE (source), "large", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (source->n_read, <, 32768);
  tensor = ts_node_get_tensor (ts_document_find (document, path));
  g_assert_cmpuint (ts_tensor_get_dim (tensor, 0), ==, 1000000);
  block = ts_tensor_read (tensor, start, count, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (source->n_read, <, 32768 + 2 * 3 * 64 * 64 * 4);
  g_object_unref (source);
}

#define LARGE_BYTES (G_GUINT64_CONSTANT (1000000) * 3 * 64 * 64 * 4)

/* What joblib.dump() writes: the pickle goes on behind the array. */
static void
test_lazy_joblib (void)
{
  static const char head[] = "\x80\2cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}("
                             "X\5\0\0\0shape(J\x40\x42\x0f\0K\3K\x40K\x40tX\5\0\0\0orderX\1\0\0\0C"
                             "X\5\0\0\0dtypecnumpy\ndtype\nX\2\0\0\0f4K\0K\1\x87R"
                             "X\x1b\0\0\0numpy_array_alignment_bytesK\x10ub\2\xff\xff";

  check_lazy (head, sizeof head - 1, LARGE_BYTES + 1, "");
}

static void
test_lazy_npy (void)
{
  GString *head = g_string_new_len ("\x93NUMPY\1\0\x76\0", 10);

  g_string_append (head, "{'descr': '<f4', 'fortran_order': False, 'shape': "
                         "(1000000, 3, 64, 64)}");
  while (head->len < 128)
    g_string_append_c (head, ' ');
  check_lazy (head->str, head->len, LARGE_BYTES, "");
  g_string_free (head, TRUE);
}

static void
test_lazy_safetensors (void)
{
  g_autofree char *json = g_strdup_printf ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1000000,3,64,64],"
                                           "\"data_offsets\":[0,%" G_GUINT64_FORMAT "]}}",
                                           LARGE_BYTES);
  guint64 length = GUINT64_TO_LE (strlen (json));
  GString *head = g_string_new_len ((const char *) &length, sizeof length);

  g_string_append (head, json);
  check_lazy (head->str, head->len, LARGE_BYTES, "x");
  g_string_free (head, TRUE);
}

static void
test_lazy_torch (void)
{
  static const char head[] =
      "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
      "\x80\2M\xe9\3."
      "\x80\2}."
      "\x80\2ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\n"
      "X\1\0\0\0"
      "0X\3\0\0\0cpu\x8a\5\0\0\x6c\xdc\2NtQK\0"
      "(J\x40\x42\x0f\0K\3K\x40K\x40t(J\0\x30\0\0M\0\x10K\x40K\1t\x89NtR."
      "\x80\2]X\1\0\0\0"
      "0a."
      "\0\0\x6c\xdc\2\0\0\0";

  check_lazy (head, sizeof head - 1, LARGE_BYTES, "");
}

/* However many pickles a file holds, so many are shown and so many nodes made of them. */
static void
check_series (const char *part, gsize n_part, guint n_parts, guint n_shown, const char *warning)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = NULL;
  g_autoptr (TsSource) source = NULL;
  g_autoptr (TsDocument) document = NULL;
  guint n_nodes = 0;

  for (guint i = 0; i < n_parts; i++)
    g_string_append_len (bytes, part, (gssize) n_part);
  content = g_bytes_new (bytes->str, bytes->len);
  source = ts_memory_source_new (content);
  document = ts_reader_open_source (source, "series.pkl", NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < ts_node_get_n_children (ts_document_get_root (document)); i++)
    n_nodes += 1 + ts_node_get_n_children (ts_node_get_child (ts_document_get_root (document), i));
  g_assert_cmpuint (ts_node_get_n_children (ts_document_get_root (document)), ==, n_shown);
  g_assert_cmpuint (n_nodes, <=, 1000000 + n_shown);
  if (warning == NULL)
    g_assert_cmpuint (ts_document_get_warnings (document)->len, ==, 0);
  else
    assert_contains (g_ptr_array_index (ts_document_get_warnings (document), 0), warning);
}

static void
test_long_series (void)
{
  g_autoptr (GString) list = g_string_new ("\x80\2](");

  check_series ("\x80\2K\1.", 5, 10000, 10000, NULL);
  check_series ("\x80\2K\1.", 5, 10003, 10000, "15 bytes after the pickle are not read");
  for (guint i = 0; i < 9000; i++)
    g_string_append (list, "]");
  g_string_append (list, "e.");
  check_series (list->str, list->len, 130, 130, NULL);
}

/* Every way to cut a file short gives a message or a document, never a crash. */
static void
test_every_cut (void)
{
  const char *const names[] = {
    "records.npy",        "deflated.npz",           "zip64.npz",
    "shapes.safetensors", "../torch/kinds.pt",      "../torch/legacy-view.pt",
    "../torch/tar.pt",    "../torch/numpy-0.pkl",   "../torch/inside-zip.pkl",
    "packed.npy.zst",     "../joblib/older.joblib", "../torch/series-mixed.pkl",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_test_build_filename (G_TEST_DIST, "reader", "good", names[i], NULL);
    g_autoptr (GError) error = NULL;
    g_autofree char *content = NULL;
    gsize length;

    g_file_get_contents (path, &content, &length, &error);
    g_assert_no_error (error);
    for (gsize n = 0; n < length; n++) {
      g_autoptr (GBytes) bytes = g_bytes_new (content, n);
      g_autoptr (TsSource) source = ts_memory_source_new (bytes);
      g_autoptr (GError) local_error = NULL;
      g_autoptr (TsDocument) document =
                     ts_reader_open_source (source, names[i], NULL, &local_error);

      g_assert_true ((document == NULL) == (local_error != NULL));
    }
  }
}

int
main (int argc, char **argv)
{
  g_autofree char *good = NULL;
  g_autofree char *good_expected = NULL;
  g_autofree char *bad = NULL;
  g_autofree char *bad_expected = NULL;
  g_autofree char *samples_expected = NULL;
  g_autofree char *torch = NULL;
  g_autofree char *torch_expected = NULL;
  g_autofree char *joblib = NULL;
  g_autofree char *joblib_expected = NULL;

  g_test_init (&argc, &argv, NULL);
  good = g_test_build_filename (G_TEST_DIST, "reader", "good", NULL);
  good_expected = g_build_filename (good, "expected.json", NULL);
  bad = g_test_build_filename (G_TEST_DIST, "reader", "bad", NULL);
  bad_expected = g_build_filename (bad, "expected.json", NULL);
  torch = g_test_build_filename (G_TEST_DIST, "reader", "torch", NULL);
  torch_expected = g_build_filename (torch, "expected.json", NULL);
  joblib = g_test_build_filename (G_TEST_DIST, "reader", "joblib", NULL);
  joblib_expected = g_build_filename (joblib, "expected.json", NULL);
  samples_expected = g_test_build_filename (G_TEST_DIST, "reader", "samples.json", NULL);
  add_folder ("/good", good, good_expected);
  add_folder ("/bad", bad, bad_expected);
  add_folder ("/torch", torch, torch_expected);
  add_folder ("/joblib", joblib, joblib_expected);
  add_folder ("/samples", g_getenv ("TS_SAMPLES"), samples_expected);
  g_test_add_func ("/unreadable", test_unreadable);
  g_test_add_func ("/cancelled", test_cancelled);
  g_test_add_func ("/misnamed", test_misnamed);
  g_test_add_func ("/lazy/joblib", test_lazy_joblib);
  g_test_add_func ("/lazy/npy", test_lazy_npy);
  g_test_add_func ("/lazy/safetensors", test_lazy_safetensors);
  g_test_add_func ("/lazy/torch", test_lazy_torch);
  g_test_add_func ("/long-series", test_long_series);
  g_test_add_func ("/every-cut", test_every_cut);
  return g_test_run ();
}
