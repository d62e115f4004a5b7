/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether what stands in the folder from before is whole. A killed export leaves nothing torn, for
 * files get their names when they are whole; a machine that lost its power, a full disk elsewhere
 * or a broken copy may. */

#include "config.h"

#include "base/ts-error.h"
#include "export/ts-export-job-private.h"

/* Larger files are taken as they are. */
#define MAX_IMAGE_BYTES   ((gsize) 4 << 30)
#define MAX_SIDECAR_BYTES ((gsize) 1 << 30)

#define MAX_TIFF_ENTRIES 64

TsExportFound
ts_export_verify (const TsExportPlan *plan, TsOutputDir *folder, const char *stem)
{
  g_autofree char *image_name = g_strconcat (stem, plan->encoder->suffix, NULL);
  g_autofree char *sidecar_name =
      g_strconcat (stem, ts_export_plan_get_sidecar_suffix (plan), NULL);
  g_autoptr (GBytes) image = NULL;
  g_autoptr (GBytes) sidecar = NULL;
  gboolean has_digest;

  if (!ts_output_dir_has (folder, image_name))
    return TS_EXPORT_FOUND_NOTHING;
  image = ts_output_dir_load (folder, image_name, MAX_IMAGE_BYTES, NULL);
  if (image == NULL)
    return TS_EXPORT_FOUND_WHOLE; /* no plain file: not ours to replace */
  if (ts_output_dir_has (folder, sidecar_name))
    sidecar = ts_output_dir_load (folder, sidecar_name, MAX_SIDECAR_BYTES, NULL);
  if (sidecar != NULL) {
    if (!ts_sidecar_check (sidecar, image, &has_digest))
      return TS_EXPORT_FOUND_TORN;
    if (has_digest)
      return TS_EXPORT_FOUND_WHOLE;
  }
  return plan->encoder->is_whole (g_bytes_get_data (image, NULL), g_bytes_get_size (image))
             ? TS_EXPORT_FOUND_WHOLE
             : TS_EXPORT_FOUND_TORN;
}

/* What the directory of a page says of its strips. */
typedef struct
{
  gboolean big;
  gboolean is_little;
  guint64 next;         /* (0: none) where the next directory is */
  guint64 where, sizes; /* of the lists of offsets and lengths, or the only one itself */
  guint64 n_where, n_sizes;
  guint where_bytes, sizes_bytes; /* of an element */
  gboolean is_inline;
} Page;

static guint64
read_number (const guint8 *at, guint n_bytes, gboolean is_little)
{
  guint64 value = 0;

  for (guint i = 0; i < n_bytes; i++)
    value |= (guint64) at[i] << (8 * (is_little ? i : n_bytes - 1 - i));
  return value;
}

static void
read_entry (Page *page, const guint8 *entry)
{
  static const guint type_bytes[] = { [3] = 2, [4] = 4, [16] = 8 };
  guint tag = (guint) read_number (entry, 2, page->is_little);
  guint type = (guint) read_number (entry + 2, 2, page->is_little);
  guint word = page->big ? 8 : 4;
  guint64 n = read_number (entry + 4, word, page->is_little);
  guint n_bytes = type < G_N_ELEMENTS (type_bytes) ? type_bytes[type] : 0;
  gboolean is_inline = n == 1;
  guint64 value = read_number (entry + 4 + word, is_inline ? n_bytes : word, page->is_little);

  if (tag == 273) { /* StripOffsets */
    page->where = value;
    page->n_where = n;
    page->where_bytes = n_bytes;
  } else if (tag == 279) { /* StripByteCounts */
    page->sizes = value;
    page->n_sizes = n;
    page->sizes_bytes = n_bytes;
  }
  page->is_inline = page->n_where == 1;
}

static gboolean
read_page (TsSource *source, guint64 offset, Page *page, GCancellable *cancellable)
{
  guint word = page->big ? 8 : 4, entry_bytes = page->big ? 20 : 12;
  guint count_bytes = page->big ? 8 : 2;
  guint8 head[8], entries[MAX_TIFF_ENTRIES * 20 + 8];
  guint64 n;

  page->n_where = page->n_sizes = 0;
  if (!ts_source_read (source, offset, head, count_bytes, cancellable, NULL))
    return FALSE;
  n = read_number (head, count_bytes, page->is_little);
  if (n == 0 || n > MAX_TIFF_ENTRIES ||
      !ts_source_read (source, offset + count_bytes, entries, (gsize) n * entry_bytes + word,
                       cancellable, NULL))
    return FALSE;
  for (guint i = 0; i < n; i++)
    read_entry (page, entries + i * entry_bytes);
  page->next = read_number (entries + n * entry_bytes, word, page->is_little);
  return page->n_where > 0 && page->n_where == page->n_sizes && page->where_bytes > 0 &&
         page->sizes_bytes > 0;
}

/* Every strip lies in the file. */
static gboolean
has_strips (TsSource *source, const Page *page, GCancellable *cancellable)
{
  guint64 size = ts_source_get_size (source);

  for (guint64 i = 0; i < page->n_where; i++) {
    guint8 at[8];
    guint64 offset = page->where, length = page->sizes;

    if (!page->is_inline) {
      if (!ts_source_read (source, page->where + i * page->where_bytes, at, page->where_bytes,
                           cancellable, NULL))
        return FALSE;
      offset = read_number (at, page->where_bytes, page->is_little);
      if (!ts_source_read (source, page->sizes + i * page->sizes_bytes, at, page->sizes_bytes,
                           cancellable, NULL))
        return FALSE;
      length = read_number (at, page->sizes_bytes, page->is_little);
    }
    if (offset == 0 || length == 0 || offset > size || length > size - offset)
      return FALSE;
  }
  return TRUE;
}

gboolean
ts_export_stack_is_whole (const TsExportPlan *plan,
                          TsOutputDir *folder,
                          const char *name,
                          GCancellable *cancellable)
{
  g_autofree char *path = g_build_filename (ts_output_dir_get_path (folder), name, NULL);
  g_autoptr (TsSource) source = ts_file_source_new (path, NULL);
  guint8 head[16];
  Page page = { 0 };
  gsize n = 0;

  if (source == NULL || !ts_source_read (source, 0, head, sizeof head, cancellable, NULL))
    return FALSE;
  page.is_little = head[0] == 'I';
  page.big = read_number (head + 2, 2, page.is_little) == 43;
  page.next = page.big ? read_number (head + 8, 8, page.is_little)
                       : read_number (head + 4, 4, page.is_little);
  for (; page.next != 0 && n <= plan->n; n++)
    if (!read_page (source, page.next, &page, cancellable) ||
        !has_strips (source, &page, cancellable))
      return FALSE;
  return n == plan->n;
}
