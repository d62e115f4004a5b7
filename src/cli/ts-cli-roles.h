/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "view/ts-view.h"

G_BEGIN_DECLS

/**
 * TsCliRoles:
 *
 * What each array of a dump is there for: "image" and "mask" for what can be shown, "latent",
 * "label", "seed", "score" and "other" for what goes with the images or stands alone. Not
 * thread-safe.
 */
typedef struct _TsCliRoles TsCliRoles;

/* Blocks: looks at the data of what would be shown. */
TsCliRoles *ts_cli_roles_new (TsDocument *document) G_GNUC_WARN_UNUSED_RESULT;
void ts_cli_roles_free (TsCliRoles *self);

/* What would be shown; (nullable). */
TsView *ts_cli_roles_get_view (TsCliRoles *self);

/* A static string. @guess: the layout guess of the node; @range: (nullable): of its values, when it
 * is images. */
const char *ts_cli_roles_get (TsCliRoles *self,
                              TsNode *node,
                              const TsLayoutGuess *guess,
                              const TsValueRange *range);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TsCliRoles, ts_cli_roles_free)

G_END_DECLS
