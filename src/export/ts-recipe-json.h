/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-json-writer.h"
#include "pixels/ts-resolve.h"

G_BEGIN_DECLS

#define TS_RECIPE_SCHEMA         "tenscope-recipe"
#define TS_RECIPE_SCHEMA_VERSION 1

/* An object with schema, version and "view", as sidecars have it; @resolved (nullable) adds the
 * resolved lo, hi, affine. */
char *ts_recipe_to_json (const TsRecipe *recipe,
                         const TsResolved *resolved) G_GNUC_WARN_UNUSED_RESULT;

/* The "view" alone as the next value of @writer. With @size (nullable) every list has one number a
 * channel (so that NumPy's broadcasting works) and "channels" names the channels that "auto" chose.
 */
void ts_recipe_write_json (const TsRecipe *recipe,
                           const TsResolved *resolved,
                           const TsImageSize *size,
                           TsJsonWriter *writer);

/* Also takes a "view" by itself, or a whole sidecar or export.json and uses its "view".
 * %TS_ERROR_INVALID names the member that is wrong. A range of what was visible is read as the
 * numbers it came to. */
gboolean ts_recipe_from_json (TsRecipe *recipe, const char *json, gssize length, GError **error);

/* The member beside "view" that says which images the range was taken of, where its scope is
 * "selection": "0,3,8-20" or "all". */
#define TS_RANGE_IMAGES "range_images"

/* That member of a sidecar or export.json, or %NULL: for ts_indices_from_string() and
 * ts_batch_stats_new_subset(). */
char *ts_range_images_from_json (const char *json, gssize length) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
