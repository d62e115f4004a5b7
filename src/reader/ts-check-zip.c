/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-zip.h"
#include "reader/ts-reader-private.h"

GPtrArray *
ts_reader_check_zip (TsSource *source, guint64 max_bytes, GCancellable *cancellable)
{
  GPtrArray *remarks = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TsZip) zip = ts_zip_new (source, cancellable, NULL);
  g_autoptr (GPtrArray) names = NULL;
  const char *first;

  if (zip == NULL)
    return remarks;
  names = ts_zip_check_stored (zip, max_bytes, cancellable);
  if (names->len == 0)
    return remarks;
  first = g_ptr_array_index (names, 0);
  if (names->len == 1)
    g_ptr_array_add (remarks,
                     g_strdup_printf ("The checksum of \"%s\" does not fit its bytes: they "
                                      "have changed, or it was written without one",
                                      first));
  else
    g_ptr_array_add (remarks,
                     g_strdup_printf ("The checksums of \"%s\" and %u more do not fit their bytes: "
                                      "these have changed, or were written without checksums",
                                      first, names->len - 1));
  return remarks;
}
