/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-figure.h"
#include "export/ts-json-writer.h"
#include "pixels/ts-overlay.h"

#include <pango/pangocairo.h>

G_BEGIN_DECLS

#define TS_FIGURE_BAR_STEPS 256

/* Lengths are pixels of the page, y down. */
typedef TsFigurePanel TsFigureImage;

typedef enum {
  TS_ANCHOR_START,
  TS_ANCHOR_MIDDLE,
  TS_ANCHOR_END,
} TsFigureAnchor;

typedef struct
{
  char *text;
  double x, baseline, size;
  TsFigureAnchor anchor;
  gboolean bold;
  gboolean upright; /* runs upwards; @x is then its baseline and @baseline where it is anchored */
} TsFigureText;

typedef struct
{
  double x, y, width, height;
  guint32 color; /* 0xRRGGBB */
} TsFigureBox;

typedef struct
{
  double x0, y0, x1, y1, width;
  guint32 color;
} TsFigureLine;

/* A figure laid out: what stands where. The backends only draw it, in the order of the arrays. */
typedef struct
{
  TsView *view; /* borrowed, as the next two */
  TsBatchStats *stats;
  const TsRecipe *recipe;
  TsOverlay *overlay; /* (nullable) of the recipe */

  double width, height, dpi;
  gboolean whole_pixels; /* images are of whole pixels, copied and not drawn */
  guint32 paper, ink;    /* 0xRRGGBB */
  const char *font;
  const char *title; /* (nullable) */
  char *metadata;
  GArray *images;                            /* of TsFigureImage */
  GArray *outlines;                          /* of TsFigureBox: of what loupes show */
  GArray *leaders;                           /* of TsFigureLine */
  GArray *frames;                            /* of TsFigureBox: what loupes stand on */
  GArray *insets;                            /* of TsFigureImage: what loupes show */
  TsFigureBox bar;                           /* no width: none */
  guint8 bar_colors[TS_FIGURE_BAR_STEPS][3]; /* from the top */
  GArray *ticks;                             /* of TsFigureBox */
  GArray *texts;                             /* of TsFigureText */
} TsFigure;

/* The pixels of an image, as RGBA8 of its own size. */
guint8 *ts_figure_render_image (const TsFigure *self,
                                const TsFigureImage *image,
                                GCancellable *cancellable,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A layout of one line in the figure's font; positions do not depend on the output. */
PangoLayout *ts_figure_new_layout (PangoContext *context,
                                   const char *font,
                                   double size,
                                   gboolean bold,
                                   const char *text) G_GNUC_WARN_UNUSED_RESULT;
PangoContext *ts_figure_new_context (void) G_GNUC_WARN_UNUSED_RESULT;

/* The options as members of the open object of @writer. */
void ts_figure_options_write_json (const TsFigureOptions *self, TsJsonWriter *writer);

/* What is drawn below and above the images, with cairo; shared by the backends. */
void ts_figure_draw_lines (const TsFigure *self, cairo_t *cr);
void ts_figure_draw_texts (const TsFigure *self, cairo_t *cr);
void ts_figure_draw_boxes (GArray *boxes, cairo_t *cr);
/* All of it at the scale of @cr. */
gboolean ts_figure_draw_page (const TsFigure *self,
                              cairo_t *cr,
                              cairo_filter_t filter,
                              GCancellable *cancellable,
                              GError **error);
gboolean ts_figure_check_surface (cairo_surface_t *surface, GError **error);
void ts_figure_set_color (cairo_t *cr, guint32 rgb);
/* A straight-alpha pixel on paper. */
guint32 ts_figure_blend (guint32 paper, const guint8 *rgba);

GBytes *ts_figure_draw_png (const TsFigure *self, GCancellable *cancellable, GError **error);
GBytes *ts_figure_draw_pdf (const TsFigure *self, GCancellable *cancellable, GError **error);
GBytes *ts_figure_draw_svg (const TsFigure *self, GCancellable *cancellable, GError **error);
TsFigurePreview *ts_figure_draw_preview (const TsFigure *self,
                                         guint max_width,
                                         guint max_height,
                                         GCancellable *cancellable,
                                         GError **error);

G_END_DECLS
