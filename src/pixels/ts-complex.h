/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-recipe.h"

G_BEGIN_DECLS

/* The type that ts_block_take_part() gives for elements of @dtype; @dtype itself where nothing is
 * taken. */
TsDtype ts_complex_part_get_dtype (TsDtype dtype, TsComplexPart part);

/**
 * ts_block_take_part:
 * @part: what of complex elements is wanted
 *
 * Real and imaginary parts are the same memory seen with other strides; phases, in radians, are new
 * memory of float64. A block that is not complex is itself, and so are magnitudes: that is what
 * loading complex elements gives. Fails only without memory.
 */
TsBlock *
ts_block_take_part (TsBlock *block, TsComplexPart part, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
