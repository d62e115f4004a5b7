/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The way back from an exported picture to the dump that it came from. */

#include "config.h"

#include "base/ts-error.h"
#include "export/ts-provenance.h"
#include "reader/ts-picture.h"
#include "reader/ts-reader.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

static char *root;    /* a temporary folder of this run */
static char *program; /* tenscope-cli */
static char *samples;

/* Runs tenscope-cli with %T for the temporary folder and %S for the samples; its exit status. */
static int
run (const char *command, char **errors)
{
  g_auto (GStrv) by_root = g_strsplit (command, "%T", -1);
  g_autofree char *line = g_strjoinv (root, by_root);
  g_auto (GStrv) by_samples = g_strsplit (line, "%S", -1);
  g_autofree char *arguments = g_strjoinv (samples, by_samples);
  g_autofree char *whole = g_strconcat (program, " ", arguments, NULL);
  g_autofree char *output = NULL;
  g_autofree char *stderr_text = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_command_line_sync (whole, &output, &stderr_text, &status, &error);
  g_assert_no_error (error);
  g_test_message ("%s", whole);
  if (errors != NULL)
    *errors = g_steal_pointer (&stderr_text);
  return g_spawn_check_wait_status (status, &error) ? 0 : error->code;
}

static char *
in_root (const char *name)
{
  return g_build_filename (root, name, NULL);
}

static void
copy (const char *from, const char *to)
{
  g_autofree char *path = in_root (to);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize n_bytes;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
  g_file_get_contents (from, &bytes, &n_bytes, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n_bytes, NULL));
}

static void
copy_sample (const char *name, const char *to)
{
  g_autofree char *from = g_build_filename (samples, name, NULL);

  copy (from, to);
}

static void
assert_same (const char *a, const char *b)
{
  g_autofree char *path_a = in_root (a);
  g_autofree char *path_b = in_root (b);
  g_autofree char *bytes_a = NULL;
  g_autofree char *bytes_b = NULL;
  gsize n_a, n_b;

  g_assert_true (g_file_get_contents (path_a, &bytes_a, &n_a, NULL));
  g_assert_true (g_file_get_contents (path_b, &bytes_b, &n_b, NULL));
  g_assert_cmpmem (bytes_a, n_a, bytes_b, n_b);
}

static void
test_replay (void)
{
  static const struct
  {
    const char *arguments;
    const char *name;
  } cases[] = {
    { "-f png", "cells_05.png" },
    { "-f png --depth 16 --invert", "cells_05.png" },
    { "-f png --range percentile:1,99 --scope image --gamma 1.3", "cells_05.png" },
    { "-f png --name x{index} --latents none", "x05.png" },
    { "-f jpeg", "cells_05.jpg" },
    { "-f tiff", "cells_05.tif" },
    { "-f tiff --depth 32f --values raw", "cells_05.tif" },
    { "-f webp", "cells_05.webp" },
    { "-f png --compression small --zebra", "cells_05.png" },
    { "-f png --compression fast --overlay masks", "cells_05.png" },
    { "-f jpeg --quality 71 --subsampling 422 --progressive", "cells_05.jpg" },
    { "-f tiff --compression none", "cells_05.tif" },
    { "-f webp --quality 60", "cells_05.webp" },
    { "-f webp --lossless", "cells_05.webp" },
    { "-f exr", "cells_05.exr" },
    { "-f exr --depth 32f --values values --compression none", "cells_05.exr" },
    { "-f exr --channel 0,1,2,1", "cells_05.exr" },
  };

  copy_sample ("cells.pt", "run/cells.pt");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *export = g_strdup_printf ("export %%T/run/cells.pt --quiet -o %%T/run/out "
                                               "--on-collision overwrite %s",
                                               cases[i].arguments);
    g_autofree char *replay =
        g_strdup_printf ("replay %%T/run/out/images/%s --quiet -o %%T/again%u", cases[i].name, i);
    g_autofree char *named =
        g_strdup_printf ("replay %%T/far/%s %%T/run/cells.pt --quiet -o %%T/named%u", cases[i].name,
                         i);
    g_autofree char *with_recipe =
        g_strdup_printf ("export %%T/run/cells.pt --recipe %%T/far/%s --index 5 --quiet -o "
                         "%%T/recipe%u %s",
                         cases[i].name, i, cases[i].arguments);
    g_autofree char *first = g_strconcat ("run/out/images/", cases[i].name, NULL);
    g_autofree char *first_path = in_root (first);
    g_autofree char *far_name = g_strconcat ("far/", cases[i].name, NULL);
    g_autofree char *second = g_strdup_printf ("again%u/images/%s", i, cases[i].name);
    g_autofree char *third = g_strdup_printf ("named%u/images/%s", i, cases[i].name);
    g_autofree char *fourth = g_strdup_printf ("recipe%u/images/%s", i, cases[i].name);

#ifndef HAVE_WEBP
    if (strstr (cases[i].arguments, "webp") != NULL)
      continue;
#endif
#ifndef HAVE_EXR
    if (strstr (cases[i].arguments, "exr") != NULL)
      continue;
#endif
    g_assert_cmpint (run (export, NULL), ==, 0);
    g_assert_cmpint (run (replay, NULL), ==, 0);
    assert_same (first, second);
    copy (first_path, far_name);
    g_assert_cmpint (run (named, NULL), ==, 0);
    assert_same (first, third);
    g_assert_cmpint (run (with_recipe, NULL), ==, 0);
    assert_same (first, fourth);
  }
  /* the JSON beside an image tells the same; written again where it was */
  g_assert_cmpint (run ("replay %T/run/out/images/x05.json --on-collision overwrite", NULL), ==, 0);
}

/* A range that was taken of other images than those that are written. */
static void
test_selection (void)
{
  static const guint64 chosen[] = { 1, 2, 40 }, written[] = { 5, 2 };
  g_autofree char *path = in_root ("window/cells.pt");
  g_autofree char *out = in_root ("window/out");
  g_autoptr (TsDocument) document = NULL;
  g_autoptr (TsView) view = NULL;
  g_autoptr (TsBatchStats) whole = NULL;
  g_autoptr (TsBatchStats) stats = NULL;
  g_autoptr (TsExportJob) job = NULL;
  g_autoptr (GError) error = NULL;
  TsExportOptions options;
  TsRecipe recipe;

  /* as the window does it: its selection is what the range is of */
  copy_sample ("cells.pt", "window/cells.pt");
  document = ts_reader_open_path (path, NULL, &error);
  g_assert_no_error (error);
  view = ts_view_new (document, ts_view_choose_node (document), NULL, NULL, &error);
  g_assert_no_error (error);
  whole = ts_batch_stats_new_for_view (view);
  stats = ts_batch_stats_new_subset (whole, chosen, G_N_ELEMENTS (chosen));
  ts_recipe_init (&recipe);
  recipe.range_mode = TS_RANGE_MINMAX;
  recipe.scope = TS_SCOPE_SELECTION;
  ts_export_options_init (&options);
  options.folder = out;
  job = ts_export_job_new (view, stats, &recipe, &options, written, G_N_ELEMENTS (written), &error);
  g_assert_no_error (error);
  g_assert_true (ts_export_job_run (job, NULL, &error));

  g_assert_cmpint (run ("replay %T/window/out/export.json --quiet -o %T/window/b", NULL), ==, 0);
  assert_same ("window/out/images/cells_05.png", "window/b/images/cells_05.png");
  assert_same ("window/out/images/cells_02.png", "window/b/images/cells_02.png");
  g_assert_cmpint (run ("replay %T/window/out/images/cells_05.png --quiet -o %T/window/c", NULL),
                   ==, 0);
  assert_same ("window/out/images/cells_05.png", "window/c/images/cells_05.png");

  /* and it is not the range of what is written */
  g_assert_cmpint (run ("export %T/window/cells.pt --preset unit --range minmax --scope selection "
                        "--index 5,2 --quiet -o %T/window/d",
                        NULL),
                   ==, 0);
  g_autofree char *a = in_root ("window/out/images/cells_05.png");
  g_autofree char *b = in_root ("window/d/images/cells_05.png");
  g_autofree char *x = NULL;
  g_autofree char *y = NULL;
  gsize n_x, n_y;

  g_assert_true (g_file_get_contents (a, &x, &n_x, NULL));
  g_assert_true (g_file_get_contents (b, &y, &n_y, NULL));
  g_assert_true (n_x != n_y || memcmp (x, y, n_x) != 0);
}

static void
test_missing (void)
{
  g_autofree char *errors = NULL;
  g_autofree char *more = NULL;
  g_autofree char *sheet = NULL;
  g_autofree char *changed = NULL;
  g_autofree char *path = NULL;
  g_autofree char *bytes = NULL;
  gsize n_bytes;

  copy_sample ("cells.pt", "gone/cells.pt");
  g_assert_cmpint (run ("export %T/gone/cells.pt --index 3 --quiet -o %T/gone/a/b", NULL), ==, 0);
  /* three folders above is not looked at */
  g_assert_cmpint (run ("replay %T/gone/a/b/images/cells_03.png -o %T/x", &errors), !=, 0);
  g_assert_nonnull (strstr (errors, "cells.pt"));
  /* another dump of that name is none */
  copy_sample ("features.npy", "gone/a/cells.pt");
  g_assert_cmpint (run ("replay %T/gone/a/b/images/cells_03.png -o %T/x", &more), !=, 0);
  g_assert_nonnull (strstr (more, "no such array"));
  /* the same with other numbers is one, and that is said */
  path = in_root ("gone/cells.pt");
  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  for (gsize i = 1 << 16; i < n_bytes / 2; i += 4)
    bytes[i + 2] ^= 1;
  g_free (path);
  path = in_root ("gone/a/cells.pt");
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n_bytes, NULL));
  g_assert_cmpint (run ("replay %T/gone/a/b/images/cells_03.png --quiet -o %T/y", &changed), ==, 0);
  g_assert_nonnull (strstr (changed, "other values"));
  /* and one farther away with the same numbers is better */
  g_free (path);
  path = in_root ("gone/a/b/cells.pt");
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n_bytes, NULL));
  copy_sample ("cells.pt", "gone/a/cells.pt");
  g_clear_pointer (&changed, g_free);
  g_assert_cmpint (run ("replay %T/gone/a/b/images/cells_03.png --quiet -o %T/z", &changed), ==, 0);
  g_assert_cmpstr (changed, ==, "");
  assert_same ("gone/a/b/images/cells_03.png", "z/images/cells_03.png");

  g_assert_cmpint (run ("sheet %S/cells.pt --quiet -o %T/sheet.png", NULL), ==, 0);
  g_assert_cmpint (run ("replay %T/sheet.png -o %T/x", &sheet), !=, 0);
  g_assert_nonnull (strstr (sheet, "cells.pt")); /* not near it either */
}

#ifdef HAVE_EXR
/* The header of an OpenEXR file, cut or damaged anywhere: the text or none. */
static void
test_exr (void)
{
  g_autofree char *path = in_root ("header/images/cells_05.exr");
  g_autofree char *data = NULL;
  g_autofree char *whole = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (TsSource) source = NULL;
  gsize n_bytes, n_header;

  g_assert_cmpint (run ("export %S/cells.pt -f exr --index 5 --quiet -o %T/header", NULL), ==, 0);
  g_assert_true (g_file_get_contents (path, &data, &n_bytes, NULL));
  bytes = g_bytes_new (data, n_bytes);
  source = ts_memory_source_new (bytes);
  whole = ts_picture_dup_settings (source, NULL);
  g_assert_true (g_str_has_prefix (whole, "{\"schema\":\"tenscope-sidecar\""));
  n_header = (gsize) ((char *) memmem (data, n_bytes, whole, strlen (whole)) - data);
  g_assert_cmpuint (n_header, <, 4096);
  for (gsize n = 0; n < n_header + strlen (whole); n++) {
    g_autoptr (GBytes) part = g_bytes_new (data, n);
    g_autoptr (TsSource) cut = ts_memory_source_new (part);
    g_autofree char *none = ts_picture_dup_settings (cut, NULL);

    g_assert_null (none);
  }
  for (gsize at = 0; at < n_header; at++) {
    g_autoptr (GBytes) damaged = NULL;
    g_autoptr (TsSource) other = NULL;
    g_autofree char *text = NULL;
    char before = data[at];

    data[at] = (char) (before ^ 0xff);
    damaged = g_bytes_new (data, n_bytes);
    data[at] = before;
    other = ts_memory_source_new (damaged);
    text = ts_picture_dup_settings (other, NULL);
    /* also more or less of it, where its size is what was damaged */
    g_assert_true (text == NULL || g_str_has_prefix (text, whole) ||
                   g_str_has_prefix (whole, text));
  }
}
#endif

#define SOURCE(file, shape)                                                                        \
  "{\"schema\":\"tenscope-sidecar\",\"source\":{\"file\":\"" file                                  \
  "\",\"key\":\"images\",\"index\":3,\"shape\":" shape                                             \
  ",\"dtype\":\"float32\",\"layout\":\"NCHW\"},\"view\":{}}"

/* Texts that somebody else has put into a picture. */
static void
test_hostile (void)
{
  static const char *const bad[] = {
    "",
    "{}",
    "[1]",
    "no JSON",
    "{\"schema\":\"tenscope-sidecar\"}",
    "{\"schema\":\"tenscope-sidecar\",\"source\":[]}",
    "{\"tenscope\":3}",
    SOURCE ("../cells.pt", "[1]"),
    SOURCE ("/etc/passwd", "[1]"),
    SOURCE ("..", "[1]"),
    SOURCE (".", "[1]"),
    SOURCE ("", "[1]"),
    SOURCE ("a\\\\b", "[1]"),
    SOURCE ("cells.pt", "[-1]"),
    SOURCE ("cells.pt", "[1.5]"),
    SOURCE ("cells.pt", "3"),
    SOURCE ("cells.pt", "[[[[1]]]]"),
  };
  g_autoptr (TsProvenance) good = NULL;
  g_autoptr (TsView) view = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *picture = in_root ("x.png");
  gboolean changed;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (TsProvenance) none = ts_provenance_read (bad[i], -1, &error);

    g_assert_null (none);
    g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
    g_clear_error (&error);
  }
  good = ts_provenance_read (SOURCE ("cells.pt", "[64,3,64,64]"), -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (good->index, ==, 3);
  view = ts_provenance_find (good, picture, samples, &changed, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (view);
  /* an image that is not there */
  good->index = 64;
  g_clear_object (&view);
  view = ts_provenance_find (good, picture, samples, &changed, NULL, &error);
  g_assert_null (view);
  g_assert_error (error, TS_ERROR, TS_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  root = g_dir_make_tmp ("tenscope-XXXXXX", NULL);
  program = g_strdup (g_getenv ("TS_CLI"));
  samples = g_strdup (g_getenv ("TS_SAMPLES"));
  g_assert_nonnull (program);
  g_assert_nonnull (samples);
  g_test_add_func ("/provenance/replay", test_replay);
  g_test_add_func ("/provenance/selection", test_selection);
  g_test_add_func ("/provenance/missing", test_missing);
#ifdef HAVE_EXR
  g_test_add_func ("/provenance/exr", test_exr);
#endif
  g_test_add_func ("/provenance/hostile", test_hostile);
  status = g_test_run ();

  const char *const rm[] = { "rm", "-rf", root, NULL };

  g_spawn_sync (NULL, (char **) rm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (root);
  g_free (program);
  g_free (samples);
  return status;
}
