/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "view/ts-view.h"

G_BEGIN_DECLS

/* The tensors of an array, or of a container whose children are arrays of one rank and dtype
 * (broken ones left out); %NULL for anything else. Borrowed elements. */
GPtrArray *ts_view_collect_tensors (TsNode *node);

/* The one with most elements, which shows best what the axes are. */
TsTensor *ts_view_get_largest (GPtrArray *tensors);

TsLayoutGuess *
ts_view_guess_tensor (TsDocument *document, TsNode *node, TsTensor *tensor, gboolean with_data);

G_END_DECLS
