/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What an export leaves in its folder: exactly the images for those who count files, nothing torn
 * when it is killed, and no more memory for many images than for few. */

#include "config.h"

#include "decode.h"
#include "export/ts-json-reader.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

static char *root;    /* a temporary folder of this run */
static char *program; /* tenscope-cli */

/* Arguments with %T for the temporary folder; *@pid is running. */
static GPid
start (const char *command)
{
  g_auto (GStrv) by_root = g_strsplit (command, "%T", -1);
  g_autofree char *line = g_strjoinv (root, by_root);
  g_autofree char *whole = g_strconcat (program, " ", line, NULL);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_assert_true (g_shell_parse_argv (whole, NULL, &argv, &error));
  g_spawn_async (NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

/* Peak memory in kB. */
static long
run_ok (const char *command)
{
  GPid pid = start (command);
  struct rusage usage;
  int status;

  g_assert_cmpint (wait4 (pid, &status, 0, &usage), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  return usage.ru_maxrss;
}

/* @n gray images of @side x @side bytes. */
static void
write_npy (const char *name, guint n, guint side)
{
  g_autofree char *path = g_build_filename (root, name, NULL);
  gsize n_pixels = (gsize) n * side * side;
  g_autofree char *header =
      g_strdup_printf ("{'descr': '|u1', 'fortran_order': False, 'shape': (%u, %u, %u, 1), }", n,
                       side, side);
  g_autoptr (GString) out = g_string_sized_new (n_pixels + 128);

  g_string_append_len (out, "\x93NUMPY\x01\x00\x76\x00", 10);
  g_string_append_printf (out, "%-117s\n", header);
  for (gsize i = 0; i < n_pixels; i++)
    g_string_append_c (out, (char) (i * 2654435761u >> 13));
  g_assert_true (g_file_set_contents (path, out->str, (gssize) out->len, NULL));
}

/* One way of counting images: names that end so, in capitals too or not, in folders below or not.
 */
typedef struct
{
  const char *tool;
  const char *suffixes;
  gboolean any_case;
  gboolean recursive;
} Counter;

static guint
count (const Counter *counter, const char *folder)
{
  g_auto (GStrv) suffixes = g_strsplit (counter->suffixes, " ", -1);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autofree char *lower = g_ascii_strdown (name, -1);
    const char *dot = strrchr (counter->any_case ? lower : name, '.');

    if (g_file_test (path, G_FILE_TEST_IS_DIR))
      n += counter->recursive ? count (counter, path) : 0;
    else
      n += dot != NULL && g_strv_contains ((const char *const *) suffixes, dot + 1);
  }
  return n;
}

#define PILLOW                                                                                     \
  "apng avif blp bmp bufr cur dcx dds dib emf eps fit fits flc fli fpx ftc ftu gbr gif grib h5 "   \
  "hdf icb icns ico im iim j2c j2k jfif jp2 jpc jpe jpeg jpf jpg jpx mic mpeg mpg mpo msp palm "   \
  "pbm pcd pcx pdf pfm pgm png pnm ppm ps psd pxr qoi ras rgb rgba sgi tga tif tiff vda vst webp " \
  "wmf xbm xpm"

/* The ways of pytorch-fid, clean-fid, torch-fidelity, and of StyleGAN's data set of a folder. */
static const Counter counters[] = {
  { "pytorch-fid", "bmp jpg jpeg pgm png ppm tif tiff webp", FALSE, FALSE },
  { "clean-fid", "bmp jpg jpeg pgm png ppm tif tiff webp npy JPEG JPG PNG", FALSE, TRUE },
  { "torch-fidelity", "png jpg jpeg", TRUE, FALSE },
  { "StyleGAN", PILLOW, TRUE, TRUE },
};

static void
test_counters (void)
{
  static const char *const formats[] = { "png", "jpeg", "tiff" };

  write_npy ("few.npy", 12, 16);
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree char *folder = g_strdup_printf ("%s/count-%s", root, formats[i]);
    g_autofree char *images = g_build_filename (folder, "images", NULL);
    g_autofree char *metadata = g_build_filename (images, "dataset.json", NULL);
    g_autofree char *export =
        g_strdup_printf ("export %%T/few.npy --layout NHWC -f %s -o %s --quiet", formats[i],
                         folder);
    g_autofree char *sheet =
        g_strdup_printf ("sheet %%T/few.npy --layout NHWC -o %s --quiet", folder);

    run_ok (export);
    run_ok (sheet);
    for (gsize k = 0; k < G_N_ELEMENTS (counters); k++) {
      gboolean lossless_only = g_str_equal (counters[k].tool, "torch-fidelity");

      if (lossless_only && g_str_equal (formats[i], "tiff"))
        continue; /* it reads no TIFF at all */
      if (count (&counters[k], images) != 12)
        g_error ("%s counts %u of 12 %s", counters[k].tool, count (&counters[k], images),
                 formats[i]);
    }
    g_assert_false (g_file_test (metadata, G_FILE_TEST_EXISTS));
  }
}

/* Every image that is there is whole and has its JSON, which is whole; how many there are. */
static guint
check_whole (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    char *data = NULL;
    gsize length;

    if (g_str_has_suffix (name, ".png")) {
      g_autofree char *stem = g_strndup (path, strlen (path) - 4);
      g_autofree char *sidecar = g_strconcat (stem, ".json", NULL);
      g_auto (Decoded) decoded = { 0 };

      g_assert_true (g_file_get_contents (path, &data, &length, NULL));
      g_autoptr (GBytes) bytes = g_bytes_new_take (data, length);

      decode_png (bytes, &decoded);
      g_assert_true (g_file_test (sidecar, G_FILE_TEST_EXISTS));
      n++;
    } else if (g_str_has_suffix (name, ".json")) {
      g_assert_true (g_file_get_contents (path, &data, &length, NULL));
      g_autofree char *text = data;
      g_autoptr (JsonNode) node = ts_json_parse (text, (gssize) length, NULL);

      g_assert_nonnull (node);
    }
  }
  return n;
}

/* The files of both folders are the same, byte for byte; how many. */
static guint
check_same (const char *folder, const char *other)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *a = g_build_filename (folder, name, NULL);
    g_autofree char *b = g_build_filename (other, name, NULL);
    g_autofree char *x = NULL;
    g_autofree char *y = NULL;
    gsize n_x, n_y;

    /* no temporary file is left either: each name is one of the whole export */
    g_assert_true (g_file_get_contents (a, &x, &n_x, NULL));
    g_assert_true (g_file_get_contents (b, &y, &n_y, NULL));
    if (n_x != n_y || memcmp (x, y, n_x) != 0)
      g_error ("%s is another file", a);
    n++;
  }
  return n;
}

/* Does to a file what a power cut may: less of it, nothing, or zeros in its place. */
static void
tear (const char *folder, const char *name, int how)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *data;
  gsize length;

  if (!g_file_get_contents (path, &data, &length, NULL))
    return;
  if (how % 3 == 2)
    memset (data + length / 2, 0, length - length / 2);
  g_assert_true (g_file_set_contents (path, data,
                                      how % 3 == 0   ? (gssize) length / 2
                                      : how % 3 == 1 ? 0
                                                     : (gssize) length,
                                      NULL));
  g_free (data);
}

/* Torn images and torn sidecars are made again, and only they; with each kind of sidecar and
 * without, where a digest tells nothing, for every format that says where it ends. */
static void
test_torn (void)
{
  static const struct
  {
    const char *options, *image, *sidecar;
  } cases[] = {
    { "", ".png", ".json" },
    { "--sidecar yaml", ".png", ".yaml" },
    { "--sidecar none", ".png", NULL },
    { "--sidecar none -f jpeg", ".jpg", NULL },
    { "--sidecar none -f tiff", ".tif", NULL },
    { "-f tiff --subdirs 100", ".tif", ".json" },
  };

  write_npy ("torn.npy", 12, 24);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    gboolean in_subdir = strstr (cases[i].options, "subdirs") != NULL;
    g_autofree char *torn =
        g_strdup_printf ("%s/torn-%u/images%s", root, (guint) i, in_subdir ? "/00000" : "");
    g_autofree char *good =
        g_strdup_printf ("%s/good-%u/images%s", root, (guint) i, in_subdir ? "/00000" : "");
    g_autofree char *first = g_strdup_printf ("export %%T/torn.npy --layout NHWC --quiet %s -o "
                                              "%%T/good-%u",
                                              cases[i].options, (guint) i);
    g_autofree char *second = g_strdup_printf ("export %%T/torn.npy --layout NHWC --quiet %s "
                                               "--on-collision skip -o %%T/torn-%u",
                                               cases[i].options, (guint) i);

    run_ok (first);
    run_ok (second);
    g_assert_cmpuint (check_same (torn, good), >=, 12);
    for (int how = 0; how < 3; how++) {
      g_autofree char *image = g_strdup_printf ("torn_%02d%s", how, cases[i].image);
      g_autofree char *sidecar = g_strdup_printf ("torn_%02d%s", 6 + how,
                                                  cases[i].sidecar != NULL ? cases[i].sidecar : "");

      /* without a digest, zeros where strips of a TIFF were are pixels too */
      if (cases[i].sidecar != NULL || how != 2)
        tear (torn, image, how);
      if (cases[i].sidecar != NULL)
        tear (torn, sidecar, how);
    }
    run_ok (second);
    g_assert_cmpuint (check_same (torn, good), >=, 12);
  }
}

/* Runs a script where @folder is a file system of its own; %FALSE where that may not be. */
static gboolean
run_mounted (const char *script, char **out)
{
  const char *const probe[] = { "unshare", "-rm", "mount", "-t", "tmpfs", "none", root, NULL };
  g_autofree char *commands =
      g_strdup_printf ("cd %s && mkdir -p small && mount -t tmpfs -o size=300k none small && %s",
                       root, script);
  const char *const argv[] = { "unshare", "-rm", "sh", "-c", commands, "sh", program, NULL };
  int status = 0;

  if (!g_spawn_sync (NULL, (char **) probe, NULL,
                     G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL | G_SPAWN_STDOUT_TO_DEV_NULL,
                     NULL, NULL, NULL, NULL, &status, NULL) ||
      status != 0)
    return FALSE;
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, out,
                               NULL, &status, NULL));
  return TRUE;
}

static void
test_full (void)
{
  g_autofree char *out = NULL;
  guint n_lines = 0;

  write_npy ("full.npy", 400, 48);
  if (!run_mounted ("$1 export full.npy --layout NHWC --jobs 2 --quiet -o small/out 2>&1; "
                    "echo status $?; ls -A small/out small/out/images",
                    &out)) {
    g_test_skip ("no file system can be mounted here");
    return;
  }
  g_auto (GStrv) lines = g_strsplit (out, "\n", -1);

  while (lines[n_lines] != NULL && !g_str_has_prefix (lines[n_lines], "status"))
    n_lines++;
  /* which image it was, and that the others were left */
  g_assert_cmpuint (n_lines, ==, 2);
  g_assert_nonnull (strstr (lines[0], "No space left"));
  g_assert_nonnull (strstr (lines[1], "not tried for the same reason"));
  g_assert_cmpstr (lines[n_lines], ==, "status 1");
  g_assert_null (strstr (out, ".part"));
  /* whole pairs only */
  for (guint i = n_lines + 1; lines[i] != NULL; i++) {
    if (g_str_has_suffix (lines[i], ".png")) {
      g_autofree char *stem = g_strndup (lines[i], strlen (lines[i]) - 4);
      g_autofree char *sidecar = g_strconcat (stem, ".json", NULL);

      g_assert_true (g_strv_contains ((const char *const *) lines, sidecar));
    }
  }
}

static void
test_read_only (void)
{
  static const char *const folders[] = { "small", "small/made" };

  write_npy ("only.npy", 20, 16);
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *out = NULL;
    g_autofree char *script =
        g_strdup_printf ("mkdir -p small/made/images && mount -o remount,ro small && "
                         "$1 export only.npy --layout NHWC --quiet -o %s 2>&1; echo status $?",
                         folders[i]);

    if (!run_mounted (script, &out)) {
      g_test_skip ("no file system can be mounted here");
      return;
    }
    g_auto (GStrv) lines = g_strsplit (out, "\n", -1);

    g_assert_cmpuint (g_strv_length (lines), ==, 3);
    g_assert_nonnull (strstr (lines[0], "Read-only file system"));
    g_assert_cmpstr (lines[1], ==, "status 1");
  }
}

#define MANY   600
#define KILLED "export %T/many.npy --layout NHWC --jobs 2 --on-collision skip --quiet -o %T/killed"

static void
test_killed (void)
{
  g_autofree char *folder = g_build_filename (root, "killed", "images", NULL);
  g_autofree char *whole = g_build_filename (root, "whole", "images", NULL);
  const char *wanted = g_getenv ("TENSCOPE_TEST_KILLS");
  guint n_kills = wanted != NULL ? (guint) g_ascii_strtoull (wanted, NULL, 10) : 8;
  guint n_before = 0, n_torn_runs = 0;

  write_npy ("many.npy", MANY, 48);
  for (guint k = 0; k < n_kills; k++) {
    GPid pid = start (KILLED);

    /* until it is at work, and a little more: at another point each time */
    for (guint wait = 0; wait < 400; wait++) {
      g_autoptr (GDir) now = g_dir_open (folder, 0, NULL);
      guint n_files = 0;

      while (now != NULL && g_dir_read_name (now) != NULL)
        n_files++;
      if (n_files > 2 * n_before + 6)
        break;
      g_usleep (500);
    }
    g_usleep (g_test_rand_int_range (0, 4000));
    kill (pid, SIGKILL);

    int status;

    g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
    n_torn_runs += WIFSIGNALED (status);
    n_before = check_whole (folder);
    /* all done: something to do again, which a power cut may have torn */
    for (guint i = 0; n_before > MANY / 2 && i < MANY; i++) {
      g_autofree char *name = g_strdup_printf ("many_%03u.png", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_test_rand_bit () && g_unlink (path) == 0)
        n_before--;
    }
  }
  g_assert_cmpuint (n_torn_runs, >, 0);
  g_test_message ("%u of %u were killed at work", n_torn_runs, n_kills);

  run_ok (KILLED);
  run_ok ("export %T/many.npy --layout NHWC --quiet -o %T/whole");
  g_assert_cmpuint (check_same (folder, whole), ==, 2 * MANY + 1);
}

static void
test_memory (void)
{
  long few, many;

  if (g_getenv ("ASAN_OPTIONS") != NULL) {
    g_test_skip ("a sanitizer keeps memory of its own");
    return;
  }
  write_npy ("1000.npy", 1000, 8);
  write_npy ("20000.npy", 20000, 8);
  few = run_ok ("export %T/1000.npy --layout NHWC --jobs 2 --quiet -o %T/few");
  many = run_ok ("export %T/20000.npy --layout NHWC --jobs 2 --sidecar none --quiet -o %T/many");
  g_test_message ("%ld kB for 1000 images, %ld kB for 20000", few, many);
  g_assert_cmpint (many, <=, few + few / 5);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_setenv ("SOURCE_DATE_EPOCH", "1767323045", TRUE);
  root = g_dir_make_tmp ("tenscope-XXXXXX", NULL);
  program = g_strdup (g_getenv ("TS_CLI"));
  g_assert_nonnull (program);
  g_test_add_func ("/folder/counters", test_counters);
  g_test_add_func ("/folder/killed", test_killed);
  g_test_add_func ("/folder/torn", test_torn);
  g_test_add_func ("/folder/full", test_full);
  g_test_add_func ("/folder/read-only", test_read_only);
  g_test_add_func ("/folder/memory", test_memory);
  status = g_test_run ();

  const char *const rm[] = { "rm", "-rf", root, NULL };

  g_spawn_sync (NULL, (char **) rm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (root);
  g_free (program);
  return status;
}
