/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Calls that newer versions of GTK and libadwaita have replaced, all in one place. */

/* Called once, on the main thread, with the files chosen; never for a cancelled dialog. @files is
 * borrowed, its items are GFiles. */
typedef void (*TsFilesFunc) (GListModel *files, gpointer data);

/* Asks for dumps to open; @suffixes: %NULL-terminated, with the dot. The dialog is dropped with
 * @owner, to which @data belongs. */
void ts_compat_choose_dumps (GtkWindow *parent,
                             const char *const *suffixes,
                             GObject *owner,
                             TsFilesFunc func,
                             gpointer data);

/* Asks for a folder; @initial (nullable) is where it starts. */
void ts_compat_choose_folder (GtkWindow *parent,
                              GFile *initial,
                              GObject *owner,
                              TsFilesFunc func,
                              gpointer data);

/* Asks where to write a file; @folder (nullable) is where it starts, @name what is proposed. Asks
 * before a file is replaced. */
void ts_compat_choose_save (GtkWindow *parent,
                            GFile *folder,
                            const char *name,
                            GObject *owner,
                            TsFilesFunc func,
                            gpointer data);

void ts_compat_show_about (GtkWindow *parent);

/* A message to be read, with one button; long text scrolls. */
void ts_compat_show_message (GtkWindow *parent, const char *heading, const char *text);

/* What takes the focus in a composite widget is told by the composite's name: GTK leaves it without
 * one. */
void ts_compat_name_inner (GtkWidget *widget);
/* The same for the arrow of @button, by its tooltip. */
void ts_compat_name_dropdown (AdwSplitButton *button);

/* Shows @file in the file manager. */
void ts_compat_show_file (GtkWindow *parent, GFile *file);

G_END_DECLS
