/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli.h"

#include "decode.h"

#include <string.h>

static void
decode (const char *path, Decoded *out)
{
  g_autoptr (GBytes) bytes = cli_read (path);

  decode_png (bytes, out);
  g_assert_cmpuint (out->n_channels, ==, 4);
}

/* Gray bytes, @dims as NumPy writes a shape. */
static void
write_npy (const char *name, const char *dims, const guint8 *data, gsize n)
{
  g_autofree char *header =
      g_strdup_printf ("{'descr': '|u1', 'fortran_order': False, 'shape': (%s), }", dims);
  g_autoptr (GString) out = g_string_new (NULL);

  g_string_append_len (out, "\x93NUMPY\x01\x00\x76\x00", 10);
  g_string_append_printf (out, "%-117s\n", header);
  g_string_append_len (out, (const char *) data, (gssize) n);
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
    { "thumbnail %S/cells.pt -o cells.png", 0, "cells.png" },
    { "thumbnail %S/cells.pt -o cells.png", 0, "cells.png" }, /* overwritten */
    { "thumbnail %S/cells.pt -o cells.png --json", 0, "\"output\":\"./cells.png\"" },
    { "thumbnail %S/cells.pt", 2, "-o OUT.png" },
    { "thumbnail %S/cells.pt -o x.png --size 15", 2, "16 to 4096" },
    { "thumbnail %S/cells.pt -o x.png --size 16 --columns 7", 2, "do not fit" },
    { "thumbnail %S/cells.pt %S/cells.pt -o -", 2, "standard output takes one" },
    { "thumbnail %S/cells-gan.pt -o x.png", 3, "no array that looks like images" },
    { "thumbnail %S/README.md -o x.png", 3, "README.md" },
    { "thumbnail %S/cells.pt -o /dev/null/x.png", 1, "/dev/null" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    cli_assert (cases[i].command, cases[i].status, cases[i].message);
  g_assert_cmpuint (cli_count (".", "x.png"), ==, 0);
}

/* A grid where there is room, else the first image, never above the size. */
static void
test_sizes (void)
{
  static const struct
  {
    const char *options;
    guint width;
  } cases[] = {
    { "--size 64", 64 },               /* one image at its own size */
    { "--size 100", 64 },              /* whole factors only */
    { "--size 130", 130 },             /* 2 x 2 images of 64 and a gap */
    { "--size 256", 254 },             /* 4 x 4 images of 62 and three gaps */
    { "--size 512", 262 },             /* of 64 */
    { "--size 256 --columns 1", 256 }, /* one image, four times as large */
    { "--size 256 --index 5", 256 },
    { "--size 256 --index 1-4", 130 },
    { "--size 40 --columns 10", 38 }, /* not more than 8 x 8 images */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *command =
        g_strdup_printf ("thumbnail %%S/cells.pt --quiet -o size.png %s", cases[i].options);
    g_auto (Decoded) decoded = { 0 };

    g_free (cli_run_ok (command));
    decode ("size.png", &decoded);
    if (decoded.width != cases[i].width || decoded.height != cases[i].width)
      g_error ("%s: %u×%u", cases[i].options, decoded.width, decoded.height);
  }
}

/* Pixels are those of an export, larger by a whole factor; gaps are transparent. */
static void
test_pixels (void)
{
  g_auto (Decoded) grid = { 0 };
  g_auto (Decoded) image = { 0 };
  g_autoptr (GBytes) bytes = NULL;

  g_free (cli_run_ok ("thumbnail %S/latent-walk.safetensors --quiet --size 130 -o grid.png"));
  g_free (cli_run_ok ("export %S/latent-walk.safetensors --quiet --index 3 -o image"));
  decode ("grid.png", &grid);
  bytes = cli_read ("image/images/latent-walk_03.png");
  decode_png (bytes, &image);
  g_assert_cmpuint (grid.width, ==, 130);
  for (guint y = 0; y < 64; y++)
    for (guint x = 0; x < 64; x++) {
      const guint8 *at = grid.pixels + ((y + 66) * 130 + x + 66) * 4;

      g_assert_cmpmem (at, 3, image.pixels + (y * 64 + x) * 3, 3);
      g_assert_cmpuint (at[3], ==, 255);
    }
  g_assert_cmpuint (grid.pixels[(64 * 130 + 10) * 4 + 3], ==, 0);
  g_assert_cmpuint (grid.pixels[(10 * 130 + 65) * 4 + 3], ==, 0);
}

/* Pixels of @a and @b that differ; all those of @a have the colour @rgb. */
static guint
count_different (const Decoded *a, const Decoded *b, const guint8 rgb[3])
{
  guint n = 0;

  g_assert_cmpuint (a->width, ==, b->width);
  g_assert_cmpuint (a->height, ==, b->height);
  for (gsize i = 0; i < (gsize) a->width * a->height; i++) {
    if (memcmp (a->pixels + i * 4, b->pixels + i * 4, 4) == 0)
      continue;
    g_assert_cmpmem (a->pixels + i * 4, 3, rgb, 3);
    n++;
  }
  return n;
}

/* What lies over the images lies over the small ones; at their own size it is that of an export. */
static void
test_overlay (void)
{
  static const char covered[] = "%S/cells.pt --quiet --overlay masks --overlay-color 00ff00";
  static const guint8 green[] = { 0, 255, 0 };
  static const guint sizes[] = { 40, 64, 200 };
  g_auto (Decoded) image = { 0 };
  g_auto (Decoded) grid = { 0 };
  g_autofree char *export = g_strdup_printf ("export %s --index 3 -o covered", covered);
  g_autofree char *thumbnail = g_strdup_printf ("thumbnail %s --size 130 -o over.png", covered);
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree char *with =
        g_strdup_printf ("thumbnail %s --overlay-alpha 1 --columns 1 --size %u -o with.png",
                         covered, sizes[i]);
    g_autofree char *without =
        g_strdup_printf ("thumbnail %%S/cells.pt --quiet --columns 1 --size %u -o without.png",
                         sizes[i]);
    g_auto (Decoded) a = { 0 };
    g_auto (Decoded) b = { 0 };
    guint n;

    g_free (cli_run_ok (with));
    g_free (cli_run_ok (without));
    decode ("with.png", &a);
    decode ("without.png", &b);
    n = count_different (&a, &b, green);
    g_assert_cmpuint (n, >, a.width * a.height / 40);
    g_assert_cmpuint (n, <, a.width * a.height);
  }
  g_free (cli_run_ok (export));
  g_free (cli_run_ok (thumbnail));
  bytes = cli_read ("covered/images/cells_03.png");
  decode_png (bytes, &image);
  decode ("over.png", &grid);
  for (guint y = 0; y < 64; y++)
    for (guint x = 0; x < 64; x++)
      g_assert_cmpmem (grid.pixels + ((y + 66) * 130 + x + 66) * 4, 3,
                       image.pixels + (y * 64 + x) * 3, 3);
  cli_assert ("thumbnail %S/cells.pt --overlay absent -o over.png", 2, "absent");
}

/* An automatic range is taken of what the scope says. */
static void
test_scopes (void)
{
  static const char *const scopes[] = { "image", "selection", "batch", "file" };
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < G_N_ELEMENTS (scopes); i++) {
    g_autofree char *command =
        g_strdup_printf ("thumbnail %%S/cells.pt --index 2 --quiet --size 64 "
                         "--range minmax --scope %s -o scope.png",
                         scopes[i]);

    g_free (cli_run_ok (command));
    g_ptr_array_add (files, cli_read ("scope.png"));
  }
  g_assert_true (g_bytes_equal (files->pdata[0], files->pdata[1]));
  for (guint i = 2; i < 4; i++)
    for (guint j = 1; j < i; j++)
      g_assert_false (g_bytes_equal (files->pdata[i], files->pdata[j]));
}

/* Of an image above the limit only some rows are read: a slope stays one. */
static void
test_large (void)
{
  const guint width = 8192, height = 4200;
  g_autofree guint8 *data = g_malloc ((gsize) width * height);
  g_auto (Decoded) decoded = { 0 };

  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      data[(gsize) y * width + x] = (guint8) (y < height / 2 ? x / 32 : 255 - x / 32);
  write_npy ("large.npy", "4200, 8192", data, (gsize) width * height);
  g_free (cli_run_ok ("thumbnail large.npy --quiet -o large.png --preset u8"));
  decode ("large.png", &decoded);
  g_assert_cmpuint (decoded.width, ==, 256);
  g_assert_cmpuint (decoded.height, ==, 131);
  for (guint y = 0; y < 131; y++)
    for (guint x = 0; y != 65 && x < 256; x++) {
      int want = (int) (y < 65 ? x : 255 - x);

      g_assert_cmpint (ABS (decoded.pixels[(y * 256 + x) * 4] - want), <=, 1);
    }
}

/* As file managers call it: the line of the installed file, an empty file as output. */
static void
test_thumbnailer (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("TS_SOURCE_ROOT"), "data",
                                            "io.github.tenscope.Tenscope.thumbnailer", NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;
  g_autofree char *try_exec = NULL;
  g_autoptr (GString) command = NULL;
  g_auto (Decoded) decoded = { 0 };

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  line = g_key_file_get_string (file, "Thumbnailer Entry", "Exec", &error);
  g_assert_no_error (error);
  try_exec = g_key_file_get_string (file, "Thumbnailer Entry", "TryExec", NULL);
  g_assert_cmpstr (try_exec, ==, "tenscope-cli");
  g_assert_true (g_str_has_prefix (line, "tenscope-cli "));
  command = g_string_new (line + strlen ("tenscope-cli "));
  g_string_replace (command, "%s", "128", 0);
  g_string_replace (command, "%o", "'%T/.thumb nail.X1Y2'", 0);
  g_string_replace (command, "%i", "%S/cells.pt", 0);
  cli_write (".thumb nail.X1Y2", "", 0);

  g_autofree char *said = cli_run_ok (command->str);

  g_assert_cmpstr (said, ==, "");
  decode (".thumb nail.X1Y2", &decoded);
  g_assert_cmpuint (decoded.width, <=, 128);
}

static void
test_several (void)
{
  g_free (cli_run_ok ("thumbnail %S/cells.pt %S/features.npy --quiet -o many"));
  g_assert_cmpuint (cli_count ("many", ".png"), ==, 2);
  g_free (cli_run_ok ("thumbnail %S/masks-labels.npz --quiet -o many"));
  g_assert_cmpuint (cli_count ("many", "masks-labels.png"), ==, 1);

  g_auto (Result) piped =
              cli_run_shell ("cat %S/cells.pt | %C thumbnail - -o - --size 64 >piped.png");
  g_auto (Decoded) decoded = { 0 };

  g_assert_cmpint (piped.status, ==, 0);
  decode ("piped.png", &decoded);
  g_assert_cmpuint (decoded.width, ==, 64);
}

int
main (int argc, char **argv)
{
  cli_init (&argc, &argv);
  g_test_add_func ("/thumbnail/statuses", test_statuses);
  g_test_add_func ("/thumbnail/sizes", test_sizes);
  g_test_add_func ("/thumbnail/pixels", test_pixels);
  g_test_add_func ("/thumbnail/overlay", test_overlay);
  g_test_add_func ("/thumbnail/scopes", test_scopes);
  g_test_add_func ("/thumbnail/large", test_large);
  g_test_add_func ("/thumbnail/thumbnailer", test_thumbnailer);
  g_test_add_func ("/thumbnail/several", test_several);
  return cli_finish (g_test_run ());
}
