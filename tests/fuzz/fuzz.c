/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fuzz/fuzz.h"

#define MAX_ARRAYS 50u

void
fuzz_read_a_little (TsTensor *tensor)
{
  guint64 start[TS_MAX_DIMS] = { 0 }, count[TS_MAX_DIMS];
  const TsShape *shape = ts_tensor_get_shape (tensor);
  guint64 left = 4096;
  g_autoptr (TsBlock) block = NULL;

  for (guint i = shape->n_dims; i-- > 0;) {
    count[i] = MIN (shape->dims[i], MAX (left, 1));
    left /= MAX (count[i], 1);
    start[i] = i % 2 == 0 ? shape->dims[i] - count[i] : 0;
  }
  if (ts_tensor_has_data (tensor))
    block = ts_tensor_read (tensor, start, count, NULL, NULL);
  if (block != NULL) {
    g_autofree double *values = g_new (double, ts_block_get_n_elements (block) + 1);

    ts_block_load_doubles (block, values);
  }
}

void
fuzz_open (const TsReader *reader, const uint8_t *data, size_t n_bytes)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, n_bytes);
  g_autoptr (TsSource) source = ts_memory_source_new (bytes);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsDocument) document = NULL;

  if (reader == NULL)
    document = ts_reader_open_source (source, "input", NULL, &error);
  else if (reader->probe (data, MIN (n_bytes, TS_PROBE_BYTES), n_bytes) > 0)
    document = reader->open (source, "input", NULL, &error);
  else
    return;
  if ((document == NULL) == (error == NULL))
    g_error ("neither a document nor an error, or both");
  if (document != NULL) {
    GPtrArray *arrays = ts_document_get_arrays (document);

    for (guint i = 0; i < MIN (arrays->len, MAX_ARRAYS); i++) {
      TsNode *node = g_ptr_array_index (arrays, i);

      ts_node_get_summary (node);
      ts_node_get_path (node);
      if (ts_node_get_tensor (node) != NULL)
        fuzz_read_a_little (ts_node_get_tensor (node));
    }
  }
}
