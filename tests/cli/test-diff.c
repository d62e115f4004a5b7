/* SPDX-License-Identifier: GPL-3.0-or-later */

/* tenscope-cli diff, as a script uses it. The numbers themselves are checked by test-compare and
 * check-diff.py. */

#include "config.h"

#include "cli.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* @n gray images of 12 x 12 floats from 0 to 1; element @at of the second image gets @value. */
static void
write_npy (const char *name, guint n, guint at, float value)
{
  g_autofree char *header =
      g_strdup_printf ("{'descr': '<f4', 'fortran_order': False, 'shape': (%u, 12, 12), }", n);
  g_autoptr (GString) out = g_string_new (NULL);

  g_string_append_len (out, "\x93NUMPY\x01\x00\x76\x00", 10);
  g_string_append_printf (out, "%-117s\n", header);
  for (guint i = 0; i < n * 144; i++) {
    float x = i == 144 + at ? value : (float) (i % 145) / 144;

    g_string_append_len (out, (const char *) &x, sizeof x);
  }
  cli_write (name, out->str, out->len);
}

static void
test_statuses (void)
{
  const struct
  {
    const char *command;
    int status;
    const char *message;
  } cases[] = {
    { "diff %T/a.npy %T/a.npy", 0, "the same" },
    { "diff %T/a.npy %T/b.npy", 1, "2 images, 1 differ" },
    { "diff %T/a.npy %T/b.npy --quiet", 1, "" },
    { "diff %T/a.npy %T/b.npy --index 0", 0, "1 image, 0 differ" },
    { "diff %T/a.npy %T/b.npy --tolerance 0.3", 0, "" },
    { "diff %T/a.npy %T/b.npy --tolerance 0.2", 1, "" },
    { "diff %T/a.npy %T/b.npy --relative 0.6", 0, "" },
    { "diff %T/a.npy %T/b.npy --min-psnr 30", 0, "" },
    { "diff %T/a.npy %T/b.npy --min-psnr 40", 1, "" },
    { "diff %T/a.npy %T/b.npy --min-ssim 0.9", 0, "" },
    { "diff %T/a.npy %T/b.npy --min-ssim 0.9999", 1, "" },
    { "diff %T/a.npy %T/b.npy --min-psnr 30 --tolerance 0.1", 1, "" },
    { "diff %T/a.npy %T/b.npy --data-range 255 --min-psnr 60", 0, "data range 255" },
    { "diff %T/a.npy %T/c.npy", 1, "2 images and 5" },
    { "diff %T/a.npy %T/nan.npy", 1, "1 only in one" },
    { "diff %T/a.npy %T/nan.npy --min-psnr 1", 1, "" },
    { "diff %T/nan.npy %T/nan.npy", 0, "" },
    { "diff %T/nan.npy %T/nan.npy --nan different", 1, "" },
    { "diff %T/a.npy %S/features.npy", 1, "the sizes differ" },
    { "diff %S/cells.pt %S/cells.pt --all", 0, "8 of 8 are the same" },
    { "diff %S/cells.pt %S/latent-walk.safetensors --all", 1, "only in the first" },
    { "diff %S/cells.pt --key latents --key latents", 0, "the same" },
    { "diff %S/cells.pt --key images --key latents", 1, "" },
    { "diff %S/cells.pt %S/cells.pt --key seeds", 0, "rows, 0 differ" },
    { "diff", 2, "no file was given" },
    { "diff %T/a.npy", 2, "--key A --key B" },
    { "diff %T/a.npy %T/a.npy %T/a.npy", 2, "two files at a time" },
    { "diff %T/a.npy %T/a.npy --min-psnr", 2, "min-psnr" },
    { "diff %T/a.npy %T/a.npy --tolerance -1", 2, "0 or more" },
    { "diff %T/a.npy %T/a.npy --data-range 0", 2, "more than 0" },
    { "diff %T/a.npy %T/a.npy --nan maybe", 2, "equal, different" },
    { "diff %T/a.npy %T/a.npy --index 2", 2, "there are 2 images" },
    { "diff %T/a.npy %T/a.npy --layout HW", 2, "2" },
    { "diff %T/a.npy %T/a.npy --all --key x", 2, "--all" },
    { "diff %S/cells.pt %S/cells.pt --key absent", 2, "absent" },
    { "diff %S/cells.pt %S/cells.pt --key step", 2, "is no array" },
    { "diff %T/a.npy %T/absent.npy", 3, "absent.npy" },
    { "diff %T/a.npy %S/README.md", 3, "README.md" },
    { "diff %T/cut.npy %T/cut.npy", 3, "cut.npy" },
    { "diff --help", 0, "--min-ssim" },
  };

  write_npy ("a.npy", 2, 70, 0.5f);
  write_npy ("b.npy", 2, 70, 0.75f);
  write_npy ("c.npy", 5, 70, 0.5f);
  write_npy ("nan.npy", 2, 70, (float) g_ascii_strtod ("nan", NULL));
  cli_write ("cut.npy", "\x93NUMPY", 6);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    cli_assert (cases[i].command, cases[i].status, cases[i].message);

  g_auto (Result) quiet = cli_run ("diff %T/a.npy %T/b.npy --quiet", NULL);

  g_assert_cmpstr (quiet.out, ==, "");
  g_assert_cmpstr (quiet.err, ==, "");
}

static void
test_json (void)
{
  g_autoptr (GBytes) input = NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *root, *pair, *image;

  write_npy ("a.npy", 2, 70, 0.5f);
  write_npy ("b.npy", 2, 70, 0.75f);
  input = cli_read ("b.npy");

  g_auto (Result) result = cli_run ("diff --json %T/a.npy -", input);

  g_assert_cmpint (result.status, ==, 1);
  json_parser_load_from_data (parser, result.out, -1, &error);
  g_assert_no_error (error);
  root = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpstr (json_object_get_string_member (root, "file_b"), ==, "-");
  g_assert_false (json_object_get_boolean_member (root, "same"));
  pair = json_array_get_object_element (json_object_get_array_member (root, "arrays"), 0);
  g_assert_cmpint (json_object_get_int_member (pair, "data_range"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (pair, "n_different"), ==, 1);
  image = json_array_get_object_element (json_object_get_array_member (pair, "images"), 0);
  g_assert_true (json_object_get_boolean_member (image, "same"));
  g_assert_cmpstr (json_object_get_string_member (image, "psnr"), ==, "Infinity");
  image = json_array_get_object_element (json_object_get_array_member (pair, "images"), 1);
  g_assert_cmpfloat (json_object_get_double_member (image, "max_abs"), ==, 0.25);
  g_assert_cmpfloat (json_object_get_double_member (image, "mse"), ==, 0.0625 / 144);
  g_assert_cmpint (json_array_get_int_element (json_object_get_array_member (image, "max_at"), 0),
                   ==, 70 % 12);
  g_assert_cmpint (json_array_get_int_element (json_object_get_array_member (image, "max_at"), 1),
                   ==, 70 / 12);
}

/* What was exported is what is shown: the folder of images compares as the dump it came from. */
static void
test_pixels (void)
{
  g_free (cli_run_ok ("export %S/cells.pt --index 0-7 --quiet -o shown"));
  g_free (cli_run_ok ("export %S/cells.pt --index 0-7 --quiet -o dark --gamma 0.5"));
  g_free (cli_run_ok ("export %S/features.npy --quiet -o maps --index 0-3"));
  cli_assert ("diff %S/cells.pt shown/images --pixels --index 0-7", 0,
              "data range 255: pixels of 8 bits");
  cli_assert ("diff %S/cells.pt shown/images --index 0-7", 1, "float32 and uint8");
  cli_assert ("diff %S/cells.pt dark/images --pixels --index 0-7", 1, "8 images, 8 differ");
  cli_assert ("diff %S/cells.pt %S/cells.pt --recipe dark/export.json", 0, "the same");
  /* what lies over the images is part of the pixels */
  g_free (cli_run_ok ("export %S/cells.pt --index 0 --overlay masks --quiet -o over"));
  cli_assert ("diff %S/cells.pt %S/cells.pt --recipe over/export.json", 0, "the same");
  cli_assert ("diff %S/cells.pt %S/cells-imagenet.npy --recipe over/export.json", 2, "masks");
  cli_assert ("diff %S/cells.pt %S/samples_64x64x64x3.npz --pixels --index 0-7", 0, "");
  cli_assert ("diff %S/features.npy maps/images --pixels --index 0-3", 0, "");
  cli_assert ("diff %S/cells.pt %S/cells.pt --all --pixels", 2, "--all");
  cli_assert ("diff %S/cells.pt %S/cells.pt --key latents --pixels", 2, "rows of numbers");
  cli_assert ("diff %S/cells.pt %S/cells.pt --recipe absent.json", 2, "absent.json");
}

static void
test_progress (void)
{
  g_auto (Result) result = cli_run ("diff %S/cells.pt %S/cells.pt --progress json --json", NULL);
  g_auto (GStrv) lines = g_strsplit (result.err, "\n", -1);
  guint n = g_strv_length (lines);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) last = NULL;
  JsonObject *object;

  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpuint (n, >=, 2); /* the last one is empty */
  last = json_from_string (lines[n - 2], &error);
  g_assert_no_error (error);
  object = json_node_get_object (last);
  g_assert_cmpint (json_object_get_int_member (object, "total"), ==, 64);
  g_assert_cmpint (json_object_get_int_member (object, "done"), ==, 64);
  g_assert_cmpfloat (json_object_get_double_member (object, "seconds_left"), ==, 0);
  g_assert_true (json_object_has_member (object, "images_per_second"));
}

static void
test_numpy (void)
{
  if (cli_need_numpy ())
    cli_run_python ("check-diff.py", "%C", "%T", NULL);
}

int
main (int argc, char **argv)
{
  cli_init (&argc, &argv);
  g_test_add_func ("/diff/statuses", test_statuses);
  g_test_add_func ("/diff/json", test_json);
  g_test_add_func ("/diff/pixels", test_pixels);
  g_test_add_func ("/diff/progress", test_progress);
  g_test_add_func ("/diff/numpy", test_numpy);
  return cli_finish (g_test_run ());
}
