/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "bytes/ts-zip.h"
#include "reader/ts-npy.h"
#include "reader/ts-reader-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A zip archive whose members NAME.npy hold one array each. Opening reads the directory and the
 * headers of the arrays; a member that cannot be read becomes an error node beside the others. */

/* Headers are mostly 128 bytes. */
#define FIRST_HEAD_BYTES 1024u
/* The longest header of version 1.0 and what stands before it. */
#define HEAD_BYTES (66u << 10)

static int
npz_probe (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  if (n_bytes >= 4 && (memcmp (head, "PK\3\4", 4) == 0 || memcmp (head, "PK\5\6", 4) == 0))
    return 90;
  return 0;
}

/* Files in the archive that hold arrays themselves are shown with theirs, some of them, not deeper
 * than this. */
#define MAX_NESTING 2
#define MAX_INNER   64u

static GPrivate nesting; /* how many archives this thread is in */

static gboolean
may_hold_arrays (const char *name)
{
  static const char *const inner_suffixes[] = { ".npz", ".safetensors", ".pt",  ".pth",
                                                ".pkl", ".npy.gz",      ".mat", NULL };
  g_autofree char *folded = g_ascii_strdown (name, -1);

  for (guint i = 0; inner_suffixes[i] != NULL; i++)
    if (g_str_has_suffix (folded, inner_suffixes[i]))
      return TRUE;
  return FALSE;
}

/* The arrays of a dump in the archive, as a folder; %NULL for what is none. */
static TsNode *
make_inner_node (TsZip *zip, guint index, GCancellable *cancellable)
{
  const char *name = ts_zip_get_member (zip, index)->name;
  guint depth = GPOINTER_TO_UINT (g_private_get (&nesting));
  g_autoptr (TsSource) source = NULL;
  g_autoptr (TsDocument) document = NULL;
  g_autofree char *base = NULL;

  if (depth >= MAX_NESTING || !may_hold_arrays (name))
    return NULL;
  source = ts_zip_open_member (zip, index, NULL);
  if (source == NULL)
    return NULL;
  base = g_path_get_basename (name);
  g_private_set (&nesting, GUINT_TO_POINTER (depth + 1));
  document = ts_reader_open_content (source, base, cancellable, NULL);
  g_private_set (&nesting, GUINT_TO_POINTER (depth));
  return document != NULL ? ts_node_copy_tree (ts_document_get_root (document), name) : NULL;
}

/* A PyTorch archive holds arrays too, but in its own way. */
static gboolean
is_torch (TsZip *zip)
{
  for (guint i = 0; i < ts_zip_get_n_members (zip); i++) {
    const char *name = ts_zip_get_member (zip, i)->name;
    const char *slash = strchr (name, '/');

    if (slash != NULL && g_str_equal (slash, "/data.pkl"))
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_magic (TsZip *zip, guint index, GCancellable *cancellable)
{
  g_autoptr (GBytes) head = ts_zip_read_head (zip, index, TS_NPY_MAGIC_BYTES, cancellable, NULL);

  return head != NULL && g_bytes_get_size (head) == TS_NPY_MAGIC_BYTES &&
         memcmp (g_bytes_get_data (head, NULL), TS_NPY_MAGIC, TS_NPY_MAGIC_BYTES) == 0;
}

/* Looks at no more than this many members without the suffix before saying that it is no NPZ. */
#define MAX_LOOKED_AT 64u

static gboolean
holds_arrays (TsZip *zip, GCancellable *cancellable)
{
  guint n = ts_zip_get_n_members (zip);

  for (guint i = 0; i < n; i++) {
    if (g_str_has_suffix (ts_zip_get_member (zip, i)->name, ".npy"))
      return TRUE;
  }
  for (guint i = 0; i < MIN (n, MAX_LOOKED_AT); i++) {
    if (has_magic (zip, i, cancellable))
      return TRUE;
  }
  return n == 0; /* numpy.savez() without an array */
}

/* The header from as little of the member as it takes: a deflated one is not unpacked for it. */
static TsNpyHeader *
read_header (TsZip *zip, guint index, TsSource *source, GCancellable *cancellable, GError **error)
{
  const gsize attempts[] = { FIRST_HEAD_BYTES, HEAD_BYTES };

  for (gsize i = 0; i < G_N_ELEMENTS (attempts); i++) {
    g_autoptr (GBytes) head = ts_zip_read_head (zip, index, attempts[i], cancellable, error);
    g_autoptr (TsSource) head_source = NULL;
    g_autoptr (GError) local_error = NULL;
    TsNpyHeader *header;

    if (head == NULL)
      return NULL;
    head_source = ts_memory_source_new (head);
    header = ts_npy_header_read (head_source, 0, cancellable, &local_error);
    if (header != NULL)
      return header;
    if (!g_error_matches (local_error, TS_ERROR, TS_ERROR_TRUNCATED) ||
        g_bytes_get_size (head) < attempts[i]) {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  }
  return ts_npy_header_read (source, 0, cancellable, error);
}

static TsNode *
make_member_node (TsZip *zip, guint index, guint *n_inner, TsNpyContext *context)
{
  const TsZipMember *member = ts_zip_get_member (zip, index);
  gboolean has_suffix = g_str_has_suffix (member->name, ".npy");
  g_autofree char *name = NULL;
  g_autoptr (TsSource) source = NULL;
  g_autoptr (TsNpyHeader) header = NULL;
  g_autoptr (GError) error = NULL;

  name = has_suffix ? g_strndup (member->name, strlen (member->name) - strlen (".npy"))
                    : g_strdup (member->name);
  if (!has_suffix && !has_magic (zip, index, context->cancellable)) {
    g_autofree char *type_name =
        g_strdup_printf ("a file of %" G_GUINT64_FORMAT " bytes, no array", member->size_bytes);
    TsNode *inner =
        *n_inner < MAX_INNER ? make_inner_node (zip, index, context->cancellable) : NULL;

    if (inner != NULL) {
      ++*n_inner;
      return inner;
    }
    return ts_node_new_opaque (name, type_name);
  }
  source = ts_zip_open_member (zip, index, &error);
  if (source != NULL)
    header = read_header (zip, index, source, context->cancellable, &error);
  if (header == NULL)
    return ts_node_new_error (name, error);
  return ts_npy_make_node (source, 0, header, name, context);
}

static TsDocument *
npz_open (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  TsNpyContext context = { cancellable, TS_NPY_MAX_NODES };
  g_autoptr (TsZip) zip = ts_zip_new (source, cancellable, error);
  g_autoptr (TsNode) root = NULL;
  TsDocument *document;
  guint n_inner = 0;

  if (zip == NULL)
    return NULL;
  if (is_torch (zip) || !holds_arrays (zip, cancellable)) {
    guint n = ts_zip_get_n_members (zip);

    g_set_error (
        error, TS_ERROR, TS_ERROR_UNSUPPORTED,
        _ ("This zip archive holds no arrays: %u %s, the first is \"%s\". Unpack it and open "
                 "what is inside"),
           n, n == 1 ? "member" : "members", n > 0 ? ts_zip_get_member (zip, 0)->name : "");
    return NULL;
  }
  root = ts_node_new_container ("", "archive");
  for (guint i = 0; i < ts_zip_get_n_members (zip); i++) {
    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return NULL;
    if (!g_str_has_suffix (ts_zip_get_member (zip, i)->name, "/"))
      ts_node_take_child (root, make_member_node (zip, i, &n_inner, &context));
  }
  document = ts_document_new (source, name, "npz", TS_ORIGIN_NUMPY, root);
  ts_document_set_check (document, ts_reader_check_zip);
  return document;
}

static const char *const npz_suffixes[] = { ".npz", NULL };

const TsReader ts_reader_npz = {
  .id = "npz",
  .title = "NumPy archive",
  .suffixes = npz_suffixes,
  .probe = npz_probe,
  .open = npz_open,
};
