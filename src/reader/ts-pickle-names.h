/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-dtype.h"

G_BEGIN_DECLS

/**
 * TsPickleMeaning:
 *
 * The data-only meaning of a name that a pickle mentions. A name without one is shown and that is
 * all; no name is ever imported, looked up or called.
 */
typedef enum {
  TS_PICKLE_MEANS_NOTHING,
  /* Python's own */
  TS_PICKLE_MEANS_DICT,
  TS_PICKLE_MEANS_COUNTER,
  TS_PICKLE_MEANS_DEFAULTDICT,
  TS_PICKLE_MEANS_NAMESPACE,
  TS_PICKLE_MEANS_LIST,
  TS_PICKLE_MEANS_TUPLE,
  TS_PICKLE_MEANS_SET,
  TS_PICKLE_MEANS_BYTES,
  TS_PICKLE_MEANS_ENCODE,
  TS_PICKLE_MEANS_NUMBER,
  TS_PICKLE_MEANS_TEXT,
  TS_PICKLE_MEANS_COMPLEX,
  TS_PICKLE_MEANS_RANGE,
  TS_PICKLE_MEANS_PATH,
  TS_PICKLE_MEANS_OBJECT, /* its first argument is the class */
  /* torch */
  TS_PICKLE_MEANS_TORCH_SIZE,
  TS_PICKLE_MEANS_TORCH_DEVICE,
  TS_PICKLE_MEANS_TORCH_LAYOUT,
  TS_PICKLE_MEANS_TORCH_DTYPE,   /* argument: TsTorchDtype */
  TS_PICKLE_MEANS_TORCH_STORAGE, /* argument: TsTorchDtype, -1 when untyped */
  TS_PICKLE_MEANS_TORCH_TENSOR,  /* a tensor class; argument: TsTorchDtype or -1 */
  TS_PICKLE_MEANS_TORCH_QSCHEME,
  TS_PICKLE_MEANS_TORCH_LOAD_BYTES,
  TS_PICKLE_MEANS_TORCH_JIT_LIST,
  TS_PICKLE_MEANS_TORCH_JIT_TAG,
  TS_PICKLE_MEANS_TORCH_PERSISTENT, /* persistence of the StyleGAN family */
  TS_PICKLE_MEANS_REBUILD,
  TS_PICKLE_MEANS_REBUILD_V3,
  TS_PICKLE_MEANS_REBUILD_PARAMETER,
  TS_PICKLE_MEANS_REBUILD_FROM_TYPE,
  TS_PICKLE_MEANS_REBUILD_QTENSOR,
  TS_PICKLE_MEANS_REBUILD_SPARSE,
  TS_PICKLE_MEANS_REBUILD_SPARSE_CSR,
  TS_PICKLE_MEANS_REBUILD_META,
  TS_PICKLE_MEANS_REBUILD_DEVICE,
  /* NumPy */
  TS_PICKLE_MEANS_NUMPY_RECONSTRUCT,
  TS_PICKLE_MEANS_NUMPY_MASKED,
  TS_PICKLE_MEANS_NUMPY_FROMBUFFER,
  TS_PICKLE_MEANS_NUMPY_SCALAR,
  TS_PICKLE_MEANS_NUMPY_DTYPE,
  TS_PICKLE_MEANS_ML_DTYPE,     /* argument: TsDtype */
  TS_PICKLE_MEANS_JOBLIB_ARRAY, /* its elements follow its state */
} TsPickleMeaning;

/**
 * TsTorchDtype:
 *
 * PyTorch's element types, as far as they are not simply a TsDtype: quantised and packed ones.
 */
typedef enum {
  TS_TORCH_FLOAT64,
  TS_TORCH_FLOAT32,
  TS_TORCH_FLOAT16,
  TS_TORCH_BFLOAT16,
  TS_TORCH_COMPLEX128,
  TS_TORCH_COMPLEX64,
  TS_TORCH_COMPLEX32,
  TS_TORCH_INT64,
  TS_TORCH_INT32,
  TS_TORCH_INT16,
  TS_TORCH_INT8,
  TS_TORCH_UINT8,
  TS_TORCH_UINT16,
  TS_TORCH_UINT32,
  TS_TORCH_UINT64,
  TS_TORCH_BOOL,
  TS_TORCH_FLOAT8_E4M3FN,
  TS_TORCH_FLOAT8_E5M2,
  TS_TORCH_FLOAT8_E4M3FNUZ,
  TS_TORCH_FLOAT8_E5M2FNUZ,
  TS_TORCH_FLOAT8_E8M0FNU,
  TS_TORCH_QINT8,
  TS_TORCH_QUINT8,
  TS_TORCH_QINT32,
  TS_TORCH_QUINT4X2,
  TS_TORCH_QUINT2X4,
  TS_TORCH_BITS8,
  TS_TORCH_BITS16,
  TS_TORCH_BITS1X8,
  TS_TORCH_BITS2X4,
  TS_TORCH_BITS4X2,
  TS_TORCH_FLOAT4_E2M1FN_X2,
  TS_TORCH_INT_SMALL,  /* int1 .. int7, one byte each */
  TS_TORCH_UINT_SMALL, /* uint1 .. uint7 */
  TS_N_TORCH_DTYPES
} TsTorchDtype;

typedef struct
{
  const char *name; /* without "torch." */
  TsDtype dtype;    /* of what is stored */
  gboolean is_quantised;
  gboolean is_raw;    /* the stored bytes are shown, not the values */
  gboolean is_packed; /* several elements a byte: cannot be read */
} TsTorchDtypeInfo;

const TsTorchDtypeInfo *ts_torch_dtype_get_info (TsTorchDtype dtype);

/* The meaning of @module.@name by the fixed table, and its argument. */
TsPickleMeaning ts_pickle_find_meaning (const char *module, const char *name, gint *argument);

/* Whether the table is in the order that searching it needs; for tests. */
gboolean ts_pickle_names_are_sorted (void);

G_END_DECLS
