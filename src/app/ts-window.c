/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-drag-images.h"
#include "app/ts-squeeze-bin.h"
#include "app/ts-window-private.h"

#include "app/ts-compat.h"
#include <glib/gi18n.h>
#include <math.h>

#define LOADING_DELAY_MS 250
/* Frames in which the grid may become ready to take the focus. */
#define FOCUS_TRIES    30
#define NOTICE_SECONDS 10

G_DEFINE_FINAL_TYPE (TsWindow, ts_window, ADW_TYPE_APPLICATION_WINDOW)

TsSession *
ts_window_get_session (TsWindow *self)
{
  return self->session;
}

gboolean
ts_window_is_empty (TsWindow *self)
{
  return ts_session_get_file (self->session) == NULL;
}

void
ts_window_open (TsWindow *self, GFile *file)
{
  g_return_if_fail (TS_IS_WINDOW (self));

  self->mode = TS_WINDOW_GRID;
  ts_session_open (self->session, file);
}

void
ts_window_toast (TsWindow *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_toast_overlay_add_toast (self->toast_overlay, adw_toast_new (escaped));
}

gboolean
ts_window_get_image_size (TsWindow *self, TsImageSize *size)
{
  TsView *view = ts_session_get_view (self->session);

  if (view == NULL)
    return FALSE;
  ts_batch_get_max_size (ts_view_get_batch (view), size);
  return TRUE;
}

GFile *
ts_window_find_sample (void)
{
  /* installed, or beside the build folder of a checkout */
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = g_path_get_dirname (program != NULL ? program : ".");
  g_autofree char *checkout =
      g_build_filename (folder, "..", "..", "..", "data", "samples", "cells.pt", NULL);
  const char *paths[] = { TS_DATA_DIR "/samples/cells.pt", checkout };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    if (g_file_test (paths[i], G_FILE_TEST_IS_REGULAR))
      return g_file_new_for_path (paths[i]);
  return NULL;
}

/* The grid takes the focus once it has laid out its images. */
static gboolean
focus_tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  TsWindow *self = TS_WINDOW (widget);

  if (--self->focus_tries > 0 && ts_session_get_view (self->session) != NULL &&
      self->mode == TS_WINDOW_GRID && !gtk_widget_grab_focus (GTK_WIDGET (self->grid)))
    return G_SOURCE_CONTINUE;
  self->focus_tries = 0;
  return G_SOURCE_REMOVE;
}

void
ts_window_focus_pictures (TsWindow *self)
{
  if (self->focus_tries == 0)
    gtk_widget_add_tick_callback (GTK_WIDGET (self), focus_tick_cb, NULL, NULL);
  self->focus_tries = FOCUS_TRIES;
}

/* Following the session. */

static void
survey_changed_cb (TsWindow *self)
{
  ts_window_update_actions (self);
}

static void
view_changed_cb (TsWindow *self)
{
  TsBatchStats *stats = ts_session_get_stats (self->session);

  if (self->survey != NULL)
    g_signal_handlers_disconnect_by_func (self->survey, survey_changed_cb, self);
  g_clear_object (&self->survey);
  if (stats != NULL) {
    self->survey = ts_survey_new (stats);
    g_signal_connect_object (self->survey, "changed", G_CALLBACK (survey_changed_cb), self,
                             G_CONNECT_SWAPPED);
  }
  ts_inspector_set_survey (self->inspector, self->survey);
  ts_status_bar_set_survey (self->status_bar, self->survey);
  ts_window_update_title (self);
  ts_window_update_offer (self);
  ts_window_update_stack (self);
  ts_window_update_actions (self);
  ts_window_update_setting_actions (self);
  /* keys go to the pictures of a new dump; one who walks through the tree stays there */
  if (self->focus_pictures && stats != NULL)
    ts_window_focus_pictures (self);
  self->focus_pictures = FALSE;
}

static void
document_cb (TsWindow *self)
{
  TsDocument *document = ts_session_get_document (self->session);

  ts_window_watch_file (self);
  if (document == NULL)
    return;
  ts_window_remember_file (self);
  self->focus_pictures = TRUE;
  ts_window_queue_check (self);
  for (guint i = 0; i < ts_document_get_warnings (document)->len; i++)
    ts_window_toast (self, g_ptr_array_index (ts_document_get_warnings (document), i));
}

static void
recipe_changed_cb (TsWindow *self)
{
  ts_window_update_offer (self);
  ts_window_update_actions (self);
  ts_window_update_setting_actions (self);
}

static void
selection_changed_cb (TsWindow *self)
{
  ts_window_update_actions (self);
}

static gboolean
show_loading_cb (gpointer data)
{
  TsWindow *self = data;

  self->loading_timer = 0;
  if (ts_session_get_view (self->session) == NULL)
    gtk_stack_set_visible_child_name (self->stack, "loading");
  return G_SOURCE_REMOVE;
}

static void
loading_cb (TsWindow *self)
{
  ts_window_follow_load (self);
  g_clear_handle_id (&self->loading_timer, g_source_remove);
  if (ts_session_get_loading (self->session))
    self->loading_timer = g_timeout_add (LOADING_DELAY_MS, show_loading_cb, self);
  else
    ts_window_update_stack (self);
  ts_window_update_actions (self);
}

static void
error_cb (TsWindow *self)
{
  const char *error = ts_session_get_error (self->session);

  /* a reload that failed: the pictures stay, with a word on why */
  if (error != NULL && ts_session_get_view (self->session) != NULL)
    ts_window_toast (self, error);
}

static void
notice_cb (TsWindow *self, const char *text, const char *picture)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (escaped);

  adw_toast_set_timeout (toast, NOTICE_SECONDS);
  if (picture != NULL) {
    adw_toast_set_button_label (toast, _ ("Show _Picture"));
    adw_toast_set_action_name (toast, "win.open-as-is");
    adw_toast_set_action_target (toast, "s", picture);
  }
  adw_toast_overlay_add_toast (self->toast_overlay, toast);
  /* the image that was asked for, not the first ones of the batch */
  if (picture != NULL && gtk_bitset_get_size (ts_session_get_selection (self->session)) == 1)
    g_action_group_change_action_state (G_ACTION_GROUP (self), "mode",
                                        g_variant_new_string ("image"));
}

static void
current_cb (TsWindow *self)
{
  ts_window_set_state (self, "current",
                       g_variant_new_int32 ((int) ts_session_get_current (self->session)));
}

/* Zoom: the slider is logarithmic. */

static gboolean
update_zoom_slider_cb (gpointer data)
{
  TsWindow *self = data;

  self->zoom_idle = 0;
  self->updating = TRUE;
  gtk_adjustment_set_value (self->zoom_adjustment, log2 (ts_session_get_zoom (self->session)));
  self->updating = FALSE;
  return G_SOURCE_REMOVE;
}

static void
zoom_cb (TsWindow *self)
{
  double zoom = ts_session_get_zoom (self->session);

  ts_window_set_state (self, "zoom", g_variant_new_double (zoom));
  /* the grid may choose a zoom while sizes are given out: a slider moved then would be lost */
  if (self->zoom_idle == 0)
    self->zoom_idle = g_idle_add (update_zoom_slider_cb, self);
}

static void
zoom_slid_cb (TsWindow *self)
{
  if (self->updating)
    return;
  double zoom = exp2 (gtk_adjustment_get_value (self->zoom_adjustment));
  ts_session_set_zoom (self->session, zoom >= 1 ? round (zoom) : zoom);
}

/* The pictures. */

static void
hover_cb (TsWindow *self, int index, int x, int y)
{
  ts_status_bar_set_hover (self->status_bar, index, x, y);
}

static void
activate_cb (TsWindow *self, guint index)
{
  ts_session_set_current (self->session, index);
  ts_window_set_mode (self, TS_WINDOW_IMAGE);
}

static void
close_image_cb (TsWindow *self)
{
  g_action_group_change_action_state (G_ACTION_GROUP (self), "mode", g_variant_new_string ("grid"));
}

static void
drag_refused_cb (TsWindow *self)
{
  g_autofree char *text =
      g_strdup_printf (_ ("At most %d images can be dragged at once. Export them instead."),
                          TS_DRAG_MAX_IMAGES);

  ts_window_toast (self, text);
}

/* Own images that are dragged about are not opened. */
static gboolean
accept_cb (TsWindow *self, GdkDrop *drop, GtkDropTarget *target)
{
  return gdk_drop_get_drag (drop) == NULL &&
         gdk_content_formats_match (gtk_drop_target_get_formats (target),
                                    gdk_drop_get_formats (drop));
}

static gboolean
drop_cb (TsWindow *self, const GValue *value, double x, double y)
{
  GSList *files = g_value_get_boxed (value);

  if (files == NULL)
    return FALSE;
  ts_window_open (self, files->data);
  for (GSList *l = files->next; l != NULL; l = l->next) {
    g_autofree char *path = g_file_get_path (l->data);
    if (path != NULL)
      g_action_group_activate_action (G_ACTION_GROUP (
                                          gtk_window_get_application (GTK_WINDOW (self))),
                                      "open-path", g_variant_new_string (path));
  }
  return TRUE;
}

static void
ts_window_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GTK_WIDGET_CLASS (ts_window_parent_class)->size_allocate (widget, width, height, baseline);
  ts_window_follow_width (TS_WINDOW (widget), width);
}

static void
follow_settings (TsWindow *self)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema =
                 source != NULL ? g_settings_schema_source_lookup (source, TS_APP_ID, TRUE) : NULL;

  /* a missing schema would end the program: run without from a bare build folder */
  if (schema == NULL)
    return;
  self->settings = g_settings_new (TS_APP_ID);
  g_settings_bind (self->settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-height", self, "default-height",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  self->show_tree = g_settings_get_boolean (self->settings, "show-tree");
  self->show_inspector = g_settings_get_boolean (self->settings, "show-inspector");
}

static void
follow_session (TsWindow *self)
{
  const struct
  {
    const char *signal;
    void (*callback) (TsWindow *self);
  } followed[] = {
    { "view-changed", view_changed_cb },
    { "recipe-changed", recipe_changed_cb },
    { "selection-changed", selection_changed_cb },
    { "notify::document", document_cb },
    { "notify::loading", loading_cb },
    { "notify::error", error_cb },
    { "notify::zoom", zoom_cb },
    { "notify::current", current_cb },
  };

  for (guint i = 0; i < G_N_ELEMENTS (followed); i++)
    g_signal_connect_object (self->session, followed[i].signal, G_CALLBACK (followed[i].callback),
                             self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notice", G_CALLBACK (notice_cb), self,
                           G_CONNECT_SWAPPED);
  ts_tree_pane_set_session (self->tree_pane, self->session);
  ts_inspector_set_session (self->inspector, self->session);
  ts_status_bar_set_session (self->status_bar, self->session);
  ts_latents_pane_set_session (self->latents_pane, self->session);
  ts_compare_view_set_session (self->compare_view, self->session);
  ts_numbers_page_set_session (self->numbers_page, self->session);
  g_object_set (self->grid, "session", self->session, NULL);
  g_object_set (self->image_view, "session", self->session, NULL);
}

static void
ts_window_dispose (GObject *object)
{
  TsWindow *self = TS_WINDOW (object);

  g_clear_handle_id (&self->layout_idle, g_source_remove);
  g_clear_handle_id (&self->zoom_idle, g_source_remove);
  g_clear_handle_id (&self->loading_timer, g_source_remove);
  g_clear_handle_id (&self->visible_timer, g_source_remove);
  g_clear_handle_id (&self->load_timer, g_source_remove);
  ts_window_stop_check (self);
  ts_window_dispose_export (self);
#ifdef HAVE_FIGURES
  ts_window_dispose_figure (self);
#endif
  ts_window_dispose_watch (self);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  if (self->survey != NULL)
    g_signal_handlers_disconnect_by_data (self->survey, self);
  g_signal_handlers_disconnect_by_data (gtk_recent_manager_get_default (), self);
  g_clear_object (&self->survey);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (ts_window_parent_class)->dispose (object);
}

static void
ts_window_finalize (GObject *object)
{
  TsWindow *self = TS_WINDOW (object);

  g_clear_object (&self->session);

  G_OBJECT_CLASS (ts_window_parent_class)->finalize (object);
}

static void
ts_window_class_init (TsWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TS_TYPE_COMPARE_VIEW);
  g_type_ensure (TS_TYPE_GRID);
  g_type_ensure (TS_TYPE_IMAGE_VIEW);
  g_type_ensure (TS_TYPE_INSPECTOR);
  g_type_ensure (TS_TYPE_LATENTS_PANE);
  g_type_ensure (TS_TYPE_NUMBERS_PAGE);
  g_type_ensure (TS_TYPE_SQUEEZE_BIN);
  g_type_ensure (TS_TYPE_STATUS_BAR);
  g_type_ensure (TS_TYPE_TREE_PANE);
  object_class->dispose = ts_window_dispose;
  object_class->finalize = ts_window_finalize;
  widget_class->size_allocate = ts_window_size_allocate;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-window.ui");
  gtk_widget_class_bind_template_child (widget_class, TsWindow, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, header_bar);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, title);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, open_button);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, open_small_button);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, export_button);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, zoom_box);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, mode_box);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, zoom_adjustment);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, tree_flap);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, inspector_flap);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, tree_pane);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, inspector);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, status_bar);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, grid);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, image_view);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, compare_view);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, numbers_page);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, error_page);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, raw_button);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, recent_group);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, recent_list);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, sample_button);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, offer_revealer);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, offer_label);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, changed_revealer);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, changed_label);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, latents_revealer);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, latents_pane);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, export_revealer);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, export_label);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, export_bar);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, load_revealer);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, load_label);
  gtk_widget_class_bind_template_child (widget_class, TsWindow, load_bar);
  gtk_widget_class_bind_template_callback (widget_class, zoom_slid_cb);
  gtk_widget_class_bind_template_callback (widget_class, hover_cb);
  gtk_widget_class_bind_template_callback (widget_class, drag_refused_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_image_cb);
  gtk_widget_class_bind_template_callback (widget_class, ts_window_reveal_cb);
}

static void
ts_window_init (TsWindow *self)
{
  g_autoptr (GFile) sample = ts_window_find_sample ();

  self->session = ts_session_new ();
  self->show_tree = TRUE;
  self->show_inspector = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  ts_compat_name_dropdown (self->open_button);
  ts_window_add_actions (self);
  ts_window_add_setting_actions (self);
  ts_window_add_recipe_actions (self);
  ts_window_add_export_actions (self);
  ts_window_add_load_actions (self);
#ifdef HAVE_FIGURES
  ts_window_add_figure_actions (self);
#endif
  ts_window_add_compare_actions (self);
  ts_window_add_picture_actions (self);
  ts_window_add_value_actions (self);
  follow_settings (self);
  ts_window_add_preferences (self);
  follow_session (self);
  ts_window_init_watch (self);
  ts_window_init_visible (self);
  gtk_widget_set_visible (self->sample_button, sample != NULL);

  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect_swapped (target, "accept", G_CALLBACK (accept_cb), self);
  g_signal_connect_swapped (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->toast_overlay), GTK_EVENT_CONTROLLER (target));

  g_signal_connect_object (gtk_recent_manager_get_default (), "changed",
                           G_CALLBACK (ts_window_update_recent), self, G_CONNECT_SWAPPED);
  ts_window_update_recent (self);
  view_changed_cb (self);
}

TsWindow *
ts_window_new (AdwApplication *application)
{
  return g_object_new (TS_TYPE_WINDOW, "application", application, NULL);
}
