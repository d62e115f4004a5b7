/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-compare-view.h"
#include "app/ts-grid.h"
#include "app/ts-image-view.h"
#include "app/ts-inspector.h"
#include "app/ts-latents-pane.h"
#include "app/ts-numbers-page.h"
#include "app/ts-status-bar.h"
#include "app/ts-survey.h"
#include "app/ts-tree-pane.h"
#include "app/ts-window.h"
#include "export/ts-export-job.h"

G_BEGIN_DECLS

/* The parts of the window's implementation: ts-window.c (the widget), ts-window-pages.c (what is
 * shown), ts-window-actions.c (commands), ts-window-settings.c (settings as actions),
 * ts-window-recipe.c (edits of them), ts-window-export.c (a running export), ts-window-picture.c
 * (clipboard, screenshot), ts-window-values.c (latents, range in sight), ts-window-compare.c
 * (comparing), ts-window-recent.c, ts-window-watch.c (files that change). */

/* What of a batch is in the centre. */
typedef enum {
  TS_WINDOW_GRID,
  TS_WINDOW_IMAGE,
  TS_WINDOW_COMPARE,
} TsWindowMode;

struct _TsWindow
{
  AdwApplicationWindow parent_instance;

  /* template */
  AdwToastOverlay *toast_overlay;
  AdwHeaderBar *header_bar;
  AdwWindowTitle *title;
  AdwSplitButton *open_button;
  GtkWidget *open_small_button;
  GtkWidget *export_button;
  GtkWidget *zoom_box;
  GtkWidget *mode_box;
  GtkAdjustment *zoom_adjustment;
  AdwFlap *tree_flap;
  AdwFlap *inspector_flap;
  TsTreePane *tree_pane;
  TsInspector *inspector;
  TsStatusBar *status_bar;
  GtkStack *stack;
  TsGrid *grid;
  TsImageView *image_view;
  TsCompareView *compare_view;
  TsNumbersPage *numbers_page;
  AdwStatusPage *error_page;
  GtkWidget *raw_button;
  GtkWidget *recent_group;
  GtkListBox *recent_list;
  GtkWidget *sample_button;
  GtkRevealer *offer_revealer;
  GtkLabel *offer_label;
  GtkRevealer *changed_revealer;
  GtkLabel *changed_label;
  GtkRevealer *latents_revealer;
  TsLatentsPane *latents_pane;
  GtkRevealer *export_revealer;
  GtkLabel *export_label;
  GtkProgressBar *export_bar;
  GtkRevealer *load_revealer;
  GtkLabel *load_label;
  GtkProgressBar *load_bar;

  /* owned */
  TsSession *session;
  TsSurvey *survey;
  GSettings *settings; /* %NULL where the schema is not installed */

  /* the export that runs */
  TsExportJob *job;
  GCancellable *job_cancellable;
  GFile *job_folder;
  gint64 job_start_us;
  guint job_timer;
  GStrv job_failures; /* of the last one */

  GtkWindow *figure_dialog; /* weak: while it is open */

  /* the file, while it may change */
  GFileMonitor *monitor;
  char *watched_state; /* when it was read */
  guint watch_timer;

  TsWindowMode mode;
  gboolean focus_pictures;
  guint focus_tries;
  gboolean show_tree, show_inspector; /* as wished in a wide window */
  gboolean tree_over, inspector_over; /* and in a narrow one */
  gboolean narrow, very_narrow;
  guint layout_idle;
  guint zoom_idle;
  guint loading_timer;
  guint visible_timer;
  guint load_timer;
  gint64 load_start_us;
  guint check_timer;
  GCancellable *check_cancellable; /* of the document's checksums */
  gboolean updating;
};

/* ts-window.c */
void ts_window_toast (TsWindow *self, const char *text);
void ts_window_focus_pictures (TsWindow *self);
gboolean ts_window_get_image_size (TsWindow *self, TsImageSize *size);
/* (nullable): a sample that came with the program. */
GFile *ts_window_find_sample (void) G_GNUC_WARN_UNUSED_RESULT;

/* ts-window-pages.c */
void ts_window_update_stack (TsWindow *self);
/* Another of the three, with the focus. */
void ts_window_set_mode (TsWindow *self, TsWindowMode mode);
/* (nullable): the zoomed image in the centre, of those compared the first. */
TsImageView *ts_window_get_image_view (TsWindow *self);
void ts_window_update_panes (TsWindow *self);
gboolean *ts_window_get_pane_wish (TsWindow *self, gboolean tree);
void ts_window_update_title (TsWindow *self);
/* The offer of a normalisation that the values look like. */
void ts_window_update_offer (TsWindow *self);
/* The panes fold once the sizes have been given out. */
void ts_window_follow_width (TsWindow *self, int width);
void ts_window_reveal_cb (TsWindow *self, GParamSpec *pspec, AdwFlap *flap);

/* ts-window-actions.c */
void ts_window_add_actions (TsWindow *self);
/* The one place that decides what can be done now. */
void ts_window_update_actions (TsWindow *self);
void ts_window_set_state (TsWindow *self, const char *action, GVariant *state);
void ts_window_set_enabled (TsWindow *self, const char *action, gboolean enabled);

/* ts-window-visible.c */
void ts_window_init_visible (TsWindow *self);
/* Something else may be in sight. */
void ts_window_queue_visible (TsWindow *self);

/* ts-window-settings.c */
void ts_window_add_setting_actions (TsWindow *self);
void ts_window_update_setting_actions (TsWindow *self);

/* ts-window-recipe.c */
void ts_window_add_recipe_actions (TsWindow *self);

/* ts-window-compare.c */
void ts_window_add_compare_actions (TsWindow *self);

/* ts-window-picture.c */
void ts_window_add_picture_actions (TsWindow *self);

/* ts-window-values.c */
void ts_window_add_value_actions (TsWindow *self);
void ts_window_update_latents (TsWindow *self);

/* ts-window-preferences.c; once the settings are there */
void ts_window_add_preferences (TsWindow *self);

/* ts-window-recent.c */
void ts_window_update_recent (TsWindow *self);
void ts_window_remember_file (TsWindow *self);

/* ts-window-watch.c */
void ts_window_init_watch (TsWindow *self);
/* Watches the file that was read just now, and takes an offer to read it again back. */
void ts_window_watch_file (TsWindow *self);
void ts_window_dispose_watch (TsWindow *self);

/* ts-window-load.c */
void ts_window_add_load_actions (TsWindow *self);
/* A load has begun or ended. */
void ts_window_follow_load (TsWindow *self);
/* Another document: its checksums are looked at in a while. */
void ts_window_queue_check (TsWindow *self);
void ts_window_stop_check (TsWindow *self);

/* ts-window-export.c */
void ts_window_add_export_actions (TsWindow *self);
/* Takes over: runs @job in a thread, shows how far it is, and tells how it ended. */
void ts_window_run_export (TsWindow *self, TsExportJob *job, GFile *folder);
void ts_window_dispose_export (TsWindow *self);

#ifdef HAVE_FIGURES
/* ts-window-figure.c */
void ts_window_add_figure_actions (TsWindow *self);
void ts_window_dispose_figure (TsWindow *self);
#endif

G_END_DECLS
