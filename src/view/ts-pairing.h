/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "view/ts-batch.h"

G_BEGIN_DECLS

typedef enum {
  TS_FIELD_LATENT,
  TS_FIELD_LABEL,
  TS_FIELD_SEED,
  TS_FIELD_SCORE,
  TS_FIELD_OTHER,
} TsFieldRole;

const char *ts_field_role_to_string (TsFieldRole role); /* "latent", "label", ... */

/* An array whose row k belongs to image k; to @images_per_row images where the images are frames,
 * slices or maps of something larger. */
typedef struct
{
  const char *name; /* path in the document */
  TsFieldRole role;
  TsTensor *tensor; /* first axis has n_images / images_per_row entries */
  guint64 images_per_row;
} TsField;

/**
 * TsPairing:
 *
 * Which other arrays of the document belong to the images of a batch (first axis of length N:
 * latents, labels, seeds, scores, by name, rank and dtype), and the scalars and texts that hold for
 * all of them. Masks and other image arrays of the same length are listed apart. Immutable;
 * thread-safe.
 */
#define TS_TYPE_PAIRING (ts_pairing_get_type ())
G_DECLARE_FINAL_TYPE (TsPairing, ts_pairing, TS, PAIRING, GObject)

/* @images: the node(s) shown, left out of the fields. Blocks: lists of equal tensors are read to
 * make one field of them. */
TsPairing *
ts_pairing_new (TsDocument *document, TsNode *images, guint64 n_images) G_GNUC_WARN_UNUSED_RESULT;

/* The same where arrays with @n_rows entries belong too: images are the frames, slices or maps of
 * @n_rows larger things, in order; a divisor of @n_images. */
TsPairing *ts_pairing_new_with_rows (TsDocument *document,
                                     TsNode *images,
                                     guint64 n_images,
                                     guint64 n_rows) G_GNUC_WARN_UNUSED_RESULT;

guint ts_pairing_get_n_fields (TsPairing *self);
const TsField *ts_pairing_get_field (TsPairing *self, guint index);
/* The first field of that role, or %NULL. */
const TsField *ts_pairing_find_role (TsPairing *self, TsFieldRole role);
/* The field of that name (path, or its last part), or %NULL. */
const TsField *ts_pairing_find (TsPairing *self, const char *name);

/* Scalars and texts of the document ("truncation_psi" 0.8, "model"), borrowed TsNodes. */
GPtrArray *ts_pairing_get_constants (TsPairing *self);

/* Other image arrays with as many images (masks, reconstructions), borrowed TsNodes; no fields. */
GPtrArray *ts_pairing_get_companions (TsPairing *self);

/* Lists with one text an image (prompts), borrowed TsNodes: child k belongs to image k. */
GPtrArray *ts_pairing_get_text_lists (TsPairing *self);

/* The row of image @k of the field, without its first axis (rank 0 for a label). Blocks;
 * thread-safe. */
TsBlock *ts_field_read_row (const TsField *field,
                            guint64 k,
                            GCancellable *cancellable,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
