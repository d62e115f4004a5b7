/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "helper/ts-helper-hdf5-private.h"

#include <hdf5.h>
#include <string.h>

#ifdef HAVE_LZF
#include <liblzf/lzf.h>
#include <stdlib.h>
#endif

/* Opening and reading of HDF5 files; no plug-in is loaded. */

#define CHUNK_CACHE_BYTES (64u << 20)
#define MAX_CHUNK_BYTES   (1u << 30)

TsHdf5 ts_hdf5 = { .last = -1 };

/* The innermost message of the library's error stack. */
static herr_t
keep_message (unsigned n, const H5E_error2_t *entry, void *data)
{
  char **message = data;

  if (*message == NULL && entry->desc != NULL)
    *message = g_strdup (entry->desc);
  return 0;
}

char *
ts_hdf5_take_error (const char *what)
{
  g_autofree char *detail = NULL;

  H5Ewalk2 (H5E_DEFAULT, H5E_WALK_UPWARD, keep_message, &detail);
  H5Eclear2 (H5E_DEFAULT);
  return g_strdup_printf ("%s%s%s", what, detail != NULL ? ": " : "", detail != NULL ? detail : "");
}

#ifdef HAVE_LZF

/* The compression that h5py users have chosen for years, and which libhdf5 lacks. Parameters of the
 * chunk: version of the filter, version of LZF, size of a chunk in bytes. */
#define LZF_FILTER 32000

static size_t
filter_lzf (unsigned flags,
            size_t n_values,
            const unsigned values[],
            size_t n_bytes,
            size_t *buffer_size,
            void **buffer)
{
  size_t room = n_values >= 3 && values[2] > 0 ? values[2] : *buffer_size;
  void *unpacked;
  unsigned n_unpacked;

  if (!(flags & H5Z_FLAG_REVERSE) || room > MAX_CHUNK_BYTES)
    return 0;
  unpacked = malloc (room);
  n_unpacked = unpacked != NULL
                   ? lzf_decompress (*buffer, (unsigned) n_bytes, unpacked, (unsigned) room)
                   : 0;
  if (n_unpacked == 0) {
    free (unpacked);
    return 0;
  }
  free (*buffer);
  *buffer = unpacked;
  *buffer_size = room;
  return n_unpacked;
}

static const H5Z_class2_t lzf_class = {
  H5Z_CLASS_T_VERS, LZF_FILTER, 0, 1, "lzf", NULL, NULL, filter_lzf,
};

#endif

static char *
hdf5_list (GByteArray *out)
{
  hid_t root, fapl;

  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state (0);
#ifdef HAVE_LZF
  H5Zregister (&lzf_class);
#endif
  ts_hdf5.datasets = g_ptr_array_new ();
  ts_hdf5.open_groups = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  fapl = H5Pcreate (H5P_FILE_ACCESS);
  H5Pset_cache (fapl, 0, 12421, CHUNK_CACHE_BYTES, 0.75);
  /* The name means nothing (see ts-open.c), but the library looks whether it is a link. */
  ts_hdf5.file = H5Fopen ("/", H5F_ACC_RDONLY, fapl);
  if (ts_hdf5.file < 0) {
    g_autofree char *error = ts_hdf5_take_error ("The HDF5 library cannot open the file");

    /* A writer that died left its mark; readers of live files may pass it. */
    ts_hdf5.file = H5Fopen ("/", H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, fapl);
    if (ts_hdf5.file < 0) {
      H5Pclose (fapl);
      return g_steal_pointer (&error);
    }
  }
  H5Pclose (fapl);
  root = H5Gopen2 (ts_hdf5.file, "/", H5P_DEFAULT);
  if (root < 0)
    return ts_hdf5_take_error ("The root group is damaged");
  {
    hid_t fcpl = H5Fget_create_plist (ts_hdf5.file);
    hsize_t user_block = 0;

    H5Pget_userblock (fcpl, &user_block);
    H5Pclose (fcpl);
    ts_hdf5.is_matlab = user_block == 512;
  }
  ts_hdf5_list_group (out, "", root, 0);
  H5Gclose (root);
  return NULL;
}

static char *
open_dataset (guint32 id)
{
  TsHdf5Dataset *entry;
  hid_t file_type;

  if (id >= ts_hdf5.datasets->len)
    return g_strdup ("No such dataset");
  if (ts_hdf5.last >= 0 && ts_hdf5.last_id == id)
    return NULL;
  if (ts_hdf5.last >= 0) {
    H5Tclose (ts_hdf5.last_type);
    H5Sclose (ts_hdf5.last_space);
    H5Dclose (ts_hdf5.last);
  }
  entry = g_ptr_array_index (ts_hdf5.datasets, id);
  ts_hdf5.last = H5Dopen2 (ts_hdf5.file, entry->path, H5P_DEFAULT);
  if (ts_hdf5.last < 0)
    return ts_hdf5_take_error ("The dataset cannot be opened");
  ts_hdf5.last_id = id;
  ts_hdf5.last_space = H5Dget_space (ts_hdf5.last);
  file_type = H5Dget_type (ts_hdf5.last);
  if (entry->member != NULL) {
    int index = H5Tget_member_index (file_type, entry->member);
    hid_t member = H5Tget_member_type (file_type, (unsigned) MAX (index, 0));
    hid_t memory = ts_hdf5_make_memory_type (member, entry->dtype);

    ts_hdf5.last_type = H5Tcreate (H5T_COMPOUND, entry->element_bytes);
    H5Tinsert (ts_hdf5.last_type, entry->member, 0, memory);
    H5Tclose (memory);
    H5Tclose (member);
  } else {
    ts_hdf5.last_type = ts_hdf5_make_memory_type (file_type, entry->dtype);
  }
  H5Tclose (file_type);
  if (H5Tget_size (ts_hdf5.last_type) != entry->element_bytes)
    return g_strdup ("The elements have an unexpected size");
  return NULL;
}

/* A run of elements in row-major order is a few boxes: the rest of a row, whole rows, the beginning
 * of a row, and so on for each axis. */
static gboolean
read_run (guint axis,
          int n_dims,
          const hsize_t *dims,
          hsize_t *start,
          hsize_t *count,
          guint64 first,
          guint64 last,
          guint8 **out)
{
  guint64 inner = 1;

  for (int i = (int) axis + 1; i < n_dims; i++)
    inner *= dims[i];
  while (first < last) {
    guint64 row = first / inner;

    start[axis] = row;
    if (first % inner == 0 && last - first >= inner) {
      guint64 n = (last - first) / inner;
      hid_t memory;
      hsize_t n_elements;
      gboolean is_read;

      count[axis] = n;
      for (int i = (int) axis + 1; i < n_dims; i++) {
        start[i] = 0;
        count[i] = dims[i];
      }
      n_elements = n * inner;
      memory = H5Screate_simple (1, &n_elements, NULL);
      is_read =
          H5Sselect_hyperslab (ts_hdf5.last_space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
          H5Dread (ts_hdf5.last, ts_hdf5.last_type, memory, ts_hdf5.last_space, H5P_DEFAULT,
                   *out) >= 0;
      H5Sclose (memory);
      if (!is_read)
        return FALSE;
      *out += n_elements * H5Tget_size (ts_hdf5.last_type);
      first += n * inner;
    } else {
      guint64 end = MIN (last, (row + 1) * inner);

      count[axis] = 1;
      if (!read_run (axis + 1, n_dims, dims, start, count, first % inner, end - row * inner, out))
        return FALSE;
      first = end;
    }
  }
  return TRUE;
}

static char *
hdf5_read (guint32 id, guint64 start_byte, guint64 n_bytes, guint8 *out)
{
  hsize_t dims[H5S_MAX_RANK], start[H5S_MAX_RANK], count[H5S_MAX_RANK];
  char *error = open_dataset (id);
  gsize size;
  guint64 first, last, n_elements = 1;
  g_autofree guint8 *elements = NULL;
  guint8 *to;
  int n_dims;

  if (error != NULL)
    return error;
  size = H5Tget_size (ts_hdf5.last_type);
  n_dims = H5Sget_simple_extent_dims (ts_hdf5.last_space, dims, NULL);
  for (int i = 0; i < n_dims; i++) {
    if (__builtin_mul_overflow (n_elements, (guint64) dims[i], &n_elements))
      return g_strdup ("The dataset is too large");
  }
  if (start_byte > G_MAXINT64 || n_bytes > TS_ARRAY_MAX_READ)
    return g_strdup ("Behind the end of the dataset");
  first = start_byte / size;
  last = (start_byte + n_bytes + size - 1) / size;
  if (last > n_elements)
    return g_strdup ("Behind the end of the dataset");
  elements = g_malloc (MAX ((last - first) * size, 1));
  to = elements;
  if (n_dims <= 0) {
    if (H5Dread (ts_hdf5.last, ts_hdf5.last_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, elements) < 0)
      return ts_hdf5_take_error ("The value cannot be read");
  } else if (!read_run (0, n_dims, dims, start, count, first, last, &to)) {
    return ts_hdf5_take_error ("The data cannot be read");
  }
  memcpy (out, elements + (start_byte - first * size), n_bytes);
  return NULL;
}

const TsHelperBackend ts_helper_hdf5 = { "hdf5", hdf5_list, hdf5_read, NULL };
