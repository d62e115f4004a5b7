/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle-machine.h"

#include "reader/ts-pickle-text.h"

/* Stack, marks and memo. */

#define MAX_SPARSE_MEMO 1000000

gboolean
ts_machine_fail (TsMachine *self, TsError code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  if (self->error != NULL)
    return FALSE;
  if (self->input.error != NULL) {
    self->error = g_steal_pointer (&self->input.error);
    return FALSE;
  }
  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (&self->error, TS_ERROR, code, "%s (opcode %s at byte %" G_GUINT64_FORMAT ")",
               message, ts_pickle_opcode_get_name (self->opcode), self->opcode_offset);
  return FALSE;
}

gboolean
ts_machine_fail_memory (TsMachine *self)
{
  return ts_machine_fail (self, TS_ERROR_REFUSED, "the pickle needs more memory than it may use");
}

gboolean
ts_machine_fail_input (TsMachine *self)
{
  return ts_machine_fail (self, TS_ERROR_TRUNCATED, "the pickle ends too early");
}

/* --- stack --- */

gboolean
ts_machine_push (TsMachine *self, TsPickleValue *value)
{
  if (value == NULL)
    return ts_machine_fail_memory (self);
  if (self->n_stack == self->stack_room) {
    if (self->n_stack >= self->limits.max_stack)
      return ts_machine_fail (self, TS_ERROR_REFUSED,
                              "the pickle piles up more than %" G_GUINT64_FORMAT " values",
                              self->limits.max_stack);
    self->stack_room *= 2;
    self->stack = g_renew (TsPickleValue *, self->stack, self->stack_room);
  }
  self->stack[self->n_stack++] = value;
  return TRUE;
}

TsPickleValue *
ts_machine_pop (TsMachine *self)
{
  if (self->n_stack <= self->fence) {
    ts_machine_fail (self, TS_ERROR_CORRUPT, "the pickle takes a value where there is none");
    return NULL;
  }
  return self->stack[--self->n_stack];
}

TsPickleValue *
ts_machine_top (TsMachine *self)
{
  if (self->n_stack <= self->fence) {
    ts_machine_fail (self, TS_ERROR_CORRUPT, "the pickle takes a value where there is none");
    return NULL;
  }
  return self->stack[self->n_stack - 1];
}

gboolean
ts_machine_push_mark (TsMachine *self)
{
  if (self->marks->len >= self->limits.max_marks)
    return ts_machine_fail (self, TS_ERROR_REFUSED,
                            "the pickle sets more than %" G_GUINT64_FORMAT " marks",
                            self->limits.max_marks);
  g_array_append_val (self->marks, self->n_stack);
  self->fence = self->n_stack;
  return TRUE;
}

/* Takes the highest mark away; the values above it are `stack + *height` to the top. */
gboolean
ts_machine_pop_mark (TsMachine *self, gsize *height)
{
  if (self->marks->len == 0)
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "the pickle has no mark where it needs one");
  *height = self->fence;
  g_array_set_size (self->marks, self->marks->len - 1);
  self->fence = self->marks->len > 0 ? g_array_index (self->marks, gsize, self->marks->len - 1) : 0;
  return TRUE;
}

TsPickleValue *
ts_machine_new_value (TsMachine *self, TsPickleKind kind)
{
  TsPickleValue *value = ts_pickle_arena_new_value (self->arena, kind);

  if (value == NULL)
    ts_machine_fail_memory (self);
  return value;
}

/* --- memo --- */

gboolean
ts_machine_put (TsMachine *self, guint64 index)
{
  TsPickleValue *value = ts_machine_top (self);

  if (value == NULL)
    return FALSE;
  if (self->input.cursor.failed)
    return ts_machine_fail_input (self);
  if (index < self->memo->n_items) {
    self->memo->at.items[index] = value;
    return TRUE;
  }
  if (index == self->memo->n_items)
    return ts_pickle_arena_append (self->arena, self->memo, &value, 1) ||
           ts_machine_fail_memory (self);
  if (g_hash_table_size (self->sparse_memo) >= MAX_SPARSE_MEMO)
    return ts_machine_fail_memory (self);
  g_hash_table_insert (self->sparse_memo, GSIZE_TO_POINTER ((gsize) index), value);
  return TRUE;
}

gboolean
ts_machine_get (TsMachine *self, guint64 index)
{
  TsPickleValue *value;

  if (self->input.cursor.failed)
    return ts_machine_fail_input (self);
  if (index < self->memo->n_items)
    return ts_machine_push (self, self->memo->at.items[index]);
  value = g_hash_table_lookup (self->sparse_memo, GSIZE_TO_POINTER ((gsize) index));
  if (value == NULL)
    return ts_machine_fail (self, TS_ERROR_CORRUPT,
                            "the pickle refers to slot %" G_GUINT64_FORMAT
                            ", which it never filled",
                            index);
  return ts_machine_push (self, value);
}

gboolean
ts_machine_take_index_line (TsMachine *self, guint64 *index)
{
  gsize length;
  const char *line = ts_machine_take_line (self, &length);
  gint64 integer;
  gboolean is_big;

  if (line == NULL)
    return FALSE;
  if (!ts_pickle_text_parse_int (line, length, &integer, &is_big) || is_big || integer < 0)
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "the number of a memo slot is not a number");
  *index = (guint64) integer;
  return TRUE;
}
