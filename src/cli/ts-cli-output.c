/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "cli/ts-cli-output.h"

#include "base/ts-error.h"
#include "cli/ts-cli.h"
#include "export/ts-name-template.h"
#include "export/ts-output-dir.h"

#include <stdio.h>
#include <string.h>

#define MAX_NUMBERS 10000

/* *@path stays %NULL when the file was to be skipped. */
static gboolean
write_file (const char *folder,
            const char *name,
            TsCollision collision,
            GBytes *bytes,
            char **path,
            GError **error)
{
  g_autoptr (TsOutputDir) dir = ts_output_dir_new (folder, error);
  g_autofree char *stem = ts_name_dup_stem (name);
  const char *suffix = strrchr (name, '.');

  if (dir == NULL)
    return FALSE;
  for (guint k = 0;; k++) {
    g_autofree char *numbered =
        k == 0 ? g_strdup (name) : g_strdup_printf ("%s-%u%s", stem, k, suffix);
    g_autoptr (GError) local = NULL;

    if (ts_output_dir_write (dir, numbered, g_bytes_get_data (bytes, NULL),
                             g_bytes_get_size (bytes), collision == TS_COLLISION_OVERWRITE,
                             &local)) {
      *path = g_build_filename (folder, numbered, NULL);
      return TRUE;
    }

    gboolean taken = g_error_matches (local, TS_ERROR, TS_ERROR_EXISTS);

    if (taken && collision == TS_COLLISION_SKIP)
      return TRUE;
    if (!taken || collision != TS_COLLISION_NUMBER || k > MAX_NUMBERS) {
      g_propagate_prefixed_error (error, g_steal_pointer (&local), "%s: ", folder);
      return FALSE;
    }
  }
}

int
ts_cli_write_file (const char *folder,
                   const char *name,
                   TsCollision collision,
                   GBytes *bytes,
                   gboolean quiet)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  if (!write_file (folder, name, collision, bytes, &path, &error)) {
    ts_cli_complain ("%s", error->message);
    return TS_CLI_FAILED;
  }
  if (!quiet && path != NULL)
    printf ("%s\n", path);
  return TS_CLI_OK;
}
