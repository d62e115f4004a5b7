/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "view/ts-view.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TsLatent:
 * @name: path of the array in the dump
 * @summary: what it is: "latent · float32 · 512"
 * @text: a single number or text, else the first elements
 * @range: (nullable): smallest, largest and mean value of more than one
 * @values: (nullable): the numbers in storage order, to be drawn; @n_values of them
 * @error: (nullable): why it could not be read; then only @name and @summary are set
 *
 * The row of one paired array that belongs to one image.
 */
typedef struct
{
  char *name;
  char *summary;
  char *text;
  char *range;
  float *values;
  gsize n_values;
  char *error;
} TsLatent;

/* Everything that belongs to image @index: latents, labels, seeds and other short rows, in the
 * order of the dump, then its texts; of TsLatent. Blocks; cancellable. */
GPtrArray *
ts_latents_read (TsView *view, guint64 index, GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

/* The same whole, as a JSON object for @file (nullable): a name. Blocks; cancellable. */
char *ts_latents_to_json (TsView *view,
                          const char *file,
                          guint64 index,
                          GCancellable *cancellable,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
