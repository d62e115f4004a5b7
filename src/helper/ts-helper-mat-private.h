/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "helper/ts-helper.h"

G_BEGIN_DECLS

/* Whether the @number th variable of the file is whole, and if it is compressed, unpacks to exactly
 * what it says: %NULL or a message. */
char *ts_mat_check_variable (guint number, gboolean is_v4);

G_END_DECLS
