/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle-machine.h"
#include "reader/ts-pickle-text.h"

#include <string.h>

/* What the opcodes push: plain values, containers, names, calls. */

/* Longer ones stay in the file. Old strings may be texts, which are shown. */
#define REMOTE_BYTES     4096
#define REMOTE_OLD_BYTES (64 * 1024)

#define MAX_DIGITS     4300 /* as Python */
#define MAX_NAME_BYTES 512

/* --- plain values --- */

gboolean
ts_machine_push_int (TsMachine *self, gint64 integer)
{
  TsPickleValue *value;

  if (integer >= 0 && integer < TS_MACHINE_N_SMALL_INTS)
    return ts_machine_push (self, self->small_ints[integer]);
  value = ts_machine_new_value (self, TS_PICKLE_INT);
  if (value == NULL)
    return FALSE;
  value->at.integer = integer;
  return ts_machine_push (self, value);
}

gboolean
ts_machine_push_float (TsMachine *self, double number)
{
  TsPickleValue *value = ts_machine_new_value (self, TS_PICKLE_FLOAT);

  if (value == NULL)
    return FALSE;
  value->at.number = number;
  return ts_machine_push (self, value);
}

gboolean
ts_machine_push_copy (TsMachine *self,
                      TsPickleKind kind,
                      guint8 flags,
                      const guint8 *bytes,
                      gsize n_bytes)
{
  TsPickleValue *value = ts_machine_new_value (self, kind);
  guint8 *copy;

  if (value == NULL)
    return FALSE;
  copy = ts_pickle_arena_alloc (self->arena, n_bytes);
  if (copy == NULL)
    return ts_machine_fail_memory (self);
  if (n_bytes > 0)
    memcpy (copy, bytes, n_bytes);
  value->flags = flags;
  value->at.data = copy;
  value->extra = n_bytes;
  return ts_machine_push (self, value);
}

/* Bytes of the input, wherever they can stay. */
gboolean
ts_machine_push_counted (TsMachine *self, TsPickleKind kind, guint8 flags, guint64 n_bytes)
{
  gsize max_bytes = (flags & TS_PICKLE_FLAG_OLD_STR) != 0 ? REMOTE_OLD_BYTES : REMOTE_BYTES;
  TsPickleValue *value;
  const guint8 *bytes;

  if (self->input.cursor.failed)
    return ts_machine_fail_input (self);
  if (n_bytes > max_bytes && !ts_pickle_input_is_memory (&self->input)) {
    guint64 offset = ts_pickle_input_tell (&self->input);

    if (!ts_pickle_input_skip (&self->input, n_bytes))
      return ts_machine_fail_input (self);
    value = ts_machine_new_value (self, kind);
    if (value == NULL)
      return FALSE;
    value->flags = flags | TS_PICKLE_FLAG_REMOTE;
    value->at.offset = offset;
    value->extra = n_bytes;
    return ts_machine_push (self, value);
  }
  if (ts_pickle_input_is_memory (&self->input)) {
    if (!ts_pickle_input_has (&self->input, 0) ||
        n_bytes > ts_pickle_input_get_remaining (&self->input)) {
      ts_pickle_input_skip (&self->input, n_bytes);
      return ts_machine_fail_input (self);
    }
    bytes = ts_cursor_take (&self->input.cursor, n_bytes);
  } else {
    bytes = ts_pickle_input_take (&self->input, n_bytes);
  }
  if (bytes == NULL)
    return ts_machine_fail_input (self);
  if (kind == TS_PICKLE_STR && !ts_pickle_text_is_valid (bytes, (gsize) n_bytes))
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "a text of the pickle is not UTF-8");
  if (!ts_pickle_input_is_memory (&self->input))
    return ts_machine_push_copy (self, kind, flags, bytes, (gsize) n_bytes);
  value = ts_machine_new_value (self, kind);
  if (value == NULL)
    return FALSE;
  value->flags = flags;
  value->at.data = bytes;
  value->extra = n_bytes;
  return ts_machine_push (self, value);
}

/* How many of the bytes of a two's complement number say something: the others repeat the sign. */
static gsize
trim_long (const guint8 *bytes, gsize n_bytes)
{
  while (n_bytes > 1 && ((bytes[n_bytes - 1] == 0 && bytes[n_bytes - 2] < 0x80) ||
                         (bytes[n_bytes - 1] == 0xff && bytes[n_bytes - 2] >= 0x80)))
    n_bytes--;
  return n_bytes;
}

gboolean
ts_machine_push_long (TsMachine *self, gint64 n_bytes)
{
  const guint8 *bytes;
  guint64 bits = 0;
  gsize length;

  if (self->input.cursor.failed)
    return ts_machine_fail_input (self);
  if (n_bytes < 0)
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "an integer has the length %" G_GINT64_FORMAT,
                            n_bytes);
  if (n_bytes > 255)
    return ts_machine_push_counted (self, TS_PICKLE_BIGINT, 0, (guint64) n_bytes);
  bytes = ts_pickle_input_take (&self->input, (guint64) n_bytes);
  if (bytes == NULL)
    return ts_machine_fail_input (self);
  length = trim_long (bytes, (gsize) n_bytes);
  if (length > 8)
    return ts_machine_push_copy (self, TS_PICKLE_BIGINT, 0, bytes, length);
  for (gsize i = 0; i < length; i++)
    bits |= (guint64) bytes[i] << (8 * i);
  if (length > 0 && length < 8 && (bytes[length - 1] & 0x80) != 0)
    bits |= ~(guint64) 0 << (8 * length);
  return ts_machine_push_int (self, (gint64) bits);
}

const char *
ts_machine_take_line (TsMachine *self, gsize *length)
{
  const char *line = ts_pickle_input_line (&self->input, length);

  if (line == NULL)
    ts_machine_fail_input (self);
  return line;
}

gboolean
ts_machine_push_int_line (TsMachine *self)
{
  gsize length;
  const char *line = ts_machine_take_line (self, &length);
  gint64 integer;
  gboolean is_big;

  if (line == NULL)
    return FALSE;
  if (self->opcode == OP_INT && length == 2 && line[0] == '0' && (line[1] == '0' || line[1] == '1'))
    return ts_machine_push (self, self->booleans[line[1] - '0']);
  if (self->opcode == OP_LONG && length > 0 && line[length - 1] == 'L')
    length--;
  if (length > MAX_DIGITS)
    return ts_machine_fail (self, TS_ERROR_REFUSED, "an integer of %" G_GSIZE_FORMAT " digits",
                            length);
  if (!ts_pickle_text_parse_int (line, length, &integer, &is_big))
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "an integer is not a decimal number");
  if (is_big)
    return ts_machine_push_copy (self, TS_PICKLE_BIGINT, TS_PICKLE_FLAG_DECIMAL,
                                 (const guint8 *) line, length);
  return ts_machine_push_int (self, integer);
}

gboolean
ts_machine_push_float_line (TsMachine *self)
{
  gsize length;
  const char *line = ts_machine_take_line (self, &length);
  double number;

  if (line == NULL)
    return FALSE;
  if (!ts_pickle_text_parse_double (line, length, &number))
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "a float is not a number");
  return ts_machine_push_float (self, number);
}

gboolean
ts_machine_push_string_line (TsMachine *self)
{
  gsize length, n_bytes;
  const char *line = ts_machine_take_line (self, &length);
  g_autofree guint8 *bytes = NULL;

  if (line == NULL)
    return FALSE;
  while (length > 0 && g_ascii_isspace (line[length - 1]))
    length--;
  if (length < 2 || (line[0] != '\'' && line[0] != '"') || line[length - 1] != line[0])
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "a text is not in quotes");
  bytes = g_malloc (length);
  if (!ts_pickle_text_unescape ((const guint8 *) line + 1, length - 2, bytes, &n_bytes))
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "a text has a broken escape");
  return ts_machine_push_copy (self, TS_PICKLE_BYTES, TS_PICKLE_FLAG_OLD_STR, bytes, n_bytes);
}

gboolean
ts_machine_push_unicode_line (TsMachine *self)
{
  gsize length, n_bytes;
  const char *line = ts_machine_take_line (self, &length);
  g_autofree guint8 *bytes = NULL;

  if (line == NULL)
    return FALSE;
  bytes = g_malloc (2 * length + 1);
  if (!ts_pickle_text_unescape_unicode ((const guint8 *) line, length, bytes, &n_bytes))
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "a text has a broken escape");
  return ts_machine_push_copy (self, TS_PICKLE_STR, 0, bytes, n_bytes);
}

/* --- containers --- */

gboolean
ts_machine_push_tuple (TsMachine *self, gsize height)
{
  TsPickleValue *value = ts_machine_new_value (self, TS_PICKLE_TUPLE);
  gsize n_items = self->n_stack - height;

  if (value == NULL)
    return FALSE;
  if (n_items > 0) {
    value->at.items = ts_pickle_arena_alloc (self->arena, n_items * sizeof (TsPickleValue *));
    if (value->at.items == NULL)
      return ts_machine_fail_memory (self);
    memcpy (value->at.items, self->stack + height, n_items * sizeof (TsPickleValue *));
  }
  value->n_items = (guint32) n_items;
  self->n_stack = height;
  return ts_machine_push (self, value);
}

gboolean
ts_machine_push_small_tuple (TsMachine *self, gsize n_items)
{
  if (self->n_stack - self->fence < n_items)
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "the pickle takes a value where there is none");
  return ts_machine_push_tuple (self, self->n_stack - n_items);
}

gboolean
ts_machine_push_marked (TsMachine *self, TsPickleKind kind)
{
  TsPickleValue *value;
  gsize height;

  if (!ts_machine_pop_mark (self, &height))
    return FALSE;
  if (kind == TS_PICKLE_TUPLE)
    return ts_machine_push_tuple (self, height);
  if (kind == TS_PICKLE_DICT && (self->n_stack - height) % 2 != 0)
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "a dict has a key without a value");
  value = ts_machine_new_value (self, kind);
  if (value == NULL)
    return FALSE;
  if (!ts_pickle_arena_append (self->arena, value, self->stack + height, self->n_stack - height))
    return ts_machine_fail_memory (self);
  self->n_stack = height;
  return ts_machine_push (self, value);
}

/* What items of @kind are added to when they are added to @target: itself, or for a call the
 * record of such items. */
static TsPickleValue *
get_collector (TsMachine *self, TsPickleValue *target, TsPickleKind kind)
{
  TsPickleValue **slot;

  if (target->kind == kind)
    return target;
  if (target->kind != TS_PICKLE_CALL) {
    g_autofree char *type_name = ts_pickle_value_dup_type_name (target);

    ts_machine_fail (self, TS_ERROR_CORRUPT,
                     "the pickle adds items to something that takes none (%s)", type_name);
    return NULL;
  }
  slot = kind == TS_PICKLE_DICT ? &target->at.call->pairs : &target->at.call->items;
  if (*slot == NULL)
    *slot = ts_machine_new_value (self, kind == TS_PICKLE_DICT ? TS_PICKLE_DICT : TS_PICKLE_LIST);
  return *slot;
}

/* Adds everything above @height to the value right below it. */
static gboolean
add_items (TsMachine *self, gsize height, TsPickleKind kind)
{
  TsPickleValue *collector;
  gsize n_items = self->n_stack - height;

  if (height <= self->fence)
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "the pickle takes a value where there is none");
  if (kind == TS_PICKLE_DICT && n_items % 2 != 0)
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "a dict has a key without a value");
  collector = get_collector (self, self->stack[height - 1], kind);
  if (collector == NULL)
    return FALSE;
  if (!ts_pickle_arena_append (self->arena, collector, self->stack + height, n_items))
    return ts_machine_fail_memory (self);
  self->n_stack = height;
  return TRUE;
}

gboolean
ts_machine_add_marked_items (TsMachine *self, TsPickleKind kind)
{
  gsize height = 0;

  return ts_machine_pop_mark (self, &height) && add_items (self, height, kind);
}

gboolean
ts_machine_add_top_items (TsMachine *self, gsize n_items, TsPickleKind kind)
{
  if (self->n_stack - self->fence <= n_items)
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "the pickle takes a value where there is none");
  return add_items (self, self->n_stack - n_items, kind);
}

/* --- names and calls --- */

static char *
copy_name (TsMachine *self, const guint8 *text, gsize length)
{
  g_autofree char *clean = ts_pickle_text_for_people (text, MIN (length, MAX_NAME_BYTES), FALSE);
  gsize n_bytes = strlen (clean) + 1;
  char *copy = ts_pickle_arena_alloc (self->arena, n_bytes);

  if (copy == NULL) {
    ts_machine_fail_memory (self);
    return NULL;
  }
  return memcpy (copy, clean, n_bytes);
}

static TsPickleValue *
new_global (TsMachine *self, char *module, char *name)
{
  TsPickleValue *value = ts_machine_new_value (self, TS_PICKLE_GLOBAL);
  TsPickleGlobal *global = ts_pickle_arena_alloc (self->arena, sizeof *global);

  if (value == NULL || global == NULL || module == NULL || name == NULL) {
    ts_machine_fail_memory (self);
    return NULL;
  }
  global->module = module;
  global->name = name;
  global->meaning = ts_pickle_find_meaning (module, name, &global->argument);
  if (g_str_has_prefix (module, "torch"))
    self->pickle->mentions_torch = TRUE;
  value->at.global = global;
  return value;
}

TsPickleValue *
ts_machine_take_global_lines (TsMachine *self)
{
  gsize length;
  const char *line = ts_machine_take_line (self, &length);
  char *module, *name;

  if (line == NULL)
    return NULL;
  module = copy_name (self, (const guint8 *) line, length);
  line = ts_machine_take_line (self, &length);
  if (line == NULL)
    return NULL;
  name = copy_name (self, (const guint8 *) line, length);
  return new_global (self, module, name);
}

gboolean
ts_machine_push_stack_global (TsMachine *self)
{
  TsPickleValue *name = ts_machine_pop (self);
  TsPickleValue *module = name != NULL ? ts_machine_pop (self) : NULL;

  if (module == NULL)
    return FALSE;
  if (name->kind != TS_PICKLE_STR || module->kind != TS_PICKLE_STR ||
      ((name->flags | module->flags) & TS_PICKLE_FLAG_REMOTE) != 0)
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "a name of the pickle is not a text");
  return ts_machine_push (self,
                          new_global (self,
                                      copy_name (self, module->at.data, (gsize) module->extra),
                                      copy_name (self, name->at.data, (gsize) name->extra)));
}

static gboolean
push_call (TsMachine *self,
           TsPickleValue *callable,
           TsPickleValue *args,
           TsPickleValue *kwargs,
           gboolean is_new)
{
  TsPickleValue *value;
  TsPickleCall *call;

  if (callable == NULL || args == NULL)
    return FALSE;
  value = ts_machine_new_value (self, TS_PICKLE_CALL);
  call = ts_pickle_arena_alloc (self->arena, sizeof *call);
  if (value == NULL || call == NULL)
    return ts_machine_fail_memory (self);
  *call = (TsPickleCall){ .callable = callable, .args = args, .kwargs = kwargs, .is_new = is_new };
  value->at.call = call;
  return ts_machine_push (self, value);
}

gboolean
ts_machine_push_reduce (TsMachine *self, gboolean is_new)
{
  TsPickleValue *args = ts_machine_pop (self);
  TsPickleValue *callable = args != NULL ? ts_machine_pop (self) : NULL;

  return push_call (self, callable, args, NULL, is_new);
}

gboolean
ts_machine_push_new_with_keywords (TsMachine *self)
{
  TsPickleValue *kwargs = ts_machine_pop (self);
  TsPickleValue *args = kwargs != NULL ? ts_machine_pop (self) : NULL;
  TsPickleValue *callable = args != NULL ? ts_machine_pop (self) : NULL;

  return push_call (self, callable, args, kwargs, TRUE);
}

/* INST: the class from two lines, OBJ: the class as first value above the mark. */
gboolean
ts_machine_push_instance (TsMachine *self, TsPickleValue *class)
{
  TsPickleValue *args;
  gsize height = 0;

  if ((self->opcode == OP_INST && class == NULL) || !ts_machine_pop_mark (self, &height))
    return FALSE;
  if (class == NULL) {
    if (height == self->n_stack)
      return ts_machine_fail (self, TS_ERROR_CORRUPT, "an object has no class");
    class = self->stack[height];
    memmove (self->stack + height, self->stack + height + 1,
             (self->n_stack - height - 1) * sizeof (TsPickleValue *));
    self->n_stack--;
  }
  if (!ts_machine_push_tuple (self, height))
    return FALSE;
  args = ts_machine_pop (self);
  return push_call (self, class, args, NULL, TRUE);
}

gboolean
ts_machine_build (TsMachine *self)
{
  TsPickleValue *state = ts_machine_pop (self);
  TsPickleValue *object = state != NULL ? ts_machine_top (self) : NULL;

  if (object == NULL)
    return FALSE;
  if (object->kind == TS_PICKLE_CALL) {
    object->at.call->state = state;
    return self->is_inner || !ts_pickle_value_is_joblib_array (object) ||
           ts_machine_take_joblib_array (self, object->at.call);
  }
  if (object->kind == TS_PICKLE_GLOBAL || object->kind == TS_PICKLE_PERSID ||
      object->kind == TS_PICKLE_EXT)
    return TRUE;
  return ts_machine_fail (self, TS_ERROR_CORRUPT,
                          "the pickle gives a state to something that takes none");
}

gboolean
ts_machine_push_persistent (TsMachine *self, TsPickleValue *id)
{
  TsPickleValue *value;

  if (id == NULL)
    return FALSE;
  value = ts_machine_new_value (self, TS_PICKLE_PERSID);
  if (value == NULL)
    return FALSE;
  value->at.inner = id;
  g_ptr_array_add (self->pickle->persistent_ids, value);
  return ts_machine_push (self, value);
}

gboolean
ts_machine_push_persistent_line (TsMachine *self)
{
  gsize length;
  const char *line = ts_machine_take_line (self, &length);

  if (line == NULL)
    return FALSE;
  if (!ts_machine_push_copy (self, TS_PICKLE_BYTES, TS_PICKLE_FLAG_OLD_STR, (const guint8 *) line,
                             length))
    return FALSE;
  return ts_machine_push_persistent (self, ts_machine_pop (self));
}

gboolean
ts_machine_push_extension (TsMachine *self, gint64 code)
{
  TsPickleValue *value;

  if (self->input.cursor.failed)
    return ts_machine_fail_input (self);
  value = ts_machine_new_value (self, TS_PICKLE_EXT);
  if (value == NULL)
    return FALSE;
  value->at.integer = code;
  return ts_machine_push (self, value);
}
