/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-figure-dialog-private.h"

#include "app/ts-compat.h"
#include "app/ts-rows.h"

#include <glib/gi18n.h>

#define FEW           16
#define MANY          64
#define READABLE_SIDE 256 /* of the frames of an animation, to begin with */

const TsFigureDialogFormat ts_figure_dialog_formats[TS_FIGURE_DIALOG_N_FORMATS] = {
  { "png", "PNG", FALSE, TS_FIGURE_PNG },
  { "pdf", "PDF", FALSE, TS_FIGURE_PDF },
  { "svg", "SVG", FALSE, TS_FIGURE_SVG },
  { "apng", N_ ("APNG (animation)"), TRUE, TS_ANIMATION_APNG },
    { "webp", N_ ("WebP (animation)"), TRUE, TS_ANIMATION_WEBP },
  };

G_DEFINE_FINAL_TYPE (TsFigureDialog, ts_figure_dialog, ADW_TYPE_WINDOW)

guint
ts_figure_dialog_get_format (TsFigureDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->format_row);

  return MIN (selected, TS_FIGURE_DIALOG_N_FORMATS - 1);
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

TsFigureTask *
ts_figure_dialog_make_task (TsFigureDialog *self, GError **error)
{
  guint format = ts_figure_dialog_get_format (self);
  gsize n;
  guint64 *indices = get_indices (self, &n);
  g_autoptr (TsFigureTask) task =
                 ts_figure_task_new (ts_session_get_view (self->session),
                                     ts_session_get_stats (self->session),
                                     ts_session_get_recipe (self->session), indices, n);

  if (ts_figure_dialog_formats[format].is_animation) {
    task->animation.format = (TsAnimationFormat) ts_figure_dialog_formats[format].format;
    ts_animation_page_get_options (self->animation_page, &task->animation);
  } else {
    TsFigureOptions options;

    if (!ts_figure_page_get_options (self->figure_page, &options, error))
      return NULL;
    task->figure = ts_figure_options_copy (&options);
    task->format = (TsFigureFormat) ts_figure_dialog_formats[format].format;
  }
  return g_steal_pointer (&task);
}

static void
format_cb (gpointer data)
{
  TsFigureDialog *self = data;
  guint format = ts_figure_dialog_get_format (self);
  gboolean is_animation = ts_figure_dialog_formats[format].is_animation;

  gtk_stack_set_visible_child_name (self->page_stack, is_animation ? "animation" : "figure");
  gtk_widget_set_visible (self->mark_box, !is_animation);
  if (is_animation)
    ts_animation_page_set_format (self->animation_page,
                                  (TsAnimationFormat) ts_figure_dialog_formats[format].format);
  self->position = 0;
  ts_figure_dialog_changed (self);
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

static void
save_action_cb (GtkWidget *widget, const char *name, GVariant *value)
{
  ts_figure_dialog_save (TS_FIGURE_DIALOG (widget));
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
  ts_figure_dialog_changed (self);
}

gboolean
ts_figure_dialog_set_format (TsFigureDialog *self, const char *format)
{
  g_return_val_if_fail (TS_IS_FIGURE_DIALOG (self), FALSE);

  GListModel *model = adw_combo_row_get_model (self->format_row);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    if (g_str_equal (ts_figure_dialog_formats[i].id, format)) {
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

  for (guint i = 0; i < TS_FIGURE_DIALOG_N_FORMATS; i++)
    if (!ts_figure_dialog_formats[i].is_animation ||
        ts_animation_has_format ((TsAnimationFormat) ts_figure_dialog_formats[i].format))
      g_ptr_array_add (titles, (char *) _ (ts_figure_dialog_formats[i].title));
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
  what.changed = ts_figure_dialog_changed;
  self->images_row = ts_rows_add_combo (&what, _ ("Images"), NULL);
  fill_images (self);
  if (self->settings != NULL) {
    g_autofree char *format = g_settings_get_string (self->settings, "figure-format");

    ts_figure_dialog_set_format (self, format);
  }
  g_signal_connect_object (self->figure_page, "changed", G_CALLBACK (ts_figure_dialog_changed),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->animation_page, "changed", G_CALLBACK (ts_figure_dialog_changed),
                           self, G_CONNECT_SWAPPED);
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
  g_signal_connect_object (session, "recipe-changed", G_CALLBACK (ts_figure_dialog_changed), self,
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
  ts_figure_dialog_stop_preview (self);
  ts_figure_dialog_stop_writing (self);
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
  g_signal_new ("written", TS_TYPE_FIGURE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_FILE);
  g_signal_new ("failed", TS_TYPE_FIGURE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_STRING);

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
  gtk_widget_class_bind_template_callback_full (widget_class, "changed_cb",
                                                G_CALLBACK (ts_figure_dialog_changed));
  gtk_widget_class_bind_template_callback (widget_class, marked_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_marks_cb);
  gtk_widget_class_bind_template_callback_full (widget_class, "save_cb",
                                                G_CALLBACK (ts_figure_dialog_save));
  gtk_widget_class_bind_template_callback_full (widget_class, "cancel_cb",
                                                G_CALLBACK (ts_figure_dialog_cancel));
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
