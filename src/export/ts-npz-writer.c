/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sizes are known before an array begins, its checksum is not: the local header is written again at
 * the end of each array. Every member has zip64 fields, as NumPy's own have. */

#include "config.h"

#include "export/ts-npz-writer.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"

#include <libdeflate.h>
#include <string.h>

#define LOCAL_HEADER_SIZE   30
#define LOCAL_EXTRA_SIZE    20
#define CENTRAL_EXTRA_SIZE  28
#define CENTRAL_HEADER_SIZE 46
#define FLAG_UTF8           0x0800
#define VERSION_ZIP64       45
#define DOS_DATE_1980       0x0021
#define NPY_ALIGNMENT       64

typedef struct
{
  char *name; /* with ".npy" */
  guint64 offset;
  guint64 size;
  guint32 crc;
} Member;

struct _TsNpzWriter
{
  TsOutputDir *dir;
  char *staged; /* (nullable) */
  GOutputStream *stream;
  gboolean zip;
  guint64 n_bytes;

  GArray *members;
  TsDtype dtype;
  guint64 n_left; /* bytes of the open array */
  guint32 crc;
  guint8 *row; /* (nullable) of write_block */
  gsize n_row;
};

static void
clear_member (gpointer data)
{
  g_free (((Member *) data)->name);
}

TsNpzWriter *
ts_npz_writer_new (TsOutputDir *dir, gboolean zip, GError **error)
{
  g_autofree char *staged = NULL;
  GOutputStream *stream = ts_output_dir_stage_stream (dir, &staged, error);

  if (stream == NULL)
    return NULL;

  TsNpzWriter *self = g_new0 (TsNpzWriter, 1);

  self->dir = dir;
  self->staged = g_steal_pointer (&staged);
  self->stream = stream;
  self->zip = zip;
  self->members = g_array_new (FALSE, FALSE, sizeof (Member));
  g_array_set_clear_func (self->members, clear_member);
  return self;
}

void
ts_npz_writer_free (TsNpzWriter *self)
{
  g_clear_object (&self->stream);
  if (self->staged != NULL)
    ts_output_dir_discard (self->dir, self->staged);
  g_free (self->staged);
  g_free (self->row);
  g_array_unref (self->members);
  g_free (self);
}

guint64
ts_npz_writer_get_n_bytes (TsNpzWriter *self)
{
  return self->n_bytes;
}

static void
put (GByteArray *out, guint64 value, guint n_bytes)
{
  for (guint i = 0; i < n_bytes; i++) {
    guint8 byte = (guint8) (value >> (8 * i));

    g_byte_array_append (out, &byte, 1);
  }
}

static void
put_text (GByteArray *out, const char *text)
{
  g_byte_array_append (out, (const guint8 *) text, (guint) strlen (text));
}

static gboolean
emit (TsNpzWriter *self, const void *data, gsize n_bytes, GError **error)
{
  self->n_bytes += n_bytes;
  return g_output_stream_write_all (self->stream, data, n_bytes, NULL, NULL, error);
}

static gboolean
emit_array (TsNpzWriter *self, GByteArray *bytes, GError **error)
{
  return emit (self, bytes->data, bytes->len, error);
}

gboolean
ts_npz_writer_choose_dtype (TsDtype dtype, TsDtype *written, GError **error)
{
  const TsDtypeInfo *info = ts_dtype_get_info (dtype);

  if (dtype == TS_DTYPE_COMPLEX32) {
    g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "NumPy has no %s", ts_dtype_get_name (dtype));
    return FALSE;
  }
  *written = info->dtype_class == TS_DTYPE_CLASS_FLOAT && dtype != TS_DTYPE_FLOAT16 &&
                     dtype != TS_DTYPE_FLOAT64
                 ? TS_DTYPE_FLOAT32
                 : dtype;
  return TRUE;
}

/* "<f4" */
static char *
make_descr (TsDtype dtype)
{
  const TsDtypeInfo *info = ts_dtype_get_info (dtype);
  gsize size = ts_dtype_get_size (dtype);
  char kind = 'f';

  if (info->dtype_class == TS_DTYPE_CLASS_BOOL)
    kind = 'b';
  else if (info->dtype_class == TS_DTYPE_CLASS_COMPLEX)
    kind = 'c';
  else if (info->dtype_class == TS_DTYPE_CLASS_INTEGER)
    kind = ts_dtype_get_name (dtype)[0] == 'u' ? 'u' : 'i';
  return g_strdup_printf ("%c%c%" G_GSIZE_FORMAT,
                          size == 1                         ? '|'
                          : G_BYTE_ORDER == G_LITTLE_ENDIAN ? '<'
                                                            : '>',
                          kind, size);
}

static GByteArray *
make_npy_header (TsDtype dtype, const guint64 *dims, guint n_dims)
{
  GByteArray *out = g_byte_array_new ();
  g_autofree char *descr = make_descr (dtype);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
  for (guint i = 0; i < n_dims; i++)
    g_string_append_printf (text, "%" G_GUINT64_FORMAT "%s", dims[i],
                            n_dims == 1      ? ","
                            : i + 1 < n_dims ? ", "
                                             : "");
  g_string_append (text, "), }");
  while ((10 + text->len + 1) % NPY_ALIGNMENT != 0)
    g_string_append_c (text, ' ');
  g_string_append_c (text, '\n');

  g_byte_array_append (out, (const guint8 *) "\x93NUMPY\x01", 8);
  put (out, text->len, 2);
  put_text (out, text->str);
  return out;
}

static GByteArray *
make_local_header (const Member *member)
{
  GByteArray *out = g_byte_array_new ();

  put (out, 0x04034b50, 4);
  put (out, VERSION_ZIP64, 2);
  put (out, FLAG_UTF8, 2);
  put (out, 0, 2); /* stored */
  put (out, 0, 2);
  put (out, DOS_DATE_1980, 2);
  put (out, member->crc, 4);
  put (out, 0xffffffff, 4);
  put (out, 0xffffffff, 4);
  put (out, strlen (member->name), 2);
  put (out, LOCAL_EXTRA_SIZE, 2);
  put_text (out, member->name);
  put (out, 1, 2);
  put (out, 16, 2);
  put (out, member->size, 8);
  put (out, member->size, 8);
  return out;
}

static void
put_central_header (GByteArray *out, const Member *member)
{
  put (out, 0x02014b50, 4);
  put (out, 3 << 8 | VERSION_ZIP64, 2);
  put (out, VERSION_ZIP64, 2);
  put (out, FLAG_UTF8, 2);
  put (out, 0, 2);
  put (out, 0, 2);
  put (out, DOS_DATE_1980, 2);
  put (out, member->crc, 4);
  put (out, 0xffffffff, 4);
  put (out, 0xffffffff, 4);
  put (out, strlen (member->name), 2);
  put (out, CENTRAL_EXTRA_SIZE, 2);
  put (out, 0, 2 + 2 + 2);
  put (out, (guint64) 0100644 << 16, 4);
  put (out, 0xffffffff, 4);
  put_text (out, member->name);
  put (out, 1, 2);
  put (out, 24, 2);
  put (out, member->size, 8);
  put (out, member->size, 8);
  put (out, member->offset, 8);
}

/* Writes the checksum of the array that is now whole. */
static gboolean
end_member (TsNpzWriter *self, GError **error)
{
  if (self->members->len == 0)
    return TRUE;
  g_return_val_if_fail (self->n_left == 0, FALSE);
  if (!self->zip)
    return TRUE;

  Member *member = &g_array_index (self->members, Member, self->members->len - 1);

  member->crc = self->crc;
  g_autoptr (GByteArray) header = make_local_header (member);

  return g_output_stream_flush (self->stream, NULL, error) &&
         ts_output_dir_patch (self->dir, self->staged, member->offset, header->data, header->len,
                              error);
}

gboolean
ts_npz_writer_begin (TsNpzWriter *self,
                     const char *name,
                     TsDtype dtype,
                     const guint64 *dims,
                     guint n_dims,
                     GError **error)
{
  g_autoptr (GByteArray) npy = make_npy_header (dtype, dims, n_dims);
  guint64 n_bytes = ts_dtype_get_size (dtype);
  Member member = { .name = g_strconcat (name, ".npy", NULL), .offset = self->n_bytes };

  g_return_val_if_fail (self->zip || self->members->len == 0, FALSE);

  for (guint i = 0; i < n_dims; i++)
    if (!ts_checked_mul (n_bytes, dims[i], &n_bytes) || n_bytes > G_MAXINT64 / 2) {
      clear_member (&member);
      g_set_error (error, TS_ERROR, TS_ERROR_REFUSED, "the array is too large");
      return FALSE;
    }
  if (!end_member (self, error)) {
    clear_member (&member);
    return FALSE;
  }
  member.size = npy->len + n_bytes;
  g_array_append_val (self->members, member);
  self->dtype = dtype;
  self->n_left = n_bytes;
  self->crc = libdeflate_crc32 (0, npy->data, npy->len);
  if (self->zip) {
    g_autoptr (GByteArray) header = make_local_header (&member);

    if (!emit_array (self, header, error))
      return FALSE;
  }
  return emit_array (self, npy, error);
}

gboolean
ts_npz_writer_write (TsNpzWriter *self, const void *data, gsize n_bytes, GError **error)
{
  g_return_val_if_fail (n_bytes <= self->n_left, FALSE);

  self->n_left -= n_bytes;
  if (self->zip)
    self->crc = libdeflate_crc32 (self->crc, data, n_bytes);
  return emit (self, data, n_bytes, error);
}

gboolean
ts_npz_writer_write_block (TsNpzWriter *self, const TsBlock *block, GError **error)
{
  gsize n_elements = (gsize) ts_block_get_n_elements (block);
  gsize size = MAX (ts_dtype_get_size (block->dtype), ts_dtype_get_size (self->dtype));
  gboolean widens = block->dtype != self->dtype;
  gsize n_bytes = n_elements * (widens ? sizeof (double) : size);

  if (n_bytes > self->n_row) {
    g_free (self->row);
    self->row = g_try_malloc (n_bytes);
    self->n_row = self->row != NULL ? n_bytes : 0;
    if (self->row == NULL) {
      g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for an element of the array");
      return FALSE;
    }
  }
  if (!widens) {
    ts_block_copy_packed (block, self->row);
  } else {
    ts_block_load_doubles (block, (double *) (gpointer) self->row);
    for (gsize i = 0; i < n_elements; i++) {
      double value;
      float narrow;

      memcpy (&value, self->row + i * sizeof value, sizeof value);
      narrow = (float) value;
      memcpy (self->row + i * sizeof narrow, &narrow, sizeof narrow);
    }
  }
  return ts_npz_writer_write (self, self->row, n_elements * ts_dtype_get_size (self->dtype), error);
}

static gboolean
write_directory (TsNpzWriter *self, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint64 offset = self->n_bytes, n = self->members->len;

  for (guint i = 0; i < n; i++)
    put_central_header (out, &g_array_index (self->members, Member, i));

  guint64 size = out->len;

  put (out, 0x06064b50, 4); /* zip64 end of central directory */
  put (out, 44, 8);
  put (out, 3 << 8 | VERSION_ZIP64, 2);
  put (out, VERSION_ZIP64, 2);
  put (out, 0, 4 + 4);
  put (out, n, 8);
  put (out, n, 8);
  put (out, size, 8);
  put (out, offset, 8);
  put (out, 0x07064b50, 4); /* where that is */
  put (out, 0, 4);
  put (out, offset + size, 8);
  put (out, 1, 4);
  put (out, 0x06054b50, 4);
  put (out, 0, 2 + 2);
  put (out, n, 2);
  put (out, n, 2);
  put (out, MIN (size, 0xffffffff), 4);
  put (out, MIN (offset, 0xffffffff), 4);
  put (out, 0, 2);
  return emit_array (self, out, error);
}

gboolean
ts_npz_writer_finish (TsNpzWriter *self, const char *name, gboolean replace, GError **error)
{
  if (!end_member (self, error) || (self->zip && !write_directory (self, error)) ||
      !g_output_stream_close (self->stream, NULL, error) ||
      !ts_output_dir_commit (self->dir, self->staged, name, replace, error))
    return FALSE;
  g_clear_pointer (&self->staged, g_free);
  return TRUE;
}
