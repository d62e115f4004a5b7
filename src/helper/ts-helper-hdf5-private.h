/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper/ts-helper.h"

#include <hdf5.h>

G_BEGIN_DECLS

/* FALSE when elements of @type are not numbers. @note: (out): static, or %NULL: what was assumed.
 */
gboolean ts_hdf5_get_dtype (hid_t type, TsDtype *dtype, const char **note);

/* The type to read with: the same numbers in native byte order. The caller closes it. */
hid_t ts_hdf5_make_memory_type (hid_t file_type, TsDtype dtype);

G_END_DECLS
