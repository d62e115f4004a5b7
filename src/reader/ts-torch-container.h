/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reader/ts-torch-env.h"

G_BEGIN_DECLS

/* The containers that torch.save() has written over the years. Each gives the pickle of the object
 * together with its storages; @warnings (nullable) gets remarks on the file, @limits (nullable)
 * hold for the pickle of the object. */

/* %TS_ERROR_UNSUPPORTED when the zip is none of torch's. */
TsTorchEnv *ts_torch_zip_open (TsSource *source,
                               const TsPickleLimits *limits,
                               GPtrArray *warnings,
                               GCancellable *cancellable,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

TsTorchEnv *ts_torch_legacy_open (TsSource *source,
                                  const TsPickleLimits *limits,
                                  GPtrArray *warnings,
                                  GCancellable *cancellable,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the first pickle is the magic number of the legacy container. */
gboolean ts_torch_legacy_is_magic (const guint8 *head, gsize n_bytes);

TsTorchEnv *ts_torch_tar_open (TsSource *source,
                               const TsPickleLimits *limits,
                               GPtrArray *warnings,
                               GCancellable *cancellable,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A file that was saved into bytes: legacy, or zip. */
TsTorchEnv *ts_torch_env_open_embedded (TsSource *source,
                                        const TsPickleLimits *limits,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
