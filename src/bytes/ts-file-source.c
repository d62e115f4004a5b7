/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-source.h"

#include "base/ts-error.h"
#include "bytes/ts-progress.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file is opened once and read with pread at absolute offsets. It is never mapped: a training
 * script may truncate it under us, which would be SIGBUS under a mapping and is an error here. */

#define TS_TYPE_FILE_SOURCE (ts_file_source_get_type ())
G_DECLARE_FINAL_TYPE (TsFileSource, ts_file_source, TS, FILE_SOURCE, TsSource)

struct _TsFileSource
{
  TsSource parent_instance;

  int fd;
  char *path;         /* of a file that is opened for each read, or NULL */
  struct stat opened; /* as it was when opened */
};

G_DEFINE_FINAL_TYPE (TsFileSource, ts_file_source, TS_TYPE_SOURCE)

static guint64
ts_file_source_get_size (TsSource *source)
{
  return (guint64) TS_FILE_SOURCE (source)->opened.st_size;
}

static gboolean
is_unchanged (TsFileSource *self, int fd)
{
  struct stat now;

  return fstat (fd, &now) == 0 && now.st_ino == self->opened.st_ino &&
         now.st_dev == self->opened.st_dev && now.st_size == self->opened.st_size &&
         now.st_mtim.tv_sec == self->opened.st_mtim.tv_sec &&
         now.st_mtim.tv_nsec == self->opened.st_mtim.tv_nsec;
}

/* O_NONBLOCK: a FIFO must not hang us in open() before it can be refused. */
static int
open_path (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

  if (fd < 0) {
    int saved = errno;

    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", path,
                 g_strerror (saved));
  }
  return fd;
}

static gboolean
read_fd (int fd, guint64 offset, guint8 *to, gsize *left, GCancellable *cancellable, GError **error)
{
  while (*left > 0) {
    /* In pieces, so that cancelling does not wait for gigabytes. */
    ssize_t got = pread (fd, to, MIN (*left, 64u << 20), (off_t) offset);

    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      int saved = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved),
                   _ ("Reading at offset %" PRIu64 " failed: %s"), offset, g_strerror (saved));
      return FALSE;
    }
    if (got == 0)
      break;
    to += got;
    offset += (guint64) got;
    *left -= (gsize) got;
    if (*left > 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
ts_file_source_read (TsSource *source,
                     guint64 offset,
                     void *out,
                     gsize n_bytes,
                     GCancellable *cancellable,
                     GError **error)
{
  TsFileSource *self = TS_FILE_SOURCE (source);
  int fd = self->path != NULL ? open_path (self->path, error) : self->fd;
  gboolean is_read, is_same;

  if (fd < 0)
    return FALSE;
  is_read = read_fd (fd, offset, out, &n_bytes, cancellable, error);
  is_same = is_read && n_bytes == 0 && is_unchanged (self, fd);
  if (fd != self->fd)
    close (fd);
  if (is_read && !is_same)
    g_set_error_literal (
        error, TS_ERROR, TS_ERROR_CHANGED,
        _ ("The file was changed by another program while it was open; reload it"));
  return is_same;
}

static void
ts_file_source_finalize (GObject *object)
{
  TsFileSource *self = TS_FILE_SOURCE (object);

  if (self->fd >= 0)
    close (self->fd);
  g_free (self->path);
  G_OBJECT_CLASS (ts_file_source_parent_class)->finalize (object);
}

static void
ts_file_source_class_init (TsFileSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ts_file_source_finalize;
  TS_SOURCE_CLASS (klass)->get_size = ts_file_source_get_size;
  TS_SOURCE_CLASS (klass)->read = ts_file_source_read;
}

static void
ts_file_source_init (TsFileSource *self)
{
  self->fd = -1;
}

static TsSource *
take_fd (int fd, const char *what, GError **error)
{
  g_autoptr (TsFileSource) self = g_object_new (TS_TYPE_FILE_SOURCE, NULL);

  self->fd = fd;
  if (fstat (fd, &self->opened) != 0) {
    int saved = errno;

    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", what,
                 g_strerror (saved));
    return NULL;
  }
  if (!S_ISREG (self->opened.st_mode)) {
    g_set_error (error, TS_ERROR, TS_ERROR_UNSUPPORTED,
                 _ ("%s is %s, not a file"), what,
                    S_ISDIR (self->opened.st_mode) ? _ ("a folder") : _ ("a device or pipe"));
    return NULL;
  }
  return TS_SOURCE (g_steal_pointer (&self));
}

TsSource *
ts_file_source_new (const char *path, GError **error)
{
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  fd = open_path (path, error);
  return fd >= 0 ? take_fd (fd, path, error) : NULL;
}

TsSource *
ts_path_source_new (const char *path, GError **error)
{
  TsSource *source = ts_file_source_new (path, error);

  if (source != NULL) {
    TsFileSource *self = TS_FILE_SOURCE (source);

    self->path = g_strdup (path);
    close (self->fd);
    self->fd = -1;
  }
  return source;
}

int
ts_source_dup_fd (TsSource *self)
{
  TsFileSource *file;
  int fd;

  g_return_val_if_fail (TS_IS_SOURCE (self), -1);

  if (!TS_IS_FILE_SOURCE (self))
    return -1;
  file = TS_FILE_SOURCE (self);
  if (file->path == NULL)
    return fcntl (file->fd, F_DUPFD_CLOEXEC, 3);
  fd = open_path (file->path, NULL);
  if (fd >= 0 && !is_unchanged (file, fd)) {
    close (fd);
    return -1;
  }
  return fd;
}

/* Streams larger than this go to an unlinked temporary file. */
#define SPOOL_IN_MEMORY (64u << 20)

struct _TsSpool
{
  int fd; /* -1 once finished */
};

TsSpool *
ts_spool_new (GError **error)
{
  g_autofree char *name = NULL;
  TsSpool *self;
  int fd = g_file_open_tmp ("tenscope-XXXXXX", &name, error);

  if (fd < 0)
    return NULL;
  unlink (name);
  self = g_new (TsSpool, 1);
  self->fd = fd;
  return self;
}

gboolean
ts_spool_write (TsSpool *self, const guint8 *data, gsize n_bytes, GError **error)
{
  g_return_val_if_fail (self->fd >= 0, FALSE);

  while (n_bytes > 0) {
    ssize_t put = write (self->fd, data, n_bytes);

    if (put < 0 && errno == EINTR)
      continue;
    if (put < 0) {
      int saved = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved),
                   _ ("Writing a temporary file failed: %s"), g_strerror (saved));
      return FALSE;
    }
    data += put;
    n_bytes -= (gsize) put;
  }
  return TRUE;
}

TsSource *
ts_spool_finish (TsSpool *self, GError **error)
{
  int fd = self->fd;

  g_return_val_if_fail (fd >= 0, NULL);

  self->fd = -1;
  return take_fd (fd, "the temporary file", error);
}

void
ts_spool_free (TsSpool *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

TsSource *
ts_stream_source_new (int fd, GCancellable *cancellable, GError **error)
{
  g_autoptr (GByteArray) memory = g_byte_array_new ();
  g_autoptr (TsSpool) spool = NULL;
  g_autofree guint8 *piece = g_malloc (1 << 20);
  guint64 n_bytes = 0;

  for (;;) {
    ssize_t got = read (fd, piece, 1 << 20);

    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      int saved = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved),
                   _ ("Reading the input failed: %s"), g_strerror (saved));
      return NULL;
    }
    if (got == 0)
      break;
    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return NULL;
    if (spool == NULL && memory->len + (gsize) got > SPOOL_IN_MEMORY) {
      spool = ts_spool_new (error);
      if (spool == NULL || !ts_spool_write (spool, memory->data, memory->len, error))
        return NULL;
      g_byte_array_set_size (memory, 0);
    }
    if (spool == NULL)
      g_byte_array_append (memory, piece, (guint) got);
    else if (!ts_spool_write (spool, piece, (gsize) got, error))
      return NULL;
    n_bytes += (guint64) got;
    ts_progress_tell (cancellable, n_bytes, 0);
  }
  if (spool != NULL)
    return ts_spool_finish (spool, error);
  {
    g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&memory));

    return ts_memory_source_new (bytes);
  }
}
