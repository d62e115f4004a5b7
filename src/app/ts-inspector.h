/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/ts-session.h"
#include "app/ts-survey.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * TsInspector:
 *
 * The pane with every setting of the recipe, live: each control shows the session's recipe and sets
 * it. The session is given once.
 */
#define TS_TYPE_INSPECTOR (ts_inspector_get_type ())
G_DECLARE_FINAL_TYPE (TsInspector, ts_inspector, TS, INSPECTOR, GtkWidget)

void ts_inspector_set_session (TsInspector *self, TsSession *session);
/* What the histogram shows; (nullable). */
void ts_inspector_set_survey (TsInspector *self, TsSurvey *survey);

G_END_DECLS
