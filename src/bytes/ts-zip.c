/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-zip.h"

#include "base/ts-checked.h"
#include "base/ts-cursor.h"
#include "base/ts-error.h"
#include "bytes/ts-inflate-source.h"
#include "bytes/ts-zip-names.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

/* The central directory at the end of the archive is the only truth: sizes, method, CRC and place
 * of a member are taken from it. Of a local header only its two lengths are used (they say where
 * the data begins) and its name, which must be the same: writers of dumps leave nonsense in the
 * rest. */

#define LOCAL_SIGNATURE         0x04034b50
#define CENTRAL_SIGNATURE       0x02014b50
#define END_SIGNATURE           0x06054b50
#define END64_SIGNATURE         0x06064b50
#define END64_LOCATOR_SIGNATURE 0x07064b50
#define LOCAL_BYTES             30
#define END_BYTES               22
#define END64_BYTES             56
#define END64_LOCATOR_BYTES     20
#define ZIP64_EXTRA             0x0001

#define MAX_MEMBERS         1000000u
#define MAX_DIRECTORY_BYTES (256u << 20)
#define MAX_NAME_BYTES      4096u

/* Deflate cannot do better than 1032:1. */
#define MAX_RATIO       1040u
#define MAX_RATIO_SLACK (64u << 10)

#define FLAG_ENCRYPTED        0x0001
#define FLAG_STRONG_ENCRYPTED 0x0040
#define FLAG_UTF8             0x0800

typedef struct
{
  TsZipMember public;
  const guint8 *raw_name; /* in the directory; raw_name_bytes of them */
  guint16 raw_name_bytes;
  guint64 end;         /* data may not reach beyond: the next local header, or the directory */
  const char *problem; /* why it cannot be opened, or NULL */
} Member;

struct _TsZip
{
  GObject parent_instance;

  TsSource *source;
  GBytes *directory;
  GArray *members; /* of Member */
  GHashTable *by_name;
  GStringChunk *names;
};

G_DEFINE_FINAL_TYPE (TsZip, ts_zip, G_TYPE_OBJECT)

static void
ts_zip_finalize (GObject *object)
{
  TsZip *self = TS_ZIP (object);

  g_clear_object (&self->source);
  g_clear_pointer (&self->directory, g_bytes_unref);
  g_array_unref (self->members);
  g_hash_table_unref (self->by_name);
  g_string_chunk_free (self->names);
  G_OBJECT_CLASS (ts_zip_parent_class)->finalize (object);
}

static void
ts_zip_class_init (TsZipClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_zip_finalize;
}

static void
ts_zip_init (TsZip *self)
{
  self->members = g_array_new (FALSE, FALSE, sizeof (Member));
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->names = g_string_chunk_new (4096);
}

/* Where the directory lies. */
typedef struct
{
  guint64 offset;
  guint64 size_bytes;
} Directory;

/* The zip64 end record that a locator right before the end record at @end_at points to. */
static gboolean
read_end64 (TsSource *source,
            guint64 end_at,
            gboolean needed,
            Directory *directory,
            GCancellable *cancellable,
            GError **error)
{
  guint8 bytes[END64_BYTES];
  TsCursor cursor;
  guint64 end64_at;

  if (end_at < END64_LOCATOR_BYTES || !ts_source_read (source, end_at - END64_LOCATOR_BYTES, bytes,
                                                       END64_LOCATOR_BYTES, cancellable, NULL)) {
    end64_at = 0;
  } else {
    ts_cursor_init (&cursor, bytes, END64_LOCATOR_BYTES);
    end64_at = ts_cursor_u32le (&cursor) == END64_LOCATOR_SIGNATURE;
    ts_cursor_u32le (&cursor);
    end64_at = end64_at ? ts_cursor_u64le (&cursor) : 0;
  }
  if (end64_at == 0) {
    if (!needed)
      return TRUE;
    g_set_error_literal (error, TS_ERROR, TS_ERROR_CORRUPT,
                         _ ("The zip directory is damaged: its 64-bit end record is missing"));
    return FALSE;
  }
  if (!ts_range_fits (end64_at, END64_BYTES, end_at) ||
      !ts_source_read (source, end64_at, bytes, END64_BYTES, cancellable, NULL)) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("The zip directory is damaged: its 64-bit end record should be at offset "
                 "%" PRIu64 ", outside the file"),
                    end64_at);
    return FALSE;
  }
  ts_cursor_init (&cursor, bytes, END64_BYTES);
  if (ts_cursor_u32le (&cursor) != END64_SIGNATURE) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("The zip directory is damaged: no 64-bit end record at offset %" PRIu64),
                    end64_at);
    return FALSE;
  }
  ts_cursor_seek (&cursor, 40);
  directory->size_bytes = ts_cursor_u64le (&cursor);
  directory->offset = ts_cursor_u64le (&cursor);
  return TRUE;
}

/* What the end record at @end_at says of the directory; @record is of END_BYTES. */
static gboolean
read_end (TsSource *source,
          guint64 end_at,
          const guint8 *record,
          Directory *directory,
          GCancellable *cancellable,
          GError **error)
{
  TsCursor cursor;

  ts_cursor_init (&cursor, record, END_BYTES);
  ts_cursor_seek (&cursor, 12);
  directory->size_bytes = ts_cursor_u32le (&cursor);
  directory->offset = ts_cursor_u32le (&cursor);
  if (!read_end64 (source, end_at,
                   directory->size_bytes == 0xffffffff || directory->offset == 0xffffffff,
                   directory, cancellable, error))
    return FALSE;
  if (!ts_range_fits (directory->offset, directory->size_bytes, end_at)) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("The zip directory is damaged: it should have %" PRIu64
                 " bytes at offset %" PRIu64
                 ", but it must end before %" PRIu64),
                    directory->size_bytes, directory->offset, end_at);
    return FALSE;
  }
  return TRUE;
}

/* Whether a directory really begins where an end record says: one in a comment is none. */
static gboolean
is_directory (TsSource *source, const Directory *directory, guint64 end_at)
{
  guint8 signature[4];
  TsCursor cursor;

  if (directory->size_bytes == 0)
    return directory->offset == end_at;
  if (directory->size_bytes < sizeof signature ||
      !ts_source_read (source, directory->offset, signature, sizeof signature, NULL, NULL))
    return FALSE;
  ts_cursor_init (&cursor, signature, sizeof signature);
  return ts_cursor_u32le (&cursor) == CENTRAL_SIGNATURE;
}

/* Finds the end record: the last one in the file whose comment fits and that tells of a directory,
 * else the last one whose comment fits, or else the last one. */
static gboolean
find_directory (TsSource *source, Directory *directory, GCancellable *cancellable, GError **error)
{
  guint64 size = ts_source_get_size (source);
  gsize n_tail = (gsize) MIN (size, END_BYTES + 0xffff);
  g_autoptr (GBytes) tail = NULL;
  const guint8 *bytes;
  TsCursor cursor;
  gssize found = -1;
  gboolean found_fits = FALSE;

  tail = ts_source_read_bytes (source, size - n_tail, n_tail, n_tail, cancellable, error);
  if (tail == NULL)
    return FALSE;
  bytes = g_bytes_get_data (tail, NULL);
  for (gssize at = (gssize) n_tail - END_BYTES; at >= 0; at--) {
    guint64 end_at = size - n_tail + (guint64) at;
    gboolean fits;

    if (memcmp (bytes + at, "PK\5\6", 4) != 0)
      continue;
    ts_cursor_init (&cursor, bytes, n_tail);
    ts_cursor_seek (&cursor, (guint64) at + 20);
    fits = (guint64) at + END_BYTES + ts_cursor_u16le (&cursor) <= n_tail;
    *directory = (Directory){ 0 };
    if (fits && read_end (source, end_at, bytes + at, directory, cancellable, NULL) &&
        is_directory (source, directory, end_at))
      return TRUE;
    if (found < 0 || (fits && !found_fits)) {
      found = at;
      found_fits = fits;
    }
  }
  if (found < 0) {
    g_set_error_literal (
        error, TS_ERROR, TS_ERROR_INCOMPLETE,
        _ ("The zip archive has no directory at its end: it is still being written, "
                         "or was cut off. Reload it when it is complete"));
    return FALSE;
  }
  *directory = (Directory){ 0 };
  return read_end (source, size - n_tail + (guint64) found, bytes + found, directory, cancellable,
                   error);
}

/* Reads the zip64 values for the fields that are saturated. */
static gboolean
apply_extra (TsZipMember *member, const guint8 *extra, gsize n_extra)
{
  gboolean need_size = member->size_bytes == 0xffffffff;
  gboolean need_compressed = member->compressed_bytes == 0xffffffff;
  gboolean need_offset = member->header_offset == 0xffffffff;
  TsCursor cursor;

  ts_cursor_init (&cursor, extra, n_extra);
  while (ts_cursor_get_remaining (&cursor) >= 4) {
    guint16 id = ts_cursor_u16le (&cursor);
    guint16 n_bytes = ts_cursor_u16le (&cursor);
    const guint8 *field = ts_cursor_take (&cursor, n_bytes);
    TsCursor value;

    if (field == NULL)
      return FALSE;
    if (id != ZIP64_EXTRA)
      continue;
    ts_cursor_init (&value, field, n_bytes);
    if (need_size)
      member->size_bytes = ts_cursor_u64le (&value);
    if (need_compressed)
      member->compressed_bytes = ts_cursor_u64le (&value);
    if (need_offset)
      member->header_offset = ts_cursor_u64le (&value);
    return !value.failed;
  }
  /* A size of exactly 2^32 - 1 without the extra field is what it says. */
  return TRUE;
}

static gboolean
add_member (TsZip *self, TsCursor *cursor, GError **error)
{
  guint64 at = cursor->pos;
  Member member = { 0 };
  TsZipMember *public = &member.public;
  g_autofree char *name = NULL;
  guint32 signature;
  guint16 n_extra, n_comment;
  const guint8 *extra;

  signature = ts_cursor_u32le (cursor);
  ts_cursor_u32le (cursor); /* versions */
  public->flags = ts_cursor_u16le (cursor);
  public->method = ts_cursor_u16le (cursor);
  ts_cursor_u32le (cursor); /* time */
  public->crc = ts_cursor_u32le (cursor);
  public->compressed_bytes = ts_cursor_u32le (cursor);
  public->size_bytes = ts_cursor_u32le (cursor);
  member.raw_name_bytes = ts_cursor_u16le (cursor);
  n_extra = ts_cursor_u16le (cursor);
  n_comment = ts_cursor_u16le (cursor);
  ts_cursor_u64le (cursor); /* disk, attributes */
  public->header_offset = ts_cursor_u32le (cursor);
  member.raw_name = ts_cursor_take (cursor, member.raw_name_bytes);
  extra = ts_cursor_take (cursor, n_extra);
  ts_cursor_take (cursor, n_comment);
  if (cursor->failed || signature != CENTRAL_SIGNATURE) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("The zip directory is damaged at its byte %" PRIu64 " (entry %u)%s"), at,
                    self->members->len,
                    at == 0 && !cursor->failed ? _ ("; is something put before the archive?") : "");
    return FALSE;
  }
  if (member.raw_name_bytes > MAX_NAME_BYTES) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                 _ ("Entry %u of the zip directory has a name of %u bytes; the limit is %u"),
                    self->members->len, member.raw_name_bytes, MAX_NAME_BYTES);
    return FALSE;
  }
  name =
      ts_zip_decode_name (member.raw_name, member.raw_name_bytes, (public->flags & FLAG_UTF8) != 0);
  if (name == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("The name of entry %u of the zip directory holds a NUL byte or is not UTF-8"),
                    self->members->len);
    return FALSE;
  }
  if (!apply_extra (public, extra, n_extra))
    member.problem = "its entry in the zip directory is damaged (64-bit sizes are missing)";
  public->name = g_string_chunk_insert (self->names, name);
  if (!g_hash_table_insert (self->by_name, (gpointer) public->name,
                            GUINT_TO_POINTER (self->members->len + 1))) {
    g_set_error (
        error, TS_ERROR, TS_ERROR_REFUSED,
        _ ("The zip archive has two members named \"%s\"; readers disagree on which counts"),
           public->name);
    return FALSE;
  }
  g_array_append_val (self->members, member);
  return TRUE;
}

static int
compare_offsets (gconstpointer a, gconstpointer b)
{
  const Member *const *left = a, *const *right = b;

  if ((*left)->public.header_offset != (*right)->public.header_offset)
    return (*left)->public.header_offset < (*right)->public.header_offset ? -1 : 1;
  return 0;
}

/* Finds out how far each member may reach, and refuses archives whose members share bytes: the way
 * to claim terabytes in a small file, or to show different programs different content. */
static gboolean
check_overlap (TsZip *self, guint64 directory_offset, GError **error)
{
  guint n = self->members->len;
  g_autofree Member **sorted = g_new (Member *, n + 1);
  guint n_sorted = 0;

  for (guint i = 0; i < n; i++) {
    Member *member = &g_array_index (self->members, Member, i);
    guint64 start = 0;

    member->end = directory_offset;
    if (member->problem != NULL)
      continue;
    if (!ts_checked_add (member->public.header_offset, LOCAL_BYTES + member->raw_name_bytes,
                         &start) ||
        !ts_range_fits (start, member->public.compressed_bytes, directory_offset))
      member->problem = "its data reaches beyond the part of the file that holds data";
    else
      sorted[n_sorted++] = member;
  }
  qsort (sorted, n_sorted, sizeof *sorted, compare_offsets);
  for (guint i = 0; i + 1 < n_sorted; i++) {
    const TsZipMember *next = &sorted[i + 1]->public;
    const TsZipMember *member = &sorted[i]->public;

    sorted[i]->end = next->header_offset;
    if (member->header_offset + LOCAL_BYTES + sorted[i]->raw_name_bytes + member->compressed_bytes >
        next->header_offset) {
      g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                   _ ("The zip members \"%s\" and \"%s\" overlap; such archives are not read"),
                      member->name, next->name);
      return FALSE;
    }
  }
  return TRUE;
}

TsZip *
ts_zip_new (TsSource *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsZip) self = NULL;
  Directory directory = { 0 };
  TsCursor cursor;

  g_return_val_if_fail (TS_IS_SOURCE (source), NULL);

  if (!find_directory (source, &directory, cancellable, error))
    return NULL;
  self = g_object_new (TS_TYPE_ZIP, NULL);
  self->source = g_object_ref (source);
  self->directory = ts_source_read_bytes (source, directory.offset, directory.size_bytes,
                                          MAX_DIRECTORY_BYTES, cancellable, error);
  if (self->directory == NULL)
    return NULL;
  ts_cursor_init (&cursor, g_bytes_get_data (self->directory, NULL),
                  g_bytes_get_size (self->directory));
  /* The counts in the end records are not trusted: 16 bits are too few for some writers. */
  while (ts_cursor_get_remaining (&cursor) > 0) {
    if (self->members->len == MAX_MEMBERS) {
      g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                   _ ("The zip archive has more than %u members"), MAX_MEMBERS);
      return NULL;
    }
    if (!add_member (self, &cursor, error))
      return NULL;
  }
  if (!check_overlap (self, directory.offset, error))
    return NULL;
  return g_steal_pointer (&self);
}

guint
ts_zip_get_n_members (TsZip *self)
{
  g_return_val_if_fail (TS_IS_ZIP (self), 0);

  return self->members->len;
}

const TsZipMember *
ts_zip_get_member (TsZip *self, guint index)
{
  g_return_val_if_fail (TS_IS_ZIP (self), NULL);
  g_return_val_if_fail (index < self->members->len, NULL);

  return &g_array_index (self->members, Member, index).public;
}

gint
ts_zip_find (TsZip *self, const char *name)
{
  g_return_val_if_fail (TS_IS_ZIP (self), -1);

  return GPOINTER_TO_INT (g_hash_table_lookup (self->by_name, name)) - 1;
}

/* The packed bytes of @member, all checks of its headers done. */
static TsSource *
open_packed (TsZip *self, const Member *member, GError **error)
{
  const TsZipMember *public = &member->public;
  guint8 local[LOCAL_BYTES];
  TsCursor cursor;
  g_autoptr (GBytes) name = NULL;
  guint64 data_offset, n_name, n_extra;
  gboolean is_local;

  if (member->problem != NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("The zip member \"%s\" cannot be read: %s"), public->name, member->problem);
    return NULL;
  }
  if (public->flags & (FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTED)) {
    g_set_error (
        error, TS_ERROR, TS_ERROR_REFUSED,
        _ ("The zip member \"%s\" is encrypted; unpack the archive with its password first"),
           public->name);
    return NULL;
  }
  if (public->method != 0 && public->method != 8) {
    g_set_error (
        error, TS_ERROR, TS_ERROR_UNSUPPORTED,
        _ ("The zip member \"%s\" is compressed by %s (method %u); only stored and deflated "
                 "members are read. Pack it again with one of these"),
           public->name, ts_zip_method_name (public->method), public->method);
    return NULL;
  }
  if (!ts_source_read (self->source, public->header_offset, local, LOCAL_BYTES, NULL, error))
    return NULL;
  ts_cursor_init (&cursor, local, LOCAL_BYTES);
  is_local = ts_cursor_u32le (&cursor) == LOCAL_SIGNATURE;
  ts_cursor_seek (&cursor, 26);
  n_name = ts_cursor_u16le (&cursor);
  n_extra = ts_cursor_u16le (&cursor);
  /* No overflow: header_offset was checked against the file. */
  data_offset = public->header_offset + LOCAL_BYTES + n_name + n_extra;
  if (is_local && n_name == member->raw_name_bytes) {
    name = ts_source_read_bytes (self->source, public->header_offset + LOCAL_BYTES, n_name,
                                 MAX_NAME_BYTES, NULL, error);
    if (name == NULL)
      return NULL;
  }
  if (name == NULL ||
      memcmp (g_bytes_get_data (name, NULL), member->raw_name, member->raw_name_bytes) != 0) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("The zip member \"%s\" is not where the directory says (offset %" PRIu64
                 "): %s"),
                    public->name, public->header_offset,
                    is_local ? _ ("another name stands there") : _ ("no member begins there"));
    return NULL;
  }
  if (!ts_range_fits (data_offset, public->compressed_bytes, member->end)) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("The zip member \"%s\" should have %" PRIu64
                 " bytes at offset %" PRIu64 ", but only %" PRIu64 " are there"),
                    public->name, public->compressed_bytes, data_offset,
                    member->end > data_offset ? member->end - data_offset : 0);
    return NULL;
  }
  if (public->method == 0 && public->compressed_bytes != public->size_bytes) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 _ ("The zip member \"%s\" is stored, but its two sizes differ (%" PRIu64
                 " and %" PRIu64 ")"),
                    public->name, public->compressed_bytes, public->size_bytes);
    return NULL;
  }
  /* No overflow: compressed_bytes is smaller than the file. */
  if (public->size_bytes / MAX_RATIO > public->compressed_bytes + MAX_RATIO_SLACK / MAX_RATIO) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                 _ ("The zip member \"%s\" claims to unpack from %" PRIu64
                 " bytes to %" PRIu64 ", which its method cannot do"),
                    public->name, public->compressed_bytes, public->size_bytes);
    return NULL;
  }
  return ts_window_source_new (self->source, data_offset, public->compressed_bytes, error);
}

TsSource *
ts_zip_open_member (TsZip *self, guint index, GError **error)
{
  const Member *member;
  g_autoptr (TsSource) packed = NULL;

  g_return_val_if_fail (TS_IS_ZIP (self), NULL);
  g_return_val_if_fail (index < self->members->len, NULL);

  member = &g_array_index (self->members, Member, index);
  packed = open_packed (self, member, error);
  if (packed == NULL || member->public.method == 0)
    return g_steal_pointer (&packed);
  return ts_inflate_source_new (packed, member->public.size_bytes, member->public.crc);
}

GBytes *
ts_zip_read_head (TsZip *self,
                  guint index,
                  gsize n_bytes,
                  GCancellable *cancellable,
                  GError **error)
{
  const Member *member;
  g_autoptr (TsSource) packed = NULL;

  g_return_val_if_fail (TS_IS_ZIP (self), NULL);
  g_return_val_if_fail (index < self->members->len, NULL);

  member = &g_array_index (self->members, Member, index);
  packed = open_packed (self, member, error);
  if (packed == NULL)
    return NULL;
  n_bytes = (gsize) MIN (n_bytes, member->public.size_bytes);
  if (n_bytes == 0)
    return g_bytes_new (NULL, 0);
  if (member->public.method == 0)
    return ts_source_read_bytes (packed, 0, n_bytes, n_bytes, cancellable, error);
  return ts_inflate_head (packed, n_bytes, cancellable, error);
}
