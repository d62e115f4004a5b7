/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-document.h"

G_BEGIN_DECLS

/**
 * ts_picture_open:
 *
 * A PNG or JPEG picture as a tensor of height x width [x channels], uint8 or uint16. Only the
 * header is read; the pixels are decoded by the array helper when first looked at, and kept.
 */
TsTensor *ts_picture_open (TsSource *source,
                           GCancellable *cancellable,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The text that Tenscope wrote into a PNG, TIFF, JPEG, WebP or OpenEXR (JSON, as in the sidecar; in
 * TIFF as the member "tenscope" of another object), or %NULL. Any source may be asked. */
char *ts_picture_dup_settings (TsSource *source,
                               GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the first bytes are those of a PNG or JPEG picture. */
gboolean ts_picture_is_picture (const guint8 *head, gsize n_bytes);

G_END_DECLS
