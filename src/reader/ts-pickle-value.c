/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reader/ts-pickle-value.h"

#include <string.h>

TsPickleMeaning
ts_pickle_value_get_meaning (const TsPickleValue *value)
{
  if (ts_pickle_value_is (value, TS_PICKLE_CALL))
    value = value->at.call->callable;
  return ts_pickle_value_is (value, TS_PICKLE_GLOBAL) ? value->at.global->meaning
                                                      : TS_PICKLE_MEANS_NOTHING;
}

gboolean
ts_pickle_value_is_joblib_array (const TsPickleValue *value)
{
  TsPickleMeaning meaning = ts_pickle_value_get_meaning (value);

  if (!ts_pickle_value_is (value, TS_PICKLE_CALL))
    return FALSE;
  if (meaning == TS_PICKLE_MEANS_OBJECT) /* protocols 0 and 1 */
    meaning = ts_pickle_value_get_meaning (ts_pickle_value_get_arg (value, 0));
  return meaning == TS_PICKLE_MEANS_JOBLIB_ARRAY;
}

guint
ts_pickle_value_get_n_args (const TsPickleValue *call)
{
  if (!ts_pickle_value_is (call, TS_PICKLE_CALL) ||
      !ts_pickle_value_is (call->at.call->args, TS_PICKLE_TUPLE))
    return 0;
  return call->at.call->args->n_items;
}

TsPickleValue *
ts_pickle_value_get_arg (const TsPickleValue *call, guint index)
{
  return index < ts_pickle_value_get_n_args (call) ? call->at.call->args->at.items[index] : NULL;
}

gboolean
ts_pickle_value_get_sequence (const TsPickleValue *value,
                              TsPickleValue *const **items,
                              guint *n_items)
{
  /* torch.Size (sizes), build_intlist (list), list (list): the argument is what counts */
  for (guint depth = 0; depth < 4 && ts_pickle_value_is (value, TS_PICKLE_CALL); depth++) {
    TsPickleMeaning meaning = ts_pickle_value_get_meaning (value);

    if (meaning != TS_PICKLE_MEANS_TORCH_SIZE && meaning != TS_PICKLE_MEANS_TORCH_JIT_LIST &&
        meaning != TS_PICKLE_MEANS_LIST && meaning != TS_PICKLE_MEANS_TUPLE &&
        meaning != TS_PICKLE_MEANS_SET)
      return FALSE;
    if (ts_pickle_value_get_n_args (value) == 0) {
      TsPickleValue *appended = value->at.call->items;

      *items = appended != NULL ? appended->at.items : NULL;
      *n_items = appended != NULL ? appended->n_items : 0;
      return TRUE;
    }
    value = ts_pickle_value_get_arg (value, 0);
  }
  if (!ts_pickle_value_is (value, TS_PICKLE_LIST) && !ts_pickle_value_is (value, TS_PICKLE_TUPLE))
    return FALSE;
  *items = value->at.items;
  *n_items = value->n_items;
  return TRUE;
}

gboolean
ts_pickle_value_get_int (const TsPickleValue *value, gint64 *integer)
{
  if (!ts_pickle_value_is (value, TS_PICKLE_INT) && !ts_pickle_value_is (value, TS_PICKLE_BOOL))
    return FALSE;
  *integer = value->at.integer;
  return TRUE;
}

gboolean
ts_pickle_value_get_double (const TsPickleValue *value, double *number)
{
  gint64 integer;

  if (ts_pickle_value_is (value, TS_PICKLE_FLOAT)) {
    *number = value->at.number;
    return TRUE;
  }
  if (!ts_pickle_value_get_int (value, &integer))
    return FALSE;
  *number = (double) integer;
  return TRUE;
}

gboolean
ts_pickle_value_equals (const TsPickleValue *value, const char *text)
{
  gsize length = strlen (text);

  if (!ts_pickle_value_is (value, TS_PICKLE_STR) && !ts_pickle_value_is (value, TS_PICKLE_BYTES))
    return FALSE;
  if ((value->flags & TS_PICKLE_FLAG_REMOTE) != 0 || value->extra != length)
    return FALSE;
  return length == 0 || memcmp (value->at.data, text, length) == 0;
}

TsPickleValue *
ts_pickle_value_lookup (const TsPickleValue *dict, const char *key)
{
  if (!ts_pickle_value_is (dict, TS_PICKLE_DICT))
    return NULL;
  for (guint32 i = dict->n_items / 2; i-- > 0;) {
    if (ts_pickle_value_equals (dict->at.items[2 * i], key))
      return dict->at.items[2 * i + 1];
  }
  return NULL;
}

char *
ts_pickle_value_dup_type_name (const TsPickleValue *value)
{
  static const char *const names[] = {
    [TS_PICKLE_NONE] = "None",
    [TS_PICKLE_BOOL] = "bool",
    [TS_PICKLE_INT] = "int",
    [TS_PICKLE_BIGINT] = "int",
    [TS_PICKLE_FLOAT] = "float",
    [TS_PICKLE_STR] = "str",
    [TS_PICKLE_BYTES] = "bytes",
    [TS_PICKLE_BYTEARRAY] = "bytearray",
    [TS_PICKLE_LIST] = "list",
    [TS_PICKLE_TUPLE] = "tuple",
    [TS_PICKLE_DICT] = "dict",
    [TS_PICKLE_SET] = "set",
    [TS_PICKLE_FROZENSET] = "frozenset",
    [TS_PICKLE_PERSID] = "persistent object",
  };

  for (guint depth = 0; depth < 8 && ts_pickle_value_is (value, TS_PICKLE_CALL); depth++)
    value = value->at.call->callable;
  if (value == NULL)
    return g_strdup ("?");
  if (value->kind == TS_PICKLE_GLOBAL)
    return value->at.global->module[0] == '\0'
               ? g_strdup (value->at.global->name)
               : g_strdup_printf ("%s.%s", value->at.global->module, value->at.global->name);
  if (value->kind == TS_PICKLE_EXT)
    return g_strdup_printf ("extension %" G_GINT64_FORMAT, value->at.integer);
  if (value->kind == TS_PICKLE_PERSID) {
    /* ('module', class, source file, source text) of the legacy container: the class */
    const TsPickleValue *id = value->at.inner;

    if (ts_pickle_value_is (id, TS_PICKLE_TUPLE) && id->n_items >= 2 &&
        ts_pickle_value_equals (id->at.items[0], "module") &&
        ts_pickle_value_is (id->at.items[1], TS_PICKLE_GLOBAL))
      return ts_pickle_value_dup_type_name (id->at.items[1]);
  }
  if (value->kind == TS_PICKLE_CALL)
    return g_strdup ("result of a call");
  return g_strdup (names[value->kind]);
}
