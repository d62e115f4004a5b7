/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "bytes/ts-unpacked.h"

#include "base/ts-error.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

#define IN_MEMORY (64u << 20)

gboolean
ts_unpacked_add (TsUnpacked *self,
                 const guint8 *data,
                 gsize n_bytes,
                 guint64 max_bytes,
                 const char *format,
                 GError **error)
{
  self->n_bytes += n_bytes;
  if (self->n_bytes > max_bytes) {
    g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
                 _ ("The %s file unpacks to more than %" PRIu64 " bytes"), format, max_bytes);
    return FALSE;
  }
  if (self->spool == NULL && self->n_bytes <= IN_MEMORY) {
    if (self->memory == NULL)
      self->memory = g_byte_array_new ();
    g_byte_array_append (self->memory, data, (guint) n_bytes);
    return TRUE;
  }
  if (self->spool == NULL) {
    self->spool = ts_spool_new (error);
    if (self->spool == NULL)
      return FALSE;
    if (self->memory != NULL &&
        !ts_spool_write (self->spool, self->memory->data, self->memory->len, error))
      return FALSE;
    g_clear_pointer (&self->memory, g_byte_array_unref);
  }
  return ts_spool_write (self->spool, data, n_bytes, error);
}

void
ts_unpacked_set_cut (const TsUnpacked *self, const char *format, GError **error)
{
  g_set_error (error, TS_ERROR, TS_ERROR_INCOMPLETE,
               _ ("The %s file ends too early, after %" PRIu64
               " unpacked bytes; is it still being written or downloaded?"),
                  format, self->n_bytes);
}

void
ts_unpacked_set_damaged (const char *format, guint64 offset, const char *why, GError **error)
{
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
               _ ("The %s file is damaged near its byte %" PRIu64 ": %s"), format, offset, why);
}

TsSource *
ts_unpacked_finish (TsUnpacked *self, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  if (self->spool != NULL)
    return ts_spool_finish (self->spool, error);
  if (self->memory == NULL)
    self->memory = g_byte_array_new ();
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&self->memory));
  return ts_memory_source_new (bytes);
}

void
ts_unpacked_clear (TsUnpacked *self)
{
  g_clear_pointer (&self->memory, g_byte_array_unref);
  g_clear_pointer (&self->spool, ts_spool_free);
}
