/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/ts-error.h"
#include "decode.h"
#include "dump.h"
#include "export/ts-figure.h"
#include "pixels/ts-render.h"

#include <string.h>

/* Six small images of noise and what is drawn of them. */

#define N      6
#define HEIGHT 8
#define WIDTH  10

typedef struct
{
  TsDocument *document;
  TsView *view;
  TsBatchStats *stats;
  TsRecipe recipe;
  TsFigureOptions options;
} Fixture;

static inline void
set_up (Fixture *fixture, gconstpointer data)
{
  TsImageSize size;

  fixture->document = dump_new (N, HEIGHT, WIDTH);
  fixture->view = dump_view (fixture->document, "images");
  fixture->stats = ts_batch_stats_new (ts_view_get_batch (fixture->view));
  ts_batch_get_max_size (ts_view_get_batch (fixture->view), &size);
  ts_recipe_init_for_range (&fixture->recipe, ts_view_get_value_range (fixture->view), &size);
  ts_figure_options_init (&fixture->options);
  fixture->options.n_columns = 3;
}

static inline void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->stats);
  g_object_unref (fixture->view);
  g_object_unref (fixture->document);
}

static inline GBytes *
try_render (Fixture *fixture, TsFigureFormat format, GError **error)
{
  return ts_figure_render (fixture->view, fixture->stats, &fixture->recipe, &fixture->options,
                           format, NULL, 0, NULL, error);
}

static inline GBytes *
render (Fixture *fixture, TsFigureFormat format)
{
  g_autoptr (GError) error = NULL;
  GBytes *bytes = try_render (fixture, format, &error);

  g_assert_no_error (error);
  return bytes;
}

/* Whether a picture stands at (@x0, @y0) of the page, each pixel @scale times. */
static inline gboolean
is_at (const Decoded *page,
       guint x0,
       guint y0,
       const guint8 *rgb,
       guint width,
       guint height,
       guint scale)
{
  for (guint y = 0; y < height * scale; y++)
    for (guint x = 0; x < width * scale; x++)
      if (memcmp (page->pixels + ((gsize) (y0 + y) * page->width + x0 + x) * 3,
                  rgb + (y / scale * width + x / scale) * 3, 3) != 0)
        return FALSE;
  return TRUE;
}

static inline guint
count_places (const Decoded *page, const guint8 *rgb, guint width, guint height, guint scale)
{
  guint n = 0;

  for (guint y = 0; y + height * scale <= page->height; y++)
    for (guint x = 0; x + width * scale <= page->width; x++)
      n += is_at (page, x, y, rgb, width, height, scale);
  return n;
}

/* A part of an image as ts_render() makes it, packed RGB8. */
static inline guint8 *
render_rect (Fixture *fixture, guint64 index, const TsRect *rect)
{
  guint8 *rgb = g_malloc ((gsize) rect->width * rect->height * 3);
  TsResolved resolved;

  g_assert_true (ts_resolve (&fixture->recipe, fixture->stats, index, &resolved, NULL, NULL));
  g_assert_true (ts_render (ts_view_get_batch (fixture->view), index, rect, &fixture->recipe,
                            &resolved, TS_PIXELS_RGB8, TS_VALUES_DISPLAY, rgb,
                            (gsize) rect->width * 3, NULL, NULL, NULL));
  return rgb;
}
