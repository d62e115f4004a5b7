/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-image-view-private.h"

#include "app/ts-grid-layout.h"

#include <glib/gi18n.h>
#include <math.h>

#define TILE_CACHE_BYTES ((gsize) 256 << 20)
#define ZOOM_MAX         256.0
#define FIT_MARGIN       16 /* logical pixels */
#define WAIT_LAYOUT_US   6000

enum {
  PROP_SESSION = 1,
  PROP_ZOOM,
  PROP_FIT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (TsImageView, ts_image_view, GTK_TYPE_WIDGET)

static int
get_scale (TsImageView *self)
{
  return gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

static gboolean
get_current_size (TsImageView *self, guint *index, TsImageSize *size)
{
  if (self->pictures->batch == NULL)
    return FALSE;
  *index = ts_pictures_get_index (self->pictures);
  if (*index >= ts_batch_get_n_images (self->pictures->batch))
    return FALSE;
  ts_batch_get_image_size (self->pictures->batch, *index, size);
  return size->width > 0 && size->height > 0;
}

static double
clamp_zoom (double zoom)
{
  if (!isfinite (zoom) || zoom <= 0)
    return 1;
  zoom = CLAMP (zoom, 1.0 / 1024, ZOOM_MAX);
  return zoom >= 1 ? floor (zoom + 1e-9) : zoom;
}

static double
get_fit_zoom (TsImageView *self, const TsImageSize *size)
{
  int margin = 2 * FIT_MARGIN;
  double width = MAX (gtk_widget_get_width (GTK_WIDGET (self)) - margin, 1) * get_scale (self);
  double height = MAX (gtk_widget_get_height (GTK_WIDGET (self)) - margin, 1) * get_scale (self);

  return clamp_zoom (MIN (width / size->width, height / size->height));
}

/* Where an edge of the image is: in the middle when all of it can be seen, else no further in than
 * the viewport's edge. */
static gint64
get_origin (double center, int length, int viewport)
{
  if (length <= viewport)
    return (viewport - length) / 2;
  gint64 origin = (gint64) round (viewport / 2.0 - center * length);
  return CLAMP (origin, (gint64) viewport - length, 0);
}

gboolean
ts_image_view_get_geometry (TsImageView *self, TsImageGeometry *geometry)
{
  TsImageSize size;
  int viewport_width = gtk_widget_get_width (GTK_WIDGET (self)) * get_scale (self);
  int viewport_height = gtk_widget_get_height (GTK_WIDGET (self)) * get_scale (self);

  *geometry = (TsImageGeometry){ 0 };
  if (!get_current_size (self, &geometry->index, &size) || viewport_width < 1 ||
      viewport_height < 1)
    return FALSE;

  double zoom = self->fit ? get_fit_zoom (self, &size) : self->zoom;
  geometry->zoom = zoom;
  geometry->image_width = size.width;
  geometry->image_height = size.height;
  geometry->width = MAX (1, (int) round (size.width * zoom));
  geometry->height = MAX (1, (int) round (size.height * zoom));
  geometry->level_width = zoom >= 1 ? size.width : (guint) geometry->width;
  geometry->level_height = zoom >= 1 ? size.height : (guint) geometry->height;
  geometry->sampling =
      zoom >= 1 ? TS_TILE_AVERAGE : ts_tile_sampling_for (ts_pictures_get_recipe (self->pictures));
  geometry->origin_x = get_origin (self->center_x, geometry->width, viewport_width);
  geometry->origin_y = get_origin (self->center_y, geometry->height, viewport_height);
  geometry->view_x = (int) MAX (-geometry->origin_x, 0);
  geometry->view_y = (int) MAX (-geometry->origin_y, 0);
  geometry->view_width =
      (int) MIN (geometry->width, viewport_width - geometry->origin_x) - geometry->view_x;
  geometry->view_height =
      (int) MIN (geometry->height, viewport_height - geometry->origin_y) - geometry->view_y;
  return geometry->view_width > 0 && geometry->view_height > 0;
}

gboolean
ts_image_view_get_visible_rect (TsImageView *self, TsRect *rect)
{
  TsImageGeometry g;

  g_return_val_if_fail (TS_IS_IMAGE_VIEW (self), FALSE);
  if (!ts_image_view_get_geometry (self, &g))
    return FALSE;
  rect->x = (guint) ((guint64) g.view_x * g.image_width / (guint) g.width);
  rect->y = (guint) ((guint64) g.view_y * g.image_height / (guint) g.height);
  guint64 right =
      ((guint64) (g.view_x + g.view_width) * g.image_width + (guint) g.width - 1) / (guint) g.width;
  guint64 bottom = ((guint64) (g.view_y + g.view_height) * g.image_height + (guint) g.height - 1) /
                   (guint) g.height;
  rect->width = (guint) MIN (right, g.image_width) - rect->x;
  rect->height = (guint) MIN (bottom, g.image_height) - rect->y;
  return TRUE;
}

static void
update_name (TsImageView *self)
{
  guint index;
  TsImageSize size;

  if (!get_current_size (self, &index, &size)) {
    gtk_accessible_reset_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL);
    return;
  }
  g_autofree char *name = g_strdup_printf (_ ("Image %u, %u×%u, zoom %.4g %%"), index, size.width,
                                              size.height, ts_image_view_get_zoom (self) * 100);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* Another image, zoom or place. */
void
ts_image_view_changed (TsImageView *self)
{
  update_name (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The user chose another zoom or place. */
void
ts_image_view_moved (TsImageView *self)
{
  ts_image_view_changed (self);
  g_signal_emit_by_name (self, "moved");
}

double
ts_image_view_get_zoom (TsImageView *self)
{
  guint index;
  TsImageSize size;

  g_return_val_if_fail (TS_IS_IMAGE_VIEW (self), 1);
  if (self->fit && get_current_size (self, &index, &size))
    return get_fit_zoom (self, &size);
  return self->zoom;
}

/* What is at the middle of the viewport becomes the center, so that it can be zoomed about. */
static void
settle_center (TsImageView *self)
{
  TsImageGeometry g;

  if (!ts_image_view_get_geometry (self, &g))
    return;
  int scale = get_scale (self);
  double middle_x = gtk_widget_get_width (GTK_WIDGET (self)) * scale / 2.0;
  double middle_y = gtk_widget_get_height (GTK_WIDGET (self)) * scale / 2.0;
  self->center_x = (middle_x - (double) g.origin_x) / g.width;
  self->center_y = (middle_y - (double) g.origin_y) / g.height;
}

void
ts_image_view_set_zoom_at (TsImageView *self, double zoom, double x, double y)
{
  TsImageGeometry g;
  GObject *object = G_OBJECT (self);

  zoom = clamp_zoom (zoom);
  if (!self->fit && zoom == self->zoom)
    return;
  if (ts_image_view_get_geometry (self, &g)) {
    int scale = get_scale (self);
    double x_dev = x * scale, y_dev = y * scale;
    double at_x = (x_dev - (double) g.origin_x) / g.width;
    double at_y = (y_dev - (double) g.origin_y) / g.height;
    double width = MAX (1, round (g.image_width * zoom));
    double height = MAX (1, round (g.image_height * zoom));
    double middle_x = gtk_widget_get_width (GTK_WIDGET (self)) * scale / 2.0;
    double middle_y = gtk_widget_get_height (GTK_WIDGET (self)) * scale / 2.0;
    self->center_x = CLAMP (at_x + (middle_x - x_dev) / width, 0, 1);
    self->center_y = CLAMP (at_y + (middle_y - y_dev) / height, 0, 1);
  }
  self->zoom = zoom;
  if (self->fit) {
    self->fit = FALSE;
    g_object_notify_by_pspec (object, props[PROP_FIT]);
  }
  g_object_notify_by_pspec (object, props[PROP_ZOOM]);
  ts_image_view_moved (self);
}

void
ts_image_view_set_zoom (TsImageView *self, double zoom)
{
  g_return_if_fail (TS_IS_IMAGE_VIEW (self));

  settle_center (self);
  ts_image_view_set_zoom_at (self, zoom, gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
                             gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

void
ts_image_view_step_zoom (TsImageView *self, int direction)
{
  g_return_if_fail (TS_IS_IMAGE_VIEW (self));

  ts_image_view_set_zoom (self, ts_zoom_ladder_step (ts_image_view_get_zoom (self), direction));
}

gboolean
ts_image_view_get_fit (TsImageView *self)
{
  g_return_val_if_fail (TS_IS_IMAGE_VIEW (self), FALSE);

  return self->fit;
}

void
ts_image_view_set_fit (TsImageView *self, gboolean fit)
{
  g_return_if_fail (TS_IS_IMAGE_VIEW (self));

  fit = !!fit;
  if (self->fit == fit)
    return;
  self->zoom = ts_image_view_get_zoom (self);
  self->fit = fit;
  self->center_x = self->center_y = 0.5;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FIT]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ZOOM]);
  ts_image_view_moved (self);
}

/* The session. */

static void
batch_changed_cb (TsImageView *self)
{
  ts_image_view_drop (self);
  ts_image_view_changed (self);
}

static void
index_changed_cb (TsImageView *self)
{
  if (self->fit)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ZOOM]);
  ts_image_view_changed (self);
}

TsSession *
ts_image_view_get_session (TsImageView *self)
{
  g_return_val_if_fail (TS_IS_IMAGE_VIEW (self), NULL);

  return self->pictures->session;
}

void
ts_image_view_set_session (TsImageView *self, TsSession *session)
{
  g_return_if_fail (TS_IS_IMAGE_VIEW (self));

  if (ts_pictures_set_session (self->pictures, session))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SESSION]);
}

void
ts_image_view_set_image (TsImageView *self,
                         TsBatchStats *stats,
                         guint index,
                         const TsRecipe *recipe)
{
  g_return_if_fail (TS_IS_IMAGE_VIEW (self));

  ts_pictures_set_image (self->pictures, stats, index, recipe);
}

void
ts_image_view_copy_place (TsImageView *self, TsImageView *from)
{
  TsImageSize size, other;
  guint index;

  g_return_if_fail (TS_IS_IMAGE_VIEW (self));
  g_return_if_fail (TS_IS_IMAGE_VIEW (from));

  gboolean known =
      get_current_size (self, &index, &size) && get_current_size (from, &index, &other);
  settle_center (from);
  double zoom = known ? clamp_zoom (from->zoom * other.width / size.width) : from->zoom;
  if (self->fit == from->fit && self->zoom == zoom && self->center_x == from->center_x &&
      self->center_y == from->center_y)
    return;
  self->fit = from->fit;
  self->zoom = zoom;
  self->center_x = from->center_x;
  self->center_y = from->center_y;
  ts_image_view_changed (self);
}

/* The widget. */

static void
ts_image_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TsImageView *self = TS_IMAGE_VIEW (widget);

  ts_image_view_refresh (self, WAIT_LAYOUT_US);
  ts_image_view_update_hover (self);
}

static void
ts_image_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (ts_image_view_parent_class)->map (widget);
  ts_image_view_queue_refresh (TS_IMAGE_VIEW (widget));
}

static void
ts_image_view_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  TsImageView *self = TS_IMAGE_VIEW (widget);

  GTK_WIDGET_CLASS (ts_image_view_parent_class)->css_changed (widget, change);
  g_clear_pointer (&self->values, gsk_render_node_unref);
  g_clear_object (&self->message);
}

static void
ts_image_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TsImageView *self = TS_IMAGE_VIEW (object);

  switch (id) {
  case PROP_SESSION:
    g_value_set_object (value, self->pictures->session);
    break;
  case PROP_ZOOM:
    g_value_set_double (value, ts_image_view_get_zoom (self));
    break;
  case PROP_FIT:
    g_value_set_boolean (value, self->fit);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
ts_image_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TsImageView *self = TS_IMAGE_VIEW (object);

  switch (id) {
  case PROP_SESSION:
    ts_image_view_set_session (self, g_value_get_object (value));
    break;
  case PROP_FIT:
    ts_image_view_set_fit (self, g_value_get_boolean (value));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
ts_image_view_dispose (GObject *object)
{
  TsImageView *self = TS_IMAGE_VIEW (object);

  if (self->pictures != NULL) {
    ts_image_view_set_session (self, NULL);
    g_signal_handlers_disconnect_by_data (self->pictures, self);
  }
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  ts_image_view_drop (self);
  g_clear_object (&self->pictures);
  g_clear_object (&self->message);

  G_OBJECT_CLASS (ts_image_view_parent_class)->dispose (object);
}

static void
ts_image_view_class_init (TsImageViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags write = read | G_PARAM_WRITABLE;

  object_class->get_property = ts_image_view_get_property;
  object_class->set_property = ts_image_view_set_property;
  object_class->dispose = ts_image_view_dispose;
  widget_class->measure = ts_pictures_measure;
  widget_class->size_allocate = ts_image_view_size_allocate;
  widget_class->snapshot = ts_image_view_snapshot;
  widget_class->map = ts_image_view_map;
  widget_class->css_changed = ts_image_view_css_changed;

  props[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, TS_TYPE_SESSION, write);
  props[PROP_ZOOM] = g_param_spec_double ("zoom", NULL, NULL, 0, ZOOM_MAX, 1, read);
  props[PROP_FIT] = g_param_spec_boolean ("fit", NULL, NULL, TRUE, write);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_signal_new ("moved", TS_TYPE_IMAGE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                0);
  g_signal_new ("close", TS_TYPE_IMAGE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                0);
  g_signal_new ("hover", TS_TYPE_IMAGE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                G_TYPE_INT, G_TYPE_INT, G_TYPE_INT);

  gtk_widget_class_set_css_name (widget_class, "tsimageview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
ts_image_view_init (TsImageView *self)
{
  const struct
  {
    const char *signal;
    void (*callback) (TsImageView *self);
  } followed[] = {
    { "batch-changed", batch_changed_cb },
    { "recipe-changed", ts_image_view_queue_refresh },
    { "index-changed", index_changed_cb },
    { "ready", ts_image_view_queue_refresh },
  };

  self->fit = TRUE;
  self->zoom = 1;
  self->center_x = self->center_y = 0.5;
  self->bytes_per_pixel = 4;
  self->pictures = ts_pictures_new (TILE_CACHE_BYTES);
  for (guint i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_swapped (self->pictures, followed[i].signal, G_CALLBACK (followed[i].callback),
                              self);
  ts_image_view_input_init (self);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
}

GtkWidget *
ts_image_view_new (void)
{
  return g_object_new (TS_TYPE_IMAGE_VIEW, NULL);
}

/* For tests. */

static gboolean
is_busy (GtkWidget *widget)
{
  TsImageView *self = TS_IMAGE_VIEW (widget);
  const TsImageGeometry *p = &self->painted;
  TsImageGeometry g;

  if (!gtk_widget_get_mapped (widget) || self->dirty || self->pass != NULL ||
      ts_tile_cache_is_busy (self->pictures->tiles) || self->region_cancellable != NULL)
    return TRUE;
  if (!ts_image_view_get_geometry (self, &g))
    return FALSE;
  return p->index != g.index || p->zoom != g.zoom || p->view_x != g.view_x ||
         p->view_y != g.view_y || p->view_width != g.view_width ||
         self->painted_serial != self->pictures->recipe_serial || self->painted_coarse;
}

gboolean
ts_image_view_wait_idle (TsImageView *self, guint limit_ms)
{
  g_return_val_if_fail (TS_IS_IMAGE_VIEW (self), FALSE);

  return ts_pictures_wait (GTK_WIDGET (self), is_busy, limit_ms);
}

GBytes *
ts_image_view_dup_pixels (TsImageView *self, int *x, int *y, int *width, int *height)
{
  g_return_val_if_fail (TS_IS_IMAGE_VIEW (self), NULL);

  if (self->pixels == NULL)
    return NULL;
  *x = self->painted.view_x;
  *y = self->painted.view_y;
  *width = self->painted.view_width;
  *height = self->painted.view_height;
  gsize n = (gsize) *width * (gsize) *height;
  const guint8 *pixels = g_bytes_get_data (self->pixels, NULL);
  gsize bpp = g_bytes_get_size (self->pixels) / n;
  guint8 *out = g_malloc (n * 3);
  for (gsize i = 0; i < n; i++)
    for (gsize c = 0; c < 3; c++)
      out[i * 3 + c] = pixels[i * bpp + c];
  return g_bytes_new_take (out, n * 3);
}
