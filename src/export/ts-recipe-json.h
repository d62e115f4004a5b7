/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-json-writer.h"
#include "pixels/ts-resolve.h"

G_BEGIN_DECLS

/* The "view" object of a sidecar, schema 1; @resolved (nullable) adds the resolved lo, hi, affine.
 */
char *ts_recipe_to_json (const TsRecipe *recipe,
                         const TsResolved *resolved) G_GNUC_WARN_UNUSED_RESULT;

/* The same as the next value of @writer. With @size (nullable) every list has one number a channel
 * (so that NumPy's broadcasting works) and "channels" names the channels that "auto" chose. */
void ts_recipe_write_json (const TsRecipe *recipe,
                           const TsResolved *resolved,
                           const TsImageSize *size,
                           TsJsonWriter *writer);

/* Also takes a whole sidecar or export.json and uses its "view". %TS_ERROR_INVALID names the member
 * that is wrong. */
gboolean ts_recipe_from_json (TsRecipe *recipe, const char *json, gssize length, GError **error);

G_END_DECLS
