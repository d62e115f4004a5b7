/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-npy-header.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "reader/ts-py-literal.h"

#include <string.h>

#define MAX_HEADER_BYTES (1u << 20)
#define MAX_FIELDS       65536u
/* More than any array has, so that sums of a few never overflow. */
#define MAX_TYPE_BYTES (G_GUINT64_CONSTANT (1) << 48)

void
ts_npy_type_free (TsNpyType *self)
{
  g_free (self->note);
  g_free (self->descr);
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_free (self);
}

static void
field_free (TsNpyField *self)
{
  g_free (self->name);
  g_clear_pointer (&self->type, ts_npy_type_free);
  g_free (self);
}

void
ts_npy_header_free (TsNpyHeader *self)
{
  g_clear_pointer (&self->type, ts_npy_type_free);
  g_free (self);
}

guint64
ts_npy_type_get_total (const TsNpyType *self)
{
  guint64 total = self->size_bytes;

  for (guint i = 0; i < self->sub.n_dims; i++)
    total *= self->sub.dims[i];
  return total;
}

static TsNpyType *
type_new (const char *descr)
{
  TsNpyType *self = g_new0 (TsNpyType, 1);

  self->byte_order = G_LITTLE_ENDIAN;
  self->descr = g_strdup (descr);
  return self;
}

/* Type codes with their size in the text: <f4. */
static const struct
{
  char code;
  guint8 size_bytes;
  TsDtype dtype;
} sized_codes[] = {
  { 'b', 1, TS_DTYPE_BOOL },      { 'i', 1, TS_DTYPE_INT8 },        { 'u', 1, TS_DTYPE_UINT8 },
  { 'i', 2, TS_DTYPE_INT16 },     { 'u', 2, TS_DTYPE_UINT16 },      { 'i', 4, TS_DTYPE_INT32 },
  { 'u', 4, TS_DTYPE_UINT32 },    { 'i', 8, TS_DTYPE_INT64 },       { 'u', 8, TS_DTYPE_UINT64 },
  { 'f', 2, TS_DTYPE_FLOAT16 },   { 'f', 4, TS_DTYPE_FLOAT32 },     { 'f', 8, TS_DTYPE_FLOAT64 },
  { 'c', 8, TS_DTYPE_COMPLEX64 }, { 'c', 16, TS_DTYPE_COMPLEX128 }, { 'c', 4, TS_DTYPE_COMPLEX32 },
};

/* NumPy's one-letter codes. */
static const struct
{
  char code;
  TsDtype dtype;
} letters[] = {
  { '?', TS_DTYPE_BOOL },       { 'b', TS_DTYPE_INT8 },    { 'B', TS_DTYPE_UINT8 },
  { 'h', TS_DTYPE_INT16 },      { 'H', TS_DTYPE_UINT16 },  { 'i', TS_DTYPE_INT32 },
  { 'I', TS_DTYPE_UINT32 },     { 'l', TS_DTYPE_INT64 },   { 'L', TS_DTYPE_UINT64 },
  { 'q', TS_DTYPE_INT64 },      { 'Q', TS_DTYPE_UINT64 },  { 'e', TS_DTYPE_FLOAT16 },
  { 'f', TS_DTYPE_FLOAT32 },    { 'd', TS_DTYPE_FLOAT64 }, { 'F', TS_DTYPE_COMPLEX64 },
  { 'D', TS_DTYPE_COMPLEX128 },
};

static void
set_numbers (TsNpyType *self, TsDtype dtype)
{
  self->kind = TS_NPY_NUMBERS;
  self->dtype = dtype;
  self->size_bytes = ts_dtype_get_size (dtype);
}

/* NumPy writes only the size of types that it does not know itself: bfloat16 becomes "<V2", the
 * 8-bit floats "<V1". A void of its own is written with "|". */
static void
set_void (TsNpyType *self, char order)
{
  if (self->size_bytes == 2) {
    set_numbers (self, TS_DTYPE_BFLOAT16);
    self->note = g_strdup ("written as 2 raw bytes without a type, read as bfloat16");
  } else if (self->size_bytes == 1 && order != '|') {
    set_numbers (self, TS_DTYPE_FLOAT8_E4M3FN);
    self->note = g_strdup ("written as 1 raw byte without a type, read as float8_e4m3fn; it could "
                           "be another 8-bit type");
  } else if (self->size_bytes == 1) {
    set_numbers (self, TS_DTYPE_UINT8);
    self->note = g_strdup ("written as 1 raw byte without a type, read as uint8");
  } else {
    self->kind = TS_NPY_RAW;
  }
}

static gboolean
set_sized (TsNpyType *self, char order, char code, guint64 size_bytes)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sized_codes); i++) {
    if (sized_codes[i].code == code && sized_codes[i].size_bytes == size_bytes) {
      set_numbers (self, sized_codes[i].dtype);
      return TRUE;
    }
  }
  self->size_bytes = size_bytes;
  switch (code) {
  case 'f':
    if (size_bytes == 1) { /* how ml_dtypes writes e5m2 */
      set_numbers (self, TS_DTYPE_FLOAT8_E5M2);
      self->note = g_strdup ("written as \"f1\", read as float8_e5m2");
      return TRUE;
    }
    self->kind = self->byte_order == G_LITTLE_ENDIAN ? TS_NPY_LONG_DOUBLE : TS_NPY_UNSUPPORTED;
    return size_bytes == 12 || size_bytes == 16;
  case 'c':
    self->kind = TS_NPY_UNSUPPORTED;
    return size_bytes == 24 || size_bytes == 32;
  case 'V':
    set_void (self, order);
    return size_bytes > 0;
  case 'S':
  case 'a':
    self->kind = TS_NPY_BYTES;
    return TRUE;
  case 'U':
    self->kind = TS_NPY_TEXT;
    return ts_checked_mul (size_bytes, 4, &self->size_bytes);
  case 'O':
    self->kind = TS_NPY_OBJECTS;
    self->size_bytes = 8;
    return size_bytes == 8 || size_bytes == 4;
  default:
    return FALSE;
  }
}

/* "M8[ns]" and "m8[25s]": 64-bit counts; shown as these. */
static gboolean
set_time (TsNpyType *self, const char *text)
{
  gsize length = strlen (text);

  if (text[1] != '8' ||
      (text[2] != '\0' && (text[2] != '[' || length < 4 || text[length - 1] != ']')))
    return FALSE;
  set_numbers (self, TS_DTYPE_INT64);
  self->note =
      g_strdup_printf ("%s%s as whole numbers; %" G_GINT64_FORMAT " is \"not a time\"",
                       text[0] == 'M' ? "datetime64" : "timedelta64", text + 2, G_MININT64);
  return TRUE;
}

/* NumPy's own words for types, and the small types of ml_dtypes, which take a byte each. */
static gboolean
set_from_word (TsNpyType *self, const char *word)
{
  static const struct
  {
    const char *word;
    TsDtype dtype;
  } words[] = {
    { "half", TS_DTYPE_FLOAT16 },       { "single", TS_DTYPE_FLOAT32 },
    { "double", TS_DTYPE_FLOAT64 },     { "float", TS_DTYPE_FLOAT64 },
    { "csingle", TS_DTYPE_COMPLEX64 },  { "cdouble", TS_DTYPE_COMPLEX128 },
    { "complex", TS_DTYPE_COMPLEX128 }, { "bool_", TS_DTYPE_BOOL },
    { "byte", TS_DTYPE_INT8 },          { "ubyte", TS_DTYPE_UINT8 },
    { "short", TS_DTYPE_INT16 },        { "ushort", TS_DTYPE_UINT16 },
    { "intc", TS_DTYPE_INT32 },         { "uintc", TS_DTYPE_UINT32 },
    { "int", TS_DTYPE_INT64 },          { "int_", TS_DTYPE_INT64 },
    { "uint", TS_DTYPE_UINT64 },        { "longlong", TS_DTYPE_INT64 },
    { "ulonglong", TS_DTYPE_UINT64 },
  };
  static const char *const small[] = { "int1", "int2", "int4", "uint1", "uint2", "uint4", NULL };
  static const char *const small_floats[] = { "float4_e2m1fn", "float6_e2m3fn", "float6_e3m2fn",
                                              NULL };
  TsDtype dtype;

  if (ts_dtype_from_name (word, &dtype)) {
    set_numbers (self, dtype);
    return TRUE;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    if (g_str_equal (words[i].word, word)) {
      set_numbers (self, words[i].dtype);
      return TRUE;
    }
  }
  if (g_strv_contains (small, word)) {
    set_numbers (self, word[0] == 'u' ? TS_DTYPE_UINT8 : TS_DTYPE_INT8);
    self->note = g_strdup_printf ("%s, one a byte", word);
    return TRUE;
  }
  self->kind = TS_NPY_UNSUPPORTED;
  self->size_bytes = 1;
  return g_strv_contains (small_floats, word);
}

static gboolean
set_from_text (TsNpyType *self, const char *descr)
{
  const char *text = descr;
  char order = '=';
  guint64 size_bytes;

  if (*text != '\0' && strchr ("<>|=", *text) != NULL)
    order = *text++;
  self->byte_order = order == '>' ? G_BIG_ENDIAN : G_LITTLE_ENDIAN;
  if (*text == '\0')
    return FALSE;
  if (text[0] == 'M' || text[0] == 'm')
    return set_time (self, text);
  if (text[1] == '\0') {
    for (gsize i = 0; i < G_N_ELEMENTS (letters); i++) {
      if (letters[i].code == text[0]) {
        set_numbers (self, letters[i].dtype);
        return TRUE;
      }
    }
    return set_sized (self, order, text[0], text[0] == 'O' ? 8 : 0);
  }
  if (g_ascii_isalpha (text[0]) && g_ascii_isdigit (text[1]) &&
      g_ascii_string_to_unsigned (text + 1, 10, 0, MAX_TYPE_BYTES / 4, &size_bytes, NULL))
    return set_sized (self, order, text[0], size_bytes);
  return text == descr && set_from_word (self, text);
}

/* Takes @type. */
static gboolean
add_field (TsNpyType *self, const char *name, TsNpyType *type, GError **error)
{
  TsNpyField *field = g_new0 (TsNpyField, 1);

  /* One without a name is padding when it is void, and else has its number for a name. */
  field->name = *name == '\0' && type->fields == NULL && strchr (type->descr, 'V') == NULL
                    ? g_strdup_printf ("f%u", self->fields->len)
                    : g_strdup (name);
  field->offset_bytes = self->size_bytes;
  field->type = type;
  if (type->kind == TS_NPY_OBJECTS)
    self->kind = TS_NPY_OBJECTS;
  self->size_bytes += ts_npy_type_get_total (type);
  g_ptr_array_add (self->fields, field);
  if (self->size_bytes <= MAX_TYPE_BYTES)
    return TRUE;
  g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT,
                       "The element type is larger than any file can be");
  return FALSE;
}

static TsNpyType *
records_new (void)
{
  TsNpyType *self = type_new ("fields");

  self->kind = TS_NPY_RECORDS;
  self->fields = g_ptr_array_new_with_free_func ((GDestroyNotify) field_free);
  return self;
}

/* "f4,i4": fields f0, f1. */
static TsNpyType *
type_from_list_text (const char *descr, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (descr, ",", -1);
  g_autoptr (TsNpyType) self = records_new ();

  for (guint i = 0; parts[i] != NULL; i++) {
    g_autofree char *name = g_strdup_printf ("f%u", i);
    TsNpyType *type;

    g_strstrip (parts[i]);
    type = ts_npy_type_from_string (parts[i], error);
    if (type == NULL || !add_field (self, name, type, error))
      return NULL;
  }
  return g_steal_pointer (&self);
}

TsNpyType *
ts_npy_type_from_string (const char *descr, GError **error)
{
  g_autoptr (TsNpyType) self = NULL;

  g_return_val_if_fail (descr != NULL, NULL);

  if (strchr (descr, ',') != NULL)
    return type_from_list_text (descr, error);
  self = type_new (descr);
  if (!set_from_text (self, descr)) {
    g_autofree char *shown = g_strndup (descr, 40);
    g_autofree char *valid = g_utf8_make_valid (shown, -1);

    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "\"%s\" is no element type", valid);
    return NULL;
  }
  return g_steal_pointer (&self);
}

static gboolean
set_shape (TsShape *shape, const TsPyLiteral *tuple, const char *what, GError **error)
{
  if (shape->n_dims + ts_py_literal_get_n_items (tuple) > TS_MAX_DIMS) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED, "%s has more than %u axes", what, TS_MAX_DIMS);
    return FALSE;
  }
  for (guint i = 0; i < ts_py_literal_get_n_items (tuple); i++) {
    const TsPyLiteral *dim = ts_py_literal_get_item (tuple, i);

    if (dim->kind != TS_PY_INT || dim->number < 0) {
      g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                   "%s is no tuple of sizes (byte %" G_GSIZE_FORMAT " of the header)", what,
                   dim->at);
      return FALSE;
    }
    shape->dims[shape->n_dims++] = (guint64) dim->number;
  }
  return TRUE;
}

static TsNpyType *type_from_literal (const TsPyLiteral *literal, GError **error);

/* (base, sub), as a field's second and third part or as a whole descr. The axes of @sub come
 * before those that the base has itself. */
static TsNpyType *
type_with_sub (const TsPyLiteral *base, const TsPyLiteral *sub, GError **error)
{
  g_autoptr (TsNpyType) self = type_from_literal (base, error);
  TsShape shape = { 0 };
  guint64 total;

  if (self == NULL || sub == NULL)
    return g_steal_pointer (&self);
  if (sub->kind == TS_PY_INT && sub->number >= 0) {
    shape.n_dims = 1;
    shape.dims[0] = (guint64) sub->number;
  } else if (sub->kind != TS_PY_TUPLE) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 "The shape of a sub-array is no tuple (byte %" G_GSIZE_FORMAT " of the header)",
                 sub->at);
    return NULL;
  } else if (!set_shape (&shape, sub, "The shape of a sub-array", error)) {
    return NULL;
  }
  if (shape.n_dims + self->sub.n_dims > TS_MAX_DIMS) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED, "A field has more than %u axes", TS_MAX_DIMS);
    return NULL;
  }
  memcpy (shape.dims + shape.n_dims, self->sub.dims, self->sub.n_dims * sizeof *shape.dims);
  shape.n_dims += self->sub.n_dims;
  self->sub = shape;
  total = self->size_bytes;
  for (guint i = 0; i < shape.n_dims; i++) {
    if (!ts_checked_mul (total, shape.dims[i], &total) || total > MAX_TYPE_BYTES) {
      g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT,
                           "A field is larger than any file can be");
      return NULL;
    }
  }
  return g_steal_pointer (&self);
}

static TsNpyType *
type_from_fields (const TsPyLiteral *list, GError **error)
{
  g_autoptr (TsNpyType) self = records_new ();
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  if (ts_py_literal_get_n_items (list) == 0 || ts_py_literal_get_n_items (list) > MAX_FIELDS) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "The element type has %u fields",
                 ts_py_literal_get_n_items (list));
    return NULL;
  }
  for (guint i = 0; i < ts_py_literal_get_n_items (list); i++) {
    const TsPyLiteral *field = ts_py_literal_get_item (list, i);
    const TsPyLiteral *name = NULL;
    guint n_parts = ts_py_literal_get_n_items (field);
    TsNpyType *type;

    if (field->kind == TS_PY_TUPLE && (n_parts == 2 || n_parts == 3))
      name = ts_py_literal_get_item (field, 0);
    if (name != NULL && name->kind == TS_PY_TUPLE && ts_py_literal_get_n_items (name) == 2)
      name = ts_py_literal_get_item (name, 1); /* the first is a title */
    if (name == NULL || name->kind != TS_PY_STRING) {
      g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                   "Field %u of the element type is no (name, type) pair (byte %" G_GSIZE_FORMAT
                   " of the header)",
                   i, field->at);
      return NULL;
    }
    if (*name->text != '\0' && !g_hash_table_add (names, name->text)) {
      g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "Two fields are named \"%s\"", name->text);
      return NULL;
    }
    type = type_with_sub (ts_py_literal_get_item (field, 1),
                          n_parts == 3 ? ts_py_literal_get_item (field, 2) : NULL, error);
    if (type == NULL || !add_field (self, name->text, type, error))
      return NULL;
  }
  return g_steal_pointer (&self);
}

static TsNpyType *
type_from_literal (const TsPyLiteral *literal, GError **error)
{
  if (literal->kind == TS_PY_STRING)
    return ts_npy_type_from_string (literal->text, error);
  if (literal->kind == TS_PY_LIST)
    return type_from_fields (literal, error);
  if (literal->kind == TS_PY_TUPLE && ts_py_literal_get_n_items (literal) == 2)
    return type_with_sub (ts_py_literal_get_item (literal, 0), ts_py_literal_get_item (literal, 1),
                          error);
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
               "The element type at byte %" G_GSIZE_FORMAT
               " of the header is neither a name nor a list of fields",
               literal->at);
  return NULL;
}

static gboolean
header_set (TsNpyHeader *self, const TsPyLiteral *dict, GError **error)
{
  const TsPyLiteral *descr = NULL, *fortran_order = NULL, *shape = NULL;

  if (dict->kind != TS_PY_DICT) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT, "The header is no dictionary");
    return FALSE;
  }
  for (guint i = 0; i < ts_py_literal_get_n_items (dict); i += 2) {
    const TsPyLiteral *key = ts_py_literal_get_item (dict, i);
    const char *name = key->kind == TS_PY_STRING ? key->text : "";
    const TsPyLiteral **slot = g_str_equal (name, "descr")           ? &descr
                               : g_str_equal (name, "fortran_order") ? &fortran_order
                               : g_str_equal (name, "shape")         ? &shape
                                                                     : NULL;

    if (slot == NULL || *slot != NULL) {
      g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                   "The header has %s key at byte %" G_GSIZE_FORMAT,
                   slot == NULL ? "an unknown" : "a repeated", key->at);
      return FALSE;
    }
    *slot = ts_py_literal_get_item (dict, i + 1);
  }
  if (descr == NULL || fortran_order == NULL || shape == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "The header has no key \"%s\"",
                 descr == NULL           ? "descr"
                 : fortran_order == NULL ? "fortran_order"
                                         : "shape");
    return FALSE;
  }
  if (fortran_order->kind != TS_PY_BOOL) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT,
                         "\"fortran_order\" in the header is neither True nor False");
    return FALSE;
  }
  if (shape->kind != TS_PY_TUPLE) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT,
                         "\"shape\" in the header is no tuple of sizes");
    return FALSE;
  }
  self->fortran_order = fortran_order->number != 0;
  if (!set_shape (&self->shape, shape, "\"shape\" in the header", error))
    return FALSE;
  self->type = type_from_literal (descr, error);
  return self->type != NULL;
}

char *
ts_npy_text_from_latin1 (const guint8 *bytes, gsize n_bytes, gsize *n_text)
{
  g_autofree char *text = g_malloc (2 * n_bytes + 1);
  char *end = text;

  for (gsize i = 0; i < n_bytes; i++)
    end += g_unichar_to_utf8 (bytes[i], end);
  *end = '\0';
  *n_text = (gsize) (end - text);
  return g_steal_pointer (&text);
}

TsNpyHeader *
ts_npy_header_read (TsSource *source, guint64 offset, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsNpyHeader) self = NULL;
  g_autoptr (TsPyLiteral) dict = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  gsize n_text;
  guint8 start[12];
  guint64 size, n_start, n_header;

  g_return_val_if_fail (TS_IS_SOURCE (source), NULL);

  size = ts_source_get_size (source);
  n_start = offset < size ? MIN (size - offset, sizeof start) : 0;
  memset (start, 0, sizeof start);
  if (!ts_source_read (source, offset, start, (gsize) n_start, cancellable, error))
    return NULL;
  if (memcmp (start, TS_NPY_MAGIC, (gsize) MIN (n_start, TS_NPY_MAGIC_BYTES)) != 0) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT,
                         "This is no NumPy array: it does not begin with \\x93NUMPY");
    return NULL;
  }
  if (n_start < 8) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_TRUNCATED,
                         "The file ends inside the header of the array");
    return NULL;
  }
  self = g_new0 (TsNpyHeader, 1);
  self->major = start[6];
  if (start[6] < 1 || start[6] > 3 || start[7] != 0) {
    g_set_error (error, TS_ERROR, TS_ERROR_UNSUPPORTED,
                 "Version %u.%u of the NumPy format is unknown; 1.0, 2.0 and 3.0 are read",
                 start[6], start[7]);
    return NULL;
  }
  n_header = start[8] | (guint64) start[9] << 8;
  if (self->major > 1)
    n_header |= (guint64) start[10] << 16 | (guint64) start[11] << 24;
  self->data_offset = (self->major > 1 ? 12 : 10) + n_header;
  if (n_header > MAX_HEADER_BYTES) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                 "The header claims %" G_GUINT64_FORMAT " bytes; the limit is %u", n_header,
                 MAX_HEADER_BYTES);
    return NULL;
  }
  if (self->data_offset > size - offset) {
    g_set_error (error, TS_ERROR, TS_ERROR_TRUNCATED,
                 "The file ends inside the header of the array (%" G_GUINT64_FORMAT
                 " of %" G_GUINT64_FORMAT " bytes are there)",
                 size - offset, self->data_offset);
    return NULL;
  }
  bytes = ts_source_read_bytes (source, offset + self->data_offset - n_header, n_header,
                                MAX_HEADER_BYTES, cancellable, error);
  if (bytes == NULL)
    return NULL;
  if (self->major == 3 &&
      !g_utf8_validate (g_bytes_get_data (bytes, NULL), (gssize) n_header, NULL)) {
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT, "The header is no valid UTF-8 text");
    return NULL;
  }
  text = self->major == 3
             ? g_strndup (g_bytes_get_data (bytes, NULL), (gsize) n_header)
             : ts_npy_text_from_latin1 (g_bytes_get_data (bytes, NULL), (gsize) n_header, &n_text);
  if (self->major == 3)
    n_text = (gsize) n_header;
  dict = ts_py_literal_parse (text, n_text, error);
  if (dict == NULL || !header_set (self, dict, error)) {
    g_prefix_error (error, "The header of the array is damaged: ");
    return NULL;
  }
  return g_steal_pointer (&self);
}
