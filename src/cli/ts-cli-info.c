/* SPDX-License-Identifier: GPL-3.0-or-later */

/* tenscope-cli info: what dumps hold, as a tree for people or as JSON for programs. */

#include "config.h"

#include "cli/ts-cli-info.h"

#include "cli/ts-cli-entries.h"
#include "cli/ts-cli-inputs.h"
#include "cli/ts-cli.h"

#include <stdio.h>

static void
array_clear (gpointer data)
{
  TsCliArray *array = data;

  ts_layout_guess_free (array->guess);
  g_free (array->digest);
  g_free (array->error);
}

void
ts_cli_info_clear (TsCliInfo *self)
{
  g_clear_object (&self->document);
  g_clear_pointer (&self->roles, ts_cli_roles_free);
  g_clear_pointer (&self->arrays, g_array_unref);
  g_clear_pointer (&self->by_node, g_hash_table_unref);
  g_clear_pointer (&self->error, g_free);
}

static gboolean
guess_range (TsTensor *tensor, const TsLayout *layout, TsValueRange *range)
{
  g_autoptr (TsBatch) batch = ts_batch_new (tensor, layout, NULL);

  return batch != NULL && ts_value_range_guess (batch, range, NULL, NULL);
}

gboolean
ts_cli_info_is_in_list (const TsCliInfo *self, TsNode *node)
{
  TsView *view = ts_cli_roles_get_view (self->roles);

  return view != NULL && ts_view_get_node (view) == ts_node_get_parent (node);
}

static void
look_at_array (TsCliArray *array, const TsCliInfo *self, gboolean with_digest)
{
  TsTensor *tensor = ts_node_get_tensor (array->node);
  TsView *view = ts_cli_roles_get_view (self->roles);
  g_autoptr (GError) error = NULL;

  if (ts_node_get_kind (array->node) == TS_NODE_ERROR) {
    array->role = "other";
    array->error = g_strdup (ts_node_get_error (array->node)->message);
    return;
  }
  array->guess = ts_view_guess_layout (self->document, array->node);
  if (ts_cli_info_is_in_list (self, array->node) ||
      (view != NULL && ts_view_get_node (view) == array->node)) {
    array->range = *ts_view_get_value_range (view);
    array->has_range = TRUE;
  } else if (array->guess->confidence != TS_CONFIDENCE_NONE && ts_tensor_has_data (tensor)) {
    array->has_range = guess_range (tensor, &array->guess->candidates[0].layout, &array->range);
  }
  array->role = ts_cli_roles_get (self->roles, array->node, array->guess,
                                  array->has_range ? &array->range : NULL);
  if (with_digest && ts_tensor_has_data (tensor)) {
    if (ts_cli_check_walk (self->document, tensor, &error))
      array->digest = ts_tensor_digest (tensor, NULL, &error);
    if (array->digest == NULL)
      array->error = g_strdup (error->message);
  }
}

void
ts_cli_info_init (TsCliInfo *self, const char *file, const char *raw, gboolean with_digest)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *nodes;
  guint n_good = 0;

  *self = (TsCliInfo){ .file = file };
  self->document = ts_cli_open (file, raw, &error);
  if (self->document == NULL) {
    self->error = g_strdup (error->message);
    return;
  }
  if (with_digest) {
    g_autoptr (GPtrArray) remarks = ts_document_check (self->document, G_MAXUINT64, NULL);

    /* nobody else has the document yet */
    for (guint i = 0; i < remarks->len; i++)
      ts_document_add_warning (self->document, g_ptr_array_index (remarks, i));
  }
  self->roles = ts_cli_roles_new (self->document);
  nodes = ts_document_get_arrays (self->document);
  self->arrays = g_array_new (FALSE, TRUE, sizeof (TsCliArray));
  g_array_set_clear_func (self->arrays, array_clear);
  self->by_node = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < nodes->len; i++) {
    TsCliArray array = { .node = g_ptr_array_index (nodes, i) };

    look_at_array (&array, self, with_digest);
    if (array.error == NULL)
      n_good++;
    g_array_append_val (self->arrays, array);
    g_hash_table_insert (self->by_node, array.node, GUINT_TO_POINTER (i + 1));
  }
  if (n_good == 0 && nodes->len > 0)
    self->error = g_strdup_printf ("%s: %s", ts_document_get_name (self->document),
                                   g_array_index (self->arrays, TsCliArray, 0).error);
}

const char *
ts_cli_info_get_layout (const TsCliArray *array)
{
  const TsLayout *layout;

  if (array->guess == NULL || array->guess->n_candidates == 0)
    return NULL;
  layout = &array->guess->candidates[0].layout;
  if (ts_layout_is_image (layout) && array->guess->confidence == TS_CONFIDENCE_NONE)
    return NULL;
  return layout->roles;
}

static int
run (int argc, char **argv)
{
  g_autofree char *raw = NULL;
  gboolean as_json = FALSE, with_digest = FALSE, quiet = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "One line of JSON with one object a file", NULL },
    { "digest", 0, 0, G_OPTION_ARG_NONE, &with_digest,
      "Add the SHA-256 of each array's elements, row-major and little-endian", NULL },
    TS_CLI_QUIET_ENTRY (&quiet),
    TS_CLI_RAW_ENTRY (&raw),
    { NULL },
  };
  g_auto (GStrv) files = ts_cli_parse (argc, argv, "FILE…",
                                       "Lists what dumps hold, and how it would be shown.", entries,
                                       NULL, 1, G_MAXUINT);
  g_autoptr (GPtrArray) inputs = NULL;
  g_autoptr (GError) error = NULL;
  int status = TS_CLI_OK;

  if (files == NULL)
    return TS_CLI_USAGE;
  inputs = ts_cli_inputs_new (files, &error);
  if (inputs == NULL)
    return ts_cli_fail (error);
  for (guint i = 0; i < inputs->len; i++) {
    const TsCliInput *input = g_ptr_array_index (inputs, i);
    g_auto (TsCliInfo) info = { 0 };

    ts_cli_info_init (&info, input->file, raw, with_digest);
    if (as_json)
      ts_cli_info_print_json (&info);
    else if (info.document != NULL && !quiet)
      ts_cli_info_print_tree (&info);
    if (info.error != NULL) {
      fflush (stdout);
      ts_cli_complain ("%s", info.error);
      status = TS_CLI_UNREADABLE;
    }
  }
  return status;
}

const TsCliCommand ts_cli_info = {
  .name = "info",
  .summary = "list what dumps hold: arrays, their layout and range, values",
  .run = run,
};
