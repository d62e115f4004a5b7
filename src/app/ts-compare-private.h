/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-compare-view.h"
#include "app/ts-range-count.h"

G_BEGIN_DECLS

/* The parts of the comparison: ts-compare-view.c (the widget; what is compared),
 * ts-compare-difference.c (two images subtracted), ts-compare-other.c (another array of the dump).
 */

struct _TsCompareView
{
  GtkWidget parent_instance;

  /* template */
  TsComparePanes *panes;
  GtkStack *stack;
  GtkLabel *message_label;
  GtkLabel *text_label;
  GtkWidget *blink_button;
  GtkMenuButton *other_button;

  /* owned */
  TsSession *session;
  char *other_path; /* "" is none */
  TsView *other;
  TsBatchStats *other_stats;
  TsRangeCount *other_count; /* its exact range, while that of a sample is shown */
  char *other_error;
  GCancellable *other_cancellable;
  TsBatchStats *difference; /* of the one image that it is */
  char *difference_error;
  GCancellable *difference_cancellable;

  TsCompareMode mode;
  guint second;           /* which of the selected ones is compared with the first, from 1 */
  TsComparePane sides[2]; /* of the difference; without captions */
  double largest, rms;    /* of it; NaN until known */
};

/* ts-compare-view.c */
void ts_compare_view_update (TsCompareView *self);
void ts_compare_pane_clear (gpointer pane);

/* ts-compare-difference.c */
void ts_compare_view_drop_difference (TsCompareView *self);
/* Of the panes given, unless it is that already. */
void ts_compare_view_update_difference (TsCompareView *self,
                                        const TsComparePane *first,
                                        const TsComparePane *second);
void ts_compare_view_show_difference (TsCompareView *self);
char *ts_compare_view_describe_difference (TsCompareView *self,
                                           const char *first,
                                           const char *second) G_GNUC_WARN_UNUSED_RESULT;

/* ts-compare-other.c */
void ts_compare_view_drop_other (TsCompareView *self);
/* By which settings the other array is shown. */
void ts_compare_view_choose_recipe (TsCompareView *self, TsRecipe *recipe);
/* Offers the arrays of the document. */
void ts_compare_view_update_menu (TsCompareView *self);

G_END_DECLS
