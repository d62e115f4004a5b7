/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle.h"
#include "reader/ts-reader-private.h"
#include "reader/ts-series.h"

/* A pickle that stands alone: arrays of NumPy, tensors with their storages in bytes inside; or
 * several of them. */

static TsDocument *
open_pickle (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  return ts_series_open (source, name, "pickle", cancellable, error);
}

static const char *const suffixes[] = { ".pkl", ".pickle", ".p", ".pk", ".joblib", NULL };

const TsReader ts_reader_pickle = {
  .id = "pickle",
  .title = "Python pickle",
  .suffixes = suffixes,
  .probe = ts_pickle_probe,
  .open = open_pickle,
};
