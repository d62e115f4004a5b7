/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/ts-cli-output.h"
#include "cli/ts-cli-pixels.h"

G_BEGIN_DECLS

/* One array of a dump as images; a plain array as one image a row. */
typedef struct
{
  char *path;
  TsBatch *batch; /* nullable */
  TsView *view;   /* nullable: of images */
  TsDtype dtype;
  gboolean is_rows;
} TsCliSide;

/**
 * TsCliPair:
 * @problem: (nullable): why the two cannot be compared
 * @is_unreadable: the problem is that something could not be read, rather than a difference
 * @images: (nullable): @n_images pairs, to be compared
 *
 * Two things of two dumps, and what came of comparing them. Owns all of it.
 */
typedef struct
{
  TsCliSide a, b;
  char *problem;
  gboolean is_unreadable;
  gboolean is_same;
  double data_range;
  const char *data_range_reason;
  TsComparedImage *images;
  gsize n_images;
  gsize n_different;
} TsCliPair;

void ts_cli_pair_free (TsCliPair *self);

/**
 * TsCliDiffRules:
 * @compare: with a data range of 0 for the guess
 *
 * How two are compared, and how images pass for the same.
 */
typedef struct
{
  TsCompareOptions compare;
  gboolean has_tolerance;
  double min_psnr;    /* NaN: not asked for */
  double min_ssim;    /* NaN: not asked for */
  gboolean pixels;    /* compare what is shown */
  const char *recipe; /* (nullable): file, of how it is shown */
  guint n_threads;    /* 0: one a core */
  TsCliReport report; /* for progress */
} TsCliDiffRules;

gboolean ts_cli_diff_rules_accept (const TsCliDiffRules *self, const TsComparedImage *image);

/* Opens both nodes as images, @layouts (nullable each) overruling the guesses. An error is one of
 * usage; what cannot be compared is in the pair. Blocks. */
TsCliPair *ts_cli_pair_new (TsDocument *document_a,
                            TsNode *a,
                            TsDocument *document_b,
                            TsNode *b,
                            const char *const layouts[2],
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All that two dumps hold, by path: arrays, numbers and texts. Elements TsCliPair. Blocks. */
GPtrArray *ts_cli_pairs_new_all (TsDocument *document_a,
                                 TsDocument *document_b) G_GNUC_WARN_UNUSED_RESULT;

/* Compares the images of @indices (nullable: all) and fills in the results. Blocks. */
gboolean ts_cli_pair_compare (TsCliPair *self,
                              const TsCliDiffRules *rules,
                              const char *indices,
                              GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsCliPair, ts_cli_pair_free)

G_END_DECLS
