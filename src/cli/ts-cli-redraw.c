/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sheets, figures and animations hold the settings they were drawn with; as options of their
 * command these draw them again. */

#include "config.h"

#include "cli/ts-cli-redraw.h"

#include "cli/ts-cli-embedded.h"
#include "cli/ts-cli.h"
#include "export/ts-provenance.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void
add (GPtrArray *argv, const char *option, const char *value)
{
  if (value != NULL)
    g_ptr_array_add (argv, g_strdup_printf ("--%s=%s", option, value));
}

static void
add_number (GPtrArray *argv, const char *option, JsonNode *node, gboolean also_zero)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  double value = json_node_get_double (node);

  if (value != 0 || also_zero)
    add (argv, option, g_ascii_formatd (text, sizeof text, "%.17g", value));
}

/* Lists are given as one option with commas, or again and again. */
static void
add_list (GPtrArray *argv, const char *option, JsonArray *array, gboolean repeated)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);
    g_autofree char *element = NULL;

    if (!JSON_NODE_HOLDS_VALUE (node))
      continue;
    element = json_node_get_value_type (node) == G_TYPE_STRING
                  ? g_strdup (json_node_get_string (node))
                  : g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
    if (repeated)
      add (argv, option, element);
    else
      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", element);
  }
  if (!repeated)
    add (argv, option, text->str);
}

/* Which option a member is. */
static const struct
{
  const char *member, *option;
  gboolean also_zero;
} members[] = {
  { "columns", "columns" },
  { "padding", "padding", TRUE },
  { "pad_value", "pad-value", TRUE },
  { "gap_pt", "gap", TRUE },
  { "scale", "scale" },
  { "width_mm", "width" },
  { "dpi", "dpi" },
  { "font_pt", "font-size" },
  { "font", "font" },
  { "title", "title" },
  { "labels", "labels" },
  { "rows_by", "rows-by" },
  { "row_titles", "row-titles" },
  { "column_titles", "column-titles" },
  { "upright_titles", "upright-titles" },
  { "crop", "crop" },
  { "loupes", "loupe" },
  { "colorbar", "colorbar" },
  { "dark", "dark" },
  { "rate", "fps" },
  { "loops", "loop", TRUE },
  { "order", "order" },
  { "depth", "depth" },
  { "quality", "quality" },
  { "compression", "compression" },
};

static void
add_members (GPtrArray *argv, JsonObject *object)
{
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++) {
    JsonNode *node = json_object_get_member (object, members[i].member);
    const char *option = members[i].option;

    if (node == NULL)
      continue;
    if (g_str_equal (option, "fps") && JSON_NODE_HOLDS_ARRAY (node) &&
        json_array_get_length (json_node_get_array (node)) == 2) {
      JsonArray *rate = json_node_get_array (node);

      g_ptr_array_add (argv,
                       g_strdup_printf ("--fps=%.0f/%.0f", json_array_get_double_element (rate, 0),
                                        json_array_get_double_element (rate, 1)));
    } else if (JSON_NODE_HOLDS_ARRAY (node)) {
      add_list (argv, option, json_node_get_array (node), g_str_equal (option, "loupe"));
    } else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING) {
      add (argv, option, json_node_get_string (node));
    } else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN) {
      if (json_node_get_boolean (node))
        g_ptr_array_add (argv, g_strdup_printf ("--%s", option));
    } else if (JSON_NODE_HOLDS_VALUE (node)) {
      add_number (argv, option, node, members[i].also_zero);
    }
  }
}

/* A file without a name that lives as long as the process, also as another program. */
static char *
keep_text (const char *text)
{
  int fd = memfd_create ("settings", 0);

  if (fd < 0 || write (fd, text, strlen (text)) != (gssize) strlen (text))
    return NULL;
  return g_strdup_printf ("/proc/self/fd/%d", fd);
}

static char *
choose_output (const TsCliRedraw *self)
{
  g_autofree char *name = g_path_get_basename (self->picture);

  if (self->output == NULL)
    return g_strdup (self->picture);
  return g_file_test (self->output, G_FILE_TEST_IS_DIR)
             ? g_build_filename (self->output, name, NULL)
             : g_strdup (self->output);
}

/* Where the record says (@path, nullable), or near the picture. */
static char *
find_source (const TsCliRedraw *self,
             const TsProvenance *provenance,
             const char *path,
             GError **error)
{
  g_autoptr (TsView) view = NULL;
  gboolean changed;

  if (self->source != NULL)
    return g_strdup (self->source);
  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS))
    return g_strdup (path);
  view = ts_provenance_find (provenance, self->picture, NULL, &changed, NULL, error);
  return view != NULL ? g_strdup (ts_document_get_path (ts_view_get_document (view))) : NULL;
}

/* One picture of several images, as its file or a record tells of it. */
typedef struct
{
  const TsCliCommand *command;
  const char *text;
  JsonObject *drawing; /* columns, padding, ... */
  const char *path;    /* (nullable) of the dump, of a record */
  const char *name;    /* (nullable) of the file, of a record */
} Drawing;

static gboolean
find_drawing (JsonObject *root, Drawing *drawing)
{
  const struct
  {
    const char *member;
    const TsCliCommand *command;
  } kinds[] = {
    { "sheet", &ts_cli_sheet },
#ifdef HAVE_FIGURES
    { "figure", &ts_cli_figure },
#endif
    { "animation", &ts_cli_animate },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (ts_json_get_object (root, "", kinds[i].member, &drawing->drawing, NULL) &&
        drawing->drawing != NULL) {
      drawing->command = kinds[i].command;
      return TRUE;
    }
  return FALSE;
}

/* The arguments that draw it again; %NULL after complaining. */
static GPtrArray *
make_arguments (const TsCliRedraw *self, const Drawing *drawing)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsProvenance) provenance = ts_provenance_read (drawing->text, -1, &error);
  g_autofree char *source =
      provenance != NULL ? find_source (self, provenance, drawing->path, &error) : NULL;
  g_autofree char *recipe = keep_text (drawing->text);
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  const char *images = NULL;

  if (source == NULL || recipe == NULL) {
    ts_cli_complain ("%s: %s", self->picture,
                     error != NULL ? error->message : "its settings cannot be kept");
    return NULL;
  }
  g_ptr_array_add (argv, g_strdup (drawing->command->name));
  add (argv, "raw", provenance->raw);
  add (argv, "key", provenance->key);
  add (argv, "layout", provenance->layout);
  add (argv, "recipe", recipe);
  if (ts_json_get_string (drawing->drawing, "", "images", &images, NULL) &&
      g_strcmp0 (images, "all") != 0)
    add (argv, "index", images);
  add_members (argv, drawing->drawing);
  if (drawing->name != NULL) {
    g_ptr_array_add (argv, g_strdup_printf ("--output=%s/", self->output));
    add (argv, "name", drawing->name);
  } else {
    g_autofree char *output = choose_output (self);

    add (argv, "output", output);
  }
  add (argv, "on-collision", ts_collision_names[self->collision]);
  if (self->quiet)
    g_ptr_array_add (argv, g_strdup ("--quiet"));
  if (self->as_json)
    g_ptr_array_add (argv, g_strdup ("--json"));
  g_ptr_array_add (argv, g_strdup ("--"));
  g_ptr_array_add (argv, g_strdup (source));
  g_ptr_array_add (argv, NULL);
  return g_steal_pointer (&argv);
}

gboolean
ts_cli_redraw (const TsCliRedraw *self, int *status)
{
  g_autofree char *text = ts_cli_embedded_read (self->picture);
  g_autoptr (JsonNode) root = text != NULL ? ts_json_parse (text, -1, NULL) : NULL;
  g_autoptr (GPtrArray) argv = NULL;
  Drawing drawing = { .text = text };

  if (root == NULL || !find_drawing (json_node_get_object (root), &drawing))
    return FALSE;
  argv = make_arguments (self, &drawing);
  *status = argv != NULL ? drawing.command->run ((int) argv->len - 1, (char **) argv->pdata)
                         : TS_CLI_UNREADABLE;
  return TRUE;
}

static int
run_self (GPtrArray *argv)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GError) error = NULL;
  int status;

  g_ptr_array_insert (argv, 0, g_strdup (program));
  if (program == NULL ||
      !g_spawn_sync (NULL, (char **) argv->pdata, NULL,
                     G_SPAWN_LEAVE_DESCRIPTORS_OPEN | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL,
                     NULL, NULL, &status, &error)) {
    ts_cli_complain ("%s", error != NULL ? error->message : "there is no /proc");
    return TS_CLI_FAILED;
  }
  return WIFEXITED (status) ? WEXITSTATUS (status) : TS_CLI_FAILED;
}

static int
redraw_entry (const TsCliRedraw *self, JsonObject *entry, guint i)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), entry);
  g_autofree char *text = json_to_string (node, FALSE);
  g_autofree char *name = NULL;
  g_autoptr (GPtrArray) argv = NULL;
  Drawing drawing = { .text = text };
  JsonObject *source = NULL;
  const char *file = NULL;

  if (!ts_json_get_string (entry, "", "file", &file, NULL) || file == NULL ||
      !find_drawing (entry, &drawing)) {
    ts_cli_complain ("%s: “figures[%u]” tells of no sheet, figure or animation", self->picture, i);
    return TS_CLI_UNREADABLE;
  }
  if (ts_json_get_object (entry, "", "source", &source, NULL) && source != NULL)
    ts_json_get_string (source, "", "path", &drawing.path, NULL);
  drawing.name = name = g_path_get_basename (file);
  argv = make_arguments (self, &drawing);
  return argv != NULL ? run_self (argv) : TS_CLI_UNREADABLE;
}

gboolean
ts_cli_redraw_record (const TsCliRedraw *self, JsonObject *record, int *status)
{
  JsonArray *figures = NULL;

  *status = TS_CLI_OK;
  if (!ts_json_get_array (record, "", "figures", &figures, NULL) || figures == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (figures); i++) {
    JsonNode *node = json_array_get_element (figures, i);
    g_autoptr (JsonObject) empty = json_object_new ();
    int one =
        redraw_entry (self, JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : empty, i);

    *status = MAX (*status, one);
    if (one == TS_CLI_UNREADABLE && self->source != NULL)
      break; /* the next one would say the same */
  }
  return TRUE;
}
