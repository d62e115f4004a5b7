/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-grid-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define TILE_CACHE_BYTES ((gsize) 256 << 20)

enum {
  PROP_SESSION = 1,
  PROP_SHOW_CAPTIONS,
  N_PROPS,
  PROP_HADJUSTMENT = N_PROPS,
  PROP_VADJUSTMENT,
  PROP_HSCROLL_POLICY,
  PROP_VSCROLL_POLICY,
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE_WITH_CODE (TsGrid,
                               ts_grid,
                               GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

/* The session. */

static void
batch_changed_cb (TsGrid *self)
{
  TsBatch *batch = self->pictures->batch;

  ts_grid_bands_clear (self);
  ts_grid_input_stop (self);
  memset (&self->max_size, 0, sizeof self->max_size);
  if (batch != NULL) {
    guint64 n_images = ts_batch_get_n_images (batch);
    ts_batch_get_max_size (batch, &self->max_size);
    /* another array of the same kind, or the file again: place and zoom stay */
    if (n_images != self->zoom_n_images || self->max_size.width != self->zoom_size.width ||
        self->max_size.height != self->zoom_size.height) {
      self->zoom_is_due = TRUE;
      if (self->adjustments[GTK_ORIENTATION_VERTICAL] != NULL)
        gtk_adjustment_set_value (self->adjustments[GTK_ORIENTATION_VERTICAL], 0);
    }
    self->zoom_n_images = n_images;
    self->zoom_size = self->max_size;
  }
  self->layout.n_rows = 0;
  self->anchor.is_set = self->zoom_anchor.is_set = FALSE;
  self->select_anchor = 0;
  ts_grid_load_labels (self, batch != NULL ? ts_session_get_view (self->pictures->session) : NULL);
  ts_grid_cells_rename (self->cells);
  self->layout_is_due = TRUE;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
selection_changed_cb (TsGrid *self)
{
  ts_grid_cells_set_selection (self->cells, ts_session_get_selection (self->pictures->session));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
index_changed_cb (TsGrid *self)
{
  guint current = ts_pictures_get_index (self->pictures);

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->scroll_is_due = TRUE;
  else if (current < self->layout.n_images)
    ts_grid_scroll_to (self, current);
  self->layout_is_due = TRUE;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
zoom_changed_cb (TsGrid *self)
{
  if (self->in_allocate)
    return;
  self->layout_is_due = TRUE;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

TsSession *
ts_grid_get_session (TsGrid *self)
{
  g_return_val_if_fail (TS_IS_GRID (self), NULL);

  return self->pictures->session;
}

void
ts_grid_set_session (TsGrid *self, TsSession *session)
{
  g_return_if_fail (TS_IS_GRID (self));

  if (ts_pictures_set_session (self->pictures, session))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SESSION]);
}

gboolean
ts_grid_get_show_captions (TsGrid *self)
{
  g_return_val_if_fail (TS_IS_GRID (self), FALSE);

  return self->show_captions;
}

void
ts_grid_set_show_captions (TsGrid *self, gboolean show_captions)
{
  g_return_if_fail (TS_IS_GRID (self));

  show_captions = !!show_captions;
  if (self->show_captions == show_captions)
    return;
  self->show_captions = show_captions;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SHOW_CAPTIONS]);
}

/* The widget. */

static void
scrolled_cb (TsGrid *self)
{
  if (self->in_allocate)
    return;
  self->zoom_anchor.is_set = FALSE;
  self->layout_is_due = TRUE;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
set_adjustment (TsGrid *self, GtkOrientation orientation, GtkAdjustment *adjustment)
{
  GtkAdjustment **slot = &self->adjustments[orientation];

  if (adjustment != NULL && *slot == adjustment)
    return;
  if (*slot != NULL)
    g_signal_handlers_disconnect_by_data (*slot, self);
  g_clear_object (slot);
  *slot = adjustment != NULL ? adjustment : gtk_adjustment_new (0, 0, 0, 0, 0, 0);
  g_object_ref_sink (*slot);
  g_signal_connect_swapped (*slot, "value-changed", G_CALLBACK (scrolled_cb), self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static gboolean
ts_grid_grab_focus (GtkWidget *widget)
{
  TsGrid *self = TS_GRID (widget);

  if (self->layout.n_rows == 0)
    return FALSE;
  return ts_grid_cells_grab_focus (self->cells, ts_session_get_current (self->pictures->session));
}

/* One stop for Tab; the keys inside are our own. */
static gboolean
ts_grid_focus (GtkWidget *widget, GtkDirectionType direction)
{
  if (gtk_widget_get_focus_child (widget) != NULL)
    return FALSE;
  return gtk_widget_grab_focus (widget);
}

static void
ts_grid_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (ts_grid_parent_class)->map (widget);
  ts_grid_queue_refresh (TS_GRID (widget));
}

static void
ts_grid_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  TsGrid *self = TS_GRID (widget);

  GTK_WIDGET_CLASS (ts_grid_parent_class)->css_changed (widget, change);
  g_clear_object (&self->check_mark);
  ts_grid_bands_drop_decor (self);
  gtk_widget_queue_resize (widget);
}

static void
ts_grid_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TsGrid *self = TS_GRID (object);

  switch (id) {
  case PROP_SESSION:
    g_value_set_object (value, self->pictures->session);
    break;
  case PROP_SHOW_CAPTIONS:
    g_value_set_boolean (value, self->show_captions);
    break;
  case PROP_HADJUSTMENT:
    g_value_set_object (value, self->adjustments[GTK_ORIENTATION_HORIZONTAL]);
    break;
  case PROP_VADJUSTMENT:
    g_value_set_object (value, self->adjustments[GTK_ORIENTATION_VERTICAL]);
    break;
  case PROP_HSCROLL_POLICY:
    g_value_set_enum (value, self->policies[GTK_ORIENTATION_HORIZONTAL]);
    break;
  case PROP_VSCROLL_POLICY:
    g_value_set_enum (value, self->policies[GTK_ORIENTATION_VERTICAL]);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
ts_grid_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TsGrid *self = TS_GRID (object);

  switch (id) {
  case PROP_SESSION:
    ts_grid_set_session (self, g_value_get_object (value));
    break;
  case PROP_SHOW_CAPTIONS:
    ts_grid_set_show_captions (self, g_value_get_boolean (value));
    break;
  case PROP_HADJUSTMENT:
    set_adjustment (self, GTK_ORIENTATION_HORIZONTAL, g_value_get_object (value));
    break;
  case PROP_VADJUSTMENT:
    set_adjustment (self, GTK_ORIENTATION_VERTICAL, g_value_get_object (value));
    break;
  case PROP_HSCROLL_POLICY:
    self->policies[GTK_ORIENTATION_HORIZONTAL] = g_value_get_enum (value);
    break;
  case PROP_VSCROLL_POLICY:
    self->policies[GTK_ORIENTATION_VERTICAL] = g_value_get_enum (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
ts_grid_dispose (GObject *object)
{
  TsGrid *self = TS_GRID (object);

  if (self->pictures != NULL) {
    ts_grid_set_session (self, NULL);
    g_signal_handlers_disconnect_by_data (self->pictures, self);
  }
  ts_grid_input_stop (self);
  ts_grid_clip_stop (self);
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  for (guint i = 0; i < G_N_ELEMENTS (self->adjustments); i++) {
    if (self->adjustments[i] != NULL)
      g_signal_handlers_disconnect_by_data (self->adjustments[i], self);
    g_clear_object (&self->adjustments[i]);
  }
  g_clear_object (&self->pictures);
  g_clear_pointer (&self->cells, ts_grid_cells_free);
  g_clear_object (&self->check_mark);

  G_OBJECT_CLASS (ts_grid_parent_class)->dispose (object);
}

static void
ts_grid_finalize (GObject *object)
{
  TsGrid *self = TS_GRID (object);

  g_hash_table_unref (self->bands);
  g_hash_table_unref (self->clip_shares);

  G_OBJECT_CLASS (ts_grid_parent_class)->finalize (object);
}

static void
ts_grid_class_init (TsGridClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = ts_grid_get_property;
  object_class->set_property = ts_grid_set_property;
  object_class->dispose = ts_grid_dispose;
  object_class->finalize = ts_grid_finalize;
  widget_class->measure = ts_pictures_measure;
  widget_class->size_allocate = ts_grid_size_allocate;
  widget_class->snapshot = ts_grid_snapshot;
  widget_class->grab_focus = ts_grid_grab_focus;
  widget_class->focus = ts_grid_focus;
  widget_class->map = ts_grid_map;
  widget_class->css_changed = ts_grid_css_changed;

  props[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, TS_TYPE_SESSION, flags);
  props[PROP_SHOW_CAPTIONS] = g_param_spec_boolean ("show-captions", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VSCROLL_POLICY, "vscroll-policy");

  g_signal_new ("activate", TS_TYPE_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_UINT);
  g_signal_new ("drag-refused", TS_TYPE_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                0);
  g_signal_new ("hover", TS_TYPE_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                G_TYPE_INT, G_TYPE_INT, G_TYPE_INT);

  gtk_widget_class_set_css_name (widget_class, "tsgrid");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GRID);
}

static void
ts_grid_init (TsGrid *self)
{
  const struct
  {
    const char *signal;
    void (*callback) (TsGrid *self);
  } followed[] = {
    { "batch-changed", batch_changed_cb }, { "recipe-changed", ts_grid_queue_refresh },
    { "index-changed", index_changed_cb }, { "selection-changed", selection_changed_cb },
    { "zoom-changed", zoom_changed_cb },   { "ready", ts_grid_queue_refresh },
  };
  GtkWidget *widget = GTK_WIDGET (self);

  self->show_captions = TRUE;
  self->pictures = ts_pictures_new (TILE_CACHE_BYTES);
  self->cells = ts_grid_cells_new (widget, ts_grid_cell_name_cb, self);
  ts_grid_bands_init (self);
  ts_grid_input_init (self);
  for (guint i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_swapped (self->pictures, followed[i].signal, G_CALLBACK (followed[i].callback),
                              self);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_focusable (widget, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Images"), -1);
}

GtkWidget *
ts_grid_new (void)
{
  return g_object_new (TS_TYPE_GRID, NULL);
}

/* For tests. */

static gboolean
is_busy (GtkWidget *widget)
{
  TsGrid *self = TS_GRID (widget);

  if (!gtk_widget_get_mapped (widget) || self->layout_is_due || self->zoom_is_due)
    return TRUE;
  if (self->dirty || self->pass != NULL || self->labels_cancellable != NULL)
    return TRUE;
  return ts_tile_cache_is_busy (self->pictures->tiles);
}

gboolean
ts_grid_wait_idle (TsGrid *self, guint limit_ms)
{
  g_return_val_if_fail (TS_IS_GRID (self), FALSE);

  return ts_pictures_wait (GTK_WIDGET (self), is_busy, limit_ms);
}

GBytes *
ts_grid_dup_tile_pixels (TsGrid *self, guint index, int *width, int *height)
{
  g_return_val_if_fail (TS_IS_GRID (self), NULL);

  if (self->pictures->batch == NULL || index >= self->layout.n_images)
    return NULL;
  guint64 row = index / (guint) self->layout.columns;
  TsGridBand *band = g_hash_table_lookup (self->bands, &row);
  if (band == NULL)
    return NULL;

  TsGridPlace place;
  ts_grid_place_image (self, index, &place);
  guint bpp = band->texture != NULL && (gsize) band->width * (gsize) band->height * 4 ==
                                           g_bytes_get_size (band->pixels)
                  ? 4
                  : 3;
  const guint8 *pixels = g_bytes_get_data (band->pixels, NULL);
  int left =
      (int) (index % (guint) self->layout.columns) * (self->layout.cell_width + self->layout.gap) +
      place.x;
  GByteArray *out = g_byte_array_sized_new ((guint) (place.width * place.height * 3));
  for (int y = 0; y < place.height; y++)
    for (int x = 0; x < place.width; x++) {
      gsize at = ((gsize) (y + place.y) * (gsize) band->width + (gsize) (x + left)) * bpp;
      g_byte_array_append (out, pixels + at, 3);
    }
  *width = place.width;
  *height = place.height;
  return g_byte_array_free_to_bytes (out);
}
