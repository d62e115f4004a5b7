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

#define MANY   600
#define KILLED "export %T/many.npy --layout NHWC --jobs 2 --on-collision skip --quiet -o %T/killed"

static void
test_killed (void)
{
  g_autofree char *folder = g_build_filename (root, "killed", "images", NULL);
  g_autofree char *whole = g_build_filename (root, "whole", "images", NULL);
  g_autoptr (GDir) dir = NULL;
  const char *name;
  guint n_before = 0, n_torn_runs = 0, n = 0;

  write_npy ("many.npy", MANY, 48);
  for (guint k = 0; k < 8; k++) {
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
  }
  g_assert_cmpuint (n_torn_runs, >, 0);

  run_ok (KILLED);
  run_ok ("export %T/many.npy --layout NHWC --quiet -o %T/whole");
  dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *a = g_build_filename (folder, name, NULL);
    g_autofree char *b = g_build_filename (whole, name, NULL);
    g_autofree char *x = NULL;
    g_autofree char *y = NULL;
    gsize n_x, n_y;

    /* no temporary file is left either: each name is one of the whole export */
    g_assert_true (g_file_get_contents (a, &x, &n_x, NULL));
    g_assert_true (g_file_get_contents (b, &y, &n_y, NULL));
    if (!g_str_has_suffix (name, ".json"))
      g_assert_cmpmem (x, n_x, y, n_y);
    n++;
  }
  g_assert_cmpuint (n, ==, 2 * MANY + 1);
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
  root = g_dir_make_tmp ("tenscope-XXXXXX", NULL);
  program = g_strdup (g_getenv ("TS_CLI"));
  g_assert_nonnull (program);
  g_test_add_func ("/folder/counters", test_counters);
  g_test_add_func ("/folder/killed", test_killed);
  g_test_add_func ("/folder/memory", test_memory);
  status = g_test_run ();

  const char *const rm[] = { "rm", "-rf", root, NULL };

  g_spawn_sync (NULL, (char **) rm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (root);
  g_free (program);
  return status;
}
