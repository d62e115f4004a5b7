/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-private.h"

/* Rows become textures here. What is on the screen stays until its successor is painted; one pass
 * is in flight at most, and when it ends the newest settings go next. */

#define WAIT_TICK_US 3000 /* the frame waits that long for a pass, then shows the old rows */
#define MAX_MARGIN   4    /* rows painted beyond the visible ones */

static void
band_free (gpointer data)
{
  TsGridBand *band = data;

  g_clear_object (&band->texture);
  g_clear_pointer (&band->pixels, g_bytes_unref);
  g_clear_pointer (&band->decor, gsk_render_node_unref);
  g_free (band);
}

void
ts_grid_bands_init (TsGrid *self)
{
  self->bands = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, band_free);
  self->clip_shares = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->bytes_per_pixel = 4;
}

/* Old cairo renderers convert RGBA by way of floats. */
static void
stop_pass (TsGrid *self)
{
  if (self->pass != NULL)
    ts_paint_pass_cancel (self->pass);
  g_clear_pointer (&self->pass, ts_paint_pass_unref);
}

void
ts_grid_bands_clear (TsGrid *self)
{
  stop_pass (self);
  g_hash_table_remove_all (self->bands);
  ts_grid_clip_stop (self);
  g_hash_table_remove_all (self->clip_shares);
  self->request_is_due = TRUE;
}

void
ts_grid_bands_drop_decor (TsGrid *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->bands);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_clear_pointer (&((TsGridBand *) value)->decor, gsk_render_node_unref);
}

guint
ts_grid_get_row_length (TsGrid *self, guint64 row)
{
  guint64 before = row * (guint64) self->layout.columns;

  return (guint) MIN ((guint64) self->layout.columns, self->layout.n_images - before);
}

void
ts_grid_place_image (TsGrid *self, guint64 index, TsGridPlace *place)
{
  TsImageSize size;

  ts_batch_get_image_size (self->pictures->batch, index, &size);
  ts_grid_layout_place (&self->layout, size.width, size.height, place);
}

static void
get_key (TsGrid *self, guint64 index, TsTileKey *key, TsGridPlace *place)
{
  ts_grid_place_image (self, index, place);
  key->index = index;
  key->width = place->tile_width;
  key->height = place->tile_height;
  key->sampling = place->factor == 0 ? self->sampling : TS_TILE_AVERAGE;
}

static guint
count_ready (TsGrid *self, guint64 row)
{
  guint n = ts_grid_get_row_length (self, row), n_ready = 0;

  for (guint i = 0; i < n; i++) {
    TsTileKey key;
    TsGridPlace place;
    get_key (self, row * self->layout.columns + i, &key, &place);
    if (ts_tile_cache_lookup (self->pictures->tiles, &key) != NULL)
      n_ready++;
  }
  return n_ready;
}

static gboolean
needs_paint (TsGrid *self, guint64 row)
{
  TsGridBand *band = g_hash_table_lookup (self->bands, &row);
  if (band == NULL || band->recipe_serial != self->pictures->recipe_serial)
    return TRUE;
  return band->n_ready < ts_grid_get_row_length (self, row) &&
         band->n_ready < count_ready (self, row);
}

static TsPaintCanvas *
make_canvas (TsGrid *self, guint64 row)
{
  const TsGridLayout *layout = &self->layout;
  guint n = ts_grid_get_row_length (self, row);
  int step = layout->cell_width + layout->gap;
  TsPaintCanvas *canvas =
      ts_paint_canvas_new (row, (int) n * step - layout->gap, layout->cell_height);

  for (guint i = 0; i < n; i++) {
    TsTileKey key;
    TsGridPlace place;
    get_key (self, row * (guint64) layout->columns + i, &key, &place);
    TsTile *tile = ts_tile_cache_lookup (self->pictures->tiles, &key);
    if (tile == NULL)
      tile = ts_tile_cache_lookup_any (self->pictures->tiles, key.index);
    TsPaintItem item = {
      .block = tile != NULL ? tile->block : NULL,
      .index = key.index,
      .x = (int) i * step + place.x,
      .y = place.y,
      .width = place.width,
      .height = place.height,
    };
    ts_paint_canvas_add (canvas, &item);
  }
  return canvas;
}

static void
take_canvas (TsGrid *self, TsPaintCanvas *canvas)
{
  TsGridBand *band = g_hash_table_lookup (self->bands, &canvas->tag);
  if (band == NULL) {
    band = g_new0 (TsGridBand, 1);
    band->row = canvas->tag;
    g_hash_table_insert (self->bands, &band->row, band);
  }

  g_clear_object (&band->texture);
  g_clear_pointer (&band->pixels, g_bytes_unref);
  band->pixels = g_bytes_ref (canvas->pixels);
  band->texture = ts_pictures_make_texture (canvas, self->bytes_per_pixel);
  band->width = canvas->width;
  band->height = canvas->height;
  band->recipe_serial = self->pass_serial;

  /* those whose tile was there when the pass began have blocks; failed tiles count as ready too */
  guint n_ready = 0;
  for (guint i = 0; i < canvas->items->len; i++) {
    const TsPaintItem *item = &g_array_index (canvas->items, TsPaintItem, i);
    TsTileKey key;
    TsGridPlace place;
    get_key (self, item->index, &key, &place);
    TsTile *tile = ts_tile_cache_lookup (self->pictures->tiles, &key);
    if (tile != NULL && tile->block == item->block)
      n_ready++;
  }
  if (n_ready != band->n_ready)
    g_clear_pointer (&band->decor, gsk_render_node_unref); /* badges may be known now */
  band->n_ready = n_ready;
}

static void
pass_done_cb (TsPaintPass *pass, const GError *error, gpointer user_data)
{
  TsGrid *self = TS_GRID (user_data);
  GPtrArray *canvases = ts_paint_pass_get_canvases (pass);

  if (error != NULL)
    ts_pictures_report_error (self->pictures, error);
  for (guint i = 0; i < canvases->len; i++)
    take_canvas (self, canvases->pdata[i]);
  self->n_ticks++;
  self->work_us = ts_paint_pass_get_work_us (pass);
  g_assert (pass == self->pass);
  g_clear_pointer (&self->pass, ts_paint_pass_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  ts_grid_queue_refresh (self); /* margins, or settings that came meanwhile */
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  TsGrid *self = TS_GRID (widget);

  self->tick_id = 0;
  if (self->dirty)
    ts_grid_refresh (self, WAIT_TICK_US);
  return G_SOURCE_REMOVE;
}

void
ts_grid_queue_refresh (TsGrid *self)
{
  self->dirty = TRUE;
  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
add_row (GArray *rows, guint64 row)
{
  g_array_append_val (rows, row);
}

/* Visible rows first, then the nearest ones beyond. */
static GArray *
list_rows (TsGrid *self, guint64 first, guint64 last)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint64 margin = MIN (MAX_MARGIN, (last - first + 2) / 2);

  for (guint64 row = first; row <= last; row++)
    add_row (rows, row);
  for (guint64 i = 1; i <= margin; i++) {
    if (last + i < self->layout.n_rows)
      add_row (rows, last + i);
    if (first >= i)
      add_row (rows, first - i);
  }
  return rows;
}

static void
request_tiles (TsGrid *self, GArray *rows, guint64 first, guint64 last)
{
  if (!self->request_is_due && first == self->requested_first && last == self->requested_last)
    return;
  self->request_is_due = FALSE;
  self->requested_first = first;
  self->requested_last = last;

  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (TsTileKey));
  for (guint i = 0; i < rows->len; i++) {
    guint64 row = g_array_index (rows, guint64, i);
    guint n = ts_grid_get_row_length (self, row);
    for (guint k = 0; k < n; k++) {
      TsTileKey key;
      TsGridPlace place;
      get_key (self, row * (guint64) self->layout.columns + k, &key, &place);
      g_array_append_val (keys, key);
    }
  }
  ts_tile_cache_request (self->pictures->tiles, (const TsTileKey *) (gpointer) keys->data,
                         keys->len);
}

static gboolean
is_listed (GArray *rows, guint64 row)
{
  for (guint i = 0; i < rows->len; i++)
    if (g_array_index (rows, guint64, i) == row)
      return TRUE;
  return FALSE;
}

static void
drop_other_bands (TsGrid *self, GArray *rows)
{
  GHashTableIter iter;
  gpointer value;

  if (g_hash_table_size (self->bands) <= rows->len)
    return;
  g_hash_table_iter_init (&iter, self->bands);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!is_listed (rows, ((TsGridBand *) value)->row))
      g_hash_table_iter_remove (&iter);
}

/* %TRUE when there is something to paint. */
static gboolean
start_pass (TsGrid *self, GArray *rows, guint n_visible)
{
  TsPaintPass *pass = NULL;
  const TsRecipe *recipe = ts_pictures_get_recipe (self->pictures);

  /* the margin only when everything that can be seen is right */
  for (guint part = 0; part < 2 && pass == NULL; part++) {
    guint from = part == 0 ? 0 : n_visible, to = part == 0 ? n_visible : rows->len;
    for (guint i = from; i < to; i++) {
      guint64 row = g_array_index (rows, guint64, i);
      if (!needs_paint (self, row))
        continue;
      if (pass == NULL)
        pass = ts_paint_pass_new (recipe, self->pictures->stats, self->bytes_per_pixel,
                                  pass_done_cb, self);
      ts_paint_pass_take (pass, make_canvas (self, row));
    }
  }
  if (pass == NULL)
    return FALSE;
  self->pass = pass;
  self->pass_serial = self->pictures->recipe_serial;
  self->pass_is_fixed = recipe->range_mode == TS_RANGE_FIXED;
  ts_paint_pass_start (pass);
  return TRUE;
}

static gboolean
paints_any (TsPaintPass *pass, guint64 first, guint64 last)
{
  GPtrArray *canvases = ts_paint_pass_get_canvases (pass);

  for (guint i = 0; i < canvases->len; i++) {
    guint64 row = ((TsPaintCanvas *) canvases->pdata[i])->tag;
    if (row >= first && row <= last)
      return TRUE;
  }
  return FALSE;
}

void
ts_grid_refresh (TsGrid *self, gint64 wait_us)
{
  guint64 first, last;
  gint64 start_us = g_get_monotonic_time ();

  if (self->pictures->batch == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)) ||
      !ts_grid_get_visible_rows (self, &first, &last)) {
    self->dirty = self->pictures->batch != NULL && self->layout.n_rows > 0 &&
                  !gtk_widget_get_mapped (GTK_WIDGET (self));
    return;
  }
  self->bytes_per_pixel = ts_pictures_choose_bytes_per_pixel (GTK_WIDGET (self));
  TsTileSampling sampling = ts_tile_sampling_for (ts_pictures_get_recipe (self->pictures));
  if (sampling != self->sampling) {
    self->sampling = sampling;
    self->request_is_due = TRUE;
  }

  if (self->pass != NULL) {
    /* Statistics can take long; nobody waits for those of old settings or of other rows. */
    if (!self->pass_is_fixed && (self->pass_serial != self->pictures->recipe_serial ||
                                 !paints_any (self->pass, first, last)))
      stop_pass (self);
    else if (!ts_paint_pass_wait (self->pass, wait_us))
      return; /* its end brings us here again */
  }

  g_autoptr (GArray) rows = list_rows (self, first, last);
  request_tiles (self, rows, first, last);
  drop_other_bands (self, rows);
  self->dirty = FALSE;
  if (start_pass (self, rows, (guint) (last - first + 1)))
    ts_paint_pass_wait (self->pass, wait_us);
  else if (!ts_tile_cache_is_busy (self->pictures->tiles))
    ts_grid_clip_settled (self, first, last);
  self->tick_us += g_get_monotonic_time () - start_us;
}
