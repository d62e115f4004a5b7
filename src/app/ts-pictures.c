/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-pictures.h"

#define MIN_RGBA_MINOR 18 /* of GTK, where its cairo renderer takes RGBA as fast as RGB */

enum {
  BATCH_CHANGED,
  RECIPE_CHANGED,
  INDEX_CHANGED,
  SELECTION_CHANGED,
  ZOOM_CHANGED,
  READY,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TsPictures, ts_pictures, G_TYPE_OBJECT)

static void
emit (TsPictures *self, guint signal)
{
  g_signal_emit (self, signals[signal], 0);
}

static void
take_stats (TsPictures *self, TsBatchStats *stats)
{
  TsBatch *batch = stats != NULL ? ts_batch_stats_get_batch (stats) : NULL;

  g_set_object (&self->stats, stats);
  g_set_object (&self->batch, batch);
  ts_tile_cache_set_batch (self->tiles, batch);
  self->recipe_serial++;
  emit (self, BATCH_CHANGED);
}

static void
view_changed_cb (TsPictures *self)
{
  gboolean any = self->session != NULL && ts_session_get_view (self->session) != NULL;

  take_stats (self, any ? ts_session_get_stats (self->session) : NULL);
}

static void
recipe_changed_cb (TsPictures *self)
{
  g_set_object (&self->stats, ts_session_get_stats (self->session));
  self->recipe_serial++;
  emit (self, RECIPE_CHANGED);
}

static void
selection_changed_cb (TsPictures *self)
{
  emit (self, SELECTION_CHANGED);
}

static void
current_cb (TsPictures *self)
{
  emit (self, INDEX_CHANGED);
}

static void
zoom_cb (TsPictures *self)
{
  emit (self, ZOOM_CHANGED);
}

static void
ready_cb (TsPictures *self)
{
  emit (self, READY);
}

gboolean
ts_pictures_set_session (TsPictures *self, TsSession *session)
{
  const struct
  {
    const char *signal;
    void (*callback) (TsPictures *self);
  } followed[] = {
    { "view-changed", view_changed_cb },
    { "recipe-changed", recipe_changed_cb },
    { "selection-changed", selection_changed_cb },
    { "notify::current", current_cb },
    { "notify::zoom", zoom_cb },
  };

  g_return_val_if_fail (TS_IS_PICTURES (self), FALSE);

  if (self->session == session)
    return FALSE;
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_set_object (&self->session, session);
  for (guint i = 0; session != NULL && i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_swapped (session, followed[i].signal, G_CALLBACK (followed[i].callback), self);
  if (session != NULL)
    emit (self, SELECTION_CHANGED);
  view_changed_cb (self);
  return TRUE;
}

void
ts_pictures_set_image (TsPictures *self, TsBatchStats *stats, guint index, const TsRecipe *recipe)
{
  g_return_if_fail (TS_IS_PICTURES (self));
  g_return_if_fail (self->session == NULL);

  gboolean same_index = index == self->index;
  gboolean same_recipe = recipe == NULL || ts_recipe_equal (&self->recipe, recipe);
  TsBatch *batch = stats != NULL ? ts_batch_stats_get_batch (stats) : NULL;

  self->index = index;
  if (recipe != NULL)
    self->recipe = *recipe;
  if (batch != self->batch) {
    take_stats (self, stats);
    return;
  }
  if (g_set_object (&self->stats, stats) || !same_recipe || self->is_estimate) {
    self->is_estimate = FALSE;
    self->recipe_serial++;
    emit (self, RECIPE_CHANGED);
  }
  if (!same_index)
    emit (self, INDEX_CHANGED);
}

const TsRecipe *
ts_pictures_get_recipe (TsPictures *self)
{
  return self->session != NULL ? ts_session_get_recipe (self->session) : &self->recipe;
}

guint
ts_pictures_get_index (TsPictures *self)
{
  return self->session != NULL ? ts_session_get_current (self->session) : self->index;
}

void
ts_pictures_set_index (TsPictures *self, guint index)
{
  if (self->session != NULL)
    ts_session_set_current (self->session, index);
}

void
ts_pictures_report_error (TsPictures *self, const GError *error)
{
  if (self->session != NULL)
    ts_session_report_error (self->session, error);
}

static void
ts_pictures_dispose (GObject *object)
{
  TsPictures *self = TS_PICTURES (object);

  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  if (self->tiles != NULL)
    g_signal_handlers_disconnect_by_data (self->tiles, self);
  g_clear_object (&self->tiles);
  g_clear_object (&self->batch);
  g_clear_object (&self->stats);

  G_OBJECT_CLASS (ts_pictures_parent_class)->dispose (object);
}

static void
ts_pictures_class_init (TsPicturesClass *klass)
{
  const char *const names[N_SIGNALS] = {
    [BATCH_CHANGED] = "batch-changed", [RECIPE_CHANGED] = "recipe-changed",
    [INDEX_CHANGED] = "index-changed", [SELECTION_CHANGED] = "selection-changed",
    [ZOOM_CHANGED] = "zoom-changed",   [READY] = "ready",
  };

  G_OBJECT_CLASS (klass)->dispose = ts_pictures_dispose;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], TS_TYPE_PICTURES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

static void
ts_pictures_init (TsPictures *self)
{
  ts_recipe_init (&self->recipe);
}

TsPictures *
ts_pictures_new (gsize tile_bytes)
{
  TsPictures *self = g_object_new (TS_TYPE_PICTURES, NULL);

  self->tiles = ts_tile_cache_new (tile_bytes);
  g_signal_connect_swapped (self->tiles, "ready", G_CALLBACK (ready_cb), self);
  return self;
}

/* What the widgets have in common. */

guint
ts_pictures_choose_bytes_per_pixel (GtkWidget *widget)
{
  GtkNative *native = gtk_widget_get_native (widget);
  GskRenderer *renderer = native != NULL ? gtk_native_get_renderer (native) : NULL;
  gboolean is_cairo =
      renderer != NULL && g_strcmp0 (G_OBJECT_TYPE_NAME (renderer), "GskCairoRenderer") == 0;

  return is_cairo && gtk_get_minor_version () < MIN_RGBA_MINOR ? 3 : 4;
}

GdkTexture *
ts_pictures_make_texture (const TsPaintCanvas *canvas, guint bytes_per_pixel)
{
  GdkMemoryFormat format =
      bytes_per_pixel == 3 ? GDK_MEMORY_R8G8B8 : GDK_MEMORY_R8G8B8A8_PREMULTIPLIED;

  return gdk_memory_texture_new (canvas->width, canvas->height, format, canvas->pixels,
                                 (gsize) canvas->width * bytes_per_pixel);
}

void
ts_pictures_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     int for_size,
                     int *minimum,
                     int *natural,
                     int *minimum_baseline,
                     int *natural_baseline)
{
  *minimum = 96;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 640 : 480;
}

static void
connect_to (GtkWidget *widget, gpointer controller, const char *signal, GCallback callback)
{
  if (callback != NULL)
    g_signal_connect_object (controller, signal, callback, widget, G_CONNECT_SWAPPED);
}

void
ts_pictures_add_input (GtkWidget *widget, const TsPicturesInput *input)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  connect_to (widget, motion, "enter", input->motion);
  connect_to (widget, motion, "motion", input->motion);
  connect_to (widget, motion, "leave", input->leave);
  gtk_widget_add_controller (widget, motion);

  GtkGesture *drag = gtk_gesture_drag_new (), *click = NULL;
  if (input->pressed != NULL) {
    click = gtk_gesture_click_new ();
    gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_PRIMARY);
    connect_to (widget, click, "pressed", input->pressed);
    gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  }
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), input->drag_button);
  connect_to (widget, drag, "drag-begin", input->drag_begin);
  connect_to (widget, drag, "drag-update", input->drag_update);
  connect_to (widget, drag, "drag-end", input->drag_end);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  if (click != NULL)
    gtk_gesture_group (drag, click);

  GtkEventController *scroll =
      gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
  connect_to (widget, scroll, "scroll", input->scroll);
  gtk_widget_add_controller (widget, scroll);

  GtkGesture *pinch = gtk_gesture_zoom_new ();
  connect_to (widget, pinch, "begin", input->pinch_begin);
  connect_to (widget, pinch, "scale-changed", input->pinch);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));

  GtkEventController *key = gtk_event_controller_key_new ();
  connect_to (widget, key, "key-pressed", input->key);
  gtk_widget_add_controller (widget, key);
}

static gboolean
timeout_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

gboolean
ts_pictures_wait (GtkWidget *widget, gboolean (*is_busy) (GtkWidget *), guint limit_ms)
{
  gboolean late = FALSE;
  guint id = g_timeout_add (limit_ms, timeout_cb, &late);

  while (!late && is_busy (widget))
    g_main_context_iteration (NULL, TRUE);
  if (!late)
    g_source_remove (id);
  return !late;
}
