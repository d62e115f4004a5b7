/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-swatch.h"

#define WIDTH      64
#define HEIGHT     12
#define CATEGORIES 8

GdkTexture *
ts_swatch_get_texture (TsColormap colormap, gboolean reversed)
{
  static GdkTexture *textures[TS_N_COLORMAPS][2];

  g_return_val_if_fail (colormap < TS_N_COLORMAPS, NULL);

  reversed = reversed && !ts_colormap_is_categorical (colormap);
  GdkTexture **texture = &textures[colormap][reversed];
  if (*texture != NULL)
    return *texture;

  const guint8 (*table)[3] =
      reversed ? ts_colormap_get_reversed_table (colormap) : ts_colormap_get_table (colormap);
  g_autofree guint8 *pixels = g_malloc (WIDTH * HEIGHT * 3);
  for (guint x = 0; x < WIDTH; x++) {
    guint8 rgb[3];

    if (table != NULL)
      memcpy (rgb, table[x * 255 / (WIDTH - 1)], 3);
    else
      ts_colormap_get_label_color (colormap, x * CATEGORIES / WIDTH, rgb);
    for (guint y = 0; y < HEIGHT; y++)
      memcpy (pixels + (y * WIDTH + x) * 3, rgb, 3);
  }

  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&pixels), WIDTH * HEIGHT * 3);
  *texture = gdk_memory_texture_new (WIDTH, HEIGHT, GDK_MEMORY_R8G8B8, bytes, WIDTH * 3);
  return *texture;
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *picture = gtk_picture_new ();
  GtkWidget *label = gtk_label_new (NULL);

  gtk_picture_set_can_shrink (GTK_PICTURE (picture), FALSE);
  gtk_widget_set_valign (picture, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (picture, "swatch");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_item_set_child (item, box);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *picture = gtk_widget_get_first_child (gtk_list_item_get_child (item));
  GtkWidget *label = gtk_widget_get_next_sibling (picture);
  const char *title = gtk_string_object_get_string (gtk_list_item_get_item (item));

  gtk_label_set_label (GTK_LABEL (label), title);
  for (guint i = 0; i < TS_N_COLORMAPS; i++)
    if (g_str_equal (ts_colormap_get_title (i), title))
      gtk_picture_set_paintable (GTK_PICTURE (picture),
                                 GDK_PAINTABLE (ts_swatch_get_texture (i, GPOINTER_TO_INT (data))));
}

GtkListItemFactory *
ts_swatch_factory_new (gboolean reversed)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), GINT_TO_POINTER (reversed));
  return factory;
}
