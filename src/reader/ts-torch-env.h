/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reader/ts-pickle.h"
#include "tensor/ts-tensor.h"

G_BEGIN_DECLS

typedef struct _TsTorchEnv TsTorchEnv;

/**
 * TsTorchContainer:
 *
 * What a kind of container supplies for the persistent ids of its pickle. Both may be %NULL.
 */
typedef struct
{
  /* The bytes of the storage of that key, as many as the container holds. */
  TsSource *(*open_record) (gpointer data, const char *key, GError **error);
  /* The tensor itself, where ids name tensors. */
  TsTensor *(*find_tensor) (gpointer data, const char *key, GError **error);
  GDestroyNotify free_data;
} TsTorchContainer;

/**
 * TsTorchEnv:
 * @pickle: whose values these are; owned
 * @byte_order: of the storages
 * @depth: how many files this one is inside of
 *
 * One pickle together with the place where its storages are. A torch file pickled inside a pickle
 * has an environment of its own, kept by the outer one. For one thread.
 */
struct _TsTorchEnv
{
  TsPickle *pickle;
  int byte_order;
  guint depth;
  const TsTorchContainer *container; /* (nullable) */
  gpointer container_data;

  GHashTable *records;  /* key -> TsSource */
  GHashTable *embedded; /* value of the bytes -> TsTorchEnv */
  /* what files inside may use together; the outermost counts */
  guint64 embedding_budget;
  TsTorchEnv *outermost; /* borrowed */
};

/* Takes @pickle and @container_data. */
TsTorchEnv *ts_torch_env_new (TsPickle *pickle,
                              const TsTorchContainer *container,
                              gpointer container_data) G_GNUC_WARN_UNUSED_RESULT;
void ts_torch_env_free (TsTorchEnv *self);

/**
 * TsTorchStorage:
 * @source: exactly the bytes of the storage; owned
 * @dtype: a TsTorchDtype, or -1 for an untyped one
 */
typedef struct
{
  TsSource *source;
  gint dtype;
  int byte_order;
} TsTorchStorage;

void ts_torch_storage_clear (TsTorchStorage *self);

/* Whether @value is a persistent id or a call that stands for a storage. */
gboolean ts_torch_env_is_storage (TsTorchEnv *self, const TsPickleValue *value);

/**
 * ts_torch_env_open_storage:
 *
 * The storage that @value (a persistent id, or a torch file in bytes that holds one) names. Fails
 * on anything odd about the id and with %TS_ERROR_TRUNCATED when the record is too short.
 */
gboolean ts_torch_env_open_storage (TsTorchEnv *self,
                                    const TsPickleValue *value,
                                    TsTorchStorage *storage,
                                    GError **error);

/* The tensor that a persistent id names, in containers where ids name tensors. */
TsTensor *ts_torch_env_find_tensor (TsTorchEnv *self,
                                    const TsPickleValue *value,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The environment of the torch file whose bytes the call `torch.storage._load_from_bytes` got;
 * borrowed. */
TsTorchEnv *ts_torch_env_embed (TsTorchEnv *self, const TsPickleValue *call, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsTorchEnv, ts_torch_env_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TsTorchStorage, ts_torch_storage_clear)

G_END_DECLS
