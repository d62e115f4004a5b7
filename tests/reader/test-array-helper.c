/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "helper/ts-helper.h"
#include "reader/ts-reader.h"

#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char *
get_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "reader", "helper", name, NULL);
}

static TsDocument *
open_file (const char *name, GError **error)
{
  g_autofree char *path = get_path (name);

  return ts_reader_open_path (path, NULL, error);
}

#if !defined(HAVE_HDF5) || !defined(HAVE_MATIO)
static gboolean
is_for_matio (const char *name)
{
  return g_str_has_prefix (name, "v4") || g_str_has_prefix (name, "v5");
}
#endif

static gboolean
can_read (const char *name)
{
#ifndef HAVE_EXR
  if (g_str_has_suffix (name, ".exr")) {
    g_test_skip ("built without OpenEXR");
    return FALSE;
  }
#endif
  if (strcmp (name, "folder") == 0 || g_str_has_suffix (name, ".exr"))
    return TRUE;
#ifndef HAVE_HDF5
  if (!g_str_has_suffix (name, ".tif") && !is_for_matio (name)) {
    g_test_skip ("built without libhdf5");
    return FALSE;
  }
#endif
#ifndef HAVE_MATIO
  if (is_for_matio (name)) {
    g_test_skip ("built without libmatio");
    return FALSE;
  }
#endif
  return TRUE;
}

static void
compare_array (JsonObject *expected, const char *name, JsonNode *value, gpointer data)
{
  TsDocument *document = data;
  TsNode *node = ts_document_find (document, name);
  JsonArray *parts = json_node_get_array (value);
  JsonArray *shape = json_array_get_array_element (parts, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *digest = NULL;
  TsTensor *tensor;

#ifndef HAVE_LZF
  if (strcmp (name, "lzf") == 0) {
    g_test_message ("lzf not compared: built without liblzf");
    return;
  }
#endif
  g_test_message ("%s", name);
  g_assert_nonnull (node);
  tensor = ts_node_get_tensor (node);
  g_assert_nonnull (tensor);
  g_assert_cmpstr (ts_dtype_get_name (ts_tensor_get_dtype (tensor)), ==,
                   json_array_get_string_element (parts, 0));
  g_assert_cmpuint (ts_tensor_get_n_dims (tensor), ==, json_array_get_length (shape));
  for (guint i = 0; i < json_array_get_length (shape); i++)
    g_assert_cmpuint (ts_tensor_get_dim (tensor, i), ==,
                      (guint64) json_array_get_int_element (shape, i));
  digest = ts_tensor_digest (tensor, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (digest, ==, json_array_get_string_element (parts, 2));
}

static void
test_values (gconstpointer data)
{
  const char *name = data;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *expected = get_path ("expected.json");
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = NULL;

  if (!can_read (name))
    return;
  json_parser_load_from_file (parser, expected, &error);
  g_assert_no_error (error);
  document = open_file (name, &error);
  g_assert_no_error (error);
  json_object_foreach_member (
      json_object_get_object_member (json_node_get_object (json_parser_get_root (parser)), name),
      compare_array, document);
}

/* The variable after the good one unpacks to more than it says. */
static void
test_damaged_variable (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = NULL;
  g_autoptr (TsBlock) block = NULL;

  if (!can_read ("v5more.mat"))
    return;
  document = open_file ("v5more.mat", &error);
  g_assert_no_error (error);
  block =
      ts_tensor_read_all (ts_node_get_tensor (ts_document_find (document, "bad")), NULL, &error);
  g_assert_null (block);
  g_assert_error (error, TS_ERROR, TS_ERROR_CORRUPT);
}

static void
assert_text (TsDocument *document, const char *path, const char *text)
{
  TsNode *node = ts_document_find (document, path);

  g_assert_nonnull (node);
  g_assert_cmpstr (ts_node_get_text (node), ==, text);
}

/* Texts, what is empty, and cells, one of which holds itself twice. */
static void
test_matlab_73 (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = NULL;
  TsNode *node;

  if (!can_read ("v73more.mat"))
    return;
  document = open_file ("v73more.mat", &error);
  g_assert_no_error (error);
  assert_text (document, "name", "grün");
  assert_text (document, "cell/1", "hi");
  node = ts_document_find (document, "empty");
  g_assert_nonnull (strstr (ts_node_get_note (node), "its sizes"));
  node = ts_document_find (document, "circle/1");
  g_assert_cmpstr (ts_node_get_type_name (node), ==, "link to a cell above");
}

/* A page that needs more bytes than the file has is said to be cut off; nothing is made up. */
static void
test_tall (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = open_file ("tall.tif", &error);
  TsNode *node;

  g_assert_no_error (error);
  node = ts_document_find (document, "page0");
  g_assert_cmpint (ts_node_get_kind (node), ==, TS_NODE_ERROR);
  g_assert_nonnull (strstr (ts_node_get_error (node)->message, "The data is cut off"));

  g_autoptr (TsDocument) hidden = open_file ("hidden-cut.tif", &error);

  g_assert_no_error (error);
  g_assert_nonnull (ts_node_get_tensor (ts_document_find (hidden, "page2")));
  node = ts_document_find (hidden, "page3");
  g_assert_nonnull (strstr (ts_node_get_error (node)->message, "3 of 4 pages are there"));
}

/* What the library would read wrong, or not at all, is named. */
static void
test_exr_methods (void)
{
  const char *const files[][2] = { { "b44.exr", "Compressed by B44," },
                                   { "dwaa.exr", "Compressed by DWAA," } };

  for (gsize i = 0; i < G_N_ELEMENTS (files) && can_read (files[i][0]); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsDocument) document = open_file (files[i][0], &error);
    TsNode *node;

    g_assert_no_error (error);
    node = ts_document_find (document, "pixels");
    g_assert_cmpint (ts_node_get_kind (node), ==, TS_NODE_ERROR);
    g_assert_nonnull (strstr (ts_node_get_error (node)->message, files[i][1]));
  }
}

static void
test_folder_order (void)
{
  static const char *const expected[] = { "array.npy",  "cell1.png",   "cell2.png",
                                          "cell10.png", "deep.png",    "gray.png",
                                          "inks.jpg",   "palette.png", "photo.jpg" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = open_file ("folder", &error);
  TsNode *root;

  g_assert_no_error (error);
  root = ts_document_get_root (document);
  g_assert_cmpuint (ts_node_get_n_children (root), ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (ts_node_get_name (ts_node_get_child (root, i)), ==, expected[i]);
}

/* Any window gives what the whole gives: the helper reads boxes, not ranges. */
static void
test_windows (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = NULL;
  g_autoptr (TsBlock) whole = NULL;
  g_autofree double *all = g_new (double, 5 * 3 * 8 * 6);
  TsTensor *tensor;

  if (!can_read ("good.h5"))
    return;
  document = open_file ("good.h5", &error);
  g_assert_no_error (error);
  tensor = ts_node_get_tensor (ts_document_find (document, "chunked"));
  whole = ts_tensor_read_all (tensor, NULL, &error);
  g_assert_no_error (error);
  ts_block_load_doubles (whole, all);
  for (guint round = 0; round < 200; round++) {
    guint64 start[4], count[4], k = 0;
    g_autoptr (TsBlock) block = NULL;
    g_autofree double *values = g_new (double, 5 * 3 * 8 * 6);

    for (guint i = 0; i < 4; i++) {
      guint64 dim = ts_tensor_get_dim (tensor, i);

      start[i] = (guint64) g_test_rand_int_range (0, (int) dim);
      count[i] = (guint64) g_test_rand_int_range (1, (int) (dim - start[i]) + 1);
    }
    block = ts_tensor_read (tensor, start, count, NULL, &error);
    g_assert_no_error (error);
    ts_block_load_doubles (block, values);
    for (guint64 a = start[0]; a < start[0] + count[0]; a++) {
      for (guint64 b = start[1]; b < start[1] + count[1]; b++) {
        for (guint64 c = start[2]; c < start[2] + count[2]; c++) {
          for (guint64 d = start[3]; d < start[3] + count[3]; d++)
            g_assert_cmpfloat (values[k++], ==, all[((a * 3 + b) * 8 + c) * 6 + d]);
        }
      }
    }
  }
}

static void
test_tree (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = NULL;

  if (!can_read ("good.h5"))
    return;
  document = open_file ("good.h5", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ts_node_get_text (ts_document_find (document, "title")), ==, "cells");
  g_assert_cmpint (ts_node_get_kind (ts_document_find (document, "soft")), ==, TS_NODE_OPAQUE);
  g_assert_cmpint (ts_node_get_kind (ts_document_find (document, "group/again")), ==,
                   TS_NODE_OPAQUE);
  /* Plain bytes are read from the file itself. */
  g_assert_true (ts_tensor_get_source (ts_node_get_tensor (ts_document_find (document, "plain"))) ==
                 ts_document_get_source (document));
}

static void
test_refused (void)
{
  static const char *const names[] = { "elsewhere", "virtual", "outside" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = NULL;

  if (!can_read ("refused.h5"))
    return;
  document = open_file ("refused.h5", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ts_document_get_arrays (document)->len, ==, 4);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const GError *reason = ts_node_get_error (ts_document_find (document, names[i]));

    g_assert_nonnull (reason);
    g_assert_nonnull (strstr (reason->message, "not opened"));
  }
}

static void
test_cut (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = NULL;

  if (!can_read ("cut.h5"))
    return;
  document = open_file ("cut.h5", &error);
  g_assert_null (document);
  g_assert_error (error, TS_ERROR, TS_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "truncated"));
}

/* Helpers that misbehave: end at once, crash, say nonsense. */
static void
test_bad_helper (gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("tenscope-test-XXXXXX", NULL);
  g_autofree char *script = g_build_filename (folder, "helper", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = NULL;
  g_autofree char *before = g_strdup (g_getenv ("TENSCOPE_ARRAY_HELPER"));

  g_file_set_contents_full (script, data, -1, G_FILE_SET_CONTENTS_NONE, 0700, &error);
  g_assert_no_error (error);
  g_setenv ("TENSCOPE_ARRAY_HELPER", script, TRUE);
  document = open_file ("good.h5", &error);
  g_assert_null (document);
  g_assert_error (error, TS_ERROR, TS_ERROR_CORRUPT);
  if (before != NULL)
    g_setenv ("TENSCOPE_ARRAY_HELPER", before, TRUE);
  else
    g_unsetenv ("TENSCOPE_ARRAY_HELPER");
  unlink (script);
  rmdir (folder);
}

static int
try_everything (void)
{
  char *const argv[] = { "/bin/true", NULL };
  int fd = open ("/dev/null", O_RDONLY);
  int pair[2];

  if (fd < 0 || !ts_cage_enter ())
    return 77;
  if (open ("/etc/passwd", O_RDONLY) >= 0 || errno != EPERM)
    return 1;
  if (socket (AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
    return 2;
  if (execv ("/bin/true", argv) >= 0 || errno != EPERM)
    return 3;
  if (fork () >= 0)
    return 4;
  if (unlink ("/nonexistent") >= 0 || errno != EPERM)
    return 5;
  if (pipe (pair) >= 0)
    return 6;
  if (dup (fd) < 0) /* what was open stays usable */
    return 7;
  return 0;
}

static void
test_cage (void)
{
  int status;
  pid_t pid = fork ();

  if (pid == 0)
    _exit (try_everything ());
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  if (WEXITSTATUS (status) == 77)
    g_test_skip ("this kernel lets no filter be set");
  else
    g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/array-helper/values/good.h5", "good.h5", test_values);
  g_test_add_data_func ("/array-helper/values/v73.mat", "v73.mat", test_values);
  g_test_add_data_func ("/array-helper/values/v5.mat", "v5.mat", test_values);
  g_test_add_data_func ("/array-helper/values/v5z.mat", "v5z.mat", test_values);
  g_test_add_data_func ("/array-helper/values/v4.mat", "v4.mat", test_values);
  g_test_add_data_func ("/array-helper/values/v5empty.mat", "v5empty.mat", test_values);
  g_test_add_data_func ("/array-helper/values/v5more.mat", "v5more.mat", test_values);
  g_test_add_func ("/array-helper/damaged-variable", test_damaged_variable);
  g_test_add_data_func ("/array-helper/values/stack.tif", "stack.tif", test_values);
  g_test_add_data_func ("/array-helper/values/lzw.tif", "lzw.tif", test_values);
  g_test_add_data_func ("/array-helper/values/colour.tif", "colour.tif", test_values);
  g_test_add_data_func ("/array-helper/values/float.exr", "float.exr", test_values);
  g_test_add_data_func ("/array-helper/values/half.exr", "half.exr", test_values);
  g_test_add_data_func ("/array-helper/values/folder", "folder", test_values);
  g_test_add_data_func ("/array-helper/values/records.h5", "records.h5", test_values);
  g_test_add_data_func ("/array-helper/values/v73more.mat", "v73more.mat", test_values);
  g_test_add_data_func ("/array-helper/values/tall.tif", "tall.tif", test_values);
  g_test_add_func ("/array-helper/matlab-73", test_matlab_73);
  g_test_add_data_func ("/array-helper/values/hidden.tif", "hidden.tif", test_values);
  g_test_add_data_func ("/array-helper/values/hidden-shape.tif", "hidden-shape.tif", test_values);
  g_test_add_func ("/array-helper/exr-methods", test_exr_methods);
  g_test_add_func ("/array-helper/tall", test_tall);
  g_test_add_func ("/array-helper/folder-order", test_folder_order);
  g_test_add_func ("/array-helper/windows", test_windows);
  g_test_add_func ("/array-helper/tree", test_tree);
  g_test_add_func ("/array-helper/refused", test_refused);
  g_test_add_func ("/array-helper/cut", test_cut);
  g_test_add_data_func ("/array-helper/bad/ends", "#!/bin/sh\nexit 0\n", test_bad_helper);
  g_test_add_data_func ("/array-helper/bad/crashes", "#!/bin/sh\nkill -SEGV $$\n", test_bad_helper);
  g_test_add_data_func ("/array-helper/bad/nonsense", "#!/bin/sh\ncat /proc/cpuinfo\n",
                        test_bad_helper);
  g_test_add_func ("/array-helper/cage", test_cage);
  return g_test_run ();
}
