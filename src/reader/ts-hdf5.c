/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-cursor.h"
#include "reader/ts-array-helper.h"
#include "reader/ts-reader-private.h"

#include <string.h>

/* HDF5 and MATLAB files, both read by the array helper. */

static int
probe_hdf5 (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  static const guint8 signature[] = { 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n' };

  /* At the start, or behind a user block of 512, 1024, 2048, ... bytes. */
  for (gsize at = 0; at + sizeof signature <= n_bytes; at = at == 0 ? 512 : at * 2) {
    if (memcmp (head + at, signature, sizeof signature) == 0)
      return 100;
  }
  return 0;
}

static gboolean
is_matlab_73 (TsSource *source, GCancellable *cancellable)
{
  char text[10];

  return ts_source_get_size (source) > sizeof text &&
         ts_source_read (source, 0, text, sizeof text, cancellable, NULL) &&
         memcmp (text, "MATLAB 7.3", sizeof text) == 0;
}

static TsDocument *
open_hdf5 (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsNode) root = ts_array_helper_open (source, "hdf5", cancellable, error);
  TsOrigin origin = TS_ORIGIN_NUMPY;

  if (root == NULL)
    return NULL;
  if (is_matlab_73 (source, cancellable))
    origin = TS_ORIGIN_MATLAB;
  return ts_document_new (source, name, "hdf5", origin, root);
}

static guint32
take_u32 (TsCursor *cursor, gboolean is_big)
{
  return is_big ? ts_cursor_u32be (cursor) : ts_cursor_u32le (cursor);
}

static int
probe_mat (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  TsCursor cursor;
  guint32 type, n_rows, n_columns, has_imaginary, name_length;
  gboolean is_big;

  if (n_bytes >= 128 && memcmp (head, "MATLAB 5.0 MAT-file", 19) == 0)
    return 100;
  /* Version 4 has no signature: five words that make sense, and a name that ends. */
  ts_cursor_init (&cursor, head, n_bytes);
  type = ts_cursor_u32le (&cursor);
  is_big = type > 52; /* its thousands say the same */
  if (is_big)
    type = GUINT32_SWAP_LE_BE (type);
  n_rows = take_u32 (&cursor, is_big);
  n_columns = take_u32 (&cursor, is_big);
  has_imaginary = take_u32 (&cursor, is_big);
  name_length = take_u32 (&cursor, is_big);
  if (cursor.failed || type / 1000 != (is_big ? 1 : 0) || type % 1000 > 52 || type % 10 > 2 ||
      n_rows > 1u << 30 || n_columns > 1u << 30 || has_imaginary > 1 || name_length < 2 ||
      name_length > 64 || 20 + name_length > n_bytes || head[20 + name_length - 1] != '\0' ||
      !g_ascii_isalpha (head[20]) || strlen ((const char *) head + 20) != name_length - 1)
    return 0;
  return 60;
}

static TsDocument *
open_mat (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (TsNode) root = ts_array_helper_open (source, "mat", cancellable, error);

  if (root == NULL)
    return NULL;
  return ts_document_new (source, name, "mat", TS_ORIGIN_MATLAB, root);
}

static const char *const hdf5_suffixes[] = { ".h5", ".hdf5", ".hdf", NULL };
static const char *const mat_suffixes[] = { ".mat", NULL };

const TsReader ts_reader_hdf5 = { "hdf5", "HDF5", hdf5_suffixes, probe_hdf5, open_hdf5 };
const TsReader ts_reader_mat = { "mat", "MATLAB", mat_suffixes, probe_mat, open_mat };
