/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/ts-cli-output.h"

G_BEGIN_DECLS

/**
 * TsCliTicker:
 *
 * Tells on standard error how far something blocking has come: on a terminal as a line that
 * changes, for programs as a line of JSON a second and one at the end.
 */
typedef struct _TsCliTicker TsCliTicker;

/* @n_done: counted up atomically by who does the work; must outlive the ticker. */
TsCliTicker *ts_cli_ticker_new (const TsCliReport *report,
                                gsize n_total,
                                const gint *n_done) G_GNUC_WARN_UNUSED_RESULT;
/* Says the last word. */
void ts_cli_ticker_free (TsCliTicker *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsCliTicker, ts_cli_ticker_free)

G_END_DECLS
