/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "export/ts-json-writer.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Reading settings: small JSON texts that people may have edited. Every message names the member by
 * its path, as in "view.range.lo". Errors are %TS_ERROR_INVALID. */

/* A text of at most 64 MiB whose outermost value is an object; deep nesting is refused before it is
 * parsed. @length -1: ends with a zero. */
JsonNode *ts_json_parse (const char *json, gssize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Each takes the member @name of @object (whose own path is @path, for messages). A member that is
 * missing leaves *@out alone and is no error; one of the wrong type is. */
gboolean ts_json_get_object (JsonObject *object,
                             const char *path,
                             const char *name,
                             JsonObject **out,
                             GError **error);
gboolean ts_json_get_array (JsonObject *object,
                            const char *path,
                            const char *name,
                            JsonArray **out,
                            GError **error);
gboolean ts_json_get_string (JsonObject *object,
                             const char *path,
                             const char *name,
                             const char **out,
                             GError **error);
gboolean ts_json_get_double (JsonObject *object,
                             const char *path,
                             const char *name,
                             double *out,
                             GError **error);
gboolean ts_json_get_int (JsonObject *object,
                          const char *path,
                          const char *name,
                          gint64 *out,
                          GError **error);
gboolean ts_json_get_boolean (JsonObject *object,
                              const char *path,
                              const char *name,
                              gboolean *out,
                              GError **error);

/* A string of the %NULL-terminated list @names; *@out gets its place in the list. */
gboolean ts_json_get_choice (JsonObject *object,
                             const char *path,
                             const char *name,
                             const char *const *names,
                             int *out,
                             GError **error);

/* Writes a value that was read, members in their order. */
void ts_json_write_node (JsonNode *node, TsJsonWriter *writer);

/* Whether the member is there and not null. */
gboolean ts_json_has (JsonObject *object, const char *name);

/* Fails for members that are not in the %NULL-terminated list @known. */
gboolean ts_json_check_members (JsonObject *object,
                                const char *path,
                                const char *const *known,
                                GError **error);

/* A list of 1 to @max_n numbers; the strings "NaN", "Infinity", "-Infinity" are numbers too. */
gboolean ts_json_get_doubles (JsonObject *object,
                              const char *path,
                              const char *name,
                              double *out,
                              guint max_n,
                              guint *n,
                              GError **error);

G_END_DECLS
