/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "helper/ts-helper-hdf5-private.h"

/* Which of our types a type of HDF5 is. */

static gboolean
is_ieee (hid_t type, size_t exponent_bits, size_t mantissa_bits)
{
  size_t sign_pos, exponent_pos, exponent_size, mantissa_pos, mantissa_size;

  return H5Tget_fields (type, &sign_pos, &exponent_pos, &exponent_size, &mantissa_pos,
                        &mantissa_size) >= 0 &&
         exponent_size == exponent_bits && mantissa_size == mantissa_bits &&
         H5Tget_precision (type) == H5Tget_size (type) * 8;
}

gboolean
ts_hdf5_get_dtype (hid_t type, TsDtype *dtype, const char **note)
{
  size_t size = H5Tget_size (type);

  *note = NULL;
  switch (H5Tget_class (type)) {
  case H5T_INTEGER:
  case H5T_BITFIELD: {
    gboolean is_signed = H5Tget_class (type) == H5T_INTEGER && H5Tget_sign (type) == H5T_SGN_2;

    switch (size) {
    case 1:
      *dtype = is_signed ? TS_DTYPE_INT8 : TS_DTYPE_UINT8;
      return TRUE;
    case 2:
      *dtype = is_signed ? TS_DTYPE_INT16 : TS_DTYPE_UINT16;
      return TRUE;
    case 4:
      *dtype = is_signed ? TS_DTYPE_INT32 : TS_DTYPE_UINT32;
      return TRUE;
    case 8:
      *dtype = is_signed ? TS_DTYPE_INT64 : TS_DTYPE_UINT64;
      return TRUE;
    default:
      return FALSE;
    }
  }
  case H5T_FLOAT:
    if (size == 2 && is_ieee (type, 5, 10))
      *dtype = TS_DTYPE_FLOAT16;
    else if (size == 2 && is_ieee (type, 8, 7))
      *dtype = TS_DTYPE_BFLOAT16;
    else if (size == 4 && is_ieee (type, 8, 23))
      *dtype = TS_DTYPE_FLOAT32;
    else {
      *dtype = TS_DTYPE_FLOAT64;
      if (size != 8)
        *note = "as float64";
    }
    return TRUE;
  case H5T_OPAQUE:
    if (size != 2)
      return FALSE;
    *dtype = TS_DTYPE_BFLOAT16;
    *note = "2 opaque bytes an element, as bfloat16";
    return TRUE;
  case H5T_ENUM: {
    hid_t super = H5Tget_super (type);
    gboolean is_number = ts_hdf5_get_dtype (super, dtype, note);
    gint8 no = -1, yes = -1;

    if (is_number && size == 1 && H5Tget_nmembers (type) == 2 &&
        H5Tenum_valueof (type, "FALSE", &no) >= 0 && H5Tenum_valueof (type, "TRUE", &yes) >= 0 &&
        no == 0 && yes == 1)
      *dtype = TS_DTYPE_BOOL;
    H5Eclear2 (H5E_DEFAULT);
    H5Tclose (super);
    return is_number;
  }
  case H5T_COMPOUND: {
    gboolean is_complex = FALSE;

    if (H5Tget_nmembers (type) == 2) {
      char *first = H5Tget_member_name (type, 0), *second = H5Tget_member_name (type, 1);
      hid_t a = H5Tget_member_type (type, 0), b = H5Tget_member_type (type, 1);

      is_complex = ((g_strcmp0 (first, "r") == 0 && g_strcmp0 (second, "i") == 0) ||
                    (g_strcmp0 (first, "real") == 0 && g_strcmp0 (second, "imag") == 0)) &&
                   H5Tget_class (a) == H5T_FLOAT && H5Tequal (a, b) > 0 &&
                   (H5Tget_size (a) == 4 || H5Tget_size (a) == 8);
      if (is_complex)
        *dtype = H5Tget_size (a) == 4 ? TS_DTYPE_COMPLEX64 : TS_DTYPE_COMPLEX128;
      H5free_memory (first);
      H5free_memory (second);
      H5Tclose (a);
      H5Tclose (b);
    }
    return is_complex;
  }
  case H5T_NO_CLASS:
  case H5T_TIME:
  case H5T_STRING:
  case H5T_REFERENCE:
  case H5T_VLEN:
  case H5T_ARRAY:
  case H5T_NCLASSES:
  default:
    return FALSE;
  }
}

hid_t
ts_hdf5_make_memory_type (hid_t file_type, TsDtype dtype)
{
  hid_t type;

  if (H5Tget_class (file_type) == H5T_ARRAY) {
    hsize_t dims[H5S_MAX_RANK];
    hid_t file_element = H5Tget_super (file_type);
    hid_t element = ts_hdf5_make_memory_type (file_element, dtype);

    H5Tget_array_dims2 (file_type, dims);
    type = H5Tarray_create2 (element, (unsigned) H5Tget_array_ndims (file_type), dims);
    H5Tclose (element);
    H5Tclose (file_element);
    return type;
  }
  switch (dtype) {
  case TS_DTYPE_FLOAT32:
    return H5Tcopy (H5T_NATIVE_FLOAT);
  case TS_DTYPE_FLOAT64:
    return H5Tcopy (H5T_NATIVE_DOUBLE);
  case TS_DTYPE_COMPLEX64:
  case TS_DTYPE_COMPLEX128: {
    hid_t half = dtype == TS_DTYPE_COMPLEX64 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
    char *first = H5Tget_member_name (file_type, 0), *second = H5Tget_member_name (file_type, 1);

    type = H5Tcreate (H5T_COMPOUND, ts_dtype_get_size (dtype));
    H5Tinsert (type, first, 0, half);
    H5Tinsert (type, second, ts_dtype_get_size (dtype) / 2, half);
    H5free_memory (first);
    H5free_memory (second);
    return type;
  }
  default:
    if (H5Tget_class (file_type) == H5T_ENUM)
      return H5Tget_native_type (file_type, H5T_DIR_ASCEND);
    type = H5Tcopy (file_type);
    if (H5Tget_class (file_type) != H5T_OPAQUE)
      H5Tset_order (type, G_BYTE_ORDER == G_LITTLE_ENDIAN ? H5T_ORDER_LE : H5T_ORDER_BE);
    return type;
  }
}
