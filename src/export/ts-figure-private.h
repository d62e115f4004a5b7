/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-figure.h"

#include <pango/pangocairo.h>

G_BEGIN_DECLS

#define TS_FIGURE_BAR_STEPS 256

/* Lengths are pixels of the page, y down. */
typedef struct
{
  guint64 index;
  guint width, height; /* its own pixels */
  double x, y, scale;
} TsFigureImage;

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
} TsFigureText;

typedef struct
{
  double x, y, width, height;
} TsFigureBox;

/* A figure laid out: what stands where. The backends only draw it. */
typedef struct
{
  TsView *view; /* borrowed, as the next two */
  TsBatchStats *stats;
  const TsRecipe *recipe;

  double width, height, dpi;
  guint32 paper, ink; /* 0xRRGGBB */
  const char *font;
  const char *title; /* (nullable) */
  char *metadata;
  GArray *images, *texts;
  GArray *lines;                             /* TsFigureBox filled with ink */
  TsFigureBox bar;                           /* no width: none */
  guint8 bar_colors[TS_FIGURE_BAR_STEPS][3]; /* from the top */
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

GBytes *ts_figure_draw_png (const TsFigure *self, GCancellable *cancellable, GError **error);
GBytes *ts_figure_draw_pdf (const TsFigure *self, GCancellable *cancellable, GError **error);
GBytes *ts_figure_draw_svg (const TsFigure *self, GCancellable *cancellable, GError **error);

G_END_DECLS
