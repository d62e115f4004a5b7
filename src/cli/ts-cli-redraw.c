/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sheets, figures and animations hold the settings they were drawn with; as options of their
 * command these draw them again. */

#include "config.h"

#include "cli/ts-cli-redraw.h"

#include "base/ts-error.h"
#include "cli/ts-cli.h"
#include "export/ts-json-reader.h"
#include "export/ts-provenance.h"
#include "reader/ts-picture.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_TEXT (64 << 20)

/* The text between two marks of an SVG, without XML's escapes. */
static char *
find_in_svg (const char *data, gsize length)
{
  static const struct
  {
    const char *escaped, *plain;
  } escapes[] = {
    { "&quot;", "\"" }, { "&apos;", "'" }, { "&#39;", "'" },
    { "&lt;", "<" },    { "&gt;", ">" },   { "&amp;", "&" }, /* last: it makes new ones */
  };
  const char *start = g_strstr_len (data, (gssize) length, "<metadata>");
  const char *end = start != NULL ? g_strstr_len (start, (gssize) (length - (gsize) (start - data)),
                                                  "</metadata>")
                                  : NULL;
  GString *text;

  if (end == NULL)
    return NULL;
  start += strlen ("<metadata>");
  text = g_string_new_len (start, end - start);
  for (gsize i = 0; i < G_N_ELEMENTS (escapes); i++)
    g_string_replace (text, escapes[i].escaped, escapes[i].plain, 0);
  return g_string_free (text, FALSE);
}

/* The subject of a PDF: a string in brackets, or UTF-16 in hexadecimal digits; ASCII in both. */
static char *
find_in_pdf (const char *data, gsize length)
{
  static const char plain[] = "/Subject (", hexadecimal[] = "/Subject <FEFF";
  const char *at = memmem (data, length, plain, strlen (plain)), *end = data + length;
  GString *text = g_string_new (NULL);

  if (at != NULL) {
    for (at += strlen (plain); at < end && *at != ')'; at++)
      g_string_append_c (text, *at);
    return g_string_free (text, FALSE);
  }
  at = memmem (data, length, hexadecimal, strlen (hexadecimal));
  for (at = at != NULL ? at + strlen (hexadecimal) : end; end - at >= 4; at += 4) {
    int high = g_ascii_xdigit_value (at[2]), low = g_ascii_xdigit_value (at[3]);

    if (high < 0 || low < 0)
      break;
    g_string_append_c (text, (char) (16 * high + low));
  }
  return g_string_free (text, FALSE);
}

static char *
read_text (const char *path)
{
  g_autoptr (TsSource) source = ts_file_source_new (path, NULL);
  g_autofree char *text = source != NULL ? ts_picture_dup_settings (source, NULL) : NULL;
  g_autofree char *data = NULL;
  gsize length;

  if (source == NULL || text != NULL)
    return g_steal_pointer (&text);
  if (ts_source_get_size (source) > MAX_TEXT || !g_file_get_contents (path, &data, &length, NULL))
    return NULL;
  if (length > 5 && memcmp (data, "%PDF-", 5) == 0)
    return find_in_pdf (data, length);
  return length > 5 && memcmp (data, "<?xml", 5) == 0 ? find_in_svg (data, length) : NULL;
}

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

static char *
find_source (const TsCliRedraw *self, const TsProvenance *provenance, GError **error)
{
  g_autoptr (TsView) view = NULL;
  gboolean changed;

  if (self->source != NULL)
    return g_strdup (self->source);
  view = ts_provenance_find (provenance, self->picture, NULL, &changed, NULL, error);
  return view != NULL ? g_strdup (ts_document_get_path (ts_view_get_document (view))) : NULL;
}

static int
redraw (const TsCliRedraw *self, const TsCliCommand *command, const char *text, JsonObject *drawing)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TsProvenance) provenance = ts_provenance_read (text, -1, &error);
  g_autofree char *source = provenance != NULL ? find_source (self, provenance, &error) : NULL;
  g_autofree char *recipe = keep_text (text);
  g_autofree char *output = choose_output (self);
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  const char *images = NULL;

  if (source == NULL || recipe == NULL) {
    ts_cli_complain ("%s: %s", self->picture,
                     error != NULL ? error->message : "its settings cannot be kept");
    return TS_CLI_UNREADABLE;
  }
  g_ptr_array_add (argv, g_strdup (command->name));
  add (argv, "raw", provenance->raw);
  add (argv, "key", provenance->key);
  add (argv, "layout", provenance->layout);
  add (argv, "recipe", recipe);
  if (ts_json_get_string (drawing, "", "images", &images, NULL) && g_strcmp0 (images, "all") != 0)
    add (argv, "index", images);
  add_members (argv, drawing);
  add (argv, "output", output);
  add (argv, "on-collision", ts_collision_names[self->collision]);
  if (self->quiet)
    g_ptr_array_add (argv, g_strdup ("--quiet"));
  if (self->as_json)
    g_ptr_array_add (argv, g_strdup ("--json"));
  g_ptr_array_add (argv, g_strdup ("--"));
  g_ptr_array_add (argv, g_strdup (source));
  g_ptr_array_add (argv, NULL);
  return command->run ((int) argv->len - 1, (char **) argv->pdata);
}

gboolean
ts_cli_redraw (const TsCliRedraw *self, int *status)
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
  g_autofree char *text = read_text (self->picture);
  g_autoptr (JsonNode) root = text != NULL ? ts_json_parse (text, -1, NULL) : NULL;

  for (gsize i = 0; root != NULL && i < G_N_ELEMENTS (kinds); i++) {
    JsonObject *drawing = NULL;

    if (!ts_json_get_object (json_node_get_object (root), "", kinds[i].member, &drawing, NULL) ||
        drawing == NULL)
      continue;
    *status = redraw (self, kinds[i].command, text, drawing);
    return TRUE;
  }
  return FALSE;
}
