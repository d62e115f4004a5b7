/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "reader/ts-reader-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A folder of pictures or dumps as one document: one node a file, in natural order ("9" before
 * "10"). Files are opened when they are read and closed again, so that thousands are no matter. */

#define MAX_FILES 100000

typedef struct
{
  char *key; /* sorts in natural order */
  char *name;
} Entry;

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  int order = strcmp (((const Entry *) a)->key, ((const Entry *) b)->key);

  return order != 0 ? order : strcmp (((const Entry *) a)->name, ((const Entry *) b)->name);
}

static void
clear_entry (gpointer data)
{
  Entry *entry = data;

  g_free (entry->key);
  g_free (entry->name);
}

/* By name only: a README in the folder is no reason to complain about the folder. */
static gboolean
has_known_suffix (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; ts_readers[i] != NULL; i++) {
    for (guint k = 0; ts_readers[i]->suffixes[k] != NULL; k++) {
      if (g_str_has_suffix (lower, ts_readers[i]->suffixes[k]))
        return TRUE;
    }
  }
  return FALSE;
}

static GArray *
list_folder (const char *path, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  GArray *entries;
  const char *name;

  if (folder == NULL)
    return NULL;
  entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (entries, clear_entry);
  while ((name = g_dir_read_name (folder)) != NULL && entries->len < MAX_FILES) {
    Entry entry;

    if (name[0] == '.' || !has_known_suffix (name))
      continue;
    entry.name = g_strdup (name);
    entry.key = g_utf8_validate (name, -1, NULL) ? g_utf8_collate_key_for_filename (name, -1)
                                                 : g_strdup (name);
    g_array_append_val (entries, entry);
  }
  g_array_sort (entries, compare_entries);
  return entries;
}

/* One file as one node: its array if it has one, else its tree. */
static TsNode *
make_node (const char *path, const char *name, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsSource) source = ts_path_source_new (path, &error);
  g_autoptr (TsDocument) document =
                 source != NULL ? ts_reader_open_source (source, name, cancellable, &error) : NULL;
  GPtrArray *arrays;

  if (document == NULL) {
    /* The node's name says which file it is. */
    gsize n_name = strlen (name);

    if (strncmp (error->message, name, n_name) == 0 &&
        strncmp (error->message + n_name, ": ", 2) == 0)
      memmove (error->message, error->message + n_name + 2, strlen (error->message) - n_name - 1);
    return ts_node_new_error (name, error);
  }
  arrays = ts_document_get_arrays (document);
  if (arrays->len == 1 && ts_node_get_tensor (g_ptr_array_index (arrays, 0)) != NULL)
    return ts_node_new_tensor (name, ts_node_get_tensor (g_ptr_array_index (arrays, 0)));
  return ts_node_copy_tree (ts_document_get_root (document), name);
}

TsDocument *
ts_folder_open (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) entries = list_folder (path, error);
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (TsNode) root = NULL;
  g_autoptr (GBytes) nothing = NULL;
  g_autoptr (TsSource) source = NULL;
  TsDocument *document;

  if (entries == NULL)
    return NULL;
  if (entries->len == 0) {
    g_set_error (error, TS_ERROR, TS_ERROR_UNSUPPORTED,
                 _ ("The folder \"%s\" holds no dumps or pictures"), name);
    return NULL;
  }
  root = ts_node_new_container ("", "folder");
  for (guint i = 0; i < entries->len; i++) {
    const char *file_name = g_array_index (entries, Entry, i).name;
    g_autofree char *file = g_build_filename (path, file_name, NULL);

    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return NULL;
    if (!g_file_test (file, G_FILE_TEST_IS_DIR))
      ts_node_take_child (root, make_node (file, file_name, cancellable));
  }
  nothing = g_bytes_new_static ("", 0);
  source = ts_memory_source_new (nothing);
  document = ts_document_new (source, name, "folder", TS_ORIGIN_NUMPY, root);
  ts_document_set_path (document, path);
  return document;
}
