/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-block.h"

G_BEGIN_DECLS

/* The first @most elements for people, two spaces between them and "…" when there are more: floats
 * by about four digits, others whole. */
char *ts_value_text_elements (const TsBlock *block, guint most) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
