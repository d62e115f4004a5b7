/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "helper/ts-helper-hdf5-private.h"

#include <string.h>

/* The listing of an HDF5 file. Follows no link out of the file, and takes no virtual or external
 * data: a crafted file could pull in any file of the user that way. */

#define MAX_OBJECTS    100000
#define MAX_DEPTH      64
#define MAX_TEXT_BYTES (64u << 10)
#define MAX_REFERENCES 10000

/* The filters that were left out, a bit each: a writer may skip an optional one. */
static unsigned
get_skipped_filters (hid_t dataset, hid_t space, hid_t dcpl)
{
  hsize_t offset[H5S_MAX_RANK], n_bytes;
  haddr_t address;
  unsigned skipped = 0;

  if (H5Pget_layout (dcpl) != H5D_CHUNKED ||
      H5Dget_chunk_info (dataset, space, 0, offset, &skipped, &address, &n_bytes) < 0) {
    H5Eclear2 (H5E_DEFAULT);
    return 0;
  }
  return skipped;
}

/* NULL, or why the data of the dataset is not to be read. */
static char *
find_obstacle (hid_t dataset, hid_t space, hid_t dcpl)
{
  if (H5Pget_layout (dcpl) == H5D_VIRTUAL)
    return g_strdup ("A virtual dataset: its values are in other files, which are not opened");
  if (H5Pget_external_count (dcpl) > 0)
    return g_strdup ("Its values are in an external file, which is not opened");
  for (int i = 0; i < H5Pget_nfilters (dcpl); i++) {
    unsigned flags;
    size_t n_values = 0;
    char name[64] = "";
    H5Z_filter_t filter =
        H5Pget_filter2 (dcpl, (unsigned) i, &flags, &n_values, NULL, sizeof name, name, NULL);

    if (filter >= 0 && H5Zfilter_avail (filter) <= 0 &&
        (i >= 32 || (get_skipped_filters (dataset, space, dcpl) >> i & 1) == 0))
      return g_strdup_printf ("Compressed with filter %d%s%s%s, which only a plug-in can read",
                              (int) filter, name[0] != '\0' ? " (" : "", name,
                              name[0] != '\0' ? ")" : "");
  }
  return NULL;
}

static void
list_text (GByteArray *out, const char *name, hid_t dataset, hid_t type)
{
  size_t size = H5Tget_size (type);

  if (H5Tis_variable_str (type) > 0) {
    char *text = NULL;
    hid_t memory = H5Tcopy (H5T_C_S1);

    H5Tset_size (memory, H5T_VARIABLE);
    H5Tset_cset (memory, H5Tget_cset (type));
    if (H5Dread (dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, &text) >= 0 && text != NULL) {
      g_autofree char *bounded = g_strndup (text, MAX_TEXT_BYTES);

      ts_listing_text (out, name, bounded);
      H5free_memory (text);
    } else {
      ts_listing_opaque (out, name, "string", "");
    }
    H5Tclose (memory);
    return;
  }
  if (size <= MAX_TEXT_BYTES) {
    g_autofree char *text = g_malloc0 (size + 1);

    if (H5Dread (dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) >= 0) {
      ts_listing_text (out, name, text);
      return;
    }
  }
  ts_listing_opaque (out, name, "string", "");
}

static guint32
add_dataset (const char *path, const char *member, TsDtype dtype, gsize element_bytes)
{
  TsHdf5Dataset *entry = g_new0 (TsHdf5Dataset, 1);

  entry->path = g_strdup (path);
  entry->member = g_strdup (member);
  entry->dtype = dtype;
  entry->element_bytes = element_bytes;
  g_ptr_array_add (ts_hdf5.datasets, entry);
  return ts_hdf5.datasets->len - 1;
}

/* What MATLAB calls the class of the dataset; "" where it was not written by MATLAB. */
static void
get_matlab_class (hid_t dataset, char class[32])
{
  hid_t attribute, type;

  class[0] = '\0';
  if (!ts_hdf5.is_matlab || H5Aexists (dataset, "MATLAB_class") <= 0)
    return;
  g_strlcpy (class, "?", 32);
  attribute = H5Aopen (dataset, "MATLAB_class", H5P_DEFAULT);
  type = attribute >= 0 ? H5Aget_type (attribute) : -1;
  if (type >= 0 && H5Tget_class (type) == H5T_STRING && H5Tis_variable_str (type) == 0 &&
      H5Tget_size (type) < 32 && H5Aget_storage_size (attribute) == H5Tget_size (type)) {
    memset (class, 0, 32);
    if (H5Aread (attribute, type, class) < 0)
      g_strlcpy (class, "?", 32);
  }
  if (type >= 0)
    H5Tclose (type);
  if (attribute >= 0)
    H5Aclose (attribute);
  H5Eclear2 (H5E_DEFAULT);
}

/* One line of characters of MATLAB, which are UTF-16. */
static gboolean
list_characters (GByteArray *out, const char *name, hid_t dataset, hid_t space)
{
  hssize_t n = H5Sget_simple_extent_npoints (space);
  g_autofree gunichar2 *characters = NULL;
  g_autofree char *text = NULL;

  if (n <= 0 || (gsize) n > MAX_TEXT_BYTES)
    return FALSE;
  characters = g_new (gunichar2, (gsize) n);
  if (H5Dread (dataset, H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, characters) < 0) {
    H5Eclear2 (H5E_DEFAULT);
    return FALSE;
  }
  text = g_utf16_to_utf8 (characters, n, NULL, NULL, NULL);
  if (text == NULL)
    return FALSE;
  ts_listing_text (out, name, text);
  return TRUE;
}

/* An element that is an array itself adds its axes; @type becomes that of what is in there, to be
 * closed. */
static gboolean
unfold_array (hid_t *type, int *n_dims, hsize_t *dims)
{
  hid_t array = *type;
  int n_more = H5Tget_array_ndims (array);

  if (n_more < 0 || *n_dims + n_more > H5S_MAX_RANK ||
      H5Tget_array_dims2 (array, dims + *n_dims) < 0)
    return FALSE;
  *n_dims += n_more;
  *type = H5Tget_super (array);
  return *type >= 0;
}

static void
list_numbers (GByteArray *out,
              const char *name,
              const char *path,
              const char *member,
              hid_t dataset,
              hid_t type,
              hid_t dcpl,
              int n_dims,
              const hsize_t *space_dims)
{
  TsDtype dtype;
  const char *note;
  hsize_t dims[H5S_MAX_RANK] = { 0 };
  guint64 sizes[H5S_MAX_RANK], n_bytes;
  guint64 offset = TS_ARRAY_NO_OFFSET;
  hid_t element = type;
  gsize element_bytes;
  char class[32];
  gboolean is_reversed, is_number;

  get_matlab_class (dataset, class);
  is_reversed = class[0] != '\0';
  memcpy (dims, space_dims, (gsize) n_dims * sizeof *dims);
  if (H5Tget_class (type) == H5T_ARRAY && !unfold_array (&element, &n_dims, dims)) {
    ts_listing_opaque (out, name, "values of another type", "");
    return;
  }
  is_number = ts_hdf5_get_dtype (element, &dtype, &note);
  element_bytes = is_number ? ts_dtype_get_size (dtype) : 0;
  if (element != type) {
    is_number = is_number && H5Tget_size (element) == element_bytes;
    element_bytes = H5Tget_size (type);
    H5Tclose (element);
  }
  if (!is_number) {
    ts_listing_opaque (out, name, "values of another type", "");
    return;
  }
  if (class[0] != '\0' && H5Aexists (dataset, "MATLAB_empty") > 0)
    note = "an empty array of MATLAB: its sizes";
  n_bytes = ts_dtype_get_size (dtype);
  for (int i = 0; i < n_dims; i++) {
    sizes[i] = dims[is_reversed ? n_dims - 1 - i : i];
    if (__builtin_mul_overflow (n_bytes, sizes[i], &n_bytes))
      n_bytes = G_MAXUINT64;
  }
  if (member == NULL && H5Pget_layout (dcpl) == H5D_CONTIGUOUS && n_bytes > 0) {
    haddr_t address = H5Dget_offset (dataset);
    hsize_t stored = H5Dget_storage_size (dataset);

    if (address != HADDR_UNDEF && stored != n_bytes && note == NULL) {
      g_autofree char *message = g_strdup_printf ("The shape needs %" G_GUINT64_FORMAT
                                                  " bytes, the file holds %" G_GUINT64_FORMAT,
                                                  n_bytes, (guint64) stored);

      ts_listing_error (out, name, message);
      return;
    }
    /* Plain bytes: the program reads them itself, at any place and without the library. */
    if (address != HADDR_UNDEF && H5Tget_size (type) == ts_dtype_get_size (dtype) &&
        H5Tget_class (type) != H5T_COMPOUND &&
        (H5Tget_class (type) != H5T_INTEGER || H5Tget_precision (type) == 8 * H5Tget_size (type)))
      offset = address;
  }
  ts_listing_dataset (out, name, add_dataset (path, member, dtype, element_bytes), dtype,
                      is_reversed ? 'F' : 'C', (guint) n_dims, sizes, offset,
                      H5Tget_order (type) == H5T_ORDER_BE, note);
}

static void list_dataset (GByteArray *out, const char *name, const char *path, hid_t dataset);

static void
list_referenced (GByteArray *out, const char *name, const char *path, hid_t object)
{
  if (H5Iget_type (object) == H5I_DATASET) {
    list_dataset (out, name, path, object);
  } else if (H5Iget_type (object) == H5I_GROUP) {
    ts_listing_begin_group (out, name);
    ts_hdf5_list_group (out, path, object, ts_hdf5.depth);
    ts_listing_end_group (out);
  } else {
    ts_listing_opaque (out, name, "named type", "");
  }
}

/* What a cell of MATLAB holds is somewhere else in the file. */
static void
list_cell (GByteArray *out, const char *name, hid_t dataset, hid_t space)
{
  hssize_t n = H5Sget_simple_extent_npoints (space);
  g_autofree hobj_ref_t *references = NULL;

  if (n <= 0 || n > MAX_REFERENCES || ts_hdf5.depth >= MAX_DEPTH) {
    ts_listing_opaque (out, name, "cell", "");
    return;
  }
  references = g_new0 (hobj_ref_t, (gsize) n);
  if (H5Dread (dataset, H5T_STD_REF_OBJ, H5S_ALL, H5S_ALL, H5P_DEFAULT, references) < 0) {
    g_autofree char *message = ts_hdf5_take_error ("The cell cannot be read");

    ts_listing_error (out, name, message);
    return;
  }
  ts_hdf5.depth++;
  ts_listing_begin_group (out, name);
  for (hssize_t i = 0; i < n && ts_hdf5.n_references++ < MAX_REFERENCES; i++) {
    char path[4096], key[24];
    hid_t object = H5Rdereference2 (dataset, H5P_DEFAULT, H5R_OBJECT, &references[i]);
    ssize_t length = H5Rget_name (dataset, H5R_OBJECT, &references[i], path, sizeof path);

    g_snprintf (key, sizeof key, "%" G_GINT64_FORMAT, (gint64) i);
    if (object < 0 || length <= 0 || (gsize) length >= sizeof path) {
      g_autofree char *message = ts_hdf5_take_error ("The reference leads nowhere");

      ts_listing_error (out, key, message);
    } else {
      list_referenced (out, key, path, object);
    }
    if (object >= 0)
      H5Oclose (object);
  }
  ts_listing_end_group (out);
  ts_hdf5.depth--;
}

/* The same, unless it is being listed already: a cell may hold itself. */
static void
list_cell_once (GByteArray *out, const char *name, hid_t dataset, hid_t space)
{
  H5O_info_t info;
  guint64 address;

  if (H5Oget_info (dataset, &info) < 0)
    return;
  address = info.addr;
  if (g_hash_table_contains (ts_hdf5.open_groups, &address)) {
    ts_listing_opaque (out, name, "link to a cell above", "");
    return;
  }
  g_hash_table_add (ts_hdf5.open_groups, g_memdup2 (&address, sizeof address));
  list_cell (out, name, dataset, space);
  g_hash_table_remove (ts_hdf5.open_groups, &address);
}

static void
list_dataset (GByteArray *out, const char *name, const char *path, hid_t dataset)
{
  hid_t type = H5Dget_type (dataset), space = H5Dget_space (dataset);
  hid_t dcpl = H5Dget_create_plist (dataset);
  hsize_t dims[H5S_MAX_RANK];
  int n_dims = H5Sget_simple_extent_dims (space, dims, NULL);
  g_autofree char *obstacle = NULL;
  char class[32];

  get_matlab_class (dataset, class);
  if (type < 0 || space < 0 || dcpl < 0 || n_dims < 0) {
    g_autofree char *message = ts_hdf5_take_error ("The description of the dataset is damaged");

    ts_listing_error (out, name, message);
  } else if (H5Sget_simple_extent_type (space) == H5S_NULL) {
    ts_listing_opaque (out, name, "empty dataset", "");
  } else if ((obstacle = find_obstacle (dataset, space, dcpl)) != NULL) {
    ts_listing_error (out, name, obstacle);
  } else if (strcmp (class, "char") == 0 && MAX (n_dims, 0) == 2 && dims[1] == 1 &&
             list_characters (out, name, dataset, space)) {
    /* done */
  } else if (strcmp (class, "cell") == 0 && H5Tequal (type, H5T_STD_REF_OBJ) > 0) {
    list_cell_once (out, name, dataset, space);
  } else if (H5Tget_class (type) == H5T_STRING) {
    if (H5Sget_simple_extent_npoints (space) == 1)
      list_text (out, name, dataset, type);
    else
      ts_listing_opaque (out, name, "strings", "");
  } else {
    TsDtype dtype;
    const char *note;

    if (H5Tget_class (type) == H5T_COMPOUND && !ts_hdf5_get_dtype (type, &dtype, &note)) {
      ts_listing_begin_group (out, name);
      for (unsigned i = 0; i < (unsigned) MIN (H5Tget_nmembers (type), 1000); i++) {
        char *member = H5Tget_member_name (type, i);
        hid_t member_type = H5Tget_member_type (type, i);

        list_numbers (out, member, path, member, dataset, member_type, dcpl, n_dims, dims);
        H5free_memory (member);
        H5Tclose (member_type);
      }
      ts_listing_end_group (out);
    } else {
      list_numbers (out, name, path, NULL, dataset, type, dcpl, n_dims, dims);
    }
  }
  /* A list left open crashes the library at exit. */
  if (dcpl >= 0)
    H5Pclose (dcpl);
  if (space >= 0)
    H5Sclose (space);
  if (type >= 0)
    H5Tclose (type);
}

typedef struct
{
  GByteArray *out;
  const char *path; /* of the group */
  guint depth;
} Walk;

static void
list_object (Walk *walk, hid_t group, const char *name)
{
  g_autofree char *path = g_strdup_printf ("%s/%s", walk->path, name);
  hid_t object = H5Oopen (group, name, H5P_DEFAULT);
  H5O_info_t info;

  if (object < 0 || H5Oget_info (object, &info) < 0) {
    g_autofree char *message = ts_hdf5_take_error ("The object cannot be opened");

    ts_listing_error (walk->out, name, message);
  } else if (info.type == H5O_TYPE_DATASET) {
    list_dataset (walk->out, name, path, object);
  } else if (info.type == H5O_TYPE_GROUP) {
    guint64 address = info.addr;

    if (g_hash_table_contains (ts_hdf5.open_groups, &address)) {
      ts_listing_opaque (walk->out, name, "link to a group above", "");
    } else if (walk->depth >= MAX_DEPTH) {
      ts_listing_error (walk->out, name, "Nested too deeply");
    } else {
      g_hash_table_add (ts_hdf5.open_groups, g_memdup2 (&address, sizeof address));
      ts_listing_begin_group (walk->out, name);
      ts_hdf5_list_group (walk->out, path, object, walk->depth + 1);
      ts_listing_end_group (walk->out);
      g_hash_table_remove (ts_hdf5.open_groups, &address);
    }
  } else {
    ts_listing_opaque (walk->out, name, "named type", "");
  }
  if (object >= 0)
    H5Oclose (object);
}

static herr_t
list_link (hid_t group, const char *name, const H5L_info_t *info, void *data)
{
  Walk *walk = data;

  if (ts_hdf5.n_objects++ >= MAX_OBJECTS) {
    ts_listing_error (walk->out, name, "The file holds more objects than are listed");
    return 1;
  }
  switch (info->type) {
  case H5L_TYPE_HARD:
    list_object (walk, group, name);
    break;
  case H5L_TYPE_SOFT: {
    g_autofree char *target = g_malloc0 (MIN (info->u.val_size, 4096) + 1);

    if (H5Lget_val (group, name, target, MIN (info->u.val_size, 4096), H5P_DEFAULT) < 0)
      H5Eclear2 (H5E_DEFAULT);
    ts_listing_opaque (walk->out, name, "link", target);
    break;
  }
  case H5L_TYPE_EXTERNAL:
    ts_listing_error (walk->out, name, "A link into another file, which is not opened");
    break;
  case H5L_TYPE_ERROR:
  case H5L_TYPE_MAX:
  default:
    ts_listing_error (walk->out, name, "A link of a kind that is not followed");
  }
  return 0;
}

void
ts_hdf5_list_group (GByteArray *out, const char *path, hid_t group, guint depth)
{
  Walk walk = { out, path, depth };

  if (H5Literate (group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, list_link, &walk) < 0) {
    g_autofree char *message = ts_hdf5_take_error ("The group is damaged");

    ts_listing_error (out, "", message);
  }
}
