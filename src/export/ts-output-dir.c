/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-output-dir.h"

#include "base/ts-error.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGED_PREFIX ".tenscope-"

struct _TsOutputDir
{
  int fd;
  int staging_fd; /* where temporary files are; fd or that of the folder above */
  char *path;
};

static void
set_error_from_errno (GError **error, int code, const char *what, const char *where)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s “%s”: %s", what, where,
               g_strerror (code));
}

TsOutputDir *
ts_output_dir_new (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0777) != 0) {
    set_error_from_errno (error, errno, "cannot make the folder", path);
    return NULL;
  }

  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0) {
    set_error_from_errno (error, errno, "cannot open the folder", path);
    return NULL;
  }

  TsOutputDir *self = g_new0 (TsOutputDir, 1);

  self->fd = fd;
  self->staging_fd = fd;
  self->path = g_strdup (path);
  return self;
}

TsOutputDir *
ts_output_dir_new_child (TsOutputDir *self, const char *name, GError **error)
{
  int staging_fd, fd = -1;

  g_return_val_if_fail (strchr (name, '/') == NULL, NULL);

  if (mkdirat (self->fd, name, 0777) == 0 || errno == EEXIST)
    fd = openat (self->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  staging_fd = fd >= 0 ? fcntl (self->staging_fd, F_DUPFD_CLOEXEC, 0) : -1;
  if (staging_fd < 0) {
    set_error_from_errno (error, errno, "cannot make the folder", name);
    if (fd >= 0)
      close (fd);
    return NULL;
  }

  TsOutputDir *child = g_new0 (TsOutputDir, 1);

  child->fd = fd;
  child->staging_fd = staging_fd;
  child->path = g_build_filename (self->path, name, NULL);
  return child;
}

void
ts_output_dir_free (TsOutputDir *self)
{
  if (self->staging_fd != self->fd)
    close (self->staging_fd);
  close (self->fd);
  g_free (self->path);
  g_free (self);
}

const char *
ts_output_dir_get_path (TsOutputDir *self)
{
  return self->path;
}

void
ts_output_dir_lock (TsOutputDir *self)
{
  while (flock (self->fd, LOCK_EX) != 0 && errno == EINTR)
    ;
}

void
ts_output_dir_unlock (TsOutputDir *self)
{
  flock (self->fd, LOCK_UN);
}

gboolean
ts_output_dir_has (TsOutputDir *self, const char *name)
{
  struct stat info;

  return fstatat (self->fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Temporary names say which process of which machine made them, so that those of processes that
 * were killed can be told from those of other shards at work: ".tenscope-HOST-PID-RANDOM.part". */
static guint
get_host_hash (void)
{
  return g_str_hash (g_get_host_name ());
}

void
ts_output_dir_clean (TsOutputDir *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    guint host, pid, random;
    char last;

    if (sscanf (name, STAGED_PREFIX "%8x-%8x-%8x.par%c", &host, &pid, &random, &last) != 4 ||
        last != 't' || host != get_host_hash () || pid == 0 || pid > G_MAXINT32)
      continue;
    if (kill ((pid_t) pid, 0) != 0 && errno == ESRCH)
      unlinkat (self->fd, name, 0);
  }
}

static int
open_staged (TsOutputDir *self, char **staged, GError **error)
{
  for (int attempt = 0; attempt < 16; attempt++) {
    g_autofree char *name = g_strdup_printf (STAGED_PREFIX "%08x-%08x-%08x.part", get_host_hash (),
                                             (guint) getpid (), g_random_int ());
    int fd = openat (self->staging_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (fd >= 0) {
      *staged = g_steal_pointer (&name);
      return fd;
    }
    if (errno != EEXIST)
      break;
  }
  set_error_from_errno (error, errno, "cannot write in the folder", self->path);
  return -1;
}

static gboolean
write_all (int fd, const guint8 *data, gsize n_bytes)
{
  while (n_bytes > 0) {
    gssize n = write (fd, data, MIN (n_bytes, 1 << 30));

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return FALSE;
    data += n;
    n_bytes -= (gsize) n;
  }
  return TRUE;
}

char *
ts_output_dir_stage (TsOutputDir *self, const void *data, gsize n_bytes, GError **error)
{
  g_autofree char *staged = NULL;
  int fd = open_staged (self, &staged, error);

  if (fd < 0)
    return NULL;

  int code = write_all (fd, data, n_bytes) ? 0 : errno;

  if (close (fd) != 0 && code == 0 && errno != EINTR)
    code = errno;
  if (code != 0) {
    unlinkat (self->staging_fd, staged, 0);
    set_error_from_errno (error, code, "cannot write in the folder", self->path);
    return NULL;
  }
  return g_steal_pointer (&staged);
}

GOutputStream *
ts_output_dir_stage_stream (TsOutputDir *self, char **staged, GError **error)
{
  int fd = open_staged (self, staged, error);

  if (fd < 0)
    return NULL;

  g_autoptr (GOutputStream) raw = g_unix_output_stream_new (fd, TRUE);

  return g_buffered_output_stream_new_sized (raw, 1 << 16);
}

int
ts_output_dir_stage_fd (TsOutputDir *self, char **staged, GError **error)
{
  return open_staged (self, staged, error);
}

gboolean
ts_output_dir_patch (TsOutputDir *self,
                     const char *staged,
                     guint64 offset,
                     const void *data,
                     gsize n_bytes,
                     GError **error)
{
  int fd = openat (self->staging_fd, staged, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  gboolean ok =
      fd >= 0 && lseek (fd, (off_t) offset, SEEK_SET) >= 0 && write_all (fd, data, n_bytes);
  int code = ok ? 0 : errno;

  if (fd >= 0 && close (fd) != 0 && code == 0 && errno != EINTR)
    code = errno;
  if (code != 0)
    set_error_from_errno (error, code, "cannot write in the folder", self->path);
  return code == 0;
}

/* File systems without an atomic rename that keeps what exists: take the name with an empty file
 * of our own first, then move over that. */
static int
reserve_and_rename (TsOutputDir *self, const char *staged, const char *name)
{
  int fd = openat (self->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

  if (fd < 0)
    return -1;
  close (fd);
  return renameat (self->staging_fd, staged, self->fd, name);
}

static int
rename_no_replace (TsOutputDir *self, const char *staged, const char *name)
{
  if (renameat2 (self->staging_fd, staged, self->fd, name, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
    return -1;
  if (linkat (self->staging_fd, staged, self->fd, name, 0) == 0)
    return unlinkat (self->staging_fd, staged, 0);
  if (errno == EEXIST)
    return -1;
  return reserve_and_rename (self, staged, name);
}

gboolean
ts_output_dir_commit (TsOutputDir *self,
                      const char *staged,
                      const char *name,
                      gboolean replace,
                      GError **error)
{
  g_return_val_if_fail (strchr (name, '/') == NULL, FALSE);

  int result = replace ? renameat (self->staging_fd, staged, self->fd, name)
                       : rename_no_replace (self, staged, name);

  if (result == 0)
    return TRUE;
  if (errno == EEXIST)
    g_set_error (error, TS_ERROR, TS_ERROR_EXISTS, _ ("“%s” exists already"), name);
  else
    set_error_from_errno (error, errno, "cannot write", name);
  return FALSE;
}

void
ts_output_dir_discard (TsOutputDir *self, const char *name)
{
  unlinkat (g_str_has_prefix (name, STAGED_PREFIX) ? self->staging_fd : self->fd, name, 0);
}

gboolean
ts_output_dir_write (TsOutputDir *self,
                     const char *name,
                     const void *data,
                     gsize n_bytes,
                     gboolean replace,
                     GError **error)
{
  g_autofree char *staged = ts_output_dir_stage (self, data, n_bytes, error);

  if (staged == NULL)
    return FALSE;
  if (!ts_output_dir_commit (self, staged, name, replace, error)) {
    ts_output_dir_discard (self, staged);
    return FALSE;
  }
  return TRUE;
}

GInputStream *
ts_output_dir_read (TsOutputDir *self, const char *name, GError **error)
{
  int fd = openat (self->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

  if (fd < 0) {
    set_error_from_errno (error, errno, "cannot read", name);
    return NULL;
  }
  return g_unix_input_stream_new (fd, TRUE);
}

GBytes *
ts_output_dir_load (TsOutputDir *self, const char *name, gsize max_bytes, GError **error)
{
  g_autofree guint8 *data = NULL;
  struct stat info;
  gsize n_read = 0;
  int fd = openat (self->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

  if (fd < 0 || fstat (fd, &info) != 0) {
    set_error_from_errno (error, errno, "cannot read", name);
    if (fd >= 0)
      close (fd);
    return NULL;
  }
  if (!S_ISREG (info.st_mode) || (guint64) info.st_size > max_bytes) {
    close (fd);
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED, _ ("“%s” is no file or too large"), name);
    return NULL;
  }
  data = g_malloc ((gsize) info.st_size + 1);
  while (n_read < (gsize) info.st_size) {
    gssize n = read (fd, data + n_read, (gsize) info.st_size - n_read);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    n_read += (gsize) n;
  }
  close (fd);
  return g_bytes_new_take (g_steal_pointer (&data), n_read);
}

gboolean
ts_output_dir_is_fatal (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
}
