/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "bytes/ts-mapped-source.h"
#include "reader/ts-json-cursor.h"
#include "reader/ts-reader-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* The length of a JSON header, the header, the data. The header maps names to dtype, shape and a
 * range of the data; the ranges follow each other without holes. Only the header is read. */

#define LENGTH_BYTES     8u
#define MAX_HEADER_BYTES 100000000u /* the format's own limit */
#define MAX_TENSORS      200000u

typedef struct
{
  const char *name; /* as the header says */
  guint8 bits;
  gboolean supported;
  TsDtype dtype;
} DtypeName;

static const DtypeName dtype_names[] = {
  { "BOOL", 8, TRUE, TS_DTYPE_BOOL },
  { "U8", 8, TRUE, TS_DTYPE_UINT8 },
  { "I8", 8, TRUE, TS_DTYPE_INT8 },
  { "F8_E5M2", 8, TRUE, TS_DTYPE_FLOAT8_E5M2 },
  { "F8_E4M3", 8, TRUE, TS_DTYPE_FLOAT8_E4M3FN },
  { "F8_E8M0", 8, TRUE, TS_DTYPE_FLOAT8_E8M0FNU },
  { "F8_E4M3FNUZ", 8, TRUE, TS_DTYPE_FLOAT8_E4M3FNUZ },
  { "F8_E5M2FNUZ", 8, TRUE, TS_DTYPE_FLOAT8_E5M2FNUZ },
  { "I16", 16, TRUE, TS_DTYPE_INT16 },
  { "U16", 16, TRUE, TS_DTYPE_UINT16 },
  { "F16", 16, TRUE, TS_DTYPE_FLOAT16 },
  { "BF16", 16, TRUE, TS_DTYPE_BFLOAT16 },
  { "I32", 32, TRUE, TS_DTYPE_INT32 },
  { "U32", 32, TRUE, TS_DTYPE_UINT32 },
  { "F32", 32, TRUE, TS_DTYPE_FLOAT32 },
  { "C64", 64, TRUE, TS_DTYPE_COMPLEX64 },
  { "F64", 64, TRUE, TS_DTYPE_FLOAT64 },
  { "I64", 64, TRUE, TS_DTYPE_INT64 },
  { "U64", 64, TRUE, TS_DTYPE_UINT64 },
  { "F4", 4, TRUE, TS_DTYPE_FLOAT8_E4M3FN }, /* unpacked: each of its values is one of these */
  { "F6_E2M3", 6, FALSE, 0 },
  { "F6_E3M2", 6, FALSE, 0 },
};

/* One tensor as the header describes it. */
typedef struct
{
  char *name;
  char *dtype_name;
  TsShape shape;
  gboolean has_shape, has_offsets;
  guint64 begin, end; /* in the data */
  const char *problem;
} Entry;

static void
entry_free (Entry *self)
{
  g_free (self->name);
  g_free (self->dtype_name);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Entry, entry_free)

typedef struct
{
  GPtrArray *entries; /* of Entry */
  GHashTable *names;
  TsNode *metadata; /* or NULL */
} Header;

static void
header_clear (Header *self)
{
  g_ptr_array_unref (self->entries);
  g_hash_table_unref (self->names);
  g_clear_object (&self->metadata);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Header, header_clear)

static int
safetensors_probe (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  guint64 n_header = 0;
  gsize at = LENGTH_BYTES;

  if (n_bytes < LENGTH_BYTES + 2)
    return 0;
  memcpy (&n_header, head, sizeof n_header);
  n_header = GUINT64_FROM_LE (n_header);
  while (at < n_bytes && g_ascii_isspace (head[at]))
    at++;
  if (at >= n_bytes || head[at] != '{' || n_header < 2)
    return 0;
  for (at++; at < n_bytes && g_ascii_isspace (head[at]); at++)
    ;
  if (at >= n_bytes || (head[at] != '"' && head[at] != '}'))
    return 0;
  if (n_header <= MAX_HEADER_BYTES && n_header <= file_size - LENGTH_BYTES)
    return 95;
  /* A damaged or cut off one, unless the "length" is rather text. */
  return n_header >> 48 == 0 ? 60 : 0;
}

static void
read_shape (TsJsonCursor *json, Entry *entry)
{
  if (entry->has_shape)
    entry->problem = "it has two shapes";
  entry->has_shape = TRUE;
  if (ts_json_cursor_look (json) != '[') {
    entry->problem = "its shape is no list of sizes";
    ts_json_cursor_skip (json);
    return;
  }
  ts_json_cursor_take (json, '[');
  for (gboolean first = TRUE; ts_json_cursor_next (json, first, ']'); first = FALSE) {
    guint64 dim;

    if (!ts_json_cursor_uint (json, &dim)) {
      entry->problem = "its shape is no list of sizes";
      ts_json_cursor_skip (json);
    } else if (entry->shape.n_dims == TS_MAX_DIMS) {
      entry->problem = "it has more than 64 axes";
    } else {
      entry->shape.dims[entry->shape.n_dims++] = dim;
    }
  }
}

static void
read_offsets (TsJsonCursor *json, Entry *entry)
{
  guint64 offsets[2] = { 0 };
  guint n = 0;

  if (entry->has_offsets)
    entry->problem = "it has two places";
  entry->has_offsets = TRUE;
  if (ts_json_cursor_look (json) != '[') {
    entry->problem = "its data_offsets are no pair of numbers";
    ts_json_cursor_skip (json);
    return;
  }
  ts_json_cursor_take (json, '[');
  for (gboolean first = TRUE; ts_json_cursor_next (json, first, ']'); first = FALSE) {
    guint64 offset = 0;

    if (!ts_json_cursor_uint (json, &offset)) {
      entry->problem = "its data_offsets are no pair of numbers";
      ts_json_cursor_skip (json);
    } else if (n < 2) {
      offsets[n] = offset;
    }
    n++;
  }
  if (n != 2)
    entry->problem = "its data_offsets are no pair of numbers";
  entry->begin = offsets[0];
  entry->end = offsets[1];
}

/* Takes @name. */
static Entry *
read_entry (TsJsonCursor *json, char *name)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->name = name;
  if (ts_json_cursor_look (json) != '{') {
    entry->problem = "its description is no object";
    ts_json_cursor_skip (json);
    return entry;
  }
  ts_json_cursor_take (json, '{');
  for (gboolean first = TRUE; ts_json_cursor_next (json, first, '}'); first = FALSE) {
    g_autofree char *key = ts_json_cursor_string (json);

    if (!ts_json_cursor_take (json, ':'))
      break;
    if (g_str_equal (key, "shape")) {
      read_shape (json, entry);
    } else if (g_str_equal (key, "data_offsets")) {
      read_offsets (json, entry);
    } else if (g_str_equal (key, "dtype") && ts_json_cursor_look (json) == '"') {
      if (entry->dtype_name != NULL)
        entry->problem = "it has two dtypes";
      g_free (entry->dtype_name);
      entry->dtype_name = ts_json_cursor_string (json);
    } else {
      ts_json_cursor_skip (json);
    }
  }
  if (entry->problem == NULL &&
      (entry->dtype_name == NULL || !entry->has_shape || !entry->has_offsets))
    entry->problem = entry->dtype_name == NULL ? "its dtype is missing"
                     : !entry->has_shape       ? "its shape is missing"
                                               : "its data_offsets are missing";
  return entry;
}

static void
read_metadata (TsJsonCursor *json, Header *header)
{
  if (ts_json_cursor_look (json) == 'n') { /* null, as if it were not there */
    ts_json_cursor_skip (json);
    return;
  }
  if (header->metadata != NULL || ts_json_cursor_look (json) != '{') {
    ts_json_cursor_fail (json, "\"__metadata__\" is no single map of names to texts");
    return;
  }
  header->metadata = ts_node_new_container ("__metadata__", "dict");
  ts_json_cursor_take (json, '{');
  for (gboolean first = TRUE; ts_json_cursor_next (json, first, '}'); first = FALSE) {
    g_autofree char *key = ts_json_cursor_string (json);
    g_autofree char *value = NULL;

    if (!ts_json_cursor_take (json, ':'))
      return;
    if (ts_json_cursor_look (json) != '"') {
      ts_json_cursor_fail (json, "\"__metadata__\" holds something that is no text");
      return;
    }
    value = ts_json_cursor_string (json);
    if (value != NULL)
      ts_node_take_child (header->metadata, ts_node_new_text (key, value));
  }
}

static void
read_header (TsJsonCursor *json, Header *header)
{
  ts_json_cursor_take (json, '{');
  for (gboolean first = TRUE; ts_json_cursor_next (json, first, '}'); first = FALSE) {
    char *name = ts_json_cursor_string (json);

    if (name == NULL)
      return;
    if (!ts_json_cursor_take (json, ':')) {
      g_free (name);
      return;
    }
    if (g_str_equal (name, "__metadata__")) {
      read_metadata (json, header);
      g_free (name);
      continue;
    }
    if (header->entries->len == MAX_TENSORS) {
      ts_json_cursor_fail (json, "There are more than 200000 tensors");
      g_free (name);
      return;
    }
    g_ptr_array_add (header->entries, read_entry (json, name));
    if (!g_hash_table_add (header->names, name)) {
      ts_json_cursor_fail (json, "Two tensors have one name; the second ends");
      return;
    }
  }
  if (ts_json_cursor_look (json) != '\0' || json->pos < json->n_bytes)
    ts_json_cursor_fail (json, "Something follows where the header should end");
}

static const DtypeName *
find_dtype (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dtype_names); i++) {
    if (g_str_equal (dtype_names[i].name, name))
      return &dtype_names[i];
  }
  return NULL;
}

/* 4-bit numbers with 2 bits of exponent and 1 of mantissa, two a byte, the first in the low half;
 * each is a float8_e4m3fn as well. */
static void
map_float4 (const guint8 *in, guint8 *out, gsize n_units)
{
  /* 0 0.5 1 1.5 2 3 4 6 */
  static const guint8 magnitudes[8] = { 0x00, 0x30, 0x38, 0x3c, 0x40, 0x44, 0x48, 0x4c };

  for (gsize i = 0; i < 2 * n_units; i++) {
    guint bits = i & 1 ? in[i / 2] >> 4 : in[i / 2] & 0xf;

    out[i] = (guint8) (magnitudes[bits & 7] | (bits & 8) << 4);
  }
}

static gboolean
check_size (const Entry *entry, const DtypeName *dtype, guint64 n_data, GError **error)
{
  guint64 count, bits;

  if (entry->end < entry->begin || !ts_shape_count (&entry->shape, &count) ||
      !ts_checked_mul (count, dtype->bits, &bits) || bits % 8 != 0 ||
      entry->end - entry->begin != bits / 8) {
    g_autofree char *shape = ts_shape_to_string (&entry->shape);

    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("%s elements of %s do not fill its place in the data, bytes %" PRIu64
                 " to %" PRIu64),
                    shape, dtype->name, entry->begin, entry->end);
    return FALSE;
  }
  if (entry->end > n_data) {
    g_set_error (error, TS_ERROR, TS_ERROR_TRUNCATED,
                 _ ("The data is cut off: it should reach to byte %" PRIu64
                 ", but there are %" PRIu64 " bytes"),
                    entry->end, n_data);
    return FALSE;
  }
  return TRUE;
}

static TsTensor *
make_tensor (TsSource *data, const Entry *entry, const DtypeName *dtype, GError **error)
{
  if (dtype->bits == 4) {
    g_autoptr (TsSource) unpacked =
                   ts_mapped_source_new (data, entry->begin, entry->end - entry->begin, 1, 2,
                                         map_float4, error);

    if (unpacked == NULL)
      return NULL;
    return ts_tensor_new (unpacked, 0, dtype->dtype, G_LITTLE_ENDIAN, &entry->shape, NULL, error);
  }
  return ts_tensor_new (data, entry->begin, dtype->dtype, G_LITTLE_ENDIAN, &entry->shape, NULL,
                        error);
}

static TsNode *
make_node (TsSource *data, const Entry *entry)
{
  const DtypeName *dtype = entry->dtype_name != NULL ? find_dtype (entry->dtype_name) : NULL;
  g_autoptr (TsTensor) tensor = NULL;
  g_autoptr (GError) error = NULL;
  TsNode *node;

  if (entry->problem != NULL)
    g_set_error (&error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("The header's entry is damaged: %s"), entry->problem);
  else if (dtype == NULL || !dtype->supported)
    g_set_error (&error, TS_ERROR, TS_ERROR_UNSUPPORTED,
                 _ ("Elements of dtype \"%s\" are not read"), entry->dtype_name);
  else if (check_size (entry, dtype, ts_source_get_size (data), &error))
    tensor = make_tensor (data, entry, dtype, &error);
  if (tensor == NULL) {
    node = ts_node_new_error (entry->name, error);
    if (entry->dtype_name != NULL && entry->has_shape)
      ts_node_set_declared (node, entry->dtype_name, &entry->shape);
    return node;
  }
  node = ts_node_new_tensor (entry->name, tensor);
  if (dtype->bits == 4)
    ts_node_set_note (node, _ ("4-bit numbers (e2m1), unpacked to float8_e4m3fn"));
  return node;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Entry *const *left = a, *const *right = b;

  if ((*left)->begin != (*right)->begin)
    return (*left)->begin < (*right)->begin ? -1 : 1;
  if ((*left)->end != (*right)->end)
    return (*left)->end < (*right)->end ? -1 : 1;
  return 0;
}

/* Holes and overlaps: marks the tensors that take bytes of another one. Returns the bytes that
 * belong to none. */
static guint64
check_places (GPtrArray *entries, guint64 n_data)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_copy (entries, NULL, NULL);
  guint64 reached = 0, n_holes = 0;

  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_sort (sorted, compare_places);
  for (guint i = 0; i < sorted->len; i++) {
    Entry *entry = g_ptr_array_index (sorted, i);

    if (entry->problem != NULL || entry->end < entry->begin)
      continue;
    if (entry->begin < reached && entry->end > entry->begin)
      entry->problem = "its place in the data overlaps that of another tensor";
    else if (entry->begin > reached)
      n_holes += MIN (entry->begin, n_data) - MIN (reached, n_data);
    reached = MAX (reached, entry->end);
  }
  return n_holes + (n_data > reached ? n_data - reached : 0);
}

static gboolean
all_are_sound (GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = g_ptr_array_index (entries, i);

    if (entry->problem != NULL || entry->end < entry->begin)
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_all (TsSource *source,
          Header *header,
          guint64 *data_at,
          GCancellable *cancellable,
          GError **error)
{
  guint64 size = ts_source_get_size (source);
  g_autoptr (GBytes) bytes = NULL;
  TsJsonCursor json;
  guint64 n_header;

  if (!ts_source_read (source, 0, &n_header, sizeof n_header, cancellable, error))
    return FALSE;
  n_header = GUINT64_FROM_LE (n_header);
  if (n_header > MAX_HEADER_BYTES) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                 _ ("The safetensors header claims %" PRIu64
                 " bytes; the format allows %u at most"),
                    n_header, MAX_HEADER_BYTES);
    return FALSE;
  }
  if (n_header > size - LENGTH_BYTES) {
    g_set_error (error, TS_ERROR, TS_ERROR_INCOMPLETE,
                 _ ("The safetensors header of %" PRIu64
                 " bytes is cut off at %" PRIu64
                 "; is the file still being written or downloaded?"),
                    n_header, size - LENGTH_BYTES);
    return FALSE;
  }
  bytes =
      ts_source_read_bytes (source, LENGTH_BYTES, n_header, MAX_HEADER_BYTES, cancellable, error);
  if (bytes == NULL)
    return FALSE;
  ts_json_cursor_init (&json, g_bytes_get_data (bytes, NULL), (gsize) n_header);
  read_header (&json, header);
  if (json.error != NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("The safetensors header is damaged: %s"), json.error->message);
    ts_json_cursor_clear (&json);
    return FALSE;
  }
  *data_at = LENGTH_BYTES + n_header;
  return TRUE;
}

static TsDocument *
safetensors_open (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_auto (Header) header = { g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free),
                             g_hash_table_new (g_str_hash, g_str_equal), NULL };
  g_autoptr (TsSource) data = NULL;
  g_autoptr (TsNode) root = NULL;
  TsDocument *document;
  guint64 data_at, n_data, n_unused;

  if (!read_all (source, &header, &data_at, cancellable, error))
    return NULL;
  n_data = ts_source_get_size (source) - data_at;
  data = ts_window_source_new (source, data_at, n_data, error);
  if (data == NULL)
    return NULL;
  n_unused = check_places (header.entries, n_data);
  /* The format forbids them: somebody may have hidden another file there, or cut this one. */
  if (n_unused > 0 && all_are_sound (header.entries)) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("%" PRIu64 " bytes of the data belong to no tensor, which the format "
                 "does not allow"),
                    n_unused);
    return NULL;
  }
  root = ts_node_new_container ("", "dict");
  for (guint i = 0; i < header.entries->len; i++)
    ts_node_take_child (root, make_node (data, g_ptr_array_index (header.entries, i)));
  if (header.metadata != NULL)
    ts_node_take_child (root, g_steal_pointer (&header.metadata));
  document = ts_document_new (source, name, "safetensors", TS_ORIGIN_TORCH, root);
  if (n_unused > 0) {
    g_autofree char *warning =
        g_strdup_printf ("%" G_GUINT64_FORMAT " bytes of the data belong to no tensor", n_unused);

    ts_document_add_warning (document, warning);
  }
  return document;
}

static const char *const safetensors_suffixes[] = { ".safetensors", NULL };

const TsReader ts_reader_safetensors = {
  .id = "safetensors",
  .title = "safetensors file",
  .suffixes = safetensors_suffixes,
  .probe = safetensors_probe,
  .open = safetensors_open,
};
