/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-document.h"

G_BEGIN_DECLS

/**
 * ts_series_open:
 * @format_id: of the document
 *
 * What stands in @source one after another: arrays as numpy.save() and pickles as pickle.dump()
 * leave them in an open file. One of them is the whole document, several are a list. A part after
 * the first that cannot be read is an error node, and the last one that is looked for; what else
 * follows is a warning. Fails when the first part cannot be read.
 */
TsDocument *ts_series_open (TsSource *source,
                            const char *name,
                            const char *format_id,
                            GCancellable *cancellable,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
