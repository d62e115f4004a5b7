/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-figure-dialog.h"

#include "app/ts-animation-page.h"
#include "app/ts-compat.h"
#include "app/ts-figure-task.h"
#include "app/ts-rows.h"

#include <glib/gi18n.h>
#include <string.h>

/* One preview is drawn at a time, in a thread. What changes meanwhile cancels it, and the newest
 * settings are drawn next. Threads know the dialog weakly, so that closing it ends it. */

#define FEW           16
#define MANY          64
#define WAIT_MS       40  /* for the next key or step of a slider */
#define READABLE_SIDE 256 /* of the frames of an animation, to begin with */

/* Figures as TsFigureFormat, then animations as TsAnimationFormat. */
static const struct
{
  const char *id;
  const char *title;
  gboolean is_animation;
  int format;
} formats[] = {
  { "png", "PNG", FALSE, TS_FIGURE_PNG },
  { "pdf", "PDF", FALSE, TS_FIGURE_PDF },
  { "svg", "SVG", FALSE, TS_FIGURE_SVG },
  { "apng", N_ ("APNG (animation)"), TRUE, TS_ANIMATION_APNG },
    { "webp", N_ ("WebP (animation)"), TRUE, TS_ANIMATION_WEBP },
  };

struct _TsFigureDialog
{
  AdwWindow parent_instance;

  /* template */
  AdwFlap *flap;
  AdwToastOverlay *toast_overlay;
  GtkStack *page_stack;
  AdwPreferencesGroup *what_group;
  TsFigureView *view;
  GtkWidget *mark_box;
  GtkToggleButton *loupe_button;
  GtkToggleButton *loupe2_button;
  GtkToggleButton *crop_button;
  GtkSpinner *spinner;
  GtkLabel *foot_label;
  GtkWidget *save_button;
  GtkRevealer *progress_revealer;
  GtkProgressBar *progress_bar;

  /* children */
  AdwComboRow *format_row;
  AdwComboRow *images_row;
  TsFigurePage *figure_page;
  TsAnimationPage *animation_page;

  /* owned */
  TsSession *session;
  GSettings *settings; /* (nullable) */
  GArray *amounts;     /* of guint64: the first so many images; 0 is the selection */
  GCancellable *preview_cancellable;
  GCancellable *write_cancellable;
  GFile *file;

  /* the preview */
  gboolean drawing;
  gboolean stale; /* settings have changed since it was begun */
  gboolean valid;
  guint wait_timer;
  guint frame_timer;
  guint64 position;

  struct Writing *writing; /* (nullable) */
  guint progress_timer;
  gboolean updating;
};

enum {
  WRITTEN,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TsFigureDialog, ts_figure_dialog, ADW_TYPE_WINDOW)

static void draw_now (TsFigureDialog *self);

static guint
get_format (TsFigureDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->format_row);

  return MIN (selected, G_N_ELEMENTS (formats) - 1);
}

/* What is chosen. */

static guint64 *
get_indices (TsFigureDialog *self, gsize *n)
{
  TsBatch *batch = ts_view_get_batch (ts_session_get_view (self->session));
  guint selected = adw_combo_row_get_selected (self->images_row);
  guint64 amount =
      selected < self->amounts->len ? g_array_index (self->amounts, guint64, selected) : 1;
  GtkBitset *selection = ts_session_get_selection (self->session);
  GtkBitsetIter iter;
  guint index;
  guint64 *indices;

  *n = 0;
  if (amount == ts_batch_get_n_images (batch))
    return NULL;
  if (amount > 0) {
    indices = g_new (guint64, amount);
    while (*n < amount) {
      indices[*n] = *n;
      (*n)++;
    }
    return indices;
  }
  indices = g_new (guint64, gtk_bitset_get_size (selection) + 1);
  for (gboolean more = gtk_bitset_iter_init_first (&iter, selection, &index); more;
       more = gtk_bitset_iter_next (&iter, &index))
    indices[(*n)++] = index;
  return indices;
}

static TsFigureTask *
make_task (TsFigureDialog *self, GError **error)
{
  guint format = get_format (self);
  gsize n;
  guint64 *indices = get_indices (self, &n);
  g_autoptr (TsFigureTask) task =
                 ts_figure_task_new (ts_session_get_view (self->session),
                                     ts_session_get_stats (self->session),
                                     ts_session_get_recipe (self->session), indices, n);

  if (formats[format].is_animation) {
    task->animation.format = (TsAnimationFormat) formats[format].format;
    ts_animation_page_get_options (self->animation_page, &task->animation);
  } else {
    TsFigureOptions options;

    if (!ts_figure_page_get_options (self->figure_page, &options, error))
      return NULL;
    task->figure = ts_figure_options_copy (&options);
    task->format = (TsFigureFormat) formats[format].format;
  }
  return g_steal_pointer (&task);
}

/* The preview. */

typedef struct
{
  GWeakRef dialog;
  TsFigureTask *task;
  guint width, height;
  guint64 position;
  GArray *panels;
  char *size;
} Drawing;

static void
drawing_free (gpointer data)
{
  Drawing *drawing = data;

  g_weak_ref_clear (&drawing->dialog);
  ts_figure_task_free (drawing->task);
  g_clear_pointer (&drawing->panels, g_array_unref);
  g_free (drawing->size);
  g_free (drawing);
}

static void
draw_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Drawing *drawing = data;
  GError *error = NULL;
  GdkTexture *texture =
      ts_figure_task_preview (drawing->task, drawing->width, drawing->height, drawing->position,
                              &drawing->panels, &drawing->size, cancellable, &error);

  if (texture != NULL)
    g_task_return_pointer (task, texture, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
show_state (TsFigureDialog *self, const char *text, gboolean is_error)
{
  gtk_label_set_label (self->foot_label, text);
  if (is_error)
    gtk_widget_add_css_class (GTK_WIDGET (self->foot_label), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->foot_label), "error");
  self->valid = !is_error;
  gtk_widget_set_sensitive (self->save_button, !is_error && self->write_cancellable == NULL);
  gtk_widget_set_tooltip_text (self->save_button, is_error ? text : _ ("Write the file (Ctrl+S)"));
}

static gboolean
next_frame_cb (gpointer data)
{
  TsFigureDialog *self = data;

  self->frame_timer = 0;
  self->position++;
  draw_now (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_next_frame (TsFigureDialog *self, const TsFigureTask *task)
{
  guint ms = 1000 * task->animation.rate[1] / MAX (task->animation.rate[0], 1);

  g_clear_handle_id (&self->frame_timer, g_source_remove);
  self->frame_timer = g_timeout_add (MAX (ms, 10), next_frame_cb, self);
}

static void
drawn_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Drawing *drawing = g_task_get_task_data (G_TASK (result));
  g_autoptr (TsFigureDialog) self = g_weak_ref_get (&drawing->dialog);
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = g_task_propagate_pointer (G_TASK (result), &error);

  if (self == NULL || self->session == NULL) /* closed */
    return;
  self->drawing = FALSE;
  g_clear_object (&self->preview_cancellable);
  gtk_spinner_stop (self->spinner);
  if (texture != NULL) {
    ts_figure_view_set_picture (self->view, texture, drawing->panels);
    show_state (self, drawing->size, FALSE);
  } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    show_state (self, error->message, TRUE);
  }
  if (self->stale)
    draw_now (self);
  else if (texture != NULL && drawing->task->figure == NULL)
    wait_for_next_frame (self, drawing->task);
}

static void
draw_now (TsFigureDialog *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->wait_timer, g_source_remove);
  g_clear_handle_id (&self->frame_timer, g_source_remove);
  if (self->drawing) {
    self->stale = TRUE;
    return;
  }
  self->stale = FALSE;
  if (ts_session_get_view (self->session) == NULL)
    return;

  TsFigureTask *task = make_task (self, &error);

  if (task == NULL) {
    show_state (self, error->message, TRUE);
    return;
  }

  Drawing *drawing = g_new0 (Drawing, 1);
  g_weak_ref_init (&drawing->dialog, self);
  drawing->task = task;
  drawing->position = self->position;
  ts_figure_view_get_room (self->view, &drawing->width, &drawing->height);
  self->preview_cancellable = g_cancellable_new ();
  self->drawing = TRUE;
  if (task->figure != NULL) /* frames are no news */
    gtk_spinner_start (self->spinner);

  g_autoptr (GTask) thread = g_task_new (NULL, self->preview_cancellable, drawn_cb, NULL);
  g_task_set_task_data (thread, drawing, drawing_free);
  g_task_run_in_thread (thread, draw_thread);
}

static gboolean
wait_cb (gpointer data)
{
  TsFigureDialog *self = data;

  self->wait_timer = 0;
  draw_now (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (gpointer data)
{
  TsFigureDialog *self = data;

  if (self->updating || self->session == NULL)
    return;
  if (self->drawing) {
    self->stale = TRUE;
    if (self->preview_cancellable != NULL)
      g_cancellable_cancel (self->preview_cancellable);
    return;
  }
  if (self->wait_timer == 0)
    self->wait_timer = g_timeout_add (WAIT_MS, wait_cb, self);
}

static void
format_cb (gpointer data)
{
  TsFigureDialog *self = data;
  guint format = get_format (self);
  gboolean is_animation = formats[format].is_animation;

  gtk_stack_set_visible_child_name (self->page_stack, is_animation ? "animation" : "figure");
  gtk_widget_set_visible (self->mark_box, !is_animation);
  if (is_animation)
    ts_animation_page_set_format (self->animation_page, (TsAnimationFormat) formats[format].format);
  self->position = 0;
  changed_cb (self);
}

static void
marked_cb (TsFigureDialog *self, const TsRect *rect)
{
  if (gtk_toggle_button_get_active (self->crop_button))
    ts_figure_page_set_crop (self->figure_page, rect);
  else
    ts_figure_page_set_loupe (self->figure_page,
                              gtk_toggle_button_get_active (self->loupe2_button) ? 1 : 0, rect);
}

static void
clear_marks_cb (TsFigureDialog *self)
{
  const TsRect none = { 0 };

  ts_figure_page_set_crop (self->figure_page, &none);
  ts_figure_page_set_loupe (self->figure_page, 0, &none);
  ts_figure_page_set_loupe (self->figure_page, 1, &none);
}

/* Writing. */

/* What the thread and the dialog share. */
typedef struct Writing
{
  GWeakRef dialog;
  TsFigureTask *task;
  GFile *file;
  int n_done, n_total; /* atomic */
} Writing;

static void
writing_clear (gpointer data)
{
  Writing *writing = data;

  g_weak_ref_clear (&writing->dialog);
  ts_figure_task_free (writing->task);
  g_object_unref (writing->file);
}

static void
writing_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, writing_clear);
}

static gboolean
progress_timer_cb (gpointer data)
{
  TsFigureDialog *self = data;
  int n_total = g_atomic_int_get (&self->writing->n_total);

  if (n_total > 0)
    gtk_progress_bar_set_fraction (self->progress_bar,
                                   (double) g_atomic_int_get (&self->writing->n_done) / n_total);
  else
    gtk_progress_bar_pulse (self->progress_bar);
  return G_SOURCE_CONTINUE;
}

/* In the thread. */
static void
progress_cb (guint64 n_done, guint64 n_total, gpointer data)
{
  Writing *writing = data;

  g_atomic_int_set (&writing->n_done, (int) MIN (n_done, G_MAXINT));
  g_atomic_int_set (&writing->n_total, (int) MIN (n_total, G_MAXINT));
}

static void
write_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Writing *writing = data;
  GError *error = NULL;

  if (ts_figure_task_write (writing->task, writing->file, progress_cb, writing, cancellable,
                            &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
tell_written (TsFigureDialog *self)
{
  g_autofree char *name = g_file_get_basename (self->file);
  g_autofree char *path = g_file_get_path (self->file);
  g_autofree char *text = g_strdup_printf (_ ("“%s” written"), name);
  AdwToast *toast = adw_toast_new (text);

  adw_toast_set_button_label (toast, _ ("Show in Files"));
  adw_toast_set_action_name (toast, "figure.show-file");
  adw_toast_set_action_target (toast, "s", path);
  adw_toast_overlay_add_toast (self->toast_overlay, toast);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Writing *writing = g_task_get_task_data (G_TASK (result));
  g_autoptr (TsFigureDialog) self = g_weak_ref_get (&writing->dialog);
  g_autoptr (GError) error = NULL;
  gboolean ok = g_task_propagate_boolean (G_TASK (result), &error);

  if (self == NULL || self->session == NULL) /* closed */
    return;
  g_clear_object (&self->write_cancellable);
  g_clear_pointer (&self->writing, writing_unref);
  g_clear_handle_id (&self->progress_timer, g_source_remove);
  gtk_revealer_set_reveal_child (self->progress_revealer, FALSE);
  gtk_widget_set_sensitive (self->save_button, self->valid);
  if (ok) {
    tell_written (self);
    ts_figure_page_remember (self->figure_page);
    if (self->settings != NULL)
      g_settings_set_string (self->settings, "figure-format", formats[get_format (self)].id);
    g_signal_emit (self, signals[WRITTEN], 0, self->file);
  } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    adw_toast_overlay_add_toast (self->toast_overlay, adw_toast_new (_ ("Nothing was written")));
    g_signal_emit (self, signals[FAILED], 0, error->message);
  } else {
    ts_compat_show_message (GTK_WINDOW (self), _ ("Nothing was written"), error->message);
    g_signal_emit (self, signals[FAILED], 0, error->message);
  }
}

void
ts_figure_dialog_write (TsFigureDialog *self, GFile *file)
{
  g_return_if_fail (TS_IS_FIGURE_DIALOG (self));

  g_autoptr (GError) error = NULL;
  TsFigureTask *task;

  if (self->write_cancellable != NULL)
    return;
  task = make_task (self, &error);
  if (task == NULL) {
    show_state (self, error->message, TRUE);
    g_signal_emit (self, signals[FAILED], 0, error->message);
    return;
  }
  g_set_object (&self->file, file);
  self->write_cancellable = g_cancellable_new ();
  self->writing = g_atomic_rc_box_new0 (Writing);
  g_weak_ref_init (&self->writing->dialog, self);
  self->writing->task = task;
  self->writing->file = g_object_ref (file);
  gtk_progress_bar_set_fraction (self->progress_bar, 0);
  gtk_revealer_set_reveal_child (self->progress_revealer, TRUE);
  gtk_widget_set_sensitive (self->save_button, FALSE);
  self->progress_timer = g_timeout_add (100, progress_timer_cb, self);

  g_autoptr (GTask) thread = g_task_new (NULL, self->write_cancellable, written_cb, NULL);
  g_task_set_check_cancellable (thread, FALSE);
  g_task_set_task_data (thread, g_atomic_rc_box_acquire (self->writing), writing_unref);
  g_task_run_in_thread (thread, write_thread);
}

static void
cancel_cb (TsFigureDialog *self)
{
  if (self->write_cancellable != NULL)
    g_cancellable_cancel (self->write_cancellable);
}

static void
file_chosen_cb (GListModel *files, gpointer data)
{
  g_autoptr (GFile) file = g_list_model_get_item (files, 0);

  if (file != NULL)
    ts_figure_dialog_write (data, file);
}

static void
save_cb (TsFigureDialog *self)
{
  guint format = get_format (self);
  GFile *dump = ts_session_get_file (self->session);
  g_autoptr (GFile) folder = dump != NULL ? g_file_get_parent (dump) : NULL;
  g_autofree char *stem = dump != NULL ? g_file_get_basename (dump) : g_strdup ("figure");
  char *dot = strrchr (stem, '.');

  if (!gtk_widget_get_sensitive (self->save_button))
    return;
  if (dot != NULL && dot != stem)
    *dot = '\0';
  g_autofree char *name =
      g_strdup_printf ("%s-%s.%s", stem, formats[format].is_animation ? "animation" : "figure",
                       g_str_equal (formats[format].id, "apng") ? "png" : formats[format].id);

  if (self->file != NULL) {
    g_clear_object (&folder);
    folder = g_file_get_parent (self->file);
  }
  ts_compat_choose_save (GTK_WINDOW (self), folder, name, G_OBJECT (self), file_chosen_cb, self);
}

static void
save_action_cb (GtkWidget *widget, const char *name, GVariant *value)
{
  save_cb (TS_FIGURE_DIALOG (widget));
}

static void
show_file_cb (GtkWidget *widget, const char *name, GVariant *value)
{
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_string (value, NULL));

  ts_compat_show_file (GTK_WINDOW (widget), file);
}

/* Making it. */

static void
add_amount (TsFigureDialog *self, GtkStringList *names, guint64 amount, gboolean all)
{
  g_autofree char *name = all ? g_strdup_printf (_ ("All %lu"), (gulong) amount)
                              : g_strdup_printf (_ ("The first %lu"), (gulong) amount);

  g_array_append_val (self->amounts, amount);
  gtk_string_list_append (names, name);
}

/* Selected images, or as many as a figure can show well. */
static void
fill_images (TsFigureDialog *self)
{
  TsBatch *batch = ts_view_get_batch (ts_session_get_view (self->session));
  guint64 n_images = ts_batch_get_n_images (batch), none = 0;
  guint64 n_selected = gtk_bitset_get_size (ts_session_get_selection (self->session));
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint chosen;

  g_array_set_size (self->amounts, 0);
  if (n_selected > 0) {
    g_autofree char *name = g_strdup_printf (_ ("%lu selected"), (gulong) n_selected);

    g_array_append_val (self->amounts, none);
    gtk_string_list_append (names, name);
  }
  if (n_images > FEW)
    add_amount (self, names, FEW, FALSE);
  if (n_images > MANY)
    add_amount (self, names, MANY, FALSE);
  add_amount (self, names, n_images, TRUE);
  chosen = n_selected > 0 ? 0 : self->amounts->len - 1;
  if (n_selected == 0 && n_images > MANY)
    chosen--;
  self->updating = TRUE;
  adw_combo_row_set_model (self->images_row, G_LIST_MODEL (names));
  adw_combo_row_set_selected (self->images_row, chosen);
  self->updating = FALSE;
}

static void
selection_cb (TsFigureDialog *self)
{
  fill_images (self);
  changed_cb (self);
}

gboolean
ts_figure_dialog_set_format (TsFigureDialog *self, const char *format)
{
  g_return_val_if_fail (TS_IS_FIGURE_DIALOG (self), FALSE);

  GListModel *model = adw_combo_row_get_model (self->format_row);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    if (g_str_equal (formats[i].id, format)) {
      adw_combo_row_set_selected (self->format_row, i);
      return TRUE;
    }
  return FALSE;
}

gboolean
ts_figure_dialog_is_busy (TsFigureDialog *self)
{
  g_return_val_if_fail (TS_IS_FIGURE_DIALOG (self), FALSE);

  return self->drawing || self->stale || self->wait_timer != 0 || self->write_cancellable != NULL;
}

TsFigurePage *
ts_figure_dialog_get_page (TsFigureDialog *self)
{
  g_return_val_if_fail (TS_IS_FIGURE_DIALOG (self), NULL);

  return self->figure_page;
}

TsFigureView *
ts_figure_dialog_get_view (TsFigureDialog *self)
{
  g_return_val_if_fail (TS_IS_FIGURE_DIALOG (self), NULL);

  return self->view;
}

static void
fill (TsFigureDialog *self)
{
  TsRows what = { self->what_group, format_cb, self };
  g_autoptr (GPtrArray) titles = g_ptr_array_new ();
  TsImageSize size;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (!formats[i].is_animation || ts_animation_has_format ((TsAnimationFormat) formats[i].format))
      g_ptr_array_add (titles, (char *) _ (formats[i].title));
  g_ptr_array_add (titles, NULL);
  self->updating = TRUE;
  self->figure_page =
      TS_FIGURE_PAGE (ts_figure_page_new (ts_session_get_view (self->session), self->settings));
  ts_batch_get_max_size (ts_view_get_batch (ts_session_get_view (self->session)), &size);
  self->animation_page = TS_ANIMATION_PAGE (
      ts_animation_page_new (MAX (READABLE_SIDE / MAX (size.width, size.height), 1)));
  gtk_stack_add_named (self->page_stack, GTK_WIDGET (self->figure_page), "figure");
  gtk_stack_add_named (self->page_stack, GTK_WIDGET (self->animation_page), "animation");
  self->format_row = ts_rows_add_combo (&what, _ ("Format"), (const char *const *) titles->pdata);
  what.changed = changed_cb;
  self->images_row = ts_rows_add_combo (&what, _ ("Images"), NULL);
  fill_images (self);
  if (self->settings != NULL) {
    g_autofree char *format = g_settings_get_string (self->settings, "figure-format");

    ts_figure_dialog_set_format (self, format);
  }
  g_signal_connect_object (self->figure_page, "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->animation_page, "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  self->updating = FALSE;
}

TsFigureDialog *
ts_figure_dialog_new (TsSession *session, GSettings *settings)
{
  g_return_val_if_fail (TS_IS_SESSION (session), NULL);
  g_return_val_if_fail (ts_session_get_view (session) != NULL, NULL);

  TsFigureDialog *self = g_object_new (TS_TYPE_FIGURE_DIALOG, NULL);

  self->session = g_object_ref (session);
  g_set_object (&self->settings, settings);
  fill (self);
  format_cb (self);
  g_signal_connect_object (session, "recipe-changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "selection-changed", G_CALLBACK (selection_cb), self,
                           G_CONNECT_SWAPPED);
  /* another batch under the dialog: nothing it says holds any more */
  g_signal_connect_object (session, "view-changed", G_CALLBACK (gtk_window_destroy), self,
                           G_CONNECT_SWAPPED);
  return self;
}

static void
ts_figure_dialog_dispose (GObject *object)
{
  TsFigureDialog *self = TS_FIGURE_DIALOG (object);

  self->updating = TRUE;
  g_clear_handle_id (&self->wait_timer, g_source_remove);
  g_clear_handle_id (&self->frame_timer, g_source_remove);
  g_clear_handle_id (&self->progress_timer, g_source_remove);
  if (self->preview_cancellable != NULL)
    g_cancellable_cancel (self->preview_cancellable);
  if (self->write_cancellable != NULL)
    g_cancellable_cancel (self->write_cancellable);
  g_clear_object (&self->preview_cancellable);
  g_clear_object (&self->write_cancellable);
  g_clear_pointer (&self->writing, writing_unref);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (ts_figure_dialog_parent_class)->dispose (object);
}

static void
ts_figure_dialog_finalize (GObject *object)
{
  TsFigureDialog *self = TS_FIGURE_DIALOG (object);

  g_clear_object (&self->file);
  g_array_unref (self->amounts);

  G_OBJECT_CLASS (ts_figure_dialog_parent_class)->finalize (object);
}

static void
ts_figure_dialog_class_init (TsFigureDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TS_TYPE_FIGURE_VIEW);
  G_OBJECT_CLASS (klass)->dispose = ts_figure_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = ts_figure_dialog_finalize;
  signals[WRITTEN] = g_signal_new ("written", TS_TYPE_FIGURE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_FILE);
  signals[FAILED] = g_signal_new ("failed", TS_TYPE_FIGURE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-figure-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, flap);
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, toast_overlay);
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, page_stack);
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, what_group);
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, view);
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, mark_box);
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, loupe_button);
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, loupe2_button);
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, crop_button);
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, foot_label);
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, save_button);
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, progress_revealer);
  gtk_widget_class_bind_template_child (widget_class, TsFigureDialog, progress_bar);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, marked_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_marks_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_install_action (widget_class, "figure.save", NULL, save_action_cb);
  gtk_widget_class_install_action (widget_class, "figure.show-file", "s", show_file_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, "figure.save",
                                       NULL);
}

static void
ts_figure_dialog_init (TsFigureDialog *self)
{
  self->updating = TRUE;
  self->amounts = g_array_new (FALSE, FALSE, sizeof (guint64));
  gtk_widget_init_template (GTK_WIDGET (self));
  self->updating = FALSE;
}
