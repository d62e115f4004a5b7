/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-overlay.h"
#include "pixels/ts-render.h"
#include "view/ts-compare.h"
#include "view/ts-view.h"

G_BEGIN_DECLS

/* The images of a view as the pixels that are shown and exported. Thread-safe. */
typedef struct
{
  TsView *view;
  TsBatchStats *stats;
  TsRecipe recipe;
  TsOverlay *overlay; /* (nullable) */
  guint n_channels;
} TsCliPixels;

/* As the window would show @view, or by the recipe of that file. */
gboolean
ts_cli_pixels_init (TsCliPixels *self, TsView *view, const char *recipe_file, GError **error);
void ts_cli_pixels_clear (TsCliPixels *self);

/* Both with as many channels as the one that has more: two sides to compare, 8 bits a channel. */
void ts_cli_pixels_get_sides (TsCliPixels *a, TsCliPixels *b, TsCompareSide sides[2]);

G_END_DECLS
