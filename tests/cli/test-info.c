/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli/ts-cli.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/wait.h>

/* tenscope-cli info and stats, as a user runs them. */

typedef struct
{
  int status;
  char *out;
  char *err;
} Result;

static void
result_clear (Result *self)
{
  g_free (self->out);
  g_free (self->err);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

/* Runs in the folder of the samples (or @folder); words are split at spaces. */
static void
run_in (const char *folder, const char *arguments, Result *result)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = g_strsplit (arguments, " ", -1);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_auto (GStrv) envp = g_environ_setenv (g_get_environ (), "LC_ALL", "C.UTF-8", TRUE);

  g_ptr_array_add (argv, (char *) g_getenv ("TS_CLI"));
  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (argv, words[i]);
  g_ptr_array_add (argv, NULL);
  g_spawn_sync (folder, (char **) argv->pdata, envp, G_SPAWN_DEFAULT, NULL, NULL, &result->out,
                &result->err, &result->status, &error);
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (result->status));
  result->status = WEXITSTATUS (result->status);
}

static void
run (const char *arguments, Result *result)
{
  run_in (g_getenv ("TS_SAMPLES"), arguments, result);
}

static JsonNode *
parse (const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();

  json_parser_load_from_data (parser, line, -1, &error);
  g_assert_no_error (error);
  return json_parser_steal_root (parser);
}

static JsonObject *
find_array (JsonNode *root, const char *path)
{
  JsonArray *arrays = json_object_get_array_member (json_node_get_object (root), "arrays");

  for (guint i = 0; i < json_array_get_length (arrays); i++) {
    JsonObject *array = json_array_get_object_element (arrays, i);

    if (g_strcmp0 (json_object_get_string_member (array, "path"), path) == 0)
      return array;
  }
  g_error ("no array %s", path);
}

static char *
get_shape (JsonObject *array)
{
  JsonArray *shape = json_object_get_array_member (array, "shape");
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (shape); i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "x" : "",
                            json_array_get_int_element (shape, i));
  return g_string_free (text, FALSE);
}

/* One channel of true and false lies over images. */
static void
test_bool (void)
{
  const char *const arguments[][2] = {
    { "info --json --raw bool:8x64x64 cells-imagenet.npy", "mask" },
    { "info --json --raw uint8:8x64x64 cells-imagenet.npy", "image" },
    { "info --json --raw bool:8x3x64x64 cells-imagenet.npy", "image" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (arguments); i++) {
    g_auto (Result) result = { 0 };
    g_autoptr (JsonNode) root = NULL;

    run (arguments[i][0], &result);
    g_assert_cmpint (result.status, ==, TS_CLI_OK);
    root = parse (result.out);
    g_assert_cmpstr (json_object_get_string_member (find_array (root, ""), "role"), ==,
                     arguments[i][1]);
  }
}

/* Shapes, dtypes and digests as NumPy finds them. */
static void
test_json (void)
{
  const struct
  {
    const char *file;
    const char *format;
    const char *path;
    const char *dtype;
    const char *shape;
    const char *role;
    const char *layout;
    const char *range;
    const char *digest;
  } rows[] = {
    { "cells-imagenet.npy", "npy", "", "float32", "16x3x64x64", "image", "NCHW", "imagenet",
      "dd3d4551cbc75503c028626834e131f7ff576fc493e8594f6335541091be02a4" },
    { "features.npy", "npy", "", "float32", "4x96x8x8", "image", "NKHW", "percentiles",
      "a64809ef251be2e27e3e3f9c33d9cf98d4d139b4677012b99fad3a05afe563c2" },
    { "samples_64x64x64x3.npz", "npz", "arr_0", "uint8", "64x64x64x3", "image", "NHWC", "integer",
      "b00bdba551113751410b530fbf41624a8f2e7e22e4ffcbfb5dcacbc0b995cf03" },
    { "samples_64x64x64x3.npz", "npz", "arr_1", "int64", "64", "label", NULL, NULL,
      "220790bea276bb5fb46843b39dfefadb7f920c318783c832d8a9ea26990cb0b6" },
    { "masks-labels.npz", "npz", "masks", "uint8", "64x64x64", "mask", "NHW", "labels",
      "bb72ea46cbd5a61fdc5f803d7a01f79695708afb0d589a36faf55894ee94613d" },
    { "latent-walk.safetensors", "safetensors", "images", "float32", "48x3x64x64", "image", "NCHW",
      "tanh", "2d802ff23c7719ef9c5bc0d4899387b550b74b71130392546d5b0f872c9477b3" },
    { "latent-walk.safetensors", "safetensors", "latents", "float32", "48x64", "latent", "ND", NULL,
      "dd38e261c260bc1b4afa456ea3c35e57cf39eaba354c6dbe067a6b8d2ba3759f" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *arguments = g_strconcat ("info --json --digest ", rows[i].file, NULL);
    g_auto (Result) result = { 0 };
    g_autoptr (JsonNode) root = NULL;
    g_autofree char *shape = NULL;
    JsonObject *array;

    run (arguments, &result);
    g_assert_cmpint (result.status, ==, TS_CLI_OK);
    g_assert_cmpstr (result.err, ==, "");
    g_assert_true (strchr (result.out, '\n') == result.out + strlen (result.out) - 1);
    root = parse (result.out);
    g_assert_cmpstr (json_object_get_string_member (json_node_get_object (root), "file"), ==,
                     rows[i].file);
    g_assert_cmpstr (json_object_get_string_member (json_node_get_object (root), "format"), ==,
                     rows[i].format);
    array = find_array (root, rows[i].path);
    shape = get_shape (array);
    g_assert_cmpstr (json_object_get_string_member (array, "dtype"), ==, rows[i].dtype);
    g_assert_cmpstr (shape, ==, rows[i].shape);
    g_assert_cmpstr (json_object_get_string_member (array, "role"), ==, rows[i].role);
    g_assert_cmpstr (json_object_get_string_member_with_default (array, "layout", NULL), ==,
                     rows[i].layout);
    g_assert_nonnull (json_object_get_string_member (array, "layout_reason"));
    if (rows[i].range != NULL)
      g_assert_cmpstr (
          json_object_get_string_member (json_object_get_object_member (array, "range"), "kind"),
          ==, rows[i].range);
    else
      g_assert_true (json_object_get_null_member (array, "range"));
    g_assert_cmpstr (json_object_get_string_member (array, "sha256"), ==, rows[i].digest);
    g_assert_false (json_object_has_member (array, "error"));
  }
}

static void
test_values (void)
{
  g_auto (Result) result = { 0 };
  g_autoptr (JsonNode) root = NULL;
  JsonObject *values;

  run ("info --json latent-walk.safetensors", &result);
  root = parse (result.out);
  values = json_object_get_object_member (json_node_get_object (root), "values");
  g_assert_cmpstr (json_object_get_string_member (values, "__metadata__/model"), ==,
                   "dcgan-cells-64");
  g_assert_false (json_object_has_member (find_array (root, "images"), "sha256"));
}

static void
test_tree (void)
{
  g_auto (Result) result = { 0 };

  run ("info latent-walk.safetensors", &result);
  g_assert_cmpint (result.status, ==, TS_CLI_OK);
  g_assert_cmpstr (result.out, ==,
                   "latent-walk.safetensors: safetensors, 2.4\302\240MB\n"
                   "  images        float32  48×3×64×64  image  NCHW, sure\n"
                   "    3 is a channel count, 64×64 is square, named like images\n"
                   "    values in [-1, 1]: shown as tanh output\n"
                   "  latents       float32  48×64       latent\n"
                   "  __metadata__  dict of 2\n"
                   "    model       dcgan-cells-64\n"
                   "    walk        slerp seed 103 -> seed 109\n");
}

static void
test_tree_of_dict (void)
{
  g_auto (Result) result = { 0 };

  run ("info cells.pt", &result);
  g_assert_cmpint (result.status, ==, TS_CLI_OK);
  g_assert_cmpstr (result.out, ==,
                   "cells.pt: torch, 4.2\302\240MB\n"
                   "  images          float32  64×3×64×64  image  NCHW, sure\n"
                   "    3 is a channel count, 64×64 is square, named like images\n"
                   "    values in [-1, 1]: shown as tanh output\n"
                   "  masks           float32  64×1×64×64  mask   NCHW, sure\n"
                   "    1 is a channel count, 64×64 is square\n"
                   "    values in [-1, 1]: shown as tanh output\n"
                   "  latents         float32  64×64       latent\n"
                   "  labels          int64    64          label\n"
                   "  seeds           64 numbers: 100, 101, 102, 103, 104, 105, …\n"
                   "  truncation_psi  0.8\n"
                   "  step            2999\n"
                   "  model           dcgan-cells-64\n");
}

static void
test_tree_of_list (void)
{
  g_auto (Result) result = { 0 };

  run ("info progressive.pt", &result);
  g_assert_cmpint (result.status, ==, TS_CLI_OK);
  g_assert_true (g_str_has_prefix (result.out, "progressive.pt: torch, 394.3\302\240kB\n"
                                               "  a list of 24 images, up to 64×64 pixels\n"
                                               "  3 is a channel count, 64×64 is square\n"
                                               "  values in [-1, 1]: shown as tanh output\n"
                                               "  0   float32  3×8×8    image  CHW, sure\n"
                                               "  1   float32  3×8×8    image  CHW, sure\n"));
}

/* Good files are listed beside a bad one, and the status says that there was one. */
static void
test_bad_among_good (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("ts-info-XXXXXX", &error);
  g_autofree char *bad = g_build_filename (folder, "bad.npy", NULL);
  g_autofree char *text = NULL;
  g_auto (Result) result = { 0 };
  g_auto (GStrv) lines = NULL;
  g_autoptr (JsonNode) root = NULL;

  g_assert_no_error (error);
  g_file_set_contents (bad, "\x93NUMPY\x01", 7, &error);
  g_assert_no_error (error);
  text = g_strdup_printf ("info --json %s nothing.npy features.npy", bad);
  run (text, &result);
  g_assert_cmpint (result.status, ==, TS_CLI_UNREADABLE);
  g_assert_nonnull (strstr (result.err, "bad.npy"));
  g_assert_nonnull (strstr (result.err, "nothing.npy"));
  lines = g_strsplit (result.out, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  root = parse (lines[0]);
  g_assert_nonnull (json_object_get_string_member (json_node_get_object (root), "error"));
  g_assert_true (json_object_get_null_member (json_node_get_object (root), "format"));
  g_assert_nonnull (strstr (lines[2], "\"shape\":[4,96,8,8]"));
  g_assert_null (strstr (lines[2], "\"error\""));
  g_unlink (bad);
  g_rmdir (folder);
}

/* A broken array beside a good one. */
static void
test_broken_array (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("ts-info-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "cut.safetensors", NULL);
  const char *header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                       "\"b\":{\"dtype\":\"Q7\",\"shape\":[4],\"data_offsets\":[8,12]}}";
  g_autoptr (GString) file = g_string_new (NULL);
  g_auto (Result) result = { 0 };
  g_autoptr (JsonNode) root = NULL;
  JsonObject *broken;

  g_string_append_len (file, "\0\0\0\0\0\0\0\0", 8);
  file->str[0] = (char) strlen (header);
  g_string_append (file, header);
  g_string_append_len (file, "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
  g_file_set_contents (path, file->str, (gssize) file->len, &error);
  g_assert_no_error (error);
  run_in (folder, "info --json --digest cut.safetensors", &result);
  g_test_message ("%s%s", result.out, result.err);
  g_assert_cmpint (result.status, ==, TS_CLI_OK);
  root = parse (result.out);
  g_assert_nonnull (json_object_get_string_member (find_array (root, "a"), "sha256"));
  broken = find_array (root, "b");
  g_assert_nonnull (json_object_get_string_member (broken, "error"));
  g_assert_cmpstr (json_object_get_string_member (broken, "dtype"), ==, "Q7");
  g_unlink (path);
  g_rmdir (folder);
}

static void
check_number (JsonObject *object, const char *name, double expected)
{
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (object, name), expected,
                                  1e-12 * MAX (ABS (expected), 1));
}

/* Against NumPy on the finite values in double. */
static void
test_stats_json (void)
{
  g_auto (Result) result = { 0 };
  g_autoptr (JsonNode) root = NULL;
  JsonObject *array, *percentiles;

  run ("stats --json intensity-nan.npy", &result);
  g_assert_cmpint (result.status, ==, TS_CLI_OK);
  root = parse (result.out);
  array = find_array (root, "");
  g_assert_cmpint (json_object_get_int_member (array, "n_finite"), ==, 16373);
  g_assert_cmpint (json_object_get_int_member (array, "n_nan"), ==, 9);
  g_assert_cmpint (json_object_get_int_member (array, "n_posinf"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (array, "n_neginf"), ==, 1);
  check_number (array, "min", 117.30783081054688);
  check_number (array, "max", 1121.25390625);
  check_number (array, "mean", 924.8760217992691);
  check_number (array, "std", 148.90853811237025);
  percentiles = json_object_get_object_member (array, "percentiles");
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (percentiles, "0.1"), 208.30103638,
                                  1e-7);
  g_assert_cmpfloat_with_epsilon (json_object_get_double_member (percentiles, "99"), 1059.8559375,
                                  1e-7);
  g_assert_true (json_object_get_boolean_member (array, "percentiles_exact"));
}

static void
test_stats_channels (void)
{
  const double expected[3][4] = {
    { -1.0991942882537842, 2.1943979263305664, 1.8364503982644336, 0.3982689976533699 },
    { -1.1463594436645508, 2.089231491088867, 1.3844626983647483, 0.5167506870485085 },
    { 0.29916590452194214, 2.487795114517212, 1.9733450416233609, 0.27624970174560387 },
  };
  g_auto (Result) result = { 0 };
  g_autoptr (JsonNode) root = NULL;
  JsonArray *channels;

  run ("stats --json --per-channel cells-imagenet.npy", &result);
  g_assert_cmpint (result.status, ==, TS_CLI_OK);
  root = parse (result.out);
  channels = json_object_get_array_member (find_array (root, ""), "channels");
  g_assert_cmpuint (json_array_get_length (channels), ==, 3);
  for (guint c = 0; c < 3; c++) {
    JsonObject *channel = json_array_get_object_element (channels, c);

    check_number (channel, "min", expected[c][0]);
    check_number (channel, "max", expected[c][1]);
    check_number (channel, "mean", expected[c][2]);
    check_number (channel, "std", expected[c][3]);
  }
}

static void
test_stats_table (void)
{
  g_auto (Result) result = { 0 };

  run ("stats intensity-nan.npy", &result);
  g_assert_cmpstr (
      result.out, ==,
      "array  dtype    shape       min     max    mean     std      p1     p50     p99  not "
      "finite\n"
      "array  float32  4×64×64  117.31  1121.3  924.88  148.91  278.18  976.06  1059.9  9 NaN, 1 "
      "+Inf, 1 -Inf\n");
}

static void
test_usage (void)
{
  const struct
  {
    const char *arguments;
    int status;
    const char *message;
  } rows[] = {
    { "info", TS_CLI_USAGE, "no file" },
    { "info --nonsense features.npy", TS_CLI_USAGE, "nonsense" },
    { "info nothing.pt", TS_CLI_UNREADABLE, "nothing.pt" },
    { "stats", TS_CLI_USAGE, "no file" },
    { "stats features.npy --key other", TS_CLI_USAGE, "other" },
    { "stats features.npy --per-channel --layout NCHWT", TS_CLI_USAGE, "names 5 axes" },
    { "stats nothing.pt", TS_CLI_UNREADABLE, "nothing.pt" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (Result) result = { 0 };

    run (rows[i].arguments, &result);
    g_test_message ("%s: %s", rows[i].arguments, result.err);
    g_assert_cmpint (result.status, ==, rows[i].status);
    g_assert_nonnull (strstr (result.err, rows[i].message));
    g_assert_cmpstr (result.out, ==, "");
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/info/json", test_json);
  g_test_add_func ("/info/bool", test_bool);
  g_test_add_func ("/info/values", test_values);
  g_test_add_func ("/info/tree", test_tree);
  g_test_add_func ("/info/tree-of-dict", test_tree_of_dict);
  g_test_add_func ("/info/tree-of-list", test_tree_of_list);
  g_test_add_func ("/info/bad-among-good", test_bad_among_good);
  g_test_add_func ("/info/broken-array", test_broken_array);
  g_test_add_func ("/stats/json", test_stats_json);
  g_test_add_func ("/stats/channels", test_stats_channels);
  g_test_add_func ("/stats/table", test_stats_table);
  g_test_add_func ("/cli/usage", test_usage);
  return g_test_run ();
}
