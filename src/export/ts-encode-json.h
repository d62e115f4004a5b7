/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-encoder.h"
#include "export/ts-json-reader.h"

G_BEGIN_DECLS

/* Members of the open object for how a file is encoded, as far as the encoder @format has that
 * choice and it is not the default: quality, lossless, compression, codec, subsampling,
 * progressive. */
void ts_encode_options_write_json (const TsEncodeOptions *self,
                                   const char *format,
                                   TsJsonWriter *writer);

/* Takes over what of these members is there; @path is that of @object, for messages. */
gboolean ts_encode_options_read_json (TsEncodeOptions *self,
                                      JsonObject *object,
                                      const char *path,
                                      GError **error);

G_END_DECLS
