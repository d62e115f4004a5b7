/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-output.h"

#include "base/ts-error.h"
#include "cli/ts-cli-embedded.h"
#include "cli/ts-cli-parse.h"
#include "cli/ts-cli.h"
#include "export/ts-json-writer.h"
#include "export/ts-name-template.h"
#include "export/ts-record-file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_NUMBERS 10000

const char *const ts_cli_progress_names[] = { "auto", "json", "none", NULL };

void
ts_cli_target_clear (TsCliTarget *self)
{
  g_free (self->root);
  g_free (self->folder);
  g_free (self->name);
}

/* The suffix of @name, one of @known. */
static gboolean
find_suffix (TsCliTarget *self,
             const char *name,
             const char *const *known,
             const char *what,
             GError **error)
{
  const char *dot = strrchr (name, '.');
  g_autoptr (GString) list = g_string_new (NULL);

  for (gsize i = 0; dot != NULL && known[i] != NULL; i++)
    if (g_str_equal (dot + 1, known[i])) {
      self->suffix = known[i];
      return TRUE;
    }
  for (gsize i = 0; known[i] != NULL; i++)
    g_string_append_printf (list, "%s.%s",
                            i == 0                 ? ""
                            : known[i + 1] == NULL ? " or "
                                                   : ", ",
                            known[i]);
  return ts_cli_invalid (error, "%s is a %s, not “%s”", what, list->str, name);
}

gboolean
ts_cli_target_parse (TsCliTarget *self,
                     const char *output,
                     const char *name,
                     const char *const *known,
                     const char *what,
                     gboolean may_pipe,
                     GError **error)
{
  g_autofree char *base = g_path_get_basename (output);
  gboolean is_pipe = g_str_equal (output, "-");

  self->suffix = known[0];
  if (is_pipe && !may_pipe)
    return ts_cli_invalid (error, "%s cannot go to standard output; use -o OUT.%s", what, known[0]);
  if (is_pipe || (!g_str_has_suffix (output, "/") && strrchr (base, '.') > base &&
                  !g_file_test (output, G_FILE_TEST_IS_DIR))) {
    if (name != NULL)
      return ts_cli_invalid (error, "--name is for a folder, and “%s” is none; end it with /",
                             output);
    self->folder = is_pipe ? g_strdup (output) : g_path_get_dirname (output);
    if (is_pipe)
      return TRUE;
    self->name = g_steal_pointer (&base);
    return find_suffix (self, self->name, known, what, error);
  }
  self->root = g_strdup (output);
  self->folder = g_build_filename (output, "figures", NULL);
  if (name == NULL)
    return TRUE;
  if (strchr (name, '/') != NULL || name[0] == '.' || name[0] == '\0')
    return ts_cli_invalid (error, "--name: “%s” is not the name of a file", name);
  self->name = g_strdup (name);
  return find_suffix (self, name, known, what, error);
}

void
ts_cli_target_settle_name (TsCliTarget *self, TsView *view, const char *kind)
{
  g_autofree char *stem = ts_name_dup_stem (ts_document_get_name (ts_view_get_document (view)));

  if (self->name == NULL)
    self->name = g_strdup_printf ("%s_%s.%s", stem, kind, self->suffix);
}

/* Gives the staged file its name. *@name stays %NULL when the file was to be skipped. */
static gboolean
commit (TsOutputDir *dir,
        const char *staged,
        const TsCliTarget *target,
        char **name,
        GError **error)
{
  g_autofree char *stem = ts_name_dup_stem (target->name);
  const char *suffix = strrchr (target->name, '.');

  for (guint k = 0;; k++) {
    g_autofree char *numbered =
        k == 0 ? g_strdup (target->name) : g_strdup_printf ("%s-%u%s", stem, k, suffix);
    g_autoptr (GError) local = NULL;

    if (ts_output_dir_commit (dir, staged, numbered, target->collision == TS_COLLISION_OVERWRITE,
                              &local)) {
      *name = g_steal_pointer (&numbered);
      return TRUE;
    }

    gboolean taken = g_error_matches (local, TS_ERROR, TS_ERROR_EXISTS);

    if (!taken || target->collision != TS_COLLISION_NUMBER || k > MAX_NUMBERS) {
      ts_output_dir_discard (dir, staged);
      if (taken && target->collision == TS_COLLISION_SKIP)
        return TRUE;
      g_propagate_prefixed_error (error, g_steal_pointer (&local),
                                  "%s: ", ts_output_dir_get_path (dir));
      return FALSE;
    }
  }
}

/* What the file says of itself goes to the record of the folder too. */
static gboolean
add_record (const TsCliTarget *target, const char *path, const char *source, GError **error)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *file = g_build_filename ("figures", base, NULL);
  g_autofree char *settings = ts_cli_embedded_read (path);
  g_autoptr (TsOutputDir) root = NULL;
  gboolean ok;

  if (target->root == NULL || settings == NULL)
    return TRUE;
  root = ts_output_dir_new (target->root, error);
  ok = root != NULL && ts_record_file_add_figure (root, file, settings, source, error);
  if (!ok)
    g_prefix_error (error, "%s was written, but not its record: ", path);
  return ok;
}

static void
print_json (const TsCliReport *report, const char *path, gsize n_bytes)
{
  g_autoptr (GString) out = g_string_new (NULL);
  TsJsonWriter json;

  ts_json_writer_init (&json, out, 0);
  ts_json_writer_begin_object (&json);
  ts_json_writer_name (&json, "file");
  ts_json_writer_string (&json, report->file);
  ts_json_writer_name (&json, "output");
  ts_json_writer_string (&json, path); /* null: skipped */
  ts_json_writer_name (&json, "bytes");
  ts_json_writer_uint (&json, path != NULL ? n_bytes : 0);
  ts_json_writer_end_object (&json);
  printf ("%s\n", out->str);
}

static int
write_to_stdout (GBytes *bytes)
{
  gsize n;
  const void *data = g_bytes_get_data (bytes, &n);

  if (fwrite (data, 1, n, stdout) == n && fflush (stdout) == 0)
    return TS_CLI_OK;
  ts_cli_complain ("standard output: %s", g_strerror (errno));
  return TS_CLI_FAILED;
}

int
ts_cli_commit_output (const TsCliTarget *target,
                      TsOutputDir *dir,
                      const char *staged,
                      gsize n_bytes,
                      const char *source,
                      const TsCliReport *report)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;

  if (commit (dir, staged, target, &name, &error)) {
    path = name != NULL ? g_build_filename (ts_output_dir_get_path (dir), name, NULL) : NULL;
    if (path != NULL && !add_record (target, path, source, &error))
      g_clear_pointer (&path, g_free);
  }
  if (error != NULL) {
    ts_cli_report_error (report, error);
    return TS_CLI_FAILED;
  }
  if (report->as_json)
    print_json (report, path, n_bytes);
  else if (!report->quiet && path != NULL)
    printf ("%s\n", path);
  return TS_CLI_OK;
}

int
ts_cli_write_output (const TsCliTarget *target,
                     GBytes *bytes,
                     const char *source,
                     const TsCliReport *report)
{
  gsize n_bytes;
  const void *data = g_bytes_get_data (bytes, &n_bytes);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsOutputDir) dir = NULL;
  g_autofree char *staged = NULL;

  if (g_str_equal (target->folder, "-"))
    return write_to_stdout (bytes);
  dir = ts_output_dir_new (target->folder, &error);
  if (dir != NULL)
    staged = ts_output_dir_stage (dir, data, n_bytes, &error);
  if (staged == NULL) {
    ts_cli_report_error (report, error);
    return TS_CLI_FAILED;
  }
  return ts_cli_commit_output (target, dir, staged, n_bytes, source, report);
}

int
ts_cli_report_error (const TsCliReport *report, const GError *error)
{
  if (report->as_json) {
    g_autoptr (GString) out = g_string_new (NULL);
    TsJsonWriter json;

    ts_json_writer_init (&json, out, 0);
    ts_json_writer_begin_object (&json);
    ts_json_writer_name (&json, "file");
    ts_json_writer_string (&json, report->file);
    ts_json_writer_name (&json, "error");
    ts_json_writer_string (&json, error->message);
    ts_json_writer_end_object (&json);
    printf ("%s\n", out->str);
    fflush (stdout);
  }
  return ts_cli_fail (error);
}
