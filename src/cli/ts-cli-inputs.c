/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-inputs.h"

#include "base/ts-error.h"
#include "cli/ts-cli-parse.h"
#include "export/ts-name-template.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

static void
input_free (gpointer data)
{
  TsCliInput *self = data;

  g_free (self->file);
  g_free (self->name);
  g_free (self);
}

static void
add_input (GPtrArray *inputs, const char *file)
{
  TsCliInput *self = g_new0 (TsCliInput, 1);

  self->file = g_strdup (file);
  g_ptr_array_add (inputs, self);
}

static gboolean
add_matches (GPtrArray *inputs, const char *pattern, GError **error)
{
  glob_t found = { 0 };
  int status = glob (pattern, GLOB_BRACE | GLOB_TILDE, NULL, &found);

  /* without a match, braces and the tilde leave what they make as it is */
  for (gsize i = 0; status == 0 && i < found.gl_pathc; i++)
    if (g_file_test (found.gl_pathv[i], G_FILE_TEST_EXISTS))
      add_input (inputs, found.gl_pathv[i]);
  globfree (&found);
  if (status == GLOB_NOSPACE || status == GLOB_ABORTED) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "“%s” could not be looked up", pattern);
    return FALSE;
  }
  return TRUE;
}

static gboolean
add_argument (GPtrArray *inputs, const char *argument, gboolean *has_stdin, GError **error)
{
  guint n_before = inputs->len;

  if (g_str_equal (argument, "-")) {
    if (*has_stdin)
      return ts_cli_invalid (error, "standard input (“-”) is there only once");
    *has_stdin = TRUE;
    add_input (inputs, argument);
    return TRUE;
  }
  if (g_file_test (argument, G_FILE_TEST_EXISTS) || strpbrk (argument, "*?[{~") == NULL) {
    add_input (inputs, argument); /* an absent one gets its sentence when it is opened */
    return TRUE;
  }
  if (!add_matches (inputs, argument, error))
    return FALSE;
  if (inputs->len == n_before) {
    g_set_error (error, TS_ERROR, TS_ERROR_FAILED, "“%s”: there is no such file, and none matches",
                 argument);
    return FALSE;
  }
  return TRUE;
}

/* Names to try, one after the other. */
static char *
make_name (const char *file, guint level)
{
  g_autofree char *absolute = g_canonicalize_filename (file, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  g_autofree char *parent = g_path_get_basename (folder);
  g_autofree char *base = g_path_get_basename (absolute);
  g_autofree char *stem = ts_name_dup_stem (base);
  const char *suffix = strrchr (base, '.');
  char *name;

  if (g_str_equal (file, "-"))
    return g_strdup ("stdin");
  if (*stem == '\0')
    name = g_strdup (base);
  else if (level == 0 || g_str_equal (parent, "/"))
    name = g_strdup (stem);
  else if (level == 1 || suffix == NULL)
    name = g_strconcat (parent, "_", stem, NULL);
  else
    name = g_strconcat (parent, "_", stem, "_", suffix + 1, NULL);
  if (name[0] == '.')
    name[0] = '_';
  return g_strdelimit (name, "/", '_');
}

/* Names those inputs anew that share a name. Whether there were any. */
static gboolean
part_names (GPtrArray *inputs, guint level)
{
  g_autoptr (GHashTable) count = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean found = FALSE;

  for (guint i = 0; i < inputs->len; i++) {
    const char *name = ((TsCliInput *) g_ptr_array_index (inputs, i))->name;
    guint n = GPOINTER_TO_UINT (g_hash_table_lookup (count, name));

    g_hash_table_insert (count, g_strdup (name), GUINT_TO_POINTER (n + 1));
  }
  for (guint i = 0; i < inputs->len; i++) {
    TsCliInput *input = g_ptr_array_index (inputs, i);

    if (GPOINTER_TO_UINT (g_hash_table_lookup (count, input->name)) < 2)
      continue;
    found = TRUE;
    g_free (input->name);
    input->name = make_name (input->file, level);
  }
  return found;
}

/* The first of a name keeps it. */
static void
number_names (GPtrArray *inputs)
{
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < inputs->len; i++) {
    TsCliInput *input = g_ptr_array_index (inputs, i);
    g_autofree char *base = g_strdup (input->name);

    for (guint k = 2; g_hash_table_contains (taken, input->name); k++) {
      g_free (input->name);
      input->name = g_strdup_printf ("%s-%u", base, k);
    }
    g_hash_table_add (taken, input->name);
  }
}

GPtrArray *
ts_cli_inputs_new (char **arguments, GError **error)
{
  g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func (input_free);
  gboolean has_stdin = FALSE;

  for (guint i = 0; arguments[i] != NULL; i++)
    if (!add_argument (inputs, arguments[i], &has_stdin, error))
      return NULL;
  for (guint i = 0; i < inputs->len; i++) {
    TsCliInput *input = g_ptr_array_index (inputs, i);

    input->name = make_name (input->file, 0);
  }
  for (guint level = 1; level <= 2 && part_names (inputs, level); level++)
    ;
  number_names (inputs);
  return g_steal_pointer (&inputs);
}
