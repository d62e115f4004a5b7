/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle-names.h"

#include <stdlib.h>
#include <string.h>

#define INFO(id, n, d, ...) [TS_TORCH_##id] = { .name = n, .dtype = TS_DTYPE_##d, __VA_ARGS__ }

static const TsTorchDtypeInfo dtypes[TS_N_TORCH_DTYPES] = {
  INFO (FLOAT64, "float64", FLOAT64, ),
  INFO (FLOAT32, "float32", FLOAT32, ),
  INFO (FLOAT16, "float16", FLOAT16, ),
  INFO (BFLOAT16, "bfloat16", BFLOAT16, ),
  INFO (COMPLEX128, "complex128", COMPLEX128, ),
  INFO (COMPLEX64, "complex64", COMPLEX64, ),
  INFO (COMPLEX32, "complex32", COMPLEX32, ),
  INFO (INT64, "int64", INT64, ),
  INFO (INT32, "int32", INT32, ),
  INFO (INT16, "int16", INT16, ),
  INFO (INT8, "int8", INT8, ),
  INFO (UINT8, "uint8", UINT8, ),
  INFO (UINT16, "uint16", UINT16, ),
  INFO (UINT32, "uint32", UINT32, ),
  INFO (UINT64, "uint64", UINT64, ),
  INFO (BOOL, "bool", BOOL, ),
  INFO (FLOAT8_E4M3FN, "float8_e4m3fn", FLOAT8_E4M3FN, ),
  INFO (FLOAT8_E5M2, "float8_e5m2", FLOAT8_E5M2, ),
  INFO (FLOAT8_E4M3FNUZ, "float8_e4m3fnuz", FLOAT8_E4M3FNUZ, ),
  INFO (FLOAT8_E5M2FNUZ, "float8_e5m2fnuz", FLOAT8_E5M2FNUZ, ),
  INFO (FLOAT8_E8M0FNU, "float8_e8m0fnu", FLOAT8_E8M0FNU, ),
  INFO (QINT8, "qint8", INT8, .is_quantised = TRUE),
  INFO (QUINT8, "quint8", UINT8, .is_quantised = TRUE),
  INFO (QINT32, "qint32", INT32, .is_quantised = TRUE),
  INFO (QUINT4X2, "quint4x2", UINT8, .is_quantised = TRUE, .is_packed = TRUE),
  INFO (QUINT2X4, "quint2x4", UINT8, .is_quantised = TRUE, .is_packed = TRUE),
  INFO (BITS8, "bits8", UINT8, .is_raw = TRUE),
  INFO (BITS16, "bits16", UINT16, .is_raw = TRUE),
  INFO (BITS1X8, "bits1x8", UINT8, .is_raw = TRUE),
  INFO (BITS2X4, "bits2x4", UINT8, .is_raw = TRUE),
  INFO (BITS4X2, "bits4x2", UINT8, .is_raw = TRUE),
  INFO (FLOAT4_E2M1FN_X2, "float4_e2m1fn_x2", UINT8, .is_raw = TRUE),
  INFO (INT_SMALL, "int1..int7", INT8, ),
  INFO (UINT_SMALL, "uint1..uint7", UINT8, ),
};

const TsTorchDtypeInfo *
ts_torch_dtype_get_info (TsTorchDtype dtype)
{
  return &dtypes[dtype];
}

typedef struct
{
  const char *name;
  TsPickleMeaning meaning;
  gint argument;
} Name;

/* Sorted by strcmp(); a test holds it so. Names are in today's spelling: see normalise_module(). */
static const Name names[] = {
  { "_codecs.encode", TS_PICKLE_MEANS_ENCODE, 0 },
  { "argparse.Namespace", TS_PICKLE_MEANS_NAMESPACE, 0 },
  { "builtins.bytearray", TS_PICKLE_MEANS_BYTES, 0 },
  { "builtins.bytes", TS_PICKLE_MEANS_BYTES, 0 },
  { "builtins.complex", TS_PICKLE_MEANS_COMPLEX, 0 },
  { "builtins.dict", TS_PICKLE_MEANS_DICT, 0 },
  { "builtins.float", TS_PICKLE_MEANS_NUMBER, 0 },
  { "builtins.frozenset", TS_PICKLE_MEANS_SET, 0 },
  { "builtins.int", TS_PICKLE_MEANS_NUMBER, 0 },
  { "builtins.list", TS_PICKLE_MEANS_LIST, 0 },
  { "builtins.long", TS_PICKLE_MEANS_NUMBER, 0 },
  { "builtins.range", TS_PICKLE_MEANS_RANGE, 0 },
  { "builtins.set", TS_PICKLE_MEANS_SET, 0 },
  { "builtins.slice", TS_PICKLE_MEANS_RANGE, 0 },
  { "builtins.str", TS_PICKLE_MEANS_TEXT, 0 },
  { "builtins.tuple", TS_PICKLE_MEANS_TUPLE, 0 },
  { "builtins.unicode", TS_PICKLE_MEANS_TEXT, 0 },
  { "builtins.xrange", TS_PICKLE_MEANS_RANGE, 0 },
  { "collections.Counter", TS_PICKLE_MEANS_COUNTER, 0 },
  { "collections.OrderedDict", TS_PICKLE_MEANS_DICT, 0 },
  { "collections.defaultdict", TS_PICKLE_MEANS_DEFAULTDICT, 0 },
  { "copyreg.__newobj__", TS_PICKLE_MEANS_OBJECT, 0 },
  { "copyreg._reconstructor", TS_PICKLE_MEANS_OBJECT, 0 },
  { "joblib.numpy_pickle.NumpyArrayWrapper", TS_PICKLE_MEANS_JOBLIB_ARRAY, 0 },
  { "ml_dtypes.bfloat16", TS_PICKLE_MEANS_ML_DTYPE, TS_DTYPE_BFLOAT16 },
  { "ml_dtypes.float8_e3m4", TS_PICKLE_MEANS_ML_DTYPE, TS_DTYPE_FLOAT8_E3M4 },
  { "ml_dtypes.float8_e4m3", TS_PICKLE_MEANS_ML_DTYPE, TS_DTYPE_FLOAT8_E4M3 },
  { "ml_dtypes.float8_e4m3b11fnuz", TS_PICKLE_MEANS_ML_DTYPE, TS_DTYPE_FLOAT8_E4M3B11FNUZ },
  { "ml_dtypes.float8_e4m3fn", TS_PICKLE_MEANS_ML_DTYPE, TS_DTYPE_FLOAT8_E4M3FN },
  { "ml_dtypes.float8_e4m3fnuz", TS_PICKLE_MEANS_ML_DTYPE, TS_DTYPE_FLOAT8_E4M3FNUZ },
  { "ml_dtypes.float8_e5m2", TS_PICKLE_MEANS_ML_DTYPE, TS_DTYPE_FLOAT8_E5M2 },
  { "ml_dtypes.float8_e5m2fnuz", TS_PICKLE_MEANS_ML_DTYPE, TS_DTYPE_FLOAT8_E5M2FNUZ },
  { "ml_dtypes.float8_e8m0fnu", TS_PICKLE_MEANS_ML_DTYPE, TS_DTYPE_FLOAT8_E8M0FNU },
  { "numpy.core.multiarray._reconstruct", TS_PICKLE_MEANS_NUMPY_RECONSTRUCT, 0 },
  { "numpy.core.multiarray.scalar", TS_PICKLE_MEANS_NUMPY_SCALAR, 0 },
  { "numpy.core.numeric._frombuffer", TS_PICKLE_MEANS_NUMPY_FROMBUFFER, 0 },
  { "numpy.dtype", TS_PICKLE_MEANS_NUMPY_DTYPE, 0 },
  { "numpy.ma.core._mareconstruct", TS_PICKLE_MEANS_NUMPY_MASKED, 0 },
  { "pathlib.Path", TS_PICKLE_MEANS_PATH, 0 },
  { "pathlib.PosixPath", TS_PICKLE_MEANS_PATH, 0 },
  { "pathlib.PurePath", TS_PICKLE_MEANS_PATH, 0 },
  { "pathlib.PurePosixPath", TS_PICKLE_MEANS_PATH, 0 },
  { "pathlib.PureWindowsPath", TS_PICKLE_MEANS_PATH, 0 },
  { "pathlib.WindowsPath", TS_PICKLE_MEANS_PATH, 0 },
  { "pathlib._local.PosixPath", TS_PICKLE_MEANS_PATH, 0 },
  { "torch.Size", TS_PICKLE_MEANS_TORCH_SIZE, 0 },
  { "torch.Tensor", TS_PICKLE_MEANS_TORCH_TENSOR, -1 },
  { "torch._tensor.Tensor", TS_PICKLE_MEANS_TORCH_TENSOR, -1 },
  { "torch._tensor._rebuild_from_type", TS_PICKLE_MEANS_REBUILD_FROM_TYPE, 0 },
  { "torch._tensor._rebuild_from_type_v2", TS_PICKLE_MEANS_REBUILD_FROM_TYPE, 0 },
  { "torch._utils._rebuild_device_tensor_from_cpu_tensor", TS_PICKLE_MEANS_REBUILD_DEVICE, 0 },
  { "torch._utils._rebuild_device_tensor_from_numpy", TS_PICKLE_MEANS_REBUILD_DEVICE, 0 },
  { "torch._utils._rebuild_meta_tensor_no_storage", TS_PICKLE_MEANS_REBUILD_META, 0 },
  { "torch._utils._rebuild_parameter", TS_PICKLE_MEANS_REBUILD_PARAMETER, 0 },
  { "torch._utils._rebuild_parameter_with_state", TS_PICKLE_MEANS_REBUILD_PARAMETER, 0 },
  { "torch._utils._rebuild_qtensor", TS_PICKLE_MEANS_REBUILD_QTENSOR, 0 },
  { "torch._utils._rebuild_sparse_csr_tensor", TS_PICKLE_MEANS_REBUILD_SPARSE_CSR, 0 },
  { "torch._utils._rebuild_sparse_tensor", TS_PICKLE_MEANS_REBUILD_SPARSE, 0 },
  { "torch._utils._rebuild_tensor", TS_PICKLE_MEANS_REBUILD, 0 },
  { "torch._utils._rebuild_tensor_v2", TS_PICKLE_MEANS_REBUILD, 0 },
  { "torch._utils._rebuild_tensor_v3", TS_PICKLE_MEANS_REBUILD_V3, 0 },
  { "torch._utils._rebuild_xla_tensor", TS_PICKLE_MEANS_REBUILD_DEVICE, 0 },
  { "torch.device", TS_PICKLE_MEANS_TORCH_DEVICE, 0 },
  { "torch.jit._pickle.build_boollist", TS_PICKLE_MEANS_TORCH_JIT_LIST, 0 },
  { "torch.jit._pickle.build_doublelist", TS_PICKLE_MEANS_TORCH_JIT_LIST, 0 },
  { "torch.jit._pickle.build_intlist", TS_PICKLE_MEANS_TORCH_JIT_LIST, 0 },
  { "torch.jit._pickle.build_tensorlist", TS_PICKLE_MEANS_TORCH_JIT_LIST, 0 },
  { "torch.jit._pickle.restore_type_tag", TS_PICKLE_MEANS_TORCH_JIT_TAG, 0 },
  { "torch.nn.parameter.Parameter", TS_PICKLE_MEANS_TORCH_TENSOR, -1 },
  { "torch.per_channel_affine", TS_PICKLE_MEANS_TORCH_QSCHEME, 1 },
  { "torch.per_channel_affine_float_qparams", TS_PICKLE_MEANS_TORCH_QSCHEME, 1 },
  { "torch.per_channel_symmetric", TS_PICKLE_MEANS_TORCH_QSCHEME, 1 },
  { "torch.per_tensor_affine", TS_PICKLE_MEANS_TORCH_QSCHEME, 0 },
  { "torch.per_tensor_symmetric", TS_PICKLE_MEANS_TORCH_QSCHEME, 0 },
  { "torch.serialization._get_layout", TS_PICKLE_MEANS_TORCH_LAYOUT, 0 },
  { "torch.storage._load_from_bytes", TS_PICKLE_MEANS_TORCH_LOAD_BYTES, 0 },
  { "torch_utils.persistence._reconstruct_persistent_obj", TS_PICKLE_MEANS_TORCH_PERSISTENT, 0 },
  { "types.SimpleNamespace", TS_PICKLE_MEANS_NAMESPACE, 0 },
};

/* Classes of storages and, with "Tensor" instead, of tensors before 0.4. */
static const struct
{
  const char *stem;
  TsTorchDtype dtype;
} classes[] = {
  { "Double", TS_TORCH_FLOAT64 },
  { "Float", TS_TORCH_FLOAT32 },
  { "Half", TS_TORCH_FLOAT16 },
  { "BFloat16", TS_TORCH_BFLOAT16 },
  { "Long", TS_TORCH_INT64 },
  { "Int", TS_TORCH_INT32 },
  { "Short", TS_TORCH_INT16 },
  { "Char", TS_TORCH_INT8 },
  { "Byte", TS_TORCH_UINT8 },
  { "Bool", TS_TORCH_BOOL },
  { "ComplexDouble", TS_TORCH_COMPLEX128 },
  { "ComplexFloat", TS_TORCH_COMPLEX64 },
  { "QInt8", TS_TORCH_QINT8 },
  { "QUInt8", TS_TORCH_QUINT8 },
  { "QInt32", TS_TORCH_QINT32 },
  { "QUInt4x2", TS_TORCH_QUINT4X2 },
  { "QUInt2x4", TS_TORCH_QUINT2X4 },
};

static int
compare_names (const void *key, const void *name)
{
  return strcmp (key, ((const Name *) name)->name);
}

/* The names of Python 2 and of older and newer releases of the libraries. */
static const char *
normalise_module (const char *module)
{
  static const char *const spellings[][2] = {
    { "__builtin__", "builtins" },
    { "copy_reg", "copyreg" },
    { "numpy._core.multiarray", "numpy.core.multiarray" },
    { "numpy._core.numeric", "numpy.core.numeric" },
    { "sklearn.externals.joblib.numpy_pickle", "joblib.numpy_pickle" },
    { "torch.tensor", "torch._tensor" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++) {
    if (strcmp (module, spellings[i][0]) == 0)
      return spellings[i][1];
  }
  return module;
}

static TsPickleMeaning
find_torch_class (const char *module, const char *name, gint *argument)
{
  TsPickleMeaning meaning;
  gsize stem_length;

  if (g_str_has_suffix (name, "Storage")) {
    stem_length = strlen (name) - strlen ("Storage");
    meaning = TS_PICKLE_MEANS_TORCH_STORAGE;
  } else if (g_str_has_suffix (name, "Tensor")) {
    stem_length = strlen (name) - strlen ("Tensor");
    meaning = TS_PICKLE_MEANS_TORCH_TENSOR;
  } else {
    return TS_PICKLE_MEANS_NOTHING;
  }
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++) {
    if (strlen (classes[i].stem) == stem_length &&
        strncmp (name, classes[i].stem, stem_length) == 0) {
      *argument = (gint) classes[i].dtype;
      return meaning;
    }
  }
  if (meaning == TS_PICKLE_MEANS_TORCH_STORAGE &&
      (strcmp (name, "UntypedStorage") == 0 || strcmp (name, "_UntypedStorage") == 0)) {
    *argument = -1;
    return meaning;
  }
  return TS_PICKLE_MEANS_NOTHING;
}

static TsPickleMeaning
find_torch_dtype (const char *name, gint *argument)
{
  static const struct
  {
    const char *name;
    TsTorchDtype dtype;
  } aliases[] = {
    { "double", TS_TORCH_FLOAT64 },     { "float", TS_TORCH_FLOAT32 },
    { "half", TS_TORCH_FLOAT16 },       { "long", TS_TORCH_INT64 },
    { "int", TS_TORCH_INT32 },          { "short", TS_TORCH_INT16 },
    { "cdouble", TS_TORCH_COMPLEX128 }, { "cfloat", TS_TORCH_COMPLEX64 },
    { "chalf", TS_TORCH_COMPLEX32 },
  };
  const char *digits = name;

  for (guint i = 0; i < TS_N_TORCH_DTYPES; i++) {
    if (strcmp (name, dtypes[i].name) == 0) {
      *argument = (gint) i;
      return TS_PICKLE_MEANS_TORCH_DTYPE;
    }
  }
  for (guint i = 0; i < G_N_ELEMENTS (aliases); i++) {
    if (strcmp (name, aliases[i].name) == 0) {
      *argument = (gint) aliases[i].dtype;
      return TS_PICKLE_MEANS_TORCH_DTYPE;
    }
  }
  if (*digits == 'u')
    digits++;
  if (strncmp (digits, "int", 3) == 0 && digits[3] >= '1' && digits[3] <= '7' &&
      digits[4] == '\0') {
    *argument = *name == 'u' ? TS_TORCH_UINT_SMALL : TS_TORCH_INT_SMALL;
    return TS_PICKLE_MEANS_TORCH_DTYPE;
  }
  return TS_PICKLE_MEANS_NOTHING;
}

static gboolean
is_torch_module (const char *module)
{
  static const char *const modules[] = { "torch", "torch.cuda", "torch.sparse", "torch.cuda.sparse",
                                         "torch.storage" };

  for (guint i = 0; i < G_N_ELEMENTS (modules); i++) {
    if (strcmp (module, modules[i]) == 0)
      return TRUE;
  }
  return FALSE;
}

TsPickleMeaning
ts_pickle_find_meaning (const char *module, const char *name, gint *argument)
{
  char full[128];
  const Name *found;
  TsPickleMeaning meaning = TS_PICKLE_MEANS_NOTHING;

  *argument = 0;
  module = normalise_module (module);
  /* no allowed name has more components than its module and itself */
  if (strchr (name, '.') != NULL || strlen (module) + strlen (name) + 2 > sizeof full)
    return TS_PICKLE_MEANS_NOTHING;
  g_snprintf (full, sizeof full, "%s.%s", module, name);
  found = bsearch (full, names, G_N_ELEMENTS (names), sizeof names[0], compare_names);
  if (found != NULL) {
    *argument = found->argument;
    return found->meaning;
  }
  if (is_torch_module (module))
    meaning = find_torch_class (module, name, argument);
  if (meaning == TS_PICKLE_MEANS_NOTHING && strcmp (module, "torch") == 0)
    meaning = find_torch_dtype (name, argument);
  return meaning;
}

gboolean
ts_pickle_names_are_sorted (void)
{
  for (guint i = 1; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (names[i - 1].name, names[i].name) >= 0)
      return FALSE;
  }
  return TRUE;
}
