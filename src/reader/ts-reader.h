/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-document.h"

G_BEGIN_DECLS

/* How many leading bytes a probe gets (fewer when the file is shorter): enough for the places where
 * HDF5 may put its signature behind a user block. */
#define TS_PROBE_BYTES 4096

/**
 * TsReader:
 * @id: short and stable: "npy"
 * @title: for people: "NumPy array"
 * @suffixes: %NULL-terminated, with the dot; only breaks ties and fills file dialogs
 * @probe: how sure the first bytes make us: 0 not ours, 100 certain. @file_size in bytes. Looks at
 *   content, never at the name; two readers of one container (npz and torch are zips) may both say
 *   yes and the first in the table whose open() does not answer %TS_ERROR_UNSUPPORTED wins
 * @open: reads the structure (not the elements) and builds the document. A broken array becomes an
 *   error node; only an unreadable structure is an error of the file
 *
 * One const entry a format, one file an entry.
 */
typedef struct
{
  const char *id;
  const char *title;
  const char *const *suffixes;
  int (*probe) (const guint8 *head, gsize n_bytes, guint64 file_size);
  TsDocument *(*open) (TsSource *source,
                       const char *name,
                       GCancellable *cancellable,
                       GError **error);
} TsReader;

/* All readers, %NULL-terminated, in the order of trying among equals. */
extern const TsReader *const ts_readers[];

/**
 * ts_reader_open_path:
 *
 * Opens the dump at @path: sniffs the content and builds the document. The error's message names
 * the file and says what is wrong, where, and what can be done. Blocks; thread-safe.
 */
TsDocument *ts_reader_open_path (const char *path,
                                 GCancellable *cancellable,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for bytes from elsewhere (standard input, a fuzzer, a member); @name for people. */
TsDocument *ts_reader_open_source (TsSource *source,
                                   const char *name,
                                   GCancellable *cancellable,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
