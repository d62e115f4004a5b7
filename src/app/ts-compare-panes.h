/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-image-view.h"

G_BEGIN_DECLS

typedef enum {
  TS_COMPARE_SIDE,       /* beside each other */
  TS_COMPARE_SWIPE,      /* the second one over the first, right of a divider */
  TS_COMPARE_DIFFERENCE, /* one picture, of what differs */
  TS_COMPARE_BLINK,      /* in turn, at the same place */
  TS_N_COMPARE_MODES
} TsCompareMode;

/* "side", "swipe", "difference", "blink"; %NULL-terminated. */
extern const char *const ts_compare_mode_names[];

/* The most pictures side by side. */
#define TS_COMPARE_MAX_PANES 16

/* One picture; see ts_pictures_set_image(). */
typedef struct
{
  TsBatchStats *stats;
  guint index;
  TsRecipe recipe;
  char *caption;
} TsComparePane;

/**
 * TsComparePanes:
 *
 * Pictures that are looked at together, all at the same zoom and place: moving one moves all, and
 * the pixel under the pointer is outlined in each. Keys of the single view work; Space shows the
 * other one of two that blink, Shift with the arrows moves the divider.
 *
 * Signals: "hover" (gint pane, gint x, gint y): the pixel under the pointer, pane -1: none; "step"
 * (gint direction): the user wants the next picture; "close": back.
 */
#define TS_TYPE_COMPARE_PANES (ts_compare_panes_get_type ())
G_DECLARE_FINAL_TYPE (TsComparePanes, ts_compare_panes, TS, COMPARE_PANES, GtkWidget)

/* Swipe and blink show the first two of @panes. */
void ts_compare_panes_set (TsComparePanes *self,
                           TsCompareMode mode,
                           const TsComparePane *panes,
                           guint n_panes);

/* The view that the others follow; (nullable) */
TsImageView *ts_compare_panes_get_lead (TsComparePanes *self);

/* Where the divider is, 0 (left) to 1. */
double ts_compare_panes_get_divider (TsComparePanes *self);
void ts_compare_panes_set_divider (TsComparePanes *self, double divider);

/* Blinking by itself, while it can be seen; by hand otherwise. */
void ts_compare_panes_set_automatic (TsComparePanes *self, gboolean automatic);
/* Which one is shown, 0 or 1. */
guint ts_compare_panes_get_shown (TsComparePanes *self);

gboolean ts_compare_panes_handle_key (TsComparePanes *self, guint keyval, GdkModifierType state);

/* For tests and screenshots; see ts_grid_wait_idle(). */
gboolean ts_compare_panes_wait_idle (TsComparePanes *self, guint limit_ms);
/* Borrowed; of pane @index. */
TsImageView *ts_compare_panes_get_view (TsComparePanes *self, guint index);

G_END_DECLS
