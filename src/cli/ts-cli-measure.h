/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor/ts-stats.h"
#include "tensor/ts-tensor.h"

G_BEGIN_DECLS

#define TS_CLI_N_PERCENTS 9

extern const double ts_cli_percents[TS_CLI_N_PERCENTS];

typedef struct
{
  TsStats stats;
  double at[TS_CLI_N_PERCENTS];
  gboolean is_sampled; /* the percentiles */
} TsCliNumbers;

/* Reads all of @tensor, piece by piece; percentiles of very large ones are of every so many
 * elements. Blocks. */
gboolean ts_cli_measure (TsTensor *tensor, TsCliNumbers *numbers, GError **error);

/* One channel of an array as an array. */
TsTensor *ts_cli_pick_channel (TsTensor *tensor, guint axis, guint64 channel, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
