/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-document.h"

G_BEGIN_DECLS

/**
 * ts_array_helper_open:
 * @backend: "hdf5", "mat", "tiff", "exr" or "picture"
 *
 * Reads the structure of @source with the format's library in a process of its own, which may read
 * that file and do nothing else. If the library crashes or hangs, that is an error here. The root
 * node of the tree; its tensors ask the helper when they are read.
 */
TsNode *ts_array_helper_open (TsSource *source,
                              const char *backend,
                              GCancellable *cancellable,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same with a helper that somebody else started: requests go to @to_fd, its listing and answers
 * come from @from_fd. Both are taken; when it falls silent, none is started in its place. */
TsNode *ts_array_helper_open_pipes (TsSource *source, int to_fd, int from_fd, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
