/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle-opcodes.h"

#include "base/ts-cursor.h"
#include "reader/ts-pickle.h"

#include <string.h>

#define JOBLIB_NAME "joblib.numpy_pickle\nNumpyArrayWrapper\n"

typedef struct
{
  const char *name;
  guint8 n_argument;   /* bytes of fixed size */
  guint8 n_lines;      /* lines of text */
  gboolean is_counted; /* the argument is a number of bytes that follow */
} Opcode;

static const Opcode opcodes[256] = {
  [OP_MARK] = { "MARK" },
  [OP_EMPTY_TUPLE] = { "EMPTY_TUPLE" },
  [OP_STOP] = { "STOP" },
  [OP_POP] = { "POP" },
  [OP_POP_MARK] = { "POP_MARK" },
  [OP_DUP] = { "DUP" },
  [OP_BINBYTES] = { "BINBYTES", .n_argument = 4, .is_counted = TRUE },
  [OP_SHORT_BINBYTES] = { "SHORT_BINBYTES", .n_argument = 1, .is_counted = TRUE },
  [OP_FLOAT] = { "FLOAT", .n_lines = 1 },
  [OP_BINFLOAT] = { "BINFLOAT", .n_argument = 8 },
  [OP_INT] = { "INT", .n_lines = 1 },
  [OP_BININT] = { "BININT", .n_argument = 4 },
  [OP_BININT1] = { "BININT1", .n_argument = 1 },
  [OP_LONG] = { "LONG", .n_lines = 1 },
  [OP_BININT2] = { "BININT2", .n_argument = 2 },
  [OP_NONE] = { "NONE" },
  [OP_PERSID] = { "PERSID", .n_lines = 1 },
  [OP_BINPERSID] = { "BINPERSID" },
  [OP_REDUCE] = { "REDUCE" },
  [OP_STRING] = { "STRING", .n_lines = 1 },
  [OP_BINSTRING] = { "BINSTRING", .n_argument = 4, .is_counted = TRUE },
  [OP_SHORT_BINSTRING] = { "SHORT_BINSTRING", .n_argument = 1, .is_counted = TRUE },
  [OP_UNICODE] = { "UNICODE", .n_lines = 1 },
  [OP_BINUNICODE] = { "BINUNICODE", .n_argument = 4, .is_counted = TRUE },
  [OP_EMPTY_LIST] = { "EMPTY_LIST" },
  [OP_APPEND] = { "APPEND" },
  [OP_BUILD] = { "BUILD" },
  [OP_GLOBAL] = { "GLOBAL", .n_lines = 2 },
  [OP_DICT] = { "DICT" },
  [OP_APPENDS] = { "APPENDS" },
  [OP_GET] = { "GET", .n_lines = 1 },
  [OP_BINGET] = { "BINGET", .n_argument = 1 },
  [OP_INST] = { "INST", .n_lines = 2 },
  [OP_LONG_BINGET] = { "LONG_BINGET", .n_argument = 4 },
  [OP_LIST] = { "LIST" },
  [OP_OBJ] = { "OBJ" },
  [OP_PUT] = { "PUT", .n_lines = 1 },
  [OP_BINPUT] = { "BINPUT", .n_argument = 1 },
  [OP_LONG_BINPUT] = { "LONG_BINPUT", .n_argument = 4 },
  [OP_SETITEM] = { "SETITEM" },
  [OP_TUPLE] = { "TUPLE" },
  [OP_SETITEMS] = { "SETITEMS" },
  [OP_EMPTY_DICT] = { "EMPTY_DICT" },
  [OP_PROTO] = { "PROTO", .n_argument = 1 },
  [OP_NEWOBJ] = { "NEWOBJ" },
  [OP_EXT1] = { "EXT1", .n_argument = 1 },
  [OP_EXT2] = { "EXT2", .n_argument = 2 },
  [OP_EXT4] = { "EXT4", .n_argument = 4 },
  [OP_TUPLE1] = { "TUPLE1" },
  [OP_TUPLE2] = { "TUPLE2" },
  [OP_TUPLE3] = { "TUPLE3" },
  [OP_NEWTRUE] = { "NEWTRUE" },
  [OP_NEWFALSE] = { "NEWFALSE" },
  [OP_LONG1] = { "LONG1", .n_argument = 1, .is_counted = TRUE },
  [OP_LONG4] = { "LONG4", .n_argument = 4, .is_counted = TRUE },
  [OP_SHORT_BINUNICODE] = { "SHORT_BINUNICODE", .n_argument = 1, .is_counted = TRUE },
  [OP_BINUNICODE8] = { "BINUNICODE8", .n_argument = 8, .is_counted = TRUE },
  [OP_BINBYTES8] = { "BINBYTES8", .n_argument = 8, .is_counted = TRUE },
  [OP_EMPTY_SET] = { "EMPTY_SET" },
  [OP_ADDITEMS] = { "ADDITEMS" },
  [OP_FROZENSET] = { "FROZENSET" },
  [OP_NEWOBJ_EX] = { "NEWOBJ_EX" },
  [OP_STACK_GLOBAL] = { "STACK_GLOBAL" },
  [OP_MEMOIZE] = { "MEMOIZE" },
  [OP_FRAME] = { "FRAME", .n_argument = 8 },
  [OP_BYTEARRAY8] = { "BYTEARRAY8", .n_argument = 8, .is_counted = TRUE },
  [OP_NEXT_BUFFER] = { "NEXT_BUFFER" },
  [OP_READONLY_BUFFER] = { "READONLY_BUFFER" },
};

const char *
ts_pickle_opcode_get_name (guint8 opcode)
{
  return opcodes[opcode].name != NULL ? opcodes[opcode].name : "?";
}

guint
ts_pickle_opcode_get_argument_bytes (guint8 opcode)
{
  return opcodes[opcode].n_argument;
}

static guint64
take_argument (TsCursor *cursor, guint n_bytes)
{
  switch (n_bytes) {
  case 1:
    return ts_cursor_u8 (cursor);
  case 2:
    return ts_cursor_u16le (cursor);
  case 4:
    return ts_cursor_u32le (cursor);
  case 8:
    return ts_cursor_u64le (cursor);
  default:
    return 0;
  }
}

/* A line of text of protocol 0: whatever else it holds, there is no NUL in it. */
static gboolean
skip_line (TsCursor *cursor)
{
  gsize length;
  TsCursor before = *cursor;
  const char *line = ts_cursor_line (cursor, &length);

  if (line == NULL) {
    line = (const char *) before.data + before.pos;
    length = ts_cursor_get_remaining (&before);
  }
  return memchr (line, '\0', length) == NULL;
}

/* What an impossible opcode leaves of it: the sign of a protocol still stands, and elements of an
 * array between the opcodes are what joblib writes. */
static int
judge_contradiction (const guint8 *head, gsize n_bytes, gboolean has_protocol)
{
  if (has_protocol)
    return 60;
  return memmem (head, n_bytes, JOBLIB_NAME, strlen (JOBLIB_NAME)) != NULL ? 50 : 0;
}

int
ts_pickle_probe (const guint8 *head, gsize n_bytes, guint64 file_size)
{
  gboolean has_protocol = n_bytes >= 2 && head[0] == OP_PROTO && head[1] >= 2 && head[1] <= 5;
  gboolean has_ended = FALSE;
  guint n_opcodes = 0;
  TsCursor cursor;

  if (n_bytes == 0)
    return 0;
  ts_cursor_init (&cursor, head, n_bytes);
  while (ts_cursor_get_remaining (&cursor) > 0) {
    const Opcode *opcode = &opcodes[ts_cursor_u8 (&cursor)];
    guint64 argument;

    if (opcode->name == NULL)
      return judge_contradiction (head, n_bytes, has_protocol);
    n_opcodes++;
    if (opcode == &opcodes[OP_STOP]) {
      /* without the sign of a protocol, hardly anything may follow the end but one more pickle */
      if (has_protocol)
        return 80;
      if (n_opcodes < 2)
        return 0;
      if (file_size - cursor.pos <= 16)
        return 40;
      has_ended = TRUE;
    }
    argument = take_argument (&cursor, opcode->n_argument);
    if (cursor.failed)
      break;
    for (guint i = 0; i < opcode->n_lines; i++) {
      if (!skip_line (&cursor))
        return judge_contradiction (head, n_bytes, has_protocol);
    }
    if (opcode->is_counted) {
      if (argument > file_size - cursor.pos)
        return judge_contradiction (head, n_bytes, has_protocol);
      ts_cursor_take (&cursor, argument);
    }
  }
  /* the head went by without a contradiction; too short a head says little */
  if (has_protocol)
    return 80;
  return n_opcodes >= 8 && (has_ended || n_bytes < file_size) ? 30 : 0;
}
