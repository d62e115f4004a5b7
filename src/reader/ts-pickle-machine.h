/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/ts-error.h"
#include "reader/ts-pickle-input.h"
#include "reader/ts-pickle-opcodes.h"
#include "reader/ts-pickle.h"

G_BEGIN_DECLS

/* The inside of the pickle machine, shared by the four files that it is made of: ts-pickle.c (the
 * loop), ts-pickle-machine.c (stack and memo), ts-pickle-ops.c (what opcodes push),
 * ts-pickle-joblib.c (arrays between the opcodes). Every function that returns gboolean or a
 * pointer has put an error into the machine when it gives FALSE or NULL. */

#define TS_MACHINE_N_SMALL_INTS 256

struct _TsPickle
{
  TsSource *source;
  TsPickleArena *arena;
  TsPickleValue *root;
  guint64 end;
  GPtrArray *persistent_ids;
  GHashTable *opened;
  gboolean mentions_torch;
};

typedef struct
{
  TsPickle *pickle;
  TsPickleArena *arena;
  TsPickleInput input;
  TsPickleLimits limits;

  TsPickleValue **stack;
  gsize n_stack, stack_room;
  GArray *marks; /* heights of the stack, gsize */
  gsize fence;   /* the highest mark: nothing below it can be popped */

  TsPickleValue *memo; /* a list: the slots 0, 1, 2, ... */
  GHashTable *sparse_memo;

  guint64 n_opcodes;
  gboolean is_inner; /* runs a pickle that stands inside another one */
  TsPickleValue *none, *booleans[2], *small_ints[TS_MACHINE_N_SMALL_INTS];
  guint8 opcode;
  guint64 opcode_offset;
  GError *error;
} TsMachine;

gboolean ts_machine_fail (TsMachine *self, TsError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
gboolean ts_machine_fail_memory (TsMachine *self);
gboolean ts_machine_fail_input (TsMachine *self);
gboolean ts_machine_push (TsMachine *self, TsPickleValue *value);
TsPickleValue *ts_machine_pop (TsMachine *self);
TsPickleValue *ts_machine_top (TsMachine *self);
gboolean ts_machine_push_mark (TsMachine *self);
gboolean ts_machine_pop_mark (TsMachine *self, gsize *height);
TsPickleValue *ts_machine_new_value (TsMachine *self, TsPickleKind kind);
gboolean ts_machine_put (TsMachine *self, guint64 index);
gboolean ts_machine_get (TsMachine *self, guint64 index);
gboolean ts_machine_take_index_line (TsMachine *self, guint64 *index);
gboolean ts_machine_push_int (TsMachine *self, gint64 integer);
gboolean ts_machine_push_float (TsMachine *self, double number);
gboolean ts_machine_push_copy (TsMachine *self,
                               TsPickleKind kind,
                               guint8 flags,
                               const guint8 *bytes,
                               gsize n_bytes);
gboolean
ts_machine_push_counted (TsMachine *self, TsPickleKind kind, guint8 flags, guint64 n_bytes);
gboolean ts_machine_push_long (TsMachine *self, gint64 n_bytes);
const char *ts_machine_take_line (TsMachine *self, gsize *length);
gboolean ts_machine_push_int_line (TsMachine *self);
gboolean ts_machine_push_float_line (TsMachine *self);
gboolean ts_machine_push_string_line (TsMachine *self);
gboolean ts_machine_push_unicode_line (TsMachine *self);
gboolean ts_machine_push_tuple (TsMachine *self, gsize height);
gboolean ts_machine_push_small_tuple (TsMachine *self, gsize n_items);
gboolean ts_machine_push_marked (TsMachine *self, TsPickleKind kind);
gboolean ts_machine_add_marked_items (TsMachine *self, TsPickleKind kind);
gboolean ts_machine_add_top_items (TsMachine *self, gsize n_items, TsPickleKind kind);
TsPickleValue *ts_machine_take_global_lines (TsMachine *self);
gboolean ts_machine_push_stack_global (TsMachine *self);
gboolean ts_machine_push_reduce (TsMachine *self, gboolean is_new);
gboolean ts_machine_push_new_with_keywords (TsMachine *self);
gboolean ts_machine_push_instance (TsMachine *self, TsPickleValue *class);
gboolean ts_machine_build (TsMachine *self);
gboolean ts_machine_take_joblib_array (TsMachine *self, TsPickleCall *call);
TsPickleValue *ts_machine_run_inner (TsMachine *self);
gboolean ts_machine_push_persistent (TsMachine *self, TsPickleValue *id);
gboolean ts_machine_push_persistent_line (TsMachine *self);
gboolean ts_machine_push_extension (TsMachine *self, gint64 code);

G_END_DECLS
