/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "helper/ts-helper.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What the helper says, by ts-array-protocol.h. */

static void
put_bytes (GByteArray *out, const void *data, gsize n_bytes)
{
  g_byte_array_append (out, data, (guint) n_bytes);
}

static void
put_string (GByteArray *out, const char *text)
{
  guint32 length = (guint32) MIN (text != NULL ? strlen (text) : 0, 1u << 20);

  put_bytes (out, &length, sizeof length);
  put_bytes (out, text, length);
}

static void
put_kind (GByteArray *out, char kind)
{
  put_bytes (out, &kind, 1);
}

void
ts_listing_begin_group (GByteArray *out, const char *name)
{
  put_kind (out, 'G');
  put_string (out, name);
}

void
ts_listing_end_group (GByteArray *out)
{
  put_kind (out, 'E');
}

void
ts_listing_dataset (GByteArray *out,
                    const char *name,
                    guint32 id,
                    TsDtype dtype,
                    char order,
                    guint n_dims,
                    const guint64 *dims,
                    guint64 offset,
                    gboolean is_big,
                    const char *note)
{
  guint8 small[] = { (guint8) dtype, (guint8) order, (guint8) n_dims };
  guint8 big = is_big != FALSE;

  put_kind (out, 'D');
  put_string (out, name);
  put_bytes (out, &id, sizeof id);
  put_bytes (out, small, sizeof small);
  put_bytes (out, dims, n_dims * sizeof *dims);
  put_bytes (out, &offset, sizeof offset);
  put_bytes (out, &big, 1);
  put_string (out, note);
}

void
ts_listing_text (GByteArray *out, const char *name, const char *text)
{
  put_kind (out, 'T');
  put_string (out, name);
  put_string (out, text);
}

void
ts_listing_opaque (GByteArray *out, const char *name, const char *type, const char *note)
{
  put_kind (out, 'O');
  put_string (out, name);
  put_string (out, type);
  put_string (out, note);
}

void
ts_listing_error (GByteArray *out, const char *name, const char *message)
{
  put_kind (out, 'X');
  put_string (out, name);
  put_string (out, message);
}

static gboolean
read_exactly (int fd, void *out, gsize n_bytes)
{
  guint8 *to = out;

  while (n_bytes > 0) {
    ssize_t got = read (fd, to, n_bytes);

    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return FALSE;
    to += got;
    n_bytes -= (gsize) got;
  }
  return TRUE;
}

static gboolean
write_exactly (int fd, const void *data, gsize n_bytes)
{
  const guint8 *from = data;

  while (n_bytes > 0) {
    ssize_t put = write (fd, from, n_bytes);

    if (put < 0 && errno == EINTR)
      continue;
    if (put <= 0)
      return FALSE;
    from += put;
    n_bytes -= (gsize) put;
  }
  return TRUE;
}

gboolean
ts_helper_send_reply (int fd, char *error, const void *payload, gsize n_bytes)
{
  g_autofree char *message = error;
  TsArrayReply reply = { TS_ARRAY_MAGIC, message != NULL, n_bytes };

  if (message != NULL) {
    payload = message;
    reply.n_bytes = strlen (message);
  }
  return write_exactly (fd, &reply, sizeof reply) &&
         write_exactly (fd, payload, (gsize) reply.n_bytes);
}

/* Cuts the bytes asked for out of the dataset that was decoded last. */
static char *
read_decoded (const TsHelperBackend *backend, const TsArrayRequest *request, guint8 *out)
{
  static guint8 *last;
  static guint64 last_bytes;
  static guint32 last_id;

  if (last == NULL || last_id != request->id) {
    char *error;

    g_clear_pointer (&last, g_free);
    error = backend->decode (request->id, &last, &last_bytes);
    if (error != NULL) {
      g_clear_pointer (&last, g_free);
      return error;
    }
    last_id = request->id;
  }
  if (request->start > last_bytes || request->n_bytes > last_bytes - request->start)
    return g_strdup ("Behind the end of the array");
  memcpy (out, last + request->start, request->n_bytes);
  return NULL;
}

gboolean
ts_helper_serve (const TsHelperBackend *backend, int in_fd, int out_fd)
{
  g_autofree guint8 *piece = g_malloc (TS_ARRAY_MAX_READ);
  TsArrayRequest request;

  while (read_exactly (in_fd, &request, sizeof request)) {
    char *error;

    if (request.magic != TS_ARRAY_MAGIC || request.n_bytes > TS_ARRAY_MAX_READ)
      return FALSE;
    error = backend->decode != NULL
                ? read_decoded (backend, &request, piece)
                : backend->read (request.id, request.start, request.n_bytes, piece);
    if (!ts_helper_send_reply (out_fd, error, piece, (gsize) request.n_bytes))
      return FALSE;
  }
  return TRUE;
}
