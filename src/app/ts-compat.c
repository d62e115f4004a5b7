/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-compat.h"

#include <glib/gi18n.h>

typedef struct
{
  TsFilesFunc func;
  gpointer data;
} Choice;

static void
response_cb (GtkNativeDialog *dialog, int response, Choice *choice)
{
  if (response == GTK_RESPONSE_ACCEPT) {
    g_autoptr (GListModel) files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
    choice->func (files, choice->data);
  }
  gtk_native_dialog_destroy (dialog);
  /* the reference that kept it alive until now */
  g_object_unref (dialog);
}

static void
owner_gone_cb (gpointer dialog, GObject *owner)
{
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

static void
forget_owner_cb (GtkNativeDialog *dialog, int response, GObject *owner)
{
  g_object_weak_unref (owner, owner_gone_cb, dialog);
}

static void
run_chooser (GtkFileChooserNative *chooser, GObject *owner, TsFilesFunc func, gpointer data)
{
  Choice *choice = g_new0 (Choice, 1);
  choice->func = func;
  choice->data = data;

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_object_weak_ref (owner, owner_gone_cb, chooser);
  g_signal_connect (chooser, "response", G_CALLBACK (forget_owner_cb), owner);
  g_signal_connect_data (chooser, "response", G_CALLBACK (response_cb), choice,
                         (GClosureNotify) (void (*) (void)) g_free, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

void
ts_compat_choose_dumps (GtkWindow *parent,
                        const char *const *suffixes,
                        GObject *owner,
                        TsFilesFunc func,
                        gpointer data)
{
  GtkFileChooserNative *chooser =
      gtk_file_chooser_native_new (_ ("Open tensor dump"), parent, GTK_FILE_CHOOSER_ACTION_OPEN,
                                      _ ("_Open"), _ ("_Cancel"));
  g_autoptr (GtkFileFilter) dumps = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (dumps, _ ("Tensor dumps"));
  for (; *suffixes != NULL; suffixes++)
    gtk_file_filter_add_suffix (dumps, *suffixes + 1);
  gtk_file_filter_set_name (all, _ ("All files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), dumps);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), all);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (chooser), TRUE);
  run_chooser (chooser, owner, func, data);
}

void
ts_compat_choose_folder (GtkWindow *parent,
                         GFile *initial,
                         GObject *owner,
                         TsFilesFunc func,
                         gpointer data)
{
  GtkFileChooserNative *chooser =
      gtk_file_chooser_native_new (_ ("Export to folder"), parent,
                                      GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
                                      _ ("_Select"), _ ("_Cancel"));

  if (initial != NULL && g_file_query_exists (initial, NULL))
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), initial, NULL);
  run_chooser (chooser, owner, func, data);
}

void
ts_compat_choose_save (GtkWindow *parent,
                       GFile *folder,
                       const char *name,
                       GObject *owner,
                       TsFilesFunc func,
                       gpointer data)
{
  GtkFileChooserNative *chooser =
      gtk_file_chooser_native_new (_ ("Write to file"), parent, GTK_FILE_CHOOSER_ACTION_SAVE,
                                      _ ("_Write"), _ ("_Cancel"));

  if (folder != NULL && g_file_query_exists (folder, NULL))
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), folder, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  run_chooser (chooser, owner, func, data);
}

void
ts_compat_show_about (GtkWindow *parent)
{
  const char *developers[] = { "The Tenscope developers", NULL };

  adw_show_about_window (parent, "application-name", "Tenscope", "application-icon", TS_APP_ID,
                         "version", TS_VERSION, "developers", developers, "developer-name",
                         developers[0], "comments",
                         _ ("Views, tunes and exports image batches of tensor dumps"),
                            "license-type", GTK_LICENSE_GPL_3_0, "translator-credits",
                            _ ("translator-credits"), NULL);
}

void
ts_compat_show_message (GtkWindow *parent, const char *heading, const char *text)
{
  GtkWidget *dialog = adw_message_dialog_new (parent, heading, NULL);
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 50);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 320);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), label);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), scroller);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "close");
  gtk_window_present (GTK_WINDOW (dialog));
}

void
ts_compat_show_file (GtkWindow *parent, GFile *file)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autofree char *uri = g_file_get_uri (file);
  const char *uris[] = { uri, NULL };

  if (bus != NULL)
    g_dbus_connection_call (bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1",
                            "org.freedesktop.FileManager1", "ShowItems",
                            g_variant_new ("(^ass)", uris, ""), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                            NULL, NULL, NULL);
}

static void
name_below (GtkWidget *parent, GtkWidget *widget)
{
  for (GtkWidget *child = gtk_widget_get_first_child (parent); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    if (gtk_widget_get_focusable (child))
      gtk_accessible_update_relation (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                      widget, NULL, -1);
    else if (!GTK_IS_POPOVER (child))
      name_below (child, widget);
  }
}

void
ts_compat_name_inner (GtkWidget *widget)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));

  name_below (widget, widget);
}

void
ts_compat_name_dropdown (AdwSplitButton *button)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (button));

  while (child != NULL && !GTK_IS_MENU_BUTTON (child))
    child = gtk_widget_get_next_sibling (child);
  if (child == NULL)
    return;
  gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  adw_split_button_get_dropdown_tooltip (button), -1);
  ts_compat_name_inner (child);
}
