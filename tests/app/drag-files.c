/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gtk/gtk.h>

/* For tests: a small window from which the files given can be dragged, as from a file manager. With
 * --receive it takes files instead and prints their URIs, a line each,
 * and "end". */

static GdkContentProvider *
prepare_cb (GtkDragSource *source, double x, double y, GdkFileList *files)
{
  return gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, files);
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, gpointer data)
{
  for (GSList *l = g_value_get_boxed (value); l != NULL; l = l->next) {
    g_autofree char *uri = g_file_get_uri (l->data);
    g_print ("%s\n", uri);
  }
  g_print ("end\n");
  return TRUE;
}

static gboolean
closed_cb (GtkWindow *window, GMainLoop *loop)
{
  g_main_loop_quit (loop);
  return FALSE;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GSList *files = NULL;

  gboolean receives = argc > 1 && g_str_equal (argv[1], "--receive");

  gtk_init ();
  for (int i = argc - 1; i > 0; i--)
    files = g_slist_prepend (files, g_file_new_for_commandline_arg (argv[i]));
  GdkFileList *list = gdk_file_list_new_from_list (files);
  g_slist_free_full (files, g_object_unref);

  GtkWidget *window = gtk_window_new ();
  GtkWidget *label = gtk_label_new (receives ? "drop" : "drag");
  if (receives) {
    GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
    g_signal_connect (target, "drop", G_CALLBACK (drop_cb), NULL);
    gtk_widget_add_controller (label, GTK_EVENT_CONTROLLER (target));
  } else {
    GtkDragSource *source = gtk_drag_source_new ();
    g_signal_connect (source, "prepare", G_CALLBACK (prepare_cb), list);
    gtk_widget_add_controller (label, GTK_EVENT_CONTROLLER (source));
  }
  gtk_window_set_child (GTK_WINDOW (window), label);
  gtk_window_set_title (GTK_WINDOW (window), receives ? "drop-files" : "drag-files");
  gtk_window_set_default_size (GTK_WINDOW (window), 160, 120);
  g_signal_connect (window, "close-request", G_CALLBACK (closed_cb), loop);
  gtk_window_present (GTK_WINDOW (window));
  g_main_loop_run (loop);
  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  return 0;
}
