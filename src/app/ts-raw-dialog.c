/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-raw-dialog.h"

#include "reader/ts-raw.h"

#include <string.h>

struct _TsRawDialog
{
  AdwWindow parent_instance;

  /* template */
  AdwComboRow *suggestion_row;
  AdwComboRow *dtype_row;
  AdwComboRow *order_row;
  AdwEntryRow *shape_row;
  AdwEntryRow *offset_row;
  AdwEntryRow *row_bytes_row;
  GtkLabel *foot_label;
  GtkWidget *open_button;

  /* owned */
  TsSource *source; /* %NULL when the file cannot be read */
  GArray *suggestions;
  char *name;
  char *read_error;
  char *raw; /* the answer, while it is a valid one */

  gboolean updating;
};

static guint accepted_signal;

G_DEFINE_FINAL_TYPE (TsRawDialog, ts_raw_dialog, ADW_TYPE_WINDOW)

static char *
dup_text (AdwEntryRow *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

static char *
dup_entered (TsRawDialog *self)
{
  g_autofree char *shape = dup_text (self->shape_row);
  g_autofree char *offset = dup_text (self->offset_row);
  g_autofree char *row_bytes = dup_text (self->row_bytes_row);
  g_auto (GStrv) sizes = g_strsplit (shape, "×", -1);
  g_autofree char *plain = g_strjoinv ("x", sizes);
  gboolean has_gaps = *row_bytes != '\0' && !g_str_equal (row_bytes, "0");

  return g_strdup_printf ("%s:%s@%s%s%s%s",
                          ts_dtype_get_name (
                              (TsDtype) adw_combo_row_get_selected (self->dtype_row)),
                          plain, *offset != '\0' ? offset : "0",
                          adw_combo_row_get_selected (self->order_row) == 1 ? ",big" : "",
                          has_gaps ? ",row=" : "", has_gaps ? row_bytes : "");
}

/* Tries what is entered, and says how that goes. */
static void
check (TsRawDialog *self)
{
  g_autofree char *entered = dup_entered (self);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = NULL;
  TsRawOptions options;

  g_clear_pointer (&self->raw, g_free);
  if (self->source != NULL && ts_raw_options_parse (&options, entered, &error))
    document = ts_raw_open (self->source, self->name, &options, &error);
  if (document != NULL) {
    GPtrArray *warnings = ts_document_get_warnings (document);

    self->raw = g_strdup (entered);
    text = warnings->len > 0 ? g_strdup (g_ptr_array_index (warnings, 0))
                             : g_strdup (ts_node_get_summary (ts_document_get_root (document)));
  } else {
    text = g_strdup (error != NULL ? error->message : self->read_error);
  }
  gtk_label_set_label (self->foot_label, text != NULL ? text : "");
  gtk_widget_set_sensitive (self->open_button, self->raw != NULL);
}

static void
changed_cb (TsRawDialog *self)
{
  if (!self->updating)
    check (self);
}

static void
set_options (TsRawDialog *self, const TsRawOptions *options)
{
  TsRawOptions plain = *options;
  g_autofree char *shape = NULL;
  g_autofree char *offset = g_strdup_printf ("%" G_GUINT64_FORMAT, options->offset_bytes);
  g_autofree char *row_bytes =
      options->row_bytes > 0 ? g_strdup_printf ("%" G_GUINT64_FORMAT, options->row_bytes) : NULL;
  g_autofree char *text = NULL;

  plain.offset_bytes = 0;
  plain.row_bytes = 0;
  plain.byte_order = G_LITTLE_ENDIAN;
  text = ts_raw_options_to_string (&plain);
  shape = g_strdup (strchr (text, ':') + 1);

  gboolean was = self->updating;
  self->updating = TRUE;
  adw_combo_row_set_selected (self->dtype_row, (guint) options->dtype);
  adw_combo_row_set_selected (self->order_row, options->byte_order == G_BIG_ENDIAN ? 1 : 0);
  gtk_editable_set_text (GTK_EDITABLE (self->shape_row), shape);
  gtk_editable_set_text (GTK_EDITABLE (self->offset_row), offset);
  gtk_editable_set_text (GTK_EDITABLE (self->row_bytes_row), row_bytes != NULL ? row_bytes : "");
  self->updating = was;
  changed_cb (self);
}

static void
suggestion_cb (TsRawDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->suggestion_row);

  if (!self->updating && selected < self->suggestions->len)
    set_options (self, &g_array_index (self->suggestions, TsRawOptions, selected));
}

static void
fill (TsRawDialog *self)
{
  g_autoptr (GtkStringList) dtypes = gtk_string_list_new (NULL);
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  for (int i = 0; i < TS_N_DTYPES; i++)
    gtk_string_list_append (dtypes, ts_dtype_get_name ((TsDtype) i));
  adw_combo_row_set_model (self->dtype_row, G_LIST_MODEL (dtypes));
  for (guint i = 0; i < self->suggestions->len; i++) {
    const TsRawOptions *options = &g_array_index (self->suggestions, TsRawOptions, i);
    g_autofree char *shape = ts_shape_to_string (&options->shape);
    g_autofree char *text = g_strdup_printf ("%s · %s", ts_dtype_get_name (options->dtype), shape);

    gtk_string_list_append (list, text);
  }
  adw_combo_row_set_model (self->suggestion_row, G_LIST_MODEL (list));
  gtk_widget_set_visible (GTK_WIDGET (self->suggestion_row), self->suggestions->len > 0);
}

void
ts_raw_dialog_set_raw (TsRawDialog *self, const char *raw)
{
  TsRawOptions options;

  g_return_if_fail (TS_IS_RAW_DIALOG (self));

  if (ts_raw_options_parse (&options, raw, NULL))
    set_options (self, &options);
}

TsRawDialog *
ts_raw_dialog_new (GFile *file, const char *raw)
{
  g_return_val_if_fail (G_IS_FILE (file), NULL);

  TsRawDialog *self = g_object_new (TS_TYPE_RAW_DIALOG, NULL);
  g_autofree char *path = g_file_get_path (file);
  g_autoptr (GError) error = NULL;

  self->name = g_file_get_basename (file);
  self->source = path != NULL ? ts_file_source_new (path, &error) : NULL;
  if (self->source != NULL)
    self->suggestions = ts_raw_suggest (self->source, 0, NULL);
  else
    self->suggestions = g_array_new (FALSE, FALSE, sizeof (TsRawOptions));
  if (error != NULL)
    self->read_error = g_strdup (error->message);
  fill (self);
  self->updating = FALSE;
  if (raw != NULL) {
    ts_raw_dialog_set_raw (self, raw);
  } else if (self->suggestions->len > 0) {
    suggestion_cb (self);
  } else {
    guint64 fill_all = TS_RAW_FILL;
    TsRawOptions options = { TS_DTYPE_UINT8, G_LITTLE_ENDIAN, 0, { 0 }, 0 };

    ts_shape_init (&options.shape, 1, &fill_all);
    set_options (self, &options);
  }
  return self;
}

gboolean
ts_raw_dialog_accept (TsRawDialog *self)
{
  g_return_val_if_fail (TS_IS_RAW_DIALOG (self), FALSE);

  check (self);
  if (self->raw == NULL)
    return FALSE;
  g_signal_emit (self, accepted_signal, 0, self->raw);
  gtk_window_close (GTK_WINDOW (self));
  return TRUE;
}

static void
open_clicked_cb (TsRawDialog *self)
{
  ts_raw_dialog_accept (self);
}

static void
ts_raw_dialog_dispose (GObject *object)
{
  TsRawDialog *self = TS_RAW_DIALOG (object);

  self->updating = TRUE;
  g_clear_object (&self->source);
  g_clear_pointer (&self->suggestions, g_array_unref);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->read_error, g_free);
  g_clear_pointer (&self->raw, g_free);

  G_OBJECT_CLASS (ts_raw_dialog_parent_class)->dispose (object);
}

static void
ts_raw_dialog_class_init (TsRawDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = ts_raw_dialog_dispose;
  accepted_signal = g_signal_new ("accepted", TS_TYPE_RAW_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/tenscope/Tenscope/ts-raw-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, TsRawDialog, suggestion_row);
  gtk_widget_class_bind_template_child (widget_class, TsRawDialog, dtype_row);
  gtk_widget_class_bind_template_child (widget_class, TsRawDialog, order_row);
  gtk_widget_class_bind_template_child (widget_class, TsRawDialog, shape_row);
  gtk_widget_class_bind_template_child (widget_class, TsRawDialog, offset_row);
  gtk_widget_class_bind_template_child (widget_class, TsRawDialog, row_bytes_row);
  gtk_widget_class_bind_template_child (widget_class, TsRawDialog, foot_label);
  gtk_widget_class_bind_template_child (widget_class, TsRawDialog, open_button);
  gtk_widget_class_bind_template_callback (widget_class, suggestion_cb);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, open_clicked_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
ts_raw_dialog_init (TsRawDialog *self)
{
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
}
