/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle.h"

#include "base/ts-error.h"
#include "reader/ts-pickle-input.h"
#include "reader/ts-pickle-opcodes.h"
#include "reader/ts-pickle-text.h"

#include <string.h>

/* The machine: one loop, an explicit stack, a memo, values from an arena. It knows opcodes and
 * nothing else; what a name could mean is left to those who read the result. */

#define REMOTE_BYTES    (64 * 1024)
#define MAX_DIGITS      4300 /* as Python */
#define MAX_SPARSE_MEMO 1000000
#define MAX_NAME_BYTES  512
#define N_SMALL_INTS    256
#define CHECK_INTERVAL  65536

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

  TsPickleValue *none, *booleans[2], *small_ints[N_SMALL_INTS];
  guint8 opcode;
  guint64 opcode_offset;
  GError *error;
} Machine;

static gboolean fail (Machine *self, TsError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
fail (Machine *self, TsError code, const char *format, ...)
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

static gboolean
fail_memory (Machine *self)
{
  return fail (self, TS_ERROR_REFUSED, "the pickle needs more memory than it may use");
}

static gboolean
fail_input (Machine *self)
{
  return fail (self, TS_ERROR_TRUNCATED, "the pickle ends too early");
}

/* --- stack --- */

static gboolean
push (Machine *self, TsPickleValue *value)
{
  if (value == NULL)
    return fail_memory (self);
  if (self->n_stack == self->stack_room) {
    if (self->n_stack >= self->limits.max_stack)
      return fail (self, TS_ERROR_REFUSED,
                   "the pickle piles up more than %" G_GUINT64_FORMAT " values",
                   self->limits.max_stack);
    self->stack_room = MAX (64, self->stack_room * 2);
    self->stack = g_renew (TsPickleValue *, self->stack, self->stack_room);
  }
  self->stack[self->n_stack++] = value;
  return TRUE;
}

static TsPickleValue *
pop (Machine *self)
{
  if (self->n_stack <= self->fence) {
    fail (self, TS_ERROR_CORRUPT, "the pickle takes a value where there is none");
    return NULL;
  }
  return self->stack[--self->n_stack];
}

static TsPickleValue *
top (Machine *self)
{
  if (self->n_stack <= self->fence) {
    fail (self, TS_ERROR_CORRUPT, "the pickle takes a value where there is none");
    return NULL;
  }
  return self->stack[self->n_stack - 1];
}

static gboolean
push_mark (Machine *self)
{
  if (self->marks->len >= self->limits.max_marks)
    return fail (self, TS_ERROR_REFUSED, "the pickle sets more than %" G_GUINT64_FORMAT " marks",
                 self->limits.max_marks);
  g_array_append_val (self->marks, self->n_stack);
  self->fence = self->n_stack;
  return TRUE;
}

/* Takes the highest mark away; the values above it are `stack + *height` to the top. */
static gboolean
pop_mark (Machine *self, gsize *height)
{
  if (self->marks->len == 0)
    return fail (self, TS_ERROR_CORRUPT, "the pickle has no mark where it needs one");
  *height = self->fence;
  g_array_set_size (self->marks, self->marks->len - 1);
  self->fence = self->marks->len > 0 ? g_array_index (self->marks, gsize, self->marks->len - 1) : 0;
  return TRUE;
}

static TsPickleValue *
new_value (Machine *self, TsPickleKind kind)
{
  TsPickleValue *value = ts_pickle_arena_new_value (self->arena, kind);

  if (value == NULL)
    fail_memory (self);
  return value;
}

/* --- plain values --- */

static gboolean
push_int (Machine *self, gint64 integer)
{
  TsPickleValue *value;

  if (integer >= 0 && integer < N_SMALL_INTS)
    return push (self, self->small_ints[integer]);
  value = new_value (self, TS_PICKLE_INT);
  if (value == NULL)
    return FALSE;
  value->at.integer = integer;
  return push (self, value);
}

static gboolean
push_float (Machine *self, double number)
{
  TsPickleValue *value = new_value (self, TS_PICKLE_FLOAT);

  if (value == NULL)
    return FALSE;
  value->at.number = number;
  return push (self, value);
}

static gboolean
push_copy (Machine *self, TsPickleKind kind, guint8 flags, const guint8 *bytes, gsize n_bytes)
{
  TsPickleValue *value = new_value (self, kind);
  guint8 *copy;

  if (value == NULL)
    return FALSE;
  copy = ts_pickle_arena_alloc (self->arena, n_bytes);
  if (copy == NULL)
    return fail_memory (self);
  if (n_bytes > 0)
    memcpy (copy, bytes, n_bytes);
  value->flags = flags;
  value->at.data = copy;
  value->extra = n_bytes;
  return push (self, value);
}

/* Bytes of the input, wherever they can stay. */
static gboolean
push_counted (Machine *self, TsPickleKind kind, guint8 flags, guint64 n_bytes)
{
  TsPickleValue *value;
  const guint8 *bytes;

  if (self->input.cursor.failed)
    return fail_input (self);
  if (n_bytes > REMOTE_BYTES && !ts_pickle_input_is_memory (&self->input)) {
    guint64 offset = ts_pickle_input_tell (&self->input);

    if (!ts_pickle_input_skip (&self->input, n_bytes))
      return fail_input (self);
    value = new_value (self, kind);
    if (value == NULL)
      return FALSE;
    value->flags = flags | TS_PICKLE_FLAG_REMOTE;
    value->at.offset = offset;
    value->extra = n_bytes;
    return push (self, value);
  }
  if (ts_pickle_input_is_memory (&self->input)) {
    if (!ts_pickle_input_has (&self->input, 0) ||
        n_bytes > ts_pickle_input_get_remaining (&self->input)) {
      ts_pickle_input_skip (&self->input, n_bytes);
      return fail_input (self);
    }
    bytes = ts_cursor_take (&self->input.cursor, n_bytes);
  } else {
    bytes = ts_pickle_input_take (&self->input, n_bytes);
  }
  if (bytes == NULL)
    return fail_input (self);
  if (kind == TS_PICKLE_STR && !ts_pickle_text_is_valid (bytes, (gsize) n_bytes))
    return fail (self, TS_ERROR_CORRUPT, "a text of the pickle is not UTF-8");
  if (!ts_pickle_input_is_memory (&self->input))
    return push_copy (self, kind, flags, bytes, (gsize) n_bytes);
  value = new_value (self, kind);
  if (value == NULL)
    return FALSE;
  value->flags = flags;
  value->at.data = bytes;
  value->extra = n_bytes;
  return push (self, value);
}

static gboolean
push_long (Machine *self, gint64 n_bytes)
{
  const guint8 *bytes;
  guint64 bits = 0;

  if (self->input.cursor.failed)
    return fail_input (self);
  if (n_bytes < 0)
    return fail (self, TS_ERROR_CORRUPT, "an integer has the length %" G_GINT64_FORMAT, n_bytes);
  if (n_bytes > 8)
    return push_counted (self, TS_PICKLE_BIGINT, 0, (guint64) n_bytes);
  bytes = ts_pickle_input_take (&self->input, (guint64) n_bytes);
  if (bytes == NULL)
    return fail_input (self);
  for (gint64 i = 0; i < n_bytes; i++)
    bits |= (guint64) bytes[i] << (8 * i);
  if (n_bytes > 0 && n_bytes < 8 && (bytes[n_bytes - 1] & 0x80) != 0)
    bits |= ~(guint64) 0 << (8 * n_bytes);
  return push_int (self, (gint64) bits);
}

static const char *
take_line (Machine *self, gsize *length)
{
  const char *line = ts_pickle_input_line (&self->input, length);

  if (line == NULL)
    fail_input (self);
  return line;
}

static gboolean
push_int_line (Machine *self)
{
  gsize length;
  const char *line = take_line (self, &length);
  gint64 integer;
  gboolean is_big;

  if (line == NULL)
    return FALSE;
  if (self->opcode == OP_INT && length == 2 && line[0] == '0' && (line[1] == '0' || line[1] == '1'))
    return push (self, self->booleans[line[1] - '0']);
  if (self->opcode == OP_LONG && length > 0 && line[length - 1] == 'L')
    length--;
  if (length > MAX_DIGITS)
    return fail (self, TS_ERROR_REFUSED, "an integer of %" G_GSIZE_FORMAT " digits", length);
  if (!ts_pickle_text_parse_int (line, length, &integer, &is_big))
    return fail (self, TS_ERROR_CORRUPT, "an integer is not a decimal number");
  if (is_big)
    return push_copy (self, TS_PICKLE_BIGINT, TS_PICKLE_FLAG_DECIMAL, (const guint8 *) line,
                      length);
  return push_int (self, integer);
}

static gboolean
push_float_line (Machine *self)
{
  gsize length;
  const char *line = take_line (self, &length);
  double number;

  if (line == NULL)
    return FALSE;
  if (!ts_pickle_text_parse_double (line, length, &number))
    return fail (self, TS_ERROR_CORRUPT, "a float is not a number");
  return push_float (self, number);
}

static gboolean
push_string_line (Machine *self)
{
  gsize length, n_bytes;
  const char *line = take_line (self, &length);
  g_autofree guint8 *bytes = NULL;

  if (line == NULL)
    return FALSE;
  while (length > 0 && g_ascii_isspace (line[length - 1]))
    length--;
  if (length < 2 || (line[0] != '\'' && line[0] != '"') || line[length - 1] != line[0])
    return fail (self, TS_ERROR_CORRUPT, "a text is not in quotes");
  bytes = g_malloc (length);
  if (!ts_pickle_text_unescape ((const guint8 *) line + 1, length - 2, bytes, &n_bytes))
    return fail (self, TS_ERROR_CORRUPT, "a text has a broken escape");
  return push_copy (self, TS_PICKLE_BYTES, TS_PICKLE_FLAG_OLD_STR, bytes, n_bytes);
}

static gboolean
push_unicode_line (Machine *self)
{
  gsize length, n_bytes;
  const char *line = take_line (self, &length);
  g_autofree guint8 *bytes = NULL;

  if (line == NULL)
    return FALSE;
  bytes = g_malloc (2 * length + 1);
  if (!ts_pickle_text_unescape_unicode ((const guint8 *) line, length, bytes, &n_bytes))
    return fail (self, TS_ERROR_CORRUPT, "a text has a broken escape");
  return push_copy (self, TS_PICKLE_STR, 0, bytes, n_bytes);
}

/* --- containers --- */

static gboolean
push_tuple (Machine *self, gsize height)
{
  TsPickleValue *value = new_value (self, TS_PICKLE_TUPLE);
  gsize n_items = self->n_stack - height;

  if (value == NULL)
    return FALSE;
  if (n_items > 0) {
    value->at.items = ts_pickle_arena_alloc (self->arena, n_items * sizeof (TsPickleValue *));
    if (value->at.items == NULL)
      return fail_memory (self);
    memcpy (value->at.items, self->stack + height, n_items * sizeof (TsPickleValue *));
  }
  value->n_items = (guint32) n_items;
  self->n_stack = height;
  return push (self, value);
}

static gboolean
push_small_tuple (Machine *self, gsize n_items)
{
  if (self->n_stack - self->fence < n_items)
    return fail (self, TS_ERROR_CORRUPT, "the pickle takes a value where there is none");
  return push_tuple (self, self->n_stack - n_items);
}

static gboolean
push_marked (Machine *self, TsPickleKind kind)
{
  TsPickleValue *value;
  gsize height;

  if (!pop_mark (self, &height))
    return FALSE;
  if (kind == TS_PICKLE_TUPLE)
    return push_tuple (self, height);
  if (kind == TS_PICKLE_DICT && (self->n_stack - height) % 2 != 0)
    return fail (self, TS_ERROR_CORRUPT, "a dict has a key without a value");
  value = new_value (self, kind);
  if (value == NULL)
    return FALSE;
  if (!ts_pickle_arena_append (self->arena, value, self->stack + height, self->n_stack - height))
    return fail_memory (self);
  self->n_stack = height;
  return push (self, value);
}

/* What items of @kind are added to when they are added to @target: itself, or for a call the
 * record of such items. */
static TsPickleValue *
get_collector (Machine *self, TsPickleValue *target, TsPickleKind kind)
{
  TsPickleValue **slot;

  if (target->kind == kind)
    return target;
  if (target->kind != TS_PICKLE_CALL) {
    g_autofree char *type_name = ts_pickle_value_dup_type_name (target);

    fail (self, TS_ERROR_CORRUPT, "the pickle adds items to something that takes none (%s)",
          type_name);
    return NULL;
  }
  slot = kind == TS_PICKLE_DICT ? &target->at.call->pairs : &target->at.call->items;
  if (*slot == NULL)
    *slot = new_value (self, kind == TS_PICKLE_DICT ? TS_PICKLE_DICT : TS_PICKLE_LIST);
  return *slot;
}

/* Adds everything above @height to the value right below it. */
static gboolean
add_items (Machine *self, gsize height, TsPickleKind kind)
{
  TsPickleValue *collector;
  gsize n_items = self->n_stack - height;

  if (height <= self->fence)
    return fail (self, TS_ERROR_CORRUPT, "the pickle takes a value where there is none");
  if (kind == TS_PICKLE_DICT && n_items % 2 != 0)
    return fail (self, TS_ERROR_CORRUPT, "a dict has a key without a value");
  collector = get_collector (self, self->stack[height - 1], kind);
  if (collector == NULL)
    return FALSE;
  if (!ts_pickle_arena_append (self->arena, collector, self->stack + height, n_items))
    return fail_memory (self);
  self->n_stack = height;
  return TRUE;
}

static gboolean
add_marked_items (Machine *self, TsPickleKind kind)
{
  gsize height = 0;

  return pop_mark (self, &height) && add_items (self, height, kind);
}

static gboolean
add_top_items (Machine *self, gsize n_items, TsPickleKind kind)
{
  if (self->n_stack - self->fence <= n_items)
    return fail (self, TS_ERROR_CORRUPT, "the pickle takes a value where there is none");
  return add_items (self, self->n_stack - n_items, kind);
}

/* --- names and calls --- */

static char *
copy_name (Machine *self, const guint8 *text, gsize length)
{
  g_autofree char *clean = ts_pickle_text_for_people (text, MIN (length, MAX_NAME_BYTES), FALSE);
  gsize n_bytes = strlen (clean) + 1;
  char *copy = ts_pickle_arena_alloc (self->arena, n_bytes);

  if (copy == NULL) {
    fail_memory (self);
    return NULL;
  }
  return memcpy (copy, clean, n_bytes);
}

static TsPickleValue *
new_global (Machine *self, char *module, char *name)
{
  TsPickleValue *value = new_value (self, TS_PICKLE_GLOBAL);
  TsPickleGlobal *global = ts_pickle_arena_alloc (self->arena, sizeof *global);

  if (value == NULL || global == NULL || module == NULL || name == NULL) {
    fail_memory (self);
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

static TsPickleValue *
take_global_lines (Machine *self)
{
  gsize length;
  const char *line = take_line (self, &length);
  char *module, *name;

  if (line == NULL)
    return NULL;
  module = copy_name (self, (const guint8 *) line, length);
  line = take_line (self, &length);
  if (line == NULL)
    return NULL;
  name = copy_name (self, (const guint8 *) line, length);
  return new_global (self, module, name);
}

static gboolean
push_stack_global (Machine *self)
{
  TsPickleValue *name = pop (self);
  TsPickleValue *module = name != NULL ? pop (self) : NULL;

  if (module == NULL)
    return FALSE;
  if (name->kind != TS_PICKLE_STR || module->kind != TS_PICKLE_STR ||
      ((name->flags | module->flags) & TS_PICKLE_FLAG_REMOTE) != 0)
    return fail (self, TS_ERROR_CORRUPT, "a name of the pickle is not a text");
  return push (self, new_global (self, copy_name (self, module->at.data, (gsize) module->extra),
                                 copy_name (self, name->at.data, (gsize) name->extra)));
}

static gboolean
push_call (Machine *self,
           TsPickleValue *callable,
           TsPickleValue *args,
           TsPickleValue *kwargs,
           gboolean is_new)
{
  TsPickleValue *value;
  TsPickleCall *call;

  if (callable == NULL || args == NULL)
    return FALSE;
  value = new_value (self, TS_PICKLE_CALL);
  call = ts_pickle_arena_alloc (self->arena, sizeof *call);
  if (value == NULL || call == NULL)
    return fail_memory (self);
  *call = (TsPickleCall){ .callable = callable, .args = args, .kwargs = kwargs, .is_new = is_new };
  value->at.call = call;
  return push (self, value);
}

static gboolean
push_reduce (Machine *self, gboolean is_new)
{
  TsPickleValue *args = pop (self);
  TsPickleValue *callable = args != NULL ? pop (self) : NULL;

  return push_call (self, callable, args, NULL, is_new);
}

static gboolean
push_new_with_keywords (Machine *self)
{
  TsPickleValue *kwargs = pop (self);
  TsPickleValue *args = kwargs != NULL ? pop (self) : NULL;
  TsPickleValue *callable = args != NULL ? pop (self) : NULL;

  return push_call (self, callable, args, kwargs, TRUE);
}

/* INST: the class from two lines, OBJ: the class as first value above the mark. */
static gboolean
push_instance (Machine *self, TsPickleValue *class)
{
  TsPickleValue *args;
  gsize height = 0;

  if ((self->opcode == OP_INST && class == NULL) || !pop_mark (self, &height))
    return FALSE;
  if (class == NULL) {
    if (height == self->n_stack)
      return fail (self, TS_ERROR_CORRUPT, "an object has no class");
    class = self->stack[height];
    memmove (self->stack + height, self->stack + height + 1,
             (self->n_stack - height - 1) * sizeof (TsPickleValue *));
    self->n_stack--;
  }
  if (!push_tuple (self, height))
    return FALSE;
  args = pop (self);
  return push_call (self, class, args, NULL, TRUE);
}

static gboolean
build (Machine *self)
{
  TsPickleValue *state = pop (self);
  TsPickleValue *object = state != NULL ? top (self) : NULL;

  if (object == NULL)
    return FALSE;
  if (object->kind == TS_PICKLE_CALL) {
    object->at.call->state = state;
    return TRUE;
  }
  if (object->kind == TS_PICKLE_GLOBAL || object->kind == TS_PICKLE_PERSID ||
      object->kind == TS_PICKLE_EXT)
    return TRUE;
  return fail (self, TS_ERROR_CORRUPT, "the pickle gives a state to something that takes none");
}

static gboolean
push_persistent (Machine *self, TsPickleValue *id)
{
  TsPickleValue *value;

  if (id == NULL)
    return FALSE;
  value = new_value (self, TS_PICKLE_PERSID);
  if (value == NULL)
    return FALSE;
  value->at.inner = id;
  g_ptr_array_add (self->pickle->persistent_ids, value);
  return push (self, value);
}

static gboolean
push_persistent_line (Machine *self)
{
  gsize length;
  const char *line = take_line (self, &length);

  if (line == NULL)
    return FALSE;
  if (!push_copy (self, TS_PICKLE_BYTES, TS_PICKLE_FLAG_OLD_STR, (const guint8 *) line, length))
    return FALSE;
  return push_persistent (self, pop (self));
}

static gboolean
push_extension (Machine *self, gint64 code)
{
  TsPickleValue *value;

  if (self->input.cursor.failed)
    return fail_input (self);
  value = new_value (self, TS_PICKLE_EXT);
  if (value == NULL)
    return FALSE;
  value->at.integer = code;
  return push (self, value);
}

/* --- memo --- */

static gboolean
put (Machine *self, guint64 index)
{
  TsPickleValue *value = top (self);

  if (value == NULL)
    return FALSE;
  if (self->input.cursor.failed)
    return fail_input (self);
  if (index < self->memo->n_items) {
    self->memo->at.items[index] = value;
    return TRUE;
  }
  if (index == self->memo->n_items)
    return ts_pickle_arena_append (self->arena, self->memo, &value, 1) || fail_memory (self);
  if (g_hash_table_size (self->sparse_memo) >= MAX_SPARSE_MEMO)
    return fail_memory (self);
  g_hash_table_insert (self->sparse_memo, GSIZE_TO_POINTER ((gsize) index), value);
  return TRUE;
}

static gboolean
get (Machine *self, guint64 index)
{
  TsPickleValue *value;

  if (self->input.cursor.failed)
    return fail_input (self);
  if (index < self->memo->n_items)
    return push (self, self->memo->at.items[index]);
  value = g_hash_table_lookup (self->sparse_memo, GSIZE_TO_POINTER ((gsize) index));
  if (value == NULL)
    return fail (self, TS_ERROR_CORRUPT,
                 "the pickle refers to slot %" G_GUINT64_FORMAT ", which it never filled", index);
  return push (self, value);
}

static gboolean
take_index_line (Machine *self, guint64 *index)
{
  gsize length;
  const char *line = take_line (self, &length);
  gint64 integer;
  gboolean is_big;

  if (line == NULL)
    return FALSE;
  if (!ts_pickle_text_parse_int (line, length, &integer, &is_big) || is_big || integer < 0)
    return fail (self, TS_ERROR_CORRUPT, "the number of a memo slot is not a number");
  *index = (guint64) integer;
  return TRUE;
}

/* --- the loop --- */

static gboolean
check_frame (Machine *self, guint64 n_bytes)
{
  if (self->input.cursor.failed)
    return fail_input (self);
  if (n_bytes > ts_pickle_input_get_remaining (&self->input))
    return fail (self, TS_ERROR_TRUNCATED,
                 "a frame of %" G_GUINT64_FORMAT " bytes, but only %" G_GUINT64_FORMAT " are left",
                 n_bytes, ts_pickle_input_get_remaining (&self->input));
  return TRUE;
}

static gboolean
pop_one (Machine *self)
{
  gsize height;

  if (self->marks->len > 0 && self->n_stack == self->fence)
    return pop_mark (self, &height);
  return pop (self) != NULL;
}

static gboolean
pop_to_mark (Machine *self)
{
  gsize height;

  if (!pop_mark (self, &height))
    return FALSE;
  self->n_stack = height;
  return TRUE;
}

static gboolean
push_binary_float (Machine *self)
{
  union
  {
    guint64 bits;
    double number;
  } pun;

  pun.bits = ts_cursor_u64be (&self->input.cursor);
  return push_float (self, pun.number);
}

static gboolean
step (Machine *self)
{
  TsCursor *in = &self->input.cursor;
  guint64 index;

  switch (self->opcode) {
  case OP_PROTO:
    if (ts_cursor_u8 (in) > 5)
      return fail (self, TS_ERROR_UNSUPPORTED, "a pickle protocol after 5");
    return TRUE;
  case OP_FRAME:
    return check_frame (self, ts_cursor_u64le (in));
  case OP_MARK:
    return push_mark (self);
  case OP_POP:
    return pop_one (self);
  case OP_POP_MARK:
    return pop_to_mark (self);
  case OP_DUP: {
    TsPickleValue *value = top (self);

    return value != NULL && push (self, value);
  }
  case OP_NONE:
    return push (self, self->none);
  case OP_NEWTRUE:
    return push (self, self->booleans[1]);
  case OP_NEWFALSE:
    return push (self, self->booleans[0]);
  case OP_BININT:
    return push_int (self, (gint32) ts_cursor_u32le (in));
  case OP_BININT1:
    return push_int (self, ts_cursor_u8 (in));
  case OP_BININT2:
    return push_int (self, ts_cursor_u16le (in));
  case OP_LONG1:
    return push_long (self, ts_cursor_u8 (in));
  case OP_LONG4:
    return push_long (self, (gint32) ts_cursor_u32le (in));
  case OP_INT:
  case OP_LONG:
    return push_int_line (self);
  case OP_BINFLOAT:
    return push_binary_float (self);
  case OP_FLOAT:
    return push_float_line (self);
  case OP_BINUNICODE:
    return push_counted (self, TS_PICKLE_STR, 0, ts_cursor_u32le (in));
  case OP_SHORT_BINUNICODE:
    return push_counted (self, TS_PICKLE_STR, 0, ts_cursor_u8 (in));
  case OP_BINUNICODE8:
    return push_counted (self, TS_PICKLE_STR, 0, ts_cursor_u64le (in));
  case OP_UNICODE:
    return push_unicode_line (self);
  case OP_STRING:
    return push_string_line (self);
  case OP_BINSTRING:
    index = ts_cursor_u32le (in);
    if (index > G_MAXINT32)
      return fail (self, TS_ERROR_CORRUPT, "a text has a negative length");
    return push_counted (self, TS_PICKLE_BYTES, TS_PICKLE_FLAG_OLD_STR, index);
  case OP_SHORT_BINSTRING:
    return push_counted (self, TS_PICKLE_BYTES, TS_PICKLE_FLAG_OLD_STR, ts_cursor_u8 (in));
  case OP_BINBYTES:
    return push_counted (self, TS_PICKLE_BYTES, 0, ts_cursor_u32le (in));
  case OP_SHORT_BINBYTES:
    return push_counted (self, TS_PICKLE_BYTES, 0, ts_cursor_u8 (in));
  case OP_BINBYTES8:
    return push_counted (self, TS_PICKLE_BYTES, 0, ts_cursor_u64le (in));
  case OP_BYTEARRAY8:
    return push_counted (self, TS_PICKLE_BYTEARRAY, 0, ts_cursor_u64le (in));
  case OP_EMPTY_TUPLE:
    return push_small_tuple (self, 0);
  case OP_TUPLE:
    return push_marked (self, TS_PICKLE_TUPLE);
  case OP_TUPLE1:
    return push_small_tuple (self, 1);
  case OP_TUPLE2:
    return push_small_tuple (self, 2);
  case OP_TUPLE3:
    return push_small_tuple (self, 3);
  case OP_EMPTY_LIST:
    return push (self, new_value (self, TS_PICKLE_LIST));
  case OP_LIST:
    return push_marked (self, TS_PICKLE_LIST);
  case OP_APPEND:
    return add_top_items (self, 1, TS_PICKLE_LIST);
  case OP_APPENDS:
    return add_marked_items (self, TS_PICKLE_LIST);
  case OP_EMPTY_DICT:
    return push (self, new_value (self, TS_PICKLE_DICT));
  case OP_DICT:
    return push_marked (self, TS_PICKLE_DICT);
  case OP_SETITEM:
    return add_top_items (self, 2, TS_PICKLE_DICT);
  case OP_SETITEMS:
    return add_marked_items (self, TS_PICKLE_DICT);
  case OP_EMPTY_SET:
    return push (self, new_value (self, TS_PICKLE_SET));
  case OP_ADDITEMS:
    return add_marked_items (self, TS_PICKLE_SET);
  case OP_FROZENSET:
    return push_marked (self, TS_PICKLE_FROZENSET);
  case OP_GLOBAL: {
    TsPickleValue *value = take_global_lines (self);

    return value != NULL && push (self, value);
  }
  case OP_STACK_GLOBAL:
    return push_stack_global (self);
  case OP_REDUCE:
    return push_reduce (self, FALSE);
  case OP_NEWOBJ:
    return push_reduce (self, TRUE);
  case OP_NEWOBJ_EX:
    return push_new_with_keywords (self);
  case OP_INST:
    return push_instance (self, take_global_lines (self));
  case OP_OBJ:
    return push_instance (self, NULL);
  case OP_BUILD:
    return build (self);
  case OP_BINPUT:
    return put (self, ts_cursor_u8 (in));
  case OP_LONG_BINPUT:
    return put (self, ts_cursor_u32le (in));
  case OP_PUT:
    return take_index_line (self, &index) && put (self, index);
  case OP_MEMOIZE:
    return put (self, self->memo->n_items + (guint64) g_hash_table_size (self->sparse_memo));
  case OP_BINGET:
    return get (self, ts_cursor_u8 (in));
  case OP_LONG_BINGET:
    return get (self, ts_cursor_u32le (in));
  case OP_GET:
    return take_index_line (self, &index) && get (self, index);
  case OP_BINPERSID:
    return push_persistent (self, pop (self));
  case OP_PERSID:
    return push_persistent_line (self);
  case OP_EXT1:
    return push_extension (self, ts_cursor_u8 (in));
  case OP_EXT2:
    return push_extension (self, ts_cursor_u16le (in));
  case OP_EXT4:
    return push_extension (self, (gint32) ts_cursor_u32le (in));
  case OP_NEXT_BUFFER:
  case OP_READONLY_BUFFER:
    return fail (self, TS_ERROR_UNSUPPORTED, "the pickle needs buffers that are not in the file");
  default:
    return fail (self, TS_ERROR_CORRUPT, "0x%02x is no opcode of a pickle", self->opcode);
  }
}

static gboolean
run (Machine *self)
{
  for (guint64 n = 1;; n++) {
    guint n_argument;

    if (n > self->limits.max_opcodes)
      return fail (self, TS_ERROR_REFUSED, "the pickle has more than %" G_GUINT64_FORMAT " opcodes",
                   self->limits.max_opcodes);
    if (n % CHECK_INTERVAL == 0 &&
        g_cancellable_set_error_if_cancelled (self->input.cancellable, &self->error))
      return FALSE;
    self->opcode_offset = ts_pickle_input_tell (&self->input);
    if (!ts_pickle_input_has (&self->input, 1))
      return fail_input (self);
    self->opcode = ts_cursor_u8 (&self->input.cursor);
    if (self->opcode == OP_STOP)
      break;
    n_argument = ts_pickle_opcode_get_argument_bytes (self->opcode);
    if (n_argument > 0 && !ts_pickle_input_has (&self->input, n_argument))
      return fail_input (self);
    if (!step (self))
      return FALSE;
  }
  self->pickle->root = pop (self);
  self->pickle->end = ts_pickle_input_tell (&self->input);
  return self->pickle->root != NULL;
}

static gboolean
prepare (Machine *self)
{
  self->none = new_value (self, TS_PICKLE_NONE);
  self->memo = new_value (self, TS_PICKLE_LIST);
  for (guint i = 0; i < 2; i++) {
    self->booleans[i] = new_value (self, TS_PICKLE_BOOL);
    if (self->booleans[i] != NULL)
      self->booleans[i]->at.integer = i;
  }
  for (guint i = 0; i < N_SMALL_INTS; i++) {
    self->small_ints[i] = new_value (self, TS_PICKLE_INT);
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
  Machine machine = { .pickle = pickle };
  gboolean ok;

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
  machine.marks = g_array_new (FALSE, FALSE, sizeof (gsize));
  machine.sparse_memo = g_hash_table_new (NULL, NULL);
  ts_pickle_input_init (&machine.input, source, offset, cancellable);
  ok = prepare (&machine) && run (&machine);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&machine.error));
  ts_pickle_input_clear (&machine.input);
  g_hash_table_unref (machine.sparse_memo);
  g_array_unref (machine.marks);
  g_free (machine.stack);
  return ok ? g_steal_pointer (&pickle) : NULL;
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
