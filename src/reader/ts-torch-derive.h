/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-tensor.h"

G_BEGIN_DECLS

/* A row-major tensor of that shape over bytes that @compute makes when first read, native byte
 * order; takes @data. Refuses above ts_torch_derived_get_limit(). */
TsTensor *ts_torch_derive (TsDtype dtype,
                           const TsShape *shape,
                           TsComputeFunc compute,
                           gpointer data,
                           GDestroyNotify destroy,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All of a tensor that something is computed from; refuses above the same limit. */
TsBlock *ts_torch_read_part (TsTensor *tensor,
                             GCancellable *cancellable,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
