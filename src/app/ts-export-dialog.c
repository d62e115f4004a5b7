/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-export-dialog-private.h"

#include "app/ts-compat.h"
#include "pixels/ts-colormap.h"

#include <glib/gi18n.h>

#define N_PREVIEW 3

static guint accepted_signal;

G_DEFINE_FINAL_TYPE (TsExportDialog, ts_export_dialog, ADW_TYPE_WINDOW)

/* Shows what the choices come to. */

static void
update_foot (TsExportDialog *self, const GError *error)
{
  if (error != NULL) {
    gtk_label_set_label (self->foot_label, error->message);
    gtk_widget_add_css_class (GTK_WIDGET (self->foot_label), "error");
    gtk_label_set_label (self->preview_label, "");
    return;
  }

  g_auto (GStrv) names = ts_export_job_preview_names (self->job, N_PREVIEW);
  g_autofree char *preview = g_strjoinv ("\n", names);
  TsExportProgress progress;
  guint64 n_bytes = ts_export_job_estimate_bytes (self->job);
  g_autofree char *size = g_format_size (n_bytes);
  g_autofree char *about = g_strdup_printf (_ (", about %s"), size);

  ts_export_job_get_progress (self->job, &progress);
  g_autofree char *count = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%lu image", "%lu images",
                                                         (gulong) progress.n_total),
                                            (gulong) progress.n_total);
  g_autofree char *text = g_strconcat (count, n_bytes > 0 ? about : "", NULL);
  gtk_label_set_label (self->preview_label, preview);
  gtk_label_set_label (self->foot_label, text);
  gtk_widget_remove_css_class (GTK_WIDGET (self->foot_label), "error");
}

static void
check_now (TsExportDialog *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->check_idle, g_source_remove);
  g_clear_object (&self->job);
  self->job = ts_export_dialog_make_job (self, &error);
  update_foot (self, error);
  gtk_widget_set_sensitive (self->export_button, self->job != NULL);
  gtk_widget_set_tooltip_text (self->export_button, error != NULL ? error->message : NULL);
}

static gboolean
check_idle_cb (gpointer data)
{
  TsExportDialog *self = data;

  self->check_idle = 0;
  check_now (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (TsExportDialog *self)
{
  if (!self->updating && self->check_idle == 0)
    self->check_idle = g_idle_add (check_idle_cb, self);
}

/* Which options a format has. */

static void
update_options (TsExportDialog *self)
{
  const TsEncoder *encoder = ts_export_dialog_get_encoder (self);
  gboolean is_webp = g_str_equal (encoder->id, "webp");
  gboolean is_jpeg = g_str_equal (encoder->id, "jpeg"), is_tiff = g_str_equal (encoder->id, "tiff");
  gboolean lossless = is_webp && gtk_switch_get_active (self->lossless_switch);
  gboolean half;

  gtk_widget_set_visible (GTK_WIDGET (self->depth_drop_down),
                          g_strv_length ((char **) encoder->depths) > 1);
  gtk_widget_set_visible (GTK_WIDGET (self->compression_drop_down), encoder->has_effort);
  gtk_widget_set_visible (GTK_WIDGET (self->lossless_row), is_webp);
  gtk_widget_set_visible (GTK_WIDGET (self->quality_row), encoder->has_quality && !lossless);
  gtk_widget_set_visible (GTK_WIDGET (self->values_row),
                          ts_export_dialog_get_depth (self, &half) == 32);
  gtk_widget_set_visible (GTK_WIDGET (self->codec_row), encoder->codecs != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->subsampling_row), is_jpeg);
  gtk_widget_set_visible (GTK_WIDGET (self->progressive_row), is_jpeg);
  gtk_widget_set_visible (GTK_WIDGET (self->palette_row),
                          g_str_equal (encoder->id, "png") &&
                              ts_export_dialog_get_depth (self, &half) == 8 &&
                              ts_colormap_is_categorical (
                                  ts_session_get_recipe (self->session)->colormap));
  gtk_widget_set_visible (GTK_WIDGET (self->stack_row), is_tiff);
  gtk_widget_set_visible (GTK_WIDGET (self->subdirs_row),
                          !ts_export_dialog_is_on (self->stack_row, self->stack_switch));
  gtk_widget_set_visible (GTK_WIDGET (self->sidecar_row),
                          !ts_export_dialog_is_on (self->stack_row, self->stack_switch));
}

static void
format_cb (TsExportDialog *self)
{
  g_autoptr (GtkStringList) depths = gtk_string_list_new (NULL);

  if (self->updating)
    return;
  const TsEncoder *encoder = ts_export_dialog_get_encoder (self);
  for (guint i = 0; encoder->depths[i] != NULL; i++)
    gtk_string_list_append (depths, g_str_equal (encoder->depths[i], "32f")
                            ? _ ("32-bit float")
                            : g_str_equal (encoder->depths[i], "16f")
                            ? _ ("16-bit float")
                            : g_str_equal (encoder->depths[i], "16")
                            ? _ ("16 bit")
                            : _ ("8 bit"));
  self->updating = TRUE;
  gtk_drop_down_set_model (self->depth_drop_down, G_LIST_MODEL (depths));
  gtk_drop_down_set_selected (self->depth_drop_down, 0);
  self->updating = FALSE;
  update_options (self);
  changed_cb (self);
}

static void
option_cb (TsExportDialog *self)
{
  if (self->updating)
    return;
  update_options (self);
  changed_cb (self);
}

static void
number_cb (TsExportDialog *self, double value)
{
  changed_cb (self);
}

/* Names. */

static void
field_clicked_cb (TsExportDialog *self, GtkButton *button)
{
  GtkEditable *editable = GTK_EDITABLE (self->name_row);
  int position = gtk_editable_get_position (editable);

  gtk_editable_insert_text (editable, gtk_button_get_label (button), -1, &position);
  gtk_editable_set_position (editable, position);
}

static void
add_fields (TsExportDialog *self)
{
  g_auto (GStrv) fields = ts_export_template_fields (ts_session_get_view (self->session));

  for (guint i = 0; fields != NULL && fields[i] != NULL; i++) {
    g_autofree char *label = g_strdup_printf ("{%s}", fields[i]);
    g_autofree char *name = g_strdup_printf (_ ("Insert %s"), label);
    GtkWidget *button = gtk_button_new_with_label (label);
    gtk_widget_add_css_class (button, "chip");
    gtk_widget_set_tooltip_text (button, name);
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                    -1);
    g_signal_connect_object (button, "clicked", G_CALLBACK (field_clicked_cb), self,
                             G_CONNECT_SWAPPED);
    gtk_flow_box_append (self->field_box, button);
    gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
  }
}

static void
add_latents (TsExportDialog *self)
{
  TsPairing *pairing = ts_view_get_pairing (ts_session_get_view (self->session));

  for (guint i = 0; i < ts_pairing_get_n_fields (pairing); i++) {
    const TsField *field = ts_pairing_get_field (pairing, i);
    if (field->role != TS_FIELD_LATENT)
      continue;

    GtkWidget *row = adw_action_row_new ();
    GtkWidget *check = gtk_check_button_new ();
    g_autofree char *shape = ts_shape_to_string (ts_tensor_get_shape (field->tensor));
    g_autofree char *title = g_markup_escape_text (field->name, -1);
    adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), shape);
    gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
    gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
    gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    field->name, -1);
    g_object_set_data_full (G_OBJECT (check), "name", g_strdup (field->name), g_free);
    g_signal_connect_object (check, "toggled", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
    adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
    adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
    adw_expander_row_add_row (self->sidecar_row, row);
    g_ptr_array_add (self->latent_checks, check);
  }
}

/* Folder. */

static void
folder_chosen_cb (GListModel *files, gpointer data)
{
  g_autoptr (GFile) folder = g_list_model_get_item (files, 0);

  if (folder != NULL)
    ts_export_dialog_set_folder (data, folder);
}

static void
choose_folder_cb (TsExportDialog *self)
{
  ts_compat_choose_folder (GTK_WINDOW (self), self->folder, G_OBJECT (self), folder_chosen_cb,
                           self);
}

void
ts_export_dialog_set_folder (TsExportDialog *self, GFile *folder)
{
  g_return_if_fail (TS_IS_EXPORT_DIALOG (self));

  g_autofree char *name = g_file_get_parse_name (folder);
  g_autofree char *subtitle = g_markup_escape_text (name, -1);

  g_set_object (&self->folder, folder);
  adw_action_row_set_subtitle (self->folder_row, subtitle);
  changed_cb (self);
}

/* Beside the dump, unless another folder was used last time. */
static GFile *
get_default_folder (TsExportDialog *self)
{
  GFile *file = ts_session_get_file (self->session);
  g_autofree char *last =
      self->settings != NULL ? g_settings_get_string (self->settings, "export-folder") : NULL;

  if (last != NULL && *last != '\0')
    return g_file_new_for_uri (last);
  if (file == NULL)
    return NULL;
  g_autoptr (GFile) parent = g_file_get_parent (file);
  g_autofree char *name = g_file_get_basename (file);
  char *dot = strrchr (name, '.');
  if (dot != NULL && dot != name)
    *dot = '\0';
  g_autofree char *child = g_strconcat (name, "-export", NULL);
  return parent != NULL ? g_file_get_child (parent, child) : NULL;
}

/* Remembering. */

static void
restore (TsExportDialog *self)
{
  if (self->settings == NULL)
    return;

  g_autofree char *format = g_settings_get_string (self->settings, "export-format");
  g_autofree char *template = g_settings_get_string (self->settings, "export-template");
  for (guint i = 0; ts_encoders[i] != NULL; i++)
    if (g_str_equal (ts_encoders[i]->id, format))
      gtk_drop_down_set_selected (self->format_drop_down, i);
  gtk_editable_set_text (GTK_EDITABLE (self->name_row), template);
  ts_number_row_set_value (self->quality_number,
                           g_settings_get_int (self->settings, "export-quality"));
  adw_expander_row_set_enable_expansion (self->sidecar_row,
                                         g_settings_get_boolean (self->settings, "export-sidecar"));
}

static void
remember (TsExportDialog *self)
{
  g_autofree char *uri = g_file_get_uri (self->folder);
  g_autoptr (GSettingsSchema) schema = NULL;
  const char *format = ts_export_dialog_get_encoder (self)->id;

  if (self->settings == NULL)
    return;
  g_object_get (self->settings, "settings-schema", &schema, NULL);
  g_autoptr (GSettingsSchemaKey) key = g_settings_schema_get_key (schema, "export-format");
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string (format));
  if (g_settings_schema_key_range_check (key, value))
    g_settings_set_value (self->settings, "export-format", value);
  g_settings_set_string (self->settings, "export-folder", uri);
  g_settings_set_string (self->settings, "export-template",
                         gtk_editable_get_text (GTK_EDITABLE (self->name_row)));
  g_settings_set_int (self->settings, "export-quality",
                      (int) ts_number_row_get_value (self->quality_number));
  g_settings_set_boolean (self->settings, "export-sidecar",
                          adw_expander_row_get_enable_expansion (self->sidecar_row));
}

gboolean
ts_export_dialog_accept (TsExportDialog *self)
{
  g_return_val_if_fail (TS_IS_EXPORT_DIALOG (self), FALSE);

  check_now (self);
  if (self->job == NULL)
    return FALSE;
  remember (self);
  g_signal_emit (self, accepted_signal, 0, self->job, self->folder);
  gtk_window_close (GTK_WINDOW (self));
  return TRUE;
}

static void
export_clicked_cb (TsExportDialog *self)
{
  ts_export_dialog_accept (self);
}

static void
fill (TsExportDialog *self, gboolean all)
{
  TsBatch *batch = ts_view_get_batch (ts_session_get_view (self->session));
  guint64 n_selected = gtk_bitset_get_size (ts_session_get_selection (self->session));
  g_autoptr (GtkStringList) what = gtk_string_list_new (NULL);
  g_autoptr (GtkStringList) formats = gtk_string_list_new (NULL);
  g_autofree char *selected = g_strdup_printf (_ ("%lu selected"), (gulong) n_selected);
  g_autofree char *whole = g_strdup_printf (_ ("All %lu"), (gulong) ts_batch_get_n_images (batch));

  self->has_selection = n_selected > 0;
  if (self->has_selection)
    gtk_string_list_append (what, selected);
  gtk_string_list_append (what, whole);
  adw_combo_row_set_model (self->what_row, G_LIST_MODEL (what));
  adw_combo_row_set_selected (self->what_row, self->has_selection && all ? 1 : 0);

  for (guint i = 0; ts_encoders[i] != NULL; i++)
    gtk_string_list_append (formats, ts_encoders[i]->title);
  gtk_drop_down_set_model (self->format_drop_down, G_LIST_MODEL (formats));

  ts_number_row_set_span (self->quality_number, 1, 100, 1, 100);
  ts_number_row_set_default (self->quality_number, 90);
  ts_number_row_set_value (self->quality_number, 90);
  gtk_drop_down_set_selected (self->compression_drop_down, 1);
  gtk_editable_set_text (GTK_EDITABLE (self->name_row), TS_EXPORT_DEFAULT_TEMPLATE);
  add_fields (self);
  add_latents (self);
}

/* The switch inside a row says nothing of itself. */
static void
name_switch (GtkWidget *parent, const char *name)
{
  for (GtkWidget *child = gtk_widget_get_first_child (parent); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    if (GTK_IS_SWITCH (child))
      gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                      -1);
    name_switch (child, name);
  }
}

TsExportDialog *
ts_export_dialog_new (TsSession *session, GSettings *settings, gboolean all)
{
  g_return_val_if_fail (TS_IS_SESSION (session), NULL);
  g_return_val_if_fail (ts_session_get_view (session) != NULL, NULL);

  TsExportDialog *self = g_object_new (TS_TYPE_EXPORT_DIALOG, NULL);
  self->updating = TRUE;
  self->session = g_object_ref (session);
  g_set_object (&self->settings, settings);
  name_switch (GTK_WIDGET (self->sidecar_row), _ ("File beside each image"));
  fill (self, all);
  restore (self);
  self->updating = FALSE;
  format_cb (self);

  g_autoptr (GFile) folder = get_default_folder (self);
  if (folder != NULL)
    ts_export_dialog_set_folder (self, folder);
  /* Return exports at once where that is possible */
  check_now (self);
  gtk_window_set_focus (GTK_WINDOW (self), self->export_button);
  /* another batch under the dialog: nothing it says holds any more */
  g_signal_connect_object (session, "view-changed", G_CALLBACK (gtk_window_destroy), self,
                           G_CONNECT_SWAPPED);
  return self;
}

static void
ts_export_dialog_dispose (GObject *object)
{
  TsExportDialog *self = TS_EXPORT_DIALOG (object);

  self->updating = TRUE;
  g_clear_handle_id (&self->check_idle, g_source_remove);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  g_clear_object (&self->folder);
  g_clear_object (&self->job);
  g_clear_pointer (&self->latent_checks, g_ptr_array_unref);

  G_OBJECT_CLASS (ts_export_dialog_parent_class)->dispose (object);
}

static void
ts_export_dialog_class_init (TsExportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (TS_TYPE_NUMBER_ROW);
  G_OBJECT_CLASS (klass)->dispose = ts_export_dialog_dispose;
  accepted_signal = g_signal_new ("accepted", TS_TYPE_EXPORT_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 2, TS_TYPE_EXPORT_JOB, G_TYPE_FILE);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-export-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, what_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, folder_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, format_drop_down);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, depth_drop_down);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, compression_drop_down);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, values_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, lossless_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, lossless_switch);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, codec_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, subsampling_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, progressive_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, progressive_switch);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, palette_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, palette_switch);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, stack_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, stack_switch);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, subdirs_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, yaml_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, quality_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, quality_number);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, name_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, field_box);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, preview_label);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, sidecar_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, collision_row);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, foot_label);
  gtk_widget_class_bind_template_child (widget_class, TsExportDialog, export_button);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, format_cb);
  gtk_widget_class_bind_template_callback (widget_class, option_cb);
  gtk_widget_class_bind_template_callback (widget_class, number_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, export_clicked_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
ts_export_dialog_init (TsExportDialog *self)
{
  self->updating = TRUE;
  self->latent_checks = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  GtkDropDown *drop_downs[] = { self->format_drop_down, self->depth_drop_down,
                                self->compression_drop_down };
  for (guint i = 0; i < G_N_ELEMENTS (drop_downs); i++)
    ts_compat_name_inner (GTK_WIDGET (drop_downs[i]));
}
