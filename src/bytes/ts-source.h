/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TsSource:
 *
 * Random access to a fixed number of bytes: a file read with pread, a window of another source,
 * memory, or bytes that are computed once when first asked for. All methods are thread-safe and
 * may block; a source holds no position.
 */
#define TS_TYPE_SOURCE (ts_source_get_type ())
G_DECLARE_DERIVABLE_TYPE (TsSource, ts_source, TS, SOURCE, GObject)

struct _TsSourceClass
{
  GObjectClass parent_class;

  guint64 (*get_size) (TsSource *self);
  /* [offset, offset + n_bytes) was checked against the size */
  gboolean (*read) (TsSource *self,
                    guint64 offset,
                    void *out,
                    gsize n_bytes,
                    GCancellable *cancellable,
                    GError **error);
  /* optional: the bytes in memory, borrowed for the life of the source, or %NULL */
  const guint8 *(*peek) (TsSource *self);
};

/* The size in bytes; never changes. */
guint64 ts_source_get_size (TsSource *self);

/**
 * ts_source_read:
 *
 * Reads exactly @n_bytes from @offset into @out, which the caller owns. On %FALSE the content of
 * @out is undefined. Errors: %TS_ERROR_TRUNCATED (behind the end), %TS_ERROR_CHANGED (the file was
 * modified under us), %G_IO_ERROR_CANCELLED, errors of the system and of unpacking.
 */
gboolean ts_source_read (TsSource *self,
                         guint64 offset,
                         void *out,
                         gsize n_bytes,
                         GCancellable *cancellable,
                         GError **error);

/* As ts_source_read(), into new memory; refuses more than @max_bytes (%TS_ERROR_REFUSED). */
GBytes *ts_source_read_bytes (TsSource *self,
                              guint64 offset,
                              guint64 n_bytes,
                              guint64 max_bytes,
                              GCancellable *cancellable,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The whole content if it is in memory already, else %NULL; borrowed for the life of @self. */
const guint8 *ts_source_peek (TsSource *self);

/**
 * ts_file_source_new:
 *
 * Opens a regular file for reading (O_CLOEXEC, never follows a FIFO or device: those are an error).
 * Size, inode and modification time are kept; a read that finds them changed fails with
 * %TS_ERROR_CHANGED instead of giving mixed data.
 */
TsSource *ts_file_source_new (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As ts_file_source_new(), but the file is opened for each read and closed again: for many files at
 * once. A file that was replaced or changed in between is %TS_ERROR_CHANGED. */
TsSource *ts_path_source_new (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A new descriptor of the open file behind a source made by ts_file_source_new() (or of its
 * temporary file), or -1 for other sources. The caller closes it. */
int ts_source_dup_fd (TsSource *self);

/* All that can be read from @fd (a pipe), spooled into memory, or above 64 MiB into an unlinked
 * temporary file. Does not close @fd. */
TsSource *
ts_stream_source_new (int fd, GCancellable *cancellable, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * TsSpool:
 *
 * An unlinked temporary file that is written from front to back and then read as a source: where
 * unpacked data goes that is too large for memory. Used by one thread until finished.
 */
typedef struct _TsSpool TsSpool;

TsSpool *ts_spool_new (GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean ts_spool_write (TsSpool *self, const guint8 *data, gsize n_bytes, GError **error);
/* What was written; nothing can be written after. */
TsSource *ts_spool_finish (TsSpool *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ts_spool_free (TsSpool *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsSpool, ts_spool_free)

/* Shares @bytes. */
TsSource *ts_memory_source_new (GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;

/* The part [offset, offset + n_bytes) of @parent, which must lie inside it (%TS_ERROR_TRUNCATED).
 */
TsSource *ts_window_source_new (TsSource *parent, guint64 offset, guint64 n_bytes, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/**
 * TsComputeFunc:
 *
 * Makes the whole content of a computed source, exactly the promised number of bytes. Called at
 * most once at a time, in the thread that reads first; called again after an error.
 */
typedef GBytes *(*TsComputeFunc) (gpointer data, GCancellable *cancellable, GError **error);

/* @n_bytes that @compute makes when first read (an inflated member, a de-quantised or densified
 * tensor). */
TsSource *ts_computed_source_new (guint64 n_bytes,
                                  TsComputeFunc compute,
                                  gpointer data,
                                  GDestroyNotify destroy) G_GNUC_WARN_UNUSED_RESULT;

/* The same, but made again for each read and never kept: for small ones of which there are many.
 * @compute may be called in several threads at once. */
TsSource *ts_recomputed_source_new (guint64 n_bytes,
                                    TsComputeFunc compute,
                                    gpointer data,
                                    GDestroyNotify destroy) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
