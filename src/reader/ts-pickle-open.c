/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle.h"

#include "base/ts-error.h"
#include "reader/ts-pickle-text.h"

#include <string.h>

/* The bytes that values stand for. */

#define DECODE_NOW_BYTES 4096
#define KEEP_BYTES       (1 << 20) /* smaller ones are decoded again for each read */
#define MAX_DECODE_BYTES ((guint64) 1 << 30)

char *
ts_pickle_dup_text (TsPickle *self, const TsPickleValue *value, gsize max_bytes, gboolean *was_cut)
{
  gsize n_bytes = (gsize) MIN (value->extra, (guint64) max_bytes);
  gboolean as_latin1 = value->kind != TS_PICKLE_STR;
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *data = value->at.data;

  *was_cut = value->extra > n_bytes;
  if ((value->flags & TS_PICKLE_FLAG_REMOTE) != 0) {
    bytes = ts_source_read_bytes (ts_pickle_get_source (self), value->at.offset, n_bytes, n_bytes,
                                  NULL, NULL);
    if (bytes == NULL)
      return NULL;
    data = g_bytes_get_data (bytes, NULL);
  }
  /* not through the middle of a character */
  for (guint i = 0; *was_cut && i < 3 && n_bytes > 0 && (data[n_bytes - 1] & 0xc0) == 0x80; i++)
    n_bytes--;
  if (*was_cut && n_bytes > 0 && data[n_bytes - 1] >= 0xc0)
    n_bytes--;
  return ts_pickle_text_for_people (data, n_bytes, as_latin1);
}

static TsSource *
open_plain (TsPickle *self, const TsPickleValue *value, GError **error)
{
  TsSource *source = ts_pickle_get_source (self);
  const guint8 *base = ts_source_peek (source);
  const guint8 *data = value->at.data;
  g_autoptr (GBytes) bytes = NULL;

  if ((value->flags & TS_PICKLE_FLAG_REMOTE) != 0)
    return ts_window_source_new (source, value->at.offset, value->extra, error);
  if (base != NULL && data >= base && data < base + ts_source_get_size (source))
    return ts_window_source_new (source, (guint64) (data - base), value->extra, error);
  bytes = g_bytes_new (value->at.data, (gsize) value->extra);
  return ts_memory_source_new (bytes);
}

typedef struct
{
  TsSource *text;
  guint64 n_bytes;
} Decode;

static void
decode_free (gpointer data)
{
  Decode *self = data;

  g_object_unref (self->text);
  g_free (self);
}

static GBytes *
decode (TsSource *text, gint64 expected_bytes, GCancellable *cancellable, GError **error)
{
  guint64 n_text = ts_source_get_size (text);
  g_autoptr (GBytes) encoded =
                 ts_source_read_bytes (text, 0, n_text, MAX_DECODE_BYTES, cancellable, error);
  g_autofree guint8 *out = NULL;
  gsize n_out = 0;

  if (encoded == NULL)
    return NULL;
  out = g_try_malloc (n_text + 1);
  if (out == NULL) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "no memory for %" G_GUINT64_FORMAT " bytes",
                 n_text);
    return NULL;
  }
  if (!ts_pickle_text_to_latin1 (g_bytes_get_data (encoded, NULL), (gsize) n_text, out, &n_out)) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 "a text that stands for bytes holds characters that are none");
    return NULL;
  }
  if (expected_bytes >= 0 && n_out != (guint64) expected_bytes) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 "a text stands for %" G_GSIZE_FORMAT " bytes, %" G_GINT64_FORMAT " are needed",
                 n_out, expected_bytes);
    return NULL;
  }
  return g_bytes_new_take (g_steal_pointer (&out), n_out);
}

static GBytes *
decode_later (gpointer data, GCancellable *cancellable, GError **error)
{
  Decode *self = data;

  return decode (self->text, (gint64) self->n_bytes, cancellable, error);
}

static TsSource *
open_encoded (TsPickle *self, const TsPickleValue *text, gint64 expected_bytes, GError **error)
{
  g_autoptr (TsSource) encoded = open_plain (self, text, error);
  g_autoptr (GBytes) bytes = NULL;
  Decode *later;

  if (encoded == NULL)
    return NULL;
  if (expected_bytes < 0 || text->extra <= DECODE_NOW_BYTES) {
    bytes = decode (encoded, expected_bytes, NULL, error);
    return bytes != NULL ? ts_memory_source_new (bytes) : NULL;
  }
  /* one code point is one or two bytes */
  if ((guint64) expected_bytes > text->extra || text->extra > 2 * (guint64) expected_bytes) {
    g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT,
                 "a text of %" G_GUINT64_FORMAT " bytes cannot stand for %" G_GINT64_FORMAT
                 " bytes",
                 text->extra, expected_bytes);
    return NULL;
  }
  later = g_new0 (Decode, 1);
  later->text = g_steal_pointer (&encoded);
  later->n_bytes = (guint64) expected_bytes;
  return later->n_bytes >= KEEP_BYTES
             ? ts_computed_source_new (later->n_bytes, decode_later, later, decode_free)
             : ts_recomputed_source_new (later->n_bytes, decode_later, later, decode_free);
}

static gboolean
is_latin1 (const TsPickleValue *name)
{
  return ts_pickle_value_equals (name, "latin1") || ts_pickle_value_equals (name, "latin-1") ||
         ts_pickle_value_equals (name, "iso-8859-1");
}

static TsSource *
open_bytes (TsPickle *self, const TsPickleValue *value, gint64 expected_bytes, GError **error)
{
  TsPickleMeaning meaning = ts_pickle_value_get_meaning (value);
  guint n_args = ts_pickle_value_get_n_args (value);
  TsPickleValue *inner = ts_pickle_value_get_arg (value, 0);

  if (ts_pickle_value_is (value, TS_PICKLE_BYTES) ||
      ts_pickle_value_is (value, TS_PICKLE_BYTEARRAY))
    return open_plain (self, value, error);
  if (ts_pickle_value_is (value, TS_PICKLE_CALL) &&
      (meaning == TS_PICKLE_MEANS_ENCODE || meaning == TS_PICKLE_MEANS_BYTES)) {
    if (n_args == 0 && meaning == TS_PICKLE_MEANS_BYTES) {
      g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);

      return ts_memory_source_new (empty);
    }
    /* (text, 'latin1'): how old protocols write bytes */
    if (ts_pickle_value_is (inner, TS_PICKLE_STR) &&
        (n_args == 1 || is_latin1 (ts_pickle_value_get_arg (value, 1))))
      return open_encoded (self, inner, expected_bytes, error);
    if (ts_pickle_value_is (inner, TS_PICKLE_BYTES))
      return open_plain (self, inner, error);
    if (meaning == TS_PICKLE_MEANS_BYTES && ts_pickle_value_is (inner, TS_PICKLE_CALL) &&
        ts_pickle_value_get_meaning (inner) == TS_PICKLE_MEANS_ENCODE)
      return open_bytes (self, inner, expected_bytes, error);
  }
  g_set_error (error, TS_ERROR, TS_ERROR_CORRUPT, "there are no bytes where bytes have to be");
  return NULL;
}

/* What counts is the text or the bytes themselves: many calls may share them. */
static const TsPickleValue *
get_content (const TsPickleValue *value)
{
  for (guint depth = 0; depth < 2 && ts_pickle_value_is (value, TS_PICKLE_CALL) &&
                        ts_pickle_value_get_n_args (value) > 0;
       depth++)
    value = ts_pickle_value_get_arg (value, 0);
  return value;
}

TsSource *
ts_pickle_open_bytes (TsPickle *self,
                      const TsPickleValue *value,
                      gint64 expected_bytes,
                      GError **error)
{
  GHashTable *opened = ts_pickle_get_opened (self);
  const TsPickleValue *content = get_content (value);
  TsSource *source = g_hash_table_lookup (opened, content);

  if (source != NULL)
    return g_object_ref (source);
  source = open_bytes (self, value, expected_bytes, error);
  if (source != NULL && content != NULL)
    g_hash_table_insert (opened, (gpointer) content, g_object_ref (source));
  return source;
}
