/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-checked.h"
#include "base/ts-cursor.h"
#include "base/ts-error.h"
#include "reader/ts-torch-container.h"
#include "reader/ts-torch-reader.h"

#include <string.h>

/* The container of PyTorch 0.1: a tar of the plain members `storages`, `tensors` and `pickle`, in
 * which the persistent ids of the object name tensors and those name storages. */

#define BLOCK_BYTES 512
#define MAX_MEMBERS 1000

static const TsPickleLimits small_limits = { .max_opcodes = 10000, .max_memory_bytes = 1 << 20 };

typedef struct
{
  GHashTable *storages; /* key as text -> Stored */
  GHashTable *tensors;  /* key as text -> TsTensor */
  GHashTable *problems; /* key of a tensor -> GError */
} Objects;

typedef struct
{
  TsSource *source;
  TsTorchDtype dtype;
} Stored;

static void
stored_free (gpointer data)
{
  Stored *self = data;

  g_clear_object (&self->source);
  g_free (self);
}

static void
objects_free (gpointer data)
{
  Objects *self = data;

  g_hash_table_unref (self->storages);
  g_hash_table_unref (self->tensors);
  g_hash_table_unref (self->problems);
  g_free (self);
}

static TsTensor *
find_tensor (gpointer data, const char *key, GError **error)
{
  Objects *self = data;
  TsTensor *tensor = g_hash_table_lookup (self->tensors, key);
  const GError *problem = g_hash_table_lookup (self->problems, key);

  if (tensor != NULL)
    return g_object_ref (tensor);
  if (problem != NULL)
    g_propagate_error (error, g_error_copy (problem));
  else
    g_set_error (error, TS_ERROR, TS_ERROR_NOT_FOUND, "the file has no tensor “%s”", key);
  return NULL;
}

static TsSource *
open_record (gpointer data, const char *key, GError **error)
{
  Objects *self = data;
  const Stored *stored = g_hash_table_lookup (self->storages, key);

  if (stored != NULL)
    return g_object_ref (stored->source);
  g_set_error (error, TS_ERROR, TS_ERROR_NOT_FOUND, "the file has no storage “%s”", key);
  return NULL;
}

static const TsTorchContainer tar_container = {
  .open_record = open_record,
  .find_tensor = find_tensor,
  .free_data = objects_free,
};

/* --- tar --- */

static gboolean
parse_octal (const guint8 *text, gsize length, guint64 *value)
{
  *value = 0;
  for (gsize i = 0; i < length && text[i] != 0 && text[i] != ' '; i++) {
    if (text[i] < '0' || text[i] > '7' || *value > G_MAXUINT64 >> 4)
      return FALSE;
    *value = *value << 3 | (guint64) (text[i] - '0');
  }
  return TRUE;
}

/* The content of the regular member of exactly that name ("./" in front may stand). */
static TsSource *
open_member (TsSource *file, const char *name, GCancellable *cancellable, GError **error)
{
  guint64 offset = 0;
  guint8 block[BLOCK_BYTES];

  for (guint i = 0; i < MAX_MEMBERS; i++) {
    g_autofree char *member = NULL;
    const char *plain;
    guint64 size;

    if (!ts_range_fits (offset, BLOCK_BYTES, ts_source_get_size (file)))
      break;
    if (!ts_source_read (file, offset, block, BLOCK_BYTES, cancellable, error))
      return NULL;
    if (block[0] == 0)
      break;
    member = g_strndup ((const char *) block, 100);
    plain = g_str_has_prefix (member, "./") ? member + 2 : member;
    if (!parse_octal (block + 124, 12, &size)) {
      g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                   "the tar header at byte %" G_GUINT64_FORMAT " has no size", offset);
      return NULL;
    }
    if (g_str_equal (plain, name)) {
      if (block[156] != '0' && block[156] != 0) {
        g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                     "“%s” in the tar file is a link or something else than a plain file", name);
        return NULL;
      }
      return ts_window_source_new (file, offset + BLOCK_BYTES, size, error);
    }
    if (!ts_checked_add (offset, BLOCK_BYTES, &offset) || size > G_MAXINT64 ||
        !ts_checked_add (offset, (size + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES, &offset))
      break;
  }
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "the tar file of torch has no “%s”", name);
  return NULL;
}

/* --- numbers between the pickles --- */

typedef struct
{
  TsSource *source;
  guint64 offset;
  GCancellable *cancellable;
} Stream;

static TsPickle *
next_pickle (Stream *self, GError **error)
{
  TsPickle *pickle =
      ts_pickle_run (self->source, self->offset, &small_limits, self->cancellable, error);

  if (pickle != NULL)
    self->offset = ts_pickle_get_end (pickle);
  return pickle;
}

static gboolean
next_int64s (Stream *self, gint64 *numbers, guint n_numbers, GError **error)
{
  guint8 bytes[8 * TS_MAX_DIMS];
  TsCursor cursor;

  if (!ts_source_read (self->source, self->offset, bytes, 8 * n_numbers, self->cancellable, error))
    return FALSE;
  self->offset += 8 * n_numbers;
  ts_cursor_init (&cursor, bytes, 8 * n_numbers);
  for (guint i = 0; i < n_numbers; i++)
    numbers[i] = (gint64) ts_cursor_u64le (&cursor);
  return TRUE;
}

static gboolean
next_count (Stream *self, gint64 *count, GError **error)
{
  g_autoptr (TsPickle) pickle = next_pickle (self, error);

  if (pickle == NULL)
    return FALSE;
  if (ts_pickle_value_get_int (ts_pickle_get_root (pickle), count) && *count >= 0)
    return TRUE;
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "the number of objects is none");
  return FALSE;
}

/* A key, which is an integer or a text, as text. */
static char *
dup_key (TsPickle *pickle, const TsPickleValue *value)
{
  gboolean was_cut;

  if (ts_pickle_value_is (value, TS_PICKLE_INT))
    return g_strdup_printf ("%" G_GINT64_FORMAT, value->at.integer);
  if (ts_pickle_value_is (value, TS_PICKLE_BIGINT) || ts_pickle_value_is (value, TS_PICKLE_STR) ||
      ts_pickle_value_is (value, TS_PICKLE_BYTES))
    return ts_pickle_dup_text (pickle, value, 256, &was_cut);
  return NULL;
}

/* --- storages and tensors --- */

static gboolean
fail_record (GError **error, const char *what)
{
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "%s of the tar file is described badly", what);
  return FALSE;
}

/* (key, location, class), number of elements, elements */
static gboolean
read_storage (Objects *objects, Stream *stream, GError **error)
{
  g_autoptr (TsPickle) pickle = next_pickle (stream, error);
  const TsPickleValue *tuple;
  g_autofree char *key = NULL;
  Stored *stored;
  gint dtype;
  gint64 count;
  guint64 n_bytes;

  if (pickle == NULL)
    return FALSE;
  tuple = ts_pickle_get_root (pickle);
  if (tuple->kind != TS_PICKLE_TUPLE || tuple->n_items != 3 ||
      ts_pickle_value_get_meaning (tuple->at.items[2]) != TS_PICKLE_MEANS_TORCH_STORAGE ||
      tuple->at.items[2]->kind != TS_PICKLE_GLOBAL)
    return fail_record (error, "a storage");
  key = dup_key (pickle, tuple->at.items[0]);
  dtype = tuple->at.items[2]->at.global->argument;
  if (key == NULL || dtype < 0)
    return fail_record (error, "a storage");
  if (!next_int64s (stream, &count, 1, error))
    return FALSE;
  if (count < 0 ||
      !ts_checked_mul ((guint64) count,
                       ts_dtype_get_size (ts_torch_dtype_get_info ((TsTorchDtype) dtype)->dtype),
                       &n_bytes))
    return fail_record (error, "the size of a storage");
  stored = g_new0 (Stored, 1);
  stored->dtype = (TsTorchDtype) dtype;
  stored->source = ts_window_source_new (stream->source, stream->offset, n_bytes, error);
  g_hash_table_replace (objects->storages, g_steal_pointer (&key), stored);
  stream->offset += n_bytes;
  return stored->source != NULL;
}

/* A list of (target key, root key, offset, number): parts of storages that are storages too. Files
 * without it are read all the same. */
static void
read_views (Objects *objects, Stream *stream)
{
  g_autoptr (TsPickle) pickle = next_pickle (stream, NULL);
  TsPickleValue *const *views;
  guint n_views;

  if (pickle == NULL ||
      !ts_pickle_value_get_sequence (ts_pickle_get_root (pickle), &views, &n_views))
    return;
  for (guint i = 0; i < n_views; i++) {
    g_autofree char *target = NULL;
    g_autofree char *root = NULL;
    const TsPickleValue *view = views[i];
    const Stored *from;
    Stored *stored;
    gint64 offset, count;
    gsize element_bytes;

    if (view->kind != TS_PICKLE_TUPLE || view->n_items != 4 ||
        !ts_pickle_value_get_int (view->at.items[2], &offset) || offset < 0 ||
        !ts_pickle_value_get_int (view->at.items[3], &count) || count < 0)
      continue;
    target = dup_key (pickle, view->at.items[0]);
    root = dup_key (pickle, view->at.items[1]);
    from = root != NULL ? g_hash_table_lookup (objects->storages, root) : NULL;
    if (target == NULL || from == NULL)
      continue;
    element_bytes = ts_dtype_get_size (ts_torch_dtype_get_info (from->dtype)->dtype);
    if ((guint64) offset > G_MAXINT64 / element_bytes ||
        (guint64) count > G_MAXINT64 / element_bytes)
      continue;
    stored = g_new0 (Stored, 1);
    stored->dtype = from->dtype;
    stored->source = ts_window_source_new (from->source, (guint64) offset * element_bytes,
                                           (guint64) count * element_bytes, NULL);
    if (stored->source != NULL)
      g_hash_table_replace (objects->storages, g_steal_pointer (&target), stored);
    else
      stored_free (stored);
  }
}

static TsTensor *
make_tensor (const Stored *stored,
             const gint64 *sizes,
             const gint64 *strides,
             guint n_dims,
             gint64 offset,
             GError **error)
{
  const TsTorchDtypeInfo *info = ts_torch_dtype_get_info (stored->dtype);
  TsShape shape = { .n_dims = n_dims };
  guint64 offset_bytes;

  for (guint i = 0; i < n_dims; i++) {
    if (sizes[i] < 0) {
      fail_record (error, "the shape of a tensor");
      return NULL;
    }
    shape.dims[i] = (guint64) sizes[i];
  }
  if (offset < 0 ||
      !ts_checked_mul ((guint64) offset, ts_dtype_get_size (info->dtype), &offset_bytes)) {
    fail_record (error, "the place of a tensor");
    return NULL;
  }
  return ts_tensor_new (stored->source, offset_bytes, info->dtype, G_LITTLE_ENDIAN, &shape, strides,
                        error);
}

/* (key, key of the storage, class), number of axes, sizes, strides, offset */
static gboolean
read_tensor (Objects *objects, Stream *stream, GError **error)
{
  g_autoptr (TsPickle) pickle = next_pickle (stream, error);
  g_autoptr (GError) problem = NULL;
  g_autofree char *key = NULL;
  g_autofree char *storage_key = NULL;
  const TsPickleValue *tuple;
  const Stored *stored;
  gint64 sizes[TS_MAX_DIMS], strides[TS_MAX_DIMS] = { 0 };
  gint64 n_dims, offset;
  TsTensor *tensor = NULL;

  if (pickle == NULL)
    return FALSE;
  tuple = ts_pickle_get_root (pickle);
  if (tuple->kind != TS_PICKLE_TUPLE || tuple->n_items != 3)
    return fail_record (error, "a tensor");
  key = dup_key (pickle, tuple->at.items[0]);
  storage_key = dup_key (pickle, tuple->at.items[1]);
  if (key == NULL)
    return fail_record (error, "a tensor");
  /* 32 bits and as many of padding */
  if (!next_int64s (stream, &n_dims, 1, error))
    return FALSE;
  n_dims &= G_MAXUINT32;
  if (n_dims > TS_MAX_DIMS)
    return fail_record (error, "the shape of a tensor");
  if (!next_int64s (stream, sizes, (guint) n_dims, error) ||
      !next_int64s (stream, strides, (guint) n_dims, error) ||
      !next_int64s (stream, &offset, 1, error))
    return FALSE;
  stored = storage_key != NULL ? g_hash_table_lookup (objects->storages, storage_key) : NULL;
  if (stored == NULL)
    g_set_error (&problem, TS_ERROR, TS_ERROR_NOT_FOUND, "the file has no storage “%s”",
                 storage_key != NULL ? storage_key : "?");
  else
    tensor = make_tensor (stored, sizes, strides, (guint) n_dims, offset, &problem);
  if (tensor != NULL)
    g_hash_table_replace (objects->tensors, g_steal_pointer (&key), tensor);
  else
    g_hash_table_replace (objects->problems, g_steal_pointer (&key), g_steal_pointer (&problem));
  return TRUE;
}

static gboolean
read_objects (Objects *objects, TsSource *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsSource) storages = open_member (file, "storages", cancellable, error);
  g_autoptr (TsSource) tensors = NULL;
  Stream stream = { .source = storages, .cancellable = cancellable };
  gint64 count;

  if (storages == NULL || !next_count (&stream, &count, error))
    return FALSE;
  for (gint64 i = 0; i < count; i++) {
    if (!read_storage (objects, &stream, error))
      return FALSE;
  }
  read_views (objects, &stream);
  /* some writers describe the tensors in the pickle itself, as later containers do */
  tensors = open_member (file, "tensors", cancellable, NULL);
  if (tensors == NULL)
    return TRUE;
  stream.source = tensors;
  stream.offset = 0;
  if (!next_count (&stream, &count, error))
    return FALSE;
  for (gint64 i = 0; i < count; i++) {
    if (!read_tensor (objects, &stream, error))
      return FALSE;
  }
  return TRUE;
}

TsTorchEnv *
ts_torch_tar_open (TsSource *source,
                   const TsPickleLimits *limits,
                   GPtrArray *warnings,
                   GCancellable *cancellable,
                   GError **error)
{
  Objects *objects = g_new0 (Objects, 1);
  g_autoptr (TsSource) member = NULL;
  TsPickle *pickle;

  objects->storages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, stored_free);
  objects->tensors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  objects->problems =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_error_free);
  member = read_objects (objects, source, cancellable, error)
               ? open_member (source, "pickle", cancellable, error)
               : NULL;
  pickle = member != NULL ? ts_pickle_run (member, 0, limits, cancellable, error) : NULL;
  if (pickle == NULL) {
    objects_free (objects);
    return NULL;
  }
  return ts_torch_env_new (pickle, &tar_container, objects);
}

static int
probe (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  static const char *const members[] = { "sys_info", "pickle", "tensors", "storages" };
  const char *name = (const char *) head;

  if (n_bytes < BLOCK_BYTES || memcmp (head + 257, "ustar", 5) != 0)
    return 0;
  if (strncmp (name, "./", 2) == 0)
    name += 2;
  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    if (strncmp (name, members[i], 100) == 0)
      return 90;
  }
  return 20;
}

static TsDocument *
open_tar (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TsTorchEnv) env = ts_torch_tar_open (source, NULL, warnings, cancellable, error);

  if (env == NULL)
    return NULL;
  return ts_torch_make_document (env, source, name, "torch", TS_ORIGIN_TORCH, warnings);
}

static const char *const suffixes[] = { ".tar", ".pt", ".pth", NULL };

const TsReader ts_reader_torch_tar = {
  .id = "torch-tar",
  .title = "PyTorch 0.1",
  .suffixes = suffixes,
  .probe = probe,
  .open = open_tar,
};
