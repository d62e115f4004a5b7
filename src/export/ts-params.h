/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-json-writer.h"
#include "view/ts-pairing.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TsParams:
 *
 * The small facts of a dump that go with each image: its label, seed, score and other short rows
 * ("label", "seed", "score" for the first of each role, else the array's name), and the scalars and
 * texts that hold for all; a list with one text an image (prompts) too. Names and sidecars take
 * them from here. Immutable; thread-safe.
 */
typedef struct _TsParams TsParams;

/* Keeps a reference to @pairing. */
TsParams *ts_params_new (TsPairing *pairing) G_GNUC_WARN_UNUSED_RESULT;
void ts_params_free (TsParams *self);

guint ts_params_get_n (TsParams *self);
const char *ts_params_get_key (TsParams *self, guint param);
/* Whether it is a single number or text for each image; only such may stand in a name. */
gboolean ts_params_is_scalar (TsParams *self, guint param);
/* By key, or by the array's own name; -1 when there is none. */
int ts_params_find (TsParams *self, const char *key);

/* The value for image @image as JSON. Blocks; cancellable. */
gboolean ts_params_write_json (TsParams *self,
                               guint param,
                               guint64 image,
                               TsJsonWriter *writer,
                               GCancellable *cancellable,
                               GError **error);

/* The value of a scalar one as text for people. Blocks; cancellable. */
char *ts_params_dup_text (TsParams *self,
                          guint param,
                          guint64 image,
                          GCancellable *cancellable,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsParams, ts_params_free)

G_END_DECLS
