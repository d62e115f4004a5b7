/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-pixels.h"

#include "cli/ts-cli-view-options.h"

gboolean
ts_cli_pixels_init (TsCliPixels *self, TsView *view, const char *recipe_file, GError **error)
{
  const TsCliViewOptions options = { .recipe = (char *) recipe_file };
  TsImageSize size;

  *self = (TsCliPixels){ .view = g_object_ref (view) };
  self->stats = ts_batch_stats_new_for_view (view);
  if (!ts_cli_view_options_get_recipe (&options, view, &self->recipe, error) ||
      !ts_overlay_open (view, &self->recipe, &self->overlay, error))
    return FALSE;
  ts_batch_get_max_size (ts_view_get_batch (view), &size);
  self->n_channels = ts_recipe_get_output_channels (&self->recipe, &size);
  return TRUE;
}

void
ts_cli_pixels_clear (TsCliPixels *self)
{
  g_clear_object (&self->view);
  g_clear_object (&self->stats);
  g_clear_object (&self->overlay);
}

static TsBlock *
read_pixels (gpointer data, guint64 index, GCancellable *cancellable, GError **error)
{
  TsCliPixels *self = data;
  TsBatch *batch = ts_view_get_batch (self->view);
  g_autoptr (TsBlock) block = NULL;
  TsImageSize size;
  TsResolved resolved;
  guint8 *pixels;

  ts_batch_get_image_size (batch, index, &size);

  const guint64 dims[] = { size.height, size.width, self->n_channels };

  block = ts_block_new_packed (TS_DTYPE_UINT8, 3, dims, &pixels, error);
  if (block == NULL || !ts_recipe_validate (&self->recipe, &size, error) ||
      !ts_resolve (&self->recipe, self->stats, index, &resolved, cancellable, error) ||
      !ts_render_with_overlay (batch, self->overlay, index, NULL, &self->recipe, &resolved,
                               ts_pixel_format_for (self->n_channels, 8), TS_VALUES_DISPLAY, pixels,
                               (gsize) size.width * self->n_channels, NULL, cancellable, error))
    return NULL;
  return g_steal_pointer (&block);
}

void
ts_cli_pixels_get_sides (TsCliPixels *a, TsCliPixels *b, TsCompareSide sides[2])
{
  TsCliPixels *const both[] = { a, b };

  a->n_channels = b->n_channels = MAX (a->n_channels, b->n_channels);
  for (guint i = 0; i < 2; i++) {
    sides[i] = ts_compare_side_for_batch (ts_view_get_batch (both[i]->view));
    sides[i].image_bytes += sides[i].image_bytes / 2;
    sides[i].read = read_pixels;
    sides[i].data = both[i];
  }
}
