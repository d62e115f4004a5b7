/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-params.h"

G_BEGIN_DECLS

/**
 * TsNameContext:
 * @stem: of the dump: its name without the suffix
 * @key: path of the array in the dump
 * @channel: which channels are shown: "2", "rgb"
 * @date, @time: "2026-01-02", "03-04-05"
 * @params: (nullable): further fields by name
 * @n_images: of the batch; {index} is padded to its digits
 * @n_total: of the export; {n} is padded to its digits
 * @n_columns: images a row, for {row} and {col}; at least 1
 *
 * What names are made from. A plain value that borrows everything.
 */
typedef struct
{
  const char *stem;
  const char *key;
  const char *channel;
  const char *date;
  const char *time;
  TsParams *params;
  guint64 n_images;
  guint64 n_total;
  guint64 n_columns;
} TsNameContext;

/* Fields every dump has, %NULL-terminated: "stem", "key", ... */
extern const char *const ts_name_builtin_fields[];

/**
 * TsNameTemplate:
 *
 * "{stem}_{index}": text with fields in braces; "{{" and "}}" are braces; "{seed:6}" pads a number
 * with zeros to 6 digits. What comes out is a plain file name without suffix: letters, digits, "-",
 * "_", "+" and "="; everything else, dots and slashes too, becomes "_". Immutable; thread-safe.
 */
typedef struct _TsNameTemplate TsNameTemplate;

/* %TS_ERROR_INVALID: unknown field (the message lists the known ones), unbalanced brace, a "/". */
TsNameTemplate *
ts_name_template_new (const char *text, TsParams *params, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same for captions: what comes out is a line of text as it stands in the dump, numbers padded
 * only where a width is given; it may be empty. */
TsNameTemplate *ts_name_template_new_for_text (const char *text,
                                               TsParams *params,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void ts_name_template_free (TsNameTemplate *self);

/* The stem for image @index, the @n-th of the export. Reads rows of the dump where fields ask for
 * them: blocks. %TS_ERROR_INVALID when nothing is left or it is longer than file names may be. */
char *ts_name_template_expand (TsNameTemplate *self,
                               const TsNameContext *context,
                               guint64 index,
                               guint64 n,
                               GCancellable *cancellable,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @name without folder and without its last suffix. */
char *ts_name_dup_stem (const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsNameTemplate, ts_name_template_free)

G_END_DECLS
