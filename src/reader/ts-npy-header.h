/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bytes/ts-source.h"
#include "tensor/ts-dtype.h"
#include "tensor/ts-shape.h"

G_BEGIN_DECLS

#define TS_NPY_MAGIC       "\x93NUMPY"
#define TS_NPY_MAGIC_BYTES 6

/**
 * TsNpyKind:
 * @TS_NPY_NUMBERS: of a dtype that can be shown
 * @TS_NPY_LONG_DOUBLE: x87 numbers of 80 bits, padded to size_bytes
 * @TS_NPY_RECORDS: structured: has fields
 * @TS_NPY_BYTES, @TS_NPY_TEXT: strings of size_bytes bytes, or of size_bytes / 4 code points
 * @TS_NPY_RAW: bytes without a meaning
 * @TS_NPY_OBJECTS: the data is a pickle, here or further inside
 * @TS_NPY_UNSUPPORTED: numbers of a kind that is not read
 */
typedef enum {
  TS_NPY_NUMBERS,
  TS_NPY_LONG_DOUBLE,
  TS_NPY_RECORDS,
  TS_NPY_BYTES,
  TS_NPY_TEXT,
  TS_NPY_RAW,
  TS_NPY_OBJECTS,
  TS_NPY_UNSUPPORTED,
} TsNpyKind;

/**
 * TsNpyType:
 * @dtype: of numbers
 * @byte_order: %G_LITTLE_ENDIAN or %G_BIG_ENDIAN
 * @size_bytes: of one element, without @sub
 * @note: (nullable): what was assumed
 * @descr: as it stands in the file
 * @fields: (nullable) (element-type TsNpyField)
 * @sub: the shape of a sub-array in each element; no axes for none
 */
typedef struct
{
  TsNpyKind kind;
  TsDtype dtype;
  int byte_order;
  guint64 size_bytes;
  char *note;
  char *descr;
  GPtrArray *fields;
  TsShape sub;
} TsNpyType;

typedef struct
{
  char *name; /* "" for padding */
  guint64 offset_bytes;
  TsNpyType *type;
} TsNpyField;

void ts_npy_type_free (TsNpyType *self);

/* size_bytes times the elements of @sub; checked not to overflow when the type was made. */
guint64 ts_npy_type_get_total (const TsNpyType *self);

/**
 * TsNpyHeader:
 * @data_offset: from the start of the magic, in bytes
 *
 * What stands before the data of one array.
 */
typedef struct
{
  guint8 major;
  gboolean fortran_order;
  TsShape shape;
  TsNpyType *type;
  guint64 data_offset;
} TsNpyHeader;

/**
 * ts_npy_header_read:
 *
 * Reads the header at @offset in @source: versions 1.0, 2.0 and 3.0, at most 1 MiB. The text is
 * read as the literal that it is and never evaluated. Errors: %TS_ERROR_CORRUPT,
 * %TS_ERROR_UNSUPPORTED (version), %TS_ERROR_TRUNCATED, %TS_ERROR_REFUSED (too long).
 */
TsNpyHeader *ts_npy_header_read (TsSource *source,
                                 guint64 offset,
                                 GCancellable *cancellable,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

void ts_npy_header_free (TsNpyHeader *self);

/* Latin-1, the text of old headers and of bytes, as UTF-8 of @n_text bytes; a NUL stays one. */
char *ts_npy_text_from_latin1 (const guint8 *bytes,
                               gsize n_bytes,
                               gsize *n_text) G_GNUC_WARN_UNUSED_RESULT;

/* A type from the text of a descr alone ("<f4", "float16"); for pickled arrays too. */
TsNpyType *ts_npy_type_from_string (const char *descr, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsNpyType, ts_npy_type_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsNpyHeader, ts_npy_header_free)

G_END_DECLS
