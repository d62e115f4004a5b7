/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-resolve.h"

G_BEGIN_DECLS

/* The percentiles of @recipe over un-normalised values of what its scope says (image @index, the
 * batch, the selection), one channel or all (-1); NaN when nothing is finite. Exact; remembered.
 * Blocks; cancellable. */
gboolean ts_batch_stats_get_percentiles (TsBatchStats *self,
                                         guint64 index,
                                         int channel,
                                         const TsRecipe *recipe,
                                         double range[2],
                                         GCancellable *cancellable,
                                         GError **error);

G_END_DECLS
