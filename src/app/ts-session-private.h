/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-range-count.h"
#include "app/ts-session-load.h"
#include "app/ts-session.h"

G_BEGIN_DECLS

/* The parts of the session's implementation: ts-session.c (the object; selection, current image,
 * zoom), ts-session-open.c (files and nodes), ts-session-recipe.c (settings, their history and what
 * they come to), ts-session-load.c (what a load does in its thread). */

struct _TsSession
{
  GObject parent_instance;

  GFile *file;
  char *raw; /* what its bytes mean, when the user said so */
  TsDocument *document;
  TsNode *node;
  TsView *view;
  TsBatchStats *whole_stats; /* of the batch */
  TsBatchStats *range_stats; /* (nullable) of what was selected when a picture was exported */
  TsBatchStats *stats;       /* the same, or with the selection as what a range is taken of */
  char *error;
  gboolean file_error;

  /* the load in progress; the newest wins */
  GCancellable *load_cancellable;

  TsRecipe recipe;
  TsRecipe initial;
  TsRecipe defaults; /* see ts_session_set_defaults() */
  GArray *undo;      /* of TsRecipe, newest last */
  GArray *redo;
  char *gesture;
  gint64 gesture_us;

  TsResolved resolved;
  gboolean has_resolved;
  GCancellable *resolve_cancellable;
  TsRangeCount *range_count; /* while the numbers are those of a sample */

  GtkBitset *selection;
  GArray *visible; /* of TsVisiblePart */
  guint current;
  double zoom;
};

enum {
  PROP_DOCUMENT = 1,
  PROP_NODE,
  PROP_VIEW,
  PROP_STATS,
  PROP_LOADING,
  PROP_ERROR,
  PROP_ZOOM,
  PROP_CURRENT,
  PROP_N_SELECTED,
  PROP_RESOLVED,
  N_PROPS
};

enum {
  RECIPE_CHANGED,
  SELECTION_CHANGED,
  VIEW_CHANGED,
  FILE_CHANGED,
  NOTICE,
  N_SIGNALS
};

extern GParamSpec *ts_session_props[N_PROPS];
extern guint ts_session_signals[N_SIGNALS];

/* ts-session.c */
guint ts_session_get_n_images (TsSession *self);

/* ts-session-recipe.c */
void ts_session_clear_history (TsSession *self);
/* What ranges are taken of: the batch, or what is selected. */
void ts_session_choose_stats (TsSession *self);
/* Finds out anew what the range comes to, in a thread where that takes reading. */
void ts_session_update_resolved (TsSession *self);
/* The numbers of a sample were replaced by exact ones, or could not be. */
void ts_session_counted (TsSession *self, const GError *error);

G_END_DECLS
