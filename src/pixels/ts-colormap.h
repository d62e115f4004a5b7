/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-recipe.h"

G_BEGIN_DECLS

const char *ts_colormap_get_name (TsColormap colormap); /* "viridis" */
const char *ts_colormap_get_title (TsColormap colormap);
gboolean ts_colormap_from_name (const char *name, TsColormap *colormap);
/* As ts_colormap_from_name(), and takes "viridis_r" for the reversed map (@reversed is then what
 * TsRecipe.invert has to be). */
gboolean ts_colormap_parse (const char *name, TsColormap *colormap, gboolean *reversed);

/* Whether integers are coloured by their value, without interpolation. */
gboolean ts_colormap_is_categorical (TsColormap colormap);
/* Whether the middle of the map is its neutral colour: best with a symmetric range. */
gboolean ts_colormap_is_diverging (TsColormap colormap);

/* 256 RGB triplets; entry min (255, trunc (t * 256)). %NULL for categorical maps. */
const guint8 (*ts_colormap_get_table (TsColormap colormap))[3];
/* Of matplotlib's "_r" map: the table from its end, but for single bits of a few. */
const guint8 (*ts_colormap_get_reversed_table (TsColormap colormap))[3];

/* All colours that pixels can get, of the map or of its "_r" map: entry min (@n - 1, trunc (t *
 * @n)) of *@n, which is 256, or 510 of twilight. %NULL for categorical maps. */
const guint8 (*ts_colormap_get_entries (TsColormap colormap, gboolean reversed, guint *n))[3];

/* The colour of an integer label: 0 is black-ish background, then distinct colours; repeats after
 * the palette ends; negative values as their absolute value. */
void ts_colormap_get_category (gint64 label, guint8 rgb[3]);

/* The same in any categorical map. */
void ts_colormap_get_label_color (TsColormap colormap, gint64 label, guint8 rgb[3]);
/* With the palette from its end ("tab10_r"); a background stays the background. */
void ts_colormap_get_reversed_label_color (TsColormap colormap, gint64 label, guint8 rgb[3]);

G_END_DECLS
