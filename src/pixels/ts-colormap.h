/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-recipe.h"

G_BEGIN_DECLS

const char *ts_colormap_get_name (TsColormap colormap); /* "viridis" */
const char *ts_colormap_get_title (TsColormap colormap);
gboolean ts_colormap_from_name (const char *name, TsColormap *colormap);

/* 256 RGB triplets; entry min (255, trunc (t * 256)). %NULL for categorical. */
const guint8 (*ts_colormap_get_table (TsColormap colormap))[3];

/* The colour of an integer label: 0 is black-ish background, then distinct colours; repeats after
 * the palette ends; negative values as their absolute value. */
void ts_colormap_get_category (gint64 label, guint8 rgb[3]);

G_END_DECLS
