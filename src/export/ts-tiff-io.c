/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where libtiff writes: into memory, or into a file that is open already. */

#include "config.h"

#include "export/ts-tiff-private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static tmsize_t
read_file (TsTiffTarget *self, void *out, gsize n_bytes)
{
  gsize n_done = 0;

  while (n_done < n_bytes) {
    gssize n =
        pread (self->fd, (guint8 *) out + n_done, n_bytes - n_done, (off_t) (self->pos + n_done));

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    n_done += (gsize) n;
  }
  self->pos += n_done;
  return (tmsize_t) n_done;
}

static tmsize_t
write_file (TsTiffTarget *self, const void *data, gsize n_bytes)
{
  gsize n_done = 0;

  while (n_done < n_bytes) {
    gssize n = pwrite (self->fd, (const guint8 *) data + n_done, n_bytes - n_done,
                       (off_t) (self->pos + n_done));

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      self->code = errno;
      return -1;
    }
    n_done += (gsize) n;
  }
  self->pos += n_done;
  self->size = MAX (self->size, self->pos);
  return (tmsize_t) n_done;
}

static tmsize_t
read_cb (thandle_t handle, void *out, tmsize_t n_bytes)
{
  TsTiffTarget *self = handle;
  guint64 n = self->pos < self->size ? MIN ((guint64) n_bytes, self->size - self->pos) : 0;

  if (self->fd >= 0)
    return read_file (self, out, (gsize) n);
  if (n > 0)
    memcpy (out, self->data + self->pos, n);
  self->pos += n;
  return (tmsize_t) n;
}

static tmsize_t
write_cb (thandle_t handle, void *data, tmsize_t n_bytes)
{
  TsTiffTarget *self = handle;
  guint64 end;

  if (n_bytes < 0 || __builtin_add_overflow (self->pos, (guint64) n_bytes, &end))
    return -1;
  if (self->fd >= 0)
    return write_file (self, data, (gsize) n_bytes);
  if (end > self->capacity) {
    gsize capacity = MAX ((gsize) end, self->capacity * 2);
    guint8 *data_now = g_try_realloc (self->data, capacity);

    if (data_now == NULL)
      return -1;
    self->data = data_now;
    self->capacity = capacity;
  }
  if (self->pos > self->size)
    memset (self->data + self->size, 0, self->pos - self->size);
  memcpy (self->data + self->pos, data, (gsize) n_bytes);
  self->pos = end;
  self->size = MAX (self->size, end);
  return n_bytes;
}

static toff_t
seek_cb (thandle_t handle, toff_t offset, int whence)
{
  TsTiffTarget *self = handle;
  guint64 base = whence == SEEK_CUR ? self->pos : whence == SEEK_END ? self->size : 0;

  self->pos = base + (guint64) offset;
  return self->pos;
}

static int
close_cb (thandle_t handle)
{
  return 0;
}

static toff_t
size_cb (thandle_t handle)
{
  return ((TsTiffTarget *) handle)->size;
}

static int
error_cb (TIFF *tiff, void *data, const char *module, const char *format, va_list args)
{
  TsTiffTarget *self = data;

  if (self->message[0] == '\0')
    g_vsnprintf (self->message, sizeof self->message, format, args);
  return 1;
}

static int
warning_cb (TIFF *tiff, void *data, const char *module, const char *format, va_list args)
{
  return 1;
}

TIFF *
ts_tiff_open (TsTiffTarget *self, gboolean big)
{
  TIFFOpenOptions *options;

  if (ts_tiff_library () == NULL) {
    g_strlcpy (self->message, "the module for TIFF (tenscope-tiff.so) is not installed",
               sizeof self->message);
    return NULL;
  }
  options = TIFFOpenOptionsAlloc ();
  TIFFOpenOptionsSetErrorHandlerExtR (options, error_cb, self);
  TIFFOpenOptionsSetWarningHandlerExtR (options, warning_cb, self);

  TIFF *tiff = TIFFClientOpenExt ("memory", big ? "w8" : "w", self, read_cb, write_cb, seek_cb,
                                  close_cb, size_cb, NULL, NULL, options);

  TIFFOpenOptionsFree (options);
  return tiff;
}
