/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reader/ts-pickle-value.h"

G_BEGIN_DECLS

/**
 * TsPickleLimits:
 *
 * What one pickle may use; 0 anywhere means the default.
 */
typedef struct
{
  guint64 max_opcodes;      /* 50,000,000 */
  guint64 max_memory_bytes; /* 256 MiB for values and memo */
  guint64 max_stack;        /* 8,000,000 values */
  guint64 max_marks;        /* 1,000,000 */
} TsPickleLimits;

/**
 * TsPickle:
 *
 * What one pickle says, as inert values: all opcodes of protocols 0 to 5 are interpreted, nothing
 * is executed, imported or looked up. A name becomes a GLOBAL, a call a CALL that remembers what
 * would have been called with what. Keeps its source. For one thread.
 */
typedef struct _TsPickle TsPickle;

/**
 * ts_pickle_run:
 * @offset: where in @source the pickle starts
 * @limits: (nullable)
 *
 * Interprets up to STOP. Strings above 4 KiB are not read but kept as their place in @source.
 * Errors: %TS_ERROR_CORRUPT, %TS_ERROR_TRUNCATED, %TS_ERROR_REFUSED (a limit), each with the byte
 * offset and the opcode.
 */
TsPickle *ts_pickle_run (TsSource *source,
                         guint64 offset,
                         const TsPickleLimits *limits,
                         GCancellable *cancellable,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ts_pickle_free (TsPickle *self);

TsPickleValue *ts_pickle_get_root (TsPickle *self);

/* What its values take, in bytes. */
guint64 ts_pickle_get_memory (TsPickle *self);

/* The sources that ts_pickle_open_bytes() opened, by value, so that each is opened once. */
GHashTable *ts_pickle_get_opened (TsPickle *self);

/* The offset in the source behind STOP. */
guint64 ts_pickle_get_end (TsPickle *self);

TsSource *ts_pickle_get_source (TsPickle *self);

/* All persistent ids in the order in which they were met; borrowed, elements TsPickleValue. */
GPtrArray *ts_pickle_get_persistent_ids (TsPickle *self);

/* Whether a name of the torch family was mentioned. */
gboolean ts_pickle_mentions_torch (TsPickle *self);

/**
 * ts_pickle_dup_text:
 * @value: STR or BYTES or BYTEARRAY
 * @max_bytes: at most so many of them; *@was_cut says whether there were more
 *
 * The text for people: valid UTF-8 without NUL. Old and plain bytes count as UTF-8 if they are,
 * else as latin-1. %NULL if reading failed.
 */
char *ts_pickle_dup_text (TsPickle *self,
                          const TsPickleValue *value,
                          gsize max_bytes,
                          gboolean *was_cut) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ts_pickle_open_bytes:
 * @value: bytes, or one of the calls that mean bytes: `_codecs.encode (text, 'latin1')`, bytearray
 * @expected_bytes: how many there have to be, or -1
 *
 * The bytes as a source: in memory, a window of the file, or (long texts that stand for bytes, of
 * which the length is known) decoded when first read.
 */
TsSource *ts_pickle_open_bytes (TsPickle *self,
                                const TsPickleValue *value,
                                gint64 expected_bytes,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * ts_pickle_probe:
 *
 * Whether @head can be the start of a pickle, judged by its opcodes alone: 0 no, 100 surely.
 */
int ts_pickle_probe (const guint8 *head, gsize n_bytes, guint64 file_size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsPickle, ts_pickle_free)

G_END_DECLS
