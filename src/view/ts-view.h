/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "view/ts-pairing.h"
#include "view/ts-value-range.h"

G_BEGIN_DECLS

/**
 * TsView:
 *
 * What is looked at: one node of a document as a batch of images, how its axes were read and why,
 * how its values are meant, and what belongs to each image. The one way from a document to
 * pictures, for the window and the command line alike. Immutable; thread-safe.
 */
#define TS_TYPE_VIEW (ts_view_get_type ())
G_DECLARE_FINAL_TYPE (TsView, ts_view, TS, VIEW, GObject)

/* The node that shows best (largest image-like array or list of them); (nullable), borrowed. */
TsNode *ts_view_choose_node (TsDocument *document);

/**
 * ts_view_new:
 * @node: a tensor, or a container whose children are tensors of one rank (a list of images)
 * @layout: (nullable): the user's word; %NULL takes the best guess
 *
 * Blocks (looks at a sample of the data). %TS_ERROR_INVALID when the node cannot be shown as
 * images; the message says why and what to do.
 */
TsView *ts_view_new (TsDocument *document,
                     TsNode *node,
                     const char *layout,
                     GCancellable *cancellable,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

TsDocument *ts_view_get_document (TsView *self);
TsNode *ts_view_get_node (TsView *self);
TsBatch *ts_view_get_batch (TsView *self);
TsPairing *ts_view_get_pairing (TsView *self);
const TsLayoutGuess *ts_view_get_layout_guess (TsView *self);
const TsValueRange *ts_view_get_value_range (TsView *self);
/* Whether the layout was given by the user. */
gboolean ts_view_is_layout_forced (TsView *self);

/* The other arrays of the document that look like images, each as a batch by its best guess; for
 * statistics of the whole file. Blocks (looks at samples of the data); those that cannot be read
 * are left out. */
GPtrArray *ts_view_dup_other_batches (TsView *self,
                                      GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

/* The array @node (or list of arrays) as maps of one channel that can lie over the images: one for
 * each, or a single one for all; of the same size, or of the same proportions.
 * %TS_ERROR_INVALID when it does not fit; the message says what would. */
TsBatch *
ts_view_open_overlay (TsView *self, TsNode *node, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Guess only, for listings: does not build a batch. (nullable) for nodes that are no tensor. */
TsLayoutGuess *ts_view_guess_layout (TsDocument *document, TsNode *node) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
