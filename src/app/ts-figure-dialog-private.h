/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-animation-page.h"
#include "app/ts-figure-dialog.h"
#include "app/ts-figure-task.h"

G_BEGIN_DECLS

/* The parts of the dialog: ts-figure-dialog.c (the widget; what is chosen), ts-figure-preview.c
 * (what it will look like), ts-figure-write.c (the file). */

/* Figures as TsFigureFormat, then animations as TsAnimationFormat. */
#define TS_FIGURE_DIALOG_N_FORMATS 5
typedef struct
{
  const char *id;
  const char *title;
  gboolean is_animation;
  int format;
} TsFigureDialogFormat;

extern const TsFigureDialogFormat ts_figure_dialog_formats[TS_FIGURE_DIALOG_N_FORMATS];

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

/* ts-figure-dialog.c */
guint ts_figure_dialog_get_format (TsFigureDialog *self);
TsFigureTask *ts_figure_dialog_make_task (TsFigureDialog *self,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ts-figure-preview.c */
/* Draws it again, a moment later. */
void ts_figure_dialog_changed (gpointer self);
void ts_figure_dialog_show_state (TsFigureDialog *self, const char *text, gboolean is_error);
void ts_figure_dialog_stop_preview (TsFigureDialog *self);

/* ts-figure-write.c */
/* Asks where to, then writes. */
void ts_figure_dialog_save (TsFigureDialog *self);
void ts_figure_dialog_cancel (TsFigureDialog *self);
void ts_figure_dialog_stop_writing (TsFigureDialog *self);

G_END_DECLS
