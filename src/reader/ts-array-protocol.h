/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the program and its array helper say to each other over two pipes, native byte order (they
 * run on one machine). The helper speaks first: one reply with the listing. Then each request gets
 * one reply. Nothing the helper says is trusted: it may have been taken over by the file it reads.
 *
 * A listing is a run of records: one kind byte, then by kind
 *   'G' name                    a group begins; 'E' ends it
 *   'D' name, u32 id, u8 dtype (TsDtype), u8 order ('C' row-major, 'F' column-major), u8 n_dims,
 *       u64 dims[n_dims], u64 offset (of the plain bytes in the file, or NO_OFFSET), u8 is_big
 *       (byte order at that offset), note
 *   'T' name, text              a string
 *   'O' name, type, note        something that is not numbers
 *   'X' name, message           something broken or refused
 * where a string is u32 length and bytes. */

#define TS_ARRAY_MAGIC     0x54534131u
#define TS_ARRAY_NO_OFFSET G_MAXUINT64

/* The file is this descriptor of the helper. */
#define TS_ARRAY_FILE_FD 3

/* Most bytes of one reply. */
#define TS_ARRAY_MAX_READ    (16u << 20)
#define TS_ARRAY_MAX_LISTING (64u << 20)

typedef struct
{
  guint32 magic;
  guint32 id;      /* of the dataset */
  guint64 start;   /* first byte of the dataset as packed elements, native byte order */
  guint64 n_bytes; /* at most TS_ARRAY_MAX_READ */
} TsArrayRequest;

typedef struct
{
  guint32 magic;
  guint32 is_error; /* then the payload is the message */
  guint64 n_bytes;  /* of payload that follow */
} TsArrayReply;

G_END_DECLS
