/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-tiff-stack.h"

#include "base/ts-error.h"
#include "export/ts-tiff-private.h"

#include <gio/gio.h>

struct _TsTiffStack
{
  TsTiffTarget target;
  TIFF *tiff;
};

static gboolean
fail (TsTiffStack *self, GError **error)
{
  if (self->target.code != 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (self->target.code),
                 "cannot write the stack: %s", g_strerror (self->target.code));
  else
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "TIFF: %s",
                 self->target.message[0] != '\0' ? self->target.message : "no memory");
  return FALSE;
}

TsTiffStack *
ts_tiff_stack_new (int fd, gboolean big, GError **error)
{
  g_autoptr (TsTiffStack) self = g_new0 (TsTiffStack, 1);

  self->target.fd = fd;
  self->tiff = ts_tiff_open (&self->target, big);
  if (self->tiff == NULL) {
    fail (self, error);
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
ts_tiff_stack_free (TsTiffStack *self)
{
  if (self->tiff != NULL)
    TIFFClose (self->tiff);
  g_free (self);
}

gboolean
ts_tiff_stack_add (TsTiffStack *self,
                   const TsPicture *picture,
                   const TsEncodeOptions *options,
                   const char *description,
                   GError **error)
{
  return ts_tiff_write_picture (self->tiff, picture, options, description) || fail (self, error);
}

gboolean
ts_tiff_stack_finish (TsTiffStack *self, guint64 *n_bytes, GError **error)
{
  TIFFClose (self->tiff);
  self->tiff = NULL;
  *n_bytes = self->target.size;
  return (self->target.code == 0 && self->target.message[0] == '\0') || fail (self, error);
}
