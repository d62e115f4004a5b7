/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-swatch.h"

#define WIDTH      64
#define HEIGHT     12
#define CATEGORIES 8

GdkTexture *
ts_swatch_get_texture (TsColormap colormap)
{
  static GdkTexture *textures[TS_N_COLORMAPS];

  g_return_val_if_fail (colormap < TS_N_COLORMAPS, NULL);

  if (textures[colormap] != NULL)
    return textures[colormap];

  const guint8 (*table)[3] = ts_colormap_get_table (colormap);
  g_autofree guint8 *pixels = g_malloc (WIDTH * HEIGHT * 3);
  for (guint x = 0; x < WIDTH; x++) {
    guint8 rgb[3];

    if (table != NULL)
      memcpy (rgb, table[x * 255 / (WIDTH - 1)], 3);
    else
      ts_colormap_get_category (x * CATEGORIES / WIDTH, rgb);
    for (guint y = 0; y < HEIGHT; y++)
      memcpy (pixels + (y * WIDTH + x) * 3, rgb, 3);
  }

  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&pixels), WIDTH * HEIGHT * 3);
  textures[colormap] = gdk_memory_texture_new (WIDTH, HEIGHT, GDK_MEMORY_R8G8B8, bytes, WIDTH * 3);
  return textures[colormap];
}
