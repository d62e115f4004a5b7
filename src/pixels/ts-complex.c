/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "pixels/ts-complex.h"

#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

TsDtype
ts_complex_part_get_dtype (TsDtype dtype, TsComplexPart part)
{
  if (ts_dtype_get_info (dtype)->dtype_class != TS_DTYPE_CLASS_COMPLEX ||
      part == TS_COMPLEX_MAGNITUDE)
    return dtype;
  if (part == TS_COMPLEX_PHASE || dtype == TS_DTYPE_COMPLEX128)
    return TS_DTYPE_FLOAT64;
  return dtype == TS_DTYPE_COMPLEX32 ? TS_DTYPE_FLOAT16 : TS_DTYPE_FLOAT32;
}

static void
unref_block (gpointer block)
{
  ts_block_unref (block);
}

/* Every second number. */
static TsBlock *
take_half (TsBlock *block, TsDtype dtype, gboolean is_imag)
{
  TsBlock *half =
      ts_block_new (block->data + (is_imag ? ts_dtype_get_size (dtype) : 0), dtype, block->n_dims,
                    block->dims, block->strides_elems, ts_block_ref (block), unref_block);

  for (guint i = 0; i < half->n_dims; i++)
    half->strides_elems[i] *= 2;
  return half;
}

TsBlock *
ts_block_take_part (TsBlock *block, TsComplexPart part, GError **error)
{
  TsDtype dtype = ts_complex_part_get_dtype (block->dtype, part);
  g_autoptr (TsBlock) re = NULL;
  g_autoptr (TsBlock) im = NULL;
  g_autofree double *imag = NULL;
  TsBlock *result;
  guint8 *data;
  double *phases;
  guint64 n;

  if (dtype == block->dtype)
    return ts_block_ref (block);
  if (part != TS_COMPLEX_PHASE)
    return take_half (block, dtype, part == TS_COMPLEX_IMAG);

  result = ts_block_new_packed (dtype, block->n_dims, block->dims, &data, error);
  if (result == NULL)
    return NULL;
  n = ts_block_get_n_elements (block);
  dtype = ts_complex_part_get_dtype (block->dtype, TS_COMPLEX_REAL);
  re = take_half (block, dtype, FALSE);
  im = take_half (block, dtype, TRUE);
  phases = (double *) (gpointer) data;
  imag = g_try_new (double, MAX (n, 1));
  if (imag == NULL) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_FAILED, _ ("No memory for phases"));
    ts_block_unref (result);
    return NULL;
  }
  ts_block_load_doubles (re, phases);
  ts_block_load_doubles (im, imag);
  for (guint64 i = 0; i < n; i++)
    phases[i] = atan2 (imag[i], phases[i]);
  return result;
}
