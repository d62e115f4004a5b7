/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What closes every document. */
#define TS_YAML_END "...\n"

/**
 * ts_yaml_from_json:
 * @json: an object as TsJsonWriter writes it
 *
 * The same object as one YAML document, closed by its end mark "...": objects as indented blocks,
 * lists in one line, every digit as it was. Readers of YAML 1.1 and 1.2 get the same numbers: where
 * 1.1 would read text ("1e-05"), a point and a sign are added.
 */
GString *ts_yaml_from_json (const char *json) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
