/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-encoder.h"
#include "export/ts-indices.h"
#include "view/ts-view.h"

G_BEGIN_DECLS

/**
 * TsSheetOptions:
 * @n_columns: most images a row; make_grid calls it nrow
 * @padding: pixels between images and around them; a single image has none around it
 * @pad_value: what padding and empty cells show, 0 (black) to 1 (white)
 * @bits: 8 or 16
 * @quality: of a file with losses, to be recorded; 0 is none
 *
 * A contact sheet as torchvision's make_grid and save_image make it, to the byte. Set by
 * ts_sheet_options_init() to their defaults.
 */
typedef struct
{
  guint n_columns;
  guint padding;
  double pad_value;
  guint bits;
  guint quality;
} TsSheetOptions;

void ts_sheet_options_init (TsSheetOptions *self);

/**
 * ts_sheet_render:
 * @indices: (nullable): images in their order; %NULL is all
 * @picture: its pixels are to be freed with g_free()
 *
 * Renders images of one size as one picture: RGB (gray is replicated), or RGBA when the recipe has
 * alpha. %TS_ERROR_INVALID for different sizes or a picture too large. Blocks; cancellable.
 */
gboolean ts_sheet_render (TsView *view,
                          TsBatchStats *stats,
                          const TsRecipe *recipe,
                          const TsSheetOptions *options,
                          const guint64 *indices,
                          gsize n_indices,
                          TsPicture *picture,
                          GCancellable *cancellable,
                          GError **error);

/* What the file of a sheet says about itself, to embed: source, view and arrangement. */
char *ts_sheet_describe (TsView *view,
                         const TsRecipe *recipe,
                         const TsSheetOptions *options,
                         const guint64 *indices,
                         gsize n_indices) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
