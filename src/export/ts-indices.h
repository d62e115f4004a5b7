/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Lists of images as text. */

/* "0,3,8-20", or "all" when @indices is %NULL. */
char *ts_indices_to_string (const guint64 *indices, gsize n_indices) G_GNUC_WARN_UNUSED_RESULT;

/* Back to an array of guint64; "8-" goes to the last of @n_images. %TS_ERROR_INVALID for what is no
 * such list, for images that do not exist and for far too many. */
GArray *ts_indices_from_string (const char *text,
                                guint64 n_images,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
