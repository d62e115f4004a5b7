/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle.h"

#include "reader/ts-pickle-machine.h"

/* The machine: one loop, an explicit stack, a memo, values from an arena. It knows opcodes and
 * nothing else; what a name could mean is left to those who read the result. */

#define CHECK_INTERVAL 65536

/* --- the loop --- */

static gboolean
check_frame (TsMachine *self, guint64 n_bytes)
{
  if (self->input.cursor.failed)
    return ts_machine_fail_input (self);
  if (n_bytes > ts_pickle_input_get_remaining (&self->input))
    return ts_machine_fail (self, TS_ERROR_TRUNCATED,
                            "a frame of %" G_GUINT64_FORMAT " bytes, but only %" G_GUINT64_FORMAT
                            " are left",
                            n_bytes, ts_pickle_input_get_remaining (&self->input));
  return TRUE;
}

static gboolean
pop_one (TsMachine *self)
{
  gsize height;

  if (self->marks->len > 0 && self->n_stack == self->fence)
    return ts_machine_pop_mark (self, &height);
  return ts_machine_pop (self) != NULL;
}

static gboolean
pop_to_mark (TsMachine *self)
{
  gsize height;

  if (!ts_machine_pop_mark (self, &height))
    return FALSE;
  self->n_stack = height;
  return TRUE;
}

static gboolean
push_binary_float (TsMachine *self)
{
  union
  {
    guint64 bits;
    double number;
  } pun;

  pun.bits = ts_cursor_u64be (&self->input.cursor);
  return ts_machine_push_float (self, pun.number);
}

static gboolean
step (TsMachine *self)
{
  TsCursor *in = &self->input.cursor;
  guint64 index;

  switch (self->opcode) {
  case OP_PROTO:
    if (ts_cursor_u8 (in) > 5)
      return ts_machine_fail (self, TS_ERROR_UNSUPPORTED, "a pickle protocol after 5");
    return TRUE;
  case OP_FRAME:
    return check_frame (self, ts_cursor_u64le (in));
  case OP_MARK:
    return ts_machine_push_mark (self);
  case OP_POP:
    return pop_one (self);
  case OP_POP_MARK:
    return pop_to_mark (self);
  case OP_DUP: {
    TsPickleValue *value = ts_machine_top (self);

    return value != NULL && ts_machine_push (self, value);
  }
  case OP_NONE:
    return ts_machine_push (self, self->none);
  case OP_NEWTRUE:
    return ts_machine_push (self, self->booleans[1]);
  case OP_NEWFALSE:
    return ts_machine_push (self, self->booleans[0]);
  case OP_BININT:
    return ts_machine_push_int (self, (gint32) ts_cursor_u32le (in));
  case OP_BININT1:
    return ts_machine_push_int (self, ts_cursor_u8 (in));
  case OP_BININT2:
    return ts_machine_push_int (self, ts_cursor_u16le (in));
  case OP_LONG1:
    return ts_machine_push_long (self, ts_cursor_u8 (in));
  case OP_LONG4:
    return ts_machine_push_long (self, (gint32) ts_cursor_u32le (in));
  case OP_INT:
  case OP_LONG:
    return ts_machine_push_int_line (self);
  case OP_BINFLOAT:
    return push_binary_float (self);
  case OP_FLOAT:
    return ts_machine_push_float_line (self);
  case OP_BINUNICODE:
    return ts_machine_push_counted (self, TS_PICKLE_STR, 0, ts_cursor_u32le (in));
  case OP_SHORT_BINUNICODE:
    return ts_machine_push_counted (self, TS_PICKLE_STR, 0, ts_cursor_u8 (in));
  case OP_BINUNICODE8:
    return ts_machine_push_counted (self, TS_PICKLE_STR, 0, ts_cursor_u64le (in));
  case OP_UNICODE:
    return ts_machine_push_unicode_line (self);
  case OP_STRING:
    return ts_machine_push_string_line (self);
  case OP_BINSTRING:
    index = ts_cursor_u32le (in);
    if (index > G_MAXINT32)
      return ts_machine_fail (self, TS_ERROR_CORRUPT, "a text has a negative length");
    return ts_machine_push_counted (self, TS_PICKLE_BYTES, TS_PICKLE_FLAG_OLD_STR, index);
  case OP_SHORT_BINSTRING:
    return ts_machine_push_counted (self, TS_PICKLE_BYTES, TS_PICKLE_FLAG_OLD_STR,
                                    ts_cursor_u8 (in));
  case OP_BINBYTES:
    return ts_machine_push_counted (self, TS_PICKLE_BYTES, 0, ts_cursor_u32le (in));
  case OP_SHORT_BINBYTES:
    return ts_machine_push_counted (self, TS_PICKLE_BYTES, 0, ts_cursor_u8 (in));
  case OP_BINBYTES8:
    return ts_machine_push_counted (self, TS_PICKLE_BYTES, 0, ts_cursor_u64le (in));
  case OP_BYTEARRAY8:
    return ts_machine_push_counted (self, TS_PICKLE_BYTEARRAY, 0, ts_cursor_u64le (in));
  case OP_EMPTY_TUPLE:
    return ts_machine_push_small_tuple (self, 0);
  case OP_TUPLE:
    return ts_machine_push_marked (self, TS_PICKLE_TUPLE);
  case OP_TUPLE1:
    return ts_machine_push_small_tuple (self, 1);
  case OP_TUPLE2:
    return ts_machine_push_small_tuple (self, 2);
  case OP_TUPLE3:
    return ts_machine_push_small_tuple (self, 3);
  case OP_EMPTY_LIST:
    return ts_machine_push (self, ts_machine_new_value (self, TS_PICKLE_LIST));
  case OP_LIST:
    return ts_machine_push_marked (self, TS_PICKLE_LIST);
  case OP_APPEND:
    return ts_machine_add_top_items (self, 1, TS_PICKLE_LIST);
  case OP_APPENDS:
    return ts_machine_add_marked_items (self, TS_PICKLE_LIST);
  case OP_EMPTY_DICT:
    return ts_machine_push (self, ts_machine_new_value (self, TS_PICKLE_DICT));
  case OP_DICT:
    return ts_machine_push_marked (self, TS_PICKLE_DICT);
  case OP_SETITEM:
    return ts_machine_add_top_items (self, 2, TS_PICKLE_DICT);
  case OP_SETITEMS:
    return ts_machine_add_marked_items (self, TS_PICKLE_DICT);
  case OP_EMPTY_SET:
    return ts_machine_push (self, ts_machine_new_value (self, TS_PICKLE_SET));
  case OP_ADDITEMS:
    return ts_machine_add_marked_items (self, TS_PICKLE_SET);
  case OP_FROZENSET:
    return ts_machine_push_marked (self, TS_PICKLE_FROZENSET);
  case OP_GLOBAL: {
    TsPickleValue *value = ts_machine_take_global_lines (self);

    return value != NULL && ts_machine_push (self, value);
  }
  case OP_STACK_GLOBAL:
    return ts_machine_push_stack_global (self);
  case OP_REDUCE:
    return ts_machine_push_reduce (self, FALSE);
  case OP_NEWOBJ:
    return ts_machine_push_reduce (self, TRUE);
  case OP_NEWOBJ_EX:
    return ts_machine_push_new_with_keywords (self);
  case OP_INST:
    return ts_machine_push_instance (self, ts_machine_take_global_lines (self));
  case OP_OBJ:
    return ts_machine_push_instance (self, NULL);
  case OP_BUILD:
    return ts_machine_build (self);
  case OP_BINPUT:
    return ts_machine_put (self, ts_cursor_u8 (in));
  case OP_LONG_BINPUT:
    return ts_machine_put (self, ts_cursor_u32le (in));
  case OP_PUT:
    return ts_machine_take_index_line (self, &index) && ts_machine_put (self, index);
  case OP_MEMOIZE:
    return ts_machine_put (self,
                           self->memo->n_items + (guint64) g_hash_table_size (self->sparse_memo));
  case OP_BINGET:
    return ts_machine_get (self, ts_cursor_u8 (in));
  case OP_LONG_BINGET:
    return ts_machine_get (self, ts_cursor_u32le (in));
  case OP_GET:
    return ts_machine_take_index_line (self, &index) && ts_machine_get (self, index);
  case OP_BINPERSID:
    return ts_machine_push_persistent (self, ts_machine_pop (self));
  case OP_PERSID:
    return ts_machine_push_persistent_line (self);
  case OP_EXT1:
    return ts_machine_push_extension (self, ts_cursor_u8 (in));
  case OP_EXT2:
    return ts_machine_push_extension (self, ts_cursor_u16le (in));
  case OP_EXT4:
    return ts_machine_push_extension (self, (gint32) ts_cursor_u32le (in));
  case OP_NEXT_BUFFER:
  case OP_READONLY_BUFFER:
    return ts_machine_fail (self, TS_ERROR_UNSUPPORTED,
                            "the pickle needs buffers that are not in the file");
  default:
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "0x%02x is no opcode of a pickle",
                            self->opcode);
  }
}

/* Up to STOP; what the pickle says is then on top of the stack. */
static gboolean
run (TsMachine *self)
{
  for (;;) {
    guint n_argument;

    if (++self->n_opcodes > self->limits.max_opcodes)
      return ts_machine_fail (self, TS_ERROR_REFUSED,
                              "the pickle has more than %" G_GUINT64_FORMAT " opcodes",
                              self->limits.max_opcodes);
    if (self->n_opcodes % CHECK_INTERVAL == 0 &&
        g_cancellable_set_error_if_cancelled (self->input.cancellable, &self->error))
      return FALSE;
    self->opcode_offset = ts_pickle_input_tell (&self->input);
    if (!ts_pickle_input_has (&self->input, 1))
      return ts_machine_fail_input (self);
    self->opcode = ts_cursor_u8 (&self->input.cursor);
    if (self->opcode == OP_STOP)
      return TRUE;
    n_argument = ts_pickle_opcode_get_argument_bytes (self->opcode);
    if (n_argument > 0 && !ts_pickle_input_has (&self->input, n_argument))
      return ts_machine_fail_input (self);
    if (!step (self))
      return FALSE;
  }
}

/* An empty stack and an empty memo. */
static gboolean
start (TsMachine *self)
{
  self->n_stack = self->fence = 0;
  self->stack_room = 64;
  self->stack = g_new (TsPickleValue *, self->stack_room);
  self->marks = g_array_new (FALSE, FALSE, sizeof (gsize));
  self->sparse_memo = g_hash_table_new (NULL, NULL);
  self->memo = ts_machine_new_value (self, TS_PICKLE_LIST);
  return self->memo != NULL;
}

static void
finish (TsMachine *self)
{
  g_hash_table_unref (self->sparse_memo);
  g_array_unref (self->marks);
  g_free (self->stack);
}

TsPickleValue *
ts_machine_run_inner (TsMachine *self)
{
  TsMachine inner = *self;
  TsPickleValue *root = NULL;

  inner.is_inner = TRUE;
  if (start (&inner) && run (&inner))
    root = ts_machine_pop (&inner);
  finish (&inner);
  self->input = inner.input;
  self->n_opcodes = inner.n_opcodes;
  self->error = inner.error;
  return root;
}

static gboolean
make_constants (TsMachine *self)
{
  self->none = ts_machine_new_value (self, TS_PICKLE_NONE);
  for (guint i = 0; i < 2; i++) {
    self->booleans[i] = ts_machine_new_value (self, TS_PICKLE_BOOL);
    if (self->booleans[i] != NULL)
      self->booleans[i]->at.integer = i;
  }
  for (guint i = 0; i < TS_MACHINE_N_SMALL_INTS; i++) {
    self->small_ints[i] = ts_machine_new_value (self, TS_PICKLE_INT);
    if (self->small_ints[i] != NULL)
      self->small_ints[i]->at.integer = i;
  }
  return self->error == NULL;
}

TsPickle *
ts_pickle_run (TsSource *source,
               guint64 offset,
               const TsPickleLimits *limits,
               GCancellable *cancellable,
               GError **error)
{
  g_autoptr (TsPickle) pickle = g_new0 (TsPickle, 1);
  TsMachine machine = { .pickle = pickle };

  g_return_val_if_fail (TS_IS_SOURCE (source), NULL);

  if (limits != NULL)
    machine.limits = *limits;
  if (machine.limits.max_opcodes == 0)
    machine.limits.max_opcodes = 50000000;
  if (machine.limits.max_memory_bytes == 0)
    machine.limits.max_memory_bytes = (guint64) 256 << 20;
  if (machine.limits.max_stack == 0)
    machine.limits.max_stack = 8000000;
  if (machine.limits.max_marks == 0)
    machine.limits.max_marks = 1000000;
  pickle->source = g_object_ref (source);
  pickle->arena = ts_pickle_arena_new (machine.limits.max_memory_bytes);
  pickle->persistent_ids = g_ptr_array_new ();
  pickle->opened = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  machine.arena = pickle->arena;
  ts_pickle_input_init (&machine.input, source, offset, cancellable);
  if (start (&machine) && make_constants (&machine) && run (&machine))
    pickle->root = ts_machine_pop (&machine);
  pickle->end = ts_pickle_input_tell (&machine.input);
  if (pickle->root == NULL)
    g_propagate_error (error, g_steal_pointer (&machine.error));
  ts_pickle_input_clear (&machine.input);
  finish (&machine);
  return pickle->root != NULL ? g_steal_pointer (&pickle) : NULL;
}

void
ts_pickle_free (TsPickle *self)
{
  if (self == NULL)
    return;
  ts_pickle_arena_free (self->arena);
  g_ptr_array_unref (self->persistent_ids);
  g_hash_table_unref (self->opened);
  g_clear_object (&self->source);
  g_free (self);
}

TsPickleValue *
ts_pickle_get_root (TsPickle *self)
{
  return self->root;
}

guint64
ts_pickle_get_memory (TsPickle *self)
{
  return ts_pickle_arena_get_used (self->arena);
}

GHashTable *
ts_pickle_get_opened (TsPickle *self)
{
  return self->opened;
}

guint64
ts_pickle_get_end (TsPickle *self)
{
  return self->end;
}

TsSource *
ts_pickle_get_source (TsPickle *self)
{
  return self->source;
}

GPtrArray *
ts_pickle_get_persistent_ids (TsPickle *self)
{
  return self->persistent_ids;
}

gboolean
ts_pickle_mentions_torch (TsPickle *self)
{
  return self->mentions_torch;
}
