/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-encoder.h"

G_BEGIN_DECLS

/**
 * TsTiffStack:
 *
 * One TIFF file of many pages, written page by page into an open file. Not thread-safe.
 */
typedef struct _TsTiffStack TsTiffStack;

/* @fd: open for reading and writing, empty; stays the caller's. @big: BigTIFF, for what may pass
 * 4 GiB. */
TsTiffStack *ts_tiff_stack_new (int fd, gboolean big, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ts_tiff_stack_free (TsTiffStack *self);

/* @description: (nullable): of the first page, which speaks for all. Errors of the system are
 * %G_IO_ERROR. */
gboolean ts_tiff_stack_add (TsTiffStack *self,
                            const TsPicture *picture,
                            const TsEncodeOptions *options,
                            const char *description,
                            GError **error);

/* After the last page; *@n_bytes is the size of the file. */
gboolean ts_tiff_stack_finish (TsTiffStack *self, guint64 *n_bytes, GError **error);

/* Whether this libtiff has the codec. */
gboolean ts_tiff_has_codec (TsCodec codec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsTiffStack, ts_tiff_stack_free)

G_END_DECLS
