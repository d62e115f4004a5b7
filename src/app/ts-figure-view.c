/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-figure-view.h"

#include "export/ts-figure.h"

#include <math.h>

#define MARGIN     24
#define LEAST_SIDE 2 /* of what is marked, in pixels of the image */

struct _TsFigureView
{
  GtkWidget parent_instance;

  /* owned */
  GdkTexture *texture;
  GArray *panels;

  /* the drag, in widget coordinates */
  gboolean dragging;
  double x0, y0, x1, y1;
};

enum {
  RESIZED,
  MARKED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TsFigureView, ts_figure_view, GTK_TYPE_WIDGET)

/* Where the picture stands, in widget coordinates; @factor widget pixels for one of the texture. */
static void
get_place (TsFigureView *self, graphene_rect_t *place, double *factor)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double width = gtk_widget_get_width (GTK_WIDGET (self));
  double height = gtk_widget_get_height (GTK_WIDGET (self));
  double own_width = gdk_texture_get_width (self->texture);
  double own_height = gdk_texture_get_height (self->texture);
  double fit = MIN ((width - 2 * MARGIN) / own_width, (height - 2 * MARGIN) / own_height);

  *factor = MAX (MIN (fit, 1.0 / scale), 0.01);
  /* at whole pixels of the screen */
  place->origin.x = (float) (floor ((width - own_width * *factor) / 2 * scale) / scale);
  place->origin.y = (float) (floor ((height - own_height * *factor) / 2 * scale) / scale);
  place->size.width = (float) (own_width * *factor);
  place->size.height = (float) (own_height * *factor);
}

void
ts_figure_view_get_room (TsFigureView *self, guint *width, guint *height)
{
  g_return_if_fail (TS_IS_FIGURE_VIEW (self));

  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));

  *width = (guint) (MAX (gtk_widget_get_width (GTK_WIDGET (self)) - 2 * MARGIN, 16) * scale);
  *height = (guint) (MAX (gtk_widget_get_height (GTK_WIDGET (self)) - 2 * MARGIN, 16) * scale);
}

void
ts_figure_view_set_picture (TsFigureView *self, GdkTexture *texture, GArray *panels)
{
  g_return_if_fail (TS_IS_FIGURE_VIEW (self));

  g_set_object (&self->texture, texture);
  g_clear_pointer (&self->panels, g_array_unref);
  if (panels != NULL)
    self->panels = g_array_ref (panels);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

GdkTexture *
ts_figure_view_get_picture (TsFigureView *self)
{
  g_return_val_if_fail (TS_IS_FIGURE_VIEW (self), NULL);

  return self->texture;
}

/* The panel at a point of the texture. */
static const TsFigurePanel *
find_panel (TsFigureView *self, double x, double y)
{
  for (guint i = 0; self->panels != NULL && i < self->panels->len; i++) {
    const TsFigurePanel *panel = &g_array_index (self->panels, TsFigurePanel, i);

    if (x >= panel->x && y >= panel->y && x < panel->x + panel->rect.width * panel->scale &&
        y < panel->y + panel->rect.height * panel->scale)
      return panel;
  }
  return NULL;
}

/* From one side to the other along one axis, in pixels of the image. */
static void
find_span (double a, double b, double start, double scale, guint n, guint *first, guint *length)
{
  double low = CLAMP ((MIN (a, b) - start) / scale, 0, n);
  double high = CLAMP ((MAX (a, b) - start) / scale, 0, n);

  *first = (guint) floor (low);
  *length = (guint) ceil (high) - *first;
}

void
ts_figure_view_mark (TsFigureView *self, double x0, double y0, double x1, double y1)
{
  g_return_if_fail (TS_IS_FIGURE_VIEW (self));

  const TsFigurePanel *panel = find_panel (self, x0, y0);
  TsRect rect;

  if (panel == NULL)
    return;
  find_span (x0, x1, panel->x, panel->scale, panel->rect.width, &rect.x, &rect.width);
  find_span (y0, y1, panel->y, panel->scale, panel->rect.height, &rect.y, &rect.height);
  if (rect.width < LEAST_SIDE || rect.height < LEAST_SIDE)
    return;
  rect.x += panel->rect.x;
  rect.y += panel->rect.y;
  g_signal_emit (self, signals[MARKED], 0, &rect);
}

static void
drag_begin_cb (TsFigureView *self, double x, double y)
{
  graphene_rect_t place;
  double factor;

  if (self->texture == NULL)
    return;
  get_place (self, &place, &factor);
  self->dragging =
      find_panel (self, (x - place.origin.x) / factor, (y - place.origin.y) / factor) != NULL;
  self->x0 = self->x1 = x;
  self->y0 = self->y1 = y;
}

static void
drag_update_cb (TsFigureView *self, double dx, double dy)
{
  self->x1 = self->x0 + dx;
  self->y1 = self->y0 + dy;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_end_cb (TsFigureView *self, double dx, double dy)
{
  graphene_rect_t place;
  double factor;

  if (!self->dragging)
    return;
  self->dragging = FALSE;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (self->texture == NULL)
    return;
  get_place (self, &place, &factor);
  ts_figure_view_mark (self, (self->x0 - place.origin.x) / factor,
                       (self->y0 - place.origin.y) / factor,
                       (self->x0 + dx - place.origin.x) / factor,
                       (self->y0 + dy - place.origin.y) / factor);
}

static void
append_band (TsFigureView *self, GtkSnapshot *snapshot)
{
  const GdkRGBA outer = { 0, 0, 0, 0.7f }, inner = { 1, 1, 1, 0.95f };
  graphene_rect_t band =
      GRAPHENE_RECT_INIT ((float) self->x0, (float) self->y0, (float) (self->x1 - self->x0),
                          (float) (self->y1 - self->y0));
  GskRoundedRect outline;
  const float width[] = { 1, 1, 1, 1 };

  graphene_rect_normalize (&band);
  gsk_rounded_rect_init_from_rect (&outline, &band, 0);
  gtk_snapshot_append_border (snapshot, &outline, width,
                              (const GdkRGBA[]){ inner, inner, inner, inner });
  graphene_rect_inset (&band, -1, -1);
  gsk_rounded_rect_init_from_rect (&outline, &band, 0);
  gtk_snapshot_append_border (snapshot, &outline, width,
                              (const GdkRGBA[]){ outer, outer, outer, outer });
}

static void
ts_figure_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TsFigureView *self = TS_FIGURE_VIEW (widget);
  const GdkRGBA shade = { 0, 0, 0, 0.35f };
  GskRoundedRect outline;
  graphene_rect_t place;
  double factor;

  if (self->texture == NULL)
    return;
  get_place (self, &place, &factor);
  gsk_rounded_rect_init_from_rect (&outline, &place, 0);
  gtk_snapshot_append_outset_shadow (snapshot, &outline, &shade, 0, 1, 0, 6);
  gtk_snapshot_append_texture (snapshot, self->texture, &place);
  if (self->dragging)
    append_band (self, snapshot);
}

static void
ts_figure_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  g_signal_emit (widget, signals[RESIZED], 0);
}

static void
ts_figure_view_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  *minimum = 120;
  *natural = 400;
}

static void
ts_figure_view_dispose (GObject *object)
{
  TsFigureView *self = TS_FIGURE_VIEW (object);

  g_clear_object (&self->texture);
  g_clear_pointer (&self->panels, g_array_unref);

  G_OBJECT_CLASS (ts_figure_view_parent_class)->dispose (object);
}

static void
ts_figure_view_class_init (TsFigureViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ts_figure_view_dispose;
  widget_class->snapshot = ts_figure_view_snapshot;
  widget_class->size_allocate = ts_figure_view_size_allocate;
  widget_class->measure = ts_figure_view_measure;
  signals[RESIZED] = g_signal_new ("resized", TS_TYPE_FIGURE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[MARKED] = g_signal_new ("marked", TS_TYPE_FIGURE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  gtk_widget_class_set_css_name (widget_class, "figure-view");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
ts_figure_view_init (TsFigureView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  gtk_widget_add_css_class (GTK_WIDGET (self), "picture-area");
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}
