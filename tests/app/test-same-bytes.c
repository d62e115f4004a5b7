/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "window-picture.h"

#include <glib/gstdio.h>
#include <string.h>

/* The window and the command line, given the same settings, write the same image files, byte for
 * byte, metadata inside them included; and their pixels are those on the screen. */

static const struct
{
  const char *name;
  const char *sample;
  const char *actions[5][2]; /* name and value of the window's actions, in order */
  const char *arguments;     /* of the command line */
} cases[] = {
  { "first-open", "cells.pt", { { NULL } }, "" },
  { "preset", "cells-imagenet.npy", { { "preset", "'imagenet'" } }, "--preset imagenet" },
  { "mean-std",
    "cells.pt",
    { { "mean", "'0.4,0.5,0.6'" }, { "std", "'0.5,0.4,0.3'" }, { "gamma", "1.7" } },
    "--mean 0.4,0.5,0.6 --std 0.5,0.4,0.3 --gamma 1.7" },
  { "minmax",
    "cells.pt",
    { { "range-mode", "'minmax'" }, { "range-scope", "'image'" }, { "invert", "true" } },
    "--preset tanh --range minmax --scope image --invert" },
  { "selection",
    "cells.pt",
    { { "range-mode", "'minmax'" }, { "range-scope", "'selection'" } },
    "--range minmax --scope selection" },
  { "channel",
    "features.npy",
    { { "layout", "'NCHW'" }, { "channel", "'5'" }, { "colormap", "'viridis'" } },
    "--layout NCHW --channel 5 --colormap viridis" },
  { "overlay-color",
    "cells.pt",
    { { "overlay", "'masks'" }, { "overlay-alpha", "0.7" }, { "overlay-color", "'#33d17a'" } },
    "--overlay masks --overlay-alpha 0.7 --overlay-color 33d17a" },
  { "overlay-palette",
    "cells.pt",
    { { "overlay", "'masks'" }, { "overlay-color", "'tab10'" }, { "gamma", "0.6" } },
    "--overlay masks --overlay-color tab10 --gamma 0.6" },
  { "labels", "masks-labels.npz", { { NULL } }, "" },
  { "nan", "intensity-nan.npy", { { "colormap", "'turbo'" } }, "--colormap turbo" },
  { "mixed-sizes", "progressive.pt", { { NULL } }, "" },
};

static void remove_images (char *folder);

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The pictures in @folder, in the order of names, which is that of the images. */
static GPtrArray *
list_pictures (const char *folder)
{
  g_autofree char *images = g_build_filename (folder, "images", NULL);
  g_autoptr (GDir) dir = g_dir_open (images, 0, NULL);
  GPtrArray *pictures = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".png"))
      g_ptr_array_add (pictures, g_build_filename (images, name, NULL));
  g_assert_cmpuint (pictures->len, >, 0);
  g_ptr_array_sort (pictures, compare_names);
  return pictures;
}

/* What @path holds, packed RGB; %NULL when some of it is transparent. */
static guint8 *
read_picture (const char *path, int *width, int *height)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = gdk_texture_new_from_filename (path, &error);

  g_assert_no_error (error);
  *width = gdk_texture_get_width (texture);
  *height = gdk_texture_get_height (texture);

  gsize n = (gsize) *width * (gsize) *height;
  g_autofree guint32 *pixels = g_new (guint32, n);
  g_autofree guint8 *rgb = g_malloc (n * 3);

  gdk_texture_download (texture, (guchar *) pixels, (gsize) *width * 4);
  for (gsize i = 0; i < n; i++) {
    if (pixels[i] >> 24 != 255)
      return NULL;
    rgb[i * 3] = (guint8) (pixels[i] >> 16);
    rgb[i * 3 + 1] = (guint8) (pixels[i] >> 8);
    rgb[i * 3 + 2] = (guint8) pixels[i];
  }
  return g_steal_pointer (&rgb);
}

/* Each pixel @factor times as wide and high. */
static guint8 *
magnify (const guint8 *rgb, int width, int height, int factor)
{
  guint8 *out = g_new (guint8, (gsize) width * (gsize) height * (gsize) (factor * factor) * 3);
  guint8 *at = out;

  for (int y = 0; y < height * factor; y++)
    for (int x = 0; x < width * factor; x++, at += 3)
      memcpy (at, rgb + ((gsize) (y / factor) * (gsize) width + (gsize) (x / factor)) * 3, 3);
  return out;
}

/* Every image that can be seen is painted with the pixels of its file, and those that no badge
 * covers stand on the screen so. */
static void
compare_with_screen (TsWindow *window, const char *folder)
{
  g_autoptr (GPtrArray) pictures = list_pictures (folder);
  g_autofree guint8 *screen = NULL;
  guint first, last, n_seen = 0, n_compared = 0;
  int screen_width, screen_height;

  g_assert_true (ts_grid_wait_idle (window->grid, LIMIT_MS));
  set_state (window, "zoom", g_variant_new_double (1));
  g_assert_true (ts_grid_wait_idle (window->grid, LIMIT_MS));
  g_assert_true (ts_grid_get_visible_range (window->grid, &first, &last));
  g_assert_cmpuint (last, <, pictures->len);
  screen = take_picture (window, &screen_width, &screen_height);
  for (guint i = first; i <= last; i++) {
    int width, height, tile_width, tile_height;
    g_autofree guint8 *picture = read_picture (pictures->pdata[i], &width, &height);
    g_autofree guint8 *want = NULL;
    g_autoptr (GBytes) tile = NULL;

    if (picture == NULL)
      continue;
    tile = ts_grid_dup_tile_pixels (window->grid, i, &tile_width, &tile_height);
    /* small images among larger ones are shown larger */
    g_assert_cmpint (tile_width % width, ==, 0);
    want = magnify (picture, width, height, tile_width / width);
    g_assert_cmpint (tile_height, ==, height * (tile_width / width));
    g_assert_cmpmem (g_bytes_get_data (tile, NULL), g_bytes_get_size (tile), want,
                     (gsize) tile_width * (gsize) tile_height * 3);
    if (n_compared++ < 8)
      n_seen += contains (screen, screen_width, screen_height, want, tile_width, tile_height);
  }
  g_assert_cmpuint (n_compared, >, 0);
  g_assert_cmpuint (n_seen, >, 0);
}

static void
export_by_window (guint index, const char *sample, const char *folder)
{
  g_autoptr (GFile) file = g_file_new_for_path (sample);
  TsWindow *window = open_window (file);

  for (guint i = 0; i < G_N_ELEMENTS (cases[index].actions); i++) {
    const char *const *action = cases[index].actions[i];
    g_autoptr (GError) error = NULL;
    g_autoptr (GVariant) value = NULL;

    if (action[0] == NULL)
      break;
    value = g_variant_parse (NULL, action[1], NULL, NULL, &error);
    g_assert_no_error (error);
    g_action_group_change_action_state (G_ACTION_GROUP (window), action[0], value);
    fixture_wait_loaded (window->session);
  }
  g_action_group_activate_action (G_ACTION_GROUP (window), "export-to",
                                  g_variant_new_string (folder));
  WAIT_FOR (window->job == NULL);
  compare_with_screen (window, folder);
  close_window (window);
}

static void
export_by_command_line (guint index, const char *sample, const char *folder)
{
  g_autofree char *command =
      g_strdup_printf ("'%s' export '%s' -o '%s' --quiet %s", g_getenv ("TS_CLI"), sample, folder,
                       cases[index].arguments);
  g_autoptr (GError) error = NULL;
  g_autofree char *errors = NULL;
  int status;

  g_spawn_command_line_sync (command, NULL, &errors, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("%s: %s", command, errors);
}

/* Every image of one folder is in the other, with the same bytes; returns how many. */
static guint
compare_folders (const char *a, const char *b)
{
  g_autofree char *images_a = g_build_filename (a, "images", NULL);
  g_autofree char *images_b = g_build_filename (b, "images", NULL);
  g_autoptr (GDir) folder = g_dir_open (images_a, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (folder);
  while ((name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *path_a = g_build_filename (images_a, name, NULL);
    g_autofree char *path_b = g_build_filename (images_b, name, NULL);
    g_autofree char *bytes_a = NULL;
    g_autofree char *bytes_b = NULL;
    gsize n_a, n_b;

    if (!g_str_has_suffix (name, ".png"))
      continue;
    g_assert_true (g_file_get_contents (path_a, &bytes_a, &n_a, NULL));
    g_assert_true (g_file_get_contents (path_b, &bytes_b, &n_b, NULL));
    if (n_a != n_b || memcmp (bytes_a, bytes_b, n_a) != 0)
      g_error ("%s differs between window and command line", name);
    n++;
  }
  return n;
}

static char *
read_file (const char *path, gsize *n_bytes)
{
  g_autoptr (GError) error = NULL;
  char *bytes;

  g_file_get_contents (path, &bytes, n_bytes, &error);
  g_assert_no_error (error);
  return bytes;
}

/* A picture of @folder that is opened brings back its dump, which stands beside it, with the array,
 * the settings and the image; exported again it is the same file. */
static void
export_picture_again (const char *sample, const char *folder)
{
  g_autoptr (GPtrArray) pictures = list_pictures (folder);
  const char *picture = pictures->pdata[pictures->len - 1];
  g_autofree char *name = g_path_get_basename (picture);
  g_autofree char *base = g_path_get_basename (sample);
  g_autofree char *dump = g_build_filename (folder, base, NULL);
  char *again = fixture_make_folder ();
  g_autofree char *written = g_build_filename (again, "images", name, NULL);
  g_autofree char *bytes = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (picture);
  TsWindow *window;
  gsize n_bytes, n_before, n_after;

  bytes = read_file (sample, &n_bytes);
  g_assert_true (g_file_set_contents (dump, bytes, (gssize) n_bytes, NULL));
  window = open_window (file);
  g_assert_cmpstr (ts_session_get_error (window->session), ==, NULL);
  g_assert_cmpstr (g_file_peek_path (ts_session_get_file (window->session)), ==, dump);
  g_assert_cmpuint (gtk_bitset_get_size (ts_session_get_selection (window->session)), ==, 1);
  g_assert_cmpint (window->mode, ==, TS_WINDOW_IMAGE);
  g_action_group_activate_action (G_ACTION_GROUP (window), "export-to",
                                  g_variant_new_string (again));
  WAIT_FOR (window->job == NULL);
  before = read_file (picture, &n_before);
  after = read_file (written, &n_after);
  if (n_before != n_after || memcmp (before, after, n_before) != 0)
    g_error ("%s, opened and exported again, differs", picture);
  close_window (window);
  remove_images (again);
}

static guint
count_images (const char *folder)
{
  return compare_folders (folder, folder);
}

static void
remove_images (char *folder)
{
  static const char *const folders[] = { "images", "" };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *path = g_build_filename (folder, folders[i], NULL);
    g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_remove (file);
    }
    g_rmdir (path);
  }
  g_free (folder);
}

static void
test_same_bytes (gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_autofree char *sample = g_build_filename (g_getenv ("TS_SAMPLES"), cases[index].sample, NULL);
  char *by_window, *by_command_line;
  guint n;

  if (!start ())
    return;
  by_window = fixture_make_folder ();
  by_command_line = fixture_make_folder ();
  export_by_window (index, sample, by_window);
  export_by_command_line (index, sample, by_command_line);
  n = compare_folders (by_window, by_command_line);
  g_assert_cmpuint (n, >, 0);
  g_assert_cmpuint (n, ==, count_images (by_command_line));
  export_picture_again (sample, by_command_line);
  remove_images (by_window);
  remove_images (by_command_line);
}

/* A range that was taken of several images comes back with one of them, until others are selected.
 */
static void
test_selection (void)
{
  g_autofree char *sample = g_build_filename (g_getenv ("TS_SAMPLES"), "cells.pt", NULL);
  g_autofree char *command = NULL;
  g_autoptr (GError) error = NULL;
  char *folder;

  if (!start ())
    return;
  folder = fixture_make_folder ();
  command = g_strdup_printf ("'%s' export '%s' -o '%s' --quiet --index 9,2-6 --range minmax "
                             "--scope selection",
                             g_getenv ("TS_CLI"), sample, folder);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  export_picture_again (sample, folder);
  remove_images (folder);
}

int
main (int argc, char **argv)
{
  fixture_own_state ();
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/same-bytes/", cases[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_same_bytes);
  }
  g_test_add_func ("/same-bytes/range-of-several", test_selection);
  return g_test_run ();
}
