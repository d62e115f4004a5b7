/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "reader/ts-npy.h"
#include "reader/ts-reader-private.h"

#include <string.h>

/* A file may hold several arrays, one after another: what numpy.save() leaves in an open file. */
#define MAX_ARRAYS 10000u

static int
npy_probe (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  if (n_bytes >= TS_NPY_MAGIC_BYTES && memcmp (head, TS_NPY_MAGIC, TS_NPY_MAGIC_BYTES) == 0)
    return 100;
  return 0;
}

static gboolean
has_magic (TsSource *source, guint64 offset, GCancellable *cancellable)
{
  guint8 magic[TS_NPY_MAGIC_BYTES];

  return ts_source_get_size (source) - offset >= sizeof magic &&
         ts_source_read (source, offset, magic, sizeof magic, cancellable, NULL) &&
         memcmp (magic, TS_NPY_MAGIC, sizeof magic) == 0;
}

static TsDocument *
npy_open (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  TsNpyContext context = { cancellable, TS_NPY_MAX_NODES };
  g_autoptr (GPtrArray) nodes = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (TsDocument) document = NULL;
  g_autoptr (TsNode) root = NULL;
  guint64 size = ts_source_get_size (source);
  guint64 offset = 0;

  for (gboolean more = TRUE; more;) {
    GError *local_error = NULL;
    g_autoptr (TsNpyHeader) header = ts_npy_header_read (source, offset, cancellable, &local_error);
    g_autofree char *key = NULL;
    guint64 array_at = offset;
    guint64 n_bytes;

    if (header == NULL && nodes->len == 0) {
      g_propagate_error (error, local_error);
      return NULL;
    }
    if (header == NULL) {
      key = g_strdup_printf ("%u", nodes->len);
      g_ptr_array_add (nodes, ts_node_new_error (key, local_error));
      g_error_free (local_error);
      offset = size;
      break;
    }
    offset += header->data_offset;
    if (header->type->kind == TS_NPY_OBJECTS || !ts_npy_get_data_bytes (header, &n_bytes) ||
        n_bytes > size - offset)
      offset = size; /* whatever follows cannot be found */
    else
      offset += n_bytes;
    more = nodes->len < MAX_ARRAYS && has_magic (source, offset, cancellable);
    key = more || nodes->len > 0 ? g_strdup_printf ("%u", nodes->len) : g_strdup ("");
    g_ptr_array_add (nodes, ts_npy_make_node (source, array_at, header, key, &context));
  }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (nodes->len == 1) {
    TsNode *only = g_ptr_array_index (nodes, 0);

    if (ts_node_get_kind (only) == TS_NODE_ERROR) {
      if (error != NULL)
        *error = g_error_copy (ts_node_get_error (only));
      return NULL;
    }
    root = g_object_ref (only);
  } else {
    root = ts_node_new_container ("", "list");
    for (guint i = 0; i < nodes->len; i++)
      ts_node_take_child (root, g_object_ref (g_ptr_array_index (nodes, i)));
  }
  document = ts_document_new (source, name, "npy", TS_ORIGIN_NUMPY, root);
  if (offset < size) {
    g_autofree char *warning =
        g_strdup_printf ("%" G_GUINT64_FORMAT " bytes after the array are ignored", size - offset);

    ts_document_add_warning (document, warning);
  }
  return g_steal_pointer (&document);
}

static const char *const npy_suffixes[] = { ".npy", NULL };

const TsReader ts_reader_npy = {
  .id = "npy",
  .title = "NumPy array",
  .suffixes = npy_suffixes,
  .probe = npy_probe,
  .open = npy_open,
};
