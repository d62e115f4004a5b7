/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pixels/ts-curve.h"

G_BEGIN_DECLS

/* Pixels that lie in memory at equal distances. */
typedef struct
{
  TsDtype dtype;
  const guint8 *first; /* channel 0 of the first pixel */
  gssize pixel_stride_bytes, channel_stride_bytes;
  gsize n_pixels;
} TsRun;

/**
 * TsKernels:
 * @name: "base", "v3"
 * @render: what ts_reference_render() does, with the same bytes and counts; @out and @marks may be
 *   %NULL, @curve is %NULL where there is no curve or no table of it
 *
 * The loops over pixels, compiled for one level of the processor. They are plain C that the
 * compiler vectorises; no operation is fused or reordered, so all levels give the same bytes.
 */
typedef struct
{
  const char *name;
  void (*render) (const TsPlan *plan,
                  const TsCurveTable *curve,
                  const TsRun *run,
                  guint8 *out,
                  TsMarks *marks);
} TsKernels;

/* The best that this processor runs. */
const TsKernels *ts_kernels_get (void);

/* All that it runs, slowest first, ended by %NULL; for tests and measurements. */
const TsKernels *const *ts_kernels_list (void);

/* ts_render_block() by the kernels given; %NULL is the reference. */
void ts_render_block_with (const TsKernels *kernels,
                           const TsBlock *image,
                           const TsRecipe *recipe,
                           const TsResolved *resolved,
                           TsPixelFormat format,
                           TsValues values,
                           guint8 *out,
                           gsize out_stride_bytes,
                           TsMarks *marks);

G_END_DECLS
