/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "app/ts-memory.h"

#include <glib/gstdio.h>

/* The oldest entries of a group go first. */
#define MAX_ENTRIES 200
#define MAX_BYTES   (1 << 20)
#define LAYOUTS     "layouts"
#define RAW         "raw"

static GMutex mutex;
static int keeps_layouts = TRUE; /* atomic */

static char *
get_path (void)
{
  return g_build_filename (g_get_user_state_dir (), "tenscope", "files.ini", NULL);
}

static GKeyFile *
load (const char *path)
{
  GKeyFile *file = g_key_file_new ();
  GStatBuf info;

  if (g_stat (path, &info) == 0 && info.st_size <= MAX_BYTES)
    g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  return file;
}

/* A name for an entry: nothing in it but letters, digits and "-._~%". */
static char *
make_key (const char *text, const char *node_path)
{
  g_autofree char *both = g_strconcat (text, node_path != NULL ? ":" : "", node_path, NULL);

  return g_uri_escape_string (both, NULL, FALSE);
}

static char *
make_layout_key (const char *path, const char *node_path)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (GString) pattern = g_string_new (NULL);

  for (const char *c = name; *c != '\0'; c++) {
    if (!g_ascii_isdigit (*c))
      g_string_append_c (pattern, *c);
    else if (c == name || !g_ascii_isdigit (c[-1]))
      g_string_append_c (pattern, '#');
  }
  return make_key (pattern->str, node_path);
}

static char *
lookup (const char *group, const char *key)
{
  g_autofree char *path = get_path ();

  g_mutex_lock (&mutex);
  g_autoptr (GKeyFile) file = load (path);
  g_mutex_unlock (&mutex);
  return g_key_file_get_string (file, group, key, NULL);
}

static void
store (const char *group, const char *key, const char *value)
{
  g_autofree char *path = get_path ();
  g_autofree char *folder = g_path_get_dirname (path);

  g_mutex_lock (&mutex);
  g_autoptr (GKeyFile) file = load (path);
  g_autofree char *old = g_key_file_get_string (file, group, key, NULL);

  if (g_strcmp0 (old, value) != 0) {
    /* the newest stands last */
    g_key_file_remove_key (file, group, key, NULL);
    if (value != NULL)
      g_key_file_set_string (file, group, key, value);

    gsize n = 0;
    g_auto (GStrv) keys = g_key_file_get_keys (file, group, &n, NULL);

    for (gsize i = 0; i + MAX_ENTRIES < n; i++)
      g_key_file_remove_key (file, group, keys[i], NULL);
    g_mkdir_with_parents (folder, 0700);
    if (!g_key_file_save_to_file (file, path, NULL))
      g_debug ("%s cannot be written", path);
  }
  g_mutex_unlock (&mutex);
}

char *
ts_memory_dup_layout (const char *path, const char *node_path)
{
  g_autofree char *key = make_layout_key (path, node_path);

  return g_atomic_int_get (&keeps_layouts) ? lookup (LAYOUTS, key) : NULL;
}

void
ts_memory_set_layout (const char *path, const char *node_path, const char *layout)
{
  g_autofree char *key = make_layout_key (path, node_path);

  if (g_atomic_int_get (&keeps_layouts))
    store (LAYOUTS, key, layout);
}

void
ts_memory_set_keeps_layouts (gboolean keeps)
{
  g_atomic_int_set (&keeps_layouts, keeps);
}

void
ts_memory_forget_layouts (void)
{
  g_autofree char *path = get_path ();

  g_mutex_lock (&mutex);
  g_autoptr (GKeyFile) file = load (path);
  if (g_key_file_remove_group (file, LAYOUTS, NULL) && !g_key_file_save_to_file (file, path, NULL))
    g_debug ("%s cannot be written", path);
  g_mutex_unlock (&mutex);
}

char *
ts_memory_dup_raw (const char *path)
{
  g_autofree char *key = make_key (path, NULL);

  return lookup (RAW, key);
}

void
ts_memory_set_raw (const char *path, const char *raw)
{
  g_autofree char *key = make_key (path, NULL);

  store (RAW, key, raw);
}
