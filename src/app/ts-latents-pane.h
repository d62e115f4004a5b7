/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-session.h"

G_BEGIN_DECLS

/**
 * TsLatentsPane:
 * What belongs to the session's current image: its latents, label, seed and the like. Reads only
 * while it is mapped.
 */
#define TS_TYPE_LATENTS_PANE (ts_latents_pane_get_type ())
G_DECLARE_FINAL_TYPE (TsLatentsPane, ts_latents_pane, TS, LATENTS_PANE, GtkWidget)

void ts_latents_pane_set_session (TsLatentsPane *self, TsSession *session);
/* Whether what it shows is that of the current image. */
gboolean ts_latents_pane_is_ready (TsLatentsPane *self);

G_END_DECLS
