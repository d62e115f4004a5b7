/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "reader/ts-torch-reader.h"

/* A pickle that stands alone: arrays of NumPy, tensors with their storages in bytes inside. */

static TsDocument *
open_pickle (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TsTorchEnv) env = NULL;
  TsPickle *pickle = ts_pickle_run (source, 0, NULL, cancellable, error);
  guint64 left;

  if (pickle == NULL)
    return NULL;
  left = ts_source_get_size (source) - ts_pickle_get_end (pickle);
  if (left > 0)
    g_ptr_array_add (warnings,
                     g_strdup_printf ("%" G_GUINT64_FORMAT " bytes after the pickle are not read",
                                      left));
  env = ts_torch_env_new (pickle, NULL, NULL);
  return ts_torch_make_document (env, source, name, "pickle",
                                 ts_pickle_mentions_torch (pickle) ? TS_ORIGIN_TORCH
                                                                   : TS_ORIGIN_NUMPY,
                                 warnings);
}

static const char *const suffixes[] = { ".pkl", ".pickle", ".p", ".pk", NULL };

const TsReader ts_reader_pickle = {
  .id = "pickle",
  .title = "Python pickle",
  .suffixes = suffixes,
  .probe = ts_pickle_probe,
  .open = open_pickle,
};
