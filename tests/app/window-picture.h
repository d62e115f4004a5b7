/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "window-fixture.h"

/* What is on the screen, as pixels. */

/* The window as the screen has it, packed RGB. */
static inline guint8 *
take_picture (TsWindow *window, int *width, int *height)
{
  g_autofree char *folder = fixture_make_folder ();
  g_autofree char *path = g_build_filename (folder, "window.png", NULL);
  g_autoptr (GError) error = NULL;

  set_state (window, "screenshot", g_variant_new_string (path));
  WAIT_FOR (g_file_test (path, G_FILE_TEST_EXISTS));
  g_autoptr (GdkTexture) texture = gdk_texture_new_from_filename (path, &error);
  g_assert_no_error (error);
  *width = gdk_texture_get_width (texture);
  *height = gdk_texture_get_height (texture);
  gsize stride = (gsize) *width * 4, n = (gsize) *width * (gsize) *height;
  g_autofree guint8 *bgra = g_malloc (n * 4);
  gdk_texture_download (texture, bgra, stride);
  guint8 *rgb = g_malloc (n * 3);
  for (gsize i = 0; i < n; i++) {
    guint32 pixel;
    memcpy (&pixel, bgra + i * 4, 4);
    rgb[i * 3] = (guint8) (pixel >> 16);
    rgb[i * 3 + 1] = (guint8) (pixel >> 8);
    rgb[i * 3 + 2] = (guint8) pixel;
  }
  fixture_remove_folder (g_steal_pointer (&folder));
  return rgb;
}

/* Whether the picture holds the other one somewhere, pixel for pixel. */
static inline gboolean
contains (const guint8 *picture, int width, int height, const guint8 *part, int w, int h)
{
  for (int y = 0; y + h <= height; y++) {
    for (int x = 0; x + w <= width; x++) {
      gboolean same = TRUE;
      for (int row = 0; same && row < h; row++)
        same = memcmp (picture + ((gsize) (y + row) * (gsize) width + (gsize) x) * 3,
                       part + (gsize) row * (gsize) w * 3, (gsize) w * 3) == 0;
      if (same)
        return TRUE;
    }
  }
  return FALSE;
}
