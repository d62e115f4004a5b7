/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli.h"

#include <string.h>

char *cli_root;

void
cli_result_clear (Result *self)
{
  g_free (self->out);
  g_free (self->err);
}

void
cli_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  cli_root = g_dir_make_tmp ("tenscope-XXXXXX", NULL);
  g_assert_nonnull (cli_root);
  g_assert_nonnull (g_getenv ("TS_CLI"));
}

int
cli_finish (int status)
{
  const char *const rm[] = { "rm", "-rf", cli_root, NULL };

  g_spawn_sync (NULL, (char **) rm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_clear_pointer (&cli_root, g_free);
  return status;
}

char *
cli_expand (const char *text)
{
  g_autoptr (GString) out = g_string_new (text);

  g_string_replace (out, "%S", g_getenv ("TS_SAMPLES"), 0);
  g_string_replace (out, "%T", cli_root, 0);
  g_string_replace (out, "%C", g_getenv ("TS_CLI"), 0);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static char *
copy_text (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return length > 0 ? g_strndup (data, length) : g_strdup ("");
}

static Result
spawn (const char *const *argv, GBytes *input)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE |
      (input != NULL ? G_SUBPROCESS_FLAGS_STDIN_PIPE : 0));
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) out = NULL;
  g_autoptr (GBytes) err = NULL;
  Result result = { 0 };

  g_subprocess_launcher_set_cwd (launcher, cli_root);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_subprocess_communicate (process, input, NULL, &out, &err, &error);
  g_assert_no_error (error);
  result.out = copy_text (out);
  result.err = copy_text (err);
  if (!g_subprocess_get_if_exited (process))
    g_error ("“%s” was killed by a signal: %s", argv[0], result.err);
  result.status = g_subprocess_get_exit_status (process);
  return result;
}

Result
cli_run (const char *command, GBytes *input)
{
  g_autofree char *whole = g_strconcat ("%C ", command, NULL);
  g_autofree char *line = cli_expand (whole);
  g_auto (GStrv) argv = NULL;

  g_assert_true (g_shell_parse_argv (line, NULL, &argv, NULL));
  return spawn ((const char *const *) argv, input);
}

Result
cli_run_shell (const char *script)
{
  g_autofree char *line = cli_expand (script);
  const char *const argv[] = { "/bin/sh", "-c", line, NULL };

  return spawn (argv, NULL);
}

char *
cli_run_ok (const char *command)
{
  g_auto (Result) result = cli_run (command, NULL);

  if (result.status != 0 || result.err[0] != '\0')
    g_error ("“%s” gave %d: %s", command, result.status, result.err);
  return g_steal_pointer (&result.out);
}

void
cli_assert (const char *command, int status, const char *message)
{
  g_auto (Result) result = cli_run (command, NULL);

  if (result.status != status)
    g_error ("“%s” gave %d, not %d: %s%s", command, result.status, status, result.err, result.out);
  if (strstr (result.err, message) == NULL && strstr (result.out, message) == NULL)
    g_error ("“%s” said: %s%s", command, result.err, result.out);
  /* one sentence */
  if (status > 1) {
    g_assert_true (g_str_has_prefix (result.err, "tenscope-cli: "));
    g_assert_cmpuint (strlen (strchr (result.err, '\n')), ==, 1);
  }
}

GBytes *
cli_read (const char *path)
{
  g_autofree char *whole = g_build_filename (cli_root, path, NULL);
  g_autoptr (GError) error = NULL;
  char *data;
  gsize length;

  g_file_get_contents (whole, &data, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, length);
}

void
cli_write (const char *path, const void *data, gsize length)
{
  g_autofree char *whole = g_build_filename (cli_root, path, NULL);
  g_autofree char *folder = g_path_get_dirname (whole);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
  g_file_set_contents (whole, data, (gssize) length, &error);
  g_assert_no_error (error);
}

guint
cli_count (const char *folder, const char *suffix)
{
  g_autofree char *path = g_build_filename (cli_root, folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_suffix (name, suffix);
  return n;
}

gboolean
cli_need_program (const char *name)
{
  g_autofree char *path = g_find_program_in_path (name);

  if (path == NULL) {
    g_autofree char *why = g_strdup_printf ("there is no %s", name);

    g_test_skip (why);
  }
  return path != NULL;
}

gboolean
cli_need_numpy (void)
{
  const char *const probe[] = { "/usr/bin/python3", "-c", "import numpy", NULL };
  int status = 0;

  if (g_spawn_sync (NULL, (char **) probe, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                    &status, NULL) &&
      g_spawn_check_wait_status (status, NULL))
    return TRUE;
  g_test_skip ("/usr/bin/python3 has no NumPy");
  return FALSE;
}

void
cli_run_python (const char *script, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  const char *word;
  va_list args;

  g_ptr_array_add (argv, g_strdup ("/usr/bin/python3"));
  g_ptr_array_add (argv, g_strdup ("-B"));
  g_ptr_array_add (argv,
                   g_build_filename (g_getenv ("TS_SOURCE_ROOT"), "tests", "cli", script, NULL));
  va_start (args, script);
  while ((word = va_arg (args, const char *)) != NULL)
    g_ptr_array_add (argv, cli_expand (word));
  va_end (args);
  g_ptr_array_add (argv, NULL);

  g_auto (Result) result = spawn ((const char *const *) argv->pdata, NULL);

  if (result.status != 0)
    g_error ("%s: %s%s", script, result.out, result.err);
}
