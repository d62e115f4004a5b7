/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-document.h"

G_BEGIN_DECLS

/* The size of one axis that is to be as long as the file allows. */
#define TS_RAW_FILL G_MAXUINT64

/**
 * TsRawOptions:
 * @byte_order: %G_LITTLE_ENDIAN or %G_BIG_ENDIAN
 * @offset_bytes: of the first element in the file
 * @shape: in storage order, the last axis runs fastest; one size may be %TS_RAW_FILL
 * @row_bytes: from one row of an image to the next, a multiple of the element's size; 0 where rows
 *   follow without a gap. A row is what the last axis runs through, or the last two where the last
 *   one has at most four entries (interleaved channels) and is not the second one
 *
 * What the bytes of a file without any structure mean. A plain value.
 */
typedef struct
{
  TsDtype dtype;
  int byte_order;
  guint64 offset_bytes;
  TsShape shape;
  guint64 row_bytes;
} TsRawOptions;

/* From "DTYPE:SHAPE[@OFFSET][,big][,row=BYTES]": "float32:64x3x64x64@16,big"; a "?" among the sizes
 * is %TS_RAW_FILL. %TS_ERROR_INVALID says what is wrong. */
gboolean ts_raw_options_parse (TsRawOptions *self, const char *text, GError **error);

/* The same back. */
char *ts_raw_options_to_string (const TsRawOptions *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ts_raw_open:
 * @name: for people
 *
 * The bytes of @source as one array, a document of format "raw". Bytes behind the array are a
 * warning of it. Errors: %TS_ERROR_INVALID when the file has fewer bytes than the options ask for;
 * the message says how many and what would fit.
 */
TsDocument *ts_raw_open (TsSource *source,
                         const char *name,
                         const TsRawOptions *options,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for the file at @path. */
TsDocument *ts_raw_open_path (const char *path,
                              const TsRawOptions *options,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ts_raw_suggest:
 *
 * What the bytes from @offset_bytes on may be: square images of usual sizes and channels, of dtypes
 * as which the first bytes look like numbers, that fill the rest of the file exactly. Best first,
 * at most 12. Reads at most 64 KiB. Elements are TsRawOptions; never %NULL.
 */
GArray *ts_raw_suggest (TsSource *source,
                        guint64 offset_bytes,
                        GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
