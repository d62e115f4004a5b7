/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/ts-cli-pair.h"

G_BEGIN_DECLS

/* What came of comparing, for people: a line a pair, and a row for each image that differs. */
void ts_cli_diff_print (GPtrArray *pairs, const TsCliDiffRules *rules);

/* The same as one line of JSON, with every image. */
void ts_cli_diff_print_json (const char *file_a,
                             const char *file_b,
                             GPtrArray *pairs,
                             const TsCliDiffRules *rules);

G_END_DECLS
