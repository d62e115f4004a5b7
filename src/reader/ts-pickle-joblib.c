/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/ts-checked.h"
#include "reader/ts-pickle-machine.h"
#include "reader/ts-pickle-numpy.h"

/* What joblib.dump() writes is no pickle: where an array of NumPy was, the opcodes describe it, and
 * its elements stand right behind the one that ends the description. Since 1.2 a byte that says how
 * many bytes of padding follow comes first. An array of objects is a pickle of its own there. */

static gboolean
skip_padding (TsMachine *self, const TsPickleValue *state)
{
  const TsPickleValue *alignment = ts_pickle_value_lookup (state, "numpy_array_alignment_bytes");

  if (alignment == NULL || alignment->kind == TS_PICKLE_NONE)
    return TRUE;
  return (ts_pickle_input_has (&self->input, 1) &&
          ts_pickle_input_skip (&self->input, ts_cursor_u8 (&self->input.cursor))) ||
         ts_machine_fail_input (self);
}

gboolean
ts_machine_take_joblib_array (TsMachine *self, TsPickleCall *call)
{
  const TsPickleValue *state = call->state;
  g_autoptr (GError) error = NULL;
  gboolean has_objects;
  guint64 n_bytes;

  if (!ts_pickle_numpy_measure_joblib (self->pickle, state, &n_bytes, &has_objects, &error))
    return ts_machine_fail (self, TS_ERROR_CORRUPT, "%s", error->message);
  if (has_objects) {
    call->payload = ts_machine_run_inner (self);
    return call->payload != NULL;
  }
  if (!skip_padding (self, state) || !ts_machine_push_counted (self, TS_PICKLE_BYTES, 0, n_bytes))
    return FALSE;
  call->payload = ts_machine_pop (self);
  return TRUE;
}
