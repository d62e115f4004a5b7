/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli.h"

#include "base/ts-error.h"
#include "bytes/ts-progress.h"
#include "cli/ts-cli-complete.h"
#include "reader/ts-raw.h"
#include "reader/ts-reader.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
ts_cli_set_locale (void)
{
  setlocale (LC_CTYPE, "");
}

void
ts_cli_complain (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, "tenscope-cli: %s\n", message);
}

int
ts_cli_fail (const GError *error)
{
  ts_cli_complain ("%s", error->message);
  if (error->domain == G_OPTION_ERROR || g_error_matches (error, TS_ERROR, TS_ERROR_INVALID) ||
      g_error_matches (error, TS_ERROR, TS_ERROR_NOT_FOUND))
    return TS_CLI_USAGE;
  return TS_CLI_UNREADABLE;
}

/* One help for all options: the command's own ones first, then those of @group. */
static void
print_help (GOptionContext *context, GOptionGroup *group, const char *heading)
{
  g_autofree char *own = g_option_context_get_help (context, TRUE, NULL);
  g_autofree char *all = group != NULL ? g_option_context_get_help (context, FALSE, group) : NULL;
  g_auto (GStrv) lines = g_strsplit (g_strchomp (own), "\n", -1);
  const char *of_group = all != NULL ? strstr (all, heading) : NULL;

  for (gsize i = 0; lines[i] != NULL; i++)
    if (!g_str_has_prefix (lines[i], "  --help-"))
      printf ("%s\n", lines[i]);
  if (of_group != NULL)
    printf ("\n%s\n", g_strchomp ((char *) of_group));
}

static gboolean
asks_for_help (int argc, char **argv)
{
  for (int i = 1; i < argc && !g_str_equal (argv[i], "--"); i++)
    if (g_str_equal (argv[i], "--help") || g_str_equal (argv[i], "-h") ||
        g_str_equal (argv[i], "--help-all"))
      return TRUE;
  return FALSE;
}

char **
ts_cli_parse (int argc,
              char **argv,
              const char *parameters,
              const char *summary,
              const GOptionEntry *entries,
              GOptionGroup *group,
              guint min_files,
              guint max_files)
{
  g_autofree char *usage = g_strconcat (argv[0], " ", parameters, NULL);
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) files = NULL;
  g_auto (GStrv) arguments = g_new0 (char *, (gsize) argc + 1);
  const GOptionEntry rest[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, parameters },
    { NULL },
  };

  /* "tenscope-cli export" as one word, so that usage texts read right. */
  arguments[0] = g_strconcat ("tenscope-cli ", argv[0], NULL);
  for (int i = 1; i < argc; i++)
    arguments[i] = g_strdup (argv[i]);
  g_set_prgname (arguments[0]);

  g_option_context_set_summary (context, summary);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, rest, NULL);
  if (group != NULL)
    g_option_context_add_group (context, group);
  if (asks_for_help (argc, argv)) {
    print_help (context, group, "View Options:");
    exit (TS_CLI_OK);
  }
  if (argc == 2 && g_str_equal (argv[1], TS_CLI_COMPLETE_OPTIONS)) {
    ts_cli_complete_print_options (context);
    exit (TS_CLI_OK); /* as --help does */
  }
  if (!g_option_context_parse_strv (context, &arguments, &error)) {
    ts_cli_complain ("%s: %s; see “tenscope-cli %s --help”", argv[0], error->message, argv[0]);
    return NULL;
  }

  guint n_files = files != NULL ? g_strv_length (files) : 0;

  if (n_files < min_files || n_files > max_files) {
    if (n_files < min_files)
      ts_cli_complain ("%s: no file was given; see “tenscope-cli %s --help”", argv[0], argv[0]);
    else
      ts_cli_complain ("%s: %s, not “%s” too", argv[0],
                       max_files == 1 ? "one file at a time" : "two files at a time",
                       files[max_files]);
    return NULL;
  }
  return files != NULL ? g_steal_pointer (&files) : g_new0 (char *, 1);
}

/* Opening takes long only where a dump is unpacked or comes through a pipe. */

#define QUIET_US G_TIME_SPAN_SECOND

typedef struct
{
  const char *file;
  gint64 start_us;
  gboolean shown;
} Opening;

static void
opening_cb (const TsProgressState *state, gpointer data)
{
  Opening *self = data;
  g_autofree char *name = NULL;

  if (g_get_monotonic_time () - self->start_us < QUIET_US)
    return;
  name = g_filename_display_basename (self->file);
  if (state->n_total > 0)
    fprintf (stderr, "\rUnpacking %s: %.0f %% ", name,
             100. * (double) state->n_done / (double) state->n_total);
  else
    fprintf (stderr, "\rReading %s: %" G_GUINT64_FORMAT " MB ", name, state->n_done / 1000000);
  self->shown = TRUE;
}

static TsDocument *
open_file (const char *file, const char *raw, GCancellable *progress, GError **error)
{
  g_autoptr (TsSource) source = NULL;
  TsRawOptions options;

  if (raw != NULL && !ts_raw_options_parse (&options, raw, error)) {
    g_prefix_error (error, "--raw: ");
    return NULL;
  }
  if (!g_str_equal (file, "-"))
    return raw != NULL ? ts_raw_open_path (file, &options, error)
                       : ts_reader_open_path (file, progress, error);

  source = ts_stream_source_new (STDIN_FILENO, progress, error);
  if (source == NULL) {
    g_prefix_error (error, "standard input: ");
    return NULL;
  }
  return raw != NULL ? ts_raw_open (source, "stdin", &options, error)
                     : ts_reader_open_source (source, "stdin", progress, error);
}

TsDocument *
ts_cli_open (const char *file, const char *raw, GError **error)
{
  Opening opening = { file, g_get_monotonic_time (), FALSE };
  g_autoptr (TsProgress) progress = NULL;
  TsDocument *document;

  if (isatty (STDERR_FILENO))
    progress = ts_progress_new (opening_cb, &opening);
  document = open_file (file, raw, progress != NULL ? G_CANCELLABLE (progress) : NULL, error);
  if (opening.shown)
    fprintf (stderr, "\r%60s\r", "");
  return document;
}

gboolean
ts_cli_check_walk (TsDocument *document, TsTensor *tensor, GError **error)
{
  /* Inflating makes 1032 bytes of one at most. */
  const guint64 max_ratio = 1040;
  gsize size = ts_dtype_get_size (ts_tensor_get_dtype (tensor));
  guint64 n = ts_tensor_get_n_elements (tensor), n_stored;

  if (!ts_tensor_has_data (tensor) || n <= (1u << 30) / size)
    return TRUE;
  n_stored = MIN (ts_source_get_size (ts_tensor_get_source (tensor)),
                  ts_source_get_size (ts_document_get_source (document))) /
             size;
  if (n / max_ratio <= n_stored)
    return TRUE;
  g_set_error (error, TS_ERROR, TS_ERROR_REFUSED,
               "It makes %" G_GUINT64_FORMAT " elements of %" G_GUINT64_FORMAT
               " stored ones, too many to go through",
               n, n_stored);
  return FALSE;
}
