/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-tensor.h"

G_BEGIN_DECLS

/* Tensors whose elements are computed from stored ones when they are first read: row-major, native
 * byte order, in memory, so at most ts_torch_derived_get_limit() bytes (%TS_ERROR_REFUSED). */

guint64 ts_torch_derived_get_limit (void);

/* The complex conjugate and the negative, as lazily taken by torch. */
TsTensor *ts_torch_derive_bits (TsTensor *stored,
                                gboolean conjugate,
                                gboolean negate,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* float32 (stored - zero point) * scale; @scales and @zero_points have one element, or, when
 * @per_channel, one for each index along @axis. Rounded as torch does it: the scale of a whole
 * tensor counts as float32, those of channels as float64. */
TsTensor *ts_torch_derive_dequantised (TsTensor *stored,
                                       TsTensor *scales,
                                       TsTensor *zero_points,
                                       gboolean per_channel,
                                       guint axis,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The dense form of a coordinate list; @indices is [sparse axes, n]. Every index is checked. */
TsTensor *ts_torch_derive_from_coo (TsTensor *indices,
                                    TsTensor *values,
                                    const TsShape *shape,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The dense form of CSR, CSC (@is_column), BSR and BSC (@has_blocks), batches too. */
TsTensor *ts_torch_derive_from_compressed (TsTensor *pointers,
                                           TsTensor *indices,
                                           TsTensor *values,
                                           const TsShape *shape,
                                           gboolean is_column,
                                           gboolean has_blocks,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
