/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-reader.h"

#include "base/ts-error.h"
#include "reader/ts-reader-private.h"

#include <string.h>

/* One a line, so that two additions do not meet. */
/* clang-format off */
const TsReader *const ts_readers[] = {
  &ts_reader_npy,
  &ts_reader_npz,
  &ts_reader_torch,
  &ts_reader_safetensors,
  &ts_reader_gzip,
  &ts_reader_zlib,
#ifdef HAVE_ZSTD
  &ts_reader_zstd,
#endif
  &ts_reader_torch_legacy,
  &ts_reader_torch_tar,
  &ts_reader_hdf5,
  &ts_reader_mat,
  &ts_reader_tiff,
  &ts_reader_pickle,
  &ts_reader_exr,
  &ts_reader_picture,
  NULL,
};
/* clang-format on */

#define MAX_READERS (G_N_ELEMENTS (ts_readers) - 1)

/* A name of people's own, in any bytes, for messages. */
static char *
name_for_people (const char *name)
{
  g_autofree char *display = g_filename_display_name (name);

  return g_filename_display_basename (display);
}

static gboolean
has_suffix (const TsReader *reader, const char *name)
{
  g_autofree char *folded = g_utf8_strdown (name, -1);

  for (guint i = 0; reader->suffixes[i] != NULL; i++) {
    if (g_str_has_suffix (folded, reader->suffixes[i]))
      return TRUE;
  }
  return FALSE;
}

/* The readers that recognise the content, surest first; among equals the name counts, then the
 * order of the table. Returns how many. */
static guint
find_readers (TsSource *source,
              const guint8 *head,
              gsize n_head,
              const char *name,
              const TsReader *found[MAX_READERS])
{
  int scores[MAX_READERS];
  guint n_found = 0;

  for (guint i = 0; ts_readers[i] != NULL; i++) {
    int score = ts_readers[i]->probe (head, n_head, ts_source_get_size (source));
    guint at = n_found;

    if (score <= 0)
      continue;
    score = 2 * score + (has_suffix (ts_readers[i], name) ? 1 : 0);
    while (at > 0 && scores[at - 1] < score) {
      scores[at] = scores[at - 1];
      found[at] = found[at - 1];
      at--;
    }
    scores[at] = score;
    found[at] = ts_readers[i];
    n_found++;
  }
  return n_found;
}

TsDocument *
ts_reader_open_content (TsSource *source,
                        const char *name,
                        GCancellable *cancellable,
                        GError **error)
{
  const TsReader *found[MAX_READERS];
  g_autoptr (GBytes) head = NULL;
  g_autoptr (GError) unsupported = NULL;
  guint64 size = ts_source_get_size (source);
  const guint8 *bytes;
  gsize n_bytes;
  guint n_found;

  head = ts_source_read_bytes (source, 0, MIN (size, TS_PROBE_BYTES), TS_PROBE_BYTES, cancellable,
                               error);
  if (head == NULL)
    return NULL;
  bytes = g_bytes_get_data (head, &n_bytes);
  n_found = n_bytes > 0 ? find_readers (source, bytes, n_bytes, name, found) : 0;
  for (guint i = 0; i < n_found; i++) {
    GError *local_error = NULL;
    TsDocument *document = found[i]->open (source, name, cancellable, &local_error);

    if (document != NULL)
      return document;
    if (!g_error_matches (local_error, TS_ERROR, TS_ERROR_UNSUPPORTED)) {
      g_propagate_error (error, local_error);
      return NULL;
    }
    /* Another reader may know this kind of container; else the first one's words stand. */
    if (unsupported == NULL)
      unsupported = local_error;
    else
      g_error_free (local_error);
  }
  if (unsupported != NULL) {
    g_propagate_error (error, g_steal_pointer (&unsupported));
  } else {
    int code = TS_ERROR_UNSUPPORTED;
    g_autofree char *what = ts_sniff_describe (source, bytes, n_bytes, &code);

    g_set_error_literal (error, TS_ERROR, code, what);
  }
  return NULL;
}

TsDocument *
ts_reader_open_source (TsSource *source,
                       const char *name,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autofree char *shown = NULL;
  TsDocument *document;

  g_return_val_if_fail (TS_IS_SOURCE (source), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  shown = name_for_people (name);
  document = ts_reader_open_content (source, shown, cancellable, error);
  if (document == NULL)
    g_prefix_error (error, "%s: ", shown);
  return document;
}

TsDocument *
ts_reader_open_path (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsSource) source = NULL;
  g_autofree char *absolute = NULL;
  TsDocument *document;

  g_return_val_if_fail (path != NULL, NULL);

  if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
    absolute = g_canonicalize_filename (path, NULL);
    return ts_folder_open (absolute, cancellable, error);
  }
  source = ts_file_source_new (path, error);
  if (source == NULL)
    return NULL;
  document = ts_reader_open_source (source, path, cancellable, error);
  if (document != NULL) {
    absolute = g_canonicalize_filename (path, NULL);
    ts_document_set_path (document, absolute);
  }
  return document;
}
