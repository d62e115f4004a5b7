/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-image-view-private.h"

#include <math.h>

/* The visible part of the image becomes one texture of the screen's own resolution. What it is
 * painted from is the "level": the image itself from 100 % up, else the image averaged down to the
 * size on the screen. Levels too large to be held are read by region. */

#define LEVEL_ELEMENTS   ((guint64) 48 << 20) /* a larger level is read by region */
#define REGION_MARGIN    256                  /* pixels of the level around what can be seen */
#define WAIT_TICK_US     3000
#define VALUES_MIN_ZOOM  40 /* logical pixels a pixel */
#define OUTLINE_MIN_ZOOM 6

static const GdkRGBA backdrop_color = { 0x5a / 255.0f, 0x5a / 255.0f, 0x5a / 255.0f, 1 };
static const GdkRGBA placeholder_color = { 0x66 / 255.0f, 0x66 / 255.0f, 0x66 / 255.0f, 1 };

static void
region_free (TsImageRegion *self)
{
  g_clear_pointer (&self->block, ts_block_unref);
  g_free (self);
}

static void
stop_pass (TsImageView *self)
{
  if (self->pass != NULL)
    ts_paint_pass_cancel (self->pass);
  g_clear_pointer (&self->pass, ts_paint_pass_unref);
}

static void
stop_region (TsImageView *self)
{
  if (self->region_cancellable != NULL)
    g_cancellable_cancel (self->region_cancellable);
  g_clear_object (&self->region_cancellable);
}

void
ts_image_view_drop (TsImageView *self)
{
  stop_pass (self);
  stop_region (self);
  g_clear_pointer (&self->region, region_free);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->pixels, g_bytes_unref);
  g_clear_pointer (&self->values, gsk_render_node_unref);
  self->dirty = FALSE;
}

/* Regions of large images. */

typedef struct
{
  TsBatch *batch;
  TsImageRegion *region;
  TsRect source; /* in the image */
} RegionJob;

static void
region_job_free (RegionJob *job)
{
  g_object_unref (job->batch);
  g_clear_pointer (&job->region, region_free);
  g_free (job);
}

static void
region_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  RegionJob *job = data;
  TsRect *rect = &job->region->rect;
  g_autoptr (GError) error = NULL;
  g_autoptr (TsBlock) block = ts_batch_read_image (job->batch, job->region->index, &job->source,
                                                   cancellable, &error);

  guint width = MIN (rect->width, job->source.width);
  guint height = MIN (rect->height, job->source.height);
  gboolean smaller = width < job->source.width || height < job->source.height;
  if (block != NULL && smaller)
    job->region->block = ts_tile_shrink (block, job->region->sampling, width, height, &error);
  else if (block != NULL)
    job->region->block = g_steal_pointer (&block);
  if (job->region->block == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
region_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TsImageView *self = TS_IMAGE_VIEW (source);
  RegionJob *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (self->region_cancellable != g_task_get_cancellable (G_TASK (result)))
    return;
  g_clear_object (&self->region_cancellable);
  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    g_debug ("image view: %s", error->message);
    return;
  }
  g_clear_pointer (&self->region, region_free);
  self->region = g_steal_pointer (&job->region);
  ts_image_view_queue_refresh (self);
}

static gboolean
rect_holds (const TsRect *outer, const TsRect *inner)
{
  return outer->x <= inner->x && outer->y <= inner->y &&
         outer->x + outer->width >= inner->x + inner->width &&
         outer->y + outer->height >= inner->y + inner->height;
}

/* The pixels of the image that a part of the level comes from. */
static void
get_source_rect (const TsImageGeometry *g, const TsRect *rect, TsRect *source)
{
  double across = (double) g->image_width / g->level_width;
  double down = (double) g->image_height / g->level_height;

  source->x = (guint) (rect->x * across);
  source->y = (guint) (rect->y * down);
  source->width = MIN ((guint) ceil ((rect->x + rect->width) * across), g->image_width) - source->x;
  source->height =
      MIN ((guint) ceil ((rect->y + rect->height) * down), g->image_height) - source->y;
}

static void
load_region (TsImageView *self, const TsImageGeometry *g, const TsRect *visible)
{
  if (self->region_cancellable != NULL && rect_holds (&self->region_wanted, visible))
    return;
  stop_region (self);

  RegionJob *job = g_new0 (RegionJob, 1);
  job->batch = g_object_ref (self->pictures->batch);
  job->region = g_new0 (TsImageRegion, 1);
  job->region->index = g->index;
  job->region->level_width = g->level_width;
  job->region->level_height = g->level_height;
  job->region->sampling = g->sampling;
  TsRect *rect = &job->region->rect;
  rect->x = visible->x > REGION_MARGIN ? visible->x - REGION_MARGIN : 0;
  rect->y = visible->y > REGION_MARGIN ? visible->y - REGION_MARGIN : 0;
  rect->width = MIN (visible->x + visible->width + REGION_MARGIN, g->level_width) - rect->x;
  rect->height = MIN (visible->y + visible->height + REGION_MARGIN, g->level_height) - rect->y;
  self->region_wanted = *rect;

  get_source_rect (g, rect, &job->source);
  self->region_cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (self, self->region_cancellable, region_cb, NULL);
  g_task_set_task_data (task, job, (GDestroyNotify) region_job_free);
  g_task_run_in_thread (task, region_thread);
}

/* What to paint from: a block and its place in the level; %FALSE while it is being read. */
static gboolean
get_source (TsImageView *self, const TsImageGeometry *g, TsBlock **block, TsRect *rect)
{
  TsImageSize size;

  ts_batch_get_image_size (self->pictures->batch, g->index, &size);
  if ((guint64) g->level_width * g->level_height * size.n_channels > LEVEL_ELEMENTS) {
    guint factor = (guint) (g->width / (int) g->level_width);
    TsRect visible = { (guint) g->view_x / factor, (guint) g->view_y / factor, 0, 0 };
    visible.width = ((guint) (g->view_x + g->view_width) + factor - 1) / factor - visible.x;
    visible.height = ((guint) (g->view_y + g->view_height) + factor - 1) / factor - visible.y;
    TsImageRegion *region = self->region;
    if (region == NULL || region->index != g->index || region->level_width != g->level_width ||
        region->level_height != g->level_height || region->sampling != g->sampling ||
        !rect_holds (&region->rect, &visible)) {
      if (ts_tile_cache_is_busy (self->pictures->tiles))
        ts_tile_cache_request (self->pictures->tiles, NULL, 0); /* of a zoom that is over */
      load_region (self, g, &visible);
      return FALSE;
    }
    *block = region->block;
    *rect = region->rect;
    return TRUE;
  }

  stop_region (self);
  TsTileKey key = { g->index, g->level_width, g->level_height, g->sampling };
  TsTile *tile = ts_tile_cache_lookup (self->pictures->tiles, &key);
  if (tile == NULL || !ts_tile_cache_is_busy (self->pictures->tiles)) {
    /* the neighbours, too: they are likely next */
    TsTileKey keys[3] = { key };
    guint n = 1;
    guint64 n_images =
        self->pictures->session != NULL ? ts_batch_get_n_images (self->pictures->batch) : 0;
    for (int step = 1; step >= -1; step -= 2) {
      guint64 other = (guint64) ((gint64) g->index + step);
      TsImageSize other_size;
      if (other >= n_images)
        continue;
      ts_batch_get_image_size (self->pictures->batch, other, &other_size);
      if (other_size.width == g->image_width && other_size.height == g->image_height)
        keys[n++] = (TsTileKey){ other, g->level_width, g->level_height, g->sampling };
    }
    ts_tile_cache_request (self->pictures->tiles, keys, n);
  }
  if (tile == NULL)
    return FALSE;
  *block = tile->block;
  *rect = (TsRect){ 0, 0, g->level_width, g->level_height };
  return TRUE;
}

TsBlock *
ts_image_view_get_native (TsImageView *self, TsRect *rect)
{
  TsImageGeometry g;
  TsBlock *block;

  if (!ts_image_view_get_geometry (self, &g) || g.zoom < 1 || !get_source (self, &g, &block, rect))
    return NULL;
  return block;
}

/* Painting. */

static gboolean
same_picture (const TsImageGeometry *a, const TsImageGeometry *b)
{
  return a->index == b->index && a->zoom == b->zoom && a->view_x == b->view_x &&
         a->view_y == b->view_y && a->view_width == b->view_width &&
         a->view_height == b->view_height;
}

static void
pass_done_cb (TsPaintPass *pass, const GError *error, gpointer user_data)
{
  TsImageView *self = TS_IMAGE_VIEW (user_data);
  TsPaintCanvas *canvas = ts_paint_pass_get_canvases (pass)->pdata[0];

  if (error != NULL)
    g_debug ("image view: %s", error->message);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->pixels, g_bytes_unref);
  self->pixels = g_bytes_ref (canvas->pixels);
  self->texture = ts_pictures_make_texture (canvas, self->bytes_per_pixel);
  self->painted = self->in_pass;
  self->painted_serial = self->pass_serial;
  self->painted_coarse = self->pass_coarse;
  self->pictures->is_estimate = ts_paint_pass_is_estimate (pass);
  g_assert (pass == self->pass);
  g_clear_pointer (&self->pass, ts_paint_pass_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  ts_image_view_queue_refresh (self);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  TsImageView *self = TS_IMAGE_VIEW (widget);

  self->tick_id = 0;
  if (self->dirty)
    ts_image_view_refresh (self, WAIT_TICK_US);
  return G_SOURCE_REMOVE;
}

void
ts_image_view_queue_refresh (TsImageView *self)
{
  self->dirty = TRUE;
  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

void
ts_image_view_refresh (TsImageView *self, gint64 wait_us)
{
  TsImageGeometry g;
  TsBlock *block;
  TsRect rect;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self))) {
    self->dirty = self->pictures->batch != NULL;
    return;
  }
  if (self->pass != NULL) {
    if (!self->pass_is_fixed && self->pass_serial != self->pictures->recipe_serial)
      stop_pass (self);
    else if (!ts_paint_pass_wait (self->pass, wait_us))
      return;
  }

  self->dirty = FALSE;
  if (!ts_image_view_get_geometry (self, &g))
    return;
  gboolean coarse = !get_source (self, &g, &block, &rect);
  if (coarse) {
    /* what is being read calls again when it is there; until then any size will do */
    TsTile *tile = ts_tile_cache_lookup_any (self->pictures->tiles, g.index);
    if (tile == NULL || tile->block == NULL)
      return;
    block = tile->block;
  }
  if (self->texture != NULL && same_picture (&g, &self->painted) &&
      self->painted_serial == self->pictures->recipe_serial && (coarse || !self->painted_coarse))
    return;

  self->bytes_per_pixel = ts_pictures_choose_bytes_per_pixel (GTK_WIDGET (self));
  const TsRecipe *recipe = ts_pictures_get_recipe (self->pictures);
  int factor = g.width / (int) g.level_width;
  TsPaintCanvas *canvas = ts_paint_canvas_new (0, g.view_width, g.view_height);
  TsPaintItem item = { .block = block, .index = g.index };
  if (!coarse && (rect.width < g.level_width || rect.height < g.level_height))
    get_source_rect (&g, &rect, &item.source);
  item.x = (coarse ? 0 : (int) rect.x * factor) - g.view_x;
  item.y = (coarse ? 0 : (int) rect.y * factor) - g.view_y;
  item.width = coarse ? g.width : (int) rect.width * factor;
  item.height = coarse ? g.height : (int) rect.height * factor;
  ts_paint_canvas_add (canvas, &item);
  self->in_pass = g;
  self->pass_coarse = coarse;
  self->pass_serial = self->pictures->recipe_serial;
  self->pass_is_fixed = recipe->range_mode == TS_RANGE_FIXED;
  self->pass =
      ts_paint_pass_new (recipe, self->pictures->stats, self->bytes_per_pixel, pass_done_cb, self);
  ts_paint_pass_take (self->pass, canvas);
  ts_paint_pass_start (self->pass);
  ts_paint_pass_wait (self->pass, wait_us);
}

/* Drawing. */

static void
snapshot_message (TsImageView *self, GtkSnapshot *snapshot, const char *text)
{
  GtkWidget *widget = GTK_WIDGET (self);
  int width = gtk_widget_get_width (widget), text_height;
  const GdkRGBA color = { 0.95f, 0.95f, 0.95f, 1 };

  if (self->message == NULL) {
    self->message = gtk_widget_create_pango_layout (widget, NULL);
    pango_layout_set_alignment (self->message, PANGO_ALIGN_CENTER);
    pango_layout_set_wrap (self->message, PANGO_WRAP_WORD_CHAR);
  }
  pango_layout_set_text (self->message, text, -1);
  pango_layout_set_width (self->message, MAX (width - 48, 48) * PANGO_SCALE);
  pango_layout_get_pixel_size (self->message, NULL, &text_height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
      snapshot,
      &GRAPHENE_POINT_INIT (24, (float) ((gtk_widget_get_height (widget) - text_height) / 2)));
  gtk_snapshot_append_layout (snapshot, self->message, &color);
  gtk_snapshot_restore (snapshot);
}

static void
snapshot_hover (TsImageView *self, GtkSnapshot *snapshot, const TsImageGeometry *g, float scale)
{
  const GdkRGBA dark = { 0, 0, 0, 0.85f }, light = { 1, 1, 1, 0.95f };
  const float widths[4] = { 1, 1, 1, 1 };

  if (self->hover_index != (int) g->index || g->zoom < OUTLINE_MIN_ZOOM)
    return;
  float edge = (float) g->zoom / scale;
  graphene_rect_t rect =
      GRAPHENE_RECT_INIT ((float) g->origin_x / scale + (float) self->hover_x * edge,
                          (float) g->origin_y / scale + (float) self->hover_y * edge, edge, edge);
  for (guint i = 0; i < 2; i++) {
    const GdkRGBA *color = i == 0 ? &dark : &light;
    GdkRGBA colors[4] = { *color, *color, *color, *color };
    GskRoundedRect outline;
    gsk_rounded_rect_init_from_rect (&outline, &rect, 0);
    gtk_snapshot_append_border (snapshot, &outline, widths, colors);
    graphene_rect_inset (&rect, 1, 1);
  }
}

void
ts_image_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TsImageView *self = TS_IMAGE_VIEW (widget);
  float scale = (float) gtk_widget_get_scale_factor (widget);
  TsImageGeometry g;

  gtk_snapshot_append_color (snapshot, &backdrop_color,
                             &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                                                  (float) gtk_widget_get_height (widget)));
  if (!ts_image_view_get_geometry (self, &g))
    return;

  TsTileKey key = { g.index, g.level_width, g.level_height, g.sampling };
  TsTile *tile = ts_tile_cache_lookup (self->pictures->tiles, &key);
  if (tile != NULL && tile->error != NULL) {
    ts_pictures_report_error (self->pictures, tile->error);
    snapshot_message (self, snapshot, tile->error->message);
    return;
  }

  /* An older place or zoom of the same image is better than nothing for a frame. */
  const TsImageGeometry *p = &self->painted;
  if (self->texture == NULL || p->index != g.index) {
    gtk_snapshot_append_color (snapshot, &placeholder_color,
                               &GRAPHENE_RECT_INIT ((float) (g.origin_x + g.view_x) / scale,
                                                    (float) (g.origin_y + g.view_y) / scale,
                                                    (float) g.view_width / scale,
                                                    (float) g.view_height / scale));
    return;
  }
  gint64 origin_x = p->zoom == g.zoom ? g.origin_x : p->origin_x;
  gint64 origin_y = p->zoom == g.zoom ? g.origin_y : p->origin_y;
  gtk_snapshot_append_texture (snapshot, self->texture,
                               &GRAPHENE_RECT_INIT ((float) (origin_x + p->view_x) / scale,
                                                    (float) (origin_y + p->view_y) / scale,
                                                    (float) p->view_width / scale,
                                                    (float) p->view_height / scale));

  if (g.zoom >= VALUES_MIN_ZOOM * scale) {
    if (self->values == NULL || !same_picture (&self->values_of, &g) ||
        self->values_serial != self->painted_serial) {
      g_clear_pointer (&self->values, gsk_render_node_unref);
      self->values = ts_image_view_make_values (self, &g);
      self->values_of = g;
      self->values_serial = self->painted_serial;
    }
    if (self->values != NULL)
      gtk_snapshot_append_node (snapshot, self->values);
  }
  snapshot_hover (self, snapshot, &g, scale);
}
