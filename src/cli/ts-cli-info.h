/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/ts-cli-roles.h"

G_BEGIN_DECLS

/* What there is to say about one array. */
typedef struct
{
  TsNode *node;
  const char *role;
  TsLayoutGuess *guess; /* NULL for a broken one */
  TsValueRange range;
  gboolean has_range;
  char *digest;
  char *error;
} TsCliArray;

/* What there is to say about one file. */
typedef struct
{
  const char *file;
  TsDocument *document; /* nullable */
  TsCliRoles *roles;    /* nullable */
  GArray *arrays;       /* TsCliArray, as in ts_document_get_arrays() */
  GHashTable *by_node;  /* TsNode -> index + 1 in arrays */
  char *error;          /* of the whole file */
} TsCliInfo;

/* Opens @file and looks at all of it. An unreadable one has an error; so has one of which no array
 * could be read. */
void ts_cli_info_init (TsCliInfo *self, const char *file, const char *raw, gboolean with_digest);
void ts_cli_info_clear (TsCliInfo *self);

/* The best reading, unless it is as images and too unlikely. (nullable). */
const char *ts_cli_info_get_layout (const TsCliArray *array);

/* Whether the node is one of the list of images that would be shown. */
gboolean ts_cli_info_is_in_list (const TsCliInfo *self, TsNode *node);

/* As one line of JSON, and as a tree for people (of a file that could be opened). */
void ts_cli_info_print_json (const TsCliInfo *self);
void ts_cli_info_print_tree (const TsCliInfo *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TsCliInfo, ts_cli_info_clear)

G_END_DECLS
