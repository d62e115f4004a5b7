/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-torch-env.h"

#include "base/ts-checked.h"
#include "base/ts-error.h"
#include "reader/ts-torch-container.h"

#define MAX_EMBEDDING    2
#define EMBEDDING_BUDGET ((guint64) 128 << 20)
#define MAX_KEY_BYTES    256

TsTorchEnv *
ts_torch_env_new (TsPickle *pickle, const TsTorchContainer *container, gpointer container_data)
{
  TsTorchEnv *self = g_new0 (TsTorchEnv, 1);

  self->pickle = pickle;
  self->byte_order = G_LITTLE_ENDIAN;
  self->container = container;
  self->container_data = container_data;
  self->embedding_budget = EMBEDDING_BUDGET;
  self->outermost = self;
  self->records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->embedded = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) ts_torch_env_free);
  return self;
}

void
ts_torch_env_free (TsTorchEnv *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->embedded);
  g_hash_table_unref (self->records);
  if (self->container != NULL && self->container->free_data != NULL)
    self->container->free_data (self->container_data);
  ts_pickle_free (self->pickle);
  g_free (self);
}

void
ts_torch_storage_clear (TsTorchStorage *self)
{
  g_clear_object (&self->source);
}

gboolean
ts_torch_env_is_storage (TsTorchEnv *self, const TsPickleValue *value)
{
  const TsPickleValue *id;

  if (!ts_pickle_value_is (value, TS_PICKLE_PERSID))
    return FALSE;
  id = value->at.inner;
  return ts_pickle_value_is (id, TS_PICKLE_TUPLE) && id->n_items > 0 &&
         ts_pickle_value_equals (id->at.items[0], "storage");
}

static gboolean
fail_id (GError **error, const char *what)
{
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "its storage is not named properly: %s", what);
  return FALSE;
}

static TsSource *
open_record (TsTorchEnv *self, const char *key, GError **error)
{
  TsSource *record = g_hash_table_lookup (self->records, key);

  if (record != NULL)
    return record;
  if (self->container == NULL || self->container->open_record == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 "storage “%s” is not in the file: a pickle alone holds none", key);
    return NULL;
  }
  record = self->container->open_record (self->container_data, key, error);
  if (record != NULL)
    g_hash_table_insert (self->records, g_strdup (key), record);
  return record;
}

/* (view key, offset, number of elements): a part of the storage, in the legacy container */
static gboolean
apply_view (const TsPickleValue *view, gsize element_bytes, guint64 *offset, guint64 *n_bytes)
{
  gint64 start, count;

  if (view == NULL || view->kind == TS_PICKLE_NONE)
    return TRUE;
  if (view->kind != TS_PICKLE_TUPLE || view->n_items != 3 ||
      !ts_pickle_value_get_int (view->at.items[1], &start) ||
      !ts_pickle_value_get_int (view->at.items[2], &count) || start < 0 || count < 0)
    return FALSE;
  return ts_checked_mul ((guint64) start, element_bytes, offset) &&
         ts_checked_mul ((guint64) count, element_bytes, n_bytes);
}

static gboolean
open_by_id (TsTorchEnv *self, const TsPickleValue *id, TsTorchStorage *storage, GError **error)
{
  TsPickleValue *const *items = id->at.items;
  g_autofree char *key = NULL;
  TsSource *record;
  gint64 n_elements;
  guint64 n_bytes, offset = 0, view_bytes;
  gsize element_bytes;
  gboolean was_cut;

  if (id->kind != TS_PICKLE_TUPLE || id->n_items < 5)
    return fail_id (error, "it has no five parts");
  if (!ts_pickle_value_equals (items[0], "storage"))
    return fail_id (error, "its kind is unknown");
  if (!ts_pickle_value_is (items[1], TS_PICKLE_GLOBAL) ||
      items[1]->at.global->meaning != TS_PICKLE_MEANS_TORCH_STORAGE) {
    g_autofree char *type_name = ts_pickle_value_dup_type_name (items[1]);

    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "“%s” is no kind of storage", type_name);
    return FALSE;
  }
  if (!ts_pickle_value_is (items[2], TS_PICKLE_STR) &&
      !ts_pickle_value_is (items[2], TS_PICKLE_BYTES))
    return fail_id (error, "its key is not a text");
  if (!ts_pickle_value_get_int (items[4], &n_elements) || n_elements < 0)
    return fail_id (error, "its size is not a number of elements");
  key = ts_pickle_dup_text (self->pickle, items[2], MAX_KEY_BYTES, &was_cut);
  if (key == NULL || was_cut)
    return fail_id (error, "its key is too long");
  storage->dtype = items[1]->at.global->argument;
  storage->byte_order = self->byte_order;
  element_bytes =
      storage->dtype < 0
          ? 1
          : ts_dtype_get_size (ts_torch_dtype_get_info ((TsTorchDtype) storage->dtype)->dtype);
  if (!ts_checked_mul ((guint64) n_elements, element_bytes, &n_bytes))
    return fail_id (error, "its size is not a number of elements");
  record = open_record (self, key, error);
  if (record == NULL)
    return FALSE;
  if (ts_source_get_size (record) < n_bytes) {
    g_set_error (error, TS_ERROR, TS_ERROR_TRUNCATED,
                 "storage “%s” has %" G_GUINT64_FORMAT " bytes, %" G_GUINT64_FORMAT " are needed",
                 key, ts_source_get_size (record), n_bytes);
    return FALSE;
  }
  view_bytes = n_bytes;
  if (id->n_items > 5 && !apply_view (items[5], element_bytes, &offset, &view_bytes))
    return fail_id (error, "its view is not a range of elements");
  if (!ts_range_fits (offset, view_bytes, n_bytes))
    return fail_id (error, "its view lies outside the storage");
  storage->source = ts_window_source_new (record, offset, view_bytes, error);
  return storage->source != NULL;
}

gboolean
ts_torch_env_open_storage (TsTorchEnv *self,
                           const TsPickleValue *value,
                           TsTorchStorage *storage,
                           GError **error)
{
  *storage = (TsTorchStorage){ .dtype = -1 };
  if (ts_pickle_value_is (value, TS_PICKLE_CALL) &&
      ts_pickle_value_get_meaning (value) == TS_PICKLE_MEANS_TORCH_LOAD_BYTES) {
    TsTorchEnv *inner = ts_torch_env_embed (self, value, error);

    return inner != NULL &&
           ts_torch_env_open_storage (inner, ts_pickle_get_root (inner->pickle), storage, error);
  }
  /* some writers of old files leave out that it is an id */
  if (ts_pickle_value_is (value, TS_PICKLE_TUPLE) && value->n_items > 0 &&
      ts_pickle_value_equals (value->at.items[0], "storage"))
    return open_by_id (self, value, storage, error);
  if (!ts_pickle_value_is (value, TS_PICKLE_PERSID))
    return fail_id (error, "there is something else in its place");
  return open_by_id (self, value->at.inner, storage, error);
}

TsTensor *
ts_torch_env_find_tensor (TsTorchEnv *self, const TsPickleValue *value, GError **error)
{
  const TsPickleValue *id = value->at.inner;
  g_autofree char *key = NULL;
  gboolean was_cut;

  if (id->kind == TS_PICKLE_INT)
    key = g_strdup_printf ("%" G_GINT64_FORMAT, id->at.integer);
  else if (id->kind == TS_PICKLE_STR || id->kind == TS_PICKLE_BYTES)
    key = ts_pickle_dup_text (self->pickle, id, MAX_KEY_BYTES, &was_cut);
  if (key == NULL || self->container == NULL || self->container->find_tensor == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "its persistent id names no tensor");
    return NULL;
  }
  return self->container->find_tensor (self->container_data, key, error);
}

TsTorchEnv *
ts_torch_env_embed (TsTorchEnv *self, const TsPickleValue *call, GError **error)
{
  TsPickleValue *key = ts_pickle_value_get_arg (call, 0);
  TsTorchEnv *inner = g_hash_table_lookup (self->embedded, key);
  TsPickleLimits limits = { .max_memory_bytes = self->outermost->embedding_budget };
  g_autoptr (TsSource) bytes = NULL;

  if (inner != NULL)
    return inner;
  if (self->depth >= MAX_EMBEDDING) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                 "torch files inside of torch files are read %d deep, not deeper", MAX_EMBEDDING);
    return NULL;
  }
  bytes = ts_pickle_open_bytes (self->pickle, key, -1, error);
  if (bytes == NULL)
    return NULL;
  inner = ts_torch_env_open_embedded (bytes, &limits, error);
  if (inner == NULL) {
    g_prefix_error (error, "the torch file inside: ");
    return NULL;
  }
  inner->depth = self->depth + 1;
  inner->outermost = self->outermost;
  inner->outermost->embedding_budget -=
      MIN (inner->outermost->embedding_budget - 1, ts_pickle_get_memory (inner->pickle));
  g_hash_table_insert (self->embedded, key, inner);
  return inner;
}
