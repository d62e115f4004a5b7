/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Several dumps, patterns, standard input, and what a run says of itself. */

#include "config.h"

#include "cli.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Gray images of 16 x 16 bytes. */
static void
write_npy (const char *name, guint n)
{
  g_autofree char *header =
      g_strdup_printf ("{'descr': '|u1', 'fortran_order': False, 'shape': (%u, 16, 16, 1), }", n);
  g_autoptr (GString) out = g_string_new (NULL);

  g_string_append_len (out, "\x93NUMPY\x01\x00\x76\x00", 10);
  g_string_append_printf (out, "%-117s\n", header);
  for (guint i = 0; i < n * 256; i++)
    g_string_append_c (out, (char) (i * 37));
  cli_write (name, out->str, out->len);
}

static void
write_runs (void)
{
  write_npy ("in/run1/x.npy", 2);
  write_npy ("in/run2/x.npy", 3);
  write_npy ("in/run2/y.npy", 4);
  write_npy ("in/run2/odd [1].npy", 5);
  cli_write ("in/run2/note.txt", "no dump", 7);
}

/* One object a line. */
static GPtrArray *
parse_lines (const char *text)
{
  GPtrArray *objects = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;

    if (*lines[i] == '\0')
      continue;
    g_ptr_array_add (objects, json_from_string (lines[i], &error));
    g_assert_no_error (error);
  }
  return objects;
}

static JsonObject *
get_line (GPtrArray *lines, guint i)
{
  g_assert_cmpuint (i, <, lines->len);
  return json_node_get_object (g_ptr_array_index (lines, i));
}

static void
test_names (void)
{
  static const struct
  {
    const char *folder;
    guint n_images;
  } made[] = {
    { "out/run1_x/images", 2 },
    { "out/run2_x/images", 3 },
    { "out/y/images", 4 },
    { "out/odd [1]/images", 5 },
  };

  write_runs ();
  g_free (cli_run_ok ("export 'in/run?/*.npy' --quiet -o out"));
  for (guint i = 0; i < G_N_ELEMENTS (made); i++) {
    g_autofree char *record = g_build_filename (made[i].folder, "..", "export.json", NULL);

    g_assert_cmpuint (cli_count (made[i].folder, ".png"), ==, made[i].n_images);
    g_bytes_unref (cli_read (record));
  }
  /* shards of several dumps, merged at once */
  g_free (cli_run_ok ("export 'in/run?/x.npy' --quiet -o parts --shard 1/2"));
  cli_assert ("merge 'parts/*'", 1, "parts/run1_x");
  g_free (cli_run_ok ("export 'in/run?/x.npy' --quiet -o parts --shard 2/2"));
  cli_assert ("merge 'parts/*'", 0, "3 images are complete in parts/run2_x");
  /* one by one they are the same bytes */
  g_free (cli_run_ok ("export in/run2/x.npy --quiet -o single"));

  g_autoptr (GBytes) one = cli_read ("single/images/x_1.png");
  g_autoptr (GBytes) many = cli_read ("out/run2_x/images/x_1.png");

  g_assert_true (g_bytes_equal (one, many));
  /* the same file twice, and two that differ in the suffix alone */
  g_free (cli_run_ok ("export in/run2/y.npy in/run2/y.npy --quiet -o twice"));
  g_assert_cmpuint (cli_count ("twice/run2_y_npy/images", ".png"), ==, 4);
  g_assert_cmpuint (cli_count ("twice/run2_y_npy-2/images", ".png"), ==, 4);
}

static void
test_patterns (void)
{
  const struct
  {
    const char *command;
    int status;
    const char *message;
  } cases[] = {
    { "info 'in/run*/x.npy'", 0, "2×16×16×1" },
    { "info 'in/run{1,2}/x.npy'", 0, "3×16×16×1" },
    { "info 'in/run2/odd [1].npy'", 0, "5×16×16×1" },
    { "stats 'in/run*/*.npy'", 0, "in/run2/y.npy:" },
    { "info 'in/run*/absent*'", 3, "none matches" },
    { "info in/absent.npy", 3, "absent.npy" },
    { "info '~root-that-is-not-there/x*'", 3, "none matches" },
    { "info - -", 2, "only once" },
    { "stats in/run1/x.npy in/run2/note.txt", 3, "x.npy" },
    { "export in/run1/x.npy in/run2/note.txt -o worst", 3, "note.txt" },
    { "export in/run1/x.npy in/run2/x.npy --key nope -o worst2", 2, "" },
  };

  write_runs ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Result) result = cli_run (cases[i].command, NULL);

    if (result.status != cases[i].status || (strstr (result.out, cases[i].message) == NULL &&
                                             strstr (result.err, cases[i].message) == NULL))
      g_error ("“%s” gave %d: %s%s", cases[i].command, result.status, result.err, result.out);
  }
  /* what can be read is done all the same */
  g_assert_cmpuint (cli_count ("worst/x/images", ".png"), ==, 2);
}

static void
test_json (void)
{
  write_runs ();

  g_auto (Result) result =
              cli_run ("export in/run1/x.npy in/run2/note.txt in/run2/x.npy -o json --json "
                       "--quiet --progress json",
                       NULL);
  g_autoptr (GPtrArray) lines = parse_lines (result.out);
  g_auto (GStrv) progress = g_strsplit (result.err, "\n", -1);
  guint n_progress = 0;

  g_assert_cmpint (result.status, ==, 3);
  g_assert_cmpuint (lines->len, ==, 3);
  g_assert_cmpint (json_object_get_int_member (get_line (lines, 0), "done"), ==, 2);
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (get_line (lines, 0), "files")),
                    ==, 2);
  g_assert_cmpstr (json_object_get_string_member (get_line (lines, 1), "file"), ==,
                   "in/run2/note.txt");
  g_assert_true (json_object_has_member (get_line (lines, 1), "error"));
  g_assert_cmpstr (json_object_get_string_member (get_line (lines, 2), "folder"), ==,
                   "json/run2_x");
  /* at least the last one of each, with everything a program needs */
  for (guint i = 0; progress[i] != NULL; i++) {
    g_autoptr (GPtrArray) objects = NULL;

    if (progress[i][0] != '{')
      continue;
    objects = parse_lines (progress[i]);
    n_progress++;
    g_assert_true (json_object_has_member (get_line (objects, 0), "images_per_second"));
    g_assert_true (json_object_has_member (get_line (objects, 0), "seconds_left"));
    g_assert_true (json_object_has_member (get_line (objects, 0), "file"));
  }
  g_assert_cmpuint (n_progress, >=, 2);

  /* a failure of the whole job is in the JSON too */
  g_auto (Result) again = cli_run ("export in/run1/x.npy -o json/run1_x --json", NULL);
  g_autoptr (GPtrArray) taken = parse_lines (again.out);

  g_assert_cmpint (again.status, ==, 1);
  g_assert_nonnull (
      strstr (json_object_get_string_member (get_line (taken, 0), "error"), "exists already"));

  g_auto (Result) replay =
              cli_run ("replay json/run1_x/export.json -o json/replayed --json --progress json",
                       NULL);
  g_autoptr (GPtrArray) replayed = parse_lines (replay.out);

  g_assert_cmpint (replay.status, ==, 0);
  g_assert_cmpint (json_object_get_int_member (get_line (replayed, 0), "done"), ==, 2);
  g_assert_nonnull (strstr (replay.err, "\"total\":2"));
}

/* Every command has its line for programs, and a quiet mode; both for what cannot be read too. */
static void
test_everywhere (void)
{
  static const char *const commands[] = {
    "info %S/cells.pt",
    "stats %S/cells.pt",
    "export %S/cells.pt -o every-export --on-collision overwrite",
    "export %S/cells.pt -o every-parts --shard 1/1 --on-collision overwrite",
    "merge every-parts",
    "replay every-export/export.json -o every-replay --on-collision overwrite",
    "sheet %S/cells.pt -o every-sheet.png --on-collision overwrite",
#ifdef HAVE_FIGURES
    "figure %S/cells.pt -o every-figure.png --on-collision overwrite",
#endif
    "animate %S/cells.pt -o every-animation.png --on-collision overwrite",
    "thumbnail %S/cells.pt -o every-thumbnail.png",
    "diff %S/cells.pt %S/cells.pt",
  };
  static const char *const failing[] = {
    "info absent.pt",
    "stats absent.pt",
    "export absent.pt -o x",
    "merge absent",
    "replay absent/export.json -o x",
    "sheet absent.pt -o x.png",
#ifdef HAVE_FIGURES
    "figure absent.pt -o x.png",
#endif
    "animate absent.pt -o x.png",
    "thumbnail absent.pt -o x.png",
    "diff absent.pt %S/cells.pt",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_autofree char *with_json = g_strconcat (commands[i], " --json", NULL);
    g_autofree char *with_quiet = g_strconcat (commands[i], " --quiet", NULL);
    g_autofree char *json = cli_run_ok (with_json);
    g_autofree char *quiet = cli_run_ok (with_quiet);
    g_autoptr (GPtrArray) lines = parse_lines (json);

    if (lines->len != 1 || *quiet != '\0')
      g_error ("%s: %s%s", commands[i], json, quiet);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (failing); i++) {
    g_autofree char *with_json = g_strconcat (failing[i], " --json", NULL);
    g_auto (Result) result = cli_run (with_json, NULL);
    g_autoptr (GPtrArray) lines = parse_lines (result.out);

    if (result.status == 0 || lines->len != 1 ||
        !json_object_has_member (get_line (lines, 0), "error"))
      g_error ("%s gave %d: %s", failing[i], result.status, result.out);
    g_assert_true (g_str_has_prefix (result.err, "tenscope-cli: "));
  }
}

/* Every command that reads a dump takes it from a pipe. */
static void
test_stdin (void)
{
  static const char *const commands[] = {
    "%C info - <in/run2/y.npy",
    "cat in/run2/y.npy | %C info --json -",
    "cat in/run2/y.npy | %C stats -",
    "cat in/run2/y.npy | %C export - --quiet -o piped && test -f piped/images/stdin_3.png",
    "cat in/run2/y.npy | %C sheet - --quiet -o piped.png && test -s piped.png",
    "cat in/run2/y.npy | %C thumbnail - --quiet -o piped-thumbnail.png",
    "cat in/run2/y.npy | %C animate - --quiet -o piped-animation.png",
#ifdef HAVE_FIGURES
    "cat in/run2/y.npy | %C figure - --quiet -o piped-figure.png",
#endif
    "cat in/run2/y.npy | %C diff in/run2/y.npy -",
    "cat in/run2/y.npy | %C info in/run1/x.npy - --json | grep -c '\"file\"' | grep -qx 2",
  };

  write_runs ();
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_auto (Result) result = cli_run_shell (commands[i]);

    if (result.status != 0)
      g_error ("%s: %d: %s", commands[i], result.status, result.err);
  }
}

int
main (int argc, char **argv)
{
  cli_init (&argc, &argv);
  g_test_add_func ("/inputs/names", test_names);
  g_test_add_func ("/inputs/patterns", test_patterns);
  g_test_add_func ("/inputs/json", test_json);
  g_test_add_func ("/inputs/everywhere", test_everywhere);
  g_test_add_func ("/inputs/stdin", test_stdin);
  return cli_finish (g_test_run ());
}
