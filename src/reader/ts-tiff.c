/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-array-helper.h"
#include "reader/ts-reader-private.h"

#include <string.h>

/* TIFF pages, read by the array helper: a stack is a list of images. */

static int
probe_tiff (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  static const char signatures[][4] = { "II*", "II+" };

  if (n_bytes < 8)
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (signatures); i++) {
    if (memcmp (head, signatures[i], 4) == 0)
      return 100;
  }
  return memcmp (head, "MM\0*", 4) == 0 || memcmp (head, "MM\0+", 4) == 0 ? 100 : 0;
}

static TsDocument *
open_tiff (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsNode) root = ts_array_helper_open (source, "tiff", cancellable, error);

  if (root == NULL)
    return NULL;
  return ts_document_new (source, name, "tiff", TS_ORIGIN_KERAS, root);
}

static const char *const suffixes[] = { ".tif", ".tiff", NULL };

const TsReader ts_reader_tiff = { "tiff", "TIFF", suffixes, probe_tiff, open_tiff };
