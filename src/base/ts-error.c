/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"

/* The formatter would put spaces into the name. */
/* clang-format off */
G_DEFINE_QUARK (ts-error-quark, ts_error)
/* clang-format on */
