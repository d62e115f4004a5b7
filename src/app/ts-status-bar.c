/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-status-bar.h"

#include "app/ts-value-text.h"
#include "pixels/ts-overlay.h"

#include <glib/gi18n.h>

/* More channels than this are not spelled out. */
#define MAX_VALUES 4

struct _TsStatusBar
{
  GtkWidget parent_instance;

  /* template */
  GtkLabel *place_label;
  GtkLabel *raw_label;
  GtkLabel *shown_label;
  GtkLabel *paired_label;
  GtkLabel *selected_label;
  GtkMenuButton *go_button;
  GtkEntry *go_entry;
  GtkLabel *estimate_label;
  GtkLabel *warning_label;
  GtkWidget *warning_box;

  /* owned */
  TsSession *session;
  TsSurvey *survey;

  gboolean single;
  int index, x, y; /* under the pointer; index -1: none */
  GCancellable *cancellable;
  gboolean stale; /* the pointer moved on while values were read */
};

G_DEFINE_FINAL_TYPE (TsStatusBar, ts_status_bar, GTK_TYPE_WIDGET)

/* The values of a pixel, read and mapped in a thread: one at a time, then the newest. */

typedef struct
{
  TsView *view;
  TsBatchStats *stats;
  TsRecipe recipe;
  int index, x, y;
  char *raw;
  char *shown;
  char *paired;
} Look;

static void
look_free (Look *look)
{
  g_object_unref (look->view);
  g_object_unref (look->stats);
  g_free (look->raw);
  g_free (look->shown);
  g_free (look->paired);
  g_free (look);
}

static char *
describe_paired (TsPairing *pairing, int index, GCancellable *cancellable)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < ts_pairing_get_n_fields (pairing); i++) {
    const TsField *field = ts_pairing_get_field (pairing, i);
    if (field->role == TS_FIELD_LATENT || ts_tensor_get_n_dims (field->tensor) != 1)
      continue;
    g_autoptr (TsBlock) row = ts_field_read_row (field, (guint64) index, cancellable, NULL);
    if (row == NULL)
      continue;
    g_autofree char *value = ts_dtype_format_element (row->dtype, row->data);
    const char *name = strrchr (field->name, '/');
    g_string_append_printf (text, "%s%s %s", text->len > 0 ? " · " : "",
                            name != NULL ? name + 1 : field->name, value);
  }
  return g_string_free (text, FALSE);
}

static void
look_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Look *look = data;
  TsBatch *batch = ts_view_get_batch (look->view);
  TsRect rect = { (guint) look->x, (guint) look->y, 1, 1 };
  TsResolved resolved;
  TsImageSize size;

  ts_batch_get_image_size (batch, (guint64) look->index, &size);
  if (rect.x < size.width && rect.y < size.height) {
    g_autoptr (TsBlock) block =
                   ts_batch_read_image (batch, (guint64) look->index, &rect, cancellable, NULL);
    if (block != NULL) {
      guint n_out = ts_recipe_get_output_channels (&look->recipe, &size);
      guint8 pixel[4] = { 0 };

      look->raw = ts_value_text_elements (block, MAX_VALUES);
      if (ts_resolve_soon (&look->recipe, look->stats, (guint64) look->index, &resolved,
                           cancellable, NULL)) {
        ts_render_block (block, &look->recipe, &resolved, ts_pixel_format_for (n_out, 8),
                         TS_VALUES_DISPLAY, pixel, sizeof pixel, NULL);
        g_autoptr (TsOverlay) overlay = NULL;
        if (ts_overlay_open (look->view, &look->recipe, &overlay, NULL))
          ts_render_decorate (block, overlay, (guint64) look->index, &rect, &look->recipe,
                              &resolved, ts_pixel_format_for (n_out, 8), TS_VALUES_DISPLAY, pixel,
                              sizeof pixel, cancellable, NULL);
        GString *text = g_string_new (NULL);
        for (guint i = 0; i < n_out; i++)
          g_string_append_printf (text, "%s%3u", i > 0 ? " " : "", pixel[i]);
        look->shown = g_string_free (text, FALSE);
      }
    }
  }
  look->paired = describe_paired (ts_view_get_pairing (look->view), look->index, cancellable);
  g_task_return_boolean (task, TRUE);
}

static void start_look (TsStatusBar *self);

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TsStatusBar *self = TS_STATUS_BAR (source);
  const Look *look = g_task_get_task_data (G_TASK (result));

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;

  g_clear_object (&self->cancellable);
  if (self->stale) {
    start_look (self);
    return;
  }
  if (self->index < 0)
    return;

  g_autofree char *raw = look->raw != NULL ? g_strdup_printf (_ ("raw %s"), look->raw) : NULL;
  g_autofree char *shown =
      look->shown != NULL ? g_strdup_printf (_ ("shown %s"), look->shown) : NULL;
  gtk_label_set_label (self->raw_label, raw != NULL ? raw : "");
  gtk_label_set_label (self->shown_label, shown != NULL ? shown : "");
  gtk_label_set_label (self->paired_label, look->paired != NULL ? look->paired : "");
}

static void
start_look (TsStatusBar *self)
{
  TsView *view = ts_session_get_view (self->session);

  self->stale = FALSE;
  if (view == NULL || self->index < 0 ||
      (guint64) self->index >= ts_batch_get_n_images (ts_view_get_batch (view)))
    return;

  Look *look = g_new0 (Look, 1);
  look->view = g_object_ref (view);
  look->stats = g_object_ref (ts_session_get_stats (self->session));
  look->recipe = *ts_session_get_recipe (self->session);
  look->index = self->index;
  look->x = self->x;
  look->y = self->y;

  self->cancellable = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, looked_cb, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, look, (GDestroyNotify) look_free);
  g_task_run_in_thread (task, look_thread);
}

static void
update_hover (TsStatusBar *self)
{
  if (self->index < 0) {
    gtk_label_set_label (self->place_label, "");
    gtk_label_set_label (self->raw_label, "");
    gtk_label_set_label (self->shown_label, "");
    gtk_label_set_label (self->paired_label, "");
    return;
  }

  g_autofree char *place = self->x >= 0 && self->y >= 0
                               ? g_strdup_printf ("#%d  (%d, %d)", self->index, self->x, self->y)
                               : g_strdup_printf ("#%d", self->index);
  gtk_label_set_label (self->place_label, place);
  if (self->cancellable != NULL)
    self->stale = TRUE;
  else
    start_look (self);
}

void
ts_status_bar_set_hover (TsStatusBar *self, int index, int x, int y)
{
  g_return_if_fail (TS_IS_STATUS_BAR (self));

  if (index == self->index && x == self->x && y == self->y)
    return;
  self->index = index;
  self->x = x;
  self->y = y;
  update_hover (self);
}

static void
update_selected (TsStatusBar *self)
{
  TsView *view = ts_session_get_view (self->session);
  guint64 n_images = view != NULL ? ts_batch_get_n_images (ts_view_get_batch (view)) : 0;
  guint64 n_selected = gtk_bitset_get_size (ts_session_get_selection (self->session));
  g_autofree char *text = NULL;

  if (self->single && n_images > 0)
    text = g_strdup_printf (_ ("#%u of %lu"), ts_session_get_current (self->session),
                               (gulong) n_images);
  else if (n_selected > 0)
    text = g_strdup_printf (_ ("%lu of %lu selected"), (gulong) n_selected, (gulong) n_images);
  else if (n_images > 0)
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%lu image", "%lu images",
                                         (gulong) n_images),
                            (gulong) n_images);
  gtk_label_set_label (self->selected_label, text != NULL ? text : "");
}

void
ts_status_bar_set_single (TsStatusBar *self, gboolean single)
{
  g_return_if_fail (TS_IS_STATUS_BAR (self));

  self->single = single;
  update_selected (self);
}

static void
update_warning (TsStatusBar *self)
{
  guint n_bad = self->survey != NULL ? ts_survey_get_n_bad (self->survey) : 0;

  gtk_widget_set_visible (self->warning_box, n_bad > 0);
  if (n_bad > 0) {
    g_autofree char *text =
        g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u image holds NaN or infinity",
                                      "%u images hold NaN or infinity", n_bad),
                         n_bad);
    gtk_label_set_label (self->warning_label, text);
  }
}

static void
update_estimate (TsStatusBar *self)
{
  const TsResolved *resolved = ts_session_get_resolved (self->session);

  gtk_widget_set_visible (GTK_WIDGET (self->estimate_label),
                          resolved != NULL && resolved->is_estimate);
}

static void
recipe_changed_cb (TsStatusBar *self)
{
  if (self->index >= 0)
    update_hover (self);
}

static void
view_changed_cb (TsStatusBar *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->stale = FALSE;
  self->index = -1;
  update_hover (self);
  update_selected (self);
  update_estimate (self);
}

void
ts_status_bar_set_session (TsStatusBar *self, TsSession *session)
{
  g_return_if_fail (TS_IS_STATUS_BAR (self));
  g_return_if_fail (TS_IS_SESSION (session));

  if (!g_set_object (&self->session, session))
    return;
  g_signal_connect_object (session, "selection-changed", G_CALLBACK (update_selected), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::current", G_CALLBACK (update_selected), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::resolved", G_CALLBACK (update_estimate), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "recipe-changed", G_CALLBACK (recipe_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "view-changed", G_CALLBACK (view_changed_cb), self,
                           G_CONNECT_SWAPPED);
  view_changed_cb (self);
}

void
ts_status_bar_set_survey (TsStatusBar *self, TsSurvey *survey)
{
  g_return_if_fail (TS_IS_STATUS_BAR (self));

  if (self->survey != NULL)
    g_signal_handlers_disconnect_by_func (self->survey, update_warning, self);
  g_set_object (&self->survey, survey);
  if (survey != NULL)
    g_signal_connect_object (survey, "changed", G_CALLBACK (update_warning), self,
                             G_CONNECT_SWAPPED);
  update_warning (self);
}

void
ts_status_bar_set_compact (TsStatusBar *self, gboolean compact)
{
  g_return_if_fail (TS_IS_STATUS_BAR (self));

  /* room is kept for numbers that come and go, where there is some */
  gtk_label_set_width_chars (self->place_label, compact ? -1 : 13);
  gtk_label_set_width_chars (self->raw_label, compact ? -1 : 26);
  gtk_widget_set_hexpand (GTK_WIDGET (self->raw_label), compact);
  gtk_widget_set_visible (GTK_WIDGET (self->shown_label), !compact);
  gtk_widget_set_visible (GTK_WIDGET (self->paired_label), !compact);
}

/* Going to an image by its number. */

void
ts_status_bar_go_to (TsStatusBar *self)
{
  g_return_if_fail (TS_IS_STATUS_BAR (self));

  gtk_menu_button_popup (self->go_button);
}

static void
go_shown_cb (TsStatusBar *self)
{
  g_autofree char *text = g_strdup_printf ("%u", ts_session_get_current (self->session));

  gtk_editable_set_text (GTK_EDITABLE (self->go_entry), text);
  gtk_widget_grab_focus (GTK_WIDGET (self->go_entry));
}

/* The number that stands there; %FALSE when there is no such image. */
static gboolean
get_target (TsStatusBar *self, guint64 *index)
{
  TsView *view = ts_session_get_view (self->session);
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->go_entry)));
  const char *digits = g_strstrip (text);

  return view != NULL &&
         g_ascii_string_to_unsigned (*digits == '#' ? digits + 1 : digits, 10, 0, G_MAXUINT, index,
                                     NULL) &&
         *index < ts_batch_get_n_images (ts_view_get_batch (view));
}

static void
go_changed_cb (TsStatusBar *self)
{
  guint64 index;

  if (get_target (self, &index))
    gtk_widget_remove_css_class (GTK_WIDGET (self->go_entry), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->go_entry), "error");
}

static void
go_activated_cb (TsStatusBar *self)
{
  guint64 index;

  if (!get_target (self, &index))
    return;
  gtk_menu_button_popdown (self->go_button);
  ts_session_set_current (self->session, (guint) index);
}

static void
ts_status_bar_dispose (GObject *object)
{
  TsStatusBar *self = TS_STATUS_BAR (object);
  GtkWidget *child;

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->session);
  g_clear_object (&self->survey);

  G_OBJECT_CLASS (ts_status_bar_parent_class)->dispose (object);
}

static void
ts_status_bar_class_init (TsStatusBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ts_status_bar_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-status-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, TsStatusBar, place_label);
  gtk_widget_class_bind_template_child (widget_class, TsStatusBar, raw_label);
  gtk_widget_class_bind_template_child (widget_class, TsStatusBar, shown_label);
  gtk_widget_class_bind_template_child (widget_class, TsStatusBar, paired_label);
  gtk_widget_class_bind_template_child (widget_class, TsStatusBar, selected_label);
  gtk_widget_class_bind_template_child (widget_class, TsStatusBar, go_button);
  gtk_widget_class_bind_template_child (widget_class, TsStatusBar, go_entry);
  gtk_widget_class_bind_template_callback (widget_class, go_shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, go_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, go_activated_cb);
  gtk_widget_class_bind_template_child (widget_class, TsStatusBar, estimate_label);
  gtk_widget_class_bind_template_child (widget_class, TsStatusBar, warning_label);
  gtk_widget_class_bind_template_child (widget_class, TsStatusBar, warning_box);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "status-bar");
}

static void
ts_status_bar_init (TsStatusBar *self)
{
  self->index = -1;
  gtk_widget_init_template (GTK_WIDGET (self));
}
