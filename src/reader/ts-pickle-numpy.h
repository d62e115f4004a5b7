/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "reader/ts-pickle.h"
#include "tensor/ts-tensor.h"

G_BEGIN_DECLS

typedef enum {
  TS_NUMPY_TENSOR,  /* `tensor` */
  TS_NUMPY_FIELDS,  /* `field_names`, `field_tensors` (elements may be %NULL: not readable) */
  TS_NUMPY_OBJECTS, /* `objects` */
  TS_NUMPY_TEXTS,   /* `texts` */
} TsNumpyKind;

/**
 * TsNumpyArray:
 * @objects: a list of values in C order, borrowed
 * @texts: valid UTF-8, the first ones when there are very many
 * @class_name: of a subclass, else %NULL
 *
 * What a pickled array or scalar of NumPy holds.
 */
typedef struct
{
  TsNumpyKind kind;
  TsShape shape;
  TsTensor *tensor;
  GPtrArray *field_names;
  GPtrArray *field_tensors;
  const TsPickleValue *objects;
  GPtrArray *texts;
  char *class_name;
  const char *note;
} TsNumpyArray;

void ts_numpy_array_clear (TsNumpyArray *self);

/* What the elements of an array that joblib describes by @state take in the file; whether they are
 * a pickle instead. */
gboolean ts_pickle_numpy_measure_joblib (TsPickle *pickle,
                                         const TsPickleValue *state,
                                         guint64 *n_bytes,
                                         gboolean *has_objects,
                                         GError **error);

/* Whether the call makes an array or a scalar of NumPy. */
gboolean ts_pickle_is_numpy (const TsPickleValue *call);

/* Reads no elements of numbers. */
gboolean ts_pickle_numpy_parse (TsPickle *pickle,
                                const TsPickleValue *call,
                                TsNumpyArray *array,
                                GError **error);

/* What a masked array leaves out: bool, true where it does. */
TsTensor *ts_pickle_numpy_get_mask (TsPickle *pickle,
                                    const TsPickleValue *call,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A pickled dtype for people ("float32"), or %NULL when it is not known. */
char *ts_pickle_numpy_dup_type_name (TsPickle *pickle,
                                     const TsPickleValue *type) G_GNUC_WARN_UNUSED_RESULT;

/* The same where only numbers will do. */
TsTensor *ts_pickle_numpy_get_tensor (TsPickle *pickle,
                                      const TsPickleValue *call,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TsNumpyArray, ts_numpy_array_clear)

G_END_DECLS
