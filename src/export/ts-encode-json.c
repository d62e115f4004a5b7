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
  ts_json_writer_flag (writer, "lossless", self->lossless);
  if (encoder->has_effort && self->compression != TS_DEFAULT_COMPRESSION)
    write_name (writer, "compression", ts_compression_names[self->compression]);
  if (self->codec != TS_CODEC_AUTO)
    write_name (writer, "codec", ts_codec_names[self->codec]);
  if (self->subsampling != 0)
    write_name (writer, "subsampling", ts_subsampling_names[self->subsampling]);
  ts_json_writer_flag (writer, "progressive", self->progressive);
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
      !ts_json_get_choice (object, path, "compression", ts_compression_names, &self->compression,
                           error) ||
      !ts_json_get_choice (object, path, "codec", ts_codec_names, &codec, error) ||
      !ts_json_get_choice (object, path, "subsampling", ts_subsampling_names, &self->subsampling,
                           error) ||
      !ts_json_get_boolean (object, path, "progressive", &self->progressive, error))
    return FALSE;
  self->quality = (int) CLAMP (quality, 0, 1000);
  self->codec = (TsCodec) codec;
  return TRUE;
}
