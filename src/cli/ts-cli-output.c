/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-output.h"

#include "base/ts-error.h"
#include "cli/ts-cli.h"
#include "export/ts-json-writer.h"
#include "export/ts-name-template.h"
#include "export/ts-output-dir.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_NUMBERS 10000

const char *const ts_cli_progress_names[] = { "auto", "json", "none", NULL };

/* Gives the staged file its name. *@path stays %NULL when the file was to be skipped. */
static gboolean
commit (TsOutputDir *dir,
        const char *staged,
        const char *name,
        TsCollision collision,
        char **path,
        GError **error)
{
  g_autofree char *stem = ts_name_dup_stem (name);
  const char *suffix = strrchr (name, '.');

  for (guint k = 0;; k++) {
    g_autofree char *numbered =
        k == 0 ? g_strdup (name) : g_strdup_printf ("%s-%u%s", stem, k, suffix);
    g_autoptr (GError) local = NULL;

    if (ts_output_dir_commit (dir, staged, numbered, collision == TS_COLLISION_OVERWRITE, &local)) {
      *path = g_build_filename (ts_output_dir_get_path (dir), numbered, NULL);
      return TRUE;
    }

    gboolean taken = g_error_matches (local, TS_ERROR, TS_ERROR_EXISTS);

    if (!taken || collision != TS_COLLISION_NUMBER || k > MAX_NUMBERS) {
      ts_output_dir_discard (dir, staged);
      if (taken && collision == TS_COLLISION_SKIP)
        return TRUE;
      g_propagate_prefixed_error (error, g_steal_pointer (&local),
                                  "%s: ", ts_output_dir_get_path (dir));
      return FALSE;
    }
  }
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
ts_cli_commit_output (TsOutputDir *dir,
                      const char *staged,
                      gsize n_bytes,
                      const char *name,
                      TsCollision collision,
                      const TsCliReport *report)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  if (!commit (dir, staged, name, collision, &path, &error)) {
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
ts_cli_write_output (const char *folder,
                     const char *name,
                     TsCollision collision,
                     GBytes *bytes,
                     const TsCliReport *report)
{
  gsize n_bytes;
  const void *data = g_bytes_get_data (bytes, &n_bytes);
  g_autoptr (GError) error = NULL;
  g_autoptr (TsOutputDir) dir = NULL;
  g_autofree char *staged = NULL;

  if (g_str_equal (folder, "-"))
    return write_to_stdout (bytes);
  dir = ts_output_dir_new (folder, &error);
  if (dir != NULL)
    staged = ts_output_dir_stage (dir, data, n_bytes, &error);
  if (staged == NULL) {
    ts_cli_report_error (report, error);
    return TS_CLI_FAILED;
  }
  return ts_cli_commit_output (dir, staged, n_bytes, name, collision, report);
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
