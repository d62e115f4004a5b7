/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-value-text.h"

#include "app/ts-number-row.h"

char *
ts_value_text_elements (const TsBlock *block, guint most)
{
  const TsDtypeInfo *info = ts_dtype_get_info (block->dtype);
  guint64 n = ts_block_get_n_elements (block);
  g_autofree guint8 *packed = g_malloc (MAX (n * info->size_bytes, 1));
  GString *text = g_string_new (NULL);

  ts_block_copy_packed (block, packed);
  for (guint64 i = 0; i < MIN (n, most); i++) {
    const guint8 *element = packed + i * info->size_bytes;
    g_autofree char *one = NULL;
    double value;

    if (ts_dtype_is_float (block->dtype)) {
      info->load (element, 0, 1, &value);
      one = ts_number_to_text (value);
    } else {
      one = ts_dtype_format_element (block->dtype, element);
    }
    g_string_append_printf (text, "%s%s", i > 0 ? "  " : "", one);
  }
  if (n > most)
    g_string_append (text, "  …");
  return g_string_free (text, FALSE);
}
