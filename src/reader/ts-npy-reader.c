/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-npy.h"
#include "reader/ts-reader-private.h"
#include "reader/ts-series.h"

#include <string.h>

static int
npy_probe (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  if (n_bytes >= TS_NPY_MAGIC_BYTES && memcmp (head, TS_NPY_MAGIC, TS_NPY_MAGIC_BYTES) == 0)
    return 100;
  return 0;
}

static TsDocument *
npy_open (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  return ts_series_open (source, name, "npy", cancellable, error);
}

static const char *const npy_suffixes[] = { ".npy", NULL };

const TsReader ts_reader_npy = {
  .id = "npy",
  .title = "NumPy array",
  .suffixes = npy_suffixes,
  .probe = npy_probe,
  .open = npy_open,
};
