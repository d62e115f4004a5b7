/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-vector-plot.h"

#include <math.h>

#define WIDTH  160
#define HEIGHT 36
/* From this width on a bar leaves a pixel to the next one. */
#define GAP_FROM 4

struct _TsVectorPlot
{
  GtkWidget parent_instance;

  float *values;
  gsize n;
  double lo, hi; /* of the finite values and zero */
};

G_DEFINE_FINAL_TYPE (TsVectorPlot, ts_vector_plot, GTK_TYPE_WIDGET)

void
ts_vector_plot_set_values (TsVectorPlot *self, const float *values, gsize n)
{
  g_return_if_fail (TS_IS_VECTOR_PLOT (self));

  g_free (self->values);
  self->values = g_memdup2 (values, n * sizeof *values);
  self->n = n;
  self->lo = 0;
  self->hi = 0;
  for (gsize i = 0; i < n; i++) {
    if (!isfinite (values[i]))
      continue;
    self->lo = MIN (self->lo, (double) values[i]);
    self->hi = MAX (self->hi, (double) values[i]);
  }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
ts_vector_plot_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  TsVectorPlot *self = TS_VECTOR_PLOT (widget);
  gsize width = (gsize) MAX (gtk_widget_get_width (widget), 1);
  int height = gtk_widget_get_height (widget);
  gsize n_bars = MIN (self->n, width);
  double span = self->hi - self->lo;
  GdkRGBA color;

  if (n_bars == 0 || height < 2)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  double per_unit = span > 0 ? (height - 1) / span : 0;
  int zero = (int) round (self->hi * per_unit);

  /* whole pixels: parts of one show as seams */
  for (gsize i = 0; i < n_bars; i++) {
    gsize from = i * self->n / n_bars, to = (i + 1) * self->n / n_bars;
    int x0 = (int) (i * width / n_bars), x1 = (int) ((i + 1) * width / n_bars);
    double lo = 0, hi = 0;
    gboolean any = FALSE;

    for (gsize k = from; k < to; k++) {
      if (!isfinite (self->values[k]))
        continue;
      lo = MIN (lo, (double) self->values[k]);
      hi = MAX (hi, (double) self->values[k]);
      any = TRUE;
    }
    if (!any)
      continue;
    int top = zero - (int) round (hi * per_unit);
    int bottom = zero - (int) round (lo * per_unit);
    int gap = x1 - x0 >= GAP_FROM ? 1 : 0;
    gtk_snapshot_append_color (snapshot, &color,
                               &GRAPHENE_RECT_INIT ((float) x0, (float) top,
                                                    (float) (x1 - x0 - gap),
                                                    (float) MAX (bottom - top, 1)));
  }
}

static void
ts_vector_plot_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH / 2 : HEIGHT;
}

static void
ts_vector_plot_finalize (GObject *object)
{
  g_free (TS_VECTOR_PLOT (object)->values);

  G_OBJECT_CLASS (ts_vector_plot_parent_class)->finalize (object);
}

static void
ts_vector_plot_class_init (TsVectorPlotClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = ts_vector_plot_finalize;
  widget_class->snapshot = ts_vector_plot_snapshot;
  widget_class->measure = ts_vector_plot_measure;
  gtk_widget_class_set_css_name (widget_class, "vector-plot");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
ts_vector_plot_init (TsVectorPlot *self)
{
}

GtkWidget *
ts_vector_plot_new (void)
{
  return g_object_new (TS_TYPE_VECTOR_PLOT, NULL);
}
