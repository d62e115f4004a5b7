/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sheets, figures and animations are drawn again from what they hold, to the byte. */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

static const struct
{
  const char *command, *name, *options;
} cases[] = {
  { "sheet", "s.png", "--columns 3 --depth 16 --padding 0 --pad-value 0.5" },
#ifdef HAVE_FIGURES
  { "figure", "f.png",
    "--width neurips --loupe 8,9,10,11,#00ff00 --crop 4,4,50,48 --title 'T, t' --row-titles a,b" },
  { "figure", "f.svg",
    "--width 3in --loupe 8,9,10,11 --loupe 20,20,5,5,below --title 'T & \"q\"'" },
  { "figure", "f.pdf", "--rows-by label --labels '{seed} s' --title 'T (x) \\ \303\244' --dark" },
  { "figure", "g.pdf", "--gap 0 --dpi 96.5 --upright-titles --row-titles a,b" },
#endif
  { "animate", "a.png", "--fps 12.5 --loop 2 --compression small" },
#ifdef HAVE_WEBP
  { "animate", "a.webp", "--fps 30000/1001 --quality 70 --order ping-pong --scale 2" },
#endif
};

static void run (const char *folder, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
run (const char *folder, const char *format, ...)
{
  g_autofree char *line = NULL;
  g_autofree char *errors = NULL;
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  int status;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  g_assert_true (g_shell_parse_argv (line, NULL, &argv, NULL));
  g_spawn_sync (folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &errors, &status,
                &error);
  g_assert_no_error (error);
  g_assert_cmpstr (errors, ==, "");
  g_assert_cmpint (status, ==, 0);
}

static void
test_redraw (void)
{
  const char *program = g_getenv ("TS_CLI");
  g_autofree char *folder = g_dir_make_tmp ("tenscope-XXXXXX", NULL);
  g_autofree char *again = g_build_filename (folder, "again", NULL);
  g_autofree char *sample = g_build_filename (g_getenv ("TS_SAMPLES"), "cells.pt", NULL);
  g_autofree char *dump = g_build_filename (folder, "cells.pt", NULL);

  g_assert_cmpint (g_mkdir (again, 0700), ==, 0);
  run (folder, "cp '%s' '%s'", sample, dump);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *first = g_build_filename (folder, cases[i].name, NULL);
    g_autofree char *second = g_build_filename (again, cases[i].name, NULL);

    run (folder, "'%s' %s cells.pt --quiet --gamma 1.3 --index 3-12 %s -o %s", program,
         cases[i].command, cases[i].options, cases[i].name);
    run (folder, "'%s' replay %s --quiet -o again", program, cases[i].name);
    run (folder, "cmp '%s' '%s'", first, second);
    g_assert_cmpint (g_unlink (first), ==, 0);
    g_assert_cmpint (g_unlink (second), ==, 0);
  }
  g_assert_cmpint (g_unlink (dump), ==, 0);
  g_assert_cmpint (g_rmdir (again), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Whether export.json (or another) of @folder tells of the file. */
static gboolean
has_record (const char *folder, const char *record, const char *text)
{
  g_autofree char *path = g_build_filename (folder, "out", record, NULL);
  g_autofree char *json = NULL;

  g_assert_true (g_file_get_contents (path, &json, NULL, NULL));
  return strstr (json, text) != NULL;
}

/* What is drawn into a folder is recorded there, beside what was exported; replaying the records
 * gives the same folder again. */
static void
test_record (void)
{
  static const char *const drawn[] = {
    "sheet cells.pt -o out --columns 4 --index 0-7",
    "sheet cells.pt -o out/ --name small.jpg --quality 60 --index 0-3 --overlay masks",
#ifdef HAVE_FIGURES
    "figure cells.pt -o out --name fig.pdf --index 0-3 --title 'T & \"q\"' --loupe 8,9,10,11",
    "figure cells.pt -o out --index 4,5 --range minmax --scope selection",
#endif
    "animate cells.pt -o out --index 0-3 --fps 12.5",
  };
  const char *program = g_getenv ("TS_CLI");
  g_autofree char *folder = g_dir_make_tmp ("tenscope-XXXXXX", NULL);
  g_autofree char *sample = g_build_filename (g_getenv ("TS_SAMPLES"), "cells.pt", NULL);
  g_autofree char *dump = g_build_filename (folder, "cells.pt", NULL);

  g_setenv ("SOURCE_DATE_EPOCH", "1700000000", TRUE);
  run (folder, "cp '%s' '%s'", sample, dump);
  for (gsize i = 0; i < G_N_ELEMENTS (drawn); i++)
    run (folder, "'%s' %s --quiet", program, drawn[i]);
  g_assert_true (has_record (folder, "export.json", "\"figures/cells_sheet.png\""));
  g_assert_true (has_record (folder, "export.json", "\"figures/small.jpg\""));
  g_assert_true (has_record (folder, "export.json", "\"figures/cells_animation.png\""));
  g_assert_false (has_record (folder, "export.json", "\"output\""));
  run (folder, "'%s' replay out/export.json --quiet -o first", program);
  run (folder, "diff -r out first");

  /* the record of an export does not take the place of these, nor of another's images */
  run (folder, "'%s' export cells.pt -o out --index 0-2 --quiet", program);
  run (folder, "'%s' export cells.pt -o out --index 3-5 --gamma 2 --on-collision overwrite --quiet",
       program);
  g_assert_true (has_record (folder, "export.json", "\"0-2\""));
  g_assert_true (has_record (folder, "export.json", "\"figures/small.jpg\""));
  g_assert_true (has_record (folder, "export-2.json", "\"3-5\""));
  run (folder, "'%s' replay out/export.json --quiet -o second", program);
  run (folder, "'%s' replay out/export-2.json --quiet -o second", program);
  run (folder, "diff -r out second");

  /* but of its own, and of a figure of the same name */
  run (folder, "'%s' export cells.pt -o out --index 3-5 --gamma 3 --on-collision overwrite --quiet",
       program);
  g_assert_false (has_record (folder, "export-2.json", "\"gamma\": 2"));
  g_assert_true (has_record (folder, "export-2.json", "\"gamma\": 3"));
  run (folder,
       "'%s' sheet cells.pt -o out --name small.jpg --index 7 --quiet "
       "--on-collision overwrite",
       program);
  g_assert_false (has_record (folder, "export.json", "\"quality\":60"));
  run (folder, "'%s' export cells.pt -o out --index 0-2 --on-collision skip --gamma 3 --quiet",
       program); /* nothing of it was written */
  g_assert_true (has_record (folder, "export-3.json", "\"gamma\": 3"));
  g_assert_true (has_record (folder, "export.json", "\"gamma\": 1"));
  run (folder, "rm -r '%s'", folder);
}

/* Several at once lose none of their records. */
static void
test_record_at_once (void)
{
  const char *program = g_getenv ("TS_CLI");
  g_autofree char *folder = g_dir_make_tmp ("tenscope-XXXXXX", NULL);
  g_autofree char *sample = g_build_filename (g_getenv ("TS_SAMPLES"), "cells.pt", NULL);

  run (folder,
       "sh -c 'for k in 0 1 2 3 4 5 6 7; do \"%s\" sheet \"%s\" -o out --index $k --quiet "
       "--name $k.png & done; \"%s\" export \"%s\" -o out --index 0 --quiet; wait'",
       program, sample, program, sample);
  for (guint k = 0; k < 8; k++) {
    g_autofree char *name = g_strdup_printf ("\"figures/%u.png\"", k);

    g_assert_true (has_record (folder, "export.json", name));
  }
  g_assert_true (has_record (folder, "export.json", "\"output\""));
  run (folder, "rm -r '%s'", folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redraw/again", test_redraw);
  g_test_add_func ("/redraw/record", test_record);
  g_test_add_func ("/redraw/record-at-once", test_record_at_once);
  return g_test_run ();
}
