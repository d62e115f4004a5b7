/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "base/ts-error.h"
#include "export/ts-name-template.h"
#include "export/ts-output-dir.h"

#include <glib/gstdio.h>
#include <string.h>

static const TsNameContext context = {
  .stem = "run.7 (best)",
  .key = "G/images",
  .channel = "rgb",
  .date = "2026-01-02",
  .time = "03-04-05",
  .n_images = 1000,
  .n_total = 5,
  .n_columns = 8,
};

static void
test_table (void)
{
  static const struct
  {
    const char *template;
    guint64 index, n;
    const char *name;
  } cases[] = {
    { "{stem}_{index}", 42, 0, "run_7__best__042" },
    { "{key}-{n}", 42, 3, "G_images-3" },
    { "{index:6}", 7, 0, "000007" },
    { "{index:1}", 7, 0, "007" },
    { "r{row}c{col}", 17, 0, "r002c1" },
    { "{date}_{time}_{channel}", 0, 0, "2026-01-02_03-04-05_rgb" },
    { "{{{n}}}", 0, 4, "_4_" },
    { "a.b c/../d", 0, 0, NULL },
    { "..", 0, 0, "__" },
    { "-{n}", 0, 1, "_1" },
    { "bild_ä_{n}", 0, 1, "bild_ä_1" },
    { "a\nb*c?\"d\\e", 0, 0, "a_b_c__d_e" },
    { "", 0, 0, NULL },
    { "{index", 0, 0, NULL },
    { "index}", 0, 0, NULL },
    { "{seed}", 0, 0, NULL },
    { "{index:0}", 0, 0, NULL },
    { "{index:x}", 0, 0, NULL },
    { "{}", 0, 0, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsNameTemplate) template = ts_name_template_new (cases[i].template, NULL, &error);

    if (cases[i].name == NULL) {
      g_assert_null (template);
      g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
      continue;
    }
    g_assert_no_error (error);

    g_autofree char *name =
        ts_name_template_expand (template, &context, cases[i].index, cases[i].n, NULL, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (name, ==, cases[i].name);
  }
}

static void
test_unknown_field (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ts_name_template_new ("{stem}_{sede}", NULL, &error));
  g_assert_nonnull (strstr (error->message, "{sede}"));
  g_assert_nonnull (strstr (error->message, "{index}"));
}

static void
test_too_long (void)
{
  g_autofree char *text = g_strnfill (300, 'x');
  g_autoptr (TsNameTemplate) template = ts_name_template_new (text, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (ts_name_template_expand (template, &context, 0, 0, NULL, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_INVALID);
}

static void
test_stem (void)
{
  static const char *const cases[][2] = {
    { "cells.pt", "cells" }, { "/a/b.c/run", "run" }, { ".hidden", ".hidden" },
    { "a.b.npz", "a.b" },    { "stdin", "stdin" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *stem = ts_name_dup_stem (cases[i][0]);

    g_assert_cmpstr (stem, ==, cases[i][1]);
  }
}

static void
test_output_dir (void)
{
  g_autofree char *root = g_dir_make_tmp ("tenscope-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (root, "a", "b", NULL);
  g_autofree char *file = g_build_filename (path, "x", NULL);
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TsOutputDir) dir = ts_output_dir_new (path, &error);
  gsize length;

  g_assert_no_error (error);
  g_assert_false (ts_output_dir_has (dir, "x"));
  g_assert_true (ts_output_dir_write (dir, "x", "one", 3, FALSE, &error));
  g_assert_true (ts_output_dir_has (dir, "x"));

  /* never over something that is there, unless asked */
  g_assert_false (ts_output_dir_write (dir, "x", "two", 3, FALSE, &error));
  g_assert_error (error, TS_ERROR, TS_ERROR_EXISTS);
  g_assert_true (g_file_get_contents (file, &content, &length, NULL));
  g_assert_cmpstr (content, ==, "one");
  g_assert_true (ts_output_dir_write (dir, "x", "two", 3, TRUE, NULL));
  g_clear_pointer (&content, g_free);
  g_assert_true (g_file_get_contents (file, &content, &length, NULL));
  g_assert_cmpstr (content, ==, "two");

  /* no temporary file is left */
  g_autoptr (GDir) listing = g_dir_open (path, 0, NULL);

  g_assert_cmpstr (g_dir_read_name (listing), ==, "x");
  g_assert_null (g_dir_read_name (listing));
  ts_output_dir_discard (dir, "x");
  g_assert_false (ts_output_dir_has (dir, "x"));

  g_rmdir (path);
  g_autofree char *a = g_build_filename (root, "a", NULL);

  g_rmdir (a);
  g_rmdir (root);
}

/* What a killed process left goes, what a living one writes stays. */
static void
test_clean (void)
{
  g_autofree char *root = g_dir_make_tmp ("tenscope-XXXXXX", NULL);
  g_autoptr (TsOutputDir) dir = ts_output_dir_new (root, NULL);
  g_autofree char *staged = ts_output_dir_stage (dir, "x", 1, NULL);
  g_autofree char *stale = g_strdup (staged);
  char pid[9];

  /* larger than any process number */
  g_snprintf (pid, sizeof pid, "%08x", 0x7ffffff0);
  memcpy (stale + strlen (".tenscope-01234567-"), pid, 8);
  g_assert_true (ts_output_dir_write (dir, stale, "y", 1, FALSE, NULL));
  ts_output_dir_clean (dir);
  g_assert_true (ts_output_dir_has (dir, staged));
  g_assert_false (ts_output_dir_has (dir, stale));
  ts_output_dir_discard (dir, staged);
  g_rmdir (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/names/table", test_table);
  g_test_add_func ("/names/unknown-field", test_unknown_field);
  g_test_add_func ("/names/too-long", test_too_long);
  g_test_add_func ("/names/stem", test_stem);
  g_test_add_func ("/names/output-dir", test_output_dir);
  g_test_add_func ("/names/clean", test_clean);
  return g_test_run ();
}
