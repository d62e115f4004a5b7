/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-checked.h"
#include "base/ts-cursor.h"
#include "base/ts-error.h"
#include "reader/ts-pickle-opcodes.h"
#include "reader/ts-torch-container.h"
#include "reader/ts-torch-reader.h"

#include <string.h>

/* The container of torch.save() before 1.6: five pickles, one after the other (a magic number, the
 * protocol, facts about the machine, the object, the keys of the storages), then for each key the
 * number of elements and the elements, little-endian. */

#define PROTOCOL 1001

static const guint8 magic_bytes[] = { 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19 };
static const char magic_digits[] = "119547037146038801333356";

/* What the first pickles may use: they hold next to nothing. */
static const TsPickleLimits small_limits = { .max_opcodes = 10000, .max_memory_bytes = 1 << 20 };

typedef struct
{
  TsSource *file;
  GHashTable *records; /* key -> Record */
} Storages;

typedef struct
{
  guint64 offset;
  guint64 n_bytes;
} Record;

static void
storages_free (gpointer data)
{
  Storages *self = data;

  g_clear_object (&self->file);
  g_hash_table_unref (self->records);
  g_free (self);
}

static TsSource *
open_record (gpointer data, const char *key, GError **error)
{
  Storages *self = data;
  const Record *record = g_hash_table_lookup (self->records, key);
  guint64 size = ts_source_get_size (self->file);

  if (record == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_NOT_FOUND, "the file has no storage “%s”", key);
    return NULL;
  }
  /* as much of it as there is: how much is missing is for the tensor to say */
  return ts_window_source_new (self->file, MIN (record->offset, size),
                               MIN (record->n_bytes, size - MIN (record->offset, size)), error);
}

static const TsTorchContainer legacy_container = {
  .open_record = open_record,
  .free_data = storages_free,
};

gboolean
ts_torch_legacy_is_magic (const guint8 *head, gsize n_bytes)
{
  TsCursor cursor;
  const guint8 *bytes;
  const char *line;
  gsize length;
  guint8 opcode;

  ts_cursor_init (&cursor, head, n_bytes);
  opcode = ts_cursor_u8 (&cursor);
  if (opcode == OP_PROTO) {
    ts_cursor_u8 (&cursor);
    opcode = ts_cursor_u8 (&cursor);
  }
  if (opcode == OP_FRAME) {
    ts_cursor_u64le (&cursor);
    opcode = ts_cursor_u8 (&cursor);
  }
  if (opcode == OP_LONG1 && ts_cursor_u8 (&cursor) == sizeof magic_bytes) {
    bytes = ts_cursor_take (&cursor, sizeof magic_bytes);
    return bytes != NULL && memcmp (bytes, magic_bytes, sizeof magic_bytes) == 0;
  }
  if (opcode != OP_LONG)
    return FALSE;
  line = ts_cursor_line (&cursor, &length);
  return line != NULL && length >= strlen (magic_digits) &&
         memcmp (line, magic_digits, strlen (magic_digits)) == 0;
}

/* The bytes an element of each storage takes, by the class in the persistent id. */
static GHashTable *
find_element_sizes (TsPickle *pickle)
{
  GHashTable *sizes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *ids = ts_pickle_get_persistent_ids (pickle);

  for (guint i = 0; i < ids->len; i++) {
    const TsPickleValue *id = ((TsPickleValue *) g_ptr_array_index (ids, i))->at.inner;
    gsize element_bytes = 1;
    gboolean was_cut;
    char *key;

    if (id->kind != TS_PICKLE_TUPLE || id->n_items < 5 ||
        ts_pickle_value_get_meaning (id->at.items[1]) != TS_PICKLE_MEANS_TORCH_STORAGE ||
        id->at.items[1]->kind != TS_PICKLE_GLOBAL ||
        (id->at.items[2]->kind != TS_PICKLE_STR && id->at.items[2]->kind != TS_PICKLE_BYTES))
      continue;
    if (id->at.items[1]->at.global->argument >= 0)
      element_bytes = ts_dtype_get_size (
          ts_torch_dtype_get_info ((TsTorchDtype) id->at.items[1]->at.global->argument)->dtype);
    key = ts_pickle_dup_text (pickle, id->at.items[2], 256, &was_cut);
    if (key == NULL || g_hash_table_contains (sizes, key))
      g_free (key);
    else
      g_hash_table_insert (sizes, key, GSIZE_TO_POINTER (element_bytes));
  }
  return sizes;
}

/* Where each storage lies. Stops at what it cannot step over; the tensors of the storages from
 * there on say that theirs is missing. */
static void
find_records (Storages *self,
              TsPickle *keys,
              GHashTable *element_sizes,
              GPtrArray *warnings,
              GCancellable *cancellable)
{
  const TsPickleValue *list = ts_pickle_get_root (keys);
  guint64 offset = ts_pickle_get_end (keys);
  TsPickleValue *const *items = NULL;
  guint n_items = 0;
  const char *why = NULL;

  if (!ts_pickle_value_get_sequence (list, &items, &n_items))
    why = "the list of storages is none";
  for (guint i = 0; i < n_items && why == NULL; i++) {
    g_autofree char *key = NULL;
    guint8 bytes[8];
    guint64 count, n_bytes;
    TsCursor cursor;
    gpointer element_bytes;
    gboolean was_cut;
    Record *record;

    if (items[i]->kind != TS_PICKLE_STR && items[i]->kind != TS_PICKLE_BYTES) {
      why = "the key of a storage is not a text";
      break;
    }
    key = ts_pickle_dup_text (keys, items[i], 256, &was_cut);
    if (key == NULL || !g_hash_table_lookup_extended (element_sizes, key, NULL, &element_bytes)) {
      why = "a storage belongs to nothing";
      break;
    }
    if (!ts_source_read (self->file, offset, bytes, sizeof bytes, cancellable, NULL)) {
      why = "the file ends before its last storage";
      break;
    }
    ts_cursor_init (&cursor, bytes, sizeof bytes);
    count = ts_cursor_u64le (&cursor);
    if (count > G_MAXINT64 || !ts_checked_mul (count, GPOINTER_TO_SIZE (element_bytes), &n_bytes) ||
        n_bytes > G_MAXINT64) {
      why = "the size of a storage is none";
      break;
    }
    record = g_new (Record, 1);
    record->offset = offset + 8;
    record->n_bytes = n_bytes;
    g_hash_table_replace (self->records, g_steal_pointer (&key), record);
    offset = record->offset + n_bytes;
  }
  if (why != NULL && warnings != NULL)
    g_ptr_array_add (warnings, g_strdup (why));
}

/* Checks the first two pickles and steps over the third. */
static gboolean
read_preamble (TsSource *source, guint64 *offset, GCancellable *cancellable, GError **error)
{
  for (guint i = 0; i < 3; i++) {
    g_autoptr (TsPickle) pickle =
                   ts_pickle_run (source, *offset, &small_limits, cancellable, error);
    gint64 protocol;

    if (pickle == NULL)
      return FALSE;
    if (i == 1 && (!ts_pickle_value_get_int (ts_pickle_get_root (pickle), &protocol) ||
                   protocol != PROTOCOL)) {
      g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "the protocol of the torch file is not %d",
                   PROTOCOL);
      return FALSE;
    }
    *offset = ts_pickle_get_end (pickle);
  }
  return TRUE;
}

TsTorchEnv *
ts_torch_legacy_open (TsSource *source,
                      const TsPickleLimits *limits,
                      GPtrArray *warnings,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (TsPickle) object = NULL;
  g_autoptr (TsPickle) keys = NULL;
  g_autoptr (GHashTable) element_sizes = NULL;
  guint64 offset = 0;
  Storages *storages;

  if (!read_preamble (source, &offset, cancellable, error))
    return NULL;
  object = ts_pickle_run (source, offset, limits, cancellable, error);
  if (object == NULL)
    return NULL;
  keys = ts_pickle_run (source, ts_pickle_get_end (object), limits, cancellable, error);
  if (keys == NULL) {
    g_prefix_error (error, "the list of storages: ");
    return NULL;
  }
  element_sizes = find_element_sizes (object);
  storages = g_new0 (Storages, 1);
  storages->file = g_object_ref (source);
  storages->records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  find_records (storages, keys, element_sizes, warnings, cancellable);
  return ts_torch_env_new (g_steal_pointer (&object), &legacy_container, storages);
}

static int
probe (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  return ts_torch_legacy_is_magic (head, n_bytes) ? 100 : 0;
}

static TsDocument *
open_legacy (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TsTorchEnv) env = ts_torch_legacy_open (source, NULL, warnings, cancellable, error);

  if (env == NULL)
    return NULL;
  return ts_torch_make_document (env, source, name, "torch", TS_ORIGIN_TORCH, warnings);
}

static const char *const suffixes[] = { ".pt", ".pth", ".th", ".bin", NULL };

const TsReader ts_reader_torch_legacy = {
  .id = "torch-legacy",
  .title = "PyTorch (before 1.6)",
  .suffixes = suffixes,
  .probe = probe,
  .open = open_legacy,
};
