/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The built tenscope-cli as a script sees it: statuses, sentences, files. */

#include "config.h"

#include "decode.h"
#include "export/ts-json-reader.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

static char *root;    /* a temporary folder of this run */
static char *program; /* tenscope-cli */

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

static char *
copy_text (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return length > 0 ? g_strndup (data, length) : g_strdup ("");
}

/* Runs a command line, in which %S is the folder of samples and %T a temporary folder. */
static Result
run (const char *command, GBytes *input)
{
  g_auto (GStrv) by_sample = g_strsplit (command, "%S", -1);
  g_autofree char *with_samples = g_strjoinv (g_getenv ("TS_SAMPLES"), by_sample);
  g_auto (GStrv) by_root = g_strsplit (with_samples, "%T", -1);
  g_autofree char *line = g_strjoinv (root, by_root);
  g_autofree char *whole = g_strconcat (program, " ", line, NULL);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GBytes) err = NULL;
  Result result = { 0 };

  g_assert_true (g_shell_parse_argv (whole, NULL, &argv, &error));
  process = g_subprocess_newv ((const char *const *) argv,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE |
                                   (input != NULL ? G_SUBPROCESS_FLAGS_STDIN_PIPE : 0),
                               &error);
  g_assert_no_error (error);
  g_subprocess_communicate (process, input, NULL, &out, &err, &error);
  g_assert_no_error (error);
  if (!g_subprocess_get_if_exited (process))
    g_error ("“%s” was killed by a signal: %.*s", command, (int) g_bytes_get_size (err),
             (const char *) g_bytes_get_data (err, NULL));
  result.status = g_subprocess_get_exit_status (process);
  result.out = copy_text (out);
  result.err = copy_text (err);
  return result;
}

static void
run_ok (const char *command)
{
  g_auto (Result) result = run (command, NULL);

  if (result.status != 0)
    g_error ("“%s” gave %d: %s", command, result.status, result.err);
  g_assert_cmpstr (result.err, ==, "");
}

static GBytes *
read_file (const char *path_in_root)
{
  g_autofree char *path = g_build_filename (root, path_in_root, NULL);
  g_autoptr (GError) error = NULL;
  char *data;
  gsize length;

  g_file_get_contents (path, &data, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, length);
}

static char *
read_sample (const char *name, gsize *length)
{
  g_autofree char *path = g_build_filename (g_getenv ("TS_SAMPLES"), name, NULL);
  char *data = NULL;

  g_assert_true (g_file_get_contents (path, &data, length, NULL));
  return data;
}

static guint
count_files (const char *path_in_root, const char *suffix)
{
  g_autofree char *path = g_build_filename (root, path_in_root, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_suffix (name, suffix);
  return n;
}

static void
test_statuses (void)
{
  static const struct
  {
    const char *command;
    int status;
    const char *message; /* a part of what stands on standard error, or of what was printed */
  } cases[] = {
    { "", 2, "Usage" },
    { "--help", 0, "export" },
    { "--version", 0, "libpng" },
    { "help", 0, "thumbnail" },
    { "help diff", 0, "--min-ssim" },
    { "help fly", 2, "there is no command “fly”" },
    { "fly", 2, "there is no command “fly”" },
    { "export", 2, "no file was given" },
    { "export --help", 0, "--on-collision" },
    { "export --help", 0, "--colormap" },
    { "export --frobnicate %S/features.npy -o %T/x", 2, "frobnicate" },
    { "export %S/features.npy", 2, "-o DIR" },
    { "sheet %S/features.npy %S/features.npy -o %T/x.png", 2, "one file at a time" },
    { "export %T/absent.npy -o %T/x", 3, "absent.npy" },
    { "export %S/README.md -o %T/x", 3, "README.md" },
    { "export %S/.. -o %T/x", 3, "holds no dumps or pictures" },
    { "export %S/latent-walk.safetensors --key foo -o %T/x", 2, "it holds images" },
    { "export %S/features.npy --key foo -o %T/x", 2, "bare array" },
    { "export %S/features.npy --layout NC -o %T/x", 2, "NC" },
    { "export %S/latent-walk.safetensors --index 48 -o %T/x", 2, "there are 48 images" },
    { "export %S/latent-walk.safetensors --index 9-3 -o %T/x", 2, "backwards" },
    { "export %S/latent-walk.safetensors --index a -o %T/x", 2, "0,3,8-20" },
    { "export %S/latent-walk.safetensors --preset imagnet -o %T/x", 2, "imagenet" },
    { "export %S/latent-walk.safetensors --range 1 -o %T/x", 2, "--range" },
    { "export %S/latent-walk.safetensors --std 0 -o %T/x", 2, "" },
    { "export %S/latent-walk.safetensors --gamma 0 -o %T/x", 2, "" },
    { "export %S/latent-walk.safetensors --channel 7 -o %T/x", 2, "7" },
    { "export %S/latent-walk.safetensors --colormap parula -o %T/x", 2, "viridis" },
    { "export %S/latent-walk.safetensors --rounding up -o %T/x", 2, "half-even" },
    { "export %S/latent-walk.safetensors --recipe %T/absent.json -o %T/x", 2, "absent.json" },
    { "export %S/latent-walk.safetensors --latents w -o %T/x", 2, "latents" },
    { "export %S/latent-walk.safetensors --format gif -o %T/x", 2, "png, jpeg, tiff" },
    { "export %S/latent-walk.safetensors --subsampling 444 -o %T/x", 2, "no subsampling" },
    { "export %S/latent-walk.safetensors --progress often -o %T/x", 2, "json" },
    { "export %S/latent-walk.safetensors --progress json --dry-run -o %T/x", 0, "_00.png" },
    { "export %S/latent-walk.safetensors --progress json --dry-run -o %T/x", 0, "\"total\":48" },
    { "export %S/latent-walk.safetensors --format npz --shard 1/2 -o %T/x", 2, "one file" },
#ifdef HAVE_FIGURES
    { "figure %S/features.npy", 2, "-o OUT.pdf" },
    { "figure %S/features.npy -o %T/x.gif", 2, ".png, .pdf or .svg" },
    { "figure %S/features.npy --row-titles a,b -o %T/x.svg", 2, "row titles" },
    { "figure %S/features.npy --width wide -o %T/x.svg", 2, "--width" },
    { "figure %S/features.npy --quiet -o %T/fig.svg", 0, "" },
    { "figure %S/features.npy --quiet -o %T/fig.svg", 1, "exists already" },
    { "figure %S/features.npy --on-collision number -o %T/fig.svg", 0, "fig-1.svg" },
    { "figure %S/progressive.pt -o %T/fig", 0, "fig/figures/progressive_figure.png" },
#endif
    { "export %S/latent-walk.safetensors --depth 32f -o %T/x", 2, "PNG cannot hold depth 32f" },
    { "export %S/latent-walk.safetensors --quality 5 -o %T/x", 2, "PNG is always lossless" },
    { "export %S/latent-walk.safetensors --format jpeg --quality 101 -o %T/x", 2, "1 to 100" },
    { "export %S/latent-walk.safetensors --values raw -o %T/x", 2, "depth 32f" },
    { "export %S/latent-walk.safetensors --name a/b -o %T/x", 2, "/" },
    { "export %S/latent-walk.safetensors --name '{seed}' -o %T/x", 2, "{index}" },
    { "export %S/latent-walk.safetensors --shard 3/2 -o %T/x", 2, "--shard" },
    { "export %S/latent-walk.safetensors --jobs 0 -o %T/x", 2, "--jobs" },
    { "export %S/latent-walk.safetensors --name a -o %T/x", 2, "add {index}" },
    { "export %S/latent-walk.safetensors -o /dev/null/x", 1, "/dev/null/x" },
    { "export %S/latent-walk.safetensors --dry-run -o %T/x", 0, "images/latent-walk_47.png" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Result) result = run (cases[i].command, NULL);

    if (result.status != cases[i].status)
      g_error ("“%s” gave %d, not %d: %s", cases[i].command, result.status, cases[i].status,
               result.err);
    if (strstr (result.err, cases[i].message) == NULL &&
        (result.status != 0 || strstr (result.out, cases[i].message) == NULL))
      g_error ("“%s” said: %s%s", cases[i].command, result.err, result.out);
    /* one sentence */
    if (result.status != 0 && cases[i].command[0] != '\0') {
      g_assert_true (g_str_has_prefix (result.err, "tenscope-cli: "));
      g_assert_cmpuint (strlen (strchr (result.err, '\n')), ==, 1);
    }
  }

  g_autofree char *nothing = g_build_filename (root, "x", NULL);

  g_assert_false (g_file_test (nothing, G_FILE_TEST_EXISTS));
}

/* Files that are cut off give a sentence or what can be read, and never anything else. */
static void
test_truncated (void)
{
  static const char *const names[] = { "cells-imagenet.npy", "samples_64x64x64x3.npz",
                                       "latent-walk.safetensors", "cells-rgba-half.pt" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    gsize length;
    g_autofree char *data = read_sample (names[i], &length);
    const gsize cuts[] = { 0, 1, 7, 100, length / 2, length - 1 };

    for (gsize k = 0; k < G_N_ELEMENTS (cuts); k++) {
      g_autofree char *path = g_build_filename (root, "cut", NULL);
      g_auto (Result) result = { 0 };

      g_assert_true (g_file_set_contents (path, data, (gssize) cuts[k], NULL));
      result = run ("export %T/cut -o %T/cut-out --on-collision overwrite --quiet --index 0", NULL);
      g_assert_cmpint (result.status, >=, 0);
      g_assert_cmpint (result.status, <=, 3);
      if (result.status == 3)
        g_assert_true (g_str_has_prefix (result.err, "tenscope-cli: cut"));
    }
  }
}

static void
test_stdin (void)
{
  gsize length;
  char *data = read_sample ("latent-walk.safetensors", &length);
  g_autoptr (GBytes) input = g_bytes_new_take (data, length);
  g_auto (Result) result =
              run ("export - -o %T/stdin --index 3,8-10 --name frame{index} --quiet", input);

  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpstr (result.out, ==, "");
  run_ok ("export %S/latent-walk.safetensors -o %T/file --index 3,8-10 --name frame{index} "
          "--sidecar none --quiet");
  g_assert_cmpuint (count_files ("stdin/images", ".png"), ==, 4);
  g_assert_cmpuint (count_files ("stdin/images", ".json"), ==, 4);
  g_assert_cmpuint (count_files ("file/images", ".json"), ==, 0);

  g_autoptr (GBytes) a = read_file ("stdin/images/frame09.png");
  g_autoptr (GBytes) b = read_file ("file/images/frame09.png");
  g_auto (Decoded) da = { 0 };
  g_auto (Decoded) db = { 0 };

  decode_png (a, &da);
  decode_png (b, &db);
  g_assert_cmpmem (da.pixels, da.n_bytes, db.pixels, db.n_bytes);
}

/* Options, a recipe from a sidecar, and a recipe from export.json are the same thing. */
static void
test_recipe (void)
{
  run_ok ("export %S/features.npy -o %T/r1 --channel 5 --colormap magma --range percentile:1,99 "
          "--scope image-channel --gamma 1.5 --invert");
  run_ok ("export %S/features.npy -o %T/r2 --layout NCHW --recipe %T/r1/export.json");
  run_ok ("export %S/features.npy -o %T/r3 --layout NCHW --recipe "
          "%T/r1/images/features_0.json");
  g_assert_cmpuint (count_files ("r1/images", ".png"), ==, 4);
  for (guint k = 0; k < 4; k++) {
    g_autofree char *first = g_strdup_printf ("r1/images/features_%u.png", k);
    g_autoptr (GBytes) a = read_file (first);

    for (guint r = 2; r <= 3; r++) {
      g_autofree char *other = g_strdup_printf ("r%u/images/features_%u.png", r, k);
      g_autoptr (GBytes) b = read_file (other);

      g_assert_true (g_bytes_equal (a, b));
    }
  }
}

static void
test_formats (void)
{
  static const char *const commands[][2] = {
    { "--format jpeg --quality 80 -o %T/jpeg", "jpeg/images" },
    { "--format tiff -o %T/tiff8", "tiff8/images" },
    { "--format tiff --values raw -o %T/raw", "raw/images" },
    { "--format png --depth 16 --compression small -o %T/png16", "png16/images" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_autofree char *command =
        g_strconcat ("export %S/latent-walk.safetensors --index 0-2 --jobs 2 ", commands[i][0],
                     NULL);

    run_ok (command);
    g_assert_cmpuint (count_files (commands[i][1], ".json"), ==, 3);
  }

  g_autoptr (GBytes) jpeg = read_file ("jpeg/images/latent-walk_00.jpg");
  g_auto (Decoded) decoded = { 0 };

  decode_jpeg (jpeg, &decoded);
  g_assert_nonnull (strstr (decoded.metadata, "\"tenscope-sidecar\""));

  g_autoptr (GBytes) raw = read_file ("raw/images/latent-walk_02.tif");
  g_auto (Decoded) floats = { 0 };

  decode_tiff (raw, &floats);
  g_assert_true (floats.is_float);
}

static void
test_collisions (void)
{
  static const char command[] =
      "export %S/latent-walk.safetensors -o %T/again --index 0-4 --on-collision ";
  static const struct
  {
    const char *policy;
    int status;
    guint n_images;
    const char *message;
  } cases[] = {
    { "fail", 0, 5, "5 images written" },       { "fail", 1, 5, "exists already" },
    { "skip", 0, 5, "5 that existed skipped" }, { "overwrite", 0, 5, "5 images written" },
    { "number", 0, 10, "5 images written" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *line = g_strconcat (command, cases[i].policy, NULL);
    g_auto (Result) result = run (line, NULL);

    g_assert_cmpint (result.status, ==, cases[i].status);
    g_assert_nonnull (strstr (result.status == 0 ? result.out : result.err, cases[i].message));
    g_assert_cmpuint (count_files ("again/images", ".png"), ==, cases[i].n_images);
  }

  /* one sentence, also when the option is not given and when only a sidecar is in the way */
  static const struct
  {
    const char *options;
    const char *message;
  } sentences[] = {
    { "", "_00.png” exists already and so do 4 more; nothing was written" },
    { " --format jpeg", "_00.json” exists already and so do 4 more; nothing was written" },
    { " --dry-run", "_00.png” exists already and so do 4 more; nothing was written" },
    { " --index 4", "_04.png” exists already; nothing was written" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++) {
    g_autofree char *line =
        g_strconcat ("export %S/latent-walk.safetensors --index 0-4 -o %T/again",
                     sentences[i].options, NULL);
    g_auto (Result) result = run (line, NULL);
    g_auto (GStrv) lines = g_strsplit (result.err, "\n", -1);

    g_assert_cmpint (result.status, ==, 1);
    g_assert_cmpstr (result.out, ==, "");
    g_assert_cmpuint (g_strv_length (lines), ==, 2);
    if (strstr (result.err, sentences[i].message) == NULL ||
        strstr (result.err, "--on-collision") == NULL)
      g_error ("“%s”: %s", line, result.err);
    g_assert_cmpuint (count_files ("again/images", ".jpg"), ==, 0);
  }
}

/* Numbers written by torch and torchvision, see golden/make-golden.py. */
static char **
read_golden (void)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("TS_SOURCE_ROOT"), "tests", "cli", "golden", "cells.txt", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return g_strsplit (text, "\n", -1);
}

static const char *
find_golden (char **golden, const char *kind, guint k)
{
  g_autofree char *prefix = g_strdup_printf ("%s %u ", kind, k);

  for (gsize i = 0; golden[i] != NULL; i++)
    if (g_str_has_prefix (golden[i], prefix))
      return golden[i] + strlen (prefix);
  g_error ("no %s in the golden file", prefix);
  return NULL;
}

static void
check_latents (JsonObject *object, const char *expected_sha256)
{
  JsonObject *latents = NULL, *array = NULL;
  double values[64];
  float floats[64];
  guint n;

  g_assert_true (ts_json_get_object (object, "", "latents", &latents, NULL));
  g_assert_true (ts_json_get_object (latents, "", "latents", &array, NULL));
  g_assert_true (ts_json_get_doubles (array, "", "data", values, 64, &n, NULL));
  g_assert_cmpuint (n, ==, 64);
  for (guint i = 0; i < 64; i++)
    floats[i] = (float) values[i];

  g_autofree char *sha256 =
      g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) floats, sizeof floats);

  g_assert_cmpstr (sha256, ==, expected_sha256);
}

/* The same bytes as torchvision, and latents to the last bit; with the preset named, and with
 * nothing touched. */
static void
test_cells (void)
{
  static const char *const commands[] = {
    "export %S/cells.pt --key images --preset tanh --format png -o %T/cells",
    "export %S/cells.pt -o %T/cells-2",
  };
  g_auto (GStrv) golden = read_golden ();

  for (guint run_k = 0; run_k < 2; run_k++) {
    const char *folder = run_k == 0 ? "cells" : "cells-2";
    g_autofree char *images = g_strconcat (folder, "/images", NULL);

    run_ok (commands[run_k]);
    g_assert_cmpuint (count_files (images, ".png"), ==, 64);
    g_assert_cmpuint (count_files (images, ".json"), ==, 64);
    for (guint k = 0; k < 64; k++) {
      g_autofree char *png = g_strdup_printf ("%s/cells_%02u.png", images, k);
      g_autofree char *json = g_strdup_printf ("%s/cells_%02u.json", images, k);
      g_autoptr (GBytes) image = read_file (png);
      g_autoptr (GBytes) sidecar = read_file (json);
      g_autoptr (JsonNode) root_node = ts_json_parse (g_bytes_get_data (sidecar, NULL),
                                                      (gssize) g_bytes_get_size (sidecar), NULL);
      g_auto (Decoded) decoded = { 0 };
      JsonObject *object, *params = NULL;
      gint64 label = -1, seed = -1;

      decode_png (image, &decoded);
      g_assert_cmpuint (decoded.n_channels, ==, 3);

      g_autofree char *sha256 = decoded_sha256 (&decoded);

      g_assert_cmpstr (sha256, ==, find_golden (golden, "image", k));
      g_assert_nonnull (root_node);
      object = json_node_get_object (root_node);
      check_latents (object, find_golden (golden, "latent", k));
      g_assert_true (ts_json_get_object (object, "", "params", &params, NULL));
      g_assert_true (ts_json_get_int (params, "", "label", &label, NULL));
      g_assert_true (ts_json_get_int (params, "", "seed", &seed, NULL));
      g_assert_cmpint (label, ==, g_ascii_strtoll (find_golden (golden, "label", k), NULL, 10));
      g_assert_cmpint (seed, ==, g_ascii_strtoll (find_golden (golden, "seed", k), NULL, 10));
    }
  }
}

/* make_grid and save_image, to the byte; the lines of the golden file are the cases. */
static void
test_sheet (void)
{
  g_auto (GStrv) golden = read_golden ();
  guint n_cases = 0;

  for (gsize i = 0; golden[i] != NULL; i++) {
    g_auto (GStrv) words = g_strsplit (golden[i], " ", -1);
    g_autofree char *command = NULL;
    g_autofree char *file = g_strdup_printf ("sheet-%u.png", n_cases);

    if (g_strcmp0 (words[0], "sheet") != 0)
      continue;
    g_assert_cmpuint (g_strv_length (words), ==, 9);
    command = g_strdup_printf ("sheet %%S/cells.pt --key %s --index 0-%d --nrow %s --padding %s "
                               "--pad-value %s -o %%T/%s --quiet",
                               words[1], atoi (words[2]) - 1, words[3], words[4], words[5], file);
    run_ok (command);

    g_autoptr (GBytes) bytes = read_file (file);
    g_auto (Decoded) decoded = { 0 };

    decode_png (bytes, &decoded);
    g_autofree char *sha256 = decoded_sha256 (&decoded);

    g_assert_cmpuint (decoded.width, ==, (guint) atoi (words[6]));
    g_assert_cmpuint (decoded.height, ==, (guint) atoi (words[7]));
    if (!g_str_equal (sha256, words[8]))
      g_error ("%s: %s", command, sha256);
    g_assert_nonnull (strstr (decoded.metadata, "tenscope-sheet"));
    n_cases++;
  }
  g_assert_cmpuint (n_cases, ==, 6);

  g_auto (Result) again = run ("sheet %S/cells.pt -o %T/sheet-0.png", NULL);
  g_auto (Result) mixed = run ("sheet %S/progressive.pt -o %T/mixed.png", NULL);

  g_assert_cmpint (again.status, ==, 1);
  g_assert_nonnull (strstr (again.err, "exists already"));
  g_assert_cmpint (mixed.status, ==, 2);
  g_assert_nonnull (strstr (mixed.err, "one size"));
}

static void
assert_same_pixels (const char *a, const char *b)
{
  g_autoptr (GBytes) x = read_file (a);
  g_autoptr (GBytes) y = read_file (b);
  g_auto (Decoded) first = { 0 };
  g_auto (Decoded) second = { 0 };

  decode_png (x, &first);
  decode_png (y, &second);
  g_autofree char *one = decoded_sha256 (&first);
  g_autofree char *other = decoded_sha256 (&second);

  if (!g_str_equal (one, other))
    g_error ("%s and %s differ", a, b);
}

static void
assert_same_file (const char *a, const char *b)
{
  g_autoptr (GBytes) x = read_file (a);
  g_autoptr (GBytes) y = read_file (b);

  if (!g_bytes_equal (x, y))
    g_error ("%s and %s differ", a, b);
}

/* Options that only name fields of the recipe: what they do to files. */
static void
test_recipe_options (void)
{
  /* Of one image, the selection is the image; of all, the batch. */
  run_ok ("export %S/cells.pt --range minmax --scope selection -i 3 -o %T/selected --quiet");
  run_ok ("export %S/cells.pt --range minmax --scope image -i 3 -o %T/single --quiet");
  run_ok ("export %S/cells.pt --range minmax --scope selection -o %T/chosen --quiet");
  run_ok ("export %S/cells.pt --range minmax --scope batch -o %T/batch --quiet");
  run_ok ("sheet %S/cells.pt --range minmax --scope selection -i 3 -o %T/selected.png --quiet");
  run_ok ("sheet %S/cells.pt --range minmax --scope image -i 3 -o %T/single.png --quiet");
  assert_same_pixels ("selected/images/cells_03.png", "single/images/cells_03.png");
  assert_same_pixels ("chosen/images/cells_03.png", "batch/images/cells_03.png");
  assert_same_pixels ("selected.png", "single.png");

  /* A recipe file and options that say the same. */
  run_ok ("export %S/cells.pt -i 0 --channel 0 --colormap viridis --range 0.2,0.6 --curve log:50 "
          "--under-color 102030 --over-color ff8000 --nan-color 00ff00 -o %T/options --quiet");
  run_ok ("export %S/cells.pt -i 0 --recipe %T/options/images/cells_00.json -o %T/recipe --quiet");
  run_ok ("export %S/cells.pt -i 0 --recipe %T/options/images/cells_00.json --curve gamma "
          "--under-color none -o %T/changed --quiet");
  assert_same_pixels ("options/images/cells_00.png", "recipe/images/cells_00.png");

  static const char *const refused[] = {
    "--curve exp:3",    "--curve log:0",     "--under-color red", "--over-color 1234567",
    "--nan-color none", "--ignore-label -2", "--scope some",
  };
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autofree char *command = g_strconcat ("export %S/cells.pt -o %T/refused ", refused[i], NULL);
    g_auto (Result) result = run (command, NULL);

    if (result.status != 2)
      g_error ("%s: %d %s", command, result.status, result.err);
  }
}

/* An automatic range, so that every shard has to look at the whole batch. */
#define SHARDED "export %S/latent-walk.safetensors --range minmax --format jpeg --quiet "

static void
test_shards (void)
{
  run_ok (SHARDED "-o %T/whole");
  for (guint k = 1; k <= 3; k++) {
    g_autofree char *shard = g_strdup_printf ("%u/3", k);
    g_autofree char *command = g_strconcat (SHARDED "-o %T/parts --shard ", shard, NULL);
    g_auto (Result) early = { 0 };

    run_ok (command);
    if (k == 3)
      break;
    early = run ("merge %T/parts", NULL);
    g_assert_cmpint (early.status, ==, 1);
    g_assert_nonnull (strstr (early.err, "is missing"));
  }

  /* a shard that was killed leaves a gap, and the same shard again closes it */
  g_autofree char *lost = g_build_filename (root, "parts", "images", "latent-walk_20.jpg", NULL);

  g_assert_cmpint (g_unlink (lost), ==, 0);
  g_auto (Result) gap = run ("merge %T/parts", NULL);

  g_assert_cmpint (gap.status, ==, 1);
  g_assert_nonnull (strstr (gap.err, "latent-walk_20.jpg"));
  run_ok (SHARDED "-o %T/parts --shard 2/3 --on-collision skip");
  run_ok ("merge %T/parts --quiet");

  assert_same_file ("whole/images/metadata.jsonl", "parts/images/metadata.jsonl");
  for (guint k = 0; k < 48; k++) {
    g_autofree char *a = g_strdup_printf ("whole/images/latent-walk_%02u.jpg", k);
    g_autofree char *b = g_strdup_printf ("parts/images/latent-walk_%02u.jpg", k);

    assert_same_file (a, b);
  }

  /* other settings are another export */
  run_ok (SHARDED "-o %T/parts --shard 3/3 --on-collision overwrite --invert");
  g_auto (Result) mixed = run ("merge %T/parts", NULL);

  g_assert_cmpint (mixed.status, ==, 1);
  g_assert_nonnull (strstr (mixed.err, "different settings"));
}

/* What a record says gives the same bytes again, also after shards were merged. */
static void
test_replay (void)
{
  static const char *const options[] = {
    "--index 3,9-11 --preset imagenet --depth 16 --compression small --name {n}_{index}",
    "--channel 1 --colormap turbo --range percentile:1,99 --scope image --format jpeg --quality 77",
    "--values values --format tiff --index 5 --sidecar none",
    "--format jpeg --subsampling 444 --index 7",
    "--mean 0.1,0.2,0.3 --std 0.5 --gamma 2.2 --rounding truncate --latents none --index 40-",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++) {
    g_autofree char *first = g_strdup_printf ("first-%" G_GSIZE_FORMAT, i);
    g_autofree char *again = g_strdup_printf ("again-%" G_GSIZE_FORMAT, i);
    g_autofree char *command =
        g_strdup_printf ("export %%S/latent-walk.safetensors %s -o %%T/%s --quiet", options[i],
                         first);
    g_autofree char *replay =
        g_strdup_printf ("replay %%T/%s/export.json -o %%T/%s --quiet", first, again);
    g_autofree char *folder = g_strdup_printf ("%s/%s/images", root, first);
    g_autoptr (GDir) dir = NULL;
    const char *name;
    guint n = 0;

    run_ok (command);
    run_ok (replay);
    dir = g_dir_open (folder, 0, NULL);
    while ((name = g_dir_read_name (dir)) != NULL) {
      g_autofree char *a = g_strdup_printf ("%s/images/%s", first, name);
      g_autofree char *b = g_strdup_printf ("%s/images/%s", again, name);

      assert_same_file (a, b);
      n++;
    }
    g_assert_cmpuint (n, >, 1);
  }

  run_ok (
      "export %S/latent-walk.safetensors --format npz --latents-npz --index 7-9 -o %T/a1 --quiet");
  run_ok ("replay %T/a1/export.json -o %T/a2 --quiet");
  assert_same_file ("a1/samples_3x64x64x3.npz", "a2/samples_3x64x64x3.npz");
  assert_same_file ("a1/latents.npz", "a2/latents.npz");

  g_auto (Result) no_record = run ("replay %T/first-0/images/3_03.json", NULL);
  g_auto (Result) same_folder = run ("replay %T/first-0/export.json", NULL);
  g_auto (Result) no_dump =
              run ("replay %T/first-0/export.json --source %T/absent.npy -o %T/y", NULL);

  g_assert_cmpint (no_record.status, ==, 3);
  g_assert_cmpint (same_folder.status, ==, 1);
  g_assert_nonnull (strstr (same_folder.err, "exists already"));
  g_assert_cmpint (no_dump.status, ==, 3);
}

/* The bytes behind the header of an array file give the same pictures. */
static void
test_raw (void)
{
  const char *const commands[] = { "info", "stats", "export -o %T/none", "sheet -o %T/none.png" };

  run_ok ("export %S/cells-imagenet.npy --index 2 -o %T/bare-npy --quiet");
  run_ok ("export %S/cells-imagenet.npy --raw float32:16x3x64x64@128 --index 2 -o %T/bare --quiet");
  assert_same_pixels ("bare/images/cells-imagenet_02.png", "bare-npy/images/cells-imagenet_02.png");
  run_ok ("replay %T/bare/images/cells-imagenet_02.png %S/cells-imagenet.npy -o %T/bare-one "
          "--quiet");
  assert_same_file ("bare/images/cells-imagenet_02.png", "bare-one/images/cells-imagenet_02.png");
  run_ok ("replay %T/bare/export.json -o %T/bare-again --quiet");
  assert_same_file ("bare/images/cells-imagenet_02.png", "bare-again/images/cells-imagenet_02.png");
  run_ok ("info %S/cells-imagenet.npy --raw float32:?x3x64x64@128");
  run_ok ("stats %S/cells-imagenet.npy --raw float32:16x12288@128,little");
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_autofree char *wrong =
        g_strdup_printf ("%s %%S/cells-imagenet.npy --raw float33:3", commands[i]);
    g_auto (Result) result = run (wrong, NULL);

    g_assert_cmpint (result.status, !=, 0);
    g_assert_nonnull (strstr (result.err, "--raw: There is no dtype “float33”"));
  }
}

/* Python's own JSON and NumPy read the sidecars, in the one line that the format promises. */
static void
test_python (void)
{
  const char *const probe[] = { "/usr/bin/python3", "-c", "import numpy", NULL };
  g_autofree char *script =
      g_build_filename (g_getenv ("TS_SOURCE_ROOT"), "tests", "cli", "check-sidecars.py", NULL);
  g_autofree char *images = g_build_filename (root, "python", "images", NULL);
  g_autofree char *golden =
      g_build_filename (g_getenv ("TS_SOURCE_ROOT"), "tests", "cli", "golden", "cells.txt", NULL);
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;

  if (!g_spawn_sync (NULL, (char **) probe, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                     NULL, &status, NULL) ||
      !g_spawn_check_wait_status (status, NULL)) {
    g_test_skip ("/usr/bin/python3 has no NumPy");
    return;
  }
  run_ok ("export %S/cells.pt -o %T/python --quiet");

  const char *const argv[] = { "/usr/bin/python3", "-B", script, images, golden, NULL };

  g_assert_true (
      g_spawn_sync (NULL, (char **) argv, NULL, 0, NULL, NULL, &out, &err, &status, &error));
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("%s%s", out, err);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  root = g_dir_make_tmp ("tenscope-XXXXXX", NULL);
  program = g_strdup (g_getenv ("TS_CLI"));
  g_assert_nonnull (program);
  g_test_add_func ("/cli/statuses", test_statuses);
  g_test_add_func ("/cli/truncated", test_truncated);
  g_test_add_func ("/cli/stdin", test_stdin);
  g_test_add_func ("/cli/recipe", test_recipe);
  g_test_add_func ("/cli/formats", test_formats);
  g_test_add_func ("/cli/collisions", test_collisions);
  g_test_add_func ("/cli/cells", test_cells);
  g_test_add_func ("/cli/sheet", test_sheet);
  g_test_add_func ("/cli/recipe-options", test_recipe_options);
  g_test_add_func ("/cli/shards", test_shards);
  g_test_add_func ("/cli/replay", test_replay);
  g_test_add_func ("/cli/raw", test_raw);
  g_test_add_func ("/cli/python", test_python);
  status = g_test_run ();

  const char *const rm[] = { "rm", "-rf", root, NULL };

  g_spawn_sync (NULL, (char **) rm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (root);
  g_free (program);
  return status;
}
