/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz/fuzz.h"
#include "reader/ts-pickle.h"
#include "reader/ts-reader-private.h"

/* Fuzz target of the pickle machine and everything that stands on it. */

static guint
touch (TsNode *node)
{
  guint n = 1;

  g_assert_nonnull (ts_node_get_summary (node));
  g_assert_nonnull (ts_node_get_path (node));
  for (guint i = 0; i < ts_node_get_n_children (node); i++)
    n += touch (ts_node_get_child (node, i));
  return n;
}

static void
digest_small (GPtrArray *arrays)
{
  for (guint i = 0; i < MIN (arrays->len, 16); i++) {
    TsTensor *tensor = ts_node_get_tensor (g_ptr_array_index (arrays, i));

    if (tensor != NULL && ts_tensor_has_data (tensor) &&
        ts_tensor_get_n_elements (tensor) <= 65536) {
      g_autofree char *digest = ts_tensor_digest (tensor, NULL, NULL);
    }
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  const TsReader *const readers[] = { &ts_reader_pickle, &ts_reader_torch, &ts_reader_torch_legacy,
                                      &ts_reader_torch_tar };
  g_autoptr (GBytes) bytes = g_bytes_new (data, n_bytes);
  g_autoptr (TsSource) source = ts_memory_source_new (bytes);

  for (guint i = 0; i < G_N_ELEMENTS (readers); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsDocument) document = NULL;

    readers[i]->probe (data, MIN (n_bytes, TS_PROBE_BYTES), n_bytes);
    document = readers[i]->open (source, "fuzz", NULL, &error);
    g_assert_true ((document == NULL) == (error != NULL));
    if (document == NULL)
      continue;
    touch (ts_document_get_root (document));
    digest_small (ts_document_get_arrays (document));
  }
  return 0;
}
