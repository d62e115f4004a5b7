/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle.h"
#include "reader/ts-reader-private.h"

#include <stdio.h>
#include <string.h>

/* Fuzz target of the pickle machine and everything that stands on it. Built with libFuzzer it is
 * driven by that (-DTS_LIBFUZZER); as a plain program it replays the files and folders named, or
 * TS_FUZZ_SEEDS when none is. */

int LLVMFuzzerTestOneInput (const guint8 *data, size_t n_bytes);

static guint
touch (TsNode *node)
{
  guint n = 1;

  g_assert_nonnull (ts_node_get_summary (node));
  g_assert_nonnull (ts_node_get_path (node));
  for (guint i = 0; i < ts_node_get_n_children (node); i++)
    n += touch (ts_node_get_child (node, i));
  return n;
}

static void
digest_small (GPtrArray *arrays)
{
  for (guint i = 0; i < MIN (arrays->len, 16); i++) {
    TsTensor *tensor = ts_node_get_tensor (g_ptr_array_index (arrays, i));

    if (tensor != NULL && ts_tensor_has_data (tensor) &&
        ts_tensor_get_n_elements (tensor) <= 65536) {
      g_autofree char *digest = ts_tensor_digest (tensor, NULL, NULL);
    }
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, size_t n_bytes)
{
  const TsReader *const readers[] = { &ts_reader_pickle, &ts_reader_torch, &ts_reader_torch_legacy,
                                      &ts_reader_torch_tar };
  g_autoptr (GBytes) bytes = g_bytes_new (data, n_bytes);
  g_autoptr (TsSource) source = ts_memory_source_new (bytes);

  for (guint i = 0; i < G_N_ELEMENTS (readers); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TsDocument) document = NULL;

    readers[i]->probe (data, MIN (n_bytes, TS_PROBE_BYTES), n_bytes);
    document = readers[i]->open (source, "fuzz", NULL, &error);
    g_assert_true ((document == NULL) == (error != NULL));
    if (document == NULL)
      continue;
    touch (ts_document_get_root (document));
    digest_small (ts_document_get_arrays (document));
  }
  return 0;
}

#ifndef TS_LIBFUZZER
static guint
replay (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autofree char *content = NULL;
  gsize n_bytes;
  guint n = 0;

  if (dir != NULL) {
    const char *name;

    while ((name = g_dir_read_name (dir)) != NULL) {
      g_autofree char *child = g_build_filename (path, name, NULL);

      n += replay (child);
    }
    return n;
  }
  if (!g_file_get_contents (path, &content, &n_bytes, NULL))
    g_error ("cannot read %s", path);
  LLVMFuzzerTestOneInput ((const guint8 *) content, n_bytes);
  return 1;
}

/* Each seed cut off and damaged in a fixed way: what a short run of the engine would find. */
static void
damage (const guint8 *seed, gsize n_bytes, GRand *random)
{
  g_autofree guint8 *copy = g_memdup2 (seed, n_bytes);

  for (guint i = 0; i < 64 && n_bytes > 0; i++) {
    gsize at = (gsize) g_rand_int_range (random, 0, (gint32) n_bytes);
    guint8 before = copy[at];

    copy[at] = (guint8) g_rand_int_range (random, 0, 256);
    LLVMFuzzerTestOneInput (copy, i % 4 == 0 ? at : n_bytes);
    if (i % 8 == 7)
      memcpy (copy, seed, n_bytes);
    else if (i % 2 == 0)
      copy[at] = before;
  }
}

static guint
replay_damaged (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autofree char *content = NULL;
    gsize n_bytes;

    if (g_file_get_contents (path, &content, &n_bytes, NULL) && n_bytes < 16384) {
      damage ((const guint8 *) content, n_bytes, random);
      n++;
    }
  }
  return n;
}

int
main (int argc, char **argv)
{
  const char *seeds = g_getenv ("TS_FUZZ_SEEDS");
  guint n = 0;

  for (int i = 1; i < argc; i++)
    n += replay (argv[i]);
  if (argc == 1 && seeds != NULL) {
    n = replay (seeds);
    replay_damaged (seeds);
  }
  printf ("TAP version 13\n%sok 1 - replayed %u files\n1..1\n", n > 0 ? "" : "not ", n);
  return n > 0 ? 0 : 1;
}
#endif
