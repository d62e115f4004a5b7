/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "export/ts-encode-json.h"

#include "base/ts-error.h"

static void
write_name (TsJsonWriter *writer, const char *name, const char *value)
{
  ts_json_writer_name (writer, name);
  ts_json_writer_string (writer, value);
}

static void
write_true (TsJsonWriter *writer, const char *name, gboolean value)
{
  if (!value)
    return;
  ts_json_writer_name (writer, name);
  ts_json_writer_boolean (writer, TRUE);
}

void
ts_encode_options_write_json (const TsEncodeOptions *self, const char *format, TsJsonWriter *writer)
{
  const TsEncoder *encoder = ts_encoder_find (format);

  if (encoder == NULL)
    return;
  if (encoder->has_quality && !self->lossless && self->quality != TS_DEFAULT_QUALITY) {
    ts_json_writer_name (writer, "quality");
    ts_json_writer_int (writer, self->quality);
  }
  write_true (writer, "lossless", self->lossless);
  if (encoder->has_effort && self->compression != TS_DEFAULT_COMPRESSION)
    write_name (writer, "compression", ts_compression_names[self->compression]);
  if (self->codec != TS_CODEC_AUTO)
    write_name (writer, "codec", ts_codec_names[self->codec]);
  if (self->subsampling != 0)
    write_name (writer, "subsampling", ts_subsampling_names[self->subsampling]);
  write_true (writer, "progressive", self->progressive);
}

static gboolean
read_name (JsonObject *object,
           const char *path,
           const char *name,
           const char *const *names,
           int *value,
           GError **error)
{
  const char *text = NULL;

  if (!ts_json_has (object, name))
    return TRUE;
  if (!ts_json_get_string (object, path, name, &text, error))
    return FALSE;
  if (ts_name_lookup (names, text, value))
    return TRUE;

  g_autofree char *known = g_strjoinv (", ", (char **) names);

  g_set_error (error, TS_ERROR, TS_ERROR_INVALID, "“%s.%s” must be one of %s", path, name, known);
  return FALSE;
}

gboolean
ts_encode_options_read_json (TsEncodeOptions *self,
                             JsonObject *object,
                             const char *path,
                             GError **error)
{
  int codec = self->codec;
  gint64 quality = self->quality;

  if (!ts_json_get_int (object, path, "quality", &quality, error) ||
      !ts_json_get_boolean (object, path, "lossless", &self->lossless, error) ||
      !read_name (object, path, "compression", ts_compression_names, &self->compression, error) ||
      !read_name (object, path, "codec", ts_codec_names, &codec, error) ||
      !read_name (object, path, "subsampling", ts_subsampling_names, &self->subsampling, error) ||
      !ts_json_get_boolean (object, path, "progressive", &self->progressive, error))
    return FALSE;
  self->quality = (int) CLAMP (quality, 0, 1000);
  self->codec = (TsCodec) codec;
  return TRUE;
}
