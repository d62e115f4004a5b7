/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reader/ts-torch-env.h"

G_BEGIN_DECLS

/**
 * TsTorchResult:
 * @tensor: owned
 * @note: words for people, or empty
 * @has_shape: whether @dtype_name and @shape are known, even if the tensor is not
 * @state: (nullable): what a subclass carries along
 *
 * What one rebuild call of torch means.
 */
typedef struct
{
  TsTensor *tensor;
  GString *note;
  gboolean has_shape;
  const char *dtype_name;
  TsShape shape;
  const TsPickleValue *state;
} TsTorchResult;

void ts_torch_result_init (TsTorchResult *self);
void ts_torch_result_clear (TsTorchResult *self);
void ts_torch_result_add_note (TsTorchResult *self, const char *note);

/* Whether the call is one that makes a tensor. */
gboolean ts_torch_is_rebuild (const TsPickleValue *call);

/* Reads no elements. On %FALSE `has_shape` may be set all the same. */
gboolean ts_torch_rebuild (TsTorchEnv *env,
                           const TsPickleValue *call,
                           TsTorchResult *result,
                           GError **error);

/* A whole storage as a tensor of one axis. */
gboolean ts_torch_rebuild_storage (TsTorchEnv *env,
                                   const TsPickleValue *value,
                                   TsTorchResult *result,
                                   GError **error);

/**
 * TsTorchSparse:
 * @names: of the parts: "indices", "values"; the rest %NULL
 * @parts: the calls that make them
 * @is_compressed: CSR, CSC, BSR, BSC rather than COO
 * @is_column: CSC or BSC
 * @has_blocks: BSR or BSC
 *
 * What a sparse tensor consists of.
 */
typedef struct
{
  const char *layout;
  const char *names[3];
  const TsPickleValue *parts[3];
  TsShape shape;
  gboolean is_compressed, is_column, has_blocks;
} TsTorchSparse;

/* Whether the call makes a sparse tensor; errors are about its arguments. */
gboolean ts_torch_is_sparse (const TsPickleValue *call);
gboolean ts_torch_parse_sparse (const TsPickleValue *call, TsTorchSparse *sparse, GError **error);

/* Sizes, as torch and NumPy pickle them. */
gboolean ts_torch_parse_shape (const TsPickleValue *value, TsShape *shape, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TsTorchResult, ts_torch_result_clear)

G_END_DECLS
