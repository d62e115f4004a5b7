/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-range-count.h"
#include "bytes/ts-progress.h"
#include "pixels/ts-render.h"
#include "view/ts-view.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TsSession:
 *
 * All view state of one window: document, view (batch, pairing), recipe with undo history,
 * selection, current image, zoom. Widgets bind to it and never to each other. Main thread only.
 *
 * Properties: document (TsDocument), node (TsNode shown), view (TsView, %NULL while none is shown),
 * stats (TsBatchStats of the view), loading (gboolean), error (string: why there is no view, or
 * %NULL), zoom (double: device pixels per image pixel in the grid), current (guint: focus image),
 * n-selected (guint), resolved (pointer, see ts_session_get_resolved()).
 * Signals: "recipe-changed" (any setting; newest is in ts_session_get_recipe()),
 * "selection-changed", "view-changed" (another batch: drop everything cached),
 * "file-changed" (a read has found the file changed by another program),
 * "notice" (string: a word to the user on what was opened; string: path of the picture that was
 * exchanged for its dump, or %NULL).
 */
#define TS_TYPE_SESSION (ts_session_get_type ())
G_DECLARE_FINAL_TYPE (TsSession, ts_session, TS, SESSION, GObject)

TsSession *ts_session_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Opens in a thread; newest call wins. Result in the properties; errors in "error". A picture that
 * Tenscope exported opens the dump that it came from, when that is in the folder of the picture, in
 * the two above or beside the dump that was open: with the array, the settings and the image that
 * it shows. */
void ts_session_open (TsSession *self, GFile *file);
/* The same, but always the file itself. */
void ts_session_open_as_is (TsSession *self, GFile *file);
/* The same for a file without a format: @raw says what its bytes mean, see ts_raw_options_parse();
 * remembered for that file. */
void ts_session_open_raw (TsSession *self, GFile *file, const char *raw);
/* Shows another node of the document, and with a layout of the user's choice, which is remembered
 * for other files of such a name; %NULL: the remembered one, for the node that is shown the guess.
 */
void ts_session_show_node (TsSession *self, TsNode *node, const char *layout);
void ts_session_reload (TsSession *self);
/* Ends the load that runs; what was there stays. */
void ts_session_cancel_load (TsSession *self);
/* How far unpacking is while a dump loads; %FALSE while none does. */
gboolean ts_session_get_progress (TsSession *self, TsProgressState *state);
/* Whoever reads images hands errors in; main thread. */
void ts_session_report_error (TsSession *self, const GError *error);

TsDocument *ts_session_get_document (TsSession *self);
GFile *ts_session_get_file (TsSession *self);
TsNode *ts_session_get_node (TsSession *self);
TsView *ts_session_get_view (TsSession *self);
TsBatchStats *ts_session_get_stats (TsSession *self);
gboolean ts_session_get_loading (TsSession *self);
const char *ts_session_get_error (TsSession *self);
/* Whether "error" is about the file as a whole (nothing could be opened), not about the node. */
gboolean ts_session_is_file_error (TsSession *self);

/* The recipe in force; valid for the view. */
const TsRecipe *ts_session_get_recipe (TsSession *self);
/* Sets it (equal: nothing happens), emits "recipe-changed"; changes within one @gesture (nullable:
 * a drag's name) are one step of the history. */
void ts_session_set_recipe (TsSession *self, const TsRecipe *recipe, const char *gesture);
void ts_session_undo (TsSession *self);
void ts_session_redo (TsSession *self);
gboolean ts_session_can_undo (TsSession *self);
gboolean ts_session_can_redo (TsSession *self);
/* What views that are opened from now on begin with, where nothing is to be guessed: the colour of
 * NaN and the rounding. */
void ts_session_set_defaults (TsSession *self, guint32 nan_color, TsRounding rounding);
/* The recipe the view was first shown with. */
const TsRecipe *ts_session_get_initial_recipe (TsSession *self);

/* What the range of the recipe came to for the current image; (nullable) until known: automatic
 * ranges are computed in a thread, and "notify::resolved" tells. Of much data first an estimate, as
 * everything on the screen is shown by ts_resolve_soon(); then, with "recipe-changed", exact. */
const TsResolved *ts_session_get_resolved (TsSession *self);
/* What counts the exact numbers meanwhile. */
TsRangeCount *ts_session_get_range_count (TsSession *self);

/* Selected image indices (borrowed); change through the setter, which emits "selection-changed". */
GtkBitset *ts_session_get_selection (TsSession *self);
void ts_session_set_selection (TsSession *self, GtkBitset *selection);

/* What can be seen of the images; the scope "visible" means that, and the whole current image while
 * nobody has said. Copied; each part lies inside its image. */
void ts_session_set_visible (TsSession *self, const TsVisiblePart *parts, gsize n_parts);

guint ts_session_get_current (TsSession *self);
void ts_session_set_current (TsSession *self, guint index);

double ts_session_get_zoom (TsSession *self);
void ts_session_set_zoom (TsSession *self, double zoom);

G_END_DECLS
