/* SPDX-License-Identifier: GPL-3.0-or-later */

/* tenscope-cli info: what dumps hold, as a tree for people or as JSON for programs. */

#include "config.h"

#include "cli/ts-cli-inputs.h"
#include "cli/ts-cli-roles.h"
#include "cli/ts-cli-table.h"
#include "cli/ts-cli.h"
#include "export/ts-json-writer.h"
#include "tensor/ts-columns.h"

#include <stdio.h>
#include <string.h>

/* Of a long list of texts or numbers people get the beginning; JSON has all up to a limit. */
#define MAX_SHOWN_CHILDREN 60
#define MAX_SHOWN_NUMBERS  6
#define MAX_JSON_NUMBERS   65536
#define MAX_JSON_VALUES    100000

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
} Array;

static void
array_clear (gpointer data)
{
  Array *array = data;

  ts_layout_guess_free (array->guess);
  g_free (array->digest);
  g_free (array->error);
}

typedef struct
{
  const char *file;
  TsDocument *document; /* nullable */
  TsCliRoles *roles;    /* nullable */
  GArray *arrays;       /* Array, as in ts_document_get_arrays() */
  GHashTable *by_node;  /* TsNode -> index + 1 in arrays */
  char *error;          /* of the whole file */
} Info;

static void
info_clear (Info *self)
{
  g_clear_object (&self->document);
  g_clear_pointer (&self->roles, ts_cli_roles_free);
  g_clear_pointer (&self->arrays, g_array_unref);
  g_clear_pointer (&self->by_node, g_hash_table_unref);
  g_clear_pointer (&self->error, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Info, info_clear)

static gboolean
guess_range (TsTensor *tensor, const TsLayout *layout, TsValueRange *range)
{
  g_autoptr (TsBatch) batch = ts_batch_new (tensor, layout, NULL);

  return batch != NULL && ts_value_range_guess (batch, range, NULL, NULL);
}

/* Whether the node is one of the list of images that would be shown. */
static gboolean
is_in_list (const Info *self, TsNode *node)
{
  TsView *view = ts_cli_roles_get_view (self->roles);

  return view != NULL && ts_view_get_node (view) == ts_node_get_parent (node);
}

static void
look_at_array (Array *array, const Info *self, gboolean with_digest)
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
  if (is_in_list (self, array->node) || (view != NULL && ts_view_get_node (view) == array->node)) {
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

/* Everything to say about one file. An unreadable one has an error; so has one of which no array
 * could be read. */
static void
info_init (Info *self, const char *file, const char *raw, gboolean with_digest)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *nodes;
  guint n_good = 0;

  *self = (Info){ .file = file };
  self->document = ts_cli_open (file, raw, &error);
  if (self->document == NULL) {
    self->error = g_strdup (error->message);
    return;
  }
  self->roles = ts_cli_roles_new (self->document);
  nodes = ts_document_get_arrays (self->document);
  self->arrays = g_array_new (FALSE, TRUE, sizeof (Array));
  g_array_set_clear_func (self->arrays, array_clear);
  self->by_node = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < nodes->len; i++) {
    Array array = { .node = g_ptr_array_index (nodes, i) };

    look_at_array (&array, self, with_digest);
    if (array.error == NULL)
      n_good++;
    g_array_append_val (self->arrays, array);
    g_hash_table_insert (self->by_node, array.node, GUINT_TO_POINTER (i + 1));
  }
  if (n_good == 0 && nodes->len > 0)
    self->error = g_strdup_printf ("%s: %s", ts_document_get_name (self->document),
                                   g_array_index (self->arrays, Array, 0).error);
}

static void
write_range (TsJsonWriter *json, const TsValueRange *range)
{
  g_autofree char *reason = ts_value_range_describe (range);

  ts_json_writer_begin_object (json);
  ts_json_writer_name (json, "kind");
  ts_json_writer_string (json, ts_value_range_kind_to_string (range->kind));
  ts_json_writer_name (json, "lo");
  ts_json_writer_double (json, range->lo);
  ts_json_writer_name (json, "hi");
  ts_json_writer_double (json, range->hi);
  ts_json_writer_name (json, "preset");
  ts_json_writer_string (json, range->preset);
  ts_json_writer_name (json, "offer");
  ts_json_writer_string (json, range->offer);
  ts_json_writer_name (json, "reason");
  ts_json_writer_string (json, reason);
  ts_json_writer_end_object (json);
}

/* The best reading, unless it is as images and too unlikely. */
static const char *
get_layout (const Array *array)
{
  const TsLayout *layout;

  if (array->guess == NULL || array->guess->n_candidates == 0)
    return NULL;
  layout = &array->guess->candidates[0].layout;
  if (ts_layout_is_image (layout) && array->guess->confidence == TS_CONFIDENCE_NONE)
    return NULL;
  return layout->roles;
}

static void
write_array (TsJsonWriter *json, const Array *array)
{
  TsTensor *tensor = ts_node_get_tensor (array->node);
  const TsShape *shape =
      tensor != NULL ? ts_tensor_get_shape (tensor) : ts_node_get_declared_shape (array->node);

  ts_json_writer_begin_object (json);
  ts_json_writer_name (json, "path");
  ts_json_writer_string (json, ts_node_get_path (array->node));
  ts_json_writer_name (json, "dtype");
  ts_json_writer_string (json, tensor != NULL ? ts_dtype_get_name (ts_tensor_get_dtype (tensor))
                                              : ts_node_get_declared_dtype (array->node));
  ts_json_writer_name (json, "shape");
  if (shape != NULL)
    ts_json_writer_uints (json, shape->dims, shape->n_dims);
  else
    ts_json_writer_null (json);
  ts_json_writer_name (json, "role");
  ts_json_writer_string (json, array->role);
  ts_json_writer_name (json, "layout");
  ts_json_writer_string (json, get_layout (array));
  ts_json_writer_name (json, "layout_confidence");
  ts_json_writer_string (json, array->guess != NULL
                                   ? ts_confidence_to_string (array->guess->confidence)
                                   : NULL);
  ts_json_writer_name (json, "layout_reason");
  ts_json_writer_string (json, array->guess != NULL ? array->guess->reason : NULL);
  ts_json_writer_name (json, "range");
  if (array->has_range)
    write_range (json, &array->range);
  else
    ts_json_writer_null (json);
  if (array->digest != NULL) {
    ts_json_writer_name (json, "sha256");
    ts_json_writer_string (json, array->digest);
  }
  if (ts_node_get_note (array->node) != NULL) {
    ts_json_writer_name (json, "note");
    ts_json_writer_string (json, ts_node_get_note (array->node));
  }
  if (array->error != NULL) {
    ts_json_writer_name (json, "error");
    ts_json_writer_string (json, array->error);
  }
  ts_json_writer_end_object (json);
}

/* A number, a text or a list of numbers; FALSE for any other node. */
static gboolean
write_value (TsJsonWriter *json, TsNode *node)
{
  TsNodeKind kind = ts_node_get_kind (node);
  g_autoptr (TsBlock) block = NULL;

  if (kind == TS_NODE_VALUES &&
      ts_tensor_get_n_elements (ts_node_get_tensor (node)) <= MAX_JSON_NUMBERS)
    block = ts_tensor_read_all (ts_node_get_tensor (node), NULL, NULL);
  if (kind != TS_NODE_SCALAR && kind != TS_NODE_TEXT && block == NULL)
    return FALSE;
  ts_json_writer_name (json, ts_node_get_path (node));
  if (kind == TS_NODE_SCALAR)
    ts_json_writer_variant (json, ts_node_get_value (node));
  else if (kind == TS_NODE_TEXT)
    ts_json_writer_string (json, ts_node_get_text (node));
  else
    ts_json_writer_block (json, block);
  return TRUE;
}

static void
write_values (TsJsonWriter *json, TsDocument *document)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  guint n_written = 0;

  ts_json_writer_begin_object (json);
  g_ptr_array_add (stack, ts_document_get_root (document));
  while (stack->len > 0 && n_written < MAX_JSON_VALUES) {
    TsNode *node = g_ptr_array_steal_index (stack, stack->len - 1);

    if (ts_node_is_derived (node))
      continue;
    if (write_value (json, node))
      n_written++;
    for (guint i = ts_node_get_n_children (node); i-- > 0;)
      g_ptr_array_add (stack, ts_node_get_child (node, i));
  }
  ts_json_writer_end_object (json);
}

static void
print_json (const Info *self)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TsJsonWriter json;

  ts_json_writer_init (&json, out, 0);
  ts_json_writer_begin_object (&json);
  ts_json_writer_name (&json, "file");
  ts_json_writer_string (&json, self->file);
  ts_json_writer_name (&json, "format");
  ts_json_writer_string (&json, self->document != NULL ? ts_document_get_format_id (self->document)
                                                       : NULL);
  ts_json_writer_name (&json, "arrays");
  ts_json_writer_begin_array (&json);
  for (guint i = 0; self->arrays != NULL && i < self->arrays->len; i++)
    write_array (&json, &g_array_index (self->arrays, Array, i));
  ts_json_writer_end_array (&json);
  ts_json_writer_name (&json, "values");
  if (self->document != NULL) {
    write_values (&json, self->document);
  } else {
    ts_json_writer_begin_object (&json);
    ts_json_writer_end_object (&json);
  }
  if (self->document != NULL && ts_document_get_warnings (self->document)->len > 0) {
    GPtrArray *warnings = ts_document_get_warnings (self->document);

    ts_json_writer_name (&json, "warnings");
    ts_json_writer_begin_array (&json);
    for (guint i = 0; i < warnings->len; i++)
      ts_json_writer_string (&json, g_ptr_array_index (warnings, i));
    ts_json_writer_end_array (&json);
  }
  if (self->error != NULL) {
    ts_json_writer_name (&json, "error");
    ts_json_writer_string (&json, self->error);
  }
  ts_json_writer_end_object (&json);
  printf ("%s\n", out->str);
}

/* "100, 101, 102, …" */
static char *
describe_numbers (TsTensor *tensor)
{
  const guint64 start[TS_MAX_DIMS] = { 0 };
  const guint64 count[] = { MIN (ts_tensor_get_dim (tensor, 0), MAX_SHOWN_NUMBERS) };
  g_autoptr (TsBlock) block = ts_tensor_read (tensor, start, count, NULL, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "%" G_GUINT64_FORMAT " numbers", ts_tensor_get_dim (tensor, 0));
  for (guint64 i = 0; block != NULL && i < count[0]; i++) {
    g_autofree char *number =
        ts_dtype_format_element (block->dtype, block->data + i * (guint64) block->strides_elems[0] *
                                                                 ts_dtype_get_size (block->dtype));

    g_string_append_printf (text, "%s%s", i == 0 ? ": " : ", ", number);
  }
  if (ts_tensor_get_dim (tensor, 0) > MAX_SHOWN_NUMBERS)
    g_string_append (text, ", …");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Why it is shown as it is. */
static void
add_reasons (TsCliTable *table, guint indent, const TsLayoutGuess *guess, const TsValueRange *range)
{
  const char *reason = guess->reason;

  if (guess->confidence != TS_CONFIDENCE_NONE || guess->reshape != NULL) {
    /* The layout in front stands in the row. */
    if (guess->confidence != TS_CONFIDENCE_NONE && strstr (reason, ": ") != NULL)
      reason = strstr (reason, ": ") + 2;
    ts_cli_table_add_line (table, indent, reason);
  }
  if (range != NULL) {
    g_autofree char *described = ts_value_range_describe (range);

    ts_cli_table_add_line (table, indent, described);
  }
}

static void
add_list_lines (TsCliTable *table, guint indent, TsView *list)
{
  TsBatch *batch = ts_view_get_batch (list);
  g_autofree char *text = NULL;
  TsImageSize size;

  ts_batch_get_max_size (batch, &size);
  text = g_strdup_printf ("a list of %" G_GUINT64_FORMAT " images, %s%u×%u pixels",
                          ts_batch_get_n_images (batch),
                          ts_batch_is_uniform (batch) ? "" : "up to ", size.width, size.height);
  ts_cli_table_add_line (table, indent, text);
  add_reasons (table, indent, ts_view_get_layout_guess (list), ts_view_get_value_range (list));
}

static void
add_array_row (const Info *self, TsCliTable *table, const Array *array, char *name, guint indent)
{
  TsTensor *tensor = ts_node_get_tensor (array->node);
  const TsShape *shape =
      tensor != NULL ? ts_tensor_get_shape (tensor) : ts_node_get_declared_shape (array->node);
  const char *dtype = tensor != NULL ? ts_dtype_get_name (ts_tensor_get_dtype (tensor))
                                     : ts_node_get_declared_dtype (array->node);
  gboolean is_image = array->guess != NULL && array->guess->confidence != TS_CONFIDENCE_NONE;
  char *layout = is_image ? g_strdup_printf ("%s, %s", get_layout (array),
                                             ts_confidence_to_string (array->guess->confidence))
                          : NULL;

  ts_cli_table_take_row (table,
                         (char *[]){ name, dtype != NULL ? ts_cli_escape (dtype, 24) : NULL,
                                     shape != NULL ? ts_shape_to_string (shape) : NULL,
                                     g_strdup (array->error != NULL ? "broken" : array->role),
                                     layout });
  if (array->error != NULL) {
    g_autofree char *error = ts_cli_escape (array->error, 0);

    ts_cli_table_add_line (table, indent + 2, error);
  }
  if (ts_node_get_note (array->node) != NULL) {
    g_autofree char *note = ts_cli_escape (ts_node_get_note (array->node), 200);

    ts_cli_table_add_line (table, indent + 2, note);
  }
  if (array->guess != NULL && !is_in_list (self, array->node))
    add_reasons (table, indent + 2, array->guess, array->has_range ? &array->range : NULL);
  if (array->digest != NULL) {
    g_autofree char *digest = g_strconcat ("sha256 ", array->digest, NULL);

    ts_cli_table_add_line (table, indent + 2, digest);
  }
}

static void
add_other_row (TsCliTable *table, TsNode *node, char *name)
{
  char *what;

  switch (ts_node_get_kind (node)) {
  case TS_NODE_VALUES:
    what = describe_numbers (ts_node_get_tensor (node));
    break;
  case TS_NODE_TEXT:
    what = ts_cli_escape (ts_node_get_text (node), 72);
    break;
  case TS_NODE_CONTAINER:
  case TS_NODE_TENSOR:
  case TS_NODE_SCALAR:
  case TS_NODE_OPAQUE:
  case TS_NODE_ERROR:
  default:
    what = ts_cli_escape (ts_node_get_summary (node), 72);
    break;
  }
  ts_cli_table_take_row (table, (char *[]){ name, what, NULL, NULL, NULL });
}

static void add_node (const Info *self, TsCliTable *table, TsNode *node, guint depth);

/* A list that holds one value of each record. */
static gboolean
is_column (TsNode *node)
{
  for (TsNode *in = ts_node_get_parent (node); in != NULL; in = ts_node_get_parent (in)) {
    if (ts_node_is_derived (in))
      return g_strcmp0 (ts_node_get_type_name (node), "list") == 0;
  }
  return FALSE;
}

static void
add_children (const Info *self, TsCliTable *table, TsNode *node, guint depth)
{
  guint n = ts_node_get_n_children (node);
  guint n_shown = n > MAX_SHOWN_CHILDREN + 10 ? MAX_SHOWN_CHILDREN : n;
  TsNode *columns = ts_columns_get (node);
  TsView *view = ts_cli_roles_get_view (self->roles);

  if (view != NULL && ts_view_get_node (view) == node &&
      ts_node_get_kind (node) == TS_NODE_CONTAINER)
    add_list_lines (table, 2 * depth, view);
  if (columns != NULL) { /* the records one by one say nothing more */
    n_shown = MIN (n, 2);
  } else if (is_column (node)) {
    n_shown = MIN (n, 1);
  }
  for (guint i = 0; i < n_shown; i++)
    add_node (self, table, ts_node_get_child (node, i), depth);
  if (n_shown < n) {
    g_autofree char *more = g_strdup_printf ("… %u more (--json lists all)", n - n_shown);

    ts_cli_table_add_line (table, 2 * depth, more);
  }
}

static void
add_node (const Info *self, TsCliTable *table, TsNode *node, guint depth)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (self->by_node, node));
  g_autofree char *escaped = ts_cli_escape (ts_node_get_name (node), 60);
  /* A bare array has no name. */
  char *name = g_strdup_printf ("%*s%s", (int) (2 * depth), "",
                                *escaped != '\0' || depth > 1 ? escaped : "array");

  if (index > 0)
    add_array_row (self, table, &g_array_index (self->arrays, Array, index - 1), name, 2 * depth);
  else
    add_other_row (table, node, name);
  if (depth < 64)
    add_children (self, table, node, depth + 1);
}

static void
print_tree (const Info *self)
{
  g_autoptr (TsCliTable) table = ts_cli_table_new (5);
  g_autofree char *name = ts_cli_escape (ts_document_get_name (self->document), 0);
  guint64 n_bytes = ts_source_get_size (ts_document_get_source (self->document));
  g_autofree char *size = n_bytes > 0 ? g_format_size (n_bytes) : NULL; /* a folder has none */
  TsNode *root = ts_document_get_root (self->document);
  GPtrArray *warnings = ts_document_get_warnings (self->document);

  printf ("%s: %s%s%s\n", name, ts_document_get_format_id (self->document),
          size != NULL ? ", " : "", size != NULL ? size : "");
  for (guint i = 0; i < warnings->len; i++) {
    g_autofree char *warning = ts_cli_escape (g_ptr_array_index (warnings, i), 0);

    printf ("  note: %s\n", warning);
  }
  if (ts_node_get_kind (root) == TS_NODE_CONTAINER)
    add_children (self, table, root, 1);
  else
    add_node (self, table, root, 1);
  ts_cli_table_print (table, stdout);
}

static int
run (int argc, char **argv)
{
  g_autofree char *raw = NULL;
  gboolean as_json = FALSE, with_digest = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "One line of JSON with one object a file", NULL },
    { "digest", 0, 0, G_OPTION_ARG_NONE, &with_digest,
      "Add the SHA-256 of each array's elements, row-major and little-endian", NULL },
    TS_CLI_RAW_ENTRY (&raw),
    { NULL },
  };
  g_auto (GStrv) files =
              ts_cli_parse (argc, argv, "FILE…", ts_cli_info.summary, entries, NULL, 1, G_MAXUINT);
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
    g_auto (Info) info = { 0 };

    info_init (&info, input->file, raw, with_digest);
    if (as_json)
      print_json (&info);
    else if (info.document != NULL)
      print_tree (&info);
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
  .summary = "lists what dumps hold: arrays, their layout and range, values",
  .run = run,
};
