/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-colormap.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The colours of a colormap from low to high, or from its end, as a texture to put into an image or
 * list; shared, borrowed for the life of the program. */
GdkTexture *ts_swatch_get_texture (TsColormap colormap, gboolean reversed);

/* For a list of the titles of colormaps: the colours beside each. */
GtkListItemFactory *ts_swatch_factory_new (gboolean reversed) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
