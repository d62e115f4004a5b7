/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bytes/ts-source.h"
#include "reader/ts-pickle-names.h"

G_BEGIN_DECLS

/**
 * TsPickleKind:
 * @TS_PICKLE_BIGINT: an integer beyond 64 bits, kept as it was written
 * @TS_PICKLE_STR: text; UTF-8 that may hold lone surrogates
 * @TS_PICKLE_DICT: pairs in writing order: key, value, key, value; a key may stand there twice
 * @TS_PICKLE_GLOBAL: a name ("torch.nn.Linear"), never looked up
 * @TS_PICKLE_CALL: what unpickling would have made by calling something; nothing is called
 * @TS_PICKLE_PERSID: a persistent id: something that the container has to supply
 * @TS_PICKLE_EXT: an extension code
 */
typedef enum {
  TS_PICKLE_NONE,
  TS_PICKLE_BOOL,
  TS_PICKLE_INT,
  TS_PICKLE_BIGINT,
  TS_PICKLE_FLOAT,
  TS_PICKLE_STR,
  TS_PICKLE_BYTES,
  TS_PICKLE_BYTEARRAY,
  TS_PICKLE_LIST,
  TS_PICKLE_TUPLE,
  TS_PICKLE_DICT,
  TS_PICKLE_SET,
  TS_PICKLE_FROZENSET,
  TS_PICKLE_GLOBAL,
  TS_PICKLE_CALL,
  TS_PICKLE_PERSID,
  TS_PICKLE_EXT,
} TsPickleKind;

enum {
  /* bytes of Python 2, which may be meant as text */
  TS_PICKLE_FLAG_OLD_STR = 1 << 0,
  /* the bytes are not in memory: at `at.offset` of the pickle's source */
  TS_PICKLE_FLAG_REMOTE = 1 << 1,
  /* a big integer as decimal text, else as little-endian two's complement */
  TS_PICKLE_FLAG_DECIMAL = 1 << 2,
  /* being shown right now, further up: meeting it again is a cycle */
  TS_PICKLE_FLAG_ON_PATH = 1 << 3,
};

typedef struct _TsPickleValue TsPickleValue;
typedef struct _TsPickleGlobal TsPickleGlobal;
typedef struct _TsPickleCall TsPickleCall;

/**
 * TsPickleValue:
 * @n_items: of a list, tuple, set; of a dict, twice the number of pairs
 * @extra: length in bytes of text and bytes; room of a list or dict in items
 *
 * One inert value. Lives in the arena of its TsPickle. Values form a graph that may hold cycles and
 * shares at will: whoever walks it guards against both.
 */
struct _TsPickleValue
{
  guint8 kind;
  guint8 flags;
  guint32 n_items;
  union
  {
    gint64 integer;
    double number;
    const guint8 *data;
    guint64 offset;
    TsPickleValue **items;
    TsPickleValue *inner;
    const TsPickleGlobal *global;
    TsPickleCall *call;
  } at;
  guint64 extra;
};

/* Both strings are valid UTF-8 without NUL bytes. */
struct _TsPickleGlobal
{
  const char *module;
  const char *name;
  TsPickleMeaning meaning;
  gint argument; /* what the meaning needs to know: a dtype */
};

/**
 * TsPickleCall:
 * @callable: what would have been called; usually a GLOBAL
 * @args: usually a tuple
 * @kwargs: (nullable)
 * @state: (nullable): what BUILD attached
 * @items: (nullable): a list of what was appended
 * @pairs: (nullable): a dict of what was set
 * @payload: (nullable): what stood behind the state, between the opcodes: the elements of an array
 *   of joblib, as bytes, or what the pickle said that stood there
 */
struct _TsPickleCall
{
  TsPickleValue *callable;
  TsPickleValue *args;
  TsPickleValue *kwargs;
  TsPickleValue *state;
  TsPickleValue *items;
  TsPickleValue *pairs;
  TsPickleValue *payload;
  gboolean is_new; /* NEWOBJ and kin rather than REDUCE */
};

/**
 * TsPickleArena:
 *
 * Memory for values, freed as a whole, with one limit on all of it.
 */
typedef struct _TsPickleArena TsPickleArena;

TsPickleArena *ts_pickle_arena_new (guint64 max_bytes) G_GNUC_WARN_UNUSED_RESULT;
void ts_pickle_arena_free (TsPickleArena *self);

/* What has been taken so far, in bytes. */
guint64 ts_pickle_arena_get_used (TsPickleArena *self);

/* 8-byte aligned, not cleared; %NULL above the limit. */
void *ts_pickle_arena_alloc (TsPickleArena *self, gsize n_bytes);

/* %NULL above the limit; all fields but the kind are 0. */
TsPickleValue *ts_pickle_arena_new_value (TsPickleArena *self, TsPickleKind kind);

/* Adds items to a list, set or dict; %FALSE above the limit. */
gboolean ts_pickle_arena_append (TsPickleArena *self,
                                 TsPickleValue *container,
                                 TsPickleValue *const *items,
                                 gsize n_items);

static inline gboolean
ts_pickle_value_is (const TsPickleValue *value, TsPickleKind kind)
{
  return value != NULL && value->kind == kind;
}

/* A list or tuple, or one of the calls that mean such a thing (torch.Size). */
gboolean ts_pickle_value_get_sequence (const TsPickleValue *value,
                                       TsPickleValue *const **items,
                                       guint *n_items);

/* The argument of a call at @index, or %NULL. */
TsPickleValue *ts_pickle_value_get_arg (const TsPickleValue *call, guint index);
guint ts_pickle_value_get_n_args (const TsPickleValue *call);

/* The meaning of a GLOBAL or of the callable of a call; %TS_PICKLE_MEANS_NOTHING for the rest. */
TsPickleMeaning ts_pickle_value_get_meaning (const TsPickleValue *value);

/* Whether @value is what joblib puts where an array of NumPy was. */
gboolean ts_pickle_value_is_joblib_array (const TsPickleValue *value);

/* An INT, or a BOOL as 0 or 1. */
gboolean ts_pickle_value_get_int (const TsPickleValue *value, gint64 *integer);

/* Any number. */
gboolean ts_pickle_value_get_double (const TsPickleValue *value, double *number);

/* Whether @value is text (or old bytes) that equals @text. */
gboolean ts_pickle_value_equals (const TsPickleValue *value, const char *text);

/* The value of the entry of that name in a dict (the last one), or %NULL. */
TsPickleValue *ts_pickle_value_lookup (const TsPickleValue *dict, const char *key);

/* "dict", "torch.Size", "posix.system": what it is, for people. */
char *ts_pickle_value_dup_type_name (const TsPickleValue *value) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
