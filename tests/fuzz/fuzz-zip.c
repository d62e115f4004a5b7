/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-zip.h"
#include "fuzz/fuzz.h"

#define MAX_MEMBERS 50u
#define MAX_BYTES   (1u << 20)

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t n_bytes)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, n_bytes);
  g_autoptr (TsSource) source = ts_memory_source_new (bytes);
  g_autoptr (TsZip) zip = ts_zip_new (source, NULL, NULL);

  for (guint i = 0; zip != NULL && i < MIN (ts_zip_get_n_members (zip), MAX_MEMBERS); i++) {
    g_autoptr (TsSource) member = ts_zip_open_member (zip, i, NULL);
    g_autoptr (GBytes) head = ts_zip_read_head (zip, i, 100, NULL, NULL);
    g_autoptr (GBytes) content = NULL;

    if (member != NULL && ts_source_get_size (member) <= MAX_BYTES)
      content =
          ts_source_read_bytes (member, 0, ts_source_get_size (member), MAX_BYTES, NULL, NULL);
  }
  return 0;
}
