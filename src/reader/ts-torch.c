/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-error.h"
#include "bytes/ts-zip.h"
#include "reader/ts-pickle-tree.h"
#include "reader/ts-reader-private.h"
#include "reader/ts-torch-container.h"
#include "reader/ts-torch-reader.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The zip container of torch.save(): ROOT/data.pkl describes the object, ROOT/data/KEY are the
 * storages, read in place. TorchScript archives have the same two and more that is not looked at.
 */

typedef struct
{
  TsZip *zip;
  char *root;
  const char *folder; /* of the storages */
} Archive;

static void
archive_free (gpointer data)
{
  Archive *self = data;

  g_clear_object (&self->zip);
  g_free (self->root);
  g_free (self);
}

/* By exact name; a key with ".." in it simply names no member. */
static TsSource *
open_record (gpointer data, const char *key, GError **error)
{
  Archive *self = data;
  g_autofree char *name = g_strdup_printf ("%s/%s/%s", self->root, self->folder, key);
  gint index = ts_zip_find (self->zip, name);

  if (index < 0) {
    g_set_error (error, TS_ERROR, TS_ERROR_NOT_FOUND, _ ("the file has no storage “%s”"), key);
    return NULL;
  }
  return ts_zip_open_member (self->zip, (guint) index, error);
}

static const TsTorchContainer zip_container = {
  .open_record = open_record,
  .free_data = archive_free,
};

static guint
count_slashes (const char *name)
{
  guint n = 0;

  for (; *name != '\0'; name++)
    n += *name == '/' ? 1 : 0;
  return n;
}

/* The folder of data.pkl: of several, the one that lies least deep, the first of those. */
static char *
find_root (TsZip *zip)
{
  const char *best = NULL;

  for (guint i = 0; i < ts_zip_get_n_members (zip); i++) {
    const char *name = ts_zip_get_member (zip, i)->name;

    if (g_str_has_suffix (name, "/data.pkl") && name[0] != '/' &&
        (best == NULL || count_slashes (name) < count_slashes (best)))
      best = name;
  }
  return best != NULL ? g_strndup (best, strlen (best) - strlen ("/data.pkl")) : NULL;
}

static gboolean
has_suffix_member (TsZip *zip, const char *suffix)
{
  for (guint i = 0; i < ts_zip_get_n_members (zip); i++) {
    if (g_str_has_suffix (ts_zip_get_member (zip, i)->name, suffix))
      return TRUE;
  }
  return FALSE;
}

static TsTorchEnv *
fail_without_pickle (TsZip *zip, GError **error)
{
  if (ts_zip_find (zip, "data.pkl") >= 0)
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                 _ ("data.pkl lies outside of any folder: torch writes no such file"));
  else if (has_suffix_member (zip, "/version") && ts_zip_get_n_members (zip) <= 3)
    g_set_error (error, TS_ERROR, TS_ERROR_INCOMPLETE,
                 _ ("the archive of torch holds no data.pkl: saving it was broken off"));
  else if (has_suffix_member (zip, "/version") && has_suffix_member (zip, "/model.json"))
    g_set_error (
        error, TS_ERROR, TS_ERROR_CORRUPT,
        _ ("an archive of TorchScript from before 1.4, without data.pkl: save it again with a "
        "newer release"));
  else if (has_suffix_member (zip, "/version") && has_suffix_member (zip, "/data/0"))
    g_set_error (
        error, TS_ERROR, TS_ERROR_INCOMPLETE,
        _ ("the archive of torch holds storages but no data.pkl, which says what they are: "
                 "saving it was broken off"));
  else
    g_set_error (error, TS_ERROR, TS_ERROR_UNSUPPORTED,
                 _ ("the zip archive holds no data.pkl of torch"));
  return NULL;
}

/* The byte order of all storages; anything but "big" is little, as ever. */
static int
read_byte_order (Archive *archive, GPtrArray *warnings)
{
  g_autofree char *name = g_strdup_printf ("%s/byteorder", archive->root);
  gint index = ts_zip_find (archive->zip, name);
  g_autoptr (TsSource) source = NULL;
  char text[7] = "";

  if (index < 0)
    return G_LITTLE_ENDIAN;
  source = ts_zip_open_member (archive->zip, (guint) index, NULL);
  if (source != NULL)
    ts_source_read (source, 0, text, (gsize) MIN (ts_source_get_size (source), 6), NULL, NULL);
  if (strncmp (text, "big", 3) == 0)
    return G_BIG_ENDIAN;
  if (strncmp (text, "little", 6) != 0 && warnings != NULL)
    g_ptr_array_add (warnings, g_strdup ("the byte order of the file is unknown; read as little"));
  return G_LITTLE_ENDIAN;
}

/* The object that the pickle ROOT/FOLDER.pkl describes, its storages in ROOT/FOLDER. */
static TsTorchEnv *
open_pickle (TsZip *zip,
             const char *root,
             const char *folder,
             const TsPickleLimits *limits,
             GPtrArray *warnings,
             GCancellable *cancellable,
             GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s/%s.pkl", root, folder);
  g_autoptr (TsSource) member = ts_zip_open_member (zip, (guint) ts_zip_find (zip, name), error);
  TsPickle *pickle = NULL;
  Archive *archive;
  TsTorchEnv *env;

  if (member != NULL)
    pickle = ts_pickle_run (member, 0, limits, cancellable, error);
  if (pickle == NULL) {
    g_prefix_error (error, "%s: ", name);
    return NULL;
  }
  archive = g_new0 (Archive, 1);
  archive->zip = g_object_ref (zip);
  archive->root = g_strdup (root);
  archive->folder = folder;
  env = ts_torch_env_new (pickle, &zip_container, archive);
  env->byte_order = read_byte_order (archive, warnings);
  return env;
}

/* What the code of a TorchScript archive uses beside the parameters: tensors that were traced as
 * they were. %NULL when there is nothing. */
static TsNode *
open_constants (TsSource *source, GCancellable *cancellable)
{
  g_autoptr (TsZip) zip = ts_zip_new (source, cancellable, NULL);
  g_autofree char *root = zip != NULL ? find_root (zip) : NULL;
  g_autofree char *name = g_strdup_printf ("%s/constants.pkl", root);
  g_autoptr (TsTorchEnv) env = NULL;
  g_autoptr (TsNode) node = NULL;

  if (root == NULL || ts_zip_find (zip, name) < 0)
    return NULL;
  env = open_pickle (zip, root, "constants", NULL, NULL, cancellable, NULL);
  node = env != NULL ? ts_pickle_tree_build (env, "constants", NULL) : NULL;
  if (node == NULL || ts_node_get_n_children (node) == 0)
    return NULL;
  return g_steal_pointer (&node);
}

TsTorchEnv *
ts_torch_zip_open (TsSource *source,
                   const TsPickleLimits *limits,
                   GPtrArray *warnings,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (TsZip) zip = ts_zip_new (source, cancellable, error);
  g_autofree char *root = NULL;

  if (zip == NULL)
    return NULL;
  root = find_root (zip);
  if (root == NULL)
    return fail_without_pickle (zip, error);
  return open_pickle (zip, root, "data", limits, warnings, cancellable, error);
}

TsTorchEnv *
ts_torch_env_open_embedded (TsSource *source, const TsPickleLimits *limits, GError **error)
{
  guint8 head[64];
  gsize n_bytes = (gsize) MIN (ts_source_get_size (source), sizeof head);

  if (!ts_source_read (source, 0, head, n_bytes, NULL, error))
    return NULL;
  if (ts_torch_legacy_is_magic (head, n_bytes))
    return ts_torch_legacy_open (source, limits, NULL, NULL, error);
  if (n_bytes >= 4 && memcmp (head, "PK\3\4", 4) == 0)
    return ts_torch_zip_open (source, limits, NULL, NULL, error);
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, _ ("its bytes are no file of torch"));
  return NULL;
}

static TsDocument *
make_document (TsNode *root,
               TsSource *source,
               const char *name,
               const char *format_id,
               TsOrigin origin,
               GPtrArray *warnings)
{
  TsDocument *document = ts_document_new (source, name, format_id, origin, root);

  for (guint i = 0; i < warnings->len; i++)
    ts_document_add_warning (document, g_ptr_array_index (warnings, i));
  return document;
}

TsDocument *
ts_torch_make_document (TsTorchEnv *env,
                        TsSource *source,
                        const char *name,
                        const char *format_id,
                        TsOrigin origin,
                        GPtrArray *warnings)
{
  g_autoptr (TsNode) root = ts_pickle_tree_build (env, "", NULL);

  return make_document (root, source, name, format_id, origin, warnings);
}

static int
probe_zip (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  gsize name_length;

  if (n_bytes < 30 || memcmp (head, "PK\3\4", 4) != 0)
    return 0;
  name_length = head[26] | (gsize) head[27] << 8;
  if (name_length < 9 || 30 + name_length > n_bytes)
    return 90;
  /* data.pkl comes first, except in archives of TorchScript and in what was zipped anew */
  return memcmp (head + 30 + name_length - 9, "/data.pkl", 9) == 0 ? 100 : 90;
}

static TsDocument *
open_zip (TsSource *source, const char *name, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TsTorchEnv) env = ts_torch_zip_open (source, NULL, warnings, cancellable, error);

  g_autoptr (TsNode) root = NULL;
  TsDocument *document;
  TsNode *constants;

  if (env == NULL)
    return NULL;
  root = ts_pickle_tree_build (env, "", NULL);
  constants = ts_node_get_tensor (root) == NULL ? open_constants (source, cancellable) : NULL;
  if (constants != NULL)
    ts_node_take_child (root, constants);
  document = make_document (root, source, name, "torch", TS_ORIGIN_TORCH, warnings);
  ts_document_set_check (document, ts_reader_check_zip);
  return document;
}

static const char *const suffixes[] = { ".pt", ".pth", ".bin", ".ckpt", NULL };

const TsReader ts_reader_torch = {
  .id = "torch",
  .title = "PyTorch",
  .suffixes = suffixes,
  .probe = probe_zip,
  .open = open_zip,
};
